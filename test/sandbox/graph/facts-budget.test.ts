/** FACTS §17 and §16.14: the sandbox counts requests, resource units and writes, so that a budget can be held against it. */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTenant, type Body, type Client } from './harness.js';
import { newUser, ref, security } from './scene.js';

const users = 1_050;
const groups = 40;
const applications = 25;

let client: Client;
let principals: Body[];

beforeAll(async () => {
  client = await startTenant({ population: { users, groups, seed: 5 } });
  client.allow('Application.ReadWrite.All', 'LicenseAssignment.ReadWrite.All');
  await client.tenant.damage({
    steps: [
      { do: 'switch', name: 'throttling', value: false },
      { do: 'switch', name: 'conditionalAccessBurst', value: 100 },
    ],
  });
  for (let i = 0; i < applications; i += 1) {
    const app = (await client.post('/applications', { displayName: `A${i}` })).body;
    await client.post('/servicePrincipals', { appId: app.appId });
  }
  principals = await client.all('/servicePrincipals');
});

interface Spent {
  readonly requests: number;
  readonly units: number;
  readonly writes: number;
}

/** What some work costs. */
async function spent(work: () => Promise<unknown>): Promise<Spent> {
  const before = client.tenant.stats();
  const counted = { requests: before.requests, units: before.resourceUnits, writes: before.writes };
  await work();
  const after = client.tenant.stats();
  return {
    requests: after.requests - counted.requests,
    units: after.resourceUnits - counted.units,
    writes: after.writes - counted.writes,
  };
}

const reads = (requests: number, units: number): Spent => ({ requests, units, writes: 0 });
const latest = (path: string) => client.get(`${path}/delta?$deltatoken=latest&$select=id`);
const batches = async (urls: readonly string[]): Promise<void> => {
  for (let at = 0; at < urls.length; at += 20) {
    const requests = urls.slice(at, at + 20).map((url, i) => ({ id: String(i), method: 'GET', url }));
    await client.post('/$batch', { requests });
  }
};

describe('FACTS §17 first full backup', () => {
  test('users: a token, and lists of 999 with the manager at 2 units', async () => {
    const select = 'id,displayName,userPrincipalName,accountEnabled,department,licenseAssignmentStates';
    const path = `/users?$top=999&$select=${select}&$expand=manager($select=id)`;
    const work = async () => {
      await latest('/users');
      expect(await client.all(path)).toHaveLength(users);
    };
    expect(await spent(work)).toEqual(reads(3, 1 + 2 * 2));
  });

  test('users by delta with the manager: a request for each 200, at 1 unit', async () => {
    const work = () => client.delta('/users/delta?$select=displayName,manager');
    expect(await spent(work)).toEqual(reads(Math.ceil(users / 200), Math.ceil(users / 200)));
  });

  test('groups by delta with members and owners: as many pages as the links fill, at 1 unit', async () => {
    let links = 0;
    const work = async () => {
      const { items } = await client.delta('/groups/delta?$select=displayName,members,owners');
      for (const item of items)
        links += (item['members@delta'] ?? []).length + (item['owners@delta'] ?? []).length;
    };
    const { requests, units } = await spent(work);
    expect(units).toBe(requests);
    expect(requests).toBeGreaterThanOrEqual(Math.max(groups / 200, links / 1_000));
    expect(requests).toBeLessThanOrEqual(Math.ceil(links / 1_000) * 2 + 1);
  });

  test('roles and PIM: five requests at 1 unit', async () => {
    const work = async () => {
      for (const path of [
        'roleDefinitions',
        'roleAssignments',
        'roleEligibilitySchedules',
        'roleAssignmentSchedules',
      ])
        await client.get(`/roleManagement/directory/${path}`);
      const pim = "scopeId eq '/' and scopeType eq 'DirectoryRole'";
      await client.get(
        `/policies/roleManagementPolicyAssignments?$filter=${pim}&$expand=policy($expand=rules)`,
      );
    };
    const { requests, units } = await spent(work);
    expect([requests, units]).toEqual([5, 6]);
  });

  test('applications and service principals: two lists and two tokens; owners cost one more', async () => {
    const work = async () => {
      for (const set of ['/applications', '/servicePrincipals']) {
        await latest(set);
        await client.all(`${set}?$top=999&$select=id,displayName`);
      }
    };
    expect(await spent(work)).toEqual(reads(4, 4));
    const withOwners = () => client.get('/applications?$top=999&$select=id&$expand=owners($select=id)');
    expect(await spent(withOwners)).toEqual(reads(1, 2));
  });

  test('app roles: twenty service principals a request, 1 unit each', async () => {
    const urls = principals.map(({ id }) => `/servicePrincipals/${id}/appRoleAssignedTo?$select=id`);
    expect(await spent(() => batches(urls))).toEqual(reads(Math.ceil(urls.length / 20), urls.length));
  });

  test('grants: the list with $select at 1 unit, and a token', async () => {
    const work = async () => {
      await latest('/oauth2PermissionGrants');
      await client.all('/oauth2PermissionGrants?$top=999&$select=id,scope');
    };
    expect(await spent(work)).toEqual(reads(2, 2));
  });

  test('deleted items by five casts; Conditional Access by four requests', async () => {
    const casts = ['user', 'group', 'application', 'servicePrincipal', 'administrativeUnit'];
    const bins = async () => {
      for (const cast of casts) await client.get(`/directory/deletedItems/microsoft.graph.${cast}`);
    };
    expect(await spent(bins)).toEqual(reads(5, 5));
    const access = async () => {
      for (const path of [
        'policies',
        'namedLocations',
        'deletedItems/policies',
        'deletedItems/namedLocations',
      ])
        expect((await client.get(`/identity/conditionalAccess/${path}`)).status).toBe(200);
    };
    expect((await spent(access)).requests).toBe(4);
  });

  test('the naive way costs 8 requests and 11 units a user', async () => {
    const [{ id }] = await client.all('/users?$top=1&$select=id');
    const work = async () => {
      for (const path of [
        'memberOf',
        'manager',
        'licenseDetails',
        'appRoleAssignments',
        'ownedObjects',
        'oauth2PermissionGrants',
        'authentication/methods',
        'photo',
      ])
        await client.get(`/users/${id}/${path}`);
    };
    expect(await spent(work)).toEqual(reads(8, 11));
  });

  test('an increment costs one request for each link, whatever the tenant holds', async () => {
    const sets = [
      '/users',
      '/groups',
      '/directory/administrativeUnits',
      '/applications',
      '/servicePrincipals',
      '/oauth2PermissionGrants',
      '/directoryRoles',
    ];
    const links: string[] = [];
    for (const set of sets) links.push((await latest(set)).body['@odata.deltaLink']);
    await client.post('/users', newUser('eve'));
    const work = async () => {
      for (const link of links) await client.delta(link);
    };
    expect(await spent(work)).toEqual(reads(7, 7));
  });
});

