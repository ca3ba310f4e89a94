import { describe, expect, test } from '@jest/globals';
import { RewindError } from '../../../services/model/errors.js';
import { objectId } from '../../../services/model/ids.js';
import { verifyTenant } from '../../../services/snapshots/verify.js';
import type { History } from '../../../services/store/history/index.js';
import { FakeClock } from '../../fakes/fake-clock.js';
import { FakeTenantReader } from '../../fakes/fake-tenant-reader.js';
import { memoryDb } from '../../fakes/memory-db.js';
import type { MemoryData, WriteGate } from '../../fakes/memory-db.js';
import { catalog } from '../../../services/catalog/index.js';
import { DAY_IN_MS, TENANT, fixture, freshRead } from './fixture.js';
import type { Fixture } from './fixture.js';

/** A tenant with one snapshot taken, and changes of every kind waiting for the next. */
async function prepared() {
  const clock = new FakeClock();
  const tenant = new FakeTenantReader(catalog, () => clock.now());
  for (let i = 0; i < 8; i += 1) tenant.put('user', `user-${i}`);
  for (const name of ['sales', 'project']) tenant.put('group', name);
  for (const name of ['user-0', 'user-1', 'user-2']) tenant.link('member', objectId('sales'), objectId(name));
  tenant.link('manager', objectId('user-0'), objectId('user-1'));
  const data: MemoryData = new Map();
  const process = (gate?: WriteGate): Fixture => fixture({ db: memoryDb(data, gate), clock, tenant });
  await process().backup.run(TENANT, { trigger: 'connect' });
  tenant.put('user', 'user-3', { department: 'TBD' });
  tenant.put('user', 'new');
  tenant.softDelete(objectId('user-0'));
  tenant.link('member', objectId('project'), objectId('user-3'));
  tenant.unlink('member', objectId('sales'), objectId('user-2'));
  clock.advance(DAY_IN_MS);
  return { clock, data, process };
}

async function contents(history: History, seq: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const { objectId: id, hash, from } of history.eachVersionAt(TENANT, seq))
    lines.push(`${id} ${hash} ${from}`);
  for await (const { kind, source, target, latent, from } of history.eachLinkAt(TENANT, seq))
    lines.push(`${kind} ${source} ${target} ${latent} ${from}`);
  return lines.sort();
}

class Dead extends Error {}

/** Every write from the n-th on fails, before or after it took effect: the process is dead. */
function dying(at: number, moment: 'before' | 'after'): { gate: WriteGate; writes: () => number } {
  let writes = 0;
  let dead = false;
  return {
    writes: () => writes,
    gate: (when) => {
      if (when === 'before') writes += 1;
      if (dead || (writes === at && when === moment)) {
        dead = true;
        throw new Dead();
      }
    },
  };
}

/** The n-th write waits until it is let go; the process stands still, and does not know. */
function pausing(at: number) {
  let writes = 0;
  let reached: () => void = () => undefined;
  let go: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => (reached = resolve));
  const released = new Promise<void>((resolve) => (go = resolve));
  const gate: WriteGate = async (when) => {
    if (when !== 'before') return;
    writes += 1;
    if (writes !== at) return;
    reached();
    await released;
  };
  return { gate, arrived, go: () => go() };
}

describe('[B11] a crash at any write', () => {
  test('leaves the last snapshot readable and the next run clean, whole and without doubles', async () => {
    const probe = await prepared();
    const counter = dying(0, 'before');
    await probe.process(counter.gate).backup.run(TENANT, { trigger: 'chat' });
    const writes = counter.writes();
    expect(writes).toBeGreaterThan(15);

    for (let at = 1; at <= writes; at += 1)
      for (const moment of ['before', 'after'] as const) {
        const { clock, process } = await prepared();
        const before = await contents(process().history, 1);
        const victim = process(dying(at, moment).gate);
        const outcome = await victim.backup.run(TENANT, { trigger: 'chat' }).then(
          () => 'done',
          () => 'died',
        );

        const next = process();
        const newest = (await next.history.newestSnapshot(TENANT))!;
        // Killed after the header's update, or while letting the lease go: it was published, whole.
        expect([1, 2]).toContain(newest.seq);
        if (outcome === 'done') expect(newest.seq).toBe(2);
        expect(await contents(next.history, 1)).toEqual(before);
        expect((await verifyTenant(next, TENANT)).broken).toEqual([]);

        // The dead process' lease ends.
        clock.advance(DAY_IN_MS);
        await next.backup.recover(TENANT);
        const header = await next.backup.run(TENANT, { trigger: 'chat' });
        const fresh = await freshRead(next);
        expect({ at, moment, status: header.status, state: header.state }).toEqual({
          at,
          moment,
          status: 'complete',
          state: fresh.header.state,
        });
        expect(await contents(next.history, 1)).toEqual(before);
        expect((await verifyTenant(next, TENANT)).broken).toEqual([]);
      }
  });

  test('nothing of the dead run is left in the store after the next one', async () => {
    const { clock, data, process } = await prepared();
    await process(dying(12, 'after').gate)
      .backup.run(TENANT, { trigger: 'chat' })
      .catch(() => undefined);
    clock.advance(DAY_IN_MS);
    await process().backup.run(TENANT, { trigger: 'chat' });
    for (const facts of ['versions', 'links'])
      for (const fact of data.get(facts)!.values()) {
        expect(fact['from']).not.toBe(2);
        expect(fact['to']).not.toBe(2);
      }
  });
});

