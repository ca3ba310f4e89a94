import { MongoClient, type Db } from 'mongodb';
import { RewindError } from '../model/errors.js';
import { startEmbeddedStore } from './embedded/start.js';

/** An open database: the embedded store in `dataDir`, or the server of `mongoUri`. Nothing else differs. */
export interface Store {
  readonly db: Db;
  readonly client: MongoClient;
  readonly uri: string;
  readonly kind: 'embedded' | 'mongodb';
  /** @throws STORE_UNREACHABLE */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** How long an operation waits for a server that is away before it says so. */
const SELECT_WITHIN_IN_MS = 10_000;
const PING_WITHIN_IN_MS = 2_000;

/**
 * @param options.mongoUri empty or missing = the embedded store
 * @throws STORE_UNREACHABLE, CONFIG_INVALID (the folder is held by another service, or lies on a network file system)
 */
export async function openStore(options: {
  readonly mongoUri?: string;
  readonly dataDir: string;
  readonly dbName?: string;
}): Promise<Store> {
  const embedded = options.mongoUri ? null : await startEmbeddedStore({ dataDir: options.dataDir });
  const uri = embedded?.uri ?? options.mongoUri ?? '';
  // Majority with journal is said here: the server's default is not ours to rely on (ANCHORS A1, Jepsen on MongoDB).
  const client = new MongoClient(uri, {
    writeConcern: { w: 'majority', journal: true },
    readConcern: { level: 'majority' },
    retryReads: true,
    retryWrites: embedded === null,
    serverSelectionTimeoutMS: SELECT_WITHIN_IN_MS,
    ignoreUndefined: true,
  });
  try {
    await client.connect();
  } catch (cause) {
    await embedded?.close();
    throw new RewindError('STORE_UNREACHABLE', {}, { cause });
  }
  const db = client.db(options.dbName ?? 'rewind');
  return {
    db,
    client,
    uri,
    kind: embedded ? 'embedded' : 'mongodb',
    async ping() {
      await db.command({ ping: 1 }, { timeoutMS: PING_WITHIN_IN_MS }).catch((cause: unknown) => {
        throw new RewindError('STORE_UNREACHABLE', {}, { cause });
      });
    },
    async close() {
      await client.close();
      await embedded?.close();
    },
  };
}
