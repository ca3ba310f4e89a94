/** The grant that a bot uses after a token exchange (teams/FACTS §10.1): a person's token for it becomes one for Graph. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { openSigningKey, signJwt } from '../../../sandbox/keys.js';
import { msalClient, refusalOf } from './msal-client.js';
import { ARUN, HANNA, clientCertificate, startAuthority } from './rig.js';
import type { Answer, AuthorityRig } from './rig.js';

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const SCOPE = 'https://graph.microsoft.com/User.Read';

let rig: AuthorityRig;
/** What Teams hands to the bot in signin/tokenExchange. */
let exchanged: string;
beforeAll(async () => {
  rig = await startAuthority();
  exchanged = (await rig.authority.personTokens.forBot(HANNA.objectId)) ?? '';
});
afterAll(() => rig.close());
beforeEach(() => {
  rig.authority.fault({ clear: true });
});

const form = (more: Record<string, string> = {}): Record<string, string> => ({
  grant_type: GRANT,
  client_id: rig.bot.appId,
  client_secret: rig.bot.secret,
  assertion: exchanged,
  scope: SCOPE,
  requested_token_use: 'on_behalf_of',
  ...more,
});
const without = (name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(form()).filter(([key]) => key !== name));
const bot = () => msalClient(rig, { clientId: rig.bot.appId, clientSecret: rig.bot.secret });
const onBehalf = (oboAssertion = exchanged, scopes = [SCOPE]) =>
  bot().acquireTokenOnBehalfOf({ oboAssertion, scopes });

describe('acquireTokenOnBehalfOf of msal-node', () => {
  test('[A6] gets a token for Graph that speaks for the person, with the asked scope', async () => {
    const got = await onBehalf();
    expect(decodeJwt(got?.accessToken ?? '')).toMatchObject({
      aud: 'https://graph.microsoft.com',
      appid: rig.bot.appId,
      azpacr: '1',
      idtyp: 'user',
      oid: HANNA.objectId,
      scp: 'User.Read',
      upn: HANNA.userPrincipalName,
    });
    expect(await rig.authority.verifyAccessToken(`Bearer ${got?.accessToken}`)).toMatchObject({
      appId: rig.bot.appId,
      userId: HANNA.objectId,
      permissions: ['User.Read'],
    });
    expect(got?.account?.username).toBe(HANNA.userPrincipalName);
  });

  test('works with a certificate, and for each person apart', async () => {
    const certificate = await clientCertificate();
    rig.bot.certificates.push(certificate.pem);
    const { privateKey, sha256: thumbprintSha256 } = certificate;
    const asking = msalClient(rig, {
      clientId: rig.bot.appId,
      clientCertificate: { privateKey, thumbprintSha256 },
    });
    const arun = (await rig.authority.personTokens.forBot(ARUN.objectId)) ?? '';
    for (const [oboAssertion, person] of [
      [exchanged, HANNA],
      [arun, ARUN],
    ] as const) {
      const got = await asking.acquireTokenOnBehalfOf({ oboAssertion, scopes: [SCOPE] });
      expect(decodeJwt(got?.accessToken ?? '')).toMatchObject({ oid: person.objectId, azpacr: '2' });
    }
  });

  test('missing consent is told so that MSAL asks the person', async () => {
    rig.authority.fault({ name: 'consentMissing' });
    const refusal = await refusalOf(onBehalf());
    expect(refusal).toMatchObject({ name: 'InteractionRequiredAuthError', subError: 'consent_required' });
    expect(refusal.errorMessage).toContain('AADSTS65001');
    expect((await onBehalf())?.accessToken).toBeTruthy();
  });

  test('a refresh token of the exchange goes on without the assertion', async () => {
    const { json } = await rig.token(form({ scope: `${SCOPE} offline_access` }));
    const again = await rig.token({
      grant_type: 'refresh_token',
      client_id: rig.bot.appId,
      client_secret: rig.bot.secret,
      refresh_token: String(json['refresh_token']),
    });
    expect(decodeJwt(String(again.json['access_token']))).toMatchObject({
      oid: HANNA.objectId,
      scp: 'User.Read',
    });
  });
});

describe('an exchange is refused as Entra refuses it', () => {
  const ours = (more: object = {}) => ({
    issuer: `${rig.base}/${rig.tenantId}/v2.0`,
    audience: rig.bot.appId,
    lifeInSeconds: 600,
    ...more,
  });
  const claims = { appid: 'x', tid: 'x', oid: HANNA.objectId, scp: 'access_as_user' };
  const graphToken = async () => (await onBehalf())?.accessToken ?? '';
  const appToken = async (): Promise<string> => {
    const asked = { client_id: rig.app.appId, client_secret: rig.app.secret };
    const scope = `api://${rig.bot.appId}/.default`;
    const { json } = await rig.token({ grant_type: 'client_credentials', scope, ...asked });
    return String(json['access_token']);
  };
  const assertion = async (made: Promise<string>) => form({ assertion: await made });

  const cases: [string, () => Promise<Record<string, string>>, number, string, number][] = [
    ['no assertion', async () => without('assertion'), 400, 'invalid_request', 900144],
    ['no scope', async () => without('scope'), 400, 'invalid_request', 900144],
    ['no requested_token_use', async () => without('requested_token_use'), 400, 'invalid_request', 900144],
    [
      'another use of the token',
      async () => form({ requested_token_use: 'sign' }),
      400,
      'unsupported_grant_type',
      70003,
    ],
    ['no credential', async () => without('client_secret'), 401, 'invalid_client', 7000218],
    ['a wrong secret', async () => form({ client_secret: 'x' }), 401, 'invalid_client', 7000215],
    ['garbage', async () => form({ assertion: 'a.b.c' }), 400, 'invalid_request', 50027],
    ['a token for Graph', () => assertion(graphToken()), 400, 'invalid_grant', 500131],
    [
      'a token made for another application',
      async () => form({ client_id: rig.app.appId, client_secret: rig.app.secret }),
      400,
      'invalid_grant',
      500131,
    ],
    [
      'a token that has expired',
      () => assertion(signJwt(rig.key, claims, ours({ lifeInSeconds: -400 }))),
      400,
      'invalid_grant',
      500133,
    ],
    [
      'a token of a foreign key',
      async () => assertion(signJwt(await openSigningKey(null, 'x'), claims, ours())),
      400,
      'invalid_grant',
      50013,
    ],
    ['a token of an application', () => assertion(appToken()), 400, 'unauthorized_client', 7000114],
    [
      'a person who is deleted',
      () => assertion(signJwt(rig.key, { ...claims, oid: rig.tenantId }, ours())),
      400,
      'invalid_grant',
      500341,
    ],
    [
      'an unknown resource',
      async () => form({ scope: 'api://nowhere/read' }),
      400,
      'invalid_resource',
      500011,
    ],
  ];
  test.each(cases)('%s', async (_name, wanted, status, error, code) => {
    const answer: Answer = await rig.token(await wanted());
    expect([answer.status, answer.json['error'], answer.json['error_codes']]).toEqual([
      status,
      error,
      [code],
    ]);
    expect(answer.json).not.toHaveProperty('access_token');
  });
});
