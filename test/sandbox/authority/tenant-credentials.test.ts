/**
 * Secrets and certificates that somebody puts into the tenant over Graph sign in at the authority, for msal-node as it ships; what
 * is taken away, ended, disabled or deleted no longer does.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Configuration } from '@azure/msal-node';
import { decodeJwt } from 'jose';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { graphAppId, roleOfName } from '../../../sandbox/graph/permissions/graph-permissions.js';
import { parseOptions } from '../../../sandbox/options.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import type { RunningSandbox } from '../../../sandbox/sandbox.js';
import type { Body } from '../graph/harness.js';
import { msalClient, refusalOf } from './msal-client.js';
import { clientCertificate, send } from './rig.js';

const GRAPH_SCOPES = { scopes: ['https://graph.microsoft.com/.default'] };
const needed = [
  'Application.ReadWrite.All',
  'AppRoleAssignment.ReadWrite.All',
  'Directory.ReadWrite.All',
  'AuditLog.Read.All',
];

let folder: string;
let sandbox: RunningSandbox;
let ca: string;
let bearer: string;

const open = async (): Promise<void> => {
  sandbox = await startSandbox(
    parseOptions(['--users', '20', '--any-ports', '--data', folder]),
    () => undefined,
  );
  ca = readFileSync(sandbox.ready.caFile, 'utf8');
  await control('damage', { do: 'setPermissions', app: sandbox.ready.clientId, permissions: needed });
  bearer = await tokenOf(sandbox.ready.clientId, { clientSecret: sandbox.ready.clientSecret });
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenant-credentials-'));
  await open();
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const asking = (clientId: string, auth: Partial<Configuration['auth']>, scopes = GRAPH_SCOPES) => {
  const { authority: base, tenantId } = sandbox.ready;
  const target = { base, tenantId, ca, app: { appId: clientId } };
  return msalClient(target, auth).acquireTokenByClientCredential(scopes);
};
const tokenOf = async (...asked: Parameters<typeof asking>): Promise<string> =>
  (await asking(...asked))?.accessToken ?? '';
const refused = async (...asked: Parameters<typeof asking>): Promise<string> => {
  const { errorCode, errorMessage } = await refusalOf(asking(...asked));
  return `${errorCode} ${/AADSTS\d+/.exec(errorMessage)?.[0]}`;
};

const control = async (path: string, body: object): Promise<void> => {
  const headers = { 'content-type': 'application/json' };
  const url = `${sandbox.ready.control}/_sandbox/${path}`;
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
};

/** Asks Graph as the sandbox's own application unless another token is given. @returns the body */
async function graph(
  method: string,
  path: string,
  body?: object,
  { as = bearer, status = method === 'GET' ? 200 : 204 }: { as?: string; status?: number } = {},
): Promise<Body> {
  const headers = { authorization: `Bearer ${as}`, 'content-type': 'application/json' };
  const text = body === undefined ? '' : JSON.stringify(body);
  const answer = await send(ca, method, `${sandbox.ready.graph}/v1.0${path}`, headers, text);
  expect([path, answer.status, answer.json['error']]).toEqual([path, status, answer.json['error']]);
  return answer.json;
}

const make = (path: string, body: object): Promise<Body> => graph('POST', path, body, { status: 201 });
const act = (path: string, body: object = {}): Promise<Body> => graph('POST', path, body, { status: 200 });

/** An application with its service principal, which holds these permissions of Microsoft Graph. */
async function application(permissions: readonly string[] = [], more: object = {}) {
  const app = await make('/applications', { displayName: 'Made over Graph', ...more });
  const principal = await make('/servicePrincipals', { appId: app.appId });
  const resource = await graph('GET', `/servicePrincipals(appId='${graphAppId}')?$select=id`);
  for (const name of permissions)
    await make(`/servicePrincipals/${principal.id}/appRoleAssignments`, {
      principalId: principal.id,
      resourceId: resource.id,
      appRoleId: roleOfName(name),
    });
  return { app, principal, appId: String(app.appId) };
}

const addSecret = async (path: string, passwordCredential: object = {}): Promise<Body> =>
  act(`${path}/addPassword`, { passwordCredential });

const keyOf = (pem: string): string => pem.replace(/-----[^-]+-----|\s/g, '');
const verifying = (pem: string, more: object = {}) => ({
  type: 'AsymmetricX509Cert',
  usage: 'Verify',
  key: keyOf(pem),
  ...more,
});

