import { describe, expect, test } from '@jest/globals';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { MongoClient } from 'mongodb';
import { startEmbeddedStore } from '../../../../services/store/embedded/start.js';
import { serve, temporaryFolder } from './served.js';

const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 5);

interface Fact {
  _id: string;
  round: number;
  tags: string[];
}

describe('durability', () => {
  test(`killed while writing, ${ROUNDS} times: acknowledged writes are there, batches are whole, indexes equal the documents`, async () => {
    const folder = await temporaryFolder();
    const acknowledged = new Set<string>();
    const updated = new Map<string, number>();
    for (let round = 0; round <= ROUNDS; round++) {
      const served = await serve(folder);
      const client = await new MongoClient(served.uri).connect();
      const db = client.db('kill');
      const facts = db.collection<Fact>('facts');
      const counters = db.collection<{ _id: string; n: number }>('counters');
      await facts.createIndex({ round: 1, tags: 1 });

      const found = new Set(
        (await facts.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id),
      );
      expect([...acknowledged].filter((id) => !found.has(id))).toEqual([]);
      for (const counter of await counters.find().toArray())
        expect(counter.n).toBeGreaterThanOrEqual(updated.get(counter._id) ?? 0);
      const batches = new Map<string, number>();
      for (const id of found)
        batches.set(
          id.slice(0, id.lastIndexOf('-')),
          (batches.get(id.slice(0, id.lastIndexOf('-'))) ?? 0) + 1,
        );
      expect([...batches.values()].every((size) => size === 50)).toBe(true);
      expect(await db.command({ validate: 'facts' })).toMatchObject({ valid: true });

      if (round === ROUNDS) {
        await client.close();
        expect(await served.stop()).toBe(0);
        break;
      }
      let writing = true;
      const writer = async (name: string): Promise<void> => {
        for (let i = 0; writing; i++) {
          const ids = Array.from({ length: 50 }, (_, n) => `${round}-${name}-${i}-${n}`);
          await facts.insertMany(ids.map((_id) => ({ _id, round, tags: [name, `t${i % 5}`] })));
          ids.forEach((id) => acknowledged.add(id));
          const after = await counters.findOneAndUpdate(
            { _id: name },
            { $inc: { n: 1 } },
            { upsert: true, returnDocument: 'after' },
          );
          updated.set(name, after!.n);
        }
      };
      const writers = ['a', 'b', 'c'].map((name) => writer(name).catch(() => undefined));
      const enough = acknowledged.size + 50 * (3 + round * 4);
      while (acknowledged.size < enough) await new Promise((resolve) => setImmediate(resolve));
      await served.kill();
      writing = false;
      await Promise.all(writers);
      await client.close();
    }
    expect(acknowledged.size).toBeGreaterThan(50 * ROUNDS);
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  test('a crashed worker is started again: nothing acknowledged is lost, and the client goes on', async () => {
    const folder = await temporaryFolder();
    const workers: Worker[] = [];
    const store = await startEmbeddedStore({ dataDir: folder, onWorker: (worker) => workers.push(worker) });
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
      for (;;) {
        try {
          await facts.insertOne({ _id: i });
          break;
        } catch (error) {
          if ((error as { code?: number }).code === 11000) break;
        }
      }
      written++;
    }
    expect(crashes).toBe(3);
    expect(await facts.countDocuments({ _id: { $gte: 0 } })).toBe(written);
    await client.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  test('closed and opened again it holds the same; a compacted hot copy opens as a store of its own', async () => {
    const folder = await temporaryFolder();
    const copy = await temporaryFolder();
    const write = async (): Promise<void> => {
      const store = await startEmbeddedStore({ dataDir: folder });
      const client = await new MongoClient(store.uri).connect();
      const big = client.db('x').collection<{ _id: number; body: string }>('big');
      await big.insertMany(Array.from({ length: 500 }, (_, _id) => ({ _id, body: `${_id}`.repeat(2_000) })));
      await big.deleteMany({ _id: { $gte: 100 } });
      await store.copyTo(join(copy, 'store'));
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
