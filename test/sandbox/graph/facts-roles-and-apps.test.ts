import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Body, Client } from './harness.js';
import { openScene } from './scene.js';

let client: Client;
let ada: Body;
let bob: Body;
let group: Body;

beforeEach(async () => {
  ({ client, ada, bob, group } = await openScene());
});

describe('FACTS §4–§8 roles, policies, applications, authentication methods', () => {
  test('role assignments: conflict, latent while the principal is deleted, gone with a purge', async () => {
    client.allow('RoleManagement.ReadWrite.Directory');
    const body = {
      principalId: bob.id,
      roleDefinitionId: '88d8e3e3-8f55-4a1e-953a-9b9898b8876b',
      directoryScopeId: '/',
    };
    expect((await client.post('/roleManagement/directory/roleAssignments', body)).status).toBe(201);
    expect((await client.post('/roleManagement/directory/roleAssignments', body)).status).toBe(400);
    const held = () =>
      client.all(`/roleManagement/directory/roleAssignments?$filter=principalId eq '${bob.id}'`);
    expect(await held()).toHaveLength(1);
    await client.delete(`/users/${bob.id}`);
    expect(await held()).toHaveLength(0);
    await client.post(`/directory/deletedItems/${bob.id}/restore`);
    expect(await held()).toHaveLength(1);
  });

  test('Conditional Access: two permissions, unknown references refused, soft delete; a location comes back not trusted', async () => {
    await client.tenant.damage({ do: 'switch', name: 'conditionalAccessBurst', value: 100 });
    const policy = {
      displayName: 'P',
      state: 'disabled',
      conditions: {
        clientAppTypes: ['all'],
        applications: { includeApplications: ['All'] },
        users: { includeUsers: ['None'], includeGroups: [group.id] },
      },
      grantControls: { operator: 'OR', builtInControls: ['mfa'] },
    };
    const base = '/identity/conditionalAccess';
    expect((await client.post(`${base}/policies`, policy)).status).toBe(403);
    client.allow('Policy.ReadWrite.ConditionalAccess');
    const made = await client.post(`${base}/policies`, policy);
    expect(made.status).toBe(201);
    const broken = { ...policy, conditions: { ...policy.conditions, users: { includeGroups: [ada.id] } } };
    expect((await client.post(`${base}/policies`, broken)).body.error.message).toContain('1040');
    expect((await client.delete(`${base}/policies/${made.body.id}`)).status).toBe(204);
    expect((await client.get(`${base}/deletedItems/policies`)).body.value).toHaveLength(1);
    expect((await client.post(`${base}/deletedItems/policies/${made.body.id}/restore`)).status).toBe(200);
    const location = (
      await client.post(`${base}/namedLocations`, {
        '@odata.type': '#microsoft.graph.ipNamedLocation',
        displayName: 'L',
        isTrusted: true,
        ipRanges: [{ '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: '192.0.2.0/24' }],
      })
    ).body;
    expect((await client.delete(`${base}/namedLocations/${location.id}`)).status).toBe(400);
    await client.patch(`${base}/namedLocations/${location.id}`, {
      '@odata.type': '#microsoft.graph.ipNamedLocation',
      isTrusted: false,
    });
    expect((await client.delete(`${base}/namedLocations/${location.id}`)).status).toBe(204);
    const back = await client.post(`${base}/deletedItems/namedLocations/${location.id}/restore`);
    expect(back.body.isTrusted).toBe(false);
  });

  test('an application takes its service principal to the bin, but not back', async () => {
    client.allow('Application.ReadWrite.All');
    const app = (await client.post('/applications', { displayName: 'App' })).body;
    const principal = (await client.post('/servicePrincipals', { appId: app.appId })).body;
    expect(Object.keys(app).filter((key) => !key.startsWith('@'))).toHaveLength(38);
    expect(Object.keys(principal).filter((key) => !key.startsWith('@'))).toHaveLength(36);
    const secret = await client.post(`/applications/${app.id}/addPassword`, {
      passwordCredential: { displayName: 's' },
    });
    expect(secret.body.secretText.startsWith(secret.body.hint)).toBe(true);
    expect((await client.get(`/applications/${app.id}`)).body.passwordCredentials[0].secretText).toBeNull();
    expect((await client.get(`/applications/${app.appId}`)).status).toBe(404);
    expect((await client.get(`/applications(appId='${app.appId}')`)).status).toBe(200);
    await client.delete(`/applications/${app.id}`);
    expect((await client.get(`/servicePrincipals/${principal.id}`)).status).toBe(404);
    await client.post(`/directory/deletedItems/${app.id}/restore`);
    expect((await client.get(`/applications/${app.id}`)).status).toBe(200);
    expect((await client.get(`/servicePrincipals/${principal.id}`)).status).toBe(404);
  });

  test('a Temporary Access Pass is shown once, one a user, not for guests, and gone with a deletion', async () => {
    const path = `/users/${ada.id}/authentication/temporaryAccessPassMethods`;
    const made = await client.post(path, { lifetimeInMinutes: 60, isUsableOnce: true });
    expect(made.status).toBe(201);
    expect(made.body.temporaryAccessPass).toHaveLength(8);
    const listed = (await client.get(path)).body.value;
    expect(listed[0]).toMatchObject({
      temporaryAccessPass: null,
      isUsable: true,
      methodUsabilityReason: 'EnabledByPolicy',
    });
    expect((await client.post(path, {})).status).toBe(400);
    expect(
      (
        await client.post(`/users/${bob.id}/authentication/temporaryAccessPassMethods`, {
          lifetimeInMinutes: 5,
        })
      ).status,
    ).toBe(400);
    await client.clock.advance(3600 * 1000);
    expect((await client.get(path)).body.value[0].methodUsabilityReason).toBe('Expired');
    await client.tenant.damage({ do: 'patchUser', user: bob.id, set: { userType: 'Guest' } });
    const guest = await client.post(`/users/${bob.id}/authentication/temporaryAccessPassMethods`, {});
    expect(guest.body.error.message).toBe('Temporary Access Pass cannot be added to an external guest user.');
    await client.delete(`/users/${ada.id}`);
    await client.post(`/directory/deletedItems/${ada.id}/restore`);
    expect((await client.get(path)).body.value).toEqual([]);
  });

  test('revoking sessions moves signInSessionsValidFromDateTime', async () => {
    await client.clock.advance(60_000);
    expect((await client.post(`/users/${ada.id}/revokeSignInSessions`)).body.value).toBe(true);
    const { body } = await client.get(`/users/${ada.id}?$select=signInSessionsValidFromDateTime`);
    expect(body.signInSessionsValidFromDateTime).toBe('2026-11-06T12:01:00Z');
  });

  test('every write stands in the directory audit with its actor and the client-request-id', async () => {
    const id = 'd1a7f0c2-0000-4000-8000-000000000001';
    await client.send('PATCH', `/users/${ada.id}`, { department: 'X' }, { 'client-request-id': id });
    const [entry] = await client.all(
      `/auditLogs/directoryAudits?$filter=targetResources/any(t:t/id eq '${ada.id}')&$top=1`,
    );
    expect(entry).toMatchObject({
      activityDisplayName: 'Update user',
      correlationId: id,
      initiatedBy: { app: { displayName: 'Entra Rewind' } },
    });
    expect(entry.targetResources[0].modifiedProperties).toEqual([
      { displayName: 'department', oldValue: 'null', newValue: '"X"' },
    ]);
  });
});
