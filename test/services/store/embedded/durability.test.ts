import { afterEach, describe, expect, test } from '@jest/globals';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { MongoClient, type Db } from 'mongodb';
import { socketFor, startEmbeddedStore } from '../../../../services/store/embedded-process.js';
import { wakeWhoWaitsForEndedConnections } from '../../../../services/store/ended-connections.js';
import { copyFolder } from '../../../../services/store/folder-copy.js';
import { serve, temporaryFolder, type Served } from './served.js';

const FULL = process.env['FULL_SWEEP'] === '1';
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? (FULL ? 50 : 5));
const BATCH = 50;

interface Fact {
  _id: string;
  /** What was written by one statement: it is there whole, or not at all. */
  batch: string;
  round: number;
  /** Set for a whole batch at once, too. */
  seen: number;
  tags: string[];
}

/** What the store has answered for. */
interface Acknowledged {
  readonly inserted: Set<string>;
  readonly seen: Map<string, number>;
  readonly removed: Set<string>;
  readonly counters: Map<string, number>;
}

/** One client that writes until its store is gone: batches inserted, changed and removed again, and a counter. */
async function write(db: Db, name: string, round: number, done: Acknowledged): Promise<never> {
  const facts = db.collection<Fact>('facts');
  const counters = db.collection<{ _id: string; n: number }>('counters');
  for (let i = 0; ; i++) {
    const batch = `${round}-${name}-${i}`;
    const tags = [name, `t${i % 5}`];
    const fresh = Array.from({ length: BATCH }, (_, n) => ({
      _id: `${batch}-${n}`,
      batch,
      round,
      seen: 0,
      tags,
    }));
    await facts.insertMany(fresh);
    done.inserted.add(batch);
    if (i % 2 === 0) {
      await facts.updateMany({ batch }, { $set: { seen: i + 1 }, $push: { tags: 'seen' } });
      done.seen.set(batch, i + 1);
    }
    if (i % 3 === 2) {
      const former = `${round}-${name}-${i - 2}`;
      await facts.deleteMany({ batch: former });
      done.removed.add(former);
    }
    const counter = { _id: name };
    const after = await counters.findOneAndUpdate(
      counter,
      { $inc: { n: 1 } },
      { upsert: true, returnDocument: 'after' },
    );
    done.counters.set(name, after!.n);
  }
}

/** How much of what was acknowledged is not there, and what is there by halves. */
async function losses(db: Db, done: Acknowledged): Promise<readonly string[]> {
  const found = new Map<string, number[]>();
  for await (const { batch, seen } of db.collection<Fact>('facts').find({}))
    found.set(batch, [...(found.get(batch) ?? []), seen]);
  const counters = new Map(
    (await db.collection<{ _id: string; n: number }>('counters').find().toArray()).map(({ _id, n }) => [
      _id,
      n,
    ]),
  );
  // A batch whose removal was on its way when the store died may be there or not.
  const doubtful = (batch: string): boolean => {
    const [round, name, i] = batch.split('-');
    return Number(i) % 3 === 0 && done.inserted.has(`${round}-${name}-${Number(i) + 2}`);
  };
  return [
    ...[...done.inserted]
      .filter((batch) => !done.removed.has(batch) && !found.has(batch) && !doubtful(batch))
      .map((batch) => `batch ${batch} is lost`),
    ...[...done.removed].filter((batch) => found.has(batch)).map((batch) => `batch ${batch} is back`),
    ...[...found]
      .filter(([, seen]) => seen.length !== BATCH || new Set(seen).size !== 1)
      .map(([batch]) => `batch ${batch} is there by halves`),
    ...[...done.seen]
      .filter(([batch, seen]) => found.has(batch) && found.get(batch)![0]! < seen)
      .map(([batch]) => `the change of batch ${batch} is lost`),
    ...[...done.counters]
      .filter(([name, n]) => (counters.get(name) ?? 0) < n)
      .map(([name]) => `counts of ${name} are lost`),
  ];
}

