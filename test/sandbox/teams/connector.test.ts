import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { HeardActivity } from './fake-bot.js';
import { attached, card, execute, text } from './messages.js';
import type { Json } from './messages.js';
import { INTO_TENANT, PEOPLE, TENANT, startWorld } from './world.js';
import type { World } from './world.js';

let world: World;
let hanna: HeardActivity;
beforeEach(async () => {
  world = await startWorld();
  await world.control('install', { as: 'Sofia', in: 'channel' });
  hanna = await world.say('Hanna');
});
afterEach(() => world.close());

describe('messages of the bot', () => {
  test('are posted, edited in place and deleted', async () => {
    const posted = await world.bot.send(hanna, text('one'));
    expect(posted.status).toBe(201);
    const path = `/activities/${String(posted.body.id)}`;
    expect((await world.bot.connector(hanna, 'PUT', path, text('two'))).status).toBe(200);
    expect(await world.lastSeen('Hanna')).toMatchObject({ text: 'two', edited: true, deleted: false });
    expect((await world.bot.connector(hanna, 'DELETE', path)).status).toBe(200);
    expect(await world.lastSeen('Hanna')).toMatchObject({ deleted: true, attachments: [] });
    const again = await world.bot.connector(hanna, 'PUT', path, text('three'));
    expect(again).toMatchObject({ status: 404, body: { error: { code: 'ActivityNotFoundInConversation' } } });
  });

  test('of others cannot be changed', async () => {
    const foreign = await world.bot.connector(hanna, 'PUT', `/activities/${hanna.id}`, text('x'));
    expect(foreign.status).toBe(403);
  });

  test('need a good token', async () => {
    const url = `${hanna.serviceUrl}v3/conversations/${encodeURIComponent(hanna.conversation.id)}/activities`;
    expect((await world.bot.call(url, 'POST', text('x'), 'Bearer wrong')).status).toBe(401);
    expect(await world.stats()).toMatchObject({ unauthorized: 1, posts: 0 });
  });

  test('over 100 KB in UTF-16 are refused whole', async () => {
    const half = 'ä'.repeat(51_000);
    expect((await world.bot.send(hanna, text(half))).status).toBe(201);
    const tooBig = await world.bot.send(hanna, text(half + 'b'.repeat(300)));
    expect(tooBig).toMatchObject({ status: 413, body: { error: { code: 'MessageSizeTooBig' } } });
    expect(await world.stats()).toMatchObject({ posts: 1, refusedTooBig: 1 });
  });

  test('beyond seven a second in one conversation are throttled with Retry-After', async () => {
    const sent = [];
    for (let n = 0; n < 9; n += 1) sent.push(await world.bot.send(hanna, text(String(n))));
    const refused = sent.filter((one) => one.status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    const arun = await world.say('Arun');
    expect((await world.bot.send(arun, text('other conversation'))).status).toBe(201);
  });

  test('can be made to fail, before or after the write', async () => {
    await world.control('teams-fault', { kind: 'connector', status: 503, retryAfterInSeconds: 2 });
    const before = await world.bot.send(hanna, text('lost'));
    expect(before.status).toBe(503);
    expect(before.headers.get('retry-after')).toBe('2');
    await world.control('teams-fault', { kind: 'connector', status: 504, afterTheWrite: true });
    expect((await world.bot.send(hanna, text('kept'))).status).toBe(504);
    expect(await world.lastSeen('Hanna')).toMatchObject({ text: 'kept' });
    expect(await world.stats()).toMatchObject({ posts: 1 });
  });

  test('belong to the service URL of their conversation', async () => {
    const elsewhere = hanna.serviceUrl.replace('/emea/', '/amer/');
    const url = `${elsewhere}v3/conversations/${encodeURIComponent(hanna.conversation.id)}/activities`;
    const sent = await world.bot.call(url, 'POST', text('x'));
    expect(sent).toMatchObject({ status: 404, body: { error: { code: 'ConversationNotFound' } } });
  });

  test('are refused after the app was removed, until it is added again', async () => {
    await world.control('uninstall', { as: 'Hanna' });
    expect(world.bot.heardOf('installationUpdate').at(-1)).toMatchObject({ action: 'remove' });
    const blocked = await world.bot.send(hanna, text('x'));
    expect(blocked).toMatchObject({ status: 403, body: { error: { code: 'BotNotInConversationRoster' } } });
    await world.control('install', { as: 'Hanna' });
    expect((await world.bot.send(hanna, text('x'))).status).toBe(201);
  });
});

describe('proactive conversations', () => {
  const personal = (member: Json): Json => ({
    ...INTO_TENANT,
    isGroup: false,
    members: [member],
  });

  test('a member of the team is reached by object id in members[].id', async () => {
    const made = await world.create(personal({ id: PEOPLE[1]?.objectId }));
    expect(made.status).toBe(201);
    const url = `${world.base}/emea/${TENANT}/v3/conversations/${encodeURIComponent(String(made.body.id))}/activities`;
    expect((await world.bot.call(url, 'POST', text('please decide'))).status).toBe(201);
    expect(await world.lastSeen('Arun')).toMatchObject({ text: 'please decide' });
    expect((await world.create(personal({ id: PEOPLE[1]?.objectId }))).body.id).toBe(made.body.id);
  });

  test.each([
    ['a UPN', { id: 'arun.patel@contoso.example' }, 400],
    ['an object id in the wrong member', { aadObjectId: PEOPLE[1]?.objectId }, 400],
    ['somebody who has no app', { id: PEOPLE[5]?.objectId }, 403],
  ])('%s is refused', async (_name, member, status) => {
    expect((await world.create(personal(member))).status).toBe(status);
  });

  test('a tenant is needed', async () => {
    const { tenantId: _tenant, channelData: _data, ...rest } = personal({ id: PEOPLE[1]?.objectId });
    expect((await world.create(rest)).status).toBe(400);
  });

  test('a channel thread answers with its id and the first message', async () => {
    const installed = world.bot.heardOf('installationUpdate')[0] as Json;
    const channel = (installed.channelData as Json).channel as Json;
    const body = { isGroup: true, tenantId: TENANT, channelData: { channel, tenant: { id: TENANT } } };
    expect((await world.create(body, 'amer')).status).toBe(400);
    const made = await world.create({ ...body, activity: text('backup done') }, 'amer');
    expect(made.body).toEqual({
      id: `${String(channel.id)};messageid=${String(made.body.activityId)}`,
      activityId: expect.stringMatching(/^\d+$/),
    });
    expect(await world.lastSeen('Mei', 'channel')).toMatchObject({
      text: 'backup done',
      threadId: made.body.activityId,
    });
  });
});

describe('rosters', () => {
  test('name the members with their Teams ids and object ids', async () => {
    const all = await world.bot.connector(hanna, 'GET', '/members');
    expect(all.body).toMatchObject([
      {
        aadObjectId: PEOPLE[0]?.objectId,
        id: hanna.from.id,
        userPrincipalName: 'hanna.berg@contoso.example',
      },
    ]);
    const paged = await world.bot.connector(hanna, 'GET', '/pagedmembers?pageSize=50');
    expect(paged.body.members).toEqual(all.body);
    const one = await world.bot.connector(hanna, 'GET', `/members/${PEOPLE[0]?.objectId}`);
    expect(one.body).toMatchObject({ id: hanna.from.id });
    expect((await world.bot.connector(hanna, 'GET', `/members/${PEOPLE[1]?.objectId}`)).status).toBe(404);
  });
});

describe('cards are held against what Teams takes', () => {
  test.each([
    ['a version above 1.5', card('x', { version: '1.6' }), 'version is "1.6"'],
    [
      'seven primary actions',
      card('x', { actions: ['1', '2', '3', '4', '5', '6', '7'].map((title) => execute(title)) }),
      '7 primary actions',
    ],
    [
      'refresh for 61 people',
      card('x', {
        refresh: { action: execute(''), userIds: Array.from({ length: 61 }, (_, n) => `29:${n}`) },
      }),
      'names 61 people',
    ],
    [
      'refresh for object ids',
      card('x', { refresh: { action: execute(''), userIds: [PEOPLE[0]?.objectId] } }),
      'something else than Teams ids',
    ],
    ['a date function', card('at {{DATE(2026-11-20T02:00:00Z)}}'), '{{DATE()}}'],
    [
      'two inputs of one id',
      card('x', {
        body: ['a', 'b'].map((label) => ({ type: 'Input.Text', id: 'same', label })),
      }),
      'two inputs',
    ],
  ])('%s is counted', async (_name, wrong, told) => {
    await world.bot.send(hanna, { type: 'message', attachments: [attached(wrong)] });
    expect(JSON.stringify(await world.violations())).toContain(told.replaceAll('"', '\\"'));
  });

  test('a good card counts nothing, and text beside a card does', async () => {
    await world.bot.send(hanna, { type: 'message', attachments: [attached(card('fine'))] });
    expect(await world.stats()).toMatchObject({ violationCount: 0 });
    await world.bot.send(hanna, { type: 'message', text: 'and', attachments: [attached(card('fine'))] });
    expect(await world.stats()).toMatchObject({ violationCount: 1 });
  });

  test('a member that the published schema lacks is counted where the schema is at hand', async () => {
    const { schemaChecked } = await world.stats();
    if (schemaChecked !== true) {
      console.warn('SKIPPED: no card schema at CONTRACT_DIR; cards are judged by our own rules only.');
      return;
    }
    await world.bot.send(hanna, { type: 'message', attachments: [attached(card('x', { colour: 'red' }))] });
    expect(JSON.stringify(await world.violations())).toContain('colour');
  });
});
