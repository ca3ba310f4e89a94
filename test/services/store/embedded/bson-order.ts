import type { Binary, BSONRegExp, ObjectId, Timestamp } from 'mongodb';
import { CLASS, classOf, numeric, type Document } from '../../../../services/store/embedded/values.js';

/** BSON's order said a second time, value by value, as a witness against the order of the store's key bytes. */
const order = (a: number | bigint | boolean, b: number | bigint | boolean): number =>
  a < b ? -1 : a > b ? 1 : 0;

/** By code point, which is UTF-8's byte order; JS's own comparison is by UTF-16 unit. */
function compareStrings(a: string, b: string): number {
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
      return compareStrings(String(a), String(b));
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
