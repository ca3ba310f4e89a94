import { Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import { refused, StoreError } from './errors.js';
import { encodeValue } from './keys.js';
import { compileFilter, filterShape, isOperatorDocument } from './matcher.js';
import { CLASS, classOf, compareValues, isDocument, numeric, sameValue, type Document } from './values.js';

/**
 * Updates, strictly: what MongoDB refuses is refused, and so is every operator and modifier outside of
 * `$set $setOnInsert $unset $inc $min $max $push(/$each) $addToSet(/$each) $pull $currentDate`.
 * Works on typed documents (Int32, Double, Long keep their types) and changes them in place.
 */
export interface CompiledUpdate {
  /** @param inserting  an upsert makes the document: `$setOnInsert` counts */
  apply(document: Document, inserting: boolean): Document;
}

type Change = (document: Document) => void;
type Container = Document | unknown[];

const MAX_PADDING = 1_500_000;
const INT32_MAX = 0x7fffffff;

/** @param update  a typed document. @throws FailedToParse, NotImplemented and the rest of MongoDB's refusals */
export function compileUpdate(update: unknown): CompiledUpdate {
  if (Array.isArray(update)) throw refused('updates by aggregation pipeline');
  if (!isDocument(update)) throw new StoreError('FailedToParse', 'the update has to be an object');
  const names = Object.keys(update);
  if (!names.some((name) => name.startsWith('$'))) return replacement(update);
  const changes: { path: string; onInsert: boolean; change: Change }[] = [];
  for (const name of names) {
    if (!name.startsWith('$'))
      throw new StoreError(
        'FailedToParse',
        `Unknown modifier: ${name}. An update is operators only, or a whole document`,
      );
    const compile = OPERATORS[name];
    if (!compile)
      throw KNOWN_ELSEWHERE.has(name)
        ? refused(`the update operator ${name}`)
        : new StoreError('FailedToParse', `Unknown modifier: ${name}`);
    const operands = update[name];
    if (!isDocument(operands))
      throw new StoreError(
        'FailedToParse',
        `Modifiers operate on fields but we found type ${typeName(operands)} for ${name}`,
      );
    for (const [path, operand] of Object.entries(operands)) {
      const parts = parsePath(path);
      changes.push({ path, onInsert: name === '$setOnInsert', change: compile(parts, operand) });
    }
  }
  refuseConflicts(changes.map(({ path }) => path));
  // MongoDB applies (and so orders new fields) by name; numbers in paths by value.
  changes.sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }) || (a.path < b.path ? -1 : 1));
  return {
    apply(document, inserting) {
      const id = document['_id'] === undefined ? undefined : encodeValue(document['_id']);
      for (const { onInsert, change } of changes) if (inserting || !onInsert) change(document);
      if (id && (document['_id'] === undefined || !encodeValue(document['_id']).equals(id)))
        throw immutableId();
      return document;
    },
  };
}

/** Whether the update replaces whole documents. */
export const isReplacement = (update: unknown): boolean =>
  isDocument(update) && !Object.keys(update).some((name) => name.startsWith('$'));

function replacement(wanted: Document): CompiledUpdate {
  return {
    apply(document) {
      const id = document['_id'];
      if (id !== undefined && wanted['_id'] !== undefined && !sameValue(id, wanted['_id']))
        throw immutableId();
      const { _id, ...rest } = wanted;
      const kept = id ?? _id;
      return kept === undefined ? rest : { _id: kept, ...rest };
    },
  };
}

const immutableId = (): StoreError =>
  new StoreError(
    'ImmutableField',
    "Performing an update on the path '_id' would modify the immutable field '_id'",
  );

function parsePath(path: string): string[] {
  const parts = path.split('.');
  if (parts.some((part) => part === ''))
    throw new StoreError('EmptyFieldName', `The update path '${path}' contains an empty field name`);
  for (const part of parts) {
    if (part === '$' || part.startsWith('$[')) throw refused('positional updates');
    if (part.startsWith('$'))
      throw new StoreError(
        'DollarPrefixedFieldName',
        `The dollar ($) prefixed field '${part}' in '${path}' is not valid for storage.`,
      );
    if (part === '__proto__') throw new StoreError('BadValue', 'the field name __proto__ is not stored');
  }
  return parts;
}

