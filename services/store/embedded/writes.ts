import { ObjectId } from 'bson';
import { z } from 'zod';
import { decode, decodeRaw, decodeTyped, encode } from './bytes.js';
import {
  commandShape,
  flag,
  hint,
  namespace,
  number,
  object,
  off,
  parseShape,
  type Command,
} from './command.js';
import { StoreError } from './errors.js';
import { compileFilter } from './matcher.js';
import { compileProjection } from './projection.js';
import { parseSort, present, rows, type Query } from './query.js';
import type { Storage, Stored } from './storage.js';
import { compileUpdate, isReplacement, upsertBase, type CompiledUpdate } from './updater.js';
import { isDocument, type Document } from './values.js';
import type { Request } from './wire.js';

const MAX_BATCH = 100_000;

interface WriteError {
  readonly index: number;
  readonly code: number;
  readonly errmsg: string;
}

/**
 * Runs a command's statements in one transaction. A statement that is refused has written nothing; the others stay, as in
 * MongoDB (ordered: up to the first refused one). Anything unexpected undoes the whole command.
 */
function statements<T>(
  items: readonly T[],
  ordered: boolean,
  run: (item: T, index: number) => void,
): WriteError[] {
  const errors: WriteError[] = [];
  for (const [index, item] of items.entries()) {
    try {
      run(item, index);
    } catch (error) {
      if (!(error instanceof StoreError) || error.codeName === 'InternalError') throw error;
      errors.push({ index, code: error.code, errmsg: error.message, ...error.details });
      if (ordered) break;
    }
  }
  return errors;
}

const withErrors = (reply: Document, writeErrors: readonly WriteError[]): Document => ({
  ...reply,
  ...(writeErrors.length > 0 ? { writeErrors } : {}),
  ok: 1,
});

/** A command's list, from its document sequence or from its body. @throws InvalidOptions for an empty or too long one */
function listOf(request: Request, name: string): readonly Buffer[] {
  const list = request.sequences.get(name) ?? (decodeRaw(request.bytes, name)[name] as Buffer[] | undefined);
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_BATCH)
    throw new StoreError('InvalidOptions', `Write batch sizes must be between 1 and ${MAX_BATCH}`);
  return list;
}

const insert = commandShape({
  insert: z.string(),
  documents: z.unknown().optional(),
  ordered: flag.default(true),
  bypassDocumentValidation: flag.optional(),
});

const insertCommand: Command = async ({ storage }, request) => {
  const options = insert(request.body);
  const ns = namespace(options.$db, options.insert);
  const documents = listOf(request, 'documents');
  return storage.write(() => {
    let n = 0;
    const errors = statements(documents, options.ordered, (bytes) => {
      insertOne(storage, ns, bytes);
      n++;
    });
    return withErrors({ n }, errors);
  });
};

function insertOne(storage: Storage, ns: string, bytes: Buffer): void {
  const document = decode(bytes);
  assertStorable(document);
  if (Object.keys(document)[0] === '_id') return storage.insert(ns, bytes, document);
  const { _id = new ObjectId(), ...rest } = decodeTyped(bytes);
  const completed = encode({ _id, ...rest });
  storage.insert(ns, completed, decode(completed));
}

/** @throws InvalidIdField, DollarPrefixedFieldName */
function assertStorable(document: Document): void {
  const id = document['_id'];
  const isRegex = (id as { _bsontype?: string } | null | undefined)?._bsontype === 'BSONRegExp';
  if (Array.isArray(id) || isRegex || ('_id' in document && id === undefined))
    throw new StoreError(
      'InvalidIdField',
      `The '_id' value cannot be an array, a regular expression or undefined`,
    );
  for (const name of Object.keys(document))
    if (name.startsWith('$'))
      throw new StoreError('DollarPrefixedFieldName', `Document can't have $ prefixed field names: ${name}`);
}

const update = commandShape({
  update: z.string(),
  updates: z.unknown().optional(),
  ordered: flag.default(true),
  bypassDocumentValidation: flag.optional(),
});
const updateStatement = z.strictObject({
  q: object,
  u: z.unknown(),
  multi: flag.default(false),
  upsert: flag.default(false),
  hint: hint.optional(),
});

interface Outcome {
  readonly matched: number;
  readonly modified: number;
  readonly upsertedId?: unknown;
}

const updateCommand: Command = async ({ storage }, request) => {
  const options = update(request.body);
  const ns = namespace(options.$db, options.update);
  const items = listOf(request, 'updates');
  return storage.write(() => {
    let n = 0;
    let nModified = 0;
    const upserted: { index: number; _id: unknown }[] = [];
    const errors = statements(items, options.ordered, (bytes, index) => {
      const outcome = updateMatching(storage, ns, bytes);
      n += outcome.matched;
      nModified += outcome.modified;
      if ('upsertedId' in outcome) {
        n++;
        upserted.push({ index, _id: outcome.upsertedId });
      }
    });
    return withErrors({ n, nModified, ...(upserted.length > 0 ? { upserted } : {}) }, errors);
  });
};

