import { catalog } from '../../../services/catalog/index.js';
import { createDirectory, type GraphDirectory } from '../../../services/graph/directory.js';
import type { MachineTime } from '../../../services/graph/machine-time.js';
import type { DirectoryDeps, TokenSource } from '../../../services/graph/settings.js';
import type { Log } from '../../../services/model/log.js';
import type { Random } from '../../../services/model/random.js';

const GRAPH = 'https://graph.test';
export const TENANT = '11111111-1111-4111-8111-111111111111';
/** A readable GUID: `guid(7)` ends in 7. */
export const guid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export interface SeenRequest {
  readonly method: string;
  /** Below /v1.0, query decoded. */
  readonly path: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface ScriptedAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Reply = ScriptedAnswer | Error | ((request: SeenRequest) => ScriptedAnswer | Error);

/** Time that passes only by sleeping. */
export class FakeMachineTime implements MachineTime {
  private current = 0;
  readonly slept: number[] = [];
  now(): number {
    return this.current;
  }
  async sleep(delayInMs: number): Promise<void> {
    this.slept.push(delayInMs);
    this.current += delayInMs;
    await Promise.resolve();
  }
  pass(byInMs: number): void {
    this.current += byInMs;
  }
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

const plainRandom: Random = {
  id: () => 'id',
  guid: () => guid(999),
  bytes: (length) => new Uint8Array(length),
};

const jsonHeaders = { 'content-type': 'application/json', 'request-id': 'req-1' };

/** fetch's own way to say that a connection failed. */
export const connectionError = (code: string): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

export const graphError = (
  status: number,
  code: string,
  message: string,
  details?: readonly unknown[],
): ScriptedAnswer => ({
  status,
  body: {
    error: {
      code,
      message,
      ...(details ? { details } : {}),
      innerError: { date: '2026-11-21T08:00:00', 'request-id': 'req-e', 'client-request-id': 'c' },
    },
  },
});

/**
 * A Graph that answers from a script: replies are taken in order per `METHOD path` (the last one stays), the path as decoded text,
 * compared up to the query, or whole when the key has one. $batch is opened: its parts go through the same script.
 */
export class ScriptedGraph {
  readonly seen: SeenRequest[] = [];
  readonly time = new FakeMachineTime();
  readonly tokens: { issued: number } & TokenSource = {
    issued: 1,
    token: async (renew) => {
      if (renew) this.tokens.issued += 1;
      return `token-${this.tokens.issued}`;
    },
  };
  private readonly script = new Map<string, Reply[]>();

  on(key: string, ...replies: Reply[]): this {
    this.script.set(key, [...(this.script.get(key) ?? []), ...replies]);
    return this;
  }

  connect(deps: Partial<DirectoryDeps> = {}): GraphDirectory {
    return createDirectory(
      {
        graphUrl: GRAPH,
        authority: 'https://login.test',
        tenantId: TENANT,
        clientId: guid(1),
        clientSecret: 'never-in-a-log',
        clientName: 'entra-rewind/test',
      },
      {
        log: silentLog,
        random: plainRandom,
        catalog,
        tokens: this.tokens,
        time: this.time,
        fetch: this.fetch,
        ...deps,
      },
    );
  }

  /** Paths of the requests of one method, in order. */
  paths(method?: string): readonly string[] {
    return this.seen.filter((one) => method === undefined || one.method === method).map(({ path }) => path);
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const url = String(input);
    const path = decodeURIComponent(url.replace(`${GRAPH}/v1.0`, ''));
    const body: unknown = init?.body ? JSON.parse(String(init.body)) : undefined;
    const request = {
      method: init?.method ?? 'GET',
      path,
      url,
      headers: new Headers(init?.headers),
      body,
    };
    this.seen.push(request);
    const reply =
      path === '/$batch' && !this.script.has('POST /$batch') ? this.batch(request) : this.answer(request);
    if (reply instanceof Error) throw reply;
    const status = reply.status ?? 200;
    const text =
      reply.body === undefined
        ? null
        : typeof reply.body === 'string'
          ? reply.body
          : JSON.stringify(reply.body);
    return new Response(status === 204 ? null : text, {
      status,
      headers: { ...jsonHeaders, ...reply.headers },
    });
  };

  private batch(outer: SeenRequest): ScriptedAnswer {
    const { requests } = outer.body as {
      requests: { id: string; method: string; url: string; body?: unknown }[];
    };
    const responses = requests.map(({ id, method, url, body }) => {
      const reply = this.answer({ ...outer, method, path: decodeURIComponent(url), url, body });
      if (reply instanceof Error) throw reply;
      return {
        id,
        status: reply.status ?? 200,
        headers: { ...jsonHeaders, ...reply.headers },
        body: reply.body,
      };
    });
    // Graph answers in any order
    return { body: { responses: responses.reverse() } };
  }

  private answer(request: SeenRequest): ScriptedAnswer | Error {
    const { method, path } = request;
    const replies =
      this.script.get(`${method} ${path}`) ?? this.script.get(`${method} ${path.split('?')[0] ?? ''}`);
    const reply = replies && replies.length > 1 ? replies.shift() : replies?.[0];
    if (reply === undefined)
      return graphError(404, 'Request_ResourceNotFound', `Resource '${path}' is not in the script.`);
    return typeof reply === 'function' ? reply(request) : reply;
  }
}

export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}
