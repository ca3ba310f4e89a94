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
import { startTenant, type Body, type Client, type Reply } from './harness.js';
import { newUser, openScene, ref, security } from './scene.js';

const folder = join(findContractDir(), 'graph');
const atHand = existsSync(join(folder, 'permissions-v1.0-slice.json'));
if (!atHand) console.warn('SKIPPED: no contract data (CONTRACT_DIR); permissions are not compared.');

const operationOf = ({ method, pattern }: Route): string => `${method} ${pattern}`;

/** Application permissions by "METHOD /path", as far as the slice knows them; null = none but delegated ones. */
function publishedPermissions(): Map<string, readonly string[] | null> {
  // Jest runs the body of a skipped describe, too.
  if (!atHand) return new Map();
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
    client.allow(
      'Application.ReadWrite.All',
      'AdministrativeUnit.ReadWrite.All',
      'RoleManagement.ReadWrite.Directory',
    );
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
