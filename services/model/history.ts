import type { ObjectId, Seq, TenantId } from './ids.js';
import type { GraphCost, LinkKind, ObjectTypeName, Properties } from './directory.js';
import type { Person } from './people.js';

/** `to` of a fact that still holds: larger than any snapshot number. */
export const OPEN: Seq = 2_000_000_000;

/** A catalogue object's content over the snapshots `[from, to)`. */
export interface ObjectVersion {
  readonly tenant: TenantId;
  readonly type: ObjectTypeName;
  readonly objectId: ObjectId;
  readonly from: Seq;
  readonly to: Seq;
  /** SHA-256 of the canonical JSON of `{state, body}`. */
  readonly hash: string;
  readonly name: string;
  /** Lower-case values that find the object: name, UPN, mail, id. */
  readonly keys: readonly string[];
  readonly state: 'live' | 'softDeleted';
  readonly deletedAt?: string;
  readonly body: Properties;
}

/** One relationship over the snapshots `[from, to)`. A change between live and latent closes one fact and opens the next. */
export interface LinkFact {
  readonly tenant: TenantId;
  readonly kind: LinkKind;
  readonly source: ObjectId;
  readonly target: ObjectId;
  readonly targetType?: ObjectTypeName;
  readonly from: Seq;
  readonly to: Seq;
  /** True while an end is soft-deleted: neither a removal nor an alarm, left out of counts and `state` (design §2). */
  readonly latent: boolean;
}

export type SnapshotStatus = 'running' | 'complete' | 'partial' | 'abandoned';
export type BackupTrigger = 'schedule' | 'chat' | 'terminal' | 'connect' | 'catchUp';

/** Header of one backup run; never deleted. */
export interface SnapshotHeader {
  readonly tenant: TenantId;
  readonly seq: Seq;
  readonly formatVersion: 1;
  readonly status: SnapshotStatus;
  readonly trigger: BackupTrigger;
  readonly by?: Pick<Person, 'objectId' | 'name'>;
  /** ISO UTC, product clock. `startedAt` is the time of the restore point. */
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** 'full' reads everything, 'increment' follows delta tokens, 'mixed' says so per type in `parts`. */
  readonly mode: 'full' | 'increment' | 'mixed';
  readonly parts: Readonly<Record<string, { readonly mode: 'full' | 'increment'; readonly reason?: string }>>;
  /** Live objects per type and live links per kind. */
  readonly counts: Readonly<Record<string, number>>;
  /** Facts opened or closed by this run, per type and kind. */
  readonly changes: Readonly<Record<string, number>>;
  readonly tokens: Readonly<Record<string, string>>;
  readonly cost: GraphCost;
  /** Why the snapshot is not whole; empty when complete. */
  readonly partialReasons: readonly string[];
  readonly state?: string;
  readonly latent?: string;
  readonly chain?: string;
  readonly fence: number;
}

export interface IdMapping {
  readonly tenant: TenantId;
  readonly type: ObjectTypeName;
  readonly oldId: ObjectId;
  readonly newId: ObjectId;
  readonly at: string;
  readonly requestId: string;
}

/** What the rest of the product may ask of history. Never looks past the last published snapshot. */
export interface HistoryReader {
  newestSnapshot(tenant: TenantId): Promise<SnapshotHeader | null>;
  /** Published (complete or partial) headers, newest first. */
  snapshots(tenant: TenantId, options?: { readonly limit?: number }): Promise<readonly SnapshotHeader[]>;
  snapshot(tenant: TenantId, seq: Seq): Promise<SnapshotHeader | null>;
  /** The version that holds at `seq`; null = the snapshot does not have the object. */
  versionAt(tenant: TenantId, objectId: ObjectId, seq: Seq): Promise<ObjectVersion | null>;
  /** Many at once; objects that the snapshot lacks are missing. */
  versionsAt(
    tenant: TenantId,
    objectIds: readonly ObjectId[],
    seq: Seq,
  ): Promise<ReadonlyMap<ObjectId, ObjectVersion>>;
  /** All versions of one object, oldest first. */
  versionsOf(tenant: TenantId, objectId: ObjectId): Promise<readonly ObjectVersion[]>;
  /** Links that hold at `seq` and touch the object, from either end. */
  linksAt(
    tenant: TenantId,
    objectId: ObjectId,
    seq: Seq,
    end?: 'source' | 'target',
  ): Promise<readonly LinkFact[]>;
  /** All link facts that ever touched the object, oldest first. */
  linksOf(tenant: TenantId, objectId: ObjectId): Promise<readonly LinkFact[]>;
  /** Newest version of each object one of whose keys or name contains `text` (case-insensitive); deleted and gone ones too. */
  search(
    tenant: TenantId,
    text: string,
    options?: { readonly type?: ObjectTypeName; readonly limit?: number },
  ): Promise<readonly ObjectVersion[]>;
  eachVersionAt(tenant: TenantId, seq: Seq, type?: ObjectTypeName): AsyncIterable<ObjectVersion>;
  eachLinkAt(tenant: TenantId, seq: Seq, kind?: LinkKind): AsyncIterable<LinkFact>;
  /** Facts whose `from` or `to` lies in `(after, upTo]`: cost follows the changes. */
  changedVersions(tenant: TenantId, after: Seq, upTo: Seq): AsyncIterable<ObjectVersion>;
  changedLinks(tenant: TenantId, after: Seq, upTo: Seq): AsyncIterable<LinkFact>;
  /** Follows recreations in both directions; `newest` is the id that lives on (the given one if never recreated). */
  identity(
    tenant: TenantId,
    id: ObjectId,
  ): Promise<{ readonly newest: ObjectId; readonly all: readonly ObjectId[] }>;
  recordMapping(mapping: IdMapping): Promise<void>;
}
