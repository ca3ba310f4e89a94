import { beforeEach, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import type { Body, Client } from './harness.js';
import { openScene, security, userRole, verdict } from './scene.js';

/** FACTS §5, sentence by sentence: what facts-credentials and facts-roles-and-apps leave out. */
const contract = loadContract(findContractDir());
const defaultAccess = '00000000-0000-0000-0000-000000000000';

let client: Client;
let ada: Body;

beforeEach(async () => {
  ({ client, ada } = await openScene({ contract, ada: { usageLocation: 'DE' } }));
  client.allow(
    'Application.ReadWrite.All',
    'AppRoleAssignment.ReadWrite.All',
    'DelegatedPermissionGrant.ReadWrite.All',
  );
});

const damage = (step: Record<string, unknown>) => client.tenant.damage(step);
const spoken = () => client.tenant.stats().violations.filter(({ direction }) => direction === 'answer');

describe('FACTS §5 applications and service principals', () => {
  const scope = { id: '0f000000-0000-4000-8000-000000000002', value: 'read', isEnabled: true, type: 'User' };

  test.each(['appId', 'createdDateTime', 'publisherDomain', 'applicationTemplateId', 'verifiedPublisher'])(
    '%s of an application is read-only',
    async (name) => {
      const app = await client.make('/applications', { displayName: 'A' });
      const text = `Property '${name}' is read-only and cannot be set.`;
      expect((await client.patch(`/applications/${app.id}`, { [name]: null })).body.error.message).toBe(text);
      expect(
        (await client.post('/applications', { displayName: 'B', [name]: null })).body.error.message,
      ).toBe(text);
    },
  );

  test('uniqueName is set once', async () => {
    const app = await client.make('/applications', { displayName: 'A' });
    const rename = (uniqueName: string) => client.patch(`/applications/${app.id}`, { uniqueName });
    expect([(await rename('a')).status, (await rename('a')).status, (await rename('b')).status]).toEqual([
      204, 204, 400,
    ]);
  });

  test('made again it has new ids; its roles and scopes keep theirs', async () => {
    const body = { displayName: 'A', appRoles: [userRole], api: { oauth2PermissionScopes: [scope] } };
    const [one, two] = [await client.make('/applications', body), await client.make('/applications', body)];
    expect([one.id === two.id, one.appId === two.appId]).toEqual([false, false]);
    expect([one.appRoles[0].id, two.api.oauth2PermissionScopes[0].id]).toEqual([userRole.id, scope.id]);
  });

  test('a scope is disabled before it is removed, like a role', async () => {
    const app = await client.make('/applications', {
      displayName: 'A',
      api: { oauth2PermissionScopes: [scope] },
    });
    const set = (...scopes: object[]) =>
      client.patch(`/applications/${app.id}`, { api: { oauth2PermissionScopes: scopes } });
    expect(verdict(await set())).toEqual([400, 'CannotDeleteOrUpdateEnabledEntitlement']);
    expect((await set({ ...scope, isEnabled: false })).status).toBe(204);
    expect((await set()).status).toBe(204);
  });

  test('a service principal is made for an application, once, and of no kind of its own', async () => {
    const app = await client.make('/applications', { displayName: 'A' });
    const post = (body: object) => client.post('/servicePrincipals', body);
    expect((await post({})).status).toBe(400);
    expect((await post({ appId: '0f000000-0000-4000-8000-000000000009' })).status).toBe(400);
    expect((await post({ appId: app.appId, servicePrincipalType: 'ManagedIdentity' })).status).toBe(400);
    expect((await post({ appId: app.appId })).status).toBe(201);
    expect(verdict(await post({ appId: app.appId }))).toEqual([
      409,
      'Request_MultipleObjectsWithSameKeyValue',
    ]);
  });

  test('a managed identity stands in the bin and is neither restored nor purged', async () => {
    const id = '0e000000-0000-4000-8000-000000000001';
    await damage({
      do: 'seed',
      object: {
        '@odata.type': '#microsoft.graph.servicePrincipal',
        id,
        appId: '0e000000-0000-4000-8000-000000000002',
        displayName: 'VM',
        servicePrincipalType: 'ManagedIdentity',
      },
    });
    await client.delete(`/servicePrincipals/${id}`);
    const item = `/directory/deletedItems/${id}`;
    expect((await client.get(item)).status).toBe(200);
    expect([(await client.post(`${item}/restore`)).status, (await client.delete(item)).status]).toEqual([
      400, 400,
    ]);
  });

  test('an app role assignment hangs on user, group or service principal alike; grants come back with their client', async () => {
    const app = await client.make('/applications', { displayName: 'A' });
    const resource = await client.make('/servicePrincipals', { appId: app.appId });
    const other = await client.make('/servicePrincipals', {
      appId: (await client.make('/applications', { displayName: 'B' })).appId,
    });
    const group = await client.make('/groups', security('readers'));
    for (const [set, one] of [
      ['users', ada],
      ['groups', group],
      ['servicePrincipals', other],
    ] as const) {
      const path = `/${set}/${one.id}/appRoleAssignments`;
      const made = await client.make(path, {
        principalId: one.id,
        resourceId: resource.id,
        appRoleId: defaultAccess,
      });
      expect((await client.patch(`${path}/${made.id}`, {})).status).toBe(405);
    }
    expect(await client.all(`/servicePrincipals/${resource.id}/appRoleAssignedTo`)).toHaveLength(3);
    const grant = await client.make('/oauth2PermissionGrants', {
      clientId: other.id,
      consentType: 'AllPrincipals',
      resourceId: resource.id,
      scope: 'read',
    });
    const path = `/oauth2PermissionGrants/${grant.id}`;
    expect((await client.patch(path, { scope: 'read write' })).status).toBe(204);
    expect((await client.patch(path, { consentType: 'Principal' })).status).toBe(400);
    await client.delete(`/servicePrincipals/${other.id}`);
    await client.post(`/directory/deletedItems/${other.id}/restore`);
    expect((await client.get(path)).body.scope).toBe('read write');
    expect(spoken()).toEqual([]);
  });
});
