import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Body, type Client } from './harness.js';
import { openScene, ref } from './scene.js';

let client: Client;
let ada: Body;
let bob: Body;
let group: Body;

beforeEach(async () => {
  ({ client, ada, bob, group } = await openScene());
});

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
});
