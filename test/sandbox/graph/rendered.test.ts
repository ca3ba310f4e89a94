import { describe, expect, test } from '@jest/globals';
import { jsonOf } from '../../../sandbox/graph/query/rendered.js';
import { newUser } from './scene.js';
import { startTenant, tenantId, type Client } from './harness.js';

/** The answer as the edge writes it, and as JSON.stringify would. */
async function both(client: Client, path: string): Promise<[string, string]> {
  const url = new URL(`https://graph.test/v1.0${path}`);
  const token = JSON.stringify({ appId: client.appId, tenantId, permissions: client.permissions });
  const { body } = await client.tenant.handle({
    method: 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: { authorization: `Bearer ${token}` },
    body: Buffer.alloc(0),
  });
  return [jsonOf(body).toString(), JSON.stringify(body)];
}

describe('objects in lists are written once, until they change', () => {
  const paths = [
    '/users',
    '/users?$top=5',
    '/users?$select=id,department&$expand=manager($select=id)',
    '/users?$select=displayName&$expand=memberOf',
    '/groups?$expand=members',
    '/directory/deletedItems/microsoft.graph.user',
    "/users?$filter=displayName eq 'nobody'",
  ];

  test.each(paths)('%s reads the same, first and again', async (path) => {
    const client = await startTenant();
    for (let i = 0; i < 2; i += 1) {
      const [fast, plain] = await both(client, path);
      expect(fast).toBe(plain);
    }
  });

  test('a change, a deletion, a restore and another selection are seen', async () => {
    const client = await startTenant();
    const ada = (await client.post('/users', newUser('ada'))).body;
    const seen = async (path: string): Promise<Record<string, unknown> | undefined> => {
      const [fast, plain] = await both(client, path);
      expect(fast).toBe(plain);
      return JSON.parse(fast).value.find(({ id }: { id: string }) => id === ada.id);
    };
    expect(await seen('/users?$top=999&$select=city')).toEqual({ city: null, id: ada.id });
    await client.patch(`/users/${ada.id}`, { city: 'Kiel' });
    expect(await seen('/users?$top=999&$select=city')).toEqual({ city: 'Kiel', id: ada.id });
    expect(Object.keys((await seen('/users?$top=999')) ?? {})).toHaveLength(11);
    const bin = '/directory/deletedItems/microsoft.graph.user?$select=userPrincipalName';
    await client.delete(`/users/${ada.id}`);
    expect(await seen('/users?$top=999')).toBeUndefined();
    expect((await seen(bin))?.['userPrincipalName']).toMatch(/^[0-9a-f]{32}ada@/);
    await client.post(`/directory/deletedItems/${ada.id}/restore`);
    expect((await seen('/users?$top=999&$select=userPrincipalName'))?.['userPrincipalName']).toMatch(/^ada@/);
  });
});

describe('a page is made once, until something in the tenant changes', () => {
  test('the same caller gets the same bytes; a change anywhere, another caller and a lag make it anew', async () => {
    const client = await startTenant();
    const body = async (permissions = client.permissions) => {
      const token = JSON.stringify({ appId: client.appId, tenantId, permissions });
      const { body } = await client.tenant.handle({
        method: 'GET',
        path: '/v1.0/groups',
        query: new URLSearchParams(),
        headers: { authorization: `Bearer ${token}` },
        body: Buffer.alloc(0),
      });
      return body;
    };
    const first = await body();
    expect(await body()).toBe(first);
    expect(Object.isFrozen(first)).toBe(true);
    expect(await body(['Group.Read.All'])).not.toBe(first);
    await client.post('/users', newUser('ada'));
    const after = await body();
    expect(after).not.toBe(first);
    expect(after).toEqual(first);
    client.tenant.fault({ name: 'listLag', lag: 1000 });
    expect(await body()).not.toBe(await body());
  });
});
