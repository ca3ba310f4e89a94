import restify from 'restify';
import type { Server } from 'restify';
import { RewindError } from '../../services/model/errors.js';
import type { Log } from '../../services/model/log.js';

/** Bigger bodies are answered 413 unread; a Teams activity is far smaller. */
const MAX_BODY_IN_BYTES = 262_144;

/** Longer than the front ends before a bot (Azure's: four minutes) keep theirs, so that no turn meets a connection that is being closed. */
const KEEP_ALIVE_IN_MS = 245_000;

/** Answers an activity: HTTP status and, for an invoke, the body. */
export type ActivityEndpoint = (
  authorization: string,
  body: unknown,
) => Promise<{ readonly status: number; readonly body?: unknown }>;

/** `ok` false makes the probe answer 503; `details` say why, without names or secrets. */
export type Probe = () => Promise<{
  readonly ok: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}>;

/**
 * The HTTP side: /api/messages for Teams, /healthz (the process lives) and /readyz (it can work) for the platform.
 * @returns the port that is listened on (a busy port is the caller's matter: EADDRINUSE rejects)
 */
export async function startHttp(options: {
  readonly host: string;
  readonly port: number;
  readonly onActivity: ActivityEndpoint;
  readonly ready: Probe;
  readonly log: Log;
}): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = restify.createServer({ name: 'entra-rewind', handleUncaughtExceptions: false });
  server.server.keepAliveTimeout = KEEP_ALIVE_IN_MS;
  server.pre((_request, response, next) => {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cache-Control', 'no-store');
    return next();
  });
  server.get('/healthz', async (_request, response) => {
    response.send(200, { ok: true });
  });
  server.get('/readyz', async (_request, response) => {
    const probe = await options.ready().catch((error: unknown) => ({
      ok: false,
      details: { reason: error instanceof Error ? error.name : 'error' },
    }));
    response.send(probe.ok ? 200 : 503, { ok: probe.ok, ...probe.details });
  });
  const bodyParser = restify.plugins.bodyParser({ maxBodySize: MAX_BODY_IN_BYTES, mapParams: false });
  server.post('/api/messages', bodyParser, async (request: restify.Request, response: restify.Response) => {
    const answer = await options.onActivity(String(request.headers.authorization ?? ''), request.body);
    if (answer.body === undefined) response.send(answer.status);
    else response.send(answer.status, answer.body);
  });
  // Malformed JSON, a body too large, an unknown path: restify's own texts name internals, so the status alone goes out.
  server.on(
    'restifyError',
    (
      _request: unknown,
      response: restify.Response,
      error: { statusCode?: number; message?: string },
      done: () => void,
    ) => {
      const status = error.statusCode ?? 500;
      if (status >= 500) options.log.error({ error: error.message }, 'request failed');
      if (!response.headersSent) response.send(status, { code: status >= 500 ? 'INTERNAL' : 'REFUSED' });
      done();
    },
  );
  await listen(server, options.host, options.port);
  return {
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE'
          ? cause
          : new RewindError('CONFIG_INVALID', { reason: `cannot listen on ${host}:${port}` }, { cause }),
      );
    // restify hands on what its own server emits; unheard there, it would end the process.
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve();
    });
  });
}
