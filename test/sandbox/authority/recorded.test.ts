/**
 * The authority against answers that the real one gave: each case names where somebody put the answer on record (repository and
 * thread or file). Ids, times and names are theirs; the sentence around them, error, number and members are compared.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { createPrivateKey } from 'node:crypto';
import { ASSERTION_TYPE } from '../../../sandbox/authority/client-auth.js';
import { signJwt } from '../../../sandbox/keys.js';
import { HANNA, clientCertificate, startAuthority } from './rig.js';
import type { Answer, AuthorityRig, ClientCertificate } from './rig.js';

const TENANT_NAME = 'Contoso';
let rig: AuthorityRig;
let certificate: ClientCertificate;
beforeAll(async () => {
  rig = await startAuthority({ displayName: TENANT_NAME });
  certificate = await clientCertificate();
  (rig.app.certificates as string[]).push(certificate.pem);
});
afterAll(() => rig.close());

type Form = Record<string, string>;
const base = (more: Form = {}): Form => ({
  grant_type: 'client_credentials',
  client_id: rig.app.appId,
  client_secret: rig.app.secret,
  scope: 'https://graph.microsoft.com/.default',
  ...more,
});
const without = (name: string, form = base()): Form =>
  Object.fromEntries(Object.entries(form).filter(([key]) => key !== name));

interface Signed {
  readonly alg?: string;
  readonly head?: Record<string, string>;
  readonly claims?: Record<string, unknown>;
  readonly privateKey?: string;
}

/** A client assertion; a claim of `undefined` is left out. */
async function assertionForm(wanted: Signed = {}): Promise<Form> {
  const from = Math.floor(Date.now() / 1000);
  const thumbprint = Buffer.from(certificate.sha1, 'hex').toString('base64url');
  const claims = {
    iss: rig.app.appId,
    sub: rig.app.appId,
    aud: `${rig.base}/${rig.tenantId}/oauth2/v2.0/token`,
    nbf: from,
    exp: from + 600,
    ...wanted.claims,
  };
  const client_assertion = await new SignJWT(claims)
    .setProtectedHeader({ alg: wanted.alg ?? 'RS256', ...(wanted.head ?? { x5t: thumbprint }) })
    .sign(
      wanted.alg?.startsWith('HS') === true
        ? Buffer.alloc(32, 7)
        : createPrivateKey(wanted.privateKey ?? certificate.privateKey),
    );
  return { ...without('client_secret'), client_assertion_type: ASSERTION_TYPE, client_assertion };
}

const instant = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z`;
const day = String.raw`\d\d/\d\d/\d{4} \d\d:\d\d:\d\d`;
const about = (appId: string): string =>
  `Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '${appId}'\\. Review the documentation at https://docs\\.microsoft\\.com/en-us/graph/deployments to determine .+ such as 'https://graph\\.microsoft\\.com/beta/applications/${appId}'\\]`;
const reviewed =
  ' Review the documentation at https://learn\\.microsoft\\.com/entra/identity-platform/certificate-credentials \\.';

/** @param sentence  a regular expression for what stands between the number and the trace id */
async function expectRefusal(
  answer: Answer,
  [status, error, code, sentence]: readonly [number, string, number, string],
  hasPage: boolean,
): Promise<void> {
  const { json, headers } = answer;
  expect([answer.status, json['error'], json['error_codes']]).toEqual([status, error, [code]]);
  const ids = 'Trace ID: [-0-9a-f]{36} Correlation ID: [-0-9a-f]{36} Timestamp: [-0-9]{10} [:0-9]{8}Z';
  expect(json['error_description']).toMatch(new RegExp(`^AADSTS${code}: ${sentence} ${ids}$`));
  expect(json['trace_id']).toBe(headers['x-ms-request-id']);
  expect('error_uri' in json).toBe(hasPage);
}

interface Case {
  readonly name: string;
  readonly at: string;
  readonly form: () => Form | Promise<Form>;
  readonly answer: () => readonly [number, string, number, string];
  readonly hasPage?: false;
  readonly tenant?: string;
}

