import { ObjectId } from 'bson';
import { z } from 'zod';
import { decode, decodeRaw, decodeTyped, encode } from './bytes.js';
import { field, onCollection, parse, type Command } from './command.js';
import { StoreError } from './errors.js';
import { compileProjection } from './projection.js';
import { parseQuery, rows, type Query } from './query.js';
import { Row, type Storage } from './storage.js';
import { compileUpdate, upsertBase, type CompiledUpdate } from './updater.js';
import { isDocument, typeName, type Document } from './values.js';

const MAX_BATCH = 100_000;

/**
 * A command of several statements, run in one transaction: `insert`'s documents, `update`'s and `delete`'s statements as raw bytes.
 * One that is refused stops there; what came before stays, as in MongoDB, and so do the others (ordered: up to the first refused
 * one). Anything unexpected undoes the whole command.
 * @param begin  makes the counts of the answer, and what to do with each statement
 */
const batch = (
  list: string,
  begin: (
    storage: Storage,
    ns: string,
  ) => { readonly reply: Document; run(bytes: Buffer, index: number): void },
): Command =>
  onCollection(
    { [list]: field.ignored, ordered: field.flag.default(true), bypassDocumentValidation: field.ignored },
    ({ storage }, options, { bytes, sequences }) => {
      const items = sequences.get(list) ?? (decodeRaw(bytes, list)[list] as Buffer[] | undefined);
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

const insert = batch('documents', (storage, ns) => {
  const reply = { n: 0 };
  const run = (bytes: Buffer): void => {
    const row = new Row(bytes);
    if (Object.keys(row.document)[0] === '_id') store(storage, ns, undefined, row);
    else {
      const { _id = new ObjectId(), ...rest } = decodeTyped(bytes);
      store(storage, ns, undefined, new Row(encode({ _id, ...rest })));
    }
    reply.n++;
  };
  return { reply, run };
});

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

/** @returns what it has become; the same if nothing changed */
function changeOne(storage: Storage, ns: string, before: Row, change: CompiledUpdate): Row {
  const after = encode(change.apply(decodeTyped(before.bytes), false));
  return after.equals(before.bytes) ? before : store(storage, ns, before, new Row(after));
}

/** @param filter  typed */
const insertUpsert = (storage: Storage, ns: string, filter: unknown, change: CompiledUpdate): Row =>
  store(storage, ns, undefined, new Row(encode(upsertBase(isDocument(filter) ? filter : {}, change))));

const updateStatement = z.strictObject({
  q: field.object,
  u: z.unknown(),
  multi: field.flag.default(false),
  upsert: field.flag.default(false),
  hint: field.index.optional(),
});

const update = batch('updates', (storage, ns) => {
  const upserted: Document[] = [];
  const reply: Document & { n: number; nModified: number } = { n: 0, nModified: 0 };
  const run = (bytes: Buffer, index: number): void => {
    const { q, multi, upsert, hint } = parse(updateStatement, decode(bytes), 'update');
    const typed = decodeTyped(bytes);
    const change = compileUpdate(typed['u']);
    if (multi && change.replaces)
      throw new StoreError('FailedToParse', 'multi update is not supported for replacement-style update');
    const targets = targetsOf(storage, ns, parseQuery(q, { limit: multi ? 0 : 1, hint }));
    for (const target of targets) {
      if (changeOne(storage, ns, target, change) !== target) reply.nModified++;
      reply.n++;
    }
    if (targets.length > 0 || !upsert) return;
    upserted.push({ index, _id: insertUpsert(storage, ns, typed['q'], change).document['_id'] });
    reply['upserted'] = upserted;
    reply.n++;
  };
  return { reply, run };
});

const deleteStatement = z.strictObject({
  q: field.object,
  limit: field.number.pipe(z.union([z.literal(0), z.literal(1)])),
  hint: field.index.optional(),
});

const deleteCommand = batch('deletes', (storage, ns) => {
  const reply = { n: 0 };
  const run = (bytes: Buffer): void => {
    const { q, ...options } = parse(deleteStatement, decode(bytes), 'delete');
    for (const target of targetsOf(storage, ns, parseQuery(q, options))) {
      storage.change(ns, target, undefined);
      reply.n++;
    }
  };
  return { reply, run };
});

const findAndModify = onCollection(
  {
    query: field.filter,
    sort: field.object.optional(),
    remove: field.flag.default(false),
    update: field.ignored,
    new: field.flag.default(false),
    fields: field.filter,
    upsert: field.flag.default(false),
    hint: field.index.optional(),
    bypassDocumentValidation: field.ignored,
    arrayFilters: field.off,
  },
  ({ storage }, { ns, remove, upsert, sort, hint, ...options }, { bytes }) => {
    if (remove === (options.update !== undefined))
      throw new StoreError(
        'FailedToParse',
        'Either an update or remove=true must be specified, and not both',
      );
    if (remove && (upsert || options.new))
      throw new StoreError('FailedToParse', 'Cannot specify upsert or new with remove=true');
    const typed = decodeTyped(bytes);
    const change = remove ? undefined : compileUpdate(typed['update']);
    const pick = compileProjection(options.fields);
    const query = parseQuery(options.query, { sort, hint, limit: 1 });
    return storage.write(() => {
      const [before] = targetsOf(storage, ns, query);
      let after: Row | undefined;
      if (!change && before) storage.change(ns, before, undefined);
      else if (change && before) after = changeOne(storage, ns, before, change);
      else if (change && upsert) after = insertUpsert(storage, ns, typed['query'], change);
      const shown = options.new ? after : before;
      const lastErrorObject = {
        n: before || after ? 1 : 0,
        ...(change ? { updatedExisting: before !== undefined } : {}),
        ...(after && !before ? { upserted: after.document['_id'] } : {}),
      };
      return { lastErrorObject, value: shown ? pick(decodeTyped(shown.bytes)) : null, ok: 1 };
    });
  },
);

export const WRITES: Readonly<Record<string, Command>> = {
  insert,
  update,
  delete: deleteCommand,
  findAndModify,
  findandmodify: findAndModify,
};
