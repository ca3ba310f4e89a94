/** Sentences of teams/FACTS on refreshing cards, pressing their buttons and signing in, one case each; the title names the section. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { brokenRules } from '../../../sandbox/teams/card-rules.js';
import type { HeardActivity, Reaction } from './fake-bot.js';
import { answerCard, card, execute, submit, withCard } from './messages.js';
import type { Json } from './messages.js';
import { oauthAttached } from './oauth-card.js';
import { openScene } from './scene.js';
import type { Scene } from './scene.js';
import { startWorld } from './world.js';

let world: Scene;
beforeEach(async () => {
  world = await openScene();
});
afterEach(() => world.close());

describe('TEAMS §3 refresh', () => {
  const refresh = (userIds: unknown[]): Json => ({ refresh: { action: execute('view'), userIds } });
  const invokes = () => world.bot.heardOf('invoke');

  test('an empty list is manual only, and whoever is not listed has the menu entry', async () => {
    world.bot.react = () => answerCard(card('mine'));
    const { body } = await world.send(withCard(card('base', refresh([]))));
    expect(await world.lastSeen('Hanna')).toMatchObject({ cardText: 'base', refreshable: true });
    expect(invokes()).toHaveLength(0);
    await world.control('refresh', { as: 'Hanna', activityId: body.id });
    expect(invokes()).toMatchObject([{ value: { trigger: 'manual', action: { verb: 'view' } } }]);
    expect(await world.lastSeen('Hanna')).toMatchObject({ cardText: 'mine', ownView: true });
  });

  test('a view lives in one client: each open one asks for its own', async () => {
    world.bot.react = () => answerCard(card('mine'));
    await world.control('person', { as: 'Hanna', devices: 3 });
    await world.send(withCard(card('base', refresh([world.hanna.from.id]))));
    await world.transcript('Hanna');
    expect(invokes()).toHaveLength(3);
    expect(new Set(invokes().map(({ id }) => id)).size).toBe(3);
  });

  test('a returned card without refresh is the last one that is asked for', async () => {
    world.bot.react = () => answerCard(card('mine'));
    await world.send(withCard(card('base', refresh([world.hanna.from.id]))));
    await world.transcript('Hanna');
    await world.clock.moveTo(new Date(world.clock.now().getTime() + 120_000));
    expect(await world.lastSeen('Hanna')).toMatchObject({ cardText: 'mine', refreshable: false });
    expect(invokes()).toHaveLength(1);
  });

  test('an answer to a card that was edited meanwhile is dropped', async () => {
    const { body } = await world.send(withCard(card('base', refresh([world.hanna.from.id]))));
    world.bot.react = async (activity) => {
      if (activity.type !== 'invoke') return undefined;
      await world.put(body.id, withCard(card('final', refresh([]))));
      return answerCard(card('for the old one'));
    };
    await world.transcript('Hanna');
    expect(await world.lastSeen('Hanna')).toMatchObject({ cardText: 'final', ownView: false });
  });

  test('two people decide at once: each sees their answer until the edit, and the last edit wins for all', async () => {
    const channel = await world.say('Hanna', 'channel');
    const base = (n: number) => card(`decided by ${n}`, { actions: [execute('Approve')] });
    const { body } = await world.send(withCard(base(0)), channel);
    let count = 0;
    world.bot.react = async (activity) => {
      if (activity.type !== 'invoke') return undefined;
      count += 1;
      const mine = count;
      await world.put(body.id, withCard(base(mine)), channel);
      return answerCard(card(`thank you, ${activity.from.aadObjectId.slice(0, 8)}`));
    };
    const where = { in: 'channel' };
    await Promise.all([world.click('Hanna', 'Approve', where), world.click('Arun', 'Approve', where)]);
    expect(await world.lastSeen('Mei', 'channel')).toMatchObject({
      cardText: expect.stringContaining('decided by 2'),
    });
    expect(world.bot.heardOf('invoke')).toHaveLength(2);
    await world.put(body.id, withCard(card('done')), channel);
    for (const as of ['Hanna', 'Arun', 'Mei'])
      expect(await world.lastSeen(as, 'channel')).toMatchObject({ cardText: 'done', ownView: false });
  });
});

describe('TEAMS §3 Action.Submit', () => {
  const press = async (data: Json, reaction: Reaction = undefined): Promise<Json> => {
    await world.send(withCard(card('x', { actions: [submit('Go', data)] })));
    world.bot.react = () => reaction;
    return world.click('Hanna', 'Go');
  };

  test('cannot return a card', async () => {
    await press({ verb: 'old' }, answerCard(card('never seen')));
    expect(await world.lastSeen('Hanna')).toMatchObject({ cardText: 'x\n[Go]', ownView: false });
  });

  test('messageBack: text and value for the bot, other words for the chat', async () => {
    await press({
      msteams: { type: 'messageBack', text: 'approve 7', displayText: 'I agree', value: { id: 7 } },
    });
    expect(world.last('message')).toMatchObject({ text: 'approve 7', value: { id: 7 } });
    expect((await world.lastSeen('Hanna')).text).toBe('I agree');
  });

  test('imBack: as if the person had typed it', async () => {
    await press({ msteams: { type: 'imBack', value: 'snapshots' } });
    expect(world.last('message')).toMatchObject({ text: 'snapshots', type: 'message' });
    expect(world.last('message')).not.toHaveProperty('value');
    expect((await world.lastSeen('Hanna')).text).toBe('snapshots');
  });

  test('invoke: an invoke without a name', async () => {
    expect(
      await press({ msteams: { type: 'invoke', value: { option: 'opt1' } } }, { status: 200 }),
    ).toMatchObject({
      invoke: { status: 200 },
    });
    expect(world.last('invoke')).toMatchObject({ type: 'invoke', value: { option: 'opt1' } });
    expect(world.last('invoke')).not.toHaveProperty('name');
  });

  test('TEAMS §10.2 signin: the bot’s own page opens, and its code comes by signin/verifyState', async () => {
    const address = 'https://bot.example.org/step-up';
    expect(await press({ msteams: { type: 'signin', value: address } })).toMatchObject({ openUrl: address });
    expect((await world.control('sign-in', { as: 'Hanna' })).status).toBe(422);
    const done = await world.control('sign-in', { as: 'Hanna', code: 'one-time' });
    expect(done.body).toMatchObject({ invoke: { status: 200 }, note: 'You are signed in.' });
    expect(world.last('invoke')).toMatchObject({ name: 'signin/verifyState', value: { state: 'one-time' } });
    expect((await world.control('sign-in', { as: 'Hanna', code: 'one-time' })).status).toBe(404);
    expect(await world.told()).toEqual([]);
  });

  test('a page that is not https, and a type that Teams does not know, are counted', async () => {
    await press({ msteams: { type: 'signin', value: 'http://bot.example.org' } });
    expect((await world.told()).join()).toMatch(/needs https/);
    const unknown = card('x', { actions: [submit('Go', { msteams: { type: 'task/open' } })] });
    expect(brokenRules(unknown, 'message').join()).toMatch(/no msteams.type "task\/open"/);
  });
});

describe('TEAMS §10.1 why a silent sign-in may fail', () => {
  // The fact's own list: taken from the sandbox, it would miss a code that the sandbox dropped.
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
    await other.control('say', { as: 'Hanna', text: 'hi' });
    const heard = other.bot.heardOf('message')[0] as HeardActivity;
    await other.control('teams-fault', { kind: 'signInFailure', code });
    const content = {
      text: 'Sign in',
      connectionName: 'entra',
      tokenExchangeResource: { id: 'x', uri: 'api://botid-22222222-2222-4222-8222-222222222222' },
      buttons: [{ type: 'signin', title: 'Sign in', value: 'https://token.botframework.com' }],
    };
    await other.bot.reply(heard, {
      attachments: [oauthAttached(content)],
    });
    const seen = await other.transcript('Hanna');
    expect(other.bot.heardOf('invoke')).toMatchObject([
      { name: 'signin/failure', value: { code, message: expect.any(String) } },
    ]);
    expect(seen.at(-1)?.note).toBeUndefined();
    await other.close();
  });
});
