import { describe, expect, test } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { serveGraph } from '../../../sandbox/graph-edge.js';
import { jsonOf, sent } from '../../../sandbox/graph/query/written-page.js';
import { listen } from '../../../sandbox/listener.js';
import type { ContractChecker } from '../../../sandbox/types.js';
import { newUser } from './scene.js';
import { startTenant, tenantId, type Client } from './harness.js';

/** As soon as anybody judges answers, lists are made as values too, and not from their own bytes. */
const lenient: ContractChecker = { checkRequest: () => [], checkResponse: () => [] };

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
    '/users?$expand=manager,manager($select=displayName)',
    '/groups?$expand=members',
    '/roleManagement/directory/roleAssignments?$expand=principal,roleDefinition',
    '/identity/conditionalAccess/namedLocations',
    '/directory/deletedItems/microsoft.graph.user',
    "/users?$filter=displayName eq 'nobody'",
  ];

  test.each(paths)('%s reads the same, first and again', async (path) => {
    const client = await startTenant({ contract: lenient });
    for (let i = 0; i < 2; i += 1) {
      const [fast, plain] = await both(client, path);
      expect(fast).toBe(plain);
      expect(JSON.parse(fast)).toEqual((await (await startTenant()).get(path)).body);
    }
  });

  test('a change, a deletion, a restore and another selection are seen', async () => {
    const client = await startTenant({ contract: lenient });
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

/** Answers as they leave the tenant, of a caller with these permissions. */
async function bodyOf(
  client: Client,
  path: string,
  { permissions = client.permissions, ...more }: { permissions?: readonly string[]; batch?: object } = {},
): Promise<Record<string, unknown>> {
  const url = new URL(`https://graph.test/v1.0${path}`);
  const token = JSON.stringify({ appId: client.appId, tenantId, permissions });
  const { body } = await client.tenant.handle({
    method: more.batch ? 'POST' : 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: {
      authorization: `Bearer ${token}`,
      ...(more.batch ? { 'content-type': 'application/json' } : {}),
    },
    body: more.batch ? Buffer.from(JSON.stringify(more.batch)) : Buffer.alloc(0),
  });
  return body as Record<string, unknown>;
}

describe('a page that is asked for again is kept, until something in the tenant changes', () => {
  test('the same caller gets the same bytes; a change anywhere, another caller and a lag make it anew', async () => {
    const client = await startTenant();
    const body = (permissions = client.permissions) => bodyOf(client, '/groups', { permissions });
    const once = await body();
    const first = await body();
    expect(first).not.toBe(once);
    expect(first).toEqual(once);
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

describe('who reads a list on finds the next page made', () => {
  /** Path and query of the page after this one. */
  const after = (body: Record<string, unknown>): string =>
    String(body['@odata.nextLink']).replace(/^.*\/v1\.0/, '');
  const idle = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const memoryOf = (body: Record<string, unknown>): ArrayBufferLike => jsonOf(body).buffer;

  async function secondPage(client: Client): Promise<{ memory: ArrayBufferLike; third: string }> {
    const first = await bodyOf(client, '/users?$top=3&$select=id,city');
    const second = await bodyOf(client, after(first));
    const found = { memory: memoryOf(second), third: after(second) };
    sent(second);
    await idle();
    return found;
  }

  test('in the time after the page before it was sent', async () => {
    const client = await startTenant();
    const { memory, third } = await secondPage(client);
    const other = await bodyOf(client, '/groups?$top=3');
    expect(memoryOf(other)).not.toBe(memory);
    const made = await bodyOf(client, third);
    expect(memoryOf(made)).toBe(memory);
    expect(JSON.parse(jsonOf(made).toString())).toEqual((await (await startTenant()).get(third)).body);
  });

  test('not after a first page, as most do not read on', async () => {
    const client = await startTenant();
    const first = await bodyOf(client, '/users?$top=3&$select=id,city');
    const memory = memoryOf(first);
    sent(first);
    await idle();
    expect(memoryOf(await bodyOf(client, '/groups?$top=3'))).toBe(memory);
  });

  test('as it is when it is asked for: a change in between is seen', async () => {
    const client = await startTenant();
    const { third } = await secondPage(client);
    const [{ id }] = JSON.parse(jsonOf(await bodyOf(client, third)).toString()).value;
    const again = await startTenant();
    await secondPage(again);
    await again.patch(`/users/${id}`, { city: 'Kiel' });
    const page = await bodyOf(again, third);
    expect(JSON.parse(jsonOf(page).toString()).value[0]).toEqual({ id, city: 'Kiel' });
  });

  test('nobody else is given it, and it is given once', async () => {
    const client = await startTenant();
    const { third } = await secondPage(client);
    const others = await bodyOf(client, third, { permissions: ['User.Read.All'] });
    const mine = await bodyOf(client, third);
    const again = await bodyOf(client, third);
    expect(new Set([others, mine, again].map(memoryOf)).size).toBe(3);
    expect(again).toEqual(mine);
  });

  test('what nobody asks for is given up: its memory is used again after a change', async () => {
    const client = await startTenant();
    const { memory } = await secondPage(client);
    await client.post('/users', newUser('ada'));
    const pages = await Promise.all([1, 2, 3, 4].map((top) => bodyOf(client, `/groups?$top=${top}`)));
    expect(pages.map(memoryOf)).toContain(memory);
  });
});

describe('a page that is asked for once gives its memory to the next', () => {
  test('only when it was sent, and it stays as it was when it was made', async () => {
    const client = await startTenant();
    const first = await bodyOf(client, '/users?$top=5');
    const bytes = jsonOf(first);
    const before = bytes.toString();
    const { id } = JSON.parse(before).value[0];
    await client.patch(`/users/${id}`, { displayName: 'Somebody else' });
    const second = await bodyOf(client, '/users?$top=5&$select=displayName');
    expect(bytes.toString()).toBe(before);
    expect(JSON.stringify(first)).toBe(before);
    expect(JSON.parse(jsonOf(second).toString()).value[0]).toEqual({ displayName: 'Somebody else', id });
    sent(second);
    const third = jsonOf(await bodyOf(client, '/groups?$top=3'));
    const fourth = jsonOf(await bodyOf(client, '/groups?$top=1'));
    expect(JSON.parse(third.toString()).value).toHaveLength(3);
    expect(JSON.parse(fourth.toString()).value).toHaveLength(1);
    expect(bytes.toString()).toBe(before);
  });

  test('it was sent when its answer has closed, and not before', async () => {
    const client = await startTenant();
    const token = JSON.stringify({ appId: client.appId, tenantId, permissions: client.permissions });
    const headers = { authorization: `Bearer ${token}` };
    const asked = Object.assign(Readable.from([]), { method: 'GET', url: '/v1.0/users?$top=7', headers });
    const answer = Object.assign(new EventEmitter(), {
      writeHead: () => undefined,
      end: (_bytes: Buffer) => undefined,
    });
    const ended = new Promise<Buffer>((resolve) => (answer.end = (bytes) => void resolve(bytes)));
    serveGraph(client.tenant, asked as unknown as IncomingMessage, answer as unknown as ServerResponse);
    const bytes = await ended;
    const before = bytes.toString();
    const meanwhile = jsonOf(await bodyOf(client, '/users?$top=8&$select=mail'));
    expect(meanwhile.buffer).not.toBe(bytes.buffer);
    expect(bytes.toString()).toBe(before);
    answer.emit('close');
    expect(jsonOf(await bodyOf(client, '/users?$top=9&$select=mail')).buffer).toBe(bytes.buffer);
  });

  test('pages in a batch are copied into it', async () => {
    const client = await startTenant();
    const batch = {
      requests: [
        '/groups?$top=2',
        '/users?$select=displayName',
        '/users/nobody',
        '/users/$count',
        '/groups?$top=0',
      ].map((url, i) => ({ id: String(i), method: 'GET', url, headers: { ConsistencyLevel: 'eventual' } })),
    };
    const body = await bodyOf(client, '/$batch', { batch });
    expect(jsonOf(body).toString()).toBe(JSON.stringify(body));
    sent(body);
  });

  test('many clients at once, some of which read slowly, get each their own', async () => {
    const client = await startTenant({ population: { users: 2000, groups: 10, seed: 7 } });
    const listener = await listen(0, (asked, answer) => serveGraph(client.tenant, asked, answer));
    const token = JSON.stringify({ appId: client.appId, tenantId, permissions: client.permissions });
    const ask = async (path: string): Promise<IncomingMessage> => {
      const sending = request(`${listener.url}/v1.0${path}`, {
        agent: false,
        headers: { authorization: `Bearer ${token}` },
      });
      sending.end();
      return ((await once(sending, 'response')) as [IncomingMessage])[0];
    };
    const expected = async (path: string): Promise<unknown> => (await client.get(path)).body;
    // Each another page of some 700 KB, so that what is not read stays in the server.
    const paths = Array.from(
      { length: 16 },
      (_, i) => `/users?$top=${900 + i}&$select=id,displayName,onPremisesExtensionAttributes,identities`,
    );
    try {
      const slow = await Promise.all(paths.slice(0, 8).map(ask));
      for (const path of paths.slice(8))
        expect(JSON.parse((await buffer(await ask(path))).toString())).toEqual(await expected(path));
      for (const [i, answer] of slow.entries())
        expect(JSON.parse((await buffer(answer)).toString())).toEqual(await expected(paths[i] as string));
    } finally {
      await listener.close();
    }
  });
});
