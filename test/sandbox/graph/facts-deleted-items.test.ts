import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Body, Client } from './harness.js';
import { domain, newUser, openScene, ref, security } from './scene.js';

let client: Client;
let ada: Body;
let bob: Body;
let group: Body;

beforeEach(async () => {
  ({ client, ada, bob, group } = await openScene());
});

describe('FACTS §10 delete and restore', () => {
  test('a deleted user is a 404 at once, stands in the bin with a prefixed name, and frees it', async () => {
    expect((await client.delete(`/users/${ada.userPrincipalName}`)).status).toBe(204);
    expect((await client.get(`/users/${ada.id}`)).status).toBe(404);
    const { body } = await client.get(`/directory/deletedItems/${ada.id}`);
    expect(body.userPrincipalName).toBe(`${ada.id.replaceAll('-', '')}${ada.userPrincipalName}`);
    expect(body.deletedDateTime).toBe('2026-11-06T12:00:00Z');
    expect((await client.post('/users', newUser('ada'))).status).toBe(201);
  });

  test('restore gives the same id back; a name taken meanwhile conflicts, newUserPrincipalName helps', async () => {
    await client.delete(`/users/${ada.id}`);
    await client.post('/users', newUser('ada'));
    const path = `/directory/deletedItems/${ada.id}/restore`;
    const conflict = await client.post(path);
    expect(conflict.body.error.details[0]).toMatchObject({
      code: 'ObjectConflict',
      target: 'userPrincipalName',
    });
    const name = `ada2@${domain}`;
    const restored = await client.post(path, { newUserPrincipalName: name });
    expect([restored.status, restored.body.id, restored.body.userPrincipalName]).toEqual([200, ada.id, name]);
    expect((await client.post(path)).status).toBe(404);
  });

  test('a mail address taken meanwhile conflicts, autoReconcileProxyConflict gives it up', async () => {
    await client.patch(`/users/${ada.id}`, { mail: `shared@${domain}` });
    await client.delete(`/users/${ada.id}`);
    await client.patch(`/users/${bob.id}`, { mail: `shared@${domain}` });
    const path = `/directory/deletedItems/${ada.id}/restore`;
    expect((await client.post(path)).body.error.details[0].target).toBe('proxyAddresses');
    expect((await client.post(path, { autoReconcileProxyConflict: true })).status).toBe(200);
    expect((await client.get(`/users/${ada.id}?$select=proxyAddresses,mail`)).body).toMatchObject({
      proxyAddresses: [],
      mail: null,
    });
  });

  test('links of a deleted user are latent: hidden, and back with it', async () => {
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    await client.put(`/users/${ada.id}/manager/$ref`, ref(bob.id));
    await client.delete(`/users/${ada.id}`);
    expect(await client.all(`/groups/${group.id}/members`)).toEqual([]);
    await client.post(`/directory/deletedItems/${ada.id}/restore`);
    expect(await client.all(`/groups/${group.id}/members`)).toHaveLength(1);
    expect((await client.get(`/users/${ada.id}/manager`)).body.id).toBe(bob.id);
  });

  test('thirty days in the bin, then gone; DELETE there is for good at once', async () => {
    await client.delete(`/users/${ada.id}`);
    await client.delete(`/users/${bob.id}`);
    expect((await client.delete(`/directory/deletedItems/${bob.id}`)).status).toBe(204);
    await client.clock.advance(30 * 24 * 3600 * 1000 - 1000);
    expect((await client.get(`/directory/deletedItems/${ada.id}`)).status).toBe(200);
    await client.clock.advance(1000);
    expect((await client.get(`/directory/deletedItems/${ada.id}`)).status).toBe(404);
  });

  test('the audit tells the end in the words of Microsoft’s list, by hand and by time', async () => {
    client.permissions = [...client.permissions, 'Application.ReadWrite.All'];
    const app = (await client.post('/applications', { displayName: 'A' })).body;
    const principal = (await client.post('/servicePrincipals', { appId: app.appId })).body;
    await client.delete(`/applications/${app.id}`);
    await client.delete(`/directory/deletedItems/${principal.id}`);
    await client.clock.advance(30 * 24 * 3600 * 1000);
    const entries = await client.all('/auditLogs/directoryAudits?$top=999');
    const ends = entries.map((one) => one.activityDisplayName).filter((name) => /^Hard/.test(name));
    expect(ends).toEqual(['Hard Delete application', 'Hard delete service principal']);
  });

  test('cloud security groups are soft-deleted; with the old behaviour, and when synced, they are gone', async () => {
    await client.delete(`/groups/${group.id}`);
    expect((await client.post(`/directory/deletedItems/${group.id}/restore`)).status).toBe(200);
    await client.tenant.damage({ do: 'switch', name: 'cloudSecurityGroupsSoftDelete', value: false });
    await client.delete(`/groups/${group.id}`);
    expect((await client.get(`/directory/deletedItems/${group.id}`)).status).toBe(404);
  });

  test('the uncast bin is refused', async () => {
    expect((await client.get('/directory/deletedItems')).status).toBe(400);
    await client.delete(`/users/${ada.id}`);
    const cast = await client.get('/directory/deletedItems/microsoft.graph.user?$count=true', {
      ConsistencyLevel: 'eventual',
    });
    expect(cast.body['@odata.count']).toBe(1);
  });

  const bin = '/directory/deletedItems';
  const e3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
  const readOnlyGrant = '00000000-0000-0000-0000-000000000000';
  const everything = [
    'AdministrativeUnit.ReadWrite.All',
    'Application.ReadWrite.All',
    'AppRoleAssignment.ReadWrite.All',
    'DelegatedPermissionGrant.ReadWrite.All',
    'Device.ReadWrite.All',
    'LicenseAssignment.ReadWrite.All',
    'RoleManagement.ReadWrite.Directory',
  ];
  const wider = (): void => {
    client.allow(...everything);
  };
  const principalOf = async (displayName: string): Promise<Body> => {
    const app = (await client.post('/applications', { displayName })).body;
    return (await client.post('/servicePrincipals', { appId: app.appId })).body;
  };

  test('a user comes back with properties, links, roles, eligibility, applications and licences', async () => {
    wider();
    const resource = await principalOf('A');
    await client.patch(`/users/${ada.id}`, { usageLocation: 'DE', department: 'X' });
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    await client.post(`/groups/${group.id}/owners/$ref`, ref(ada.id));
    await client.put(`/users/${ada.id}/manager/$ref`, ref(bob.id));
    const carl = (await client.post('/users', newUser('carl'))).body;
    await client.put(`/users/${carl.id}/manager/$ref`, ref(ada.id));
    const role = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b';
    const assignment = { principalId: ada.id, roleDefinitionId: role, directoryScopeId: '/' };
    await client.post('/roleManagement/directory/roleAssignments', assignment);
    const eligible = await client.post('/roleManagement/directory/roleEligibilityScheduleRequests', {
      ...assignment,
      roleDefinitionId: '729827e3-9c14-49f7-bb1b-9608f156bbb8',
      action: 'adminAssign',
      justification: 'why',
      scheduleInfo: { startDateTime: client.clock.now().toISOString(), expiration: { type: 'noExpiration' } },
    });
    expect(eligible.status).toBe(201);
    await client.post(`/users/${ada.id}/appRoleAssignments`, {
      principalId: ada.id,
      resourceId: resource.id,
      appRoleId: readOnlyGrant,
    });
    const licence = { addLicenses: [{ skuId: e3, disabledPlans: [] }], removeLicenses: [] };
    expect((await client.post(`/users/${ada.id}/assignLicense`, licence)).status).toBe(200);
    const read = async () => ({
      user: (await client.get(`/users/${ada.id}?$select=id,department,assignedLicenses`)).body,
      groups: (await client.all(`/users/${ada.id}/memberOf`)).map(({ id }) => id),
      owned: (await client.all(`/users/${ada.id}/ownedObjects`)).map(({ id }) => id),
      manager: (await client.get(`/users/${ada.id}/manager`)).body.id,
      reports: (await client.all(`/users/${ada.id}/directReports`)).map(({ id }) => id),
      roles: (
        await client.all(`/roleManagement/directory/roleAssignments?$filter=principalId eq '${ada.id}'`)
      ).length,
      eligible: (
        await client.all(
          `/roleManagement/directory/roleEligibilitySchedules?$filter=principalId eq '${ada.id}'`,
        )
      ).length,
      applications: (await client.all(`/users/${ada.id}/appRoleAssignments`)).length,
    });
    const before = await read();
    expect(before).toMatchObject({
      owned: [group.id],
      reports: [carl.id],
      roles: 1,
      eligible: 1,
      applications: 1,
      user: { assignedLicenses: [{ skuId: e3, disabledPlans: [] }] },
    });
    // An administrator by now: damage deletes it, and the role lets it be restored.
    await client.tenant.damage({
      steps: [
        { do: 'deleteUser', user: ada.id },
        { do: 'assignRole', principal: 'Entra Rewind', role: 'Global Administrator' },
      ],
    });
    expect((await client.post(`${bin}/${ada.id}/restore`)).status).toBe(200);
    expect(await read()).toEqual(before);
  });

  test('licences come back even when no unit is free any more', async () => {
    wider();
    const sku = async () => (await client.all('/subscribedSkus')).find(({ skuId }) => skuId === e3);
    const assign = async (id: string): Promise<number> => {
      await client.patch(`/users/${id}`, { usageLocation: 'DE' });
      const licence = { addLicenses: [{ skuId: e3, disabledPlans: [] }], removeLicenses: [] };
      return (await client.post(`/users/${id}/assignLicense`, licence)).status;
    };
    expect(await assign(ada.id)).toBe(200);
    await client.delete(`/users/${ada.id}`);
    const units = (await sku()).prepaidUnits.enabled;
    for (let i = 0; (await sku()).consumedUnits < units; i += 1)
      expect(await assign((await client.post('/users', newUser(`more${i}`))).body.id)).toBe(200);
    expect((await client.post(`${bin}/${ada.id}/restore`)).status).toBe(200);
    expect((await sku()).consumedUnits).toBe(units + 1);
  });

  test.each([
    ['a Microsoft 365 group', { mailEnabled: true, groupTypes: ['Unified'] }],
    ['a security group', {}],
  ])('%s comes back with properties, members, owners and applications', async (_kind, more) => {
    wider();
    const resource = await principalOf('A');
    const made = (await client.post('/groups', security('team', { description: 'D', ...more }))).body;
    await client.post(`/groups/${made.id}/members/$ref`, ref(ada.id));
    await client.post(`/groups/${made.id}/owners/$ref`, ref(bob.id));
    await client.post(`/groups/${made.id}/appRoleAssignments`, {
      principalId: made.id,
      resourceId: resource.id,
      appRoleId: readOnlyGrant,
    });
    const read = async () => [
      (await client.get(`/groups/${made.id}?$select=id,description,groupTypes`)).body,
      (await client.all(`/groups/${made.id}/members`)).map(({ id }) => id),
      (await client.all(`/groups/${made.id}/owners`)).map(({ id }) => id),
      (await client.all(`/groups/${made.id}/appRoleAssignments`)).length,
    ];
    const before = await read();
    await client.delete(`/groups/${made.id}`);
    const { body } = await client.get(`${bin}/microsoft.graph.group`);
    expect(body.value).toEqual([
      expect.objectContaining({ id: made.id, deletedDateTime: '2026-11-06T12:00:00Z' }),
    ]);
    expect((await client.post(`${bin}/${made.id}/restore`)).body.id).toBe(made.id);
    expect(await read()).toEqual(before);
    expect(before.slice(1)).toEqual([[ada.id], [bob.id], 1]);
  });

  test.each([
    ['synced', { onPremisesSyncEnabled: true, securityEnabled: true }],
    ['distribution', { mailEnabled: true, securityEnabled: false }],
    ['mail-enabled security', { mailEnabled: true, securityEnabled: true }],
  ])('a %s group is gone at once', async (_kind, properties) => {
    const { done } = (await client.tenant.damage({
      do: 'createGroup',
      properties: { displayName: 'old', ...properties },
    })) as { done: string[] };
    await client.tenant.damage({ do: 'deleteGroup', group: done[0] });
    expect((await client.get(`/groups/${done[0]}`)).status).toBe(404);
    expect((await client.get(`${bin}/${done[0]}`)).status).toBe(404);
    expect(await client.all(`${bin}/microsoft.graph.group`)).toEqual([]);
  });

  test('what has no bin is gone: role assignment, grant, app role, custom role, method, device', async () => {
    wider();
    const principal = await principalOf('A');
    const role = await client.post('/roleManagement/directory/roleDefinitions', {
      displayName: 'R',
      isEnabled: true,
      rolePermissions: [{ allowedResourceActions: ['microsoft.directory/users/standard/read'] }],
    });
    const device = '0d000000-0000-4000-8000-000000000001';
    await client.tenant.damage({
      do: 'seed',
      object: { '@odata.type': '#microsoft.graph.device', id: device, displayName: 'D' },
    });
    const made: [string, Body][] = [
      [
        '/roleManagement/directory/roleAssignments',
        (
          await client.post('/roleManagement/directory/roleAssignments', {
            principalId: bob.id,
            roleDefinitionId: '88d8e3e3-8f55-4a1e-953a-9b9898b8876b',
            directoryScopeId: '/',
          })
        ).body,
      ],
      [
        '/oauth2PermissionGrants',
        (
          await client.post('/oauth2PermissionGrants', {
            clientId: principal.id,
            consentType: 'AllPrincipals',
            resourceId: principal.id,
            scope: 'read',
          })
        ).body,
      ],
      [
        `/groups/${group.id}/appRoleAssignments`,
        (
          await client.post(`/groups/${group.id}/appRoleAssignments`, {
            principalId: group.id,
            resourceId: principal.id,
            appRoleId: readOnlyGrant,
          })
        ).body,
      ],
      ['/roleManagement/directory/roleDefinitions', role.body],
      [
        `/users/${ada.id}/authentication/phoneMethods`,
        (
          await client.post(`/users/${ada.id}/authentication/phoneMethods`, {
            phoneNumber: '+1 5550100',
            phoneType: 'mobile',
          })
        ).body,
      ],
      ['/devices', { id: device }],
    ];
    for (const [path, { id }] of made) {
      expect([path, (await client.delete(`${path}/${id}`)).status]).toEqual([path, 204]);
      expect([path, (await client.get(`${path}/${id}`)).status]).toEqual([path, 404]);
      expect([path, (await client.get(`${bin}/${id}`)).status]).toEqual([path, 404]);
      expect([path, (await client.post(`${bin}/${id}/restore`)).status]).toEqual([path, 404]);
    }
    expect(await client.all(`${bin}/microsoft.graph.device`)).toEqual([]);
  });

  test('a restore sets nothing else; of a purged object it is a 404', async () => {
    await client.delete(`/users/${ada.id}`);
    for (const body of [
      { accountEnabled: false },
      { newUserPrincipalName: 7 },
      { newUserPrincipalName: 'x@elsewhere.example' },
    ])
      expect((await client.post(`${bin}/${ada.id}/restore`, body)).status).toBe(400);
    expect((await client.post(`${bin}/${ada.id}/restore`, {})).status).toBe(200);
    await client.delete(`/users/${ada.id}`);
    await client.delete(`${bin}/${ada.id}`);
    const reply = await client.post(`${bin}/${ada.id}/restore`);
    expect([reply.status, reply.body.error.code]).toEqual([404, 'Request_ResourceNotFound']);
  });

  test('mail stands unchanged in the bin; $select, $filter and $count work behind a cast', async () => {
    await client.patch(`/users/${ada.id}`, { mail: `ada@${domain}`, department: 'X' });
    for (const { id } of [ada, bob]) await client.delete(`/users/${id}`);
    const cast = `${bin}/microsoft.graph.user`;
    expect((await client.get(`${bin}/${ada.id}?$select=mail`)).body.mail).toBe(`ada@${domain}`);
    const { body } = await client.get(`${cast}?$select=id,department,deletedDateTime`);
    const one = body.value.find(({ id }: Body) => id === ada.id);
    expect(one).toEqual({ id: ada.id, department: 'X', deletedDateTime: '2026-11-06T12:00:00Z' });
    const found = await client.all(`${cast}?$filter=displayName eq 'ada'`);
    expect(found.map(({ id }) => id)).toEqual([ada.id]);
    const count = await client.get(`${cast}/$count`, { ConsistencyLevel: 'eventual' });
    expect(count.body.toString()).toBe('2');
    const uncast = await client.get(`${bin}?$filter=displayName eq 'ada'`);
    expect(uncast.status).toBe(400);
  });

  test('no call reads a latent link: lists, transitive ones, counts, $expand, memberOf, checks', async () => {
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    await client.post(`/groups/${group.id}/members/$ref`, ref(bob.id));
    await client.delete(`/users/${ada.id}`);
    const ids = async (path: string) => (await client.all(path)).map(({ id }) => id);
    expect(await ids(`/groups/${group.id}/members`)).toEqual([bob.id]);
    expect(await ids(`/groups/${group.id}/transitiveMembers`)).toEqual([bob.id]);
    expect(await ids(`/groups/${group.id}/members/microsoft.graph.user`)).toEqual([bob.id]);
    const count = await client.get(`/groups/${group.id}/members/$count`, { ConsistencyLevel: 'eventual' });
    expect(count.body.toString()).toBe('1');
    const expanded = (await client.get(`/groups/${group.id}?$expand=members`)).body.members;
    expect(expanded.map(({ id }: Body) => id)).toEqual([bob.id]);
    const references = (await client.get(`/groups/${group.id}/members/$ref`)).body.value;
    expect(references).toHaveLength(1);
    expect((await client.get(`/users/${ada.id}/memberOf`)).status).toBe(404);
    const { items } = await client.delta(`/groups/delta?$filter=id eq '${group.id}'`);
    expect(items[0]['members@delta'].map(({ id }: Body) => id)).toEqual([bob.id]);
  });

  test('who was restored is there already: adding it again is the known 400', async () => {
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    await client.delete(`/users/${ada.id}`);
    await client.post(`${bin}/${ada.id}/restore`);
    const again = await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    expect([again.status, again.body.error.message]).toEqual([
      400,
      "One or more added object references already exist for the following modified properties: 'members'.",
    ]);
  });

  test('recreated, an object has a new id, in small letters (FACTS §16.13)', async () => {
    await client.delete(`/users/${ada.id}`);
    await client.delete(`${bin}/${ada.id}`);
    const { body } = await client.post('/users', newUser('ada'));
    expect(body.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(body.id).not.toBe(ada.id);
  });

  test('an application can be purged the moment after its deletion (FACTS §18)', async () => {
    wider();
    const app = (await client.post('/applications', { displayName: 'A' })).body;
    await client.delete(`/applications/${app.id}`);
    expect((await client.delete(`${bin}/${app.id}`)).status).toBe(204);
    expect((await client.get(`${bin}/${app.id}`)).status).toBe(404);
  });

  test('by switch, removing a link that is not there is the other answer that is met (FACTS §2)', async () => {
    const remove = () => client.delete(`/groups/${group.id}/members/${ada.id}/$ref`);
    expect((await remove()).status).toBe(404);
    await client.tenant.damage({ do: 'switch', name: 'absentLinkIsBadRequest', value: true });
    const reply = await remove();
    expect([reply.status, reply.body.error.message]).toEqual([
      400,
      "One or more removed object references do not exist for the following modified properties: 'members'.",
    ]);
  });
});
