/** One HTTP(S) port on loopback, on IPv4 and, where the machine has it, IPv6. */
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { isLoopback, sendJson } from './http.js';
import type { ServerTls } from './tls.js';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Longer than any client keeps an idle connection, so that no request meets a closing one. */
const KEEP_ALIVE_IN_MS = 65_000;
const TRIES = 200;

export interface Listener {
  readonly port: number;
  /** 'https://localhost:4101' */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Listens on `wanted`, or on the next free port after it; 0 lets the system choose.
 * @param tls  makes it https
 */
export async function listen(wanted: number, handler: Handler, tls?: ServerTls): Promise<Listener> {
  for (let port = wanted, tries = 0; ; port += wanted === 0 ? 0 : 1, tries += 1) {
    try {
      return await listenOn(port, handler, tls);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      if (tries >= TRIES || (code !== 'EADDRINUSE' && code !== 'EACCES')) throw cause;
    }
  }
}

async function listenOn(wanted: number, handler: Handler, tls: ServerTls | undefined): Promise<Listener> {
  const guarded: Handler = (request, response) => {
    if (isLoopback(request)) handler(request, response);
    else sendJson(response, 403, { error: 'The sandbox answers on loopback only.' });
  };
  const first = makeServer(guarded, tls);
  const port = await bind(first, wanted, '127.0.0.1');
  const servers = [first];
  const second = makeServer(guarded, tls);
  try {
    await bind(second, port, '::1');
    servers.push(second);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') {
      await closeServer(first);
      throw cause;
    }
  }
  return {
    port,
    url: `${tls === undefined ? 'http' : 'https'}://localhost:${port}`,
    close: async () => {
      await Promise.all(servers.map(closeServer));
    },
  };
}

function makeServer(handler: Handler, tls: ServerTls | undefined): Server {
  const server =
    tls === undefined
      ? createHttpServer(handler)
      : createHttpsServer({ key: tls.key, cert: tls.cert, minVersion: 'TLSv1.2' }, handler);
  server.keepAliveTimeout = KEEP_ALIVE_IN_MS;
  return server;
}

function bind(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
