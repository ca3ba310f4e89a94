import { beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { loadX509 } from '../../../sandbox/x509.js';
import type { Body, Client } from './harness.js';
import { error, openScene, userRole } from './scene.js';

let client: Client;
let key: string;

beforeEach(async () => {
  ({ client } = await openScene());
  client.allow('Application.ReadWrite.All');
  const x509 = await loadX509();
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'C=DE, ST=Berlin, O=Northwind, CN=backup',
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2027-01-01T00:00:00Z'),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    keys,
  });
  key = Buffer.from(certificate.rawData).toString('base64');
});

const create = async (more: object): Promise<Body> =>
  (await client.post('/applications', { displayName: 'App', ...more })).body;

describe('FACTS §5, §18 certificates of an application', () => {
  const credential = (more: object = {}) => ({ type: 'AsymmetricX509Cert', usage: 'Verify', key, ...more });

  test('are named by subject and SHA-1, dated by themselves, and shown without their key', async () => {
    const app = await create({ keyCredentials: [credential()] });
    const sha1 = createHash('sha1').update(Buffer.from(key, 'base64')).digest('hex').toUpperCase();
    expect(app.keyCredentials[0]).toMatchObject({
      displayName: 'CN=backup, O=Northwind, S=Berlin, C=DE',
      customKeyIdentifier: sha1,
      startDateTime: '2026-01-01T00:00:00Z',
      endDateTime: '2027-01-01T00:00:00Z',
      key: null,
    });
  });

  test('the key comes with $select on one object, not in a list, and goes back as it was', async () => {
    const app = await create({ keyCredentials: [credential()] });
    const one = (await client.get(`/applications/${app.id}?$select=keyCredentials`)).body;
    expect(one.keyCredentials[0].key).toBe(key);
    const listed = await client.all('/applications?$select=id,keyCredentials');
    expect(listed.find((item) => item.id === app.id).keyCredentials[0].key).toBeNull();
    const bare = { ...one.keyCredentials[0], key: undefined, displayName: 'renamed' };
    expect((await client.patch(`/applications/${app.id}`, { keyCredentials: [bare] })).status).toBe(204);
    const after = (await client.get(`/applications/${app.id}?$select=keyCredentials`)).body;
    expect(after.keyCredentials[0]).toMatchObject({ displayName: 'renamed', key });
  });

  test.each([
    ['without a key', { type: 'AsymmetricX509Cert', usage: 'Verify' }],
    ['with bytes that are no certificate', { type: 'AsymmetricX509Cert', usage: 'Verify', key: 'AAAA' }],
    ['of an unknown type', { type: 'Rsa', usage: 'Verify', key: 'AAAA' }],
  ])('one %s is refused', async (_what, bad) => {
    expect((await client.post('/applications', { displayName: 'A', keyCredentials: [bad] })).status).toBe(
      400,
    );
  });
});

describe('FACTS §5, §16.12 secrets of an application', () => {
  test('stand in the answer that makes them and nowhere else', async () => {
    const app = await create({ passwordCredentials: [{ displayName: 'at create' }] });
    expect(app.passwordCredentials[0].secretText).toMatch(/^\S{30,}$/);
    const made = (
      await client.post(`/applications/${app.id}/addPassword`, {
        passwordCredential: { displayName: 'later' },
      })
    ).body;
    expect(made.hint).toBe(made.secretText.slice(0, 3));
    const read = (await client.get(`/applications/${app.id}`)).body.passwordCredentials;
    expect(read.map((one: Body) => [one.displayName, one.secretText])).toEqual([
      ['at create', null],
      ['later', null],
    ]);
    const removed = await client.post(`/applications/${app.id}/removePassword`, { keyId: made.keyId });
    expect(removed.status).toBe(204);
    expect((await client.get(`/applications/${app.id}`)).body.passwordCredentials).toHaveLength(1);
  });

  test.each([
    ['a secret of the caller’s own', { secretText: 'mine' }],
    [
      'an end before the start',
      { startDateTime: '2027-01-01T00:00:00Z', endDateTime: '2026-01-01T00:00:00Z' },
    ],
    ['a member that is not there', { secret: 'x' }],
  ])('%s is refused', async (_what, passwordCredential) => {
    const app = await create({});
    const reply = await client.post(`/applications/${app.id}/addPassword`, { passwordCredential });
    expect(reply.status).toBe(400);
  });

  test('FACTS §13 an application with too many entries is refused as too large', async () => {
    const tags = Array.from({ length: 1201 }, (_, i) => `t${i}`);
    const reply = await client.post('/applications', { displayName: 'A', tags });
    expect([reply.status, error(reply.body)[0]]).toEqual([403, 'Directory_ResourceSizeExceeded']);
  });
});

describe('FACTS §18 what an application reads back', () => {
  test('optional claims gain their empty members, roles their origin', async () => {
    const app = await create({
      optionalClaims: { idToken: [{ name: 'auth_time' }] },
      appRoles: [userRole],
    });
    expect(app.optionalClaims).toEqual({
      accessToken: [],
      idToken: [{ additionalProperties: [], essential: false, name: 'auth_time', source: null }],
      saml2Token: [],
    });
    expect(app.appRoles[0].origin).toBe('Application');
  });

  test('federated credentials: unique by name and by issuer with subject', async () => {
    const app = await create({});
    const path = `/applications/${app.id}/federatedIdentityCredentials`;
    const one = { name: 'ci', issuer: 'https://ci.example', subject: 'main', audiences: ['api://x'] };
    expect((await client.post(path, one)).status).toBe(201);
    expect((await client.post(path, one)).status).toBe(400);
    expect((await client.post(path, { ...one, name: 'other' })).status).toBe(400);
    expect((await client.post(path, { ...one, name: 'other', subject: 'dev' })).status).toBe(201);
  });
});
