/** FACTS §1, §2, §5, §6, §15: permissions that depend on what is sent, and directory roles for administrators. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { OWNED_BY } from '../../../sandbox/graph/permissions/permit.js';
import { serviceApp, type Body, type Client, type Reply } from './harness.js';
import { disabledPolicy, openScene, ref, security } from './scene.js';

describe('FACTS §1, §2, §5, §6: what a handler decides by what is sent', () => {
  let client: Client;
  let ada: Body;
  let group: Body;
  let app: Body;
  let principal: Body;

  beforeEach(async () => {
    ({ client, ada, group } = await openScene());
    client.allow('Application.ReadWrite.All');
    app = await client.make('/applications', { displayName: 'A' });
    principal = await client.make('/servicePrincipals', { appId: app.appId });
  });

  const defaultAccess = '00000000-0000-0000-0000-000000000000';
  const location = {
    '@odata.type': '#microsoft.graph.countryNamedLocation',
    displayName: 'L',
    countriesAndRegions: ['DE'],
  };
  const ca = ['Policy.Read.All', 'Policy.ReadWrite.ConditionalAccess'];

  /** Each set of permissions alone does it; without any one of its members it is refused. */
  test.each<[string, () => Promise<Reply>, string[][]]>([
    [
      'creating a group',
      () => client.post('/groups', security('g')),
      [['Group.Create'], ['Group.ReadWrite.All'], ['Directory.ReadWrite.All']],
    ],
    [
      'changing a group',
      () => client.patch(`/groups/${group.id}`, { description: 'X' }),
      [['Group.ReadWrite.All'], ['Directory.ReadWrite.All']],
    ],
    [
      'a department',
      () => client.patch(`/users/${ada.id}`, { department: 'X' }),
      [['User.ReadWrite.All'], ['Directory.ReadWrite.All']],
    ],
    [
      'a phone',
      () => client.patch(`/users/${ada.id}`, { mobilePhone: '1' }),
      [['User-Phone.ReadWrite.All'], ['User.ReadWrite.All']],
    ],
    [
      'further mail addresses',
      () => client.patch(`/users/${ada.id}`, { otherMails: ['a@b.example'] }),
      [['User-Mail.ReadWrite.All'], ['User.ReadWrite.All']],
    ],
    [
      'blocking an account',
      () => client.patch(`/users/${ada.id}`, { accountEnabled: false }),
      [['User.EnableDisableAccount.All'], ['User.ReadWrite.All']],
    ],
    [
      'a password',
      () => client.patch(`/users/${ada.id}`, { passwordProfile: { password: 'Correct-Horse-2' } }),
      [['User-PasswordProfile.ReadWrite.All']],
    ],
    [
      'a phone and a department in one request',
      () => client.patch(`/users/${ada.id}`, { mobilePhone: '1', department: 'X' }),
      [['User.ReadWrite.All']],
    ],
    [
      'identities',
      () => client.patch(`/users/${ada.id}`, { identities: [] }),
      [['User.ManageIdentities.All']],
    ],
    [
      'employeeLeaveDateTime',
      () => client.patch(`/users/${ada.id}`, { employeeLeaveDateTime: '2027-01-01T00:00:00Z' }),
      [['User-LifeCycleInfo.ReadWrite.All']],
    ],
    [
      'reading employeeLeaveDateTime',
      () => client.get(`/users/${ada.id}?$select=employeeLeaveDateTime`),
      [['User.Read.All', 'User-LifeCycleInfo.Read.All']],
    ],
    [
      'reading signInActivity',
      () => client.get('/users?$select=signInActivity'),
      [['User.Read.All', 'AuditLog.Read.All']],
    ],
    [
      'reading customSecurityAttributes',
      () => client.get(`/users/${ada.id}?$select=customSecurityAttributes`),
      [['User.Read.All', 'CustomSecAttributeAssignment.Read.All']],
    ],
    [
      'an application as member of a group',
      () => client.post(`/groups/${group.id}/members/$ref`, ref(principal.id)),
      [['GroupMember.ReadWrite.All', 'Application.ReadWrite.All']],
    ],
    [
      'a Conditional Access policy',
      () => client.post('/identity/conditionalAccess/policies', disabledPolicy),
      [[...ca, 'Application.Read.All']],
    ],
    ['a named location', () => client.post('/identity/conditionalAccess/namedLocations', location), [ca]],
    [
      'an app role for a service principal',
      () =>
        client.post(`/servicePrincipals/${principal.id}/appRoleAssignedTo`, {
          principalId: ada.id,
          resourceId: principal.id,
          appRoleId: defaultAccess,
        }),
      [['AppRoleAssignment.ReadWrite.All', 'Application.Read.All']],
    ],
    [
      'an owner of an application',
      () => client.post(`/applications/${app.id}/owners/$ref`, ref(ada.id)),
      [['Application.ReadWrite.All', 'Directory.Read.All'], ['Directory.ReadWrite.All']],
    ],
    [
      'security defaults',
      () => client.patch('/policies/identitySecurityDefaultsEnforcementPolicy', { isEnabled: false }),
      [['Policy.ReadWrite.SecurityDefaults', 'Policy.Read.All']],
    ],
  ])('%s', async (_title, act, sets) => {
    for (const set of sets) {
      for (const left of set) {
        client.permissions = ['Mail.Read', ...set.filter((permission) => permission !== left)];
        expect([client.permissions, (await act()).status]).toEqual([client.permissions, 403]);
      }
    }
    client.permissions = sets[0] ?? [];
    expect((await act()).status).toBeLessThan(300);
    for (const set of sets.slice(1)) {
      client.permissions = set;
      expect([set, (await act()).status === 403]).toEqual([set, false]);
    }
  });

  test('§5 Application.ReadWrite.OwnedBy: reads all, changes its own, which is what it created', async () => {
    const [self] = await client.all(`/servicePrincipals?$filter=appId eq '${serviceApp.appId}'`);
    client.permissions = [OWNED_BY];
    expect((await client.get('/applications')).status).toBe(200);
    expect((await client.get(`/applications/${app.id}`)).status).toBe(200);
    expect((await client.patch(`/applications/${app.id}`, { notes: 'X' })).status).toBe(403);
    expect((await client.delete(`/servicePrincipals/${principal.id}`)).status).toBe(403);
    expect((await client.get('/users')).status).toBe(403);
    expect((await client.post('/servicePrincipals', { appId: app.appId })).status).toBe(403);
    const own = await client.post('/applications', { displayName: 'Own' });
    expect(own.status).toBe(201);
    expect((await client.all(`/applications/${own.body.id}/owners`)).map((one) => one.id)).toEqual([self.id]);
    const ownPrincipal = await client.post('/servicePrincipals', { appId: own.body.appId });
    expect(ownPrincipal.status).toBe(201);
    const { id } = ownPrincipal.body;
    expect((await client.all(`/servicePrincipals/${id}/owners`)).map((one) => one.id)).toEqual([self.id]);
    expect((await client.patch(`/applications/${own.body.id}`, { notes: 'X' })).status).toBe(204);
    const secret = await client.post(`/applications/${own.body.id}/addPassword`, {});
    expect(secret.status).toBe(200);
    expect((await client.delete(`/servicePrincipals/${id}`)).status).toBe(204);
    expect((await client.delete(`/applications/${own.body.id}`)).status).toBe(204);
  });

  test('§4, §15 roles take RoleManagement.ReadWrite.Directory and no directory role; §8 methods by their own permissions', async () => {
    client.permissions = ['RoleManagement.ReadWrite.Directory'];
    const assignment = {
      principalId: ada.id,
      roleDefinitionId: '88d8e3e3-8f55-4a1e-953a-9b9898b8876b',
      directoryScopeId: '/',
    };
    expect((await client.post('/roleManagement/directory/roleAssignments', assignment)).status).toBe(201);
    const methods = `/users/${ada.id}/authentication`;
    const made: [string, string, object][] = [
      ['phoneMethods', 'Phone', { phoneNumber: '+1 5550100', phoneType: 'mobile' }],
      ['emailMethods', 'Email', { emailAddress: 'a@b.example' }],
      ['temporaryAccessPassMethods', 'TAP', { lifetimeInMinutes: 60 }],
    ];
    for (const [segment, own, body] of made) {
      client.permissions = [`UserAuthMethod-${own}.Read.All`];
      expect((await client.get(`${methods}/${segment}`)).status).toBe(200);
      expect((await client.post(`${methods}/${segment}`, body)).status).toBe(403);
      client.permissions = [`UserAuthMethod-${own}.ReadWrite.All`];
      expect((await client.post(`${methods}/${segment}`, body)).status).toBe(201);
    }
  });
});