describe('FACTS §5, §18 a secret made over Graph', () => {
  test('signs in as its application, with its app role assignments as permissions', async () => {
    const { app, principal, appId } = await application(['User.Read.All', 'Group.Read.All']);
    const { secretText } = await addSecret(`/applications/${app.id}`);
    const token = await tokenOf(appId, { clientSecret: secretText });
    expect(decodeJwt(token)).toMatchObject({
      appid: appId,
      azpacr: '1',
      oid: principal.id,
      app_displayname: 'Made over Graph',
      roles: ['Group.Read.All', 'User.Read.All'],
    });
    await graph('GET', '/users?$top=1', undefined, { as: token });
    await graph('GET', '/applications', undefined, { as: token, status: 403 });
  });

  test('carries no roles while it is granted none, and those of another application for its audience', async () => {
    const role = {
      id: '0f000000-0000-4000-8000-00000000000a',
      allowedMemberTypes: ['Application'],
      displayName: 'Write orders',
      description: 'Write orders',
      isEnabled: true,
      value: 'Orders.Write',
    };
    const api = await application([], { appRoles: [role] });
    const uri = `api://${api.appId}`;
    await graph('PATCH', `/applications/${api.app.id}`, { identifierUris: [uri] });
    const { app, principal, appId } = await application();
    const { secretText } = await addSecret(`/applications/${app.id}`);
    expect(decodeJwt(await tokenOf(appId, { clientSecret: secretText }))).not.toHaveProperty('roles');
    await make(`/servicePrincipals/${principal.id}/appRoleAssignments`, {
      principalId: principal.id,
      resourceId: api.principal.id,
      appRoleId: role.id,
    });
    const token = await tokenOf(appId, { clientSecret: secretText }, { scopes: [`${uri}/.default`] });
    expect(decodeJwt(token)).toMatchObject({ aud: api.appId, roles: ['Orders.Write'] });
  });

  test('may stand at the service principal, or be made along with the application', async () => {
    const { app, principal, appId } = await application([], { passwordCredentials: [{ displayName: 'a' }] });
    const added = await addSecret(`/servicePrincipals/${principal.id}`);
    for (const clientSecret of [app.passwordCredentials[0].secretText, added.secretText])
      expect(decodeJwt(await tokenOf(appId, { clientSecret }))['appid']).toBe(appId);
  });

  test('no longer signs in when it is removed, by removePassword or by an update', async () => {
    const { app, appId } = await application();
    const [one, other] = [
      await addSecret(`/applications/${app.id}`),
      await addSecret(`/applications/${app.id}`),
    ];
    await graph('POST', `/applications/${app.id}/removePassword`, { keyId: one.keyId });
    expect(await refused(appId, { clientSecret: one.secretText })).toBe('invalid_client AADSTS7000215');
    expect(await tokenOf(appId, { clientSecret: other.secretText })).not.toBe('');
    await graph('PATCH', `/applications/${app.id}`, { passwordCredentials: [] });
    expect(await refused(appId, { clientSecret: other.secretText })).toBe('invalid_client AADSTS7000215');
  });

  test('is told to the audit log by name and id, neither in clear nor as the digest that is kept', async () => {
    const { app } = await application();
    const { secretText, keyId } = await addSecret(`/applications/${app.id}`, { displayName: 'kept' });
    await graph('PATCH', `/applications/${app.id}`, {
      passwordCredentials: [{ keyId }, { displayName: 'another' }],
    });
    const filter = encodeURIComponent(`targetResources/any(t:t/id eq '${app.id}')`);
    const audits = await graph('GET', `/auditLogs/directoryAudits?$filter=${filter}`);
    const told = JSON.stringify(audits.value);
    expect(told).toContain('Certificates and secrets management');
    expect(told).toContain(keyId);
    expect(told).not.toContain(secretText);
    expect(told).not.toContain('~');
  });

  test('its id is not taken for it, nor is the secret of another application', async () => {
    const [mine, yours] = [await application(), await application()];
    const { keyId } = await addSecret(`/applications/${mine.app.id}`);
    const { secretText } = await addSecret(`/applications/${yours.app.id}`);
    for (const clientSecret of [keyId, secretText])
      expect(await refused(mine.appId, { clientSecret })).toBe('invalid_client AADSTS7000215');
  });

  test('is kept by the data folder as a digest only, and signs in after the next start', async () => {
    const { app, appId } = await application();
    const { secretText } = await addSecret(`/applications/${app.id}`);
    await sandbox.close();
    const texts = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    expect(texts.some((text) => text.includes(appId))).toBe(true);
    expect(texts.filter((text) => text.includes(secretText))).toEqual([]);
    await open();
    expect(decodeJwt(await tokenOf(appId, { clientSecret: secretText }))['appid']).toBe(appId);
  });

  test('that has ended is told as ended, not as wrong', async () => {
    const { app, appId } = await application();
    const soon = new Date(sandbox.world()?.clock.now().getTime() ?? 0);
    soon.setUTCDate(soon.getUTCDate() + 1);
    const { secretText } = await addSecret(`/applications/${app.id}`, { endDateTime: soon.toISOString() });
    expect(await tokenOf(appId, { clientSecret: secretText })).not.toBe('');
    await control('advance', { by: '2d' });
    const refusal = await refusalOf(asking(appId, { clientSecret: secretText }));
    expect(refusal.errorMessage).toContain(
      `AADSTS7000222: The provided client secret keys for app '${appId}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`,
    );
    expect(await refused(appId, { clientSecret: 'never one' })).toBe('invalid_client AADSTS7000215');
  });
});

