import { mkdirSync, readdirSync } from 'node:fs';
import { copyStore, holdsStore } from './embedded/storage.js';
import { LockError, refuseNetworkFolder } from './folder-lock.js';

export { holdsStore };

/**
 * A consistent, compacted copy of a data folder's store, itself a data folder, by whichever process and while another serves it.
 * @param target made (0700); must be empty
 * @throws LockError if there is no store, the target is not empty, or lies on a network file system
 */
export async function copyFolder(dataDir: string, target: string): Promise<void> {
  if (!holdsStore(dataDir)) throw new LockError(`${dataDir} holds no embedded store.`);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  refuseNetworkFolder(target);
  if (readdirSync(target).length > 0)
    throw new LockError(`${target} is not empty; name a new folder for the copy.`);
  await copyStore(dataDir, target);
}