const msalMocks =
  'AzureAD/microsoft-authentication-library-for-dotnet, tests/Microsoft.Identity.Test.Common/Core/Mocks/MockHelpers.cs (answers of December 2023)';

const cases: readonly Case[] = [
  {
    name: 'a tenant that is not there',
    at: 'james-gould/azure-keyvault-emulator 324 (2025-08-18), microsoftgraph/windowsupdates-webapplication-sample 6 (2023-06-07)',
    tenant: '99999999-9999-4999-8999-999999999999',
    form: base,
    answer: () => [
      400,
      'invalid_tenant',
      90002,
      "Tenant '99999999-9999-4999-8999-999999999999' not found\\. Check to make sure you have the correct tenant ID and are signing into the correct cloud\\. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant\\.",
    ],
  },
  {
    name: 'a tenant name that is none',
    at: msalMocks,
    tenant: 'invalid_tenant',
    form: base,
    answer: () => [
      400,
      'invalid_request',
      900023,
      "Specified tenant identifier 'invalid_tenant' is neither a valid DNS name, nor a valid external domain\\.",
    ],
  },
  {
    name: 'an application that is not in the tenant, which is called by its name',
    at: `${msalMocks}; Azure-Samples/azure-health-data-and-ai-samples 100`,
    form: () => base({ client_id: '833aa854-2811-4f90-9620-c38070f595d7' }),
    answer: () => [
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '833aa854-2811-4f90-9620-c38070f595d7' was not found in the directory '${TENANT_NAME}'\\. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant\\. You may have sent your authentication request to the wrong tenant\\.`,
    ],
  },
  {
    name: 'a resource that is not in the tenant, which is called by its name',
    at: msalMocks,
    form: () => base({ scope: 'user.read/.default' }),
    answer: () => [
      400,
      'invalid_resource',
      500011,
      `The resource principal named user\\.read was not found in the tenant named ${TENANT_NAME}\\. This can happen if .+ to the wrong tenant\\.`,
    ],
  },
  {
    name: 'a scope without .default has no page about it',
    at: msalMocks,
    form: () => base({ scope: 'user.read' }),
    hasPage: false,
    answer: () => [
      400,
      'invalid_scope',
      1002012,
      'The provided value for scope user\\.read is not valid\\. Client credential flows must have a scope value with /\\.default suffixed to the resource identifier \\(application ID URI\\)\\.',
    ],
  },
  {
    name: 'no grant type',
    at: 'MicrosoftDocs/azure-docs 43780; microsoftgraph/microsoft-graph-docs-contrib 1369',
    form: () => without('grant_type'),
    answer: () => [
      400,
      'invalid_request',
      900144,
      "The request body must contain the following parameter: 'grant_type'\\.",
    ],
  },
  {
    name: 'an application of its own without a credential',
    at: 'MicrosoftDocs/azure-docs 30777',
    form: () => without('client_secret'),
    answer: () => [
      401,
      'invalid_client',
      7000216,
      "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type\\.",
    ],
  },
  {
    name: 'an application that acts for a person, without a credential',
    at: `${msalMocks}; Azure-Samples/active-directory-dotnetcore-console-up-v2 10`,
    form: () => ({
      ...without('client_secret'),
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      requested_token_use: 'on_behalf_of',
      assertion: 'a.b.c',
    }),
    answer: () => [
      401,
      'invalid_client',
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'\\.",
    ],
  },
  {
    name: 'an assertion that is no JWT',
    at: msalMocks,
    form: async () => ({ ...(await assertionForm()), client_assertion: rig.tenantId }),
    answer: () => [400, 'invalid_request', 50027, 'JWT token is invalid or malformed\\.'],
  },
  ...(['iss', 'aud'] as const).map((field): Case => ({
    name: `an assertion without ${field}`,
    at: msalMocks,
    form: () => assertionForm({ claims: { [field]: undefined } }),
    answer: () => [
      400,
      'invalid_request',
      90014,
      `The required field '${field}' is missing from the credential\\. Ensure that you have all the necessary parameters for the login request\\.`,
    ],
  })),
  {
    name: 'an assertion with a shared key (the list is of what is taken here)',
    at: msalMocks,
    form: () => assertionForm({ alg: 'HS256' }),
    answer: () => [
      401,
      'invalid_client',
      5002738,
      "Invalid JWT token\\. 'HS256' is not a supported signature algorithm\\. Supported signing algorithms are: 'RS256,PS256'",
    ],
  },
  {
    name: 'an assertion that names no key',
    at: msalMocks,
    form: () => assertionForm({ head: {} }),
    answer: () => [
      401,
      'invalid_client',
      5002723,
      'Invalid JWT token\\. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in token header\\.',
    ],
  },
  {
    name: 'an assertion of another time',
    at: 'AzureAD/microsoft-authentication-library-for-java 984 (2025-08-29), …-for-dotnet 4951',
    form: () => assertionForm({ claims: { nbf: 1516239022, exp: 1516239622 } }),
    answer: () => [
      401,
      'invalid_client',
      700024,
      `Client assertion is not within its valid time range\\. Current time: ${instant}, assertion valid from 2018-01-18T01:30:22\\.0000000Z, expiry time of assertion 2018-01-18T01:40:22\\.0000000Z\\.${reviewed}`,
    ],
  },
  {
    name: 'an assertion of another application',
    at: msalMocks,
    form: () => assertionForm({ claims: { iss: rig.bot.appId, sub: rig.bot.appId } }),
    answer: () => [
      401,
      'invalid_client',
      700021,
      `Client assertion application identifier doesn't match 'client_id' parameter\\.${reviewed}`,
    ],
  },
  {
    name: 'an assertion with a certificate that is not registered',
    at: 'AzureAD/microsoft-authentication-library-for-js 8339 (2026-02-18); Azure/azure-sdk-for-net 29007',
    form: () => assertionForm({ head: { x5t: Buffer.alloc(20, 0xab).toString('base64url') } }),
    answer: () => [
      401,
      'invalid_client',
      700027,
      `The certificate with identifier used to sign the client assertion is not registered on application\\. \\[Reason - The key was not found\\., Thumbprint of key used by client: '(AB){20}', ${about(rig.app.appId)}\\. Alternatively, SNI may be configured on the app\\. Please ensure that client assertion is being sent with the x5c claim in the JWT header using MSAL's WithSendX5C\\(\\) method so that Azure Active Directory can validate the certificate being used\\.`,
    ],
  },
  {
    name: 'an assertion that another key has signed',
    at: 'microsoftgraph/msgraph-sdk-php 1585 (the reason, with the key that was found)',
    form: async () => assertionForm({ privateKey: (await clientCertificate()).privateKey }),
    answer: () => [
      401,
      'invalid_client',
      700027,
      `The certificate .+ \\[Reason - Key was found, but use of the key to verify the signature failed\\., Thumbprint of key used by client: '${certificate.sha1.toUpperCase()}', Found key 'Start=${day}, End=${day}', ${about(rig.app.appId)}.+`,
    ],
  },
  {
    name: 'a code that nobody was given',
    at: 'Azure-Samples/ms-identity-dotnet-webapi-azurefunctions 3; MicrosoftDocs/azure-docs 24804',
    form: () =>
      base({ grant_type: 'authorization_code', code: 'invented', redirect_uri: 'http://localhost' }),
    answer: () => [400, 'invalid_grant', 9002313, 'Invalid request\\. Request is malformed or invalid\\.'],
  },
  {
    name: 'a refresh token that nobody was given',
    at: 'MicrosoftDocs/azure-docs 63819; AzureAD/microsoft-authentication-library-for-android 558',
    form: () => base({ grant_type: 'refresh_token', refresh_token: 'invented' }),
    answer: () => [400, 'invalid_grant', 9002313, 'Invalid request\\. Request is malformed or invalid\\.'],
  },
  {
    name: 'on behalf of somebody with a token that has ended',
    at: 'microsoftgraph/msgraph-sdk-dotnet 2551 (2024-06-20)',
    form: async () => ({
      ...base({ client_id: rig.bot.appId, client_secret: rig.bot.secret }),
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      requested_token_use: 'on_behalf_of',
      assertion: await signJwt(
        rig.key,
        { appid: 'x', tid: 'x', oid: HANNA.objectId, scp: 'access_as_user' },
        { issuer: `${rig.base}/${rig.tenantId}/v2.0`, audience: rig.bot.appId, lifeInSeconds: -400 },
      ),
    }),
    answer: () => [
      400,
      'invalid_grant',
      500133,
      `Assertion is not within its valid time range\\. Ensure that the access token is not expired before using it for user assertion, or request a new token\\. Current time: ${instant}, expiry time of assertion ${instant.replace(String.raw`\d{7}`, '0000000')}\\.`,
    ],
  },
];

