import { Client, ResponseType } from '@microsoft/microsoft-graph-client';
import PQueue from 'p-queue';
import type { GraphCost } from '../model/directory.js';
import type { GraphAnswer } from './answer.js';
import { costOf, createGovernor, type Governor, type RequestCost } from './governor.js';
import { machineTime, type MachineTime } from './machine-time.js';
import { AnswerLost, Exchange, createPipeline } from './pipeline.js';
import { LIMITS, type DirectoryDeps, type DirectorySettings, type TokenSource } from './settings.js';
import { createTokenSource } from './tokens.js';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface GraphCall {
  readonly method: Method;
  /** '/users/…' below the version, encoded, with its query; or an absolute next link of Graph, followed verbatim. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** GETs are reads; a POST that changes nothing says so. Default: by method. */
  readonly kind?: 'read' | 'write';
  /** A person waits ('high'), or a backup runs ('low'). Default 'normal'. */
  readonly priority?: 'low' | 'normal' | 'high';
  /** A GUID; default: a new one. */
  readonly clientRequestId?: string;
  /** Default: by method and path; a $batch sums its own. */
  readonly cost?: RequestCost;
}

/** Sends requests to one tenant's Graph: authenticated, governed, repeated where that is safe. */
export interface GraphClient {
  /**
   * @returns the answer, whatever its status
   * @throws GRAPH_AUTH; GRAPH_UNREACHABLE (a write: `AnswerLost` when it may have been executed)
   */
  send(call: GraphCall): Promise<GraphAnswer>;
  /** Absolute URL of a path, as references in bodies (@odata.id) need it. */
  urlOf(path: string): string;
  /** '/users/delta?…' of an absolute URL of this Graph, so that a stored link survives a move of its host; other URLs unchanged. */
  relative(url: string): string;
  readonly governor: Governor;
  readonly tokens: TokenSource;
  readonly meter: GraphCost;
  readonly time: MachineTime;
}

const PRIORITY = { low: 0, normal: 1, high: 2 } as const;

export function createGraphClient(settings: DirectorySettings, deps: DirectoryDeps): GraphClient {
  const time = deps.time ?? machineTime;
  const limits = { ...LIMITS, ...deps.limits };
  const governor = deps.beside?.governor ?? createGovernor(time);
  const tokens = deps.tokens ?? deps.beside?.tokens ?? createTokenSource(settings);
  const meter: GraphCost = { requests: 0, resourceUnits: 0, writes: 0, throttled: 0 };
  const base = `${settings.graphUrl.replace(/\/+$/, '')}/v1.0`;
  const client = Client.initWithMiddleware({
    baseUrl: settings.graphUrl,
    middleware: createPipeline({
      settings,
      tokens,
      governor,
      meter,
      limits,
      time,
      log: deps.log,
      fetch: deps.fetch ?? fetch,
      jitter: () => (deps.random.bytes(1)[0] ?? 0) / 255,
    }),
  });
  // Interactive calls overtake the pages of a backup that wait here
  const queue = new PQueue({ concurrency: limits.concurrency });
  const urlOf = (path: string): string => (/^https?:/i.test(path) ? path : `${base}${path}`);
  const relative = (url: string): string => (url.startsWith(`${base}/`) ? url.slice(base.length) : url);

  const exchange = async (call: GraphCall): Promise<GraphAnswer> => {
    const kind = call.kind ?? (call.method === 'GET' ? 'read' : 'write');
    const one = new Exchange(urlOf(call.path), kind, call.cost ?? costOf(call.method, relative(call.path)));
    const request = client
      .api('/')
      .headers({
        Accept: 'application/json',
        'client-request-id': call.clientRequestId ?? deps.random.guid(),
        'User-Agent': settings.clientName,
        SdkVersion: settings.clientName,
        'x-ms-throttle-priority': call.priority ?? 'normal',
        ...(call.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...call.headers,
      })
      .middlewareOptions([one])
      .responseType(ResponseType.RAW);
    try {
      await perform(request, call);
    } catch (error) {
      throw one.failure ?? error;
    }
    if (one.answer) return one.answer;
    throw one.failure ?? new AnswerLost('no answer');
  };

  return {
    send: (call) => queue.add(() => exchange(call), { priority: PRIORITY[call.priority ?? 'normal'] }),
    urlOf,
    relative,
    governor,
    tokens,
    meter,
    time,
  };
}

type Request = ReturnType<Client['api']>;

/** The SDK's verbs; a body of its own making is text already, so it is passed through untouched. */
function perform(request: Request, { method, body }: GraphCall): Promise<unknown> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  switch (method) {
    case 'GET':
      return request.get();
    case 'POST':
      return request.post(text ?? '');
    case 'PATCH':
      return request.patch(text ?? '');
    case 'PUT':
      return request.put(text ?? '');
    case 'DELETE':
      return request.delete();
  }
}