function updateMatching(storage: Storage, ns: string, bytes: Buffer): Outcome {
  const { q, multi, upsert, hint: hinted } = parseShape(updateStatement, decode(bytes), 'update');
  const typed = decodeTyped(bytes);
  const change = compileUpdate(typed['u']);
  const replaces = isReplacement(typed['u']);
  if (multi && replaces)
    throw new StoreError('FailedToParse', 'multi update is not supported for replacement-style update');
  const targets = targetsOf(storage, ns, {
    filter: q,
    sort: [],
    skip: 0,
    limit: multi ? 0 : 1,
    hint: hinted,
  });
  if (targets.length === 0 && upsert) {
    const made = upsertBase(typed['q'] as Document, change, replaces);
    const madeBytes = insertDocument(storage, ns, made);
    return { matched: 0, modified: 0, upsertedId: decode(madeBytes)['_id'] };
  }
  let modified = 0;
  for (const target of targets) if (changeOne(storage, ns, target, change)) modified++;
  return { matched: targets.length, modified };
}

/** Found first, changed after: a document that moves within the index it was found by is not met again. */
function targetsOf(storage: Storage, ns: string, query: Query): Stored[] {
  compileFilter(query.filter);
  const meta = storage.collection(ns);
  return meta ? [...present(rows(storage, meta, query))].map(({ rid, bytes }) => ({ rid, bytes })) : [];
}

function insertDocument(storage: Storage, ns: string, document: Document): Buffer {
  const bytes = encode(document);
  const plain = decode(bytes);
  assertStorable(plain);
  storage.insert(ns, bytes, plain);
  return bytes;
}

/** @returns the new bytes, or null if nothing changed */
function changeOne(storage: Storage, ns: string, target: Stored, change: CompiledUpdate): Buffer | null {
  const after = encode(change.apply(decodeTyped(target.bytes), false));
  if (after.equals(target.bytes)) return null;
  const plain = decode(after);
  assertStorable(plain);
  storage.replace(ns, target, decode(target.bytes), after, plain);
  return after;
}

const deletes = commandShape({
  delete: z.string(),
  deletes: z.unknown().optional(),
  ordered: flag.default(true),
});
const deleteStatement = z.strictObject({
  q: object,
  limit: number.pipe(z.union([z.literal(0), z.literal(1)])),
  hint: hint.optional(),
});

const deleteCommand: Command = async ({ storage }, request) => {
  const options = deletes(request.body);
  const ns = namespace(options.$db, options.delete);
  const items = listOf(request, 'deletes');
  return storage.write(() => {
    let n = 0;
    const errors = statements(items, options.ordered, (bytes) => {
      const { q, limit, hint: hinted } = parseShape(deleteStatement, decode(bytes), 'delete');
      for (const target of targetsOf(storage, ns, { filter: q, sort: [], skip: 0, limit, hint: hinted })) {
        storage.remove(ns, target, decode(target.bytes));
        n++;
      }
    });
    return withErrors({ n }, errors);
  });
};

const findAndModify = commandShape({
  findAndModify: z.string(),
  query: object.default({}),
  sort: object.optional(),
  remove: flag.default(false),
  update: z.unknown().optional(),
  new: flag.default(false),
  fields: object.optional(),
  upsert: flag.default(false),
  hint: hint.optional(),
  bypassDocumentValidation: flag.optional(),
  arrayFilters: off.optional(),
});

const findAndModifyCommand: Command = async ({ storage }, request) => {
  const { body } = request;
  const options = findAndModify(
    'findandmodify' in body
      ? { findAndModify: body['findandmodify'], ...without(body, 'findandmodify') }
      : body,
  );
  const ns = namespace(options.$db, options.findAndModify);
  if (options.remove === (options.update !== undefined))
    throw new StoreError('FailedToParse', 'Either an update or remove=true must be specified, and not both');
  if (options.remove && (options.upsert || options.new))
    throw new StoreError('FailedToParse', 'Cannot specify upsert or new with remove=true');
  const typed = decodeTyped(request.bytes);
  const change = options.remove ? null : compileUpdate(typed['update']);
  const pick = options.fields ? compileProjection(options.fields) : (document: Document) => document;
  const query: Query = {
    filter: options.query,
    sort: parseSort(options.sort),
    skip: 0,
    limit: 1,
    hint: options.hint,
  };
  return storage.write(() => {
    const [target] = targetsOf(storage, ns, query);
    const show = (bytes: Buffer | null): Document | null => bytes && pick(decodeTyped(bytes));
    if (target === undefined) {
      if (!options.upsert || !change)
        return {
          lastErrorObject: { n: 0, ...(change ? { updatedExisting: false } : {}) },
          value: null,
          ok: 1,
        };
      const base = isDocument(typed['query']) ? typed['query'] : {};
      const made = insertDocument(storage, ns, upsertBase(base, change, isReplacement(typed['update'])));
      return {
        lastErrorObject: { n: 1, updatedExisting: false, upserted: decode(made)['_id'] },
        value: options.new ? show(made) : null,
        ok: 1,
      };
    }
    if (!change) {
      storage.remove(ns, target, decode(target.bytes));
      return { lastErrorObject: { n: 1 }, value: show(target.bytes), ok: 1 };
    }
    const after = changeOne(storage, ns, target, change) ?? target.bytes;
    return {
      lastErrorObject: { n: 1, updatedExisting: true },
      value: show(options.new ? after : target.bytes),
      ok: 1,
    };
  });
};

function without(body: Document, name: string): Document {
  const { [name]: _, ...rest } = body;
  return rest;
}

export const WRITES: Readonly<Record<string, Command>> = {
  insert: insertCommand,
  update: updateCommand,
  delete: deleteCommand,
  findAndModify: findAndModifyCommand,
  findandmodify: findAndModifyCommand,
};
