/** A sandbox Teams with a bot of the tests in it, and what people do and see there. */
import { createServer } from 'node:http';
import { openSigningKey } from '../../../sandbox/keys.js';
import { createTeams } from '../../../sandbox/teams/create-teams.js';
import type { Teams, TeamsOptions } from '../../../sandbox/teams/create-teams.js';
import type { SandboxClock, TenantOverview } from '../../../sandbox/types.js';
import { BOT_APP, CONNECTOR_TOKEN, FakeBot, close, listen } from './fake-bot.js';
import type { HeardActivity } from './fake-bot.js';
import type { Json } from './messages.js';

export const TENANT = '33333333-3333-4333-8333-333333333333';
/** What every new conversation says of the tenant. */
export const INTO_TENANT: Json = { tenantId: TENANT, channelData: { tenant: { id: TENANT } } };
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

interface Answer {
  readonly status: number;
  readonly body: Json;
}
/** A message as a person sees it. */
export interface Seen extends Json {
  readonly id: string;
  readonly text?: string;
  readonly cardText?: string;
}
type Where = 'personal' | 'group' | 'channel';

export interface World {
  readonly base: string;
  readonly bot: FakeBot;
  readonly clock: FakeClock;
  readonly teams: Teams;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  /** One order to the control, as POST /_sandbox/<name>. */
  control(name: string, body: Json): Promise<Answer>;
  /**
   * Somebody writes to the bot, and mentions it where others are.
   * @returns what the bot heard
   */
  say(as: string, where?: Where, more?: Json): Promise<HeardActivity>;
  /** @returns what came of it */
  click(as: string, action: string, more?: Json): Promise<Json>;
  /** What the person sees of the chat, oldest first. */
  transcript(as: string, where?: Where): Promise<Seen[]>;
  lastSeen(as: string, where?: Where): Promise<Seen>;
  /** The newest activity of the type that the bot heard. */
  last(type: string): HeardActivity;
  /** The bot asks for a new conversation. */
  create(body: Json, region?: string): ReturnType<FakeBot['call']>;
  /** The bot asks for a chat with one person. */
  chatWith(objectId: unknown): ReturnType<FakeBot['call']>;
  stats(): Promise<Json>;
  violations(): Promise<Json[]>;
  /** The texts of the violations. */
  told(): Promise<string[]>;
  close(): Promise<void>;
}

/** The code of a refusal by the connector. */
export const codeOf = ({ body }: { body: Json }): unknown => (body.error as Json).code;

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
  const call = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await fetch(`${base}${path}`, init);
    return { status: response.status, body: (await response.json()) as Json };
  };
  const get: World['get'] = (path) => call(path);
  const post: World['post'] = (path, body) =>
    call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const control: World['control'] = (name, body) => post(`/_sandbox/${name}`, body);
  const last: World['last'] = (type) => bot.heardOf(type).at(-1) as HeardActivity;
  const transcript: World['transcript'] = async (as, where = 'personal') =>
    (await get(`/_sandbox/transcript?as=${as}&in=${where}`)).body as unknown as Seen[];
  const stats = async (): Promise<Json> => (await get('/_sandbox/teams-stats')).body;
  const violations = async (): Promise<Json[]> => (await stats()).violations as Json[];
  const create: World['create'] = (body, region = 'emea') =>
    bot.call(`${base}/${region}/${TENANT}/v3/conversations`, 'POST', body);
  return {
    base,
    bot,
    clock,
    teams,
    get,
    post,
    control,
    say: async (as, where = 'personal', more = {}) => {
      await control('say', { as, in: where, text: 'status', mention: where !== 'personal', ...more });
      return last('message');
    },
    click: async (as, action, more = {}) => (await control('click', { as, action, ...more })).body,
    transcript,
    lastSeen: async (as, where) => (await transcript(as, where)).at(-1) as Seen,
    last,
    create,
    chatWith: (objectId) => create({ ...INTO_TENANT, isGroup: false, members: [{ id: objectId }] }),
    stats,
    violations,
    told: async () => (await violations()).map((one) => String(one.text)),
    close: async () => {
      await teams.close();
      await bot.close();
      await close(server);
    },
  };
}
