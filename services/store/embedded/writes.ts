import { deserialize, ObjectId } from 'bson';
import { z } from 'zod';
import { field, onCollection, parse, type Command, type Commands } from './command.js';
import { failedToParse, StoreError } from './errors.js';
import { compileProjection } from './projection.js';
import { parseQuery, rows, type Query } from './query.js';
import { Row, type Storage } from './storage.js';
import { compileUpdate, upsertBase, type CompiledUpdate } from './updater.js';
import { decode, decodeTyped, encode, typeName, type Document } from './values.js';

const MAX_BATCH = 100_000;

/**
 * A command of several statements, run in one transaction: `insert`'s documents, `update`'s and `delete`'s statements as raw bytes.
 * One that is refused stops there; what came before stays, as in MongoDB, and so do the others (ordered: up to the first refused
 * one). Anything unexpected undoes the whole command.
 * @param begin  makes the counts of the answer, and what to do with each statement
 */
const batch = (
  list: string,
  begin: (storage: Storage, ns: string) => { reply: Document; run(bytes: Buffer, index: number): void },
): Command =>
  onCollection(
    { [list]: field.ignored, ordered: z.boolean().default(true) },
    ({ storage }, options, { bytes, sequences }) => {
      const raw = { fieldsAsRaw: { [list]: true }, promoteBuffers: false };
      const items = sequences.get(list) ?? (deserialize(bytes, raw)[list] as Buffer[] | undefined);
      if (!Array.isArray(items) || items.length === 0 || items.length > MAX_BATCH)
        throw new StoreError('InvalidOptions', `Write batch sizes must be between 1 and ${MAX_BATCH}`);
      return storage.write(() => {
        const { reply, run } = begin(storage, String(options.ns));
        const writeErrors: Document[] = [];
        for (const [index, item] of items.entries()) {
          try {
            run(item, index);
          } catch (error) {
            if (!(error instanceof StoreError) || error.codeName === 'InternalError') throw error;
            writeErrors.push({ index, code: error.code, errmsg: error.message, ...error.details });
            if (options.ordered) break;
          }
        }
        return { ...reply, ...(writeErrors.length > 0 ? { writeErrors } : {}), ok: 1 };
      });
    },
  );

/** @throws InvalidIdField, DollarPrefixedFieldName, and what `Storage.change` refuses */
function store(storage: Storage, ns: string, before: Row | undefined, after: Row): Row {
  const { document } = after;
  const isRefused = ['array', 'undefined', 'BSON BSONRegExp'].includes(typeName(document['_id']));
  if ('_id' in document && isRefused)
    throw new StoreError('InvalidIdField', `The '_id' cannot be an array, a regular expression or undefined`);
  const odd = Object.keys(document).find((name) => name.startsWith('$'));
  if (odd !== undefined)
    throw new StoreError('DollarPrefixedFieldName', `Document can't have $ prefixed field names: ${odd}`);
  storage.change(ns, before, after);
  return after;
}

/** Found first, changed after: a document that moves within the index it was found by is not met again. */
const targetsOf = (storage: Storage, ns: string, query: Query): Row[] =>
  [...rows(storage, storage.collection(ns), query)].flatMap((row) => row ?? []);

interface Changed {
  readonly before?: Row;
  /** The same if nothing changed. */
  readonly after: Row;
}
/** Changes what a query finds; `base`: what an upsert begins with where it finds nothing (its filter, typed). */
function modify(storage: Storage, ns: string, query: Query, to: CompiledUpdate, base?: Document): Changed[] {
  const targets = targetsOf(storage, ns, query);
  if (targets.length === 0 && base)
    return [{ after: store(storage, ns, undefined, new Row(encode(upsertBase(base, to)))) }];
  return targets.map((before) => {
    const after = encode(to.apply(decodeTyped(before.bytes), false));
    return {
      before,
      after: after.equals(before.bytes) ? before : store(storage, ns, before, new Row(after)),
    };
  });
}

