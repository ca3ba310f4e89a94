import { encodeValue, inverted, MAX_COMPONENT_BYTES, successor, type IndexField } from './keys.js';
import { filterShape, type FieldCondition, type FilterShape } from './matcher.js';
import { indexFields, type CollectionMeta, type IndexMeta, type KeyRange } from './storage.js';
import { CLASS, classOf, isNaNValue, type Document } from './values.js';

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
      /** Leading fields that are bounded; for choosing and explaining. */
      readonly bounded: number;
    }
  | { readonly kind: 'union'; readonly parts: readonly IndexPlan[]; readonly sorted: false };
export type IndexPlan = Extract<Plan, { kind: 'index' }>;

/** `[lo, hi)` over one field's encoded values, ascending. */
interface Interval {
  readonly lo: Buffer;
  readonly hi: Buffer;
  /** Holds exactly one value. */
  readonly point: boolean;
}
interface Bounds {
  readonly intervals: readonly Interval[];
  /** The intervals say all that the conditions say. */
  readonly exact: boolean;
}

/** A list of values times lists on further fields may explode; beyond this the later field is left to the recheck. */
const MAX_RANGES = 20_000;

const point = (value: unknown): Interval => {
  const lo = encodeValue(value);
  return { lo, hi: successor(lo), point: true };
};
const classStart = (kind: number): Buffer => Buffer.from([kind]);
const classEnd = (kind: number): Buffer => Buffer.from([kind + 1]);
/** NaN is a number's smallest key and belongs to no range of numbers. */
const FIRST_NUMBER = successor(encodeValue(NaN));

/** The byte intervals of one condition. @returns null if it cannot be said in bytes */
function conditionBounds({ operator, operand }: FieldCondition): Bounds | null {
  switch (operator) {
    case '$eq':
      return valuesBounds([operand]);
    case '$in':
      return Array.isArray(operand) ? valuesBounds(operand) : null;
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte': {
      const kind = classOf(operand);
      if (!isBoundable(operand) || isNaNValue(operand) || kind === CLASS.null) return null;
      const value = encodeValue(operand);
      const start = kind === CLASS.number ? FIRST_NUMBER : classStart(kind);
      const after = successor(value);
      const interval = {
        $gt: { lo: after, hi: classEnd(kind) },
        $gte: { lo: value, hi: classEnd(kind) },
        $lt: { lo: start, hi: value },
        $lte: { lo: start, hi: after },
      }[operator];
      return { intervals: [{ ...interval, point: false }], exact: true };
    }
    case '$regex':
      return prefixBounds(operand);
    default:
      return null;
  }
}

const isBoundable = (value: unknown): boolean => {
  const kind = classOf(value);
  return kind !== CLASS.array && kind !== CLASS.minKey && kind !== CLASS.maxKey && kind !== CLASS.regex;
};

function valuesBounds(values: readonly unknown[]): Bounds | null {
  if (values.some((value) => value === undefined || !isBoundable(value))) return null;
  const points = values.map(point).sort((a, b) => Buffer.compare(a.lo, b.lo));
  return { intervals: points.filter((one, i) => i === 0 || !one.lo.equals(points[i - 1]!.lo)), exact: true };
}

/** `^literal…` without options reads only strings that begin with the literal. */
function prefixBounds(operand: unknown): Bounds | null {
  const wrapped = operand as { _bsontype?: string; pattern?: string; options?: string };
  const isWrapped = wrapped._bsontype === 'BSONRegExp';
  const source = isWrapped ? wrapped.pattern : operand;
  if (typeof source !== 'string' || (isWrapped && wrapped.options !== '')) return null;
  const literal = /^\^((?:[^\\^$.*+?()[\]{}|]|\\[\\^$.*+?()[\]{}|/-])+)/.exec(source)?.[1];
  if (literal === undefined || source.includes('|')) return null;
  // The last character may be made optional by what follows it.
  const follows = source[literal.length + 1];
  let text = literal.replace(/\\(.)/g, '$1');
  if (follows !== undefined && '*?{'.includes(follows)) text = [...text].slice(0, -1).join('');
  if (text === '') return null;
  const encoded = encodeValue(text);
  const lo = encoded.subarray(0, encoded.length - 2);
  return { intervals: [{ lo, hi: successor(lo), point: false }], exact: false };
}

