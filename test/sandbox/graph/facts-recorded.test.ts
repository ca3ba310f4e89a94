/** FACTS §18, what was recorded from the real service, one case for each sentence; the replay itself is recordings.test.ts. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { startTenant, tenantId, type Body, type Client } from './harness.js';
import { domain, newUser, openScene, ref, security, userRole } from './scene.js';

let client: Client;
let ada: Body;
let bob: Body;
let group: Body;
let app: Body;
let principal: Body;

beforeEach(async () => {
  ({ client, ada, bob, group } = await openScene());
  client.allow(
    'Application.ReadWrite.All',
    'AppRoleAssignment.ReadWrite.All',
    'DelegatedPermissionGrant.ReadWrite.All',
  );
  app = await client.make('/applications', { displayName: 'App' });
  principal = await client.make('/servicePrincipals', { appId: app.appId });
});

const wire = (item: Body): string[] => Object.keys(item).filter((key) => !key.startsWith('@'));
const grantOf = (): Body => ({
  clientId: principal.id,
  consentType: 'AllPrincipals',
  resourceId: principal.id,
  scope: 'read',
});

describe('FACTS §18 headers', () => {
  const directory = (id: string, type: string): string =>
    `https://graph.microsoft.com/v2/${tenantId}/directoryObjects/${id}/Microsoft.DirectoryServices.${type}`;

  test.each([
    ['/users', () => newUser('carl'), 'User'],
    ['/groups', () => security('more'), 'Group'],
    ['/applications', () => ({ displayName: 'More' }), 'Application'],
  ])('Location of a 201 of %s', async (path, body, type) => {
    const made = await client.post(path, body());
    expect([made.status, made.headers['location']]).toEqual([201, directory(made.body.id, type)]);
  });

  test('Location of a new service principal, and of a grant', async () => {
    const other = (await client.post('/applications', { displayName: 'Other' })).body;
    const made = await client.post('/servicePrincipals', { appId: other.appId });
    expect(made.headers['location']).toBe(directory(made.body.id, 'ServicePrincipal'));
    const grant = await client.post('/oauth2PermissionGrants', grantOf());
    expect(grant.headers['location']).toBe(
      `https://graph.microsoft.com/v2/${tenantId}/oauth2PermissionGrants/${grant.body.id}`,
    );
  });

  test.each([
    ['getByIds', () => client.post('/directoryObjects/getByIds', { ids: [ada.id] })],
    [
      'getMemberGroups',
      () => client.post(`/users/${ada.id}/getMemberGroups`, { securityEnabledOnly: false }),
    ],
    ['checkMemberGroups', () => client.post(`/users/${ada.id}/checkMemberGroups`, { groupIds: [group.id] })],
    ['addPassword', () => client.post(`/applications/${app.id}/addPassword`, {})],
  ])('the action %s answers 200 with a bare Location', async (_name, act) => {
    const reply = await act();
    expect([reply.status, reply.headers['location']]).toEqual([200, 'https://graph.microsoft.com']);
  });

  test.each([
    ['PATCH', () => client.patch(`/users/${ada.id}`, { city: 'X' })],
    ['POST $ref', () => client.post(`/groups/${group.id}/members/$ref`, ref(ada.id))],
    ['PUT $ref', () => client.put(`/users/${ada.id}/manager/$ref`, ref(bob.id))],
    ['DELETE', () => client.delete(`/users/${ada.id}`)],
  ])('%s answers 204 with no body and no content type', async (_name, act) => {
    const { status, body, headers } = await act();
    expect([status, body, headers['content-type'], headers['x-ms-resource-unit']]).toEqual([
      204,
      undefined,
      undefined,
      '1',
    ]);
  });
});

describe('FACTS §18 404 and empty lists', () => {
  test.each([
    ['/users/nobody@northwind.example', 'nobody@northwind.example'],
    ['/users/00000000-0000-4000-8000-000000000000', '00000000-0000-4000-8000-000000000000'],
    ["/applications(appId='00000000-0000-4000-8000-000000000001')", '00000000-0000-4000-8000-000000000001'],
    ['/groups/ABCDEF00-0000-4000-8000-000000000000/members', 'ABCDEF00-0000-4000-8000-000000000000'],
  ])('%s: the key stands as it was sent', async (path, key) => {
    const { status, body } = await client.get(path);
    expect([status, body.error.message]).toEqual([
      404,
      `Resource '${key}' does not exist or one of its queried reference-property objects are not present.`,
    ]);
    expect(body.error.innerError.date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
  });

  test('an appId in the place of an object id is a 404; a filter without a hit is an empty 200', async () => {
    expect((await client.get(`/applications/${app.appId}`)).status).toBe(404);
    expect((await client.get(`/servicePrincipals/${app.appId}`)).status).toBe(404);
    const { status, body } = await client.get("/applications?$filter=displayName eq 'none'");
    expect([status, body.value]).toEqual([200, []]);
  });
});

describe('FACTS §18 default sets', () => {
  test('a user has 11 properties among members and owners, too', async () => {
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    await client.post(`/groups/${group.id}/owners/$ref`, ref(ada.id));
    for (const links of ['members', 'owners']) {
      const [one] = await client.all(`/groups/${group.id}/${links}`);
      expect(one['@odata.type']).toBe('#microsoft.graph.user');
      expect(wire(one).sort()).toEqual(wire(ada).sort());
    }
    expect(wire(ada)).toHaveLength(11);
  });

  test('group 33 with nulls and empty lists written out, application 38, service principal 36', async () => {
    for (const [path, count] of [
      [`/groups/${group.id}`, 33],
      [`/applications/${app.id}`, 38],
      [`/servicePrincipals/${principal.id}`, 36],
    ] as const)
      expect([path, wire((await client.get(path)).body).length]).toEqual([path, count]);
    expect(group).toMatchObject({
      creationOptions: [],
      resourceBehaviorOptions: [],
      resourceProvisioningOptions: [],
      serviceProvisioningErrors: [],
      description: null,
    });
  });
});

describe('FACTS §18 between write and read', () => {
  test('whole seconds are read; appRoles gain an origin; the audience is the one that was sent', async () => {
    const sent = { displayName: 'B', appRoles: [userRole], signInAudience: 'AzureADMultipleOrgs' };
    const made = (await client.post('/applications', sent)).body;
    const read = (await client.get(`/applications/${made.id}`)).body;
    expect(read.createdDateTime).toMatch(/T\d\d:\d\d:\d\dZ$/);
    expect(Date.parse(made.createdDateTime.slice(0, 19) + 'Z')).toBe(Date.parse(read.createdDateTime));
    expect([read.appRoles[0].origin, read.signInAudience]).toEqual(['Application', 'AzureADMultipleOrgs']);
  });

  test('by switch lists that are sets come back in another order, from an update as from a create', async () => {
    const redirectUris = ['https://b.example', 'https://a.example', 'https://c.example'];
    const read = async () => (await client.get(`/applications/${app.id}`)).body.web.redirectUris;
    await client.patch(`/applications/${app.id}`, { web: { redirectUris } });
    expect(await read()).toEqual(redirectUris);
    await client.tenant.damage({ do: 'switch', name: 'listsComeBackTurned', value: true });
    await client.patch(`/applications/${app.id}`, { web: { redirectUris } });
    expect(await read()).toEqual([...redirectUris].reverse());
    const access = (id: string) => ({ resourceAppId: id, resourceAccess: [{ id, type: 'Scope' }] });
    const requiredResourceAccess = [access(app.appId), access(ada.id)];
    const made = await client.post('/applications', { displayName: 'B', requiredResourceAccess });
    expect(made.body.requiredResourceAccess).toEqual([...requiredResourceAccess].reverse());
    const names = [`https://one.${domain}`, `https://two.${domain}`];
    const other = await client.post('/applications', { displayName: 'C', identifierUris: names });
    const { body } = await client.post('/servicePrincipals', { appId: other.body.appId });
    expect([...body.servicePrincipalNames].sort()).toEqual([other.body.appId, ...names].sort());
  });

  test('members, owners and a filter show what was written by the next request', async () => {
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    expect((await client.all(`/groups/${group.id}/members`)).map(({ id }) => id)).toEqual([ada.id]);
    const carl = (await client.post('/users', newUser('carl'))).body;
    expect((await client.all("/users?$filter=displayName eq 'carl'")).map(({ id }) => id)).toEqual([carl.id]);
  });
});

describe('FACTS §18 links', () => {
  test('getMemberGroups and checkMemberGroups are transitive, members and memberOf direct', async () => {
    const outer = (await client.post('/groups', security('outer'))).body;
    await client.post(`/groups/${outer.id}/members/$ref`, ref(group.id));
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    const above = await client.post(`/users/${ada.id}/getMemberGroups`, { securityEnabledOnly: false });
    expect([...above.body.value].sort()).toEqual([group.id, outer.id].sort());
    const checked = await client.post(`/users/${ada.id}/checkMemberGroups`, { groupIds: [outer.id] });
    expect(checked.body.value).toEqual([outer.id]);
    expect((await client.all(`/users/${ada.id}/memberOf`)).map(({ id }) => id)).toEqual([group.id]);
    expect((await client.all(`/groups/${outer.id}/members`)).map(({ id }) => id)).toEqual([group.id]);
  });

  test('a user, a group and a service principal are members of a security group', async () => {
    const inner = (await client.post('/groups', security('inner'))).body;
    for (const { id } of [ada, inner, principal])
      expect((await client.post(`/groups/${group.id}/members/$ref`, ref(id))).status).toBe(204);
    const types = (await client.all(`/groups/${group.id}/members`)).map((one) => one['@odata.type']).sort();
    expect(types).toEqual(['group', 'servicePrincipal', 'user'].map((name) => `#microsoft.graph.${name}`));
  });

  test('owners/$ref takes the address of a user, too', async () => {
    const reference = { '@odata.id': `https://graph.microsoft.com/v1.0/users/${ada.id}` };
    expect((await client.post(`/groups/${group.id}/owners/$ref`, reference)).status).toBe(204);
    expect((await client.all(`/groups/${group.id}/owners`)).map(({ id }) => id)).toEqual([ada.id]);
  });

  test('a signed-in creator owns its application, and not its service principal or security group', async () => {
    client.userId = ada.id;
    const own = (await client.post('/applications', { displayName: 'Own' })).body;
    const ownPrincipal = (await client.post('/servicePrincipals', { appId: own.appId })).body;
    const ownGroup = (await client.post('/groups', security('own'))).body;
    const owners = async (path: string) => (await client.all(`${path}/owners`)).map(({ id }) => id);
    expect(await owners(`/applications/${own.id}`)).toEqual([ada.id]);
    expect(await owners(`/servicePrincipals/${ownPrincipal.id}`)).toEqual([]);
    expect(await owners(`/groups/${ownGroup.id}`)).toEqual([]);
    expect((await client.delete(`/applications/${own.id}/owners/${ada.id}/$ref`)).status).toBe(204);
    expect(await owners(`/applications/${own.id}`)).toEqual([]);
  });

  test('deleting a service principal leaves its application', async () => {
    expect((await client.delete(`/servicePrincipals/${principal.id}`)).status).toBe(204);
    expect((await client.get(`/applications/${app.id}`)).status).toBe(200);
  });

  test('the id of an AllPrincipals grant is base64url of both GUIDs’ bytes, and so is always the same', async () => {
    const bytes = (guid: string): Buffer => {
      const [a = '', b = '', c = '', ...rest] = guid.split('-');
      const turned = (hex: string): Buffer => Buffer.from(hex, 'hex').reverse();
      return Buffer.concat([turned(a), turned(b), turned(c), Buffer.from(rest.join(''), 'hex')]);
    };
    const made = await client.post('/oauth2PermissionGrants', grantOf());
    const expected = Buffer.concat([bytes(principal.id), bytes(principal.id)]).toString('base64url');
    expect(made.body.id).toBe(expected);
    await client.delete(`/oauth2PermissionGrants/${made.body.id}`);
    expect((await client.post('/oauth2PermissionGrants', grantOf())).body.id).toBe(expected);
  });
});

describe('FACTS §18, §16.13 names with signs in them', () => {
  test.each(['$odd#one', "o'hara"])(
    '%s works for GET, PATCH, DELETE and actions when escaped',
    async (name) => {
      const userPrincipalName = `${name}@${domain}`;
      const wanted = newUser('odd', { userPrincipalName, mailNickname: name.replace("'", '') });
      const made = (await client.post('/users', wanted)).body;
      const keys = [
        `/users('${encodeURIComponent(userPrincipalName.replace("'", "''"))}')`,
        `/users/${encodeURIComponent(userPrincipalName)}`,
      ];
      for (const key of keys) {
        expect((await client.get(key)).body.id).toBe(made.id);
        expect((await client.patch(key, { city: 'X' })).status).toBe(204);
        const groups = await client.post(`${key}/getMemberGroups`, { securityEnabledOnly: false });
        expect(groups.status).toBe(200);
      }
      expect((await client.delete(keys[0] ?? '')).status).toBe(204);
      expect((await client.get(`/users/${made.id}`)).status).toBe(404);
    },
  );

  test('users come about 100 a page in order of userPrincipalName, the nextLink before the value', async () => {
    const many = await startTenant({ population: { users: 120, groups: 1, seed: 3 } });
    const { body } = await many.get('/users');
    expect(Object.keys(body)).toEqual(['@odata.context', '@odata.nextLink', 'value']);
    const names = body.value.map((user: Body) => user.userPrincipalName.toLowerCase());
    expect(names).toHaveLength(100);
    // Punctuation stands before digits there: "a@" before "a2@".
    const order = (name: string): string => name.replace('@', ' ');
    expect(names.map(order)).toEqual(names.map(order).sort());
  });
});