const updateStatement = z.strictObject({
  q: field.object,
  u: z.unknown(),
  multi: field.flag,
  upsert: field.flag,
  hint: field.index.optional(),
});
const deleteStatement = z.strictObject({
  q: field.object,
  limit: field.number.pipe(z.literal([0, 1])),
  hint: field.index.optional(),
});

const findAndModify = onCollection(
  {
    query: field.filter,
    sort: field.object.optional(),
    remove: field.flag,
    update: field.ignored,
    new: field.flag,
    fields: field.filter,
    upsert: field.flag,
    hint: field.index.optional(),
  },
  ({ storage }, { ns, remove, upsert, sort, hint, ...options }, { bytes }) => {
    if (remove === (options.update !== undefined))
      throw failedToParse('Either an update or remove=true must be specified, and not both');
    if (remove && (upsert || options.new))
      throw failedToParse('Cannot specify upsert or new with remove=true');
    const { query: typed = {}, update } = decodeTyped(bytes) as { query?: Document; update: unknown };
    const change = remove ? undefined : compileUpdate(update);
    const pick = compileProjection(options.fields);
    const query = parseQuery(options.query, { sort, hint, limit: 1 });
    const show = (row: Row | undefined): Document | null => (row ? pick(decodeTyped(row.bytes)) : null);
    return storage.write(() => {
      if (!change) {
        const [before] = targetsOf(storage, ns, query);
        if (before) storage.change(ns, before, undefined);
        return { lastErrorObject: { n: before ? 1 : 0 }, value: show(before), ok: 1 };
      }
      const [{ before, after } = {}] = modify(storage, ns, query, change, upsert ? typed : undefined);
      const upserted = after && !before ? { upserted: after.document['_id'] } : {};
      const lastErrorObject = { n: after ? 1 : 0, updatedExisting: before !== undefined, ...upserted };
      return { lastErrorObject, value: show(options.new ? after : before), ok: 1 };
    });
  },
);

export const WRITES: Commands = {
  insert: batch('documents', (storage, ns) => {
    const reply = { n: 0 };
    const run = (bytes: Buffer): void => {
      let row = new Row(bytes);
      if (Object.keys(row.document)[0] !== '_id') {
        const { _id = new ObjectId(), ...rest } = decodeTyped(bytes);
        row = new Row(encode({ _id, ...rest }));
      }
      store(storage, ns, undefined, row);
      reply.n++;
    };
    return { reply, run };
  }),
  update: batch('updates', (storage, ns) => {
    const upserted: Document[] = [];
    const reply: Document & { n: number; nModified: number } = { n: 0, nModified: 0 };
    const run = (bytes: Buffer, index: number): void => {
      const { q, multi, upsert, hint } = parse(updateStatement, decode(bytes), 'update');
      const typed = decodeTyped(bytes) as { q: Document; u: unknown };
      const change = compileUpdate(typed.u);
      if (multi && change.replaces)
        throw failedToParse('multi update is not supported for replacement-style update');
      const query = parseQuery(q, { limit: multi ? 0 : 1, hint });
      for (const { before, after } of modify(storage, ns, query, change, upsert ? typed.q : undefined)) {
        reply.n++;
        if (before && after !== before) reply.nModified++;
        if (!before) reply['upserted'] = upserted;
        if (!before) upserted.push({ index, _id: after.document['_id'] });
      }
    };
    return { reply, run };
  }),
  delete: batch('deletes', (storage, ns) => {
    const reply = { n: 0 };
    const run = (bytes: Buffer): void => {
      const { q, ...options } = parse(deleteStatement, decode(bytes), 'delete');
      for (const target of targetsOf(storage, ns, parseQuery(q, options))) {
        storage.change(ns, target, undefined);
        reply.n++;
      }
    };
    return { reply, run };
  }),
  findAndModify,
  findandmodify: findAndModify,
};
