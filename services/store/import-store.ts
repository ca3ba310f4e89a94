import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { EJSON } from 'bson';
import type { Db, Document } from 'mongodb';
import { RewindError } from '../model/errors.js';
import { crossing } from './connect.js';
import { FORMAT_VERSION, closing, line, opening, type TransferReport } from './export-format.js';

const BATCH = 500;

const refused = (what: string, hint: string): RewindError => new RewindError('INPUT_INVALID', { what, hint });

/**
 * Reads an export (services/store/export-format.ts) into an empty database, in bounded memory. The whole file is read and checked
 * before the first document is written; if the writing fails, what was written is taken away again.
 * @throws INPUT_INVALID: not an export, damaged or cut short, of a newer format, or the database is not empty
 */
export async function importStore(db: Db, file: string): Promise<TransferReport> {
  await refuseUnlessEmpty(db);
  const counts = await check(file);
  const written = new Set<string>();
  try {
    for await (const [name, documents] of batchesOf(file)) {
      written.add(name);
      await crossing(() => db.collection(name).insertMany(documents));
    }
  } catch (error) {
    for (const name of written) await db.collection(name).drop();
    throw error;
  }
  return { counts, withheld: 0 };
}

async function refuseUnlessEmpty(db: Db): Promise<void> {
  const collections = await crossing(() => db.listCollections({}, { nameOnly: true }).toArray());
  for (const { name } of collections)
    if (!name.startsWith('system.') && (await db.collection(name).findOne({})) !== null)
      throw refused(
        `The database is not empty: it has documents in "${name}".`,
        'Import into a new database or data folder; nothing is ever mixed or replaced.',
      );
}

/** @returns the counts that the file promises and holds */
async function check(file: string): Promise<Record<string, number>> {
  const hash = createHash('sha256');
  const counts: Record<string, number> = {};
  let end: ReturnType<typeof closing.parse> | undefined;
  let number = 0;
  for await (const text of linesOf(file)) {
    number += 1;
    if (end) throw broken();
    const parsed = parse(text);
    if (number === 1) checkOpening(parsed);
    else if (Array.isArray(parsed)) {
      const found = line.safeParse(parsed);
      if (!found.success) throw broken();
      const [name] = found.data;
      counts[name] = (counts[name] ?? 0) + 1;
    } else {
      end = closing.safeParse(parsed).data;
      if (!end) throw broken();
      continue;
    }
    hash.update(`${text}\n`);
  }
  if (!end || end.sha256 !== hash.digest('hex')) throw broken();
  for (const [name, count] of Object.entries(end.counts)) if ((counts[name] ?? 0) !== count) throw broken();
  return end.counts;
}

function checkOpening(parsed: unknown): void {
  const found = opening.safeParse(parsed);
  if (!found.success) throw notOurs();
  if (found.data.version > FORMAT_VERSION)
    throw refused(
      `The file has format version ${found.data.version}; this Entra Rewind reads up to ${FORMAT_VERSION}.`,
      'Import it with the version that wrote it, or a newer one.',
    );
}

const notOurs = (): RewindError =>
  refused('The file is no export of Entra Rewind.', 'Make one with: rewind export FILE');
const broken = (): RewindError =>
  refused('The file is damaged or cut short; nothing was imported.', 'Make the export again.');

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw broken();
  }
}

async function* batchesOf(file: string): AsyncGenerator<[string, Document[]]> {
  let current = '';
  let batch: Document[] = [];
  for await (const text of linesOf(file)) {
    const parsed = line.safeParse(JSON.parse(text));
    if (!parsed.success) continue;
    const [name, document] = parsed.data;
    if (batch.length > 0 && (name !== current || batch.length >= BATCH)) {
      yield [current, batch];
      batch = [];
    }
    current = name;
    batch.push(EJSON.deserialize(document as Document, { relaxed: false }) as Document);
  }
  if (batch.length > 0) yield [current, batch];
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const unpacked = createGunzip();
  const source = createReadStream(file);
  source.once('error', (error) => unpacked.destroy(error));
  source.pipe(unpacked).setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of unpacked as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
  } catch (error) {
    throw unreadable(file, error as NodeJS.ErrnoException);
  } finally {
    source.destroy();
  }
  if (rest !== '') throw broken();
}

function unreadable(file: string, { code, syscall }: NodeJS.ErrnoException): RewindError {
  if (syscall) return refused(`${file} cannot be read (${code}).`, 'Name a file that is there.');
  return code === 'Z_DATA_ERROR' ? notOurs() : broken();
}
