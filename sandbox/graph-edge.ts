/** Between node's HTTP and the simulated tenant's plain requests and answers. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { findContractDir } from './contract/contract.js';
import { metadataXml } from './contract/csdl-xml.js';
import { errorBody, GraphError } from './graph/http/errors.js';
import { jsonOf, sent } from './graph/query/written-page.js';
import { HttpError, readBody, sendJson } from './http.js';
import type { GraphTenant, SimRequest } from './types.js';

/** Photos may be 4 MB, and a $batch carries them in base64. */
const BODY_LIMIT = 16 * 1024 * 1024;
const METADATA = /^\/(v1\.0|beta)\/\$metadata$/i;

/** @param tenant  undefined while the world is being made: answered with 503 */
export function serveGraph(
  tenant: GraphTenant | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (tenant === undefined) {
    const starting = new GraphError(503, 'serviceNotAvailable', 'The sandbox is starting.', {
      headers: { 'retry-after': '1' },
    });
    return refuse(request, response, starting);
  }
  if (request.method === 'GET' && METADATA.test(pathOf(request))) return describe(request, response);
  answer(tenant, request, response).catch((cause: unknown) => {
    if (response.headersSent) return response.destroy();
    if (cause instanceof HttpError) {
      return refuse(request, response, new GraphError(cause.status, 'BadRequest', cause.message));
    }
    // A failure of the simulation itself must be seen, never be taken for one of Graph's own.
    console.error('sandbox graph:', request.method, request.url, cause);
    refuse(request, response, new GraphError(500, 'SandboxFailure', String(cause)));
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

/** The model is for everybody: no token is asked for, and it costs nothing. Both versions are given that of v1.0. */
function describe(request: IncomingMessage, response: ServerResponse): void {
  described ??= { xml: metadataXml(findContractDir()) };
  const { xml } = described;
  if (xml === null)
    return refuse(request, response, new GraphError(404, 'ResourceNotFound', 'Resource not found.'));
  const bytes = Buffer.from(xml);
  const requestId = randomUUID();
  response.writeHead(200, {
    'content-type': 'application/xml',
    'content-length': String(bytes.length),
    'odata-version': '4.0',
    'request-id': requestId,
    'client-request-id': String(request.headers['client-request-id'] ?? requestId),
  });
  response.end(bytes);
}

/** Written at the first request, as most starts see none. */
let described: { readonly xml: string | null } | undefined;

const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?', 1)[0] ?? '/';

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

/** What never reaches the tenant is refused in Graph's form, too, with the ids that every answer has (FACTS §16.1). */
function refuse(request: IncomingMessage, response: ServerResponse, error: GraphError): void {
  const requestId = randomUUID();
  const asked = request.headers['client-request-id'];
  const clientRequestId = typeof asked === 'string' ? asked : requestId;
  sendJson(response, error.status, errorBody(error, { requestId, clientRequestId, now: Date.now() }), {
    'content-type': 'application/json',
    'request-id': requestId,
    'client-request-id': clientRequestId,
    ...error.more.headers,
  });
}
