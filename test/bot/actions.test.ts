import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAction, ticked } from '../../bot/actions/schema.js';
import { VERBS } from '../../cards/verbs.js';
import { RewindError } from '../../services/model/errors.js';

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'parsed';
  } catch (error) {
    return error instanceof RewindError ? error.code : 'threw something else';
  }
};

describe('what a click carries is parsed by a schema', () => {
  test('an unknown verb is refused', () => {
    for (const verb of ['approval.approveAll', '', undefined, null, 7, '__proto__', 'constructor'])
      expect(codeOf(() => parseAction(verb, {}))).toBe('CARD_INVALID');
  });

  test.each(VERBS)(
    '%s: whatever a client sends is parsed into its shape or refused with CARD_INVALID',
    (verb) => {
      fc.assert(
        fc.property(fc.dictionary(fc.string(), fc.anything()), (fields) => {
          expect(['parsed', 'CARD_INVALID']).toContain(codeOf(() => parseAction(verb, fields)));
        }),
        { numRuns: 100 },
      );
      for (const fields of [
        null,
        7,
        'x',
        [],
        { id: { $gt: '' } },
        { id: '../../x', rev: 1 },
        { id: 'a'.repeat(65) },
      ])
        expect(['parsed', 'CARD_INVALID']).toContain(codeOf(() => parseAction(verb, fields)));
    },
  );

  test('an operator object never passes for an id', () => {
    for (const verb of VERBS.filter((name) => name.startsWith('request.') || name.startsWith('restore.')))
      expect(codeOf(() => parseAction(verb, { id: { $ne: null }, rev: 1, hash: 'a'.repeat(64) }))).toBe(
        'CARD_INVALID',
      );
  });

  test('ticks keep their names and become booleans', () => {
    const { input } = parseAction('restore.preview', {
      id: 'abc',
      rev: 2,
      'aspect:memberships': 'true',
      'aspect:manager': 'false',
      'line:property:x:department': 'false',
    });
    expect([...ticked(input, 'aspect:')]).toEqual([
      ['memberships', true],
      ['manager', false],
    ]);
    expect([...ticked(input, 'line:')]).toEqual([['property:x:department', false]]);
  });
});
