import { z } from 'zod';
import { aggregate, parsePipeline } from './aggregate.js';
import { decodeTyped, encode } from './bytes.js';
import { command, field, namespace, onCollection, parse, type Command } from './command.js';
import { drive, resultOf } from './cursors.js';
import { choosePlan, describePlan } from './planner.js';
import { compileProjection } from './projection.js';
import { countRows, distinctValues, parseQuery, rows, type Query, type Steps } from './query.js';
import { Row } from './storage.js';
import type { Document } from './values.js';

const find = onCollection(
  {
    filter: field.filter,
    sort: field.object.optional(),
    projection: field.filter,
    skip: field.whole.default(0),
    limit: field.number.default(0),
    batchSize: field.whole.optional(),
    singleBatch: field.flag.default(false),
    hint: field.index.optional(),
    noCursorTimeout: field.ignored,
    allowDiskUse: field.ignored,
    allowPartialResults: field.ignored,
    tailable: field.off,
    awaitData: field.off,
    returnKey: field.off,
    showRecordId: field.off,
  },
  ({ storage, cursors }, { ns, filter, projection, ...options }) => {
    const meta = storage.collection(ns);
    const query = parseQuery(filter, options);
    const steps = bytesOf(rows(storage, meta, query), projection);
    return cursors.first(ns, steps, options, options.singleBatch || options.limit < 0);
  },
);

/** Documents as bytes: as they are stored, or projected with their numbers' types kept. */
function bytesOf(source: Steps<Row>, projection: Document): Steps<Buffer> {
  const pick = Object.keys(projection).length > 0 ? compileProjection(projection) : undefined;
  return map(source, ({ bytes }) => (pick ? encode(pick(decodeTyped(bytes))) : bytes));
}
function* map<A, B>(source: Steps<A>, to: (item: A) => B): Steps<B> {
  for (const item of source) yield item === undefined ? undefined : to(item);
}

const getMore = command(
  { collection: z.string(), batchSize: field.whole.optional() },
  ({ cursors }, { target, $db, collection, batchSize, maxTimeMS }) =>
    cursors.more(parse(field.longId, target, 'getMore'), namespace($db, collection), batchSize, maxTimeMS),
);

const killCursors = command({ cursors: z.array(field.longId) }, ({ cursors }, { cursors: ids }) => {
  const killed = new Set(ids.filter((id) => cursors.kill(id)));
  const unknown = ids.filter((id) => !killed.has(id));
  return {
    cursorsKilled: [...killed],
    cursorsNotFound: unknown,
    cursorsAlive: [],
    cursorsUnknown: [],
    ok: 1,
  };
});

const aggregateCommand = onCollection(
  {
    pipeline: z.array(field.object),
    cursor: z.strictObject({ batchSize: field.whole.optional() }).default({}),
    hint: field.index.optional(),
    allowDiskUse: field.ignored,
    bypassDocumentValidation: field.ignored,
  },
  ({ storage, cursors }, { ns, pipeline, cursor, hint, maxTimeMS }) => {
    const meta = storage.collection(ns);
    const items = aggregate(storage, meta, parsePipeline(pipeline, hint));
    const steps = map(items, (item) => (item instanceof Row ? item.bytes : encode(item)));
    return cursors.first(ns, steps, { ...cursor, maxTimeMS });
  },
);

const count = onCollection(
  {
    query: field.filter,
    skip: field.whole.default(0),
    limit: field.number.default(0),
    hint: field.index.optional(),
  },
  async ({ storage }, { ns, query, maxTimeMS, ...options }) => {
    const meta = storage.collection(ns);
    const asked = parseQuery(query, options);
    return { n: await resultOf(countRows(storage, meta, asked), maxTimeMS), ok: 1 };
  },
);

const distinct = onCollection(
  { key: z.string().min(1), query: field.filter, hint: field.index.optional() },
  async ({ storage }, { ns, key, query, maxTimeMS, ...options }) => {
    const meta = storage.collection(ns);
    const found = rows(storage, meta, parseQuery(query, options));
    return { values: await resultOf(distinctValues(found, key), maxTimeMS), ok: 1 };
  },
);

/** Of a command to explain, the fields that say what it reads. */
const explained = z.object({
  filter: field.object.optional(),
  query: field.object.optional(),
  pipeline: z.array(field.object).optional(),
  updates: z.array(z.object({ q: field.object })).optional(),
  deletes: z.array(z.object({ q: field.object })).optional(),
  sort: field.object.optional(),
  skip: field.whole.optional(),
  limit: field.number.optional(),
  hint: field.index.optional(),
});
function explainedQuery({
  pipeline,
  updates = [],
  deletes = [],
  ...asked
}: z.infer<typeof explained>): Query {
  if (pipeline) return parsePipeline(pipeline, asked.hint).query;
  const [statement] = [...updates, ...deletes];
  return parseQuery(statement?.q ?? asked.filter ?? asked.query ?? {}, asked);
}

const explain = command(
  { verbosity: z.string().optional() },
  async ({ storage }, { target, $db, verbosity, maxTimeMS }) => {
    const asked = parse(field.object, target, 'explain');
    const ns = namespace($db, Object.values(asked)[0]);
    const meta = storage.collection(ns);
    if (!meta) return { queryPlanner: { namespace: ns, winningPlan: { stage: 'EOF' } }, ok: 1 };
    const query = explainedQuery(parse(explained, asked, 'explain'));
    const plan = choosePlan(meta, query);
    const scan = describePlan(plan);
    const winningPlan = query.sort.length > 0 && !plan.sorted ? { stage: 'SORT', inputStage: scan } : scan;
    const queryPlanner = { namespace: ns, winningPlan, rejectedPlans: [] };
    if (verbosity === 'queryPlanner') return { queryPlanner, ok: 1 };
    const work = { keys: 0, documents: 0 };
    let nReturned = 0;
    await drive(rows(storage, meta, query, work), maxTimeMS, () => (nReturned++, true));
    const read = { totalKeysExamined: work.keys, totalDocsExamined: work.documents };
    return { queryPlanner, executionStats: { executionSuccess: true, nReturned, ...read }, ok: 1 };
  },
);

export const READS: Readonly<Record<string, Command>> = {
  find,
  getMore,
  killCursors,
  aggregate: aggregateCommand,
  count,
  distinct,
  explain,
};
