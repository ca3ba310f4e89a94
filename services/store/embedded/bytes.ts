import { deserialize, serialize } from 'bson';
import { StoreError } from './errors.js';
import type { Document } from './values.js';

/** MongoDB's limit for a stored document. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
export const MAX_MESSAGE_BYTES = 48_000_000;

/** For matching and computing: numbers as JS numbers, Longs beyond 2^53 stay Longs. */
export const decode = (bytes: Uint8Array): Document =>
  deserialize(bytes, { bsonRegExp: true, promoteBuffers: false });

/** For changing: every number keeps its type (Int32, Double, Long), so that what is not touched is written back the same. */
export const decodeTyped = (bytes: Uint8Array): Document =>
  deserialize(bytes, { bsonRegExp: true, promoteValues: false });

/** One field's documents as raw bytes. */
export const decodeRaw = (bytes: Uint8Array, field: string): Document =>
  deserialize(bytes, { fieldsAsRaw: { [field]: true }, promoteBuffers: false });

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
