import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { upkeep } from '../../../bot/terminal/upkeep.js';
import { createAuditLog } from '../../../services/audit/audit-log.js';
import { objectId } from '../../../services/model/ids.js';
import { openStore, type Store } from '../../../services/store/connect.js';
import { createHistory } from '../../../services/store/history/index.js';
import { createLeases } from '../../../services/store/leases.js';
import { createRecordStore } from '../../../services/store/records.js';
import { FakeClock } from '../../fakes/fake-clock.js';
import { TENANT, member, snapshot, stateAt, user } from '../../services/store/history/facts.js';

const NOBODY: Readonly<Record<string, string>> = {};

/** One call of the command line's upkeep, with what it said. */
async function run(
  words: readonly string[],
  data: string | undefined,
  {
    port,
    env = NOBODY,
    leave = new AbortController(),
  }: { port?: string; env?: typeof NOBODY; leave?: AbortController } = {},
) {
  const [out, remarks]: [string[], string[]] = [[], []];
  const [word, ...rest] = words;
  const code = await upkeep(word as 'store', rest, {
    ...(data === undefined ? {} : { data }),
    ...(port === undefined ? {} : { port }),
    env,
    leave: leave.signal,
    print: (text) => out.push(text),
    remark: (text) => remarks.push(text),
  });
  return { code, out, remarks };
}

const INVALID = (text: RegExp) => ({
  code: 'INPUT_INVALID',
  message: expect.stringMatching(text) as unknown,
});

