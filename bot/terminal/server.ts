import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { dirname, join, resolve } from 'node:path';
import { RewindError } from '../../services/model/errors.js';
import type { Log } from '../../services/model/log.js';
import { errorFields } from '../log.js';
import { fromClient, type FromServer } from './protocol.js';
import type { Session } from './session.js';

/** A unix-socket path over about 107 bytes is cut silently by the system (DESIGN §1). */
const MAX_SOCKET_PATH_IN_BYTES = 100;

/** Where the command line finds the service: a private socket in DATA_DIR, a named pipe on Windows. */
export function socketPathIn(dataDir: string): string {
  const folder = resolve(dataDir);
  if (process.platform === 'win32')
    return `\\\\.\\pipe\\entra-rewind-${folder.replace(/[^A-Za-z0-9]/g, '-')}`;
  return join(folder, 'rewind.sock');
}

/**
 * Serves the command line. Only the operating-system account that runs the service can reach the socket (folder 0700),
 * so who is at the other end is that account.
 */
export async function startTerminalServer(
  dataDir: string,
  session: Session,
  log: Log,
): Promise<{ readonly path: string; close(): Promise<void> }> {
  const path = socketPathIn(dataDir);
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_IN_BYTES)
    throw new RewindError('CONFIG_INVALID', { reason: `DATA_DIR is too long for a socket path (${path})` });
  if (process.platform !== 'win32') {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    chmodSync(dirname(path), 0o700);
    if (existsSync(path)) rmSync(path);
  }
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', (error) => log.debug({ error: error.message }, 'command line went away'));
    void serve(socket, session).catch((error: unknown) => {
      log.error(errorFields(error), 'command line session failed');
      socket.destroy();
    });
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(path, done);
  });
  return {
    path,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function serve(socket: Socket, session: Session): Promise<void> {
  const send = (message: FromServer) =>
    void (socket.writable && socket.write(`${JSON.stringify(message)}\n`));
  const left = new AbortController();
  socket.once('close', () => left.abort());
  const asked: { answer?: (value: string | null) => void } = {};
  for await (const line of createInterface({ input: socket })) {
    const parsed = fromClient.safeParse(parseJson(line));
    if (!parsed.success) {
      send({
        type: 'error',
        text: 'This command line speaks another version; start it from the same installation.',
      });
      return void socket.end();
    }
    const message = parsed.data;
    if (message.type === 'leave') left.abort();
    if (message.type === 'leave' || message.type === 'answer') {
      asked.answer?.(message.type === 'answer' ? message.value : null);
      delete asked.answer;
      continue;
    }
    void session
      .run(message, {
        print: (text) => send({ type: 'print', text }),
        error: (text) => send({ type: 'error', text }),
        json: (value) => send({ type: 'json', value }),
        ask: (prompt, secret) =>
          new Promise((answered) => {
            if (left.signal.aborted) return answered(null);
            asked.answer = answered;
            left.signal.addEventListener('abort', () => answered(null), { once: true });
            send({ type: 'ask', prompt, secret });
          }),
        left: left.signal,
      })
      .then((exitCode) => send({ type: 'done', exitCode }));
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
