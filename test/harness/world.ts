import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { startStage, type Stage } from '../../bot/demo/stage.js';
import { isNearMiss } from '../../bot/grammar/command.js';
import { parse } from '../../bot/grammar/parse.js';
import { newestSnapshot, playTwoWeeks } from '../../bot/demo/two-weeks.js';
import { codeToRun, ROOT } from './code.js';
import { Directory } from './directory.js';
import { People, visible } from './people.js';

/** The story's day: every date that a test reads off a card follows from it. */
const TODAY = '2026-11-21';

const graphStats = z.looseObject({
  writes: z.number(),
  violations: z.array(z.looseObject({ client: z.string() })),
});
const teamsStats = z.looseObject({
  violationCount: z.number(),
  violations: z.array(z.unknown()),
  botFailures: z.array(z.looseObject({ what: z.string(), problem: z.string() })),
  throttled: z.number(),
  unauthorized: z.number(),
});

const teamsInfo = z.looseObject({ people: z.array(z.looseObject({ displayName: z.string() })) });

/** A sandbox and the service in processes of their own, in a folder of their own, and the people who talk to them. */
export interface World {
  readonly stage: Stage;
  readonly people: People;
  readonly directory: Directory;
  readonly dataDir: string;
  /** Everything the two processes wrote to standard error so far. */
  readonly log: readonly string[];
  /** Something happens in the tenant behind Graph's back (sandbox/graph/damage.ts). */
  damage(...steps: readonly Readonly<Record<string, unknown>>[]): Promise<unknown>;
  advance(by: string): Promise<unknown>;
  /** Writes that Graph was asked for so far and did not throttle, those that it refused among them: an attempt counts, too. */
  writes(): Promise<number>;
  /** What must hold at the end of every story, whatever it was: see {@link Finding}. */
  findings(): Promise<Finding>;
  /** Ends both processes. @throws when one of {@link NEVER_FOUND} was found, so that no test of a world can pass over it */
  close(): Promise<void>;
}

/** All empty when the product behaved. */
export interface Finding {
  /** Requests to Graph that Microsoft's description does not know. */
  readonly graphViolations: readonly unknown[];
  /** Cards that Teams would refuse or show wrongly. */
  readonly cardViolations: readonly unknown[];
  /** Turns that Teams got no answer to. */
  readonly botFailures: readonly unknown[];
  /** Hosts other than this machine that the service spoke to (SPEC T7). */
  readonly foreignHosts: readonly string[];
  /** Shapes of what the service asked its database that no index serves, or that not every database of doc/scale.md takes. */
  readonly queries: readonly string[];
  /** Sentences at the foot of a card that nobody could type (SPEC C2). */
  readonly sentencesNotKnown: readonly string[];
  /** Log lines of level error. */
  readonly errors: readonly string[];
}

