import type { Leases } from '../model/jobs.js';
import type { Log } from '../model/log.js';
import { RewindError } from '../model/errors.js';

export interface HeldLease {
  readonly fence: number;
  /** @throws LEASE_LOST as soon as a renewal has failed */
  stillOurs(): void;
  release(): Promise<void>;
}

/**
 * Takes a lease and renews it by a timer until it is released. A renewal that cannot reach the store is tried again; only an answer
 * that somebody else holds it ends the work (what the store believes is checked at the commit in any case, by the fence).
 * @returns null = somebody else holds it
 */
export async function holdLease(
  leases: Leases,
  name: string,
  holder: string,
  ttlInMs: number,
  log: Log,
): Promise<HeldLease | null> {
  const taken = await leases.acquire(name, holder, ttlInMs);
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
      await leases.release(name, holder, fence).catch((error: unknown) => {
        log.warn({ lease: name, error: String(error) }, 'could not release the lease; it ends by itself');
      });
    },
  };
}
