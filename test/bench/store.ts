/**
 * `npm run bench -- store --json`: what the database costs by itself, at two sizes: the embedded store, and in the same run an
 * independent one (FerretDB on SQLite) under the same load, through the same driver with the product's own settings.
 * Documents and indexes are those of history's versions, the largest collection of the product.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calculateObjectSize } from 'bson';
import { openStore, type Store } from '../../services/store/connect.js';
import { collectionsOf, createHistoryIndexes } from '../../services/store/history/documents.js';
import { sha256 } from '../../services/model/json.js';
import { buildIndependent, bytesOf, startEmbedded, type StartDatabase } from './databases.js';
import { round, spreadOf, type Spread } from './figures.js';

export interface StoreFigures {
  /** Mean size of a document in BSON. */
  readonly documentBytes: number;
  readonly sizes: readonly SizeFigures[];
}

interface SizeFigures {
  readonly documents: number;
  readonly embedded: DatabaseFigures;
  /** null = it could not be built here. */
  readonly independent: DatabaseFigures | null;
  /** Embedded by independent, so below 1 is better; of times the medians. */
  readonly ratios: Readonly<Record<string, number>> | null;
}

/** Times in milliseconds as the client waits for them. */
interface DatabaseFigures {
  /** In batches of 1,000, with all indexes; each batch acknowledged when it is on disk. */
  readonly bulkInsert: { readonly inMs: number; readonly perSecond: number };
  /** One document by its `_id`. */
  readonly pointRead: Spread;
  /** 1,000 documents in a row by an index. */
  readonly rangeScan: Spread;
  /** One field of one document, acknowledged when it is on disk. */
  readonly update: Spread;
  /** From the start of the process to the first document read. */
  readonly reopenInMs: number;
  /** Private memory at its peak; null where the system does not tell. */
  readonly memoryInMb: number | null;
  readonly diskBytesPerDocument: number;
}

const BATCH = 1_000;
const RANGE = 1_000;
/** A measure ends when it was taken so often, or after `longEnoughInMs`; a database that reads everything for a range gets but one. */
const TIMES = 1_000;
const RANGES = 100;
const TENANT = '11111111-1111-4111-8111-111111111111';

