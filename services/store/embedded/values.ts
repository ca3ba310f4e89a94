import type { Binary, BSONRegExp, Long, ObjectId, Timestamp } from 'bson';
import { refused } from './errors.js';

/** A decoded BSON document. Numbers are JS numbers, or (where types matter) Int32, Double and Long objects. */
export type Document = Record<string, unknown>;

/** BSON's comparison order: values of different classes compare by class. Also the first byte of an index key. */
export const CLASS = {
  minKey: 1,
  /** An empty array, or nothing at all, seen through an index path. */
  nothing: 5,
  null: 10,
  number: 20,
  string: 30,
  object: 40,
  array: 50,
  binary: 60,
  objectId: 70,
  boolean: 80,
  date: 90,
  timestamp: 100,
  regex: 110,
  maxKey: 120,
} as const;

const BSON_CLASSES: Readonly<Record<string, number>> = {
  Int32: CLASS.number,
  Double: CLASS.number,
  Long: CLASS.number,
  BSONSymbol: CLASS.string,
  Binary: CLASS.binary,
  ObjectId: CLASS.objectId,
  Timestamp: CLASS.timestamp,
  BSONRegExp: CLASS.regex,
  MinKey: CLASS.minKey,
  MaxKey: CLASS.maxKey,
};

/** @throws NotImplemented for Decimal128, code and DBPointer, whose order this store does not know */
export function classOf(value: unknown): number {
  switch (typeof value) {
    case 'undefined':
      return CLASS.null;
    case 'string':
      return CLASS.string;
    case 'number':
    case 'bigint':
      return CLASS.number;
    case 'boolean':
      return CLASS.boolean;
    case 'object': {
      if (value === null) return CLASS.null;
      if (Array.isArray(value)) return CLASS.array;
      const type = (value as { _bsontype?: string })._bsontype;
      if (type !== undefined) {
        const known = BSON_CLASSES[type];
        if (known === undefined) throw refused(`values of type ${type}`);
        return known;
      }
      return isDate(value) ? CLASS.date : CLASS.object;
    }
    default:
      throw refused(`values of type ${typeof value}`);
  }
}

export const isDate = (value: unknown): value is Date =>
  Object.prototype.toString.call(value) === '[object Date]';

/** A sub-document, as opposed to an array, a BSON value object or a date. */
export const isDocument = (value: unknown): value is Document =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  (value as { _bsontype?: string })._bsontype === undefined &&
  !isDate(value);

/** The exact mathematical value; Longs beyond 2^53 become bigints (JS compares the two kinds exactly). */
export function numeric(value: unknown): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  const wrapped = value as { _bsontype: string; value: number };
  if (wrapped._bsontype !== 'Long') return wrapped.value;
  const long = value as Long;
  const asNumber = long.toNumber();
  return Number.isSafeInteger(asNumber) ? asNumber : long.toBigInt();
}

/** An integer option of a command. @returns undefined if it is no whole number */
export function asInteger(value: unknown): number | undefined {
  if (classOf(value) !== CLASS.number) return undefined;
  const number = Number(numeric(value));
  return Number.isInteger(number) ? number : undefined;
}

export const isNaNValue = (value: unknown): boolean =>
  classOf(value) === CLASS.number && Number.isNaN(numeric(value));

const order = (a: number | bigint | boolean, b: number | bigint | boolean): number =>
  a < b ? -1 : a > b ? 1 : 0;

/** By code point, which is UTF-8's byte order; JS's own comparison is by UTF-16 unit. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    if (x >= 0xd800 && y >= 0xd800) {
      x = x >= 0xe000 ? x - 0x2000 : x + 0x2000;
      y = y >= 0xe000 ? y - 0x2000 : y + 0x2000;
    }
    return x < y ? -1 : 1;
  }
  return order(a.length, b.length);
}

/** BSON's total order: missing = null, numbers by value whatever their type, NaN below all numbers. */
export function compareValues(a: unknown, b: unknown): number {
  const left = classOf(a);
  const right = classOf(b);
  if (left !== right) return left - right;
  switch (left) {
    case CLASS.number: {
      const x = numeric(a);
      const y = numeric(b);
      if (Number.isNaN(x) || Number.isNaN(y)) return order(Number.isNaN(y), Number.isNaN(x));
      return order(x, y);
    }
    case CLASS.string:
      return compareStrings(textOf(a), textOf(b));
    case CLASS.object:
      return compareFields(Object.entries(a as Document), Object.entries(b as Document));
    case CLASS.array:
      return compareFields(
        (a as unknown[]).map((item) => ['', item]),
        (b as unknown[]).map((item) => ['', item]),
      );
    case CLASS.binary: {
      const x = a as Binary;
      const y = b as Binary;
      return (
        x.length() - y.length() ||
        x.sub_type - y.sub_type ||
        Buffer.compare(Buffer.from(x.value()), Buffer.from(y.value()))
      );
    }
    case CLASS.objectId:
      return Buffer.compare((a as ObjectId).id as Buffer, (b as ObjectId).id as Buffer);
    case CLASS.boolean:
      return order(a as boolean, b as boolean);
    case CLASS.date:
      return order((a as Date).getTime(), (b as Date).getTime());
    case CLASS.timestamp:
      return (a as Timestamp).compare(b as Timestamp);
    case CLASS.regex: {
      const x = a as BSONRegExp;
      const y = b as BSONRegExp;
      return compareStrings(x.pattern, y.pattern) || compareStrings(x.options, y.options);
    }
    default:
      return 0;
  }
}

function compareFields(a: [string, unknown][], b: [string, unknown][]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [nameA, valueA] = a[i]!;
    const [nameB, valueB] = b[i]!;
    const difference =
      classOf(valueA) - classOf(valueB) || compareStrings(nameA, nameB) || compareValues(valueA, valueB);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export const sameValue = (a: unknown, b: unknown): boolean => compareValues(a, b) === 0;

/** The text of a string or (deprecated) symbol value. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : String((value as { value: string }).value);

const own = (object: Document, name: string): unknown =>
  Object.prototype.hasOwnProperty.call(object, name) ? object[name] : undefined;

const isIndex = (part: string): boolean => /^(0|[1-9]\d*)$/.test(part);

/**
 * Visits every value that `path` reaches, as MongoDB's matcher does: arrays on the way are passed through (their
 * sub-documents, and a numeric part as position); a missing field is visited as undefined, except below an array's scalars.
 * An array at the end is visited as itself; the caller decides whether its elements count too.
 */
export function visitPath(
  root: Document,
  path: readonly string[],
  visit: (value: unknown) => void,
  onArray?: () => void,
): void {
  const walk = (value: unknown, depth: number): void => {
    if (depth === path.length) {
      visit(value);
    } else if (Array.isArray(value)) {
      onArray?.();
      const part = path[depth]!;
      if (isIndex(part) && Number(part) < value.length) walk(value[Number(part)], depth + 1);
      for (const item of value) if (isDocument(item)) walk(item, depth);
    } else {
      const next = isDocument(value) ? own(value, path[depth]!) : undefined;
      if (next === undefined) visit(undefined);
      else walk(next, depth + 1);
    }
  };
  walk(root, 0);
}
