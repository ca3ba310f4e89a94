import type { Binary, BSONRegExp, ObjectId, Timestamp } from 'bson';
import { CLASS, classOf, isNaNValue, numeric, textOf, visitPath, type Document } from './values.js';

/**
 * Index keys: bytes whose memcmp order is BSON's order. Every value's encoding delimits itself (none is a prefix of
 * another), so components can be joined, and a descending component is the same bytes inverted.
 */
export type Direction = 1 | -1;
export interface IndexField {
  readonly path: string;
  readonly parts: readonly string[];
  readonly direction: Direction;
}

/** lmdb ends keys at 1,978 bytes; what is longer is cut here, and everyone who reads cut keys looks at the document again. */
export const MAX_COMPONENT_BYTES = 1_900;

/** More entries than this for one document is taken for a mistake. */
const MAX_ENTRIES_PER_DOCUMENT = 100_000;

const NOTHING = Symbol('nothing');

class ByteWriter {
  private bytes = Buffer.allocUnsafe(64);
  private length = 0;
  private reserve(count: number): number {
    if (this.length + count > this.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + count));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    const at = this.length;
    this.length += count;
    return at;
  }
  byte(value: number): void {
    const at = this.reserve(1);
    this.bytes[at] = value;
  }
  uint16(value: number): void {
    const at = this.reserve(2);
    this.bytes.writeUInt16BE(value, at);
  }
  uint32(value: number): void {
    const at = this.reserve(4);
    this.bytes.writeUInt32BE(value, at);
  }
  raw(value: Uint8Array): void {
    const at = this.reserve(value.length);
    this.bytes.set(value, at);
  }
  /** IEEE 754 made comparable: positive numbers get the sign bit, negative ones are inverted. */
  double(value: number): void {
    const at = this.reserve(8);
    this.bytes.writeDoubleBE(value === 0 ? 0 : value, at);
    if (this.bytes[at]! & 0x80) for (let i = at; i < at + 8; i++) this.bytes[i] = ~this.bytes[i]! & 0xff;
    else this.bytes[at]! |= 0x80;
  }
  /** NUL inside becomes 00 FF; the end is 00 00. */
  text(value: string): void {
    const utf8 = Buffer.from(value, 'utf8');
    let from = 0;
    for (let nul = utf8.indexOf(0); nul !== -1; nul = utf8.indexOf(0, from)) {
      this.raw(utf8.subarray(from, nul + 1));
      this.byte(0xff);
      from = nul + 1;
    }
    this.raw(from === 0 ? utf8 : utf8.subarray(from));
    this.uint16(0);
  }
  invertFrom(start: number): void {
    for (let i = start; i < this.length; i++) this.bytes[i] = ~this.bytes[i]! & 0xff;
  }
  get size(): number {
    return this.length;
  }
  take(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.length));
  }
}

function write(out: ByteWriter, value: unknown): void {
  if (value === NOTHING) return out.byte(CLASS.nothing);
  const kind = classOf(value);
  out.byte(kind);
  switch (kind) {
    case CLASS.number: {
      if (isNaNValue(value)) return out.raw(new Uint8Array(10));
      const exact = numeric(value);
      const rounded = Number(exact);
      out.double(rounded);
      // Several Longs beyond 2^53 round to one double; what the rounding lost keeps them apart and in order.
      return out.uint16(0x8000 + (typeof exact === 'bigint' ? Number(exact - BigInt(rounded)) : 0));
    }
    case CLASS.string:
      return out.text(textOf(value));
    case CLASS.object:
      for (const [name, item] of Object.entries(value as Document)) {
        out.byte(classOf(item));
        out.text(name);
        write(out, item);
      }
      return out.byte(0);
    case CLASS.array:
      for (const item of value as unknown[]) write(out, item);
      return out.byte(0);
    case CLASS.binary: {
      const binary = value as Binary;
      out.uint32(binary.length());
      out.byte(binary.sub_type);
      return out.raw(binary.value());
    }
    case CLASS.objectId:
      return out.raw((value as ObjectId).id);
    case CLASS.boolean:
      return out.byte(value === true ? 1 : 0);
    case CLASS.date:
      return out.double((value as Date).getTime());
    case CLASS.timestamp:
      out.uint32((value as Timestamp).getHighBitsUnsigned());
      return out.uint32((value as Timestamp).getLowBitsUnsigned());
    case CLASS.regex:
      out.text((value as BSONRegExp).pattern);
      return out.text((value as BSONRegExp).options);
    default:
      return;
  }
}

