import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { lockFolder, LockError } from './folder-lock.js';

export interface EmbeddedStoreOptions {
  /** A local folder; made (0700) if it is not there. */
  readonly dataDir: string;
  /** Default: `socketFor(dataDir)`. */
  readonly socketPath?: string;
  /** Also listen on 127.0.0.1 without a password; 0 = any free port. */
  readonly port?: number;
  /** Told of each worker thread that is started. */
  readonly onWorker?: (worker: Worker) => void;
  /** Told why, each time the worker ended unasked. */
  readonly onCrash?: (cause: unknown) => void;
}
export interface EmbeddedStore {
  /** For the official driver. */
  readonly uri: string;
  readonly socketPath: string;
  /** The loopback port, where one was asked for. */
  readonly port?: number;
  close(): Promise<void>;
}

/** sun_path holds 108 bytes on Linux and 104 on macOS, and a longer path is cut without a word. */
const MAX_SOCKET_PATH_BYTES = 103;
/** A worker that dies more often within a minute is given up. */
const MAX_RESTARTS_PER_MINUTE = 5;

/**
 * Starts the embedded store in a worker thread and takes the folder's lock. A worker that crashes is started again on the same
 * socket: what was acknowledged is on disk, and drivers reconnect by themselves.
 * @throws LockError if another process holds the folder, or it lies on a network file system
 */
export async function startEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const dataDir = realpathSync(options.dataDir);
  const socketPath = options.socketPath ?? socketFor(dataDir);
  assertUsable(socketPath);
  const lock = await lockFolder(dataDir, socketPath);
  const supervisor = new Supervisor({ dataDir, socketPath, port: options.port }, options);
  const close = async (): Promise<void> => {
    await supervisor.stop();
    if (process.platform !== 'win32') rmSync(socketPath, { force: true });
    lock.release();
  };
  try {
    const port = await supervisor.start();
    // Retries are the driver's for reads; writes are not retried by a stand-alone server's driver.
    return {
      uri: `mongodb://${encodeURIComponent(socketPath)}/?directConnection=true`,
      socketPath,
      port,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** In the data folder, or in a private folder for temporary files where that path would be too long; on Windows a named pipe. */
export function socketFor(dataDir: string, platform = process.platform): string {
  const id = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  if (platform === 'win32') return `\\\\.\\pipe\\entra-rewind-${id}.sock`;
  const inside = join(dataDir, 'store.sock');
  if (Buffer.byteLength(inside) <= MAX_SOCKET_PATH_BYTES) return inside;
  return join(tmpdir(), `embedded-store-${userInfo().uid}-${id}`, 'store.sock');
}

function assertUsable(path: string): void {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES && process.platform !== 'win32')
    throw new LockError(
      `The socket path ${path} is longer than ${MAX_SOCKET_PATH_BYTES} bytes; choose a shorter one.`,
    );
  if (!path.endsWith('.sock'))
    throw new LockError(`The socket path ${path} has to end in .sock, or drivers do not know it.`);
}

/** What the worker is told; it answers once, when it is ready. */
type WorkerOptions = Pick<EmbeddedStoreOptions, 'dataDir' | 'port'> & { readonly socketPath: string };
const ready = z.object({ port: z.number().optional() });

/** Keeps one worker running. */
class Supervisor {
  private worker: Worker | undefined;
  private stopping = false;
  private restarts: number[] = [];

  constructor(
    private readonly options: WorkerOptions,
    private readonly tell: Pick<EmbeddedStoreOptions, 'onWorker' | 'onCrash'>,
  ) {}

  /** @returns the loopback port */
  async start(): Promise<number | undefined> {
    const worker = spawnWorker(this.options);
    this.worker = worker;
    this.tell.onWorker?.(worker);
    return new Promise((resolve, reject) => {
      let failure: unknown = new Error('the embedded store ended');
      let started = false;
      worker.once('message', (message) => {
        started = true;
        resolve(ready.parse(message).port);
      });
      worker.on('error', (error) => (failure = error));
      worker.once('exit', () => {
        this.worker = undefined;
        if (!this.stopping) this.tell.onCrash?.(failure);
        this.restart(started);
        reject(failure);
      });
    });
  }

  /** One that never got ready would not the next time either, unless it is a restart that met the old one's remains. */
  private restart(wasStarted: boolean): void {
    if (this.stopping || (!wasStarted && this.restarts.length === 0)) return;
    const now = performance.now();
    this.restarts = [...this.restarts.filter((at) => now - at < 60_000), now];
    // Why a start fails is told by onCrash, as of any other end.
    if (this.restarts.length <= MAX_RESTARTS_PER_MINUTE) this.start().catch(() => undefined);
  }

  async stop(): Promise<void> {
    const { worker } = this;
    if (this.stopping || !worker) return;
    this.stopping = true;
    worker.postMessage('close');
    await once(worker, 'exit');
  }
}

/** Compiled, the worker is a .js; from source (tests, tsx) it is a .ts, and tsx is registered in its thread first. */
function spawnWorker(workerData: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./embedded/worker.js', import.meta.url), { workerData });
  // require.resolve names the CommonJS build, whose register() looks for its loader in the wrong place.
  const resolved = createRequire(import.meta.url).resolve('tsx/esm/api');
  const tsx = pathToFileURL(resolved.replace(/cjs$/, 'mjs')).href;
  const file = new URL('./embedded/worker.ts', import.meta.url).href;
  const load = `import(${JSON.stringify(tsx)}).then(({ register }) => (register(), import(${JSON.stringify(file)})))`;
  return new Worker(load, { workerData, eval: true, execArgv: [] });
}
