import { deserialize, serialize, type Long } from 'bson';
import { types } from 'node:util';
import { refused, StoreError } from './errors.js';

/** A decoded BSON document. Numbers are JS numbers, or (where types matter) Int32, Double and Long objects. */
export type Document = Record<string, unknown>;

/** MongoDB's limit for a stored document. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
export const MAX_MESSAGE_BYTES = 48_000_000;

/** For matching and computing: numbers as JS numbers, Longs beyond 2^53 stay Longs. */
export const decode = (bytes: Uint8Array): Document =>
  deserialize(bytes, { bsonRegExp: true, promoteBuffers: false });
/** For changing: every number keeps its type (Int32, Double, Long), so that what is not touched is written back the same. */
export const decodeTyped = (bytes: Uint8Array): Document =>
  deserialize(bytes, { bsonRegExp: true, promoteValues: false });

/**
 * The library writes into a buffer of 17 MB and goes on counting past its end: the length is right, what lies behind is not.
 * So the length is checked before the bytes are looked at.
 * @throws BSONObjectTooLarge
 */
export function encode(document: Document): Buffer {
  const bytes = serialize(document, { ignoreUndefined: true });
  assertDocumentSize(bytes.length);
  return Buffer.from(bytes);
}
/** @throws BSONObjectTooLarge */
export function assertDocumentSize(bytes: number): void {
  if (bytes <= MAX_DOCUMENT_BYTES) return;
  throw new StoreError('BSONObjectTooLarge', `${bytes} bytes are too large for a document of 16 MB at most`);
}

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
  ...CLASS,
  undefined: CLASS.null,
  bigint: CLASS.number,
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

/** What a value is, in words for people: JavaScript's with null, array and date told apart, or a BSON class. */
export function typeName(value: unknown): string {
  if (typeof value !== 'object') return typeof value;
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (types.isDate(value)) return 'date';
  return '_bsontype' in value ? `BSON ${String(value._bsontype)}` : 'object';
}
/** @throws NotImplemented for Decimal128, code and DBPointer, whose order this store does not know */
export function classOf(value: unknown): number {
  const known = CLASSES[typeName(value)];
  if (known === undefined) throw refused(`values of type ${typeName(value)}`);
  return known;
}
/** A sub-document, as opposed to an array, a BSON value object or a date. */
export const isDocument = (value: unknown): value is Document => typeName(value) === 'object';
export const isNumber = (value: unknown): boolean => classOf(value) === CLASS.number;

/** The exact mathematical value; Longs beyond 2^53 become bigints (JS compares the two kinds exactly). */
export function numeric(value: unknown): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  const number = Number(value);
  const isLong = (value as { _bsontype: string })._bsontype === 'Long';
  return isLong && !Number.isSafeInteger(number) ? (value as Long).toBigInt() : number;
}
/** @returns undefined if it is no whole number */
export function asInteger(value: unknown): number | undefined {
  const number = isNumber(value) ? Number(numeric(value)) : NaN;
  return Number.isInteger(number) ? number : undefined;
}

export const own = (object: Document, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;
/** Whether a part of a path may be a position in an array. */
export const isPosition = (part: string): boolean => /^(0|[1-9]\d*)$/.test(part);

/**
 * All values that a path reaches, as MongoDB's matcher does: arrays on the way are passed through (their sub-documents, and a
 * numeric part as position); a missing field counts as undefined, except below an array's scalars. An array at the end counts as
 * itself; the caller decides whether its elements count too.
 */
export function valuesAt(root: Document, path: readonly string[], onArray?: () => void): unknown[] {
  const values: unknown[] = [];
  const walk = (value: unknown, depth: number): void => {
    const part = path[depth];
    if (part === undefined) values.push(value);
    else if (Array.isArray(value)) {
      onArray?.();
      if (isPosition(part) && Number(part) < value.length) walk(value[Number(part)], depth + 1);
      for (const item of value) if (isDocument(item)) walk(item, depth);
    } else {
      const next = isDocument(value) ? own(value, part) : undefined;
      if (next === undefined) values.push(undefined);
      else walk(next, depth + 1);
    }
  };
  walk(root, 0);
  return values;
}
