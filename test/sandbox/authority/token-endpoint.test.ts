import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { ASSERTION_TYPE } from '../../../sandbox/authority/client-auth.js';
import { clientCertificate, startAuthority } from './rig.js';
import type { AuthorityRig, ClientCertificate } from './rig.js';

let rig: AuthorityRig;
let certificate: ClientCertificate;
beforeAll(async () => {
  rig = await startAuthority();
  certificate = await clientCertificate();
  rig.app.certificates.push(certificate.pem);
});
afterAll(() => rig.close());

const SCOPE = 'https://graph.microsoft.com/.default';
const base = (): Record<string, string> => ({
  grant_type: 'client_credentials',
  client_id: rig.app.appId,
  client_secret: rig.app.secret,
  scope: SCOPE,
});
const without = (name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(base()).filter(([key]) => key !== name));

describe('the token endpoint refuses as Entra does', () => {
  const cases: [string, () => Record<string, string>, number, string, number][] = [
    ['no grant type', () => without('grant_type'), 400, 'invalid_request', 900144],
    ['an unknown grant', () => ({ ...base(), grant_type: 'magic' }), 400, 'unsupported_grant_type', 70003],
    ['no client', () => without('client_id'), 400, 'invalid_request', 900144],
    ['a client id that is none', () => ({ ...base(), client_id: 'x' }), 400, 'unauthorized_client', 700038],
    ['no credential', () => without('client_secret'), 401, 'invalid_client', 7000216],
    ['a wrong secret', () => ({ ...base(), client_secret: 'x' }), 401, 'invalid_client', 7000215],
    ['no scope', () => without('scope'), 400, 'invalid_request', 900144],
    ['a scope without .default', () => ({ ...base(), scope: 'User.Read' }), 400, 'invalid_scope', 1002012],
    [
      'an unknown resource',
      () => ({ ...base(), scope: 'api://x/.default' }),
      400,
      'invalid_resource',
      500011,
    ],
  ];
  test.each(cases)('%s', async (_name, form, status, error, code) => {
    const answer = await rig.token(form());
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ error, error_codes: [code] });
    expect(answer.json['error_description']).toMatch(
      new RegExp(`^AADSTS${code}: .+ Trace ID: .+ Timestamp: `),
    );
    expect(Object.keys(answer.json)).toEqual(
      expect.arrayContaining(['timestamp', 'trace_id', 'correlation_id']),
    );
  });

  test('a tenant that is not there, one that is no name, and no tenant at all', async () => {
    const ask = (tenant: string) => rig.post(`/${tenant}/oauth2/v2.0/token`, base());
    expect((await ask('99999999-9999-4999-8999-999999999999')).json['error_codes']).toEqual([90002]);
    expect((await ask('not_a_name')).json['error_codes']).toEqual([900023]);
    expect((await ask('common')).json['error_codes']).toEqual([50059]);
  });

  test.each(['openid profile offline_access', 'offline_access'])(
    'what MSAL for Java asks for beside the resource is passed over: %s',
    async (beside) => {
      const answer = await rig.token({ ...base(), scope: `${SCOPE} ${beside}` });
      expect([answer.status, answer.json['token_type']]).toEqual([200, 'Bearer']);
      const two = await rig.token({ ...base(), scope: `${SCOPE} ${beside} api://x/.default` });
      expect(two.json['error_codes']).toEqual([1002012]);
    },
  );

  test('GET on the token endpoint, and an oversized form', async () => {
    const path = `/${rig.tenantId}/oauth2/v2.0/token`;
    expect((await rig.get(path)).json['error_codes']).toEqual([900561]);
    expect((await rig.token({ ...base(), x: 'x'.repeat(70_000) })).status).toBe(400);
  });

  test('the caller’s correlation id is echoed', async () => {
    const id = '33333333-3333-4333-8333-333333333333';
    const answer = await rig.post(
      `/${rig.tenantId}/oauth2/v2.0/token`,
      { ...base(), client_secret: 'x' },
      { 'client-request-id': id },
    );
    expect(answer.json['correlation_id']).toBe(id);
    expect(answer.headers['client-request-id']).toBe(id);
  });

  test('a secret in the Authorization header is as good as one in the form', async () => {
    const basic = Buffer.from(`${rig.app.appId}:${encodeURIComponent(rig.app.secret)}`).toString('base64');
    const form = { grant_type: 'client_credentials', scope: SCOPE };
    const answer = await rig.post(`/${rig.tenantId}/oauth2/v2.0/token`, form, {
      authorization: `Basic ${basic}`,
    });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.json).sort()).toEqual(
      ['access_token', 'expires_in', 'ext_expires_in', 'token_type'].sort(),
    );
  });
});

