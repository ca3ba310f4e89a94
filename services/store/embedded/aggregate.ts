import { Long } from 'bson';
import * as expressions from 'mingo/operators/expression';
import { Context, evalExpr } from 'mingo/core';
import { refused, StoreError } from './errors.js';
import { encodeValue, sortKey } from './keys.js';
import { compileFilter } from './matcher.js';
import { compileProjection, isPlainProjection } from './projection.js';
import { countRows, parseSort, rows, type Query, type Row, type Steps } from './query.js';
import type { CollectionMeta, Storage } from './storage.js';
import { write } from './updater.js';
import {
  asInteger,
  CLASS,
  classOf,
  compareValues,
  isDocument,
  numeric,
  visitPath,
  type Document,
} from './values.js';

/**
 * Aggregation: leading $match, $sort, $skip and $limit become the query, the rest runs document by document over it.
 * Expressions are evaluated by mingo, from this list only.
 */
const ALLOWED = [
  '$abs $add $and $arrayElemAt $ceil $concat $concatArrays $cond $divide $eq $floor $gt $gte $ifNull $in $isArray',
  '$literal $lt $lte $max $min $mod $multiply $ne $not $or $size $subtract $substrCP $sum $toLower $toUpper',
].flatMap((line) => line.split(' '));

type ExpressionOps = NonNullable<NonNullable<Parameters<typeof Context.init>[0]>['expression']>;
const available = expressions as unknown as ExpressionOps;
const context = Context.init({
  expression: Object.fromEntries(
    ALLOWED.map((name) => [name, available[name as `$${string}`]]),
  ) as ExpressionOps,
});
type MingoOptions = Parameters<typeof evalExpr>[2];
const OPTIONS = { context, idKey: '_id', useStrictMode: true } as unknown as MingoOptions;

type Evaluate = (document: Document) => unknown;

/** @throws NotImplemented for an operator or variable that is not on the list */
function compileExpression(expression: unknown): Evaluate {
  assertKnown(expression);
  if (typeof expression === 'string' && expression.startsWith('$') && !expression.startsWith('$$')) {
    const parts = expression.slice(1).split('.');
    return (document) => pathValue(document, parts);
  }
  return (document) => evalExpr(document, expression as Parameters<typeof evalExpr>[1], OPTIONS) as unknown;
}

function assertKnown(expression: unknown): void {
  if (
    typeof expression === 'string' &&
    expression.startsWith('$$') &&
    !/^\$\$(ROOT|CURRENT)(\.|$)/.test(expression)
  )
    throw refused(`the variable ${expression}`);
  if (Array.isArray(expression)) expression.forEach(assertKnown);
  if (!isDocument(expression)) return;
  for (const [name, value] of Object.entries(expression)) {
    if (name.startsWith('$') && !ALLOWED.includes(name)) throw refused(`the expression ${name}`);
    if (name !== '$literal') assertKnown(value);
  }
}

/** A field path in an expression: through arrays it becomes an array of what it finds. */
function pathValue(value: unknown, parts: readonly string[]): unknown {
  if (parts.length === 0) return value;
  if (Array.isArray(value))
    return value.map((item) => pathValue(item, parts)).filter((item) => item !== undefined);
  if (!isDocument(value) || !Object.prototype.hasOwnProperty.call(value, parts[0]!)) return undefined;
  return pathValue(value[parts[0]!], parts.slice(1));
}

export interface PipelineStart {
  readonly query: Query;
  readonly rest: readonly Document[];
}

/** Splits a pipeline into the query it begins with and the stages after it. @throws FailedToParse */
export function pipelineStart(pipeline: readonly Document[], hint?: string): PipelineStart {
  for (const stage of pipeline)
    if (!isDocument(stage) || Object.keys(stage).length !== 1)
      throw new StoreError('FailedToParse', 'A pipeline stage has to be an object with exactly one field');
  let at = 0;
  const next = (name: string): unknown =>
    pipeline[at]?.[name] === undefined ? undefined : pipeline[at++]![name];
  const filters: Document[] = [];
  for (let filter = next('$match'); filter !== undefined; filter = next('$match'))
    filters.push(filterOf(filter));
  const sort = parseSort(next('$sort'));
  const skip = wholeNumber('$skip', next('$skip') ?? 0, 0);
  const limitSpec = next('$limit');
  return {
    query: {
      filter: filters.length === 0 ? {} : filters.length === 1 ? filters[0]! : { $and: filters },
      sort,
      skip,
      limit: limitSpec === undefined ? 0 : wholeNumber('$limit', limitSpec, 1),
      ...(hint === undefined ? {} : { hint }),
    },
    rest: pipeline.slice(at),
  };
}

