/** Everything that `reset` makes anew: clock, tenant, Teams and the authority that knows the tenant's apps. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority } from './authority/authority.js';
import type { Authority } from './authority/authority.js';
import { createClock } from './clock.js';
import type { RunningClock } from './clock.js';
import { spanOf } from './control/advance.js';
import { createGraphTenant } from './graph/tenant.js';
import type { Identity } from './identity.js';
import type { SigningKey } from './keys.js';
import { storyBegin, storyDay } from './options.js';
import { privateFolder } from './state-dir.js';
import { createTeams } from './teams/create-teams.js';
import type { Teams } from './teams/create-teams.js';
import type { AppRegistration, ContractChecker, GraphTenant } from './types.js';

const TICK_IN_MS = 15_000;

export interface World {
  readonly clock: RunningClock;
  readonly tenant: GraphTenant;
  readonly teams: Teams;
  readonly authority: Authority;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly identity: Identity;
  /** null keeps nothing: a world that ends with the process. */
  readonly dataDir: string | null;
  readonly authorityKey: SigningKey;
  readonly channelKey: SigningKey;
  readonly contract: ContractChecker | null;
  readonly urls: { readonly graph: string; readonly authority: string; readonly teams: string };
  readonly botUrl: () => string | null;
}

/** Opens the folder's world, or makes it when there is none. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const { identity, urls } = options;
  const today = storyDay(identity.today, new Date());
  const isStory = identity.population === 'story';
  const clock = createClock({
    dataDir: options.dataDir,
    ...(isStory ? { startAt: storyBegin(today) } : {}),
  });
  const verifier: { current?: Authority } = {};
  const tenant = await createGraphTenant({
    tenantId: identity.tenantId,
    clock,
    dataDir: folderOf(options, 'graph'),
    verify: async (authorization) =>
      (await verifier.current?.verifyAccessToken(authorization)) ?? { failure: 'The sandbox is starting.' },
    contract: options.contract,
    population: identity.population,
    baseUrl: () => urls.graph,
    authorityUrl: () => urls.authority,
    today: today.toJSDate(),
    serviceApp: { appId: identity.clientId, secret: identity.clientSecret },
  });
  const botApp: AppRegistration = {
    appId: identity.botAppId,
    displayName: 'Entra Rewind bot',
    secret: identity.botAppSecret,
    certificates: [],
    permissions: [],
    directoryRoles: [],
  };
  const authority = createAuthority({
    tenantId: identity.tenantId,
    domains: domainsOf(tenant),
    displayName: () => tenant.displayName(),
    apps: () => withCertificates([...tenant.apps, botApp], identity),
    otherApp: (appId) => tenant.registrationOf(appId),
    appIdOfUri: (uri) => tenant.appIdOfUri(uri),
    people: () => tenant.people(),
    graphUrl: () => urls.graph,
    key: options.authorityKey,
    baseUrl: () => urls.authority,
    botAppId: identity.botAppId,
  });
  verifier.current = authority;
  const teams = await createTeams({
    clock,
    dataDir: folderOf(options, 'teams'),
    people: () => tenant.people(),
    tenantId: identity.tenantId,
    botAppId: identity.botAppId,
    channelKey: options.channelKey,
    verifyConnectorToken: (authorization) => authority.verifyConnectorToken(authorization),
    personTokens: authority.personTokens,
    botUrl: options.botUrl,
    overview: () => tenant.overview(),
    onTenantChange: (listener) => tenant.onChange(listener),
    control: {
      advance: async (by) => {
        await clock.moveBy(spanOf(by));
        return { now: clock.now().toISOString(), offsetInMs: clock.offsetInMs() };
      },
      damage: (spec) => tenant.damage(spec),
    },
  });
  teams.setBaseUrl(urls.teams);
  // What fell due while the sandbox was not running, or is overdue by machine time alone.
  await clock.tick();
  const ticking = setInterval(() => void clock.tick().catch(reportTick), TICK_IN_MS);
  ticking.unref();
  return {
    clock,
    tenant,
    teams,
    authority,
    close: async () => {
      clearInterval(ticking);
      await teams.close();
      await tenant.close();
    },
  };
}

/** Forgets tenant, Teams and clock; keys, ids, secrets and ports stay, so that clients need no new settings. */
export function eraseWorld(dataDir: string | null): void {
  if (dataDir === null) return;
  for (const part of ['graph', 'teams', 'clock.json']) {
    rmSync(join(dataDir, part), { recursive: true, force: true });
  }
}

function folderOf(options: WorldOptions, name: string): string | null {
  return options.dataDir === null ? null : privateFolder(options.dataDir, name);
}

/** The verified domains, as the tenant's people show them. */
function domainsOf(tenant: GraphTenant): string[] {
  const domains = tenant.people().map((person) => person.userPrincipalName.split('@')[1] ?? '');
  return [...new Set(domains)].filter(Boolean);
}

function withCertificates(apps: readonly AppRegistration[], identity: Identity): AppRegistration[] {
  return apps.map((app) => {
    const added = identity.certificates[app.appId] ?? [];
    return added.length === 0 ? app : { ...app, certificates: [...app.certificates, ...added] };
  });
}

function reportTick(cause: unknown): void {
  console.error('sandbox clock:', cause);
}
