/**
 * `npm run bench -- history --json`: a year of daily snapshots, written through the product's own commit path: what a day adds to the
 * disk, and what going back and comparing costs, each against what really changed. On the embedded store, or on the server of
 * MONGODB_URI (a database of its own there, dropped afterwards).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Db } from 'mongodb';
import { catalog } from '../../services/catalog/index.js';
import type { SnapshotHeader, WantedLink, WantedObject } from '../../services/model/history.js';
import { objectId, tenantId } from '../../services/model/ids.js';
import { canonicalJson, sha256 } from '../../services/model/json.js';
import { MultisetSum, linkElement, versionElement } from '../../services/model/snapshot-digest.js';
import { changesBetween } from '../../services/snapshots/changes-between.js';
import { openStore, type Store } from '../../services/store/connect.js';
import { copyFolder } from '../../services/store/folder-copy.js';
import { createHistory, type History } from '../../services/store/history/index.js';
import { recordedDb } from './recorded-db.js';
import { bytesOf } from './databases.js';
import { median, round, spreadOf, type Spread } from './figures.js';

export interface HistorySize {
  readonly users: number;
  readonly groups: number;
  readonly days: number;
  /** Day to go back to. */
  readonly asOf: number;
  /** Days to compare. */
  readonly diff: readonly [from: number, to: number];
}
export const YEAR: HistorySize = { users: 10_000, groups: 500, days: 365, asOf: 200, diff: [100, 300] };
export const MONTH: HistorySize = { users: 1_000, groups: 50, days: 30, asOf: 16, diff: [8, 24] };

export interface HistoryFigures {
  readonly size: HistorySize & { readonly links: number; readonly usersChangedADay: number };
  /** From begin to published. */
  readonly firstSnapshotInMs: number;
  readonly dailySnapshot: Spread;
  readonly disk: DiskFigures | null;
  /** All versions and links of that day. */
  readonly asOf: ReadingFigures & { readonly day: number };
  /** The same of the newest day, to compare with. */
  readonly newest: ReadingFigures;
  /** The tenant-wide difference report. */
  readonly diff: ReadingFigures & { readonly from: number; readonly to: number };
  /** The same between the last two days. */
  readonly diffOfADay: ReadingFigures;
}

interface DiskFigures {
  readonly megabytesAfterFirst: number;
  readonly megabytesAfterLast: number;
  /** Without free pages, as a compacted copy. */
  readonly compactedMegabytes: number;
  /** Canonical JSON of all bodies and links that were new or ended from the second day on. */
  readonly changedMegabytes: number;
  /** What the days after the first added (compacted) / changedMegabytes. */
  readonly ratio: number;
}

interface ReadingFigures {
  /** The middle one of several. */
  readonly inMs: number;
  /** Versions and links that the answer is made of. */
  readonly documents: number;
  /** Documents that the database looked at, by its own explain. */
  readonly examined: number;
  /** examined / documents. */
  readonly ratio: number;
  /** The bodies and links that the answer is made of, and what a megabyte of them takes. */
  readonly megabytes: number;
  readonly msAMegabyte: number;
}

const TENANT = tenantId('11111111-1111-4111-8111-111111111111');
const LINKS_A_USER = 3;
const CHANGED_SHARE = 0.01;
const PAGE = 1_000;
const ROUNDS = 3;