describe('refused in the words on record', () => {
  test.each(cases)('$name ($at)', async ({ form, answer, hasPage, tenant }) => {
    const got = await rig.post(`/${tenant ?? rig.tenantId}/oauth2/v2.0/token`, await form());
    await expectRefusal(got, answer(), hasPage ?? true);
  });

  test('an address at the redemption that is not the one of the request (snok/django-auth-adfs 354, 2024-10-30)', async () => {
    const asked = 'http://localhost:5000/back';
    const query = new URLSearchParams({
      client_id: rig.app.appId,
      redirect_uri: asked,
      response_type: 'code',
      scope: 'openid',
    });
    const path = `/${rig.tenantId}/oauth2/v2.0/authorize?${query.toString()}`;
    const landed = await rig.post(path, { person: HANNA.objectId });
    const code = new URL(String(landed.headers.location)).searchParams.get('code') ?? '';
    const redirect_uri = `${asked}/?code=x`;
    const got = await rig.token(base({ grant_type: 'authorization_code', code, redirect_uri }));
    const sentence =
      "The reply address 'http://localhost:5000/back/\\?code=x' does not match the reply address 'http://localhost:5000/back' provided when requesting Authorization code\\.";
    await expectRefusal(got, [401, 'invalid_client', 500112, sentence], false);
  });
});

