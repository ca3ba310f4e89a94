import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FakeBot, HeardActivity, Reaction } from './fake-bot.js';
import { answerCard, attached, card } from './messages.js';
import type { Json } from './messages.js';
import { startWorld } from './world.js';
import type { Seen, World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await startWorld({ limits: { actionTimeoutMs: 300, dialogTimeoutMs: 200 } });
});
afterEach(() => world.close());

const asList = (value: unknown): Seen[] => value as Seen[];

/** The bot answers any message with `content`, and invokes with `answer`. */
function bot(
  content: Json,
  answer: (activity: HeardActivity, bot: FakeBot) => Promise<Reaction> | Reaction,
): void {
  world.bot.react = async (activity, self) => {
    if (activity.type === 'message' && activity.value === undefined) await self.replyCard(activity, content);
    return activity.type === 'invoke' ? answer(activity, self) : undefined;
  };
}
const execute = (title: string, verb: string, data: Json = {}): Json => ({
  type: 'Action.Execute',
  title,
  verb,
  data,
});
const form = card('Restore Alice', {
  body: [
    { type: 'TextBlock', text: 'Restore Alice', wrap: true },
    { type: 'Input.Toggle', id: 'memberships', title: 'Memberships', value: 'true' },
    { type: 'Input.Text', id: 'reason', label: 'Why?', isRequired: true, errorMessage: 'Say why.' },
  ],
  actions: [execute('Preview', 'restore.preview', { requestId: 'R-1' }), execute('Cancel', 'restore.cancel')],
});

