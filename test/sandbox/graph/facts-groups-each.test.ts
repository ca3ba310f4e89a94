import { beforeEach, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import type { Body, Client, Reply } from './harness.js';
import { newUser, openScene, ref, security } from './scene.js';

/** FACTS §2 and §3, sentence by sentence: what facts-groups, facts-audit and facts-permissions leave out. */
const contract = loadContract(findContractDir());

let client: Client;
let ada: Body;
let bob: Body;
let group: Body;
let team: Body;

const unified = { mailEnabled: true, groupTypes: ['Unified'] };
const rule = {
  membershipRule: '(user.department -eq "Engines")',
  membershipRuleProcessingState: 'On',
};
const dynamic = { groupTypes: ['DynamicMembership'], ...rule };
const units = '/directory/administrativeUnits';

beforeEach(async () => {
  ({ client, ada, bob, group } = await openScene({ contract, ada: { department: 'Engines' } }));
  client.allow(
    'AdministrativeUnit.ReadWrite.All',
    'Application.ReadWrite.All',
    'Device.ReadWrite.All',
    'RoleManagement.ReadWrite.Directory',
  );
  team = await client.make('/groups', security('team', unified));
});

const patch = (body: object, one: Body = group): Promise<Reply> => client.patch(`/groups/${one.id}`, body);
const add = (id: string, one: Body = group) => client.post(`/groups/${one.id}/members/$ref`, ref(id));
const members = async (one: Body = group): Promise<string[]> =>
  (await client.all(`/groups/${one.id}/members`)).map(({ id }) => id).sort();
const damage = (step: Record<string, unknown>) => client.tenant.damage(step);

describe('FACTS §2 kinds of groups', () => {
  test.each(['displayName', 'mailEnabled', 'mailNickname', 'securityEnabled'])(
    'a POST needs %s',
    async (name) => {
      const { [name]: _left, ...rest } = security('x') as Record<string, unknown>;
      expect((await client.post('/groups', rest)).status).toBe(400);
    },
  );

  test.each([
    ['a distribution list', { mailEnabled: true, securityEnabled: false }],
    ['a mail-enabled security group', { mailEnabled: true, securityEnabled: true }],
  ])('%s is read and not changed, deleted or given members', async (_kind, kind) => {
    const id = '0e000000-0000-4000-8000-000000000001';
    await damage({ do: 'createGroup', properties: { id, displayName: 'List', ...kind } });
    expect((await client.get(`/groups/${id}`)).body).toMatchObject(kind);
    expect((await client.patch(`/groups/${id}`, { displayName: 'X' })).status).toBe(400);
    expect((await client.delete(`/groups/${id}`)).status).toBe(400);
    for (const links of ['members', 'owners'])
      expect((await client.post(`/groups/${id}/${links}/$ref`, ref(ada.id))).status).toBe(400);
  });

  test('a Microsoft 365 group may be a security group or not, and has an address', async () => {
    const plain = await client.make('/groups', security('plain', { ...unified, securityEnabled: false }));
    expect([plain.securityEnabled, plain.mail, plain.proxyAddresses]).toEqual([
      false,
      'plain@northwind.example',
      ['SMTP:plain@northwind.example'],
    ]);
  });

  test('without owners it is ownerless when an application makes it; Group.Create alone does not change it then', async () => {
    client.permissions = ['Group.Create', 'Group.Read.All'];
    const made = await client.make('/groups', security('orphan'));
    expect(await client.all(`/groups/${made.id}/owners`)).toEqual([]);
    expect((await patch({ description: 'x' }, made)).status).toBe(403);
  });

  test('twenty relationships in a POST, members and owners together', async () => {
    const users = await Promise.all(
      Array.from({ length: 21 }, (_, i) => client.make('/users', newUser(`u${i}`))),
    );
    const links = users.map(({ id }) => ref(id)['@odata.id']);
    const body = (owners: number) =>
      security('many', {
        'members@odata.bind': links.slice(owners),
        'owners@odata.bind': links.slice(0, owners),
      });
    expect((await client.post('/groups', body(5))).status).toBe(400);
    links.pop();
    const made = await client.make('/groups', body(5));
    expect([(await members(made)).length, (await client.all(`/groups/${made.id}/owners`)).length]).toEqual([
      15, 5,
    ]);
  });
});

describe('FACTS §2 role-assignable groups', () => {
  let roles: Body;

  beforeEach(async () => {
    roles = await client.make('/groups', security('roles', { isAssignableToRole: true }));
  });

  test.each<[string, object]>([
    ['dynamic', dynamic],
    ['no security group', { ...unified, securityEnabled: false }],
    ['public', { visibility: 'Public' }],
  ])('is never %s', async (_what, more) => {
    expect((await client.post('/groups', security('x', { isAssignableToRole: true, ...more }))).status).toBe(
      400,
    );
  });

  test('is private, and stays what it is', async () => {
    expect(roles.visibility).toBe('Private');
    expect((await patch({ isAssignableToRole: false }, roles)).status).toBe(400);
    expect((await patch({ isAssignableToRole: true })).status).toBe(400);
    expect((await patch(dynamic, roles)).status).toBe(400);
  });

  test('holds no groups, and is held by none that grants roles', async () => {
    expect((await add(group.id, roles)).status).toBe(400);
    expect((await add(roles.id)).status).toBe(204);
  });

  test('restored by an application that may manage roles', async () => {
    await client.delete(`/groups/${roles.id}`);
    const all = client.permissions;
    client.permissions = all.filter((name) => name !== 'RoleManagement.ReadWrite.Directory');
    expect((await client.post(`/directory/deletedItems/${roles.id}/restore`)).status).toBe(403);
    client.permissions = all;
    expect((await client.post(`/directory/deletedItems/${roles.id}/restore`)).status).toBe(200);
  });
});

describe('FACTS §2 properties of groups', () => {
  test.each([
    'mail',
    'proxyAddresses',
    'createdDateTime',
    'renewedDateTime',
    'expirationDateTime',
    'securityIdentifier',
    'assignedLicenses',
    'assignedLabels',
    'onPremisesSyncEnabled',
    'onPremisesDomainName',
    'onPremisesLastSyncDateTime',
    'onPremisesSamAccountName',
    'onPremisesSecurityIdentifier',
    'onPremisesProvisioningErrors',
  ])('%s is read-only to an application', async (name) => {
    expect((await patch({ [name]: null })).body.error.message).toBe(
      `Property '${name}' is read-only and cannot be set.`,
    );
  });

  test.each([
    'allowExternalSenders',
    'autoSubscribeNewMembers',
    'hideFromAddressLists',
    'hideFromOutlookClients',
    'isSubscribedByMail',
  ])('%s is of the mailbox: a request of its own, and a person’s; read by id alone', async (name) => {
    expect((await patch({ [name]: true, description: 'x' }, team)).status).toBe(400);
    expect((await patch({ [name]: true }, team)).status).toBe(403);
    expect((await client.get(`/groups/${team.id}?$select=${name}`)).body[name]).toBe(false);
    const listed = (await client.all(`/groups?$select=id,${name}`)).find(({ id }) => id === team.id);
    expect(listed).toEqual({ id: team.id });
  });

  test('assignedLabels, assignedLicenses and others come where they are named', async () => {
    const names = [
      'assignedLabels',
      'assignedLicenses',
      'licenseProcessingState',
      'isManagementRestricted',
      'uniqueName',
    ];
    const whole = (await client.get(`/groups/${group.id}`)).body;
    expect(names.filter((name) => name in whole)).toEqual([]);
    const chosen = (await client.get(`/groups/${group.id}?$select=${names.join(',')}`)).body;
    expect(names.filter((name) => !(name in chosen))).toEqual([]);
  });

  test('uniqueName is set once', async () => {
    expect((await patch({ uniqueName: 'readers' })).status).toBe(204);
    expect((await patch({ uniqueName: 'others' })).status).toBe(400);
    expect((await patch({ uniqueName: 'readers', description: 'x' })).status).toBe(204);
  });

  test('hidden membership is chosen at create and for good', async () => {
    const hidden = await client.make(
      '/groups',
      security('hidden', { ...unified, visibility: 'HiddenMembership' }),
    );
    expect((await patch({ visibility: 'Private' }, hidden)).status).toBe(400);
    expect((await patch({ visibility: 'HiddenMembership' }, team)).status).toBe(400);
    expect((await patch({ visibility: 'Private' }, team)).status).toBe(204);
  });

  test('to dynamic: who fits the rule stays or comes, the rest goes', async () => {
    await add(bob.id);
    expect((await patch(dynamic)).status).toBe(204);
    expect(await members()).toEqual([ada.id]);
    expect((await add(bob.id)).status).toBe(403);
    expect((await client.delete(`/groups/${group.id}/members/${ada.id}/$ref`)).status).toBe(403);
    await client.patch(`/users/${bob.id}`, { department: 'Engines' });
    expect(await members()).toEqual([ada.id, bob.id].sort());
  });

  test('only a Microsoft 365 group is renewed', async () => {
    expect((await client.post(`/groups/${group.id}/renew`)).status).toBe(400);
    expect((await client.post(`/groups/${team.id}/renew`)).status).toBe(204);
  });
});

describe('FACTS §2 who can be a member', () => {
  let principal: Body;
  const device = '0d000000-0000-4000-8000-000000000001';
  const contact = '0c000000-0000-4000-8000-000000000001';

  beforeEach(async () => {
    const app = await client.make('/applications', { displayName: 'A' });
    principal = await client.make('/servicePrincipals', { appId: app.appId });
    for (const [type, id] of [
      ['device', device],
      ['orgContact', contact],
    ])
      await damage({
        do: 'seed',
        object: { '@odata.type': `#microsoft.graph.${type}`, id, displayName: 'X' },
      });
  });

  test('users, groups, devices and service principals of a security group; no contacts', async () => {
    const other = await client.make('/groups', security('other'));
    for (const id of [ada.id, other.id, device, principal.id])
      expect([id, (await add(id)).status]).toEqual([id, 204]);
    expect((await add(contact)).status).toBe(400);
    expect((await add(group.id)).status).toBe(400);
    expect(await members()).toHaveLength(4);
  });

  test('people of a Microsoft 365 group; no groups, no service principals', async () => {
    expect((await add(ada.id, team)).status).toBe(204);
    for (const id of [group.id, principal.id, contact]) expect((await add(id, team)).status).toBe(400);
    expect((await add(team.id)).status).toBe(400);
  });

  test.each(['members', 'owners'])('of %s, one that is there already is told by that name', async (links) => {
    const path = `/groups/${group.id}/${links}/$ref`;
    expect((await client.post(path, ref(ada.id))).status).toBe(204);
    expect((await client.post(path, ref(ada.id))).body.error.message).toBe(
      `One or more added object references already exist for the following modified properties: '${links}'.`,
    );
    expect((await client.post(path, ref('0f000000-0000-4000-8000-000000000009'))).status).toBe(404);
    expect((await client.delete(`/groups/${group.id}/${links}/${bob.id}/$ref`)).status).toBe(404);
  });

  test('a page of members holds a hundred, 999 at most', async () => {
    for (let i = 0; i < 6; i += 1) {
      const made = await Promise.all(
        Array.from({ length: 20 }, (_, j) => client.make('/users', newUser(`m${i}-${j}`))),
      );
      const bind = made.map(({ id }) => ref(id)['@odata.id']);
      expect((await patch({ 'members@odata.bind': bind })).status).toBe(204);
    }
    const path = `/groups/${group.id}/members`;
    expect((await client.get(path)).body.value).toHaveLength(100);
    expect((await client.get(`${path}?$top=999`)).body.value).toHaveLength(120);
    expect((await client.get(`${path}?$top=1000`)).status).toBe(400);
    for (const name of ['transitiveMembers', 'members'])
      expect((await client.get(`/groups/${group.id}/${name}?$search="displayName:m1"`)).status).toBe(400);
  });
});

describe('FACTS §3 administrative units', () => {
  test('a name is required; visibility and restriction are fixed at create; the rest may change', async () => {
    expect((await client.post(units, { description: 'x' })).status).toBe(400);
    const unit = await client.make(units, { displayName: 'U', visibility: 'HiddenMembership' });
    const change = (body: object) => client.patch(`${units}/${unit.id}`, body);
    expect((await change({ visibility: null })).status).toBe(400);
    expect((await change({ isMemberManagementRestricted: true })).status).toBe(400);
    expect((await change({ displayName: 'V', description: 'x' })).status).toBe(204);
  });

  test('users, groups and devices are members; others are not, and a member only once', async () => {
    const unit = await client.make(units, { displayName: 'U' });
    const path = `${units}/${unit.id}/members/$ref`;
    const app = await client.make('/applications', { displayName: 'A' });
    for (const id of [ada.id, group.id]) expect((await client.post(path, ref(id))).status).toBe(204);
    expect((await client.post(path, ref(app.id))).status).toBe(400);
    expect((await client.post(path, ref(ada.id))).status).toBe(400);
  });

  test('a group brings only itself under the unit', async () => {
    await add(ada.id);
    const unit = await client.make(units, { displayName: 'U', isMemberManagementRestricted: true });
    await client.post(`${units}/${unit.id}/members/$ref`, ref(group.id));
    expect((await client.all(`${units}/${unit.id}/members`)).map(({ id }) => id)).toEqual([group.id]);
    expect((await client.patch(`/users/${ada.id}`, { jobTitle: 'Lead' })).status).toBe(204);
    expect((await patch({ description: 'x' })).status).toBe(403);
  });

  test('a dynamic one needs its rule, follows it, and takes nobody by hand', async () => {
    expect((await client.post(units, { displayName: 'U', membershipType: 'Dynamic' })).status).toBe(400);
    const unit = await client.make(units, { displayName: 'U', membershipType: 'Dynamic', ...rule });
    const path = `${units}/${unit.id}/members`;
    const there = async () => (await client.all(path)).map(({ id }) => id);
    expect(await there()).toEqual([ada.id]);
    expect((await client.post(`${path}/$ref`, ref(bob.id))).status).toBe(403);
    await client.patch(`/users/${ada.id}`, { department: 'Research' });
    expect(await there()).toEqual([]);
    expect((await client.patch(`${units}/${unit.id}`, { membershipType: 'Assigned' })).status).toBe(204);
    expect((await client.post(`${path}/$ref`, ref(bob.id))).status).toBe(204);
  });

  test('a scoped role is a role assignment at the scope of the unit, one list for all', async () => {
    const unit = await client.make(units, { displayName: 'U' });
    const roleTemplateId = '729827e3-9c14-49f7-bb1b-9608f156bbb8';
    await client.post('/directoryRoles', { roleTemplateId });
    const role = (await client.get(`/directoryRoles(roleTemplateId='${roleTemplateId}')`)).body;
    await client.make(`${units}/${unit.id}/scopedRoleMembers`, {
      roleId: role.id,
      roleMemberInfo: { id: ada.id },
    });
    const held = await client.all(
      `/roleManagement/directory/roleAssignments?$filter=principalId eq '${ada.id}'`,
    );
    expect(held).toMatchObject([
      { roleDefinitionId: roleTemplateId, directoryScopeId: `/administrativeUnits/${unit.id}` },
    ]);
  });
});
