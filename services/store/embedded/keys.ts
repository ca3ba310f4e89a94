import type { Binary, BSONRegExp, ObjectId, Timestamp } from 'bson';
import { CLASS, classOf, numeric, valuesAt, type Document } from './values.js';

/**
 * The one definition of order and equality. A key is a string whose characters are bytes (0 to 255); keys compare as BSON
 * compares the values. Every value's encoding delimits itself (none is a prefix of another), so components can be joined,
 * and a descending component is the same bytes inverted. Stored keys depend on it: changing it means building all indexes anew.
 */
export type Key = string;
export type Direction = 1 | -1;
/** What an index or a sort goes by. */
export type Fields = readonly (readonly [path: string, direction: Direction])[];

/** lmdb ends keys at 1,978 bytes; what is longer is cut here, and everyone who reads cut keys looks at the document again. */
export const MAX_KEY_BYTES = 1_900;
/** More entries than this for one document is taken for a mistake. */
const MAX_ENTRIES_PER_DOCUMENT = 100_000;
/** What an index holds where there is no value: an empty array, or a path that leads nowhere below an array. */
const NOTHING = Symbol('nothing');

const scratch = Buffer.alloc(8);
/** An unsigned integer, big end first. */
export function uint(value: number, bytes: number): Key {
  scratch.writeUIntBE(value, 0, bytes);
  return scratch.toString('latin1', 0, bytes);
}
/** IEEE 754 made comparable: positive numbers get the sign bit, negative ones are inverted. */
function double(value: number): Key {
  scratch.writeDoubleBE(value === 0 ? 0 : value);
  const bytes = scratch.toString('latin1');
  return scratch[0]! & 0x80 ? inverted(bytes) : String.fromCharCode(scratch[0]! | 0x80) + bytes.slice(1);
}
/** UTF-8, whose byte order is that of code points. NUL inside becomes 00 FF; the end is 00 00. */
const text = (value: string): Key =>
  (/^[ -~]*$/.test(value) ? value : Buffer.from(value).toString('latin1').replaceAll('\0', '\0\xff')) +
  '\0\0';

/** One value's key, ascending. @throws NotImplemented for values of types that have no order here */
export function encodeValue(value: unknown): Key {
  const kind = value === NOTHING ? CLASS.nothing : classOf(value);
  return String.fromCharCode(kind) + encodeBody(kind, value);
}

function encodeBody(kind: number, value: unknown): Key {
  switch (kind) {
    case CLASS.number: {
      const exact = numeric(value);
      if (Number.isNaN(exact)) return '\0'.repeat(10);
      const rounded = Number(exact);
      // Several Longs beyond 2^53 round to one double; what the rounding lost keeps them apart and in order.
      const lost = typeof exact === 'bigint' ? Number(exact - BigInt(rounded)) : 0;
      return double(rounded) + uint(0x8000 + lost, 2);
    }
    case CLASS.string:
      return text(String(value));
    case CLASS.object:
      return (
        Object.entries(value as Document)
          .map(([name, item]) => String.fromCharCode(classOf(item)) + text(name) + encodeValue(item))
          .join('') + '\0'
      );
    case CLASS.array:
      return (value as unknown[]).map(encodeValue).join('') + '\0';
    case CLASS.binary: {
      const binary = value as Binary;
      return uint(binary.length(), 4) + uint(binary.sub_type, 1) + toKey(binary.value());
    }
    case CLASS.objectId:
      return toKey((value as ObjectId).id);
    case CLASS.boolean:
      return value === true ? '\x01' : '\0';
    case CLASS.date:
      return double((value as Date).getTime());
    case CLASS.timestamp: {
      const timestamp = value as Timestamp;
      return uint(timestamp.getHighBitsUnsigned(), 4) + uint(timestamp.getLowBitsUnsigned(), 4);
    }
    case CLASS.regex:
      return text((value as BSONRegExp).pattern) + text((value as BSONRegExp).options);
    default:
      return '';
  }
}

export const toBytes = (key: Key): Buffer => Buffer.from(key, 'latin1');
const toKey = (bytes: Uint8Array): Key => Buffer.from(bytes).toString('latin1');

export const compareKeys = (a: Key, b: Key): number => (a < b ? -1 : a > b ? 1 : 0);
/** BSON's total order: missing = null, numbers by value whatever their type, NaN below all numbers. */
export const compareValues = (a: unknown, b: unknown): number => compareKeys(encodeValue(a), encodeValue(b));
export const sameValue = (a: unknown, b: unknown): boolean => compareValues(a, b) === 0;

/** The smallest key greater than every key that begins with this one. */
export function successor(key: Key): Key {
  let end = key.length;
  while (end > 0 && key.charCodeAt(end - 1) === 0xff) end--;
  // No key begins with this byte.
  if (end === 0) return '\xff';
  return key.slice(0, end - 1) + String.fromCharCode(key.charCodeAt(end - 1) + 1);
}

export function inverted(key: Key): Key {
  const bytes = toBytes(key);
  for (let i = 0; i < bytes.length; i++) bytes[i] = ~bytes[i]!;
  return bytes.toString('latin1');
}
export const cutKey = (key: Key): Key => key.slice(0, MAX_KEY_BYTES);

/** What an index or a sort makes of a path (elements of arrays one by one, never nothing), and whether it met an array. */
function components(document: Document, [path, direction]: Fields[number]): [Key[], boolean] {
  let throughArray = false;
  const found = valuesAt(document, path.split('.'), () => (throughArray = true));
  const values = found.flatMap((value): unknown[] => {
    if (!Array.isArray(value)) return [value];
    throughArray = true;
    return value.length === 0 ? [NOTHING] : value;
  });
  const keys = (values.length === 0 ? [NOTHING] : values).map(encodeValue);
  return [direction === 1 ? keys : keys.map(inverted), throughArray];
}

/** What an index holds for one document. */
export interface DocumentKeys {
  /** Joined components as they are stored: cut, and each once. */
  readonly keys: ReadonlySet<Key>;
  /** The same, uncut. */
  readonly whole: ReadonlySet<Key>;
  /** Whether a key was cut. */
  readonly cut: boolean;
  /** Which field met an array, or -1. */
  readonly arrayField: number;
}

/** @returns null when two fields meet arrays, or one a list without end */
export function documentKeys(document: Document, fields: Fields): DocumentKeys | null {
  let arrayField = -1;
  let joined: Key[] = [''];
  for (const [position, field] of fields.entries()) {
    const [keys, throughArray] = components(document, field);
    if (throughArray) {
      if (arrayField !== -1 || keys.length > MAX_ENTRIES_PER_DOCUMENT) return null;
      arrayField = position;
    }
    // One of the two has one item: a field that met no array has one value.
    joined = joined.flatMap((start) => keys.map((key) => start + key));
  }
  const whole = new Set(joined);
  const cut = joined.some((key) => key.length > MAX_KEY_BYTES);
  return { keys: cut ? new Set(joined.map(cutKey)) : whole, whole, cut, arrayField };
}

/** A key that puts documents in the order of a sort: arrays count by their smallest (descending: largest) element. */
export const sortKey = (document: Document, fields: Fields): Key =>
  fields
    .map((field) => components(document, field)[0].reduce((best, key) => (key < best ? key : best)))
    .join('');
