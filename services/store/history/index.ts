import type { Db } from 'mongodb';
import type { HistoryReader, HistoryWriter } from '../../model/history.js';
import { collectionsOf, createHistoryIndexes } from './documents.js';
import { createHistoryReader } from './reader.js';
import { createHistoryWriter } from './writer.js';

export interface History extends HistoryReader, HistoryWriter {
  /** Fine if they are there; call at start. */
  createIndexes(): Promise<void>;
}

/** Versions and links over numbered snapshots (design §2), in any MongoDB-compatible store. */
export function createHistory(db: Db): History {
  const collections = collectionsOf(db);
  return {
    ...createHistoryReader(collections),
    ...createHistoryWriter(collections),
    createIndexes: () => createHistoryIndexes(collections),
  };
}
