import type { Db } from 'mongodb';
import type { HistoryReader, HistoryWriter } from '../../model/history.js';
import type { RetentionStore } from '../../model/retention.js';
import { crossingPort } from '../crossing.js';
import { collectionsOf, createHistoryIndexes } from './documents.js';
import { nameOldVersions } from './names.js';
import { createHistoryReader } from './reader.js';
import { createRetentionStore } from './retention.js';
import { createHistoryWriter } from './writer.js';

export interface History extends HistoryReader, HistoryWriter, RetentionStore {
  /** Fine if they are there; call at start. */
  createIndexes(): Promise<void>;
}

/**
 * Versions and links over numbered snapshots (design §2), in any MongoDB-compatible store.
 * @throws STORE_UNREACHABLE from everything in it
 */
export function createHistory(db: Db): History {
  const collections = collectionsOf(db);
  const writer = createHistoryWriter(collections);
  return crossingPort({
    ...createHistoryReader(collections),
    ...createRetentionStore(collections),
    ...writer,
    begin: async (...args: Parameters<HistoryWriter['begin']>) => crossingPort(await writer.begin(...args)),
    async createIndexes() {
      await createHistoryIndexes(collections);
      await nameOldVersions(collections);
    },
  });
}
