import type { Long } from 'bson';
import { z } from 'zod';
import { aggregate, distinctValues, pipelineStart } from './aggregate.js';
import { decodeTyped, encode } from './bytes.js';
import {
  commandShape,
  flag,
  hint,
  longId,
  namespace,
  number,
  object,
  objects,
  off,
  whole,
  type Command,
} from './command.js';
import { cursorReply, finish, type ByteSteps } from './cursors.js';
import { refused, StoreError } from './errors.js';
import { choosePlan, describePlan } from './planner.js';
import { compileFilter } from './matcher.js';
import { compileProjection } from './projection.js';
import { countRows, noWork, parseSort, present, rows, type Query, type Row, type Steps } from './query.js';
import type { CollectionMeta } from './storage.js';
import { asInteger, type Document } from './values.js';

const find = commandShape({
  find: z.string(),
  filter: object.default({}),
  sort: object.optional(),
  projection: object.optional(),
  skip: whole.default(0),
  limit: number.default(0),
  batchSize: whole.optional(),
  singleBatch: flag.default(false),
  hint: hint.optional(),
  noCursorTimeout: flag.optional(),
  allowDiskUse: flag.optional(),
  allowPartialResults: flag.optional(),
  tailable: off.optional(),
  awaitData: off.optional(),
  returnKey: off.optional(),
  showRecordId: off.optional(),
});

/** A hint has to name an index. @throws BadValue */
function checkedHint(meta: CollectionMeta | undefined, name: string | undefined): { hint?: string } {
  if (name === undefined) return {};
  if (
    meta &&
    name !== '$natural' &&
    !meta.indexes.some((index) => index.name === name || keyName(index.key) === name)
  )
    throw new StoreError('BadValue', `hint provided does not correspond to an existing index: ${name}`);
  const byKey = meta?.indexes.find((index) => keyName(index.key) === name);
  return { hint: byKey?.name ?? name };
}
const keyName = (key: CollectionMeta['indexes'][number]['key']): string =>
  key.map(([path, direction]) => `${path}_${direction}`).join('_');

/** Documents as bytes: as they are stored, or projected with their numbers' types kept. */
function* bytesOf(source: Steps<Row>, projection: Document | undefined): Generator<Buffer | undefined> {
  if (!projection || Object.keys(projection).length === 0) {
    for (const row of source) yield row?.bytes;
    return;
  }
  const pick = compileProjection(projection);
  for (const row of source) yield row && encode(pick(decodeTyped(row.bytes)));
}

const findCommand: Command = async ({ storage, cursors }, { body }) => {
  const options = find(body);
  const ns = namespace(options.$db, options.find);
  const meta = storage.collection(ns);
  const query: Query = {
    filter: options.filter,
    sort: parseSort(options.sort),
    skip: options.skip,
    limit: Math.abs(options.limit),
    ...checkedHint(meta, options.hint),
  };
  compileFilter(query.filter);
  const steps: ByteSteps = bytesOf(meta ? rows(storage, meta, query) : empty(), options.projection);
  const single = options.singleBatch || options.limit < 0;
  const batch = await cursors.first(ns, steps, options.batchSize, single, options.maxTimeMS ?? 0);
  return cursorReply(batch, ns, 'firstBatch');
};
function* empty(): Steps<Row> {
  // nothing to yield
}

const getMore = commandShape({ getMore: longId, collection: z.string(), batchSize: whole.optional() });
const getMoreCommand: Command = async ({ cursors }, { body }) => {
  const options = getMore(body);
  const ns = namespace(options.$db, options.collection);
  const batchSize = options.batchSize === 0 ? undefined : options.batchSize;
  return cursorReply(
    await cursors.more(options.getMore, ns, batchSize, options.maxTimeMS ?? 0),
    ns,
    'nextBatch',
  );
};

const killCursors = commandShape({ killCursors: z.string(), cursors: z.array(longId) });
const killCursorsCommand: Command = ({ cursors }, { body }) => {
  const killed: Long[] = [];
  const unknown: Long[] = [];
  for (const id of killCursors(body).cursors) (cursors.kill(id) ? killed : unknown).push(id);
  return { cursorsKilled: killed, cursorsNotFound: unknown, cursorsAlive: [], cursorsUnknown: [], ok: 1 };
};

