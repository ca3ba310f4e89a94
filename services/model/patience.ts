import { setTimeout as after } from 'node:timers/promises';
import { isRewindError } from './errors.js';

/** Machine time between two tries; the last one again and again. */
const WAITS_IN_MS = [100, 250, 500, 1_000, 2_000] as const;
/** Races that are lost at once are tried again at once so often; from then on each waits a little, so that nobody spins. */
const FREE_TRIES = 3;
const LONGEST_BREATH_IN_MS = 50;

export interface Patience {
  /** Machine time, since it waits for a machine. */
  readonly forInMs: number;
  /** Aborted: the running try is the last one. */
  readonly signal?: AbortSignal;
  /** Which failures are waited out. Default: the database cannot be reached. */
  readonly whileIt?: (error: unknown) => boolean;
}

/**
 * Tries again while it fails, however quickly the failure comes back: for what has to be said to a database that is away.
 * @throws what the last try threw, after `forInMs`; at once what is not waited out
 */
export async function patiently<T>(
  work: () => Promise<T>,
  { forInMs, signal, whileIt = storeIsAway }: Patience,
): Promise<T> {
  const end = performance.now() + forInMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const waitInMs = waitAfter(attempt + 1);
      if (!whileIt(error) || signal?.aborted || performance.now() + waitInMs > end) throw error;
      await after(waitInMs, undefined, signal ? { signal } : {}).catch(() => undefined);
    }
  }
}

const waitAfter = (failures: number): number => WAITS_IN_MS[Math.min(failures, WAITS_IN_MS.length) - 1]!;

/** Waits after a failure, longer each time. @param failures  so far, from 1 */
export const backOff = (failures: number): Promise<void> => after(waitAfter(failures));

const storeIsAway = (error: unknown): boolean => isRewindError(error, 'STORE_UNREACHABLE');

/**
 * Between two tries of a compare-and-set that somebody else won: lets the others go on, longer each time.
 * @param lost  how often it was lost so far, from 1
 */
export async function breathe(lost: number): Promise<void> {
  if (lost <= FREE_TRIES) return;
  await after(Math.min(LONGEST_BREATH_IN_MS, 2 ** (lost - FREE_TRIES)));
}