export async function benchHistory(size: HistorySize): Promise<HistoryFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-history-'));
  const mongoUri = process.env['MONGODB_URI'];
  const store = await openStore({ mongoUri, dataDir: folder, dbName: `bench-${process.pid}` });
  try {
    return await measure(store, folder, size);
  } finally {
    if (mongoUri) await store.db.dropDatabase();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(store: Store, folder: string, size: HistorySize): Promise<HistoryFigures> {
  const { db, queries } = recordedDb(store.db);
  const history = createHistory(db);
  await history.createIndexes();
  const tenant = new Tenant(size);
  const began = performance.now();
  let header = await commit(history, 1, tenant.everything());
  const firstSnapshotInMs = round(performance.now() - began, 0);
  const onDisk = async (): Promise<number> => (store.kind === 'embedded' ? bytesOf(folder) : 0);
  const compacted = async (): Promise<number> => {
    if (store.kind !== 'embedded') return 0;
    const copy = await mkdtemp(join(tmpdir(), 'bench-history-copy-'));
    try {
      await copyFolder(folder, copy);
      return await bytesOf(copy);
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  };
  const [afterFirst, compactedFirst] = [await onDisk(), await compacted()];

  const headers = new Map([[1, header]]);
  const daily: number[] = [];
  let changedBytes = 0;
  for (let day = 2; day <= size.days; day += 1) {
    const change = tenant.nextDay(day);
    changedBytes += bytesIn(change);
    const start = performance.now();
    header = await commit(history, day, change);
    daily.push(performance.now() - start);
    headers.set(day, header);
    if (day % 50 === 0) console.error(`day ${day}: ${round(daily.at(-1)!)} ms`);
  }
  const [afterLast, compactedLast] = [await onDisk(), await compacted()];
  const megabytes = (bytes: number): number => round(bytes / 1e6, 2);
  const examining = <T>(work: () => Promise<T>): Promise<{ result: T; examined: number }> =>
    examinedBy(store.db, queries, work);
  const read = (day: number) => readState(history, headers.get(day)!, examining);
  const compare = (from: number, to: number) => readChanges(history, from, to, examining);
  const added = compactedLast - compactedFirst;
  return {
    size: { ...size, links: size.users * LINKS_A_USER, usersChangedADay: size.users * CHANGED_SHARE },
    firstSnapshotInMs,
    dailySnapshot: spreadOf(daily),
    disk:
      store.kind === 'embedded'
        ? {
            megabytesAfterFirst: megabytes(afterFirst),
            megabytesAfterLast: megabytes(afterLast),
            compactedMegabytes: megabytes(compactedLast),
            changedMegabytes: megabytes(changedBytes),
            ratio: round(added / changedBytes, 2),
          }
        : null,
    asOf: { day: size.asOf, ...(await read(size.asOf)) },
    newest: await read(size.days),
    diff: { from: size.diff[0], to: size.diff[1], ...(await compare(...size.diff)) },
    diffOfADay: await compare(size.days - 1, size.days),
  };
}

interface Change {
  readonly users: readonly WantedObject[];
  readonly groups: readonly WantedObject[];
  readonly links: readonly WantedLink[];
}

/** As an increment does it: objects in pages, then links; published by one update of the header. */
async function commit(
  history: History,
  day: number,
  { users, groups, links }: Change,
): Promise<SnapshotHeader> {
  const at = new Date(Date.UTC(2026, 0, day, 1)).toISOString();
  const run = await history.begin(TENANT, { trigger: 'schedule', startedAt: at, fence: 1 });
  for (const page of pagesOf([...groups, ...users])) await run.putObjects(page);
  for (const page of pagesOf(links)) await run.putLinks(page);
  return run.publish({
    finishedAt: at,
    mode: day === 1 ? 'full' : 'increment',
    parts: {},
    tokens: {},
    cost: { requests: 0, resourceUnits: 0, writes: 0, throttled: 0 },
    partialReasons: [],
  });
}

const pagesOf = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / PAGE) }, (_, page) =>
    items.slice(page * PAGE, (page + 1) * PAGE),
  );

const linkBytes = ({ kind, source, target }: Pick<WantedLink, 'kind' | 'source' | 'target'>): number =>
  JSON.stringify({ kind, source, target }).length;

const bytesIn = ({ users, groups, links }: Change): number =>
  [...users, ...groups].reduce((sum, { body }) => sum + canonicalJson(body).length, 0) +
  links.reduce((sum, link) => sum + linkBytes(link), 0);

type Examining = <T>(work: () => Promise<T>) => Promise<{ result: T; examined: number }>;

/** Runs it several times; the last time its queries are explained. */
async function timed<T extends { readonly documents: number; readonly bytes: number }>(
  work: () => Promise<T>,
  examining: Examining,
): Promise<ReadingFigures> {
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    await work();
    took.push(performance.now() - began);
  }
  const {
    result: { documents, bytes },
    examined,
  } = await examining(work);
  const inMs = median(took);
  return {
    inMs: round(inMs, 0),
    documents,
    examined,
    ratio: round(examined / documents, 2),
    megabytes: round(bytes / 1e6, 2),
    msAMegabyte: round(inMs / (bytes / 1e6), 0),
  };
}

/** The whole tenant as of a snapshot; that it is the right one is shown by its digest. */
async function readState(
  history: History,
  header: SnapshotHeader,
  examining: Examining,
): Promise<ReadingFigures> {
  const sum = new MultisetSum();
  for await (const version of history.eachVersionAt(TENANT, header.seq)) sum.add(versionElement(version));
  for await (const link of history.eachLinkAt(TENANT, header.seq)) sum.add(linkElement(link));
  if (sum.digest() !== header.state) throw new Error(`what was read is not snapshot ${header.seq}`);
  return timed(async () => {
    let [documents, bytes] = [0, 0];
    for await (const { body } of history.eachVersionAt(TENANT, header.seq)) {
      documents += 1;
      bytes += canonicalJson(body).length;
    }
    for await (const link of history.eachLinkAt(TENANT, header.seq)) {
      documents += 1;
      bytes += linkBytes(link);
    }
    return { documents, bytes };
  }, examining);
}

async function readChanges(
  history: History,
  from: number,
  to: number,
  examining: Examining,
): Promise<ReadingFigures> {
  let [documents, bytes] = [0, 0];
  for await (const { body } of history.changedVersions(TENANT, from, to)) {
    documents += 1;
    bytes += canonicalJson(body).length;
  }
  for await (const link of history.changedLinks(TENANT, from, to)) {
    documents += 1;
    bytes += linkBytes(link);
  }
  return timed(async () => {
    const { items } = await changesBetween({ history, catalog }, TENANT, from, to);
    if (items.length === 0) throw new Error('no difference was found');
    return { documents, bytes };
  }, examining);
}

