import { createGraphTenant, type GraphTenantOptions } from '../../../sandbox/graph/tenant.js';
import { backupPermissions, restorePermissions } from '../../../sandbox/graph/population/apps.js';
import type { GraphTenant, SandboxClock, SimResponse, VerifiedToken } from '../../../sandbox/types.js';

/** A clock that stands still unless moved. */
export class FakeClock implements SandboxClock {
  private readonly listeners: ((now: Date) => void | Promise<void>)[] = [];

  constructor(private at: number) {}

  now(): Date {
    return new Date(this.at);
  }

  offsetInMs(): number {
    return 0;
  }

  async moveTo(instant: Date): Promise<void> {
    this.at = instant.getTime();
    for (const listener of this.listeners) await listener(this.now());
  }

  onMove(listener: (now: Date) => void | Promise<void>): () => void {
    this.listeners.push(listener);
    return () => this.listeners.splice(this.listeners.indexOf(listener), 1);
  }

  async advance(milliseconds: number): Promise<void> {
    await this.moveTo(new Date(this.at + milliseconds));
  }
}

export const serviceApp = { appId: '7f1d3a52-0c0e-4a7b-9a52-1b5f0d3c9e11', secret: 'not-a-secret' };
export const tenantId = '11111111-2222-4333-8444-555555555555';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Body = any;

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly reset: boolean;
}

/** Talks to a tenant in process, as an app with the product's permissions unless told otherwise. */
export class Client {
  permissions: readonly string[] = [...backupPermissions, ...restorePermissions];
  appId = serviceApp.appId;
  /** Who is signed in: a delegated token. */
  userId: string | undefined;
  headers: Record<string, string> = {};

  constructor(
    readonly tenant: GraphTenant,
    readonly clock: FakeClock,
  ) {}

  /** Gives the app further permissions. */
  allow(...permissions: readonly string[]): void {
    this.permissions = [...this.permissions, ...permissions];
  }

  get(path: string, headers?: Record<string, string>): Promise<Reply> {
    return this.send('GET', path, undefined, headers);
  }

  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply> {
    return this.send('POST', path, body, headers);
  }

  patch(path: string, body: unknown): Promise<Reply> {
    return this.send('PATCH', path, body);
  }

  put(path: string, body: unknown): Promise<Reply> {
    return this.send('PUT', path, body);
  }

  delete(path: string): Promise<Reply> {
    return this.send('DELETE', path);
  }

  /** @param path  without version, or a whole link as an answer gave it */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const target = path.startsWith('https://') ? new URL(path) : new URL(`https://graph.test/v1.0${path}`);
    const { appId, permissions, userId } = this;
    const token: VerifiedToken = { appId, tenantId, permissions, ...(userId ? { userId } : {}) };
    const isBytes = body instanceof Buffer;
    const response: SimResponse = await this.tenant.handle({
      method,
      path: target.pathname,
      query: target.searchParams,
      headers: {
        authorization: `Bearer ${JSON.stringify(token)}`,
        ...(body === undefined || isBytes ? {} : { 'content-type': 'application/json' }),
        ...this.headers,
        ...headers,
      },
      body: body === undefined ? Buffer.alloc(0) : isBytes ? body : Buffer.from(JSON.stringify(body)),
    });
    const { body: answered } = response;
    const plain =
      answered instanceof Buffer
        ? answered
        : answered === undefined
          ? undefined
          : JSON.parse(JSON.stringify(answered));
    return {
      status: response.status,
      headers: response.headers,
      body: plain,
      reset: response.reset === true,
    };
  }

  /** A POST that makes something. @returns what was made */
  async make(path: string, body: unknown): Promise<Body> {
    const reply = await this.post(path, body);
    if (reply.status !== 201) throw new Error(`POST ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  }

  /** All pages of a list. */
  async all(path: string, headers?: Record<string, string>): Promise<Body[]> {
    const items: Body[] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const page: Reply = await this.get(next, headers);
      if (page.status !== 200) throw new Error(`${next}: ${page.status} ${JSON.stringify(page.body)}`);
      items.push(...page.body.value);
      next = page.body['@odata.nextLink'];
    }
    return items;
  }

  /** All pages of a delta round. */
  async delta(path: string): Promise<{ items: Body[]; link: string; pages: number }> {
    const items: Body[] = [];
    let next = path;
    for (let pages = 1; ; pages += 1) {
      const page = await this.get(next);
      if (page.status !== 200) throw new Error(`${next}: ${page.status} ${JSON.stringify(page.body)}`);
      items.push(...page.body.value);
      if (page.body['@odata.deltaLink']) return { items, link: page.body['@odata.deltaLink'], pages };
      next = page.body['@odata.nextLink'];
    }
  }
}

export const startOfTests = Date.UTC(2026, 10, 6, 12, 0, 0);

export async function startTenant(
  options: Partial<GraphTenantOptions> & { at?: number } = {},
): Promise<Client> {
  const { at, ...rest } = options;
  const clock = (rest.clock as FakeClock | undefined) ?? new FakeClock(at ?? startOfTests);
  const tenant = await createGraphTenant({
    tenantId,
    clock,
    dataDir: null,
    verify: async (authorization) =>
      authorization?.startsWith('Bearer {')
        ? (JSON.parse(authorization.slice('Bearer '.length)) as VerifiedToken)
        : { failure: 'Access token is empty.' },
    contract: null,
    population: { users: 30, groups: 10, seed: 7 },
    baseUrl: () => 'https://graph.test',
    today: new Date('2026-11-21T12:00:00Z'),
    serviceApp,
    machineNow: () => 0,
    ...rest,
  });
  return new Client(tenant, clock);
}
