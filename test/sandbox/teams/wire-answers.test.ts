/** What a bot answers as in the examples of teams/wire-examples.json is taken, one case each; otherwise it is not. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Reaction } from './fake-bot.js';
import type { World } from './world.js';
import { atHand, botWith, botWithOauth, click, example, openWire, wire } from './wire-examples.js';

let world: World;
beforeEach(async () => {
  world = await openWire();
});
afterEach(() => world.close());

describe('what a bot answers', () => {
  const shown: readonly [string, string][] = [
    ['adaptiveCardAction.message', 'Approved. The restore has started.'],
    ['adaptiveCardAction.badRequest', 'This request was already decided.'],
    ['adaptiveCardAction.serverError', 'Something went wrong. Nothing was changed.'],
    ['adaptiveCardAction.loginRequest', 'Sign in to continue.'],
    ['adaptiveCardAction.wrongCode', 'The sign-in code was not right.'],
    ['adaptiveCardAction.ssoFailed', 'Failed to exchange token'],
  ];
  test.each(shown)('%s is understood', async (name, note) => {
    if (!atHand) return;
    await world.control('person', { as: 'Hanna', consent: 'missing' });
    botWith(world, { 'adaptiveCard/action': [example(name)] });
    await world.say('Hanna');
    expect((await click(world, 'Approve')).body.note).toBe(note);
    expect(await world.violations()).toEqual([]);
  });

  test('adaptiveCardAction.card is shown', async () => {
    if (!atHand) return;
    botWith(world, { 'adaptiveCard/action': [example('adaptiveCardAction.card')] });
    await world.say('Hanna');
    expect((await click(world, 'Approve')).body).toMatchObject({
      activities: [{ ownView: true, cardText: '' }],
    });
  });

  const wrongs = Object.entries(wire.invokeResponses)
    .filter(([name]) => name.startsWith('adaptiveCardAction.'))
    .flatMap(([name, { body }]): [string, Reaction][] => [
      [`${name} without its statusCode`, { body: { ...body, statusCode: undefined } }],
      [
        `${name} with another statusCode`,
        { body: { ...body, statusCode: body?.statusCode === 200 ? 400 : 200 } },
      ],
      [`${name} with another value`, { body: { ...body, value: 4711 } }],
      [`${name} with another HTTP status`, { status: Number(body?.statusCode) === 200 ? 202 : 400, body }],
    ]);
  test.each(wrongs)('TEAMS §3 %s is something wrong', async (_name, reaction) => {
    botWith(world, { 'adaptiveCard/action': [reaction] });
    await world.say('Hanna');
    expect((await click(world, 'Approve')).body.note).toContain('Something went wrong');
    expect(await world.violations()).toHaveLength(1);
  });

  test.each([
    ['taskFetch.card', { title: 'What a restore would change', width: 'large', height: 'large' }],
    ['taskFetch.url', { width: '900', height: '600', url: 'https://bot.example.org/diff/R-1042' }],
  ])('%s opens the dialog', async (name, dialog) => {
    if (!atHand) return;
    botWith(world, { 'task/fetch': [example(name)] });
    await world.say('Hanna');
    expect((await click(world, 'Dialog')).body).toMatchObject({ dialog });
    expect(await world.violations()).toEqual([]);
  });

  test('taskAny.message is told, and the dialog is gone', async () => {
    if (!atHand) return;
    botWith(world, { 'task/fetch': [example('taskAny.message')] });
    await world.say('Hanna');
    const { body } = await click(world, 'Dialog');
    expect(body).toMatchObject({ note: 'You are not allowed to see this.' });
    expect(body.dialog).toBeUndefined();
  });

  test('unknownInvoke is something wrong, for an action and for a dialog', async () => {
    botWith(world, { 'adaptiveCard/action': [{ status: 501 }], 'task/fetch': [{ status: 501 }] });
    await world.say('Hanna');
    for (const button of ['Approve', 'Dialog'])
      expect((await click(world, button)).body.note).toContain('Something went wrong');
    expect(await world.violations()).toHaveLength(2);
  });

  test('signinVerifyState.noToken is told to the person, and is no mistake; 501 is one', async () => {
    botWithOauth(world, { status: 412 });
    await world.say('Hanna');
    for (const [status, count] of [
      [404, 0],
      [501, 1],
    ] as const) {
      world.bot.react = () => ({ status });
      const { body } = await world.control('sign-in', { as: 'Hanna' });
      // The link of a card is good once.
      if (status === 404) expect(body).toMatchObject({ note: 'The sign-in did not work.' });
      if (status === 404) {
        botWithOauth(world, { status: 412 });
        await world.say('Hanna');
      }
      expect(await world.violations()).toHaveLength(count);
    }
  });
});
