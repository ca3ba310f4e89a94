import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Db } from 'mongodb';
import { createAuditLog } from '../../../services/audit/audit-log.js';
import { objectId } from '../../../services/model/ids.js';
import type { Seq } from '../../../services/model/ids.js';
import { MultisetSum, linkElement, versionElement } from '../../../services/model/snapshot-digest.js';
import { resolvePoint } from '../../../services/snapshots/resolve-point.js';
import { PRUNE_GRACE_IN_MS, createRetention } from '../../../services/snapshots/retention.js';
import { parseRetention } from '../../../services/snapshots/retention-policy.js';
import { verifyTenant } from '../../../services/snapshots/verify.js';
import { createHistory } from '../../../services/store/history/index.js';
import type { History } from '../../../services/store/history/index.js';
import { FakeClock } from '../../fakes/fake-clock.js';
import { FakeRecordStore } from '../../fakes/fake-records.js';
import { OTHER, TENANT, collect, deleted, member, snapshot, stateAt, user } from '../store/history/facts.js';

const DAY = 24 * 60 * 60_000;
const NAMES = ['alice', 'bob', 'carol'];
const HANNA = { objectId: objectId('hanna'), name: 'Hanna Berg' };

/** Retention on any database. */
export function retentionSuite(openDb: () => Promise<Db>, runs: number): void {
  let history: History;
  let clock: FakeClock;
  let inUse: Seq[];
  const audit = () => createAuditLog({ store: new FakeRecordStore(), clock });
  const retention = (policy = 'all 2 days', log = audit()) =>
    createRetention({
      history,
      clock,
      audit: log,
      policy: parseRetention(policy)!,
      timeZone: 'UTC',
      pointsInUse: () => Promise.resolve(inUse),
    });
  /** One snapshot a day. */
  const day = async (write: Parameters<typeof snapshot>[1]) => {
    clock.advance(DAY);
    return snapshot(history, write, { at: clock.now().toISOString() });
  };
  const verify = () => verifyTenant({ history, clock }, TENANT);
  const whole = async () => (await history.snapshots(TENANT)).map(({ seq }) => seq).reverse();
  /** Marks, waits until nobody can be reading what was marked, deletes. */
  const pruneFully = async (policy?: string) => {
    const { pruned } = await retention(policy).prune(TENANT);
    clock.advance(PRUNE_GRACE_IN_MS);
    return { pruned, deleted: (await retention('all forever').prune(TENANT)).deleted };
  };

  /** The state of a snapshot, added up from the facts that readers are given. */
  async function digestAt(seq: Seq): Promise<{ state: string; latent: string }> {
    const [state, latent] = [new MultisetSum(), new MultisetSum()];
    for (const version of await collect(history.eachVersionAt(TENANT, seq)))
      state.add(versionElement(version));
    for (const link of await collect(history.eachLinkAt(TENANT, seq)))
      (link.latent ? latent : state).add(linkElement(link));
    return { state: state.digest(), latent: latent.digest() };
  }

  const open = async () => {
    clock = new FakeClock();
    inUse = [];
    history = createHistory(await openDb());
    await history.createIndexes();
  };
  beforeEach(open);

  describe('[B13] retention', () => {
    /** Alice's department changes every day; bob is there on day 2 only; carol never changes. */
    const week = async () => {
      for (let number = 1; number <= 6; number += 1)
        await day(async (run) => {
          await run.putObjects([user('alice', { department: `D${number}` }), user('carol')]);
          if (number === 2) await run.putObjects([user('bob')]);
          if (number === 3) await run.removeObjects([objectId('bob')]);
          await run.putLinks([member('sales', 'alice', number % 2 === 0 ? 'gone' : 'live')]);
        });
    };

    test('a dry run says what would go and changes nothing', async () => {
      await week();
      const before = await Promise.all([1, 2, 3, 4, 5, 6].map((seq) => stateAt(history, seq)));
      const plan = await retention().plan(TENANT);
      expect(plan.goes.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      // Alice's versions of days 1 to 3, bob's only one; the memberships of days 1 and 3.
      expect(plan).toMatchObject({ stays: 3, held: [], frees: { versions: 4, links: 2 } });
      expect(await whole()).toEqual([1, 2, 3, 4, 5, 6]);
      expect(await Promise.all([1, 2, 3, 4, 5, 6].map((seq) => stateAt(history, seq)))).toEqual(before);
    });

    test('what it said it would free is what it deletes, an hour later; then there is nothing left to do', async () => {
      await week();
      const { frees } = await retention().plan(TENANT);
      const first = await retention().prune(TENANT);
      expect(first).toEqual({ pruned: [1, 2, 3], deleted: { versions: 0, links: 0 } });
      expect(await stateAt(history, 2)).toHaveLength(3);
      clock.advance(PRUNE_GRACE_IN_MS - 1);
      expect((await retention().prune(TENANT)).deleted).toEqual({ versions: 0, links: 0 });
      clock.advance(1);
      expect(await retention().prune(TENANT)).toEqual({ pruned: [], deleted: frees });
      expect(await retention().prune(TENANT)).toEqual({ pruned: [], deleted: { versions: 0, links: 0 } });
      expect(await history.versionsOf(TENANT, objectId('bob'))).toEqual([]);
      expect(await history.versionsOf(TENANT, objectId('carol'))).toMatchObject([{ from: 1 }]);
    });

    test('pruned snapshots are no restore points: not by day, not by number, not in lists', async () => {
      await week();
      await retention().prune(TENANT);
      expect(await whole()).toEqual([4, 5, 6]);
      expect(await history.snapshot(TENANT, 2)).toBeNull();
      expect(await history.snapshot(TENANT, 2, { pruned: true })).toMatchObject({ seq: 2 });
      const now = clock.now();
      await expect(
        resolvePoint(history, TENANT, { kind: 'snapshot', seq: 2, words: 'snapshot 2' }, now),
      ).rejects.toMatchObject({ code: 'SNAPSHOT_PRUNED' });
      const at = new Date(now.getTime() - 4 * DAY).toISOString();
      await expect(
        resolvePoint(history, TENANT, { kind: 'instant', at, words: 'x' }, now),
      ).rejects.toMatchObject({ code: 'TIME_BEFORE_FIRST' });
    });

    test('headers stay, and the chain is walked over them; a lost fact is still found', async () => {
      const db = await openDb();
      history = createHistory(db);
      await week();
      const chain = (await history.shelf(TENANT)).map(({ header }) => header);
      await pruneFully();
      expect((await history.shelf(TENANT)).map(({ header }) => header)).toEqual(chain);
      expect(await verify()).toMatchObject({ snapshots: 6, broken: [] });
      await db.collection('versions').deleteOne({ tenant: TENANT, objectId: 'carol' });
      expect((await verify()).broken[0]).toBe(
        'Snapshot 4: its state digest is not what its facts add up to.',
      );
      await db.collection('snapshots').deleteOne({ tenant: TENANT, seq: 2 });
      expect((await verify()).broken.join('\n')).toContain('Snapshot 3: the snapshot before it is missing.');
    });

    test('backups go on as if nothing had happened', async () => {
      await week();
      await pruneFully();
      const next = await day((run) => run.putObjects([user('alice', { department: 'D6' }), user('dora')]));
      expect(next.changes).toEqual({ user: 1 });
      expect(await digestAt(next.seq)).toEqual({ state: next.state, latent: next.latent });
      expect((await verify()).broken).toEqual([]);
    });

    test('a legal hold keeps a snapshot whole until it is released; both are in the audit', async () => {
      await week();
      const log = audit();
      const { hold, release, plan, prune } = retention('all 2 days', log);
      await hold(TENANT, 2, 'case 7', HANNA);
      const held = await stateAt(history, 2);
      expect((await plan(TENANT)).held).toMatchObject([{ seq: 2, hold: { because: 'case 7', by: HANNA } }]);
      await pruneFully();
      expect(await whole()).toEqual([2, 4, 5, 6]);
      expect(await stateAt(history, 2)).toEqual(held);
      await expect(hold(TENANT, 1, 'too late', HANNA)).rejects.toMatchObject({ code: 'SNAPSHOT_PRUNED' });
      await expect(hold(TENANT, 99, 'x', HANNA)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      await release(TENANT, 2, HANNA);
      await expect(release(TENANT, 2, HANNA)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      expect((await prune(TENANT, HANNA)).pruned).toContain(2);
      expect((await log.list(TENANT)).map(({ kind }) => kind)).toEqual([
        'retention.pruned',
        'retention.released',
        'retention.held',
      ]);
    });

    test('a hold and a pruning at once: one of them wins, never both', async () => {
      await week();
      const marked = (await history.markPruned(TENANT, [1], clock.now().toISOString())).length === 1;
      const hold = { by: HANNA, because: 'x', at: clock.now().toISOString() };
      expect([marked, await history.hold(TENANT, 1, hold)]).toEqual([true, false]);
      expect(await history.hold(TENANT, 2, hold)).toBe(true);
      expect(await history.markPruned(TENANT, [2, 6], clock.now().toISOString())).toEqual([]);
    });

    test('restore points of open requests stay', async () => {
      await week();
      inUse = [1];
      await pruneFully();
      expect(await whole()).toEqual([1, 4, 5, 6]);
      expect(await digestAt(1)).toMatchObject({ state: (await history.snapshot(TENANT, 1))!.state });
    });

    test('another tenant is not touched', async () => {
      await snapshot(history, (run) => run.putObjects([user('alice')]), { tenant: OTHER });
      await week();
      await pruneFully();
      expect(await history.snapshots(OTHER)).toHaveLength(1);
      expect(await history.versionsOf(OTHER, objectId('alice'))).toHaveLength(1);
    });

    test('a sweep that is done again after it died, and one beside a running backup, lose nothing', async () => {
      await week();
      await history.markPruned(TENANT, [1, 2, 3], clock.now().toISOString());
      const dead = await history.begin(TENANT, { trigger: 'chat', startedAt: 'x', fence: 1 });
      await dead.putObjects([user('alice', { department: 'lost' })]);
      await dead.removeObjects([objectId('carol')]);
      await history.sweepPruned(TENANT, clock.now().toISOString());
      expect((await verify()).broken).toEqual([]);
      await day((run) => run.putObjects([user('bob')]));
      clock.advance(PRUNE_GRACE_IN_MS);
      await history.markPruned(TENANT, [4, 5, 6], clock.now().toISOString());
      await history.sweepPruned(TENANT, clock.now().toISOString());
      expect((await verify()).broken).toEqual([]);
      expect(await stateAt(history, 8)).toHaveLength(3);
    });

    type Step = { readonly name: string; readonly what: number; readonly die: boolean };
    const steps = fc.array(
      fc.array(fc.record({ name: fc.constantFrom(...NAMES), what: fc.nat(5), die: fc.boolean() }), {
        maxLength: 4,
      }),
      { minLength: 2, maxLength: 10 },
    );

    async function play(moves: readonly Step[]): Promise<void> {
      const write = async (run: Parameters<Parameters<typeof snapshot>[1]>[0]) => {
        for (const { name, what } of moves) {
          if (what === 0) await run.removeObjects([objectId(name)]);
          else if (what === 1) await run.putObjects([deleted(name)]);
          else if (what === 2) await run.putLinks([member('sales', name)]);
          else if (what === 3) await run.putLinks([member('sales', name, 'latent')]);
          else if (what === 4) await run.putLinks([member('sales', name, 'gone')]);
          else await run.putObjects([user(name, { at: clock.now().toISOString() })]);
        }
      };
      // Some runs die half-way: what they left must not be taken for the end of anything.
      if (moves[0]?.die)
        await write(
          await history.begin(TENANT, { trigger: 'chat', startedAt: clock.now().toISOString(), fence: 1 }),
        );
      await day(write);
    }

    test('whatever is pruned and when: each kept snapshot adds up to its header, and reads as before', async () => {
      await fc.assert(
        fc.asyncProperty(steps, fc.array(fc.nat(20), { maxLength: 8 }), async (days, going) => {
          await open();
          const reads = new Map<Seq, string[]>();
          for (const [index, moves] of days.entries()) {
            await play(moves);
            const newest = (await history.newestSnapshot(TENANT))!.seq;
            reads.set(newest, await stateAt(history, newest));
            // Pruned a little at a time, between the backups.
            const gone = going[index];
            if (gone !== undefined)
              await history.markPruned(TENANT, [gone, gone + 2], clock.now().toISOString());
            if (index % 3 === 2) await history.sweepPruned(TENANT, clock.now().toISOString());
          }
          await history.sweepPruned(TENANT, clock.now().toISOString());
          for (const { header, prunedAt } of await history.shelf(TENANT)) {
            if (prunedAt !== undefined) continue;
            expect(await digestAt(header.seq)).toEqual({ state: header.state, latent: header.latent });
            expect(await stateAt(history, header.seq)).toEqual(reads.get(header.seq));
          }
          expect((await verify()).broken).toEqual([]);
          // And nothing is kept that no kept snapshot needs.
          const kept = (await history.snapshots(TENANT)).map(({ seq }) => seq);
          expect(await history.countUnneeded(TENANT, kept)).toEqual({ versions: 0, links: 0 });
        }),
        { numRuns: runs },
      );
    });
  });
}
