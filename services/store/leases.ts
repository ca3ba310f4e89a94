import type { Db } from 'mongodb';
import type { Clock } from '../model/clock.js';
import type { Leases } from '../model/jobs.js';
import { crossingPort } from './crossing.js';

interface LeaseDoc {
  readonly _id: string;
  readonly holder: string;
  readonly fence: number;
  /** Machine time in milliseconds; 0 = free. */
  readonly until: number;
}

/**
 * Leases in the database. They guard processes, so they live in machine time: the product's clock without its offset.
 * `holder` must be unique per acquisition; that is how an acquisition whose answer was lost is recognised.
 */
export function createLeases(db: Db, clock: Clock): Leases {
  const leases = db.collection<LeaseDoc>('leases');
  const machineNow = (): number => clock.now().getTime() - clock.offsetInMs();

  async function ensure(name: string): Promise<void> {
    if (await leases.findOne({ _id: name })) return;
    await leases
      .updateOne({ _id: name }, { $setOnInsert: { holder: '', fence: 0, until: 0 } }, { upsert: true })
      .catch(async (error: unknown) => {
        // Somebody else was faster: fine. The code of that error differs between databases.
        if (!(await leases.findOne({ _id: name }))) throw error;
      });
  }

  return crossingPort({
    async acquire(name, holder, ttlInMs) {
      await ensure(name);
      const now = machineNow();
      const taken = await leases.findOneAndUpdate(
        { _id: name, until: { $lte: now } },
        { $inc: { fence: 1 }, $set: { holder, until: now + ttlInMs } },
        { returnDocument: 'after' },
      );
      if (taken) return { fence: taken.fence };
      const held = await leases.findOne({ _id: name });
      return held?.holder === holder && held.until > now ? { fence: held.fence } : null;
    },

    async held(name) {
      const lease = await leases.findOne({ _id: name });
      return lease !== null && lease.until > machineNow();
    },

    async renew(name, holder, fence, ttlInMs) {
      const answer = await leases.updateOne(
        { _id: name, holder, fence },
        { $set: { until: machineNow() + ttlInMs } },
      );
      return answer.matchedCount === 1;
    },

    async release(name, holder, fence) {
      await leases.updateOne({ _id: name, holder, fence }, { $set: { holder: '', until: 0 } });
    },
  });
}

/**
 * Ends every lease. Only for a database that no other process can be at: whoever held one is dead, and nobody need wait for it.
 * Fences go on rising. There is one a tenant and kind of work: they are gone through by their names.
 */
export async function freeLeases(db: Db): Promise<void> {
  await db
    .collection<LeaseDoc>('leases')
    .updateMany({ _id: { $gt: '' }, until: { $gt: 0 } }, { $set: { holder: '', until: 0 } });
}
