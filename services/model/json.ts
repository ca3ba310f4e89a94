import { createHash } from 'node:crypto';

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/**
 * The one text form of a JSON value: object keys sorted by UTF-16 code unit, no white space, `undefined` members left out.
 * Two values are the same exactly if their canonical texts are.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  const object = value as Record<string, unknown>;
  const members = Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key])}`);
  return `{${members.join(',')}}`;
}

/** SHA-256 as 64 lower-case hex digits. */
export const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

/** SHA-256 of the canonical text. */
export const hashOf = (value: unknown): string => sha256(canonicalJson(value));

/**
 * A copy that a database gives back as it went in: members that are undefined are not there (some drivers would keep them as null, and
 * unknown would turn into empty).
 */
export const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
