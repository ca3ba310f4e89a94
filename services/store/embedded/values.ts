import type { Long } from 'bson';
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

/** By the names that `typeName` gives. */
const CLASSES: Readonly<Record<string, number>> = {
  undefined: CLASS.null,
  null: CLASS.null,
  string: CLASS.string,
  number: CLASS.number,
  bigint: CLASS.number,
  boolean: CLASS.boolean,
  array: CLASS.array,
  date: CLASS.date,
  document: CLASS.object,
  'BSON Int32': CLASS.number,
  'BSON Double': CLASS.number,
  'BSON Long': CLASS.number,
  'BSON BSONSymbol': CLASS.string,
  'BSON Binary': CLASS.binary,
  'BSON ObjectId': CLASS.objectId,
  'BSON Timestamp': CLASS.timestamp,
  'BSON BSONRegExp': CLASS.regex,
  'BSON MinKey': CLASS.minKey,
  'BSON MaxKey': CLASS.maxKey,
};

/** What a value is, in words for people: JavaScript's with null, array, date and document told apart, or a BSON class. */
export function typeName(value: unknown): string {
  if (typeof value !== 'object') return typeof value;
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = (value as { _bsontype?: unknown })._bsontype;
  if (type !== undefined) return `BSON ${String(type)}`;
  return isDate(value) ? 'date' : 'document';
}

/** @throws NotImplemented for Decimal128, code and DBPointer, whose order this store does not know */
export function classOf(value: unknown): number {
  const known = CLASSES[typeName(value)];
  if (known === undefined) throw refused(`values of type ${typeName(value)}`);
  return known;
}

const isDate = (value: unknown): boolean => Object.prototype.toString.call(value) === '[object Date]';

/** A sub-document, as opposed to an array, a BSON value object or a date. */
export const isDocument = (value: unknown): value is Document => typeName(value) === 'document';
export const isNumber = (value: unknown): boolean => classOf(value) === CLASS.number;

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
  const number = isNumber(value) ? Number(numeric(value)) : NaN;
  return Number.isInteger(number) ? number : undefined;
}

/** The text of a string or (deprecated) symbol value. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : String((value as { value: string }).value);

export const own = (object: Document, name: string): unknown =>
  Object.prototype.hasOwnProperty.call(object, name) ? object[name] : undefined;

/** Whether a part of a path may be a position in an array. */
export const isPosition = (part: string): boolean => /^(0|[1-9]\d*)$/.test(part);

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
      if (isPosition(part) && Number(part) < value.length) walk(value[Number(part)], depth + 1);
      for (const item of value) if (isDocument(item)) walk(item, depth);
    } else {
      const next = isDocument(value) ? own(value, path[depth]!) : undefined;
      if (next === undefined) visit(undefined);
      else walk(next, depth + 1);
    }
  };
  walk(root, 0);
}

/** All of them as a list. */
export function valuesAt(root: Document, path: readonly string[]): unknown[] {
  const values: unknown[] = [];
  visitPath(root, path, (value) => values.push(value));
  return values;
}
