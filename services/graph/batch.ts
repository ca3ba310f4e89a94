import { z } from 'zod';
import { RewindError } from '../model/errors.js';
import { mustBeOk, parsed, type GraphAnswer, type Purpose } from './answer.js';
import type { GraphClient, Method } from './client.js';
import { costOf, type RequestCost } from './governor.js';
import { retryAfterOf } from './pipeline.js';
import { LIMITS } from './settings.js';

/** Graph's bound on requests in one $batch. */
export const BATCH_SIZE = 20;

export interface BatchCall {
  readonly method: Method;
  /** Below the version: '/users/…'. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface BatchOptions {
  /** 'read': nothing in it changes anything, so parts may be repeated. */
  readonly kind: 'read' | 'write';
  readonly purpose: Purpose;
  readonly priority?: 'low' | 'normal' | 'high';
  readonly clientRequestId?: string;
}

const shape = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.number().int(),
      headers: z.record(z.string(), z.unknown()).optional(),
      body: z.unknown().optional(),
    }),
  ),
});

/**
 * Up to 20 requests in one HTTP exchange. Each is throttled on its own: those with 429 go again after the longest Retry-After, and
 * those of a 'read' also after 5xx. Answers come in the order of `calls`, whatever order Graph answers in.
 * @throws GRAPH_UNREACHABLE, GRAPH_AUTH, GRAPH_ANSWER_INVALID (an answer is missing or there twice)
 */
export async function sendBatch(
  client: GraphClient,
  calls: readonly BatchCall[],
  options: BatchOptions,
): Promise<readonly GraphAnswer[]> {
  const answers = new Map<number, GraphAnswer>();
  let open = calls.map((_, index) => index);
  let waitedInMs = 0;
  for (let attempt = 1; open.length > 0; attempt += 1) {
    for (const [index, answer] of await sendOnce(client, calls, open, options)) answers.set(index, answer);
    const again = open.filter((index) => goesAgain(options.kind, answers.get(index)?.status ?? 0));
    if (again.length === 0) break;
    const throttled = again.filter((index) => answers.get(index)?.status === 429);
    client.meter.throttled += throttled.length;
    const told = Math.max(0, ...again.map((index) => answers.get(index)?.retryAfterInMs ?? 0));
    const waitInMs = told || Math.min(LIMITS.longestBackoffInMs, LIMITS.firstBackoffInMs * 2 ** attempt);
    waitedInMs += waitInMs;
    const exhausted =
      waitedInMs > LIMITS.throttleWaitInMs || (throttled.length === 0 && attempt >= LIMITS.attempts);
    if (exhausted) break;
    if (throttled.length > 0) client.governor.pause(waitInMs);
    else await client.time.sleep(waitInMs);
    open = again;
  }
  return calls.map((_, index) => answers.get(index) as GraphAnswer);
}

const goesAgain = (kind: BatchOptions['kind'], status: number): boolean =>
  status === 429 || (kind === 'read' && (status === 424 || (status >= 500 && status !== 501)));

async function sendOnce(
  client: GraphClient,
  calls: readonly BatchCall[],
  open: readonly number[],
  { kind, purpose, priority, clientRequestId }: BatchOptions,
): Promise<ReadonlyMap<number, GraphAnswer>> {
  const requests = open.map((index) => inner(calls[index] as BatchCall, index));
  const answer = mustBeOk(
    await client.send({
      method: 'POST',
      path: '/$batch',
      kind,
      body: { requests },
      cost: sumOf(open.map((index) => costOfCall(calls[index] as BatchCall))),
      ...(priority ? { priority } : {}),
      ...(clientRequestId ? { clientRequestId } : {}),
    }),
    purpose,
  );
  const result = new Map<number, GraphAnswer>();
  for (const one of parsed(shape, answer, purpose).responses) {
    const index = Number(one.id);
    if (!open.includes(index) || result.has(index)) throw misnumbered(purpose);
    result.set(index, {
      status: one.status,
      body: one.body ?? undefined,
      requestId: headerOf(one.headers, 'request-id') ?? answer.requestId,
      retryAfterInMs: retryAfterOf({ get: (name) => headerOf(one.headers, name) }),
    });
  }
  if (result.size !== open.length) throw misnumbered(purpose);
  return result;
}

const misnumbered = ({ what }: Purpose): RewindError =>
  new RewindError(
    'GRAPH_ANSWER_INVALID',
    { what },
    { message: `Answer of Graph (${what}): the $batch answers other requests than were asked` },
  );

const inner = ({ method, path, body, headers }: BatchCall, index: number): Record<string, unknown> => {
  const named = { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers };
  return {
    id: String(index),
    method,
    url: path,
    ...(Object.keys(named).length > 0 ? { headers: named } : {}),
    ...(body === undefined ? {} : { body }),
  };
};

const costOfCall = ({ method, path }: BatchCall): RequestCost => costOf(method, path);

const sumOf = (costs: readonly RequestCost[]): RequestCost => ({
  units: costs.reduce((sum, { units }) => sum + units, 0),
  writes: costs.reduce((sum, { writes }) => sum + writes, 0),
  conditionalAccess: costs.some(({ conditionalAccess }) => conditionalAccess),
});

/** Names of inner headers come in any case; a value can be a number. */
function headerOf(headers: Readonly<Record<string, unknown>> | undefined, name: string): string | undefined {
  const found = Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
  return found === undefined || found === null ? undefined : String(found);
}

/** `items` in slices of at most `size`. */
export function slices<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
