/** botbuilder's own Teams handler and helpers, unmodified: every event arrives where the SDK puts it, every answer is read by it. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CardFactory, MessageFactory, TeamsActivityHandler, TeamsInfo, TurnContext } from 'botbuilder';
import type { Activity, InvokeResponse, TaskModuleResponse } from 'botbuilder';
import { BOT_APP } from './fake-bot.js';
import { card } from './messages.js';
import type { Json } from './messages.js';
import { PEOPLE, TENANT } from './world.js';
import type { World } from './world.js';
import { startSdkBot } from './sdk-bot.js';
import type { Logic, SdkBot } from './sdk-bot.js';

let bot: SdkBot;
let world: World;
let events: string[];

/** Writes down which of the SDK's handlers was called, with what tells it. */
class Recorder extends TeamsActivityHandler {
  constructor() {
    super();
    const on =
      (name: string, tell: (context: TurnContext) => unknown = () => '') =>
      async (context: TurnContext, next: () => Promise<void>): Promise<void> => {
        events.push(`${name} ${String(tell(context))}`.trim());
        await next();
      };
    const textOf = ({ activity }: TurnContext): unknown => activity.text;
    this.onMessage(on('message', textOf));
    this.onTeamsMessageEditEvent(((context: TurnContext, next: () => Promise<void>) =>
      on('edit', textOf)(context, next)) as never);
    this.onTeamsMessageUndeleteEvent(((context: TurnContext, next: () => Promise<void>) =>
      on('undelete', textOf)(context, next)) as never);
    this.onTeamsMessageSoftDeleteEvent(((context: TurnContext, next: () => Promise<void>) =>
      on('soft delete')(context, next)) as never);
    this.onReactionsAdded(on('reaction', ({ activity }) => activity.reactionsAdded?.[0]?.type));
    this.onReactionsRemoved(on('reaction taken', ({ activity }) => activity.reactionsRemoved?.[0]?.type));
    this.onInstallationUpdateAdd(on('installed', ({ activity }) => activity.action));
    this.onInstallationUpdateRemove(on('removed', ({ activity }) => activity.action));
    this.onTeamsMembersAddedEvent((members, _team, context, next) =>
      on('members added', () => members.map(({ name }) => name).join())(context, next),
    );
    this.onTeamsMembersRemovedEvent((members, _team, context, next) =>
      on('members removed', () => members.map(({ aadObjectId }) => aadObjectId).join())(context, next),
    );
    this.onTeamsTeamRenamedEvent((team, context, next) => on('team renamed', () => team.name)(context, next));
    this.onTeamsChannelRenamedEvent((channel, _team, context, next) =>
      on('channel renamed', () => channel.name)(context, next),
    );
    this.onTeamsChannelDeletedEvent((channel, _team, context, next) =>
      on('channel deleted', () => channel.name)(context, next),
    );
    this.onTeamsChannelRestoredEvent((channel, _team, context, next) =>
      on('channel restored', () => channel.name)(context, next),
    );
  }

  protected override handleTeamsCardActionInvoke(context: TurnContext): Promise<InvokeResponse> {
    events.push(`card action ${JSON.stringify(context.activity.value)}`);
    return Promise.resolve({ status: 200 });
  }

  protected override handleTeamsSigninVerifyState(context: TurnContext): Promise<void> {
    events.push(`verify state ${String((context.activity.value as Json).state)}`);
    return Promise.resolve();
  }

  protected override handleTeamsTaskModuleFetch(): Promise<TaskModuleResponse> {
    const value = {
      title: 'Inside',
      height: 'small',
      width: 'small',
      card: CardFactory.adaptiveCard(
        card('inside', { actions: [{ type: 'Action.Submit', title: 'Save', data: { verb: 'save' } }] }),
      ),
    };
    return Promise.resolve({ task: { type: 'continue', value } } as never);
  }