/** One value's bytes, ascending. */
export function encodeValue(value: unknown): Buffer {
  const out = new ByteWriter();
  write(out, value);
  return out.take();
}

/** The smallest byte string greater than every string that begins with `bytes`. */
export function successor(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0xff) end--;
  if (end === 0) return Buffer.alloc(MAX_COMPONENT_BYTES + 16, 0xff);
  const next = Buffer.from(bytes.subarray(0, end));
  next[end - 1]! += 1;
  return next;
}

export function inverted(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = ~bytes[i]! & 0xff;
  return out;
}

export interface DocumentKeys {
  /** Joined components as they are stored: cut, and each once. */
  readonly keys: readonly Buffer[];
  /** The same, uncut. */
  readonly whole: readonly Buffer[];
  /** Which field met an array, or -1. */
  readonly arrayField: number;
}

export const cutKey = (components: Buffer): Buffer =>
  components.length > MAX_COMPONENT_BYTES ? components.subarray(0, MAX_COMPONENT_BYTES) : components;

/** Everything that an index over `fields` holds for one document. @returns null when two fields meet arrays */
export function documentKeys(document: Document, fields: readonly IndexField[]): DocumentKeys | null {
  let arrayField = -1;
  const columns: unknown[][] = [];
  for (const [position, field] of fields.entries()) {
    const values: unknown[] = [];
    let throughArray = false;
    const visit = (value: unknown): void => {
      if (!Array.isArray(value)) values.push(value);
      else {
        throughArray = true;
        if (value.length === 0) values.push(NOTHING);
        else for (const item of value) values.push(item);
      }
    };
    visitPath(document, field.parts, visit, () => (throughArray = true));
    if (values.length === 0) values.push(NOTHING);
    if (throughArray) {
      if (arrayField !== -1) return null;
      arrayField = position;
    }
    columns.push(values);
  }
  const repeated = arrayField === -1 ? [undefined] : columns[arrayField]!;
  if (repeated.length > MAX_ENTRIES_PER_DOCUMENT) return null;
  const found = new Map<string, Buffer>();
  for (const item of repeated) {
    const out = new ByteWriter();
    for (const [position, field] of fields.entries()) {
      const start = out.size;
      write(out, position === arrayField ? item : columns[position]![0]);
      if (field.direction === -1) out.invertFrom(start);
    }
    const key = out.take();
    found.set(arrayField === -1 ? '' : key.toString('latin1'), key);
  }
  const whole = [...found.values()];
  if (!whole.some((key) => key.length > MAX_COMPONENT_BYTES)) return { keys: whole, whole, arrayField };
  const keys = new Map(whole.map(cutKey).map((key) => [key.toString('latin1'), key]));
  return { keys: [...keys.values()], whole, arrayField };
}

/** A key that puts documents in the order of a sort: arrays count by their smallest (descending: largest) element. */
export function sortKey(document: Document, fields: readonly IndexField[]): Buffer {
  const out = new ByteWriter();
  for (const field of fields) {
    let best: Buffer | undefined;
    const offer = (value: unknown): void => {
      const bytes = encodeValue(value);
      if (best === undefined || Buffer.compare(bytes, best) * field.direction < 0) best = bytes;
    };
    visitPath(document, field.parts, (value) => {
      if (!Array.isArray(value)) offer(value);
      else if (value.length === 0) offer(NOTHING);
      else value.forEach(offer);
    });
    if (best === undefined) offer(NOTHING);
    out.raw(field.direction === 1 ? best! : inverted(best!));
  }
  return out.take();
}
