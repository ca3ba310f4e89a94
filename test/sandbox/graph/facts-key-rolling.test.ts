/**
 * An application rolls its own certificates (Microsoft's pages on addKey, removeKey and proof of possession tokens): the answers to a
 * wrong proof are those of microsoft-graph-docs issues 10686, 14626 and 22076.
 */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import { clientCertificate, type ClientCertificate } from '../authority/rig.js';
import { startTenant, type Body, type Client } from './harness.js';
import { error } from './scene.js';

const graph = '00000003-0000-0000-c000-000000000000';
let client: Client;
let app: Body;
let [held, next]: ClientCertificate[] = [];

beforeAll(async () => {
  [held, next] = [await clientCertificate(), await clientCertificate()];
});

beforeEach(async () => {
  client = await startTenant({ contract: loadContract(findContractDir()), at: Date.now() });
  client.allow('Application.ReadWrite.All');
  app = await client.make('/applications', { displayName: 'A', keyCredentials: [verifying(held?.pem)] });
  await client.make('/servicePrincipals', { appId: app.appId });
});

const verifying = (pem = '', more: object = {}) => ({
  type: 'AsymmetricX509Cert',
  usage: 'Verify',
  key: pem.replace(/-----[^-]+-----|\s/g, ''),
  ...more,
});

interface Wanted {
  readonly by?: ClientCertificate | undefined;
  readonly alg?: string;
  readonly lifeInSeconds?: number;
  readonly from?: number;
  readonly claims?: Record<string, unknown>;
}

function proof({ by = held, alg = 'RS256', lifeInSeconds = 600, from, claims }: Wanted = {}) {
  const nbf = from ?? Math.floor(Date.now() / 1000);
  return new SignJWT({ aud: graph, iss: app.id, nbf, exp: nbf + lifeInSeconds, ...claims })
    .setProtectedHeader({ alg })
    .sign(createPrivateKey(by?.privateKey ?? ''));
}

const addKey = async (more: object = {}, token?: string) =>
  client.post(`/applications/${app.id}/addKey`, {
    keyCredential: verifying(next?.pem),
    passwordCredential: null,
    proof: token ?? (await proof()),
    ...more,
  });
const names = async (): Promise<string[]> =>
  (await client.get(`/applications/${app.id}`)).body.keyCredentials.map(
    (one: Body) => one.customKeyIdentifier,
  );
const sha1 = (of: ClientCertificate | undefined): string =>
  new X509Certificate(of?.pem ?? '').fingerprint.replaceAll(':', '');

describe('FACTS §5 addKey', () => {
  test('adds a certificate beside those that are there, and tells it without its key', async () => {
    const reply = await addKey();
    expect([reply.status, reply.headers['location']]).toEqual([200, 'https://graph.microsoft.com']);
    expect(reply.body).toMatchObject({
      '@odata.context': 'https://graph.test/v1.0/$metadata#microsoft.graph.keyCredential',
      customKeyIdentifier: sha1(next),
      displayName: 'CN=entra-rewind-test',
      type: 'AsymmetricX509Cert',
      usage: 'Verify',
      key: null,
    });
    expect(await names()).toEqual([sha1(held), sha1(next)]);
    const whole = (await client.get(`/applications/${app.id}?$select=keyCredentials`)).body;
    expect(whole.keyCredentials.map((one: Body) => one.key)).toEqual([
      verifying(held?.pem).key,
      verifying(next?.pem).key,
    ]);
    expect(client.tenant.stats().violations).toEqual([]);
  });

  test.each([
    ['PS256', { alg: 'PS256' }],
    ['the audience that the page named before', { claims: { aud: '00000002-0000-0000-c000-000000000000' } }],
  ])('takes a proof with %s', async (_what, wanted) => {
    expect((await addKey({}, await proof(wanted))).status).toBe(200);
  });

  test('by appId, and by the key that was added just now', async () => {
    await addKey();
    const reply = await client.post(`/applications(appId='${app.appId}')/removeKey`, {
      keyId: app.keyCredentials[0].keyId,
      proof: await proof({ by: next }),
    });
    expect(reply.status).toBe(204);
    expect(await names()).toEqual([sha1(next)]);
  });

  test.each<[string, () => Wanted]>([
    ['signed with another key', () => ({ by: next })],
    ['by the appId in place of the object id', () => ({ claims: { iss: app.appId } })],
    ['for another audience', () => ({ claims: { aud: 'https://graph.microsoft.com' } })],
    ['of more than ten minutes', () => ({ lifeInSeconds: 601 })],
    ['that has ended', () => ({ from: Math.floor(Date.now() / 1000) - 3600 })],
    ['that is not valid yet', () => ({ from: Math.floor(Date.now() / 1000) + 3600 })],
    ['without a beginning', () => ({ claims: { nbf: undefined } })],
    ['signed in another way', () => ({ alg: 'RS512' })],
  ])('refuses a proof %s', async (_what, wanted) => {
    const reply = await addKey({}, await proof(wanted()));
    expect([reply.status, ...error(reply.body)]).toEqual([
      401,
      'Authentication_MissingOrMalformed',
      'Access Token missing or malformed.',
    ]);
    expect(await names()).toEqual([sha1(held)]);
  });

  test.each(['no token', 'a.b.c', ''])('refuses the proof %j', async (token) => {
    expect((await addKey({}, token)).status).toBe(401);
  });

  test('an application without a certificate that is valid now cannot use it', async () => {
    const ended = { startDateTime: '2024-01-01T00:00:00Z', endDateTime: '2025-01-01T00:00:00Z' };
    await client.patch(`/applications/${app.id}`, { keyCredentials: [verifying(held?.pem, ended)] });
    expect((await addKey()).status).toBe(401);
    await client.patch(`/applications/${app.id}`, { keyCredentials: [] });
    expect((await addKey()).status).toBe(401);
  });

  test.each([
    ['a certificate to sign with', () => ({ keyCredential: verifying(next?.pem, { usage: 'Sign' }) })],
    ['bytes that are no certificate', () => ({ keyCredential: { ...verifying(), key: 'AAAA' } })],
    ['nothing', () => ({ keyCredential: null })],
  ])('refuses %s', async (_what, more) => {
    expect((await addKey(more())).status).toBe(400);
    expect(await names()).toEqual([sha1(held)]);
  });
});

describe('FACTS §5 removeKey', () => {
  test('takes a key that is not there for a wrong request', async () => {
    const keyId = '0f000000-0000-4000-8000-00000000000b';
    const reply = await client.post(`/applications/${app.id}/removeKey`, { keyId, proof: await proof() });
    expect([reply.status, error(reply.body)[0]]).toEqual([400, 'Request_BadRequest']);
  });
});

describe('who may roll keys', () => {
  test('the application itself, without any permission', async () => {
    client.permissions = [];
    client.appId = app.appId;
    const added = await addKey();
    expect(added.status).toBe(200);
    const { keyId } = added.body;
    const removed = await client.post(`/applications/${app.id}/removeKey`, { keyId, proof: await proof() });
    expect(removed.status).toBe(204);
  });

  test('nobody else without one, whatever the proof', async () => {
    client.permissions = [];
    const reply = await addKey();
    expect([reply.status, error(reply.body)[0]]).toEqual([403, 'Authorization_RequestDenied']);
  });
});
