import { beforeEach, describe, expect, test } from '@jest/globals';
import { startTenant, type Body, type Client } from './harness.js';
import { error, newUser, openScene, ref, security } from './scene.js';

let client: Client;
let ada: Body;
let bob: Body;
let group: Body;

beforeEach(async () => {
  ({ client, ada, bob, group } = await openScene());
});

describe('FACTS §12 querying and paging', () => {
  test('pages of 100 in order of userPrincipalName, nextLink before value, stable while users come and go', async () => {
    const many = await startTenant({ population: { users: 250, groups: 1, seed: 3 } });
    const first = await many.get('/users');
    expect(first.body.value).toHaveLength(100);
    expect(Object.keys(first.body)).toEqual(['@odata.context', '@odata.nextLink', 'value']);
    await many.post('/users', newUser('aaa'));
    await many.delete(`/users/${first.body.value[99].id}`);
    const rest = await many.all(first.body['@odata.nextLink']);
    const names = [...first.body.value, ...rest].map((user: Body) => user.userPrincipalName);
    expect(names).toHaveLength(250);
    expect(new Set(names).size).toBe(250);
  });

  test.each([
    ['1000', "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive."],
    ['0', "Invalid page size specified: '0'. Must be between 1 and 999 inclusive."],
  ])('$top=%s is refused', async (top, message) => {
    const reply = await client.get(`/users?$top=${top}`);
    expect([reply.status, ...error(reply.body)]).toEqual([400, 'Request_UnsupportedQuery', message]);
  });

  const refer = 'Refer to https://aka.ms/graph-docs/advanced-queries for more information';
  test.each([
    ["companyName ne 'x'", '', false, "Filter operator 'NotEqualsMatch' is not supported."],
    [
      "endsWith(mail,'x')",
      '&$count=true',
      false,
      `Operator 'endsWith' is not supported because the 'ConsistencyLevel:eventual' header is missing. ${refer}`,
    ],
    [
      "not(displayName eq 'x')",
      '',
      true,
      `Operator 'not' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. ${refer}`,
    ],
  ])(
    '%s%s, with the header: %s, is refused in the words on record',
    async (filter, more, eventual, message) => {
      const headers = eventual ? { ConsistencyLevel: 'eventual' } : undefined;
      const reply = await client.get(`/users?$filter=${encodeURIComponent(filter)}${more}`, headers);
      expect([reply.status, ...error(reply.body)]).toEqual([400, 'Request_UnsupportedQuery', message]);
    },
  );

  test('an unknown property in $select names itself', async () => {
    const reply = await client.get('/users?$select=nickname');
    expect(error(reply.body)[1]).toBe(
      "Could not find a property named 'nickname' on type 'microsoft.graph.user'.",
    );
  });

  test.each([
    ["displayName eq 'ADA'", 1],
    ["startswith(displayName,'ad')", 1],
    ["displayName in ('ada','bob')", 2],
    ["userPrincipalName eq 'ada@northwind.example' or displayName eq 'bob'", 2],
    ["accountEnabled eq true and startswith(mailNickname,'ad')", 1],
    ["proxyAddresses/any(p:p eq 'SMTP:nobody@x')", 0],
    ["(displayName eq 'ada') and (mailNickname eq 'bob')", 0],
    ["displayName eq 'it''s'", 0],
  ])('$filter=%s finds %i', async (filter, count) => {
    expect(await client.all(`/users?$filter=${encodeURIComponent(filter)}`)).toHaveLength(count);
  });

  test.each([
    "displayName ne 'ada'",
    "not startswith(displayName,'a')",
    "endsWith(mail,'x')",
    'assignedLicenses/$count eq 0',
  ])('$filter=%s needs the advanced header and $count', async (filter) => {
    const path = `/users?$filter=${encodeURIComponent(filter)}`;
    const plain = await client.get(path);
    expect([plain.status, plain.body.error.code]).toEqual([400, 'Request_UnsupportedQuery']);
    expect((await client.get(`${path}&$count=true`, { ConsistencyLevel: 'eventual' })).status).toBe(200);
  });

  test('$search finds words; needs the header', async () => {
    const path = '/users?$search="displayName:ad"';
    expect((await client.get(path)).status).toBe(400);
    const found = await client.get(path, { ConsistencyLevel: 'eventual' });
    expect(found.body.value.map((user: Body) => user.displayName)).toContain('ada');
  });

  test('$orderby with paging gives everybody once, in order', async () => {
    const users = await client.all('/users?$orderby=displayName desc&$top=7');
    const names = users.map((user) => user.displayName.toLowerCase());
    expect(names).toEqual([...names].sort().reverse());
    expect(new Set(users.map((user) => user.id)).size).toBe(32);
  });

  test('$skip is unsupported; a token is bound to its query', async () => {
    expect((await client.get('/users?$skip=5')).status).toBe(400);
    const { body } = await client.get('/users?$top=5');
    const token = new URL(body['@odata.nextLink']).searchParams.get('$skiptoken');
    expect((await client.get(`/users?$top=6&$skiptoken=${token}`)).body.error.code).toBe(
      'Directory_ExpiredPageToken',
    );
    expect((await client.get(body['@odata.nextLink'])).status).toBe(200);
    expect((await client.get(body['@odata.nextLink'])).status).toBe(200);
  });

  test('an $expand of a collection shows 20, of a manager one', async () => {
    await client.tenant.damage({
      do: 'setMembers',
      group: group.id,
      members: (await client.all('/users')).map((user) => user.id),
    });
    expect((await client.get(`/groups/${group.id}?$expand=members`)).body.members).toHaveLength(20);
    await client.put(`/users/${ada.id}/manager/$ref`, ref(bob.id));
    const { body } = await client.get(`/users?$filter=id eq '${ada.id}'&$expand=manager($select=id)`);
    expect(body.value[0].manager.id).toBe(bob.id);
    expect((await client.get('/users?$expand=manager($expand=manager)')).status).toBe(400);
  });

  test('/$count is plain text and needs the header', async () => {
    expect((await client.get('/users/$count')).status).toBe(400);
    const reply = await client.get('/users/$count', { ConsistencyLevel: 'eventual' });
    expect([reply.headers['content-type'], reply.body.toString()]).toEqual(['text/plain', '32']);
  });

  test('getByIds leaves unknown ids out', async () => {
    const { body } = await client.post('/directoryObjects/getByIds', {
      ids: [ada.id, group.id, '00000000-0000-4000-8000-000000000000'],
      types: ['user', 'group'],
    });
    expect(body.value.map((item: Body) => item['@odata.type'])).toEqual([
      '#microsoft.graph.user',
      '#microsoft.graph.group',
    ]);
  });

  test.each([
    '/users',
    '/groups',
    '/applications',
    '/servicePrincipals',
    '/groups/{group}/members',
    '/oauth2PermissionGrants',
    '/users/{user}/appRoleAssignments',
    '/auditLogs/directoryAudits',
  ])('%s: up to 999 a page', async (path) => {
    const message = "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.";
    const filled = path.replace('{group}', group.id).replace('{user}', ada.id);
    expect((await client.get(`${filled}?$top=999`)).status).toBe(200);
    const reply = await client.get(`${filled}?$top=1000`);
    expect([reply.status, ...error(reply.body)]).toEqual([400, 'Request_UnsupportedQuery', message]);
  });

  test('100 a page unless $top says otherwise: users, groups, members, applications, service principals', async () => {
    const many = await startTenant({ population: { users: 120, groups: 110, seed: 3 } });
    many.allow('Application.ReadWrite.All');
    await many.tenant.damage({ do: 'switch', name: 'throttling', value: false });
    for (let i = 0; i < 101; i += 1) {
      const app = (await many.post('/applications', { displayName: `A${i}` })).body;
      await many.post('/servicePrincipals', { appId: app.appId });
    }
    const crowd = (await many.post('/groups', security('crowd'))).body;
    const members = (await many.all('/users')).map(({ id }) => id);
    await many.tenant.damage({ do: 'setMembers', group: crowd.id, members });
    for (const path of [
      '/users',
      '/groups',
      '/applications',
      '/servicePrincipals',
      `/groups/${crowd.id}/members`,
    ]) {
      const { body } = await many.get(path);
      expect([path, body.value.length]).toEqual([path, 100]);
      expect(body['@odata.nextLink'].startsWith('https://graph.test/v1.0/')).toBe(true);
      const all = await many.all(path);
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
      expect(all.length).toBeGreaterThan(100);
      expect(Object.keys(await many.get(`${path}?$top=3`).then((page) => page.body.value))).toHaveLength(3);
    }
  });

  test('an $expand stops at 20 without a link to more', async () => {
    const members = (await client.all('/users')).map((user) => user.id);
    await client.tenant.damage({ do: 'setMembers', group: group.id, members });
    const { body } = await client.get(`/groups/${group.id}?$expand=members`);
    expect(body.members).toHaveLength(20);
    expect(Object.keys(body).filter((key) => key.includes('nextLink'))).toEqual([]);
  });

  test.each([
    ['$filter with $orderby', "/users?$filter=startswith(displayName,'a')&$orderby=displayName"],
    ['$search', '/groups?$search="displayName:re"'],
    [
      'a cast with $filter',
      "/groups/{group}/members/microsoft.graph.user?$filter=startswith(displayName,'a')",
    ],
    ['a cast with $search', '/groups/{group}/members/microsoft.graph.user?$search="displayName:ad"'],
    ['a cast with $orderby', '/groups/{group}/members/microsoft.graph.user?$orderby=displayName'],
  ])('%s takes ConsistencyLevel and $count', async (_what, path) => {
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    const filled = path.replace('{group}', group.id);
    const plain = await client.get(filled);
    expect([plain.status, plain.body.error.code]).toEqual([400, 'Request_UnsupportedQuery']);
    const eventual = await client.get(`${filled}&$count=true`, { ConsistencyLevel: 'eventual' });
    expect(eventual.status).toBe(200);
    expect(eventual.body.value.length).toBeGreaterThan(0);
    expect(eventual.body['@odata.count']).toBe(eventual.body.value.length);
  });

  test('$select keeps the id, whatever it names (FACTS §16.3)', async () => {
    const keys = (body: Body): string[] => Object.keys(body).filter((key) => !key.startsWith('@'));
    expect(keys((await client.get(`/users/${ada.id}?$select=department`)).body).sort()).toEqual([
      'department',
      'id',
    ]);
    expect(keys((await client.get('/groups?$select=displayName&$top=1')).body.value[0]).sort()).toEqual([
      'displayName',
      'id',
    ]);
  });

  test('dates are UTC in ISO form, what is unset is null, a list is []', async () => {
    const select = '$select=id,createdDateTime,department,otherMails,onPremisesSyncEnabled';
    const { body } = await client.get(`/users/${ada.id}?${select}`);
    expect(body).toMatchObject({
      createdDateTime: '2026-11-06T12:00:00Z',
      department: null,
      otherMails: [],
      onPremisesSyncEnabled: null,
    });
  });

  test('If-Match is not honoured for users and groups: the last writer wins', async () => {
    for (const path of [`/users/${ada.id}`, `/groups/${group.id}`]) {
      const stale = await client.send('PATCH', path, { displayName: 'X' }, { 'If-Match': 'W/"stale"' });
      expect(stale.status).toBe(204);
      expect((await client.get(path)).body.displayName).toBe('X');
    }
  });

  test('getByIds takes a thousand ids and no more, and all types when none is named', async () => {
    const unknown = Array.from(
      { length: 999 },
      (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
    );
    const asked = await client.post('/directoryObjects/getByIds', { ids: [ada.id, ...unknown] });
    expect([asked.status, asked.body.value.length]).toEqual([200, 1]);
    const more = await client.post('/directoryObjects/getByIds', { ids: [ada.id, bob.id, ...unknown] });
    expect(more.status).toBe(400);
  });
});

describe('FACTS §12 replication', () => {
  const e3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';

  test('what was made a moment ago is a 404 by id, as a reference and for a licence, and a 400 where it is bound', async () => {
    client.allow('LicenseAssignment.ReadWrite.All');
    await client.clock.advance(60_000);
    client.tenant.fault({ name: 'readLag', lag: 8000 });
    const made = (await client.post('/users', newUser('late', { usageLocation: 'DE' }))).body;
    const attempts = async (): Promise<number[]> => [
      (await client.get(`/users/${made.id}`)).status,
      (await client.post(`/groups/${group.id}/members/$ref`, ref(made.id))).status,
      (
        await client.post(`/users/${made.id}/assignLicense`, {
          addLicenses: [{ skuId: e3, disabledPlans: [] }],
          removeLicenses: [],
        })
      ).status,
      (await client.patch(`/groups/${group.id}`, { 'members@odata.bind': [ref(made.id)['@odata.id']] }))
        .status,
    ];
    expect(await attempts()).toEqual([404, 404, 404, 400]);
    await client.clock.advance(8000);
    // By now it is a member, so that binding it again is the known 400.
    expect(await attempts()).toEqual([200, 204, 200, 400]);
  });

  test('a list that lags does not show it, while its name is taken', async () => {
    client.tenant.fault({ name: 'listLag', lag: 8000 });
    const made = (await client.post('/users', newUser('late'))).body;
    expect(await client.all("/users?$filter=displayName eq 'late'")).toEqual([]);
    expect((await client.get(`/users/${made.userPrincipalName}`)).status).toBe(200);
    expect((await client.post('/users', newUser('late'))).body.error.details[0].code).toBe('ObjectConflict');
  });
});
