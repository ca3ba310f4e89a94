/**
 * Aggregation: leading $match, $sort, $skip and $limit become the query, what is left runs stage by stage in memory.
 * Filters and sorts are this store's own; the other stages, with the operators listed here only, are mingo's.
 */
import { Aggregator } from 'mingo/aggregator';
import { Context } from 'mingo/core';
import * as accumulators from 'mingo/operators/accumulator';
import * as expressions from 'mingo/operators/expression';
import * as pipelines from 'mingo/operators/pipeline';
import { badValue, failedToParse, refused } from './errors.js';
import { parseFilter } from './filter.js';
import { compareKeys, sortKey } from './keys.js';
import { assertSortable, countRows, parseQuery, parseSort, rows, type Query, type Steps } from './query.js';
import type { CollectionMeta, Row, Storage } from './storage.js';
import { asInteger, isDocument, type Document } from './values.js';

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

/** The query it begins with, and the stages after that. */
export interface Pipeline {
  readonly query: Query;
  readonly rest: readonly Document[];
}

/** @throws FailedToParse, BadValue, NotImplemented */
export function parsePipeline(stages: readonly Document[], hint?: string): Pipeline {
  if (stages.some((stage) => Object.keys(stage).length !== 1))
    throw failedToParse('A pipeline stage has to be an object with exactly one field');
  let at = 0;
  const next = (name: string): unknown =>
    stages[at]?.[name] === undefined ? undefined : stages[at++]![name];
  const filters: unknown[] = [];
  for (let one = next('$match'); one !== undefined; one = next('$match')) filters.push(one);
  const sort = next('$sort');
  const skip = wholeNumber('$skip', next('$skip') ?? 0, 0);
  const most = next('$limit');
  const limit = most === undefined ? 0 : wholeNumber('$limit', most, 1);
  const filter = filters.length > 0 ? { $and: filters } : {};
  return { query: parseQuery(filter, { sort, skip, limit, hint }), rest: stages.slice(at) };
}

function wholeNumber(name: string, value: unknown, least: number): number {
  const number = asInteger(value);
  if (number === undefined || number < least) throw badValue(`${name} needs an integer of at least ${least}`);
  return number;
}

/** Runs a pipeline. Yields whole rows (their bytes untouched) when no stage is left after the query. */
export function* aggregate(
  storage: Storage,
  meta: CollectionMeta | undefined,
  { query, rest }: Pipeline,
): Steps<Row | Document> {
  const stages = rest.map(compileStage);
  if (stages.length === 0) return yield* rows(storage, meta, query);
  const counted = query.sort.length === 0 ? countingStage(rest[0]!) : null;
  let documents: Document[] = [];
  let bytes = 0;
  for (const found of counted ? countRows(storage, meta, query) : rows(storage, meta, query)) {
    yield undefined;
    if (typeof found === 'number') documents = found > 0 ? [counted!(found)] : [];
    else if (found) {
      documents.push(found.document);
      assertSortable((bytes += found.bytes.length));
    }
  }
  for (const stage of counted ? stages.slice(1) : stages) documents = stage(documents);
  yield* documents;
}

/** `$count`, or a `$group` of everything that only counts (as drivers' countDocuments sends it): no document is needed. */
function countingStage(stage: Document): ((count: number) => Document) | null {
  const name = stage['$count'];
  if (typeof name === 'string') return (count) => ({ [name]: count });
  const { _id, ...fields } = isDocument(stage['$group']) ? stage['$group'] : {};
  const [[field, sum] = ['', null], ...others] = Object.entries(fields);
  const isConstant = _id === null || typeof _id === 'number';
  if (!isConstant || others.length > 0 || !isDocument(sum) || sum['$sum'] !== 1) return null;
  return (count) => ({ _id, [field]: count });
}

type Stage = (documents: Document[]) => Document[];
const OWN: Readonly<Record<string, (spec: unknown) => Stage>> = {
  $match: (spec) => {
    const { matches } = parseFilter({ $and: [spec] });
    return (documents) => documents.filter(matches);
  },
  $sort: (spec) => {
    const fields = parseSort(spec);
    return (documents) => {
      const keyed = documents.map((document) => ({ document, key: sortKey(document, fields) }));
      return keyed.sort((a, b) => compareKeys(a.key, b.key)).map(({ document }) => document);
    };
  },
  $skip: (spec) => {
    const amount = wholeNumber('$skip', spec, 0);
    return (documents) => documents.slice(amount);
  },
  $limit: (spec) => {
    const amount = wholeNumber('$limit', spec, 1);
    return (documents) => documents.slice(0, amount);
  },
};

function compileStage(stage: Document): Stage {
  const [name, spec] = Object.entries(stage)[0]!;
  if (Object.hasOwn(OWN, name)) return OWN[name]!(spec);
  if (!STAGES.includes(name)) throw refused(`the aggregation stage ${name}`);
  if (name === '$group' && !(isDocument(spec) && '_id' in spec))
    throw failedToParse('a group specification must include an _id');
  if (name !== '$unwind') assertKnown(spec);
  const aggregator = new Aggregator([stage], { context });
  return (documents) => {
    try {
      return aggregator.run(documents);
    } catch (error) {
      throw failedToParse(`${name}: ${(error as Error).message}`);
    }
  };
}
