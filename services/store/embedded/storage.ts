import { mkdirSync } from 'node:fs';
import { ABORT, open, type Database, type RootDatabase } from 'lmdb';
import { assertDocumentSize, decode } from './bytes.js';
import { StoreError } from './errors.js';
import {
  cutKey,
  documentKeys,
  successor,
  type Direction,
  type DocumentKeys,
  type IndexField,
} from './keys.js';
import { compareValues, visitPath, type Document } from './values.js';

/** What the catalogue keeps about an index. Never changed in place. */
export interface IndexMeta {
  readonly id: number;
  readonly name: string;
  readonly key: readonly (readonly [path: string, direction: Direction])[];
  readonly unique: boolean;
  /** Fields in which some document met an array: their bounds must not be intersected, their order proves nothing. */
  readonly multikey: readonly number[];
  /** Some key was cut: the order of entries proves nothing. */
  readonly cut: boolean;
}
export interface CollectionMeta {
  readonly id: number;
  readonly ns: string;
  readonly nextRid: number;
  readonly count: number;
  readonly bytes: number;
  readonly indexes: readonly IndexMeta[];
}
export interface Stored {
  /** Where the document lies, for good: rises in the order of insertion. */
  readonly rid: number;
  readonly bytes: Buffer;
}

const RID_BYTES = 6;
const EMPTY = Buffer.alloc(0);
const NEXT_ID = '#nextId';
const NO_KEYS: DocumentKeys = { keys: [], whole: [], arrayField: -1 };

const fieldCache = new WeakMap<IndexMeta, readonly IndexField[]>();
export function indexFields(index: IndexMeta): readonly IndexField[] {
  const known = fieldCache.get(index);
  if (known) return known;
  const fields = index.key.map(([path, direction]) => ({ path, parts: path.split('.'), direction }));
  fieldCache.set(index, fields);
  return fields;
}

const prefixed = (id: number, rest: Buffer, tail = 0): Buffer => {
  const key = Buffer.allocUnsafe(4 + rest.length + tail);
  key.writeUInt32BE(id, 0);
  rest.copy(key, 4);
  return key;
};
const documentKey = (collection: number, rid: number): Buffer => {
  const key = Buffer.allocUnsafe(4 + RID_BYTES);
  key.writeUInt32BE(collection, 0);
  key.writeUIntBE(rid, 4, RID_BYTES);
  return key;
};
const entryKey = (index: number, components: Buffer, rid: number): Buffer => {
  const key = prefixed(index, components, RID_BYTES);
  key.writeUIntBE(rid, 4 + components.length, RID_BYTES);
  return key;
};
const ridOf = (key: Buffer): number => key.readUIntBE(key.length - RID_BYTES, RID_BYTES);

/** `[start, end)` over joined components of one index. */
export interface KeyRange {
  readonly start: Buffer;
  readonly end: Buffer;
}

/**
 * Documents, index entries and the catalogue in one lmdb environment.
 * Changes happen inside `write` only: one callback is one statement, whole or not at all, and durable when its promise resolves
 * (`overlappingSync: false`: lmdb resolves a commit after the flush; statements of several clients share one commit).
 */
export class Storage {
  private readonly root: RootDatabase<Buffer, string>;
  private readonly documents: Database<Buffer, Buffer>;
  private readonly entries: Database<Buffer, Buffer>;
  private readonly catalogue: Database<CollectionMeta | number, string>;
  /** What the running write sees. */
  private working = new Map<string, CollectionMeta>();
  /** What readers may rely on. */
  private published = new Map<string, CollectionMeta>();
  private nextId = 1;
  private touched = new Map<string, CollectionMeta | undefined>();
  private writing = false;

  constructor(readonly path: string) {
    // eventTurnBatching off would split a statement; noSync, cache and clearSync are never used (README).
    this.root = open<Buffer, string>({ path, maxDbs: 4, overlappingSync: false, encoding: 'binary' });
    this.documents = this.root.openDB<Buffer, Buffer>('documents', {
      keyEncoding: 'binary',
      encoding: 'binary',
      compression: true,
    });
    this.entries = this.root.openDB<Buffer, Buffer>('entries', { keyEncoding: 'binary', encoding: 'binary' });
    this.catalogue = this.root.openDB<CollectionMeta | number, string>('catalogue', { encoding: 'json' });
    this.load();
  }

