import { badValue } from './errors.js';
import type { Condition, Filter, Interval } from './filter.js';
import { cutKey, inverted, MAX_KEY_BYTES, successor, type Fields } from './keys.js';
import { findIndex, type CollectionMeta, type IndexMeta, type KeyRange } from './storage.js';
import type { Document } from './values.js';

/**
 * Chooses how to read a collection for a filter and a sort: conditions become byte ranges over one index (equalities and
 * lists on leading fields, then at most one range), or a union of such plans for `$or`, or a scan of the whole collection.
 */
export interface Plan {
  /** One index, several of them (for `$or`), or none: the whole collection. */
  readonly scans: readonly { readonly index: IndexMeta; readonly ranges: readonly KeyRange[] }[];
  readonly reverse: boolean;
  readonly sorted: boolean;
  /** Every plan yields a superset of the answer; this one is the answer, so nothing has to be looked at again. */
  readonly exact: boolean;
  /** How much the leading fields narrow it; 0 = not at all. */
  readonly bounded: number;
}

/** Of a query, what decides. */
export interface Asked {
  readonly filter: Filter;
  /** Empty = any order. */
  readonly sort: Fields;
  /** An index's name or the name its key gives, or '$natural'. */
  readonly hint?: string;
}

/** A list of values times lists on further fields may explode; beyond this the later field is left to the recheck. */
const MAX_RANGES = 20_000;

/**
 * All conditions on one field together; through an array different elements may fulfil them, so only the narrowest may be used.
 * @returns undefined if none of them can be said in bytes
 */
function fieldBounds(
  conditions: readonly Condition[],
  throughArray: boolean,
): { intervals: readonly Interval[]; exact: boolean } | undefined {
  const known = conditions.flatMap(({ bounds }) => (bounds ? [bounds] : []));
  if (known.length === 0) return undefined;
  const choose = throughArray ? narrower : intersection;
  const exact = conditions.every((condition) => condition.exact) && !(throughArray && conditions.length > 1);
  return { intervals: known.reduce(choose), exact };
}
const arePoints = (intervals: readonly Interval[]): boolean => intervals.every(({ point }) => point);

type Choose = (a: readonly Interval[], b: readonly Interval[]) => readonly Interval[];
const width = (intervals: readonly Interval[]): number =>
  arePoints(intervals) ? intervals.length : Infinity;
const narrower: Choose = (a, b) => (width(b) < width(a) ? b : a);
const intersection: Choose = (a, b) =>
  a.flatMap((x) =>
    b.flatMap((y) => {
      const lo = x.lo > y.lo ? x.lo : y.lo;
      const hi = x.hi < y.hi ? x.hi : y.hi;
      return lo < hi ? [{ lo, hi, point: x.point || y.point }] : [];
    }),
  );

/** In a descending field the bytes are inverted: what was below is above. */
const descending = ({ lo, hi, point }: Interval): Interval => ({
  lo: point ? inverted(lo) : successor(inverted(hi)),
  hi: successor(inverted(lo)),
  point,
});

/** @returns null if the index narrows nothing and gives no order */
function planIndex(index: IndexMeta, filter: Filter, sort: Fields): Plan | null {
  let ranges: KeyRange[] = [{ start: '', end: successor('') }];
  let bounded = 0;
  let used = 0;
  let exact = filter.complete && filter.ors.length === 0;
  let arrayUsed = false;
  const fixed = new Set<string>();
  for (const [position, [field, direction]] of index.key.entries()) {
    const conditions = filter.conditions.filter(({ path }) => path === field);
    const throughArray = index.multikey.includes(position);
    const bounds = fieldBounds(conditions, throughArray);
    if (!bounds || (throughArray && arrayUsed) || bounds.intervals.length * ranges.length > MAX_RANGES) break;
    arrayUsed ||= throughArray;
    used += conditions.length;
    exact &&= bounds.exact;
    const { intervals } = bounds;
    const along = direction === 1 ? intervals : intervals.map(descending).reverse();
    // So far every range holds the keys that begin with one prefix.
    ranges = ranges.flatMap(({ start }) =>
      along.map(({ lo, hi }) => ({ start: start + lo, end: start + hi })),
    );
    if (!arePoints(intervals)) {
      bounded += 1;
      break;
    }
    if (intervals.length === 1 && !throughArray) fixed.add(field);
    bounded += intervals.length <= 1 ? 3 : 2;
  }
  const direction = sortDirection(index, sort, fixed);
  if (bounded === 0 && direction === 0) return null;
  const cut = ranges.some(({ start, end }) => start.length > MAX_KEY_BYTES || end.length > MAX_KEY_BYTES);
  exact &&= used === filter.conditions.length && !cut;
  const scans = [{ index, ranges: cut ? ranges.map(shortened) : ranges }];
  return { scans, reverse: direction === -1, sorted: direction !== 0, exact, bounded };
}

