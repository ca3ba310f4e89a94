import { badValue, StoreError } from './errors.js';
import { parseFilter } from './filter.js';
import { compareKeys, sortKey, type Direction, type Fields, type Key } from './keys.js';
import { choosePlan, type Asked, type Plan } from './planner.js';
import { Row, type CollectionMeta, type Storage } from './storage.js';
import { asInteger, type Document } from './values.js';

/** What sorting in memory may hold, as MongoDB's own limit. */
const MAX_SORT_BYTES = 100 * 1024 * 1024;

/** @throws QueryExceededMemoryLimitNoDiskUseAllowed */
export function assertSortable(bytes: number): void {
  if (bytes <= MAX_SORT_BYTES) return;
  const message =
    'more than 100 MB to sort or group in memory: an index in this order, or a filter, is needed';
  throw new StoreError('QueryExceededMemoryLimitNoDiskUseAllowed', message);
}

/** A stepwise source. Undefined = nothing yet: a place where a reader may let others have their turn. */
export type Steps<T> = Generator<T | undefined>;

export interface Query extends Asked {
  readonly skip: number;
  /** 0 = all. */
  readonly limit: number;
  /** Counts what is read, for explain. */
  readonly work?: { keys: number; documents: number };
}
/** @throws BadValue, NotImplemented for a filter or sort that is not understood */
export const parseQuery = (
  filter: Document,
  { sort, skip = 0, limit = 0, hint }: { sort?: unknown; skip?: number; limit?: number; hint?: string } = {},
): Query => ({ filter: parseFilter(filter), sort: parseSort(sort), skip, limit: Math.abs(limit), hint });

/** @throws BadValue */
export const parseSort = (spec: unknown): Fields =>
  Object.entries((spec ?? {}) as Document).map(([path, value]): [string, Direction] => {
    const direction = asInteger(value);
    if (direction !== 1 && direction !== -1) throw badValue(`sort direction of ${path} has to be 1 or -1`);
    return [path, direction];
  });

/**
 * The documents that answer a query, in order; none without a collection. A generator: it reads as far as it is asked to, holds no
 * lmdb transaction between two of its steps, and decodes a document only if the plan leaves something to check.
 */
export function* rows(storage: Storage, meta: CollectionMeta | undefined, query: Query): Steps<Row> {
  if (!meta) return;
  const { sort, skip, limit } = query;
  const plan = choosePlan(meta, query);
  const found = matching(storage, meta, plan, query);
  let toSkip = skip;
  let left = limit > 0 ? limit : Infinity;
  for (const row of plan.sorted || sort.length === 0 ? found : sorted(found, sort, left + skip)) {
    if (row !== undefined && toSkip > 0) toSkip--;
    else {
      yield row;
      if (row !== undefined && --left <= 0) return;
    }
  }
}

function* matching(storage: Storage, meta: CollectionMeta, plan: Plan, query: Query): Steps<Row> {
  const source = plan.scans.length > 0 ? rids(storage, plan, query) : storage.readAll(meta, plan.reverse);
  for (const found of source) {
    const row = typeof found === 'number' ? storage.get(meta, found) : found;
    if (row && query.work) query.work.documents++;
    yield row && (plan.exact || query.filter.matches(row.document)) ? row : undefined;
  }
}

/** Each document's place once, in the plan's order. */
function* rids(storage: Storage, { scans, reverse }: Plan, { work }: Query): Generator<number> {
  const repeats = scans.length > 1 || scans.some(({ index }) => index.multikey.length > 0);
  const seen = new Set<number>();
  for (const { index, ranges } of scans)
    for (const range of reverse ? [...ranges].reverse() : ranges)
      for (const rid of storage.scan(index, range, reverse)) {
        if (work) work.keys++;
        if (repeats && seen.has(rid)) continue;
        if (repeats) seen.add(rid);
        yield rid;
      }
}

/** The number of documents, as one item at the end; read from index entries alone where the plan is exact. */
export function* countRows(storage: Storage, meta: CollectionMeta | undefined, query: Query): Steps<number> {
  const { filter, skip, limit, hint } = query;
  let count = 0;
  const isAll = filter.complete && filter.conditions.length + filter.ors.length === 0;
  if (meta && isAll && hint === undefined) count = meta.count;
  else if (meta) {
    const plan = choosePlan(meta, { filter, sort: [], hint });
    for (const one of plan.exact ? rids(storage, plan, query) : matching(storage, meta, plan, query)) {
      if (one !== undefined) count++;
      yield undefined;
    }
  }
  yield Math.min(Math.max(0, count - skip), limit > 0 ? limit : Infinity);
}

/** Sorts in memory; with a limit it keeps the best few. @throws QueryExceededMemoryLimitNoDiskUseAllowed */
function* sorted(source: Steps<Row>, sort: Fields, keep: number): Steps<Row> {
  // Sorting is stable: equal keys stay in the order of the source.
  const compare = (a: { key: Key }, b: { key: Key }): number => compareKeys(a.key, b.key);
  let held: { readonly key: Key; readonly row: Row }[] = [];
  let bytes = 0;
  for (const row of source) {
    yield undefined;
    if (row === undefined) continue;
    held.push({ key: sortKey(row.document, sort), row: new Row(row.bytes, row.rid) });
    bytes += row.bytes.length;
    if (held.length > keep * 2 + 1_000) {
      held = held.sort(compare).slice(0, keep);
      bytes = held.reduce((sum, one) => sum + one.row.bytes.length, 0);
    }
    assertSortable(bytes);
  }
  for (const { row } of held.sort(compare)) yield row;
}