/** Two changes of one path, or of a path and one inside it. */
function refuseConflicts(paths: readonly string[]): void {
  const seen = new Set<string>();
  for (const path of [...paths].sort((a, b) => a.length - b.length)) {
    const parts = path.split('.');
    for (let i = 1; i <= parts.length; i++)
      if (seen.has(parts.slice(0, i).join('.')))
        throw new StoreError(
          'ConflictingUpdateOperators',
          `Updating the path '${path}' would create a conflict at '${path}'`,
        );
    seen.add(path);
  }
}

const OPERATORS: Readonly<Record<string, (parts: readonly string[], operand: unknown) => Change>> = {
  $set: (parts, operand) => (document) => write(document, parts, () => operand),
  $setOnInsert: (parts, operand) => (document) => write(document, parts, () => operand),
  $unset: (parts) => (document) => remove(document, parts),
  $inc: (parts, operand) => {
    if (classOf(operand) !== CLASS.number)
      throw new StoreError(
        'TypeMismatch',
        `Cannot increment with non-numeric argument: {${parts.join('.')}: ${typeName(operand)}}`,
      );
    return (document) =>
      write(document, parts, (old) => (old === undefined ? operand : add(old, operand, parts)));
  },
  $min: (parts, operand) => (document) =>
    write(document, parts, (old) => (old === undefined || compareValues(operand, old) < 0 ? operand : old)),
  $max: (parts, operand) => (document) =>
    write(document, parts, (old) => (old === undefined || compareValues(operand, old) > 0 ? operand : old)),
  $currentDate: (parts, operand) => {
    const type = isDocument(operand) ? operand['$type'] : undefined;
    if (operand !== true && operand !== false && type !== 'date' && type !== 'timestamp')
      throw new StoreError('BadValue', "$currentDate needs true, {$type: 'date'} or {$type: 'timestamp'}");
    return (document) =>
      write(document, parts, () =>
        type === 'timestamp' ? new Timestamp({ t: Math.floor(Date.now() / 1000), i: 1 }) : new Date(),
      );
  },
  $push: (parts, operand) => {
    const items = eachOf('$push', operand);
    return (document) => write(document, parts, (old) => [...arrayAt('$push', old, parts), ...items]);
  },
  $addToSet: (parts, operand) => {
    const items = eachOf('$addToSet', operand);
    return (document) =>
      write(document, parts, (old) => {
        const out = [...arrayAt('$addToSet', old, parts)];
        for (const item of items) if (!out.some((have) => sameValue(have, item))) out.push(item);
        return out;
      });
  },
  $pull: (parts, operand) => {
    const fits = pullTest(operand);
    return (document) => {
      const old = read(document, parts);
      if (old === undefined) return;
      write(document, parts, () => arrayAt('$pull', old, parts).filter((item) => !fits(item)));
    };
  },
};
const KNOWN_ELSEWHERE = new Set(['$mul', '$rename', '$pop', '$pullAll', '$bit', '$pushAll']);

function eachOf(operator: string, operand: unknown): readonly unknown[] {
  if (!isOperatorDocument(operand)) return [operand];
  for (const name of Object.keys(operand)) if (name !== '$each') throw refused(`${operator} with ${name}`);
  const each = operand['$each'];
  if (!Array.isArray(each))
    throw new StoreError(
      'BadValue',
      `The argument to $each in ${operator} must be an array but it was of type ${typeName(each)}`,
    );
  return each;
}

function arrayAt(operator: string, value: unknown, parts: readonly string[]): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value))
    throw new StoreError(
      'BadValue',
      `The field '${parts.join('.')}' must be an array but is of type ${typeName(value)} (${operator})`,
    );
  return value;
}

function pullTest(operand: unknown): (item: unknown) => boolean {
  if (isOperatorDocument(operand)) {
    const fits = compileFilter({ item: operand });
    return (item) => fits({ item });
  }
  if (isDocument(operand)) {
    const fits = compileFilter(operand);
    return (item) => isDocument(item) && fits(item);
  }
  const fits = compileFilter({ item: operand });
  return Array.isArray(operand)
    ? (item) => sameValue(item, operand)
    : (item) => !Array.isArray(item) && fits({ item });
}