function intersect(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const out: Interval[] = [];
  for (const x of a)
    for (const y of b) {
      const lo = Buffer.compare(x.lo, y.lo) >= 0 ? x.lo : y.lo;
      const hi = Buffer.compare(x.hi, y.hi) <= 0 ? x.hi : y.hi;
      if (Buffer.compare(lo, hi) < 0) out.push({ lo, hi, point: x.point || y.point });
    }
  return out;
}

/** All conditions on one field together; through an array different elements may fulfil them, so only one may be used. */
function fieldBounds(conditions: readonly FieldCondition[], throughArray: boolean): Bounds | null {
  const known = conditions.flatMap((condition) => conditionBounds(condition) ?? []);
  if (known.length === 0) return null;
  const complete = known.length === conditions.length;
  if (throughArray) {
    const best = [...known].sort((a, b) => cost(a) - cost(b))[0]!;
    return { intervals: best.intervals, exact: best.exact && conditions.length === 1 };
  }
  const intervals = known.map((one) => one.intervals).reduce(intersect);
  return { intervals, exact: complete && known.every((one) => one.exact) };
}
const cost = ({ intervals }: Bounds): number =>
  intervals.every((one) => one.point) ? intervals.length : 1_000_000;

function planIndex(index: IndexMeta, shape: FilterShape, sort: readonly IndexField[]): IndexPlan | null {
  const fields = indexFields(index);
  let prefixes: Buffer[] = [Buffer.alloc(0)];
  let ranges: KeyRange[] | undefined;
  let bounded = 0;
  let score = 0;
  let consumed = 0;
  let exact = true;
  let arrayUsed = false;
  const fixed = new Set<string>();
  for (const [position, field] of fields.entries()) {
    const conditions = shape.conditions.filter(({ path }) => path === field.path);
    if (conditions.length === 0) break;
    const throughArray = index.multikey.includes(position);
    if (throughArray && arrayUsed) break;
    const bounds = fieldBounds(conditions, throughArray);
    if (!bounds || bounds.intervals.length * prefixes.length > MAX_RANGES) break;
    arrayUsed ||= throughArray;
    bounded++;
    consumed += conditions.length;
    exact &&= bounds.exact;
    const intervals = field.direction === 1 ? bounds.intervals : bounds.intervals.map(descending).reverse();
    if (!intervals.every((one) => one.point)) {
      ranges = prefixes.flatMap((prefix) =>
        intervals.map(({ lo, hi }) => ({
          start: Buffer.concat([prefix, lo]),
          end: Buffer.concat([prefix, hi]),
        })),
      );
      score += 1;
      break;
    }
    prefixes = prefixes.flatMap((prefix) => intervals.map(({ lo }) => Buffer.concat([prefix, lo])));
    if (intervals.length === 1 && !throughArray) fixed.add(field.path);
    score += intervals.length <= 1 ? 3 : 2;
  }
  ranges ??= prefixes.map((prefix) => ({ start: prefix, end: successor(prefix) }));
  const direction = sortDirection(index, fields, sort, fixed);
  if (bounded === 0 && direction === 0) return null;
  const shortened = ranges.map(shorten);
  return {
    kind: 'index',
    index,
    ranges: shortened.map(({ range }) => range),
    reverse: direction === -1,
    exact:
      exact &&
      consumed === shape.conditions.length &&
      shape.ors.length === 0 &&
      !shape.other &&
      !shortened.some((one) => one.inexact),
    sorted: direction !== 0,
    bounded: score,
  };
}

/** In a descending field the bytes are inverted: what was below is above. */
const descending = ({ lo, hi, point: isPoint }: Interval): Interval =>
  isPoint
    ? { lo: inverted(lo), hi: successor(inverted(lo)), point: true }
    : { lo: successor(inverted(hi)), hi: successor(inverted(lo)), point: false };

