import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { openSigningKey, signJwt } from '../../../sandbox/keys.js';
import { startAuthority } from './rig.js';
import type { AuthorityRig } from './rig.js';

let rig: AuthorityRig;
let good: string;
beforeAll(async () => {
  rig = await startAuthority();
  good = await tokenOf(rig.app.appId, rig.app.secret, 'https://graph.microsoft.com/.default');
});
afterAll(() => rig.close());

async function tokenOf(client_id: string, client_secret: string, scope: string): Promise<string> {
  const answer = await rig.token({ grant_type: 'client_credentials', client_id, client_secret, scope });
  return String(answer.json['access_token']);
}

const claims = () => ({ appid: rig.app.appId, tid: rig.tenantId, roles: ['User.Read.All'] });
const ours = () => ({
  issuer: `${rig.base}/${rig.tenantId}/v2.0`,
  audience: 'https://graph.microsoft.com',
  lifeInSeconds: 600,
});
const verify = (token: string | undefined) =>
  rig.authority.verifyAccessToken(token === undefined ? undefined : `Bearer ${token}`);

describe('verifyAccessToken', () => {
  test('a good token tells application, tenant and permissions; again from the cache', async () => {
    for (const _ of [1, 2]) {
      expect(await verify(good)).toMatchObject({
        appId: rig.app.appId,
        tenantId: rig.tenantId,
        permissions: ['User.Read.All', 'Group.Read.All'],
      });
    }
  });

  const cases: [string, () => Promise<string | undefined>, RegExp][] = [
    ['none', () => Promise.resolve(undefined), /Access token is empty/],
    ['no JWT', () => Promise.resolve('garbage'), /IDX14100: JWT is not well formed/],
    ['no JSON inside', () => Promise.resolve('a.b.c'), /CompactToken parsing failed/],
    ['expired', () => signJwt(rig.key, claims(), { ...ours(), lifeInSeconds: -400 }), /token is expired/],
    [
      'not yet valid',
      () => signJwt(rig.key, claims(), { ...ours(), skewInSeconds: 3600, lifeInSeconds: 7200 }),
      /not yet valid/,
    ],
    [
      'for another audience',
      () => signJwt(rig.key, claims(), { ...ours(), audience: 'https://vault.example' }),
      /Invalid audience/,
    ],
    [
      'of another issuer',
      () => signJwt(rig.key, claims(), { ...ours(), issuer: 'https://sts.example/x/v2.0' }),
      /Invalid issuer/,
    ],
    [
      'signed by a foreign key',
      async () => signJwt(await openSigningKey(null, 'x'), claims(), ours()),
      /Signing key is invalid/,
    ],
    [
      'signed by a foreign key under our key id',
      async () => {
        const foreign = await openSigningKey(null, 'x');
        return signJwt({ ...foreign, kid: rig.key.kid }, claims(), ours());
      },
      /Invalid signature/,
    ],
    [
      'signed with a shared secret',
      () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'HS256', kid: rig.key.kid })
          .sign(Buffer.from(JSON.stringify(rig.key.publicJwk))),
      /Signing key is invalid/,
    ],
    ['changed after signing', () => Promise.resolve(tampered()), /Invalid signature/],
  ];
  const tampered = (): string => {
    const [head, body, signature] = good.split('.');
    const read = JSON.parse(Buffer.from(body ?? '', 'base64url').toString()) as object;
    const more = Buffer.from(JSON.stringify({ ...read, roles: ['Directory.ReadWrite.All'] }));
    return `${head}.${more.toString('base64url')}.${signature}`;
  };
  test.each(cases)('refuses one that is %s', async (_name, token, text) => {
    const outcome = await verify(await token());
    expect(outcome).toEqual({ failure: expect.stringMatching(text) as unknown });
  });

  test('faults: tokens of a clock that is wrong, tokens that live shortly', async () => {
    const graph = 'https://graph.microsoft.com/.default';
    expect(rig.authority.fault({ name: 'clockSkew', seconds: 3600 })).toBe(true);
    expect(await verify(await tokenOf(rig.app.appId, rig.app.secret, graph))).toHaveProperty('failure');
    rig.authority.fault({ name: 'clockSkew', seconds: 0 });
    rig.authority.fault({ name: 'tokenLife', seconds: -301 });
    expect(await verify(await tokenOf(rig.app.appId, rig.app.secret, graph))).toEqual({
      failure: 'Lifetime validation failed, the token is expired.',
    });
    rig.authority.fault({ clear: true });
    expect(await verify(await tokenOf(rig.app.appId, rig.app.secret, graph))).toHaveProperty('appId');
    expect(rig.authority.fault({ name: 'throttle' })).toBe(false);
  });
});

describe('verifyConnectorToken', () => {
  test('takes the bot’s token for the Bot Framework, and no other', async () => {
    const scope = 'https://api.botframework.com/.default';
    const verdict = async (token: string | undefined): Promise<boolean> =>
      rig.authority.verifyConnectorToken(token === undefined ? undefined : `Bearer ${token}`);
    expect(await verdict(await tokenOf(rig.bot.appId, rig.bot.secret, scope))).toBe(true);
    expect(await verdict(await tokenOf(rig.app.appId, rig.app.secret, scope))).toBe(false);
    expect(await verdict(good)).toBe(false);
    expect(await verdict('garbage')).toBe(false);
    expect(await verdict(undefined)).toBe(false);
  });

  const wanted = () => ({ ...ours(), audience: 'https://api.botframework.com' });
  const bot = () => ({ appid: rig.bot.appId, tid: rig.tenantId });
  const cases: [string, () => Promise<string>, boolean][] = [
    ['made like its own', () => signJwt(rig.key, bot(), wanted()), true],
    ['expired', () => signJwt(rig.key, bot(), { ...wanted(), lifeInSeconds: -400 }), false],
    ['not yet valid', () => signJwt(rig.key, bot(), { ...wanted(), skewInSeconds: 3600 }), false],
    [
      'of another issuer',
      () => signJwt(rig.key, bot(), { ...wanted(), issuer: 'https://api.botframework.com' }),
      false,
    ],
    ['for another audience', () => signJwt(rig.key, bot(), { ...wanted(), audience: rig.bot.appId }), false],
    [
      'signed by a foreign key under our key id',
      async () => signJwt({ ...(await openSigningKey(null, 'x')), kid: rig.key.kid }, bot(), wanted()),
      false,
    ],
    ['of a person', () => signJwt(rig.key, { ...bot(), scp: 'access_as_user' }, wanted()), false],
  ];
  test.each(cases)('one that is %s', async (_name, token, taken) => {
    expect(await rig.authority.verifyConnectorToken(`Bearer ${await token()}`)).toBe(taken);
  });
});