  private load(): void {
    this.working = new Map();
    for (const { key, value } of this.catalogue.getRange())
      if (typeof value === 'number') this.nextId = value;
      else this.working.set(key, value);
    this.published = new Map(this.working);
  }

  /** Runs `statement` with exclusive write access. Throwing inside undoes everything it did. */
  async write<T>(statement: () => T): Promise<T> {
    let failure: { readonly error: unknown } | undefined;
    let result!: T;
    let changed: ReadonlyMap<string, CollectionMeta | undefined> = new Map();
    try {
      await this.root.childTransaction(() => {
        this.touched = new Map();
        const idBefore = this.nextId;
        this.writing = true;
        try {
          result = statement();
          changed = new Map([...this.touched.keys()].map((ns) => [ns, this.working.get(ns)]));
          for (const [ns, meta] of changed)
            void (meta ? this.catalogue.put(ns, meta) : this.catalogue.remove(ns));
          if (this.nextId !== idBefore) void this.catalogue.put(NEXT_ID, this.nextId);
          this.publishEarly(changed);
          return undefined;
        } catch (error) {
          for (const [ns, before] of this.touched)
            if (before) this.working.set(ns, before);
            else this.working.delete(ns);
          this.nextId = idBefore;
          failure = { error };
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
    if (failure) throw failure.error;
    for (const [ns, meta] of changed)
      if (meta) this.published.set(ns, meta);
      else this.published.delete(ns);
    return result;
  }

  /** Readers may meet the commit before this process is told of it: what makes them careful is told at once, the rest after. */
  private publishEarly(changed: ReadonlyMap<string, CollectionMeta | undefined>): void {
    for (const [ns, next] of changed) {
      const known = this.published.get(ns);
      if (!known || !next || known.id !== next.id) continue;
      const indexes = known.indexes.flatMap((index) => next.indexes.find(({ id }) => id === index.id) ?? []);
      this.published.set(ns, { ...known, indexes });
    }
  }

  collection(ns: string): CollectionMeta | undefined {
    return (this.writing ? this.working : this.published).get(ns);
  }
  collections(): readonly CollectionMeta[] {
    return [...(this.writing ? this.working : this.published).values()];
  }

  private change(ns: string, next: CollectionMeta | undefined): void {
    if (!this.touched.has(ns)) this.touched.set(ns, this.working.get(ns));
    if (next) this.working.set(ns, next);
    else this.working.delete(ns);
  }

  /** The collection, made (with its `_id_` index) if it is not there. Inside `write` only, like everything below it. */
  ensureCollection(ns: string): CollectionMeta {
    const known = this.working.get(ns);
    if (known) return known;
    const made: CollectionMeta = {
      id: this.nextId++,
      ns,
      nextRid: 1,
      count: 0,
      bytes: 0,
      indexes: [
        { id: this.nextId++, name: '_id_', key: [['_id', 1]], unique: true, multikey: [], cut: false },
      ],
    };
    this.change(ns, made);
    return made;
  }

  dropCollection(ns: string): void {
    const known = this.working.get(ns);
    if (!known) return;
    this.clear(this.documents, known.id);
    for (const index of known.indexes) this.clear(this.entries, index.id);
    this.change(ns, undefined);
  }

  private clear(database: Database<Buffer, Buffer>, id: number): void {
    const end = prefixed(id + 1, EMPTY);
    for (;;) {
      const keys = [...database.getKeys({ start: prefixed(id, EMPTY), end, limit: 10_000 })];
      for (const key of keys) database.removeSync(key);
      if (keys.length < 10_000) return;
    }
  }

  /** Builds the index from the documents that are there. @throws DuplicateKey, CannotIndexParallelArrays */
  addIndex(ns: string, spec: Pick<IndexMeta, 'name' | 'key' | 'unique'>): void {
    const meta = this.ensureCollection(ns);
    const added: IndexMeta = { ...spec, id: this.nextId++, multikey: [], cut: false };
    this.change(ns, { ...meta, indexes: [...meta.indexes, added] });
    let after = 0;
    for (;;) {
      const chunk = this.readDocuments(meta, after, 1_000, false);
      for (const { rid, bytes } of chunk) this.addEntries(ns, added.id, rid, decode(bytes));
      if (chunk.length < 1_000) return;
      after = chunk.at(-1)!.rid;
    }
  }

  dropIndex(ns: string, id: number): void {
    const meta = this.working.get(ns)!;
    this.clear(this.entries, id);
    this.change(ns, { ...meta, indexes: meta.indexes.filter((index) => index.id !== id) });
  }

  /** @throws DuplicateKey before anything is written */
  insert(ns: string, bytes: Buffer, document: Document): void {
    assertDocumentSize(bytes.length);
    const meta = this.ensureCollection(ns);
    const rid = meta.nextRid;
    this.index(meta, rid, undefined, document);
    this.documents.putSync(documentKey(meta.id, rid), bytes);
    const now = this.working.get(ns)!;
    this.change(ns, { ...now, nextRid: rid + 1, count: now.count + 1, bytes: now.bytes + bytes.length });
  }

  /** @throws DuplicateKey before anything is written */
  replace(ns: string, stored: Stored, before: Document, bytes: Buffer, document: Document): void {
    assertDocumentSize(bytes.length);
    const meta = this.working.get(ns)!;
    this.index(meta, stored.rid, before, document);
    this.documents.putSync(documentKey(meta.id, stored.rid), bytes);
    const now = this.working.get(ns)!;
    this.change(ns, { ...now, bytes: now.bytes + bytes.length - stored.bytes.length });
  }

  remove(ns: string, stored: Stored, document: Document): void {
    const meta = this.working.get(ns)!;
    this.index(meta, stored.rid, document, undefined);
    this.documents.removeSync(documentKey(meta.id, stored.rid));
    this.change(ns, { ...meta, count: meta.count - 1, bytes: meta.bytes - stored.bytes.length });
  }

  /** Moves a document's entries from what it was to what it becomes; checks every unique index before the first write. */
  private index(meta: CollectionMeta, rid: number, before?: Document, after?: Document): void {
    const moves = meta.indexes.map((index) => {
      const old = before ? keysOf(index, before).keys : [];
      const next = after ? keysOf(index, after) : NO_KEYS;
      const move = {
        index,
        shape: next,
        removed: old.filter((key) => !next.keys.some((other) => other.equals(key))),
        added: next.keys.filter((key) => !old.some((other) => other.equals(key))),
      };
      if (index.unique && after && (move.added.length > 0 || next.keys !== next.whole))
        this.assertUnique(meta, index, next, rid, after);
      return move;
    });
    for (const { index, removed, added, shape } of moves) {
      for (const key of removed) this.entries.removeSync(entryKey(index.id, key, rid));
      for (const key of added) this.entries.putSync(entryKey(index.id, key, rid), EMPTY);
      this.noteShape(meta.ns, index.id, shape);
    }
  }

  private addEntries(ns: string, indexId: number, rid: number, document: Document): void {
    const meta = this.working.get(ns)!;
    const index = meta.indexes.find(({ id }) => id === indexId)!;
    const found = keysOf(index, document);
    if (index.unique) this.assertUnique(meta, index, found, rid, document);
    for (const key of found.keys) this.entries.putSync(entryKey(index.id, key, rid), EMPTY);
    this.noteShape(ns, indexId, found);
  }

  /** Remembers that an index met arrays or long keys. */
  private noteShape(ns: string, indexId: number, { keys, whole, arrayField }: DocumentKeys): void {
    const meta = this.working.get(ns)!;
    const index = meta.indexes.find(({ id }) => id === indexId)!;
    const isCut = index.cut || keys !== whole;
    const isNew = arrayField !== -1 && !index.multikey.includes(arrayField);
    if (isCut === index.cut && !isNew) return;
    const multikey = isNew ? [...index.multikey, arrayField] : index.multikey;
    const indexes = meta.indexes.map((other) =>
      other === index ? { ...index, cut: isCut, multikey } : other,
    );
    this.change(ns, { ...meta, indexes });
  }

  /** A cut key is compared as a whole, with the documents that share its beginning. */
  private assertUnique(
    meta: CollectionMeta,
    index: IndexMeta,
    { whole }: DocumentKeys,
    rid: number,
    document: Document,
  ): void {
    for (const key of whole) {
      const start = cutKey(key);
      for (const other of this.scan(index, { start, end: successor(start) }, false)) {
        if (other === rid) continue;
        const rival = start === key ? [key] : keysOf(index, decode(this.get(meta, other)!.bytes)).whole;
        if (!rival.some((found) => found.equals(key))) continue;
        const keyValue = Object.fromEntries(
          indexFields(index).map((field) => [field.path, firstValue(document, field)]),
        );
        throw new StoreError(
          'DuplicateKey',
          `E11000 duplicate key error collection: ${meta.ns} index: ${index.name} dup key: ${JSON.stringify(keyValue)}`,
          { keyPattern: Object.fromEntries(index.key), keyValue },
        );
      }
    }
  }

  get(meta: CollectionMeta, rid: number): Stored | undefined {
    const bytes = this.documents.getBinary(documentKey(meta.id, rid));
    return bytes && { rid, bytes };
  }

  /** Documents in order of insertion, from the one after `after` (reverse: before it). */
  readDocuments(meta: CollectionMeta, after: number, limit: number, reverse: boolean): Stored[] {
    const range = reverse
      ? { start: documentKey(meta.id, after), exclusiveStart: true, end: documentKey(meta.id, 0), reverse }
      : { start: documentKey(meta.id, after + 1), end: documentKey(meta.id + 1, 0) };
    return [...this.documents.getRange({ ...range, limit })].map(({ key, value }) => ({
      rid: ridOf(key),
      bytes: value,
    }));
  }

  /**
   * The rids of an index range in key order. Reads in chunks and goes on from the last key, so that a consumer may pause
   * for as long as it likes; what is written meanwhile is seen or not.
   */
  *scan(index: IndexMeta, range: KeyRange, reverse: boolean): Generator<number> {
    let start = prefixed(index.id, range.start);
    let end = prefixed(index.id, range.end);
    if (reverse) [start, end] = [end, start];
    let limit = 16;
    let skip = reverse;
    for (;;) {
      // Reversed, lmdb's end is exclusive as well; keys are longer than any bound (rid), so none is ever equal to one.
      const keys = [...this.entries.getKeys({ start, end, limit, reverse, exclusiveStart: skip })];
      for (const key of keys) yield ridOf(key);
      if (keys.length < limit) return;
      start = keys.at(-1)!;
      skip = true;
      limit = 512;
    }
  }

  /** Compares every index with the documents. @returns what differs, in words; empty = sound */
  validate(meta: CollectionMeta): string[] {
    const findings: string[] = [];
    const expected = new Map(meta.indexes.map((index) => [index.id, 0]));
    let count = 0;
    for (let after = 0; ;) {
      const chunk = this.readDocuments(meta, after, 1_000, false);
      for (const { rid, bytes } of chunk) {
        count++;
        const document = decode(bytes);
        for (const index of meta.indexes)
          for (const key of keysOf(index, document).keys) {
            expected.set(index.id, expected.get(index.id)! + 1);
            if (!this.entries.doesExist(entryKey(index.id, key, rid)))
              findings.push(`${meta.ns} ${index.name}: document ${rid} lacks its entry`);
          }
      }
      if (chunk.length < 1_000) break;
      after = chunk.at(-1)!.rid;
    }
    if (count !== meta.count)
      findings.push(`${meta.ns}: ${count} documents, the catalogue says ${meta.count}`);
    for (const index of meta.indexes) {
      const found = this.entries.getKeysCount({
        start: prefixed(index.id, EMPTY),
        end: prefixed(index.id + 1, EMPTY),
      });
      if (found !== expected.get(index.id))
        findings.push(`${meta.ns} ${index.name}: ${found} entries for ${expected.get(index.id)} keys`);
    }
    return findings;
  }

  /** A consistent copy of everything committed so far, while others read and write; without the free pages. */
  async copyTo(path: string): Promise<void> {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    await this.root.backup(path, true);
  }

  /** Bytes of the data file, and how much of it is free for reuse. */
  size(): { readonly fileBytes: number; readonly freeBytes: number } {
    const stats = this.root.getStats() as {
      pageSize: number;
      lastPageNumber: number;
      free: { overflowPages: number; treeLeafPageCount: number };
    };
    return {
      fileBytes: stats.pageSize * (stats.lastPageNumber + 1),
      freeBytes: stats.pageSize * stats.free.overflowPages,
    };
  }

  async close(): Promise<void> {
    await this.root.close();
  }
}

function keysOf(index: IndexMeta, document: Document): DocumentKeys {
  const found = documentKeys(document, indexFields(index));
  if (found) return found;
  throw new StoreError(
    'CannotIndexParallelArrays',
    `index ${index.name} would cover two arrays, or too many values`,
  );
}

function firstValue(document: Document, field: IndexField): unknown {
  const values: unknown[] = [];
  visitPath(document, field.parts, (value) => values.push(value));
  return values.sort(compareValues)[0] ?? null;
}