export async function benchStore(sizes: readonly number[], longEnoughInMs: number): Promise<StoreFigures> {
  const work = await mkdtemp(join(tmpdir(), 'bench-store-'));
  try {
    const independent = await buildIndependent(work);
    const figures: SizeFigures[] = [];
    for (const documents of sizes) {
      const mine = await measure(
        startEmbedded,
        join(work, `embedded-${documents}`),
        documents,
        longEnoughInMs,
      );
      note(documents, 'embedded', mine);
      const other =
        independent &&
        (await measure(independent, join(work, `independent-${documents}`), documents, longEnoughInMs));
      if (other) note(documents, 'independent', other);
      figures.push({
        documents,
        embedded: mine,
        independent: other,
        ratios: other && ratiosOf(mine, other),
      });
    }
    const sample = Array.from({ length: 100 }, (_, number) => calculateObjectSize(documentOf(number)));
    return {
      documentBytes: round(sample.reduce((sum, bytes) => sum + bytes, 0) / sample.length, 0),
      sizes: figures,
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const note = (documents: number, name: string, figures: DatabaseFigures): void =>
  console.error(`${documents} documents, ${name}: ${JSON.stringify(figures)}`);

async function measure(
  start: StartDatabase,
  folder: string,
  documents: number,
  longEnoughInMs: number,
): Promise<DatabaseFigures> {
  await mkdir(folder);
  let database = await start(folder);
  let store = await open(database.uri);
  try {
    await createHistoryIndexes(collectionsOf(store.db));
    const insertInMs = await insertAll(store, documents);
    const ids = Array.from({ length: documents }, (_, number) => idOf(number)).sort();
    const { versions } = collectionsOf(store.db);
    const pick = picker(documents);

    const each = (times: number, work: () => Promise<void>) => timesOf(times, longEnoughInMs, work);
    const pointRead = await each(TIMES, async () => {
      if (!(await versions.findOne({ _id: keyOf(pick()) }))) throw new Error('a document is missing');
    });
    const rangeScan = await each(RANGES, async () => {
      const first = pick(documents - RANGE);
      const objectId = { $gte: ids[first]!, $lte: ids[first + RANGE - 1]! };
      const found = await versions.find({ tenant: TENANT, objectId } as object).toArray();
      if (found.length !== RANGE) throw new Error(`${found.length} documents where ${RANGE} lie`);
    });
    const update = await each(TIMES, async () => {
      const { matchedCount } = await versions.updateOne({ _id: keyOf(pick()) }, { $set: { to: pick() } });
      if (matchedCount !== 1) throw new Error('a document is missing');
    });
    const memoryInMb = database.peakMemoryInMb();
    await store.close();
    await database.stop();
    const diskBytes = await bytesOf(folder);

    const began = performance.now();
    database = await start(folder);
    store = await open(database.uri);
    await collectionsOf(store.db).versions.findOne({ _id: keyOf(pick()) });
    const reopenInMs = round(performance.now() - began, 0);
    return {
      bulkInsert: {
        inMs: round(insertInMs, 0),
        perSecond: round((documents / insertInMs) * 1_000, 0),
      },
      pointRead: spreadOf(pointRead),
      rangeScan: spreadOf(rangeScan),
      update: spreadOf(update),
      reopenInMs,
      memoryInMb,
      diskBytesPerDocument: round(diskBytes / documents, 0),
    };
  } finally {
    await store.close();
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** With the product's own write and read concern. */
const open = (mongoUri: string): Promise<Store> => openStore({ mongoUri, dataDir: '', dbName: 'bench' });

async function insertAll({ db }: Store, documents: number): Promise<number> {
  const { versions } = collectionsOf(db);
  let inMs = 0;
  for (let first = 0; first < documents; first += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, documents - first) }, (_, n) => documentOf(first + n));
    const began = performance.now();
    await versions.insertMany(batch, { ordered: false });
    inMs += performance.now() - began;
  }
  return inMs;
}

async function timesOf(times: number, longEnoughInMs: number, work: () => Promise<void>): Promise<number[]> {
  const took: number[] = [];
  const until = performance.now() + longEnoughInMs;
  while (took.length < times && (took.length < 1 || performance.now() < until)) {
    const began = performance.now();
    await work();
    took.push(performance.now() - began);
  }
  return took;
}

/** The same numbers in the same order for every database. */
function picker(below: number): (limit?: number) => number {
  let turn = 0;
  return (limit = below) => parseInt(sha256(`pick ${turn++}`).slice(0, 12), 16) % limit;
}

/** As random as Entra's object ids, so that nothing lies in the order of insertion. */
const idOf = (number: number): string => {
  const hex = sha256(String(number));
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
};
const keyOf = (number: number): string => `${TENANT}/${idOf(number)}/1`;

type VersionDocument = Parameters<ReturnType<typeof collectionsOf>['versions']['insertOne']>[0];

function documentOf(number: number): VersionDocument {
  const objectId = idOf(number);
  const name = `Person ${number} of Contoso`;
  const upn = `person.${number}@contoso.example`;
  const body = {
    accountEnabled: true,
    assignedLicenses: [],
    businessPhones: ['+49 30 1234567'],
    city: 'Berlin',
    companyName: 'Contoso',
    country: 'Germany',
    createdDateTime: '2024-02-03T08:15:30Z',
    department: `Department ${number % 97}`,
    displayName: name,
    employeeId: String(number),
    givenName: 'Person',
    identities: [{ issuer: 'contoso.example', issuerAssignedId: upn, signInType: 'userPrincipalName' }],
    jobTitle: 'Analyst',
    mail: upn,
    mailNickname: `person.${number}`,
    officeLocation: `Room ${number % 389}`,
    otherMails: [],
    preferredLanguage: 'de-DE',
    proxyAddresses: [`SMTP:${upn}`],
    surname: String(number),
    usageLocation: 'DE',
    userPrincipalName: upn,
    userType: 'Member',
  };
  const text = JSON.stringify(body);
  return {
    _id: keyOf(number),
    tenant: TENANT,
    type: 'user',
    objectId,
    from: 1,
    to: 2_000_000_000,
    hash: sha256(text),
    name,
    keys: [name.toLowerCase(), upn, objectId],
    state: 'live',
    body: text,
  } as unknown as VersionDocument;
}

function ratiosOf(mine: DatabaseFigures, other: DatabaseFigures): Readonly<Record<string, number>> {
  const by = (a: number | null, b: number | null): number => (a === null || !b ? 0 : round(a / b, 4));
  return {
    bulkInsert: by(mine.bulkInsert.inMs, other.bulkInsert.inMs),
    pointRead: by(mine.pointRead.p50, other.pointRead.p50),
    rangeScan: by(mine.rangeScan.p50, other.rangeScan.p50),
    update: by(mine.update.p50, other.update.p50),
    reopen: by(mine.reopenInMs, other.reopenInMs),
    memory: by(mine.memoryInMb, other.memoryInMb),
    disk: by(mine.diskBytesPerDocument, other.diskBytesPerDocument),
  };
}

export function storeLines({ documentBytes, sizes }: StoreFigures): string[] {
  const ms = ({ p50, p95 }: Spread): string => `p50 ${p50} ms, p95 ${p95} ms`;
  const lines = (name: string, figures: DatabaseFigures | null): string[] =>
    figures === null
      ? [`  ${name}: not at hand`]
      : [
          `  ${name}: ${figures.bulkInsert.perSecond} inserted a second; point read ${ms(figures.pointRead)}; range of ${RANGE} ${ms(figures.rangeScan)}; update ${ms(figures.update)}`,
          `  ${' '.repeat(name.length)}  reopened in ${figures.reopenInMs} ms; memory ${figures.memoryInMb ?? '?'} MB; ${figures.diskBytesPerDocument} bytes of disk a document`,
        ];
  return [
    `documents of ${documentBytes} bytes with the indexes of history`,
    ...sizes.flatMap(({ documents, embedded, independent, ratios }) => [
      `${documents} documents`,
      ...lines('embedded', embedded),
      ...lines('independent', independent),
      ...(ratios
        ? [
            `  embedded / independent: ${Object.entries(ratios)
              .map(([k, v]) => `${k} ${v}`)
              .join(', ')}`,
          ]
        : []),
    ]),
  ];
}
