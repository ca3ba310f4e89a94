import { Double, Int32, Long, ObjectId } from 'bson';
import { badValue, failedToParse, refused, StoreError } from './errors.js';
import { isOperatorDocument, parseFilter } from './filter.js';
import { compareValues, encodeValue, sameValue } from './keys.js';
import { isDocument, isNumber, isPosition, numeric, own, typeName, type Document } from './values.js';

/**
 * Updates, strictly: what MongoDB refuses is refused, and so is every operator and modifier outside of
 * `$set $setOnInsert $unset $inc $min $max $push(/$each) $addToSet(/$each) $pull $currentDate`.
 * Works on typed documents (Int32, Double, Long keep their types) and changes them in place.
 */
export interface CompiledUpdate {
  /** Whether it puts a whole document in the place of another. */
  readonly replaces: boolean;
  /** @param inserting  an upsert makes the document: `$setOnInsert` counts */
  apply(document: Document, inserting: boolean): Document;
}

type Container = Document | unknown[];
type Path = readonly string[];

const MAX_PADDING = 1_500_000;

/** @param update  a typed document. @throws FailedToParse, NotImplemented and the rest of MongoDB's refusals */
export function compileUpdate(update: unknown): CompiledUpdate {
  if (Array.isArray(update)) throw refused('updates by aggregation pipeline');
  if (!isDocument(update)) throw failedToParse('the update has to be an object');
  if (!Object.keys(update).some((name) => name.startsWith('$')))
    return { replaces: true, apply: ({ _id }) => replaced(_id, update) };
  const changes = Object.entries(update).flatMap(([name, operands]) => {
    const compile = own(OPERATORS, name) as Operator | undefined;
    if (!compile && KNOWN_ELSEWHERE.includes(name)) throw refused(`the update operator ${name}`);
    if (!compile)
      throw failedToParse(`Unknown modifier: ${name}. An update is operators only, or a document`);
    if (!isDocument(operands))
      throw failedToParse(`${name} operates on fields, but we found type ${typeName(operands)}`);
    return Object.entries(operands).map(([path, operand]) => {
      const parts = parsePath(path);
      return { name, path, parts, next: compile(operand, `${name} of '${path}'`) };
    });
  });
  refuseConflicts(changes.map(({ path }) => path));
  // MongoDB applies (and so orders new fields) by name; numbers in paths by value.
  changes.sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }) || (a.path < b.path ? -1 : 1));
  return {
    replaces: false,
    apply(document, inserting) {
      const idKey = (): string => ('_id' in document ? encodeValue(document['_id']) : '');
      const id = idKey();
      for (const { name, parts, next } of changes) {
        if (name === '$setOnInsert' && !inserting) continue;
        if (name === '$unset') remove(document, parts);
        else if (name !== '$pull' || read(document, parts) !== undefined) write(document, parts, next);
      }
      if (id !== '' && id !== idKey()) throw immutableId();
      return document;
    },
  };
}

function replaced(id: unknown, wanted: Document): Document {
  const { _id, ...rest } = wanted;
  if (id !== undefined && _id !== undefined && !sameValue(id, _id)) throw immutableId();
  const kept = id ?? _id;
  return kept === undefined ? rest : { _id: kept, ...rest };
}
const immutableId = (): StoreError =>
  new StoreError('ImmutableField', "the update would modify the immutable field '_id'");

function parsePath(path: string): Path {
  const parts = path.split('.');
  for (const part of parts) {
    if (part === '') throw new StoreError('EmptyFieldName', `'${path}' contains an empty field name`);
    if (part === '$' || part.startsWith('$[')) throw refused('positional updates');
    if (part.startsWith('$'))
      throw new StoreError('DollarPrefixedFieldName', `'${part}' in '${path}' is not valid for storage`);
    if (part === '__proto__') throw badValue('the field name __proto__ is not stored');
  }
  return parts;
}

/** Two changes of one path, or of a path and one inside it. */
function refuseConflicts(paths: readonly string[]): void {
  const seen = new Set<string>();
  for (const path of [...paths].sort((a, b) => a.length - b.length)) {
    const parts = path.split('.');
    if (parts.some((_, i) => seen.has(parts.slice(0, i + 1).join('.'))))
      throw new StoreError('ConflictingUpdateOperators', `two updates would create a conflict at '${path}'`);
    seen.add(path);
  }
}

/** Compiled, what becomes of a field's present value. @param where  told in errors */
type Operator = (operand: unknown, where: string) => (old: unknown) => unknown;
const set: Operator = (operand) => () => operand;
/** The operand, where it lies on the wanted side of what is there. */
const extreme =
  (side: -1 | 1): Operator =>
  (operand) =>
  (old) =>
    old === undefined || compareValues(operand, old) * side > 0 ? operand : old;

/** Appends the operand, or each of `$each`, where it is wanted. */
const adding =
  (isWanted: (list: readonly unknown[], item: unknown) => boolean): Operator =>
  (operand, where) => {
    const { $each: items, ...others } = isOperatorDocument(operand) ? operand : { $each: [operand] };
    const [other] = Object.keys(others);
    if (other !== undefined) throw refused(`${other} in ${where}`);
    if (!Array.isArray(items)) throw badValue(`$each in ${where} needs an array, not ${typeName(items)}`);
    return (old) => {
      const list = [...arrayAt(old, where)];
      for (const item of items as unknown[]) if (isWanted(list, item)) list.push(item);
      return list;
    };
  };

