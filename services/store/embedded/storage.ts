import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ABORT, open, type Database, type RootDatabase } from 'lmdb';
import { StoreError } from './errors.js';
import { compareKeys, cutKey, documentKeys, encodeValue, successor, toBytes, uint } from './keys.js';
import type { DocumentKeys, Fields, Key } from './keys.js';
import { assertDocumentSize, decode, valuesAt, type Document } from './values.js';

/** What the catalogue keeps about an index. Never changed in place. */
export interface IndexMeta {
  readonly id: number;
  readonly name: string;
  readonly key: Fields;
  readonly unique: boolean;
  /** Fields in which some document met an array: their bounds must not be intersected, their order proves nothing. */
  readonly multikey: readonly number[];
  /** Some key was cut: the order of entries proves nothing. */
  readonly cut: boolean;
}
export type IndexSpec = Pick<IndexMeta, 'name' | 'key' | 'unique'>;
export interface CollectionMeta {
  readonly id: number;
  readonly ns: string;
  readonly nextRid: number;
  readonly count: number;
  readonly bytes: number;
  readonly indexes: readonly IndexMeta[];
}
/** A document as its bytes, decoded on first use. */
export class Row {
  private decoded?: Document;
  /** @param rid  where it lies, for good: rises in the order of insertion; 0 = not stored yet */
  constructor(
    readonly bytes: Buffer,
    public rid = 0,
  ) {}
  get document(): Document {
    return (this.decoded ??= decode(this.bytes));
  }
}
/** `[start, end)` over joined components of one index. */
export type KeyRange = Readonly<Record<'start' | 'end', Key>>;

const RID_BYTES = 6;
const EMPTY = Buffer.alloc(0);
const NEXT_ID = '#nextId';

/** The name that drivers and this server give an index without one; finds it by its key, too. */
export function indexName(key: readonly (readonly [path: string, direction: unknown])[]): string {
  if (key.some(([path]) => path === '$natural')) return '$natural';
  return key.map(([path, direction]) => `${path}_${String(direction)}`).join('_');
}
export const findIndex = (meta: CollectionMeta, name: string): IndexMeta | undefined =>
  meta.indexes.find((index) => index.name === name || indexName(index.key) === name);

type Table = Database<Buffer, Buffer>;
const startOf = (id: number, from: Key = ''): Buffer => toBytes(uint(id, 4) + from);
/** Of a document in its collection, or of an entry in its index. */
const placeOf = (id: number, rid: number, key: Key = ''): Buffer => startOf(id, key + uint(rid, RID_BYTES));
type Span = Record<'start' | 'end', Buffer>;
const wholeOf = (id: number): Span => ({ start: startOf(id), end: startOf(id + 1) });
const ridOf = (key: Buffer): number => key.readUIntBE(key.length - RID_BYTES, RID_BYTES);

const dataFolder = (dataDir: string): string => join(dataDir, 'store');
/** Whether a data folder holds a store. */
export const holdsStore = (dataDir: string): boolean => existsSync(join(dataFolder(dataDir), 'data.mdb'));

/**
 * A consistent copy of everything committed so far, without the free pages, itself a data folder. Reads one transaction of lmdb,
 * which any process may while another serves the folder.
 */
export async function copyStore(dataDir: string, target: string): Promise<void> {
  const root = open({ path: dataFolder(dataDir), readOnly: true, maxDbs: 4 });
  try {
    mkdirSync(dataFolder(target), { mode: 0o700 });
    await root.backup(dataFolder(target), true);
  } finally {
    await root.close();
  }
}

/**
 * Documents, index entries and the catalogue in one lmdb environment.
 * Changes happen inside `write` only: one callback is one statement, whole or not at all, and durable when its promise resolves
 * (`overlappingSync: false`: lmdb resolves a commit after the flush; statements of several clients share one commit).
 */
export class Storage {
  private readonly root: RootDatabase<Buffer, string>;
  private readonly documents: Table;
  private readonly entries: Table;
  private readonly catalogue: Database<CollectionMeta | number, string>;
  /** With all statements so far, also those whose commit is under way. */
  private working = new Map<string, CollectionMeta>();
  /** What readers may rely on: committed. */
  private published = new Map<string, CollectionMeta>();
  private nextId = 1;
  private writing = false;

  constructor(dataDir: string) {
    // noSync, cache and clearSync are never used (README).
    const path = dataFolder(dataDir);
    this.root = open<Buffer, string>({ path, maxDbs: 4, overlappingSync: false, encoding: 'binary' });
    const binary = { keyEncoding: 'binary', encoding: 'binary' } as const;
    this.documents = this.root.openDB<Buffer, Buffer>('documents', { ...binary, compression: true });
    this.entries = this.root.openDB<Buffer, Buffer>('entries', binary);
    this.catalogue = this.root.openDB<CollectionMeta | number, string>('catalogue', { encoding: 'json' });
    this.load();
  }

  private load(): void {
    this.working = new Map();
    for (const { key, value } of this.catalogue.getRange())
      if (typeof value === 'number') this.nextId = value;
      else this.working.set(key, value);
    this.published = this.working;
  }

