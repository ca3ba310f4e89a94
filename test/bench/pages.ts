/** List pages of a running sandbox beside a plain server that sends the same bytes. */
import { fork, type ChildProcess } from 'node:child_process';
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

/** Pages of a list that are read in their order: a list of a hundred thousand users from end to end. */
const LIST_PAGES = 101;
/** So many of them, before the plain server has its turn. */
const PAGES_A_TURN = 10;
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
  /**
   * Time of the plain server by time of the sandbox, for a list that was never asked for before, read from its beginning to its end:
   * the median of rounds that differ in the size of their pages.
   */
  readonly firstRatio: number;
  /** The same for a list that was read before something in the tenant changed; the median of rounds. */
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
  const server = fork(plainServer, [tlsDir], { execArgv: nodeArgs, serialization: 'advanced' });
  const [url] = (await once(server, 'message')) as [string];
  const plain: Target = { url, headers: {}, agent: sandbox.agent };
  try {
    const first = await readFirst(path, sandbox, plain, server);
    const firsts = [first.ratio];
    for (let fewer = 1; fewer < ROUNDS; fewer += 1)
      firsts.push((await readFirst(inSmallerPages(path, fewer), sandbox, plain, server)).ratio);
    const some = first.paths.slice(0, PAGES);
    const paths = Array.from({ length: REQUESTS_A_ROUND }, (_, i) => some[i % some.length] ?? path);
    const again = { plain: [] as number[], sandbox: [] as number[] };
    for (let i = 0; i < ROUNDS; i += 1) {
      again.plain.push(await walk(plain, paths, AT_ONCE));
      again.sandbox.push(await walk(sandbox, paths, AT_ONCE));
    }
    const changed: number[] = [];
    for (let i = 0; i < ROUNDS; i += 1) changed.push(await afterChange(first.paths, sandbox, plain));
    return {
      kilobytesAPage: round(first.bytes / first.paths.length / 1024),
      plainPagesPerSecond: round(median(again.plain)),
      pagesPerSecond: round(median(again.sandbox)),
      ratio: round(median(again.sandbox.map((speed, i) => speed / (again.plain[i] ?? speed))), 2),
      firstRatio: round(median(firsts), 2),
      changedRatio: round(median(changed), 2),
    };
  } finally {
    server.kill();
  }
}

/** The same list, asked for in a way in which nobody asked for it yet. */
function inSmallerPages(path: string, fewer: number): string {
  const top = /\$top=(\d+)/.exec(path)?.[1];
  if (top === undefined) return `${path}${path.includes('?') ? '&' : '?'}$top=${DEFAULT_TOP - fewer}`;
  return path.replace(`$top=${top}`, `$top=${Number(top) - fewer}`);
}

/** Items on a page where nothing is said. */
const DEFAULT_TOP = 100;

/**
 * Reads a list from its beginning, as a client does that follows each nextLink at once. The plain server gets what the sandbox sent and
 * sends it in its turn, so that both are timed while the machine is equally busy; once before, as it is to be warm.
 */
async function readFirst(
  path: string,
  sandbox: Target,
  plain: Target,
  server: ChildProcess,
): Promise<{ paths: readonly string[]; bytes: number; ratio: number }> {
  const paths: string[] = [];
  const inMs = { sandbox: 0, plain: 0 };
  let bytes = 0;
  for (let next: string | undefined = path; next !== undefined && paths.length < LIST_PAGES;) {
    const turn = await readOn(sandbox, next);
    for (const { path: asked, headers, body } of turn.pages) {
      server.send({ path: asked, headers, body: new Uint8Array(body) } satisfies RecordedPage);
      await once(server, 'message');
      bytes += body.length;
      paths.push(asked);
    }
    await readAll(plain, turn.pages);
    inMs.sandbox += turn.inMs;
    inMs.plain += await readAll(plain, turn.pages);
    next = turn.next;
  }
  return { paths, bytes, ratio: inMs.plain / inMs.sandbox };
}

/** Changes something small, somewhere, and reads the list again, in turns with the plain server. */
async function afterChange(paths: readonly string[], sandbox: Target, plain: Target): Promise<number> {
  changes += 1;
  const set = { description: `Changed ${changes} times` };
  await damage(sandbox.control ?? '', { do: 'patchGroup', group: 'All employees', set });
  const inMs = { sandbox: 0, plain: 0 };
  for (let i = 0; i < paths.length; i += PAGES_A_TURN) {
    const turn = paths.slice(i, i + PAGES_A_TURN).map((path) => ({ path }));
    inMs.sandbox += await readAll(sandbox, turn);
    inMs.plain += await readAll(plain, turn);
  }
  return inMs.plain / inMs.sandbox;
}

interface Turn {
  readonly pages: readonly (Sent & { readonly path: string })[];
  readonly next: string | undefined;
  readonly inMs: number;
}

/** Follows nextLinks for one turn. */
async function readOn(from: Target, path: string): Promise<Turn> {
  const pages: (Sent & { path: string })[] = [];
  const began = performance.now();
  let next: string | undefined = path;
  while (next !== undefined && pages.length < PAGES_A_TURN) {
    const sent = await send(`${from.url}${next}`, from);
    pages.push({ ...sent, path: next });
    next = nextIn(sent.body)?.replace(from.url, '');
  }
  return { pages, next, inMs: performance.now() - began };
}

/** Looked up and not parsed, which would take longer than to get the page; it stands before the items. */
function nextIn(body: Buffer): string | undefined {
  const [, link] = /"@odata\.nextLink":("[^"]*")/.exec(body.toString('utf8', 0, HEAD_AT_MOST)) ?? [];
  return link === undefined ? undefined : (JSON.parse(link) as string);
}

/** In bytes. */
const HEAD_AT_MOST = 4096;

async function readAll(from: Target, pages: readonly { readonly path: string }[]): Promise<number> {
  const began = performance.now();
  for (const { path } of pages) await send(`${from.url}${path}`, from);
  return performance.now() - began;
}

let changes = 0;

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

interface Sent {
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

async function send(url: string, ask: Ask): Promise<Sent> {
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
