import { DateTime } from 'luxon';
import { z } from 'zod';
import { control } from './sandbox-control.js';

/** The demo tenant's zone, whatever the machine's (DESIGN §8). */
const ZONE = 'Europe/Berlin';

const clockAnswer = z.object({ now: z.string() });

/** The sandbox's time. */
export async function sandboxNow(controlUrl: string): Promise<DateTime> {
  return DateTime.fromISO(clockAnswer.parse(await control(controlUrl, 'clock')).now).setZone(ZONE);
}

/** Moves a new story to its first restore point, before the service connects and takes its first snapshot. */
export async function moveToFirstNight(controlUrl: string): Promise<void> {
  const now = await sandboxNow(controlUrl);
  const first = now.startOf('day').set({ hour: 2 });
  if (now < first) await control(controlUrl, 'advance', { to: first.toUTC().toISO() });
}