  /** Runs `statement` with exclusive write access. Throwing inside undoes everything it did. */
  async write<T>(statement: () => T): Promise<T> {
    let outcome: { readonly result: T; readonly after: Map<string, CollectionMeta> } | undefined;
    let failure: unknown;
    try {
      await this.root.childTransaction(() => {
        const { working: before, nextId } = this;
        this.working = new Map(before);
        this.writing = true;
        try {
          const result = statement();
          this.writeCatalogue(before, nextId);
          outcome = { result, after: this.working };
          return undefined;
        } catch (error) {
          failure = error;
          this.working = before;
          this.nextId = nextId;
          return ABORT as unknown as undefined;
        } finally {
          this.writing = false;
        }
      });
    } catch (error) {
      // The commit itself failed (disk full, …): nothing of it is there, so neither may memory know it.
      this.load();
      throw new StoreError('InternalError', `the store could not write: ${(error as Error).message}`);
    }
    if (!outcome) throw failure;
    // Commits are told in their order.
    this.published = outcome.after;
    return outcome.result;
  }

  private writeCatalogue(before: ReadonlyMap<string, CollectionMeta>, nextId: number): void {
    for (const [ns, meta] of this.working) if (before.get(ns) !== meta) void this.catalogue.put(ns, meta);
    for (const ns of before.keys()) if (!this.working.has(ns)) void this.catalogue.remove(ns);
    if (this.nextId !== nextId) void this.catalogue.put(NEXT_ID, this.nextId);
  }

  /** Readers may meet a commit before this process is told of it: what makes them careful (multikey, cut) counts at once. */
  collection(ns: string): CollectionMeta | undefined {
    const latest = this.working.get(ns);
    const known = this.published.get(ns);
    if (this.writing || known?.id !== latest?.id) return this.writing ? latest : known;
    if (!known || !latest || known === latest) return known;
    const indexes = known.indexes.flatMap(({ id }) => latest.indexes.find((index) => index.id === id) ?? []);
    return { ...known, indexes };
  }
  collections(): CollectionMeta[] {
    return [...(this.writing ? this.working : this.published).values()];
  }

  /** The collection, made (with its `_id_` index) if it is not there. Inside `write` only, like everything that changes. */
  ensureCollection(ns: string): CollectionMeta {
    const known = this.working.get(ns);
    if (known) return known;
    const id = this.nextId++;
    const index: IndexSpec = { name: '_id_', key: [['_id', 1]], unique: true };
    const indexes = [{ id: this.nextId++, ...index, multikey: [], cut: false }];
    const made: CollectionMeta = { id, ns, nextRid: 1, count: 0, bytes: 0, indexes };
    this.working.set(ns, made);
    return made;
  }

  dropCollection(ns: string): void {
    const known = this.working.get(ns);
    if (!known) return;
    this.clear(this.documents, known.id);
    for (const index of known.indexes) this.clear(this.entries, index.id);
    this.working.delete(ns);
  }
  private clear(table: Table, id: number): void {
    for (const key of [...table.getKeys(wholeOf(id))]) table.removeSync(key);
  }

  /** Builds the index from the documents that are there. @throws DuplicateKey, CannotIndexParallelArrays */
  addIndex(ns: string, spec: IndexSpec): void {
    const meta = this.ensureCollection(ns);
    const added: IndexMeta = { ...spec, id: this.nextId++, multikey: [], cut: false };
    this.working.set(ns, { ...meta, indexes: [...meta.indexes, added] });
    for (const row of this.readAll(meta)) {
      const now = this.working.get(ns)!;
      this.index({ ...now, indexes: now.indexes.slice(-1) }, undefined, row);
    }
  }

  dropIndex(ns: string, id: number): void {
    const meta = this.working.get(ns)!;
    this.clear(this.entries, id);
    this.working.set(ns, { ...meta, indexes: meta.indexes.filter((index) => index.id !== id) });
  }

  /**
   * Inserts (nothing before), replaces or removes (nothing after).
   * @throws DuplicateKey, CannotIndexParallelArrays, BSONObjectTooLarge before anything is written
   */
  change(ns: string, before: Row | undefined, after: Row | undefined): void {
    if (after) assertDocumentSize(after.bytes.length);
    const meta = this.ensureCollection(ns);
    const rid = before?.rid ?? meta.nextRid;
    if (after) after.rid = rid;
    this.index(meta, before, after);
    if (after) this.documents.putSync(placeOf(meta.id, rid), after.bytes);
    else this.documents.removeSync(placeOf(meta.id, rid));
    const now = this.working.get(ns)!;
    const nextRid = Math.max(now.nextRid, rid + 1);
    const count = now.count + (after ? 1 : 0) - (before ? 1 : 0);
    const bytes = now.bytes + (after?.bytes.length ?? 0) - (before?.bytes.length ?? 0);
    this.working.set(ns, { ...now, nextRid, count, bytes });
  }

