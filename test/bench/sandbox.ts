/**
 * `npm run bench -- sandbox --json`: list pages a second of the sandbox, validating and not, against a plain Node server that
 * sends the same bytes; and what a large population takes to start.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, type Child } from '../../bot/demo/processes.js';
import type { SandboxReady } from '../../sandbox/types.js';
import { median, round } from './figures.js';
import type { RecordedPage } from './plain-server.js';

const here = fileURLToPath(import.meta.url);
const ending = here.endsWith('.ts') ? '.ts' : '.js';
const scriptAt = (path: string): string => fileURLToPath(new URL(`${path}${ending}`, import.meta.url));
const nodeArgs = ending === '.ts' ? ['--import', 'tsx'] : [];

/** What a backup lists, as it asks for it, and what a client asks that sets nothing. */
const LISTS: Readonly<Record<string, string>> = {
  usersDefault: '/v1.0/users?$top=999',
  usersFull:
    '/v1.0/users?$top=999&$select=id,accountEnabled,assignedLicenses,city,companyName,country,createdDateTime,department,displayName,employeeId,employeeType,givenName,identities,jobTitle,licenseAssignmentStates,mail,mailNickname,mobilePhone,officeLocation,onPremisesExtensionAttributes,otherMails,postalCode,proxyAddresses,state,streetAddress,surname,usageLocation,userPrincipalName,userType&$expand=manager($select=id)',
  groups: '/v1.0/groups?$top=999',
};
const ROUNDS = 5;
const REQUESTS_A_ROUND = 60;
const AT_ONCE = 4;

export interface SandboxFigures {
  readonly population: { readonly users: number; readonly groups: number; readonly seed: number };
  /** From the start of the process to its ready line, and what it then holds. */
  readonly large: {
    readonly users: number;
    readonly groups: number;
    readonly startInMs: number;
    /** null where the system does not tell (/proc). */
    readonly memoryInMb: number | null;
  };
  readonly lists: Readonly<Record<string, ListFigures>>;
}

interface ListFigures {
  readonly kilobytesAPage: number;
  readonly plainPagesPerSecond: number;
  readonly pagesPerSecond: number;
  readonly validatingPagesPerSecond: number;
  /** pagesPerSecond / plainPagesPerSecond: the median of rounds that take turns. */
  readonly ratio: number;
  readonly validatingRatio: number;
}

interface Size {
  readonly users: number;
  readonly groups: number;
  readonly seed: number;
}

export async function benchSandbox(size: Size, large: Omit<Size, 'seed'>): Promise<SandboxFigures> {
  return {
    population: size,
    large: await startLarge({ ...large, seed: size.seed }),
    lists: await compare(size),
  };
}

const start = (size: Size, ...more: string[]): Promise<Child<SandboxReady>> =>
  startChild<SandboxReady>(
    scriptAt('../../sandbox/main'),
    [
      ...['--users', String(size.users), '--groups', String(size.groups), '--seed', String(size.seed)],
      ...['--json', '--any-ports', ...more],
    ],
    { nodeArgs },
  );

async function startLarge(size: Size): Promise<SandboxFigures['large']> {
  const began = performance.now();
  const child = await start(size, '--no-contract');
  const startInMs = round(performance.now() - began, 0);
  const memoryInMb = residentMb(child.process.pid);
  await child.stop();
  return { users: size.users, groups: size.groups, startInMs, memoryInMb };
}

function residentMb(pid: number | undefined): number | null {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return peak === undefined ? null : round(Number(peak) / 1024, 0);
  } catch {
    return null;
  }
}

/** One server under measurement: its address and how to speak to it. */
interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: Agent;
}

