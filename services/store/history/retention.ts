import type { Collection, Filter } from 'mongodb';
import type { ObjectId, Seq, TenantId } from '../../model/ids.js';
import type { FactCount, RetentionStore, ShelvedSnapshot } from '../../model/retention.js';
import { headerId, headerOf } from './documents.js';
import type { HeaderDoc, HistoryCollections, LinkDoc, VersionDoc } from './documents.js';
import { forgetNames } from './names.js';
import { endOf, viewOf, wasBegun } from './view.js';
import type { View } from './view.js';

const IDS_PER_DELETE = 500;

/** Numbers strictly between two whole snapshots (0 = before the first); a fact that lives in here alone is needed by neither. */
interface Gap {
  readonly after: Seq;
  readonly before: Seq;
}

/**
 * Retention in the database. A fact may go when it begins after one whole snapshot and ends by the next: no number in its interval
 * is whole. What ends by a published number is never written again, so it can be deleted while a backup runs; what is open, or was
 * ended by a run that never was, holds at the newest snapshot and stays.
 */
export function createRetentionStore(collections: HistoryCollections): RetentionStore {
  const { versions, links, snapshots } = collections;
  const shelf = async (tenant: TenantId): Promise<HeaderDoc[]> =>
    snapshots.find({ tenant, published: true }).sort({ seq: 1 }).toArray();

  /** Facts in a gap that nobody needs: their ids, and whose they are. */
  async function* unneeded<D extends VersionDoc | LinkDoc>(
    facts: Collection<D>,
    tenant: TenantId,
    { after, before }: Gap,
    view: View,
  ): AsyncGenerator<Pick<D, '_id'> & { readonly objectId?: ObjectId }> {
    const inside = { tenant, to: { $gt: after, $lte: before }, from: { $gt: after } } as unknown as Filter<D>;
    const found = facts.find(inside, { projection: { from: 1, to: 1, objectId: 1 } });
    for await (const fact of found as AsyncIterable<D>)
      if (wasBegun(fact, view) && endOf(fact, view) === fact.to) yield fact;
  }

  async function count<D extends VersionDoc | LinkDoc>(
    facts: Collection<D>,
    tenant: TenantId,
    gaps: readonly Gap[],
    view: View,
  ): Promise<number> {
    let found = 0;
    for (const gap of gaps) for await (const _fact of unneeded(facts, tenant, gap, view)) found += 1;
    return found;
  }

  async function remove<D extends VersionDoc | LinkDoc>(
    facts: Collection<D>,
    tenant: TenantId,
    gap: Gap,
    view: View,
  ): Promise<number> {
    const ids: string[] = [];
    const objects = new Set<ObjectId>();
    for await (const { _id, objectId } of unneeded(facts, tenant, gap, view)) {
      ids.push(_id);
      if (objectId !== undefined) objects.add(objectId);
    }
    let removed = 0;
    for (let start = 0; start < ids.length; start += IDS_PER_DELETE) {
      const which = { _id: { $in: ids.slice(start, start + IDS_PER_DELETE) } } as unknown as Filter<D>;
      removed += (await facts.deleteMany(which)).deletedCount;
    }
    await forgetNames(collections, tenant, objects, view.newest);
    return removed;
  }

  return {
    async shelf(tenant) {
      return (await shelf(tenant)).map(shelved);
    },

    async hold(tenant, seq, hold) {
      const which = { _id: headerId(tenant, seq), published: true, pruned: { $exists: false } };
      return (await snapshots.updateOne(which, { $set: { hold } })).matchedCount === 1;
    },

    async release(tenant, seq) {
      const _id = headerId(tenant, seq);
      const held = (await snapshots.findOne({ _id, published: true }))?.hold;
      if (held) await snapshots.updateOne({ _id }, { $unset: { hold: '' } });
      return held ?? null;
    },

    async markPruned(tenant, seqs, at) {
      const newest = (await shelf(tenant)).at(-1)?.seq;
      const marked: Seq[] = [];
      for (const seq of seqs) {
        if (newest === undefined || seq >= newest) continue;
        // One condition decides between a hold and this, whoever comes first.
        const which = {
          _id: headerId(tenant, seq),
          published: true,
          hold: { $exists: false },
          pruned: { $exists: false },
        };
        const answer = await snapshots.updateOne(which, { $set: { pruned: { at, swept: false } } });
        if (answer.matchedCount === 1) marked.push(seq);
      }
      return marked;
    },

    async countUnneeded(tenant, kept) {
      const headers = await shelf(tenant);
      const view = viewOf(headers.at(-1) ?? null);
      const whole = new Set(kept);
      const gaps = gapsBetween(headers, (header) => whole.has(header.seq));
      return {
        versions: await count(versions, tenant, gaps, view),
        links: await count(links, tenant, gaps, view),
      };
    },

    async sweepPruned(tenant, markedBy) {
      const headers = await shelf(tenant);
      const view = viewOf(headers.at(-1) ?? null);
      const due = ({ pruned }: HeaderDoc): boolean => pruned !== undefined && pruned.at <= markedBy;
      const removed: { -readonly [K in keyof FactCount]: number } = { versions: 0, links: 0 };
      for (const gap of gapsBetween(headers, (header) => !due(header))) {
        const inside = headers.filter(({ seq }) => seq > gap.after && seq < gap.before);
        const unswept = inside.filter(({ pruned }) => pruned?.swept === false);
        if (unswept.length === 0) continue;
        removed.versions += await remove(versions, tenant, gap, view);
        removed.links += await remove(links, tenant, gap, view);
        // Last: a sweep that died before is done again.
        for (const { _id } of unswept) await snapshots.updateOne({ _id }, { $set: { 'pruned.swept': true } });
      }
      return removed;
    },
  };
}

/** Gaps that hold at least one snapshot; `headers` oldest first. Above the last whole one there is none: it is the newest. */
function gapsBetween(headers: readonly HeaderDoc[], isWhole: (header: HeaderDoc) => boolean): Gap[] {
  const gaps: Gap[] = [];
  let after: Seq = 0;
  let between = 0;
  for (const header of headers) {
    if (!isWhole(header)) {
      between += 1;
      continue;
    }
    if (between > 0) gaps.push({ after, before: header.seq });
    after = header.seq;
    between = 0;
  }
  return gaps;
}

const shelved = (doc: HeaderDoc): ShelvedSnapshot => ({
  header: headerOf(doc),
  ...(doc.hold ? { hold: doc.hold } : {}),
  ...(doc.pruned ? { prunedAt: doc.pruned.at } : {}),
});
