import { z } from 'zod';
import { aggregate, parsePipeline } from './aggregate.js';
import { command, field, namespace, onCollection, parse, type Commands } from './command.js';
import { drive } from './cursors.js';
import { refused } from './errors.js';
import { encodeValue } from './keys.js';
import { choosePlan, describePlan } from './planner.js';
import { compileProjection } from './projection.js';
import { countRows, parseQuery, rows, type Steps } from './query.js';
import { Row } from './storage.js';
import { decodeTyped, encode, valuesAt } from './values.js';

function* map<A, B>(source: Steps<A>, to: (item: A) => B): Steps<B> {
  for (const item of source) yield item === undefined ? undefined : to(item);
}

/** Which of the documents found, and by which index. */
const PART = {
  skip: field.whole.default(0),
  limit: field.number.default(0),
  hint: field.index.optional(),
};
const SORT = { sort: field.object.optional() };
const QUERIED = {
  filter: field.object.optional(),
  query: field.filter,
  pipeline: z.array(field.object).optional(),
};
const explained = z.object({ ...QUERIED, ...SORT, ...PART });

export const READS: Commands = {
  find: onCollection(
    {
      ...SORT,
      ...PART,
      filter: field.filter,
      projection: field.filter,
      batchSize: field.whole.optional(),
      singleBatch: field.flag,
      allowDiskUse: field.ignored,
    },
    ({ storage, cursors }, { ns, filter, projection, ...options }) => {
      const found = rows(storage, storage.collection(ns), parseQuery(filter, options));
      // As they are stored, or projected with their numbers' types kept.
      const pick = Object.keys(projection).length > 0 ? compileProjection(projection) : undefined;
      const steps = map(found, ({ bytes }) => (pick ? encode(pick(decodeTyped(bytes))) : bytes));
      return cursors.first(ns, steps, options, options.singleBatch || options.limit < 0);
    },
  ),
  getMore: command(
    { collection: z.string(), batchSize: field.whole.optional() },
    ({ cursors }, { target, $db, collection, ...options }) =>
      cursors.more(parse(field.cursorId, target, 'getMore'), namespace($db, collection), options),
  ),
  killCursors: command({ cursors: z.array(field.cursorId) }, ({ cursors }, { cursors: ids }) => {
    const cursorsKilled = ids.filter((id) => cursors.open.delete(id));
    const cursorsNotFound = ids.filter((id) => !cursorsKilled.includes(id));
    return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [], ok: 1 };
  }),
  aggregate: onCollection(
    {
      pipeline: z.array(field.object),
      cursor: z.strictObject({ batchSize: field.whole.optional() }).default({}),
      hint: field.index.optional(),
      allowDiskUse: field.ignored,
    },
    ({ storage, cursors }, { ns, pipeline, cursor, hint, maxTimeMS }) => {
      const items = aggregate(storage, storage.collection(ns), parsePipeline(pipeline, hint));
      const steps = map(items, (item) => (item instanceof Row ? item.bytes : encode(item)));
      return cursors.first(ns, steps, { ...cursor, maxTimeMS });
    },
  ),
  count: onCollection(
    { ...PART, query: field.filter },
    async ({ storage }, { ns, query, maxTimeMS, ...options }) => {
      const steps = countRows(storage, storage.collection(ns), parseQuery(query, options));
      let n = 0;
      await drive(steps, maxTimeMS, (counted) => (n = counted));
      return { n, ok: 1 };
    },
  ),
  /** Elements of arrays count one by one. */
  distinct: onCollection(
    { key: z.string().min(1), query: field.filter, hint: field.index.optional() },
    async ({ storage }, { ns, key, query, maxTimeMS, ...options }) => {
      const values = new Map<string, unknown>();
      await drive(rows(storage, storage.collection(ns), parseQuery(query, options)), maxTimeMS, (row) => {
        for (const value of valuesAt(row.document, key.split('.')).flat())
          if (value !== undefined) values.set(encodeValue(value), value);
      });
      return { values: [...values.values()], ok: 1 };
    },
  ),
  explain: command(
    { verbosity: z.string().optional() },
    async ({ storage }, { target, $db, verbosity, maxTimeMS }) => {
      const asked = parse(field.object, target, 'explain');
      if (!/^(find|count|distinct|aggregate)$/.test(Object.keys(asked)[0]!)) throw refused('this explain');
      const ns = namespace($db, Object.values(asked)[0]);
      const meta = storage.collection(ns);
      if (!meta) return { queryPlanner: { namespace: ns, winningPlan: { stage: 'EOF' } }, ok: 1 };
      const { pipeline, filter, ...options } = parse(explained, asked, 'explain');
      const work = { keys: 0, documents: 0 };
      const query = pipeline
        ? parsePipeline(pipeline, options.hint).query
        : parseQuery(filter ?? options.query, options);
      const plan = choosePlan(meta, query);
      const scan = describePlan(plan);
      const winningPlan = query.sort.length > 0 && !plan.sorted ? { stage: 'SORT', inputStage: scan } : scan;
      const queryPlanner = { namespace: ns, winningPlan, rejectedPlans: [] };
      if (verbosity === 'queryPlanner') return { queryPlanner, ok: 1 };
      let nReturned = 0;
      await drive(rows(storage, meta, { ...query, work }), maxTimeMS, () => nReturned++);
      const read = { totalKeysExamined: work.keys, totalDocsExamined: work.documents };
      return { queryPlanner, executionStats: { executionSuccess: true, nReturned, ...read }, ok: 1 };
    },
  ),
};
