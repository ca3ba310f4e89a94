import { Long } from 'bson';
import { randomBytes } from 'node:crypto';
import { MAX_DOCUMENT_BYTES } from './bytes.js';
import { StoreError } from './errors.js';
import type { Document } from './values.js';

/** What a cursor yields: documents as bytes, undefined = a place to pause. */
export type ByteSteps = Iterator<Buffer | undefined>;

interface Cursor {
  readonly ns: string;
  readonly steps: ByteSteps;
  /** Read already, but it did not fit into the last batch. */
  held?: Buffer;
  usedAt: number;
}

const FIRST_BATCH = 101;
/** Idle cursors are forgotten after this time, as MongoDB does. */
const IDLE_IN_MS = 10 * 60_000;
/** How long one reader may keep the thread. */
const SLICE_IN_MS = 15;

/** Drives a generator to its end, letting others have their turn. @throws MaxTimeMSExpired */
export async function finish<T>(steps: Iterator<undefined, T>, maxTimeInMs: number): Promise<T> {
  const pace = new Pace(maxTimeInMs);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await pace.step();
  }
}

class Pace {
  private readonly startedAt = performance.now();
  private sliceAt = this.startedAt;
  private count = 0;
  constructor(private readonly maxTimeInMs: number) {}
  /** Resolved at once, but for the moments where the slice is used up. */
  step(): Promise<void> | undefined {
    if ((++this.count & 63) !== 0) return undefined;
    const now = performance.now();
    if (this.maxTimeInMs > 0 && now - this.startedAt > this.maxTimeInMs)
      throw new StoreError('MaxTimeMSExpired', 'operation exceeded time limit');
    if (now - this.sliceAt < SLICE_IN_MS) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.sliceAt = performance.now();
        resolve();
      });
    });
  }
}

export interface Batch {
  readonly id: Long;
  readonly documents: readonly Buffer[];
}

/** Open cursors of one server. They hold no lmdb transaction: between two batches others may write. */
export class Cursors {
  private readonly open = new Map<string, Cursor>();

  async first(
    ns: string,
    steps: ByteSteps,
    batchSize: number | undefined,
    single: boolean,
    maxTimeInMs: number,
  ): Promise<Batch> {
    const cursor: Cursor = { ns, steps, usedAt: performance.now() };
    const { documents, more } = await this.fill(cursor, batchSize ?? FIRST_BATCH, maxTimeInMs);
    if (!more || single) return { id: Long.ZERO, documents };
    this.forgetIdle();
    const id = Long.fromBigInt(randomBytes(8).readBigInt64LE() & 0x7fff_ffff_ffff_ffffn);
    this.open.set(id.toString(), cursor);
    return { id, documents };
  }

  /** @throws CursorNotFound */
  async more(id: Long, ns: string, batchSize: number | undefined, maxTimeInMs: number): Promise<Batch> {
    const cursor = this.open.get(id.toString());
    if (!cursor || cursor.ns !== ns)
      throw new StoreError('CursorNotFound', `cursor id ${id.toString()} not found`);
    cursor.usedAt = performance.now();
    const { documents, more } = await this.fill(cursor, batchSize ?? Infinity, maxTimeInMs);
    if (more) return { id, documents };
    this.open.delete(id.toString());
    return { id: Long.ZERO, documents };
  }

  /** @returns whether it was open */
  kill(id: Long): boolean {
    return this.open.delete(id.toString());
  }

  private async fill(
    cursor: Cursor,
    most: number,
    maxTimeInMs: number,
  ): Promise<{ documents: Buffer[]; more: boolean }> {
    const pace = new Pace(maxTimeInMs);
    const documents: Buffer[] = [];
    let bytes = 0;
    while (documents.length < most) {
      let next: Buffer | undefined = cursor.held;
      cursor.held = undefined;
      if (next === undefined) {
        const step = cursor.steps.next();
        if (step.done) return { documents, more: false };
        next = step.value;
      }
      if (next !== undefined) {
        if (documents.length > 0 && bytes + next.length > MAX_DOCUMENT_BYTES) {
          cursor.held = next;
          break;
        }
        documents.push(next);
        bytes += next.length;
      }
      const pause = pace.step();
      if (pause) await pause;
    }
    return { documents, more: true };
  }

  private forgetIdle(): void {
    const before = performance.now() - IDLE_IN_MS;
    for (const [id, cursor] of this.open) if (cursor.usedAt < before) this.open.delete(id);
  }
}

/** `{cursor: {firstBatch | nextBatch: […], id, ns}, ok: 1}`, with the documents' bytes put in as they are. */
export function cursorReply(batch: Batch, ns: string, part: 'firstBatch' | 'nextBatch'): Buffer {
  const items = batch.documents.flatMap((document, i) => [Buffer.from(`\x03${i}\0`), document]);
  const cursor = bsonDocument([
    Buffer.from(`\x04${part}\0`),
    bsonDocument(items),
    Buffer.from('\x12id\0'),
    Buffer.from(batch.id.toBytesLE()),
    Buffer.from('\x02ns\0'),
    bsonString(ns),
  ]);
  const ok = Buffer.alloc(8);
  ok.writeDoubleLE(1);
  return bsonDocument([Buffer.from('\x03cursor\0'), cursor, Buffer.from('\x01ok\0'), ok]);
}

function bsonDocument(parts: readonly Buffer[]): Buffer {
  const length = Buffer.alloc(4);
  const whole = Buffer.concat([length, ...parts, Buffer.from([0])]);
  whole.writeInt32LE(whole.length);
  return whole;
}
function bsonString(text: string): Buffer {
  const bytes = Buffer.from(`${text}\0`);
  const length = Buffer.alloc(4);
  length.writeInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A short list, whole in its first batch. */
export const listReply = (ns: string, documents: readonly Document[]): Document => ({
  cursor: { firstBatch: documents, id: Long.ZERO, ns },
  ok: 1,
});
