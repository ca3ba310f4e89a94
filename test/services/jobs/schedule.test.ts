import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { checkZone, cronOf, nextRunAfter } from '../../../services/jobs/schedule.js';

const BERLIN = 'Europe/Berlin';
const runs = (schedule: string, after: string, count: number, zone = BERLIN): string[] => {
  const list: string[] = [];
  for (let at = new Date(after); list.length < count;) {
    at = nextRunAfter(schedule, zone, at);
    list.push(at.toISOString().slice(0, 16));
  }
  return list;
};

describe('schedules', () => {
  test.each([
    ['daily at 02:00', '0 2 * * *'],
    ['Daily  at 2:05', '5 2 * * *'],
    ['every day at 23:59', '59 23 * * *'],
    ['daily', '0 2 * * *'],
    ['hourly', '0 * * * *'],
    ['every 6 hours', '0 */6 * * *'],
    ['every 24 hours', '0 0 * * *'],
    ['every 1 hour', '0 */1 * * *'],
    ['every 15 minutes', '*/15 * * * *'],
    ['weekly on Sunday at 03:00', '0 3 * * 0'],
    ['weekly on fri at 17:30', '30 17 * * 5'],
    ['30 2 * * 1-5', '30 2 * * 1-5'],
  ])('[B12] "%s" is understood', (schedule, cron) => {
    expect(cronOf(schedule)).toBe(cron);
  });

  test.each([
    'daily at 24:00',
    'daily at 02:60',
    'every 7 hours',
    'every 0 hours',
    'weekly on Someday at 02:00',
    'now and then',
    '61 * * * *',
    '* * * *',
    '',
  ])('"%s" is refused with what can be written instead', (schedule) => {
    expect(() => cronOf(schedule)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        userText: expect.stringContaining('daily at 02:00'),
      }),
    );
  });

  test('a zone that does not exist is refused', () => {
    expect(() => checkZone('Europe/Atlantis')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

describe('[B12] daylight saving', () => {
  test('daily at 02:00 keeps its local time, and comes an hour later on the day that has no 02:00', () => {
    expect(runs('daily at 02:00', '2026-03-27T12:00:00Z', 3)).toEqual([
      '2026-03-28T01:00',
      '2026-03-29T01:00',
      '2026-03-30T00:00',
    ]);
  });

  test('daily at 02:30 comes once on the day that has it twice', () => {
    expect(runs('daily at 02:30', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

  test('hourly neither stops nor doubles when the clocks change', () => {
    const eachHour = (from: string, list: string[]) =>
      expect(list).toEqual(
        list.map((_, i) =>
          DateTime.fromISO(`${from}Z`).plus({ hours: i }).toUTC().toFormat("yyyy-MM-dd'T'HH:mm"),
        ),
      );
    eachHour('2026-03-29T00:00', runs('hourly', '2026-03-28T23:30:00Z', 5));
    eachHour('2026-10-25T00:00', runs('hourly', '2026-10-24T23:30:00Z', 5));
  });

  test('every run of any schedule is later than the one before, at the local time that was asked for', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        fc.constantFrom(BERLIN, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'),
        (after, hour, minute, zone) => {
          const text = `daily at ${hour}:${String(minute).padStart(2, '0')}`;
          const next = nextRunAfter(text, zone, after);
          expect(next.getTime()).toBeGreaterThan(after.getTime());
          expect(next.getTime() - after.getTime()).toBeLessThanOrEqual(26 * 3_600_000);
          const local = DateTime.fromJSDate(next, { zone });
          const wanted = local.set({ hour, minute });
          // On a day without that time it is what the clocks show instead.
          expect(local.toFormat('HH:mm')).toBe(wanted.toFormat('HH:mm'));
        },
      ),
      { numRuns: 300 },
    );
  });
});
