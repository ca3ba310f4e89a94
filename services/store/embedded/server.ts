import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { ADMIN } from './admin.js';
import type { Command, Room } from './command.js';
import { Cursors } from './cursors.js';
import { StoreError } from './errors.js';
import { READS } from './reads.js';
import { Storage } from './storage.js';
import type { Document } from './values.js';
import { formatReply, messagesOf, parseRequest, type Request } from './wire.js';
import { WRITES } from './writes.js';

const COMMANDS = new Map<string, Command>(Object.entries({ ...ADMIN, ...READS, ...WRITES }));

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
  /** Lets running commands end, then closes everything. */
  close(): Promise<void>;
}

/** Opens the data and serves it in this thread. The caller holds the folder's lock. */
export async function serveStore({ dataDir, socketPath, port }: ServerOptions): Promise<RunningServer> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const storage = new Storage(dataDir);
  const room: Room = { storage, cursors: new Cursors() };
  const work: Work = { room, running: new Set(), closing: false };
  const servers: Server[] = [];
  const clients = new Map<Socket, Promise<void>>();
  const listen = async (at: ListenOptions): Promise<void> => {
    const server = createServer((socket) => {
      clients.set(
        socket,
        converse(work, socket).finally(() => clients.delete(socket)),
      );
    });
    servers.push(server);
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(at, resolve));
  };
  const close = async (): Promise<void> => {
    work.closing = true;
    for (const server of servers) server.close();
    await Promise.all(work.running);
    for (const socket of clients.keys()) socket.destroySoon();
    await Promise.all(clients.values());
    await storage.close();
  };
  try {
    if (process.platform !== 'win32') {
      mkdirSync(dirname(socketPath), { recursive: true, mode: 0o700 });
      rmSync(socketPath, { force: true });
    }
    await listen({ path: socketPath });
    if (process.platform !== 'win32') chmodSync(socketPath, 0o600);
    if (port !== undefined) await listen({ host: '127.0.0.1', port });
  } catch (error) {
    await close();
    throw error;
  }
  const address = servers[1]?.address();
  return { port: typeof address === 'object' ? address?.port : undefined, close };
}

interface Work {
  readonly room: Room;
  /** Answers under way. */
  readonly running: Set<Promise<void>>;
  /** No request is begun any more. */
  closing: boolean;
}

/** One client. Its requests are answered in their order, one at a time; what it sends meanwhile waits in the socket. */
async function converse(work: Work, socket: Socket): Promise<void> {
  let replies = 0;
  const respond = async (request: Request): Promise<void> => {
    const reply = await answer(work.room, request);
    if (!request.silent && !socket.destroyed) socket.write(formatReply(request, reply, ++replies));
  };
  // A client that goes away is no event here; its statement ends as it would have.
  socket.on('error', () => socket.destroy());
  try {
    for await (const message of messagesOf(socket)) {
      if (work.closing) continue;
      const answering = respond(parseRequest(message));
      work.running.add(answering);
      await answering.finally(() => work.running.delete(answering));
    }
  } catch {
    // Gone, or not this protocol, or bytes that are no BSON: there is no request to answer.
  }
  socket.destroy();
}

async function answer(room: Room, request: Request): Promise<Document | Buffer> {
  const name = Object.keys(request.body)[0] ?? '';
  const command = COMMANDS.get(name);
  try {
    if (!command) throw new StoreError('CommandNotFound', `no such command: '${name}'`);
    return await command(room, request);
  } catch (error) {
    const { message, code, codeName, details } =
      error instanceof StoreError ? error : unexpected(name, error);
    return { ok: 0, errmsg: message, code, codeName, ...details };
  }
}

/** Never shows values of a document: the text goes to the client and its logs. */
function unexpected(name: string, error: unknown): StoreError {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
  return new StoreError('InternalError', `${name} failed: ${message}`);
}