/** Int32 grows to Long, Long past its end is refused, anything with a Double is a Double. */
function add(old: unknown, by: unknown, parts: readonly string[]): unknown {
  if (classOf(old) !== CLASS.number)
    throw new StoreError(
      'TypeMismatch',
      `Cannot apply $inc to a value of non-numeric type. {${parts.join('.')}: ${typeName(old)}}`,
    );
  const isDouble = (value: unknown): boolean =>
    value instanceof Double || (typeof value === 'number' && !Number.isInteger(value));
  if (isDouble(old) || isDouble(by)) return new Double(Number(numeric(old)) + Number(numeric(by)));
  const sum = BigInt(numeric(old)) + BigInt(numeric(by));
  if (BigInt.asIntN(64, sum) !== sum)
    throw new StoreError(
      'BadValue',
      `Failed to apply $inc operations to current value: ${parts.join('.')} would overflow`,
    );
  const bothSmall = [old, by].every((value) => typeof value === 'number' || value instanceof Int32);
  return bothSmall && sum <= INT32_MAX && sum >= -INT32_MAX - 1
    ? new Int32(Number(sum))
    : Long.fromBigInt(sum);
}

const childOf = (container: Container, part: string): unknown =>
  Array.isArray(container)
    ? isPosition(part)
      ? container[Number(part)]
      : undefined
    : Object.prototype.hasOwnProperty.call(container, part)
      ? container[part]
      : undefined;
const isContainer = (value: unknown): value is Container => isDocument(value) || Array.isArray(value);
const isPosition = (part: string): boolean => /^(0|[1-9]\d*)$/.test(part);

function read(document: Document, parts: readonly string[]): unknown {
  let value: unknown = document;
  for (const part of parts) value = isContainer(value) ? childOf(value, part) : undefined;
  return value;
}

/** Sets a path to what `next` makes of its present value, making sub-documents on the way. @throws PathNotViable */
export function write(document: Document, parts: readonly string[], next: (old: unknown) => unknown): void {
  let container: Container = document;
  for (const part of parts.slice(0, -1)) {
    let child = childOf(container, part);
    if (child === undefined) {
      child = {};
      put(container, part, child);
    }
    if (!isContainer(child))
      throw new StoreError(
        'PathNotViable',
        `Cannot create field in element {${part}: ${typeName(child)}} of '${parts.join('.')}'`,
      );
    container = child;
  }
  const last = parts.at(-1)!;
  put(container, last, next(childOf(container, last)));
}

function put(container: Container, part: string, value: unknown): void {
  if (!Array.isArray(container)) {
    container[part] = value;
    return;
  }
  if (!isPosition(part)) throw new StoreError('PathNotViable', `Cannot create field '${part}' in an array`);
  const position = Number(part);
  if (position - container.length > MAX_PADDING)
    throw new StoreError('BadValue', `can't backfill more than ${MAX_PADDING} elements`);
  while (container.length < position) container.push(null);
  container[position] = value;
}

/** An array's element becomes null, so that the others keep their places. */
function remove(document: Document, parts: readonly string[]): void {
  const container = read(document, parts.slice(0, -1));
  const last = parts.at(-1)!;
  if (Array.isArray(container)) {
    if (isPosition(last) && Number(last) < container.length) container[Number(last)] = null;
  } else if (isDocument(container)) delete container[last];
}

/** The document that an upsert begins with: the filter's equalities. @param filter typed */
export function upsertBase(filter: Document, update: CompiledUpdate, replaces: boolean): Document {
  const base: Document = {};
  const seen: string[] = [];
  for (const { path, operator, operand } of filterShape(filter).conditions) {
    const single =
      operator === '$in' && Array.isArray(operand) && operand.length === 1 ? operand[0] : operand;
    if (operator !== '$eq' && !(operator === '$in' && single !== operand)) continue;
    if (replaces && path !== '_id') continue;
    const parts = parsePath(path);
    seen.push(path);
    write(base, parts, () => single);
  }
  refuseConflicts(seen);
  const made = update.apply(base, true);
  const { _id, ...rest } = made;
  return { _id: _id ?? new ObjectId(), ...rest };
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'object') return (value as { _bsontype?: string })._bsontype ?? 'object';
  return typeof value;
}
