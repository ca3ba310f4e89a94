/** Microsoft's own bot SDK, unmodified, against the simulated Teams: what it refuses or cannot read is our mistake. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CardFactory, MessageFactory, TeamsInfo, TurnContext } from 'botbuilder';
import type { Activity, ConfigurationBotFrameworkAuthentication, ConversationReference } from 'botbuilder';
import { BOT_APP } from './fake-bot.js';
import { card } from './messages.js';
import type { Json } from './messages.js';
import { PEOPLE, TENANT } from './world.js';
import type { World } from './world.js';
import { startSdkBot } from './sdk-bot.js';
import type { Logic, SdkBot } from './sdk-bot.js';

type TokenClient = Awaited<ReturnType<ConfigurationBotFrameworkAuthentication['createUserTokenClient']>>;

let bot: SdkBot;
let world: World;
beforeAll(async () => {
  bot = await startSdkBot();
  world = bot.world;
});
afterAll(() => bot.close());

const say = async (as: string, run: Logic): Promise<Json> => {
  bot.logic = (context) => (context.activity.type === 'message' ? run(context) : Promise.resolve());
  const { body } = await world.control('say', { as, text: 'go' });
  expect(bot.trouble).toEqual([]);
  return body;
};

describe('botbuilder 4.23 in the simulated Teams', () => {
  test('the token is taken; a reply, an edit, a typing sign and a deletion arrive', async () => {
    const body = await say('Hanna', async (context) => {
      await context.sendActivity({ type: 'typing' });
      const first = await context.sendActivity('one');
      const gone = await context.sendActivity('two');
      const edit = MessageFactory.text('one, edited') as Activity;
      edit.id = first?.id ?? '';
      await context.updateActivity(edit);
      await context.deleteActivity(gone?.id ?? '');
    });
    expect(body).toMatchObject({
      bot: { status: 200 },
      activities: [{ text: 'one, edited', edited: true }, { deleted: true }],
    });
  });

  test('the roster is read through TeamsInfo, paged and single', async () => {
    let members: string[] = [];
    let one = '';
    await say('Hanna', async (context) => {
      const page = await TeamsInfo.getPagedMembers(context, 100);
      members = page.members.map((member) => `${member.name} ${member.aadObjectId}`);
      one = (await TeamsInfo.getMember(context, PEOPLE[0]?.objectId ?? '')).userPrincipalName ?? '';
    });
    expect(members).toEqual([`Hanna Berg ${PEOPLE[0]?.objectId}`]);
    expect(one).toBe('hanna.berg@contoso.example');
  });

  test('a card action gets its answer through the invoke response', async () => {
    await say('Mei', async (context) => {
      const actions = [{ type: 'Action.Execute', title: 'Go', verb: 'go' }];
      await context.sendActivity({
        type: 'message',
        attachments: [CardFactory.adaptiveCard(card('A', { actions }))],
      });
    });
    bot.logic = async (context) => {
      await context.sendActivity({
        type: 'invokeResponse',
        value: {
          status: 200,
          body: { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: card('B') },
        },
      });
    };
    const { body } = await world.control('click', { as: 'Mei', action: 'go' });
    expect(body).toMatchObject({ invoke: { status: 200 }, activities: [{ cardText: 'B' }] });
  });

  test('a person is signed in silently through the SDK’s own token client, and signed out', async () => {
    const clientOf = (context: TurnContext): TokenClient =>
      context.turnState.get<TokenClient>(bot.adapter.UserTokenClientKey);
    const seen: Record<string, unknown> = {};
    bot.logic = async (context) => {
      const tokens = clientOf(context);
      const me = context.activity.from.id;
      if (context.activity.type === 'message') {
        const { signInLink, tokenExchangeResource } = await tokens.getSignInResource(
          'entra',
          context.activity,
          '',
        );
        const oauth = CardFactory.oauthCard('entra', 'Sign in', 'Please', signInLink, tokenExchangeResource);
        await context.sendActivity({ type: 'message', attachments: [oauth] });
      } else if (context.activity.name === 'signin/tokenExchange') {
        const { token } = context.activity.value as { token: string };
        seen.exchanged = (await tokens.exchangeToken(me, 'entra', 'msteams', { token })).token;
        seen.kept = (await tokens.getUserToken(me, 'entra', 'msteams', '')).token;
        seen.status = (await tokens.getTokenStatus(me, 'msteams', '')).map(({ hasToken }) => hasToken);
        const found = await tokens.getAadTokens(me, 'entra', ['vault'], 'msteams');
        seen.vault = found['vault']?.token;
        await tokens.signOutUser(me, 'entra', 'msteams');
        seen.after = (await tokens.getUserToken(me, 'entra', 'msteams', ''))?.token;
        await context.sendActivity({ type: 'invokeResponse', value: { status: 200 } });
      }
    };
    const { body } = await world.control('say', { as: 'Tom', text: 'sign in' });
    expect(bot.trouble).toEqual([]);
    const tom = PEOPLE[4]?.objectId ?? '';
    expect(seen).toEqual({
      exchanged: `graph ${tom}`,
      kept: `graph ${tom}`,
      status: [true],
      vault: `vault ${tom}`,
      after: undefined,
    });
    expect(body).toMatchObject({ activities: [{ note: 'You are signed in.' }] });
  });

  test('a colleague is written to by object id, and later through the stored reference', async () => {
    let reference: Partial<ConversationReference> = {};
    await say('Hanna', async (context) => {
      await bot.adapter.createConversationAsync(
        BOT_APP,
        'msteams',
        context.activity.serviceUrl,
        'https://api.botframework.com',
        {
          isGroup: false,
          tenantId: TENANT,
          bot: { id: `28:${BOT_APP}`, name: 'Entra Rewind' },
          members: [{ id: PEOPLE[1]?.objectId ?? '', name: '' }],
          channelData: { tenant: { id: TENANT } },
        } as never,
        async (inner) => {
          reference = TurnContext.getConversationReference(inner.activity);
          await inner.sendActivity('please decide');
        },
      );
    });
    await bot.adapter.continueConversationAsync(BOT_APP, reference, async (context) => {
      await context.sendActivity('still waiting');
    });
    const seen = await world.transcript('Arun');
    expect(seen).toMatchObject([{ text: 'please decide' }, { text: 'still waiting' }]);
  });
});
