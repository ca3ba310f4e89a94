/** Sentences of teams/FACTS on dialogs and searches, one case each; the title names the section. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { HeardActivity, Reaction } from './fake-bot.js';
import { answerCard, attached, card, submit, withCard } from './messages.js';
import type { Json } from './messages.js';
import { openScene } from './scene.js';
import type { Scene } from './scene.js';
import { PEOPLE, startWorld } from './world.js';

let world: Scene;
beforeEach(async () => {
  world = await openScene();
});
afterEach(() => world.close());

const numbered = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('TEAMS §4 dialogs', () => {
  const opener = card('x', { actions: [submit('Open', { msteams: { type: 'task/fetch' } })] });
  const dialog = card('inside', { actions: [submit('Save', { verb: 'save' })] });
  const task = (value: Json, type = 'continue'): Reaction => ({ body: { task: { type, value } } });
  const open = async (reaction: Reaction): Promise<Json> => {
    await world.send(withCard(opener));
    world.bot.react = () => reaction;
    return world.click('Hanna', 'Open');
  };

  test.each<[string, Reaction]>([
    ['a bare card', task({ title: 't', card: dialog })],
    ['an address that is not https', task({ title: 't', url: 'http://bot.example.org' })],
    ['neither', task({ title: 't' })],
    ['an unknown type', task({ title: 't', card: attached(dialog) }, 'open')],
    ['nothing', { status: 200 }],
    ['a card action’s answer', answerCard(dialog)],
  ])('%s opens none', async (_name, reaction) => {
    const body = await open(reaction);
    expect(body.note).toContain('Something went wrong');
    expect(body.dialog).toBeUndefined();
    expect(await world.told()).toHaveLength(1);
  });

  test.each<[string, unknown, number]>([
    ['pixels', 400, 0],
    ['a word', 'large', 0],
    ['another word', 'huge', 2],
  ])('its size in %s', async (_name, size, count) => {
    await open(task({ title: 't', card: attached(dialog), width: size, height: size }));
    expect(await world.told()).toHaveLength(count);
  });

  test('only who opened it sees it, in a channel too', async () => {
    const channel = await world.say('Hanna', 'channel');
    await world.send(withCard(opener), channel);
    world.bot.react = () => task({ title: 't', card: attached(dialog) });
    await world.click('Arun', 'Open', { in: 'channel' });
    expect((await world.control('dialog', { as: 'Hanna' })).status).toBe(404);
    expect(JSON.stringify(await world.transcript('Arun', 'channel'))).not.toContain('inside');
    expect((await world.control('dialog', { as: 'Arun' })).status).toBe(200);
    expect(world.last('invoke')).toMatchObject({
      name: 'task/submit',
      from: { aadObjectId: PEOPLE[1]?.objectId },
    });
  });

  test.each<[string, Reaction, Json]>([
    ['nothing closes it', { status: 200 }, { closed: true }],
    ['an empty object too', { body: {} }, { closed: true }],
    ['something else leaves it open', { body: { statusCode: 200 } }, { dialog: { title: 't' } }],
    ['an error, too', { status: 500, body: {} }, { dialog: { title: 't' } }],
  ])('sent: %s', async (_name, reaction, outcome) => {
    await open(task({ title: 't', card: attached(dialog) }));
    world.bot.react = () => reaction;
    expect((await world.control('dialog', { as: 'Hanna' })).body).toMatchObject(outcome);
  });
});

describe('TEAMS §5 search', () => {
  const choose = (id: string, query: Json): Json => ({
    type: 'Input.ChoiceSet',
    id,
    label: id,
    choices: [],
    'choices.data': { type: 'Data.Query', ...query },
  });
  const PEOPLE_SET = 'graph.microsoft.com/users';
  const inputs = [
    choose('alone', { dataset: 'snapshots' }),
    choose('along', { dataset: 'snapshots', associatedInputs: 'auto' }),
    choose('everyone', { dataset: PEOPLE_SET }),
    choose('here', { dataset: `${PEOPLE_SET}?scope=currentContext` }),
    choose('wrong', { dataset: `${PEOPLE_SET}/all` }),
  ];
  const ask = async (input: string, to = world.hanna, said = ''): Promise<Json[]> => {
    const { body } = await world.send(withCard(card('x', { body: inputs })), to);
    const data = { other: 'x' };
    const search = { as: 'Hanna', activityId: body.id, input, text: said, data };
    return (await world.control('search', search)).body.results as Json[];
  };
  const answer = (results: unknown, more: Json = {}): Reaction => ({
    body: {
      statusCode: 200,
      type: 'application/vnd.microsoft.search.searchResponse',
      value: { results },
      ...more,
    },
  });
  const many = numbered(20).map((n) => ({ title: `S${n}`, value: String(n) }));

  test('the other inputs go along where the query asks for them; an empty text is sent as it is', async () => {
    world.bot.react = () => answer(many);
    await ask('alone');
    expect(world.last('invoke').value).toEqual({
      queryText: '',
      queryOptions: { skip: 0, top: 15 },
      dataset: 'snapshots',
    });
    expect(world.last('invoke').localTimezone).toBe('Europe/Berlin');
    await ask('along');
    expect(world.last('invoke').value).toMatchObject({ data: { other: 'x' } });
  });

  test('the list shows at most 15', async () => {
    world.bot.react = () => answer(many);
    expect(await ask('alone')).toHaveLength(15);
  });

  test.each<[string, Reaction]>([
    ['without its statusCode', answer(many, { statusCode: undefined })],
    ['of another type', answer(many, { type: 'application/vnd.microsoft.card.adaptive' })],
    ['with results that have no value', answer([{ title: 'S' }])],
    ['with another HTTP status', { status: 400, body: {} }],
  ])('an answer %s shows nothing, and is counted', async (_name, reaction) => {
    world.bot.react = () => reaction;
    expect(await ask('alone')).toEqual([]);
    expect(await world.told()).toHaveLength(1);
  });

  test('people are found by Teams, by object id: everyone in a personal chat, members of the chat with the scope', async () => {
    expect(await ask('everyone')).toHaveLength(PEOPLE.length);
    expect(await ask('everyone', world.hanna, 'arun')).toEqual([
      { title: 'Arun Patel', value: PEOPLE[1]?.objectId },
    ]);
    expect(await ask('here')).toEqual([{ title: 'Hanna Berg', value: PEOPLE[0]?.objectId }]);
    expect(await ask('here', await world.say('Hanna', 'channel'))).toHaveLength(5);
    expect(world.bot.heardOf('invoke')).toEqual([]);
    expect(await world.told()).toEqual([]);
  });

  test('the whole organisation is not searched in a channel, nor is an unknown dataset of Graph', async () => {
    expect(await ask('everyone', await world.say('Hanna', 'channel'))).toEqual([]);
    expect(await ask('wrong')).toEqual([]);
    expect(await world.told()).toHaveLength(2);
  });

  test('who was deleted is not found', async () => {
    const people = [...PEOPLE];
    let change: () => void = () => undefined;
    const other = await startWorld({
      people: () => people,
      onTenantChange: (listener) => {
        change = listener;
        return () => undefined;
      },
    });
    await other.control('say', { as: 'Hanna', text: 'hi' });
    const heard = other.bot.heardOf('message')[0] as HeardActivity;
    const id = await other.bot.replyCard(heard, card('x', { body: inputs }));
    const find = async () =>
      (
        await other.control('search', {
          as: 'Hanna',
          activityId: id,
          input: 'everyone',
          text: 'alice',
        })
      ).body.results;
    expect(await find()).toHaveLength(1);
    people.pop();
    change();
    expect(await find()).toEqual([]);
    await other.close();
  });
});
