import { beforeEach, describe, expect, test } from '@jest/globals';
import { startTenant, type Body, type Client } from './harness.js';
import { error, newUser, openScene, ref } from './scene.js';

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
});
