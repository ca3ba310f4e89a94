import { describe, expect, test } from '@jest/globals';
import { tenantId } from '../../../services/model/ids.js';
import type { StoredRecord } from '../../../services/model/records.js';
import { createRecordStore } from '../../../services/store/records.js';
import { recordsSuite } from '../../contract/records.suite.js';
import { FakeRecordStore } from '../../fakes/fake-records.js';
import { realDb } from '../../fakes/real-db.js';

recordsSuite('in memory', () => Promise.resolve(new FakeRecordStore()));

const freshDb = realDb();
recordsSuite(process.env['MONGODB_URI'] ? 'MONGODB_URI' : 'embedded store', async (specs) => {
  const store = createRecordStore(await freshDb());
  specs.forEach((spec) => store.collection(spec));
  await store.createIndexes();
  return store;
});

describe('records over MongoDB', () => {
  interface Note extends StoredRecord {
    readonly text: string;
  }
  const tenant = tenantId('11111111-1111-1111-1111-111111111111');
  const indexes = [
    [
      ['tenant', 1],
      ['text', 1],
    ],
  ] as const;

  test('an older document passes through the upgrader; a newer one is refused', async () => {
    const db = await freshDb();
    const old = createRecordStore(db).collection<StoredRecord & { title: string }>({
      name: 'notes',
      schemaVersion: 1,
      indexes,
    });
    await old.create({ tenant, id: 'a', rev: 0, title: 'Hello' });
    const current = createRecordStore(db).collection<Note>({
      name: 'notes',
      schemaVersion: 2,
      indexes,
      upgrade: ({ title, ...rest }) => ({ ...rest, text: title }),
    });
    expect(await current.get(tenant, 'a')).toEqual({ tenant, id: 'a', rev: 1, text: 'Hello' });
    const updated = await current.update({ tenant, id: 'a', rev: 1, text: 'Bye' });
    expect(updated?.rev).toBe(2);
    await expect(old.get(tenant, 'a')).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  test('declared indexes serve the queries, made as often as one likes', async () => {
    const db = await freshDb();
    const store = createRecordStore(db);
    store.collection<Note>({ name: 'notes', schemaVersion: 1, indexes });
    await store.createIndexes();
    await store.createIndexes();
    const plan = await db
      .collection('notes')
      .find({ tenant, text: { $gte: 'a' } })
      .sort({ text: 1 })
      .explain('queryPlanner');
    expect(JSON.stringify(plan)).toContain('IXSCAN');
    expect(JSON.stringify(plan)).not.toContain('COLLSCAN');
  });

  test('a database that went away is STORE_UNREACHABLE', async () => {
    const db = await freshDb();
    const { MongoClient } = await import('mongodb');
    const client = new MongoClient('mongodb://127.0.0.1:1/?directConnection=true', {
      serverSelectionTimeoutMS: 50,
    });
    const away = createRecordStore(client.db(db.databaseName)).collection<Note>({
      name: 'notes',
      schemaVersion: 1,
      indexes,
    });
    const unreachable = expect.objectContaining({ code: 'STORE_UNREACHABLE' });
    await expect(away.get(tenant, 'a')).rejects.toEqual(unreachable);
    await expect(away.create({ tenant, id: 'a', rev: 0, text: '' })).rejects.toEqual(unreachable);
    await expect(away.next(tenant, 'n')).rejects.toEqual(unreachable);
    await client.close();
  });
});
