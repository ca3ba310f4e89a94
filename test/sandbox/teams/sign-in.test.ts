/** Signing in to the bot (teams/FACTS §3 and §10.1), with tokens that the sandbox's own authority signs. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createAuthority } from '../../../sandbox/authority/authority.js';
import { openSigningKey } from '../../../sandbox/keys.js';
import { decodeJwt } from 'jose';
import { BOT_APP } from './fake-bot.js';
import type { HeardActivity, Reaction } from './fake-bot.js';
import { answerCard, card } from './messages.js';
import type { Json } from './messages.js';
import { oauthAttached, oauthCard } from './oauth-card.js';
import { PEOPLE, TENANT, startWorld } from './world.js';
import type { World } from './world.js';

const [HANNA, ARUN] = PEOPLE;
let personTokens: ReturnType<typeof createAuthority>['personTokens'];
let world: World;

beforeAll(async () => {
  const bot = { displayName: 'bot', secret: 's', certificates: [], permissions: [], directoryRoles: [] };
  personTokens = createAuthority({
    tenantId: TENANT,
    domains: ['contoso.example'],
    apps: () => [{ appId: BOT_APP, ...bot }],
    people: () => PEOPLE,
    graphUrl: () => 'https://localhost:1',
    key: await openSigningKey(null, 'authority'),
    baseUrl: () => 'https://localhost:2',
    botAppId: BOT_APP,
  }).personTokens;
});
beforeEach(async () => {
  world = await startWorld({ personTokens });
});
afterEach(() => world.close());

const service = (method: string, path: string, body?: unknown, token?: string) =>
  world.bot.call(`${world.base}/api/${path}`, method, body, token);
const userQuery = (activity: HeardActivity, more = ''): string =>
  `userId=${encodeURIComponent(activity.from.id)}&channelId=msteams&connectionName=entra${more}`;

/** Posts a sign-in card to whoever writes, and answers invokes with `reaction`. */
function bot(reaction: (activity: HeardActivity) => Promise<Reaction> | Reaction, change: Json = {}): void {
  world.bot.react = async (activity, self) => {
    if (activity.type === 'invoke') return reaction(activity);
    if (activity.type !== 'message') return undefined;
    const content = await oauthCard(world, activity, change);
    await self.reply(activity, { attachments: [oauthAttached(content)] });
    return undefined;
  };
}

const say = (as = 'Hanna') => world.control('say', { as, text: 'sign in' });
const signIn = (more: Json = {}) => world.control('sign-in', { as: 'Hanna', ...more });
const invokes = () => world.bot.heardOf('invoke');
const exchange = (activity: HeardActivity, token = activity.value?.token) =>
  service('POST', `usertoken/exchange?${userQuery(activity)}`, { token });
const lastNote = async (as = 'Hanna'): Promise<unknown> => (await world.lastSeen(as)).note;

