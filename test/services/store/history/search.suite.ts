import { beforeEach, expect, test } from '@jest/globals';
import type { Db } from 'mongodb';
import { objectId } from '../../../../services/model/ids.js';
import type { History } from '../../../../services/store/history/index.js';
import { TENANT, deleted, openHistory, snapshot, user } from './facts.js';

/** Finding objects by name and key, on any database. */
export function searchSuite(openDb: () => Promise<Db>): void {
  let history: History;
  let db: Db;
  beforeEach(async () => {
    db = await openDb();
    history = await openHistory(db);
    await snapshot(history, (run) =>
      run.putObjects([
        user('Alice Moreau'),
        user('Alice Chen'),
        user('Malice'),
        deleted('Alicia'),
        user('Old Name'),
      ]),
    );
    await snapshot(history, async (run) => {
      await run.removeObjects([objectId('Alice Chen')]);
      await run.putObjects([{ ...user('New Name'), objectId: objectId('Old Name') }]);
    });
  });

  test('[F1] any part of a key, live, deleted and gone, best matches first', async () => {
    const found = await history.search(TENANT, 'ALIC');
    expect(found.map(({ name }) => name)).toEqual(['Alice Chen', 'Alice Moreau', 'Alicia', 'Malice']);
    expect(found[0]).toMatchObject({ from: 1, to: 2 });
    expect(await history.search(TENANT, 'alice', { limit: 1 })).toHaveLength(1);
    expect(await history.search(TENANT, 'alice', { type: 'group' })).toEqual([]);
  });

  test('a whole key comes before a part of one, an old name finds the newest version', async () => {
    expect((await history.search(TENANT, 'malice'))[0]?.name).toBe('Malice');
    expect(await history.search(TENANT, 'old name')).toMatchObject([{ name: 'New Name', from: 2 }]);
  });

  test('a whole key alone, where that is asked for', async () => {
    expect(await history.search(TENANT, 'malice', { exact: true })).toMatchObject([{ name: 'Malice' }]);
    expect(await history.search(TENANT, 'alice', { exact: true })).toEqual([]);
    expect(await history.search(TENANT, 'OLD NAME', { exact: true })).toMatchObject([{ name: 'New Name' }]);
  });

  test('a name that only an unpublished run saw finds nothing, and hides nothing', async () => {
    const run = await history.begin(TENANT, { trigger: 'chat', startedAt: 'x', fence: 1 });
    await run.putObjects([{ ...user('Zoe'), objectId: objectId('Malice') }, user('Zack')]);
    expect(await history.search(TENANT, 'z')).toEqual([]);
    await run.abandon();
    expect(await history.search(TENANT, 'zoe', { exact: true })).toEqual([]);
    expect(await history.search(TENANT, 'malice')).toMatchObject([{ name: 'Malice' }]);
    await snapshot(history, (next) => next.putObjects([user('Zack')]));
    expect(await history.search(TENANT, 'z')).toMatchObject([{ name: 'Zack' }]);
  });

  test('a name goes with the last version that had it', async () => {
    await snapshot(history, async () => undefined);
    expect(await history.search(TENANT, 'old name@')).toHaveLength(1);
    await history.markPruned(TENANT, [1], '2026-11-20T01:00:00.000Z');
    await history.sweepPruned(TENANT, '2026-11-21T01:00:00.000Z');
    expect(await history.search(TENANT, 'old name@')).toEqual([]);
    expect(await history.search(TENANT, 'new name')).toHaveLength(1);
    expect(await history.search(TENANT, 'alice chen')).toEqual([]);
    const names = await db.collection('names').find({}).toArray();
    expect(names.map(({ name }) => name as string).sort()).toEqual([
      'Alice Moreau',
      'Alicia',
      'Malice',
      'New Name',
    ]);
  });

  test('what was written before there were names gets them at the next start', async () => {
    const before = await history.search(TENANT, 'alice');
    await db.collection('names').deleteMany({});
    await db.collection('history_heads').updateOne({ _id: TENANT as never }, { $unset: { named: '' } });
    expect(await history.search(TENANT, 'alice')).toEqual([]);
    await history.createIndexes();
    expect(await history.search(TENANT, 'alice')).toEqual(before);
    expect(await history.search(TENANT, 'old name')).toMatchObject([{ name: 'New Name' }]);
  });

  test('signs that mean something in a pattern are taken as they are', async () => {
    expect(await history.search(TENANT, '.*')).toEqual([]);
    expect(await history.search(TENANT, '@contoso.example')).toHaveLength(5);
    expect(await history.search(TENANT, ' ')).toEqual([]);
  });
}
