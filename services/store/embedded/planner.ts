import { badValue } from './errors.js';
import type { Condition, Filter, Interval } from './filter.js';
import { cutKey, inverted, MAX_KEY_BYTES, successor, type IndexField } from './keys.js';
import { findIndex, indexFields, type CollectionMeta, type IndexMeta, type KeyRange } from './storage.js';
import type { Document } from './values.js';

/**
 * Chooses how to read a collection for a filter and a sort: conditions become byte ranges over one index (equalities and
 * lists on leading fields, then at most one range), or a union of such plans for `$or`, or a scan of the whole collection.
 * Every plan yields a superset of the answer; `exact` says that it is the answer, so nothing has to be looked at again.
 */
export type Plan =
  | { readonly kind: 'collection'; readonly sorted: boolean; readonly reverse: boolean }
  | {
      readonly kind: 'index';
      readonly index: IndexMeta;
      readonly ranges: readonly KeyRange[];
      readonly reverse: boolean;
      readonly exact: boolean;
      readonly sorted: boolean;
      /** How much the leading fields narrow it; 0 = not at all. */
      readonly bounded: number;
    }
  | { readonly kind: 'union'; readonly parts: readonly IndexPlan[]; readonly sorted: false };
export type IndexPlan = Extract<Plan, { kind: 'index' }>;

/** Of a query, what decides. */
export interface Asked {
  readonly filter: Filter;
  /** Empty = any order. */
  readonly sort: readonly IndexField[];
  /** An index's name or the name its key gives, or '$natural'. */
  readonly hint?: string;
}

/** A list of values times lists on further fields may explode; beyond this the later field is left to the recheck. */
const MAX_RANGES = 20_000;

interface Bounds {
  readonly intervals: readonly Interval[];
  readonly exact: boolean;
}

/**
 * All conditions on one field together; through an array different elements may fulfil them, so only the narrowest may be used.
 * @returns undefined if none of them can be said in bytes
 */
function fieldBounds(conditions: readonly Condition[], throughArray: boolean): Bounds | undefined {
  const known = conditions.flatMap(({ bounds }) => (bounds ? [bounds] : []));
  if (known.length === 0) return undefined;
  const exact = conditions.every((condition) => condition.exact === true);
  if (!throughArray) return { intervals: known.reduce(intersection), exact };
  const intervals = known.reduce((best, one) => (width(one) < width(best) ? one : best));
  return { intervals, exact: exact && conditions.length === 1 };
}
const width = (intervals: readonly Interval[]): number =>
  intervals.every(({ point }) => point) ? intervals.length : Infinity;

function intersection(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  return a.flatMap((x) =>
    b.flatMap((y) => {
      const lo = x.lo > y.lo ? x.lo : y.lo;
      const hi = x.hi < y.hi ? x.hi : y.hi;
      return lo < hi ? [{ lo, hi, point: x.point || y.point }] : [];
    }),
  );
}

/** In a descending field the bytes are inverted: what was below is above. */
function descending({ lo, hi, point }: Interval): Interval {
  const first = point ? inverted(lo) : successor(inverted(hi));
  return { lo: first, hi: successor(inverted(lo)), point };
}

/** @returns null if the index narrows nothing and gives no order */
function planIndex(index: IndexMeta, filter: Filter, sort: readonly IndexField[]): IndexPlan | null {
  const fields = indexFields(index);
  let ranges: KeyRange[] = [{ start: '', end: successor('') }];
  let bounded = 0;
  let used = 0;
  let exact = filter.complete && filter.ors.length === 0;
  let arrayUsed = false;
  const fixed = new Set<string>();
  for (const [position, field] of fields.entries()) {
    const conditions = filter.conditions.filter(({ path }) => path === field.path);
    const throughArray = index.multikey.includes(position);
    const bounds = fieldBounds(conditions, throughArray);
    if (!bounds || (throughArray && arrayUsed) || bounds.intervals.length * ranges.length > MAX_RANGES) break;
    arrayUsed ||= throughArray;
    used += conditions.length;
    exact &&= bounds.exact;
    const { intervals } = bounds;
    const along = field.direction === 1 ? intervals : intervals.map(descending).reverse();
    // So far every range holds the keys that begin with one prefix.
    ranges = ranges.flatMap(({ start }) =>
      along.map(({ lo, hi }) => ({ start: start + lo, end: start + hi })),
    );
    if (!intervals.every(({ point }) => point)) {
      bounded += 1;
      break;
    }
    if (intervals.length === 1 && !throughArray) fixed.add(field.path);
    bounded += intervals.length <= 1 ? 3 : 2;
  }
  const direction = sortDirection(index, sort, fixed);
  if (bounded === 0 && direction === 0) return null;
  const cut = ranges.some(({ start, end }) => start.length > MAX_KEY_BYTES || end.length > MAX_KEY_BYTES);
  return {
    kind: 'index',
    index,
    ranges: cut ? ranges.map(shortened) : ranges,
    reverse: direction === -1,
    exact: exact && used === filter.conditions.length && !cut,
    sorted: direction !== 0,
    bounded,
  };
}