describe('the database itself', () => {
  let root: string;
  let store: Store;
  const at = (...names: string[]) => join(root, ...names);

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'rewind-upkeep-'));
    store = await openStore({ dataDir: at('live', 'store'), dbName: 'rewind' });
    const { db } = store;
    const history = createHistory(db);
    await history.createIndexes();
    await snapshot(history, async (run) => {
      await run.putObjects([user('alice', { 'a.b': 1, $c: null }), user('bob')]);
      await run.putLinks([member('sales', 'alice'), member('sales', 'bob', 'latent')]);
    });
    await snapshot(history, (run) => run.putObjects([user('alice', { department: 'TBD' })]), { fence: 7 });
    // A backup at work: its number is taken, what it writes is not published.
    const dead = await history.begin(TENANT, { trigger: 'chat', startedAt: 'x', fence: 7 });
    await dead.putObjects([user('ghost')]);
    const audit = createAuditLog({ store: createRecordStore(db), clock: new FakeClock() });
    for (const kind of ['restore.asked', 'write.done'])
      await audit.append({ tenant: TENANT, actor: 'service', kind, details: { n: 1 } });
    await createLeases(db, new FakeClock()).acquire('backup', 'me', 60_000);
    await db
      .collection('handoffs')
      .insertOne({ _id: 'h1' as never, sealed: 'CIPHERTEXT', sealedIsSet: true, state: 'ready' });
    await db.collection('jobs').insertOne({ name: 'backup', nextRunAt: new Date(5), lockedAt: new Date(6) });
  });
  afterAll(async () => {
    await store.close();
    await rm(root, { recursive: true, force: true });
  });

  describe('export and import', () => {
    let file: string;
    beforeAll(async () => {
      file = at('all.gz');
      const { code, remarks } = await run(['export', file], at('live'));
      expect([code, remarks.join()]).toEqual([0, expect.stringMatching(/1 one-time credential/)]);
    });

    test('everything moves while the service runs, types and all; snapshots and audit are verified', async () => {
      const moved = await run(['import', file], at('moved'));
      expect(moved).toMatchObject({ code: 0, remarks: [] });
      expect(moved.out.join(' ')).toMatch(/Verified 2 snapshots and 2 audit entries of 1 tenants: all hold/);
      const there = await openStore({ dataDir: at('moved', 'store'), dbName: 'rewind' });
      try {
        const [before, after] = [createHistory(store.db), createHistory(there.db)];
        for (const seq of [1, 2]) expect(await stateAt(after, seq)).toEqual(await stateAt(before, seq));
        expect(await after.shelf(TENANT)).toEqual(await before.shelf(TENANT));
        expect(await there.db.collection('handoffs').findOne({})).toEqual({ _id: 'h1', state: 'ready' });
        expect(await there.db.collection('jobs').findOne({})).toMatchObject({
          nextRunAt: new Date(5),
          lockedAt: null,
        });
        expect(await there.db.collection('leases').findOne({})).toMatchObject({
          holder: '',
          until: 0,
          fence: 1,
        });
        // The next backup goes on from there: the dead run's number is skipped, its traces are swept.
        const next = await snapshot(after, (each) => each.putObjects([user('carol')]), { fence: 8 });
        expect(next).toMatchObject({ seq: 4, previous: 2, skipped: [3], changes: { user: 1 } });
        expect(await stateAt(after, 4)).toHaveLength(5);
      } finally {
        await there.close();
      }
    });

    test('and back again: the export of an import says the same', async () => {
      await run(['import', file], at('again'));
      const second = at('second.gz');
      await run(['export', second], at('again'));
      const lines = (bytes: Buffer) => gunzipSync(bytes).toString().split('\n').slice(1, -2).sort();
      expect(lines(await readFile(second))).toEqual(lines(await readFile(file)));
    });

    test('the file is private, holds no sealed credential, and no half-written one is left', async () => {
      expect((await stat(file)).mode & 0o077).toBe(0);
      expect(gunzipSync(await readFile(file)).toString()).not.toMatch(/CIPHERTEXT|sealed/);
      expect(existsSync(`${file}.partial`)).toBe(false);
    });

    test('a database that holds anything is refused, and left alone', async () => {
      await run(['import', file], at('full'));
      await expect(run(['import', file], at('full'))).rejects.toMatchObject(INVALID(/not empty/));
    });

    test.each([
      [
        'cut short',
        (text: string) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1),
        /damaged or cut short/,
      ],
      ['changed in one letter', (text: string) => text.replace('TBD', 'TBE'), /damaged/],
      ['with a line too few', (text: string) => text.replace(/\n\["links".*\n/, '\n'), /damaged/],
      [
        'of a newer format',
        (text: string) => text.replace('"version":1', '"version":2'),
        /format version 2; .* reads up to 1/,
      ],
      ['of something else', () => '{"hello":1}\n', /no export of Entra Rewind/],
      ['that is no JSON', () => 'hello\n', /damaged/],
    ])('a file %s is refused before anything is written', async (name, change, says) => {
      const id = createHash('sha256').update(name).digest('hex').slice(0, 12);
      await writeFile(at(`${id}.gz`), gzipSync(change(gunzipSync(await readFile(file)).toString())));
      await expect(run(['import', at(`${id}.gz`)], at(id))).rejects.toMatchObject(INVALID(says));
      expect((await run(['import', file], at(id))).code).toBe(0);
    });

    test('a file that is not compressed, cut in the compressed bytes, or not there', async () => {
      const whole = await readFile(file);
      await writeFile(at('plain'), 'hello');
      await writeFile(at('cut.gz'), whole.subarray(0, whole.length / 2));
      await expect(run(['import', at('plain')], at('bad'))).rejects.toMatchObject(INVALID(/no export/));
      await expect(run(['import', at('cut.gz')], at('bad'))).rejects.toMatchObject(INVALID(/cut short/));
      await expect(run(['import', at('none')], at('bad'))).rejects.toMatchObject(INVALID(/ENOENT/));
    });

    test('what does not hold is told after the import', async () => {
      const text = gunzipSync(await readFile(file))
        .toString()
        .split('\n')
        .slice(0, -2);
      const forged = `${text.map((line) => line.replace('{\\"department\\":\\"TBD\\"', '{\\"department\\":\\"X\\"')).join('\n')}\n`;
      const counts = JSON.parse(
        gunzipSync(await readFile(file))
          .toString()
          .trim()
          .split('\n')
          .at(-1)!,
      ) as { counts: object };
      const sha256 = createHash('sha256').update(forged).digest('hex');
      await writeFile(at('forged.gz'), gzipSync(`${forged}${JSON.stringify({ ...counts, sha256 })}\n`));
      const told = await run(['import', at('forged.gz')], at('forged'));
      expect([told.code, told.remarks[0]]).toEqual([
        1,
        expect.stringMatching(/user alice from snapshot 2 does not match its hash/),
      ]);
    });
  });

  describe('backup-store', () => {
    test('copies while the service writes; the copy holds, and opens as a store', async () => {
      let writing = true;
      const busy = (async () => {
        for (let number = 0; writing; number += 1) await store.db.collection('noise').insertOne({ number });
      })();
      const { code, out } = await run(['backup-store', at('copy')], at('live'));
      writing = false;
      await busy;
      expect([code, out.join(' ')]).toEqual([0, expect.stringMatching(/Verified 2 snapshots .* all hold/)]);
      const copy = await openStore({ dataDir: at('copy'), dbName: 'rewind' });
      expect(await stateAt(createHistory(copy.db), 2)).toEqual(await stateAt(createHistory(store.db), 2));
      await copy.close();
      expect(await createHistory(store.db).newestSnapshot(TENANT)).toMatchObject({ seq: 2 });
    });

    test('never into a folder with something in it, never of a server', async () => {
      await expect(run(['backup-store', root], at('live'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
      const env = { MONGODB_URI: 'mongodb://127.0.0.1:1/' };
      await expect(run(['backup-store', at('x')], undefined, { env })).rejects.toMatchObject(
        INVALID(/mongodump/),
      );
      await expect(run(['backup-store', at('x')], at('nothing'))).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      });
    });
  });

  describe('store', () => {
    test('is refused while a service holds the folder, and says who', async () => {
      await expect(run(['store'], at('live'))).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(new RegExp(`in use by process ${process.pid}`)) as unknown,
      });
    });

    test('serves its data to any driver, on the socket and on loopback, until it is told to leave', async () => {
      await run(['backup-store', at('served', 'store')], at('live'));
      const leave = new AbortController();
      const out: string[] = [];
      const remarks: string[] = [];
      let ready = (): void => undefined;
      const listening = new Promise<void>((resolve) => (ready = resolve));
      const done = upkeep('store', [], {
        data: at('served'),
        port: '0',
        env: NOBODY,
        leave: leave.signal,
        print: (text) => out.push(text),
        remark: (text) => {
          remarks.push(text);
          if (remarks.length === 2) ready();
        },
      });
      await Promise.race([listening, done]);
      expect(remarks[0]).toMatch(/without a password/);
      expect(out).toHaveLength(2);
      for (const uri of out) {
        const client = await new MongoClient(uri).connect();
        expect(await client.db('rewind').collection('snapshots').countDocuments({ published: true })).toBe(2);
        expect(
          await client
            .db('rewind')
            .collection('versions')
            .findOne({ objectId: objectId('bob') }),
        ).toMatchObject({ name: 'bob' });
        await client.close();
      }
      leave.abort();
      expect(await done).toBe(0);
      await expect(new MongoClient(out[1]!, { serverSelectionTimeoutMS: 200 }).connect()).rejects.toThrow();
    });

    test('wrong words and ports are told', async () => {
      expect((await run(['store', 'now'], at('live'))).code).toBe(2);
      expect((await run(['export'], at('live'))).code).toBe(2);
      await expect(run(['store'], at('live'), { port: 'many' })).rejects.toMatchObject(INVALID(/no port/));
      await expect(run(['store'], undefined, { env: { MONGODB_URI: 'mongodb://x/' } })).rejects.toMatchObject(
        INVALID(/MONGODB_URI/),
      );
    });
  });
});
