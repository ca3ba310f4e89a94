import { z } from 'zod';
import { RewindError } from '../../services/model/errors.js';
import { sandboxNow } from './nights.js';
import type { Say, Stage } from './stage.js';

/** One a night, the last on the demo's own day (STORY §3). */
const SNAPSHOTS = 15;
const SNAPSHOT_TIMEOUT_IN_MS = 60_000;

/** What is read of /readyz: the newest snapshot's number and counts. */
const readyAnswer = z.looseObject({
  newest: z.object({ seq: z.number().int(), counts: z.record(z.string(), z.number()) }).nullish(),
});
export type NewestSnapshot = NonNullable<z.output<typeof readyAnswer>['newest']>;

export async function newestSnapshot(serviceUrl: string): Promise<NewestSnapshot | null> {
  const answer = await fetch(`${serviceUrl}/readyz`, { signal: AbortSignal.timeout(10_000) });
  return readyAnswer.parse(await answer.json()).newest ?? null;
}

/**
 * Plays the two weeks before the demo's morning: the service's own schedule takes each night's snapshot while the sandbox's clock
 * is moved on, then this morning's script runs amok. A demo that goes on has them behind it.
 */
export async function playTwoWeeks(stage: Stage, say: Say): Promise<void> {
  if (stage.continued) return;
  const first = (await sandboxNow(stage.sandbox.control)).startOf('day').set({ hour: 2 });
  for (let number = 1; number <= SNAPSHOTS; number++) {
    const night = first.plus({ days: number - 1 });
    if ((await sandboxNow(stage.sandbox.control)) < night)
      await stage.control('advance', { to: night.toUTC().toISO() });
    const snapshot = await waitForSnapshot(stage.serviceUrl, number);
    say(
      `snapshot ${number} · ${night.toFormat('ccc d LLL, HH:mm')} · ${snapshot.counts['user'] ?? 0} users, ${snapshot.counts['group'] ?? 0} groups`,
    );
  }
  const morning = first.plus({ days: SNAPSHOTS - 1 }).set({ hour: 9, minute: 50 });
  if ((await sandboxNow(stage.sandbox.control)) < morning)
    await stage.control('advance', { to: morning.toUTC().toISO() });
  // Now: the hello draws its suggestions from the tenant as the story finds it.
  await stage.installForPeople();
  stage.storyIsReady();
}

async function waitForSnapshot(serviceUrl: string, number: number): Promise<NewestSnapshot> {
  // A machine-time limit: the sandbox's clock stands at the night meanwhile.
  const limit = AbortSignal.timeout(SNAPSHOT_TIMEOUT_IN_MS);
  while (!limit.aborted) {
    const newest = await newestSnapshot(serviceUrl);
    if (newest && newest.seq >= number) return newest;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new RewindError('INTERNAL', {}, { message: `snapshot ${number} was not taken in time` });
}