  protected override handleTeamsTaskModuleSubmit(): Promise<TaskModuleResponse> {
    return Promise.resolve(undefined as never);
  }
}

beforeEach(async () => {
  events = [];
  bot = await startSdkBot();
  world = bot.world;
  bot.logic = (context) => new Recorder().run(context);
  await world.control('install', { as: 'Sofia', in: 'channel' });
});
afterEach(async () => {
  await bot.close();
  expect(bot.trouble).toEqual([]);
});

const control = async (name: string, body: Json): Promise<Json> =>
  (await world.post(`/_sandbox/${name}`, body)).body;
const say = (as: string, more: Json = {}): Promise<Json> => control('say', { as, text: 'go', ...more });
/** Runs `logic` in the turn of one message. */
const inTurn = async (logic: Logic, more: Json = {}): Promise<Json> => {
  bot.logic = (context) => (context.activity.type === 'message' ? logic(context) : Promise.resolve());
  const body = await say('Hanna', more);
  expect(bot.trouble).toEqual([]);
  return body;
};
const IN_CHANNEL = { in: 'channel', mention: true };

describe('the SDK’s handlers hear of', () => {
  test('the app that comes, is renewed and goes', async () => {
    await say('Hanna');
    events = [];
    await control('uninstall', { as: 'Hanna', upgrade: true });
    await control('install', { as: 'Hanna', upgrade: true });
    await control('uninstall', { as: 'Hanna' });
    expect(events.filter((one) => !one.startsWith('members'))).toEqual([
      'removed remove-upgrade',
      'installed add-upgrade',
      'removed remove',
    ]);
  });

  test('messages that are changed, deleted and taken back, and reactions', async () => {
    const { id } = await say('Hanna');
    let posted = '';
    await inTurn(async (context) => {
      posted = (await context.sendActivity('here'))?.id ?? '';
    });
    bot.logic = (context) => new Recorder().run(context);
    events = [];
    await control('edit', { as: 'Hanna', id, text: 'snapshots' });
    await control('delete', { as: 'Hanna', id });
    await control('undelete', { as: 'Hanna', id });
    await control('react', { as: 'Hanna', id: posted });
    await control('react', { as: 'Hanna', id: posted, take: true });
    expect(events).toEqual([
      'edit snapshots',
      'soft delete',
      'undelete snapshots',
      'reaction like',
      'reaction taken like',
    ]);
  });

  test('members who come and go, names that change, a channel that is deleted and restored', async () => {
    events = [];
    const alice = PEOPLE[5]?.objectId;
    await control('members', { as: 'Sofia', in: 'channel', add: [alice] });
    await control('members', { as: 'Sofia', in: 'channel', remove: [alice] });
    await control('team', { as: 'Sofia', do: 'renameTeam', name: 'Fabrikam IT' });
    await control('team', { as: 'Sofia', do: 'renameChannel', name: 'Operations' });
    await control('team', { as: 'Sofia', do: 'deleteChannel' });
    await control('team', { as: 'Sofia', do: 'restoreChannel' });
    expect(events).toEqual([
      // The SDK reads who it is from the roster: the event names ids only.
      'members added Alice Chen',
      `members removed ${String(alice)}`,
      'team renamed Fabrikam IT',
      'channel renamed Operations',
      'channel deleted Operations',
      'channel restored Operations',
    ]);
  });

  test('buttons: an invoke without a name, a page to sign in at, a dialog', async () => {
    const button = (title: string, msteams: Json): Json => ({
      type: 'Action.Submit',
      title,
      data: { msteams },
    });
    const actions = [
      button('Choose', { type: 'invoke', value: { option: 'opt1' } }),
      button('Prove', { type: 'signin', value: 'https://bot.example.org/step-up' }),
      button('Open', { type: 'task/fetch' }),
    ];
    await inTurn(async (context) => {
      await context.sendActivity({
        type: 'message',
        attachments: [CardFactory.adaptiveCard(card('x', { actions }))],
      });
    });
    bot.logic = (context) => new Recorder().run(context);
    events = [];
    expect(await control('click', { as: 'Hanna', action: 'Choose' })).toMatchObject({
      invoke: { status: 200 },
    });
    await control('click', { as: 'Hanna', action: 'Prove' });
    expect(await control('sign-in', { as: 'Hanna', code: 'once' })).toMatchObject({
      invoke: { status: 200 },
    });
    expect(await control('click', { as: 'Hanna', action: 'Open' })).toMatchObject({
      dialog: { title: 'Inside' },
    });
    expect(await control('dialog', { as: 'Hanna' })).toMatchObject({ closed: true });
    expect(events).toEqual(['card action {"option":"opt1"}', 'verify state once']);
    expect(await world.violations()).toEqual([]);
  });
});

