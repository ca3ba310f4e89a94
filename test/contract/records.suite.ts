import { describe, expect, test } from '@jest/globals';
import { tenantId } from '../../services/model/ids.js';
import type { CollectionSpec, RecordStore, StoredRecord } from '../../services/model/records.js';

interface Ticket extends StoredRecord {
  readonly state: 'open' | 'closed';
  readonly rank: number;
  readonly owner?: { readonly name: string } | null;
}

const contoso = tenantId('11111111-1111-1111-1111-111111111111');
const fabrikam = tenantId('22222222-2222-2222-2222-222222222222');

const tickets = (name: string): CollectionSpec<Ticket> => ({
  name,
  schemaVersion: 1,
  indexes: [
    [
      ['tenant', 1],
      ['state', 1],
      ['rank', -1],
    ],
    [['state', 1]],
  ],
});
const ticket = (id: string, rank: number, more: Partial<Ticket> = {}): Ticket => ({
  tenant: contoso,
  id,
  rev: 0,
  state: 'open',
  rank,
  ...more,
});

/** What every implementation of the records port promises. `open` gives an empty store with the indexes of `specs`. */
export function recordsSuite(
  title: string,
  open: (specs: readonly CollectionSpec<Ticket>[]) => Promise<RecordStore>,
): void {
  const fresh = async () => {
    const spec = tickets('tickets');
    return (await open([spec])).collection(spec);
  };

  describe(`records: ${title}`, () => {
    test('a created record is read back with revision 1, by its own tenant only', async () => {
      const records = await fresh();
      expect(await records.create(ticket('a', 1, { owner: { name: 'Alice' } }))).toBe(true);
      expect(await records.get(contoso, 'a')).toEqual(ticket('a', 1, { rev: 1, owner: { name: 'Alice' } }));
      expect(await records.get(fabrikam, 'a')).toBeNull();
      expect(await records.get(contoso, 'b')).toBeNull();
    });

    test('a second create of the same id writes nothing; the same id in another tenant is another record', async () => {
      const records = await fresh();
      await records.create(ticket('a', 1));
      expect(await records.create(ticket('a', 2))).toBe(false);
      expect((await records.get(contoso, 'a'))?.rank).toBe(1);
      expect(await records.create({ ...ticket('a', 3), tenant: fabrikam })).toBe(true);
    });

    test('an update needs the stored revision and gives the next one', async () => {
      const records = await fresh();
      await records.create(ticket('a', 1));
      const first = (await records.get(contoso, 'a'))!;
      const second = await records.update({ ...first, rank: 2 });
      expect(second).toEqual(ticket('a', 2, { rev: 2 }));
      expect(await records.update({ ...first, rank: 9 })).toBeNull();
      expect(await records.get(contoso, 'a')).toEqual(second);
      expect(await records.update(ticket('missing', 1, { rev: 1 }))).toBeNull();
    });

    test('an update replaces: a property that is left out is gone', async () => {
      const records = await fresh();
      await records.create(ticket('a', 1, { owner: { name: 'Alice' } }));
      await records.update(ticket('a', 1, { rev: 1 }));
      expect(await records.get(contoso, 'a')).not.toHaveProperty('owner');
    });

    test('of many writers at one revision exactly one wins', async () => {
      const records = await fresh();
      await records.create(ticket('a', 0));
      const base = (await records.get(contoso, 'a'))!;
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, rank) => records.update({ ...base, rank })),
      );
      const winners = results.filter((result) => result !== null);
      expect(winners).toHaveLength(1);
      expect(await records.get(contoso, 'a')).toEqual(winners[0]);
    });

    test('of many creators of one id exactly one wins', async () => {
      const records = await fresh();
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, rank) => records.create(ticket('a', rank))),
      );
      expect(results.filter(Boolean)).toHaveLength(1);
    });

    test('remove is fine when it is gone already', async () => {
      const records = await fresh();
      await records.create(ticket('a', 1));
      await records.remove(contoso, 'a');
      await records.remove(contoso, 'a');
      expect(await records.get(contoso, 'a')).toBeNull();
    });

    test('find knows equality, null, lists, ranges, order and limit, within one tenant', async () => {
      const records = await fresh();
      for (let rank = 0; rank < 6; rank++)
        await records.create(ticket(`t${rank}`, rank, { state: rank % 2 === 0 ? 'open' : 'closed' }));
      await records.create(ticket('owned', 10, { owner: { name: 'Bob' } }));
      await records.create({ ...ticket('foreign', 1), tenant: fabrikam });
      const ids = async (query: Parameters<typeof records.find>[1]) =>
        (await records.find(contoso, query)).map(({ id }) => id);
      expect(await ids({ where: { state: 'closed' }, sort: [['rank', -1]] })).toEqual(['t5', 't3', 't1']);
      expect(await ids({ where: { rank: { in: [1, 4, 99] } }, sort: [['rank', 1]] })).toEqual(['t1', 't4']);
      expect(await ids({ where: { rank: { gte: 2, lt: 4 } }, sort: [['rank', 1]] })).toEqual(['t2', 't3']);
      expect(await ids({ sort: [['rank', -1]], limit: 2 })).toEqual(['owned', 't5']);
      expect(await ids({ where: { 'owner.name': 'Bob' } })).toEqual(['owned']);
      expect(await ids({ where: { owner: null }, sort: [['rank', 1]], limit: 1 })).toEqual(['t0']);
      expect(
        await ids({
          sort: [
            ['state', 1],
            ['rank', 1],
          ],
          limit: 4,
        }),
      ).toEqual(['t1', 't3', 't5', 't0']);
      expect(await ids({ limit: 0 })).toEqual([]);
      expect(await records.findEverywhere({ where: { rank: 1 } })).toHaveLength(2);
    });

    test('counters count from 1 for each tenant and name, and never give a number twice', async () => {
      const records = await fresh();
      const given = await Promise.all(Array.from({ length: 50 }, () => records.next(contoso, 'seq')));
      expect([...given].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
      expect(await records.next(fabrikam, 'seq')).toBe(1);
      expect(await records.next(contoso, 'other')).toBe(1);
    });

    test('what is handed out is a copy', async () => {
      const records = await fresh();
      await records.create(ticket('a', 1, { owner: { name: 'Alice' } }));
      const read = (await records.get(contoso, 'a'))!;
      (read.owner as { name: string }).name = 'Mallory';
      expect((await records.get(contoso, 'a'))?.owner?.name).toBe('Alice');
    });
  });
}
