import { Aggregator } from 'mingo/aggregator';
import { Context } from 'mingo/core';
import * as accumulators from 'mingo/operators/accumulator';
import * as expressions from 'mingo/operators/expression';
import * as pipelines from 'mingo/operators/pipeline';
import { refused, StoreError } from './errors.js';
import { encodeValue, sortKey } from './keys.js';
import { compileFilter } from './matcher.js';
import { assertSortable, countRows, parseSort, rows, type Query, type Row, type Steps } from './query.js';
import type { CollectionMeta, Storage } from './storage.js';
import { asInteger, isDocument, visitPath, type Document } from './values.js';

/**
 * Aggregation: leading $match, $sort, $skip and $limit become the query, what is left runs stage by stage in memory.
 * Filters and sorts are this store's own; the other stages, with the operators of this list only, are mingo's.
 */
const words = (text: string): string[] => text.split(' ');
const ACCUMULATORS = words('$sum $avg $min $max $first $last $push $addToSet $count');
const EXPRESSIONS = words(
  '$abs $add $and $arrayElemAt $ceil $concat $cond $divide $eq $floor $gt $gte $ifNull $in $isArray $literal $lt $lte ' +
    '$max $min $mod $multiply $ne $not $or $size $subtract $sum $toLower $toUpper',
);
const STAGES = words('$group $project $addFields $set $unset $unwind $count');
const KNOWN = new Set([...ACCUMULATORS, ...EXPRESSIONS]);

const pick = (from: object, names: readonly string[]): Record<string, never> =>
  Object.fromEntries(names.map((name) => [name, (from as Record<string, unknown>)[name] as never]));
const context = Context.init({
  accumulator: pick(accumulators, ACCUMULATORS),
  expression: pick(expressions, EXPRESSIONS),
  pipeline: pick(pipelines, STAGES),
});

/** @throws NotImplemented for an operator or variable that is not on the lists */
function assertKnown(value: unknown): void {
  if (typeof value === 'string' && value.startsWith('$$') && !/^\$\$(ROOT|CURRENT)(\.|$)/.test(value))
    throw refused(`the variable ${value}`);
  if (Array.isArray(value)) value.forEach(assertKnown);
  if (!isDocument(value)) return;
  for (const [name, operand] of Object.entries(value)) {
    if (name.startsWith('$') && !KNOWN.has(name)) throw refused(`the expression ${name}`);
    if (name !== '$literal') assertKnown(operand);
  }
}

export interface PipelineStart {
  readonly query: Query;
  readonly rest: readonly Document[];
}

/** Splits a pipeline into the query it begins with and the stages after it. @throws FailedToParse */
export function pipelineStart(pipeline: readonly Document[], hint?: string): PipelineStart {
  for (const stage of pipeline)
    if (Object.keys(stage).length !== 1)
      throw new StoreError('FailedToParse', 'A pipeline stage has to be an object with exactly one field');
  let at = 0;
  const next = (name: string): unknown =>
    pipeline[at]?.[name] === undefined ? undefined : pipeline[at++]![name];
  const filters: Document[] = [];
  for (let filter = next('$match'); filter !== undefined; filter = next('$match'))
    filters.push(filterOf(filter));
  const sort = parseSort(next('$sort'));
  const skip = wholeNumber('$skip', next('$skip') ?? 0, 0);
  const most = next('$limit');
  const limit = most === undefined ? 0 : wholeNumber('$limit', most, 1);
  const filter = filters.length > 1 ? { $and: filters } : (filters[0] ?? {});
  return { query: { filter, sort, skip, limit, hint }, rest: pipeline.slice(at) };
}

function filterOf(value: unknown): Document {
  if (!isDocument(value)) throw new StoreError('BadValue', 'the match filter must be an object');
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
  { query, rest }: PipelineStart,
): Steps<Row | Document> {
  const stages = rest.map(compileStage);
  if (stages.length === 0) {
    if (meta) yield* rows(storage, meta, query);
    return;
  }
  const counts = query.sort.length === 0 ? countingStage(rest[0]!) : null;
  let documents: Document[] = [];
  if (counts) {
    const count = meta ? yield* countRows(storage, meta, query) : 0;
    if (count > 0) documents.push(counts(count));
  } else if (meta) {
    let bytes = 0;
    for (const row of rows(storage, meta, query)) {
      if (row) {
        documents.push(row.document);
        assertSortable((bytes += row.bytes.length));
      }
      yield undefined;
    }
  }
  for (const stage of counts ? stages.slice(1) : stages) documents = stage(documents);
  yield* documents;
}

/** `$count`, or a `$group` of everything that only counts (as drivers' countDocuments sends it): no document is needed. */
function countingStage(stage: Document): ((count: number) => Document) | null {
  const name = stage['$count'];
  if (typeof name === 'string') return (count) => ({ [name]: count });
  const { _id, ...fields } = isDocument(stage['$group']) ? stage['$group'] : {};
  const [field, sum] = Object.entries(fields)[0] ?? [];
  const isConstant = _id === null || typeof _id === 'number';
  if (!isConstant || field === undefined || Object.keys(fields).length !== 1) return null;
  return isDocument(sum) && sum['$sum'] === 1 ? (count) => ({ _id, [field]: count }) : null;
}

type Stage = (documents: Document[]) => Document[];

function compileStage(stage: Document): Stage {
  const [name, spec] = Object.entries(stage)[0]!;
  if (name === '$match') {
    const fits = compileFilter(filterOf(spec));
    return (documents) => documents.filter(fits);
  }
  if (name === '$sort') {
    const fields = parseSort(spec);
    return (documents) =>
      documents
        .map((document) => ({ document, key: sortKey(document, fields) }))
        .sort((a, b) => Buffer.compare(a.key, b.key))
        .map(({ document }) => document);
  }
  if (name === '$skip' || name === '$limit') {
    const amount = wholeNumber(name, spec, name === '$limit' ? 1 : 0);
    return (documents) => (name === '$skip' ? documents.slice(amount) : documents.slice(0, amount));
  }
  if (!STAGES.includes(name)) throw refused(`the aggregation stage ${name}`);
  if (name === '$group' && !(isDocument(spec) && '_id' in spec))
    throw new StoreError('FailedToParse', 'a group specification must include an _id');
  if (name !== '$unwind') assertKnown(spec);
  const aggregator = new Aggregator([stage], { context });
  return (documents) => {
    try {
      return aggregator.run(documents);
    } catch (error) {
      throw new StoreError('FailedToParse', `${name}: ${(error as Error).message}`);
    }
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
