import { join } from 'node:path';
import { DateTime } from 'luxon';
import { z } from 'zod';
import type { ContractChecker, GraphTenant, SandboxClock, VerifyToken } from '../types.js';
import { TenantCore } from './core.js';
import { actorOf, damage } from './damage.js';
import { faultNames, Faults, faultSpec } from './http/faults.js';
import { Router } from './http/router.js';
import { GraphServer } from './http/serve.js';
import { Throttle } from './http/throttle.js';
import { overviewOf } from './overview.js';
import { JOURNAL_FORMAT, type JournalHeader } from './population/header.js';
import { seededPopulation } from './population/seeded.js';
import { consent } from './permissions/consent.js';
import { roleOfName } from './permissions/graph-permissions.js';
import { appIdOfUri, liveRegistration, registrationOf } from './rules/app-permissions.js';
import { followExpiry } from './rules/expired-groups.js';
import { followGroupLicences } from './rules/group-licences.js';
import { followPim } from './rules/pim.js';
import { purgeOverdue } from './rules/retention.js';
import { routes } from './routes/index.js';
import { prepareRows } from './schema/row.js';
import { Journal } from './state/journal.js';
import { TenantState } from './state/tenant-state.js';
import { storyEvents, type TimedEvent } from './story/events.js';
import { storyTime, storyWorld, storyZone, type StoryWorld } from './story/story.js';

export interface GraphTenantOptions {
  readonly tenantId: string;
  readonly clock: SandboxClock;
  /** Folder for the journal; null = memory only. */
  readonly dataDir: string | null;
  readonly verify: VerifyToken;
  readonly contract: ContractChecker | null;
  readonly population: { readonly users: number; readonly groups: number; readonly seed: number } | 'story';
  /** https://localhost:4101, without version. */
  readonly baseUrl: () => string;
  /** https://localhost:4102, named by a 401; Microsoft's own unless said. */
  readonly authorityUrl?: () => string;
  /** The story's day; the machine's date in Berlin by default. A kept tenant keeps its own. */
  readonly today?: Date;
  readonly serviceApp: { readonly appId: string; readonly secret: string };
  /** Monotonic milliseconds for the throttling buckets; tests replace it. */
  readonly machineNow?: () => number;
}

/**
 * The simulated tenant: a seeded population plus the journal of what happened to it. Opening the same folder again gives the
 * same tenant, delta tokens included.
 */
export async function createGraphTenant(options: GraphTenantOptions): Promise<GraphTenant> {
  const { clock } = options;
  const file = options.dataDir === null ? null : join(options.dataDir, 'journal.ndjson');
  const journal = Journal.open<JournalHeader>(file, () => headerOf(options));
  const seeded = seed(journal.header, options);
  const state = new TenantState();
  state.load(seeded.population);
  for (const commit of journal.commits) state.apply(commit);
  const home = { state, tenantId: options.tenantId, now: () => clock.now().getTime() };
  const apps = seeded.apps.map((registration) => liveRegistration(home, registration));
  const faults = new Faults();
  const core = new TenantCore(
    options.tenantId,
    state,
    clock,
    journal,
    faults,
    options.baseUrl,
    apps,
    options.contract !== null,
  );
  takeOverPermissions(core);
  // Large lists are asked for at once after the start, and the first time should be as quick as any.
  for (const kind of ['user', 'group'] as const) prepareRows(state.liveOf(kind).all());
  const throttle = new Throttle(options.machineNow ?? (() => performance.now()));
  const server = new GraphServer(
    core,
    new Router(routes),
    throttle,
    options.verify,
    options.contract,
    options.authorityUrl ?? (() => 'https://login.microsoftonline.com'),
  );
  const events = seeded.world === null ? [] : storyEvents(seeded.world, journal.header.today);
  const follow = (now: Date): void => followClock(core, events, now.getTime());
  follow(clock.now());
  const stopFollowing = clock.onMove(follow);
  return {
    tenantId: options.tenantId,
    apps,
    registrationOf: (appId) => registrationOf(home, appId),
    appIdOfUri: (uri) => appIdOfUri(state, uri),
    displayName: () =>
      String(state.liveOf('organization').all()[0]?.props['displayName'] ?? options.tenantId),
    handle: (request) => server.handle(request),
    people: () => peopleOf(state),
    overview: () => overviewOf(core, namesOfGone(state)),
    onChange: (listener) => core.onChange(listener),
    stats: () => ({ ...server.tally, violationsByClient: { ...server.violationsByClient } }),
    fault: (spec) => setFault(core, spec),
    damage: (spec) => damage(core, seeded.world, spec),
    close: async () => {
      stopFollowing();
      core.close();
    },
  };
}