const shortened = ({ start, end }: KeyRange): KeyRange => ({
  start: cutKey(start),
  end: end.length > MAX_KEY_BYTES ? successor(cutKey(end)) : end,
});

/** Whether reading the index forward (1) or backward (-1) gives the wanted order; 0 = neither. */
function sortDirection(index: IndexMeta, sort: Fields, fixed: ReadonlySet<string>): 1 | -1 | 0 {
  const wanted = sort.filter(([path]) => !fixed.has(path));
  if (wanted.length === 0) return sort.length > 0 ? 1 : 0;
  if (index.cut) return 0;
  const rest = [...index.key.entries()].filter(([, [path]]) => !fixed.has(path));
  const directions = wanted.map(([path, direction], i) => {
    const [position, have] = rest[i] ?? [];
    if (position === undefined || have?.[0] !== path || index.multikey.includes(position)) return 0;
    return have[1] === direction ? 1 : -1;
  });
  return directions.every((direction) => direction === directions[0]) ? directions[0]! : 0;
}

/** @throws BadValue for a hint that names no index */
export function choosePlan(meta: CollectionMeta, { filter, sort, hint }: Asked): Plan {
  const natural = sort.length === 1 && sort[0]![0] === '$natural';
  const reverse = natural && sort[0]![1] === -1;
  const scan: Plan = { scans: [], sorted: sort.length === 0 || natural, reverse, exact: false, bounded: 0 };
  if (hint === '$natural' || natural) return scan;
  const hinted = hint === undefined ? meta.indexes : [findIndex(meta, hint)];
  const value = (plan: Plan): number => plan.bounded * 2 + (plan.sorted ? 3 : 0) + (plan.exact ? 0.5 : 0);
  const best = hinted
    .flatMap((index) => {
      if (!index) throw badValue(`hint provided does not correspond to an existing index: ${hint}`);
      return planIndex(index, filter, sort) ?? [];
    })
    .sort((a, b) => value(b) - value(a))[0];
  if (best && (best.bounded > 0 || hint !== undefined)) return best;
  if (hint !== undefined) return scan;
  // The first `$or` whose every branch has indexes to read.
  const unions = filter.ors.map((or) => or.map((branch) => choosePlan(meta, { filter: branch, sort: [] })));
  const union = unions.find((parts) => parts.every(({ bounded }) => bounded > 0));
  if (!union) return best ?? scan;
  return { ...scan, scans: union.flatMap(({ scans }) => scans), sorted: false, bounded: 1 };
}

/** As MongoDB's explain names it. */
export function describePlan({ scans, reverse }: Plan): Document {
  const direction = reverse ? 'backward' : 'forward';
  const stages = scans.map(({ index: { name, key, multikey }, ranges }) => ({
    stage: 'IXSCAN',
    indexName: name,
    keyPattern: Object.fromEntries(key),
    isMultiKey: multikey.length > 0,
    direction,
    ranges: ranges.length,
  }));
  if (stages.length === 0) return { stage: 'COLLSCAN', direction };
  return { stage: 'FETCH', inputStage: stages.length > 1 ? { stage: 'OR', inputStages: stages } : stages[0] };
}