describe('the SDK’s helpers read', () => {
  test('the team, its channels and its members, all by the team’s id', async () => {
    const found: Json = {};
    await inTurn(async (context) => {
      const details = await TeamsInfo.getTeamDetails(context);
      found.team = details.name;
      found.channels = (await TeamsInfo.getTeamChannels(context)).map(({ name }) => name ?? null);
      const page = await TeamsInfo.getPagedTeamMembers(context, details.id, 50);
      found.members = page.members.length;
      found.more = page.continuationToken;
      found.one = (await TeamsInfo.getTeamMember(context, details.id, PEOPLE[1]?.objectId ?? '')).name;
    }, IN_CHANNEL);
    expect(found).toEqual({
      team: 'Contoso IT',
      channels: [null, 'Identity operations'],
      members: 5,
      more: undefined,
      one: 'Arun Patel',
    });
  });

  test('a new thread in a channel, which is answered and edited by its reference', async () => {
    await inTurn(async (context) => {
      const channel = (context.activity.channelData as { channel: { id: string } }).channel.id;
      const first = MessageFactory.text('backup done') as Activity;
      const [reference, activityId] = await TeamsInfo.sendMessageToTeamsChannel(
        context,
        first,
        channel,
        BOT_APP,
      );
      await bot.adapter.continueConversationAsync(BOT_APP, reference, async (inner) => {
        await inner.sendActivity('and checked');
        const edit = MessageFactory.text('backup done: 10,350 objects') as Activity;
        // What the SDK calls the activity's id is the conversation's; the thread in it is the message.
        edit.id = activityId.split(';messageid=')[1] ?? '';
        await inner.updateActivity(edit);
      });
    }, IN_CHANNEL);
    const seen = await world.transcript('Mei', 'channel');
    const [thread, answer] = seen.slice(-2);
    expect(thread).toMatchObject({ text: 'backup done: 10,350 objects', edited: true });
    expect(answer).toMatchObject({ text: 'and checked', threadId: thread?.id });
  });

  test('a mention that it makes itself counts as one', async () => {
    const body = await inTurn(async (context) => {
      const text = `<at>${context.activity.from.name}</at> please decide`;
      const mention = {
        type: 'mention',
        mentioned: context.activity.from,
        text: `<at>${context.activity.from.name}</at>`,
      };
      const activity = MessageFactory.text(text) as Activity;
      activity.entities = [mention];
      await context.sendActivity(activity);
    });
    expect(body).toMatchObject({ activities: [{ text: '<at>Hanna Berg</at> please decide' }] });
    expect(await world.violations()).toEqual([]);
  });
});