async function compare(size: Size): Promise<SandboxFigures['lists']> {
  const folders = [mkdtempSync(join(tmpdir(), 'bench-fast-')), mkdtempSync(join(tmpdir(), 'bench-strict-'))];
  const [fastDir = '', strictDir = ''] = folders;
  const fast = await start(size, '--data', fastDir, '--no-contract');
  const strict = await start(size, '--data', strictDir);
  try {
    const targets = { fast: await target(fast.ready), strict: await target(strict.ready) };
    const figures: Record<string, ListFigures> = {};
    for (const [name, path] of Object.entries(LISTS))
      figures[name] = await compareList(path, fastDir, targets.fast, targets.strict);
    return figures;
  } finally {
    await Promise.all([fast.stop(), strict.stop()]);
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

async function target(ready: SandboxReady): Promise<Target> {
  const agent = new Agent({ keepAlive: true, ca: readFileSync(ready.caFile), maxSockets: AT_ONCE });
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: ready.clientId,
    client_secret: ready.clientSecret,
    scope: 'https://graph.microsoft.com/.default',
  });
  const answer = await send(`${ready.authority}/${ready.tenantId}/oauth2/v2.0/token`, {
    agent,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const { access_token: token } = JSON.parse(Buffer.from(answer.body).toString()) as { access_token: string };
  const off = await fetch(`${ready.control}/_sandbox/damage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ do: 'switch', name: 'throttling', value: false }),
  });
  if (!off.ok) throw new Error(`the sandbox did not stop throttling: ${off.status}`);
  return { url: ready.graph, headers: { authorization: `Bearer ${token}` }, agent };
}

async function compareList(path: string, tlsDir: string, fast: Target, strict: Target): Promise<ListFigures> {
  const pages = await record(fast, path);
  const plain = fork(scriptAt('plain-server'), [tlsDir], { execArgv: nodeArgs, serialization: 'advanced' });
  plain.send(pages.map((page) => ({ ...page, body: new Uint8Array(page.body) })));
  const [url] = (await once(plain, 'message')) as [string];
  const yardstick: Target = { url, headers: {}, agent: fast.agent };
  try {
    const paths = Array.from({ length: REQUESTS_A_ROUND }, (_, i) => pages[i % pages.length]?.path ?? path);
    // The validating sandbox has links of its own; only its first page is asked for, as often.
    const firstOnly = paths.map(() => path);
    const speeds = { plain: [] as number[], fast: [] as number[], strict: [] as number[] };
    for (const one of [yardstick, fast, strict]) await walk(one, firstOnly);
    for (let i = 0; i < ROUNDS; i += 1) {
      speeds.plain.push(await walk(yardstick, paths));
      speeds.fast.push(await walk(fast, paths));
      speeds.strict.push(await walk(strict, firstOnly));
    }
    const ratios = (of: readonly number[]) => of.map((speed, i) => speed / (speeds.plain[i] ?? speed));
    return {
      kilobytesAPage: round(pages.reduce((sum, page) => sum + page.body.length, 0) / pages.length / 1024),
      plainPagesPerSecond: round(median(speeds.plain)),
      pagesPerSecond: round(median(speeds.fast)),
      validatingPagesPerSecond: round(median(speeds.strict)),
      ratio: round(median(ratios(speeds.fast)), 2),
      validatingRatio: round(median(ratios(speeds.strict)), 2),
    };
  } finally {
    plain.kill();
  }
}

/** Every page of a list, as sent. */
async function record(from: Target, path: string): Promise<RecordedPage[]> {
  const pages: RecordedPage[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const answer = await send(`${from.url}${next}`, { agent: from.agent, headers: from.headers });
    pages.push({ path: next, headers: answer.headers, body: answer.body });
    const link = (JSON.parse(Buffer.from(answer.body).toString()) as Record<string, unknown>)[
      '@odata.nextLink'
    ];
    next = typeof link === 'string' ? link.replace(from.url, '') : undefined;
  }
  return pages;
}

/** @returns pages a second, some at once, bodies thrown away */
async function walk(on: Target, paths: readonly string[]): Promise<number> {
  const waiting = [...paths];
  const began = performance.now();
  const worker = async (): Promise<void> => {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop())
      await send(`${on.url}${path}`, { agent: on.agent, headers: on.headers });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return (paths.length * 1000) / (performance.now() - began);
}

interface Ask {
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly body?: string;
}

async function send(url: string, ask: Ask): Promise<{ headers: Record<string, string>; body: Buffer }> {
  const { agent, headers, method = 'GET' } = ask;
  const sent = request(url, { agent, headers, method });
  sent.end(ask.body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  if (response.statusCode !== 200) throw new Error(`${url}: ${response.statusCode} ${Buffer.concat(chunks)}`);
  return { headers: response.headers as Record<string, string>, body: Buffer.concat(chunks) };
}

const list = (name: string, one: ListFigures): string =>
  `${name.padEnd(14)} ${one.kilobytesAPage} KB a page   plain ${one.plainPagesPerSecond}/s   sandbox ${one.pagesPerSecond}/s (ratio ${one.ratio})   validating ${one.validatingPagesPerSecond}/s (ratio ${one.validatingRatio})`;

export const sandboxLines = ({ population, large, lists }: SandboxFigures): string[] => [
  `list pages of ${population.users} users, ${population.groups} groups (seed ${population.seed})`,
  ...Object.entries(lists).map(([name, one]) => list(name, one)),
  `start with ${large.users} users, ${large.groups} groups: ${large.startInMs} ms, ${large.memoryInMb ?? '?'} MB`,
];
