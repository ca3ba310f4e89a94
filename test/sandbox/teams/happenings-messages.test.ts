/** What people do with messages: their own that change and go, reactions, mentions of the bot. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BOT_APP } from './fake-bot.js';
import { attached, card, text } from './messages.js';
import { openTeam } from './scene.js';
import { TENANT } from './world.js';
import type { World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await openTeam();
});
afterEach(() => world.close());

describe('a person’s own message (event types of botbuilder 4.23)', () => {
  test('changed: messageUpdate with the old id and the new text', async () => {
    const { id } = await world.say('Hanna');
    await world.control('edit', { as: 'Hanna', id, text: 'snapshots' });
    expect(world.last('messageUpdate')).toMatchObject({
      id,
      text: 'snapshots',
      channelData: { eventType: 'editMessage', tenant: { id: TENANT } },
      entities: [{ type: 'clientInfo' }],
    });
    expect(await world.transcript('Hanna')).toMatchObject([{ id, text: 'snapshots', edited: true }]);
  });

  test('deleted, and taken back: messageDelete, then messageUpdate with the text', async () => {
    const { id } = await world.say('Hanna');
    await world.control('delete', { as: 'Hanna', id });
    expect(world.last('messageDelete')).toMatchObject({
      id,
      channelData: { eventType: 'softDeleteMessage' },
    });
    expect(world.last('messageDelete')).not.toHaveProperty('text');
    expect(await world.transcript('Hanna')).toMatchObject([{ id, deleted: true }]);
    await world.control('undelete', { as: 'Hanna', id });
    expect(world.last('messageUpdate')).toMatchObject({
      id,
      text: 'status',
      channelData: { eventType: 'undeleteMessage' },
    });
    expect(await world.transcript('Hanna')).toMatchObject([{ id, text: 'status', deleted: false }]);
    expect((await world.control('undelete', { as: 'Hanna', id })).status).toBe(404);
  });

  test('in a channel the bot hears of those that mention it, mention and all, and of no others', async () => {
    const { id } = await world.say('Hanna', 'channel');
    await world.control('edit', { as: 'Hanna', id, text: 'snapshots' });
    expect(world.last('messageUpdate')).toMatchObject({
      id,
      text: '<at>Entra Rewind</at>&nbsp;snapshots\n',
      entities: [{ type: 'mention' }, { type: 'clientInfo' }],
      conversation: { id: expect.stringContaining(`;messageid=${id}`) },
    });
    const quiet = await world.control('say', { as: 'Mei', in: 'channel', text: 'just between us' });
    const before = world.bot.heard.length;
    for (const name of ['edit', 'delete', 'undelete'])
      await world.control(name, { as: 'Mei', id: quiet.body.id, ...(name === 'edit' ? { text: 'x' } : {}) });
    expect(world.bot.heard).toHaveLength(before);
  });

  test('is changed by nobody else, and the bot’s by no person', async () => {
    const heard = await world.say('Hanna', 'channel');
    const bots = await world.bot.send(heard, text('x'));
    expect((await world.control('edit', { as: 'Arun', id: heard.id, text: 'x' })).status).toBe(403);
    expect((await world.control('delete', { as: 'Hanna', id: bots.body.id })).status).toBe(403);
  });

  test('a reaction to the bot’s message is told, given and taken; to others’ it is not', async () => {
    const heard = await world.say('Hanna');
    const { body } = await world.bot.send(heard, text('x'));
    await world.control('react', { as: 'Hanna', id: body.id });
    expect(world.last('messageReaction')).toMatchObject({
      replyToId: body.id,
      reactionsAdded: [{ type: 'like' }],
    });
    await world.control('react', { as: 'Hanna', id: body.id, take: true });
    expect(world.last('messageReaction')).toMatchObject({ reactionsRemoved: [{ type: 'like' }] });
    expect((await world.control('react', { as: 'Hanna', id: heard.id })).status).toBe(409);
  });
});

describe('TEAMS §8 mentions of the bot', () => {
  test('its name of two words may come as two mentions', async () => {
    await world.control('person', { as: 'Hanna', splitMentions: true });
    const heard = await world.say('Hanna', 'channel');
    expect(heard.text).toBe('<at>Entra</at>&nbsp;<at>Rewind</at>&nbsp;status\n');
    expect(heard.entities).toMatchObject([
      { type: 'mention', text: '<at>Entra</at>', mentioned: { id: `28:${BOT_APP}` } },
      { type: 'mention', text: '<at>Rewind</at>', mentioned: { id: `28:${BOT_APP}` } },
      { type: 'clientInfo' },
    ]);
  });

  test('a reply to the bot’s message without one is not delivered', async () => {
    const heard = await world.say('Hanna', 'channel');
    await world.bot.send(heard, { type: 'message', attachments: [attached(card('here'))] });
    const before = world.bot.heard.length;
    const { body } = await world.control('say', {
      as: 'Hanna',
      in: 'channel',
      thread: heard.id,
      text: 'thanks',
    });
    expect(body).toMatchObject({ delivered: false });
    expect(world.bot.heard).toHaveLength(before);
    expect(await world.lastSeen('Hanna', 'channel')).toMatchObject({
      threadId: heard.id,
      text: 'thanks',
    });
  });
});
