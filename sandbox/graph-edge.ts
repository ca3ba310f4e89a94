/** Between node's HTTP and the simulated tenant's plain requests and answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { jsonOf, sent } from './graph/query/written-page.js';
import { HttpError, readBody, sendJson } from './http.js';
import type { GraphTenant, SimRequest } from './types.js';

/** Photos may be 4 MB, and a $batch carries them in base64. */
const BODY_LIMIT = 16 * 1024 * 1024;

/** @param tenant  undefined while the world is being made: answered with 503 */
export function serveGraph(
  tenant: GraphTenant | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (tenant === undefined) {
    sendJson(response, 503, graphError('serviceNotAvailable', 'The sandbox is starting.'), {
      'retry-after': '1',
    });
    return;
  }
  answer(tenant, request, response).catch((cause: unknown) => {
    if (response.headersSent) return response.destroy();
    if (cause instanceof HttpError) {
      return sendJson(response, cause.status, graphError('BadRequest', cause.message));
    }
    // A failure of the simulation itself must be seen, never be taken for one of Graph's own.
    console.error('sandbox graph:', request.method, request.url, cause);
    sendJson(response, 500, graphError('SandboxFailure', String(cause)));
  });
}

async function answer(
  tenant: GraphTenant,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answered = await tenant.handle(await toSimRequest(request));
  if (answered.reset === true) {
    request.socket.destroy();
    return;
  }
  const { body } = answered;
  const bytes = body === undefined ? undefined : Buffer.isBuffer(body) ? body : jsonOf(body);
  const typed = Object.keys(answered.headers).some((name) => name.toLowerCase() === 'content-type');
  response.writeHead(answered.status, {
    ...answered.headers,
    ...(bytes === undefined || typed ? {} : { 'content-type': 'application/json' }),
    ...(bytes === undefined ? {} : { 'content-length': String(bytes.length) }),
  });
  response.once('close', () => sent(body));
  response.end(bytes);
}

async function toSimRequest(request: IncomingMessage): Promise<SimRequest> {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return {
    method: request.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers,
    body: await readBody(request, BODY_LIMIT),
  };
}

function graphError(code: string, message: string): Record<string, unknown> {
  return { error: { code, message } };
}
