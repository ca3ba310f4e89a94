/** What happens around the bot: messages that change, reactions, members, names, chats that end, installs, the channel's keys. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BOT_APP, FakeClock, PEOPLE, TENANT, attached, card, startWorld } from './fake-bot.js';
import type { HeardActivity, Json, World } from './fake-bot.js';

let world: World;
beforeEach(async () => {
  world = await startWorld();
  await world.post('/_sandbox/install', { as: 'Sofia', in: 'channel' });
});
afterEach(() => world.close());

const control = async (name: string, body: Json): Promise<{ status: number; body: Json }> =>
  world.post(`/_sandbox/${name}`, body);
const say = async (as: string, where = 'personal', more: Json = {}): Promise<HeardActivity> => {
  const mention = where !== 'personal';
  await control('say', { as, in: where, text: 'status', mention, ...more });
  return world.bot.heardOf('message').at(-1) as HeardActivity;
};
const transcript = async (as: string, where = 'personal'): Promise<Json[]> =>
  (await world.get(`/_sandbox/transcript?as=${as}&in=${where}`)).body as unknown as Json[];
const text = (content: string): Json => ({ type: 'message', text: content });
const send = (to: HeardActivity, body: Json = text('x')) =>
  world.bot.connector(to, 'POST', '/activities', body);
const create = (body: Json, region = 'emea') =>
  world.bot.call(`${world.base}/${region}/${TENANT}/v3/conversations`, 'POST', {
    tenantId: TENANT,
    channelData: { tenant: { id: TENANT } },
    ...body,
  });
const chatWith = (objectId: unknown) => create({ isGroup: false, members: [{ id: objectId }] });
const codeOf = ({ body }: { body: Json }): unknown => (body.error as Json).code;
const last = (type: string): HeardActivity => world.bot.heardOf(type).at(-1) as HeardActivity;

describe('a person’s own message (event types of botbuilder 4.23)', () => {
  test('changed: messageUpdate with the old id and the new text', async () => {
    const { id } = await say('Hanna');
    await control('edit', { as: 'Hanna', id, text: 'snapshots' });
    expect(last('messageUpdate')).toMatchObject({
      id,
      text: 'snapshots',
      channelData: { eventType: 'editMessage', tenant: { id: TENANT } },
      entities: [{ type: 'clientInfo' }],
    });
    expect(await transcript('Hanna')).toMatchObject([{ id, text: 'snapshots', edited: true }]);
  });

  test('deleted, and taken back: messageDelete, then messageUpdate with the text', async () => {
    const { id } = await say('Hanna');
    await control('delete', { as: 'Hanna', id });
    expect(last('messageDelete')).toMatchObject({ id, channelData: { eventType: 'softDeleteMessage' } });
    expect(last('messageDelete')).not.toHaveProperty('text');
    expect(await transcript('Hanna')).toMatchObject([{ id, deleted: true }]);
    await control('undelete', { as: 'Hanna', id });
    expect(last('messageUpdate')).toMatchObject({
      id,
      text: 'status',
      channelData: { eventType: 'undeleteMessage' },
    });
    expect(await transcript('Hanna')).toMatchObject([{ id, text: 'status', deleted: false }]);
    expect((await control('undelete', { as: 'Hanna', id })).status).toBe(404);
  });

  test('in a channel the bot hears of those that mention it, mention and all, and of no others', async () => {
    const { id } = await say('Hanna', 'channel');
    await control('edit', { as: 'Hanna', id, text: 'snapshots' });
    expect(last('messageUpdate')).toMatchObject({
      id,
      text: '<at>Entra Rewind</at>&nbsp;snapshots\n',
      entities: [{ type: 'mention' }, { type: 'clientInfo' }],
      conversation: { id: expect.stringContaining(`;messageid=${id}`) },
    });
    const quiet = await control('say', { as: 'Mei', in: 'channel', text: 'just between us' });
    const before = world.bot.heard.length;
    for (const name of ['edit', 'delete', 'undelete'])
      await control(name, { as: 'Mei', id: quiet.body.id, ...(name === 'edit' ? { text: 'x' } : {}) });
    expect(world.bot.heard).toHaveLength(before);
  });

  test('is changed by nobody else, and the bot’s by no person', async () => {
    const heard = await say('Hanna', 'channel');
    const bots = await send(heard);
    expect((await control('edit', { as: 'Arun', id: heard.id, text: 'x' })).status).toBe(403);
    expect((await control('delete', { as: 'Hanna', id: bots.body.id })).status).toBe(403);
  });

  test('a reaction to the bot’s message is told, given and taken; to others’ it is not', async () => {
    const heard = await say('Hanna');
    const { body } = await send(heard);
    await control('react', { as: 'Hanna', id: body.id });
    expect(last('messageReaction')).toMatchObject({
      replyToId: body.id,
      reactionsAdded: [{ type: 'like' }],
    });
    await control('react', { as: 'Hanna', id: body.id, take: true });
    expect(last('messageReaction')).toMatchObject({ reactionsRemoved: [{ type: 'like' }] });
    expect((await control('react', { as: 'Hanna', id: heard.id })).status).toBe(409);
  });
});

describe('members', () => {
  test('who comes and goes is told, stands in the roster or not, and sees the channel or not', async () => {
    const alice = PEOPLE[5]?.objectId;
    const heard = await say('Hanna', 'channel');
    const one = () => world.bot.connector(heard, 'GET', `/members/${String(alice)}`);
    expect(await one()).toMatchObject({
      status: 404,
      body: { error: { code: 'MemberNotFoundInConversation' } },
    });
    await control('members', { as: 'Sofia', in: 'channel', add: [alice] });
    const joined = last('conversationUpdate');
    expect(joined).toMatchObject({
      membersAdded: [{ aadObjectId: alice, id: expect.stringMatching(/^29:/) }],
      conversation: { conversationType: 'channel' },
      channelData: { eventType: 'teamMemberAdded', team: { name: 'Contoso IT' } },
    });
    expect((await one()).status).toBe(200);
    // Who is there already is not told again.
    const before = world.bot.heard.length;
    await control('members', { as: 'Sofia', in: 'channel', add: [alice] });
    expect(world.bot.heard).toHaveLength(before);
    await control('members', { as: 'Sofia', in: 'channel', remove: [alice] });
    expect(last('conversationUpdate')).toMatchObject({
      membersRemoved: [{ aadObjectId: alice }],
      channelData: { eventType: 'teamMemberRemoved' },
    });
    expect((await one()).status).toBe(404);
    expect((await control('say', { as: alice, in: 'channel', text: 'hi', mention: true })).status).toBe(403);
  });

  test('of a group chat are told without a team', async () => {
    await say('Mei', 'group');
    await control('members', { as: 'Mei', in: 'group', add: ['Tom'] });
    expect(last('conversationUpdate')).toMatchObject({
      membersAdded: [{ aadObjectId: PEOPLE[4]?.objectId }],
      conversation: { conversationType: 'groupChat', isGroup: true },
    });
    expect((last('conversationUpdate').channelData as Json).eventType).toBeUndefined();
  });

  test('TEAMS §7 who leaves the team can be written to no longer', async () => {
    await control('members', { as: 'Sofia', in: 'channel', remove: ['Arun'] });
    expect(codeOf(await chatWith(PEOPLE[1]?.objectId))).toBe('BotNotInConversationRoster');
    expect((await chatWith(PEOPLE[2]?.objectId)).status).toBe(201);
  });
});

describe('a large team', () => {
  const crowd = Array.from({ length: 120 }, (_, n) => ({
    objectId: `66666666-6666-4666-8666-${String(n).padStart(12, '0')}`,
    displayName: `Person ${n}`,
    userPrincipalName: `person.${n}@contoso.example`,
  }));
  let large: World;
  let channel: HeardActivity;
  beforeEach(async () => {
    large = await startWorld({ people: () => [...PEOPLE, ...crowd] });
    await large.post('/_sandbox/install', { as: 'Sofia', in: 'channel' });
    const join = (count: number) =>
      large.post('/_sandbox/members', {
        as: 'Sofia',
        in: 'channel',
        add: crowd.slice(0, count).map(({ objectId }) => objectId),
      });
    await join(55);
    await large.post('/_sandbox/say', { as: 'Hanna', in: 'channel', text: 'x', mention: true });
    channel = large.bot.heardOf('message').at(-1) as HeardActivity;
  });
  afterEach(() => large.close());
  const page = (query: string) => large.bot.connector(channel, 'GET', `/pagedmembers?${query}`);

  test('its roster comes in pages, each member once, the last page without a token', async () => {
    await large.post('/_sandbox/members', {
      as: 'Sofia',
      in: 'channel',
      add: crowd.slice(55).map(({ objectId }) => objectId),
    });
    const sizes: number[] = [];
    const ids = new Set<unknown>();
    let token: unknown;
    do {
      const query = `pageSize=50${token === undefined ? '' : `&continuationToken=${String(token)}`}`;
      const { body } = await page(query);
      const members = body.members as Json[];
      sizes.push(members.length);
      members.forEach(({ aadObjectId }) => ids.add(aadObjectId));
      token = body.continuationToken;
    } while (token !== undefined);
    expect(sizes).toEqual([50, 50, 25]);
    expect(ids.size).toBe(125);
    expect((await page('')).body.continuationToken).toBeUndefined();
  });

  test('a page’s size has bounds, and a foreign token is refused', async () => {
    expect(((await page('pageSize=1')).body.members as Json[]).length).toBe(50);
    expect((await page('pageSize=many')).status).toBe(400);
    const { continuationToken } = (await page('pageSize=50')).body;
    await large.post('/_sandbox/say', { as: 'Hanna', text: 'x' });
    const hanna = large.bot.heardOf('message').at(-1) as HeardActivity;
    const query = `/pagedmembers?continuationToken=${String(continuationToken)}`;
    expect((await large.bot.connector(hanna, 'GET', query)).status).toBe(400);
    expect((await page('continuationToken=50')).status).toBe(400);
  });

  test.each([
    [60, 1],
    [61, 0],
  ])('TEAMS §3 without userIds everyone of %i members is refreshed %i times', async (size, times) => {
    if (size === 61)
      await large.post('/_sandbox/members', { as: 'Sofia', in: 'channel', add: [crowd[55]?.objectId] });
    large.bot.react = () => ({ status: 200, body: {} });
    const refresh = { action: { type: 'Action.Execute', title: 'x', verb: 'view' } };
    await large.bot.replyCard(channel, card('base', { refresh }));
    await large.get('/_sandbox/transcript?as=Tom&in=channel');
    expect(large.bot.heardOf('invoke')).toHaveLength(times);
  });
});

describe('teams and channels', () => {
  test('the team and the channel are called otherwise: told, and read by the bot', async () => {
    const heard = await say('Hanna', 'channel');
    await control('team', { as: 'Sofia', do: 'renameTeam', name: 'Fabrikam IT' });
    expect(last('conversationUpdate')).toMatchObject({
      channelData: { eventType: 'teamRenamed', team: { name: 'Fabrikam IT' } },
    });
    await control('team', { as: 'Sofia', do: 'renameChannel', name: 'Operations' });
    expect(last('conversationUpdate')).toMatchObject({
      channelData: { eventType: 'channelRenamed', channel: { name: 'Operations' } },
    });
    const teamId = String(((heard.channelData as Json).team as Json).id);
    const team = (part = '') =>
      world.bot.call(`${heard.serviceUrl}v3/teams/${encodeURIComponent(teamId)}${part}`, 'GET');
    expect((await team()).body).toMatchObject({
      id: teamId,
      name: 'Fabrikam IT',
      channelCount: 2,
      memberCount: 5,
    });
    expect((await team('/conversations')).body.conversations).toMatchObject([
      { id: teamId, name: null },
      { name: 'Operations' },
    ]);
  });

  test('the team’s id is its General channel: a bot may post there and read the roster', async () => {
    const installed = world.bot.heardOf('installationUpdate')[0] as HeardActivity;
    const posted = await send(installed, text('thank you for adding me'));
    expect(posted.status).toBe(201);
    const { body } = await world.bot.connector(installed, 'GET', '/pagedmembers');
    expect(body.members).toHaveLength(5);
    const thread = { isGroup: true, activity: text('hello') };
    const channelData = { channel: { id: installed.conversation.id }, tenant: { id: TENANT } };
    expect((await create({ ...thread, channelData }, 'amer')).status).toBe(201);
    await control('uninstall', { as: 'Sofia', in: 'channel' });
    expect(codeOf(await send(installed))).toBe('BotNotInConversationRoster');
  });

  test('a deleted channel is found no more, in threads too, until it is restored', async () => {
    const heard = await say('Hanna', 'channel');
    await control('team', { as: 'Sofia', do: 'deleteChannel' });
    expect(last('conversationUpdate')).toMatchObject({ channelData: { eventType: 'channelDeleted' } });
    const channel = { id: heard.conversation.id.split(';')[0] };
    const thread = { isGroup: true, activity: text('x'), channelData: { channel, tenant: { id: TENANT } } };
    const roster = () => world.bot.connector(heard, 'GET', '/pagedmembers');
    for (const call of [() => send(heard), () => create(thread, 'amer'), roster])
      expect(await call()).toMatchObject({ status: 404, body: { error: { code: 'ConversationNotFound' } } });
    expect((await control('say', { as: 'Mei', in: 'channel', text: 'x' })).status).toBe(409);
    await control('team', { as: 'Sofia', do: 'restoreChannel' });
    expect(last('conversationUpdate')).toMatchObject({ channelData: { eventType: 'channelRestored' } });
    expect((await send(heard)).status).toBe(201);
  });
});

describe('TEAMS §7 a chat that ends', () => {
  test('deleted by its person: 404 ConversationNotFound; created again it has another id, and the app is there', async () => {
    const old = await say('Hanna');
    await send(old, text('before'));
    await control('forget-chat', { as: 'Hanna' });
    expect(await send(old)).toMatchObject({ status: 404, body: { error: { code: 'ConversationNotFound' } } });
    const again = await chatWith(PEOPLE[0]?.objectId);
    expect(again.status).toBe(201);
    expect(again.body.id).not.toBe(old.conversation.id);
    const fresh = { ...old, conversation: { ...old.conversation, id: String(again.body.id) } };
    expect((await send(fresh, text('after'))).status).toBe(201);
    expect(await transcript('Hanna')).toMatchObject([{ text: 'after' }]);
    const installs = world.bot.heardOf('installationUpdate').length;
    expect((await say('Hanna')).conversation.id).toBe(again.body.id);
    expect(world.bot.heardOf('installationUpdate')).toHaveLength(installs);
  });

  test('stays deleted over a restart', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'teams-'));
    const clock = new FakeClock();
    const first = await startWorld({ dataDir, clock });
    await first.post('/_sandbox/say', { as: 'Tom', text: 'hi' });
    const old = first.bot.heardOf('message')[0] as HeardActivity;
    const { body } = await first.post('/_sandbox/forget-chat', { as: 'Tom' });
    await first.close();
    const second = await startWorld({ dataDir, clock });
    await second.post('/_sandbox/say', { as: 'Tom', text: 'hi' });
    expect(second.bot.heardOf('message')[0]?.conversation.id).toBe(body.conversationId);
    expect(body.conversationId).not.toBe(old.conversation.id);
    await second.close();
    rmSync(dataDir, { recursive: true });
  });

  test('blocked: 403 for every call of the bot, a new conversation too; the person says nothing until it is lifted', async () => {
    const heard = await say('Hanna');
    const posted = await send(heard);
    const before = world.bot.heard.length;
    await control('block', { as: 'Hanna' });
    const path = `/activities/${String(posted.body.id)}`;
    const calls = [
      () => send(heard),
      () => world.bot.connector(heard, 'PUT', path, text('y')),
      () => world.bot.connector(heard, 'DELETE', path),
      () => world.bot.connector(heard, 'GET', '/pagedmembers'),
      () => chatWith(PEOPLE[0]?.objectId),
    ];
    for (const call of calls)
      expect(await call()).toMatchObject({
        status: 403,
        body: { error: { code: 'ConversationBlockedByUser' } },
      });
    expect((await control('say', { as: 'Hanna', text: 'hi' })).status).toBe(409);
    expect(world.bot.heard).toHaveLength(before);
    await control('block', { as: 'Hanna', blocked: false });
    expect((await send(heard)).status).toBe(201);
  });

  test('the app removed: every call is 403 BotNotInConversationRoster, the roster’s too (TEAMS §8)', async () => {
    const heard = await say('Hanna');
    await control('uninstall', { as: 'Hanna' });
    for (const path of ['/members', '/pagedmembers', `/members/${String(PEOPLE[0]?.objectId)}`])
      expect(codeOf(await world.bot.connector(heard, 'GET', path))).toBe('BotNotInConversationRoster');
    expect(codeOf(await world.bot.connector(heard, 'POST', '/activities', { type: 'typing' }))).toBe(
      'BotNotInConversationRoster',
    );
  });
});

describe('TEAMS §7, SDK trap 9: the app comes and goes', () => {
  test('an upgrade is told as remove-upgrade and add-upgrade', async () => {
    await say('Hanna');
    await control('uninstall', { as: 'Hanna', upgrade: true });
    expect(last('installationUpdate')).toMatchObject({ action: 'remove-upgrade' });
    await control('install', { as: 'Hanna', upgrade: true });
    expect(last('installationUpdate')).toMatchObject({ action: 'add-upgrade' });
  });

  test('a personal chat may tell it more than once, with other ids', async () => {
    await say('Hanna');
    await control('install', { as: 'Hanna', again: true });
    const personal = world.bot
      .heardOf('installationUpdate')
      .filter(({ conversation }) => conversation.conversationType === 'personal');
    expect(personal).toHaveLength(2);
    expect(new Set(personal.map(({ id }) => id)).size).toBe(2);
  });

  test('TEAMS §9 localTimezone is not on every activity: typed messages and invokes have it', async () => {
    const heard = await say('Hanna');
    expect(heard.localTimezone).toBe('Europe/Berlin');
    for (const type of ['installationUpdate', 'conversationUpdate'])
      expect(last(type)).not.toHaveProperty('localTimezone');
  });
});

describe('TEAMS §12 the channel’s keys', () => {
  const keys = async (): Promise<JSONWebKeySet> =>
    (await (await fetch(`${world.base}/openid/keys`)).json()) as JSONWebKeySet;
  const kids = async (): Promise<unknown[]> => (await keys()).keys.map(({ kid }) => kid);
  const signedWith = async (): Promise<string | undefined> => {
    await say('Hanna');
    return world.bot.tokens.map((token) => decodeProtectedHeader(token).kid).at(-1);
  };

  test('are named by the metadata, for RS256, each endorsed for msteams', async () => {
    expect((await world.get('/openid')).body).toEqual({
      issuer: 'https://api.botframework.com',
      jwks_uri: `${world.base}/openid/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
    });
    expect((await keys()).keys).toMatchObject([{ kty: 'RSA', use: 'sig', endorsements: ['msteams'] }]);
    await say('Hanna');
    const token = world.bot.tokens.at(-1) ?? '';
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(await keys()), {
      issuer: 'https://api.botframework.com',
      audience: BOT_APP,
      algorithms: ['RS256'],
    });
    expect(protectedHeader.typ).toBe('JWT');
    expect(payload.serviceurl).toBe(last('message').serviceUrl);
  });

  test('are rotated: published first, then signing, then the old one goes; nothing is signed by a key that is not published', async () => {
    const first = await signedWith();
    await control('rotate-keys', { publishOnly: true });
    expect(await kids()).toHaveLength(2);
    expect(await signedWith()).toBe(first);
    await control('rotate-keys', {});
    expect(await kids()).toHaveLength(2);
    const second = await signedWith();
    expect(second).not.toBe(first);
    expect(await kids()).toEqual([first, second]);
    await control('rotate-keys', { publishOnly: true, retire: true });
    expect((await kids())[0]).toBe(second);
    expect(await kids()).not.toContain(first);
  });

  test('each service URL has a token of its own', async () => {
    await say('Hanna');
    await say('Hanna', 'channel');
    const pairs = world.bot.heard.map(({ serviceUrl }, index) => [
      serviceUrl,
      world.bot.claims[index]?.serviceurl,
    ]);
    expect(new Set(pairs.map(([url]) => url)).size).toBe(2);
    for (const [url, claim] of pairs) expect(claim).toBe(url);
  });
});

describe('TEAMS §8 mentions of the bot', () => {
  test('its name of two words may come as two mentions', async () => {
    await control('person', { as: 'Hanna', splitMentions: true });
    const heard = await say('Hanna', 'channel');
    expect(heard.text).toBe('<at>Entra</at>&nbsp;<at>Rewind</at>&nbsp;status\n');
    expect(heard.entities).toMatchObject([
      { type: 'mention', text: '<at>Entra</at>', mentioned: { id: `28:${BOT_APP}` } },
      { type: 'mention', text: '<at>Rewind</at>', mentioned: { id: `28:${BOT_APP}` } },
      { type: 'clientInfo' },
    ]);
  });

  test('a reply to the bot’s message without one is not delivered', async () => {
    const heard = await say('Hanna', 'channel');
    await send(heard, { type: 'message', attachments: [attached(card('here'))] });
    const before = world.bot.heard.length;
    const { body } = await control('say', { as: 'Hanna', in: 'channel', thread: heard.id, text: 'thanks' });
    expect(body).toMatchObject({ delivered: false });
    expect(world.bot.heard).toHaveLength(before);
    expect((await transcript('Hanna', 'channel')).at(-1)).toMatchObject({
      threadId: heard.id,
      text: 'thanks',
    });
  });
});
