import { decode } from './bytes.js';
import { StoreError } from './errors.js';
import { sortKey, type IndexField } from './keys.js';
import { compileFilter, type Matcher } from './matcher.js';
import { choosePlan, type IndexPlan, type Plan } from './planner.js';
import type { CollectionMeta, Storage, Stored } from './storage.js';
import { asInteger, type Document } from './values.js';

/** What sorting in memory may hold, as MongoDB's own limit. */
const MAX_SORT_BYTES = 100 * 1024 * 1024;

/** @throws QueryExceededMemoryLimitNoDiskUseAllowed */
export function assertSortable(bytes: number): void {
  if (bytes > MAX_SORT_BYTES)
    throw new StoreError(
      'QueryExceededMemoryLimitNoDiskUseAllowed',
      'more than 100 MB would be sorted or grouped in memory: an index in the order of the sort, or a filter, is needed',
    );
}

/** Counts what a plan reads, for explain. */
export interface Work {
  keys: number;
  documents: number;
}
export const noWork = (): Work => ({ keys: 0, documents: 0 });

export interface Row extends Stored {
  /** Decoded on first use. */
  readonly document: Document;
}

class LazyRow implements Row {
  private decoded?: Document;
  constructor(
    readonly rid: number,
    readonly bytes: Buffer,
  ) {}
  get document(): Document {
    return (this.decoded ??= decode(this.bytes));
  }
}

export interface Query {
  readonly filter: Document;
  readonly sort: readonly IndexField[];
  readonly skip: number;
  /** 0 = all. */
  readonly limit: number;
  readonly hint?: string;
}

/** @throws BadValue */
export function parseSort(spec: unknown): IndexField[] {
  if (spec === undefined) return [];
  return Object.entries(spec as Document).map(([path, value]) => {
    const direction = asInteger(value);
    if (direction !== 1 && direction !== -1)
      throw new StoreError('BadValue', `sort direction of ${path} has to be 1 or -1`);
    return { path, parts: path.split('.'), direction };
  });
}

/** Undefined = nothing yet: a place where a reader may let others have their turn. */
export type Steps<T> = Generator<T | undefined>;

/** All that a stepwise source yields. */
export function* present<T>(steps: Iterable<T | undefined>): Generator<T> {
  for (const step of steps) if (step !== undefined) yield step;
}

/**
 * The documents that answer a query, in order. A generator: it reads as far as it is asked to, holds no lmdb transaction
 * between two of its steps, and decodes a document only if the plan leaves something to check.
 */
export function* rows(storage: Storage, meta: CollectionMeta, query: Query, work = noWork()): Steps<Row> {
  const plan = choosePlan(meta, query.filter, query.sort, query.hint);
  const matches = compileFilter(query.filter);
  let found = matching(storage, meta, plan, matches, work);
  if (!plan.sorted && query.sort.length > 0)
    found = sorted(found, query.sort, query.limit > 0 ? query.limit + query.skip : 0);
  let skip = query.skip;
  let left = query.limit > 0 ? query.limit : Infinity;
  for (const row of found) {
    if (row !== undefined && skip > 0) skip--;
    else {
      yield row;
      if (row !== undefined && --left <= 0) return;
    }
  }
}

function* matching(
  storage: Storage,
  meta: CollectionMeta,
  plan: Plan,
  matches: Matcher,
  work: Work,
): Steps<Row> {
  if (plan.kind === 'collection') {
    let after = plan.reverse ? 2 ** 48 - 1 : 0;
    for (let limit = 32; ; limit = 512) {
      const chunk = storage.readDocuments(meta, after, limit, plan.reverse);
      for (const { rid, bytes } of chunk) {
        work.documents++;
        const row = new LazyRow(rid, bytes);
        yield matches(row.document) ? row : undefined;
      }
      if (chunk.length < limit) return;
      after = chunk.at(-1)!.rid;
    }
  }
  const exact = plan.kind === 'index' && plan.exact;
  for (const rid of rids(storage, plan, work)) {
    const stored = storage.get(meta, rid);
    if (!stored) continue;
    work.documents++;
    const row = new LazyRow(rid, stored.bytes);
    yield exact || matches(row.document) ? row : undefined;
  }
}

/** Each document's place once, in the plan's order. */
function* rids(storage: Storage, plan: Exclude<Plan, { kind: 'collection' }>, work: Work): Generator<number> {
  const parts: readonly IndexPlan[] = plan.kind === 'union' ? plan.parts : [plan];
  const repeats = plan.kind === 'union' || plan.index.multikey.length > 0;
  const seen = new Set<number>();
  for (const part of parts) {
    const ranges = part.reverse ? [...part.ranges].reverse() : part.ranges;
    for (const range of ranges)
      for (const rid of storage.scan(part.index, range, part.reverse)) {
        work.keys++;
        if (repeats) {
          if (seen.has(rid)) continue;
          seen.add(rid);
        }
        yield rid;
      }
  }
}

/** The number of documents, read from index entries alone where the plan is exact. */
export function* countRows(
  storage: Storage,
  meta: CollectionMeta,
  query: Query,
): Generator<undefined, number> {
  if (Object.keys(query.filter).length === 0 && query.hint === undefined) return bounded(meta.count, query);
  const plan = choosePlan(meta, query.filter, [], query.hint);
  const found =
    plan.kind === 'index' && plan.exact
      ? rids(storage, plan, noWork())
      : matching(storage, meta, plan, compileFilter(query.filter), noWork());
  let count = 0;
  for (const one of found) {
    if (one !== undefined) count++;
    yield undefined;
  }
  return bounded(count, query);
}
const bounded = (count: number, { skip, limit }: Query): number =>
  Math.min(Math.max(0, count - skip), limit > 0 ? limit : Infinity);

/** Sorts in memory; with a limit it keeps the best few. @throws QueryExceededMemoryLimitNoDiskUseAllowed */
function* sorted(source: Steps<Row>, sort: readonly IndexField[], keep: number): Steps<Row> {
  let held: { key: Buffer; row: Row; order: number }[] = [];
  let bytes = 0;
  let order = 0;
  const compare = (a: { key: Buffer; order: number }, b: { key: Buffer; order: number }): number =>
    Buffer.compare(a.key, b.key) || a.order - b.order;
  for (const row of source) {
    yield undefined;
    if (row === undefined) continue;
    held.push({ key: sortKey(row.document, sort), row: new LazyRow(row.rid, row.bytes), order: order++ });
    bytes += row.bytes.length;
    if (keep > 0 && held.length > keep * 2 + 1_000) {
      held = held.sort(compare).slice(0, keep);
      bytes = held.reduce((sum, one) => sum + one.row.bytes.length, 0);
    }
    assertSortable(bytes);
  }
  for (const { row } of held.sort(compare)) yield row;
}
