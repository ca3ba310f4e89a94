/** One case for each limit that teams/FACTS states and a bot can meet; the title names the section. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DEFAULT_LIMITS, RateMeter, utf16Bytes } from '../../../sandbox/teams/limits.js';
import { brokenRules } from '../../../sandbox/teams/card-rules.js';
import type { HeardActivity } from './fake-bot.js';
import { answerCard, attached, card, execute, text } from './messages.js';
import type { Json } from './messages.js';
import { INTO_TENANT, PEOPLE, startWorld } from './world.js';
import type { World } from './world.js';

let world: World;
let hanna: HeardActivity;
beforeEach(async () => {
  world = await startWorld();
  hanna = await world.say('Hanna');
});
afterEach(() => world.close());

const submit = (title: string, more: Json = {}): Json => ({ type: 'Action.Submit', title, ...more });
const numbered = (count: number) => Array.from({ length: count }, (_, n) => n);
const rules = (one: Json, place: 'message' | 'dialog' = 'message') => brokenRules(one, place);

describe('TEAMS §2 cards', () => {
  const seven = numbered(7).map((n) => execute(String(n)));
  const at = (body: string, entities: Json[]): Json => card(body, { msteams: { entities } });
  const mention = (id: string): Json => ({
    type: 'mention',
    text: '<at>Arun</at>',
    mentioned: { id, name: 'Arun' },
  });
  const image = (url: string): Json => card('x', { body: [{ type: 'Image', url, altText: 'x' }] });

  test.each<[string, Json, RegExp | null]>([
    ['version 1.5 is shown', card('x'), null],
    ['version 1.6 is not', card('x', { version: '1.6' }), /1.5 or lower/],
    ['six primary actions fit', card('x', { actions: seven.slice(1) }), null],
    ['the seventh does not', card('x', { actions: seven }), /7 primary actions/],
    [
      'unless it is secondary',
      card('x', { actions: [...seven.slice(1), execute('s', { mode: 'secondary' })] }),
      null,
    ],
    ['DATE() is not evaluated', card('{{DATE(2026-11-20T02:00:00Z)}}'), /not supported/],
    ['a mention names a person', at('<at>Arun</at>', [mention('29:1')]), null],
    ['by object id or UPN as well', at('<at>Arun</at>', [mention('arun.patel@contoso.example')]), null],
    ['never a channel', at('<at>Arun</at>', [mention('19:abc@thread.tacv2')]), /mentions nobody/],
    ['and stands in the entities', at('<at>Arun</at>', []), /not in msteams.entities/],
    ['images come over https', image('https://example.com/a.png'), null],
    ['not over http', image('http://example.com/a.png'), /https/],
  ])('%s', (_name, one, told) => {
    if (told === null) expect(rules(one)).toEqual([]);
    else expect(rules(one).join('\n')).toMatch(told);
  });

  test('a message of 100 KB is taken, counted in UTF-16; base64 images do not count; above it is 413', async () => {
    const room = DEFAULT_LIMITS.maxMessageBytes - utf16Bytes(text(''));
    const picture = `data:image/png;base64,${'A'.repeat(60_000)}`;
    expect((await world.bot.send(hanna, text('ä'.repeat(room / 2)))).status).toBe(201);
    const tooBig = await world.bot.send(hanna, text('ä'.repeat(room / 2 + 1)));
    expect([tooBig.status, (tooBig.body.error as Json).code]).toEqual([413, 'MessageSizeTooBig']);
    expect(
      (await world.bot.send(hanna, { type: 'message', attachments: [attached(image(picture))] })).status,
    ).toBe(201);
  });
});

describe('TEAMS §3 refresh and answers', () => {
  const ids = (count: number): Json =>
    card('x', { refresh: { action: execute(''), userIds: numbered(count).map((n) => `29:${n}`) } });

  test('at most 60 people are refreshed, by their Teams ids', () => {
    expect(rules(ids(60))).toEqual([]);
    expect(rules(ids(61)).join()).toMatch(/at most 60/);
    const byObjectId = card('x', { refresh: { action: execute(''), userIds: [PEOPLE[0]?.objectId] } });
    expect(rules(byObjectId).join()).toMatch(/Teams ids/);
  });

  test.each([
    [60, 1],
    [61, 0],
  ])('who is the %ith in the list gets %i automatic refreshes', async (place, refreshes) => {
    world.bot.react = (activity) => (activity.type === 'invoke' ? answerCard(card('own')) : undefined);
    const userIds = [...numbered(place - 1).map((n) => `29:${n}`), hanna.from.id];
    const content = card('base', { refresh: { action: execute(''), userIds } });
    await world.bot.replyCard(hanna, content);
    await world.transcript('Hanna');
    expect(world.bot.heardOf('invoke')).toHaveLength(refreshes);
  });

  test('several people see one card each in their own way, and the edit takes all of it away', async () => {
    world.bot.react = async (activity, self) => {
      if (activity.type === 'invoke') return answerCard(card(`for ${activity.from.aadObjectId}`, refresh));
      if (activity.type === 'message') await self.replyCard(activity, card('base', refresh));
      return undefined;
    };
    const { people } = (await world.get('/_sandbox/teams-info')).body as { people: Json[] };
    const refresh: Json = {
      refresh: { action: execute(''), userIds: people.slice(0, 2).map(({ mri }) => mri) },
    };
    await world.control('say', { as: 'Hanna', in: 'channel', mention: true, text: 'go' });
    const seen = (as: string) => world.lastSeen(as, 'channel');
    expect((await seen('Hanna')).cardText).toBe(`for ${PEOPLE[0]?.objectId}`);
    expect((await seen('Arun')).cardText).toBe(`for ${PEOPLE[1]?.objectId}`);
    const base = await seen('Mei');
    expect(base).toMatchObject({ cardText: 'base', ownView: false });
    const heard = world.last('message');
    const done = { type: 'message', attachments: [attached(card('done'))] };
    await world.bot.connector(heard, 'PUT', `/activities/${String(base.id)}`, done);
    for (const as of ['Hanna', 'Arun', 'Mei']) expect((await seen(as)).cardText).toBe('done');
  });

  test('an action is given up after its time, and a wrong type is shown as something wrong', () => {
    expect(DEFAULT_LIMITS).toMatchObject({
      actionTimeoutMs: 10_000,
      messageTimeoutMs: 15_000,
      refreshPauseMs: 60_000,
    });
  });
});

describe('TEAMS §4 dialogs', () => {
  test.each<[string, Json, RegExp | null]>([
    ['take Action.Submit', card('x', { actions: [submit('Save')] }), null],
    ['no Action.Execute', card('x', { actions: [execute('Save')] }), /only Action.Submit/],
    [
      'no bot actions of data.msteams',
      card('x', { actions: [submit('Save', { data: { msteams: { type: 'task/fetch' } } })] }),
      /does not work in a dialog/,
    ],
    ['no refresh', card('x', { refresh: { action: execute('') } }), /refresh does not work/],
  ])('%s', (_name, one, told) => {
    if (told === null) expect(rules(one, 'dialog')).toEqual([]);
    else expect(rules(one, 'dialog').join('\n')).toMatch(told);
  });

  test('an answer has five seconds, and two more tries', () => {
    expect(DEFAULT_LIMITS).toMatchObject({ dialogTimeoutMs: 5_000, dialogRetries: 2 });
  });
});

describe('TEAMS §6 rates', () => {
  test.each([
    [
      'sends of a conversation',
      'sendRates',
      [
        [7, 1],
        [8, 2],
        [60, 30],
        [1_800, 3_600],
      ],
    ],
    [
      'roster reads of a conversation',
      'readRates',
      [
        [14, 1],
        [16, 2],
        [120, 30],
        [3_600, 3_600],
      ],
    ],
    ['whole rosters', 'wholeRosterRates', [[5, 60]]],
    ['all calls of the application in the tenant', 'appRates', [[50, 1]]],
  ] as const)('%s', (_name, which, stated) => {
    const rates = DEFAULT_LIMITS[which];
    expect(rates.map(({ count, perMs }) => [count, perMs / 1_000])).toEqual(stated);
    for (const [count, seconds] of stated) {
      let now = 0;
      const meter = new RateMeter(() => now);
      const one = [{ count, perMs: seconds * 1_000 }];
      for (const _ of numbered(count)) expect(meter.take('x', one)).toBeUndefined();
      expect(meter.take('x', one)).toBe(seconds);
      expect(meter.take('another', one)).toBeUndefined();
      now = seconds * 1_000;
      expect(meter.take('x', one)).toBeUndefined();
    }
  });

  test('the sixth whole roster in a minute is 429 with Retry-After; pages go on', async () => {
    const statuses: number[] = [];
    for (const _ of numbered(6)) statuses.push((await world.bot.connector(hanna, 'GET', '/members')).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    expect((await world.bot.connector(hanna, 'GET', '/pagedmembers')).status).toBe(200);
  });

  test('the limit of the application is over all conversations and all operations', async () => {
    await world.control('teams-limits', { appRates: [{ count: 3, perMs: 600_000 }] });
    await world.control('say', { as: 'Arun', text: 'hi' });
    const arun = world.last('message');
    const calls = [
      () => world.bot.send(hanna, text('x')),
      () => world.bot.connector(arun, 'GET', '/pagedmembers'),
    ];
    const statuses: number[] = [];
    for (const n of numbered(4))
      statuses.push((await (calls[n % 2] as () => Promise<{ status: number }>)()).status);
    expect(statuses).toEqual([201, 200, 201, 429]);
  });

  test.each([400, 401, 403, 404, 412, 413, 429, 500, 502, 503, 504])(
    '%i can be made to happen',
    async (status) => {
      await world.control('teams-fault', { kind: 'connector', status });
      expect((await world.bot.send(hanna, text('x'))).status).toBe(status);
      expect((await world.bot.send(hanna, text('x'))).status).toBe(201);
    },
  );

  test('text and a card in one message are counted: no usable id would come back', async () => {
    await world.bot.send(hanna, { type: 'message', text: 'and', attachments: [attached(card('x'))] });
    expect(await world.stats()).toMatchObject({ violationCount: 1 });
  });
});

describe('TEAMS §7, §8 conversations', () => {
  test('each conversation has a service URL of its own region, and answers at no other', async () => {
    await world.control('say', { as: 'Hanna', in: 'channel', mention: true, text: 'hi' });
    const channel = world.last('message');
    expect(channel.serviceUrl).not.toBe(hanna.serviceUrl);
    expect((await world.bot.send({ ...channel, serviceUrl: hanna.serviceUrl }, text('x'))).status).toBe(404);
    expect((await world.bot.send(channel, text('x'))).status).toBe(201);
  });

  test.each<[string, Json, number]>([
    ['a chat of two others', { members: [{ id: PEOPLE[1]?.objectId }, { id: PEOPLE[2]?.objectId }] }, 400],
    ['a group', { isGroup: true, members: [{ id: PEOPLE[1]?.objectId }] }, 400],
    ['by UPN', { members: [{ id: PEOPLE[1]?.userPrincipalName }] }, 400],
  ])('a bot cannot open %s', async (_name, body, status) => {
    expect((await world.create({ ...INTO_TENANT, ...body })).status).toBe(status);
  });

  test('a deleted message is gone for everybody, and can be neither edited nor deleted again', async () => {
    const { body } = await world.bot.send(hanna, text('one'));
    const path = `/activities/${String(body.id)}`;
    expect((await world.bot.connector(hanna, 'DELETE', path)).status).toBe(200);
    for (const method of ['PUT', 'DELETE'])
      expect((await world.bot.connector(hanna, method, path, text('two'))).status).toBe(404);
    const [, seen] = await world.transcript('Hanna');
    expect(seen).toMatchObject({ deleted: true, attachments: [] });
    expect(seen?.text).toBeUndefined();
  });

  test('in a channel and a group chat only a mention is heard', async () => {
    const before = world.bot.heardOf('message').length;
    for (const in_ of ['channel', 'group']) await world.control('say', { as: 'Hanna', in: in_, text: 'hi' });
    expect(world.bot.heardOf('message')).toHaveLength(before);
    for (const in_ of ['channel', 'group'])
      await world.control('say', { as: 'Hanna', in: in_, mention: true, text: 'hi' });
    expect(
      world.bot
        .heardOf('message')
        .slice(before)
        .map(({ entities }) => (entities as Json[])[0]?.type),
    ).toEqual(['mention', 'mention']);
  });
});
