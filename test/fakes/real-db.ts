import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import type { Db } from 'mongodb';
import { openStore } from '../../services/store/connect.js';
import type { Store } from '../../services/store/connect.js';

/**
 * A real database for a whole test file: the server of MONGODB_URI, or else the embedded store in a folder of its own.
 * @returns gives an empty database at each call
 */
export function realDb(): () => Promise<Db> {
  let folder: string;
  let store: Store;
  const names: string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rewind-store-'));
    store = await openStore({ mongoUri: process.env['MONGODB_URI'], dataDir: folder });
  });
  afterAll(async () => {
    for (const name of names) await store.client.db(name).dropDatabase();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  return async () => {
    const name = `test-${process.pid}-${names.length}`;
    names.push(name);
    return store.client.db(name);
  };
}