function filterOf(value: unknown): Document {
  if (!isDocument(value))
    throw new StoreError('BadValue', 'the match filter must be an expression in an object');
  return value;
}

function wholeNumber(name: string, value: unknown, least: number): number {
  const number = asInteger(value);
  if (number === undefined || number < least)
    throw new StoreError('BadValue', `${name} needs an integer of at least ${least}`);
  return number;
}

/** Runs a pipeline. Yields whole rows (their bytes untouched) when no stage is left after the query. */
export function* aggregate(
  storage: Storage,
  meta: CollectionMeta | undefined,
  start: PipelineStart,
): Steps<Row | Document> {
  const { query, rest } = start;
  const counts = countingStage(rest[0]);
  if (counts && query.sort.length === 0) {
    const count = meta ? yield* countRows(storage, meta, query) : 0;
    const result: Document[] = count === 0 ? [] : [counts(count)];
    yield* rest.slice(1).reduce<Steps<Document>>((source, stage) => runStage(stage)(source), values(result));
    return;
  }
  const source: Steps<Row> = meta ? rows(storage, meta, query) : values([]);
  const stages = rest.map(runStage);
  if (stages.length === 0) yield* source;
  else yield* stages.reduce<Steps<Document>>((from, stage) => stage(from), documentsOf(source));
}

function* values<T>(items: readonly T[]): Steps<T> {
  yield* items;
}
function* documentsOf(source: Steps<Row>): Steps<Document> {
  for (const row of source) yield row?.document;
}

/** `$count`, or a `$group` of everything that only counts, as drivers' countDocuments sends it. */
function countingStage(stage: Document | undefined): ((count: number) => Document) | null {
  const name = stage?.['$count'];
  if (typeof name === 'string' && name !== '') return (count) => ({ [name]: count });
  const group = stage?.['$group'];
  if (
    !isDocument(group) ||
    typeof group['_id'] === 'string' ||
    (group['_id'] !== null && typeof group['_id'] === 'object')
  )
    return null;
  const { _id, ...fields } = group;
  const entries = Object.entries(fields);
  const [field, accumulator] = entries[0] ?? [];
  if (entries.length !== 1 || field === undefined || !isDocument(accumulator) || accumulator['$sum'] !== 1)
    return null;
  return (count) => ({ _id, [field]: count });
}

type Stage = (source: Steps<Document>) => Steps<Document>;

const each = (change: (document: Document) => Document): Stage =>
  function* (source) {
    for (const document of source) yield document && change(document);
  };

function runStage(stage: Document): Stage {
  const [name, spec] = Object.entries(stage)[0]!;
  switch (name) {
    case '$match': {
      const fits = compileFilter(filterOf(spec));
      return function* (source) {
        for (const document of source) yield document && fits(document) ? document : undefined;
      };
    }
    case '$sort':
      return sortStage(spec);
    case '$skip':
    case '$limit':
      return cutStage(name, wholeNumber(name, spec, name === '$limit' ? 1 : 0));
    case '$count':
      return countStage(spec);
    case '$group':
      return groupStage(spec);
    case '$project':
      return each(projectStage(spec));
    case '$addFields':
    case '$set':
      return each(computedFields(name, Object.entries(objectOf(name, spec))));
    case '$unset':
      return each(compileProjection(Object.fromEntries([spec].flat().map((path) => [String(path), 0]))));
    case '$unwind':
      return unwindStage(spec);
    default:
      throw name.startsWith('$')
        ? refused(`the aggregation stage ${name}`)
        : new StoreError('FailedToParse', `Unrecognized pipeline stage name: '${name}'`);
  }
}

