/**
 * FACTS §1 and Microsoft's page on permissions ("limited information returned for inaccessible member objects"): who may read a list of
 * links but not what is at their end; hidden memberships and Member.Read.Hidden.
 */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { rightsOf, OWNED_BY } from '../../../sandbox/graph/permissions/permit.js';
import { readersOf } from '../../../sandbox/graph/permissions/seen-links.js';
import { routes } from '../../../sandbox/graph/routes/index.js';
import { servicePermissions } from '../../../sandbox/graph/population/apps.js';
import type { Body, Client } from './harness.js';
import { openScene, ref, security } from './scene.js';

let client: Client;
let ada: Body;
let group: Body;
let nested: Body;
beforeEach(async () => {
  const scene = await openScene();
  ({ client, ada, group } = scene);
  nested = (await client.post('/groups', security('nested'))).body;
  for (const { id } of [ada, nested]) await client.post(`/groups/${group.id}/members/$ref`, ref(id));
});

const membersOf = async (id: string, query = ''): Promise<Body[]> =>
  (await client.get(`/groups/${id}/members${query}`)).body.value;
/** Names of what is not null and not empty. */
const told = (object: Body): string[] =>
  Object.keys(object)
    .filter((name) => object[name] !== null && !(Array.isArray(object[name]) && object[name].length === 0))
    .sort();
const bare = ['@odata.type', 'id'];

describe('what the token does not let one read', () => {
  test('the permissions are those of the route of one object of the type', () => {
    for (const [kind, pattern] of Object.entries({
      user: '/users/{id}',
      group: '/groups/{id}',
      device: '/devices/{id}',
      servicePrincipal: '/servicePrincipals/{id}',
      application: '/applications/{id}',
      orgContact: '/contacts/{id}',
      administrativeUnit: '/directory/administrativeUnits/{id}',
      directoryRole: '/directoryRoles/{id}',
    })) {
      const route = routes.find((one) => one.method === 'GET' && one.pattern === pattern);
      const { anyOf, toOwners } = rightsOf(route as (typeof routes)[number]);
      const expected = [...anyOf, ...(toOwners ? [OWNED_BY] : [])];
      expect([kind, ...[...(readersOf[kind as 'user'] ?? [])].sort()]).toEqual([kind, ...expected.sort()]);
    }
  });

  test('members of a type that the caller may not read are told by type and id, the others whole', async () => {
    client.permissions = ['GroupMember.Read.All'];
    const [user, other] = (await membersOf(group.id)).sort((a, b) =>
      a['@odata.type'] < b['@odata.type'] ? 1 : -1,
    );
    expect(user).toMatchObject({ '@odata.type': '#microsoft.graph.user', id: ada.id, displayName: null });
    expect(told(user)).toEqual(bare);
    expect(other).toMatchObject({
      '@odata.type': '#microsoft.graph.group',
      id: nested.id,
      displayName: 'nested',
    });
  });

  test('neither $select nor a cast nor one member brings more', async () => {
    client.permissions = ['GroupMember.Read.All'];
    const selected = await membersOf(
      group.id,
      '?$select=id,displayName,createdDateTime,identities,securityIdentifier',
    );
    const user = selected.find((one) => one.id === ada.id);
    expect(told(user)).toEqual(bare);
    const cast = (await membersOf(group.id, '/microsoft.graph.user'))[0];
    expect(told(cast)).toEqual(['id']);
    const one = await client.get(`/groups/${group.id}/members/${ada.id}/microsoft.graph.user`);
    expect(one.body).toMatchObject({ id: ada.id, displayName: null, userPrincipalName: null });
  });

  test('with a permission for users they are whole', async () => {
    client.permissions = ['GroupMember.Read.All', 'User.ReadBasic.All'];
    expect((await membersOf(group.id)).map((one) => one.displayName).sort()).toEqual(['ada', 'nested']);
  });

  test('a permission that is taken away counts at once, for a page that was just read too', async () => {
    client.permissions = ['GroupMember.Read.All', 'User.Read.All'];
    const isWhole = async (): Promise<boolean> =>
      (await membersOf(group.id)).find(({ id }) => id === ada.id)?.displayName === ada.displayName;
    expect([await isWhole(), await isWhole()]).toEqual([true, true]);
    client.tenant.fault({ name: 'permissionRemoved', permission: 'User.Read.All' });
    expect([await isWhole(), await isWhole()]).toEqual([false, false]);
  });

  test('groups that somebody is in are told likewise, and owners of an application', async () => {
    client.permissions = ['User.Read.All'];
    const above = (await client.get(`/users/${ada.id}/transitiveMemberOf`)).body.value;
    expect(above.map(told)).toEqual([bare]);
    client.permissions = ['Application.ReadWrite.All', 'Directory.Read.All'];
    const app = (await client.post('/applications', { displayName: 'Owned' })).body;
    await client.post(`/applications/${app.id}/owners/$ref`, ref(ada.id));
    client.permissions = ['Application.Read.All'];
    expect((await client.get(`/applications/${app.id}/owners`)).body.value.map(told)).toEqual([bare]);
  });
});

describe('FACTS §1 hidden membership', () => {
  let hidden: Body;
  const permissions = servicePermissions;
  const without = permissions.filter((name) => name !== 'Member.Read.Hidden');
  beforeEach(async () => {
    const unified = { mailEnabled: true, securityEnabled: true, groupTypes: ['Unified'] };
    const made = await client.post(
      '/groups',
      security('hidden', { ...unified, visibility: 'HiddenMembership' }),
    );
    hidden = made.body;
    await client.post(`/groups/${hidden.id}/members/$ref`, ref(ada.id));
  });

  test('without Member.Read.Hidden its members come with most properties null, whatever else is held', async () => {
    expect((await membersOf(hidden.id)).map((one) => one.displayName)).toEqual(['ada']);
    client.permissions = without;
    const [member] = await membersOf(hidden.id);
    expect(told(member)).toEqual(bare);
    expect((await membersOf(group.id)).find((one) => one.id === ada.id)?.displayName).toBe('ada');
  });

  test('and it is not among the groups that somebody is in, by list or by function', async () => {
    const ask = async () => [
      (await client.all(`/users/${ada.id}/memberOf`)).map(({ id }) => id),
      (await client.all(`/users/${ada.id}/transitiveMemberOf`)).map(({ id }) => id),
      (await client.post(`/users/${ada.id}/getMemberGroups`, { securityEnabledOnly: false })).body.value,
      (await client.post(`/users/${ada.id}/getMemberObjects`, { securityEnabledOnly: false })).body.value,
      (await client.post(`/users/${ada.id}/checkMemberGroups`, { groupIds: [group.id, hidden.id] })).body
        .value,
    ];
    const both = [group.id, hidden.id].sort();
    for (const ids of await ask()) expect([...ids].sort()).toEqual(both);
    client.permissions = without;
    for (const ids of await ask()) expect(ids).toEqual([group.id]);
  });

  test('the same of a unit with hidden membership', async () => {
    client.permissions = [...permissions, 'AdministrativeUnit.ReadWrite.All'];
    const unit = (
      await client.post('/directory/administrativeUnits', {
        displayName: 'U',
        visibility: 'HiddenMembership',
      })
    ).body;
    await client.post(`/directory/administrativeUnits/${unit.id}/members/$ref`, ref(ada.id));
    client.permissions = without;
    const [member] = (await client.get(`/directory/administrativeUnits/${unit.id}/members`)).body.value;
    expect(told(member)).toEqual(bare);
  });
});