function shorten(range: KeyRange): { readonly range: KeyRange; readonly inexact: boolean } {
  const { start, end } = range;
  if (start.length <= MAX_COMPONENT_BYTES && end.length <= MAX_COMPONENT_BYTES)
    return { range, inexact: false };
  return {
    range: {
      start: start.subarray(0, MAX_COMPONENT_BYTES),
      end: end.length > MAX_COMPONENT_BYTES ? successor(end.subarray(0, MAX_COMPONENT_BYTES)) : end,
    },
    inexact: true,
  };
}

/** Whether reading the index forward (1) or backward (-1) gives the wanted order; 0 = neither. */
function sortDirection(
  index: IndexMeta,
  fields: readonly IndexField[],
  sort: readonly IndexField[],
  fixed: ReadonlySet<string>,
): 1 | -1 | 0 {
  const wanted = sort.filter(({ path }) => !fixed.has(path));
  if (sort.length > 0 && wanted.length === 0) return 1;
  if (wanted.length === 0 || index.cut) return 0;
  const rest = fields
    .map((field, position) => ({ field, position }))
    .filter(({ field }) => !fixed.has(field.path));
  let direction: 1 | -1 | 0 = 0;
  for (const [i, want] of wanted.entries()) {
    const have = rest[i];
    if (!have || have.field.path !== want.path || index.multikey.includes(have.position)) return 0;
    const needed = have.field.direction === want.direction ? 1 : -1;
    if (direction !== 0 && direction !== needed) return 0;
    direction = needed;
  }
  return direction;
}

/**
 * @param sort  empty = any order
 * @param hint  an index's name, or '$natural'
 */
export function choosePlan(
  meta: CollectionMeta,
  filter: Document,
  sort: readonly IndexField[],
  hint?: string,
): Plan {
  const natural = sort.length === 1 && sort[0]!.path === '$natural';
  const scan: Plan = {
    kind: 'collection',
    sorted: sort.length === 0 || natural,
    reverse: natural && sort[0]!.direction === -1,
  };
  if (hint === '$natural' || natural) return scan;
  const shape = filterShape(filter);
  const candidates = meta.indexes
    .filter((index) => hint === undefined || index.name === hint)
    .flatMap((index) => planIndex(index, shape, sort) ?? []);
  const value = (plan: IndexPlan): number =>
    plan.bounded * 2 + (plan.sorted ? 3 : 0) + (plan.exact ? 0.5 : 0);
  const best = candidates.sort((a, b) => value(b) - value(a))[0];
  if (best && (best.bounded > 0 || hint !== undefined)) return best;
  const union = hint === undefined ? planUnion(meta, shape) : null;
  return union ?? best ?? scan;
}

/** The first `$or` whose every branch has an index to read. */
function planUnion(meta: CollectionMeta, shape: FilterShape): Plan | null {
  for (const or of shape.ors) {
    const parts = or.map((branch) => choosePlan(meta, branch, []));
    if (parts.every((part): part is IndexPlan => part.kind === 'index' && part.bounded > 0))
      return { kind: 'union', parts, sorted: false };
  }
  return null;
}

/** As MongoDB's explain names it. */
export function describePlan(plan: Plan): Document {
  if (plan.kind === 'collection')
    return { stage: 'COLLSCAN', direction: plan.reverse ? 'backward' : 'forward' };
  if (plan.kind === 'union')
    return { stage: 'FETCH', inputStage: { stage: 'OR', inputStages: plan.parts.map(describeScan) } };
  return { stage: 'FETCH', inputStage: describeScan(plan) };
}
const describeScan = (plan: IndexPlan): Document => ({
  stage: 'IXSCAN',
  indexName: plan.index.name,
  keyPattern: Object.fromEntries(plan.index.key),
  isMultiKey: plan.index.multikey.length > 0,
  direction: plan.reverse ? 'backward' : 'forward',
  ranges: plan.ranges.length,
});
