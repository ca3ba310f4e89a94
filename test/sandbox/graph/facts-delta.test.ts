import { beforeEach, describe, expect, test } from '@jest/globals';
import { startTenant, type Body, type Client } from './harness.js';
import { openScene, ref } from './scene.js';

let client: Client;
let ada: Body;
let bob: Body;
let group: Body;

beforeEach(async () => {
  ({ client, ada, bob, group } = await openScene());
});

/** The same id for the same letters. */
const idOf = (letters: string): string => `00000000-0000-4000-8000-${letters.padStart(12, '0')}`;

describe('FACTS §11 delta', () => {
  const latest = async (path: string): Promise<string> => (await client.get(path)).body['@odata.deltaLink'];

  test('$deltatoken=latest gives a link only, and then what came after', async () => {
    const page = await client.get('/users/delta?$deltatoken=latest&$select=department');
    expect(page.body.value).toEqual([]);
    await client.patch(`/users/${ada.id}`, { department: 'X' });
    await client.patch(`/users/${bob.id}`, { jobTitle: 'not selected' });
    const { items } = await client.delta(page.body['@odata.deltaLink']);
    expect(items).toEqual([{ id: ada.id, department: 'X' }]);
  });

  test('the same link told twice tells the same (replay)', async () => {
    const link = await latest('/users/delta?$deltatoken=latest&$select=department');
    await client.patch(`/users/${ada.id}`, { department: 'X' });
    expect((await client.delta(link)).items).toEqual((await client.delta(link)).items);
  });

  test('removed: changed when soft-deleted, deleted when gone; restored ones appear as objects', async () => {
    let link = await latest('/users/delta?$deltatoken=latest&$select=displayName');
    await client.delete(`/users/${ada.id}`);
    let round = await client.delta(link);
    expect(round.items).toEqual([{ id: ada.id, '@removed': { reason: 'changed' } }]);
    await client.post(`/directory/deletedItems/${ada.id}/restore`);
    round = await client.delta(round.link);
    expect(round.items).toEqual([{ id: ada.id, displayName: 'ada' }]);
    await client.delete(`/users/${ada.id}`);
    await client.delete(`/directory/deletedItems/${ada.id}`);
    round = await client.delta(round.link);
    expect(round.items).toEqual([{ id: ada.id, '@removed': { reason: 'deleted' } }]);
    link = round.link;
    expect((await client.delta(link)).items).toEqual([]);
  });

  test('a deleted user stays in members@delta until it is purged', async () => {
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    const link = await latest('/groups/delta?$deltatoken=latest');
    await client.delete(`/users/${ada.id}`);
    const round = await client.delta(link);
    expect(round.items).toEqual([]);
    await client.delete(`/directory/deletedItems/${ada.id}`);
    expect((await client.delta(round.link)).items).toEqual([
      expect.objectContaining({
        id: group.id,
        'members@delta': [
          { '@odata.type': '#microsoft.graph.user', id: ada.id, '@removed': { reason: 'deleted' } },
        ],
      }),
    ]);
  });

  test('manager rides along when selected', async () => {
    const link = await latest('/users/delta?$deltatoken=latest&$select=manager');
    await client.put(`/users/${ada.id}/manager/$ref`, ref(bob.id));
    const round = await client.delta(link);
    expect(round.items).toEqual([
      { id: ada.id, 'manager@delta': [{ '@odata.type': '#microsoft.graph.user', id: bob.id }] },
    ]);
  });

  test('a large group repeats over pages with others between; pages may be empty', async () => {
    await client.tenant.damage({
      do: 'setMembers',
      group: group.id,
      members: (await client.all('/users')).map((user) => user.id),
    });
    await client.tenant.damage({ do: 'switch', name: 'deltaPageLinks', value: 10 });
    await client.tenant.damage({ do: 'switch', name: 'deltaEmptyPageEvery', value: 2 });
    const pages: Body[][] = [];
    let next = '/groups/delta?$select=members';
    while (next) {
      const { body } = await client.get(next);
      pages.push(body.value);
      next = body['@odata.nextLink'];
    }
    expect(pages.filter((page) => page.length === 0).length).toBeGreaterThan(0);
    expect(pages.filter((page) => page.some((item) => item.id === group.id)).length).toBeGreaterThan(1);
    const told = pages
      .flat()
      .filter((item) => item.id === group.id)
      .flatMap((item) => item['members@delta'] ?? []);
    expect(new Set(told.map((link: Body) => link.id)).size).toBe(32);
  });

  test('$top is ignored, $expand and $orderby refused, $filter is for ids', async () => {
    const { body } = await client.get('/users/delta?$top=1');
    expect(body.value.length).toBeGreaterThan(1);
    expect((await client.get('/users/delta?$expand=manager')).status).toBe(400);
    expect((await client.get('/users/delta?$orderby=displayName')).status).toBe(400);
    expect((await client.get("/users/delta?$filter=displayName eq 'ada'")).status).toBe(400);
    const { items } = await client.delta(`/users/delta?$filter=id eq '${ada.id}'&$select=displayName`);
    expect(items.map((item) => item.id)).toEqual([ada.id]);
  });

  test('a token lives seven days on the sandbox clock; then 410 with Location; a broken one is a 400', async () => {
    const link = await latest('/users/delta?$deltatoken=latest');
    await client.clock.advance(7 * 24 * 3600 * 1000);
    expect((await client.get(link)).status).toBe(200);
    await client.clock.advance(1000);
    const dead = await client.get(link);
    expect([dead.status, dead.body.error.code]).toEqual([410, 'syncStateNotFound']);
    expect(dead.headers['location']).toBe('https://graph.test/v1.0/users/delta?$deltatoken=');
    expect((await client.get('/users/delta?$deltatoken=nonsense')).status).toBe(400);
  });

  test.each([
    '/users',
    '/groups',
    '/directory/administrativeUnits',
    '/applications',
    '/servicePrincipals',
    '/directoryRoles',
    '/devices',
    '/contacts',
    '/oauth2PermissionGrants',
  ])('%s has a delta: the first round is the list, and ends with a link of its own', async (path) => {
    client.allow(
      'AdministrativeUnit.ReadWrite.All',
      'Application.ReadWrite.All',
      'DelegatedPermissionGrant.ReadWrite.All',
      'Device.Read.All',
      'OrgContact.Read.All',
    );
    await client.post('/directory/administrativeUnits', { displayName: 'U' });
    const app = (await client.post('/applications', { displayName: 'A' })).body;
    const principal = (await client.post('/servicePrincipals', { appId: app.appId })).body;
    await client.post('/oauth2PermissionGrants', {
      clientId: principal.id,
      consentType: 'AllPrincipals',
      resourceId: principal.id,
      scope: 'read',
    });
    await client.tenant.damage({
      steps: [
        {
          do: 'seed',
          object: { '@odata.type': '#microsoft.graph.orgContact', id: idOf('c'), displayName: 'C' },
        },
        { do: 'seed', object: { '@odata.type': '#microsoft.graph.device', id: idOf('d'), displayName: 'D' } },
      ],
    });
    const { items, link } = await client.delta(`${path}/delta`);
    const ids = (all: Body[]): string[] => all.map(({ id }) => id).sort();
    expect(ids(items)).toEqual(ids(await client.all(path)));
    expect(items.length).toBeGreaterThan(0);
    expect([...new URL(link).searchParams.keys()]).toEqual(['$deltatoken']);
    expect((await client.delta(link)).items).toEqual([]);
  });

  test.each([
    '/identity/conditionalAccess/policies',
    '/identity/conditionalAccess/namedLocations',
    '/roleManagement/directory/roleAssignments',
    '/roleManagement/directory/roleEligibilitySchedules',
    '/policies/authenticationStrengthPolicies',
  ])('%s has none', async (path) => {
    expect((await client.get(`${path}/delta`)).status).toBeGreaterThanOrEqual(400);
  });

  test('the first round comes in pages of 200 users, whatever $top says; its links carry nothing but their token', async () => {
    const many = await startTenant({ population: { users: 450, groups: 1, seed: 3 } });
    const sizes: number[] = [];
    let next = '/users/delta?$select=displayName&$top=5';
    while (next) {
      const { body } = await many.get(next);
      sizes.push(body.value.length);
      next = body['@odata.nextLink'];
      const link = next ?? body['@odata.deltaLink'];
      expect([...new URL(link).searchParams.keys()]).toEqual([next ? '$skiptoken' : '$deltatoken']);
      expect('@odata.nextLink' in body && '@odata.deltaLink' in body).toBe(false);
    }
    expect(sizes).toEqual([200, 200, 50]);
  });

  test('what was selected at first counts for every round', async () => {
    const { link } = await client.delta('/users/delta?$select=jobTitle');
    await client.patch(`/users/${ada.id}`, { department: 'X', jobTitle: 'Y' });
    const round = await client.delta(link);
    expect(round.items).toEqual([{ id: ada.id, jobTitle: 'Y' }]);
    await client.patch(`/users/${ada.id}`, { department: 'Z' });
    expect((await client.delta(round.link)).items).toEqual([]);
  });

  test('a change brings all selected properties that were ever set; return=minimal only what changed', async () => {
    await client.patch(`/users/${ada.id}`, { department: 'X', city: 'Berlin' });
    const link = await latest('/users/delta?$deltatoken=latest&$select=department,city,jobTitle');
    await client.patch(`/users/${ada.id}`, { department: 'Y' });
    expect((await client.delta(link)).items).toEqual([{ id: ada.id, department: 'Y', city: 'Berlin' }]);
    const { body } = await client.get(link, { Prefer: 'return=minimal' });
    expect(body.value).toEqual([{ id: ada.id, department: 'Y' }]);
  });

  test('a cleared property is told as null', async () => {
    await client.patch(`/users/${ada.id}`, { department: 'X' });
    const link = await latest('/users/delta?$deltatoken=latest&$select=department');
    await client.patch(`/users/${ada.id}`, { department: null });
    expect((await client.delta(link)).items).toEqual([{ id: ada.id, department: null }]);
  });

  test('groups tell members without $select, owners only when selected; both with what was removed', async () => {
    await client.post(`/groups/${group.id}/owners/$ref`, ref(ada.id));
    const [plain, selected] = [
      await latest('/groups/delta?$deltatoken=latest'),
      await latest('/groups/delta?$deltatoken=latest&$select=members,owners'),
    ];
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    await client.post(`/groups/${group.id}/owners/$ref`, ref(bob.id));
    const told = (id: string, more: object = {}) => ({ '@odata.type': '#microsoft.graph.user', id, ...more });
    const [first] = (await client.delta(plain)).items;
    expect(first['members@delta']).toEqual([told(ada.id)]);
    expect(first).not.toHaveProperty('owners@delta');
    const round = await client.delta(selected);
    expect(round.items).toEqual([
      { id: group.id, 'members@delta': [told(ada.id)], 'owners@delta': [told(bob.id)] },
    ]);
    await client.delete(`/groups/${group.id}/members/${ada.id}/$ref`);
    await client.delete(`/groups/${group.id}/owners/${bob.id}/$ref`);
    const removed = { '@removed': { reason: 'deleted' } };
    expect((await client.delta(round.link)).items).toEqual([
      { id: group.id, 'members@delta': [told(ada.id, removed)], 'owners@delta': [told(bob.id, removed)] },
    ]);
  });

  test('a filter names up to 50 ids', async () => {
    const filter = (count: number) =>
      Array.from({ length: count }, (_, i) => `id eq '${i === 0 ? ada.id : idOf(String(i))}'`).join(' or ');
    const path = (count: number) => `/users/delta?$select=displayName&$filter=${filter(count)}`;
    expect((await client.delta(path(50))).items).toEqual([{ id: ada.id, displayName: 'ada' }]);
    expect((await client.get(path(51))).status).toBe(400);
  });

  test('the Location of a 410 starts anew, and does not say what was deleted meanwhile', async () => {
    const { link } = await client.delta('/users/delta');
    await client.delete(`/users/${ada.id}`);
    client.tenant.fault({ name: 'expireDeltaTokens' });
    const dead = await client.get(link);
    expect(dead.status).toBe(410);
    const { items } = await client.delta(dead.headers['location'] ?? '');
    expect(items.map(({ id }) => id)).not.toContain(ada.id);
    expect(items).toHaveLength(31);
    expect(items.filter((item) => '@removed' in item)).toEqual([]);
  });

  test('a 400 is the other form of a dead token', async () => {
    const link = await latest('/users/delta?$deltatoken=latest');
    client.tenant.fault({ name: 'resync' });
    const resync = await client.get(link);
    expect([resync.status, resync.body.error.code]).toEqual([410, 'resyncRequired']);
    client.tenant.fault({ name: 'expireDeltaTokens', status: 400 });
    const reply = await client.get(link);
    expect([reply.status, reply.body.error.code]).toEqual([400, 'syncStateNotFound']);
  });

  test('photos, the profile and custom attributes trigger nothing', async () => {
    client.allow(
      'ProfilePhoto.ReadWrite.All',
      'CustomSecAttributeAssignment.ReadWrite.All',
      'CustomSecAttributeDefinition.ReadWrite.All',
    );
    const attribute = { attributeSet: 'S', name: 'A', type: 'String', status: 'Available' };
    await client.post('/directory/attributeSets', { id: 'S', description: '', maxAttributesPerSet: 25 });
    await client.post('/directory/customSecurityAttributeDefinitions', {
      ...attribute,
      description: '',
      isCollection: false,
      isSearchable: true,
      usePreDefinedValuesOnly: false,
    });
    const link = await latest('/users/delta?$deltatoken=latest');
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
    const statuses = [
      (await client.send('PUT', `/users/${ada.id}/photo/$value`, jpeg, { 'content-type': 'image/jpeg' }))
        .status,
      (await client.patch(`/users/${ada.id}`, { skills: ['sailing'] })).status,
      (
        await client.patch(`/users/${ada.id}`, {
          customSecurityAttributes: {
            S: { '@odata.type': '#Microsoft.DirectoryServices.CustomSecurityAttributeValue', A: 'x' },
          },
        })
      ).status,
    ];
    expect(statuses).toEqual([200, 204, 204]);
    expect((await client.delta(link)).items).toEqual([]);
    expect((await client.get('/users/delta?$select=skills')).status).toBe(501);
  });

  test('by switch the first round tells the bin, too, and a purge leaves its groups unsaid', async () => {
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    const link = await latest('/groups/delta?$deltatoken=latest');
    await client.delete(`/users/${ada.id}`);
    await client.tenant.damage({ do: 'switch', name: 'deltaTellsBinned', value: true });
    const { items } = await client.delta('/users/delta?$select=displayName');
    expect(items.find(({ id }) => id === ada.id)).toEqual({ id: ada.id, '@removed': { reason: 'changed' } });
    await client.tenant.damage({ do: 'switch', name: 'purgeTellsLinks', value: false });
    await client.delete(`/directory/deletedItems/${ada.id}`);
    expect((await client.delta(link)).items).toEqual([]);
  });

  test('by switch a tenant has no delta, as External ID and B2C have none; lists go on', async () => {
    const link = await latest('/users/delta?$deltatoken=latest');
    await client.tenant.damage({ do: 'switch', name: 'deltaOffered', value: false });
    for (const path of ['/users/delta', '/groups/delta', link]) {
      const reply = await client.get(path);
      expect([reply.status, reply.body.error.code]).toEqual([400, 'Request_UnsupportedQuery']);
    }
    expect((await client.get('/users')).status).toBe(200);
  });
});
