/**
 * The control server: plain HTTP on loopback, for the launcher, the tests, and anyone with curl.
 * POST /_sandbox/reset | advance | fault | damage | bot | certificate · GET /_sandbox/stats | clock | overview |
 * events; whatever else stands under /_sandbox/ belongs to the simulated Teams (say, click, transcript, …).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { HttpError, readBody, sendJson } from '../http.js';
import type { World } from '../world.js';
import { advance, advanceBody } from './advance.js';
import type { EventHub } from './events.js';

const BODY_LIMIT = 64 * 1024;

export interface ControlOptions {
  /** Undefined while a world is being made. */
  readonly world: () => World | undefined;
  /** Makes the world anew; resolves when it answers again. */
  readonly reset: () => Promise<void>;
  readonly setBotUrl: (url: string) => void;
  /** Lets an application sign in with a certificate too. */
  readonly addCertificate: (appId: string, pem: string) => void;
  readonly events: EventHub;
  /** The page of the simulated Teams; the one other origin that may call. */
  readonly teamsUrl: () => string;
}

type Verb = (world: World, body: unknown) => unknown;

const spec = z.record(z.string(), z.unknown());
const botBody = z.strictObject({ url: z.url({ protocol: /^https?$/ }) });
const certificateBody = z.strictObject({ appId: z.guid(), pem: z.string().includes('BEGIN CERTIFICATE') });

export function createControl(
  options: ControlOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const clockOf = (world: World): Record<string, unknown> => ({
    now: world.clock.now().toISOString(),
    offsetInMs: world.clock.offsetInMs(),
  });
  const reads: Record<string, (world: World) => unknown> = {
    stats: (world) => world.tenant.stats(),
    clock: clockOf,
    overview: (world) => world.tenant.overview(),
  };
  const writes: Record<string, Verb> = {
    advance: async (world, body) => {
      await advance(world.clock, advanceBody.parse(body));
      return clockOf(world);
    },
    fault: (world, body) => {
      const wanted = spec.parse(body);
      return world.authority.fault(wanted) ? { ok: true } : (world.tenant.fault(wanted) ?? { ok: true });
    },
    damage: async (world, body) => (await world.tenant.damage(spec.parse(body))) ?? { ok: true },
    bot: (_world, body) => {
      options.setBotUrl(botBody.parse(body).url);
      return { ok: true };
    },
    certificate: (_world, body) => {
      const { appId, pem } = certificateBody.parse(body);
      options.addCertificate(appId, pem);
      return { ok: true };
    },
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const name = /^\/_sandbox\/(\w+)$/.exec(pathname)?.[1] ?? '';
    const world = options.world();
    if (world === undefined) return sendJson(response, 503, { error: 'The sandbox is starting.' });
    if (name === 'events' && request.method === 'GET') return options.events.connect(response);
    if (name === 'reset' && request.method === 'POST') {
      await readBody(request, BODY_LIMIT);
      await options.reset();
      return sendJson(response, 200, clockOf(options.world() ?? world));
    }
    const read = Object.hasOwn(reads, name) ? reads[name] : undefined;
    const write = Object.hasOwn(writes, name) ? writes[name] : undefined;
    if (read !== undefined) {
      if (request.method !== 'GET') throw new HttpError(405, `GET /_sandbox/${name}`);
      return sendJson(response, 200, read(world));
    }
    if (write !== undefined) {
      if (request.method !== 'POST') throw new HttpError(405, `POST /_sandbox/${name}`);
      return sendJson(response, 200, await write(world, parseJson(await readBody(request, BODY_LIMIT))));
    }
    if (pathname.startsWith('/_sandbox/')) return world.teams.handle(request, response);
    sendJson(response, 404, { error: 'There is nothing here; the control paths begin with /_sandbox/.' });
  };

  return (request, response) => {
    const origin = request.headers.origin;
    const isTeams = origin !== undefined && sameOrigin(origin, options.teamsUrl());
    if (origin !== undefined && !isTeams && !isOwn(origin, request)) {
      return sendJson(response, 403, {
        error: 'Only the page of the simulated Teams may call from a browser.',
      });
    }
    if (isTeams) {
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('vary', 'origin');
    }
    if (request.method === 'OPTIONS') {
      response.writeHead(204, {
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'content-type',
      });
      response.end();
      return;
    }
    answer(request, response).catch((cause: unknown) => refuse(response, cause));
  };
}

function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    throw new HttpError(400, 'The body is not JSON.');
  }
}

/** Wrong input is told to whoever sent it: the sandbox has no secrets in its error texts. */
function refuse(response: ServerResponse, cause: unknown): void {
  if (response.headersSent) {
    response.destroy();
  } else if (cause instanceof z.ZodError) {
    sendJson(response, 400, { error: z.prettifyError(cause) });
  } else {
    const status = cause instanceof HttpError ? cause.status : 400;
    sendJson(response, status, { error: cause instanceof Error ? cause.message : String(cause) });
  }
}

function sameOrigin(origin: string, url: string): boolean {
  return URL.canParse(url) && URL.canParse(origin) && portOf(new URL(origin)) === portOf(new URL(url));
}

function isOwn(origin: string, request: IncomingMessage): boolean {
  return sameOrigin(origin, `http://${request.headers.host ?? 'localhost'}`);
}

/** Loopback has several names; scheme and port tell the servers apart. */
function portOf(url: URL): string {
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return `${url.protocol}${isLocal ? 'loopback' : url.hostname}:${url.port}`;
}
