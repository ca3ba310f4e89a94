import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MongoClient, MongoNotConnectedError } from 'mongodb';
import { isRewindError } from '../../../services/model/errors.js';
import { tenantId } from '../../../services/model/ids.js';
import type { StoredRecord } from '../../../services/model/records.js';
import { verifyTenant } from '../../../services/snapshots/verify.js';
import { openStore, type Store } from '../../../services/store/connect.js';
import { startEmbeddedStore } from '../../../services/store/embedded-process.js';
import { createHistory } from '../../../services/store/history/index.js';
import { createLeases } from '../../../services/store/leases.js';
import { createRecordStore } from '../../../services/store/records.js';
import { FakeClock } from '../../fakes/fake-clock.js';
import { DatabaseLine } from '../../harness/database-line.js';
import { TENANT, member, snapshot, user } from './history/facts.js';

/** A database that goes away for a while, and comes back by itself. */
interface Shaken {
  readonly store: Store;
  /** @param noticed resolves when a caller has met it */
  shake(noticed: Promise<void>): Promise<void>;
  close(): Promise<void>;
}

interface Note extends StoredRecord {
  readonly text: string;
}
const WORKERS = 4;
const WRITES = 60;
const tenant = tenantId('11111111-1111-4111-8111-111111111111');

/** The connections are cut, and mended when somebody has noticed. */
async function behindALine(): Promise<Shaken> {
  const folder = await mkdtemp(join(tmpdir(), 'rewind-line-'));
  const server = await startEmbeddedStore({ dataDir: folder });
  const line = await DatabaseLine.to(server.uri);
  const store = await openStore({ mongoUri: line.uri, dataDir: '', dbName: 'shaken' });
  return {
    store,
    async shake(noticed) {
      line.cut();
      await Promise.race([noticed, new Promise((resolve) => setTimeout(resolve, 1_000))]);
      line.mend();
    },
    async close() {
      await store.close();
      await line.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The primary steps down, as at a maintenance or a lost machine; another one is elected. */
async function replicaSet(uri: string): Promise<Shaken> {
  const store = await openStore({ mongoUri: uri, dataDir: '', dbName: `test-failover-${process.pid}` });
  return {
    store,
    async shake() {
      // Its own answer may be lost with the connections that the primary closes.
      await store.client
        .db('admin')
        .command({ replSetStepDown: 20, force: true })
        .catch(() => undefined);
    },
    async close() {
      await store.db.dropDatabase();
      await store.close();
    },
  };
}

/** The name of the set behind MONGODB_URI; null = there is none, or it is a single server. */
async function setName(): Promise<string | null> {
  const uri = process.env['MONGODB_URI'];
  if (!uri) return null;
  const client = await new MongoClient(uri).connect();
  try {
    return ((await client.db('admin').command({ hello: 1 }))['setName'] as string | undefined) ?? null;
  } finally {
    await client.close();
  }
}

const set = await setName();
const databases: (readonly [string, () => Promise<Shaken>])[] = [
  ['an embedded store whose connections are cut', behindALine],
];
if (set)
  databases.push([
    `the replica set ${set}, whose primary steps down`,
    () => replicaSet(process.env['MONGODB_URI']!),
  ]);
else console.warn('SKIPPED: MONGODB_URI names no replica set, so no failover was tried (doc/scale.md)');

describe.each(databases)('[R20] %s', (_name, open) => {
  let shaken: Shaken;
  beforeAll(async () => {
    shaken = await open();
  }, 60_000);
  afterAll(() => shaken?.close(), 60_000);

  /** As a job does it: what failed because the database was away is done again, a little later. A closed client never comes back. */
  async function patiently<T>(work: () => Promise<T>, onAway: () => void): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const isClosed = error instanceof Error && error.cause instanceof MongoNotConnectedError;
        if (!isRewindError(error, 'STORE_UNREACHABLE') || isClosed) throw error;
        onAway();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }

  test('no acknowledged write is lost, no number is given twice, no lease has two holders', async () => {
    const { db } = shaken.store;
    const records = createRecordStore(db);
    const notes = records.collection<Note>({ name: 'notes', schemaVersion: 1, indexes: [] });
    const leases = createLeases(db, new FakeClock());
    let notice = (): void => undefined;
    const noticed = new Promise<void>((resolve) => (notice = resolve));
    const numbers: number[] = [];
    const fences: number[] = [];
    let done = 0;
    let shaking: Promise<void> | undefined;
    await Promise.all(
      Array.from({ length: WORKERS }, async (_, worker) => {
        for (let index = 0; index < WRITES; index += 1) {
          const id = `${worker}-${index}`;
          await patiently(() => notes.create({ tenant, id, rev: 0, text: 'first' }), notice);
          const changed = await patiently(
            async () => (await notes.update({ tenant, id, rev: 1, text: 'second' })) ?? notes.get(tenant, id),
            notice,
          );
          expect(changed).toMatchObject({ id, rev: 2, text: 'second' });
          numbers.push(await patiently(() => notes.next(tenant, 'number'), notice));
          const held = await patiently(() => leases.acquire('one', id, 60_000), notice);
          if (held) {
            fences.push(held.fence);
            await patiently(() => leases.release('one', id, held.fence), notice);
          }
          done += 1;
          if (done === WORKERS * 5) shaking = shaken.shake(noticed);
        }
      }),
    );
    await shaking;
    const stored = await notes.find(tenant, {});
    expect(stored).toHaveLength(WORKERS * WRITES);
    expect(stored.filter(({ rev, text }) => rev !== 2 || text !== 'second')).toEqual([]);
    expect(new Set(numbers).size).toBe(WORKERS * WRITES);
    expect(new Set(fences).size).toBe(fences.length);
  }, 120_000);

  test('a snapshot is published once, and whole, or it is taken again', async () => {
    const history = createHistory(shaken.store.db);
    await history.createIndexes();
    const people = Array.from({ length: 2_000 }, (_, number) => `person ${number}`);
    let notice = (): void => undefined;
    const noticed = new Promise<void>((resolve) => (notice = resolve));
    let shaking: Promise<void> | undefined;
    const header = await patiently(
      () =>
        snapshot(history, async (run) => {
          await run.putObjects(people.map((name) => user(name)));
          shaking ??= shaken.shake(noticed);
          await run.putLinks(people.map((name) => member('all', name)));
        }),
      notice,
    );
    await shaking;
    expect(header.counts).toEqual({ user: 2_000, member: 2_000 });
    const published = await history.snapshots(TENANT);
    expect(published.map(({ seq }) => seq)).toEqual([header.seq]);
    const report = await verifyTenant({ history, clock: new FakeClock() }, TENANT);
    expect(report).toMatchObject({ broken: [], versions: 2_000, links: 2_000 });
  }, 120_000);

  test('every write asks for a majority and its journal, every read for what a majority holds', () => {
    const { writeConcern, readConcern, readPreference } = shaken.store.db;
    expect(writeConcern).toMatchObject({ w: 'majority', journal: true });
    expect(readConcern).toMatchObject({ level: 'majority' });
    expect(readPreference?.mode).toBe('primary');
    expect(shaken.store.client.options).toMatchObject({ retryReads: true, retryWrites: true });
  });
});