describe('what goes wrong reaches the bot as the SDK tells it', () => {
  const attempt = async (work: (context: TurnContext) => Promise<unknown>): Promise<Json> => {
    let told: Json = {};
    await inTurn(async (context) => {
      const problem = (await work(context).then(
        () => ({}),
        (error: unknown) => error,
      )) as { statusCode?: number; code?: string };
      told = { statusCode: problem.statusCode, code: problem.code };
    });
    return told;
  };
  const stored = async (): Promise<ReturnType<typeof TurnContext.getConversationReference>> => {
    let reference = {};
    await inTurn((context) => {
      reference = TurnContext.getConversationReference(context.activity);
      return Promise.resolve();
    });
    return reference as ReturnType<typeof TurnContext.getConversationReference>;
  };
  /** Sends into a kept conversation, outside of any turn. */
  const later = async (reference: Awaited<ReturnType<typeof stored>>): Promise<Json> => {
    let told: Json = { statusCode: 201 };
    await bot.adapter.continueConversationAsync(BOT_APP, reference, async (context) => {
      await context.sendActivity('later').catch((error: { statusCode?: number; code?: string }) => {
        told = { statusCode: error.statusCode, code: error.code };
      });
    });
    return told;
  };

  test('a blocked, a removed and a deleted chat', async () => {
    const reference = await stored();
    expect(await later(reference)).toEqual({ statusCode: 201 });
    await control('block', { as: 'Hanna' });
    expect(await later(reference)).toEqual({ statusCode: 403, code: 'ConversationBlockedByUser' });
    await control('block', { as: 'Hanna', blocked: false });
    await control('uninstall', { as: 'Hanna' });
    expect(await later(reference)).toEqual({ statusCode: 403, code: 'BotNotInConversationRoster' });
    await control('install', { as: 'Hanna' });
    await control('forget-chat', { as: 'Hanna' });
    expect(await later(reference)).toEqual({ statusCode: 404, code: 'ConversationNotFound' });
  });

  test('a message that is gone, a message that is too big, a member who is none', async () => {
    const gone = { id: '4711', type: 'message', text: 'x' } as Partial<Activity>;
    expect(await attempt((context) => context.updateActivity(gone))).toEqual({
      statusCode: 404,
      code: 'ActivityNotFoundInConversation',
    });
    expect(await attempt((context) => context.sendActivity('ä'.repeat(60_000)))).toEqual({
      statusCode: 413,
      code: 'MessageSizeTooBig',
    });
    const stranger = PEOPLE[1]?.objectId ?? '';
    expect(await attempt((context) => TeamsInfo.getMember(context, stranger))).toMatchObject({
      statusCode: 404,
    });
  });

  test('TEAMS §6 a post that took effect before its 502 is posted again by the SDK', async () => {
    await inTurn(async (context) => {
      await control('teams-fault', { kind: 'connector', status: 502, afterTheWrite: true });
      await context.sendActivity('once?');
    });
    const seen = await world.transcript('Hanna');
    expect(seen.filter(({ text }) => text === 'once?')).toHaveLength(2);
  });
});

describe('the SDK’s judgement of our tokens', () => {
  test('a key that was published before it signs is taken at once; one that was not is refused', async () => {
    // The SDK prints every refusal.
    const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const early = await startSdkBot((one) => one.control('rotate-keys', { publishOnly: true }));
    const status = async (): Promise<unknown> => {
      const { body } = await early.world.control('say', { as: 'Hanna', text: 'go' });
      return (body.bot as Json).status;
    };
    expect(await status()).toBe(200);
    await early.world.control('rotate-keys', {});
    expect(await status()).toBe(200);
    // It keeps what it read with its first token for an hour at least.
    await early.world.control('rotate-keys', {});
    expect(await status()).toBe(401);
    expect((await early.world.stats()).botFailures).toMatchObject([{ what: 'message', problem: 'refused' }]);
    await early.close();
    printed.mockRestore();
  });
});

test('the tenant of every event is the one of the service URL', async () => {
  const tenants = new Set<string | undefined>();
  bot.logic = (context) => {
    tenants.add(context.activity.conversation.tenantId);
    return Promise.resolve();
  };
  await say('Hanna');
  await control('team', { as: 'Sofia', do: 'renameTeam', name: 'x' });
  expect([...tenants]).toEqual([TENANT]);
});
