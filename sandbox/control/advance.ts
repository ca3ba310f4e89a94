/** "1h", "1d", 90000 or an instant: how the clock is moved by request. */
import { DateTime, Duration } from 'luxon';
import { z } from 'zod';
import type { RunningClock } from '../clock.js';

const UNITS = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days', w: 'weeks' } as const;
const BY = /^(\d+(?:\.\d+)?)\s*([smhdw])$/;

export const advanceBody = z.union([
  z.strictObject({
    by: z.union([z.number().int().nonnegative(), z.string().regex(/^\d+$|^\d+(\.\d+)?\s*[smhdw]$/)]),
  }),
  z.strictObject({ to: z.iso.datetime({ offset: true }) }),
]);

/** Moves the clock as the body says. A day is 24 hours, whatever daylight saving does. */
export function advance(
  clock: Pick<RunningClock, 'moveBy' | 'moveTo'>,
  body: z.infer<typeof advanceBody>,
): Promise<void> {
  return 'to' in body ? clock.moveTo(DateTime.fromISO(body.to).toJSDate()) : clock.moveBy(spanOf(body.by));
}

/** @returns milliseconds */
export function spanOf(by: number | string): number {
  if (typeof by === 'number') return by;
  const [, amount, unit] = BY.exec(by) ?? [];
  if (amount === undefined || unit === undefined) {
    const ms = by.trim() === '' ? Number.NaN : Number(by);
    if (Number.isFinite(ms)) return ms;
    throw new RangeError(`"${by}" is no span of time; write 90s, 15m, 1h or 1d.`);
  }
  return Duration.fromObject({ [UNITS[unit as keyof typeof UNITS]]: Number(amount) }).toMillis();
}
