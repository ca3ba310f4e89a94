import { beforeAll, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import { startTenant, type Body, type Client } from './harness.js';
import { error, newUser, ref } from './scene.js';

let client: Client;
let ada: Body;

beforeAll(async () => {
  client = await startTenant({ contract: loadContract(findContractDir()) });
  client.allow(
    'RoleManagement.ReadWrite.Directory',
    'AdministrativeUnit.ReadWrite.All',
    'Application.ReadWrite.All',
    'Device.Read.All',
    'OrgContact.Read.All',
  );
  ada = (await client.post('/users', newUser('ada'))).body;
});

const registrations = '/reports/authenticationMethods/userRegistrationDetails';
const role = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b';

describe('FACTS §8 userRegistrationDetails', () => {
  test('tells the methods of each user by the names of the report', async () => {
    const path = `/users/${ada.id}/authentication`;
    await client.post(`${path}/phoneMethods`, { phoneNumber: '+1 5550100', phoneType: 'mobile' });
    await client.post(`${path}/emailMethods`, { emailAddress: 'ada@home.example' });
    const details = (await client.get(`${registrations}/${ada.id}`)).body;
    expect(details).toMatchObject({
      userPrincipalName: ada.userPrincipalName,
      methodsRegistered: ['email', 'mobilePhone'],
      isMfaRegistered: true,
      isSsprRegistered: true,
      isPasswordlessCapable: false,
      isAdmin: false,
    });
    expect(details.lastUpdatedDateTime.slice(14)).toBe('00:00Z');
  });

  test('lists every user over pages, and filters', async () => {
    await client.tenant.damage({ do: 'switch', name: 'throttling', value: false });
    const all = await client.all(`${registrations}?$top=7`);
    const users = await client.all('/users?$select=id');
    expect(all.map(({ id }) => id).sort()).toEqual(users.map(({ id }) => id).sort());
    const registered = await client.all(`${registrations}?$filter=isMfaRegistered eq true`);
    expect(registered.map(({ id }) => id)).toContain(ada.id);
  });
});

describe('Secure Score', () => {
  test('one a day for ninety days, newest first; a control is no more than its share', async () => {
    const [today, yesterday] = (await client.get('/security/secureScores?$top=2')).body.value;
    expect(Date.parse(today.createdDateTime) - Date.parse(yesterday.createdDateTime)).toBe(24 * 3600 * 1000);
    expect(await client.all('/security/secureScores')).toHaveLength(90);
    expect(today.currentScore).toBeLessThanOrEqual(today.maxScore);
    expect((await client.get(`/security/secureScores/${today.id}`)).body.currentScore).toBe(
      today.currentScore,
    );
  });
});

describe('FACTS §3 scopedRoleMembers', () => {
  test('are the role assignments at the scope of the unit, by the activated role', async () => {
    const unit = (await client.post('/directory/administrativeUnits', { displayName: 'North' })).body;
    const path = `/directory/administrativeUnits/${unit.id}/scopedRoleMembers`;
    const roles = (await client.get('/directoryRoles')).body.value;
    const activated = roles[0];
    const body = { roleId: activated.id, roleMemberInfo: { id: ada.id } };
    const made = await client.post(path, body);
    expect([made.status, made.body.roleId, made.body.administrativeUnitId]).toEqual([
      201,
      activated.id,
      unit.id,
    ]);
    expect((await client.post(path, body)).status).toBe(400);
    const assignments = await client.all(
      `/roleManagement/directory/roleAssignments?$filter=principalId eq '${ada.id}'`,
    );
    expect(assignments).toMatchObject([
      { directoryScopeId: `/administrativeUnits/${unit.id}`, roleDefinitionId: activated.roleTemplateId },
    ]);
    expect((await client.all(`/users/${ada.id}/scopedRoleMemberOf`)).map(({ id }) => id)).toEqual([
      made.body.id,
    ]);
    expect((await client.delete(`${path}/${made.body.id}`)).status).toBe(204);
    expect(await client.all(path)).toEqual([]);
  });

  test('a template id is not the id of an activated role', async () => {
    const unit = (await client.post('/directory/administrativeUnits', { displayName: 'South' })).body;
    const path = `/directory/administrativeUnits/${unit.id}/scopedRoleMembers`;
    const answer = await client.post(path, { roleId: role, roleMemberInfo: { id: ada.id } });
    expect([answer.status, error(answer.body)[0]]).toEqual([404, 'Request_ResourceNotFound']);
  });
});

describe('FACTS §1 directory extensions', () => {
  test('are declared on an application under its id, and unique', async () => {
    const app = (await client.post('/applications', { displayName: 'Extends' })).body;
    const path = `/applications/${app.id}/extensionProperties`;
    const body = { name: 'costCentre', dataType: 'String', targetObjects: ['User'] };
    const made = await client.post(path, body);
    const name = `extension_${app.appId.replaceAll('-', '')}_costCentre`;
    expect([made.status, made.body.name]).toEqual([201, name]);
    expect((await client.post(path, body)).status).toBe(400);
    expect((await client.post(path, { ...body, name: 'other', dataType: 'Text' })).status).toBe(400);
    expect((await client.patch(`/users/${ada.id}`, { [name]: '4711' })).status).toBe(204);
    expect((await client.get(`/users/${ada.id}?$select=${name}`)).body[name]).toBe('4711');
    expect((await client.delete(`${path}/${made.body.id}`)).status).toBe(204);
    expect(await client.all(path)).toEqual([]);
  });
});

test('devices, contacts and sponsors are there to read', async () => {
  for (const path of ['/devices', '/contacts', `/users/${ada.id}/sponsors`])
    expect([path, (await client.get(path)).body.value]).toEqual([path, []]);
  expect((await client.post(`/groups/${ada.id}/members/$ref`, ref(ada.id))).status).toBe(404);
});

test('nothing of all this departs from the published description', () => {
  expect(
    client.tenant.stats().violations.map(({ method, path, text }) => `${method} ${path}: ${text}`),
  ).toEqual([]);
});
