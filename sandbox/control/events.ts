/** GET /_sandbox/events: server-sent events `clock` {offsetInMs, now} and `tenant` {}, until the client leaves. */
import type { ServerResponse } from 'node:http';
import type { World } from '../world.js';

/** Proxies and clients give up on a silent connection. */
const HEARTBEAT_IN_MS = 20_000;

export interface EventHub {
  connect(response: ServerResponse): void;
  /** Tells everybody of this world's clock from now on; called again after a reset. */
  follow(world: World): void;
  close(): void;
}

export function createEventHub(world: () => World | undefined): EventHub {
  const clients = new Set<ServerResponse>();
  let told: number | undefined;
  const clockOf = (one: World): unknown => ({
    offsetInMs: one.clock.offsetInMs(),
    now: one.clock.now().toISOString(),
  });
  const send = (client: ServerResponse, event: string, data: unknown): void => {
    client.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const broadcast = (event: string, data: unknown): void => {
    for (const client of clients) send(client, event, data);
  };
  const heartbeat = setInterval(() => {
    for (const client of clients) client.write(': still here\n\n');
  }, HEARTBEAT_IN_MS);
  heartbeat.unref();

  return {
    connect(response) {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        connection: 'keep-alive',
      });
      clients.add(response);
      response.on('close', () => clients.delete(response));
      const present = world();
      if (present !== undefined) send(response, 'clock', clockOf(present));
    },
    follow(present) {
      const tell = (): void => {
        // A tick runs the listeners too; only a move is news.
        if (told === present.clock.offsetInMs()) return;
        told = present.clock.offsetInMs();
        broadcast('clock', clockOf(present));
      };
      tell();
      present.clock.onMove(tell);
      present.tenant.onChange(() => broadcast('tenant', {}));
    },
    close() {
      clearInterval(heartbeat);
      for (const client of clients) client.end();
      clients.clear();
    },
  };
}
