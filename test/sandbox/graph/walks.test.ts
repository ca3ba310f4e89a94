import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Body, Client } from './harness.js';
import { newUser, openScene, ref, security } from './scene.js';

/** Random valid and invalid writes beyond users and groups: what hangs on them must hold together (issue 4, "must show"). */
const e3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
const directoryReaders = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b';
const day = 24 * 3600 * 1000;
const ca = '/identity/conditionalAccess';
const roleBase = '/roleManagement/directory';

type Pool = 'users' | 'groups' | 'units' | 'apps' | 'principals' | 'policies' | 'locations';
const pools: readonly Pool[] = ['users', 'groups', 'units', 'apps', 'principals', 'policies', 'locations'];
const setOf: Readonly<Record<Pool, string>> = {
  users: '/users',
  groups: '/groups',
  units: '/directory/administrativeUnits',
  apps: '/applications',
  principals: '/servicePrincipals',
  policies: `${ca}/policies`,
  locations: `${ca}/namedLocations`,
};
const binOf = (pool: Pool): string =>
  pool === 'policies' || pool === 'locations'
    ? `${ca}/deletedItems/${pool === 'policies' ? 'policies' : 'namedLocations'}`
    : '/directory/deletedItems';

class World {
  readonly ids: Record<Pool, string[]> = {
    users: [],
    groups: [],
    units: [],
    apps: [],
    principals: [],
    policies: [],
    locations: [],
  };

  private constructor(readonly client: Client) {}

  static async open(): Promise<World> {
    const { client, ada, bob, group } = await openScene();
    client.allow(
      'AdministrativeUnit.ReadWrite.All',
      'AppRoleAssignment.ReadWrite.All',
      'Application.ReadWrite.All',
      'DelegatedPermissionGrant.ReadWrite.All',
      'LicenseAssignment.ReadWrite.All',
      'Policy.ReadWrite.ConditionalAccess',
      'RoleManagement.ReadWrite.Directory',
    );
    await client.tenant.damage({
      steps: [
        { do: 'switch', name: 'throttling', value: false },
        { do: 'switch', name: 'deltaPageObjects', value: 5 },
        { do: 'switch', name: 'deltaPageLinks', value: 4 },
      ],
    });
    const world = new World(client);
    world.ids.users.push(ada.id, bob.id);
    world.ids.groups.push(group.id);
    for (const id of world.ids.users) await client.patch(`/users/${id}`, { usageLocation: 'DE' });
    return world;
  }

  pick(pool: Pool, n: number): string {
    const ids = this.ids[pool];
    return ids[n % Math.max(1, ids.length)] ?? '0e000000-0000-4000-8000-000000000000';
  }

  async keep(pool: Pool, reply: { status: number; body: Body }): Promise<number> {
    if (reply.status === 201) this.ids[pool].push(reply.body.id);
    return reply.status;
  }
}

type Act = (world: World, a: number, b: number) => Promise<number>;

const request =
  (family: string, action: string): Act =>
  async ({ client, ...world }, a, b) => {
    const users = world.ids.users;
    return (
      await client.post(`${roleBase}/${family}ScheduleRequests`, {
        action,
        principalId: users[a % users.length],
        roleDefinitionId: directoryReaders,
        directoryScopeId: '/',
        justification: 'why',
        scheduleInfo: {
          startDateTime: new Date(client.clock.now().getTime() + (b % 3) * day).toISOString(),
          expiration: b % 2 === 0 ? { type: 'noExpiration' } : { type: 'afterDuration', duration: 'P5D' },
        },
      })
    ).status;
  };

const licence =
  (of: 'users' | 'groups', remove: boolean): Act =>
  async (world, a) =>
    (
      await world.client.post(`/${of}/${world.pick(of, a)}/assignLicense`, {
        addLicenses: remove ? [] : [{ skuId: e3, disabledPlans: [] }],
        removeLicenses: remove ? [e3] : [],
      })
    ).status;

