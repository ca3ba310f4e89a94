import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { explain, isNearMiss, type NearMiss } from '../../../bot/grammar/index.js';
import { read } from './reading.js';

describe('[C1] a near miss', () => {
  test.each([
    ['restor user alice from yesterday', 'restore user alice from yesterday'],
    ['retsore user alice from yesterday', 'restore user alice from yesterday'],
    ['statsu', 'status'],
    ['whta changed since yesterday', 'what changed since yesterday'],
    ['restore alice from yestreday', 'restore alice from yesterday'],
    ['restore alice with membreships from yesterday', 'restore alice with memberships from yesterday'],
    ['restroe alice from yestreday', 'restore alice from yesterday'],
    ['bakup now', 'backup now'],
  ])('"%s" gets "%s" as a sentence to run', (text, nearestSentence) => {
    const missed = read(text);
    expect(isNearMiss(missed)).toBe(true);
    const [first] = explain(missed as NearMiss).suggestions;
    expect(first).toBe(nearestSentence);
    expect(isNearMiss(read(String(first)))).toBe(false);
  });

  test.each(['make me a sandwich', 'alice', '42', 'delete user alice', 'drop table users', '/help@bot'])(
    '"%s" runs nothing',
    (text) => {
      const missed = read(text);
      expect(missed).toMatchObject({ miss: 'unknown' });
      expect('nearest' in missed).toBe(false);
    },
  );

  test.each([
    ['restore', 'a name'],
    ['restore user from yesterday', 'a name'],
    ['restore alice from', 'a time'],
    ['restore alice with', 'what to bring back'],
    ['show', 'a name'],
    ['compare alice', 'a name and a time'],
    ['approve', 'the number of a request'],
    ['hand over', 'the number of a request'],
    ['reset password for', 'a name'],
  ])('"%s" says that %s is missing', (text, missing) => {
    const missed = read(text);
    if (!isNearMiss(missed)) throw new Error(`was read as ${missed.command}`);
    expect(explain(missed).problem).toMatch(new RegExp(`missing|time`));
    if (missed.miss === 'incomplete') expect(missed.missing).toBe(missing);
    else expect(missed.miss).toBe('time');
  });

  test('a command that takes nothing does not swallow words that mean something', () => {
    expect(read('status of alice')).toMatchObject({ miss: 'unknown', nearest: 'status' });
    expect(read('backup user alice')).toMatchObject({ miss: 'unknown', nearest: 'backup now' });
  });

  test('[R17] a dry run may be said first or last', () => {
    expect(read('dry run restore user alice from yesterday')).toEqual(
      read('restore user alice from yesterday dry run'),
    );
    expect(read('dry run restore user alice')).toMatchObject({ command: 'restore', dryRun: true });
  });

  test('of two slips both are put right before anything is offered, or nothing is', () => {
    const twice = read('restore user alice without mangaer with membershps');
    expect(isNearMiss(twice) && explain(twice).suggestions).toEqual([
      'restore user alice without manager with memberships',
    ]);
    const hopeless = read('restore without mangaer without blocked restore');
    expect(isNearMiss(hopeless) && explain(hopeless).suggestions).toEqual([]);
  });

  test('any text at all is read without failing, and whatever is offered can be run', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 80 }), wordSalad), (text) => {
        const parsed = read(text);
        if (!isNearMiss(parsed)) return;
        for (const sentence of explain(parsed).suggestions)
          expect(isNearMiss(read(sentence)) && read(sentence)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

const wordSalad = fc
  .array(
    fc.constantFrom(
      ...[
        'restore',
        'restor',
        'user',
        'users',
        'group',
        'alice',
        '"bob c"',
        'from',
        'yesterday',
        'at',
        'to',
        'snapshot',
        '14',
        'with',
        'memberships',
        'mangaer',
      ],
      ...[
        'and',
        ',',
        'without',
        'object',
        'exactly',
        'blocked',
        'because',
        'only',
        'as',
        'of',
        'undo',
        'last',
        'approve',
        '31',
        'number',
        '47',
        'compare',
        'now',
        'what',
        'changed',
        'help',
        '"',
        "'",
        '?',
      ],
    ),
    { maxLength: 10 },
  )
  .map((words) => words.join(' '));