describe('Action.Execute', () => {
  test('sends verb and data with the inputs merged, and shows the answered card to the clicker only', async () => {
    bot(form, (activity) => answerCard(card(`preview of ${String((activity.value?.action as Json).verb)}`)));
    await world.control('say', { as: 'Hanna', text: 'restore' });
    const { body } = await world.control('click', {
      as: 'Hanna',
      match: 'Restore Alice',
      action: 'Preview',
      inputs: { reason: 'INC-1' },
    });
    expect(world.bot.heardOf('invoke')).toMatchObject([
      {
        name: 'adaptiveCard/action',
        replyToId: body.activityId,
        value: {
          trigger: 'manual',
          action: {
            type: 'Action.Execute',
            verb: 'restore.preview',
            data: { requestId: 'R-1', memberships: 'true', reason: 'INC-1' },
          },
        },
      },
    ]);
    expect(body).toMatchObject({
      invoke: { status: 200, body: { statusCode: 200 } },
      activities: [{ id: body.activityId, cardText: 'preview of restore.preview', ownView: true }],
    });
  });

  test('the client checks the inputs before it sends anything', async () => {
    bot(form, () => answerCard(card('x')));
    await world.control('say', { as: 'Hanna', text: 'restore' });
    const click = (more: Json): Promise<{ status: number; body: Json }> =>
      world.control('click', { as: 'Hanna', action: 'restore.preview', ...more });
    expect(await click({})).toMatchObject({ status: 422, body: { error: 'Input reason: Say why.' } });
    expect((await click({ inputs: { nothere: 'x' } })).body.error).toContain('memberships, reason');
    expect((await click({ action: 'Approve' })).status).toBe(404);
    expect(world.bot.heardOf('invoke')).toHaveLength(0);
  });

  test.each([
    [
      'a short notice',
      { body: { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Started.' } },
      'Started.',
    ],
    [
      'an error',
      {
        body: {
          statusCode: 400,
          type: 'application/vnd.microsoft.error',
          value: { code: 'x', message: 'Too late.' },
        },
      },
      'Too late.',
    ],
    ['the wrong status', { status: 400, body: {} }, 'Something went wrong'],
    [
      'the type of a wrong sample',
      { body: { statusCode: 200, type: 'application/vnd.microsoft.adaptive.card', value: card('x') } },
      'Something went wrong',
    ],
    ['nothing in time', { delayInMs: 2_000 }, 'Unable to reach app'],
  ] as [string, Reaction, string][])('%s is shown under the card', async (_name, reaction, shown) => {
    bot(card('A', { actions: [execute('Go', 'go')] }), () => reaction);
    await world.control('say', { as: 'Hanna', text: 'x' });
    const { body } = await world.control('click', { as: 'Hanna', action: 'go' });
    expect(body.note).toContain(shown);
    expect(await world.lastSeen('Hanna')).toMatchObject({ cardText: 'A\n[Go]', ownView: false });
  });

  test('two clicks at the same moment are two invokes', async () => {
    bot(card('A', { actions: [execute('Go', 'go')] }), () => answerCard(card('done')));
    await world.control('say', { as: 'Hanna', text: 'x' });
    const { body } = await world.control('click', { as: 'Hanna', action: 'go', times: 2 });
    expect(body.results).toHaveLength(2);
    expect(new Set(world.bot.heardOf('invoke').map((one) => one.id)).size).toBe(2);
  });
});

describe('user-specific views', () => {
  const viewFor = (activity: HeardActivity, listed: string[]): Reaction =>
    answerCard(
      card(`view of ${activity.from.aadObjectId.slice(0, 8)}`, {
        refresh: { action: execute('', 'view'), userIds: listed },
        actions: [execute('Approve', 'approve')],
      }),
    );

  test('[A2] a listed person gets a card of their own; others and unlisted ones see the base card', async () => {
    await world.control('install', { as: 'Sofia', in: 'channel' });
    world.bot.react = async (activity, self) => {
      if (activity.type === 'invoke') return viewFor(activity, [activity.from.id]);
      if (activity.text?.includes('ask') === true) {
        const roster = await self.connector(activity, 'GET', '/pagedmembers');
        const arun = (roster.body.members as Json[]).find((one) => one.name === 'Arun Patel');
        await self.replyCard(
          activity,
          card('a request waits', {
            refresh: { action: execute('', 'view'), userIds: [arun?.id] },
          }),
        );
      }
      return undefined;
    };
    await world.control('say', { as: 'Hanna', in: 'channel', text: 'ask', mention: true });
    expect((await world.lastSeen('Hanna', 'channel')).cardText).toBe('a request waits');
    expect(await world.lastSeen('Arun', 'channel')).toMatchObject({
      cardText: 'view of 44444441\n[Approve]',
      ownView: true,
    });
    expect(world.bot.heardOf('invoke')).toMatchObject([{ value: { trigger: 'automatic' } }]);
  });

  test('a view is asked for again after a minute or an edit, not sooner', async () => {
    const listed: string[] = [];
    const base = (n: number): Json =>
      card(`base ${n}`, { refresh: { action: execute('', 'view'), userIds: listed } });
    bot(base(1), (activity) => viewFor(activity, listed));
    world.bot.react = async (activity, self) => {
      if (activity.type === 'invoke') return viewFor(activity, listed);
      if (activity.text !== 'ask') return undefined;
      listed.push(activity.from.id);
      await self.replyCard(activity, base(1));
      return undefined;
    };
    const refreshes = async (): Promise<number> => {
      await world.transcript('Hanna');
      return world.bot.heardOf('invoke').length;
    };
    const { body } = await world.control('say', { as: 'Hanna', text: 'ask' });
    expect(await refreshes()).toBe(1);
    expect(await refreshes()).toBe(1);
    await world.clock.moveTo(new Date(world.clock.now().getTime() + 61_000));
    expect(await refreshes()).toBe(2);
    const message = world.bot.heardOf('message')[0] as HeardActivity;
    const id = asList(body.activities)[0]?.id ?? '';
    await world.bot.connector(message, 'PUT', `/activities/${id}`, {
      type: 'message',
      attachments: [attached(base(2))],
    });
    expect(await refreshes()).toBe(3);
  });

  test('an edit takes away what single people saw', async () => {
    bot(card('base', { actions: [execute('Go', 'go')] }), () => answerCard(card('mine')));
    const said = await world.control('say', { as: 'Hanna', text: 'x' });
    await world.control('click', { as: 'Hanna', action: 'go' });
    expect((await world.lastSeen('Hanna')).cardText).toBe('mine');
    const id = asList(said.body.activities)[0]?.id ?? '';
    const message = world.bot.heardOf('message')[0] as HeardActivity;
    await world.bot.connector(message, 'PUT', `/activities/${id}`, {
      type: 'message',
      attachments: [attached(card('final'))],
    });
    expect(await world.lastSeen('Hanna')).toMatchObject({
      cardText: 'final',
      edited: true,
      ownView: false,
    });
  });
});

describe('dialogs and Action.Submit', () => {
  const opener = card('secret waits', {
    actions: [
      {
        type: 'Action.Submit',
        title: 'Show once',
        data: { msteams: { type: 'task/fetch' }, handoffId: 'H-5' },
      },
      { type: 'Action.Submit', title: 'Plain', data: { verb: 'old', id: 7 } },
    ],
  });
  const dialogCard = card('the pass is 4711', {
    body: [
      { type: 'TextBlock', text: 'the pass is 4711', wrap: true },
      { type: 'Input.Text', id: 'how', label: 'How?' },
    ],
    actions: [{ type: 'Action.Submit', title: 'Done', data: { verb: 'done' } }],
  });
  const continued = {
    task: { type: 'continue', value: { title: 'Pass', width: 'small', card: attached(dialogCard) } },
  };

  test('[P3] task/fetch opens a dialog for the clicker; nothing of it stands in the transcript', async () => {
    bot(opener, (activity) => ({ body: activity.name === 'task/fetch' ? continued : undefined }));
    await world.control('say', { as: 'Tom', text: 'x' });
    const opened = await world.control('click', { as: 'Tom', action: 'Show once' });
    expect(opened.body).toMatchObject({
      dialog: { title: 'Pass', width: 'small', cardText: expect.stringContaining('4711') },
    });
    expect(JSON.stringify(await world.transcript('Tom'))).not.toContain('4711');
    const done = await world.control('dialog', { as: 'Tom', inputs: { how: 'in person' } });
    expect(done.body).toMatchObject({ closed: true });
    expect(world.bot.heardOf('invoke')).toMatchObject([
      { name: 'task/fetch', value: { data: { handoffId: 'H-5' }, context: { theme: 'default' } } },
      { name: 'task/submit', value: { data: { verb: 'done', how: 'in person' } } },
    ]);
    expect((await world.control('dialog', { as: 'Tom' })).status).toBe(404);
  });

  test('a dialog can go on, end with a message, or fail', async () => {
    const answers: unknown[] = [continued, continued, { task: { type: 'message', value: 'Gone.' } }];
    bot(opener, () => ({ body: answers.shift() }));
    await world.control('say', { as: 'Tom', text: 'x' });
    await world.control('click', { as: 'Tom', action: 'Show once' });
    expect((await world.control('dialog', { as: 'Tom' })).body).toHaveProperty('dialog.id');
    expect((await world.control('dialog', { as: 'Tom' })).body).toMatchObject({
      note: 'Gone.',
      closed: true,
    });
    const failed = await world.control('click', { as: 'Tom', action: 'Show once' });
    expect(failed.body).toMatchObject({ note: expect.stringContaining('Something went wrong') });
  });

  test('a late dialog answer is asked for three times with one id, then given up', async () => {
    bot(opener, () => ({ delayInMs: 1_000, body: continued }));
    await world.control('say', { as: 'Tom', text: 'x' });
    const { body } = await world.control('click', { as: 'Tom', action: 'Show once' });
    expect(body.note).toContain('Unable to reach app');
    expect(world.bot.heardOf('invoke')).toHaveLength(3);
    expect(new Set(world.bot.heardOf('invoke').map((one) => one.id)).size).toBe(1);
  });

  test('Action.Submit without a type is a message with value and no text', async () => {
    bot(opener, () => undefined);
    const said = await world.control('say', { as: 'Tom', text: 'x' });
    await world.control('click', { as: 'Tom', action: 'Plain' });
    const submitted = world.bot.heardOf('message')[1];
    expect(submitted).toMatchObject({
      value: { verb: 'old', id: 7 },
      replyToId: asList(said.body.activities)[0]?.id,
    });
    expect(submitted).not.toHaveProperty('text');
  });

  test('Action.Execute inside a dialog is a violation', async () => {
    const wrong = card('x', { actions: [execute('Go', 'go')] });
    bot(opener, () => ({
      body: { task: { type: 'continue', value: { title: 't', card: attached(wrong) } } },
    }));
    await world.control('say', { as: 'Tom', text: 'x' });
    await world.control('click', { as: 'Tom', action: 'Show once' });
    const { body } = await world.get('/_sandbox/teams-stats');
    expect(JSON.stringify(body.violations)).toContain('only Action.Submit works');
  });
});

describe('waiting and searching', () => {
  test('wait answers as soon as the person sees the text, also after an edit', async () => {
    world.bot.react = async (activity, self) => {
      if (activity.type !== 'message') return undefined;
      const id = await self.replyCard(activity, card('running'));
      setTimeout(() => {
        void self.connector(activity, 'PUT', `/activities/${id}`, {
          type: 'message',
          attachments: [attached(card('Alice is back'))],
        });
      }, 50);
      return undefined;
    };
    await world.control('say', { as: 'Hanna', text: 'go' });
    const found = await world.get('/_sandbox/wait?as=Hanna&match=is%20back&timeoutMs=10000');
    expect(found.body).toMatchObject({ cardText: 'Alice is back', edited: true });
    const never = await world.get('/_sandbox/wait?as=Hanna&match=nowhere&timeoutMs=20');
    expect(never.status).toBe(408);
    expect(never.body.error).toContain('Alice is back');
  });

  test('typeahead asks the bot for its own datasets and Teams for people', async () => {
    const choose = (id: string, dataset: string): Json => ({
      type: 'Input.ChoiceSet',
      id,
      label: id,
      choices: [],
      'choices.data': { type: 'Data.Query', dataset },
    });
    bot(
      card('pick', { body: [choose('point', 'snapshots'), choose('who', 'graph.microsoft.com/users')] }),
      () => ({
        body: {
          statusCode: 200,
          type: 'application/vnd.microsoft.search.searchResponse',
          value: { results: [{ title: 'Fri 20 Nov', value: '14' }] },
        },
      }),
    );
    const said = await world.control('say', { as: 'Hanna', text: 'x' });
    const activityId = asList(said.body.activities)[0]?.id;
    const own = await world.control('search', {
      as: 'Hanna',
      activityId,
      input: 'point',
      text: 'fri',
    });
    expect(own.body.results).toEqual([{ title: 'Fri 20 Nov', value: '14' }]);
    expect(world.bot.heardOf('invoke')).toMatchObject([
      {
        name: 'application/search',
        value: { queryText: 'fri', dataset: 'snapshots', queryOptions: { skip: 0, top: 15 } },
      },
    ]);
    const people = await world.control('search', {
      as: 'Hanna',
      activityId,
      input: 'who',
      text: 'tom',
    });
    expect(people.body.results).toMatchObject([{ title: 'Tom Okafor' }]);
  });
});
