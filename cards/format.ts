import { DateTime } from 'luxon';
import type { JsonValue } from '../services/model/json.js';

/** All dates, counts and values of cards and texts are worded here. Times are ISO 8601 UTC in, the person's zone out. */

const at = (iso: string, zone: string): DateTime => DateTime.fromISO(iso, { zone, locale: 'en-GB' });

/** The hour that a clock change repeats is told apart by its offset. */
const offsetIfAmbiguous = (time: DateTime): string =>
  time.getPossibleOffsets().length > 1 ? ` UTC${time.toFormat('ZZ')}` : '';

/** "Fri 20 Nov 2026, 02:00 (Europe/Berlin)": the exact time, as every resolved time phrase is echoed (SPEC R2). */
export function formatInstant(iso: string, zone: string): string {
  const time = at(iso, zone);
  return `${time.toFormat('ccc d LLL yyyy, HH:mm')}${offsetIfAmbiguous(time)} (${zone})`;
}

/** "Fri 20 Nov 2026, 02:00 (Europe/Berlin), snapshot 14": a restore point. */
export const formatPoint = (
  { takenAt, seq }: { readonly takenAt: string; readonly seq: number },
  zone: string,
): string => `${formatInstant(takenAt, zone)}, snapshot ${seq}`;

/** "Fri 20 Nov 02:00", with the year only where it is not this one. Stands on cards that name the zone elsewhere. */
export function formatShort(iso: string, zone: string, now: Date): string {
  const time = at(iso, zone);
  const thisYear = time.year === DateTime.fromJSDate(now, { zone }).year;
  return `${time.toFormat(thisYear ? 'ccc d LLL HH:mm' : 'ccc d LLL yyyy HH:mm')}${offsetIfAmbiguous(time)}`;
}

/** "today 07:12", "yesterday 16:04", "tomorrow 02:00", "Fri 16:04" within the last six days, else like `formatShort`. */
export function formatRelative(iso: string, zone: string, now: Date): string {
  const time = at(iso, zone);
  const days = Math.round(
    time.startOf('day').diff(DateTime.fromJSDate(now, { zone }).startOf('day'), 'days').days,
  );
  const clock = `${time.toFormat('HH:mm')}${offsetIfAmbiguous(time)}`;
  if (days === 0) return `today ${clock}`;
  if (days === -1) return `yesterday ${clock}`;
  if (days === 1) return `tomorrow ${clock}`;
  if (days < 0 && days >= -6) return `${time.toFormat('ccc')} ${clock}`;
  return formatShort(iso, zone, now);
}

/** "Sat 21 Nov": the day on which it was. */
export const formatDay = (iso: string, zone: string): string => at(iso, zone).toFormat('ccc d LLL');

/** "10:55"; with the date in front where it is another day than `now`. */
export function formatClock(iso: string, zone: string, now: Date): string {
  const time = at(iso, zone);
  const sameDay = time.hasSame(DateTime.fromJSDate(now, { zone }), 'day');
  return sameDay ? `${time.toFormat('HH:mm')}${offsetIfAmbiguous(time)}` : formatShort(iso, zone, now);
}

/** "09:58:31" */
export const formatSeconds = (iso: string, zone: string): string => at(iso, zone).toFormat('HH:mm:ss');

/** "21 Dec, 07:12": the end of something. */
export const formatUntil = (iso: string, zone: string): string => at(iso, zone).toFormat('d LLL, HH:mm');

/** Whole days from now, never negative; what is left of the recycle bin's time. */
export const daysLeft = (iso: string, now: Date): number =>
  Math.max(0, Math.floor((Date.parse(iso) - now.getTime()) / 86_400_000));

/** "41 s", "3 min", "7 h 50 min", "2 days": rounded down to what a person needs. */
export function formatDuration(inMs: number): string {
  const seconds = Math.max(0, Math.round(inMs / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90 && minutes !== 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 || hours >= 10 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}

/** How long something took: "41 s", "under 1 s". */
export const formatTook = (inMs: number): string => (inMs < 1000 ? 'under 1 s' : formatDuration(inMs));

/** "1 membership", "3 memberships", "1,204 users". */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;

export const formatNumber = (value: number): string => value.toLocaleString('en-GB');

/** At most `limit` characters; what is cut is counted. */
export function clip(text: string, limit = 160): string {
  const characters = [...text];
  return characters.length <= limit
    ? text
    : `${characters.slice(0, limit).join('')}… (${characters.length - limit} more characters)`;
}

/** A property value in words. *Empty* and *unknown* are said apart (design §2). */
export function formatValue(value: JsonValue | undefined, limit = 160): string {
  if (value === undefined) return '(not in this snapshot)';
  if (value === null || value === '') return '(empty)';
  if (Array.isArray(value)) {
    if (value.length === 0) return '(empty)';
    return clip(value.map((item) => formatValue(item, limit)).join(', '), limit);
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object') return clip(JSON.stringify(value), limit);
  return clip(String(value), limit);
}

/** 'jobTitle' → 'Job title', for a property the catalogue has no words for. */
export function spellOut(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "Ann, Ben and 3 more" */
export function listing(names: readonly string[], shown = 3): string {
  if (names.length <= shown) return names.join(', ');
  return `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`;
}
