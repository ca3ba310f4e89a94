import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Db } from 'mongodb';
import { HEADER_FORMAT, OPEN } from '../../../../services/model/history.js';
import { objectId } from '../../../../services/model/ids.js';
import type { History } from '../../../../services/store/history/index.js';
import { OTHER, OUTCOME, TENANT, collect, member, openHistory, snapshot, stateAt, user } from './facts.js';

/** The port's contract, on any database: what a run writes, what readers see of it. (search.suite.ts: finding by name.) */
export function historySuite(openDb: () => Promise<Db>): void {
  let history: History;
  let db: Db;
  beforeEach(async () => {
    db = await openDb();
    history = await openHistory(db);
  });

  test('a snapshot of a newer format is refused, not guessed at, by readers and by the next run', async () => {
    const header = await snapshot(history, (run) => run.putObjects([user('alice')]));
    await db
      .collection('snapshots')
      .updateOne({ seq: header.seq }, { $set: { formatVersion: HEADER_FORMAT + 1 } });
    await expect(history.newestSnapshot(TENANT)).rejects.toMatchObject({ code: 'FORMAT_NEWER' });
    await expect(snapshot(history, (run) => run.putObjects([user('bob')]))).rejects.toMatchObject({
      code: 'FORMAT_NEWER',
    });
  });

  describe('versions and links', () => {
    test('a version holds from its snapshot on until it is replaced', async () => {
      await snapshot(history, (run) => run.putObjects([user('alice', { department: 'Sales' }), user('bob')]));
      await snapshot(history, (run) => run.putObjects([user('alice', { department: 'Sales' })]));
      await snapshot(history, (run) => run.putObjects([user('alice', { department: 'TBD' })]));
      const versions = await history.versionsOf(TENANT, objectId('alice'));
      expect(versions.map(({ from, to, body }) => [from, to, body['department']])).toEqual([
        [1, 3, 'Sales'],
        [3, OPEN, 'TBD'],
      ]);
      expect((await history.versionAt(TENANT, objectId('alice'), 2))?.body).toEqual({
        displayName: 'alice',
        department: 'Sales',
      });
      expect(await history.versionAt(TENANT, objectId('carol'), 2)).toBeNull();
      const both = await history.versionsAt(TENANT, [objectId('alice'), objectId('bob')], 3);
      expect([...both.keys()].sort()).toEqual(['alice', 'bob']);
    });

    test('property order and names with dots and dollars do not matter to the hash and survive storage', async () => {
      const body = { '@odata.type': '#x', 'a.b': 1, $c: null };
      await snapshot(history, (run) => run.putObjects([user('alice', { ...body, z: 1, a: [1, 2] })]));
      const header = await snapshot(history, (run) =>
        run.putObjects([user('alice', { a: [1, 2], z: 1, ...body })]),
      );
      expect(header.changes).toEqual({});
      expect((await history.versionAt(TENANT, objectId('alice'), 2))?.body).toMatchObject(body);
    });

    test('links are read from both ends and close when they are gone', async () => {
      await snapshot(history, (run) => run.putLinks([member('sales', 'alice'), member('sales', 'bob')]));
      await snapshot(history, (run) => run.putLinks([member('sales', 'bob', 'gone')]));
      expect(
        (await history.linksAt(TENANT, objectId('sales'), 1, 'source')).map((l) => l.target).sort(),
      ).toEqual(['alice', 'bob']);
      expect(await history.linksAt(TENANT, objectId('bob'), 2)).toEqual([]);
      expect(await history.linksAt(TENANT, objectId('bob'), 1, 'target')).toMatchObject([{ from: 1, to: 2 }]);
      expect(await history.linksAt(TENANT, objectId('bob'), 1, 'source')).toEqual([]);
      expect(await history.linksOf(TENANT, objectId('bob'))).toMatchObject([
        { source: 'sales', from: 1, to: 2 },
      ]);
    });

    test('a latent link is kept, left out of counts and state, and no change', async () => {
      const live = await snapshot(history, (run) => run.putLinks([member('sales', 'alice')]));
      const latent = await snapshot(history, (run) => run.putLinks([member('sales', 'alice', 'latent')]));
      const back = await snapshot(history, (run) => run.putLinks([member('sales', 'alice')]));
      expect([live.counts['member'], latent.counts['member'], back.counts['member']]).toEqual([1, 0, 1]);
      expect(latent.changes).toEqual({});
      expect(back.state).toBe(live.state);
      expect(latent.state).not.toBe(live.state);
      expect(latent.latent).not.toBe(live.latent);
      expect(await history.linksAt(TENANT, objectId('alice'), 2)).toMatchObject([{ latent: true }]);
    });

    test('what a run puts last counts, and putting back the old state leaves no trace', async () => {
      const first = await snapshot(history, async (run) => {
        await run.putObjects([user('alice'), user('bob')]);
        await run.putLinks([member('sales', 'alice')]);
      });
      const second = await snapshot(history, async (run) => {
        await run.putObjects([user('alice', { department: 'TBD' }), user('carol')]);
        await run.putObjects([user('alice', { department: 'X' })]);
        await run.removeObjects([objectId('bob'), objectId('carol')]);
        await run.putLinks([member('sales', 'alice', 'gone'), member('sales', 'bob')]);
        await run.putObjects([user('alice'), user('bob')]);
        await run.putLinks([member('sales', 'alice'), member('sales', 'bob', 'gone')]);
      });
      expect(second.changes).toEqual({});
      expect(second.counts).toEqual({ member: 1, user: 2 });
      expect(second.state).toBe(first.state);
      expect((await history.versionsOf(TENANT, objectId('alice'))).map(({ from, to }) => [from, to])).toEqual(
        [[1, OPEN]],
      );
      expect(await history.versionsOf(TENANT, objectId('carol'))).toEqual([]);
    });

    test('the state digest is the same by whatever way the state was reached', async () => {
      const roundabout = await snapshot(history, async (run) => {
        await run.putObjects([user('alice', { a: 1 }), user('bob')]);
        await run.putLinks([member('sales', 'bob')]);
        await run.putObjects([user('alice', { a: 2 })]);
        await run.putLinks([member('sales', 'alice')]);
      });
      const direct = await snapshot(
        history,
        async (run) => {
          await run.putLinks([member('sales', 'alice'), member('sales', 'bob')]);
          await run.putObjects([user('bob'), user('alice', { a: 2 })]);
        },
        { tenant: OTHER },
      );
      expect(direct.state).toBe(roundabout.state);
    });

    test('differences follow the changes: each fact that begins or ends in between comes once', async () => {
      await snapshot(history, (run) => run.putObjects([user('alice'), user('bob'), user('same')]));
      await snapshot(history, async (run) => {
        await run.putObjects([user('alice', { department: 'X' }), user('carol')]);
        await run.removeObjects([objectId('bob')]);
        await run.putLinks([member('sales', 'alice')]);
      });
      const changed = await collect(history.changedVersions(TENANT, 1, 2));
      expect(
        changed.map(({ objectId: id, from, to }) => `${id} ${from}-${to === OPEN ? '' : to}`).sort(),
      ).toEqual(['alice 1-2', 'alice 2-', 'bob 1-2', 'carol 2-']);
      expect(await collect(history.changedLinks(TENANT, 1, 2))).toHaveLength(1);
      expect(await collect(history.changedVersions(TENANT, 2, 2))).toEqual([]);
    });

    test('nothing crosses from one tenant to another', async () => {
      await snapshot(history, (run) => run.putObjects([user('alice')]));
      await snapshot(history, (run) => run.putObjects([user('zoe')]), { tenant: OTHER });
      expect(await collect(history.eachVersionAt(OTHER, 1))).toMatchObject([{ objectId: 'zoe' }]);
      expect(await history.search(OTHER, 'alice')).toEqual([]);
      expect(await history.versionAt(OTHER, objectId('alice'), 1)).toBeNull();
    });

    test('more than a batch of objects and links', async () => {
      const names = Array.from({ length: 2345 }, (_, i) => `u${i}`);
      const header = await snapshot(history, async (run) => {
        await run.putObjects(names.map((name) => user(name)));
        await run.putLinks(names.map((name) => member('all', name)));
        expect((await collect(run.eachLink('source', [objectId('all')]))).length).toBe(2345);
        expect((await collect(run.eachId('user', 'live'))).length).toBe(2345);
        expect((await run.versions(names.map(objectId))).size).toBe(2345);
      });
      expect(header.counts).toEqual({ member: 2345, user: 2345 });
    });
  });

  describe('headers', () => {
    test('carry counts, changes, digests and a chain over the one before', async () => {
      const first = await snapshot(history, (run) => run.putObjects([user('alice')]));
      const second = await snapshot(history, (run) => run.putObjects([user('alice', { a: 1 }), user('bob')]));
      expect(second).toMatchObject({
        seq: 2,
        previous: 1,
        status: 'complete',
        counts: { user: 2 },
        changes: { user: 2 },
        skipped: [],
      });
      expect(second.chain).not.toBe(first.chain);
      expect(await history.newestSnapshot(TENANT)).toEqual(second);
      expect(await history.snapshot(TENANT, 1)).toEqual(first);
      expect(await history.snapshot(TENANT, 3)).toBeNull();
      expect((await history.snapshots(TENANT)).map(({ seq }) => seq)).toEqual([2, 1]);
    });

    test('[R2] are found by time', async () => {
      const days = ['2026-11-18', '2026-11-19', '2026-11-20'].map((day) => `${day}T01:00:00.000Z`);
      for (const at of days) await snapshot(history, (run) => run.putObjects([user('alice')]), { at });
      const found = await history.snapshots(TENANT, { notAfter: '2026-11-19T23:00:00.000Z', limit: 1 });
      expect(found.map(({ seq }) => seq)).toEqual([2]);
    });

    test('a partial snapshot is published and says so', async () => {
      const run = await history.begin(TENANT, {
        trigger: 'chat',
        startedAt: '2026-11-20T01:00:00.000Z',
        fence: 1,
      });
      const header = await run.publish({
        ...OUTCOME,
        finishedAt: '2026-11-20T01:01:00.000Z',
        partialReasons: ['The groups were not read.'],
      });
      expect(header.status).toBe('partial');
      expect(await history.newestSnapshot(TENANT)).toMatchObject({ status: 'partial' });
    });
  });

  describe('unpublished runs [B11]', () => {
    test('nothing of a running or abandoned run is seen', async () => {
      await snapshot(history, (run) => run.putObjects([user('alice'), user('bob')]));
      const before = await stateAt(history, 1);
      const run = await history.begin(TENANT, {
        trigger: 'chat',
        startedAt: '2026-11-20T02:00:00.000Z',
        fence: 1,
      });
      await run.putObjects([user('alice', { a: 1 }), user('carol')]);
      await run.removeObjects([objectId('bob')]);
      expect(await stateAt(history, 1)).toEqual(before);
      expect(await stateAt(history, 99)).toEqual(before);
      expect((await history.newestSnapshot(TENANT))?.seq).toBe(1);
      expect(await history.search(TENANT, 'carol')).toEqual([]);
      await run.abandon();
      expect(await stateAt(history, 1)).toEqual(before);
    });

    test('a number is never used twice, and the next run builds on the last published one', async () => {
      await snapshot(history, (run) => run.putObjects([user('alice')]));
      const dead = await history.begin(TENANT, {
        trigger: 'chat',
        startedAt: '2026-11-20T02:00:00.000Z',
        fence: 1,
      });
      await dead.putObjects([user('alice', { a: 1 }), user('ghost')]);
      const header = await snapshot(history, (run) => run.putObjects([user('alice', { a: 2 })]));
      expect(header).toMatchObject({ seq: 3, previous: 1, skipped: [2], counts: { user: 1 } });
      expect((await history.versionsOf(TENANT, objectId('alice'))).map(({ from, to }) => [from, to])).toEqual(
        [
          [1, 3],
          [3, OPEN],
        ],
      );
      await expect(dead.publish({ ...OUTCOME, finishedAt: 'x' })).rejects.toMatchObject({
        code: 'LEASE_LOST',
      });
    });

    test('late writes of a run that was overtaken change nothing that was published, nor the next run', async () => {
      await snapshot(history, async (run) => {
        await run.putObjects([user('alice'), user('bob')]);
        await run.putLinks([member('sales', 'alice')]);
      });
      const paused = await history.begin(TENANT, {
        trigger: 'chat',
        startedAt: '2026-11-20T02:00:00.000Z',
        fence: 1,
      });
      const third = await snapshot(history, (run) => run.putObjects([user('alice', { a: 2 })]), { fence: 2 });
      const before = await stateAt(history, 3);
      await paused.putObjects([user('alice', { a: 1 }), user('ghost')]);
      await paused.removeObjects([objectId('bob')]);
      await paused.putLinks([member('sales', 'alice', 'gone'), member('sales', 'ghost')]);
      expect(await stateAt(history, 3)).toEqual(before);
      await expect(paused.publish({ ...OUTCOME, finishedAt: 'x' })).rejects.toMatchObject({
        code: 'LEASE_LOST',
      });
      expect(await history.newestSnapshot(TENANT)).toEqual(third);
      const fourth = await snapshot(history, (run) => run.removeObjects([objectId('bob')]), { fence: 2 });
      expect(fourth.counts).toEqual({ member: 1, user: 1 });
      expect((await history.versionsOf(TENANT, objectId('bob'))).map(({ from, to }) => [from, to])).toEqual([
        [1, 4],
      ]);
    });

    test('a holder of an older fence can neither begin nor sweep', async () => {
      await snapshot(history, (run) => run.putObjects([user('alice')]), { fence: 5 });
      const begun = { trigger: 'chat', startedAt: '2026-11-20T02:00:00.000Z', fence: 4 } as const;
      await expect(history.begin(TENANT, begun)).rejects.toMatchObject({ code: 'LEASE_LOST' });
      await expect(history.sweep(TENANT, 4)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    });

    test('sweep gives up what a crash left and mends the facts', async () => {
      await snapshot(history, (run) => run.putObjects([user('alice'), user('bob')]));
      const dead = await history.begin(TENANT, {
        trigger: 'chat',
        startedAt: '2026-11-20T02:00:00.000Z',
        fence: 1,
      });
      await dead.putObjects([user('alice', { a: 1 })]);
      expect(await history.sweep(TENANT, 2)).toEqual({ abandoned: [2], mended: 2 });
      expect(await history.sweep(TENANT, 2)).toEqual({ abandoned: [], mended: 0 });
    });
  });

  describe('recreated objects [R10]', () => {
    test('are followed in both directions', async () => {
      const mapping = (oldId: string, newId: string, at: string) => ({
        tenant: TENANT,
        type: 'user',
        oldId: objectId(oldId),
        newId: objectId(newId),
        at,
        requestId: 'r',
      });
      await history.recordMapping(mapping('a', 'b', '2026-11-20T00:00:00Z'));
      await history.recordMapping(mapping('b', 'c', '2026-11-21T00:00:00Z'));
      await history.recordMapping(mapping('b', 'c', '2026-11-21T00:00:00Z'));
      for (const id of ['a', 'b', 'c'])
        expect(await history.identity(TENANT, objectId(id))).toEqual({ newest: 'c', all: ['a', 'b', 'c'] });
      expect(await history.identity(TENANT, objectId('x'))).toEqual({ newest: 'x', all: ['x'] });
    });
  });
}
