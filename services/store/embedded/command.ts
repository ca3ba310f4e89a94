import { Long } from 'bson';
import { z } from 'zod';
import type { Cursors } from './cursors.js';
import { refused, StoreError } from './errors.js';
import type { Storage } from './storage.js';
import { CLASS, classOf, isDocument, numeric, type Document } from './values.js';
import type { Request } from './wire.js';

/** What every command may use. */
export interface Room {
  readonly storage: Storage;
  readonly cursors: Cursors;
}
export type Command = (room: Room, request: Request) => Promise<Document | Buffer> | Document | Buffer;

/** A number in any BSON type, as a JS number. */
export const number = z.preprocess(
  (value) => (value !== undefined && classOf(value) === CLASS.number ? Number(numeric(value)) : value),
  z.number(),
);
export const whole = number.pipe(z.int().min(0));
/** MongoDB takes numbers where it means truth. */
export const flag = z.preprocess((value) => (typeof value === 'number' ? value !== 0 : value), z.boolean());
export const object = z.custom<Document>(isDocument, 'expected an object');
export const objects = z.array(object);
export const longId = z
  .custom<unknown>((value) => classOf(value) === CLASS.number)
  .transform((value) => Long.fromBigInt(BigInt(numeric(value))));
export const hint = z
  .union([z.string(), object])
  .transform((value) => (typeof value === 'string' ? value : indexName(value)));
/** An option that is only there to be refused when it asks for something. */
export const off = z.union([z.literal(false), z.literal(0)]);

/** The name that drivers and this server give an index without one; finds it for a hint by key, too. */
export const indexName = (key: Document): string =>
  '$natural' in key
    ? '$natural'
    : '_id' in key && Object.keys(key).length === 1
      ? '_id_'
      : Object.entries(key)
          .map(([path, direction]) => `${path}_${String(direction)}`)
          .join('_');

const writeConcern = z.strictObject({
  w: z.union([z.literal(0), z.literal(1), z.literal('majority')]).optional(),
  j: flag.optional(),
  fsync: flag.optional(),
  wtimeout: number.optional(),
  wtimeoutMS: number.optional(),
  provenance: z.string().optional(),
});
const readConcern = z.strictObject({
  level: z.enum(['local', 'available', 'majority']).optional(),
  provenance: z.string().optional(),
});

/** What any command may carry besides its own fields. Every write here is durable whatever its concern says. */
const COMMON = {
  $db: z.string(),
  lsid: z.unknown().optional(),
  $clusterTime: z.unknown().optional(),
  $readPreference: z.unknown().optional(),
  apiVersion: z.string().optional(),
  apiStrict: z.boolean().optional(),
  apiDeprecationErrors: z.boolean().optional(),
  comment: z.unknown().optional(),
  maxTimeMS: whole.optional(),
  readConcern: readConcern.optional(),
  writeConcern: writeConcern.optional(),
};

/**
 * Describes a command's fields. An unknown field, and an option outside of the room, is answered with 238, a malformed one
 * with TypeMismatch.
 */
export function commandShape<S extends z.ZodRawShape>(
  shape: S,
): (body: Document) => z.infer<z.ZodObject<typeof COMMON & S, z.core.$strict>> {
  const schema = z.strictObject({ ...COMMON, ...shape });
  return (body) => {
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data as z.infer<z.ZodObject<typeof COMMON & S, z.core.$strict>>;
    throw shapeError(Object.keys(body)[0] ?? '', parsed.error);
  };
}

export function parseShape<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw shapeError(where, parsed.error);
}

function shapeError(where: string, error: z.ZodError): StoreError {
  const issue = error.issues[0]!;
  if (issue.code === 'unrecognized_keys') return refused(`the option ${issue.keys.join(', ')} of ${where}`);
  const path = issue.path.join('.');
  if (issue.code === 'invalid_value' || issue.code === 'invalid_union')
    return refused(`${where} with this ${path}`);
  return new StoreError('TypeMismatch', `${where}: ${path}: ${issue.message}`);
}

/** `db.collection`. @throws InvalidNamespace */
export function namespace(database: string, collection: unknown): string {
  if (
    typeof collection !== 'string' ||
    collection === '' ||
    /[\0$]/.test(collection) ||
    /^\.|^system\./.test(collection)
  )
    throw new StoreError('InvalidNamespace', `Invalid collection name specified '${String(collection)}'`);
  if (database === '' || /[\0/\\. "$]/.test(database) || Buffer.byteLength(`${database}.${collection}`) > 255)
    throw new StoreError('InvalidNamespace', `Invalid namespace specified '${database}.${collection}'`);
  return `${database}.${collection}`;
}
