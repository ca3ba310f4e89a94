import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { ADMIN } from './admin.js';
import type { Command, Room } from './command.js';
import { Cursors } from './cursors.js';
import { StoreError } from './errors.js';
import { READS } from './reads.js';
import { Storage } from './storage.js';
import type { Document } from './values.js';
import { formatReply, FrameReader, parseRequest, type Request } from './wire.js';
import { WRITES } from './writes.js';

const COMMANDS = new Map<string, Command>(Object.entries({ ...ADMIN, ...READS, ...WRITES }));

/** Stop reading from a client that has this many requests waiting. */
const MAX_WAITING = 32;

export interface ServerOptions {
  /** Holds the data file; made if it is not there. */
  readonly dataDir: string;
  /** Unix socket (or named pipe) to listen on. */
  readonly socketPath: string;
  /** Also listen on 127.0.0.1, without a password; 0 = any free port. */
  readonly port?: number;
}
export interface RunningServer {
  readonly port?: number;
  /** A consistent, compacted copy of all committed data. */
  copyTo(path: string): Promise<void>;
  /** Lets running commands end, then closes everything. */
  close(): Promise<void>;
}

/** Opens the data and serves it in this thread. The caller holds the folder's lock. */
export async function serveStore(options: ServerOptions): Promise<RunningServer> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const storage = new Storage(join(options.dataDir, 'store'));
  const room: Room = { storage, cursors: new Cursors() };
  const connections = new Set<Connection>();
  const accept = (socket: Socket): void => {
    const connection = new Connection(room, socket);
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  };
  const servers: Server[] = [];
  try {
    if (process.platform !== 'win32') {
      mkdirSync(dirname(options.socketPath), { recursive: true, mode: 0o700 });
      rmSync(options.socketPath, { force: true });
    }
    servers.push(await listening(createServer(accept), { path: options.socketPath }));
    if (process.platform !== 'win32') chmodSync(options.socketPath, 0o600);
    if (options.port !== undefined)
      servers.push(await listening(createServer(accept), { host: '127.0.0.1', port: options.port }));
  } catch (error) {
    for (const server of servers) server.close();
    await storage.close();
    throw error;
  }
  const address = servers[1]?.address();
  return {
    ...(typeof address === 'object' && address ? { port: address.port } : {}),
    copyTo: (path) => storage.copyTo(path),
    async close() {
      for (const server of servers) server.close();
      await Promise.all([...connections].map((connection) => connection.end()));
      await storage.close();
    },
  };
}

const listening = (server: Server, at: { path: string } | { host: string; port: number }): Promise<Server> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => {
      server.off('error', reject);
      resolve(server);
    });
  });

/** One client. Its requests are answered in their order, one at a time. */
class Connection {
  private readonly frames = new FrameReader();
  private readonly waiting: Request[] = [];
  private running: Promise<void> | undefined;
  private closing = false;
  private replies = 0;

  constructor(
    private readonly room: Room,
    private readonly socket: Socket,
  ) {
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    // A client that goes away is no event here; its statement ends as it would have.
    socket.on('error', () => socket.destroy());
  }

  private receive(chunk: Buffer): void {
    try {
      for (const frame of this.frames.push(chunk)) this.waiting.push(parseRequest(frame));
    } catch {
      // Not this protocol, or bytes that are no BSON: there is no request to answer.
      this.socket.destroy();
      return;
    }
    if (this.waiting.length > MAX_WAITING) this.socket.pause();
    if (!this.running && this.waiting.length > 0)
      this.running = this.work().finally(() => (this.running = undefined));
  }

  private async work(): Promise<void> {
    for (let next = this.waiting.shift(); next && !this.closing; next = this.waiting.shift()) {
      const reply = await answer(this.room, next);
      if (!next.silent && !this.socket.destroyed) this.socket.write(formatReply(next, reply, ++this.replies));
      if (this.waiting.length <= MAX_WAITING) this.socket.resume();
    }
  }

  async end(): Promise<void> {
    this.closing = true;
    await this.running;
    await new Promise<void>((resolve) => {
      if (this.socket.destroyed) return resolve();
      this.socket.once('close', () => resolve());
      this.socket.end(() => this.socket.destroy());
    });
  }
}

async function answer(room: Room, request: Request): Promise<Document | Buffer> {
  const name = Object.keys(request.body)[0] ?? '';
  const command = COMMANDS.get(name);
  try {
    if (!command) throw new StoreError('CommandNotFound', `no such command: '${name}'`);
    return await command(room, request);
  } catch (error) {
    const known = error instanceof StoreError ? error : unexpected(name, error);
    return { ok: 0, errmsg: known.message, code: known.code, codeName: known.codeName, ...known.details };
  }
}

/** Never shows values of a document: the text goes to the client and its logs. */
function unexpected(name: string, error: unknown): StoreError {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
  return new StoreError('InternalError', `${name} failed: ${message}`);
}