describe('TEAMS §10.1 an OAuth card in a personal chat', () => {
  test('is answered silently: signin/tokenExchange with a token for the bot, which the token service exchanges', async () => {
    bot(async (activity) => ({ status: (await exchange(activity)).status }));
    await say();
    expect(invokes()).toMatchObject([
      { name: 'signin/tokenExchange', value: { connectionName: 'entra', id: expect.any(String) } },
    ]);
    const [{ value, from }] = invokes() as [HeardActivity & { value: Json }];
    expect(decodeJwt(String(value.token))).toMatchObject({
      aud: BOT_APP,
      azp: '5e3ce6c0-2b1f-4285-8d4b-75ee78787346',
      scp: 'access_as_user',
      oid: from.aadObjectId,
      tid: TENANT,
    });
    const got = await service('GET', `usertoken/GetToken?${userQuery(invokes()[0] as HeardActivity)}`);
    expect(got.body).toMatchObject({ channelId: 'msteams', connectionName: 'entra' });
    expect(decodeJwt(String(got.body.token))).toMatchObject({
      aud: 'https://graph.microsoft.com',
      oid: HANNA?.objectId,
      appid: BOT_APP,
      scp: 'User.Read',
    });
    expect(await lastNote()).toBe('You are signed in.');
  });

  test('is tried once for each open client, with one id in the value, and not again when it is seen again', async () => {
    bot(() => undefined);
    await world.control('person', { as: 'Hanna', devices: 3 });
    await say();
    await world.transcript('Hanna');
    expect(invokes()).toHaveLength(3);
    expect(new Set(invokes().map(({ value }) => value?.id)).size).toBe(1);
    expect(new Set(invokes().map(({ id }) => id)).size).toBe(3);
  });

  test('412 leaves the button; its pop-up ends in signin/verifyState with six digits, good once and for this person', async () => {
    bot(({ name }) => (name === 'signin/tokenExchange' ? { status: 412, body: {} } : undefined));
    await say();
    expect(await lastNote()).toBeUndefined();
    expect((await signIn()).body).toMatchObject({ invoke: { status: 200 }, note: 'You are signed in.' });
    const heard = invokes().at(-1) as HeardActivity;
    expect(heard).toMatchObject({
      name: 'signin/verifyState',
      value: { state: expect.stringMatching(/^\d{6}$/) },
    });
    const code = `&code=${String(heard.value?.state)}`;
    const arun = { ...heard, from: { ...heard.from, id: await mriOf('Arun') } };
    expect((await service('GET', `usertoken/GetToken?${userQuery(heard, '&code=000000')}`)).status).toBe(404);
    expect((await service('GET', `usertoken/GetToken?${userQuery(heard, code)}`)).status).toBe(200);
    expect((await service('GET', `usertoken/GetToken?${userQuery(heard, code)}`)).status).toBe(404);
    expect((await service('GET', `usertoken/GetToken?${userQuery(arun)}`)).status).toBe(404);
  });

  test('another account at the pop-up gives another account’s token: the bot must compare', async () => {
    bot(() => ({ status: 412, body: {} }));
    await say();
    await signIn({ account: 'Arun' });
    const heard = invokes().at(-1) as HeardActivity;
    const got = await service(
      'GET',
      `usertoken/GetToken?${userQuery(heard, `&code=${String(heard.value?.state)}`)}`,
    );
    expect(decodeJwt(String(got.body.token)).oid).toBe(ARUN?.objectId);
    expect(heard.from.aadObjectId).toBe(HANNA?.objectId);
  });

  test('without consent, and in a channel, only the button is there', async () => {
    bot(() => undefined);
    await world.control('person', { as: 'Hanna', consent: 'missing' });
    await say();
    await world.control('say', { as: 'Arun', in: 'channel', mention: true, text: 'sign in' });
    expect(invokes()).toEqual([]);
    expect((await signIn()).status).toBe(200);
  });

  test.each([
    [
      'of another resource',
      { tokenExchangeResource: { id: 'x', uri: 'api://elsewhere' } },
      'resourcematchfailed',
    ],
    ['without a button', { buttons: [] }, 'oauthcardnotvalid'],
    ['without its connection', { connectionName: undefined }, 'oauthcardnotvalid'],
  ])('one %s is told by signin/failure', async (_name, change, code) => {
    bot(() => undefined, change);
    await say();
    expect(invokes()).toMatchObject([
      { name: 'signin/failure', value: { code, message: expect.any(String) } },
    ]);
  });

  test('an answer that is neither 200 nor 412 is counted and told', async () => {
    bot(({ name }) => (name === 'signin/tokenExchange' ? { status: 501 } : undefined));
    await say();
    expect(invokes().map(({ name }) => name)).toEqual(['signin/tokenExchange', 'signin/failure']);
    expect(invokes().at(-1)?.value).toMatchObject({ code: 'invokeerror' });
    expect(await lastNote()).toContain('Something went wrong');
    expect(await world.stats()).toMatchObject({ violationCount: 1 });
  });

  test('nobody without such a button can press one', async () => {
    expect((await signIn()).status).toBe(404);
    bot(() => ({ status: 412, body: {} }), {
      buttons: [{ type: 'signin', value: 'https://elsewhere.example' }],
    });
    await say();
    expect((await signIn()).status).toBe(409);
  });
});