function objectOf(name: string, spec: unknown): Document {
  if (!isDocument(spec) || Object.keys(spec).length === 0)
    throw new StoreError('FailedToParse', `${name} needs a non-empty object`);
  return spec;
}

function sortStage(spec: unknown): Stage {
  const fields = parseSort(spec);
  return function* (source) {
    const held: { key: Buffer; document: Document }[] = [];
    for (const document of source) {
      if (document) held.push({ key: sortKey(document, fields), document });
      yield undefined;
    }
    for (const { document } of held.sort((a, b) => Buffer.compare(a.key, b.key))) yield document;
  };
}

function cutStage(name: '$skip' | '$limit', amount: number): Stage {
  return function* (source) {
    let left = amount;
    for (const document of source) {
      if (document === undefined) yield undefined;
      else if (name === '$limit') {
        yield document;
        if (--left === 0) return;
      } else yield left-- > 0 ? undefined : document;
    }
  };
}

function countStage(spec: unknown): Stage {
  if (typeof spec !== 'string' || spec === '' || spec.startsWith('$') || spec.includes('.'))
    throw new StoreError('FailedToParse', 'the count field must be a non-empty string without $ and dots');
  return function* (source) {
    let count = 0;
    for (const document of source) {
      if (document) count++;
      yield undefined;
    }
    if (count > 0) yield { [spec]: count };
  };
}

function computedFields(name: string, fields: [string, unknown][]): (document: Document) => Document {
  const computed = fields.map(([path, expression]) => {
    if (path.startsWith('$'))
      throw new StoreError('FailedToParse', `${name}: field names may not begin with $`);
    return { parts: path.split('.'), evaluate: compileExpression(expression) };
  });
  return (document) => {
    const out = { ...document };
    for (const { parts, evaluate } of computed) {
      const value = evaluate(document);
      if (value === undefined) continue;
      // Only what lies on the way of a path is copied; the source document stays as it was.
      if (parts.length > 1) out[parts[0]!] = structuredClone(out[parts[0]!] ?? {});
      write(out, parts, () => value);
    }
    return out;
  };
}

function projectStage(spec: unknown): (document: Document) => Document {
  const fields = Object.entries(objectOf('$project', spec));
  const isFlag = ([, value]: [string, unknown]): boolean => isPlainProjection({ value });
  const flags = fields.filter(isFlag);
  const computed = fields.filter((field) => !isFlag(field));
  if (computed.length === 0) return compileProjection(Object.fromEntries(flags));
  const plain = Object.fromEntries(flags);
  const keepsId = plain['_id'] === undefined || Boolean(plain['_id']);
  const base = compileProjection({ ...plain, _id: keepsId ? 1 : 0, ...(keepsId ? {} : { ' ': 1 }) });
  const compute = computedFields('$project', computed);
  return (document) => {
    const kept = base(document);
    const all = compute({ ...document });
    for (const [path] of computed) {
      const top = path.split('.')[0]!;
      if (path === top ? all[top] !== undefined : isDocument(all[top])) {
        const value = path === top ? all[top] : pathValue(all, path.split('.'));
        if (value !== undefined) write(kept, path.split('.'), () => value);
      }
    }
    return kept;
  };
}

function unwindStage(spec: unknown): Stage {
  const { path, preserveNullAndEmptyArrays, ...others } =
    typeof spec === 'string' ? { path: spec } : (objectOf('$unwind', spec) as Document);
  if (typeof path !== 'string' || !path.startsWith('$') || path.includes('.'))
    throw refused('$unwind other than of a top-level field');
  if (Object.keys(others).length > 0) throw refused(`$unwind with ${Object.keys(others).join()}`);
  const field = path.slice(1);
  return function* (source) {
    for (const document of source) {
      const value = document?.[field];
      if (document === undefined) yield undefined;
      else if (Array.isArray(value) && value.length > 0)
        for (const item of value) yield { ...document, [field]: item };
      else if (value !== undefined && value !== null && !Array.isArray(value)) yield document;
      else if (preserveNullAndEmptyArrays === true) {
        const { [field]: gone, ...rest } = document;
        yield Array.isArray(gone) ? rest : document;
      }
    }
  };
}

