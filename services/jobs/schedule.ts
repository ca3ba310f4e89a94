import { CronExpressionParser } from 'cron-parser';
import { IANAZone } from 'luxon';
import { RewindError } from '../model/errors.js';

/**
 * Schedules as people write them: "daily at 02:00", "hourly", "every 6 hours", "every 30 minutes", "weekly on Sunday at 03:00",
 * or five cron fields. In local time of a zone: a time that a change of clocks leaves out comes an hour later, one that it repeats
 * comes once, and hours and minutes keep their rhythm.
 */
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

const PHRASES: readonly [RegExp, (match: RegExpMatchArray) => string | null][] = [
  [/^hourly$/, () => '0 * * * *'],
  [/^daily at (\d{1,2}):(\d{2})$/, ([, hour, minute]) => at(hour, minute, '* * *')],
  [/^daily$/, () => '0 2 * * *'],
  [/^every day at (\d{1,2}):(\d{2})$/, ([, hour, minute]) => at(hour, minute, '* * *')],
  [/^weekly on (\w+) at (\d{1,2}):(\d{2})$/, ([, day, hour, minute]) => weekly(day, hour, minute)],
  [
    /^every (\d+) hours?$/,
    ([, hours]) => parted(hours, 24, (n) => (n === 24 ? '0 0 * * *' : `0 */${n} * * *`)),
  ],
  [
    /^every (\d+) minutes?$/,
    ([, minutes]) => parted(minutes, 60, (n) => (n === 60 ? '0 * * * *' : `*/${n} * * * *`)),
  ],
];

const at = (hour = '', minute = '', days: string): string | null =>
  Number(hour) < 24 && Number(minute) < 60 ? `${Number(minute)} ${Number(hour)} ${days}` : null;

function weekly(day = '', hour = '', minute = ''): string | null {
  const weekday = WEEKDAYS.findIndex((name) => name === day || name.slice(0, 3) === day);
  return weekday < 0 ? null : at(hour, minute, `* * ${weekday}`);
}

/** Only even parts of the whole: "every 7 hours" would begin anew each midnight, which nobody means. */
function parted(text = '', whole: number, cron: (part: number) => string): string | null {
  const part = Number(text);
  return part > 0 && whole % part === 0 ? cron(part) : null;
}

/** The five cron fields of a schedule. @throws CONFIG_INVALID with what can be written instead */
export function cronOf(schedule: string): string {
  const text = schedule.trim().toLowerCase().replace(/\s+/g, ' ');
  for (const [pattern, toCron] of PHRASES) {
    const match = text.match(pattern);
    const cron = match && toCron(match);
    if (cron) return cron;
  }
  if (text.split(' ').length !== 5) throw notUnderstood(schedule);
  try {
    CronExpressionParser.parse(text);
    return text;
  } catch (cause) {
    throw notUnderstood(schedule, cause);
  }
}

const notUnderstood = (schedule: string, cause?: unknown): RewindError =>
  new RewindError(
    'CONFIG_INVALID',
    {
      reason: `the schedule "${schedule}" is none of: daily at 02:00 · hourly · every 6 hours (an even part of a day) · weekly on Sunday at 03:00 · five cron fields`,
    },
    { cause },
  );

/** @throws CONFIG_INVALID for a name that is no IANA zone */
export function checkZone(timeZone: string): string {
  if (!IANAZone.isValidZone(timeZone))
    throw new RewindError('CONFIG_INVALID', {
      reason: `"${timeZone}" is not a time zone such as Europe/Berlin`,
    });
  return timeZone;
}

/** The first instant of the schedule after `after`. @throws CONFIG_INVALID */
export function nextRunAfter(schedule: string, timeZone: string, after: Date): Date {
  const fields = CronExpressionParser.parse(cronOf(schedule), {
    tz: checkZone(timeZone),
    currentDate: after,
  });
  return fields.next().toDate();
}
