/** What a bot sends as in the examples of teams/wire-examples.json is taken; every error of the connector there can be met. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BOT_APP } from './fake-bot.js';
import type { HeardActivity } from './fake-bot.js';
import type { Json } from './messages.js';
import { PEOPLE, TENANT } from './world.js';
import type { World } from './world.js';
import { atHand, linesOf, openWire, wire } from './wire-examples.js';

let world: World;
beforeEach(async () => {
  world = await openWire();
});
afterEach(() => world.close());

describe('what a bot sends', () => {
  const mapped = (body: Json, channel: string): Json =>
    JSON.parse(
      JSON.stringify(Object.fromEntries(Object.entries(body).filter(([name]) => !name.startsWith('_'))))
        .replaceAll('19:channel@thread.tacv2', channel)
        .replaceAll('33333333-3333-4333-8333-333333333333', TENANT)
        .replaceAll('22222222-2222-4222-8222-222222222222', BOT_APP)
        .replaceAll('44444444-4444-4444-8444-444444444444', String(PEOPLE[0]?.objectId)),
    ) as Json;
  let channel: string;
  let hanna: HeardActivity;
  beforeEach(async () => {
    await world.control('install', { as: 'Sofia', in: 'channel' });
    channel = String(((await world.get('/_sandbox/teams-info')).body.channel as Json).id);
    await world.say('Hanna');
    hanna = world.last('message');
  });
  const create = (name: string, region: string) =>
    world.bot.call(
      `${world.base}/${region}/${TENANT}/v3/conversations`,
      'POST',
      mapped(wire.outgoing[name] as Json, channel),
    );

  test('createConversation for a person and for a thread, with the result as in the example', async () => {
    if (!atHand) return;
    expect((await create('createConversation.personal', 'emea')).status).toBe(201);
    const made = await create('createConversation.channelThread', 'amer');
    expect(made.status).toBe(201);
    expect(linesOf(made.body)).toEqual(linesOf(wire.outgoing['createConversation.result']));
    expect(await world.violations()).toEqual([]);
  });

  test('an edit, an OAuth card, a feed entry', async () => {
    if (!atHand) return;
    const send = (body: Json) => world.bot.connector(hanna, 'POST', '/activities', body);
    const feed = await send(mapped(wire.outgoing.notifyInFeed as Json, channel));
    const oauthCard = mapped(wire.outgoing.oauthCard as Json, channel);
    expect((await send({ type: 'message', attachments: [oauthCard] })).status).toBe(201);
    const seen = await world.transcript('Hanna');
    expect(seen.find(({ id }) => id === feed.body.id)).toMatchObject({ alert: true });
    const edit = mapped(wire.outgoing.updateActivity as Json, channel);
    const path = `/activities/${String(feed.body.id)}`;
    expect((await world.bot.connector(hanna, 'PUT', path, edit)).status).toBe(200);
    expect(await world.violations()).toEqual([]);
  });

  test('a targeted message is refused: it is a preview', async () => {
    const path = '/activities?isTargetedActivity=true';
    const body = { type: 'message', text: 'x', recipient: { id: hanna.from.id } };
    expect((await world.bot.connector(hanna, 'POST', path, body)).status).toBe(400);
  });
});

describe('what the connector refuses with', () => {
  test.each(wire.connectorErrors.map(({ status, code }) => [status, code] as const))(
    '%i %s',
    async (status, code) => {
      await world.say('Hanna');
      await world.control('teams-fault', { kind: 'connector', status, code });
      const { body, ...answer } = await world.bot.connector(world.last('message'), 'POST', '/activities', {
        type: 'message',
        text: 'x',
      });
      expect(answer.status).toBe(status);
      if (code === 'MessageWritesBlocked')
        expect(body).toMatchObject({ error: { message: { subCode: code } } });
      else if (code !== undefined) expect(body).toMatchObject({ error: { code } });
    },
  );

  test.each([...new Set(wire.connectorErrors.map(({ status }) => status))])(
    '%i has a code of its own where none is asked for',
    async (status) => {
      if (!atHand) return;
      await world.say('Hanna');
      await world.control('teams-fault', { kind: 'connector', status });
      const path = '/activities';
      const sent = await world.bot.connector(world.last('message'), 'POST', path, {
        type: 'message',
        text: 'x',
      });
      const codes = wire.connectorErrors.flatMap((one) => (one.status === status ? (one.code ?? []) : []));
      expect(sent.status).toBe(status);
      if (codes.length > 0) expect(codes).toContain((sent.body.error as Json).code);
    },
  );
});
