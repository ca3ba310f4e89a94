import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  clip,
  daysLeft,
  formatClock,
  formatDuration,
  formatInstant,
  formatPoint,
  formatRelative,
  formatShort,
  formatValue,
  listing,
  plural,
  spellOut,
} from '../../cards/format.js';
import { columns, wrap } from '../../cards/text-kit.js';

const ZONE = 'Europe/Berlin';
const NOW = new Date('2026-11-21T08:55:00Z');

describe('times', () => {
  test('[R2] an exact time names its zone', () => {
    expect(formatInstant('2026-11-20T01:00:00Z', ZONE)).toBe('Fri 20 Nov 2026, 02:00 (Europe/Berlin)');
    expect(formatInstant('2026-11-20T01:00:00Z', 'America/New_York')).toBe(
      'Thu 19 Nov 2026, 20:00 (America/New_York)',
    );
  });

  test('[R2] a restore point names its time and its number', () => {
    expect(formatPoint({ takenAt: '2026-11-20T01:00:00Z', seq: 14 }, ZONE)).toBe(
      'Fri 20 Nov 2026, 02:00 (Europe/Berlin), snapshot 14',
    );
  });

  test('[R2] the hour that a clock change repeats is told apart', () => {
    expect(formatInstant('2026-10-25T00:30:00Z', ZONE)).toBe(
      'Sun 25 Oct 2026, 02:30 UTC+02:00 (Europe/Berlin)',
    );
    expect(formatInstant('2026-10-25T01:30:00Z', ZONE)).toBe(
      'Sun 25 Oct 2026, 02:30 UTC+01:00 (Europe/Berlin)',
    );
  });

  test.each([
    ['2026-11-21T06:12:00Z', 'today 07:12'],
    ['2026-11-20T15:04:00Z', 'yesterday 16:04'],
    ['2026-11-22T01:00:00Z', 'tomorrow 02:00'],
    ['2026-11-18T10:00:00Z', 'Wed 11:00'],
    ['2026-11-07T01:00:00Z', 'Sat 7 Nov 02:00'],
    ['2025-11-07T01:00:00Z', 'Fri 7 Nov 2025 02:00'],
    ['2026-11-28T01:00:00Z', 'Sat 28 Nov 02:00'],
  ])('%s reads "%s"', (iso, words) => {
    expect(formatRelative(iso, ZONE, NOW)).toBe(words);
  });

  test('days are local days: half past midnight in Berlin is today, though it is yesterday in UTC', () => {
    expect(formatRelative('2026-11-20T23:30:00Z', ZONE, NOW)).toBe('today 00:30');
    expect(formatClock('2026-11-21T09:55:00Z', ZONE, NOW)).toBe('10:55');
    expect(formatClock('2026-11-22T09:55:00Z', ZONE, NOW)).toBe('Sun 22 Nov 10:55');
    expect(formatShort('2026-11-20T01:00:00Z', ZONE, NOW)).toBe('Fri 20 Nov 02:00');
  });

  test('[B8] days left are whole days, never negative', () => {
    expect(daysLeft('2026-12-21T06:12:00Z', NOW)).toBe(29);
    expect(daysLeft('2026-11-21T08:00:00Z', NOW)).toBe(0);
  });

  test.each([
    [41_000, '41 s'],
    [3_600_000, '1 h'],
    [180_000, '3 min'],
    [28_200_000, '7 h 50 min'],
    [200_000_000, '2 days'],
  ])('%d ms reads "%s"', (ms, words) => {
    expect(formatDuration(ms)).toBe(words);
  });
});

describe('values', () => {
  test('empty, unknown and no are three different words', () => {
    expect([undefined, null, '', [], false, 0].map((value) => formatValue(value))).toEqual([
      '(not in this snapshot)',
      '(empty)',
      '(empty)',
      '(empty)',
      'no',
      '0',
    ]);
  });

  test('what is cut is counted, and nothing is longer than asked for', () => {
    expect(clip('abcdef', 4)).toBe('abcd… (2 more characters)');
    expect(listing(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more');
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 400 }),
        fc.integer({ min: 1, max: 200 }),
        (text, limit) => {
          expect([...clip(text, limit)].length).toBeLessThanOrEqual(limit + 24);
        },
      ),
    );
  });

  test('words', () => {
    expect([plural(1, 'membership'), plural(3, 'membership'), plural(1204, 'user')]).toEqual([
      '1 membership',
      '3 memberships',
      '1,204 users',
    ]);
    expect(spellOut('onPremisesSyncEnabled')).toBe('On premises sync enabled');
  });
});

describe('terminal lines', () => {
  test('are never wider than asked for and lose no word', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '山', 'x'), minLength: 1, maxLength: 30 }), {
          minLength: 1,
          maxLength: 30,
        }),
        fc.integer({ min: 20, max: 120 }),
        fc.integer({ min: 0, max: 40 }),
        (words, width, indent) => {
          const lines = wrap(words.join(' '), width, indent);
          for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(width);
          expect(lines.join('').replace(/ /g, '')).toBe(words.join(''));
        },
      ),
    );
  });
});
