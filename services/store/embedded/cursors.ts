import { serialize } from 'bson';
import { randomBytes } from 'node:crypto';
import { StoreError } from './errors.js';
import type { Steps } from './query.js';
import { MAX_DOCUMENT_BYTES, type Document } from './values.js';

const FIRST_BATCH = 101;
/** Idle cursors are forgotten after this time, as MongoDB does. */
const IDLE_IN_MS = 10 * 60_000;
/** How long one reader may keep the thread, and after how many steps it looks at the time. */
const SLICE_IN_MS = 15;
const STEPS_PER_LOOK = 64;

/**
 * Drives a reader, letting others have their turn between two slices.
 * @param take  says false when it wants no more  @param maxTimeInMs 0 = any time
 * @returns whether there may be more. @throws MaxTimeMSExpired
 */
export async function drive<T>(
  steps: Steps<T>,
  maxTimeInMs: number,
  take: (item: T) => unknown,
): Promise<boolean> {
  const startedAt = performance.now();
  let sliceAt = startedAt;
  for (let count = 1; ; count++) {
    // Not "for of": that would end the generator with the first batch.
    const step = steps.next();
    if (step.done) return false;
    if (step.value !== undefined && take(step.value) === false) return true;
    if (count % STEPS_PER_LOOK !== 0) continue;
    const now = performance.now();
    if (maxTimeInMs > 0 && now - startedAt > maxTimeInMs)
      throw new StoreError('MaxTimeMSExpired', 'operation exceeded time limit');
    if (now - sliceAt < SLICE_IN_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    sliceAt = performance.now();
  }
}

interface Cursor {
  readonly ns: string;
  readonly steps: Steps<Buffer>;
  /** Read already, but it did not fit into the last batch. */
  held?: Buffer;
  usedAt: number;
}
type BatchOptions = Readonly<{ batchSize?: number; maxTimeMS: number }>;

/** Open cursors of one server. They hold no lmdb transaction: between two batches others may write. */
export class Cursors {
  readonly open = new Map<bigint, Cursor>();

  /** @param single  the first batch is all that is wanted */
  async first(ns: string, steps: Steps<Buffer>, options: BatchOptions, single = false): Promise<Buffer> {
    const cursor: Cursor = { ns, steps, usedAt: performance.now() };
    const [batch, more] = await fill(cursor, options.batchSize ?? FIRST_BATCH, options.maxTimeMS);
    for (const [id, { usedAt }] of this.open)
      if (usedAt < performance.now() - IDLE_IN_MS) this.open.delete(id);
    const id = more && !single ? randomBytes(8).readBigUInt64LE() >> 1n : 0n;
    if (id !== 0n) this.open.set(id, cursor);
    return cursorReply(id, ns, 'firstBatch', batch);
  }

  /** @throws CursorNotFound */
  async more(id: bigint, ns: string, { batchSize, maxTimeMS }: BatchOptions): Promise<Buffer> {
    const cursor = this.open.get(id);
    if (cursor?.ns !== ns) throw new StoreError('CursorNotFound', `cursor id ${id} not found`);
    cursor.usedAt = performance.now();
    const [batch, more] = await fill(cursor, batchSize || Infinity, maxTimeMS);
    if (!more) this.open.delete(id);
    return cursorReply(more ? id : 0n, ns, 'nextBatch', batch);
  }
}

/** A batch has at least one document, and otherwise ends below 16 MB. @returns it, and whether there may be more */
async function fill(cursor: Cursor, most: number, maxInMs: number): Promise<[Buffer[], boolean]> {
  const batch = cursor.held && most > 0 ? [cursor.held] : [];
  if (batch.length > 0) cursor.held = undefined;
  let bytes = batch[0]?.length ?? 0;
  if (batch.length >= most) return [batch, true];
  const more = await drive(cursor.steps, maxInMs, (next) => {
    bytes += next.length;
    if (batch.length === 0 || bytes <= MAX_DOCUMENT_BYTES) return batch.push(next) < most;
    cursor.held = next;
    return false;
  });
  return [batch, more];
}

/** The same as `listReply`, with the documents' bytes put in as they are. */
function cursorReply(id: bigint, ns: string, part: string, batch: readonly Buffer[]): Buffer {
  const document = (...parts: Uint8Array[]): Buffer => {
    const bytes = Buffer.concat([Buffer.alloc(4), ...parts, Buffer.alloc(1)]);
    bytes.writeInt32LE(bytes.length);
    return bytes;
  };
  const list = document(...batch.flatMap((one, i) => [Buffer.from(`\x03${i}\0`), one]));
  // The rest is the library's: its bytes without the length before them and the NUL after them.
  const rest = (fields: Document): Uint8Array => serialize(fields).subarray(4, -1);
  const cursor = document(Buffer.from(`\x04${part}\0`), list, rest({ id, ns }));
  return document(Buffer.from('\x03cursor\0'), cursor, rest({ ok: 1 }));
}

/** A short list, whole in its first batch. */
export const listReply = (ns: string, documents: readonly Document[]): Document => ({
  cursor: { firstBatch: documents, id: 0n, ns },
  ok: 1,
});