/** What the queries of `work` make the database look at, by its explain. */
async function examinedBy<T>(
  db: Db,
  queries: ReturnType<typeof recordedDb>['queries'],
  work: () => Promise<T>,
): Promise<{ result: T; examined: number }> {
  queries.length = 0;
  const result = await work();
  let examined = 0;
  for (const { collection, filter, sort, limit } of queries) {
    const found = db.collection(collection).find(filter, { limit, ...(sort ? { sort } : {}) });
    const plan = (await found.explain('executionStats')) as {
      executionStats?: { totalDocsExamined?: number };
    };
    examined += plan.executionStats?.totalDocsExamined ?? 0;
  }
  return { result, examined };
}

/** A tenant that changes a little every day, the same way each time. */
class Tenant {
  private readonly revisions: number[];
  private readonly memberships: number[][];
  private turn = 0;

  constructor(private readonly size: HistorySize) {
    this.revisions = new Array<number>(size.users).fill(0);
    this.memberships = this.revisions.map(() => {
      const groups = new Set<number>();
      while (groups.size < LINKS_A_USER) groups.add(this.pick(size.groups));
      return [...groups];
    });
  }

  everything(): Change {
    return {
      users: this.revisions.map((_, number) => this.user(number)),
      groups: Array.from({ length: this.size.groups }, (_, number) => groupOf(number)),
      links: this.memberships.flatMap((groups, number) => groups.map((group) => link(group, number, 'live'))),
    };
  }

  /** One user in a hundred changes a property, and moves from one group to another. */
  nextDay(day: number): Change {
    const chosen = new Set<number>();
    while (chosen.size < this.size.users * CHANGED_SHARE) chosen.add(this.pick(this.size.users));
    const links: WantedLink[] = [];
    for (const number of chosen) {
      this.revisions[number] = day;
      const groups = this.memberships[number]!;
      const left = groups.shift()!;
      links.push(link(left, number, 'gone'));
      let joined = this.pick(this.size.groups);
      while (joined === left || groups.includes(joined)) joined = this.pick(this.size.groups);
      groups.push(joined);
      links.push(link(joined, number, 'live'));
    }
    return { users: [...chosen].map((number) => this.user(number)), groups: [], links };
  }

  private user(number: number): WantedObject {
    const name = `Person ${number} of Contoso`;
    const upn = `person.${number}@contoso.example`;
    return {
      type: 'user',
      objectId: userId(number),
      name,
      keys: [name.toLowerCase(), upn],
      state: 'live',
      body: {
        accountEnabled: true,
        city: 'Berlin',
        companyName: 'Contoso',
        country: 'Germany',
        createdDateTime: '2024-02-03T08:15:30Z',
        department: `Department ${this.revisions[number]}`,
        displayName: name,
        employeeId: String(number),
        givenName: 'Person',
        jobTitle: 'Analyst',
        mail: upn,
        mailNickname: `person.${number}`,
        officeLocation: `Room ${number % 389}`,
        proxyAddresses: [`SMTP:${upn}`],
        surname: String(number),
        usageLocation: 'DE',
        userPrincipalName: upn,
        userType: 'Member',
      },
    };
  }

  private pick(below: number): number {
    return parseInt(sha256(`pick ${this.turn++}`).slice(0, 12), 16) % below;
  }
}

const guid = (text: string) => {
  const hex = sha256(text);
  return objectId(
    [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-'),
  );
};
const userId = (number: number) => guid(`user ${number}`);
const groupId = (number: number) => guid(`group ${number}`);

const groupOf = (number: number): WantedObject => ({
  type: 'group',
  objectId: groupId(number),
  name: `Team ${number}`,
  keys: [`team ${number}`],
  state: 'live',
  body: { displayName: `Team ${number}`, securityEnabled: true, mailEnabled: false, groupTypes: [] },
});

const link = (group: number, user: number, standing: WantedLink['standing']): WantedLink => ({
  kind: 'member',
  source: groupId(group),
  target: userId(user),
  targetType: 'user',
  standing,
});

export function historyLines(figures: HistoryFigures): string[] {
  const { size, disk } = figures;
  const reading = (label: string, { inMs, documents, examined, ratio, megabytes }: ReadingFigures): string =>
    `${label.padEnd(18)} ${inMs} ms for ${documents} documents (${megabytes} MB); the database looked at ${examined}, ${ratio} of each`;
  return [
    `${size.days} daily snapshots of ${size.users} users, ${size.groups} groups, ${size.links} links; ${size.usersChangedADay} users a day change a property and a group`,
    `first snapshot ${figures.firstSnapshotInMs} ms; daily p50 ${figures.dailySnapshot.p50} ms, p95 ${figures.dailySnapshot.p95} ms`,
    ...(disk
      ? [
          `disk: ${disk.megabytesAfterFirst} MB after the first, ${disk.megabytesAfterLast} MB after the last (${disk.compactedMegabytes} MB compacted); ${disk.changedMegabytes} MB changed, ratio ${disk.ratio}`,
        ]
      : []),
    reading(`as of day ${figures.asOf.day}`, figures.asOf),
    reading('newest day', figures.newest),
    reading(`day ${figures.diff.from} → ${figures.diff.to}`, figures.diff),
    reading('last day', figures.diffOfADay),
  ];
}
