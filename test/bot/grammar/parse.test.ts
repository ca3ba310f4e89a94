import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  explain,
  format,
  isNearMiss,
  parse,
  sayRequest,
  type ParsedCommand,
  type NearMiss,
} from '../../../bot/grammar/index.js';
import { ASPECT_NAMES } from '../../../bot/grammar/aspects.js';
import { distance, nearest } from '../../../bot/grammar/nearest.js';
import { request, SAY, alice } from '../../golden/story.js';

const ZONE = 'Europe/Berlin';
const ctx = { now: new Date('2026-11-21T08:55:00Z'), timeZone: ZONE, locale: 'en-GB' };
const read = (text: string): ParsedCommand | NearMiss => parse(text, ctx);
const yesterday = { kind: 'day', date: '2026-11-20', zone: ZONE, words: 'yesterday' };

describe('restore', () => {
  test('the headline sentence', () => {
    expect(read('restore user alice from yesterday with memberships')).toEqual({
      command: 'restore',
      objects: [{ type: 'user', name: 'alice' }],
      when: yesterday,
      options: { with: ['memberships'], without: [] },
      dryRun: false,
    });
  });

  test.each([
    'Restore USER alice From yesterday WITH memberships',
    'please restore the user alice from yesterday with memberships',
    'Can you restore user alice from yesterday with memberships, please?',
    'restore user “alice” from yesterday with memberships.',
    "restore user 'alice' from yesterday with memberships",
    'restore user alice with memberships from yesterday',
    'restore  user\u00a0alice from\u200b yesterday with the memberships',
    'bring back user alice from yesterday with groups',
    'restore account alice as of yesterday including group memberships',
    'could you please recover user alice from yesterday with memberships thanks',
  ])('"%s" says the same', (text) => {
    expect(read(text)).toMatchObject({
      command: 'restore',
      objects: [{ type: 'user', name: 'alice' }],
      when: { kind: 'day', date: '2026-11-20' },
      options: { with: ['memberships'], without: [] },
    });
  });

  test('[R1] several at once after a plural', () => {
    expect(read('restore users alice, bob@contoso.example and "Carol and Dan" to snapshot 14')).toMatchObject(
      {
        objects: [
          { type: 'user', name: 'alice' },
          { type: 'user', name: 'bob@contoso.example' },
          { type: 'user', name: 'Carol and Dan' },
        ],
        when: { kind: 'snapshot', seq: 14 },
      },
    );
    expect(read('restore group Research and Development from yesterday')).toMatchObject({
      objects: [{ type: 'group', name: 'Research and Development' }],
    });
  });

  test('[R3] [R5] [R6] [R7] [R8] [R14] [R17] [R19] every option by word', () => {
    expect(
      read(
        'restore user alice from yesterday with memberships, roles and manager without ownerships without object exactly blocked dry run because INC-20417, locked out',
      ),
    ).toEqual({
      command: 'restore',
      objects: [{ type: 'user', name: 'alice' }],
      when: yesterday,
      options: {
        with: ['memberships', 'roles', 'manager'],
        without: ['ownerships'],
        withObject: false,
        mode: 'exact',
        blockSignIn: true,
      },
      dryRun: true,
      reason: 'INC-20417, locked out',
    });
    expect(
      read('restore alice from yesterday only department, job title as alice2@contoso.example'),
    ).toMatchObject({
      options: {
        onlyProperties: ['department', 'job title'],
        newUserPrincipalName: 'alice2@contoso.example',
      },
    });
  });

  test('[R6] [R8] single lines are left out by name, best in quotes; a slip in a known word is still asked about', () => {
    expect(read('restore alice without "Project X", ownerships and "owners"')).toMatchObject({
      options: { without: ['ownerships'], leaveOut: ['Project X', 'owners'] },
    });
    expect(read('restore alice from yesterday without Project X with memberships')).toMatchObject({
      options: { with: ['memberships'], without: [], leaveOut: ['Project X'] },
    });
    expect(read('restore alice without mangaer')).toMatchObject({ miss: 'word', word: 'mangaer' });
    expect(read('restore alice with "Project X"')).toMatchObject({ miss: 'word' });
  });

  test('names with keywords, apostrophes, commas and dots', () => {
    expect(read('restore user "Sales from Berlin" from yesterday')).toMatchObject({
      objects: [{ name: 'Sales from Berlin' }],
    });
    expect(read("restore user o'brien@contoso.example from yesterday")).toMatchObject({
      objects: [{ name: "o'brien@contoso.example" }],
    });
    expect(read('restore user Moreau, Alice from yesterday')).toMatchObject({
      objects: [{ name: 'Moreau, Alice' }],
    });
    expect(read('restore 7f3a0c1e-0000-4000-8000-00000000000a')).toMatchObject({
      objects: [{ name: '7f3a0c1e-0000-4000-8000-00000000000a' }],
    });
  });

  test('a time of several words goes on over "at" and "on"', () => {
    expect(read('restore alice from last Friday at 5pm with manager')).toMatchObject({
      when: { kind: 'instant', at: '2026-11-20T16:00:00.000Z' },
      options: { with: ['manager'] },
    });
  });
});

