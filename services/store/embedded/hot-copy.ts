import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { LockError, refuseNetworkFolder } from './lock.js';

/** Where the server keeps lmdb's files within the data folder. */
const within = (dataDir: string): string => join(dataDir, 'store');

/** Whether a data folder holds an embedded store. */
export const holdsStore = (dataDir: string): boolean => existsSync(join(within(dataDir), 'data.mdb'));

/**
 * A consistent, compacted copy of a data folder, itself a data folder, by whichever process and while another serves it: it reads one transaction of lmdb,
 * which several processes may, and keeps nothing in memory that the server would have to know of.
 * @param target made (0700); must be empty
 * @throws LockError if there is no store, the target is not empty, or lies on a network file system
 */
export async function copyFolder(dataDir: string, target: string): Promise<void> {
  if (!holdsStore(dataDir)) throw new LockError(`${dataDir} holds no embedded store.`);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  refuseNetworkFolder(target);
  if (readdirSync(target).length > 0)
    throw new LockError(`${target} is not empty; name a new folder for the copy.`);
  const root = open({ path: within(dataDir), readOnly: true, maxDbs: 4 });
  try {
    mkdirSync(within(target), { mode: 0o700 });
    await root.backup(within(target), true);
  } finally {
    await root.close();
  }
}
