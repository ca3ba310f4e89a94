import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { format, isNearMiss, sayRequest, type ParsedCommand } from '../../../bot/grammar/index.js';
import { ASPECT_NAMES } from '../../../bot/grammar/aspects.js';
import { request, SAY, alice } from '../../golden/story.js';
import { read, ZONE } from './reading.js';

describe('[C2] the canonical sentence', () => {
  const name = fc.oneof(
    fc.constantFrom(
      'alice',
      'Alice Moreau',
      "o'brien@contoso.example",
      'Sales from Berlin',
      'with',
      'users',
      'R&D, "Berlin"',
      'back\\slash',
      'yesterday',
      '31',
      'a.b.',
      'the Group',
      'Team (A+B)',
      'No. 5',
      'and',
      '山田 太郎',
      'please',
    ),
    fc
      .string({ unit: fc.constantFrom(...'abcÄé山 ,."\'\\@#-+&()!?:;'), minLength: 1, maxLength: 20 })
      .map((text) => text.replace(/\s+/g, ' ').trim())
      .filter((text) => text !== ''),
  );
  const type = fc.constantFrom('user' as const, 'group' as const);
  const object = fc.record({ type, name });
  const when = fc.oneof(
    fc.constant({ kind: 'day' as const, date: '2026-11-20', zone: ZONE, words: '' }),
    fc.constant({ kind: 'instant' as const, at: '2026-11-20T01:00:07.000Z', zone: ZONE, words: '' }),
    fc.integer({ min: 1, max: 9999 }).map((seq) => ({ kind: 'snapshot' as const, seq, words: '' })),
    fc.constant({ kind: 'latest' as const }),
  );
  const optional = <T>(arb: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
    fc.option(arb, { nil: undefined });
  const aspects = fc.uniqueArray(fc.constantFrom(...ASPECT_NAMES), { maxLength: 4 });
  const restore = fc.record({
    command: fc.constant('restore' as const),
    objects: fc.oneof(
      object.map((one) => [one] as const),
      fc
        .tuple(type, fc.array(name, { minLength: 2, maxLength: 4 }))
        .map(([kind, names]) => names.map((each) => ({ type: kind, name: each }))),
    ),
    when: optional(when),
    options: fc.record({
      with: aspects,
      without: aspects,
      leaveOut: optional(fc.uniqueArray(name, { minLength: 1, maxLength: 3 })),
      withObject: optional(fc.boolean()),
      mode: optional(fc.constant('exact' as const)),
      blockSignIn: optional(fc.constant(true)),
      onlyProperties: optional(
        fc.uniqueArray(fc.constantFrom('department', 'job title', 'from', 'mobilephone'), {
          minLength: 1,
          maxLength: 3,
        }),
      ),
      newUserPrincipalName: optional(fc.constant('alice2@contoso.example')),
    }),
    reason: optional(name),
    dryRun: fc.boolean(),
  });
  const requestPhrase = fc.oneof(fc.integer({ min: 1, max: 9999 }), fc.constant('last' as const));
  const other = fc.oneof(
    fc.record({
      command: fc.constantFrom('resetPassword' as const, 'issuePass' as const, 'revokeSessions' as const),
      object: fc.record({ type: fc.constant('user' as const), name }),
      reason: optional(name),
    }),
    fc.record({ command: fc.constant('show' as const), object, when: optional(when) }),
    fc.record({
      command: fc.constant('compare' as const),
      object,
      from: when,
      to: fc.oneof(when, fc.constant('now' as const)),
    }),
    fc.record({ command: fc.constant('find' as const), text: name, type: optional(type) }),
    fc.record({ command: fc.constant('changed' as const), since: optional(when) }),
    fc.record({
      command: fc.constantFrom(
        'undo' as const,
        'withdraw' as const,
        'stop' as const,
        'reveal' as const,
        'request' as const,
      ),
      request: requestPhrase,
    }),
    fc.record({
      command: fc.constant('approve' as const),
      request: requestPhrase,
      number: optional(fc.integer({ min: 0, max: 99 })),
    }),
    fc.record({ command: fc.constant('deny' as const), request: requestPhrase, comment: optional(name) }),
    fc.record({ command: fc.constant('reassign' as const), request: requestPhrase, to: name }),
    fc.record({
      command: fc.constant('handOver' as const),
      request: requestPhrase,
      to: optional(name),
      proof: optional(
        fc.constantFrom(
          'inPerson' as const,
          'videoCall' as const,
          'callBack' as const,
          'managerVouches' as const,
          'other' as const,
        ),
      ),
      note: optional(name),
    }),
    fc.record({
      command: fc.constantFrom(
        'status' as const,
        'backup' as const,
        'verify' as const,
        'covered' as const,
        'requests' as const,
        'hello' as const,
      ),
    }),
    fc.record({ command: fc.constant('audit' as const), request: optional(requestPhrase) }),
    fc.record({
      command: fc.constant('help' as const),
      topic: optional(fc.constantFrom('restore' as const, 'handOver' as const, 'changed' as const)),
    }),
  );

  const withoutWords = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value, (key, item: unknown) => (key === 'words' || key === 'zone' ? undefined : item)),
    );

  test('of any command reads back as the same command', () => {
    fc.assert(
      fc.property(fc.oneof(restore, other), (command) => {
        const sentence = format(command as ParsedCommand, ZONE);
        expect({ sentence, parsed: withoutWords(read(sentence)) }).toEqual({
          sentence,
          parsed: withoutWords(command),
        });
      }),
      { numRuns: 1500 },
    );
  });

  test('of a request is the one on its card: sign-in name, exact time, options', () => {
    expect(sayRequest(request)).toBe(SAY);
    expect(
      sayRequest({ ...request, kind: 'credential', credential: 'revokeSessions', reason: 'lost "laptop"' }),
    ).toBe('revoke sessions of alice.moreau@contoso.example because "lost \\"laptop\\""');
  });

  test.each([
    ['2026-11-20T01:00:00.311Z', '2026-11-20T01:00:00.000Z', 'T02:00+01:00'],
    ['2026-11-20T01:00:07.250Z', '2026-11-20T01:00:00.000Z', 'T02:00+01:00'],
    ['2026-11-20T01:00:41.250Z', '2026-11-20T01:00:42.000Z', 'T02:00:42+01:00'],
  ])(
    '[R2] a snapshot of %s is said as its minute, where it began with it, else to the second after it',
    (takenAt, at, words) => {
      const said = sayRequest({ ...request, point: { seq: 14, takenAt } });
      const back = read(said);
      if (isNearMiss(back) || back.command !== 'restore' || back.when?.kind !== 'instant')
        throw new Error(said);
      expect(said).toContain(words);
      expect(back.when.at).toBe(at);
      expect(back.objects[0]).toEqual({ type: 'user', name: alice.key });
    },
  );
});
