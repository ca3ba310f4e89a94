import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { isRewindError } from '../../../services/model/errors.js';
import { tenantId } from '../../../services/model/ids.js';
import { openStore } from '../../../services/store/connect.js';
import { startEmbeddedStore } from '../../../services/store/embedded-process.js';
import { createRecordStore } from '../../../services/store/records.js';
import { DatabaseLine } from '../../harness/database-line.js';

const CUTS = 12;
const WORKERS = 4;
/** A broken driver never comes back; a sound one within a second. */
const PATIENCE_IN_MS = 30_000;
const tenant = tenantId('11111111-1111-4111-8111-111111111111');
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

test('[R20] all connections cut at once, again and again: every time all writers go on, and soon', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rewind-cut-'));
  const server = await startEmbeddedStore({ dataDir: folder });
  const line = await DatabaseLine.to(server.uri);
  const store = await openStore({ mongoUri: line.uri, dataDir: '', dbName: 'cut' });
  const notes = createRecordStore(store.db).collection({ name: 'notes', schemaVersion: 1, indexes: [] });
  const written = Array.from({ length: WORKERS }, () => 0);
  let ending = false;
  const write = async (worker: number): Promise<void> => {
    while (!ending)
      try {
        const id = `${worker}-${written[worker]}`;
        if (await notes.create({ tenant, id, rev: 0 })) written[worker]! += 1;
      } catch (error) {
        if (!isRewindError(error, 'STORE_UNREACHABLE')) throw error;
        // A closed client refuses without a turn of the event loop.
        await turn();
      }
  };
  const writers = Array.from({ length: WORKERS }, (_, worker) => write(worker));
  const allGoOn = async (cut: number): Promise<void> => {
    const before = [...written];
    const goesOn = (): boolean => written.every((count, worker) => count > before[worker]!);
    for (const end = performance.now() + PATIENCE_IN_MS; performance.now() < end && !goesOn();) await turn();
    expect([cut, goesOn()]).toEqual([cut, true]);
  };
  try {
    await allGoOn(0);
    for (let cut = 1; cut <= CUTS; cut += 1) {
      line.cut();
      // Sometimes back before anybody has looked, sometimes after some have tried.
      for (let turns = (cut % 4) * 20; turns > 0; turns -= 1) await turn();
      line.mend();
      await allGoOn(cut);
    }
    ending = true;
    await Promise.all(writers);
    const stored = await notes.find(tenant, {});
    expect(stored).toHaveLength(written.reduce((sum, count) => sum + count, 0));
  } finally {
    ending = true;
    await store.close();
    await line.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