const shortened = ({ start, end }: KeyRange): KeyRange => ({
  start: cutKey(start),
  end: end.length > MAX_KEY_BYTES ? successor(cutKey(end)) : end,
});

/** Whether reading the index forward (1) or backward (-1) gives the wanted order; 0 = neither. */
function sortDirection(
  index: IndexMeta,
  sort: readonly IndexField[],
  fixed: ReadonlySet<string>,
): 1 | -1 | 0 {
  const wanted = sort.filter(({ path }) => !fixed.has(path));
  if (wanted.length === 0) return sort.length > 0 ? 1 : 0;
  if (index.cut) return 0;
  const rest = [...indexFields(index).entries()].filter(([, { path }]) => !fixed.has(path));
  const directions = wanted.map((want, i) => {
    const [position, have] = rest[i] ?? [];
    if (position === undefined || have?.path !== want.path || index.multikey.includes(position)) return 0;
    return have.direction === want.direction ? 1 : -1;
  });
  return directions.every((direction) => direction === directions[0]) ? directions[0]! : 0;
}

/** @throws BadValue for a hint that names no index */
export function choosePlan(meta: CollectionMeta, { filter, sort, hint }: Asked): Plan {
  const natural = sort.length === 1 && sort[0]!.path === '$natural';
  const reverse = natural && sort[0]!.direction === -1;
  const scan: Plan = { kind: 'collection', sorted: sort.length === 0 || natural, reverse };
  if (hint === '$natural' || natural) return scan;
  const hinted = hint === undefined ? meta.indexes : [findIndex(meta, hint)];
  const value = (plan: IndexPlan): number =>
    plan.bounded * 2 + (plan.sorted ? 3 : 0) + (plan.exact ? 0.5 : 0);
  const best = hinted
    .flatMap((index) => {
      if (!index) throw badValue(`hint provided does not correspond to an existing index: ${hint}`);
      return planIndex(index, filter, sort) ?? [];
    })
    .sort((a, b) => value(b) - value(a))[0];
  if (best && (best.bounded > 0 || hint !== undefined)) return best;
  return (hint === undefined ? planUnion(meta, filter) : undefined) ?? best ?? scan;
}

/** The first `$or` whose every branch has an index to read. */
function planUnion(meta: CollectionMeta, filter: Filter): Plan | undefined {
  return filter.ors
    .map((or) => or.map((branch) => choosePlan(meta, { filter: branch, sort: [] })))
    .filter((parts) => parts.every((part) => part.kind === 'index' && part.bounded > 0))
    .map((parts): Plan => ({ kind: 'union', parts: parts as IndexPlan[], sorted: false }))[0];
}

/** As MongoDB's explain names it. */
export function describePlan(plan: Plan): Document {
  if (plan.kind === 'collection')
    return { stage: 'COLLSCAN', direction: plan.reverse ? 'backward' : 'forward' };
  if (plan.kind === 'index') return { stage: 'FETCH', inputStage: describeScan(plan) };
  return { stage: 'FETCH', inputStage: { stage: 'OR', inputStages: plan.parts.map(describeScan) } };
}
const describeScan = (plan: IndexPlan): Document => ({
  stage: 'IXSCAN',
  indexName: plan.index.name,
  keyPattern: Object.fromEntries(plan.index.key),
  isMultiKey: plan.index.multikey.length > 0,
  direction: plan.reverse ? 'backward' : 'forward',
  ranges: plan.ranges.length,
});