describe('documents and headers as on record (Azure/azure-sdk-for-js, recordings with nock of 2021)', () => {
  test('a token, and a refusal: kept by nobody', async () => {
    for (const form of [base(), base({ client_secret: 'x' })]) {
      const { headers } = await rig.token(form);
      expect(headers).toMatchObject({
        'cache-control': 'no-store, no-cache',
        pragma: 'no-cache',
        expires: '-1',
        'content-type': 'application/json; charset=utf-8',
        'x-content-type-options': 'nosniff',
      });
      // On loopback it would close the plain pages of this machine to browsers.
      expect(headers).not.toHaveProperty('strict-transport-security');
    }
  });

  test('metadata, keys and instance discovery: kept for a day, open to pages of other origins', async () => {
    const paths = [
      `/${rig.tenantId}/v2.0/.well-known/openid-configuration`,
      `/${rig.tenantId}/discovery/v2.0/keys`,
      '/common/discovery/instance?api-version=1.1&authorization_endpoint=x',
    ];
    for (const path of paths)
      expect((await rig.get(path)).headers).toMatchObject({
        'cache-control': 'max-age=86400, private',
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET, OPTIONS',
      });
  });

  test('metadata names no PKCE method and no claim oid (modelcontextprotocol/typescript-sdk 832, 2025-08; akuity/kargo 3359)', async () => {
    const { json } = await rig.get(`/${rig.tenantId}/v2.0/.well-known/openid-configuration`);
    expect(json).not.toHaveProperty('code_challenge_methods_supported');
    expect(json['claims_supported']).toEqual(expect.arrayContaining(['sub', 'tid', 'preferred_username']));
    expect(json['claims_supported']).not.toContain('oid');
    expect(json).toMatchObject({
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      request_uri_parameter_supported: false,
      http_logout_supported: true,
    });
  });

  test('keys say no algorithm (awslabs/aws-jwt-verify 6, auth0/jwks-rsa-java 6, gravitee-io/issues 2491)', async () => {
    const { json } = await rig.get(`/${rig.tenantId}/discovery/v2.0/keys`);
    const [key] = json['keys'] as object[];
    expect(Object.keys(key ?? {}).sort()).toEqual(['e', 'issuer', 'kid', 'kty', 'n', 'use', 'x5t']);
  });
});
