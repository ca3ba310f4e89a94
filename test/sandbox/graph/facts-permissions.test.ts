/**
 * FACTS §15: permissions. The sandbox refuses by a table of its own (at the routes, and graph/permissions/), which is held against
 * what Microsoft publishes, in both directions, and against the supplement of graph/README.
 */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findContractDir } from '../../../sandbox/contract/contract.js';
import type { Route } from '../../../sandbox/graph/http/router.js';
import { OWNED_BY, rightsOf } from '../../../sandbox/graph/permissions/permit.js';
import { namedOperations } from '../../../sandbox/graph/permissions/wider.js';
import { backupPermissions, restorePermissions } from '../../../sandbox/graph/population/apps.js';
import { routes } from '../../../sandbox/graph/routes/index.js';
import { startTenant, serviceApp, type Body, type Client, type Reply } from './harness.js';
import { newUser, openScene, ref, security } from './scene.js';

const folder = join(findContractDir(), 'graph');
const atHand = existsSync(join(folder, 'permissions-v1.0-slice.json'));
if (!atHand) console.warn('SKIPPED: no contract data (CONTRACT_DIR); permissions are not compared.');

const operationOf = ({ method, pattern }: Route): string => `${method} ${pattern}`;

/** Application permissions by "METHOD /path", as far as the slice knows them; null = none but delegated ones. */
function publishedPermissions(): Map<string, readonly string[] | null> {
  const text = readFileSync(join(folder, 'permissions-v1.0-slice.json'), 'utf8');
  const { operations } = JSON.parse(text) as {
    operations: Record<string, { Application?: { allowed: readonly string[] } }>;
  };
  const plain = (names: readonly string[]): string[] => names.map((name) => name.replace(/ ?\(.*$/, ''));
  return new Map(
    Object.entries(operations).map(([operation, { Application: rights }]) => {
      const [method = '', path = ''] = operation.split(' ');
      return [`${method} ${shape(path)}`, rights ? plain(rights.allowed) : null];
    }),
  );
}

const shape = (path: string): string =>
  path
    .replace(/microsoft\.graph\.(?=[a-z]+[A-Z(]|delta|restore|renew)/g, '')
    .replace(/\(\)/g, '')
    .replace(/\{[^}]*\}/g, '{}')
    .toLowerCase();

/** What the slice lists and the sandbox does not take, and why. */
const notTaken: readonly (readonly [operation: RegExp, permissions: RegExp, reason: string])[] = [
  [/./, /^Agent|^DeviceManagement|CrossCloud$/, 'agents, Intune and other clouds are not simulated'],
  [
    /^POST \/(applications|servicePrincipals)\/\{id\}\/(owners|appRole)/,
    /^(Directory|Application)\.Read\.All$/,
    'needed besides another permission, never enough alone: "(+X)"',
  ],
  [
    /^POST \/servicePrincipals\/\{id\}\/appRole/,
    /^Application\.ReadWrite\.All$/,
    'FACTS §5: granting takes AppRoleAssignment.ReadWrite.All',
  ],
  [
    /^PATCH \/policies\/identitySecurityDefaults/,
    /^Policy\.Read\.All$/,
    'needed besides another permission, never enough alone: "(+X)"',
  ],
  [
    /^POST \/directory\/administrativeUnits\/\{id\}\/members\/\$ref/,
    /^(Directory\.ReadWrite\.All|Group\.)/,
    'the entry is that of the parent path, where groups are made inside a unit (FACTS §3)',
  ],
  [/^DELETE \/identity/, /^Policy\.Read\./, 'who may read does not delete'],
];
/** What the sandbox takes beyond the slice, and why. */
const beyond: Readonly<Record<string, string>> = {
  'POST /directory/deletedItems/{id}/restore': 'README: the slice names user and agent permissions only',
  'GET /users/{id}/authentication/fido2Methods':
    'FACTS §8: the broad permission covers every method; the slice has the newest narrow one',
  'GET /organization/{id}': 'the list is allowed to Organization.Read.All, the one object of it is not named',
};

(atHand ? describe : describe.skip)('FACTS §15: the table against what Microsoft publishes', () => {
  const published = publishedPermissions();
  const compared = routes.flatMap((route) => {
    const allowed = published.get(`${route.method} ${shape(route.pattern)}`);
    const { anyOf, toOwners } = rightsOf(route);
    if (!allowed || anyOf.length === 0) return [];
    return [{ operation: operationOf(route), allowed, taken: toOwners ? [...anyOf, OWNED_BY] : anyOf }];
  });

  test('no permission opens a door here that is not listed for it', () => {
    const wrong = compared.flatMap(({ operation, allowed, taken }) => {
      const strange = taken.filter((permission) => !allowed.includes(permission));
      return strange.length > 0 && !beyond[operation] ? [`${operation}: ${strange.join(', ')}`] : [];
    });
    expect(wrong).toEqual([]);
    expect(compared.length).toBeGreaterThan(290);
  });

  test('every listed permission opens it, the least privileged first of all', () => {
    const used = new Set<string>();
    const wrong = compared.flatMap(({ operation, allowed, taken }) => {
      const missing = allowed.filter((permission) => {
        if (taken.includes(permission)) return false;
        const why = notTaken.find(([where, what]) => where.test(operation) && what.test(permission));
        if (why) used.add(String(why[0]));
        return !why;
      });
      return missing.length > 0 ? [`${operation}: ${missing.join(', ')}`] : [];
    });
    expect(wrong).toEqual([]);
    expect(used.size).toBe(new Set(notTaken.map(([where]) => String(where))).size);
  });

  test('what only people may do is refused to an application', () => {
    const exceptions = [
      // Nothing is told: there is none.
      'GET /users/{id}/authentication/operations/{operation}',
      // FACTS §4 names the permission and no such limit; whether an application may is a guess.
      'PATCH /policies/roleManagementPolicies/{policy}/rules/{rule}',
    ];
    const open = routes.filter(
      (route) =>
        published.get(`${route.method} ${shape(route.pattern)}`) === null && rightsOf(route).anyOf.length > 0,
    );
    expect(open.map(operationOf).sort()).toEqual(exceptions);
  });

  test('the backup identity of FACTS is the one here, and opens no write', () => {
    const facts = readFileSync(join(folder, 'FACTS.md'), 'utf8');
    const [line = ''] = facts.match(/^- \*\*Backup identity \(read\)\*\*:.*$/m) ?? [];
    const [needed = '', optional = ''] = line.split('optional ');
    const names = (text: string): string[] => text.match(/[A-Z][\w-]+(\.\w+)+/g) ?? [];
    const named = [...names(needed), 'SecurityEvents.Read.All'].sort();
    expect([...backupPermissions].sort()).toEqual(named);
    const identity = [...backupPermissions, ...names(optional)];
    const writes = routes.filter(({ method, reads }) => method !== 'GET' && reads !== true);
    const open = writes.filter((route) => rightsOf(route).anyOf.some((name) => identity.includes(name)));
    expect(open.map(operationOf)).toEqual([]);
  });

  test('the restore identity holds nothing that FACTS does not name for it, but for sessions', () => {
    const facts = readFileSync(join(folder, 'FACTS.md'), 'utf8');
    const [line = ''] = facts.match(/^- \*\*Restore identity \(write\)[^\n]*$/m) ?? [];
    expect(restorePermissions.filter((name) => !line.includes(name))).toEqual(['User.RevokeSessions.All']);
  });
});

test('the further permissions are those of routes that are there', () => {
  const known = new Set(routes.map(operationOf));
  expect(namedOperations.filter((operation) => !known.has(operation))).toEqual([]);
});

describe('FACTS §13, §15: a token without the permission', () => {
  let client: Client;
  beforeAll(async () => {
    client = await startTenant();
    client.permissions = ['Mail.Read'];
    await client.tenant.damage({ do: 'switch', name: 'throttling', value: false });
  });

  test('is a 403 Authorization_RequestDenied at every route with a table entry, whatever else is wrong', async () => {
    const wrong: string[] = [];
    for (const route of routes.filter((one) => rightsOf(one).anyOf.length > 0)) {
      const path = route.pattern.replace(/\{\w+\}/g, 'x');
      const { status, body } = await client.send(route.method, path, route.method === 'GET' ? undefined : {});
      if (status !== 403 || body.error.code !== 'Authorization_RequestDenied')
        wrong.push(`${operationOf(route)}: ${status}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('README of graph, supplement: what the slice does not list', () => {
  let client: Client;
  let ada: Body;
  let bob: Body;
  let group: Body;
  let ids: Record<string, string>;

  beforeEach(async () => {
    ({ client, ada, bob, group } = await openScene());
    client.permissions = [
      ...client.permissions,
      'Application.ReadWrite.All',
      'AdministrativeUnit.ReadWrite.All',
      'RoleManagement.ReadWrite.Directory',
    ];
    const app = (await client.post('/applications', { displayName: 'A' })).body;
    const other = (await client.post('/applications', { displayName: 'B' })).body;
    const principal = (await client.post('/servicePrincipals', { appId: other.appId })).body;
    const unit = (await client.post('/directory/administrativeUnits', { displayName: 'U' })).body;
    const gone = (await client.post('/groups', security('gone'))).body;
    const admins = (await client.post('/groups', security('admins', { isAssignableToRole: true }))).body;
    const carl = (await client.post('/users', newUser('carl'))).body;
    await client.post(`/groups/${group.id}/members/$ref`, ref(carl.id));
    await client.post(`/groups/${group.id}/owners/$ref`, ref(carl.id));
    await client.post(`/groups/${admins.id}/members/$ref`, ref(carl.id));
    ids = { carl: carl.id, group: group.id, admins: admins.id };
    for (const [name, path, { id }] of [
      ['user', 'users', bob],
      ['deletedGroup', 'groups', gone],
      ['application', 'applications', app],
      ['servicePrincipal', 'servicePrincipals', principal],
      ['unit', 'directory/administrativeUnits', unit],
    ] as const) {
      await client.delete(`/${path}/${id}`);
      ids[name] = id;
    }
  });

  const members = ['GroupMember.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'];
  const bin = '/directory/deletedItems';
  const rows: readonly (readonly [
    operation: string,
    act: () => Promise<Reply>,
    suffices: readonly string[],
    not: readonly string[],
  ])[] = [
    [
      'POST members/$ref',
      () => client.post(`/groups/${ids['group']}/members/$ref`, ref(ada.id)),
      members,
      ['GroupMember.Read.All', 'User.ReadWrite.All'],
    ],
    [
      'DELETE members/{id}/$ref',
      () => client.delete(`/groups/${ids['group']}/members/${ids['carl']}/$ref`),
      members,
      ['GroupMember.Read.All', 'User.ReadWrite.All'],
    ],
    [
      'POST owners/$ref',
      () => client.post(`/groups/${ids['group']}/owners/$ref`, ref(ada.id)),
      members.slice(1),
      ['GroupMember.ReadWrite.All', 'Group.Read.All'],
    ],
    [
      'DELETE owners/{id}/$ref',
      () => client.delete(`/groups/${ids['group']}/owners/${ids['carl']}/$ref`),
      members.slice(1),
      ['GroupMember.ReadWrite.All'],
    ],
    ...(
      [
        ['user', 'User.Read.All'],
        ['group', 'Group.Read.All'],
        ['application', 'Application.Read.All'],
        ['servicePrincipal', 'Application.Read.All'],
        ['administrativeUnit', 'AdministrativeUnit.Read.All'],
      ] as const
    ).map(
      ([cast, least]) =>
        [
          `GET deletedItems/microsoft.graph.${cast}`,
          () => client.get(`${bin}/microsoft.graph.${cast}`),
          [least, 'Directory.Read.All'],
          ['User.ReadBasic.All', 'Device.Read.All'],
        ] as const,
    ),
    [
      'GET a deleted user',
      () => client.get(`${bin}/${ids['user']}`),
      ['User.Read.All', 'User.DeleteRestore.All', 'User.ReadWrite.All'],
      ['Group.Read.All', 'Application.Read.All'],
    ],
    ...(
      [
        ['user', ['User.DeleteRestore.All', 'User.ReadWrite.All'], ['User.Read.All', 'Group.ReadWrite.All']],
        ['deletedGroup', ['Group.ReadWrite.All'], ['Group.Read.All', 'User.ReadWrite.All']],
        ['application', ['Application.ReadWrite.All'], ['Application.Read.All', 'Group.ReadWrite.All']],
        ['servicePrincipal', ['Application.ReadWrite.All'], ['Application.Read.All']],
        ['unit', ['AdministrativeUnit.ReadWrite.All'], ['AdministrativeUnit.Read.All', 'User.ReadWrite.All']],
      ] as const
    ).flatMap(
      ([name, suffices, not]) =>
        [
          [`restore: ${name}`, () => client.post(`${bin}/${ids[name]}/restore`), suffices, not],
          [`purge: ${name}`, () => client.delete(`${bin}/${ids[name]}`), suffices, not],
        ] as const,
    ),
    [
      'GET /users/$count',
      () => client.get('/users/$count', { ConsistencyLevel: 'eventual' }),
      ['User.Read.All'],
      ['Group.Read.All'],
    ],
    [
      'GET /groups/$count',
      () => client.get('/groups/$count', { ConsistencyLevel: 'eventual' }),
      ['Group.Read.All'],
      ['User.Read.All'],
    ],
    [
      'GET administrativeUnits/delta',
      () => client.get('/directory/administrativeUnits/delta'),
      ['AdministrativeUnit.Read.All'],
      ['Group.Read.All'],
    ],
    [
      'GET /groups/delta',
      () => client.get('/groups/delta'),
      ['Group.Read.All', 'GroupMember.Read.All'],
      ['User.Read.All'],
    ],
  ];

  test.each(rows.map((row) => [row[0], row] as const))('%s', async (_title, [, act, suffices, not]) => {
    for (const permission of not) {
      client.permissions = [permission];
      expect([permission, (await act()).status]).toEqual([permission, 403]);
    }
    for (const [at, permission] of suffices.entries()) {
      client.permissions = [permission];
      const { status } = await act();
      // What was done with one permission is not there to be done again with the next.
      if (at === 0) expect([permission, status < 400 || status === 400]).toEqual([permission, true]);
      else expect([permission, status === 403]).toEqual([permission, false]);
    }
  });

  test('members of a role-assignable group take RoleManagement.ReadWrite.Directory as well', async () => {
    const add = () => client.post(`/groups/${ids['admins']}/members/$ref`, ref(ada.id));
    for (const permissions of [members, ['RoleManagement.ReadWrite.Directory']]) {
      client.permissions = permissions;
      expect((await add()).status).toBe(403);
    }
    client.permissions = ['RoleManagement.ReadWrite.Directory', 'GroupMember.ReadWrite.All'];
    expect((await add()).status).toBe(204);
  });
});

describe('FACTS §1, §2, §5, §6: what a handler decides by what is sent', () => {
  let client: Client;
  let ada: Body;
  let group: Body;
  let app: Body;
  let principal: Body;

  beforeEach(async () => {
    ({ client, ada, group } = await openScene());
    client.permissions = [...client.permissions, 'Application.ReadWrite.All'];
    app = (await client.post('/applications', { displayName: 'A' })).body;
    principal = (await client.post('/servicePrincipals', { appId: app.appId })).body;
  });

  const role = '00000000-0000-0000-0000-000000000000';
  const policy = {
    displayName: 'P',
    state: 'disabled',
    conditions: {
      applications: { includeApplications: ['All'] },
      users: { includeUsers: ['All'] },
      clientAppTypes: ['all'],
    },
    grantControls: { operator: 'OR', builtInControls: ['mfa'] },
  };
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
      () => client.post('/identity/conditionalAccess/policies', policy),
      [[...ca, 'Application.Read.All']],
    ],
    ['a named location', () => client.post('/identity/conditionalAccess/namedLocations', location), [ca]],
    [
      'an app role for a service principal',
      () =>
        client.post(`/servicePrincipals/${principal.id}/appRoleAssignedTo`, {
          principalId: ada.id,
          resourceId: principal.id,
          appRoleId: role,
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