  /** Moves a document's entries from what it was to what it becomes; checks every unique index before the first write. */
  private index(meta: CollectionMeta, before?: Row, after?: Row): void {
    const { rid } = (after ?? before)!;
    const moves = meta.indexes.map((index) => {
      const old = before && keysOf(index, before);
      const next = after && keysOf(index, after);
      if (index.unique && next)
        for (const key of next.whole) if (!old?.whole.has(key)) this.assertUnique(meta, index, after, key);
      return { index, old, next };
    });
    for (const { index, old, next } of moves) {
      for (const key of old?.keys ?? [])
        if (!next?.keys.has(key)) this.entries.removeSync(placeOf(index.id, rid, key));
      for (const key of next?.keys ?? [])
        if (!old?.keys.has(key)) this.entries.putSync(placeOf(index.id, rid, key), EMPTY);
      if (next) this.noteShape(meta.ns, index, next);
    }
  }

  /** Remembers that an index met arrays or long keys. */
  private noteShape(ns: string, index: IndexMeta, { cut, arrayField }: DocumentKeys): void {
    const isNew = arrayField !== -1 && !index.multikey.includes(arrayField);
    if (!isNew && cut <= index.cut) return;
    const multikey = isNew ? [...index.multikey, arrayField] : index.multikey;
    const noted = { ...index, multikey, cut: cut || index.cut };
    const meta = this.working.get(ns)!;
    this.working.set(ns, {
      ...meta,
      indexes: meta.indexes.map((one) => (one.id === index.id ? noted : one)),
    });
  }

  /** A cut key is compared as a whole, with the documents that share its beginning. */
  private assertUnique(meta: CollectionMeta, index: IndexMeta, row: Row, key: Key): void {
    const start = cutKey(key);
    for (const other of this.scan(index, { start, end: successor(start) }, false)) {
      if (other === row.rid) continue;
      if (start === key || keysOf(index, this.get(meta, other)!).whole.has(key))
        throw duplicate(meta, index, row);
    }
  }

  get(meta: CollectionMeta, rid: number): Row | undefined {
    const bytes = this.documents.getBinary(placeOf(meta.id, rid));
    return bytes && new Row(bytes, rid);
  }

  /** All documents in the order of insertion. */
  *readAll({ id }: CollectionMeta, reverse = false): Generator<Row> {
    for (const { key, value } of inChunks(this.documents, wholeOf(id), reverse))
      yield new Row(value, ridOf(key));
  }
  /** The rids of an index range in key order. */
  *scan({ id }: IndexMeta, { start, end }: KeyRange, reverse: boolean): Generator<number> {
    const span = { start: startOf(id, start), end: startOf(id, end) };
    for (const { key } of inChunks(this.entries, span, reverse)) yield ridOf(key);
  }

  /** Compares every index with the documents. @returns what differs, in words; empty = sound */
  validate(meta: CollectionMeta): string[] {
    const findings: string[] = [];
    const expected = new Map(meta.indexes.map((index) => [index, 0]));
    let count = 0;
    for (const row of this.readAll(meta)) {
      count++;
      for (const [index, sum] of expected) {
        const { keys } = keysOf(index, row);
        expected.set(index, sum + keys.size);
        if (![...keys].every((key) => this.entries.doesExist(placeOf(index.id, row.rid, key))))
          findings.push(`${index.name}: document ${row.rid} lacks an entry`);
      }
    }
    if (count !== meta.count) findings.push(`${count} documents, the catalogue says ${meta.count}`);
    for (const [{ id, name }, wanted] of expected) {
      const found = this.entries.getKeysCount(wholeOf(id));
      if (found !== wanted) findings.push(`${name}: ${found} entries for ${wanted} keys`);
    }
    return findings;
  }

  close(): Promise<void> {
    return this.root.close();
  }
}

/** Read in chunks: a consumer may pause for as long as it likes; what is written meanwhile is seen or not. */
function* inChunks(table: Table, span: Span, reverse: boolean): Generator<Record<'key' | 'value', Buffer>> {
  let start = reverse ? span.end : span.start;
  const end = reverse ? span.start : span.end;
  for (let limit = 16; ; limit = 512) {
    // Keys end in a rid and are longer than any bound, so that a bound is never equal to one, at either end.
    const chunk = [...table.getRange({ start, end, limit, reverse, exclusiveStart: true })];
    yield* chunk;
    if (chunk.length < limit) return;
    start = chunk.at(-1)!.key;
  }
}
function keysOf(index: IndexMeta, row: Row): DocumentKeys {
  const found = documentKeys(row.document, index.key);
  if (found) return found;
  const message = `index ${index.name} would cover two arrays, or too many values`;
  throw new StoreError('CannotIndexParallelArrays', message);
}

function duplicate({ ns }: CollectionMeta, { name, key }: IndexMeta, { document }: Row): StoreError {
  const values = key.map(([path]): [string, unknown] => {
    const found = valuesAt(document, path.split('.'));
    return [path, found.sort((a, b) => compareKeys(encodeValue(a), encodeValue(b)))[0] ?? null];
  });
  const keyValue = Object.fromEntries(values);
  const message = `E11000 duplicate key error collection: ${ns} index: ${name} dup key: ${JSON.stringify(keyValue)}`;
  return new StoreError('DuplicateKey', message, { keyPattern: Object.fromEntries(key), keyValue });
}