const range = { '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: '192.0.2.0/24' };

/** Names a location that may be there, deleted or unknown, now to include and now to exclude it. */
const policyOf = (world: World, a: number, b: number) => ({
  displayName: `p${a}`,
  state: 'disabled',
  conditions: {
    clientAppTypes: ['all'],
    applications: { includeApplications: ['All'] },
    users: { includeUsers: ['All'] },
    locations:
      a % 2 === 0
        ? { includeLocations: [world.pick('locations', b)] }
        : { includeLocations: ['All'], excludeLocations: ['AllTrusted', world.pick('locations', b)] },
  },
  grantControls: { operator: 'OR', builtInControls: ['mfa'] },
});

/** Deletes or restores one thing of a pool: where both ends of a reference are of few kinds, chance alone rarely meets them. */
const bin =
  (pool: Pool, restore: boolean): Act =>
  async (world, a) =>
    restore
      ? (await world.client.post(`${binOf(pool)}/${world.pick(pool, a)}/restore`)).status
      : (await world.client.delete(`${setOf[pool]}/${world.pick(pool, a)}`)).status;

const cancel: Act = async ({ client }, a) => {
  const path = `${roleBase}/roleEligibilityScheduleRequests`;
  const requests = await client.all(path);
  const { id } = requests[a % Math.max(1, requests.length)] ?? { id: 'none' };
  return (await client.post(`${path}/${id}/cancel`)).status;
};

const anyPool = (n: number): Pool => pools[n % pools.length] as Pool;

const acts: readonly Act[] = [
  (world, a) => world.client.post('/users', newUser(`n${a}`)).then((reply) => world.keep('users', reply)),
  (world, a) => world.client.post('/groups', security(`g${a}`)).then((reply) => world.keep('groups', reply)),
  (world, a) =>
    world.client
      .post(setOf.units, { displayName: `u${a}`, isMemberManagementRestricted: a % 3 === 0 })
      .then((reply) => world.keep('units', reply)),
  (world, a) =>
    world.client.post('/applications', { displayName: `a${a}` }).then((reply) => world.keep('apps', reply)),
  async (world, a) => {
    const { body } = await world.client.get(`/applications/${world.pick('apps', a)}`);
    return world.keep(
      'principals',
      await world.client.post('/servicePrincipals', { appId: body.appId ?? 'x' }),
    );
  },
  (world, a, b) =>
    world.client.post(setOf.policies, policyOf(world, a, b)).then((reply) => world.keep('policies', reply)),
  async (world, a, b) => {
    const { conditions } = policyOf(world, a, b);
    return (await world.client.patch(`${setOf.policies}/${world.pick('policies', a)}`, { conditions }))
      .status;
  },
  async (world, a, b) =>
    (
      await world.client.patch(`${setOf.locations}/${world.pick('locations', a)}`, {
        '@odata.type': '#microsoft.graph.ipNamedLocation',
        isTrusted: b % 2 === 0,
      })
    ).status,
  (world, a) =>
    world.client
      .post(setOf.locations, {
        displayName: `l${a}`,
        ...(a % 2 === 0
          ? { '@odata.type': '#microsoft.graph.countryNamedLocation', countriesAndRegions: ['DE'] }
          : { '@odata.type': '#microsoft.graph.ipNamedLocation', ipRanges: [range] }),
      })
      .then((reply) => world.keep('locations', reply)),
  async (world, a, b) =>
    (await world.client.delete(`${setOf[anyPool(a)]}/${world.pick(anyPool(a), b)}`)).status,
  async (world, a, b) =>
    (await world.client.post(`${binOf(anyPool(a))}/${world.pick(anyPool(a), b)}/restore`)).status,
  async (world, a, b) =>
    (await world.client.delete(`${binOf(anyPool(a))}/${world.pick(anyPool(a), b)}`)).status,
  async (world, a, b) =>
    (await world.client.post(`/groups/${world.pick('groups', a)}/members/$ref`, ref(world.pick('users', b))))
      .status,
  async (world, a, b) =>
    (
      await world.client.post(
        `${setOf.units}/${world.pick('units', a)}/members/$ref`,
        ref(world.pick('users', b)),
      )
    ).status,
  async (world, a, b) =>
    (
      await world.client.delete(
        `${setOf.units}/${world.pick('units', a)}/members/${world.pick('users', b)}/$ref`,
      )
    ).status,
  request('roleEligibility', 'adminAssign'),
  request('roleEligibility', 'adminRemove'),
  request('roleAssignment', 'adminAssign'),
  request('roleAssignment', 'adminRemove'),
  ...['adminUpdate', 'adminExtend', 'adminRenew'].flatMap((action) => [
    request('roleEligibility', action),
    request('roleAssignment', action),
  ]),
  cancel,
  ...(['policies', 'locations'] as const).flatMap((pool) => [bin(pool, false), bin(pool, true)]),
  licence('users', false),
  licence('users', true),
  licence('groups', false),
  licence('groups', true),
  async (world, a, b) =>
    (
      await world.client.post(`/users/${world.pick('users', a)}/appRoleAssignments`, {
        principalId: world.pick('users', a),
        resourceId: world.pick('principals', b),
        appRoleId: '00000000-0000-0000-0000-000000000000',
      })
    ).status,
  async (world, a, b) =>
    (
      await world.client.post('/oauth2PermissionGrants', {
        clientId: world.pick('principals', a),
        consentType: 'AllPrincipals',
        resourceId: world.pick('principals', b),
        scope: 'read',
      })
    ).status,
  async ({ client }, a) => {
    await client.clock.advance((a % 4) * 8 * day + 10_000);
    return 200;
  },
];

/** Whatever a thing names is there, and is told once. */
async function checkWorld({ client, ids }: World): Promise<void> {
  const list = (path: string): Promise<Body[]> => client.all(path);
  const [users, groups, units, principals] = (await Promise.all(
    [
      '/users?$select=id,assignedLicenses,licenseAssignmentStates,isManagementRestricted',
      '/groups',
      setOf.units,
      '/servicePrincipals',
    ].map(list),
  )) as [Body[], Body[], Body[], Body[]];
  const live = new Set([...users, ...groups, ...units, ...principals].map(({ id }) => id));
  for (const segment of ['roleAssignments', 'roleEligibilitySchedules', 'roleAssignmentSchedules']) {
    const held = await list(`${roleBase}/${segment}`);
    for (const one of held) expect(live.has(one.principalId)).toBe(true);
    const subjects = held.map((one) => [one.principalId, one.roleDefinitionId, one.directoryScopeId].join());
    expect(new Set(subjects).size).toBe(subjects.length);
  }
  const assignments = new Set(
    (await list(`${roleBase}/roleAssignments`)).map((one) => `${one.principalId}${one.roleDefinitionId}`),
  );
  for (const one of await list(`${roleBase}/roleAssignmentSchedules`))
    expect(assignments.has(`${one.principalId}${one.roleDefinitionId}`)).toBe(true);
  const { value: skus } = (await client.get('/subscribedSkus')).body;
  const holders = users.filter((user) => user.assignedLicenses.some((one: Body) => one.skuId === e3)).length;
  expect(skus.find((sku: Body) => sku.skuId === e3).consumedUnits).toBe(holders);
  for (const user of users) {
    const states = user.licenseAssignmentStates.map((one: Body) => `${one.skuId}${one.assignedByGroup}`);
    expect(new Set(states).size).toBe(states.length);
  }
  const restricted = new Set<string>();
  for (const unit of units)
    for (const member of await list(`${setOf.units}/${unit.id}/members`)) {
      expect(live.has(member.id)).toBe(true);
      const whole = (await client.get(`${setOf.units}/${unit.id}?$select=isMemberManagementRestricted`)).body;
      if (whole.isMemberManagementRestricted) restricted.add(member.id);
    }
  for (const user of users) expect(user.isManagementRestricted === true).toBe(restricted.has(user.id));
  for (const principal of principals)
    for (const one of await list(`/servicePrincipals/${principal.id}/appRoleAssignedTo`))
      expect([live.has(one.principalId), one.resourceId]).toEqual([true, principal.id]);
  for (const pool of pools)
    for (const id of ids[pool]) {
      const alive = (await client.get(`${setOf[pool]}/${id}`)).status === 200;
      const binned = (await client.get(`${binOf(pool)}/${id}`)).status === 200;
      expect([pool, alive && binned]).toEqual([pool, false]);
    }
  const locations = new Set(['All', 'AllTrusted']);
  for (const { id } of await list(setOf.locations)) locations.add(id);
  for (const policy of await list(setOf.policies)) {
    const { includeLocations = [], excludeLocations = [] } = policy.conditions.locations ?? {};
    const dangling = [...includeLocations, ...excludeLocations].filter((id: string) => !locations.has(id));
    expect([policy.displayName, dangling]).toEqual([policy.displayName, []]);
  }
}

/** Live ids by merging delta, as FACTS §11 asks. */
async function merge(client: Client, known: Map<string, string[]>, link: string): Promise<string> {
  const round = await client.delta(link);
  for (const item of round.items)
    if (item['@removed']) known.delete(item.id);
    else {
      const members = new Set(known.get(item.id) ?? []);
      for (const one of item['members@delta'] ?? [])
        if (one['@removed']) members.delete(one.id);
        else members.add(one.id);
      known.set(item.id, [...members]);
    }
  return round.link;
}

const step = fc.tuple(fc.nat({ max: acts.length - 1 }), fc.nat({ max: 12 }), fc.nat({ max: 12 }));

describe('whatever is written to roles, licences, units, applications and policies', () => {
  test('answers are 2xx or 4xx, nothing dangles, and units of licences add up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 45 }), async (steps) => {
        const world = await World.open();
        for (const [act, a, b] of steps) {
          const status = await (acts[act] as Act)(world, a, b);
          expect([200, 201, 202, 204, 400, 403, 404, 409]).toContain(status);
        }
        await checkWorld(world);
      }),
      { numRuns: 40, seed: 19 },
    );
  });

  test('delta of units, applications, service principals and grants arrives at the full read from any token', async () => {
    const sets = [`${setOf.units}`, '/applications', '/servicePrincipals', '/oauth2PermissionGrants'];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(step, fc.boolean()), { minLength: 10, maxLength: 40 }),
        async (steps) => {
          const world = await World.open();
          const { client } = world;
          const replicas = sets.map((set) => ({
            set,
            known: new Map<string, string[]>(),
            link: `${set}/delta`,
          }));
          const pull = async (): Promise<void> => {
            for (const one of replicas) one.link = await merge(client, one.known, one.link);
          };
          await pull();
          for (const [[act, a, b], pulls] of steps) {
            // A token lives seven days: no long waits between two pulls.
            if (act === acts.length - 1) continue;
            await (acts[act] as Act)(world, a, b);
            if (pulls) await pull();
          }
          await pull();
          for (const { set, known } of replicas) {
            const full = (await client.all(set)).map(({ id }) => id).sort();
            expect([set, [...known.keys()].sort()]).toEqual([set, full]);
          }
        },
      ),
      { numRuns: 20, seed: 23 },
    );
  });
});
