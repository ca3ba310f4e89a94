import { HEADER_FORMAT, OPEN } from '../../model/history.js';
import type { HistoryWriter, SnapshotHeader } from '../../model/history.js';
import type { Seq, TenantId } from '../../model/ids.js';
import { RewindError } from '../../model/errors.js';
import { headerId, headerOf } from './documents.js';
import type { HistoryCollections } from './documents.js';
import { createRun } from './run.js';

/**
 * Begins runs. Who may publish is decided by two documents, without transactions (design §2):
 *  1. the tenant's head gives out the number, only to a fence that is not lower than any before, and remembers the fence;
 *  2. the header says 'running' with that fence; whoever begins later turns it to 'abandoned', by a conditional update, and publishing
 *     is a conditional update of the same field: exactly one of the two happens.
 * A process that stood still between the two looks at the head again after it stored its header, and gives up if it was overtaken.
 */
export function createHistoryWriter(collections: HistoryCollections): HistoryWriter {
  const { versions, links, snapshots, heads } = collections;

  /** Takes away what unpublished numbers wrote. Harmless at any time and by anyone: readers ignore it anyway. */
  async function mend(tenant: TenantId, numbers: readonly Seq[]): Promise<number> {
    if (numbers.length === 0) return 0;
    const which = numbers.length === 1 ? numbers[0]! : { $in: [...numbers] };
    let mended = 0;
    for (const facts of [versions, links]) {
      mended += (await facts.deleteMany({ tenant, from: which })).deletedCount;
      mended += (await facts.updateMany({ tenant, to: which }, { $set: { to: OPEN } })).modifiedCount;
    }
    return mended;
  }

  /** Gives up every run of a fence not above ours that is still marked running and was numbered before `below`. */
  async function abandonRunning(tenant: TenantId, fence: number, below: Seq): Promise<Seq[]> {
    const given: Seq[] = [];
    const running = snapshots.find({ tenant, status: 'running', seq: { $lt: below } });
    for (const header of await running.toArray()) {
      if (header.fence > fence) throw new RewindError('LEASE_LOST');
      const answer = await snapshots.updateOne(
        { _id: header._id, status: 'running' },
        { $set: { status: 'abandoned' } },
      );
      if (answer.modifiedCount === 1) given.push(header.seq);
    }
    return given;
  }

  async function head(tenant: TenantId, fence: number, step: 0 | 1): Promise<Seq> {
    const filter = { _id: tenant as string };
    if (!(await heads.findOne(filter)))
      // Two at once: one of them inserts, which one does not matter.
      await heads
        .updateOne(filter, { $setOnInsert: { tenant, seq: 0, fence: 0, named: true } }, { upsert: true })
        .catch(async (error: unknown) => {
          if (!(await heads.findOne(filter))) throw error;
        });
    const taken = await heads.findOneAndUpdate(
      { ...filter, fence: { $lte: fence } },
      { $inc: { seq: step }, $set: { fence } },
      { returnDocument: 'after' },
    );
    if (!taken) throw new RewindError('LEASE_LOST');
    return taken.seq;
  }

  async function newestPublished(tenant: TenantId): Promise<SnapshotHeader | null> {
    const found = await snapshots.findOne({ tenant, published: true }, { sort: { seq: -1 } });
    return found && headerOf(found);
  }

  const skippedBelow = (seq: Seq, previous: SnapshotHeader | null): Seq[] => {
    const skipped = [...(previous?.skipped ?? [])];
    for (let number = (previous?.seq ?? 0) + 1; number < seq; number += 1) skipped.push(number);
    return skipped;
  };

  return {
    async begin(tenant, { trigger, by, startedAt, fence }) {
      const seq = await head(tenant, fence, 1);
      await abandonRunning(tenant, fence, seq);
      const previous = await newestPublished(tenant);
      if (previous && previous.seq > seq) throw new RewindError('LEASE_LOST');
      const skipped = skippedBelow(seq, previous);
      const header: SnapshotHeader = {
        tenant,
        seq,
        formatVersion: HEADER_FORMAT,
        status: 'running',
        trigger,
        ...(by ? { by } : {}),
        startedAt,
        mode: 'full',
        parts: {},
        counts: {},
        changes: {},
        tokens: {},
        cost: { requests: 0, resourceUnits: 0, writes: 0, throttled: 0 },
        partialReasons: [],
        fence,
        ...(previous ? { previous: previous.seq } : {}),
        skipped,
      };
      // Sent twice by a patient driver, it must not wake a header that was abandoned in between.
      await snapshots.updateOne(
        { _id: headerId(tenant, seq) },
        { $setOnInsert: { ...header, published: false } },
        { upsert: true },
      );
      const now = await heads.findOne({ _id: tenant });
      const run = createRun(collections, header, previous, (numbers) => mend(tenant, numbers));
      if (now?.seq !== seq || now.fence !== fence) {
        await run.abandon();
        throw new RewindError('LEASE_LOST');
      }
      await mend(tenant, skipped);
      return run;
    },

    async sweep(tenant, fence) {
      const seq = await head(tenant, fence, 0);
      const abandoned = await abandonRunning(tenant, fence, seq + 1);
      const mended = await mend(tenant, skippedBelow(seq + 1, await newestPublished(tenant)));
      return { abandoned, mended };
    },
  };
}
