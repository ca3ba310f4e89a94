import { Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import { badValue, refused, StoreError } from './errors.js';
import { isOperatorDocument, parseFilter } from './filter.js';
import { compareValues, encodeValue, sameValue, type Key } from './keys.js';
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

type Change = (document: Document) => void;
type Container = Document | unknown[];
type Path = readonly string[];

const MAX_PADDING = 1_500_000;
const INT32_MAX = 0x7fffffff;

const failedToParse = (message: string): StoreError => new StoreError('FailedToParse', message);

/** @param update  a typed document. @throws FailedToParse, NotImplemented and the rest of MongoDB's refusals */
export function compileUpdate(update: unknown): CompiledUpdate {
  if (Array.isArray(update)) throw refused('updates by aggregation pipeline');
  if (!isDocument(update)) throw failedToParse('the update has to be an object');
  if (!Object.keys(update).some((name) => name.startsWith('$')))
    return { replaces: true, apply: ({ _id }) => replaced(_id, update) };
  const changes = Object.entries(update).flatMap(([name, operands]) => {
    const compile = operatorOf(name);
    if (!isDocument(operands))
      throw failedToParse(`${name} operates on fields, but we found type ${typeName(operands)}`);
    return Object.entries(operands).map(([path, operand]) => ({
      path,
      onInsert: name === '$setOnInsert',
      change: compile(parsePath(path), operand),
    }));
  });
  refuseConflicts(changes.map(({ path }) => path));
  // MongoDB applies (and so orders new fields) by name; numbers in paths by value.
  changes.sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }) || (a.path < b.path ? -1 : 1));
  return {
    replaces: false,
    apply(document, inserting) {
      const id = idKey(document);
      for (const { onInsert, change } of changes) if (inserting || !onInsert) change(document);
      if (id !== undefined && id !== idKey(document)) throw immutableId();
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

const idKey = ({ _id }: Document): Key | undefined => (_id === undefined ? undefined : encodeValue(_id));
const immutableId = (): StoreError =>
  new StoreError('ImmutableField', "the update would modify the immutable field '_id'");

function parsePath(path: string): Path {
  const parts = path.split('.');
  for (const part of parts) {
    if (part === '')
      throw new StoreError('EmptyFieldName', `the path '${path}' contains an empty field name`);
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

type Operator = (path: Path, operand: unknown) => Change;
const set: Operator = (path, operand) => (document) => write(document, path, () => operand);
/** The operand, where it lies on the wanted side of what is there. */
const extreme =
  (side: -1 | 1): Operator =>
  (path, operand) =>
  (document) =>
    write(document, path, (old) =>
      old === undefined || compareValues(operand, old) * side > 0 ? operand : old,
    );

const OPERATORS: Readonly<Record<string, Operator>> = {
  $set: set,
  $setOnInsert: set,
  $unset: (path) => (document) => remove(document, path),
  $min: extreme(-1),
  $max: extreme(1),
  $inc: (path, operand) => {
    assertNumber(operand, path);
    return (document) =>
      write(document, path, (old) => (old === undefined ? operand : add(old, operand, path)));
  },
  $currentDate: (path, operand) => {
    const type = isDocument(operand) ? operand['$type'] : 'date';
    if ((typeof operand !== 'boolean' && !isDocument(operand)) || (type !== 'date' && type !== 'timestamp'))
      throw badValue("$currentDate needs true, {$type: 'date'} or {$type: 'timestamp'}");
    const now = (): unknown =>
      type === 'date' ? new Date() : new Timestamp({ t: Math.floor(Date.now() / 1000), i: 1 });
    return (document) => write(document, path, now);
  },
  $push: (path, operand) => {
    const items = eachOf('$push', operand);
    return (document) => write(document, path, (old) => [...arrayAt('$push', old, path), ...items]);
  },
  $addToSet: (path, operand) => {
    const items = eachOf('$addToSet', operand);
    return (document) =>
      write(document, path, (old) => {
        const out = [...arrayAt('$addToSet', old, path)];
        for (const item of items) if (!out.some((have) => sameValue(have, item))) out.push(item);
        return out;
      });
  },
  $pull: (path, operand) => {
    const fits = pullTest(operand);
    return (document) => {
      const old = read(document, path);
      if (old !== undefined)
        write(document, path, () => arrayAt('$pull', old, path).filter((item) => !fits(item)));
    };
  },
};
const KNOWN_ELSEWHERE = ['$mul', '$rename', '$pop', '$pullAll', '$bit', '$pushAll'];

function operatorOf(name: string): Operator {
  const known = own(OPERATORS, name) as Operator | undefined;
  if (known) return known;
  if (KNOWN_ELSEWHERE.includes(name)) throw refused(`the update operator ${name}`);
  throw failedToParse(`Unknown modifier: ${name}. An update is operators only, or a whole document`);
}

function eachOf(operator: string, operand: unknown): readonly unknown[] {
  if (!isOperatorDocument(operand)) return [operand];
  for (const name of Object.keys(operand)) if (name !== '$each') throw refused(`${operator} with ${name}`);
  const each = operand['$each'];
  if (!Array.isArray(each)) throw badValue(`$each in ${operator} needs an array, not ${typeName(each)}`);
  return each;
}

function arrayAt(operator: string, value: unknown, path: Path): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw badValue(`${operator}: '${path.join('.')}' must be an array but is of type ${typeName(value)}`);
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

function assertNumber(value: unknown, path: Path): void {
  if (isNumber(value)) return;
  throw new StoreError('TypeMismatch', `$inc of '${path.join('.')}' with a value of type ${typeName(value)}`);
}

/** Int32 grows to Long, Long past its end is refused, anything with a Double is a Double. */
function add(old: unknown, by: unknown, path: Path): unknown {
  assertNumber(old, path);
  const isDouble = (value: unknown): boolean =>
    value instanceof Double || (typeof value === 'number' && !Number.isInteger(value));
  if (isDouble(old) || isDouble(by)) return new Double(Number(numeric(old)) + Number(numeric(by)));
  const sum = BigInt(numeric(old)) + BigInt(numeric(by));
  if (BigInt.asIntN(64, sum) !== sum) throw badValue(`$inc: ${path.join('.')} would overflow`);
  const bothSmall = [old, by].every((value) => typeof value === 'number' || value instanceof Int32);
  const isSmall = bothSmall && sum <= INT32_MAX && sum >= -INT32_MAX - 1;
  return isSmall ? new Int32(Number(sum)) : Long.fromBigInt(sum);
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
    throw new StoreError(
      'PathNotViable',
      `Cannot create field '${rest[0]}' in {${part}: ${typeName(child)}}`,
    );
  if (old === undefined) put(container, part, child);
  write(child, rest, next);
}

function put(container: Container, part: string, value: unknown): void {
  if (!Array.isArray(container)) {
    container[part] = value;
    return;
  }
  if (!isPosition(part)) throw new StoreError('PathNotViable', `Cannot create field '${part}' in an array`);
  const position = Number(part);
  if (position - container.length > MAX_PADDING)
    throw badValue(`can't backfill more than ${MAX_PADDING} elements`);
  while (container.length < position) container.push(null);
  container[position] = value;
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