describe('durability', () => {
  let served: Served | undefined;
  afterEach(() => served?.kill());

  test(
    `killed while writing, ${ROUNDS} times: acknowledged writes are there, batches are whole, indexes equal the documents`,
    async () => {
      const folder = await temporaryFolder();
      const done: Acknowledged = {
        inserted: new Set(),
        seen: new Map(),
        removed: new Set(),
        counters: new Map(),
      };
      for (let round = 0; round <= ROUNDS; round++) {
        served = await serve(folder);
        const client = await new MongoClient(served.uri).connect();
        const db = client.db('kill');
        await db
          .collection<Fact>('facts')
          .createIndexes([{ key: { batch: 1 } }, { key: { round: 1, tags: 1 } }]);
        expect([round, await losses(db, done)]).toEqual([round, []]);
        for (const { name } of await db.listCollections().toArray())
          expect([round, await db.command({ validate: name })]).toMatchObject([round, { valid: true }]);
        if (round === ROUNDS) {
          await client.close();
          expect(await served.stop()).toBe(0);
          break;
        }
        let killed = false;
        const writers = ['a', 'b', 'c'].map((name) =>
          write(db, name, round, done).catch((error: unknown) => {
            if (!killed) throw error;
          }),
        );
        // Each round dies at another moment of its writing.
        const enough = done.inserted.size + 3 + (round % 10) * 2;
        const early = Promise.all(writers).then(() => 'the writers ended before the store was killed');
        const written = (async () => {
          while (done.inserted.size < enough) await new Promise((resolve) => setImmediate(resolve));
          return 'written';
        })();
        expect(await Promise.race([early, written])).toBe('written');
        killed = true;
        await served.kill();
        await Promise.all(writers);
        await client.close();
      }
      expect(done.inserted.size).toBeGreaterThan(3 * ROUNDS);
      expect(done.removed.size).toBeGreaterThan(0);
      process.stdout.write(
        `store killed ${ROUNDS} times: ${done.inserted.size * BATCH} documents inserted, ${done.seen.size * BATCH} changed, ${done.removed.size * BATCH} removed, none lost\n`,
      );
      await rm(folder, { recursive: true, force: true });
    },
    20_000 * (ROUNDS + 1),
  );

  test('a crashed worker is started again: nothing acknowledged is lost, and the client goes on', async () => {
    const folder = await temporaryFolder();
    const workers: Worker[] = [];
    const told: unknown[] = [];
    wakeWhoWaitsForEndedConnections();
    const store = await startEmbeddedStore({
      dataDir: folder,
      onWorker: (worker) => workers.push(worker),
      onCrash: (cause) => told.push(cause),
    });
    const client = await new MongoClient(store.uri).connect();
    const facts = client.db('crash').collection<{ _id: number }>('facts');
    let written = 0;
    let crashes = 0;
    for (let i = 0; i < 60; i++) {
      if (i % 20 === 10) {
        crashes++;
        void workers.at(-1)!.terminate();
      }
      // The driver does not retry writes on a stand-alone server: the caller asks again, and a duplicate means it was there.
      for (let isThere = false; !isThere;)
        isThere = await facts.insertOne({ _id: i }).then(
          () => true,
          async (error: { readonly code?: number; readonly name: string }) => {
            if (error.name === 'MongoNotConnectedError') throw error;
            await new Promise((resolve) => setTimeout(resolve, 1));
            return error.code === 11000;
          },
        );
      written++;
    }
    expect(crashes).toBe(3);
    expect(told).toHaveLength(3);
    expect(await facts.countDocuments({ _id: { $gte: 0 } })).toBe(written);
    await client.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  test('closed and opened again it holds the same; a compacted hot copy opens as a store of its own', async () => {
    const folder = await temporaryFolder();
    const copy = await temporaryFolder();
    const write = async (): Promise<void> => {
      const store = await startEmbeddedStore({ dataDir: folder });
      const client = await new MongoClient(store.uri).connect();
      const big = client.db('x').collection<{ _id: number; body: string }>('big');
      await big.insertMany(Array.from({ length: 500 }, (_, _id) => ({ _id, body: `${_id}`.repeat(2_000) })));
      await big.deleteMany({ _id: { $gte: 100 } });
      await copyFolder(folder, copy);
      await big.deleteMany({});
      await client.close();
      await store.close();
      expect(await stat(store.socketPath).catch(() => null)).toBeNull();
    };
    const count = async (dataDir: string): Promise<number> => {
      const store = await startEmbeddedStore({ dataDir });
      const client = await new MongoClient(store.uri).connect();
      const n = await client.db('x').collection('big').countDocuments({});
      expect(await client.db('x').command({ validate: 'big' })).toMatchObject({ valid: true });
      await client.close();
      await store.close();
      return n;
    };
    await write();
    expect(await count(folder)).toBe(0);
    expect(await count(copy)).toBe(100);
    const size = async (dataDir: string): Promise<number> =>
      (await stat(join(dataDir, 'store', 'data.mdb'))).size;
    expect(await size(copy)).toBeLessThan(await size(folder));
    await Promise.all([folder, copy].map((path) => rm(path, { recursive: true, force: true })));
  }, 60_000);
});

describe('one process per folder', () => {
  test('a second one is refused and told who holds it; a killed holder is no holder', async () => {
    const folder = await temporaryFolder();
    const first = await serve(folder);
    await expect(startEmbeddedStore({ dataDir: folder })).rejects.toThrow(
      `in use by process ${first.process.pid}`,
    );
    await expect(serve(folder)).rejects.toThrow('in use by process');
    await first.kill();
    const second = await startEmbeddedStore({ dataDir: folder });
    await expect(startEmbeddedStore({ dataDir: folder })).rejects.toThrow(`in use by process ${process.pid}`);
    await second.close();
    const third = await startEmbeddedStore({ dataDir: folder });
    await third.close();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  test('a lock file that cannot be read, or whose process id was given to another process, is taken over', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'store.lock'), 'half a li');
    await (await startEmbeddedStore({ dataDir: folder })).close();
    const { hostname } = await import('node:os');
    const { readFile } = await import('node:fs/promises');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
    const reused = {
      pid: process.pid,
      startedAt: '1',
      host: hostname(),
      boot: boot.trim(),
      socketPath: join(folder, 'x.sock'),
      token: 't',
    };
    await writeFile(join(folder, 'store.lock'), JSON.stringify(reused));
    if (boot !== '') await (await startEmbeddedStore({ dataDir: folder })).close();
    await rm(folder, { recursive: true, force: true });
  });

  test('a socket path that the system would cut, or that drivers do not know, is refused', async () => {
    const folder = await temporaryFolder();
    const start = (socketPath: string) => startEmbeddedStore({ dataDir: folder, socketPath });
    await expect(start(join(folder, `${'x'.repeat(100)}.sock`))).rejects.toThrow('longer than');
    await expect(start(join(folder, 'socket'))).rejects.toThrow('.sock');
    await rm(folder, { recursive: true, force: true });
  });

  test('the address is a socket in the folder, one for temporary files where that would be cut, or a named pipe on Windows', () => {
    expect(socketFor('/data', 'linux')).toBe('/data/store.sock');
    const long = socketFor(`/${'x'.repeat(100)}`, 'linux');
    expect(long).toMatch(/embedded-store-\d+-[0-9a-f]{16}\/store\.sock$/);
    expect(socketFor(`/${'x'.repeat(101)}`, 'linux')).not.toBe(long);
    expect(socketFor('C:\\data', 'win32')).toMatch(/^\\\\\.\\pipe\\entra-rewind-[0-9a-f]{16}\.sock$/);
    expect(socketFor('C:\\data', 'win32')).not.toBe(socketFor('D:\\data', 'win32'));
  });

  test('what keeps it from starting is said once, and leaves no lock behind', async () => {
    const folder = await temporaryFolder();
    const first = await startEmbeddedStore({ dataDir: folder, port: 0 });
    const other = await temporaryFolder();
    const workers: Worker[] = [];
    const start = () =>
      startEmbeddedStore({ dataDir: other, port: first.port, onWorker: (worker) => workers.push(worker) });
    await expect(start()).rejects.toThrow('EADDRINUSE');
    expect(workers).toHaveLength(1);
    await first.close();
    await (await start()).close();
    await Promise.all([folder, other].map((path) => rm(path, { recursive: true, force: true })));
  });

  test('folder and socket belong to this account alone', async () => {
    const folder = join(await temporaryFolder(), 'data');
    const store = await startEmbeddedStore({ dataDir: folder });
    const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
    expect(await mode(folder)).toBe(0o700);
    expect(await mode(store.socketPath)).toBe(0o600);
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
});
