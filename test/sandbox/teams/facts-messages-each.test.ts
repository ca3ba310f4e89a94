/** Sentences of teams/FACTS on what a message holds and shows, one case each; the title names the section. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { brokenRules } from '../../../sandbox/teams/card-rules.js';
import { DEFAULT_LIMITS, utf16Bytes } from '../../../sandbox/teams/limits.js';
import { card, execute, text, withCard } from './messages.js';
import type { Json } from './messages.js';
import { openScene } from './scene.js';
import type { Scene } from './scene.js';
import { PEOPLE, TENANT } from './world.js';

let world: Scene;
beforeEach(async () => {
  world = await openScene();
});
afterEach(() => world.close());

describe('TEAMS §2 what is shown', () => {
  test('of a card above version 1.5 its fallbackText, or that it cannot be shown', async () => {
    await world.send(withCard(card('new', { version: '1.6', fallbackText: 'Please update.' })));
    expect(await world.lastSeen('Hanna')).toMatchObject({ cardText: 'Please update.' });
    await world.send(withCard(card('new', { version: '1.6' })));
    expect((await world.lastSeen('Hanna')).cardText).not.toContain('new');
  });

  test('what is typed into a masked input comes to the bot in clear', async () => {
    const input = { type: 'Input.Text', id: 'secret', label: 'Code', style: 'password' };
    await world.send(withCard(card('x', { body: [input], actions: [execute('Go')] })));
    await world.click('Hanna', 'Go', { inputs: { secret: 'pa55' } });
    expect(world.last('invoke').value).toMatchObject({ action: { data: { secret: 'pa55' } } });
  });
});

describe('TEAMS §2 size', () => {
  const room = (body: Json): number => (DEFAULT_LIMITS.maxMessageBytes - utf16Bytes(body)) / 2;
  const big = (): Json => text('ä'.repeat(room(text('')) + 1));

  test('an edit and the first message of a conversation are held to it, too', async () => {
    const { body } = await world.send(text('small'));
    expect((await world.put(body.id, big())).status).toBe(413);
    const url = `${world.base}/emea/${TENANT}/v3/conversations`;
    const made = { isGroup: false, tenantId: TENANT, members: [{ id: PEOPLE[1]?.objectId }] };
    expect((await world.bot.call(url, 'POST', { ...made, activity: big() })).status).toBe(413);
    expect(await world.lastSeen('Hanna')).toMatchObject({ text: 'small' });
  });

  test('cards, summaries and mentions count; so does a text that looks like a picture', async () => {
    const half = 'ä'.repeat(room(text('')) / 2);
    expect((await world.send(text(half, { summary: half }))).status).toBe(413);
    expect((await world.send(withCard(card(half), { summary: half }))).status).toBe(413);
    const picture = `data:image/png;base64,${'A'.repeat(60_000)}`;
    expect((await world.send(text(picture))).status).toBe(413);
    expect((await world.send(withCard(card(picture)))).status).toBe(413);
  });

  test('a picture in the card is less than 1 MB, and a background comes over https as well', () => {
    const image = (bytes: number): Json =>
      card('x', {
        body: [{ type: 'Image', url: `data:image/png;base64,${'A'.repeat((bytes * 4) / 3)}`, altText: 'x' }],
      });
    expect(brokenRules(image(900_000), 'message')).toEqual([]);
    expect(brokenRules(image(1_100_000), 'message').join()).toMatch(/less than 1 MB/);
    const background = card('x', { backgroundImage: 'http://example.com/a.png' });
    expect(brokenRules(background, 'message').join()).toMatch(/https/);
  });
});

describe('TEAMS §2, §8 mentions by the bot', () => {
  const mention = (id: unknown, at = '<at>Arun Patel</at>'): Json => ({
    type: 'mention',
    text: at,
    mentioned: { id, name: 'Arun Patel' },
  });
  const arun = PEOPLE[1];

  test.each<[string, unknown]>([
    ['an object id', arun?.objectId],
    ['a UPN', arun?.userPrincipalName],
  ])('a person is named by %s, in a text and in a card', async (_name, id) => {
    await world.send(text('<at>Arun Patel</at> please', { entities: [mention(id)] }));
    const facts = [{ type: 'FactSet', facts: [{ title: 'Who', value: '<at>Arun Patel</at>' }] }];
    await world.send(withCard(card('x', { body: facts, msteams: { entities: [mention(id)] } })));
    expect(await world.told()).toEqual([]);
  });

  test('by a Teams id as well', async () => {
    await world.send(text('<at>Arun Patel</at>', { entities: [mention(world.hanna.from.id)] }));
    expect(await world.told()).toEqual([]);
  });

  test.each<[string, string, Json[], RegExp]>([
    ['its text is not in the message', 'hello', [mention(arun?.objectId)], /does not stand in the text/],
    ['word for word', '<at>Arun</at>', [mention(arun?.objectId)], /does not stand in the text/],
    ['no entity', '<at>Arun Patel</at>', [], /in no entity/],
    ['a channel', '<at>Arun Patel</at>', [mention('19:abc@thread.tacv2')], /mentions nobody/],
    ['a stranger', '<at>Arun Patel</at>', [mention('29:stranger')], /mentions nobody/],
    ['a name', '<at>Arun Patel</at>', [mention('Arun Patel')], /mentions nobody/],
  ])('is no mention: %s', async (_name, said, entities, problem) => {
    await world.send(text(said, { entities }));
    expect((await world.told()).join('\n')).toMatch(problem);
  });

  test('in a card: a stranger, and a mention that stands in no TextBlock and no FactSet', async () => {
    await world.send(
      withCard(card('<at>Zoe</at>', { msteams: { entities: [mention('29:zoe', '<at>Zoe</at>')] } })),
    );
    expect((await world.told()).join('\n')).toMatch(/nobody of this tenant/);
    const label = { type: 'Input.Text', id: 'a', label: '<at>Arun Patel</at>' };
    const elsewhere = card('x', { body: [label], msteams: { entities: [mention(arun?.objectId)] } });
    expect(brokenRules(elsewhere, 'message').join()).toMatch(/no TextBlock or FactSet/);
    const other = card('x', { msteams: { entities: [{ type: 'clientInfo' }] } });
    expect(brokenRules(other, 'message').join()).toMatch(/mentions only/);
  });
});

describe('messages that Teams would not show as meant', () => {
  test.each<[string, Json, RegExp]>([
    [
      'TEAMS §3 the content type of a wrong sample',
      { attachments: [{ contentType: 'application/vnd.microsoft.adaptive.card', content: card('x') }] },
      /shows no attachment of type/,
    ],
    ['a member that activities lack', { text: 'x', adaptiveCard: {} }, /no member "adaptiveCard"/],
    ['an unknown textFormat', { text: 'x', textFormat: 'html' }, /textFormat/],
    ['nothing', {}, /empty/],
    [
      'TEAMS §7 an alert without a summary',
      { text: 'x', channelData: { notification: { alert: true } } },
      /without a summary/,
    ],
  ])('%s is counted', async (_name, body, problem) => {
    expect((await world.send({ type: 'message', ...body })).status).toBe(201);
    expect((await world.told()).join('\n')).toMatch(problem);
    expect((await world.lastSeen('Hanna')).alert).toBe(false);
  });

  test('TEAMS §8 suggested actions are for personal chats', async () => {
    const body = text('x', { suggestedActions: { actions: [{ type: 'imBack', title: 'a', value: 'a' }] } });
    await world.send(body);
    expect(await world.told()).toEqual([]);
    await world.send(body, await world.say('Hanna', 'channel'));
    expect((await world.told()).join()).toMatch(/personal chats only/);
  });

  test('TEAMS §7 an edit brings nothing into the feed', async () => {
    const { body } = await world.send(text('quiet'));
    const loud = { summary: 's', channelData: { notification: { alert: true } } };
    await world.put(body.id, text('loud', loud));
    expect(await world.lastSeen('Hanna')).toMatchObject({ text: 'loud', alert: false });
  });

  test.each(['event', 'trace', 'invokeResponse', 'endOfConversation'])(
    'type %s is no message',
    async (type) => {
      const { body } = await world.send(text('x'));
      expect((await world.send({ type, text: 'x' })).status).toBe(400);
      expect((await world.put(body.id, { type, text: 'x' })).status).toBe(400);
    },
  );
});
