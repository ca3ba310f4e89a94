/**
 * The examples of teams/wire-examples.json, one case each: what Teams sends has their members, what a bot answers and sends is taken,
 * every error of the connector can be met. Read in place, never copied.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PersonTokens } from '../../../sandbox/types.js';
import { BOT_APP, PEOPLE, TENANT, attached, card, startWorld } from './fake-bot.js';
import type { HeardActivity, Json, Reaction, World } from './fake-bot.js';

interface Wire {
  readonly incoming: Readonly<Record<string, Json>>;
  readonly invokeResponses: Readonly<Record<string, { readonly status: number; readonly body?: Json }>>;
  readonly outgoing: Readonly<Record<string, Json>>;
  readonly connectorErrors: readonly {
    readonly status: number;
    readonly code?: string;
    readonly where?: string;
  }[];
}

const file = join(process.env.CONTRACT_DIR ?? '../shared', 'teams', 'wire-examples.json');
const atHand = existsSync(file);
if (!atHand) console.warn('SKIPPED: no contract data (CONTRACT_DIR); the wire examples are not compared.');
const wire: Wire = atHand
  ? (JSON.parse(readFileSync(file, 'utf8')) as Wire)
  : {
      incoming: { none: {} },
      invokeResponses: { none: { status: 200 } },
      outgoing: {},
      connectorErrors: [{ status: 400 }],
    };

const personTokens: PersonTokens = {
  forBot: (objectId) => Promise.resolve(`sso ${objectId}`),
  personOf: (token) => Promise.resolve(/^sso (.+)$/.exec(token)?.[1] ?? null),
  onBehalf: (objectId) =>
    Promise.resolve({ token: `graph ${objectId}`, endsAt: new Date('2030-01-01T00:00:00Z') }),
};

let world: World;
beforeEach(async () => {
  world = await startWorld({ personTokens, limits: { actionTimeoutMs: 3_000 } });
});
afterEach(() => world.close());

const OAUTH = 'application/vnd.microsoft.card.oauth';
const say = (as: string, where = 'personal', text = 'go') =>
  world.post('/_sandbox/say', { as, in: where, text, ...(where === 'personal' ? {} : { mention: true }) });
const click = (action: string, where = 'personal', inputs: Json = {}) =>
  world.post('/_sandbox/click', { as: 'Hanna', in: where, action, inputs });
const violations = async (): Promise<unknown> => (await world.get('/_sandbox/teams-stats')).body.violations;
const last = (type: string): HeardActivity => world.bot.heardOf(type).at(-1) as HeardActivity;

const submit = (title: string, data: Json): Json => ({ type: 'Action.Submit', title, data });
/** One card with every way to call the bot. */
const everything = (mri: string, more: Json = {}): Json =>
  card('everything', {
    body: [
      { type: 'TextBlock', text: 'everything', wrap: true },
      { type: 'Input.Text', id: 'reason', label: 'Why?' },
      {
        type: 'Input.ChoiceSet',
        id: 'point',
        label: 'When?',
        choices: [],
        'choices.data': { type: 'Data.Query', dataset: 'snapshots', associatedInputs: 'auto' },
      },
    ],
    actions: [
      {
        type: 'Action.Execute',
        title: 'Approve',
        verb: 'restore.approve',
        data: { requestId: 'R-1042', rev: 3 },
      },
      submit('Old', { verb: 'restore.approve', requestId: 'R-1042', rev: 3 }),
      submit('Dialog', { msteams: { type: 'task/fetch' }, verb: 'restore.diff', requestId: 'R-1042' }),
    ],
    ...more,
  });
const refresh = (mri: string): Json => ({
  refresh: {
    action: { type: 'Action.Execute', verb: 'restore.view', data: { requestId: 'R-1042', rev: 3 } },
    userIds: [mri],
  },
});

