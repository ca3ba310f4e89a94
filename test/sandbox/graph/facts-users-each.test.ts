import { beforeEach, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import type { Body, Client, Reply } from './harness.js';
import { newUser, openScene, ref, security } from './scene.js';

/** FACTS §1, sentence by sentence: what facts-users and facts-permissions leave out. */
const contract = loadContract(findContractDir());

let client: Client;
let ada: Body;
let bob: Body;

beforeEach(async () => {
  ({ client, ada, bob } = await openScene({ contract }));
  client.allow(
    'AdministrativeUnit.ReadWrite.All',
    'Application.ReadWrite.All',
    'CustomSecAttributeAssignment.Read.All',
    'User.ManageIdentities.All',
    'User-LifeCycleInfo.ReadWrite.All',
  );
});

const patch = (body: object, user: Body = ada): Promise<Reply> => client.patch(`/users/${user.id}`, body);
const read = async (select: string, user: Body = ada): Promise<Body> =>
  (await client.get(`/users/${user.id}?$select=${select}`)).body;
const damage = (step: Record<string, unknown>) => client.tenant.damage(step);
const spoken = () => client.tenant.stats().violations.filter(({ direction }) => direction === 'answer');

const forBackup =
  'accountEnabled,ageGroup,assignedLicenses,assignedPlans,city,companyName,consentProvidedForMinor,country,createdDateTime,creationType,department,employeeHireDate,employeeId,employeeOrgData,employeeType,externalUserState,externalUserStateChangeDateTime,faxNumber,identities,imAddresses,lastPasswordChangeDateTime,legalAgeGroupClassification,licenseAssignmentStates,mailNickname,onPremisesDistinguishedName,onPremisesDomainName,onPremisesExtensionAttributes,onPremisesImmutableId,onPremisesLastSyncDateTime,onPremisesProvisioningErrors,onPremisesSamAccountName,onPremisesSecurityIdentifier,onPremisesSyncEnabled,onPremisesUserPrincipalName,otherMails,passwordPolicies,postalCode,preferredDataLocation,provisionedPlans,proxyAddresses,securityIdentifier,showInAddressList,signInSessionsValidFromDateTime,state,streetAddress,usageLocation,userType,isManagementRestricted,isResourceAccount';

/** Everything that FACTS calls writable, each with a value that fits. */
const writable: Readonly<Record<string, unknown>> = {
  accountEnabled: false,
  ageGroup: 'Adult',
  businessPhones: ['+1 5550100'],
  city: 'Berlin',
  companyName: 'Northwind',
  consentProvidedForMinor: 'NotRequired',
  country: 'Germany',
  department: 'Sales',
  displayName: 'Ada L',
  employeeHireDate: '2026-01-02T00:00:00Z',
  employeeId: 'E-1',
  employeeLeaveDateTime: '2027-01-02T00:00:00Z',
  employeeOrgData: { costCenter: '1', division: 'D' },
  employeeType: 'Employee',
  faxNumber: '+1 5550101',
  givenName: 'Ada',
  identities: [
    { signInType: 'emailAddress', issuer: 'northwind.example', issuerAssignedId: 'ada@partner.example' },
  ],
  jobTitle: 'Lead',
  mail: 'ada.l@northwind.example',
  mailNickname: 'ada.l',
  mobilePhone: '+1 5550102',
  officeLocation: 'B1',
  onPremisesImmutableId: 'YWRh',
  otherMails: ['ada@partner.example'],
  passwordPolicies: 'DisablePasswordExpiration',
  postalCode: '10115',
  preferredDataLocation: 'EUR',
  preferredLanguage: 'de',
  state: 'Berlin',
  streetAddress: 'One Street',
  surname: 'Lovelace',
  usageLocation: 'DE',
  userPrincipalName: 'ada.l@northwind.example',
  userType: 'Guest',
};

describe('FACTS §1 what is read', () => {
  test('what a backup selects is there by id and in a list, every property of it', async () => {
    const names = forBackup.split(',').sort();
    const own = (body: Body) =>
      Object.keys(body)
        .filter((key) => !key.includes('@'))
        .sort();
    expect(own(await read(forBackup))).toEqual(['id', ...names].sort());
    const [first] = (await client.get(`/users?$select=${forBackup}&$top=1`)).body.value;
    expect(own(first)).toEqual(['id', ...names].sort());
    expect(spoken()).toEqual([]);
  });

  test.each([
    'aboutMe',
    'birthday',
    'hireDate',
    'interests',
    'mySite',
    'pastProjects',
    'preferredName',
    'responsibilities',
    'schools',
    'skills',
    'mailboxSettings',
  ])('%s is for one user by id, 501 on the collection', async (name) => {
    expect((await client.get(`/users/${ada.id}?$select=${name}`)).status).toBe(200);
    const { status, body } = await client.get(`/users?$select=${name}`);
    expect([status, body.error.code]).toEqual([501, 'NotImplemented']);
  });

  test('what is outside the directory is written alone', async () => {
    expect((await patch({ aboutMe: 'Likes engines', jobTitle: 'Lead' })).status).toBe(400);
    expect((await patch({ aboutMe: 'Likes engines', skills: ['engines'] })).status).toBe(204);
    expect(await read('aboutMe,skills')).toMatchObject({ aboutMe: 'Likes engines', skills: ['engines'] });
  });

  test('memberOf holds groups, activated roles and units, each told by its type', async () => {
    const group = (await client.post('/groups', security('readers'))).body;
    const unit = (await client.post('/directory/administrativeUnits', { displayName: 'U' })).body;
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    await client.post(`/directory/administrativeUnits/${unit.id}/members/$ref`, ref(ada.id));
    client.allow('RoleManagement.ReadWrite.Directory');
    const roleTemplateId = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b';
    await client.post('/directoryRoles', { roleTemplateId });
    await client.post(`/directoryRoles(roleTemplateId='${roleTemplateId}')/members/$ref`, ref(ada.id));
    const types = (await client.all(`/users/${ada.id}/memberOf`)).map((one) => one['@odata.type']);
    expect(types.sort()).toEqual(
      ['administrativeUnit', 'directoryRole', 'group'].map((name) => `#microsoft.graph.${name}`),
    );
  });
});

describe('FACTS §1 what is written', () => {
  test.each(Object.entries(writable))('%s at create and by a PATCH', async (name, value) => {
    const made = await client.post('/users', newUser('carl', { [name]: value }));
    expect(made.status).toBe(201);
    expect((await read(name, made.body))[name]).toEqual(value);
    await client.delete(`/users/${made.body.id}`);
    expect((await patch({ [name]: value })).status).toBe(204);
    expect((await read(name))[name]).toEqual(value);
    expect(spoken()).toEqual([]);
  });

  test.each([
    'assignedLicenses',
    'assignedPlans',
    'createdDateTime',
    'creationType',
    'deletedDateTime',
    'imAddresses',
    'lastPasswordChangeDateTime',
    'legalAgeGroupClassification',
    'licenseAssignmentStates',
    'provisionedPlans',
    'proxyAddresses',
    'securityIdentifier',
    'signInSessionsValidFromDateTime',
    'onPremisesDistinguishedName',
    'onPremisesDomainName',
    'onPremisesLastSyncDateTime',
    'onPremisesProvisioningErrors',
    'onPremisesSamAccountName',
    'onPremisesSecurityIdentifier',
    'onPremisesSyncEnabled',
    'onPremisesUserPrincipalName',
  ])('%s is read-only, at create too', async (name) => {
    const expected = `Property '${name}' is read-only and cannot be set.`;
    expect((await patch({ [name]: null })).body.error.message).toBe(expected);
    expect((await client.post('/users', newUser('carl', { [name]: null }))).body.error.message).toBe(
      expected,
    );
  });

  test.each<[string, number]>([
    ['displayName', 256],
    ['givenName', 64],
    ['surname', 64],
    ['mailNickname', 64],
    ['department', 64],
    ['companyName', 64],
    ['mobilePhone', 64],
    ['city', 128],
    ['country', 128],
    ['state', 128],
    ['jobTitle', 128],
    ['streetAddress', 1024],
    ['postalCode', 40],
    ['employeeId', 16],
  ])('%s holds %i characters and no more', async (name, length) => {
    expect((await patch({ [name]: 'x'.repeat(length) })).status).toBe(204);
    expect((await patch({ [name]: 'x'.repeat(length + 1) })).status).toBe(400);
  });

  test.each<[string, object]>([
    ['an accent in the userPrincipalName', { userPrincipalName: 'adé@northwind.example' }],
    ['a name without a domain', { userPrincipalName: 'ada' }],
    ['a usage location of three letters', { usageLocation: 'DEU' }],
    ['a usage location of digits', { usageLocation: '49' }],
    ['no usage location', { usageLocation: null }],
    ['a dollar in the immutable id', { onPremisesImmutableId: 'a$b' }],
    ['an underscore in the immutable id', { onPremisesImmutableId: 'a_b' }],
    ['a second business phone', { businessPhones: ['1', '2'] }],
    ['a password too short', { passwordProfile: { password: 'short' } }],
    ['an age group that is none', { ageGroup: 'Old' }],
    [
      'an extension attribute beyond the fifteenth',
      { onPremisesExtensionAttributes: { extensionAttribute16: 'x' } },
    ],
  ])('%s is refused', async (_what, body) => {
    expect((await patch(body)).status).toBe(400);
  });

  test('in a federated domain a user takes onPremisesImmutableId', async () => {
    await damage({
      do: 'seed',
      object: {
        '@odata.type': '#microsoft.graph.domain',
        id: 'partner.example',
        authenticationType: 'Federated',
        isVerified: true,
      },
    });
    const body = newUser('carl', { userPrincipalName: 'carl@partner.example' });
    expect((await client.post('/users', body)).status).toBe(400);
    expect((await client.post('/users', { ...body, onPremisesImmutableId: 'Y2FybA==' })).status).toBe(201);
    expect((await patch({ userPrincipalName: 'ada@partner.example' })).status).toBe(400);
  });
});

describe('FACTS §1 synced users', () => {
  const synced = (value: boolean) =>
    damage({ do: 'patchUser', user: ada.id, set: { onPremisesSyncEnabled: value } });

  test.each<[string, object]>([
    ['names', { displayName: 'X' }],
    ['business phones', { businessPhones: ['1'] }],
    ['the mobile phone', { mobilePhone: '1' }],
    ['extension attributes', { onPremisesExtensionAttributes: { extensionAttribute1: 'x' } }],
    ['one of them among properties of the cloud', { usageLocation: 'DE', department: 'X' }],
  ])('%s are kept by their source', async (_what, body) => {
    await synced(true);
    const reply = await patch(body);
    expect([reply.status, reply.body.error.message.slice(0, 70)]).toEqual([
      400,
      'Unable to update the specified properties for on-premises mastered Dir',
    ]);
  });

  test('the usage location is the cloud’s', async () => {
    await synced(true);
    expect((await patch({ usageLocation: 'FR' })).status).toBe(204);
  });

  test('extension attributes are for who was never synced: false is not never', async () => {
    const body = { onPremisesExtensionAttributes: { extensionAttribute1: 'x' } };
    expect((await patch(body)).status).toBe(204);
    await synced(false);
    expect((await patch(body)).status).toBe(400);
    expect((await patch({ department: 'X' })).status).toBe(204);
  });
});

describe('FACTS §1 extensions', () => {
  test('the fifteen attributes are merged one by one, and cleared by null', async () => {
    const all = Object.fromEntries(
      Array.from({ length: 15 }, (_, i) => [`extensionAttribute${i + 1}`, `v${i}`]),
    );
    expect((await patch({ onPremisesExtensionAttributes: all })).status).toBe(204);
    expect((await patch({ onPremisesExtensionAttributes: { extensionAttribute3: null } })).status).toBe(204);
    expect((await read('onPremisesExtensionAttributes')).onPremisesExtensionAttributes).toEqual({
      ...all,
      extensionAttribute3: null,
    });
  });

  test('a directory extension is declared first, read where it is named, and lost with its application', async () => {
    const app = (await client.post('/applications', { displayName: 'A' })).body;
    const undeclared = `extension_${app.appId.replaceAll('-', '')}_cost`;
    expect((await patch({ [undeclared]: '42' })).body.error.message).toBe(
      `The following extension properties are not available: ${undeclared}.`,
    );
    const { body } = await client.post(`/applications/${app.id}/extensionProperties`, {
      name: 'cost',
      dataType: 'String',
      targetObjects: ['User'],
    });
    expect(body.name).toBe(`extension_${app.appId.replaceAll('-', '')}_cost`);
    expect((await patch({ [body.name]: '42' })).status).toBe(204);
    expect((await read(`id,${body.name}`))[body.name]).toBe('42');
    expect(Object.keys((await client.get(`/users/${ada.id}`)).body)).not.toContain(body.name);
    const group = (await client.post('/groups', security('readers'))).body;
    expect((await client.patch(`/groups/${group.id}`, { [body.name]: '42' })).status).toBe(400);
    await client.delete(`/applications/${app.id}`);
    await client.delete(`/directory/deletedItems/${app.id}`);
    expect((await read(`id,${body.name}`))[body.name] ?? null).toBeNull();
  });

  test('open extensions hang on the user, by name', async () => {
    const path = `/users/${ada.id}/extensions`;
    const made = await client.post(path, {
      '@odata.type': 'microsoft.graph.openTypeExtension',
      extensionName: 'example.northwind.seat',
      floor: 3,
    });
    expect(made.status).toBe(201);
    expect((await client.get(`${path}/example.northwind.seat`)).body).toMatchObject({ floor: 3 });
    expect((await client.all(path)).map(({ id }) => id)).toEqual(['example.northwind.seat']);
  });
});

describe('FACTS §1 manager', () => {
  test('none is a 404 Request_ResourceNotFound; PUT, GET and DELETE of the reference', async () => {
    const path = `/users/${ada.id}/manager`;
    expect([(await client.get(path)).status, (await client.get(path)).body.error.code]).toEqual([
      404,
      'Request_ResourceNotFound',
    ]);
    expect((await client.put(`${path}/$ref`, ref(bob.id))).status).toBe(204);
    expect((await client.get(path)).body).toMatchObject({
      '@odata.type': '#microsoft.graph.user',
      id: bob.id,
    });
    expect((await client.delete(`${path}/$ref`)).status).toBe(204);
    expect((await client.delete(`${path}/$ref`)).status).toBe(404);
  });

  test.each([
    ['somebody who is not there', () => '0f000000-0000-4000-8000-000000000009', 404],
    ['the user itself', () => ada.id as string, 400],
  ])('%s cannot be the manager', async (_who, id, status) => {
    expect((await client.put(`/users/${ada.id}/manager/$ref`, ref(id()))).status).toBe(status);
  });

  test('nor can a group, in the words on record for a target of the wrong type', async () => {
    const { body: group } = await client.post('/groups', security('crew'));
    const reply = await client.put(`/users/${ada.id}/manager/$ref`, ref(group.id));
    expect(reply.status).toBe(400);
    expect(reply.body.error.message).toBe(
      `The reference target 'Group_${group.id}' of type 'Group' is invalid for the 'manager' reference.`,
    );
  });
});