describe('FACTS §17 restore is bound by writes', () => {
  let people: string[];
  let group: Body;

  beforeEach(async () => {
    people = (await client.all('/users?$top=60&$select=id')).slice(0, 60).map(({ id }) => id);
    group = (await client.post('/groups', security(`crew${client.tenant.stats().writes}`))).body;
  });

  test('members are bound twenty at a time: m/20 writes; one by one it is m', async () => {
    const bind = async () => {
      for (let at = 0; at < 60; at += 20) {
        const members = people.slice(at, at + 20).map((id) => ref(id)['@odata.id']);
        await client.patch(`/groups/${group.id}`, { 'members@odata.bind': members });
      }
    };
    expect(await spent(bind)).toEqual({ requests: 3, units: 3, writes: 3 });
    const single = async () => {
      for (const id of people.slice(0, 5)) await client.post(`/groups/${group.id}/owners/$ref`, ref(id));
    };
    expect(await spent(single)).toEqual({ requests: 5, units: 5, writes: 5 });
  });

  test('an undelete is one write; $batch saves round trips, not writes', async () => {
    const made: string[] = [];
    for (const name of ['x1', 'x2', 'x3']) made.push((await client.post('/users', newUser(name))).body.id);
    for (const id of made) await client.delete(`/users/${id}`);
    const requests = made.map((id, i) => ({
      id: String(i),
      method: 'POST',
      url: `/directory/deletedItems/${id}/restore`,
    }));
    expect(await spent(() => client.post('/$batch', { requests }))).toEqual({
      requests: 1,
      units: 3,
      writes: 3,
    });
  });
});

test('FACTS §16.14 the same seed gives the same tenant, another seed another', async () => {
  const names = async (seed: number): Promise<string> => {
    const one = await startTenant({ population: { users: 60, groups: 10, seed } });
    const people = await one.all('/users?$select=id,userPrincipalName,department');
    const [everybody] = await one.all('/groups?$top=1');
    const members = await one.all(`/groups/${everybody.id}/members?$select=id`);
    return JSON.stringify([people, members]);
  };
  const first = await names(9);
  expect(await names(9)).toBe(first);
  expect(await names(10)).not.toBe(first);
});
