import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { EJSON } from 'bson';
import type { Db, Document } from 'mongodb';
import { crossing } from './connect.js';
import { FORMAT, FORMAT_VERSION, inOrder, type TransferReport } from './export-format.js';

/** Fields that are sealed one-time credentials, in whatever collection. */
const SEALED = /^sealed/;

/**
 * Writes all collections to a file (services/store/export-format.ts), in bounded memory. The file gets its name when it is whole.
 * Read from a copy it is one moment of the database. From a server at work it is not, but history still holds: headers are read
 * first, so that every fact of theirs comes after, and the heads last, so that no number that a fact carries is ever given out again;
 * what lies between was never published as far as the import knows, and is swept by its next backup.
 */
export async function exportStore(
  db: Db,
  file: string,
  { writtenAt }: { readonly writtenAt: string },
): Promise<TransferReport> {
  const partial = `${file}.partial`;
  const report = { counts: {} as Record<string, number>, withheld: 0 };
  try {
    await crossing(() =>
      pipeline(
        Readable.from(linesOf(db, writtenAt, report)),
        createGzip(),
        createWriteStream(partial, { mode: 0o600, flags: 'w' }),
      ),
    );
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return report;
}

async function* linesOf(
  db: Db,
  writtenAt: string,
  report: { counts: Record<string, number>; withheld: number },
): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const hashed = (value: unknown): string => {
    const text = `${JSON.stringify(value)}\n`;
    hash.update(text);
    return text;
  };
  yield hashed({ format: FORMAT, version: FORMAT_VERSION, writtenAt });
  const collections = await db.listCollections({}, { nameOnly: true }).toArray();
  const names = collections.map(({ name }) => name).filter((name) => !name.startsWith('system.'));
  for (const name of inOrder(names)) {
    report.counts[name] = 0;
    // By _id, so that an append-only collection is read as a beginning of itself.
    for await (const document of db.collection(name).find({}, { sort: { _id: 1 } })) {
      report.counts[name] += 1;
      if (Object.keys(document).some((field) => SEALED.test(field))) report.withheld += 1;
      yield hashed([name, EJSON.serialize(forElsewhere(name, document), { relaxed: false })]);
    }
  }
  yield `${JSON.stringify({ counts: report.counts, sha256: hash.digest('hex') })}\n`;
}

/** Without sealed credentials, and without the claims of processes that will not be there. */
function forElsewhere(collection: string, document: Document): Document {
  const kept = Object.fromEntries(Object.entries(document).filter(([field]) => !SEALED.test(field)));
  // The fence stays: history refuses a lower one.
  if (collection === 'leases') return { ...kept, holder: '', until: 0 };
  if (collection === 'jobs') return { ...kept, lockedAt: null };
  return kept;
}