async function oauth(activity: HeardActivity, change: Json = {}): Promise<Json> {
  const state = {
    connectionName: 'entra',
    msAppId: BOT_APP,
    conversation: { user: { id: activity.from.id } },
  };
  const encoded = encodeURIComponent(Buffer.from(JSON.stringify(state)).toString('base64'));
  const { body } = await world.bot.call(
    `${world.base}/api/botsignin/GetSignInResource?state=${encoded}`,
    'GET',
  );
  return {
    text: 'Sign in to continue',
    connectionName: 'entra',
    tokenExchangeResource: body.tokenExchangeResource,
    buttons: [{ type: 'signin', title: 'Sign in', value: body.signInLink }],
    ...change,
  };
}

/** Posts the card to whoever writes, and answers invokes with what `answers` holds for their name, in turn. */
function botWith(
  answers: Readonly<Record<string, Reaction[]>>,
  more: (mri: string) => Json = () => ({}),
): void {
  world.bot.react = async (activity, self) => {
    if (activity.type === 'message' && activity.value === undefined)
      await self.replyCard(activity, everything(activity.from.id, more(activity.from.id)));
    return activity.type === 'invoke' ? answers[activity.name ?? '']?.shift() : undefined;
  };
}
function botWithOauth(answer: Reaction, change: Json = {}): void {
  world.bot.react = async (activity, self) => {
    if (activity.type === 'message')
      await self.reply(activity, {
        attachments: [{ contentType: OAUTH, content: await oauth(activity, change) }],
      });
    return activity.type === 'invoke' ? answer : undefined;
  };
}
const ok = (value: unknown): Reaction => ({
  body: { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value },
});
const example = (name: string): Reaction => wire.invokeResponses[name];

const login = async (): Promise<void> => {
  world.bot.react = async (activity, self) => {
    if (activity.type === 'message') await self.replyCard(activity, everything(activity.from.id));
    if (activity.type !== 'invoke') return undefined;
    const { authentication, state } = activity.value ?? {};
    if (state !== undefined) return ok(card('done'));
    return authentication === undefined
      ? {
          body: {
            statusCode: 401,
            type: 'application/vnd.microsoft.activity.loginRequest',
            value: await oauth(activity),
          },
        }
      : example('adaptiveCardAction.ssoFailed');
  };
  await say('Hanna', 'channel');
  await click('Approve', 'channel');
};

