/** What Teams sends has every member of the examples of teams/wire-examples.json, one case each. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { HeardActivity } from './fake-bot.js';
import { answerCard, attached, card, submit } from './messages.js';
import type { Json } from './messages.js';
import type { World } from './world.js';
import {
  atHand,
  botWith,
  botWithOauth,
  click,
  example,
  linesOf,
  login,
  openWire,
  wire,
} from './wire-examples.js';

let world: World;
beforeEach(async () => {
  world = await openWire();
});
afterEach(() => world.close());

const refresh = (mri: string): Json => ({
  refresh: {
    action: { type: 'Action.Execute', verb: 'restore.view', data: { requestId: 'R-1042', rev: 3 } },
    userIds: [mri],
  },
});

/** How each incoming example comes about. */
const INCOMING: Readonly<Record<string, () => Promise<HeardActivity>>> = {
  'message.personal': async () => {
    await world.say('Hanna');
    return world.last('message');
  },
  'message.channel.mention': async () => {
    await world.say('Hanna', 'channel');
    return world.last('message');
  },
  'message.cardSubmit': async () => {
    botWith(world, {});
    await world.say('Hanna');
    await click(world, 'Old', 'personal', { reason: 'ok' });
    return world.last('message');
  },
  'invoke.adaptiveCardAction.manual': async () => {
    botWith(world, { 'adaptiveCard/action': [answerCard(card('x'))] });
    await world.say('Hanna', 'channel');
    await click(world, 'Approve', 'channel', { reason: 'ok' });
    return world.last('invoke');
  },
  'invoke.adaptiveCardAction.automatic': async () => {
    botWith(world, { 'adaptiveCard/action': [answerCard(card('x'))] }, refresh);
    await world.say('Hanna');
    await world.transcript('Hanna');
    return world.last('invoke');
  },
  'invoke.adaptiveCardAction.withSsoToken': async () => {
    await login(world);
    return world.last('invoke');
  },
  'invoke.adaptiveCardAction.withSignInCode': async () => {
    await login(world);
    await world.control('sign-in', { as: 'Hanna' });
    return world.last('invoke');
  },
  'invoke.search': async () => {
    botWith(world, { 'application/search': [example('search.ok')] });
    const { body } = await world.control('say', { as: 'Hanna', text: 'go' });
    const [{ id }] = body.activities as [Json];
    const data = { from: '2026-01-01' };
    await world.control('search', { as: 'Hanna', activityId: id, input: 'point', text: 'jan', data });
    return world.last('invoke');
  },
  'invoke.taskFetch': async () => {
    botWith(world, { 'task/fetch': [example('taskFetch.card')] });
    await world.say('Hanna');
    await click(world, 'Dialog');
    return world.last('invoke');
  },
  'invoke.taskSubmit': async () => {
    const content = card('x', { actions: [submit('Done', { verb: 'secret.done', handoffId: 'H-5' })] });
    const open = { body: { task: { type: 'continue', value: { title: 't', card: attached(content) } } } };
    botWith(world, { 'task/fetch': [open], 'task/submit': [example('taskSubmit.close')] });
    await world.say('Hanna');
    await click(world, 'Dialog');
    await world.control('dialog', { as: 'Hanna' });
    return world.last('invoke');
  },
  'invoke.signinTokenExchange': async () => {
    botWithOauth(world, example('signinTokenExchange.ok'));
    await world.say('Hanna');
    return world.last('invoke');
  },
  'invoke.signinVerifyState': async () => {
    botWithOauth(world, example('signinTokenExchange.needConsent'));
    await world.say('Hanna');
    await world.control('sign-in', { as: 'Hanna' });
    return world.last('invoke');
  },
  'invoke.signinFailure': async () => {
    botWithOauth(world, { status: 200 }, { tokenExchangeResource: { id: 'x', uri: 'api://elsewhere' } });
    await world.say('Hanna');
    return world.last('invoke');
  },
  'installationUpdate.add': async () => {
    await world.control('install', { as: 'Sofia', in: 'channel' });
    return world.bot
      .heardOf('installationUpdate')
      .find(({ conversation }) => conversation.conversationType === 'channel') as HeardActivity;
  },
  'installationUpdate.remove': async () => {
    await world.say('Hanna');
    await world.control('uninstall', { as: 'Hanna' });
    return world.last('installationUpdate');
  },
  'conversationUpdate.botAdded': async () => {
    await world.control('install', { as: 'Sofia', in: 'channel' });
    return world.bot
      .heardOf('conversationUpdate')
      .find(({ conversation }) => conversation.conversationType === 'channel') as HeardActivity;
  },
};

describe('what Teams sends', () => {
  test('every example of an activity is compared', () => {
    if (atHand) expect(Object.keys(INCOMING).sort()).toEqual(Object.keys(wire.incoming).sort());
  });

  test.each(Object.keys(wire.incoming))('%s has every member of the example', async (name) => {
    if (!atHand) return;
    const heard = await (INCOMING[name] as () => Promise<HeardActivity>)();
    const { name: teamName, ...exampleOf } = wire.incoming[name] as Json;
    const wanted = linesOf(teamName === undefined ? exampleOf : { ...exampleOf, name: teamName });
    expect(linesOf(heard)).toEqual(expect.arrayContaining(wanted));
  });
});