const OPERATORS: Readonly<Record<string, Operator>> = {
  $set: set,
  $setOnInsert: set,
  $unset: set,
  $min: extreme(-1),
  $max: extreme(1),
  $inc: (by, where) => {
    add(0, by, where);
    return (old) => (old === undefined ? by : add(old, by, where));
  },
  $currentDate: (operand) => {
    if (typeof operand !== 'boolean' && !(isDocument(operand) && operand['$type'] === 'date'))
      throw badValue("$currentDate needs true or {$type: 'date'}");
    return () => new Date();
  },
  $push: adding(() => true),
  $addToSet: adding((list, item) => !list.some((have) => sameValue(have, item))),
  $pull: (operand, where) => {
    const fits = pullTest(operand);
    return (old) => arrayAt(old, where).filter((item) => !fits(item));
  },
};
const KNOWN_ELSEWHERE = ['$mul', '$rename', '$pop', '$pullAll', '$bit', '$pushAll'];

function arrayAt(value: unknown, where: string): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw badValue(`${where}: it must be an array but is of type ${typeName(value)}`);
}

/** A value, operators, or (for elements that are documents) a filter. */
function pullTest(operand: unknown): (item: unknown) => boolean {
  if (isDocument(operand) && !isOperatorDocument(operand)) {
    const { matches } = parseFilter(operand);
    return (item) => isDocument(item) && matches(item);
  }
  const { matches } = parseFilter({ item: operand });
  if (Array.isArray(operand)) return (item) => sameValue(item, operand);
  // Beside a plain value an element that is a list counts as a whole, not by its own elements.
  return (item) => (isOperatorDocument(operand) || !Array.isArray(item)) && matches({ item });
}

/** Int32 grows to Long, Long past its end is refused, anything with a Double is a Double. */
function add(old: unknown, by: unknown, where: string): unknown {
  for (const value of [old, by])
    if (!isNumber(value)) throw new StoreError('TypeMismatch', `${where} with type ${typeName(value)}`);
  const isDouble = (value: unknown): boolean =>
    value instanceof Double || (typeof value === 'number' && !Number.isInteger(value));
  if (isDouble(old) || isDouble(by)) return new Double(Number(numeric(old)) + Number(numeric(by)));
  const sum = BigInt(numeric(old)) + BigInt(numeric(by));
  if (BigInt.asIntN(64, sum) !== sum) throw badValue(`${where} would overflow`);
  const bothSmall = [old, by].every((value) => typeof value === 'number' || value instanceof Int32);
  return bothSmall && BigInt.asIntN(32, sum) === sum ? new Int32(Number(sum)) : Long.fromBigInt(sum);
}

const isContainer = (value: unknown): value is Container => isDocument(value) || Array.isArray(value);
const childOf = (container: Container, part: string): unknown =>
  !Array.isArray(container) ? own(container, part) : isPosition(part) ? container[Number(part)] : undefined;

const read = (document: Document, path: Path): unknown =>
  path.reduce<unknown>((value, part) => (isContainer(value) ? childOf(value, part) : undefined), document);

/** Sets a path to what `next` makes of its present value, making sub-documents on the way. @throws PathNotViable */
function write(container: Container, [part = '', ...rest]: Path, next: (old: unknown) => unknown): void {
  const old = childOf(container, part);
  if (rest.length === 0) return put(container, part, next(old));
  const child = old === undefined ? {} : old;
  if (!isContainer(child))
    throw new StoreError('PathNotViable', `Cannot create field '${rest[0]}' in ${part}: ${typeName(child)}`);
  if (old === undefined) put(container, part, child);
  write(child, rest, next);
}

function put(container: Container, part: string, value: unknown): void {
  if (!Array.isArray(container)) return void (container[part] = value);
  if (!isPosition(part)) throw new StoreError('PathNotViable', `Cannot create field '${part}' in an array`);
  if (Number(part) - container.length > MAX_PADDING)
    throw badValue(`can't backfill more than ${MAX_PADDING} elements`);
  while (container.length < Number(part)) container.push(null);
  container[Number(part)] = value;
}

/** An array's element becomes null, so that the others keep their places. */
function remove(document: Document, path: Path): void {
  const container = read(document, path.slice(0, -1));
  const last = path.at(-1)!;
  if (Array.isArray(container)) {
    if (isPosition(last) && Number(last) < container.length) container[Number(last)] = null;
  } else if (isDocument(container)) delete container[last];
}

/** The document that an upsert begins with: the filter's equalities, changed. @param filter typed */
export function upsertBase(filter: Document, update: CompiledUpdate): Document {
  const base: Document = {};
  const equalities = parseFilter(filter).conditions.flatMap(({ path, operator, operand }) => {
    const values = operator === '$eq' ? [operand] : operator === '$in' ? (operand as unknown[]) : [];
    return values.length === 1 && (!update.replaces || path === '_id') ? [{ path, value: values[0] }] : [];
  });
  for (const { path, value } of equalities) write(base, parsePath(path), () => value);
  refuseConflicts(equalities.map(({ path }) => path));
  const { _id, ...rest } = update.apply(base, true);
  return { _id: _id ?? new ObjectId(), ...rest };
}
