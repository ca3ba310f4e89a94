import { describe, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { once } from 'node:events';
import { Agenda } from 'agenda';
import { MongoBackend } from '@agendajs/mongo-backend';
import { MongoClient } from 'mongodb';
import { embedded, serve, temporaryFolder } from './served.js';

const CLAIMS = Number(process.env['CLAIMS'] ?? 10_000);
/** Agenda's watch over a job outlives the job by half of this and keeps the process up. */
const LOCK_LIFETIME_IN_MS = 6_000;
const room = embedded();

describe('several clients', () => {
  test(`four clients take ${CLAIMS} claims from one process: none twice, none left`, async () => {
    const folder = await temporaryFolder();
    const served = await serve(folder);
    const clients = await Promise.all([1, 2, 3, 4].map(() => new MongoClient(served.uri).connect()));
    const claims = clients.map((client) =>
      client.db('claims').collection<{ _id: number; owner: number | null }>('claims'),
    );
    await claims[0]!.createIndex({ owner: 1, _id: 1 });
    await claims[0]!.insertMany(Array.from({ length: CLAIMS }, (_, _id) => ({ _id, owner: null })));
    const taken = await Promise.all(
      claims.map(async (mine, owner) => {
        const ids: number[] = [];
        const worker = async (): Promise<void> => {
          for (;;) {
            const claim = await mine.findOneAndUpdate(
              { owner: null },
              { $set: { owner } },
              { sort: { _id: 1 } },
            );
            if (!claim) return;
            ids.push(claim._id);
          }
        };
        await Promise.all(Array.from({ length: 8 }, worker));
        return ids;
      }),
    );
    expect(taken.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: CLAIMS }, (_, i) => i));
    expect(taken.every((ids) => ids.length > 0)).toBe(true);
    await Promise.all(clients.map((client) => client.close()));
    await served.stop();
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  test('the loopback port serves the same data', async () => {
    const folder = await temporaryFolder();
    const served = await serve(folder, '--port', '0');
    const second = (): string | undefined => served.output().split('\n').slice(0, -1)[1];
    while (second() === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    const client = await new MongoClient(second()!).connect();
    expect(await client.db('x').collection('y').countDocuments()).toBe(0);
    await client.close();
    await served.stop();
    await rm(folder, { recursive: true, force: true });
  }, 30_000);

  test.each<[string, Buffer]>([
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['a length of nothing', Buffer.alloc(16)],
    [
      'a body that is no BSON',
      Buffer.from('2600000001000000000000000dd7000000000000000b0000000c6100ff', 'hex').fill(0xff, 22),
    ],
  ])('%s closes its connection and harms nobody', async (_, bytes) => {
    const socket = createConnection(room.store().socketPath);
    socket.on('error', () => undefined);
    socket.write(bytes);
    socket.end();
    await once(socket.resume(), 'close');
    expect(await room.db().command({ ping: 1 })).toMatchObject({ ok: 1 });
  });
});

describe('Agenda', () => {
  const agendas = (amount: number, collection: string): Agenda[] =>
    Array.from({ length: amount }, (_, i) => {
      const backend = new MongoBackend({ mongo: room.db('agenda'), collection });
      return new Agenda({ backend, name: `agenda-${i}`, processEvery: 20, maxConcurrency: 5 });
    });

  test('three of them on one store run every job once', async () => {
    const all = agendas(3, 'shared');
    const ran = new Map<string, number>();
    let done: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (done = resolve));
    for (const agenda of all)
      agenda.define(
        'count',
        async (job) => {
          const { key } = job.attrs.data as { key: string };
          await new Promise((resolve) => setTimeout(resolve, 2));
          ran.set(key, (ran.get(key) ?? 0) + 1);
          if (ran.size === 60) done();
        },
        { lockLifetime: LOCK_LIFETIME_IN_MS },
      );
    await Promise.all(all.map((agenda) => agenda.start()));
    for (let i = 0; i < 60; i++) await all[i % 3]!.now('count', { key: `k${i}` });
    await finished;
    await new Promise((resolve) => setTimeout(resolve, 200));
    await Promise.all(all.map((agenda) => agenda.stop()));
    expect([...ran.values()].filter((times) => times !== 1)).toEqual([]);
  }, 60_000);

  test('a single job made by several is one document, and is asked for by its index', async () => {
    const all = agendas(3, 'single');
    for (const agenda of all) agenda.define('nightly', () => Promise.resolve());
    await Promise.all(all.map((agenda) => agenda.ready));
    await Promise.all(all.map((agenda) => agenda.every('1 day', 'nightly')));
    const jobs = room.db('agenda').collection('single');
    expect(await jobs.countDocuments()).toBe(1);
    const filter = {
      name: 'nightly',
      disabled: { $ne: true },
      $or: [{ lockedAt: null, nextRunAt: { $lte: new Date() } }, { lockedAt: { $lte: new Date(0) } }],
    };
    const plan = JSON.stringify(
      await jobs.find(filter).sort({ nextRunAt: 1, priority: -1 }).explain('queryPlanner'),
    );
    expect(plan).toContain('findAndLockNextJobIndex');
    await Promise.all(all.map((agenda) => agenda.stop()));
  });
});
