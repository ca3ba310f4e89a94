import type { AnyBulkWriteOperation, Collection, Filter } from 'mongodb';
import { OPEN } from '../../model/history.js';
import type {
  HistoryRun,
  RunOutcome,
  SnapshotHeader,
  WantedLink,
  WantedObject,
} from '../../model/history.js';
import type { ObjectId, Seq } from '../../model/ids.js';
import { canonicalJson } from '../../model/json.js';
import { chainOf, versionHash } from '../../model/snapshot-digest.js';
import { RewindError } from '../../model/errors.js';
import { headerId, headerOf, linkId, linkKey, linkOf, versionId, versionOf } from './documents.js';
import type { HeaderDoc, HistoryCollections, LinkDoc, VersionDoc } from './documents.js';
import { putNames, sameNames } from './names.js';
import { currentOf, settle, standingOf } from './settle.js';
import type { Standing } from './settle.js';
import { RunTotals } from './totals.js';
import { Written } from './written.js';

const BATCH = 1000;

/** The run behind `HistoryRun`; `header` is stored as running, and the caller of this knows that no later run has begun. */
export function createRun(
  collections: HistoryCollections,
  header: SnapshotHeader,
  previous: SnapshotHeader | null,
  mend: (numbers: readonly Seq[]) => Promise<number>,
): HistoryRun {
  const { versions, links, snapshots } = collections;
  const { tenant, seq } = header;
  const skipped = new Set(header.skipped);
  /** `to` of what holds in this run: not ended, or ended by a number that never was. */
  const unended = skipped.size === 0 ? OPEN : { $in: [OPEN, ...skipped] };
  /** The same, and what this run has ended itself. */
  const touchable = { $in: [OPEN, seq, ...skipped] };
  const totals = new RunTotals(previous);
  const written = new Written(previous === null);
  const sourcesWritten = new Written(previous === null);

  const holds = (fact: { from: Seq }): boolean => fact.from <= seq && !skipped.has(fact.from);

  async function standings<D extends VersionDoc | LinkDoc>(
    collection: Collection<D>,
    field: 'objectId' | 'key',
    values: readonly string[],
  ): Promise<(value: string) => Standing<D>> {
    const facts = new Map<string, D[]>();
    const asked = written.among(values);
    const filter = { tenant, [field]: { $in: asked }, to: touchable } as unknown as Filter<D>;
    if (asked.length > 0)
      for await (const doc of collection.find(filter) as AsyncIterable<D>) {
        if (!holds(doc)) continue;
        const value = (doc as unknown as Record<string, string>)[field]!;
        const list = facts.get(value);
        if (list) list.push(doc);
        else facts.set(value, [doc]);
      }
    written.note(values);
    return (value) => standingOf(facts.get(value) ?? [], seq, skipped);
  }

  /** Settles one batch of versions; null = the object is no more. */
  async function settleObjects(wanted: ReadonlyMap<ObjectId, WantedObject | null>): Promise<void> {
    const standing = await standings(versions, 'objectId', [...wanted.keys()]);
    const writes: AnyBulkWriteOperation<VersionDoc>[] = [];
    const renamed: VersionDoc[] = [];
    for (const [objectId, object] of wanted) {
      const stored = standing(objectId);
      const before = currentOf(stored);
      const fresh = object && newVersion(object);
      const after = fresh && sameVersion(stored.base, fresh) ? stored.base : fresh;
      if (before?._id === after?._id && before?.hash === after?.hash) continue;
      writes.push(...settle(stored, after, seq, skipped));
      if (after && after !== stored.base && !sameNames(stored.base, after)) renamed.push(after);
      totals.version(before, after, stored.base);
    }
    await putNames(collections, renamed, seq);
    if (writes.length > 0) await versions.bulkWrite(writes, { ordered: false });
  }

  const newVersion = (object: WantedObject): VersionDoc => ({
    _id: versionId(tenant, object.objectId, seq),
    tenant,
    type: object.type,
    objectId: object.objectId,
    from: seq,
    to: OPEN,
    hash: versionHash(object),
    name: object.name,
    keys: [...new Set([...object.keys, object.objectId])],
    state: object.state,
    ...(object.deletedAt ? { deletedAt: object.deletedAt } : {}),
    body: canonicalJson(object.body),
  });

  async function settleLinks(wanted: ReadonlyMap<string, WantedLink>): Promise<void> {
    const standing = await standings(links, 'key', [...wanted.keys()]);
    const writes: AnyBulkWriteOperation<LinkDoc>[] = [];
    for (const [key, link] of wanted) {
      const stored = standing(key);
      const before = currentOf(stored);
      const fresh = link.standing === 'gone' ? null : newLink(key, link, before);
      const after = fresh && stored.base?.latent === fresh.latent ? stored.base : fresh;
      if (before?._id === after?._id && before?.latent === after?.latent) continue;
      writes.push(...settle(stored, after, seq, skipped));
      totals.link(before, after, stored.base);
    }
    if (writes.length > 0) await links.bulkWrite(writes, { ordered: false });
  }

  function newLink(key: string, link: WantedLink, before: LinkDoc | null): LinkDoc {
    const targetType = link.targetType ?? before?.targetType;
    return {
      _id: linkId(tenant, key, seq),
      tenant,
      key,
      kind: link.kind,
      source: link.source,
      target: link.target,
      ...(targetType ? { targetType } : {}),
      from: seq,
      to: OPEN,
      latent: link.standing === 'latent',
    };
  }

  return {
    tenant,
    seq,
    startedAt: header.startedAt,
    previous,
    counts: () => totals.counts(),

    async versions(ids) {
      const found = new Map();
      for (const batch of batches(ids))
        for await (const doc of versions.find({ tenant, objectId: { $in: batch }, to: unended }))
          if (holds(doc)) found.set(doc.objectId, versionOf(doc, OPEN));
      return found;
    },

    async *eachId(type, state) {
      const filter = { tenant, to: unended, type, state };
      const found = versions.find(filter, { projection: { objectId: 1, from: 1 } });
      for await (const doc of found) if (holds(doc)) yield doc.objectId;
    },

    async *eachLink(end, ids, kind) {
      for (const batch of batches(end === 'source' ? sourcesWritten.among(ids) : ids)) {
        const which = batch.length === 1 ? batch[0]! : { $in: batch };
        const filter = { tenant, [end]: which, to: unended, ...(kind && { kind }) } as Filter<LinkDoc>;
        for await (const doc of links.find(filter)) if (holds(doc)) yield linkOf(doc, OPEN);
      }
    },

    async putObjects(wanted) {
      const byId = new Map(wanted.map((object) => [object.objectId, object]));
      for (const batch of batches([...byId])) await settleObjects(new Map(batch));
    },

    async removeObjects(ids) {
      for (const batch of batches([...new Set(ids)]))
        await settleObjects(new Map(batch.map((id) => [id, null])));
    },

    async putLinks(wanted) {
      const byKey = new Map(wanted.map((link) => [linkKey(link), link]));
      sourcesWritten.note(wanted.map(({ source }) => source));
      for (const batch of batches([...byKey])) await settleLinks(new Map(batch));
    },

    async publish({ finishedAt, mode, parts, tokens, cost, partialReasons }: RunOutcome) {
      // Through its canonical text, so that the chain covers exactly what is stored: no undefined members.
      const unchained = JSON.parse(
        canonicalJson({
          ...header,
          finishedAt,
          mode,
          parts,
          tokens,
          cost,
          partialReasons,
          status: partialReasons.length > 0 ? 'partial' : 'complete',
          counts: totals.counts(),
          changes: totals.changes(),
          sums: totals.sums(),
          ...totals.digests(),
        } satisfies SnapshotHeader),
      ) as SnapshotHeader;
      const final = { ...unchained, chain: chainOf(unchained, previous?.chain) };
      const _id = headerId(tenant, seq);
      let lost: unknown;
      const isStored = await snapshots
        .updateOne({ _id, status: 'running', fence: header.fence }, { $set: { ...final, published: true } })
        .then(
          ({ matchedCount }) => matchedCount === 1,
          (error: unknown) => {
            lost = error;
            return false;
          },
        );
      if (!isStored) {
        // Abandoned by a later run; or published by this very call, whose first answer was lost, whoever repeated it.
        const stored: HeaderDoc | null = await snapshots.findOne({ _id });
        if (stored?.chain !== final.chain) throw lost ?? new RewindError('LEASE_LOST');
        return headerOf(stored);
      }
      return final;
    },

    async abandon() {
      const _id = headerId(tenant, seq);
      await snapshots.updateOne(
        { _id, status: 'running', fence: header.fence },
        { $set: { status: 'abandoned' } },
      );
      // Publishing whose answer was lost cannot be given up any more: what it wrote is history.
      const stored: HeaderDoc | null = await snapshots.findOne({ _id });
      if (!stored?.published) await mend([seq]);
    },
  };
}

const sameVersion = (base: VersionDoc | null, fresh: VersionDoc): boolean =>
  base?.hash === fresh.hash && base.type === fresh.type;

function batches<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += BATCH) parts.push(items.slice(start, start + BATCH));
  return parts;
}