interface Accumulator {
  add(value: unknown): void;
  result(): unknown;
}
const isNumber = (value: unknown): boolean => value !== undefined && classOf(value) === CLASS.number;
const plainNumber = (value: number | bigint): unknown =>
  typeof value === 'bigint' ? Long.fromBigInt(value) : value;
function plus(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    const whole = Number.isInteger(a) && Number.isInteger(b);
    return !whole || Number.isSafeInteger(sum) ? sum : BigInt(a) + BigInt(b);
  }
  return [a, b].every((x) => typeof x === 'bigint' || Number.isInteger(x))
    ? BigInt(a) + BigInt(b)
    : Number(a) + Number(b);
}

const ACCUMULATORS: Readonly<Record<string, () => Accumulator>> = {
  $sum: () => {
    let sum: number | bigint = 0;
    return {
      add: (value) => isNumber(value) && (sum = plus(sum, numeric(value))),
      result: () => plainNumber(sum),
    };
  },
  $avg: () => {
    let sum = 0;
    let count = 0;
    return {
      add: (value) => {
        if (!isNumber(value)) return;
        sum += Number(numeric(value));
        count++;
      },
      result: () => (count === 0 ? null : sum / count),
    };
  },
  $min: () => extreme(-1),
  $max: () => extreme(1),
  $first: () => {
    let first: { readonly value: unknown } | undefined;
    return { add: (value) => (first ??= { value }), result: () => first?.value ?? null };
  },
  $last: () => {
    let last: unknown;
    return { add: (value) => (last = value), result: () => last ?? null };
  },
  $push: () => {
    const all: unknown[] = [];
    return { add: (value) => value !== undefined && all.push(value), result: () => all };
  },
  $addToSet: () => {
    const all = new Map<string, unknown>();
    return {
      add: (value) => value !== undefined && all.set(encodeValue(value).toString('latin1'), value),
      result: () => [...all.values()],
    };
  },
  $count: () => {
    let count = 0;
    return { add: () => count++, result: () => count };
  },
};

function extreme(sign: 1 | -1): Accumulator {
  let best: unknown;
  return {
    add: (value) => {
      if (value === undefined || value === null) return;
      if (best === undefined || compareValues(value, best) * sign > 0) best = value;
    },
    result: () => best ?? null,
  };
}

function groupStage(spec: unknown): Stage {
  const { _id, ...fields } = objectOf('$group', spec);
  if (_id === undefined) throw new StoreError('FailedToParse', 'a group specification must include an _id');
  const groupBy = compileExpression(_id);
  const compiled = Object.entries(fields).map(([field, accumulation]) => {
    const [name, operand] = isDocument(accumulation) ? (Object.entries(accumulation)[0] ?? []) : [];
    const make = name === undefined ? undefined : ACCUMULATORS[name];
    if (!make || name === undefined) throw refused(`the accumulator ${name ?? field}`);
    return { field, make, evaluate: name === '$count' ? () => 1 : compileExpression(operand) };
  });
  return function* (source) {
    const groups = new Map<string, { readonly id: unknown; readonly accumulators: readonly Accumulator[] }>();
    for (const document of source) {
      yield undefined;
      if (!document) continue;
      const id = groupBy(document) ?? null;
      const key = encodeValue(id).toString('latin1');
      let group = groups.get(key);
      if (!group) groups.set(key, (group = { id, accumulators: compiled.map(({ make }) => make()) }));
      for (const [i, { evaluate }] of compiled.entries()) group.accumulators[i]!.add(evaluate(document));
    }
    for (const { id, accumulators } of groups.values())
      yield {
        _id: id,
        ...Object.fromEntries(compiled.map(({ field }, i) => [field, accumulators[i]!.result()])),
      };
  };
}

/** The distinct values of a field; elements of arrays count one by one. */
export function* distinctValues(source: Steps<Row>, path: string): Generator<undefined, unknown[]> {
  const parts = path.split('.');
  const found = new Map<string, unknown>();
  const note = (value: unknown): void => {
    if (value !== undefined) found.set(encodeValue(value).toString('latin1'), value);
  };
  for (const row of source) {
    if (row)
      visitPath(row.document, parts, (value) => (Array.isArray(value) ? value.forEach(note) : note(value)));
    yield undefined;
  }
  return [...found.values()];
}
