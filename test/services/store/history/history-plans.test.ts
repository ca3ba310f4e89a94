import { describe, expect, test } from '@jest/globals';
import { catalog } from '../../../../services/catalog/index.js';
import { objectId } from '../../../../services/model/ids.js';
import { changesBetween } from '../../../../services/snapshots/changes-between.js';
import { compareObject } from '../../../../services/snapshots/compare-object.js';
import { createHistory } from '../../../../services/store/history/index.js';
import { createLeases } from '../../../../services/store/leases.js';
import { FakeClock } from '../../../fakes/fake-clock.js';
import { realDb } from '../../../fakes/real-db.js';
import { recordedDb, scansAmong } from '../../../bench/recorded-db.js';
import { TENANT, collect, deleted, member, snapshot, user } from './facts.js';

describe('history in a real database', () => {
  const openDb = realDb();

  test('no query scans a collection', async () => {
    const { db, queries } = recordedDb(await openDb());
    const history = createHistory(db);
    await history.createIndexes();
    await snapshot(history, async (run) => {
      await run.putObjects([user('alice'), deleted('bob')]);
      await run.putLinks([member('sales', 'alice'), member('sales', 'bob', 'latent')]);
    });
    const dead = await history.begin(TENANT, { trigger: 'chat', startedAt: 'x', fence: 1 });
    await dead.putObjects([user('ghost')]);
    await snapshot(history, async (run) => {
      await run.putObjects([user('alice', { a: 1 })]);
      await collect(run.eachId('user', 'softDeleted'));
      await collect(run.eachLink('target', [objectId('alice'), objectId('bob')], 'member'));
      await run.versions([objectId('alice')]);
    });
    await history.sweep(TENANT, 1);
    await history.search(TENANT, 'ali');
    await history.versionsOf(TENANT, objectId('alice'));
    await history.linksOf(TENANT, objectId('alice'));
    await history.snapshots(TENANT, { notAfter: '2026-12-01T00:00:00.000Z' });
    await collect(history.eachVersionAt(TENANT, 3, 'user'));
    await collect(history.eachLinkAt(TENANT, 3, 'member'));
    await history.identity(TENANT, objectId('alice'));
    await compareObject({ history, catalog }, TENANT, objectId('alice'), 1, 3);
    await changesBetween({ history, catalog }, TENANT, 1, 3);
    await history.hold(TENANT, 1, { by: { objectId: objectId('h'), name: 'Hanna' }, because: 'x', at: 'x' });
    await history.release(TENANT, 1);
    await history.markPruned(TENANT, [1], '2026-11-20T01:00:00.000Z');
    await history.shelf(TENANT);
    await history.snapshot(TENANT, 3);
    await history.countUnneeded(TENANT, [3]);
    await history.sweepPruned(TENANT, '2026-11-21T01:00:00.000Z');
    const leases = createLeases(db, new FakeClock());
    const lease = await leases.acquire('x', 'me', 1_000);
    await leases.renew('x', 'me', lease!.fence, 1_000);

    expect(queries.length).toBeGreaterThan(40);
    expect(await scansAmong(db, [...queries])).toEqual([]);
  });
});
