import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHmac, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { ARUN, CHEN, HANNA, TOM } from '../harness/cast.js';
import { Channel, type ActivityBody, type Claims } from '../harness/channel.js';
import { buttonsOf, choiceOf, dataOf, visible, type People, type Seen } from '../harness/people.js';
import { NOTHING_FOUND, openWorld, type World } from '../harness/world.js';

/** Everything that is refused at a door: wrong tokens, bodies, people, cards and sentences. One snapshot is enough for that. */
describe('the doors', () => {
  let world: World;
  let people: People;
  let channel: Channel;

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: false });
    people = world.people;
    channel = await Channel.open(world);
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  const hello = (content: Readonly<Record<string, unknown>> = {}): ActivityBody =>
    channel.activity(HANNA, { type: 'message', text: 'status', ...content });
  const answersOf = async (as: string) =>
    (await people.sees(as, { in: 'personal' })).filter((one) => one.fromBot).length;

  describe('who may call the endpoint', () => {
    const wrong: readonly (readonly [
      string,
      () => Promise<string | null>,
      Readonly<Record<string, unknown>>?,
    ])[] = [
      ['no token', async () => null],
      ['garbage', async () => 'Bearer garbage'],
      ['another scheme', async () => `Basic ${await channel.token(hello())}`],
      [
        'an unknown key',
        async () => `Bearer ${await channel.token(hello(), { key: strangeKey('unknown') })}`,
      ],
      ['a wrong key under a known id', async () => signed({ key: strangeKey(channel.key.kid) })],
      ['a wrong audience', () => signed({ audience: randomUUID() })],
      ['a wrong issuer', () => signed({ issuer: 'https://login.microsoftonline.com/' })],
      ['another serviceUrl in the token', () => signed({ serviceUrl: 'http://localhost:1/emea/' })],
      ['an expired token', () => signed({ lifeInSeconds: -3_600 })],
      [
        'an emulator-like token',
        () =>
          signed({
            issuer: 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/',
            more: { ver: '1.0', appid: world.stage.sandbox.botAppId, serviceurl: undefined },
          }),
      ],
      ['a token that is not valid yet', () => changed({ nbf: Math.floor(Date.now() / 1000) + 3_600 })],
      ['a token without an end', () => changed({ exp: undefined })],
      ['no serviceUrl in the token', () => changed({ serviceurl: undefined })],
      ['no issuer', () => changed({ iss: undefined })],
      ['no signature', () => changed({}, { alg: 'none' }, () => '')],
      [
        'the public key used as a shared secret',
        () =>
          changed({}, { alg: 'HS256' }, (text) =>
            createHmac('sha256', channel.key.publicKey.export({ format: 'pem', type: 'spki' }))
              .update(text)
              .digest('base64url'),
          ),
      ],
      [
        'claims changed after signing',
        async () => {
          const [head, , signature] = (await channel.token(hello())).split('.');
          const [, claims] = (await channel.token(hello(), { audience: randomUUID() })).split('.');
          return `Bearer ${head}.${claims}.${signature}`;
        },
      ],
      [
        'a cut token',
        async () => `Bearer ${(await channel.token(hello())).split('.').slice(0, 2).join('.')}`,
      ],
      ['an empty Bearer', async () => 'Bearer '],
      ['a channel that is not Teams', () => signed({}), { channelId: 'webchat' }],
      [
        'a serviceUrl of a foreign host',
        async () => `Bearer ${await channel.token(hello({ serviceUrl: 'https://evil.example/emea/' }))}`,
        { serviceUrl: 'https://evil.example/emea/' },
      ],
    ];
    const signed = async (claims: Claims) => `Bearer ${await channel.token(hello(), claims)}`;
    /** Teams' own token with other claims or another header, signed with Teams' key unless `sign` does it. */
    const changed = async (
      claims: Readonly<Record<string, unknown>>,
      header: Readonly<Record<string, unknown>> = {},
      sign = (text: string) =>
        createSign('RSA-SHA256').update(text).sign(channel.key.privateKey, 'base64url'),
    ) => {
      const [head = '', body = ''] = (await channel.token(hello())).split('.');
      const part = (text: string, more: Readonly<Record<string, unknown>>) =>
        Buffer.from(
          JSON.stringify({ ...(JSON.parse(Buffer.from(text, 'base64url').toString()) as object), ...more }),
        ).toString('base64url');
      const text = `${part(head, header)}.${part(body, claims)}`;
      return `Bearer ${text}.${sign(text)}`;
    };

    /** A click that writes at once when it is let in. */
    let preview: Seen;
    const writing = (content: Readonly<Record<string, unknown>> = {}): ActivityBody => ({
      ...channel.cardAction(HANNA, preview, 'restore.ask', dataOf(preview, 'restore.ask')),
      ...content,
    });
    beforeAll(async () => {
      await world.damage({ do: 'patchUser', user: CHEN, set: { jobTitle: 'TBD' } });
      const options = await people.ask(HANNA, `restore user ${CHEN}`, 'Restore user · Alice Chen');
      await people.click(HANNA, options, 'Preview', { reason: 'INC-2' });
      preview = await people.becomes(HANNA, options, 'Restore now');
    });

    // Rows of equal length: jest takes a missing argument for a callback to wait for.
    test.each(wrong.map(([name, token, content = {}]) => [name, token, content] as const))(
      '[A5] %s: refused, nothing is run',
      async (_name, authorization, content) => {
        const ids = async () => (await people.sees(HANNA)).map(({ id }) => id);
        const before = [await ids(), await world.writes()];
        for (const activity of [hello(content), writing(content)]) {
          const token = await authorization();
          const answer = await channel.post(activity, token);
          expect(answer.status).toBeGreaterThanOrEqual(400);
          expect(answer.body).not.toMatch(/stack|at \w+|BEGIN|"n":/);
          if (token && token.length > 20) expect(world.log.join('\n')).not.toContain(token.slice(7));
        }
        expect([await ids(), await world.writes()]).toEqual(before);
        await people.becomes(HANNA, preview, 'Preview · Alice Chen', 'Restore now');
        expect((await world.directory.user(CHEN))?.['jobTitle']).toBe('TBD');
      },
    );

    test('the same message with a good token is answered, so the refusals above are for the token alone', async () => {
      const before = await answersOf(HANNA);
      expect((await channel.post(hello())).status).toBe(200);
      expect(await answersOf(HANNA)).toBe(before + 1);
      expect((await channel.post(writing())).status).toBe(200);
      await people.becomes(HANNA, preview, 'is back as of');
      expect((await world.directory.user(CHEN))?.['jobTitle']).not.toBe('TBD');
    });

    test('[A5] a person of another tenant is refused', async () => {
      const foreign = randomUUID();
      const from = channel.activity(HANNA, { type: 'message', text: 'status' });
      const answer = await channel.post({
        ...from,
        conversation: { ...(from['conversation'] as object), tenantId: foreign },
        channelData: { tenant: { id: foreign } },
      });
      expect(answer.status).toBe(403);
    });

    test('[C4] an activity that is delivered twice runs once', async () => {
      const before = await answersOf(HANNA);
      const once = hello();
      expect((await channel.post(once)).status).toBe(200);
      expect((await channel.post(once)).status).toBe(200);
      expect(await answersOf(HANNA)).toBe(before + 1);
    });
  });

  test.each([
    ['malformed JSON', 400, '{"type":', 'POST'],
    ['no activity', 400, '{}', 'POST'],
    ['an empty body', 400, '', 'POST'],
    ['a body over 256 KB', 413, JSON.stringify({ type: 'message', text: 'x'.repeat(300_000) }), 'POST'],
    ['GET', 405, '', 'GET'],
  ])('[C5] %s is answered %i', async (_name, status, body, method) => {
    expect((await channel.post(body, null, method)).status).toBe(status);
  });

  test('[C5] an invoke that nobody knows is answered 501', async () => {
    const invoke = channel.activity(HANNA, { type: 'invoke', name: 'composeExtension/query', value: {} });
    expect((await channel.post(invoke)).status).toBe(501);
  });

  describe('sentences', () => {
    test('[C1] a near miss is not run: the nearest command stands on a button, which runs it', async () => {
      const miss = await people.ask(HANNA, 'statsu', 'Did I get that right?');
      expect(buttonsOf(miss.card)).toContain('status');
      const ran = await people.click(HANNA, miss, 'status');
      expect(ran.invoke?.status).toBe(200);
      await people.see(HANNA, { since: miss.id }, 'Status');
    });

    test.each([
      [
        '[F1] an unknown user',
        'restore user alcie from yesterday',
        ['I did not find a user', 'alcie', 'Alice Moreau'],
      ],
      [
        '[R2] a future time',
        'restore user alice.chen@contoso.example from 2031-01-01',
        ['has not come yet', 'snapshot 1'],
      ],
      [
        '[R2] a time before the first snapshot',
        'restore user alice.chen@contoso.example from 2020-01-01',
        ['Nothing is kept from before', 'snapshot 1'],
      ],
      ['[C1] a time that is none', 'restore user alice.chen@contoso.example from someday soon', ['someday']],
      ['[C1] a command that lacks its object', 'restore', ['restore']],
    ])('%s: what happened, what was not done, what next', async (_name, sentence, texts) => {
      const answer = await people.ask(HANNA, sentence, ...texts);
      expect(visible(answer)).toMatch(/Nothing was done/);
      expect(visible(answer)).not.toMatch(/Error:|undefined|\[object|ZodError/);
    });

    test('[C1] an ambiguous name gets a picker, and the picked person her card', async () => {
      const which = await people.ask(HANNA, 'restore user alice with manager', 'Which alice');
      await people.click(HANNA, which, 'Go on', { choice: choiceOf(which, 'Alice Chen') });
      await people.becomes(HANNA, which, 'Restore user · Alice Chen');
    });

    test('[N4] typed in the channel: a pointer there, the answer in the personal chat', async () => {
      const id = await people.say(HANNA, `restore user ${CHEN} with manager`, 'channel');
      const pointer = await people.see(HANNA, { since: id, in: 'channel' }, 'personal');
      expect(visible(pointer)).not.toMatch(/Chen|contoso\.example/);
      await people.see(HANNA, { since: id, in: 'personal' }, 'Restore user · Alice Chen');
    });

    test('[A5] somebody without a role is refused and told who can help', async () => {
      const refused = await people.ask(
        TOM,
        `restore user ${CHEN} with manager`,
        'Your role does not allow this',
      );
      expect(visible(refused)).toContain('Helpdesk');
      expect(visible(refused)).not.toContain('Alice Chen');
    });
  });

  describe('cards', () => {
    let preview: Seen;
    let theirs: Seen;

    beforeAll(async () => {
      await world.damage({ do: 'setManager', user: CHEN, manager: null });
      const options = await people.ask(
        HANNA,
        `restore user ${CHEN} with manager`,
        'Restore user · Alice Chen',
      );
      await people.click(HANNA, options, 'Preview', { reason: 'INC-3' });
      preview = await people.becomes(HANNA, options, 'Preview · Alice Chen', 'Ask for approval');
    });

    test("[A5] a click of another person on Hanna's card does nothing, whoever it is", async () => {
      const data = dataOf(preview, 'restore.ask');
      for (const stranger of [TOM, ARUN]) {
        const answer = await channel.press(stranger, preview, 'restore.ask', { ...data, reason: 'mine now' });
        expect(answer.status).toBe(200);
        await people.see(stranger, { in: 'personal' }, 'Your role does not allow this');
      }
      expect(visible(await people.becomes(HANNA, preview, 'Alice Chen'))).toContain('Ask for approval');
    });

    test('[A2] the requester, with a forged click, cannot approve; an operator neither', async () => {
      const asking = dataOf(preview, 'restore.ask');
      await people.click(HANNA, preview, 'Ask for approval');
      await people.becomes(HANNA, preview, 'waiting for approval');
      theirs = await people.see(ARUN, { in: 'personal' }, 'Hanna Berg asks to restore Alice Chen');
      const before = await world.writes();
      await channel.press(HANNA, preview, 'approval.approve', dataOf(theirs, 'approval.approve'));
      await people.see(HANNA, { since: preview.id }, 'Your role does not allow this');
      await channel.press(HANNA, preview, 'restore.ask', asking);
      await people.see(HANNA, { since: preview.id }, 'This card is from before');
      expect(await world.writes()).toBe(before);
    });

    test('[A3] an approval that names another plan is refused', async () => {
      const before = await world.writes();
      const data = { ...dataOf(theirs, 'approval.approve'), hash: '0'.repeat(64) };
      await channel.press(ARUN, theirs, 'approval.approve', data);
      await people.see(ARUN, { since: theirs.id }, 'did nothing');
      expect(await world.writes()).toBe(before);
    });

    test('[C4] approved twice by one person: done once, the second click hears that it is decided', async () => {
      const data = dataOf(theirs, 'approval.approve');
      await people.click(ARUN, theirs, 'Approve');
      await people.becomes(HANNA, preview, 'is back as of');
      const before = await world.writes();
      await channel.press(ARUN, theirs, 'approval.approve', data);
      await people.see(ARUN, { since: theirs.id }, 'did nothing');
      expect(await world.writes()).toBe(before);
      expect(await world.directory.managerOf(CHEN)).toBe('Priya Raman');
    });

    test.each([
      ['a verb that there is not', 'drop.everything', {}],
      ['data of another shape', 'restore.ask', { id: { $ne: null }, hash: 'x' }],
      ['a request that there is not', 'restore.preview', { id: 'nothing-like-it' }],
      ['somebody else named in the data', 'approval.approve', { id: 'x', hash: 'y', person: 'sofia' }],
    ])('[C5] %s: told, nothing done', async (_name, verb, data) => {
      const before = await world.writes();
      const answer = await channel.press(HANNA, preview, verb, data);
      expect(answer.status).toBe(200);
      expect(answer.body).not.toMatch(/stack|Zod|at \w+\./);
      expect(await world.writes()).toBe(before);
    });
  });

  test('[T7] nothing that Graph or Teams would refuse, no error in the log, no host but this machine', async () => {
    expect(await world.findings()).toEqual(NOTHING_FOUND);
  });
});

function strangeKey(kid: string) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, privateKey, publicKey, publicJwk: {} };
}