describe('FACTS §1, §15: administrators are changed only by who holds a directory role', () => {
  let client: Client;
  let ada: Body;

  beforeEach(async () => {
    ({ client, ada } = await openScene());
  });

  const user = () => `/users/${ada.id}`;
  const sensitive: readonly (readonly [string, () => Promise<Reply>])[] = [
    ...[
      { accountEnabled: false },
      { businessPhones: ['1'] },
      { mobilePhone: '1' },
      { onPremisesImmutableId: 'abc' },
      { otherMails: ['a@b.example'] },
      { passwordProfile: { password: 'Correct-Horse-2' } },
      { userPrincipalName: 'ada2@northwind.example' },
    ].map((body) => [Object.keys(body)[0] ?? '', () => client.patch(user(), body)] as const),
    ['deletion', () => client.delete(user())],
  ];

  test.each(sensitive)('%s', async (_name, act) => {
    await client.tenant.damage({ do: 'assignRole', principal: ada.id, role: 'User Administrator' });
    const denied = await act();
    expect([denied.status, denied.body.error.code]).toEqual([403, 'Authorization_RequestDenied']);
    await client.tenant.damage({ do: 'assignRole', principal: 'Entra Rewind', role: 'User Administrator' });
    expect((await act()).status).toBe(403);
    await client.tenant.damage({
      do: 'assignRole',
      principal: 'Entra Rewind',
      role: 'Privileged Authentication Administrator',
    });
    expect((await act()).status).toBe(204);
  });

  test.each([
    ['holds a role', { do: 'assignRole', role: 'Helpdesk Administrator' }, 403],
    ['holds a high role', { do: 'assignRole', role: 'Global Administrator' }, 403],
    ['only reads the directory', { do: 'assignRole', role: 'Directory Readers' }, 204],
    ['only invites guests', { do: 'assignRole', role: 'Guest Inviter' }, 204],
  ] as const)('who %s: blocking is a %i', async (_who, step, status) => {
    await client.tenant.damage({ ...step, principal: ada.id });
    expect((await client.patch(user(), { accountEnabled: false })).status).toBe(status);
  });

  test.each(['members', 'owners'])('%s of a role-assignable group count as administrators', async (links) => {
    const before = client.permissions;
    client.permissions = [...before, 'RoleManagement.ReadWrite.Directory'];
    const admins = (await client.post('/groups', security('admins', { isAssignableToRole: true }))).body;
    await client.post(`/groups/${admins.id}/${links}/$ref`, ref(ada.id));
    client.permissions = before;
    expect((await client.patch(user(), { accountEnabled: false })).status).toBe(403);
    expect((await client.patch(user(), { department: 'X' })).status).toBe(204);
  });

  test('restoring and purging one from the bin, too', async () => {
    await client.tenant.damage({ do: 'assignRole', principal: ada.id, role: 'User Administrator' });
    await client.tenant.damage({ do: 'deleteUser', user: ada.id });
    const path = `/directory/deletedItems/${ada.id}`;
    expect((await client.post(`${path}/restore`)).status).toBe(403);
    expect((await client.delete(path)).status).toBe(403);
    await client.tenant.damage({
      do: 'assignRole',
      principal: 'Entra Rewind',
      role: 'Global Administrator',
    });
    expect((await client.post(`${path}/restore`)).status).toBe(200);
  });

  test('authentication methods are open by default, and closed by the switch', async () => {
    await client.tenant.damage({ do: 'assignRole', principal: ada.id, role: 'Global Administrator' });
    const pass = () => client.post(`${user()}/authentication/temporaryAccessPassMethods`, {});
    await client.tenant.damage({ do: 'switch', name: 'methodsOfAdministratorsOpen', value: false });
    expect((await pass()).status).toBe(403);
    await client.tenant.damage({ do: 'switch', name: 'methodsOfAdministratorsOpen', value: true });
    expect((await pass()).status).toBe(201);
  });
});
