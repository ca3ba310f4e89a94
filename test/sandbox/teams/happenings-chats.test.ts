/** Teams, channels and chats that are renamed, deleted and blocked; the app that is installed, upgraded and removed. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeardActivity } from './fake-bot.js';
import { text } from './messages.js';
import type { Json } from './messages.js';
import { openTeam } from './scene.js';
import { FakeClock, PEOPLE, TENANT, codeOf, startWorld } from './world.js';
import type { World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await openTeam();
});
afterEach(() => world.close());

describe('teams and channels', () => {
  test('the team and the channel are called otherwise: told, and read by the bot', async () => {
    const heard = await world.say('Hanna', 'channel');
    await world.control('team', { as: 'Sofia', do: 'renameTeam', name: 'Fabrikam IT' });
    expect(world.last('conversationUpdate')).toMatchObject({
      channelData: { eventType: 'teamRenamed', team: { name: 'Fabrikam IT' } },
    });
    await world.control('team', { as: 'Sofia', do: 'renameChannel', name: 'Operations' });
    expect(world.last('conversationUpdate')).toMatchObject({
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
    const posted = await world.bot.send(installed, text('thank you for adding me'));
    expect(posted.status).toBe(201);
    const { body } = await world.bot.connector(installed, 'GET', '/pagedmembers');
    expect(body.members).toHaveLength(5);
    const thread = { tenantId: TENANT, isGroup: true, activity: text('hello') };
    const channelData = { channel: { id: installed.conversation.id }, tenant: { id: TENANT } };
    expect((await world.create({ ...thread, channelData }, 'amer')).status).toBe(201);
    await world.control('uninstall', { as: 'Sofia', in: 'channel' });
    expect(codeOf(await world.bot.send(installed, text('x')))).toBe('BotNotInConversationRoster');
  });

  test('a deleted channel is found no more, in threads too, until it is restored', async () => {
    const heard = await world.say('Hanna', 'channel');
    await world.control('team', { as: 'Sofia', do: 'deleteChannel' });
    expect(world.last('conversationUpdate')).toMatchObject({ channelData: { eventType: 'channelDeleted' } });
    const channel = { id: heard.conversation.id.split(';')[0] };
    const thread = {
      tenantId: TENANT,
      isGroup: true,
      activity: text('x'),
      channelData: { channel, tenant: { id: TENANT } },
    };
    const roster = () => world.bot.connector(heard, 'GET', '/pagedmembers');
    for (const call of [() => world.bot.send(heard, text('x')), () => world.create(thread, 'amer'), roster])
      expect(await call()).toMatchObject({ status: 404, body: { error: { code: 'ConversationNotFound' } } });
    expect((await world.control('say', { as: 'Mei', in: 'channel', text: 'x' })).status).toBe(409);
    await world.control('team', { as: 'Sofia', do: 'restoreChannel' });
    expect(world.last('conversationUpdate')).toMatchObject({ channelData: { eventType: 'channelRestored' } });
    expect((await world.bot.send(heard, text('x'))).status).toBe(201);
  });
});

describe('TEAMS §7 a chat that ends', () => {
  test('deleted by its person: 404 ConversationNotFound; created again it has another id, and the app is there', async () => {
    const old = await world.say('Hanna');
    await world.bot.send(old, text('before'));
    await world.control('forget-chat', { as: 'Hanna' });
    expect(await world.bot.send(old, text('x'))).toMatchObject({
      status: 404,
      body: { error: { code: 'ConversationNotFound' } },
    });
    const again = await world.chatWith(PEOPLE[0]?.objectId);
    expect(again.status).toBe(201);
    expect(again.body.id).not.toBe(old.conversation.id);
    const fresh = { ...old, conversation: { ...old.conversation, id: String(again.body.id) } };
    expect((await world.bot.send(fresh, text('after'))).status).toBe(201);
    expect(await world.transcript('Hanna')).toMatchObject([{ text: 'after' }]);
    const installs = world.bot.heardOf('installationUpdate').length;
    expect((await world.say('Hanna')).conversation.id).toBe(again.body.id);
    expect(world.bot.heardOf('installationUpdate')).toHaveLength(installs);
  });

  test('stays deleted over a restart', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'teams-'));
    const clock = new FakeClock();
    const first = await startWorld({ dataDir, clock });
    await first.control('say', { as: 'Tom', text: 'hi' });
    const old = first.bot.heardOf('message')[0] as HeardActivity;
    const { body } = await first.control('forget-chat', { as: 'Tom' });
    await first.close();
    const second = await startWorld({ dataDir, clock });
    await second.control('say', { as: 'Tom', text: 'hi' });
    expect(second.bot.heardOf('message')[0]?.conversation.id).toBe(body.conversationId);
    expect(body.conversationId).not.toBe(old.conversation.id);
    await second.close();
    rmSync(dataDir, { recursive: true });
  });

  test('blocked: 403 for every call of the bot, a new conversation too; the person says nothing until it is lifted', async () => {
    const heard = await world.say('Hanna');
    const posted = await world.bot.send(heard, text('x'));
    const before = world.bot.heard.length;
    await world.control('block', { as: 'Hanna' });
    const path = `/activities/${String(posted.body.id)}`;
    const calls = [
      () => world.bot.send(heard, text('x')),
      () => world.bot.connector(heard, 'PUT', path, text('y')),
      () => world.bot.connector(heard, 'DELETE', path),
      () => world.bot.connector(heard, 'GET', '/pagedmembers'),
      () => world.chatWith(PEOPLE[0]?.objectId),
    ];
    for (const call of calls)
      expect(await call()).toMatchObject({
        status: 403,
        body: { error: { code: 'ConversationBlockedByUser' } },
      });
    expect((await world.control('say', { as: 'Hanna', text: 'hi' })).status).toBe(409);
    expect(world.bot.heard).toHaveLength(before);
    await world.control('block', { as: 'Hanna', blocked: false });
    expect((await world.bot.send(heard, text('x'))).status).toBe(201);
  });

  test('the app removed: every call is 403 BotNotInConversationRoster, the roster’s too (TEAMS §8)', async () => {
    const heard = await world.say('Hanna');
    await world.control('uninstall', { as: 'Hanna' });
    for (const path of ['/members', '/pagedmembers', `/members/${String(PEOPLE[0]?.objectId)}`])
      expect(codeOf(await world.bot.connector(heard, 'GET', path))).toBe('BotNotInConversationRoster');
    expect(codeOf(await world.bot.connector(heard, 'POST', '/activities', { type: 'typing' }))).toBe(
      'BotNotInConversationRoster',
    );
  });
});

describe('TEAMS §7, SDK trap 9: the app comes and goes', () => {
  test('an upgrade is told as remove-upgrade and add-upgrade', async () => {
    await world.say('Hanna');
    await world.control('uninstall', { as: 'Hanna', upgrade: true });
    expect(world.last('installationUpdate')).toMatchObject({ action: 'remove-upgrade' });
    await world.control('install', { as: 'Hanna', upgrade: true });
    expect(world.last('installationUpdate')).toMatchObject({ action: 'add-upgrade' });
  });

  test('a personal chat may tell it more than once, with other ids', async () => {
    await world.say('Hanna');
    await world.control('install', { as: 'Hanna', again: true });
    const personal = world.bot
      .heardOf('installationUpdate')
      .filter(({ conversation }) => conversation.conversationType === 'personal');
    expect(personal).toHaveLength(2);
    expect(new Set(personal.map(({ id }) => id)).size).toBe(2);
  });

  test('TEAMS §9 localTimezone is not on every activity: typed messages and invokes have it', async () => {
    const heard = await world.say('Hanna');
    expect(heard.localTimezone).toBe('Europe/Berlin');
    for (const type of ['installationUpdate', 'conversationUpdate'])
      expect(world.last(type)).not.toHaveProperty('localTimezone');
  });
});