function headerOf(options: GraphTenantOptions): JournalHeader {
  const today = DateTime.fromJSDate(options.today ?? new Date(), { zone: storyZone }).toISODate() ?? '';
  return {
    format: JOURNAL_FORMAT,
    tenantId: options.tenantId,
    population: options.population,
    today,
    seededAt: options.population === 'story' ? storyTime(today, -15, 18, 0) : startOfDay(options.clock.now()),
  };
}

/** All dates of a seeded tenant are told from here, so that two starts on one day (UTC) have the same to the second. */
const startOfDay = (now: Date): number => DateTime.fromJSDate(now, { zone: 'utc' }).startOf('day').toMillis();

function seed(header: JournalHeader, options: GraphTenantOptions) {
  const { serviceApp } = options;
  if (header.format !== JOURNAL_FORMAT)
    throw new Error(
      `the kept tenant was made by another version of the sandbox (its format is ${String(header.format)}, not ${JOURNAL_FORMAT}) and cannot go on: erase its folder, or begin anew with --fresh`,
    );
  if (header.population === 'story') {
    const world: StoryWorld = storyWorld({ tenantId: header.tenantId, today: header.today, serviceApp });
    return { population: world.population, apps: world.apps, world };
  }
  const { population, apps } = seededPopulation(header.population, {
    tenantId: header.tenantId,
    seededAt: header.seededAt,
    serviceApp,
  });
  return { population, apps, world: null };
}

/** A tenant kept by an older sandbox has the permissions of an application beside it: they become assignments. */
function takeOverPermissions(core: TenantCore): void {
  for (const { appId } of core.apps) {
    const key = `permissions:${appId}`;
    const kept = core.state.meta.get(key);
    if (!Array.isArray(kept)) continue;
    const known = kept.map(String).filter((name) => roleOfName(name) !== undefined);
    core.once(key, null, () => consent(core, appId, known, actorOf(core, undefined)));
  }
}

const playedUntil = 'playedUntil';

/** Plays what the clock has passed, each event at its own time and only once; then empties the bin of what is over 30 days old. */
function followClock(core: TenantCore, events: readonly TimedEvent[], now: number): void {
  const last = core.state.meta.get(playedUntil);
  const from = typeof last === 'number' ? last : -Infinity;
  const due = events.filter((event) => event.at > from && event.at <= now);
  for (const event of due) core.once(playedUntil, event.at, () => event.play(core, event.at));
  followPim(core, now);
  followGroupLicences(core, now);
  followExpiry(core, now);
  purgeOverdue(core, now);
}

function peopleOf(state: TenantState): ReturnType<GraphTenant['people']> {
  return state
    .liveOf('user')
    .all()
    .map((user) => ({
      objectId: user.id,
      displayName: String(user.props['displayName'] ?? ''),
      userPrincipalName: String(user.props['userPrincipalName'] ?? ''),
      ...(typeof user.props['jobTitle'] === 'string' ? { jobTitle: user.props['jobTitle'] } : {}),
    }));
}

/** A purge forgets an object; the audit log still knows what it was called. */
function namesOfGone(state: TenantState): Map<string, string> {
  const names = new Map<string, string>();
  for (const { entry } of state.audits)
    for (const { id, displayName } of entry.targets)
      if (displayName !== null && state.find(id)?.gone) names.set(id, displayName);
  return names;
}

const clearing = z.strictObject({ clear: z.union([z.literal(true), z.enum(faultNames)]) });

/**
 * `{clear: true}`, `{clear: name}`, or a fault of faults.ts.
 * @throws z.ZodError for anything else
 */
function setFault(core: TenantCore, spec: Record<string, unknown>): unknown {
  if ('clear' in spec) {
    const { clear } = clearing.parse(spec);
    core.faults.clear(clear === true ? undefined : clear);
    return { armed: core.faults.list() };
  }
  const fault = faultSpec.parse(spec);
  if (fault.name === 'expireDeltaTokens') {
    core.setMeta('deltaTokensExpiredBefore', core.now());
    core.setMeta('deltaExpiredStatus', fault.status ?? 410);
    return { expired: new Date(core.now()).toISOString() };
  }
  core.faults.arm(fault);
  return { armed: core.faults.list() };
}
