/** Issue 4 §3: what can be made to go wrong at the authority, by name. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { ZodError } from 'zod';
import { authorityFaultNames, type AuthorityFaultName } from '../../../sandbox/authority/faults.js';
import { msalClient, refusalOf } from './msal-client.js';
import { HANNA, startAuthority } from './rig.js';
import type { Answer, AuthorityRig } from './rig.js';

let rig: AuthorityRig;
beforeAll(async () => {
  rig = await startAuthority();
});
afterAll(() => rig.close());
afterEach(() => {
  rig.authority.fault({ clear: true });
});

const GRAPH = 'https://graph.microsoft.com/.default';
const ask = (): Promise<Answer> =>
  rig.token({
    grant_type: 'client_credentials',
    client_id: rig.app.appId,
    client_secret: rig.app.secret,
    scope: GRAPH,
  });
const tokenOf = async (): Promise<string> => String((await ask()).json['access_token']);
const isGood = async (token: string): Promise<boolean> =>
  !('failure' in (await rig.authority.verifyAccessToken(`Bearer ${token}`)));
const metadata = () => rig.get(`/${rig.tenantId}/v2.0/.well-known/openid-configuration`);

const shown: Readonly<Record<AuthorityFaultName, () => Promise<void>>> = {
  async clockSkew() {
    rig.authority.fault({ name: 'clockSkew', seconds: 3600 });
    const token = await tokenOf();
    expect(decodeJwt(token).nbf ?? 0).toBeGreaterThan(Date.now() / 1000 + 3000);
    expect(await isGood(token)).toBe(false);
  },
  async tokenLife() {
    rig.authority.fault({ name: 'tokenLife', seconds: -301 });
    expect(await isGood(await tokenOf())).toBe(false);
    rig.authority.fault({ name: 'tokenLife', seconds: 60 });
    expect((await ask()).json['expires_in']).toBe(60);
  },
  async authorityDown() {
    rig.authority.fault({ name: 'authorityDown', times: 3 });
    for (const answer of [await ask(), await metadata()]) {
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
      expect(answer.json).toEqual({ error: 'temporarily_unavailable' });
      expect(answer.headers['x-ms-request-id']).toBeTruthy();
    }
    // MSAL tells it from a refusal: nothing is wrong with the credential.
    const asking = msalClient(rig, { clientSecret: rig.app.secret });
    const refusal = await refusalOf(asking.acquireTokenByClientCredential({ scopes: [GRAPH] }));
    expect(refusal.errorCode).not.toBe('invalid_client');
    expect(await isGood(await tokenOf())).toBe(true);
    expect((await metadata()).status).toBe(200);
    rig.authority.fault({ name: 'authorityDown', times: 100 });
  },
  async consentMissing() {
    rig.authority.fault({ name: 'consentMissing', times: 2 });
    for (const codes of [[65001], [65001], undefined])
      expect((await exchange()).json['error_codes']).toEqual(codes);
    rig.authority.fault({ name: 'consentMissing', times: 100 });
  },
};

const exchange = async (): Promise<Answer> =>
  rig.token({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    client_id: rig.bot.appId,
    client_secret: rig.bot.secret,
    assertion: (await rig.authority.personTokens.forBot(HANNA.objectId)) ?? '',
    scope: 'User.Read',
    requested_token_use: 'on_behalf_of',
  });

describe('issue 4 §3: faults of the authority by name', () => {
  test.each(authorityFaultNames)('%s, and clearing it by name', async (name) => {
    await shown[name]();
    expect(rig.authority.fault({ clear: name })).toBe(true);
    const answer = await ask();
    expect([answer.status, answer.json['expires_in']]).toEqual([200, 3599]);
    expect(await isGood(String(answer.json['access_token']))).toBe(true);
    expect((await exchange()).status).toBe(200);
  });

  test('clearing all goes on to the tenant, as does a name that is the tenant’s', () => {
    expect(rig.authority.fault({ clear: true })).toBe(false);
    expect(rig.authority.fault({ clear: 'throttle' })).toBe(false);
    expect(rig.authority.fault({ name: 'throttle' })).toBe(false);
  });

  test.each([
    { name: 'clockSkew' },
    { name: 'tokenLife', seconds: 'long' },
    { name: 'authorityDown', times: 0 },
    { name: 'authorityDown', seconds: 3 },
  ])('%j is refused', (spec) => {
    expect(() => rig.authority.fault(spec)).toThrow(ZodError);
  });
});
