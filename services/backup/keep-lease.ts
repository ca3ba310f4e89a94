import type { Leases } from '../model/jobs.js';
import type { Log } from '../model/log.js';
import { RewindError } from '../model/errors.js';
import { patiently } from '../model/patience.js';

export interface HeldLease {
  readonly fence: number;
  /** @throws LEASE_LOST as soon as a renewal has failed */
  stillOurs(): void;
  /** Tries until the store has heard of it, or until the lease has ended by itself. */
  release(): Promise<void>;
}

/**
 * Takes a lease and renews it by a timer until it is released. A renewal that cannot reach the store is tried again; only an answer
 * that somebody else holds it ends the work (what the store believes is checked at the commit in any case, by the fence).
 * @param signal  aborted: the process goes down, and waits for no store
 * @returns null = somebody else holds it
 */
export async function holdLease(
  leases: Leases,
  name: string,
  holder: string,
  ttlInMs: number,
  log: Log,
  signal?: AbortSignal,
): Promise<HeldLease | null> {
  const patience = { forInMs: ttlInMs, ...(signal ? { signal } : {}) };
  // The same holder again: an acquisition whose answer was lost is recognised, and not waited for as somebody else's.
  const taken = await patiently(() => leases.acquire(name, holder, ttlInMs), patience);
  if (!taken) return null;
  const { fence } = taken;
  let lost = false;
  const timer = setInterval(() => {
    leases.renew(name, holder, fence, ttlInMs).then(
      (held) => {
        lost ||= !held;
      },
      (error: unknown) => log.warn({ lease: name, error: String(error) }, 'could not renew the lease'),
    );
  }, ttlInMs / 3);
  timer.unref();
  return {
    fence,
    stillOurs() {
      if (lost) throw new RewindError('LEASE_LOST');
    },
    async release() {
      clearInterval(timer);
      await patiently(() => leases.release(name, holder, fence), patience).catch((error: unknown) => {
        log.warn({ lease: name, error: String(error) }, 'could not release the lease; it ends by itself');
      });
    },
  };
}
