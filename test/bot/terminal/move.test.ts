import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { upkeep } from '../../../bot/terminal/upkeep.js';
import { createAuditLog } from '../../../services/audit/audit-log.js';
import { objectId } from '../../../services/model/ids.js';
import { openStore } from '../../../services/store/connect.js';
import { startEmbeddedStore, type EmbeddedStore } from '../../../services/store/embedded-process.js';
import { createHistory, type History } from '../../../services/store/history/index.js';
import { createRecordStore } from '../../../services/store/records.js';
import { FakeClock } from '../../fakes/fake-clock.js';
import { TENANT, deleted, member, snapshot, stateAt, user } from '../../services/store/history/facts.js';

const PEOPLE = Array.from({ length: 1_200 }, (_, number) => `person ${number}`);
const DATABASE = `test-move-${process.pid}`;

/**
 * The whole way through MONGODB_URI: from an embedded store to a server and back. The server is the one of MONGODB_URI (CI: FerretDB), or
 * else another embedded store, reached by its port as a server is.
 */
describe('the database moves to a server, and back', () => {
  let root: string;
  let stand: EmbeddedStore | undefined;
  let uri: string;
  const at = (...names: string[]) => join(root, ...names);

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'rewind-move-'));
    if (!process.env['MONGODB_URI']) stand = await startEmbeddedStore({ dataDir: at('server'), port: 0 });
    uri = process.env['MONGODB_URI'] ?? `mongodb://127.0.0.1:${stand?.port}/?directConnection=true`;
    const store = await openStore({ dataDir: at('first', 'store'), dbName: DATABASE });
    await fill(createHistory(store.db));
    const audit = createAuditLog({ store: createRecordStore(store.db), clock: new FakeClock() });
    for (const kind of ['restore.asked', 'restore.finished'])
      await audit.append({ tenant: TENANT, actor: 'service', kind, details: { n: 1 } });
    await store.close();
  }, 120_000);
  afterAll(async () => {
    const client = await new MongoClient(uri).connect();
    await client.db(DATABASE).dropDatabase();
    await client.close();
    await stand?.close();
    await rm(root, { recursive: true, force: true });
  });

  /** More than one batch, names that documents may not have, a day that is held, one that is pruned and swept. */
  async function fill(history: History): Promise<void> {
    await history.createIndexes();
    await snapshot(history, async (run) => {
      await run.putObjects([...PEOPLE.map((name) => user(name)), user('alice', { 'a.b': 1, $c: null })]);
      await run.putLinks(PEOPLE.map((name) => member('everybody', name)));
    });
    await snapshot(history, (run) =>
      run.putObjects([user('alice', { department: 'TBD' }), deleted('person 7')]),
    );
    await snapshot(history, async (run) => {
      await run.putObjects([user('alice', { department: 'Finance' })]);
      await run.putLinks([member('everybody', 'person 8', 'gone')]);
    });
    await history.hold(TENANT, 1, { by: { objectId: objectId('h'), name: 'Sofia' }, because: 'x', at: 'x' });
    await history.markPruned(TENANT, [2], '2026-11-20T01:00:00.000Z');
    await history.sweepPruned(TENANT, '2026-11-21T01:00:00.000Z');
  }

  /** `rewind …` on a folder, or on the server. @returns what it said; it has to end well */
  async function rewind(words: readonly string[], data?: string): Promise<string> {
    const said: string[] = [];
    const [word, ...rest] = words;
    const code = await upkeep(word as 'export' | 'import', rest, {
      ...(data === undefined ? {} : { data }),
      env: { MONGODB_DB: DATABASE, ...(data === undefined ? { MONGODB_URI: uri } : {}) },
      leave: new AbortController().signal,
      print: (text) => said.push(text),
      remark: (text) => said.push(text),
    });
    expect([words.join(' '), code]).toEqual([words.join(' '), 0]);
    return said.join(' ');
  }

  const VERIFIED = /Verified 3 snapshots and 2 audit entries of 1 tenants: all hold/;

  test('state and chain of every snapshot, and the audit, hold at each station; the last says what the first said', async () => {
    const [there, back] = [at('there.gz'), at('back.gz')];
    await rewind(['export', there], at('first'));
    expect(await rewind(['import', there])).toMatch(VERIFIED);
    await rewind(['export', back]);
    expect(await rewind(['import', back], at('last'))).toMatch(VERIFIED);

    const lines = async (file: string) =>
      gunzipSync(await readFile(file))
        .toString()
        .split('\n')
        .slice(1, -2)
        .map(byName)
        .sort();
    expect(await lines(back)).toEqual(await lines(there));

    const first = await openStore({ dataDir: at('first', 'store'), dbName: DATABASE });
    const last = await openStore({ dataDir: at('last', 'store'), dbName: DATABASE });
    try {
      const [before, after] = [createHistory(first.db), createHistory(last.db)];
      for (const seq of [1, 3]) expect(await stateAt(after, seq)).toEqual(await stateAt(before, seq));
      expect(await after.shelf(TENANT)).toEqual(await before.shelf(TENANT));
      expect(await after.search(TENANT, 'person 119')).toHaveLength(11);
      const next = await snapshot(after, (run) => run.putObjects([user('carol')]));
      expect(next).toMatchObject({ seq: 4, previous: 3, changes: { user: 1 } });
    } finally {
      await first.close();
      await last.close();
    }
  }, 300_000);

  test('what the server holds already is never mixed with an import', async () => {
    await expect(rewind(['import', at('there.gz')])).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringMatching(/not empty/) as unknown,
    });
  });
});

/** Servers may keep the fields of a document in another order. */
const byName = (line: string): string => JSON.stringify(sorted(JSON.parse(line)));
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  );
}
