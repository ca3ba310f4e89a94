/** List pages of a running sandbox beside a plain server that sends the same bytes. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { fileURLToPath } from 'node:url';
import type { SandboxReady } from '../../sandbox/types.js';
import { median, round } from './figures.js';
import type { RecordedPage } from './plain-server.js';

const isSource = fileURLToPath(import.meta.url).endsWith('.ts');
const plainServer = fileURLToPath(new URL(`plain-server.${isSource ? 'ts' : 'js'}`, import.meta.url));
const nodeArgs = isSource ? ['--import', 'tsx'] : [];

/** Pages of a list that are asked for the first time: a list of a hundred thousand users from end to end. */
const FIRST_PAGES = 101;
/** Those of them that are asked for again; the others are alike. */
const PAGES = 20;
const ROUNDS = 7;
const REQUESTS_A_ROUND = 60;
const AT_ONCE = 4;

export interface PageFigures {
  readonly kilobytesAPage: number;
  readonly plainPagesPerSecond: number;
  readonly pagesPerSecond: number;
  /** pagesPerSecond / plainPagesPerSecond: the median of rounds that take turns, some requests at once. */
  readonly ratio: number;
  /** The same for pages that were never asked for before, one after another, as a list is read from end to end. */
  readonly firstRatio: number;
  /** The same for pages that were asked for before something in the tenant changed. */
  readonly changedRatio: number;
}

/** One server under measurement: its address and how to speak to it. */
export interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: Agent;
  /** Of the sandbox, whose tenant can be changed. */
  readonly control?: string;
}

/** Signs in, and stops the sandbox from throttling. */
export async function targetOf(ready: SandboxReady): Promise<Target> {
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
  const { access_token: token } = JSON.parse(answer.body.toString()) as { access_token: string };
  await damage(ready.control, { do: 'switch', name: 'throttling', value: false });
  return { url: ready.graph, headers: { authorization: `Bearer ${token}` }, agent, control: ready.control };
}

async function damage(control: string, step: object): Promise<void> {
  const done = await fetch(`${control}/_sandbox/damage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(step),
  });
  if (!done.ok) throw new Error(`the sandbox did not do ${JSON.stringify(step)}: ${done.status}`);
}

export async function jsonFrom<T>(from: Target, path: string): Promise<T> {
  return JSON.parse((await send(`${from.url}${encodeURI(path)}`, from)).body.toString()) as T;
}

/** Follows a list, or a round of delta, to its end. */
export async function drain(
  from: Target,
  path: string,
  take: (page: { value: unknown[] }) => void,
): Promise<void> {
  for (let next: string | undefined = path; next !== undefined;) {
    const { body } = await send(`${from.url}${next}`, from);
    const page = JSON.parse(body.toString()) as { value: unknown[]; '@odata.nextLink'?: string };
    take(page);
    next = page['@odata.nextLink']?.replace(from.url, '');
  }
}

/** @param tlsDir  the sandbox's data folder: the plain server speaks with the same certificate */
export async function compareWithPlain(path: string, sandbox: Target, tlsDir: string): Promise<PageFigures> {
  const recorded = await record(sandbox, path);
  const plain = fork(plainServer, [tlsDir], { execArgv: nodeArgs, serialization: 'advanced' });
  plain.send(recorded.pages.map((page) => ({ ...page, body: new Uint8Array(page.body) })));
  const [url] = (await once(plain, 'message')) as [string];
  const yardstick: Target = { url, headers: {}, agent: sandbox.agent };
  try {
    const all = recorded.pages.map((page) => page.path);
    const each = all.slice(0, PAGES);
    const paths = Array.from({ length: REQUESTS_A_ROUND }, (_, i) => each[i % each.length] ?? path);
    // Once to warm up, then as the pages were recorded.
    await walk(yardstick, all, 1);
    const oneByOne = await walk(yardstick, all, 1);
    const again = await inTurns(yardstick, sandbox, (target) => walk(target, paths, AT_ONCE));
    const changed = await inTurns(yardstick, sandbox, async (target) => {
      if (target.control !== undefined) await change(target.control);
      return walk(target, each, 1);
    });
    const bytes = recorded.pages.reduce((sum, page) => sum + page.body.length, 0);
    return {
      kilobytesAPage: round(bytes / recorded.pages.length / 1024),
      plainPagesPerSecond: again.plain,
      pagesPerSecond: again.sandbox,
      ratio: again.ratio,
      firstRatio: round(recorded.pagesPerSecond / oneByOne, 2),
      changedRatio: changed.ratio,
    };
  } finally {
    plain.kill();
  }
}

/** Medians of what rounds measure, and of their ratios. */
async function inTurns(
  plain: Target,
  sandbox: Target,
  measure: (target: Target) => Promise<number>,
): Promise<{ plain: number; sandbox: number; ratio: number }> {
  const rounds: { plain: number; sandbox: number }[] = [];
  for (let i = 0; i < ROUNDS; i += 1)
    rounds.push({ plain: await measure(plain), sandbox: await measure(sandbox) });
  return {
    plain: round(median(rounds.map((one) => one.plain))),
    sandbox: round(median(rounds.map((one) => one.sandbox))),
    ratio: round(median(rounds.map((one) => one.sandbox / one.plain)), 2),
  };
}

let changes = 0;

/** Something small, somewhere. */
async function change(control: string): Promise<void> {
  changes += 1;
  await damage(control, {
    do: 'patchGroup',
    group: 'All employees',
    set: { description: `The ${changes}th` },
  });
}

/** A list from its beginning as sent, and how fast it came: its pages were never asked for before. */
async function record(
  from: Target,
  path: string,
): Promise<{ pages: readonly RecordedPage[]; pagesPerSecond: number }> {
  const pages: RecordedPage[] = [];
  let inMs = 0;
  for (let next: string | undefined = path; next !== undefined && pages.length < FIRST_PAGES;) {
    const began = performance.now();
    const { headers, body } = await send(`${from.url}${next}`, from);
    inMs += performance.now() - began;
    pages.push({ path: next, headers, body });
    const link = (JSON.parse(body.toString()) as Record<string, unknown>)['@odata.nextLink'];
    next = typeof link === 'string' ? link.replace(from.url, '') : undefined;
  }
  return { pages, pagesPerSecond: (pages.length * 1000) / inMs };
}

/** @returns pages a second, so many at once, bodies thrown away */
async function walk(on: Target, paths: readonly string[], atOnce: number): Promise<number> {
  const waiting = [...paths];
  const began = performance.now();
  const worker = async (): Promise<void> => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift())
      await send(`${on.url}${path}`, on);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
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
  const body = Buffer.concat(chunks);
  if (response.statusCode !== 200) throw new Error(`${url}: ${response.statusCode} ${body}`);
  return { headers: response.headers as Record<string, string>, body };
}
