import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type {
  GraphCost,
  ObservedLink,
  ObservedObject,
  WriteOutcome,
} from '../../../services/model/directory.js';
import { startWorld, type World } from './sandbox-world.js';

/** The adapter against a simulated tenant that misbehaves as Graph does (FACTS §13, §14, §16.10). */
let world: World;
beforeAll(async () => {
  world = await startWorld(['--users', '300', '--seed', '7']);
}, 120_000);
afterAll(async () => {
  await world?.close();
});
afterEach(async () => {
  await world.control('POST', '/_sandbox/fault', { clear: true });
});

const fault = (spec: Record<string, unknown>): Promise<unknown> =>
  world.control('POST', '/_sandbox/fault', spec);
const read = <T>(method: string, ...args: readonly unknown[]): Promise<T> =>
  world.call('reader', method, ...args);
const write = (method: string, ...args: readonly unknown[]): Promise<WriteOutcome> =>
  world.call('writer', method, ...args, { clientRequestId: randomUUID() });
const users = async (): Promise<readonly ObservedObject[]> =>
  (await read<{ objects: ObservedObject[] }[]>('listObjects', 'user')).flatMap(({ objects }) => objects);
const groups = async (): Promise<readonly ObservedObject[]> =>
  (await read<{ objects: ObservedObject[] }[]>('listObjects', 'group')).flatMap(({ objects }) => objects);
const department = async (id: string): Promise<unknown> =>
  (await read<ObservedObject>('getObject', 'user', id)).properties['department'];

describe('reading', () => {
  test.each([
    ['throttled with Retry-After', { name: 'throttle', retryAfter: 1, times: 2 }],
    ['throttled without Retry-After', { name: 'throttle', retryAfter: null, times: 1 }],
    ['unavailable', { name: 'unavailable', times: 2 }],
    ['cut off before it was executed', { name: 'resetBefore', times: 1 }],
    ['cut off after it was executed', { name: 'resetAfter', times: 1 }],
    ['a token that expires on the way', { name: 'tokenExpired', times: 1 }],
  ])('[R21] %s: the list comes whole', async (_, spec) => {
    await fault({ ...spec, path: '/users' });
    expect(await users()).toHaveLength(300);
  });

  test('[R21] throttling of parts of a batch: every list comes, exactly as without', async () => {
    const ids = (await groups()).map(({ id }) => id);
    const calm = await read<{ links: ObservedLink[] }[]>('listLinksOf', 'member', ids);
    await fault({ name: 'throttle', retryAfter: 1, path: '/groups/[^/]+/members', every: 5, times: 4 });
    const before = await read<GraphCost>('cost');
    expect(await read('listLinksOf', 'member', ids)).toEqual(calm);
    expect((await read<GraphCost>('cost')).throttled).toBeGreaterThan(before.throttled);
  });

  test.each(['expireDeltaTokens', 'resync'])('[B10] %s: said as an expired token', async (name) => {
    const token = await read<string>('latestDeltaToken', 'user');
    await fault({ name, path: '/users/delta' });
    await expect(read('delta', 'user', token)).rejects.toMatchObject({ code: 'DELTA_EXPIRED' });
  });

  test('[T2] a permission that was taken away is named', async () => {
    for (const permission of [
      'User.Read.All',
      'User.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
    ])
      await fault({ name: 'permissionRemoved', permission });
    await expect(users()).rejects.toMatchObject({
      code: 'GRAPH_DENIED',
      message: expect.stringContaining('read users'),
    });
  });
});

describe('writing', () => {
  test.each([
    ['no answer in time, but executed', 'timeoutAfterWrite', true],
    ['cut off after it was executed', 'resetAfter', true],
    ['cut off before it was executed', 'resetBefore', false],
  ])('[R20] %s: unknown, sent once, and the reading back tells', async (_, name, executed) => {
    const [user] = await users();
    const id = user?.id ?? '';
    const value = `Department ${name}`;
    const before = await read<GraphCost>('cost');
    await fault({ name, method: 'PATCH', path: '/users/' });
    expect(await write('update', 'user', id, { department: value })).toMatchObject({ outcome: 'unknown' });
    expect((await read<GraphCost>('cost')).writes - before.writes).toBe(1);
    expect((await department(id)) === value).toBe(executed);
    const settled = await write('update', 'user', id, { department: value });
    expect(settled).toMatchObject({ outcome: 'done' });
    expect(await department(id)).toBe(value);
  });

  test('[R21] a throttled write was not executed, so it goes again', async () => {
    const [user] = await users();
    await fault({ name: 'throttle', retryAfter: 1, method: 'PATCH', times: 2 });
    expect(await write('update', 'user', user?.id, { department: 'Throttled' })).toMatchObject({
      outcome: 'done',
    });
    expect(await department(user?.id ?? '')).toBe('Throttled');
  });

  test('a new user is found by its UPN although lists lag behind', async () => {
    await fault({ name: 'listLag', lag: 60_000 });
    const userPrincipalName = `lag-${randomUUID().slice(0, 8)}@${((await users())[0]?.properties['userPrincipalName'] as string).split('@')[1]}`;
    const made = await write(
      'create',
      'user',
      { accountEnabled: true, displayName: 'Lag One', mailNickname: 'lagone', userPrincipalName },
      { password: `S3same!${randomUUID()}` },
    );
    expect(made).toMatchObject({ outcome: 'done' });
    const found = await read<ObservedObject[]>('findByKey', 'user', 'userPrincipalName', userPrincipalName);
    expect(found).toHaveLength(1);
  });
});
