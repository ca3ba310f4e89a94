import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { SimResponse } from '../../types.js';
import { Random } from '../population/random.js';
import type { JsonValue } from '../state/types.js';
import { malformed } from './errors.js';
import { canonicalPath } from './paths.js';
import type { Envelope } from './envelope.js';

/** Further members are passed over: Microsoft's Python client sends `depends_on`. They count as violations. */
const item = z.object({
  id: z.string().min(1),
  method: z.string().min(1),
  url: z.string().min(1),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  dependsOn: z.array(z.string()).optional(),
});
const payload = z.strictObject({ requests: z.array(item) });
type Item = z.infer<typeof item>;

const mostItems = 20;

/** Answers come back in another order than asked; the same order in every run. */
const shuffler = new Random(20);

/**
 * JSON batching (FACTS §12): at most 20, ids unique, urls relative and not nested, a failed dependency fails its followers
 * with 424, every item has its own status and headers.
 * @throws GraphError 400 for the whole batch
 */
export function runBatch(
  body: JsonValue,
  outer: Envelope,
  tenantId: string,
  run: (inner: Envelope) => SimResponse,
): JsonValue {
  const requests = checked(body);
  const statuses = new Map<string, number>();
  const responses: { id: string; status: number; headers: Record<string, string>; body?: unknown }[] = [];
  for (const request of requests) {
    const failed = (request.dependsOn ?? []).some((id) => (statuses.get(id.toLowerCase()) ?? 424) >= 400);
    const answer = failed ? failedDependency() : runItem(request, outer, tenantId, run);
    statuses.set(request.id.toLowerCase(), answer.status);
    responses.push({ id: request.id, ...answer });
  }
  return { responses: shuffled(responses) as unknown as JsonValue };
}

function checked(body: JsonValue): Item[] {
  const parsed = payload.safeParse(body);
  if (!parsed.success) throw malformed('Invalid batch payload format.');
  const { requests } = parsed.data;
  if (requests.length === 0) throw malformed('Invalid batch payload format.');
  if (requests.length > mostItems)
    throw malformed(`Number of batch request steps exceeds the maximum value of ${mostItems}.`);
  const ids = new Set<string>();
  for (const request of requests) {
    // "a" and "A" are one id (microsoft-graph-docs issue 4449, msgraph-sdk-javascript issue 433).
    if (ids.has(request.id.toLowerCase()))
      throw malformed(`Request Id ${request.id} has to be unique in a batch.`);
    for (const id of request.dependsOn ?? [])
      if (!ids.has(id.toLowerCase()))
        // How the sentence begins is on record (microsoftgraph/msgraph-sdk-dotnet-core issue 891).
        throw malformed(`Invalid dependency for request Id '${request.id}': '${id}' is not before it.`);
    ids.add(request.id.toLowerCase());
    if (
      /^https?:/i.test(request.url) ||
      /^\/?(v1\.0|beta)\//i.test(request.url) ||
      /^\/?\$batch/i.test(request.url)
    )
      throw malformed(
        `Invalid batch item url '${request.url}': relative to the version, and not a batch itself.`,
      );
  }
  return requests;
}

function runItem(request: Item, outer: Envelope, tenantId: string, run: (inner: Envelope) => SimResponse) {
  const [path = '', search = ''] = split(request.url);
  const version = outer.path.split('/')[1] ?? 'v1.0';
  const headers = Object.fromEntries(
    Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const requestId = randomUUID();
  const response = run({
    method: request.method.toUpperCase(),
    path: canonicalPath(`/${version}/${path.replace(/^\//, '')}`, tenantId),
    search: new URLSearchParams(search),
    headers: { ...inherited(outer.headers), ...headers },
    bytes: bytesOf(request, headers),
    ids: { requestId, clientRequestId: headers['client-request-id'] ?? outer.ids.clientRequestId },
    client: outer.client,
  });
  // A cut connection would take the whole batch along; inside one it shows as a gateway error.
  if (response.reset) return { status: 502, headers: {}, body: undefined };
  const body = response.body instanceof Buffer ? response.body.toString('base64') : response.body;
  const shown = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [titled(name), value]),
  );
  return { status: response.status, headers: shown, ...(body === undefined ? {} : { body }) };
}

/** Headers of the outer request that count for its items. */
function inherited(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept = ['user-agent', 'x-client-name', 'x-ms-throttle-priority'];
  return Object.fromEntries(
    kept.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
}

function bytesOf(request: Item, headers: Readonly<Record<string, string>>): Buffer {
  if (request.body === undefined) return Buffer.alloc(0);
  const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '');
  if (typeof request.body === 'string' && !isJson) return Buffer.from(request.body, 'base64');
  return Buffer.from(JSON.stringify(request.body));
}

function split(url: string): [string, string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

function titled(name: string): string {
  return name === 'content-type'
    ? 'Content-Type'
    : name === 'retry-after'
      ? 'Retry-After'
      : name === 'location'
        ? 'Location'
        : name;
}

function failedDependency() {
  return {
    status: 424,
    headers: { 'Content-Type': 'application/json' },
    body: { error: { code: 'FailedDependency', message: 'A request that this one depends on failed.' } },
  };
}

function shuffled<T>(items: readonly T[]): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i -= 1) {
    const j = shuffler.below(i + 1);
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}