describe('FACTS §5 a certificate put into keyCredentials', () => {
  test('signs assertions with PS256 and RS256, named by either thumbprint', async () => {
    const { app, appId } = await application(['User.Read.All']);
    const { pem, privateKey, sha1, sha256 } = await clientCertificate();
    await graph('PATCH', `/applications/${app.id}`, { keyCredentials: [verifying(pem)] });
    for (const thumbprint of [{ thumbprintSha256: sha256 }, { thumbprint: sha1 }]) {
      const token = await tokenOf(appId, { clientCertificate: { privateKey, ...thumbprint } });
      expect(decodeJwt(token)).toMatchObject({ appid: appId, azpacr: '2', roles: ['User.Read.All'] });
    }
    await graph('PATCH', `/applications/${app.id}`, { keyCredentials: [] });
    const gone = await refusalOf(
      asking(appId, { clientCertificate: { privateKey, thumbprintSha256: sha256 } }),
    );
    expect(gone.errorMessage).toMatch(/AADSTS700027.+The key was not found\./s);
  });

  test('of another use than to verify proves nothing, nor does one that has ended', async () => {
    const { app, appId } = await application();
    const { pem, privateKey, sha256 } = await clientCertificate();
    const clientCertificate256 = { clientCertificate: { privateKey, thumbprintSha256: sha256 } };
    await graph('PATCH', `/applications/${app.id}`, { keyCredentials: [verifying(pem, { usage: 'Sign' })] });
    expect(await refused(appId, clientCertificate256)).toBe('invalid_client AADSTS700027');
    const ended = { startDateTime: '2024-01-01T00:00:00Z', endDateTime: '2025-01-01T00:00:00Z' };
    await graph('PATCH', `/applications/${app.id}`, { keyCredentials: [verifying(pem, ended)] });
    const refusal = await refusalOf(asking(appId, clientCertificate256));
    expect(refusal.errorMessage).toMatch(
      /AADSTS700027.+The key used is expired\.,.+Found key 'Start=01\/01\/2024 00:00:00, End=01\/01\/2025 00:00:00'/s,
    );
  });
});

describe('FACTS §5, §10 an application that may not sign in', () => {
  test('has no service principal in the tenant', async () => {
    const app = await make('/applications', { displayName: 'Alone' });
    const { secretText } = await addSecret(`/applications/${app.id}`);
    const refusal = await refusalOf(asking(app.appId, { clientSecret: secretText }));
    expect(refusal.errorMessage).toContain(
      `AADSTS7000229: The client application ${app.appId} is missing service principal in the tenant ${sandbox.ready.tenantId}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119`,
    );
    await make('/servicePrincipals', { appId: app.appId });
    expect(await tokenOf(app.appId, { clientSecret: secretText })).not.toBe('');
  });

  test('lies in the bin, and signs in again when it and its service principal are restored', async () => {
    const { app, principal, appId } = await application(['User.Read.All']);
    const clientSecret = (await addSecret(`/applications/${app.id}`)).secretText;
    await graph('DELETE', `/applications/${app.id}`);
    expect(await refused(appId, { clientSecret })).toBe('unauthorized_client AADSTS700016');
    await act(`/directory/deletedItems/${app.id}/restore`);
    expect(await refused(appId, { clientSecret })).toBe('invalid_client AADSTS7000229');
    await act(`/directory/deletedItems/${principal.id}/restore`);
    expect(decodeJwt(await tokenOf(appId, { clientSecret }))['roles']).toEqual(['User.Read.All']);
  });

  test('is disabled', async () => {
    const { app, principal, appId } = await application();
    const clientSecret = (await addSecret(`/applications/${app.id}`)).secretText;
    await graph('PATCH', `/servicePrincipals/${principal.id}`, { accountEnabled: false });
    expect(await refused(appId, { clientSecret })).toBe('unauthorized_client AADSTS7000112');
    await graph('PATCH', `/servicePrincipals/${principal.id}`, { accountEnabled: true });
    expect(await tokenOf(appId, { clientSecret })).not.toBe('');
  });
});

test('nothing of all this was a request or an answer that Microsoft does not describe', () => {
  expect(sandbox.world()?.tenant.stats().violations).toEqual([]);
});
