import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { lockFolder, LockError } from './lock.js';

export interface EmbeddedStoreOptions {
  /** A local folder; made (0700) if it is not there. */
  readonly dataDir: string;
  /** Default: in the data folder, or in a private folder for temporary files where that path would be too long. */
  readonly socketPath?: string;
  /** Also listen on 127.0.0.1 without a password; 0 = any free port. */
  readonly port?: number;
  /** Told of each worker thread that is started. */
  readonly onWorker?: (worker: Worker) => void;
}
export interface EmbeddedStore {
  /** For the official driver. */
  readonly uri: string;
  readonly socketPath: string;
  /** The loopback port, where one was asked for. */
  readonly port?: number;
  /** Writes a consistent, compacted copy of all committed data into a folder, while the store goes on. */
  copyTo(path: string): Promise<void>;
  close(): Promise<void>;
}

/** sun_path holds 108 bytes on Linux and 104 on macOS, and a longer path is cut without a word. */
const MAX_SOCKET_PATH_BYTES = 103;
/** A worker that dies this often within a minute is given up. */
const MAX_RESTARTS_PER_MINUTE = 5;

const message = z.union([
  z.object({ ready: z.literal(true), port: z.number().optional() }),
  z.object({ done: z.number(), error: z.string().optional() }),
]);

/**
 * Starts the store in a worker thread and takes the folder's lock. A worker that crashes is started again on the same
 * socket: what was acknowledged is on disk, and drivers reconnect by themselves.
 * @throws LockError if another process holds the folder, or it lies on a network file system
 */
export async function startEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const dataDir = realpathSync(options.dataDir);
  const socketPath = checkedSocket(options.socketPath ?? defaultSocket(dataDir));
  const lock = await lockFolder(dataDir, socketPath);
  const supervisor = new Supervisor({ dataDir, socketPath, port: options.port }, options.onWorker);
  const close = async (): Promise<void> => {
    await supervisor.stop();
    if (process.platform !== 'win32') rmSync(socketPath, { force: true });
    lock.release();
  };
  try {
    const port = await supervisor.start();
    const copyTo = (path: string): Promise<void> => supervisor.order({ do: 'copy', path });
    return { uri: uriOf(socketPath), socketPath, ...(port === undefined ? {} : { port }), copyTo, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Retries are the driver's for reads; writes are not retried by a stand-alone server's driver. */
export const uriOf = (socketPath: string): string =>
  `mongodb://${encodeURIComponent(socketPath)}/?directConnection=true`;

function defaultSocket(dataDir: string): string {
  const id = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\entra-rewind-${id}.sock`;
  const inside = join(dataDir, 'store.sock');
  if (Buffer.byteLength(inside) <= MAX_SOCKET_PATH_BYTES) return inside;
  return join(tmpdir(), `embedded-store-${userInfo().uid}-${id}`, 'store.sock');
}

function checkedSocket(path: string): string {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES && process.platform !== 'win32')
    throw new LockError(
      `The socket path ${path} is longer than ${MAX_SOCKET_PATH_BYTES} bytes; choose a shorter one.`,
    );
  if (!path.endsWith('.sock'))
    throw new LockError(`The socket path ${path} has to end in .sock, or drivers do not know it.`);
  return path;
}

type Order = { readonly do: 'close' } | { readonly do: 'copy'; readonly path: string };

/** Keeps one worker running. */
class Supervisor {
  private worker: Worker | undefined;
  private stopping = false;
  private nextOrder = 1;
  private readonly waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  private restarts: number[] = [];

  constructor(
    private readonly options: { dataDir: string; socketPath: string; port?: number },
    private readonly onWorker: (worker: Worker) => void = () => undefined,
  ) {}

  /** @returns the loopback port */
  start(): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const worker = spawnWorker(this.options);
      this.worker = worker;
      this.onWorker(worker);
      let failure: Error = new Error('the embedded store ended');
      let started = false;
      worker.on('message', (raw: unknown) => {
        const parsed = message.parse(raw);
        if ('ready' in parsed) {
          started = true;
          return resolve(parsed.port);
        }
        const order = this.waiting.get(parsed.done);
        this.waiting.delete(parsed.done);
        if (parsed.error === undefined) order?.resolve();
        else order?.reject(new Error(parsed.error));
      });
      worker.on('error', (error) => (failure = error as Error));
      worker.once('exit', () => {
        this.ended(failure, started);
        reject(failure);
      });
    });
  }

  private ended(failure: Error, started: boolean): void {
    this.worker = undefined;
    for (const { reject } of this.waiting.values()) reject(failure);
    this.waiting.clear();
    // One that never got ready would not the next time either, unless it is a restart that met the old one's remains.
    if (this.stopping || (!started && this.restarts.length === 0)) return;
    const now = performance.now();
    this.restarts = [...this.restarts.filter((at) => now - at < 60_000), now];
    if (this.restarts.length > MAX_RESTARTS_PER_MINUTE) return;
    this.start().catch(() => undefined);
  }

  order(order: Order): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.worker) return reject(new Error('the embedded store is not running'));
      const id = this.nextOrder++;
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ ...order, id });
    });
  }

  async stop(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    const { worker } = this;
    if (!worker) return;
    await this.order({ do: 'close' }).catch(() => undefined);
    await worker.terminate();
  }
}

/** Compiled, the worker is a .js beside this file; from source (tests, tsx) it is a .ts, and tsx is registered in its thread first. */
function spawnWorker(workerData: { dataDir: string; socketPath: string; port?: number }): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./worker.js', import.meta.url), { workerData });
  // require.resolve names the CommonJS build, whose register() looks for its loader in the wrong place.
  const resolved = createRequire(import.meta.url).resolve('tsx/esm/api');
  const tsx = pathToFileURL(resolved.replace(/cjs$/, 'mjs')).href;
  const file = new URL('./worker.ts', import.meta.url).href;
  const load = `import(${JSON.stringify(tsx)}).then(({ register }) => (register(), import(${JSON.stringify(file)})))`;
  return new Worker(load, { workerData, eval: true, execArgv: [] });
}