describe('[B12] a job that runs again because its process died', () => {
  test('after it had published: takes no second snapshot, and tells the one that it took', async () => {
    const { clock, process } = await prepared();
    const due = clock.now();
    clock.advance(1_000);
    const victim = process();
    const taken = await victim.backup.run(TENANT, { trigger: 'schedule', due });
    clock.advance(DAY_IN_MS);
    const next = process();
    expect(await next.backup.run(TENANT, { trigger: 'catchUp', due })).toEqual(taken);
    expect(await next.history.snapshots(TENANT)).toHaveLength(2);
    expect(next.events).toEqual([{ event: 'backupFinished', header: taken }]);
    expect(await next.backup.running(TENANT)).toBe(false);
  });

  test('before it had, or when what is there is older or of a clock that went wrong: takes its own', async () => {
    const { clock, process } = await prepared();
    const it = process();
    const second = await it.backup.run(TENANT, { trigger: 'schedule', due: clock.now() });
    expect(second.seq).toBe(2);
    clock.advance(DAY_IN_MS);
    const third = await it.backup.run(TENANT, { trigger: 'schedule', due: clock.now() });
    expect(third.seq).toBe(3);
    clock.advance(-DAY_IN_MS / 2);
    expect((await it.backup.run(TENANT, { trigger: 'chat', due: clock.now() })).seq).toBe(4);
  });
});

describe('[B11] the answer to the publishing write is lost', () => {
  /** After the header said "published" the line breaks; it is back after so many more calls that fail. */
  const breaking = (failures: number): WriteGate => {
    let updates = 0;
    let left = 0;
    return (moment, label) => {
      if (moment === 'after' && label === 'snapshots.updateOne' && (updates += 1) === 2) left = failures;
      if (left > 0 && left-- > 0) throw new RewindError('STORE_UNREACHABLE');
    };
  };

  test.each([1, 2, 3])(
    'and %d calls fail: what was published is whole, and told as that',
    async (failures) => {
      const { process } = await prepared();
      const it = process(breaking(failures));
      const header = await it.backup.run(TENANT, { trigger: 'chat' }).catch(() => null);
      const newest = (await it.history.newestSnapshot(TENANT))!;
      expect(newest.seq).toBe(2);
      expect((await verifyTenant(it, TENANT)).broken).toEqual([]);
      expect(newest.state).toBe((await freshRead(it)).header.state);
      if (header) expect(header).toEqual(newest);
    },
  );
});

describe('[B11] a process that stands still at any write while another takes over', () => {
  test('changes nothing that the other has published, and publishes nothing itself', async () => {
    const probe = await prepared();
    const counter = dying(0, 'before');
    await probe.process(counter.gate).backup.run(TENANT, { trigger: 'chat' });

    // The last write lets the lease go; the one before it publishes.
    for (let at = 1; at < counter.writes(); at += 1) {
      const { clock, process } = await prepared();
      const pause = pausing(at);
      const paused = process(pause.gate)
        .backup.run(TENANT, { trigger: 'chat' })
        .then(
          () => 'done',
          (error: { code?: string }) => error.code,
        );
      await pause.arrived;
      clock.advance(DAY_IN_MS);
      const successor = process();
      const header = await successor.backup.run(TENANT, { trigger: 'chat' });
      const published = await contents(successor.history, header.seq);

      pause.go();
      const outcome = await paused;
      // Before its first write counts, the paused one may find the lease taken, or begin afresh after the other.
      if (outcome === 'done') {
        expect(at).toBeLessThanOrEqual(2);
        expect((await successor.history.newestSnapshot(TENANT))!.seq).toBeGreaterThan(header.seq);
      } else
        expect({ at, outcome }).toEqual({ at, outcome: expect.stringMatching(/LEASE_LOST|ALREADY_RUNNING/) });
      expect(await contents(successor.history, header.seq)).toEqual(published);
      expect((await verifyTenant(successor, TENANT)).broken).toEqual([]);

      clock.advance(DAY_IN_MS);
      const after = await successor.backup.run(TENANT, { trigger: 'chat' });
      expect(after.state).toBe((await freshRead(successor)).header.state);
      expect((await verifyTenant(successor, TENANT)).broken).toEqual([]);
    }
  });
});
