/**
 * `npm run bench -- --smoke --json`: what backup and chat cost on a seeded tenant, against the sandbox on this machine.
 * `npm run bench -- sandbox` measures the sandbox itself instead (sandbox.ts), `store` the database alone (store.ts), `history` a year
 * of snapshots (history.ts); each has a `--smoke` size.
 * The contract checks of the sandbox are off here; `--contract` turns them on and shows what they cost.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startChild } from '../../bot/demo/processes.js';
import type { Figures, RunFigures, Spread } from './figures.js';
import { benchHistory, historyLines, MONTH, YEAR } from './history.js';
import { benchSandbox, sandboxLines } from './sandbox.js';
import { benchStore, storeLines } from './store.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    smoke: { type: 'boolean' },
    json: { type: 'boolean' },
    contract: { type: 'boolean' },
    users: { type: 'string', default: '5000' },
    groups: { type: 'string' },
    seed: { type: 'string', default: '7' },
  },
});

interface Sandbox {
  readonly graph: string;
  readonly authority: string;
  readonly teams: string;
  readonly control: string;
  readonly openId: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly botAppId: string;
  readonly botAppSecret: string;
  readonly caFile: string;
}

/** Runs from the sources (tsx) or from dist/, as this file itself does. */
const here = fileURLToPath(import.meta.url);
const ending = here.endsWith('.ts') ? '.ts' : '.js';
const scriptAt = (path: string): string => fileURLToPath(new URL(`${path}${ending}`, import.meta.url));
const nodeArgs = ending === '.ts' ? ['--import', 'tsx'] : [];

async function bench(): Promise<Figures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rewind-bench-'));
  const users = values.smoke ? '5000' : values.users;
  const groups = values.groups ?? String(Math.max(10, Math.round(Number(users) / 10)));
  const sandbox = await startChild<Sandbox>(
    scriptAt('../../sandbox/main'),
    [
      '--users',
      users,
      '--groups',
      groups,
      '--seed',
      values.seed,
      '--json',
      ...(values.contract ? [] : ['--no-contract']),
    ],
    { nodeArgs },
  );
  try {
    return await measure(settingsFor(sandbox.ready, dataDir));
  } finally {
    await sandbox.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Runs the worker, which trusts the sandbox's certificates from its start, to its end. */
async function measure(settings: Readonly<Record<string, string>>): Promise<Figures> {
  const worker = spawn(process.execPath, [...nodeArgs, scriptAt('worker')], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed, [code]] = await Promise.all([text(worker.stdout), once(worker, 'exit')]);
  if (code !== 0) throw new Error(`the measuring process ended with ${String(code)}`);
  return JSON.parse(printed) as Figures;
}

/** The service's own settings (`.env.sample`), pointing at the sandbox. */
const settingsFor = (sandbox: Sandbox, dataDir: string): Record<string, string> => ({
  TENANT_ID: sandbox.tenantId,
  CLIENT_ID: sandbox.clientId,
  CLIENT_SECRET: sandbox.clientSecret,
  GRAPH_URL: sandbox.graph,
  AUTHORITY_URL: sandbox.authority,
  BOT_APP_ID: sandbox.botAppId,
  BOT_SECRET: sandbox.botAppSecret,
  BOT_OPENID_URL: sandbox.openId,
  TEAMS_SERVICE_URL: sandbox.teams,
  BOT_SERVICE_HOSTS: new URL(sandbox.teams).host,
  TIME_ZONE: 'Europe/Berlin',
  DATA_DIR: dataDir,
  LOG_LEVEL: 'silent',
  NODE_EXTRA_CA_CERTS: sandbox.caFile,
  NODE_ENV: 'development',
  BENCH_SEED: values.seed,
});

const run = (label: string, figures: RunFigures): string =>
  `${label.padEnd(16)} ${String(figures.inMs).padStart(8)} ms   draining alone ${String(figures.drainInMs).padStart(8)} ms   ratio ${figures.ratio}   processor ${figures.cpuInMs} ms   ${figures.requests} requests, ${figures.resourceUnits} resource units, ${figures.megabytes} MB`;
const spread = (label: string, { p50, p95, max, count }: Spread): string =>
  `${label.padEnd(16)} p50 ${p50} ms   p95 ${p95} ms   max ${max} ms   (${count} times)`;

async function main(): Promise<void> {
  const show = (figures: object, lines: () => string[]): void =>
    console.log(values.json ? JSON.stringify(figures) : lines().join('\n'));
  if (positionals[0] === 'sandbox') {
    const large = values.smoke ? { users: 5_000, groups: 500 } : { users: 100_000, groups: 10_000 };
    const figures = await benchSandbox({ ...large, seed: Number(values.seed) });
    return show(figures, () => sandboxLines(figures));
  }
  if (positionals[0] === 'store') {
    const figures = await (values.smoke
      ? benchStore([5_000], 2_000)
      : benchStore([100_000, 1_000_000], 20_000));
    return show(figures, () => storeLines(figures));
  }
  if (positionals[0] === 'history') {
    const figures = await benchHistory(values.smoke ? MONTH : YEAR);
    return show(figures, () => historyLines(figures));
  }
  if (positionals.length > 0) throw new Error(`there is no benchmark "${positionals[0]}"`);
  const figures = await bench();
  show(figures, () => [
    `${figures.population.users} users, ${figures.population.groups} groups, ${figures.population.links} links (seed ${figures.population.seed})`,
    run('first backup', figures.firstBackup),
    run('increment', figures.increment),
    spread('show user', figures.showUser),
    spread('restore options', figures.restoreOptions),
    spread('restore preview', figures.restorePreview),
    `memory of the product at its peak: ${figures.peakMemoryInMb} MB`,
  ]);
}

await main();
