import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Body, type Client } from './harness.js';
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
});
