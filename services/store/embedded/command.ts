import { Long } from 'bson';
import { z } from 'zod';
import type { Cursors } from './cursors.js';
import { refused, StoreError } from './errors.js';
import { indexName, type Storage } from './storage.js';
import { isDocument, isNumber, numeric, type Document } from './values.js';
import type { Request } from './wire.js';

/** What every command may use. */
export interface Room {
  readonly storage: Storage;
  readonly cursors: Cursors;
}
type Reply = Document | Buffer;
export type Command = (room: Room, request: Request) => Promise<Reply> | Reply;

/** A number in any BSON type, as a JS number. */
const number = z.preprocess((value) => (isNumber(value) ? Number(numeric(value)) : value), z.number());
/** MongoDB takes numbers where it means truth. */
const flag = z.preprocess((value) => (typeof value === 'number' ? value !== 0 : value), z.boolean());
const object = z.custom<Document>(isDocument, 'expected an object');
const filter = object.default({});
const whole = number.pipe(z.int().min(0));
const longId = z.custom<unknown>(isNumber).transform((id) => Long.fromBigInt(BigInt(numeric(id))));
/** An index by its name or its key. */
const index = z
  .union([z.string(), object])
  .transform((value) => (typeof value === 'string' ? value : indexName(Object.entries(value))));
/** An option that is only there to be refused when it asks for something. */
const off = z.union([z.literal(false), z.literal(0)]).optional();
const ignored = z.unknown().optional();
/** What commands' fields may be. */
export const field = { number, flag, object, filter, whole, longId, index, off, ignored };

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
  lsid: ignored,
  $clusterTime: ignored,
  $readPreference: ignored,
  apiVersion: z.string().optional(),
  apiStrict: z.boolean().optional(),
  apiDeprecationErrors: z.boolean().optional(),
  comment: ignored,
  maxTimeMS: whole.default(0),
  readConcern: readConcern.optional(),
  writeConcern: writeConcern.optional(),
};
type Options<S extends z.ZodRawShape> = z.infer<z.ZodObject<typeof COMMON & S, z.core.$strict>> & {
  readonly $db: string;
};

/**
 * A command: the fields it may have beside its name, whose value is `target`, and what it does. An unknown field, and an option
 * outside of the room, is answered with 238, a malformed one with TypeMismatch.
 */
export function command<S extends z.ZodRawShape>(
  shape: S,
  run: (
    room: Room,
    options: Options<S> & { readonly target: unknown },
    request: Request,
  ) => ReturnType<Command>,
): Command {
  const schema = z.strictObject({ ...COMMON, ...shape });
  return (room, request) => {
    const [name = '', target] = Object.entries(request.body)[0] ?? [];
    const { [name]: _, ...fields } = request.body;
    const options: unknown = Object.assign({ target }, parse(schema, fields, name));
    return run(room, options as Options<S> & { readonly target: unknown }, request);
  };
}

/** A command on the collection that stands beside its name. @throws InvalidNamespace */
export const onCollection = <S extends z.ZodRawShape>(
  shape: S,
  run: (room: Room, options: Options<S> & { readonly ns: string }, request: Request) => ReturnType<Command>,
): Command =>
  command(shape, (room, options, request) =>
    run(room, { ...options, ns: namespace(options.$db, options.target) }, request),
  );

/** @param where  told in errors */
export function parse<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') throw refused(`the option ${issue.keys.join(', ')} of ${where}`);
  if (issue.code === 'invalid_value' || issue.code === 'invalid_union')
    throw refused(`${where} with this ${path}`);
  throw new StoreError('TypeMismatch', `${where}: ${path}: ${issue.message}`);
}

/** `db.collection`. @throws InvalidNamespace, NotImplemented for commands on no collection (`aggregate: 1`) */
export function namespace(database: string, collection: unknown): string {
  if (isNumber(collection)) throw refused('this without a collection');
  const ns = `${database}.${String(collection)}`;
  const isName = typeof collection === 'string' && !/^$|[\0$]|^\.|^system\./.test(collection);
  if (isName && !/^$|[\0/\\. "$]/.test(database) && Buffer.byteLength(ns) <= 255) return ns;
  throw new StoreError('InvalidNamespace', `Invalid namespace specified '${ns}'`);
}