/** How each incoming example comes about. */
const INCOMING: Readonly<Record<string, () => Promise<HeardActivity>>> = {
  'message.personal': async () => {
    await say('Hanna');
    return last('message');
  },
  'message.channel.mention': async () => {
    await say('Hanna', 'channel');
    return last('message');
  },
  'message.cardSubmit': async () => {
    botWith({});
    await say('Hanna');
    await click('Old', 'personal', { reason: 'ok' });
    return last('message');
  },
  'invoke.adaptiveCardAction.manual': async () => {
    botWith({ 'adaptiveCard/action': [ok(card('x'))] });
    await say('Hanna', 'channel');
    await click('Approve', 'channel', { reason: 'ok' });
    return last('invoke');
  },
  'invoke.adaptiveCardAction.automatic': async () => {
    botWith({ 'adaptiveCard/action': [ok(card('x'))] }, refresh);
    await say('Hanna');
    await world.get('/_sandbox/transcript?as=Hanna');
    return last('invoke');
  },
  'invoke.adaptiveCardAction.withSsoToken': async () => {
    await login();
    return last('invoke');
  },
  'invoke.adaptiveCardAction.withSignInCode': async () => {
    await login();
    await world.post('/_sandbox/sign-in', { as: 'Hanna' });
    return last('invoke');
  },
  'invoke.search': async () => {
    botWith({ 'application/search': [example('search.ok')] });
    const { body } = await say('Hanna');
    const [{ id }] = body.activities as [Json];
    const data = { from: '2026-01-01' };
    await world.post('/_sandbox/search', { as: 'Hanna', activityId: id, input: 'point', text: 'jan', data });
    return last('invoke');
  },
  'invoke.taskFetch': async () => {
    botWith({ 'task/fetch': [example('taskFetch.card')] });
    await say('Hanna');
    await click('Dialog');
    return last('invoke');
  },
  'invoke.taskSubmit': async () => {
    const content = card('x', { actions: [submit('Done', { verb: 'secret.done', handoffId: 'H-5' })] });
    const open = { body: { task: { type: 'continue', value: { title: 't', card: attached(content) } } } };
    botWith({ 'task/fetch': [open], 'task/submit': [example('taskSubmit.close')] });
    await say('Hanna');
    await click('Dialog');
    await world.post('/_sandbox/dialog', { as: 'Hanna' });
    return last('invoke');
  },
  'invoke.signinTokenExchange': async () => {
    botWithOauth(example('signinTokenExchange.ok'));
    await say('Hanna');
    return last('invoke');
  },
  'invoke.signinVerifyState': async () => {
    botWithOauth(example('signinTokenExchange.needConsent'));
    await say('Hanna');
    await world.post('/_sandbox/sign-in', { as: 'Hanna' });
    return last('invoke');
  },
  'invoke.signinFailure': async () => {
    botWithOauth({ status: 200 }, { tokenExchangeResource: { id: 'x', uri: 'api://elsewhere' } });
    await say('Hanna');
    return last('invoke');
  },
  'installationUpdate.add': async () => {
    await world.post('/_sandbox/install', { as: 'Sofia', in: 'channel' });
    return world.bot
      .heardOf('installationUpdate')
      .find(({ conversation }) => conversation.conversationType === 'channel') as HeardActivity;
  },
  'installationUpdate.remove': async () => {
    await say('Hanna');
    await world.post('/_sandbox/uninstall', { as: 'Hanna' });
    return last('installationUpdate');
  },
  'conversationUpdate.botAdded': async () => {
    await world.post('/_sandbox/install', { as: 'Sofia', in: 'channel' });
    return world.bot
      .heardOf('conversationUpdate')
      .find(({ conversation }) => conversation.conversationType === 'channel') as HeardActivity;
  },
};

/** Values that tell one activity from another; of all other members the kind is compared. */
const TELLING =
  /(^|\.)(type|name|action|channelId|conversationType|trigger|eventType|textFormat|isGroup|verb|dataset|top|skip|mentioned\.id)$/;
const FREE = /^(text|value\.queryText|entities\.\d+\.mentioned\.name|recipient\.name|from\.name)$/;

