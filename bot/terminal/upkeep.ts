import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createAuditLog } from '../../services/audit/audit-log.js';
import { RewindError } from '../../services/model/errors.js';
import type { TenantId } from '../../services/model/ids.js';
import { verifyTenant } from '../../services/snapshots/verify.js';
import { openStore, type Store } from '../../services/store/connect.js';
import { copyFolder, holdsStore } from '../../services/store/folder-copy.js';
import { startEmbeddedStore } from '../../services/store/embedded-process.js';
import { exportStore } from '../../services/store/export-store.js';
import { createHistory } from '../../services/store/history/index.js';
import { importStore } from '../../services/store/import-store.js';
import { createRecordStore } from '../../services/store/records.js';
import { createSystemClock } from '../clock.js';
import { SETTINGS } from '../config.js';
import { EXIT } from './protocol.js';

/**
 * Work on the database itself, by whoever may read its folder or has its URI: no chat, no roles, no Entra. Not sentences: they take
 * exactly these words.
 */
const WORDS = ['store', 'export', 'import', 'backup-store'] as const;
type Word = (typeof WORDS)[number];

export const isUpkeep = (word: string | undefined): word is Word => WORDS.includes(word as Word);

export interface UpkeepOptions {
  /** The service's DATA_DIR, as `--data` names it. */
  readonly data?: string;
  readonly port?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends `rewind store`. */
  readonly leave: AbortSignal;
  readonly print: (text: string) => void;
  /** Remarks, kept apart from what scripts read. */
  readonly remark: (text: string) => void;
}

/** @returns the exit code @throws CONFIG_INVALID, INPUT_INVALID, STORE_UNREACHABLE */
export async function upkeep(word: Word, args: readonly string[], options: UpkeepOptions): Promise<number> {
  const [target, ...more] = args;
  if (more.length > 0 || (word === 'store') !== (target === undefined)) {
    options.remark(
      `rewind store [--port N] · rewind export FILE · rewind import FILE · rewind backup-store DIR`,
    );
    return EXIT.usage;
  }
  switch (word) {
    case 'store':
      return serve(options);
    case 'export':
      return exportTo(resolve(target!), options);
    case 'import':
      return importFrom(resolve(target!), options);
    case 'backup-store':
      return backupTo(resolve(target!), options);
  }
}

const mongoUri = ({ data, env }: UpkeepOptions): string | undefined =>
  data === undefined ? env['MONGODB_URI']?.trim() || undefined : undefined;
const dbName = ({ env }: UpkeepOptions): string =>
  SETTINGS.MONGODB_DB.schema.parse(env['MONGODB_DB']?.trim() || undefined);

/** Folders in which the embedded store may lie, best first. */
const foldersOf = ({ data, env }: UpkeepOptions): string[] =>
  (data !== undefined
    ? [data, join(data, 'service')]
    : [env['DATA_DIR']?.trim() || join('.data', 'service'), join('.data', 'demo', 'service')]
  ).map((folder) => join(folder, 'store'));

/** @throws CONFIG_INVALID */
function existingStore(options: UpkeepOptions): string {
  const found = foldersOf(options).find(holdsStore);
  if (found === undefined)
    throw new RewindError('CONFIG_INVALID', {
      reason: `there is no embedded store in ${foldersOf(options).join(' or ')}; name its DATA_DIR with --data`,
    });
  return found;
}

/** Text of the embedded store's own errors as one of ours. */
async function onFolder<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof RewindError || !(cause instanceof Error)) throw cause;
    throw new RewindError('CONFIG_INVALID', { reason: cause.message }, { cause });
  }
}

async function serve(options: UpkeepOptions): Promise<number> {
  if (mongoUri(options))
    throw new RewindError('INPUT_INVALID', {
      what: 'The settings name a server in MONGODB_URI; that one is open to tools already.',
      hint: 'For an embedded store, name its folder with --data.',
    });
  const port = portOf(options.port);
  const folder = existingStore(options);
  const store = await onFolder(() => startEmbeddedStore({ dataDir: folder, port }));
  options.print(store.uri);
  if (store.port !== undefined) {
    options.print(`mongodb://127.0.0.1:${store.port}/?directConnection=true`);
    options.remark('Open to every program and every account on this machine, without a password.');
  }
  options.remark(`Database ${dbName(options)}. Until Ctrl-C, no service can use this folder.`);
  await new Promise<void>((done) => {
    if (options.leave.aborted) done();
    else options.leave.addEventListener('abort', () => done(), { once: true });
  });
  await store.close();
  return EXIT.ok;
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new RewindError('INPUT_INVALID', { what: `${text} is no port.`, hint: 'For example: --port 27027' });
}

