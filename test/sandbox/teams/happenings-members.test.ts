/** Who comes and goes in a team or a group chat, and the roster of a large team. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { HeardActivity } from './fake-bot.js';
import { card } from './messages.js';
import type { Json } from './messages.js';
import { openTeam } from './scene.js';
import { PEOPLE, codeOf, startWorld } from './world.js';
import type { World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await openTeam();
});
afterEach(() => world.close());

describe('members', () => {
  test('who comes and goes is told, stands in the roster or not, and sees the channel or not', async () => {
    const alice = PEOPLE[5]?.objectId;
    const heard = await world.say('Hanna', 'channel');
    const one = () => world.bot.connector(heard, 'GET', `/members/${String(alice)}`);
    expect(await one()).toMatchObject({
      status: 404,
      body: { error: { code: 'MemberNotFoundInConversation' } },
    });
    await world.control('members', { as: 'Sofia', in: 'channel', add: [alice] });
    const joined = world.last('conversationUpdate');
    expect(joined).toMatchObject({
      membersAdded: [{ aadObjectId: alice, id: expect.stringMatching(/^29:/) }],
      conversation: { conversationType: 'channel' },
      channelData: { eventType: 'teamMemberAdded', team: { name: 'Contoso IT' } },
    });
    expect((await one()).status).toBe(200);
    // Who is there already is not told again.
    const before = world.bot.heard.length;
    await world.control('members', { as: 'Sofia', in: 'channel', add: [alice] });
    expect(world.bot.heard).toHaveLength(before);
    await world.control('members', { as: 'Sofia', in: 'channel', remove: [alice] });
    expect(world.last('conversationUpdate')).toMatchObject({
      membersRemoved: [{ aadObjectId: alice }],
      channelData: { eventType: 'teamMemberRemoved' },
    });
    expect((await one()).status).toBe(404);
    expect((await world.control('say', { as: alice, in: 'channel', text: 'hi', mention: true })).status).toBe(
      403,
    );
  });

  test('of a group chat are told without a team', async () => {
    await world.say('Mei', 'group');
    await world.control('members', { as: 'Mei', in: 'group', add: ['Tom'] });
    expect(world.last('conversationUpdate')).toMatchObject({
      membersAdded: [{ aadObjectId: PEOPLE[4]?.objectId }],
      conversation: { conversationType: 'groupChat', isGroup: true },
    });
    expect((world.last('conversationUpdate').channelData as Json).eventType).toBeUndefined();
  });

  test('TEAMS §7 who leaves the team can be written to no longer', async () => {
    await world.control('members', { as: 'Sofia', in: 'channel', remove: ['Arun'] });
    expect(codeOf(await world.chatWith(PEOPLE[1]?.objectId))).toBe('BotNotInConversationRoster');
    expect((await world.chatWith(PEOPLE[2]?.objectId)).status).toBe(201);
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
    await large.control('install', { as: 'Sofia', in: 'channel' });
    const join = (count: number) =>
      large.control('members', {
        as: 'Sofia',
        in: 'channel',
        add: crowd.slice(0, count).map(({ objectId }) => objectId),
      });
    await join(55);
    await large.control('say', { as: 'Hanna', in: 'channel', text: 'x', mention: true });
    channel = large.last('message');
  });
  afterEach(() => large.close());
  const page = (query: string) => large.bot.connector(channel, 'GET', `/pagedmembers?${query}`);

  test('its roster comes in pages, each member once, the last page without a token', async () => {
    await large.control('members', {
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
    await large.control('say', { as: 'Hanna', text: 'x' });
    const hanna = large.last('message');
    const query = `/pagedmembers?continuationToken=${String(continuationToken)}`;
    expect((await large.bot.connector(hanna, 'GET', query)).status).toBe(400);
    expect((await page('continuationToken=50')).status).toBe(400);
  });

  test.each([
    [60, 1],
    [61, 0],
  ])('TEAMS §3 without userIds everyone of %i members is refreshed %i times', async (size, times) => {
    if (size === 61)
      await large.control('members', { as: 'Sofia', in: 'channel', add: [crowd[55]?.objectId] });
    large.bot.react = () => ({ status: 200, body: {} });
    const refresh = { action: { type: 'Action.Execute', title: 'x', verb: 'view' } };
    await large.bot.replyCard(channel, card('base', { refresh }));
    await large.transcript('Tom', 'channel');
    expect(large.bot.heardOf('invoke')).toHaveLength(times);
  });
});
