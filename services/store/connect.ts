import {
  MongoBulkWriteError,
  MongoClient,
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  type Db,
  type MongoClientOptions,
} from 'mongodb';
import { RewindError } from '../model/errors.js';
import { startEmbeddedStore, type EmbeddedStore } from './embedded-process.js';
import { wakeWhoWaitsForEndedConnections } from './ended-connections.js';

/** An open database: the embedded store in `dataDir`, or the server of `mongoUri`. Nothing else differs. */
export interface Store {
  readonly db: Db;
  readonly client: MongoClient;
  /** Never logged: the one from the settings may hold a password. */
  readonly uri: string;
  readonly kind: 'embedded' | 'mongodb';
  /** @throws STORE_UNREACHABLE, after two seconds at the latest */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const DEFAULT_DB = 'rewind';
const PING_WITHIN_IN_MS = 2_000;

/**
 * Durability is said here and not left to the server's default (ANCHORS A1, Jepsen on MongoDB): every write is acknowledged by
 * a majority with journal, every read sees what a majority holds. The driver retries reads everywhere, and writes where the
 * server can tell a repeat from a new one (replica sets and clusters; it leaves them alone on the embedded store).
 */
const OPTIONS: MongoClientOptions = {
  appName: 'entra-rewind',
  writeConcern: { w: 'majority', journal: true },
  readConcern: { level: 'majority' },
  readPreference: 'primary',
  retryReads: true,
  retryWrites: true,
  ignoreUndefined: true,
  maxPoolSize: 20,
  serverSelectionTimeoutMS: 10_000,
};

/**
 * @param options.mongoUri  empty or missing = the embedded store
 * @param options.dbName    default: the one the URI names, else `rewind`
 * @throws STORE_UNREACHABLE; CONFIG_INVALID (the folder is in use or on a network file system, or the URI is none)
 */
export async function openStore(options: {
  readonly mongoUri?: string;
  readonly dataDir: string;
  readonly dbName?: string;
  /** Told why, each time the embedded store's thread ended unasked; it is started again by itself. */
  readonly onCrash?: (cause: unknown) => void;
}): Promise<Store> {
  const embedded = options.mongoUri ? undefined : await openEmbedded(options.dataDir, options.onCrash);
  const uri = embedded?.uri ?? options.mongoUri ?? '';
  let client: MongoClient | undefined;
  try {
    client = createClient(uri);
    await client.connect();
    const db = client.db(options.dbName ?? databaseIn(uri));
    return toStore(client, db, uri, embedded);
  } catch (cause) {
    await client?.close().catch(() => undefined);
    await embedded?.close();
    throw mapStoreError(cause);
  }
}

async function openEmbedded(dataDir: string, onCrash?: (cause: unknown) => void): Promise<EmbeddedStore> {
  try {
    return await startEmbeddedStore({ dataDir, onCrash });
  } catch (cause) {
    throw new RewindError('CONFIG_INVALID', { reason: (cause as Error).message }, { cause });
  }
}

function createClient(uri: string): MongoClient {
  wakeWhoWaitsForEndedConnections();
  try {
    return new MongoClient(uri, OPTIONS);
  } catch {
    // No cause: the driver's text may quote the URI, and with it a password.
    throw new RewindError('CONFIG_INVALID', { reason: 'MONGODB_URI is no MongoDB connection string' });
  }
}

function databaseIn(uri: string): string {
  const path = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]+)/.exec(uri)?.[1];
  return path === undefined ? DEFAULT_DB : decodeURIComponent(path);
}

function toStore(client: MongoClient, db: Db, uri: string, embedded: EmbeddedStore | undefined): Store {
  let closing: Promise<void> | undefined;
  return {
    db,
    client,
    uri,
    kind: embedded ? 'embedded' : 'mongodb',
    async ping() {
      const signal = AbortSignal.timeout(PING_WITHIN_IN_MS);
      try {
        await db.command({ ping: 1 }, { signal });
      } catch (cause) {
        throw signal.aborted ? new RewindError('STORE_UNREACHABLE', {}, { cause }) : mapStoreError(cause);
      }
    },
    close() {
      closing ??= client.close().then(() => embedded?.close());
      return closing;
    },
  };
}

/**
 * Runs a database call at the edge of a port: a server that cannot be reached, or does not answer in time, becomes
 * STORE_UNREACHABLE; what a server that was reached refuses passes through.
 */
export async function crossing<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (cause) {
    throw mapStoreError(cause);
  }
}

/** Server answers that mean "not now": time-outs, a step-down, a shut-down, a lost majority. */
const TRANSIENT_CODES = new Set([6, 7, 50, 64, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

export function mapStoreError(cause: unknown): unknown {
  if (!(cause instanceof MongoError)) return cause;
  const away = isAway(cause) || (cause instanceof MongoBulkWriteError && endedByTheLine(cause));
  return away ? new RewindError('STORE_UNREACHABLE', {}, { cause }) : cause;
}

/** A bulk that the line cut short: the driver wraps the line's error into one of its own, as if it were the server's answer. */
function endedByTheLine({ errorResponse }: MongoBulkWriteError): boolean {
  const wrapped: unknown = errorResponse;
  return wrapped instanceof MongoError && isAway(wrapped);
}

function isAway(cause: MongoError): boolean {
  return (
    cause instanceof MongoNetworkError ||
    cause instanceof MongoServerSelectionError ||
    cause instanceof MongoNotConnectedError ||
    cause instanceof MongoOperationTimeoutError ||
    cause instanceof MongoTopologyClosedError ||
    cause.hasErrorLabel('RetryableWriteError') ||
    (cause instanceof MongoServerError && TRANSIENT_CODES.has(Number(cause.code)))
  );
}
