import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Body, Client } from './harness.js';
import { serviceApp } from './harness.js';
import { error, openScene, ref, security } from './scene.js';

/** FACTS §2, §3: restricted-management administrative units. */
const userAdministrator = 'fe930be7-5e62-47db-91af-98c3a49a38b1';
const groupsAdministrator = 'fdd7a751-b60b-444a-984c-02652fe8fa1c';
const e3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
const units = '/directory/administrativeUnits';

let client: Client;
let ada: Body;
let bob: Body;
let group: Body;
let unit: string;
let caller: Body;

beforeEach(async () => {
  ({ client, ada, bob, group } = await openScene());
  client.allow(
    'AdministrativeUnit.ReadWrite.All',
    'RoleManagement.ReadWrite.Directory',
    'LicenseAssignment.ReadWrite.All',
  );
  const made = await client.post(units, { displayName: 'Board', isMemberManagementRestricted: true });
  unit = made.body.id;
  await client.post(`${units}/${unit}/members/$ref`, ref(ada.id));
  await client.post(`${units}/${unit}/members/$ref`, ref(group.id));
  [caller] = await client.all(`/servicePrincipals?$filter=appId eq '${serviceApp.appId}'`);
});

const giveRole = (roleDefinitionId: string, directoryScopeId: string) =>
  client.post('/roleManagement/directory/roleAssignments', {
    principalId: caller.id,
    roleDefinitionId,
    directoryScopeId,
  });

describe('FACTS §2, §3 members of a restricted-management unit', () => {
  test.each<[string, () => Promise<{ status: number; body: Body }>]>([
    ['changing the user', () => client.patch(`/users/${ada.id}`, { department: 'X' })],
    [
      'its password',
      () => client.patch(`/users/${ada.id}`, { passwordProfile: { password: 'Correct-Horse-2' } }),
    ],
    ['its manager', () => client.put(`/users/${ada.id}/manager/$ref`, ref(bob.id))],
    ['deleting the user', () => client.delete(`/users/${ada.id}`)],
    ['changing the group', () => client.patch(`/groups/${group.id}`, { description: 'X' })],
    ['its members', () => client.post(`/groups/${group.id}/members/$ref`, ref(bob.id))],
    ['its owners', () => client.post(`/groups/${group.id}/owners/$ref`, ref(bob.id))],
    ['deleting the group', () => client.delete(`/groups/${group.id}`)],
  ])('%s is a 403, whatever the permissions', async (_what, act) => {
    const reply = await act();
    expect([reply.status, error(reply.body)]).toEqual([
      403,
      ['Authorization_RequestDenied', 'Insufficient privileges to complete the operation.'],
    ]);
  });

  test('allowed are a group outside, licences and the usage location', async () => {
    const open = (await client.post('/groups', security('open'))).body;
    expect((await client.post(`/groups/${open.id}/members/$ref`, ref(ada.id))).status).toBe(204);
    expect((await client.patch(`/users/${ada.id}`, { usageLocation: 'DE' })).status).toBe(204);
    const licence = { addLicenses: [{ skuId: e3, disabledPlans: [] }], removeLicenses: [] };
    expect((await client.post(`/users/${ada.id}/assignLicense`, licence)).status).toBe(200);
  });

  test('a role at the scope of the unit opens them, one at the scope of the tenant does not', async () => {
    const change = () => client.patch(`/users/${ada.id}`, { department: 'X' });
    expect((await giveRole(userAdministrator, '/')).status).toBe(201);
    expect((await change()).status).toBe(403);
    expect((await giveRole(groupsAdministrator, `/administrativeUnits/${unit}`)).status).toBe(201);
    expect((await change()).status).toBe(403);
    expect((await client.patch(`/groups/${group.id}`, { description: 'X' })).status).toBe(204);
    expect((await giveRole(userAdministrator, `/administrativeUnits/${unit}`)).status).toBe(201);
    expect((await change()).status).toBe(204);
  });

  test('isManagementRestricted tells it by id, in lists and by delta, and goes with the membership', async () => {
    const told = async () =>
      (await client.get(`/users/${ada.id}?$select=isManagementRestricted`)).body.isManagementRestricted;
    const { link } = await client.delta('/users/delta?$deltatoken=latest&$select=isManagementRestricted');
    expect(await told()).toBe(true);
    expect((await client.delete(`${units}/${unit}/members/${ada.id}/$ref`)).status).toBe(204);
    expect(await told()).toBeNull();
    expect((await client.delta(link)).items).toEqual([{ id: ada.id, isManagementRestricted: null }]);
    expect((await client.patch(`/users/${ada.id}`, { department: 'X' })).status).toBe(204);
  });

  test('the protection outlives the unit by up to half an hour, and comes back with it', async () => {
    const change = async () => (await client.patch(`/users/${ada.id}`, { department: 'X' })).status;
    await client.delete(`${units}/${unit}`);
    await client.clock.advance(29 * 60_000);
    expect(await change()).toBe(403);
    await client.clock.advance(2 * 60_000);
    expect(await change()).toBe(204);
    await client.post(`/directory/deletedItems/${unit}/restore`);
    expect(await change()).toBe(403);
  });

  test('the members of a role-assignable group in it cannot be changed even with the role', async () => {
    const admins = (await client.post('/groups', security('admins', { isAssignableToRole: true }))).body;
    await client.post(`${units}/${unit}/members/$ref`, ref(admins.id));
    await giveRole(groupsAdministrator, `/administrativeUnits/${unit}`);
    expect((await client.post(`/groups/${admins.id}/members/$ref`, ref(bob.id))).status).toBe(403);
    expect((await client.post(`/groups/${group.id}/members/$ref`, ref(bob.id))).status).toBe(204);
  });

  test('Microsoft 365 groups cannot be members, and the restriction is fixed at create', async () => {
    const team = (
      await client.post('/groups', {
        displayName: 'T',
        mailNickname: 'team-t',
        mailEnabled: true,
        securityEnabled: false,
        groupTypes: ['Unified'],
      })
    ).body;
    expect((await client.post(`${units}/${unit}/members/$ref`, ref(team.id))).status).toBe(400);
    const reply = await client.patch(`${units}/${unit}`, { isMemberManagementRestricted: false });
    expect([reply.status, error(reply.body)[1]]).toEqual([
      400,
      "Property 'isMemberManagementRestricted' is read-only and cannot be set.",
    ]);
  });
});
