/**
 * The simulated Teams: connector REST API, signing keys' metadata, the page, and the scripting paths, on one
 * plain-http loopback port. It imports nothing of the product.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { jwksDocument } from '../keys.js';
import type { SigningKey } from '../keys.js';
import type { GraphTenant, PersonTokens, SandboxClock } from '../types.js';
import { HttpError } from '../http.js';
import { BotClient, CHANNEL_ISSUER } from './bot-client.js';
import { ChannelKeys } from './channel-keys.js';
import { loadCardSchema } from './card-schema.js';
import { TeamsClient } from './client.js';
import { Connector } from './connector.js';
import { ControlRoutes } from './control-routes.js';
import { Dialogs } from './dialogs.js';
import { TeamsFaults } from './faults.js';
import { Happenings } from './happenings.js';
import { HttpProblem, refuse, sendJson } from './http.js';
import { DEFAULT_CLIENT, IncomingActivities } from './incoming.js';
import type { ClientSettings } from './incoming.js';
import { Inspector } from './inspector.js';
import { DEFAULT_LIMITS } from './limits.js';
import type { Limits } from './limits.js';
import { Live } from './live.js';
import { servePage } from './page-files.js';
import { Directory } from './people.js';
import { Presser } from './press.js';
import { Scripting } from './scripting.js';
import { SignIns } from './sign-in.js';
import { TeamsState } from './state.js';
import { TeamsStats } from './stats.js';
import { TokenService } from './token-service.js';

export interface TeamsOptions {
  readonly clock: SandboxClock;
  /** Folder for teams.json (messages, installs); null keeps them in memory. */
  readonly dataDir: string | null;
  readonly people: GraphTenant['people'];
  readonly tenantId: string;
  readonly botAppId: string;
  /** Signs the calls to the bot; published under /openid. */
  readonly channelKey: SigningKey;
  /** Judges the bearer of the bot's calls to the connector. */
  readonly verifyConnectorToken: (authorization?: string) => Promise<boolean>;
  /** Signs people in to the bot; without it nobody can. */
  readonly personTokens?: PersonTokens;
  /** The bot's messaging endpoint, until `setBotUrl` names another. */
  readonly botUrl: () => string | null;
  readonly overview: GraphTenant['overview'];
  readonly onTenantChange: GraphTenant['onChange'];
  readonly control: {
    advance(by: string): Promise<unknown>;
    damage(spec: Record<string, unknown>): unknown;
  };
  /** Folder of the contract data; CONTRACT_DIR or ../shared by default. Without it cards are not held against the schema. */
  readonly contractDir?: string;
  /** Changes to Teams' limits, for tests. */
  readonly limits?: Partial<Limits>;
}

export interface Teams {
  /** Connector (…/v3/…), token service (/api/…), /openid, the page, and the Teams paths of /_sandbox/. Answers 404 to all else. */
  handle(req: IncomingMessage, res: ServerResponse): void;
  /** Where this server is reached, such as http://127.0.0.1:4103; part of every serviceUrl. */
  setBaseUrl(url: string): void;
  setBotUrl(url: string): void;
  /** Ends event streams and writes what is unsaved. */
  close(): Promise<void>;
}

const INSTALL_TRIES = 120;
const INSTALL_PAUSE_IN_MS = 1_000;

