/** A bot that speaks the protocol directly over HTTP, and a sandbox Teams for it to live in. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { openSigningKey } from '../../../sandbox/keys.js';
import { createTeams } from '../../../sandbox/teams/create-teams.js';
import type { Teams, TeamsOptions } from '../../../sandbox/teams/create-teams.js';
import type { SandboxClock, TenantOverview } from '../../../sandbox/types.js';

export type Json = Record<string, unknown>;
export const TENANT = '33333333-3333-4333-8333-333333333333';
export const BOT_APP = '22222222-2222-4222-8222-222222222222';
const CONNECTOR_TOKEN = 'Bearer bot-token';
type KeySet = ReturnType<typeof createRemoteJWKSet>;
const STORY_START = Date.parse('2026-11-21T08:50:00Z');

const names = ['Hanna Berg', 'Arun Patel', 'Mei Lin', 'Sofia Rossi', 'Tom Okafor', 'Alice Chen'];
export const PEOPLE = names.map((displayName, index) => ({
  objectId: `4444444${index}-4444-4444-8444-444444444444`,
  displayName,
  userPrincipalName: `${displayName.toLowerCase().replace(' ', '.')}@contoso.example`,
  jobTitle: 'Tester',
}));

/** A clock that only moves when told to. */
export class FakeClock implements SandboxClock {
  #now = STORY_START;
  readonly #listeners = new Set<(now: Date) => void | Promise<void>>();
  now(): Date {
    return new Date(this.#now);
  }
  offsetInMs(): number {
    return this.#now - Date.now();
  }
  async moveTo(instant: Date): Promise<void> {
    this.#now = instant.getTime();
    for (const listener of this.#listeners) await listener(instant);
  }
  onMove(listener: (now: Date) => void | Promise<void>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export interface HeardActivity extends Json {
  readonly type: string;
  readonly id: string;
  readonly name?: string;
  readonly text?: string;
  readonly value?: Json;
  readonly serviceUrl: string;
  readonly conversation: { readonly id: string; readonly conversationType: string };
  readonly from: { readonly id: string; readonly aadObjectId: string };
}
export type Reaction = { status?: number; body?: unknown; delayInMs?: number } | undefined | void;

export class FakeBot {
  readonly heard: HeardActivity[] = [];
  readonly claims: Json[] = [];
  /** Bearers as they came, of what was taken. */
  readonly tokens: string[] = [];
  react: (activity: HeardActivity, bot: FakeBot) => Promise<Reaction> | Reaction = () => undefined;
  #server: Server | undefined;
  #jwks: KeySet | undefined;

  async listen(openIdKeys: string): Promise<string> {
    // A key that is not known yet is looked up at once.
    this.#jwks = createRemoteJWKSet(new URL(openIdKeys), { cooldownDuration: 0 });
    // A token that does not verify, or a world that is being closed, is answered as a bot would.
    this.#server = createServer((req, res) => {
      this.#serve(req, res).catch(() => res.writeHead(401).end());
    });
    return listen(this.#server, '/api/messages');
  }

  async close(): Promise<void> {
    await close(this.#server);
  }

  heardOf(type: string): HeardActivity[] {
    return this.heard.filter((activity) => activity.type === type);
  }

  /** Calls the connector as the activity's conversation. */
  async connector(
    to: HeardActivity,
    method: string,
    rest: string,
    body?: unknown,
  ): Promise<{ status: number; body: Json; headers: Headers }> {
    return this.call(
      `${to.serviceUrl}v3/conversations/${encodeURIComponent(to.conversation.id)}${rest}`,
      method,
      body,
    );
  }

  async call(url: string, method: string, body?: unknown, token = CONNECTOR_TOKEN) {
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', authorization: token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: (text === '' ? {} : JSON.parse(text)) as Json,
      headers: response.headers,
    };
  }

  async reply(to: HeardActivity, content: Json): Promise<string> {
    const sent = await this.connector(to, 'POST', '/activities', { type: 'message', ...content });
    if (sent.status >= 300) throw new Error(`reply failed: ${sent.status} ${JSON.stringify(sent.body)}`);
    return String(sent.body.id);
  }

  replyCard(to: HeardActivity, card: Json): Promise<string> {
    return this.reply(to, { attachments: [attached(card)] });
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
    const activity = JSON.parse(Buffer.concat(chunks).toString()) as HeardActivity;
    const token = (req.headers.authorization ?? '').replace('Bearer ', '');
    const { payload } = await jwtVerify(token, this.#jwks as KeySet, {
      issuer: 'https://api.botframework.com',
      audience: BOT_APP,
    });
    this.claims.push(payload);
    this.tokens.push(token);
    this.heard.push(activity);
    const reaction = (await this.react(activity, this)) ?? {};
    if (reaction.delayInMs !== undefined)
      await new Promise((done) => setTimeout(done, reaction.delayInMs).unref());
    res.writeHead(reaction.status ?? 200, { 'content-type': 'application/json' });
    res.end(reaction.body === undefined ? '' : JSON.stringify(reaction.body));
  }
}

export interface World {
  readonly base: string;
  readonly bot: FakeBot;
  readonly clock: FakeClock;
  readonly teams: Teams;
  get(path: string): Promise<{ status: number; body: Json }>;
  post(path: string, body: unknown): Promise<{ status: number; body: Json }>;
  close(): Promise<void>;
}

/** One key for all worlds of a file: making one costs a tenth of a second. */
const channelKey = openSigningKey(null, 'channel');

const overview: TenantOverview = {
  now: '2026-11-21T08:50:00Z',
  users: { live: 118, deleted: 1 },
  groups: { live: 30, deleted: 0 },
  spotlight: [],
  lastChanges: [],
};

export async function startWorld(change: Partial<TeamsOptions> = {}): Promise<World> {
  const clock = (change.clock as FakeClock | undefined) ?? new FakeClock();
  const bot = new FakeBot();
  const teams = await createTeams({
    clock,
    dataDir: null,
    people: () => PEOPLE,
    tenantId: TENANT,
    botAppId: BOT_APP,
    channelKey: await channelKey,
    verifyConnectorToken: (authorization) => Promise.resolve(authorization === CONNECTOR_TOKEN),
    botUrl: () => null,
    overview: () => overview,
    onTenantChange: () => () => undefined,
    control: { advance: (by) => Promise.resolve({ by }), damage: (spec) => spec },
    ...change,
  });
  const server = createServer((req, res) => teams.handle(req, res));
  const base = await listen(server, '');
  teams.setBaseUrl(base);
  const botUrl = await bot.listen(`${base}/openid/keys`);
  teams.setBotUrl(botUrl);
  const call = async (path: string, init?: RequestInit): Promise<{ status: number; body: Json }> => {
    const response = await fetch(`${base}${path}`, init);
    return { status: response.status, body: (await response.json()) as Json };
  };
  return {
    base,
    bot,
    clock,
    teams,
    get: (path) => call(path),
    post: (path, body) =>
      call(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    close: async () => {
      await teams.close();
      await bot.close();
      await close(server);
    },
  };
}

export function attached(card: Json): Json {
  return { contentType: 'application/vnd.microsoft.card.adaptive', content: card };
}

export function card(text: string, more: Json = {}): Json {
  return {
    type: 'AdaptiveCard',
    version: '1.5',
    body: [{ type: 'TextBlock', text, wrap: true }],
    ...more,
  };
}

export const answerCard = (content: Json): Reaction => ({
  body: { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: content },
});

function listen(server: Server, path: string): Promise<string> {
  // As in the sandbox itself: a busy machine must not end an idle connection while the next request is on its way.
  server.keepAliveTimeout = 65_000;
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`),
    );
  });
}

function close(server: Server | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (server === undefined) return resolve();
    server.closeAllConnections();
    server.close(() => resolve());
  });
}
