import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BOT_APP } from './fake-bot.js';
import type { HeardActivity } from './fake-bot.js';
import type { Json } from './messages.js';
import { PEOPLE, TENANT, startWorld } from './world.js';
import type { World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await startWorld({ limits: { messageTimeoutMs: 300 } });
});
afterEach(() => world.close());

const channelAdded = async (): Promise<void> => {
  await world.control('install', { as: 'Sofia', in: 'channel' });
};

describe('typing to the bot', () => {
  test('a personal message arrives signed and shaped as Teams sends it', async () => {
    world.bot.react = async (activity, bot) => {
      if (activity.type === 'message') await bot.reply(activity, { text: `echo ${activity.text}` });
    };
    const { body } = await world.control('say', { as: 'Hanna Berg', text: 'hello' });
    const heard = world.bot.heardOf('message')[0] as HeardActivity;
    expect(heard).toMatchObject({
      channelId: 'msteams',
      text: 'hello',
      textFormat: 'plain',
      localTimezone: 'Europe/Berlin',
      localTimestamp: '2026-11-21T09:50:00.000+01:00',
      timestamp: '2026-11-21T08:50:00.000Z',
      from: { name: 'Hanna Berg', aadObjectId: PEOPLE[0]?.objectId, id: expect.stringMatching(/^29:1/) },
      recipient: { id: `28:${BOT_APP}`, name: 'Entra Rewind' },
      conversation: { conversationType: 'personal', tenantId: TENANT, id: expect.stringMatching(/^a:1/) },
      channelData: { tenant: { id: TENANT } },
      serviceUrl: `${world.base}/emea/${TENANT}/`,
    });
    const claims = world.bot.claims.at(-1) as { serviceurl: string; exp: number; iat: number };
    expect(claims.serviceurl).toBe(heard.serviceUrl);
    expect(claims.exp - claims.iat).toBeGreaterThanOrEqual(300);
    expect(claims.exp - claims.iat).toBeLessThanOrEqual(3_600);
    expect(body).toMatchObject({
      delivered: true,
      bot: { status: 200 },
      activities: [{ text: 'echo hello', from: 'Entra Rewind', fromBot: true, in: 'personal' }],
    });
  });

  test('the first contact adds the app once: installationUpdate, then conversationUpdate', async () => {
    await channelAdded();
    world.bot.heard.length = 0;
    await Promise.all([1, 2].map((n) => world.control('say', { as: 'Arun', text: `hi ${n}` })));
    expect(world.bot.heard.map((activity) => activity.type)).toEqual([
      'installationUpdate',
      'conversationUpdate',
      'message',
      'message',
    ]);
    expect(world.bot.heard[1]).toMatchObject({ membersAdded: [{ id: `28:${BOT_APP}` }] });
    expect((world.bot.heard[1] as Json).from).not.toHaveProperty('name');
  });

  test('the bot hears of its team as soon as it answers', async () => {
    await channelAdded();
    expect(world.bot.heardOf('installationUpdate')).toMatchObject([
      {
        action: 'add',
        conversation: { conversationType: 'channel' },
        channelData: { team: { name: 'Contoso IT' }, settings: { selectedChannel: {} } },
        serviceUrl: `${world.base}/amer/${TENANT}/`,
      },
    ]);
  });

  test('in a channel only a mention reaches the bot, and the reply joins the thread', async () => {
    await channelAdded();
    world.bot.react = async (activity, bot) => {
      if (activity.type === 'message') await bot.reply(activity, { text: 'here' });
    };
    const unheard = await world.control('say', { as: 'Hanna', in: 'channel', text: 'status' });
    expect(unheard.body).toMatchObject({ delivered: false, activities: [] });
    expect(world.bot.heardOf('message')).toHaveLength(0);

    const heard = await world.control('say', {
      as: 'Hanna',
      in: 'channel',
      text: '@Entra Rewind status',
    });
    expect(world.bot.heardOf('message')).toMatchObject([
      {
        text: '<at>Entra Rewind</at>&nbsp;status\n',
        entities: [
          { type: 'mention', text: '<at>Entra Rewind</at>', mentioned: { id: `28:${BOT_APP}` } },
          { type: 'clientInfo', timezone: 'Europe/Berlin' },
        ],
        conversation: { isGroup: true, id: expect.stringContaining(`;messageid=${String(heard.body.id)}`) },
      },
    ]);
    expect(heard.body).toMatchObject({ activities: [{ text: 'here', threadId: heard.body.id }] });
  });

  test('a group chat needs the mention too, and refuses who is not in it', async () => {
    const heard = await world.control('say', { as: 'Mei', in: 'group', text: 'help', mention: true });
    expect(heard.body).toMatchObject({ delivered: true });
    expect(world.bot.heardOf('message')[0]?.conversation.conversationType).toBe('groupChat');
    const stranger = await world.control('say', {
      as: 'Tom',
      in: 'group',
      text: 'help',
      mention: true,
    });
    expect(stranger.status).toBe(403);
  });

  test('a bot that does not answer in time is shown as unreachable', async () => {
    world.bot.react = (activity) => (activity.type === 'message' ? { delayInMs: 2_000 } : undefined);
    const { body } = await world.control('say', { as: 'Hanna', text: 'hello' });
    expect(body).toMatchObject({
      bot: { problem: 'timeout' },
      note: expect.stringContaining('Unable to reach app'),
    });
    const stats = await world.get('/_sandbox/teams-stats');
    expect(stats.body).toMatchObject({ botFailures: [{ what: 'message', problem: 'timeout' }] });
  });

  test('without a bot nothing is delivered, and the next try adds the app', async () => {
    const lonely = await startWorld();
    lonely.teams.setBotUrl('http://127.0.0.1:9/api/messages');
    const { body } = await lonely.control('say', { as: 'Tom', text: 'hi' });
    expect(body).toMatchObject({ delivered: false, bot: { problem: 'unreachable' } });
    await lonely.close();
  });

  test('anybody of the tenant can be used by UPN or object id, with a zone of their own', async () => {
    await world.control('person', { as: 'alice.chen@contoso.example', timezone: 'America/New_York' });
    await world.control('say', { as: PEOPLE[5]?.objectId, text: 'hi' });
    expect(world.bot.heardOf('message')[0]).toMatchObject({
      localTimezone: 'America/New_York',
      localTimestamp: '2026-11-21T03:50:00.000-05:00',
    });
    const nobody = await world.control('say', { as: 'Zoe', text: 'hi' });
    expect(nobody.status).toBe(404);
    expect(nobody.body.error).toContain('Hanna Berg');
  });

  test('a person who came to the tenant after the start is found, with the name of now', async () => {
    const people = [...PEOPLE];
    const later = await startWorld({ people: () => people });
    await later.control('say', { as: 'Hanna', text: 'hi' });
    const id = '55555555-5555-4555-8555-555555555555';
    people.push({
      jobTitle: 'Tester',
      objectId: id,
      displayName: 'New Person',
      userPrincipalName: 'new@contoso.example',
    });
    const said = await later.control('say', { as: 'new@contoso.example', text: 'hi' });
    expect(said.status).toBe(200);
    expect(later.bot.heardOf('message').at(-1)?.from.aadObjectId).toBe(id);
    await later.close();
  });

  test('a delivery that Teams repeats carries the same id', async () => {
    await world.control('open', { as: 'Hanna' });
    await world.control('teams-fault', { kind: 'deliverTwice' });
    await world.control('say', { as: 'Hanna', text: 'once' });
    const ids = world.bot.heardOf('message').map((activity) => activity.id);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });
});