/** One line for each member, as 'path: value' where the value tells something, else 'path: kind'. */
function linesOf(value: unknown, path = ''): string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([name]) => !name.startsWith('_'))
      .flatMap(([name, one]) => linesOf(one, path === '' ? name : `${path}.${name}`));
  }
  const isTelling =
    TELLING.test(path) && !FREE.test(path) && typeof value !== 'object' && !/channelData\..*name$/.test(path);
  return [isTelling ? `${path}: ${String(value)}` : `${path}: ${typeof value}`];
}

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
    await world.post('/_sandbox/person', { as: 'Hanna', consent: 'missing' });
    botWith({ 'adaptiveCard/action': [example(name)] });
    await say('Hanna');
    expect((await click('Approve')).body.note).toBe(note);
    expect(await violations()).toEqual([]);
  });

  test('adaptiveCardAction.card is shown', async () => {
    if (!atHand) return;
    botWith({ 'adaptiveCard/action': [example('adaptiveCardAction.card')] });
    await say('Hanna');
    expect((await click('Approve')).body).toMatchObject({ activities: [{ ownView: true, cardText: '' }] });
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
    botWith({ 'adaptiveCard/action': [reaction] });
    await say('Hanna');
    expect((await click('Approve')).body.note).toContain('Something went wrong');
    expect(await violations()).toHaveLength(1);
  });

  test.each([
    ['taskFetch.card', { title: 'What a restore would change', width: 'large', height: 'large' }],
    ['taskFetch.url', { width: '900', height: '600', url: 'https://bot.example.org/diff/R-1042' }],
  ])('%s opens the dialog', async (name, dialog) => {
    if (!atHand) return;
    botWith({ 'task/fetch': [example(name)] });
    await say('Hanna');
    expect((await click('Dialog')).body).toMatchObject({ dialog });
    expect(await violations()).toEqual([]);
  });

  test('taskAny.message is told, and the dialog is gone', async () => {
    if (!atHand) return;
    botWith({ 'task/fetch': [example('taskAny.message')] });
    await say('Hanna');
    const { body } = await click('Dialog');
    expect(body).toMatchObject({ note: 'You are not allowed to see this.' });
    expect(body.dialog).toBeUndefined();
  });

  test('unknownInvoke is something wrong, for an action and for a dialog', async () => {
    botWith({ 'adaptiveCard/action': [{ status: 501 }], 'task/fetch': [{ status: 501 }] });
    await say('Hanna');
    for (const button of ['Approve', 'Dialog'])
      expect((await click(button)).body.note).toContain('Something went wrong');
    expect(await violations()).toHaveLength(2);
  });

  test('signinVerifyState.noToken is told to the person, and is no mistake; 501 is one', async () => {
    botWithOauth({ status: 412 });
    await say('Hanna');
    for (const [status, count] of [
      [404, 0],
      [501, 1],
    ] as const) {
      world.bot.react = () => ({ status });
      const { body } = await world.post('/_sandbox/sign-in', { as: 'Hanna' });
      // The link of a card is good once.
      if (status === 404) expect(body).toMatchObject({ note: 'The sign-in did not work.' });
      if (status === 404) {
        botWithOauth({ status: 412 });
        await say('Hanna');
      }
      expect(await violations()).toHaveLength(count);
    }
  });
});

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
    await world.post('/_sandbox/install', { as: 'Sofia', in: 'channel' });
    channel = String(((await world.get('/_sandbox/teams-info')).body.channel as Json).id);
    await say('Hanna');
    hanna = last('message');
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
    expect(await violations()).toEqual([]);
  });

  test('an edit, an OAuth card, a feed entry', async () => {
    if (!atHand) return;
    const send = (body: Json) => world.bot.connector(hanna, 'POST', '/activities', body);
    const feed = await send(mapped(wire.outgoing.notifyInFeed as Json, channel));
    const oauthCard = mapped(wire.outgoing.oauthCard as Json, channel);
    expect((await send({ type: 'message', attachments: [oauthCard] })).status).toBe(201);
    const seen = (await world.get('/_sandbox/transcript?as=Hanna')).body as unknown as Json[];
    expect(seen.find(({ id }) => id === feed.body.id)).toMatchObject({ alert: true });
    const edit = mapped(wire.outgoing.updateActivity as Json, channel);
    const path = `/activities/${String(feed.body.id)}`;
    expect((await world.bot.connector(hanna, 'PUT', path, edit)).status).toBe(200);
    expect(await violations()).toEqual([]);
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
      await say('Hanna');
      await world.post('/_sandbox/teams-fault', { kind: 'connector', status, code });
      const { body, ...answer } = await world.bot.connector(last('message'), 'POST', '/activities', {
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
      await say('Hanna');
      await world.post('/_sandbox/teams-fault', { kind: 'connector', status });
      const path = '/activities';
      const sent = await world.bot.connector(last('message'), 'POST', path, { type: 'message', text: 'x' });
      const codes = wire.connectorErrors.flatMap((one) => (one.status === status ? (one.code ?? []) : []));
      expect(sent.status).toBe(status);
      if (codes.length > 0) expect(codes).toContain((sent.body.error as Json).code);
    },
  );
});