test.each<[string, object]>([
  ['undo', { command: 'undo', request: 'last' }],
  ['undo request 31', { command: 'undo', request: 31 }],
  ['undo #31', { command: 'undo', request: 31 }],
  ['backup now', { command: 'backup' }],
  ['back up now please', { command: 'backup' }],
  ['status?', { command: 'status' }],
  ['find group finance', { command: 'find', text: 'finance', type: 'group' }],
  [
    'show me user alice at yesterday',
    { command: 'show', object: { type: 'user', name: 'alice' }, when: yesterday },
  ],
  ['show Alice Moreau', { command: 'show', object: { name: 'Alice Moreau' } }],
  ['show request 31', { command: 'request', request: 31 }],
  ['show changes', { command: 'changed' }],
  [
    'compare user alice yesterday now',
    { command: 'compare', object: { type: 'user', name: 'alice' }, from: yesterday, to: 'now' },
  ],
  ['compare alice yesterday', { command: 'compare', object: { name: 'alice' }, from: yesterday, to: 'now' }],
  ['what changed since yesterday?', { command: 'changed', since: yesterday }],
  ['What is covered?', { command: 'covered' }],
  ['verify', { command: 'verify' }],
  ['hold snapshot 14 because case 7', { command: 'hold', snapshot: 14, because: 'case 7' }],
  ['release the hold on snapshot 14', { command: 'release', snapshot: 14 }],
  ['prune', { command: 'prune', dryRun: false }],
  ['prune dry run', { command: 'prune', dryRun: true }],
  ['audit', { command: 'audit' }],
  ['audit request 31', { command: 'audit', request: 31 }],
  ['requests', { command: 'requests' }],
  ['approve 31 number 07', { command: 'approve', request: 31, number: 7 }],
  ['approve 31 47', { command: 'approve', request: 31, number: 47 }],
  ['deny 31 because not agreed, sorry', { command: 'deny', request: 31, comment: 'not agreed, sorry' }],
  ['reassign 31 to Mei Lin', { command: 'reassign', request: 31, to: 'Mei Lin' }],
  ['withdraw request 31', { command: 'withdraw', request: 31 }],
  ['cancel', { command: 'stop', request: 'last' }],
  ['reset the password of alice', { command: 'resetPassword', object: { type: 'user', name: 'alice' } }],
  [
    'revoke sessions of user Alice Moreau because lost laptop',
    { command: 'revokeSessions', object: { type: 'user', name: 'Alice Moreau' }, reason: 'lost laptop' },
  ],
  ['issue pass for alice', { command: 'issuePass', object: { type: 'user', name: 'alice' } }],
  [
    'hand over 31 to tom@contoso.example identified by video call',
    { command: 'handOver', request: 31, to: 'tom@contoso.example', proof: 'videoCall' },
  ],
  ['reveal 31', { command: 'reveal', request: 31 }],
  ['help', { command: 'help' }],
  ['?', { command: 'help' }],
  ['', { command: 'help' }],
  ['help restore', { command: 'help', topic: 'restore' }],
  ['help what changed', { command: 'help', topic: 'changed' }],
  ['hi', { command: 'hello' }],
  ['Good morning!', { command: 'hello' }],
])('"%s"', (text, expected) => {
  expect(read(text)).toEqual(expected);
});

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

describe('edits between words', () => {
  test('count a swap of neighbours once, and are a symmetric distance', () => {
    expect(distance('restore', 'retsore')).toBe(1);
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(distance(a, b)).toBe(distance(b, a));
        expect(distance(a, a)).toBe(0);
        expect(distance(a, b)).toBeLessThanOrEqual(Math.max([...a].length, [...b].length));
      }),
    );
  });

  test('short words are never bent into other words', () => {
    expect(nearest('hu', ['hi'])).toBeUndefined();
    expect(nearest('foo', ['find', 'undo'])).toBeUndefined();
  });
});
