import { beforeEach, expect, test } from '@jest/globals';
import type { Db } from 'mongodb';
import type { Leases } from '../../../services/model/jobs.js';
import { createLeases, freeLeases } from '../../../services/store/leases.js';
import { FakeClock } from '../../fakes/fake-clock.js';

/** The port's contract, on any database. */
export function leaseSuite(openDb: () => Promise<Db>): void {
  let clock: FakeClock;
  let leases: Leases;
  let db: Db;
  beforeEach(async () => {
    clock = new FakeClock();
    db = await openDb();
    leases = createLeases(db, clock);
  });

  test('one holder at a time, and the fence rises with every acquisition', async () => {
    expect(await leases.acquire('tenant', 'a', 1_000)).toEqual({ fence: 1 });
    expect(await leases.acquire('tenant', 'b', 1_000)).toBeNull();
    expect(await leases.held('tenant')).toBe(true);
    await leases.release('tenant', 'a', 1);
    expect(await leases.held('tenant')).toBe(false);
    expect(await leases.acquire('tenant', 'b', 1_000)).toEqual({ fence: 2 });
    expect(await leases.acquire('other', 'a', 1_000)).toEqual({ fence: 1 });
    expect(await leases.held('nobody asked for this')).toBe(false);
  });

  test('a lease ends by itself; who is late neither renews nor releases the next one', async () => {
    await leases.acquire('tenant', 'a', 1_000);
    clock.advance(999);
    expect(await leases.acquire('tenant', 'b', 1_000)).toBeNull();
    clock.advance(1);
    expect(await leases.acquire('tenant', 'b', 1_000)).toEqual({ fence: 2 });
    expect(await leases.renew('tenant', 'a', 1, 1_000)).toBe(false);
    await leases.release('tenant', 'a', 1);
    expect(await leases.held('tenant')).toBe(true);
  });

  test('leases of the dead are freed at once, and their fence is behind', async () => {
    await leases.acquire('tenant', 'dead', 1_000);
    await freeLeases(db);
    expect(await leases.held('tenant')).toBe(false);
    expect(await leases.acquire('tenant', 'next', 1_000)).toEqual({ fence: 2 });
    expect(await leases.renew('tenant', 'dead', 1, 1_000)).toBe(false);
  });

  test('renewing moves the end', async () => {
    await leases.acquire('tenant', 'a', 1_000);
    clock.advance(900);
    expect(await leases.renew('tenant', 'a', 1, 1_000)).toBe(true);
    clock.advance(900);
    expect(await leases.acquire('tenant', 'b', 1_000)).toBeNull();
  });

  test('an acquisition whose answer was lost is recognised', async () => {
    await leases.acquire('tenant', 'a', 1_000);
    expect(await leases.acquire('tenant', 'a', 1_000)).toEqual({ fence: 1 });
  });

  test('of many at once one wins', async () => {
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, i) => leases.acquire('tenant', `holder-${i}`, 1_000)),
    );
    expect(taken.filter(Boolean)).toEqual([{ fence: 1 }]);
  });
}