describe('TEAMS §3 a sign-in inside Action.Execute', () => {
  const approve = card('Approve?', {
    actions: [{ type: 'Action.Execute', title: 'Approve', verb: 'approve' }],
  });
  const login = (value: Json): Reaction => ({
    body: { statusCode: 401, type: 'application/vnd.microsoft.activity.loginRequest', value },
  });

  function channelBot(
    onAction: (activity: HeardActivity, content: Json) => Promise<Reaction> | Reaction,
  ): void {
    world.bot.react = async (activity, self) => {
      if (activity.type === 'message') await self.replyCard(activity, approve);
      return activity.type === 'invoke' ? onAction(activity, await oauthCard(world, activity)) : undefined;
    };
  }
  const press = async (): Promise<Json> => {
    await world.control('say', { as: 'Hanna', in: 'channel', mention: true, text: 'go' });
    return (await world.control('click', { as: 'Hanna', in: 'channel', action: 'Approve' })).body;
  };

  test('is repeated with a token, in a channel too, and the card of that answer is shown', async () => {
    channelBot(async (activity, content) => {
      const proof = activity.value?.authentication as Json | undefined;
      if (proof === undefined) return login(content);
      return (await exchange(activity, proof.token)).status === 200
        ? answerCard(card('Approved'))
        : undefined;
    });
    const body = await press();
    expect(body).toMatchObject({ activities: [{ cardText: 'Approved' }] });
    expect(body.signIn).toBeUndefined();
    expect(invokes()[1]?.value).toMatchObject({
      action: { verb: 'approve' },
      authentication: { id: expect.any(String), connectionName: 'entra', token: expect.any(String) },
    });
  });

  test('after 412 the button is pressed by hand, and the press repeated with the digits; wrong ones are told', async () => {
    channelBot(async (activity, content) => {
      const { authentication, state } = activity.value ?? {};
      if (authentication !== undefined)
        return {
          body: {
            statusCode: 412,
            type: 'application/vnd.microsoft.error.preconditionFailed',
            value: { code: '412', message: 'Failed to exchange token' },
          },
        };
      if (state === undefined) return login(content);
      const got = await service('GET', `usertoken/GetToken?${userQuery(activity, `&code=${String(state)}`)}`);
      return got.status === 200
        ? answerCard(card('Approved'))
        : { body: { statusCode: 401, type: 'application/vnd.microsoft.error.invalidAuthCode' } };
    });
    expect(await press()).toMatchObject({
      signIn: { connectionName: 'entra' },
      note: 'Sign in to continue.',
    });
    expect((await signIn({ code: '000000' })).body).toMatchObject({
      note: 'The sign-in code was not right.',
    });
    expect((await press()).signIn).toBeDefined();
    expect((await signIn()).body).toMatchObject({ activities: [{ cardText: 'Approved' }] });
  });
});

describe('the token service', () => {
  test('tells and ends a sign-in, and gives tokens for named resources', async () => {
    bot(async (activity) => ({ status: (await exchange(activity)).status }));
    await say();
    const [heard] = invokes() as [HeardActivity];
    const status = () =>
      service(
        'GET',
        `usertoken/GetTokenStatus?userId=${encodeURIComponent(heard.from.id)}&channelId=msteams`,
      );
    expect((await status()).body).toMatchObject([
      { connectionName: 'entra', hasToken: true, serviceProviderDisplayName: 'Azure Active Directory v2' },
    ]);
    const resources = ['https://graph.microsoft.com', 'https://nowhere.example'];
    const found = await service('POST', `usertoken/GetAadTokens?${userQuery(heard)}`, {
      resourceUrls: resources,
    });
    expect(Object.keys(found.body)).toEqual(['https://graph.microsoft.com']);
    expect((await service('DELETE', `usertoken/SignOut?${userQuery(heard)}`)).status).toBe(200);
    expect((await status()).body).toMatchObject([{ hasToken: false }]);
    expect((await service('GET', `usertoken/GetToken?${userQuery(heard)}`)).status).toBe(404);
  });

  test('refuses a caller without token, foreign tokens and people, an unknown connection, a wrong state', async () => {
    bot(() => undefined);
    await say();
    const [heard] = invokes() as [HeardActivity];
    expect(
      (await service('GET', `usertoken/GetToken?${userQuery(heard)}`, undefined, 'Bearer x')).status,
    ).toBe(401);
    const arun = await personTokens.forBot(ARUN?.objectId ?? '');
    const forGraph = (await personTokens.onBehalf(HANNA?.objectId ?? ''))?.token;
    for (const token of [arun, forGraph, 'garbage', undefined])
      expect((await exchange(heard, token ?? null)).status).toBe(400);
    const query = userQuery(heard);
    expect((await service('GET', `usertoken/GetToken?${query.replace('=entra', '=other')}`)).status).toBe(
      400,
    );
    expect((await service('GET', `usertoken/GetToken?${query.replace('29%3A', '29%3Ax')}`)).status).toBe(400);
    expect((await service('GET', `usertoken/GetToken?${query.replace('msteams', 'webchat')}`)).status).toBe(
      400,
    );
    expect((await service('GET', 'botsignin/GetSignInUrl?state=e30=')).status).toBe(400);
  });
});

async function mriOf(as: string): Promise<string> {
  const { people } = (await world.get('/_sandbox/teams-info')).body as { people: Json[] };
  return String(people.find(({ displayName }) => String(displayName).startsWith(as))?.mri);
}
