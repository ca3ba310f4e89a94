import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { formatWhen, parseWhen } from '../../../bot/grammar/index.js';

const ZONE = 'Europe/Berlin';
/** Saturday 21 Nov 2026, 09:55 in Berlin. */
const ctx = { now: new Date('2026-11-21T08:55:00Z'), timeZone: ZONE, locale: 'en-GB' };

const read = (phrase: string, context = ctx): string | null => {
  const when = parseWhen(phrase, context);
  if (when === null) return null;
  if (when.kind === 'day') return when.date;
  if (when.kind === 'instant') return when.at;
  return when.kind === 'snapshot' ? `#${when.seq}` : 'latest';
};

describe('[R2] a day', () => {
  test.each([
    ['yesterday', '2026-11-20'],
    ['today', '2026-11-21'],
    ['Friday', '2026-11-20'],
    ['last Friday', '2026-11-20'],
    ['Saturday', '2026-11-21'],
    ['Sunday', '2026-11-15'],
    ['monday', '2026-11-16'],
    ['20 Nov', '2026-11-20'],
    ['Nov 20', '2026-11-20'],
    ['November 20th', '2026-11-20'],
    ['20 Dec', '2025-12-20'],
    ['20 Nov 2026', '2026-11-20'],
    ['Fri 20 Nov 2026', '2026-11-20'],
    ['20/11/2026', '2026-11-20'],
    ['20.11.2026', '2026-11-20'],
    ['2026-11-20', '2026-11-20'],
    ['on 2026-11-20', '2026-11-20'],
    ['2 days ago', '2026-11-19'],
    ['a week ago', '2026-11-14'],
    ['the day before yesterday', '2026-11-19'],
    ['tomorrow', '2026-11-22'],
  ])('"%s" is %s', (phrase, date) => {
    expect(parseWhen(phrase, ctx)).toEqual({ kind: 'day', date, zone: ZONE, words: phrase });
  });

  test('is the asker’s: after midnight in Auckland, yesterday is another day than in New York', () => {
    const at = (timeZone: string): string | null =>
      read('yesterday', { ...ctx, now: new Date('2026-11-21T13:00:00Z'), timeZone });
    expect([at('Pacific/Auckland'), at('Europe/Berlin'), at('America/New_York')]).toEqual([
      '2026-11-21',
      '2026-11-20',
      '2026-11-20',
    ]);
  });

  test('numeric dates follow the asker’s locale', () => {
    expect(read('05/11/2026')).toBe('2026-11-05');
    expect(read('11/05/2026', { ...ctx, locale: 'en-US' })).toBe('2026-11-05');
  });
});

describe('[R2] an instant', () => {
  test.each([
    ['2 hours ago', '2026-11-21T06:55:00.000Z'],
    ['an hour ago', '2026-11-21T07:55:00.000Z'],
    ['half an hour ago', '2026-11-21T08:25:00.000Z'],
    ['15 minutes ago', '2026-11-21T08:40:00.000Z'],
    ['Friday 5pm', '2026-11-20T16:00:00.000Z'],
    ['last Friday 5pm', '2026-11-20T16:00:00.000Z'],
    ['last Friday at 17:00', '2026-11-20T16:00:00.000Z'],
    ['20 Nov at 02:00', '2026-11-20T01:00:00.000Z'],
    ['2026-11-20 02:00', '2026-11-20T01:00:00.000Z'],
    ['2026-11-20 2:00', '2026-11-20T01:00:00.000Z'],
    ['2026-11-20T02:00+01:00', '2026-11-20T01:00:00.000Z'],
    ['2026-11-20T02:00:07+01:00', '2026-11-20T01:00:07.000Z'],
    ['2026-11-20T01:00Z', '2026-11-20T01:00:00.000Z'],
    ['Fri 20 Nov 2026, 02:00', '2026-11-20T01:00:00.000Z'],
    ['07:10', '2026-11-21T06:10:00.000Z'],
    ['5pm', '2026-11-20T16:00:00.000Z'],
    ['20 Nov 5pm UTC', '2026-11-20T17:00:00.000Z'],
    ['now', '2026-11-21T08:55:00.000Z'],
    ['this morning', '2026-11-21T08:55:00.000Z'],
    ['yesterday morning', '2026-11-20T11:00:00.000Z'],
    ['yesterday evening', '2026-11-20T21:00:00.000Z'],
    ['last night', '2026-11-21T05:00:00.000Z'],
    ['in 2 hours', '2026-11-21T10:55:00.000Z'],
  ])('"%s" is %s', (phrase, at) => {
    expect(parseWhen(phrase, ctx)).toEqual({ kind: 'instant', at, zone: ZONE, words: phrase });
  });

  test('hours ago are real hours, also over a clock change', () => {
    const morningAfter = { ...ctx, now: new Date('2026-10-25T05:00:00Z') };
    expect(read('6 hours ago', morningAfter)).toBe('2026-10-24T23:00:00.000Z');
    expect(read('yesterday at 02:30', morningAfter)).toBe('2026-10-24T00:30:00.000Z');
  });

  test('a wall-clock time that a clock change skips is an hour later; a repeated one is the first', () => {
    expect(read('2026-03-29 02:30', { ...ctx, now: new Date('2026-04-01T00:00:00Z') })).toBe(
      '2026-03-29T01:30:00.000Z',
    );
    expect(read('2026-10-25 02:30')).toBe('2026-10-25T00:30:00.000Z');
  });
});

test.each([
  ['snapshot 14', '#14'],
  ['#14', '#14'],
  ['snapshot #14', '#14'],
  ['number 3', '#3'],
  ['latest', 'latest'],
  ['the latest snapshot', 'latest'],
  ['last backup', 'latest'],
])('"%s" is %s', (phrase, expected) => {
  expect(read(phrase)).toBe(expected);
});

test.each([
  'marketing',
  'Friday 25:00',
  '30 Feb',
  '2026-02-30',
  '2026-13-01',
  'Mon 20 Nov 2026',
  'november',
  'snapshot 0',
  '14',
  '',
  'yesterday or so',
  'between Monday and Friday',
  'Finance',
])('does not guess at "%s"', (phrase) => {
  expect(parseWhen(phrase, ctx)).toBeNull();
});

test('[C2] the canonical phrase of any time reads back as the same time', () => {
  const zones = fc.constantFrom(
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kathmandu',
    'Pacific/Auckland',
    'UTC',
  );
  const instants = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(instants, zones, (date, timeZone) => {
      const context = { ...ctx, timeZone };
      const phrase = formatWhen(
        { kind: 'instant', at: date.toISOString(), zone: timeZone, words: '' },
        timeZone,
      );
      expect(read(phrase.replace(/^at /, ''), context)).toBe(date.toISOString());
      const day = DateTime.fromJSDate(date, { zone: timeZone }).toISODate() ?? '';
      expect(
        read(
          formatWhen({ kind: 'day', date: day, zone: timeZone, words: '' }, timeZone).replace(/^from /, ''),
          context,
        ),
      ).toBe(day);
    }),
  );
});
