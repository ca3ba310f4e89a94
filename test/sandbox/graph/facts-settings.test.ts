import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Body, Client } from './harness.js';
import { error, newUser, openScene, ref, security } from './scene.js';

let client: Client;
let ada: Body;
let bob: Body;
let group: Body;

beforeEach(async () => {
  ({ client, ada, bob, group } = await openScene());
  client.allow(
    'AdministrativeUnit.ReadWrite.All',
    'CustomSecAttributeAssignment.ReadWrite.All',
    'CustomSecAttributeDefinition.ReadWrite.All',
    'GroupSettings.ReadWrite.All',
    'Policy.ReadWrite.ConditionalAccess',
    'ProfilePhoto.ReadWrite.All',
    'RoleManagement.ReadWrite.Directory',
    'User.Invite.All',
  );
});

describe('schema: settings of groups', () => {
  const unified = '62375ab9-6b52-47ed-826b-58e47e0e304b';

  test('one of each template, its values filled in; names and values are judged', async () => {
    const made = await client.post('/groupSettings', {
      templateId: unified,
      values: [{ name: 'EnableGroupCreation', value: 'false' }],
    });
    expect([made.status, made.body.displayName]).toEqual([201, 'Group.Unified']);
    expect(made.body.values).toContainEqual({ name: 'EnableGroupCreation', value: 'false' });
    expect(made.body.values).toContainEqual({ name: 'AllowToAddGuests', value: 'true' });
    expect((await client.post('/groupSettings', { templateId: unified, values: [] })).status).toBe(400);
    expect((await client.post('/groupSettings', { templateId: ada.id, values: [] })).status).toBe(400);
    const patch = (name: string, value: string) =>
      client.patch(`/groupSettings/${made.body.id}`, { values: [{ name, value }] });
    expect((await patch('AllowToAddGuests', 'perhaps')).status).toBe(400);
    expect((await patch('Unknown', 'true')).status).toBe(400);
    expect((await patch('AllowToAddGuests', 'false')).status).toBe(204);
    expect((await client.get(`/groupSettings/${made.body.id}`)).body.values).toContainEqual({
      name: 'AllowToAddGuests',
      value: 'false',
    });
    expect((await client.delete(`/groupSettings/${made.body.id}`)).status).toBe(204);
  });
});

describe('schema: the life of Microsoft 365 groups', () => {
  const day = 24 * 3600 * 1000;
  const policies = '/groupLifecyclePolicies';
  const ask = (groupLifetimeInDays: number, managedGroupTypes = 'All') =>
    client.post(policies, {
      groupLifetimeInDays,
      managedGroupTypes,
      alternateNotificationEmails: 'it@northwind.example',
    });
  const inDays = (days: number): string =>
    new Date(client.clock.now().getTime() + days * day).toISOString().replace('.000', '');
  const ends = async (id: string) => (await client.get(`/groups/${id}`)).body.expirationDateTime;
  let team: Body;

  beforeEach(async () => {
    client.allow('Directory.ReadWrite.All');
    team = (await client.post('/groups', security('team', { mailEnabled: true, groupTypes: ['Unified'] })))
      .body;
  });

  test('the policy says when they end, and renew moves it; security groups have no end', async () => {
    expect(await ends(team.id)).toBeNull();
    const { body } = await ask(90);
    expect([await ends(team.id), await ends(group.id)]).toEqual([inDays(90), null]);
    await client.clock.advance(10 * day);
    expect((await client.post(`/groups/${team.id}/renew`)).status).toBe(204);
    expect(await ends(team.id)).toBe(inDays(90));
    expect((await client.patch(`${policies}/${body.id}`, { groupLifetimeInDays: 60 })).status).toBe(204);
    expect(await ends(team.id)).toBe(inDays(60));
    expect((await client.delete(`${policies}/${body.id}`)).status).toBe(204);
    expect(await ends(team.id)).toBeNull();
  });

  test('a group older than its life gets 35 days when the policy is first set', async () => {
    await client.clock.advance(200 * day);
    await ask(180);
    expect(await ends(team.id)).toBe(inDays(35));
  });

  test('one that has ended goes to the bin, by nobody’s hand; out of it, it lives anew', async () => {
    await ask(30);
    await client.clock.advance(31 * day);
    expect((await client.get(`/groups/${team.id}`)).status).toBe(404);
    const [entry] = await client.all(
      `/auditLogs/directoryAudits?$filter=targetResources/any(t:t/id eq '${team.id}')&$top=1`,
    );
    expect([entry.activityDisplayName, entry.initiatedBy.app.displayName]).toEqual([
      'Delete group',
      'Microsoft Entra ID',
    ]);
    expect((await client.post(`/directory/deletedItems/${team.id}/restore`)).status).toBe(200);
    expect(await ends(team.id)).toBe(inDays(30));
  });

  test.each(['None', 'Selected'])('a policy for %s manages none, as none is selected', async (types) => {
    await ask(30, types);
    expect(await ends(team.id)).toBeNull();
  });

  test('at least thirty days, one policy, of a kind that there is', async () => {
    expect((await ask(29)).status).toBe(400);
    expect((await ask(30, 'Some')).status).toBe(400);
    expect((await ask(30)).status).toBe(201);
    expect((await ask(30)).status).toBe(400);
  });
});

