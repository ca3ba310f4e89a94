import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Body, Client } from './harness.js';
import { openScene } from './scene.js';

let client: Client;
let ada: Body;

beforeEach(async () => {
  ({ client, ada } = await openScene());
});

describe('FACTS §12 $batch', () => {
  const batch = (requests: object[]) => client.post('/$batch', { requests });
  const get = (id: string, more: object = {}) => ({ id, method: 'GET', url: '/users?$top=1', ...more });

  test('answers each item by its id, failures beside successes', async () => {
    const { status, body } = await batch([get('1'), { id: '2', method: 'GET', url: '/users/nobody' }]);
    expect(status).toBe(200);
    const byId = Object.fromEntries(body.responses.map((item: Body) => [item.id, item.status]));
    expect(byId).toEqual({ 1: 200, 2: 404 });
  });

  test.each([
    ['21 items', Array.from({ length: 21 }, (_, i) => ({ id: String(i), method: 'GET', url: '/users' }))],
    [
      'a repeated id',
      [
        { id: '1', method: 'GET', url: '/users' },
        { id: '1', method: 'GET', url: '/users' },
      ],
    ],
    ['an absolute url', [{ id: '1', method: 'GET', url: 'https://graph.microsoft.com/v1.0/users' }]],
    ['a nested batch', [{ id: '1', method: 'POST', url: '/$batch' }]],
    ['nothing', []],
  ])('%s: the whole batch is a 400', async (_name, requests) => {
    expect((await batch(requests)).status).toBe(400);
  });

  test('a failed dependency is a 424', async () => {
    const { body } = await batch([
      { id: '1', method: 'GET', url: '/users/nobody' },
      get('2', { dependsOn: ['1'] }),
      get('3', { dependsOn: ['2'] }),
    ]);
    const byId = Object.fromEntries(body.responses.map((item: Body) => [item.id, item.status]));
    expect(byId).toEqual({ 1: 404, 2: 424, 3: 424 });
  });

  test('one item is throttled on its own, with its own Retry-After', async () => {
    client.tenant.fault({ name: 'throttle', path: '/users/', retryAfter: 3 });
    const { status, body } = await batch([get('1'), { id: '2', method: 'GET', url: `/users/${ada.id}` }]);
    expect(status).toBe(200);
    const throttled = body.responses.find((item: Body) => item.id === '2');
    expect([throttled.status, throttled.headers['Retry-After']]).toEqual([429, '3']);
    expect(body.responses.find((item: Body) => item.id === '1').status).toBe(200);
  });

  test('a body needs a content type', async () => {
    const { body } = await batch([
      { id: '1', method: 'PATCH', url: `/users/${ada.id}`, body: { department: 'X' } },
    ]);
    expect(body.responses[0].status).toBeGreaterThanOrEqual(400);
    const typed = await batch([
      {
        id: '1',
        method: 'PATCH',
        url: `/users/${ada.id}`,
        body: { department: 'X' },
        headers: { 'Content-Type': 'application/json' },
      },
    ]);
    expect(typed.body.responses[0].status).toBe(204);
  });

  const statuses = (body: Body): Record<string, number> =>
    Object.fromEntries(body.responses.map((item: Body) => [item.id, item.status]));

  test('twenty are taken, and come back in another order, each once', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => String(i));
    const orders = new Set<string>();
    for (let i = 0; i < 3; i += 1) {
      const { status, body } = await batch(ids.map((id) => get(id)));
      expect(status).toBe(200);
      const told: string[] = body.responses.map((item: Body) => item.id);
      expect([...told].sort()).toEqual([...ids].sort());
      orders.add(told.join(' '));
    }
    expect(orders).not.toContain(ids.join(' '));
  });

  test('each has headers of its own: a request id, what it cost, the content type', async () => {
    const { body } = await batch([get('1'), { id: '2', method: 'GET', url: '/users/nobody' }]);
    const [one, two] = [...body.responses].sort((a: Body, b: Body) => a.id.localeCompare(b.id));
    for (const item of [one, two]) expect(item.headers['x-ms-resource-unit']).toBe('1');
    expect(one.headers['Content-Type']).toMatch(/^application\/json;odata\.metadata=minimal/);
    expect(two.headers['Content-Type']).toBe('application/json');
    expect(two.body.error.innerError['request-id']).toBeTruthy();
    expect(two.body.error.code).toBe('Request_ResourceNotFound');
  });

  test('a followed request is done after the one it depends on, and sees what that did', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const url = `/users/${ada.id}`;
    const { body } = await batch([
      { id: '1', method: 'PATCH', url, headers, body: { department: 'X' } },
      { id: '2', method: 'GET', url: `${url}?$select=department`, dependsOn: ['1'] },
      { id: '3', method: 'PATCH', url, headers, body: { department: 'Y' }, dependsOn: ['2'] },
    ]);
    expect(statuses(body)).toEqual({ 1: 204, 2: 200, 3: 204 });
    expect(body.responses.find((item: Body) => item.id === '2').body.department).toBe('X');
    expect((await client.get(`${url}?$select=department`)).body.department).toBe('Y');
  });

  test('what a failed dependency kept from being done was not done', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const { body } = await batch([
      { id: '1', method: 'GET', url: '/users/nobody' },
      {
        id: '2',
        method: 'PATCH',
        url: `/users/${ada.id}`,
        headers,
        body: { department: 'X' },
        dependsOn: ['1'],
      },
    ]);
    expect(statuses(body)).toEqual({ 1: 404, 2: 424 });
    expect((await client.get(`/users/${ada.id}?$select=department`)).body.department).toBeNull();
  });

  test.each([
    ['a dependency that is not there', [get('1', { dependsOn: ['9'] })]],
    ['a dependency on itself', [get('1', { dependsOn: ['1'] })]],
    ['no id', [{ method: 'GET', url: '/users' }]],
    ['an id that is no string', [{ id: 1, method: 'GET', url: '/users' }]],
    ['an id that is an object', [{ id: {}, method: 'GET', url: '/users' }]],
    ['ids that differ in case alone', [get('a'), get('A')]],
    ['an empty id', [get('')]],
    ['no method', [{ id: '1', url: '/users' }]],
    ['no url', [{ id: '1', method: 'GET' }]],
    ['a url with the version', [{ id: '1', method: 'GET', url: '/v1.0/users' }]],
  ])('%s: the whole batch is a 400', async (_name, requests) => {
    expect((await batch(requests)).status).toBe(400);
  });

  test('a url needs no slash before it; /beta has its batch, whose items are of /beta', async () => {
    expect(statuses((await batch([{ id: '1', method: 'GET', url: 'users' }])).body)).toEqual({ 1: 200 });
    const { body } = await client.post('https://graph.test/beta/$batch', { requests: [get('1')] });
    const [item] = body.responses;
    expect(item.body['@odata.context']).toBe('https://graph.test/beta/$metadata#users');
  });

  test('an item follows its own permissions, faults and advanced header', async () => {
    client.tenant.fault({ name: 'unavailable', path: '/groups$' });
    const { body } = await batch([
      { id: '1', method: 'GET', url: '/groups' },
      { id: '2', method: 'GET', url: '/devices' },
      { id: '3', method: 'GET', url: '/users/$count', headers: { ConsistencyLevel: 'eventual' } },
      { id: '4', method: 'GET', url: '/users/$count' },
    ]);
    expect(statuses(body)).toEqual({ 1: 503, 2: 200, 3: 200, 4: 400 });
  });

  test('a batch is a POST with a good token', async () => {
    expect((await client.get('/$batch')).status).toBe(405);
    const anonymous = await client.post('/$batch', { requests: [get('1')] }, { authorization: '' });
    expect([anonymous.status, anonymous.body.error.code]).toEqual([401, 'InvalidAuthenticationToken']);
  });
});