describe('client assertions', () => {
  interface Wrong {
    readonly audience?: string;
    readonly subject?: string;
    readonly from?: number;
    readonly alg?: string;
    readonly key?: string;
  }
  const assertion = (wrong: Wrong = {}): Promise<string> => {
    const from = wrong.from ?? Math.floor(Date.now() / 1000);
    const thumbprint = Buffer.from(certificate.sha256, 'hex').toString('base64url');
    return new SignJWT({})
      .setProtectedHeader({ alg: wrong.alg ?? 'PS256', 'x5t#S256': thumbprint })
      .setIssuer(wrong.subject ?? rig.app.appId)
      .setSubject(wrong.subject ?? rig.app.appId)
      .setAudience(wrong.audience ?? `${rig.base}/${rig.tenantId}/oauth2/v2.0/token`)
      .setNotBefore(from)
      .setExpirationTime(from + 600)
      .sign(createPrivateKey(wrong.key ?? certificate.privateKey));
  };
  const ask = (client_assertion: string) =>
    rig.token({ ...without('client_secret'), client_assertion_type: ASSERTION_TYPE, client_assertion });

  test('both algorithms are taken', async () => {
    for (const alg of ['RS256', 'PS256']) expect((await ask(await assertion({ alg }))).status).toBe(200);
  });

  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const cases: [string, () => Wrong, number][] = [
    ['for another audience', () => ({ audience: 'https://login.example/token' }), 700023],
    ['of another application', () => ({ subject: rig.bot.appId }), 700021],
    ['that has expired', () => ({ from: Math.floor(Date.now() / 1000) - 3600 }), 700024],
    ['from the future', () => ({ from: Math.floor(Date.now() / 1000) + 3600 }), 700024],
    [
      'signed by another key',
      () => ({ key: other.export({ format: 'pem', type: 'pkcs8' }).toString() }),
      700027,
    ],
  ];
  test.each(cases)('one %s is refused', async (_name, wrong, code) => {
    expect((await ask(await assertion(wrong()))).json['error_codes']).toEqual([code]);
  });

  test('a clock that is five minutes off is forgiven, a quarter of an hour is not', async () => {
    const now = Math.floor(Date.now() / 1000);
    expect((await ask(await assertion({ from: now + 240 }))).status).toBe(200);
    expect((await ask(await assertion({ from: now - 600 - 240 }))).status).toBe(200);
    for (const from of [now + 900, now - 600 - 900])
      expect((await ask(await assertion({ from }))).json['error_codes']).toEqual([700024]);
  });

  test('the same assertion is good again until it ends: MSAL keeps and sends it', async () => {
    const once = await assertion();
    for (const _ of [1, 2]) expect((await ask(once)).status).toBe(200);
  });

  test('one that says it is of another type, or of none, is refused', async () => {
    const client_assertion = await assertion();
    for (const type of [{ client_assertion_type: 'urn:other' }, {}] as Record<string, string>[])
      expect(
        (await rig.token({ ...without('client_secret'), ...type, client_assertion })).json['error_codes'],
      ).toEqual([900144]);
  });

  test('garbage is refused', async () => {
    expect((await ask('a.b.c')).json['error_codes']).toEqual([50027]);
  });
});

describe('discovery', () => {
  test('every address in the metadata is on this authority, under the asked tenant', async () => {
    const { json } = await rig.get(`/${rig.tenantId}/v2.0/.well-known/openid-configuration`);
    expect(json['issuer']).toBe(`${rig.base}/${rig.tenantId}/v2.0`);
    for (const name of ['token_endpoint', 'authorization_endpoint', 'jwks_uri', 'end_session_endpoint']) {
      expect(json[name]).toMatch(new RegExp(`^${rig.base}/${rig.tenantId}/`));
    }
    expect(JSON.stringify(json)).not.toContain('microsoftonline');
  });

  test('common has a template as issuer; instance discovery names this host alone', async () => {
    const common = await rig.get('/common/v2.0/.well-known/openid-configuration');
    expect(common.json['issuer']).toBe(`${rig.base}/{tenantid}/v2.0`);
    const endpoint = encodeURIComponent(`${rig.base}/${rig.tenantId}/oauth2/v2.0/authorize`);
    const instance = await rig.get(
      `/common/discovery/instance?api-version=1.1&authorization_endpoint=${endpoint}`,
    );
    const host = new URL(rig.base).host;
    expect(instance.json).toMatchObject({
      tenant_discovery_endpoint: `${rig.base}/${rig.tenantId}/v2.0/.well-known/openid-configuration`,
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    });
  });

  test('the published key holds nothing private', async () => {
    const { json } = await rig.get(`/${rig.tenantId}/discovery/v2.0/keys`);
    const [key] = json['keys'] as Record<string, unknown>[];
    expect(key).toMatchObject({ kty: 'RSA', use: 'sig', kid: rig.key.kid });
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi']) expect(key).not.toHaveProperty(secret);
  });

  test('metadata of an unknown tenant is refused', async () => {
    const answer = await rig.get('/nowhere.example/v2.0/.well-known/openid-configuration');
    expect(answer.status).toBe(400);
    expect(answer.json['error_codes']).toEqual([90002]);
  });
});
