/** Sentences of teams/FACTS that the other files leave out, one case each; the title names the section. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { brokenRules } from '../../../sandbox/teams/card-rules.js';
import { DEFAULT_LIMITS, utf16Bytes } from '../../../sandbox/teams/limits.js';
import { PEOPLE, TENANT, answerCard, attached, card, startWorld } from './fake-bot.js';
import type { HeardActivity, Json, Reaction, World } from './fake-bot.js';

let world: World;
let hanna: HeardActivity;
beforeEach(async () => {
  world = await startWorld();
  await world.post('/_sandbox/install', { as: 'Sofia', in: 'channel' });
  await world.post('/_sandbox/say', { as: 'Hanna', text: 'hi' });
  hanna = last('message');
});
afterEach(() => world.close());

const last = (type: string): HeardActivity => world.bot.heardOf(type).at(-1) as HeardActivity;
const post = async (name: string, body: Json) => world.post(`/_sandbox/${name}`, body);
const send = (body: Json, to = hanna) => world.bot.connector(to, 'POST', '/activities', body);
const put = (id: unknown, body: Json, to = hanna) =>
  world.bot.connector(to, 'PUT', `/activities/${String(id)}`, body);
const text = (content: string, more: Json = {}): Json => ({ type: 'message', text: content, ...more });
const withCard = (content: Json, more: Json = {}): Json => ({
  type: 'message',
  attachments: [attached(content)],
  ...more,
});
const transcript = async (as: string, where = 'personal'): Promise<Json[]> =>
  (await world.get(`/_sandbox/transcript?as=${as}&in=${where}`)).body as unknown as Json[];
const lastSeen = async (as: string, where = 'personal'): Promise<Json> =>
  (await transcript(as, where)).at(-1) as Json;
const told = async (): Promise<string[]> =>
  ((await world.get('/_sandbox/teams-stats')).body.violations as Json[]).map((one) => String(one.text));
const execute = (title: string, more: Json = {}): Json => ({
  type: 'Action.Execute',
  title,
  verb: title,
  ...more,
});
const submit = (title: string, data: Json): Json => ({ type: 'Action.Submit', title, data });
const click = async (as: string, action: string, more: Json = {}): Promise<Json> =>
  (await post('click', { as, action, ...more })).body;
const inChannel = async (as = 'Hanna'): Promise<HeardActivity> => {
  await post('say', { as, in: 'channel', mention: true, text: 'hi' });
  return last('message');
};
const numbered = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('TEAMS §2 what is shown', () => {
  test('of a card above version 1.5 its fallbackText, or that it cannot be shown', async () => {
    await send(withCard(card('new', { version: '1.6', fallbackText: 'Please update.' })));
    expect(await lastSeen('Hanna')).toMatchObject({ cardText: 'Please update.' });
    await send(withCard(card('new', { version: '1.6' })));
    expect((await lastSeen('Hanna')).cardText).not.toContain('new');
  });

  test('what is typed into a masked input comes to the bot in clear', async () => {
    const input = { type: 'Input.Text', id: 'secret', label: 'Code', style: 'password' };
    await send(withCard(card('x', { body: [input], actions: [execute('Go')] })));
    await click('Hanna', 'Go', { inputs: { secret: 'pa55' } });
    expect(last('invoke').value).toMatchObject({ action: { data: { secret: 'pa55' } } });
  });
});

describe('TEAMS §2 size', () => {
  const room = (body: Json): number => (DEFAULT_LIMITS.maxMessageBytes - utf16Bytes(body)) / 2;
  const big = (): Json => text('ä'.repeat(room(text('')) + 1));

  test('an edit and the first message of a conversation are held to it, too', async () => {
    const { body } = await send(text('small'));
    expect((await put(body.id, big())).status).toBe(413);
    const url = `${world.base}/emea/${TENANT}/v3/conversations`;
    const made = { isGroup: false, tenantId: TENANT, members: [{ id: PEOPLE[1]?.objectId }] };
    expect((await world.bot.call(url, 'POST', { ...made, activity: big() })).status).toBe(413);
    expect(await lastSeen('Hanna')).toMatchObject({ text: 'small' });
  });

  test('cards, summaries and mentions count; so does a text that looks like a picture', async () => {
    const half = 'ä'.repeat(room(text('')) / 2);
    expect((await send(text(half, { summary: half }))).status).toBe(413);
    expect((await send(withCard(card(half), { summary: half }))).status).toBe(413);
    const picture = `data:image/png;base64,${'A'.repeat(60_000)}`;
    expect((await send(text(picture))).status).toBe(413);
    expect((await send(withCard(card(picture)))).status).toBe(413);
  });

  test('a picture in the card is less than 1 MB, and a background comes over https as well', () => {
    const image = (bytes: number): Json =>
      card('x', {
        body: [{ type: 'Image', url: `data:image/png;base64,${'A'.repeat((bytes * 4) / 3)}`, altText: 'x' }],
      });
    expect(brokenRules(image(900_000), 'message')).toEqual([]);
    expect(brokenRules(image(1_100_000), 'message').join()).toMatch(/less than 1 MB/);
    const background = card('x', { backgroundImage: 'http://example.com/a.png' });
    expect(brokenRules(background, 'message').join()).toMatch(/https/);
  });
});

describe('TEAMS §2, §8 mentions by the bot', () => {
  const mention = (id: unknown, at = '<at>Arun Patel</at>'): Json => ({
    type: 'mention',
    text: at,
    mentioned: { id, name: 'Arun Patel' },
  });
  const arun = PEOPLE[1];

  test.each<[string, unknown]>([
    ['an object id', arun?.objectId],
    ['a UPN', arun?.userPrincipalName],
  ])('a person is named by %s, in a text and in a card', async (_name, id) => {
    await send(text('<at>Arun Patel</at> please', { entities: [mention(id)] }));
    const facts = [{ type: 'FactSet', facts: [{ title: 'Who', value: '<at>Arun Patel</at>' }] }];
    await send(withCard(card('x', { body: facts, msteams: { entities: [mention(id)] } })));
    expect(await told()).toEqual([]);
  });

  test('by a Teams id as well', async () => {
    await send(text('<at>Arun Patel</at>', { entities: [mention(hanna.from.id)] }));
    expect(await told()).toEqual([]);
  });

  test.each<[string, string, Json[], RegExp]>([
    ['its text is not in the message', 'hello', [mention(arun?.objectId)], /does not stand in the text/],
    ['word for word', '<at>Arun</at>', [mention(arun?.objectId)], /does not stand in the text/],
    ['no entity', '<at>Arun Patel</at>', [], /in no entity/],
    ['a channel', '<at>Arun Patel</at>', [mention('19:abc@thread.tacv2')], /mentions nobody/],
    ['a stranger', '<at>Arun Patel</at>', [mention('29:stranger')], /mentions nobody/],
    ['a name', '<at>Arun Patel</at>', [mention('Arun Patel')], /mentions nobody/],
  ])('is no mention: %s', async (_name, said, entities, problem) => {
    await send(text(said, { entities }));
    expect((await told()).join('\n')).toMatch(problem);
  });

  test('in a card: a stranger, and a mention that stands in no TextBlock and no FactSet', async () => {
    await send(
      withCard(card('<at>Zoe</at>', { msteams: { entities: [mention('29:zoe', '<at>Zoe</at>')] } })),
    );
    expect((await told()).join('\n')).toMatch(/nobody of this tenant/);
    const label = { type: 'Input.Text', id: 'a', label: '<at>Arun Patel</at>' };
    const elsewhere = card('x', { body: [label], msteams: { entities: [mention(arun?.objectId)] } });
    expect(brokenRules(elsewhere, 'message').join()).toMatch(/no TextBlock or FactSet/);
    const other = card('x', { msteams: { entities: [{ type: 'clientInfo' }] } });
    expect(brokenRules(other, 'message').join()).toMatch(/mentions only/);
  });
});

describe('messages that Teams would not show as meant', () => {
  test.each<[string, Json, RegExp]>([
    [
      'TEAMS §3 the content type of a wrong sample',
      { attachments: [{ contentType: 'application/vnd.microsoft.adaptive.card', content: card('x') }] },
      /shows no attachment of type/,
    ],
    ['a member that activities lack', { text: 'x', adaptiveCard: {} }, /no member "adaptiveCard"/],
    ['an unknown textFormat', { text: 'x', textFormat: 'html' }, /textFormat/],
    ['nothing', {}, /empty/],
    [
      'TEAMS §7 an alert without a summary',
      { text: 'x', channelData: { notification: { alert: true } } },
      /without a summary/,
    ],
  ])('%s is counted', async (_name, body, problem) => {
    expect((await send({ type: 'message', ...body })).status).toBe(201);
    expect((await told()).join('\n')).toMatch(problem);
    expect((await lastSeen('Hanna')).alert).toBe(false);
  });

  test('TEAMS §8 suggested actions are for personal chats', async () => {
    const body = text('x', { suggestedActions: { actions: [{ type: 'imBack', title: 'a', value: 'a' }] } });
    await send(body);
    expect(await told()).toEqual([]);
    await send(body, await inChannel());
    expect((await told()).join()).toMatch(/personal chats only/);
  });

  test('TEAMS §7 an edit brings nothing into the feed', async () => {
    const { body } = await send(text('quiet'));
    const loud = { summary: 's', channelData: { notification: { alert: true } } };
    await put(body.id, text('loud', loud));
    expect(await lastSeen('Hanna')).toMatchObject({ text: 'loud', alert: false });
  });

  test.each(['event', 'trace', 'invokeResponse', 'endOfConversation'])(
    'type %s is no message',
    async (type) => {
      const { body } = await send(text('x'));
      expect((await send({ type, text: 'x' })).status).toBe(400);
      expect((await put(body.id, { type, text: 'x' })).status).toBe(400);
    },
  );
});

describe('TEAMS §3 refresh', () => {
  const refresh = (userIds: unknown[]): Json => ({ refresh: { action: execute('view'), userIds } });
  const invokes = () => world.bot.heardOf('invoke');

  test('an empty list is manual only, and whoever is not listed has the menu entry', async () => {
    world.bot.react = () => answerCard(card('mine'));
    const { body } = await send(withCard(card('base', refresh([]))));
    expect(await lastSeen('Hanna')).toMatchObject({ cardText: 'base', refreshable: true });
    expect(invokes()).toHaveLength(0);
    await post('refresh', { as: 'Hanna', activityId: body.id });
    expect(invokes()).toMatchObject([{ value: { trigger: 'manual', action: { verb: 'view' } } }]);
    expect(await lastSeen('Hanna')).toMatchObject({ cardText: 'mine', ownView: true });
  });

  test('a view lives in one client: each open one asks for its own', async () => {
    world.bot.react = () => answerCard(card('mine'));
    await post('person', { as: 'Hanna', devices: 3 });
    await send(withCard(card('base', refresh([hanna.from.id]))));
    await transcript('Hanna');
    expect(invokes()).toHaveLength(3);
    expect(new Set(invokes().map(({ id }) => id)).size).toBe(3);
  });

  test('a returned card without refresh is the last one that is asked for', async () => {
    world.bot.react = () => answerCard(card('mine'));
    await send(withCard(card('base', refresh([hanna.from.id]))));
    await transcript('Hanna');
    await world.clock.moveTo(new Date(world.clock.now().getTime() + 120_000));
    expect(await lastSeen('Hanna')).toMatchObject({ cardText: 'mine', refreshable: false });
    expect(invokes()).toHaveLength(1);
  });

  test('an answer to a card that was edited meanwhile is dropped', async () => {
    const { body } = await send(withCard(card('base', refresh([hanna.from.id]))));
    world.bot.react = async (activity) => {
      if (activity.type !== 'invoke') return undefined;
      await put(body.id, withCard(card('final', refresh([]))));
      return answerCard(card('for the old one'));
    };
    await transcript('Hanna');
    expect(await lastSeen('Hanna')).toMatchObject({ cardText: 'final', ownView: false });
  });

  test('two people decide at once: each sees their answer until the edit, and the last edit wins for all', async () => {
    const channel = await inChannel();
    const base = (n: number) => card(`decided by ${n}`, { actions: [execute('Approve')] });
    const { body } = await send(withCard(base(0)), channel);
    let count = 0;
    world.bot.react = async (activity) => {
      if (activity.type !== 'invoke') return undefined;
      count += 1;
      const mine = count;
      await put(body.id, withCard(base(mine)), channel);
      return answerCard(card(`thank you, ${activity.from.aadObjectId.slice(0, 8)}`));
    };
    const where = { in: 'channel' };
    await Promise.all([click('Hanna', 'Approve', where), click('Arun', 'Approve', where)]);
    expect(await lastSeen('Mei', 'channel')).toMatchObject({
      cardText: expect.stringContaining('decided by 2'),
    });
    expect(world.bot.heardOf('invoke')).toHaveLength(2);
    await put(body.id, withCard(card('done')), channel);
    for (const as of ['Hanna', 'Arun', 'Mei'])
      expect(await lastSeen(as, 'channel')).toMatchObject({ cardText: 'done', ownView: false });
  });
});

describe('TEAMS §3 Action.Submit', () => {
  const press = async (data: Json, reaction: Reaction = undefined): Promise<Json> => {
    await send(withCard(card('x', { actions: [submit('Go', data)] })));
    world.bot.react = () => reaction;
    return click('Hanna', 'Go');
  };

  test('cannot return a card', async () => {
    await press({ verb: 'old' }, answerCard(card('never seen')));
    expect(await lastSeen('Hanna')).toMatchObject({ cardText: 'x\n[Go]', ownView: false });
  });

  test('messageBack: text and value for the bot, other words for the chat', async () => {
    await press({
      msteams: { type: 'messageBack', text: 'approve 7', displayText: 'I agree', value: { id: 7 } },
    });
    expect(last('message')).toMatchObject({ text: 'approve 7', value: { id: 7 } });
    expect((await lastSeen('Hanna')).text).toBe('I agree');
  });

  test('imBack: as if the person had typed it', async () => {
    await press({ msteams: { type: 'imBack', value: 'snapshots' } });
    expect(last('message')).toMatchObject({ text: 'snapshots', type: 'message' });
    expect(last('message')).not.toHaveProperty('value');
    expect((await lastSeen('Hanna')).text).toBe('snapshots');
  });

  test('invoke: an invoke without a name', async () => {
    expect(
      await press({ msteams: { type: 'invoke', value: { option: 'opt1' } } }, { status: 200 }),
    ).toMatchObject({
      invoke: { status: 200 },
    });
    expect(last('invoke')).toMatchObject({ type: 'invoke', value: { option: 'opt1' } });
    expect(last('invoke')).not.toHaveProperty('name');
  });

  test('TEAMS §10.2 signin: the bot’s own page opens, and its code comes by signin/verifyState', async () => {
    const address = 'https://bot.example.org/step-up';
    expect(await press({ msteams: { type: 'signin', value: address } })).toMatchObject({ openUrl: address });
    expect((await post('sign-in', { as: 'Hanna' })).status).toBe(422);
    const done = await post('sign-in', { as: 'Hanna', code: 'one-time' });
    expect(done.body).toMatchObject({ invoke: { status: 200 }, note: 'You are signed in.' });
    expect(last('invoke')).toMatchObject({ name: 'signin/verifyState', value: { state: 'one-time' } });
    expect((await post('sign-in', { as: 'Hanna', code: 'one-time' })).status).toBe(404);
    expect(await told()).toEqual([]);
  });

  test('a page that is not https, and a type that Teams does not know, are counted', async () => {
    await press({ msteams: { type: 'signin', value: 'http://bot.example.org' } });
    expect((await told()).join()).toMatch(/needs https/);
    const unknown = card('x', { actions: [submit('Go', { msteams: { type: 'task/open' } })] });
    expect(brokenRules(unknown, 'message').join()).toMatch(/no msteams.type "task\/open"/);
  });
});

describe('TEAMS §4 dialogs', () => {
  const opener = card('x', { actions: [submit('Open', { msteams: { type: 'task/fetch' } })] });
  const dialog = card('inside', { actions: [submit('Save', { verb: 'save' })] });
  const task = (value: Json, type = 'continue'): Reaction => ({ body: { task: { type, value } } });
  const open = async (reaction: Reaction): Promise<Json> => {
    await send(withCard(opener));
    world.bot.react = () => reaction;
    return click('Hanna', 'Open');
  };

  test.each<[string, Reaction]>([
    ['a bare card', task({ title: 't', card: dialog })],
    ['an address that is not https', task({ title: 't', url: 'http://bot.example.org' })],
    ['neither', task({ title: 't' })],
    ['an unknown type', task({ title: 't', card: attached(dialog) }, 'open')],
    ['nothing', { status: 200 }],
    ['a card action’s answer', answerCard(dialog)],
  ])('%s opens none', async (_name, reaction) => {
    const body = await open(reaction);
    expect(body.note).toContain('Something went wrong');
    expect(body.dialog).toBeUndefined();
    expect(await told()).toHaveLength(1);
  });

  test.each<[string, unknown, number]>([
    ['pixels', 400, 0],
    ['a word', 'large', 0],
    ['another word', 'huge', 2],
  ])('its size in %s', async (_name, size, count) => {
    await open(task({ title: 't', card: attached(dialog), width: size, height: size }));
    expect(await told()).toHaveLength(count);
  });

  test('only who opened it sees it, in a channel too', async () => {
    const channel = await inChannel();
    await send(withCard(opener), channel);
    world.bot.react = () => task({ title: 't', card: attached(dialog) });
    await click('Arun', 'Open', { in: 'channel' });
    expect((await post('dialog', { as: 'Hanna' })).status).toBe(404);
    expect(JSON.stringify(await transcript('Arun', 'channel'))).not.toContain('inside');
    expect((await post('dialog', { as: 'Arun' })).status).toBe(200);
    expect(last('invoke')).toMatchObject({ name: 'task/submit', from: { aadObjectId: PEOPLE[1]?.objectId } });
  });

  test.each<[string, Reaction, Json]>([
    ['nothing closes it', { status: 200 }, { closed: true }],
    ['an empty object too', { body: {} }, { closed: true }],
    ['something else leaves it open', { body: { statusCode: 200 } }, { dialog: { title: 't' } }],
    ['an error, too', { status: 500, body: {} }, { dialog: { title: 't' } }],
  ])('sent: %s', async (_name, reaction, outcome) => {
    await open(task({ title: 't', card: attached(dialog) }));
    world.bot.react = () => reaction;
    expect((await post('dialog', { as: 'Hanna' })).body).toMatchObject(outcome);
  });
});

describe('TEAMS §5 search', () => {
  const choose = (id: string, query: Json): Json => ({
    type: 'Input.ChoiceSet',
    id,
    label: id,
    choices: [],
    'choices.data': { type: 'Data.Query', ...query },
  });
  const PEOPLE_SET = 'graph.microsoft.com/users';
  const inputs = [
    choose('alone', { dataset: 'snapshots' }),
    choose('along', { dataset: 'snapshots', associatedInputs: 'auto' }),
    choose('everyone', { dataset: PEOPLE_SET }),
    choose('here', { dataset: `${PEOPLE_SET}?scope=currentContext` }),
    choose('wrong', { dataset: `${PEOPLE_SET}/all` }),
  ];
  const ask = async (input: string, to = hanna, said = ''): Promise<Json[]> => {
    const { body } = await send(withCard(card('x', { body: inputs })), to);
    const data = { other: 'x' };
    const search = { as: 'Hanna', activityId: body.id, input, text: said, data };
    return (await post('search', search)).body.results as Json[];
  };
  const answer = (results: unknown, more: Json = {}): Reaction => ({
    body: {
      statusCode: 200,
      type: 'application/vnd.microsoft.search.searchResponse',
      value: { results },
      ...more,
    },
  });
  const many = numbered(20).map((n) => ({ title: `S${n}`, value: String(n) }));

  test('the other inputs go along where the query asks for them; an empty text is sent as it is', async () => {
    world.bot.react = () => answer(many);
    await ask('alone');
    expect(last('invoke').value).toEqual({
      queryText: '',
      queryOptions: { skip: 0, top: 15 },
      dataset: 'snapshots',
    });
    expect(last('invoke').localTimezone).toBe('Europe/Berlin');
    await ask('along');
    expect(last('invoke').value).toMatchObject({ data: { other: 'x' } });
  });

  test('the list shows at most 15', async () => {
    world.bot.react = () => answer(many);
    expect(await ask('alone')).toHaveLength(15);
  });

  test.each<[string, Reaction]>([
    ['without its statusCode', answer(many, { statusCode: undefined })],
    ['of another type', answer(many, { type: 'application/vnd.microsoft.card.adaptive' })],
    ['with results that have no value', answer([{ title: 'S' }])],
    ['with another HTTP status', { status: 400, body: {} }],
  ])('an answer %s shows nothing, and is counted', async (_name, reaction) => {
    world.bot.react = () => reaction;
    expect(await ask('alone')).toEqual([]);
    expect(await told()).toHaveLength(1);
  });

  test('people are found by Teams, by object id: everyone in a personal chat, members of the chat with the scope', async () => {
    expect(await ask('everyone')).toHaveLength(PEOPLE.length);
    expect(await ask('everyone', hanna, 'arun')).toEqual([
      { title: 'Arun Patel', value: PEOPLE[1]?.objectId },
    ]);
    expect(await ask('here')).toEqual([{ title: 'Hanna Berg', value: PEOPLE[0]?.objectId }]);
    expect(await ask('here', await inChannel())).toHaveLength(5);
    expect(world.bot.heardOf('invoke')).toEqual([]);
    expect(await told()).toEqual([]);
  });

  test('the whole organisation is not searched in a channel, nor is an unknown dataset of Graph', async () => {
    expect(await ask('everyone', await inChannel())).toEqual([]);
    expect(await ask('wrong')).toEqual([]);
    expect(await told()).toHaveLength(2);
  });

  test('who was deleted is not found', async () => {
    const people = [...PEOPLE];
    let change: () => void = () => undefined;
    const other = await startWorld({
      people: () => people,
      onTenantChange: (listener) => {
        change = listener;
        return () => undefined;
      },
    });
    await other.post('/_sandbox/say', { as: 'Hanna', text: 'hi' });
    const heard = other.bot.heardOf('message')[0] as HeardActivity;
    const id = await other.bot.replyCard(heard, card('x', { body: inputs }));
    const find = async () =>
      (
        await other.post('/_sandbox/search', {
          as: 'Hanna',
          activityId: id,
          input: 'everyone',
          text: 'alice',
        })
      ).body.results;
    expect(await find()).toHaveLength(1);
    people.pop();
    change();
    expect(await find()).toEqual([]);
    await other.close();
  });
});

describe('TEAMS §6 rates', () => {
  const statuses = async (count: number, call: () => Promise<{ status: number }>): Promise<number[]> => {
    const found: number[] = [];
    for (const _ of numbered(count)) found.push((await call()).status);
    return found;
  };
  const narrow = (change: Json) => post('teams-limits', change);
  const rate = (count: number): Json[] => [{ count, perMs: 600_000 }];

  test('edits, deletions and typing count as sends', async () => {
    const ids: unknown[] = [];
    for (const n of numbered(2)) ids.push((await send(text(String(n)))).body.id);
    await narrow({ sendRates: rate(5) });
    const calls = [
      () => put(ids[0], text('x')),
      () => send({ type: 'typing' }),
      () => world.bot.connector(hanna, 'DELETE', `/activities/${String(ids[1])}`),
      () => put(ids[0], text('y')),
    ];
    const found: number[] = [];
    for (const call of calls) found.push((await call()).status);
    expect(found).toEqual([200, 202, 200, 429]);
    expect(await lastSeen('Hanna')).toMatchObject({ deleted: true });
    const refused = await send(text('z'));
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'Throttled' } } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  test('opening conversations is counted by the same figures', async () => {
    await narrow({ sendRates: rate(3) });
    const url = `${world.base}/emea/${TENANT}/v3/conversations`;
    const body = { isGroup: false, tenantId: TENANT, members: [{ id: PEOPLE[1]?.objectId }] };
    expect(await statuses(4, () => world.bot.call(url, 'POST', body))).toEqual([201, 201, 201, 429]);
  });

  test('roster reads and reads of a team’s channels count', async () => {
    const channel = await inChannel();
    await narrow({ readRates: rate(3) });
    const page = () => world.bot.connector(channel, 'GET', '/pagedmembers');
    expect(await statuses(4, page)).toEqual([200, 200, 200, 429]);
    const teamId = encodeURIComponent(String(((channel.channelData as Json).team as Json).id));
    const team = () => world.bot.call(`${channel.serviceUrl}v3/teams/${teamId}/conversations`, 'GET');
    expect(await statuses(4, team)).toEqual([200, 200, 200, 429]);
  });
});

describe('the connector takes no other request', () => {
  const call = (method: string, path: string, body?: unknown) =>
    world.bot.call(`${hanna.serviceUrl}v3/${path}`, method, body);
  const here = (): string => `conversations/${encodeURIComponent(hanna.conversation.id)}`;

  test.each<[string, string, (here: string) => string]>([
    ['the list of conversations', 'GET', () => 'conversations'],
    ['the history', 'POST', (at) => `${at}/activities/history`],
    ['a conversation itself', 'GET', (at) => at],
    ['an activity', 'GET', (at) => `${at}/activities/1`],
    ['removing a member', 'DELETE', (at) => `${at}/members/29:1`],
    ['something of a team', 'GET', () => 'teams/19:x/unknown'],
    ['attachments', 'POST', () => 'attachments'],
  ])('%s: 404 or 405, and counted', async (_name, method, path) => {
    const body = method === 'POST' ? {} : undefined;
    const { status } = await call(method, path(here()), body);
    expect([400, 404, 405]).toContain(status);
    expect(await told()).toHaveLength(1);
  });

  test('an unknown option is counted; a body that is none, and a path that is badly escaped, are 400 and counted', async () => {
    expect((await call('GET', `${here()}/pagedmembers?top=5`)).status).toBe(200);
    expect((await call('POST', `${here()}/activities`, { text: 'x' })).status).toBe(400);
    expect((await call('POST', `${here()}/activities`, [])).status).toBe(400);
    expect((await call('GET', 'conversations/%E0%A4%A/members')).status).toBe(400);
    expect(await told()).toHaveLength(4);
  });

  test('a thread or a conversation that is not there is 404, another tenant’s address 403', async () => {
    const channel = await inChannel();
    const lost = { ...channel.conversation, id: `${channel.conversation.id.split(';')[0]};messageid=1` };
    expect((await send(text('x'), { ...channel, conversation: lost })).status).toBe(404);
    const elsewhere = { ...hanna, serviceUrl: hanna.serviceUrl.replace(TENANT, TENANT.replaceAll('3', '7')) };
    expect((await send(text('x'), elsewhere)).status).toBe(403);
  });
});

describe('TEAMS §7 new conversations', () => {
  const create = (body: Json, region = 'amer') =>
    world.bot.call(`${world.base}/${region}/${TENANT}/v3/conversations`, 'POST', body);
  const thread = async (change: Json = {}): Promise<Json> => {
    const id = String(((await world.get('/_sandbox/teams-info')).body.channel as Json).id);
    return {
      isGroup: true,
      tenantId: TENANT,
      bot: { id: hanna.recipient && (hanna.recipient as Json).id },
      channelData: { channel: { id }, tenant: { id: TENANT } },
      activity: text('hello'),
      ...change,
    };
  };
  const foreign = TENANT.replaceAll('3', '7');

  test('a thread is opened with everything that belongs to it', async () => {
    expect((await create(await thread())).status).toBe(201);
  });

  test.each<[string, Json]>([
    ['isGroup false', { isGroup: false }],
    ['no isGroup', { isGroup: undefined }],
    ['another tenant', { tenantId: foreign }],
    ['another bot', { bot: { id: '28:somebody' } }],
    ['a first activity that is none', { activity: { text: 'x' } }],
  ])('%s is 400', async (_name, change) => {
    expect((await create(await thread(change))).status).toBe(400);
    expect(await transcript('Mei', 'channel')).toEqual([]);
  });

  test('a tenant in channelData that differs is 400', async () => {
    const wanted = await thread();
    const channelData = { ...(wanted.channelData as Json), tenant: { id: foreign } };
    expect((await create({ ...wanted, channelData })).status).toBe(400);
  });

  test('the result’s id is a thread: what is sent there joins it, and activityId is what to edit', async () => {
    const { body } = await create(await thread());
    const channel = { ...(await inChannel()), serviceUrl: `${world.base}/amer/${TENANT}/` };
    const to = { ...channel, conversation: { ...channel.conversation, id: String(body.id) } };
    await send(text('more'), to);
    expect((await put(body.activityId, text('hello, edited'), to)).status).toBe(200);
    const seen = (await transcript('Mei', 'channel')).filter(({ threadId }) => threadId === body.activityId);
    expect(seen).toMatchObject([{ text: 'hello, edited', edited: true }, { text: 'more' }]);
  });
});

describe('TEAMS §10.1 why a silent sign-in may fail', () => {
  test.each([
    'installappfailed',
    'authrequestfailed',
    'installedappnotfound',
    'invokeerror',
    'resourcematchfailed',
    'oauthcardnotvalid',
    'tokenmissing',
  ])('%s is told by signin/failure, and nothing to the person', async (code) => {
    const personTokens = {
      forBot: () => Promise.resolve('sso'),
      personOf: () => Promise.resolve(null),
      onBehalf: () => Promise.resolve(null),
    };
    const other = await startWorld({ personTokens });
    await other.post('/_sandbox/say', { as: 'Hanna', text: 'hi' });
    const heard = other.bot.heardOf('message')[0] as HeardActivity;
    await other.post('/_sandbox/teams-fault', { kind: 'signInFailure', code });
    const content = {
      text: 'Sign in',
      connectionName: 'entra',
      tokenExchangeResource: { id: 'x', uri: 'api://botid-22222222-2222-4222-8222-222222222222' },
      buttons: [{ type: 'signin', title: 'Sign in', value: 'https://token.botframework.com' }],
    };
    await other.bot.reply(heard, {
      attachments: [{ contentType: 'application/vnd.microsoft.card.oauth', content }],
    });
    const seen = (await other.get('/_sandbox/transcript?as=Hanna')).body as unknown as Json[];
    expect(other.bot.heardOf('invoke')).toMatchObject([
      { name: 'signin/failure', value: { code, message: expect.any(String) } },
    ]);
    expect(seen.at(-1)?.note).toBeUndefined();
    await other.close();
  });
});