export interface WorldOptions {
  /** True: the two weeks of the story are played first (15 snapshots, the script amok); else there is one snapshot. */
  readonly twoWeeks: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export async function openWorld(options: WorldOptions): Promise<World> {
  // Short, because a unix socket's path has about a hundred bytes.
  const dataDir = mkdtempSync(join(tmpdir(), 'rw-'));
  const database = watchedDatabase(dataDir, options.env?.['NODE_OPTIONS']);
  const network = watchedNetwork(dataDir, database.env['NODE_OPTIONS']);
  const log: string[] = [];
  const stage = await startStage({
    root: ROOT,
    dataDir,
    today: TODAY,
    servicePort: 0,
    // A page left open on the demo's ports must not walk into a test.
    sandboxArgs: ['--any-ports'],
    code: codeToRun(),
    onLog: (line) => log.push(line),
    serviceEnv: { MONGODB_URI: '', LOG_LEVEL: 'info', ...options.env, ...database.env, ...network.env },
  });
  const end = async () => {
    await stage.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    if (options.twoWeeks) await playTwoWeeks(stage, () => undefined);
    else {
      await firstSnapshot(stage);
      await stage.installForPeople();
    }
  } catch (error) {
    await end();
    throw new Error(`the story could not be set up; the log ends with\n${log.slice(-20).join('\n')}`, {
      cause: error,
    });
  }
  // The sandbox's administrator adds the app to the channel again and again until the service is there to hear of it.
  const before = teamsStats.parse(await stage.control('teams-stats')).botFailures.length;
  const people = new People((path, body) => stage.control(path, body));
  const cast = teamsInfo
    .parse(await stage.control('teams-info'))
    .people.map(({ displayName }) => displayName);
  const findings = async (): Promise<Finding> => {
    const graph = graphStats.parse(await stage.control('stats'));
    const teams = teamsStats.parse(await stage.control('teams-stats'));
    return {
      graphViolations: graph.violations,
      cardViolations: teams.violations,
      botFailures: teams.botFailures.slice(before),
      foreignHosts: network.foreignHosts(),
      queries: database.findings(),
      sentencesNotKnown: await sentencesNotKnown(people, cast),
      errors: log.filter((line) => /"level":(50|60)/.test(line)),
    };
  };
  return {
    stage,
    dataDir,
    log,
    people,
    directory: new Directory(stage.sandbox),
    damage: (...steps) => stage.control('damage', { steps }),
    advance: (by) => stage.control('advance', { by }),
    writes: async () => graphStats.parse(await stage.control('stats')).writes,
    findings,
    async close() {
      const found = await findings().finally(end);
      const { graphViolations, cardViolations, foreignHosts, queries } = found;
      assert.deepEqual({ graphViolations, cardViolations, foreignHosts, queries }, NEVER_FOUND);
    },
  };
}

/**
 * Settings that preload watch-network.mjs, beside what `NODE_OPTIONS` asks for already.
 * @returns them, and the hosts other than this machine that were spoken to so far
 */
export function watchedNetwork(
  folder: string,
  nodeOptions = '',
): { readonly env: Readonly<Record<string, string>>; foreignHosts(): readonly string[] } {
  const file = join(folder, 'network.log');
  const watcher = pathToFileURL(join(import.meta.dirname, 'watch-network.mjs')).href;
  return {
    env: { NODE_OPTIONS: `--import=${watcher} ${nodeOptions}`.trim(), REWIND_TEST_NETWORK_LOG: file },
    foreignHosts: () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []),
  };
}

/**
 * Settings that preload watch-database.mjs, beside what `NODE_OPTIONS` asks for already.
 * @returns them; `shapes`: what the service asked its database so far; `findings`: what of it must not be
 */
export function watchedDatabase(folder: string, nodeOptions = ''): WatchedDatabase {
  const file = join(folder, 'database.log');
  const watcher = pathToFileURL(join(import.meta.dirname, 'watch-database.mjs')).href;
  const shapes = (): readonly AskedShape[] =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .filter(Boolean)
          .map((line) => askedShape.parse(JSON.parse(line)))
      : [];
  return {
    env: { NODE_OPTIONS: `--import=${watcher} ${nodeOptions}`.trim(), REWIND_TEST_DATABASE_LOG: file },
    shapes,
    findings: () => shapes().flatMap(({ what, shape }) => (what === 'seen' ? [] : [`${what}: ${shape}`])),
  };
}

const askedShape = z.object({ what: z.enum(['seen', 'beyond', 'scan']), shape: z.string() });
type AskedShape = z.infer<typeof askedShape>;

export interface WatchedDatabase {
  readonly env: Readonly<Record<string, string>>;
  shapes(): readonly AskedShape[];
  findings(): readonly string[];
}

/** What may not happen in any story, also where a process is killed in the middle of it. */
const NEVER_FOUND = { graphViolations: [], cardViolations: [], foreignHosts: [], queries: [] };

export const NOTHING_FOUND: Finding = {
  ...NEVER_FOUND,
  botFailures: [],
  sentencesNotKnown: [],
  errors: [],
};

async function sentencesNotKnown(people: People, cast: readonly string[]): Promise<readonly string[]> {
  const seen = (await Promise.all(cast.map((name) => people.sees(name)))).flat();
  const sentences = seen.flatMap((one) =>
    one.fromBot ? (/^say: (.+)$/m.exec(visible(one))?.[1] ?? []) : [],
  );
  const context = { now: new Date(`${TODAY}T12:00:00Z`), timeZone: 'Europe/Berlin' };
  return [...new Set(sentences)].filter((sentence) => isNearMiss(parse(sentence, context)));
}

async function firstSnapshot(stage: Stage): Promise<void> {
  const limit = AbortSignal.timeout(60_000);
  while (!limit.aborted) {
    if (await newestSnapshot(stage.serviceUrl)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('no first snapshot in a minute');
}
