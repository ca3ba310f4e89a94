import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keptBy, parseRetention } from '../../../services/snapshots/retention-policy.js';

const DAY = 24 * 60 * 60_000;
const NOW = new Date('2026-11-21T08:55:00Z');
const daily = (days: number, at = NOW) =>
  Array.from({ length: days }, (_, index) => ({
    seq: index + 1,
    startedAt: new Date(at.getTime() - (days - 1 - index) * DAY).toISOString(),
    status: 'complete' as const,
  }));
const kept = (policy: string, snapshots: Parameters<typeof keptBy>[1], zone = 'Europe/Berlin') =>
  [...keptBy(parseRetention(policy)!, snapshots, NOW, zone)].sort((a, b) => a - b);

describe('[B13] retention policy', () => {
  test.each([
    ['all 90 days, daily 1 year, monthly 7 years', 3],
    ['ALL 365 days', 1],
    ['all forever', 1],
    ['weekly 10 weeks ,yearly forever', 2],
  ])('%s is understood', (text, rules) => expect(parseRetention(text)).toHaveLength(rules));

  test.each([
    '',
    'all',
    'all 0 days',
    'all -1 days',
    'all 90',
    'hourly 2 days',
    'all 1 day; daily 1 year',
    'all 1 day, all 2 days',
  ])('"%s" is not', (text) => expect(parseRetention(text)).toBeNull());

  test('all for N days keeps those and nothing older', () => {
    expect(kept('all 3 days', daily(10))).toEqual([7, 8, 9, 10]);
    expect(kept('all forever', daily(10))).toHaveLength(10);
  });

  test('of each day, week, month and year the last one stays', () => {
    const days = kept('monthly 1 year', daily(100)).map((seq) => daily(100)[seq - 1]!.startedAt.slice(0, 10));
    expect(days).toEqual(['2026-08-31', '2026-09-30', '2026-10-31', '2026-11-21']);
    const weeks = kept('weekly 3 weeks', daily(100)).map((seq) =>
      daily(100)[seq - 1]!.startedAt.slice(0, 10),
    );
    expect(weeks).toEqual(['2026-11-01', '2026-11-08', '2026-11-15', '2026-11-21']);
  });

  test('days are those of the zone, across a change of clocks', () => {
    const at = (seq: number, startedAt: string) => ({ seq, startedAt, status: 'complete' as const });
    // 23:30 on the 24th and 00:30 on the 25th in Berlin, when summer time ends.
    const night = [
      at(1, '2026-10-24T21:30:00Z'),
      at(2, '2026-10-24T22:30:00Z'),
      at(3, '2026-10-25T22:30:00Z'),
    ];
    expect(kept('daily 1 year', night)).toEqual([1, 3]);
    expect(kept('daily 1 year', night, 'UTC')).toEqual([2, 3]);
  });

  test('a partial snapshot never takes the place of a complete one', () => {
    const [first, second, third] = daily(3);
    const sameDay = [
      { ...first!, startedAt: '2026-11-01T01:00:00Z' },
      { ...second!, startedAt: '2026-11-01T09:00:00Z', status: 'partial' as const },
      third!,
    ];
    expect(kept('daily 1 year', sameDay)).toEqual([1, 3]);
    // The newest is partial: the newest complete one stays too, however old.
    const old = [
      { ...first!, startedAt: '2020-01-01T01:00:00Z' },
      { ...third!, status: 'partial' as const },
    ];
    expect(kept('all 1 day', old)).toEqual([1, 3]);
  });

  test('choosing again among what is kept gives up nothing more at the same time', () => {
    const rule = fc
      .tuple(fc.constantFrom('all', 'daily', 'weekly', 'monthly', 'yearly'), fc.integer({ min: 1, max: 200 }))
      .map(([kind, days]) => `${kind} ${days} days`);
    fc.assert(
      fc.property(
        fc.uniqueArray(rule, { minLength: 1, maxLength: 4, selector: (text) => text.split(' ')[0] }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 300 * 24 }), fc.boolean()), {
          minLength: 1,
          maxLength: 60,
        }),
        (rules, moments) => {
          const snapshots = moments
            .sort(([a], [b]) => b - a)
            .map(([hours, partial], index) => ({
              seq: index + 1,
              startedAt: new Date(NOW.getTime() - hours * 3_600_000).toISOString(),
              status: partial ? ('partial' as const) : ('complete' as const),
            }));
          const once = kept(rules.join(','), snapshots);
          const left = snapshots.filter(({ seq }) => once.includes(seq));
          expect(kept(rules.join(','), left)).toEqual(once);
        },
      ),
    );
  });
});
