import type { Binary, BSONRegExp, ObjectId, Timestamp } from 'bson';
import { CLASS, classOf, numeric, textOf, visitPath, type Document } from './values.js';

/**
 * The one definition of order and equality. A key is a string whose characters are bytes (0 to 255); keys compare as BSON
 * compares the values. Every value's encoding delimits itself (none is a prefix of another), so components can be joined,
 * and a descending component is the same bytes inverted. Stored keys depend on it: changing it means building all indexes anew.
 */
export type Key = string;
export type Direction = 1 | -1;
export interface IndexField {
  readonly path: string;
  readonly parts: readonly string[];
  readonly direction: Direction;
}

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
      return text(textOf(value));
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
const directed = (key: Key, direction: Direction): Key => (direction === 1 ? key : inverted(key));
export const cutKey = (key: Key): Key => key.slice(0, MAX_KEY_BYTES);

/** The values that an index or a sort sees at a path: the elements of arrays, one by one, and never an empty list. */
function indexedValues(
  document: Document,
  { parts }: IndexField,
): { values: unknown[]; throughArray: boolean } {
  const values: unknown[] = [];
  let throughArray = false;
  const visit = (value: unknown): void => {
    if (!Array.isArray(value)) values.push(value);
    else {
      throughArray = true;
      for (const item of value.length === 0 ? [NOTHING] : value) values.push(item);
    }
  };
  visitPath(document, parts, visit, () => (throughArray = true));
  return { values: values.length === 0 ? [NOTHING] : values, throughArray };
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
export function documentKeys(document: Document, fields: readonly IndexField[]): DocumentKeys | null {
  let arrayField = -1;
  let whole: Key[] = [''];
  for (const [position, field] of fields.entries()) {
    const { values, throughArray } = indexedValues(document, field);
    if (throughArray) {
      if (arrayField !== -1 || values.length > MAX_ENTRIES_PER_DOCUMENT) return null;
      arrayField = position;
    }
    // A field that met no array has one value.
    const components = values.map((value) => directed(encodeValue(value), field.direction));
    whole =
      components.length === 1
        ? whole.map((key) => key + components[0])
        : components.map((component) => whole[0] + component);
  }
  const all = new Set(whole);
  const cut = whole.some((key) => key.length > MAX_KEY_BYTES);
  return { keys: cut ? new Set(whole.map(cutKey)) : all, whole: all, cut, arrayField };
}

/** A key that puts documents in the order of a sort: arrays count by their smallest (descending: largest) element. */
export const sortKey = (document: Document, fields: readonly IndexField[]): Key =>
  fields
    .map((field) => {
      const { values } = indexedValues(document, field);
      const keys = values.map((value) => directed(encodeValue(value), field.direction));
      return keys.reduce((best, key) => (key < best ? key : best));
    })
    .join('');
