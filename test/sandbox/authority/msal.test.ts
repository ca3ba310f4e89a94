import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Configuration } from '@azure/msal-node';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { msalClient, refusalOf } from './msal-client.js';
import { clientCertificate, startAuthority } from './rig.js';
import type { AuthorityRig } from './rig.js';

let rig: AuthorityRig;
beforeAll(async () => {
  rig = await startAuthority();
});
afterAll(() => rig.close());

const GRAPH_SCOPES = { scopes: ['https://graph.microsoft.com/.default'] };

const client = (auth: Partial<Configuration['auth']>) => msalClient(rig, auth);

describe('msal-node against the authority', () => {
  test('[T1] gets an app-only token by secret, signed by the published key, with the app’s permissions', async () => {
    const got = await client({ clientSecret: rig.app.secret }).acquireTokenByClientCredential(GRAPH_SCOPES);
    const token = got?.accessToken ?? '';
    const keys = await rig.get(`/${rig.tenantId}/discovery/v2.0/keys`);
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys.json as unknown as JSONWebKeySet), {
      issuer: `${rig.base}/${rig.tenantId}/v2.0`,
      audience: 'https://graph.microsoft.com',
    });
    expect(payload).toMatchObject({
      appid: rig.app.appId,
      azp: rig.app.appId,
      azpacr: '1',
      tid: rig.tenantId,
      idtyp: 'app',
      ver: '2.0',
      roles: ['User.Read.All', 'Group.Read.All'],
    });
    expect(payload.sub).toBe(payload['oid']);
    for (const claim of ['aio', 'rh', 'uti', 'iat', 'nbf', 'exp']) expect(payload).toHaveProperty(claim);
    const seconds = ((got?.expiresOn?.getTime() ?? 0) - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(3000);
  });

  test('[T1] gets a token by certificate, by either thumbprint (PS256 and RS256)', async () => {
    const certificate = await clientCertificate();
    rig.app.certificates.push(certificate.pem);
    for (const thumbprint of [
      { thumbprintSha256: certificate.sha256 },
      { thumbprint: certificate.sha1, x5c: certificate.pem },
    ]) {
      const asking = client({ clientCertificate: { privateKey: certificate.privateKey, ...thumbprint } });
      const got = await asking.acquireTokenByClientCredential(GRAPH_SCOPES);
      expect(decodeJwt(got?.accessToken ?? '')).toMatchObject({ appid: rig.app.appId, azpacr: '2' });
      expect(decodeProtectedHeader(got?.accessToken ?? '')).toMatchObject({ alg: 'RS256', kid: rig.key.kid });
    }
  });

  test('gives a token for the Bot Framework, which is none for Graph', async () => {
    const asking = client({ clientId: rig.bot.appId, clientSecret: rig.bot.secret });
    const got = await asking.acquireTokenByClientCredential({
      scopes: ['https://api.botframework.com/.default'],
    });
    const bearer = `Bearer ${got?.accessToken}`;
    expect(decodeJwt(got?.accessToken ?? '')).not.toHaveProperty('roles');
    expect(await rig.authority.verifyConnectorToken(bearer)).toBe(true);
    expect(await rig.authority.verifyAccessToken(bearer)).toEqual({
      failure: 'Access token validation failure. Invalid audience.',
    });
  });

  test('a permission added to the application is in the next token', async () => {
    rig.app.permissions.push('User.ReadWrite.All');
    const got = await client({ clientSecret: rig.app.secret }).acquireTokenByClientCredential(GRAPH_SCOPES);
    expect(decodeJwt(got?.accessToken ?? '')['roles']).toContain('User.ReadWrite.All');
    rig.app.permissions.pop();
  });

  test('finds the tenant by its domain too', async () => {
    const asking = client({ clientSecret: rig.app.secret, authority: `${rig.base}/contoso.example` });
    const got = await asking.acquireTokenByClientCredential(GRAPH_SCOPES);
    expect(decodeJwt(got?.accessToken ?? '')['tid']).toBe(rig.tenantId);
  });

  test('is told a wrong secret as Entra tells it', async () => {
    const asking = client({ clientSecret: 'wrong' }).acquireTokenByClientCredential(GRAPH_SCOPES);
    const refusal = await refusalOf(asking);
    expect(refusal.errorCode).toBe('invalid_client');
    expect(refusal.errorMessage).toContain('AADSTS7000215: Invalid client secret provided.');
  });

  test('is told an unknown application, tenant and resource', async () => {
    const nobody = '99999999-9999-4999-8999-999999999999';
    const secret = { clientSecret: rig.app.secret };
    const unknownApp = client({ clientId: nobody, ...secret }).acquireTokenByClientCredential(GRAPH_SCOPES);
    expect((await refusalOf(unknownApp)).errorMessage).toContain('AADSTS700016');
    const unknownResource = client(secret).acquireTokenByClientCredential({
      scopes: ['https://nowhere.example/.default'],
    });
    expect((await refusalOf(unknownResource)).errorMessage).toContain('AADSTS500011');
    const elsewhere = client({ ...secret, authority: `${rig.base}/${nobody}` });
    await expect(elsewhere.acquireTokenByClientCredential(GRAPH_SCOPES)).rejects.toThrow();
  });

  test('is told a certificate that is not registered, and one that has expired', async () => {
    const strange = await clientCertificate();
    const expired = await clientCertificate(-1);
    rig.app.certificates.push(expired.pem);
    for (const [certificate, reason] of [
      [strange, 'The key was not found.'],
      [expired, 'The key used is expired.'],
    ] as const) {
      const asking = client({
        clientCertificate: { privateKey: certificate.privateKey, thumbprintSha256: certificate.sha256 },
      });
      const refusal = await refusalOf(asking.acquireTokenByClientCredential(GRAPH_SCOPES));
      expect(refusal.errorMessage).toContain('AADSTS700027');
      expect(refusal.errorMessage).toContain(reason);
    }
  });
});