async function exportTo(file: string, options: UpkeepOptions): Promise<number> {
  const writtenAt = createSystemClock().now().toISOString();
  const report = await withReadable(options, (store) => exportStore(store.db, file, { writtenAt }));
  options.print(`Exported ${tally(report.counts)} to ${file}.`);
  if (report.withheld > 0)
    options.remark(
      `${report.withheld} one-time credentials were left out: they are sealed for this installation.`,
    );
  return EXIT.ok;
}

/** The server, or a copy of the embedded store as it is at this moment, whether a service is at work on it or not. */
async function withReadable<T>(options: UpkeepOptions, work: (store: Store) => Promise<T>): Promise<T> {
  const uri = mongoUri(options);
  if (uri) return withStore({ mongoUri: uri, dataDir: '' }, options, work);
  const folder = existingStore(options);
  const copy = await mkdtemp(join(folder, '..', 'copy-'));
  try {
    await onFolder(() => copyFolder(folder, copy));
    return await withStore({ dataDir: copy }, options, work);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function withStore<T>(
  where: { readonly mongoUri?: string; readonly dataDir: string },
  options: UpkeepOptions,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore({ ...where, dbName: dbName(options) });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function importFrom(file: string, options: UpkeepOptions): Promise<number> {
  const uri = mongoUri(options);
  const where = uri ? { mongoUri: uri, dataDir: '' } : { dataDir: foldersOf(options)[0]! };
  return withStore(where, options, async (store) => {
    const { counts } = await importStore(store.db, file);
    await createHistory(store.db).createIndexes();
    options.print(`Imported ${tally(counts)}.`);
    return tellProof(await prove(store), options);
  });
}

async function backupTo(target: string, options: UpkeepOptions): Promise<number> {
  if (mongoUri(options))
    throw new RewindError('INPUT_INVALID', {
      what: 'The database is a server: its own tools copy it (mongodump, or snapshots of its disks).',
      hint: '"rewind export FILE" writes its documents to a file.',
    });
  const folder = existingStore(options);
  await onFolder(() => copyFolder(folder, target));
  options.print(
    `Copied ${folder} to ${target}. To go back, put the copy in its place while no service runs.`,
  );
  return withStore({ dataDir: target }, options, async (store) => tellProof(await prove(store), options));
}

interface Proof {
  readonly tenants: number;
  readonly snapshots: number;
  readonly auditEntries: number;
  readonly broken: readonly string[];
}

/** Recomputes `state` and `chain` of every snapshot, and the audit's chain, of every tenant in the database. */
async function prove({ db }: Store): Promise<Proof> {
  const clock = createSystemClock();
  const history = createHistory(db);
  const records = createRecordStore(db);
  const audit = createAuditLog({ store: records, clock });
  await records.createIndexes();
  const tenants = new Set<TenantId>([
    ...((await db.collection('snapshots').distinct('tenant')) as TenantId[]),
    ...((await db.collection('audit').distinct('tenant')) as TenantId[]),
  ]);
  let [snapshots, auditEntries] = [0, 0];
  const broken: string[] = [];
  for (const tenant of tenants) {
    const report = await verifyTenant({ history, clock }, tenant);
    const { entries, firstBroken } = await audit.verify(tenant);
    snapshots += report.snapshots;
    auditEntries += entries;
    broken.push(...report.broken);
    if (firstBroken !== null) broken.push(`The audit does not hold from entry ${firstBroken}.`);
  }
  return { tenants: tenants.size, snapshots, auditEntries, broken };
}

function tellProof({ tenants, snapshots, auditEntries, broken }: Proof, options: UpkeepOptions): number {
  for (const text of broken) options.remark(text);
  options.print(
    `Verified ${snapshots} snapshots and ${auditEntries} audit entries of ${tenants} tenants: ` +
      (broken.length === 0 ? 'all hold.' : `${broken.length} findings.`),
  );
  return broken.length === 0 ? EXIT.ok : EXIT.failed;
}

const tally = (counts: Readonly<Record<string, number>>): string =>
  `${Object.values(counts).reduce((sum, count) => sum + count, 0)} documents of ${Object.keys(counts).length} collections`;