export function createTeams(options: TeamsOptions): Promise<Teams> {
  let baseUrl = 'http://127.0.0.1';
  let botUrl: string | null = null;
  let closed = false;
  let adding = false;
  const { clock, tenantId, botAppId } = options;
  const clients = new Map<string, ClientSettings>();
  const clientOf = (objectId: string): ClientSettings => clients.get(objectId) ?? DEFAULT_CLIENT;
  const serviceUrl = (region: string): string => `${baseUrl}/${region}/${tenantId}/`;
  const currentBot = (): string | null => botUrl ?? options.botUrl();

  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const stats = new TeamsStats();
  const faults = new TeamsFaults();
  const contractDir = options.contractDir ?? process.env.CONTRACT_DIR ?? '../shared';
  const directory = new Directory(options.people, tenantId);
  const isPerson = (id: string): boolean => {
    const found = directory.find(id);
    return [found?.objectId, found?.mri, found?.userPrincipalName].includes(id);
  };
  const inspector = new Inspector(clock, stats, loadCardSchema(contractDir), isPerson);
  const stopListening = options.onTenantChange(() => directory.forget());
  const state = new TeamsState({
    clock,
    dataDir: options.dataDir,
    tenantId,
    botAppId,
    directory,
  });
  const keys = new ChannelKeys(options.channelKey);
  const bot = new BotClient({ key: () => keys.current, botAppId, botUrl: currentBot });
  const incoming = new IncomingActivities({
    clock,
    tenantId,
    botAppId,
    nextId: () => state.nextId(),
    serviceUrl,
    clientOf,
  });
  const client = new TeamsClient({ clock, state, bot, incoming, limits, stats, faults, inspector, clientOf });
  const dialogs = new Dialogs(client, clientOf);
  const tokenService =
    options.personTokens === undefined
      ? null
      : new TokenService({
          tokens: options.personTokens,
          directory,
          botAppId,
          baseUrl: () => baseUrl,
          verifyToken: options.verifyConnectorToken,
        });
  const signIns = new SignIns(client, tokenService, clientOf);
  const presser = new Presser(client, dialogs, signIns);
  const scripting = new Scripting(client, presser, dialogs, signIns);
  const happenings = new Happenings(client, scripting);
  const live = new Live({
    client,
    clock,
    overview: options.overview,
    onTenantChange: options.onTenantChange,
  });
  const connector = new Connector({
    state,
    limits,
    stats,
    faults,
    inspector,
    tenantId,
    botAppId,
    verifyToken: options.verifyConnectorToken,
  });
  const control = new ControlRoutes({
    client,
    presser,
    dialogs,
    scripting,
    happenings,
    keys,
    live,
    clock,
    tenantId,
    botAppId,
    serviceUrl,
    clients,
    clientOf,
    control: options.control,
  });

  const route = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const url = new URL(req.url ?? '/', baseUrl);
    guard(req);
    if (url.pathname === '/openid') {
      return sendJson(res, 200, {
        issuer: CHANNEL_ISSUER,
        jwks_uri: `${baseUrl}/openid/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
      });
    }
    if (url.pathname === '/openid/keys') return sendJson(res, 200, jwksDocument(keys.published, ['msteams']));
    if (await connector.handle(req, res, url)) return;
    if ((await tokenService?.handle(req, res, url)) === true) return;
    if (await control.handle(req, res, url)) return;
    if (req.method === 'GET' && (await servePage(url.pathname, res))) return;
    sendJson(res, 404, { error: `Nothing is served at ${url.pathname}.` });
  };

  /** An administrator has put the app into the team: the bot hears of it as soon as it answers. */
  const addToTeam = async (): Promise<void> => {
    if (adding || currentBot() === null) return;
    adding = true;
    for (let attempt = 0; attempt < INSTALL_TRIES && !closed; attempt += 1) {
      const admin = directory.find('Sofia Rossi') ?? directory.cast()[0];
      if (admin !== undefined && (await client.install(admin, state.channel()))) break;
      await new Promise((resolve) => setTimeout(resolve, INSTALL_PAUSE_IN_MS).unref());
    }
    adding = false;
  };

  return Promise.resolve({
    handle: (req, res) => {
      route(req, res).catch((error: unknown) => answerProblem(res, error));
    },
    setBaseUrl: (url) => {
      baseUrl = url.replace(/\/+$/, '');
      void addToTeam();
    },
    setBotUrl: (url) => {
      botUrl = url;
      void addToTeam();
    },
    close: () => {
      closed = true;
      stopListening();
      live.close();
      state.save();
      return Promise.resolve();
    },
  });
}

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** Only programs of this machine, and only pages served from here: names that point to loopback are refused. */
function guard(req: IncomingMessage): void {
  const host = req.headers.host ?? '';
  if (!LOOPBACK.test(host)) throw refuse(421, 'This server answers on loopback only.');
  const { origin } = req.headers;
  if (origin !== undefined && origin !== `http://${host}`)
    throw refuse(403, 'A page of another origin may not call.');
}

function answerProblem(res: ServerResponse, error: unknown): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  if (error instanceof HttpProblem) return sendJson(res, error.status, error.body, error.headers);
  if (error instanceof HttpError) return sendJson(res, error.status, { error: error.message });
  console.error('simulated Teams:', error);
  sendJson(res, 500, { error: 'The simulated Teams failed; its log says more.' });
}