describe('schema: invitations', () => {
  const invite = (email: string, more: object = {}) =>
    client.post('/invitations', {
      invitedUserEmailAddress: email,
      inviteRedirectUrl: 'https://northwind.example',
      ...more,
    });

  test('make a guest who waits to accept; a second one finds the same account', async () => {
    const first = await invite('carl@partner.example', { invitedUserDisplayName: 'Carl' });
    expect([first.status, first.body.status]).toEqual([201, 'PendingAcceptance']);
    const path = `/users/${first.body.invitedUser.id}?$select=userPrincipalName,userType,mail,externalUserState,creationType`;
    expect((await client.get(path)).body).toMatchObject({
      userPrincipalName: expect.stringMatching(/^carl_partner\.example#EXT#@\w+\.onmicrosoft\.com$/),
      userType: 'Guest',
      mail: 'carl@partner.example',
      externalUserState: 'PendingAcceptance',
      creationType: 'Invitation',
    });
    expect((await invite('carl@partner.example')).body.invitedUser.id).toBe(first.body.invitedUser.id);
  });

  test.each([
    ['an address of the tenant', 'x@northwind.example', {}],
    ['an address with signs that are not permitted', 'x+y@partner.example', {}],
    ['an unknown type', 'x@partner.example', { invitedUserType: 'Friend' }],
    ['no place to go to', 'x@partner.example', { inviteRedirectUrl: '' }],
  ])('%s is refused', async (_what, email, more) => {
    expect((await invite(email, more)).status).toBe(400);
  });
});

describe('FACTS §1 custom security attributes', () => {
  const valueType = '#Microsoft.DirectoryServices.CustomSecurityAttributeValue';
  const path = '/directory/customSecurityAttributeDefinitions';
  const write = (values: object) =>
    client.patch(`/users/${ada.id}`, {
      customSecurityAttributes: { Engineering: { '@odata.type': valueType, ...values } },
    });
  const read = async () =>
    (await client.get(`/users/${ada.id}?$select=customSecurityAttributes`)).body.customSecurityAttributes;

  beforeEach(async () => {
    await client.post('/directory/attributeSets', { id: 'Engineering', maxAttributesPerSet: 25 });
    const common = {
      attributeSet: 'Engineering',
      status: 'Available',
      isSearchable: true,
      usePreDefinedValuesOnly: false,
    };
    await client.post(path, { ...common, name: 'Projects', type: 'String', isCollection: true });
    await client.post(path, { ...common, name: 'Level', type: 'Integer', isCollection: false });
  });

  test('are written with their annotations, one by one, and null removes', async () => {
    expect((await write({ 'Projects@odata.type': '#Collection(String)', Projects: ['a', 'b'] })).status).toBe(
      204,
    );
    expect((await write({ 'Level@odata.type': '#Int32', Level: 3 })).status).toBe(204);
    expect(await read()).toEqual({
      Engineering: {
        '@odata.type': valueType,
        'Projects@odata.type': '#Collection(String)',
        Projects: ['a', 'b'],
        'Level@odata.type': '#Int32',
        Level: 3,
      },
    });
    expect((await write({ Projects: null })).status).toBe(204);
    expect(Object.keys((await read()).Engineering)).toEqual(['@odata.type', 'Level@odata.type', 'Level']);
  });

  test.each<[string, object]>([
    ['an attribute that is not defined', { Other: 'x' }],
    ['one value where a list belongs', { 'Projects@odata.type': '#Collection(String)', Projects: 'a' }],
    ['a number without its annotation', { Level: 3 }],
    ['a text where a number belongs', { 'Level@odata.type': '#Int32', Level: 'three' }],
  ])('%s is refused', async (_what, values) => {
    expect((await write(values)).status).toBe(400);
    expect(await read()).toBeNull();
  });

  test('a definition is deprecated, not deleted', async () => {
    const one = `${path}/Engineering_Level`;
    expect((await client.delete(one)).status).toBe(405);
    expect((await client.patch(one, { status: 'Deprecated' })).status).toBe(204);
    expect((await write({ 'Level@odata.type': '#Int32', Level: 3 })).status).toBe(400);
  });
});

describe('FACTS §6 what a Conditional Access policy refers to', () => {
  const policy = (users: object, more: object, controls: object) => ({
    displayName: 'P',
    state: 'disabled',
    conditions: { clientAppTypes: ['all'], users, applications: { includeApplications: ['All'], ...more } },
    grantControls: { operator: 'OR', builtInControls: [], ...controls },
  });
  const post = (body: object) => client.post('/identity/conditionalAccess/policies', body);
  const all = { includeUsers: ['All'] };

  test('an authentication strength and context must be there, and are not deleted while used', async () => {
    const strengths = '/policies/authenticationStrengthPolicies';
    const [builtIn] = await client.all(strengths);
    expect((await client.delete(`${strengths}/${builtIn.id}`)).status).toBe(400);
    const made = await client.post(strengths, { displayName: 'Keys', allowedCombinations: ['fido2'] });
    expect(made.status).toBe(201);
    const unknown = await post(policy(all, {}, { authenticationStrength: { id: ada.id } }));
    expect([unknown.status, error(unknown.body)[1].slice(0, 4)]).toEqual([400, '1040']);
    const using = await post(policy(all, {}, { authenticationStrength: { id: made.body.id } }));
    expect(using.status).toBe(201);
    expect((await client.delete(`${strengths}/${made.body.id}`)).status).toBe(400);
    await client.delete(`/identity/conditionalAccess/policies/${using.body.id}`);
    expect((await client.delete(`${strengths}/${made.body.id}`)).status).toBe(204);
    const context = { includeAuthenticationContextClassReferences: ['c7'] };
    expect((await post(policy(all, context, { builtInControls: ['mfa'] }))).status).toBe(400);
  });
});

describe('FACTS §2 the trap of DELETE without /$ref', () => {
  test('takes the object, not the link', async () => {
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    expect((await client.delete(`/groups/${group.id}/members/${bob.id}`)).status).toBe(404);
    expect((await client.delete(`/groups/${group.id}/members/${ada.id}`)).status).toBe(204);
    expect((await client.get(`/users/${ada.id}`)).status).toBe(404);
    expect((await client.get(`/directory/deletedItems/${ada.id}`)).status).toBe(200);
  });

  test('needs the permission to delete the object', async () => {
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    client.permissions = ['GroupMember.ReadWrite.All', 'Group.Read.All'];
    const reply = await client.delete(`/groups/${group.id}/members/${ada.id}`);
    expect([reply.status, error(reply.body)[0]]).toEqual([403, 'Authorization_RequestDenied']);
  });
});

describe('FACTS §3 made inside a unit', () => {
  test('a user and a group are members from the start', async () => {
    const unit = (await client.post('/directory/administrativeUnits', { displayName: 'U' })).body;
    const path = `/directory/administrativeUnits/${unit.id}/members`;
    const user = await client.post(path, { '@odata.type': '#microsoft.graph.user', ...newUser('carl') });
    const made = await client.post(path, { '@odata.type': '#microsoft.graph.group', ...security('inside') });
    expect([user.status, made.status]).toEqual([201, 201]);
    const ids = (await client.all(path)).map((item) => item.id);
    expect(ids.sort()).toEqual([user.body.id, made.body.id].sort());
  });
});

describe('FACTS §4 activated roles', () => {
  const directoryReaders = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b';

  test('a role is activated from its template, is found by it, and its members are assignments', async () => {
    const made = await client.post('/directoryRoles', { roleTemplateId: directoryReaders });
    expect(made.status).toBe(201);
    expect((await client.post('/directoryRoles', { roleTemplateId: directoryReaders })).status).toBe(400);
    const byTemplate = `/directoryRoles(roleTemplateId='${directoryReaders}')`;
    expect((await client.get(byTemplate)).body.id).toBe(made.body.id);
    const members = `/directoryRoles/${made.body.id}/members`;
    expect((await client.post(`${members}/$ref`, ref(bob.id))).status).toBe(204);
    expect((await client.post(`${members}/$ref`, ref(bob.id))).status).toBe(400);
    const held = () =>
      client.all(`/roleManagement/directory/roleAssignments?$filter=principalId eq '${bob.id}'`);
    expect((await held()).map((one) => one.roleDefinitionId)).toEqual([directoryReaders]);
    expect((await client.delete(`${members}/${bob.id}/$ref`)).status).toBe(204);
    expect(await held()).toEqual([]);
  });

  test('PIM rules: all in one request, one changed, and a schedule held to it', async () => {
    const filter = "$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'";
    const list = `/policies/roleManagementPolicyAssignments?${filter}&$expand=policy($expand=rules)`;
    const all = (await client.get(list)).body.value;
    const own = all.find((one: Body) => one.roleDefinitionId === directoryReaders);
    expect(own.policy.rules).toHaveLength(17);
    expect((await client.get('/policies/roleManagementPolicyAssignments')).status).toBe(400);
    const rule = `/policies/roleManagementPolicies/${own.policyId}/rules/Expiration_Admin_Eligibility`;
    const change = {
      '@odata.type': '#microsoft.graph.unifiedRoleManagementPolicyExpirationRule',
      isExpirationRequired: true,
      maximumDuration: 'P30D',
    };
    expect((await client.patch(rule, change)).body.maximumDuration).toBe('P30D');
    const ask = (duration: string | null) =>
      client.post('/roleManagement/directory/roleEligibilityScheduleRequests', {
        action: 'adminAssign',
        principalId: bob.id,
        roleDefinitionId: directoryReaders,
        directoryScopeId: '/',
        justification: 'why',
        scheduleInfo: {
          expiration: duration === null ? { type: 'noExpiration' } : { type: 'afterDuration', duration },
        },
      });
    const refused = await ask(null);
    expect([refused.status, error(refused.body)[0]]).toEqual([
      400,
      'RoleAssignmentRequestPolicyValidationFailed',
    ]);
    expect((await ask('P60D')).status).toBe(400);
    expect((await ask('P30D')).status).toBe(201);
  });
});

describe('FACTS §9 photos of groups', () => {
  const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
  const put = (id: string) =>
    client.send('PUT', `/groups/${id}/photo/$value`, jpeg, { 'content-type': 'image/jpeg' });

  test('Microsoft 365 groups only, in the sizes that there are', async () => {
    const team = (
      await client.post('/groups', security('team', { mailEnabled: true, groupTypes: ['Unified'] }))
    ).body;
    expect((await put(group.id)).status).toBe(400);
    expect((await put(team.id)).status).toBe(200);
    expect((await client.get(`/groups/${team.id}/photos`)).body.value).toHaveLength(9);
    expect((await client.get(`/groups/${team.id}/photos/96x96/$value`)).body).toEqual(jpeg);
    expect((await client.get(`/groups/${team.id}/photos/97x97/$value`)).status).toBe(404);
  });
});
