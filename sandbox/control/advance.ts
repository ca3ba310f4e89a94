/** "1h", "1d", 90000 or an instant → where the clock shall stand. */
import { DateTime, Duration } from 'luxon';
import { z } from 'zod';

const UNITS = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days', w: 'weeks' } as const;
const BY = /^(\d+(?:\.\d+)?)\s*([smhdw])$/;

export const advanceBody = z.union([
  z.strictObject({
    by: z.union([z.number().int().nonnegative(), z.string().regex(/^\d+$|^\d+(\.\d+)?\s*[smhdw]$/)]),
  }),
  z.strictObject({ to: z.iso.datetime({ offset: true }) }),
]);

/** @param now  the sandbox's time; a day is 24 hours, whatever daylight saving does */
export function instantFrom(body: { by: number | string } | { to: string }, now: Date): Date {
  if ('to' in body) return DateTime.fromISO(body.to).toJSDate();
  if (typeof body.by === 'number') return new Date(now.getTime() + body.by);
  const [, amount, unit] = BY.exec(body.by) ?? [];
  if (amount === undefined || unit === undefined) {
    const ms = Number(body.by);
    if (!Number.isFinite(ms))
      throw new RangeError(`"${body.by}" is no span of time; write 90s, 15m, 1h or 1d.`);
    return new Date(now.getTime() + ms);
  }
  const span = Duration.fromObject({ [UNITS[unit as keyof typeof UNITS]]: Number(amount) });
  return new Date(now.getTime() + span.toMillis());
}