const aggregateShape = commandShape({
  aggregate: z.unknown(),
  pipeline: objects,
  cursor: z.strictObject({ batchSize: whole.optional() }).optional(),
  hint: hint.optional(),
  allowDiskUse: flag.optional(),
  bypassDocumentValidation: flag.optional(),
});
const aggregateCommand: Command = async ({ storage, cursors }, { body }) => {
  const options = aggregateShape(body);
  if (typeof options.aggregate !== 'string') throw refused('aggregation without a collection');
  const ns = namespace(options.$db, options.aggregate);
  const meta = storage.collection(ns);
  const start = pipelineStart(options.pipeline, checkedHint(meta, options.hint).hint);
  const steps = aggregateBytes(aggregate(storage, meta, start), start.rest.length === 0);
  const batch = await cursors.first(ns, steps, options.cursor?.batchSize, false, options.maxTimeMS ?? 0);
  return cursorReply(batch, ns, 'firstBatch');
};
function* aggregateBytes(source: Steps<Row | Document>, wholeRows: boolean): Generator<Buffer | undefined> {
  for (const item of source)
    yield item === undefined ? undefined : wholeRows ? (item as Row).bytes : encode(item as Document);
}

const count = commandShape({
  count: z.string(),
  query: object.default({}),
  skip: whole.default(0),
  limit: number.default(0),
  hint: hint.optional(),
});
const countCommand: Command = async ({ storage }, { body }) => {
  const options = count(body);
  const meta = storage.collection(namespace(options.$db, options.count));
  compileFilter(options.query);
  if (!meta) return { n: 0, ok: 1 };
  const query: Query = {
    filter: options.query,
    sort: [],
    skip: options.skip,
    limit: Math.abs(options.limit),
    ...checkedHint(meta, options.hint),
  };
  return { n: await finish(countRows(storage, meta, query), options.maxTimeMS ?? 0), ok: 1 };
};

const distinct = commandShape({
  distinct: z.string(),
  key: z.string().min(1),
  query: object.default({}),
  hint: hint.optional(),
});
const distinctCommand: Command = async ({ storage }, { body }) => {
  const options = distinct(body);
  const meta = storage.collection(namespace(options.$db, options.distinct));
  const query: Query = {
    filter: options.query,
    sort: [],
    skip: 0,
    limit: 0,
    ...checkedHint(meta, options.hint),
  };
  compileFilter(query.filter);
  if (!meta) return { values: [], ok: 1 };
  return {
    values: await finish(distinctValues(rows(storage, meta, query), options.key), options.maxTimeMS ?? 0),
    ok: 1,
  };
};

const explain = commandShape({ explain: object, verbosity: z.string().optional() });

/** Where each explainable command keeps its filter, its sort and its limit. */
function explained(command: Document): { collection: unknown; query: Query } {
  const [name] = Object.keys(command);
  const part = (name === 'update' ? 'updates' : 'deletes') as string;
  const statement = (command[part] as Document[] | undefined)?.[0];
  const pipeline =
    name === 'aggregate' ? pipelineStart((command['pipeline'] ?? []) as Document[]).query : undefined;
  const filter = pipeline?.filter ?? statement?.['q'] ?? command['filter'] ?? command['query'] ?? {};
  return {
    collection: name === undefined ? undefined : command[name],
    query: {
      filter: filter as Document,
      sort: pipeline?.sort ?? parseSort(command['sort']),
      skip: pipeline?.skip ?? asInteger(command['skip'] ?? 0) ?? 0,
      limit: pipeline?.limit ?? Math.abs(asInteger(command['limit'] ?? 0) ?? 0),
    },
  };
}

const explainCommand: Command = ({ storage }, { body }) => {
  const options = explain(body);
  const { collection, query: asked } = explained(options.explain);
  const ns = namespace(options.$db, collection);
  const meta = storage.collection(ns);
  if (!meta) return { queryPlanner: { namespace: ns, winningPlan: { stage: 'EOF' } }, ok: 1 };
  const hinted = options.explain['hint'];
  const query = { ...asked, ...checkedHint(meta, hinted === undefined ? undefined : hint.parse(hinted)) };
  const plan = choosePlan(meta, query.filter, query.sort, query.hint);
  const scan = describePlan(plan);
  const winningPlan = query.sort.length > 0 && !plan.sorted ? { stage: 'SORT', inputStage: scan } : scan;
  const queryPlanner = { namespace: ns, winningPlan, rejectedPlans: [] };
  if (options.verbosity === 'queryPlanner') return { queryPlanner, ok: 1 };
  const work = noWork();
  let returned = 0;
  for (const _ of present(rows(storage, meta, query, work))) returned++;
  return {
    queryPlanner,
    executionStats: {
      executionSuccess: true,
      nReturned: returned,
      totalKeysExamined: work.keys,
      totalDocsExamined: work.documents,
    },
    ok: 1,
  };
};

export const READS: Readonly<Record<string, Command>> = {
  find: findCommand,
  getMore: getMoreCommand,
  killCursors: killCursorsCommand,
  aggregate: aggregateCommand,
  count: countCommand,
  distinct: distinctCommand,
  explain: explainCommand,
};
