import { beforeEach, describe, expect, test } from '@jest/globals';
import { startTenant, type Body, type Client } from './harness.js';
import { newUser, openScene } from './scene.js';

let client: Client;
let ada: Body;

beforeEach(async () => {
  ({ client, ada } = await openScene());
});

describe('FACTS §14 throttling, issue 4 faults', () => {
  test('the bucket of a small tenant holds 3,500 units in 10 s; then 429 with its headers', async () => {
    let machine = 0;
    const one = await startTenant({ machineNow: () => machine });
    let last = await one.get('/users');
    for (let i = 0; i < 1750; i += 1) last = await one.get('/users');
    expect(last.status).toBe(429);
    expect(Number(last.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(last.headers['x-ms-throttle-information']).toBe('ResourceUnitLimitExceeded');
    expect(last.headers['x-ms-throttle-scope']).toContain('Tenant_Application/ReadWrite/');
    machine += Number(last.headers['retry-after']) * 1000;
    expect((await one.get('/users')).status).toBe(200);
    expect(one.tenant.stats().throttled).toBe(1);
  });

  test('Conditional Access refuses without Retry-After', async () => {
    await client.tenant.damage({ do: 'switch', name: 'conditionalAccessBurst', value: 1 });
    expect((await client.get('/identity/conditionalAccess/policies')).status).toBe(200);
    const reply = await client.get('/identity/conditionalAccess/policies');
    expect([reply.status, reply.headers['retry-after']]).toEqual([429, undefined]);
  });

  test('timeoutAfterWrite and resetAfter hide an answer whose work is done', async () => {
    client.tenant.fault({ name: 'timeoutAfterWrite', method: 'PATCH' });
    expect((await client.patch(`/users/${ada.id}`, { department: 'X' })).status).toBe(504);
    expect((await client.get(`/users/${ada.id}?$select=department`)).body.department).toBe('X');
    client.tenant.fault({ name: 'resetAfter', path: '/users/' });
    expect((await client.patch(`/users/${ada.id}`, { department: 'Y' })).reset).toBe(true);
    expect((await client.get(`/users/${ada.id}?$select=department`)).body.department).toBe('Y');
    client.tenant.fault({ name: 'resetBefore', method: 'PATCH' });
    expect((await client.patch(`/users/${ada.id}`, { department: 'Z' })).reset).toBe(true);
    expect((await client.get(`/users/${ada.id}?$select=department`)).body.department).toBe('Y');
  });

  test('read, list and delta lag are set apart', async () => {
    client.tenant.fault({ name: 'readLag', lag: 5000 });
    client.tenant.fault({ name: 'listLag', lag: 10_000 });
    client.tenant.fault({ name: 'deltaLag', lag: 20_000 });
    const link = (await client.get('/users/delta?$deltatoken=latest&$select=displayName')).body[
      '@odata.deltaLink'
    ];
    const made = (await client.post('/users', newUser('late'))).body;
    const seen = async () => [
      (await client.get(`/users/${made.id}`)).status === 200,
      (await client.all("/users?$filter=displayName eq 'late'")).length === 1,
      (await client.delta(link)).items.some((item) => item.id === made.id),
    ];
    expect(await seen()).toEqual([false, false, false]);
    await client.clock.advance(5000);
    expect(await seen()).toEqual([true, false, false]);
    await client.clock.advance(5000);
    expect(await seen()).toEqual([true, true, false]);
    await client.clock.advance(10_000);
    expect(await seen()).toEqual([true, true, true]);
  });

  test('tokenExpired, permissionRemoved, unavailable, expireDeltaTokens; clear ends them', async () => {
    client.tenant.fault({ name: 'tokenExpired' });
    expect((await client.get('/users')).status).toBe(401);
    client.tenant.fault({ name: 'unavailable', retryAfter: 2 });
    const unavailable = await client.get('/users');
    expect([unavailable.status, unavailable.headers['retry-after']]).toEqual([503, '2']);
    client.tenant.fault({ name: 'permissionRemoved', permission: 'User.ReadWrite.All' });
    expect((await client.patch(`/users/${ada.id}`, { department: 'X' })).status).toBe(403);
    client.tenant.fault({ clear: true });
    expect((await client.patch(`/users/${ada.id}`, { department: 'X' })).status).toBe(204);
    const link = (await client.get('/users/delta?$deltatoken=latest')).body['@odata.deltaLink'];
    client.tenant.fault({ name: 'expireDeltaTokens' });
    expect((await client.get(link)).status).toBe(410);
  });

  test('every n-th and seeded faults strike the same requests in every run', async () => {
    const run = async (): Promise<number[]> => {
      const one = await startTenant();
      one.tenant.fault({ name: 'throttle', every: 3 });
      one.tenant.fault({ name: 'unavailable', probability: 0.3, seed: 4 });
      const statuses: number[] = [];
      for (let i = 0; i < 20; i += 1) statuses.push((await one.get('/users?$top=1')).status);
      return statuses;
    };
    const first = await run();
    expect(first.filter((status) => status === 429).length).toBe(6);
    expect(await run()).toEqual(first);
  });
});
