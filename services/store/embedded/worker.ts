import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { ADMIN } from './admin.js';
import type { Command, Room } from './command.js';
import { Cursors } from './cursors.js';
import { StoreError } from './errors.js';
import { READS } from './reads.js';
import { Storage } from './storage.js';
import type { Document } from './values.js';
import { formatReply, messagesOf, parseRequest, type Request } from './wire.js';
import { WRITES } from './writes.js';

/**
 * The thread in which the store lives, so that a long query never delays a chat answer. It opens the data in `dataDir`, whose lock
 * its starter holds, and serves it on a unix socket (or named pipe), and on a port of 127.0.0.1 if there is one (0 = any free).
 */
const options = z.object({ dataDir: z.string(), socketPath: z.string(), port: z.number().optional() });
const { dataDir, socketPath, port } = options.parse(workerData);
const COMMANDS = new Map<string, Command>(Object.entries({ ...ADMIN, ...READS, ...WRITES }));
const servers: Server[] = [];
const clients = new Map<Socket, Promise<void>>();
/** Answers under way. */
const running = new Set<Promise<void>>();
/** No request is begun any more. */
let closing = false;

mkdirSync(dataDir, { recursive: true, mode: 0o700 });
const room: Room = { storage: new Storage(dataDir), cursors: new Cursors() };
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
// Any message means: end.
parentPort!.once('message', () => void close().then(() => process.exit(0)));
parentPort!.postMessage({ port: typeof address === 'object' ? address?.port : undefined });

async function listen(at: ListenOptions): Promise<void> {
  const server = createServer((socket) => {
    const conversation = converse(socket).finally(() => clients.delete(socket));
    clients.set(socket, conversation);
  });
  servers.push(server);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(at, resolve));
}

/** Lets running commands end, then closes everything. */
async function close(): Promise<void> {
  closing = true;
  for (const server of servers) server.close();
  await Promise.all(running);
  for (const socket of clients.keys()) socket.destroySoon();
  await Promise.all(clients.values());
  await room.storage.close();
}

/** One client. Its requests are answered in their order, one at a time; what it sends meanwhile waits in the socket. */
async function converse(socket: Socket): Promise<void> {
  let replies = 0;
  const respond = async (request: Request): Promise<void> => {
    const reply = await answer(request);
    if (!request.silent && !socket.destroyed) socket.write(formatReply(request, reply, ++replies));
  };
  // A client that goes away is no event here; its statement ends as it would have.
  socket.on('error', () => socket.destroy());
  try {
    for await (const message of messagesOf(socket)) {
      if (closing) continue;
      const answering = respond(parseRequest(message));
      running.add(answering);
      await answering.finally(() => running.delete(answering));
    }
  } catch {
    // Gone, or not this protocol, or bytes that are no BSON: there is no request to answer.
  }
  socket.destroy();
}

async function answer(request: Request): Promise<Document | Buffer> {
  const name = Object.keys(request.body)[0] ?? '';
  try {
    const command = COMMANDS.get(name);
    if (!command) throw new StoreError('CommandNotFound', `no such command: '${name}'`);
    return await command(room, request);
  } catch (error) {
    // Never shows values of a document: the text goes to the client and its logs.
    const words = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
    const known =
      error instanceof StoreError ? error : new StoreError('InternalError', `${name} failed: ${words}`);
    return { ok: 0, errmsg: known.message, code: known.code, codeName: known.codeName, ...known.details };
  }
}
