import { createHash } from 'node:crypto';
import type { Collection, Db } from 'mongodb';
import { HEADER_FORMAT } from '../../model/history.js';
import { RewindError } from '../../model/errors.js';
import type { LinkFact, ObjectVersion, SnapshotHeader, IdMapping } from '../../model/history.js';
import type { ObjectId, Seq, TenantId } from '../../model/ids.js';
import type { SnapshotHold } from '../../model/retention.js';
import type { Properties } from '../../model/directory.js';
import { ensureIndexes } from '../indexes.js';

/**
 * Shapes of what history stores. Every `_id` is made from what the document says, so that a write that is sent twice is one write.
 */
export interface VersionDoc extends Omit<ObjectVersion, 'body' | 'keys'> {
  /** `tenant/objectId/from` */
  readonly _id: string;
  readonly keys: string[];
  /** Canonical JSON: exact bytes for the hash, and property names that a document may not have ('@odata.type'). */
  readonly body: string;
}

export interface LinkDoc extends LinkFact {
  /** `tenant/key/from` */
  readonly _id: string;
  /** `linkKey` of kind, source and target: one short field to look many links up by. */
  readonly key: string;
}

export interface HeaderDoc extends SnapshotHeader {
  /** `tenant/seq` */
  readonly _id: string;
  /** Complete or partial: readers see it. */
  readonly published: boolean;
  /** Legal hold. Beside the header and not part of it: the chain covers what was true when the snapshot was published. */
  readonly hold?: SnapshotHold;
  /** Retention gave it up; `swept` when the facts that only it needed are gone. */
  readonly pruned?: { readonly at: string; readonly swept: boolean };
}

/** One per tenant: gives out numbers, and remembers the highest fence that has begun a run. */
export interface HeadDoc {
  readonly _id: string;
  readonly tenant: TenantId;
  readonly seq: Seq;
  readonly fence: number;
  /** Missing = written before there were names (names.ts). */
  readonly named?: true;
}

/** What an object is found by, in some of its versions (names.ts). */
export interface NameDoc extends Pick<ObjectVersion, 'tenant' | 'type' | 'objectId' | 'name'> {
  /** `tenant/objectId/hash of the rest` */
  readonly _id: string;
  readonly keys: string[];
  /** The newest run that needed it. */
  readonly seen: Seq;
}

export interface MappingDoc extends IdMapping {
  /** `tenant/oldId/newId` */
  readonly _id: string;
}

export interface HistoryCollections {
  readonly versions: Collection<VersionDoc>;
  readonly names: Collection<NameDoc>;
  readonly links: Collection<LinkDoc>;
  readonly snapshots: Collection<HeaderDoc>;
  readonly ids: Collection<MappingDoc>;
  readonly heads: Collection<HeadDoc>;
}

export const collectionsOf = (db: Db): HistoryCollections => ({
  versions: db.collection('versions'),
  names: db.collection('names'),
  links: db.collection('links'),
  snapshots: db.collection('snapshots'),
  ids: db.collection('ids'),
  heads: db.collection('history_heads'),
});

/** Every query of this folder is served by one of these; the names say which. */
const INDEXES = {
  versions: [
    { name: 'of an object', key: { tenant: 1, objectId: 1, from: 1 } },
    { name: 'holding at', key: { tenant: 1, to: 1, from: 1 } },
    { name: 'begun in', key: { tenant: 1, from: 1 } },
    { name: 'in the recycle bin', key: { tenant: 1, state: 1, to: 1 } },
  ],
  names: [
    { name: 'by key', key: { tenant: 1, keys: 1 } },
    { name: 'of a type', key: { tenant: 1, type: 1 } },
    { name: 'of an object', key: { tenant: 1, objectId: 1 } },
  ],
  links: [
    { name: 'of a pair', key: { tenant: 1, key: 1, from: 1 } },
    { name: 'from a source', key: { tenant: 1, source: 1, to: 1 } },
    { name: 'to a target', key: { tenant: 1, target: 1, to: 1 } },
    { name: 'holding at', key: { tenant: 1, to: 1, from: 1 } },
    { name: 'begun in', key: { tenant: 1, from: 1 } },
  ],
  snapshots: [
    { name: 'published', key: { tenant: 1, published: 1, seq: -1 } },
    { name: 'by time', key: { tenant: 1, published: 1, startedAt: -1 } },
    { name: 'by status', key: { tenant: 1, status: 1, seq: 1 } },
  ],
  ids: [
    { name: 'by old id', key: { tenant: 1, oldId: 1 } },
    { name: 'by new id', key: { tenant: 1, newId: 1 } },
  ],
} as const;

/** Fine if they are there. */
export async function createHistoryIndexes(collections: HistoryCollections): Promise<void> {
  for (const [name, indexes] of Object.entries(INDEXES))
    await ensureIndexes(
      collections[name as keyof typeof INDEXES],
      indexes.map(({ name, key }) => ({ name: name.replaceAll(' ', '_'), key: { ...key } })),
    );
}

/** 128 bits of SHA-256, base64url. Whoever looks a link up by it compares kind, source and target too. */
export const linkKey = (link: Pick<LinkFact, 'kind' | 'source' | 'target'>): string =>
  createHash('sha256')
    .update(`${link.kind}|${link.source}|${link.target}`)
    .digest()
    .subarray(0, 16)
    .toString('base64url');

export const versionId = (tenant: TenantId, objectId: ObjectId, from: Seq): string =>
  `${tenant}/${objectId}/${from}`;
export const nameId = (tenant: TenantId, objectId: ObjectId, hash: string): string =>
  `${tenant}/${objectId}/${hash}`;
export const linkId = (tenant: TenantId, key: string, from: Seq): string => `${tenant}/${key}/${from}`;
export const headerId = (tenant: TenantId, seq: Seq): string => `${tenant}/${seq}`;

/** @param to the end that readers see; a stored end may be one that did not happen (`View`) */
export function versionOf(doc: VersionDoc, to: Seq): ObjectVersion {
  const { _id, body, deletedAt, ...rest } = doc;
  return {
    ...rest,
    to,
    ...(deletedAt ? { deletedAt } : {}),
    body: JSON.parse(body) as Properties,
  };
}

export function linkOf(doc: LinkDoc, to: Seq): LinkFact {
  const { _id, key: _key, targetType, ...rest } = doc;
  return { ...rest, to, ...(targetType ? { targetType } : {}) };
}

/** @throws FORMAT_NEWER for a snapshot that a newer version of the product wrote: nothing of it is guessed */
export function headerOf(doc: HeaderDoc): SnapshotHeader {
  if (doc.formatVersion > HEADER_FORMAT)
    throw new RewindError('FORMAT_NEWER', { format: doc.formatVersion, known: HEADER_FORMAT });
  const { _id, published: _published, hold: _hold, pruned: _pruned, ...header } = doc;
  return header;
}
