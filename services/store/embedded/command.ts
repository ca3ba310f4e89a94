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
export type Command = (room: Room, request: Request) => Promise<Document | Buffer> | Document | Buffer;
export type Commands = Readonly<Record<string, Command>>;

/** A number in any BSON type, as a JS number. */
const number = z.preprocess((value) => (isNumber(value) ? Number(numeric(value)) : value), z.number());
/** MongoDB takes numbers where it means truth. */
const flag = z.preprocess((value) => (typeof value === 'number' ? value !== 0 : value), z.boolean());
const object = z.custom<Document>(isDocument, 'expected an object');
/** What commands' fields may be. */
export const field = {
  number,
  whole: number.pipe(z.int().min(0)),
  flag: flag.default(false),
  object,
  filter: object.default({}),
  cursorId: z.custom(isNumber).transform((id) => BigInt(numeric(id))),
  /** An index by its name or its key. */
  index: z.union([z.string(), object.transform((key) => indexName(Object.entries(key)))]),
  ignored: z.unknown().optional(),
};

const writeConcern = z.strictObject({ w: z.literal([0, 1, 'majority']), j: flag, wtimeout: number });
/** What any command may carry besides its own fields. Every write here is durable whatever its concern says. */
const COMMON = {
  $db: z.string(),
  lsid: field.ignored,
  $clusterTime: field.ignored,
  $readPreference: field.ignored,
  comment: field.ignored,
  maxTimeMS: field.whole.default(0),
  readConcern: z.strictObject({ level: z.enum(['local', 'available', 'majority']).optional() }).optional(),
  writeConcern: writeConcern.partial().optional(),
};
type Options<S extends z.ZodRawShape> = z.infer<z.ZodObject<typeof COMMON & S, z.core.$strict>> & {
  readonly $db: string;
};
type Run<O> = (room: Room, options: O, request: Request) => ReturnType<Command>;

/**
 * A command: the fields it may have beside its name, whose value is `target`, and what it does. An unknown field, and an option
 * outside of the room, is answered with 238, a malformed one with TypeMismatch.
 */
export function command<S extends z.ZodRawShape>(
  shape: S,
  run: Run<Options<S> & { readonly target: unknown }>,
): Command {
  const schema = z.strictObject({ ...COMMON, ...shape });
  return (room, request) => {
    const [[name, target] = ['', undefined], ...fields] = Object.entries(request.body);
    const options = parse(schema, Object.fromEntries(fields), name) as Options<S>;
    return run(room, Object.assign(options, { target }), request);
  };
}

/** A command on the collection that stands beside its name. @throws InvalidNamespace */
export const onCollection = <S extends z.ZodRawShape>(
  shape: S,
  run: Run<Options<S> & { readonly ns: string }>,
): Command =>
  command(shape, (room, options, request) =>
    run(room, Object.assign(options, { ns: namespace(options.$db, options.target) }), request),
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
