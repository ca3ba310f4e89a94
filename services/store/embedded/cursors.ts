import { Double, Long, serialize } from 'bson';
import { randomBytes } from 'node:crypto';
import { MAX_DOCUMENT_BYTES } from './bytes.js';
import { StoreError } from './errors.js';
import type { Steps } from './query.js';
import type { Document } from './values.js';

const FIRST_BATCH = 101;
/** Idle cursors are forgotten after this time, as MongoDB does. */
const IDLE_IN_MS = 10 * 60_000;
/** How long one reader may keep the thread, and after how many steps it looks at the time. */
const SLICE_IN_MS = 15;
const STEPS_PER_LOOK = 64;

/**
 * Drives a reader, letting others have their turn between two slices.
 * @param take  says whether it wants more
 * @returns whether there may be more
 * @throws MaxTimeMSExpired  @param maxTimeInMs 0 = any time
 */
export async function drive<T>(
  steps: Steps<T>,
  maxTimeInMs: number,
  take: (item: T) => boolean,
): Promise<boolean> {
  const startedAt = performance.now();
  let sliceAt = startedAt;
  for (let count = 1; ; count++) {
    // Not "for of": that would end the generator with the first batch.
    const step = steps.next();
    if (step.done) return false;
    if (step.value !== undefined && !take(step.value)) return true;
    if (count % STEPS_PER_LOOK !== 0) continue;
    const now = performance.now();
    if (maxTimeInMs > 0 && now - startedAt > maxTimeInMs)
      throw new StoreError('MaxTimeMSExpired', 'operation exceeded time limit');
    if (now - sliceAt < SLICE_IN_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    sliceAt = performance.now();
  }
}

/** The one item of a reader that ends with its result. */
export async function resultOf<T>(steps: Steps<T>, maxTimeInMs: number): Promise<T> {
  let result: T;
  await drive(steps, maxTimeInMs, (item) => {
    result = item;
    return true;
  });
  return result!;
}

interface Cursor {
  readonly ns: string;
  readonly steps: Steps<Buffer>;
  /** Read already, but it did not fit into the last batch. */
  held?: Buffer;
  usedAt: number;
}

/** Open cursors of one server. They hold no lmdb transaction: between two batches others may write. */
export class Cursors {
  private readonly open = new Map<string, Cursor>();

  /** @param single  the first batch is all that is wanted */
  async first(
    ns: string,
    steps: Steps<Buffer>,
    options: { readonly batchSize?: number; readonly maxTimeMS: number },
    single = false,
  ): Promise<Buffer> {
    const cursor: Cursor = { ns, steps, usedAt: performance.now() };
    const { documents, more } = await fill(cursor, options.batchSize ?? FIRST_BATCH, options.maxTimeMS);
    const isKept = more && !single;
    const id = isKept
      ? Long.fromBits(randomBytes(4).readInt32LE(), randomBytes(4).readInt32LE() >>> 1)
      : Long.ZERO;
    this.forgetIdle();
    if (isKept) this.open.set(id.toString(), cursor);
    return cursorReply(id, ns, 'firstBatch', documents);
  }

  /** @throws CursorNotFound */
  async more(id: Long, ns: string, batchSize: number | undefined, maxTimeInMs: number): Promise<Buffer> {
    const cursor = this.open.get(id.toString());
    if (cursor?.ns !== ns) throw new StoreError('CursorNotFound', `cursor id ${id.toString()} not found`);
    cursor.usedAt = performance.now();
    const { documents, more } = await fill(cursor, batchSize || Infinity, maxTimeInMs);
    if (!more) this.open.delete(id.toString());
    return cursorReply(more ? id : Long.ZERO, ns, 'nextBatch', documents);
  }

  /** @returns whether it was open */
  kill(id: Long): boolean {
    return this.open.delete(id.toString());
  }

  private forgetIdle(): void {
    const before = performance.now() - IDLE_IN_MS;
    for (const [id, cursor] of this.open) if (cursor.usedAt < before) this.open.delete(id);
  }
}

/** A batch has at least one document, and otherwise ends below 16 MB. */
async function fill(
  cursor: Cursor,
  most: number,
  maxTimeInMs: number,
): Promise<{ documents: Buffer[]; more: boolean }> {
  const documents = cursor.held && most > 0 ? [cursor.held] : [];
  if (documents.length > 0) cursor.held = undefined;
  let bytes = documents[0]?.length ?? 0;
  if (documents.length >= most) return { documents, more: true };
  const more = await drive(cursor.steps, maxTimeInMs, (next) => {
    if (documents.length > 0 && bytes + next.length > MAX_DOCUMENT_BYTES) {
      cursor.held = next;
      return false;
    }
    documents.push(next);
    bytes += next.length;
    return documents.length < most;
  });
  return { documents, more };
}

/** `{cursor: {firstBatch | nextBatch: […], id, ns}, ok: 1}`, with the documents' bytes put in as they are. */
function cursorReply(
  id: Long,
  ns: string,
  part: 'firstBatch' | 'nextBatch',
  batch: readonly Buffer[],
): Buffer {
  const name = (type: number, text: string): Buffer => Buffer.from(`${String.fromCharCode(type)}${text}\0`);
  const document = (...parts: Uint8Array[]): Buffer => {
    const bytes = Buffer.concat([Buffer.alloc(4), ...parts, Buffer.alloc(1)]);
    bytes.writeInt32LE(bytes.length);
    return bytes;
  };
  const list = document(...batch.flatMap((one, i) => [name(3, String(i)), one]));
  // The rest is the library's: its bytes without the length before them and the NUL after them.
  const rest = (fields: Document): Uint8Array => serialize(fields).subarray(4, -1);
  const cursor = document(name(4, part), list, rest({ id, ns }));
  return document(name(3, 'cursor'), cursor, rest({ ok: new Double(1) }));
}

/** A short list, whole in its first batch. */
export const listReply = (ns: string, documents: readonly Document[]): Document => ({
  cursor: { firstBatch: documents, id: Long.ZERO, ns },
  ok: 1,
});
