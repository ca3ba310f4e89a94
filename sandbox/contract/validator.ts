/** Checks bodies against the model: types closed at every depth, subtypes by their @odata.type, compiled when first met. */
import { Ajv2019 } from 'ajv/dist/2019.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2019.js';
import type { DataValidateFunction, DataValidationCxt } from 'ajv/dist/types/index.js';
import addFormats from 'ajv-formats';
import type { GraphModel, Schema, TypeInfo } from './model.js';

/** `beta` is judged like an answer or request of v1.0, but may carry further properties. */
export type Mode = 'v1.0' | 'beta';

/** Directory extensions and schema extensions, whose names are made by the tenant. */
const EXTENSION = /^(extension_[0-9a-f]{32}_|ext[a-z0-9]{8}_)/;
const BIND = '@odata.bind';
const DELTA = '@delta';
const MOST_TEXTS = 10;

export interface Validator {
  /** @returns one text per violation, at most ten */
  check(schema: Schema, body: unknown, mode: Mode): string[];
}

interface Closed {
  readonly type: string;
  readonly names: readonly string[];
}

type Failure = Partial<ErrorObject> & { readonly message: string };

/** Objects of answers that never change any more: one that was found good is not looked at again. */
export interface FixedBodies {
  isFixed(body: object): boolean;
  /** Whether this very object was noted as good of this kind. */
  isGood(body: object, as: string): boolean;
  /** Remembers it if the object never changes any more, and nothing otherwise. */
  noteGood(body: object, as: string): void;
}

const noneIsFixed: FixedBodies = { isFixed: () => false, isGood: () => false, noteGood: () => undefined };

export function createValidator(model: GraphModel, fixed: FixedBodies = noneIsFixed): Validator {
  const byMode: Record<Mode, (schema: Schema) => ValidateFunction> = {
    'v1.0': compilerFor(model, 'v1.0', fixed),
    beta: compilerFor(model, 'beta', fixed),
  };
  /** Whole answers that were found good, by what they were held against. */
  const good = new WeakMap<Schema, Record<Mode, WeakSet<object>>>();
  return {
    check(schema, body, mode) {
      const isFixed = typeof body === 'object' && body !== null && fixed.isFixed(body);
      if (isFixed && good.get(schema)?.[mode].has(body) === true) return [];
      const validate = byMode[mode](schema);
      if (validate(body)) {
        if (!isFixed) return [];
        let sets = good.get(schema);
        if (sets === undefined) good.set(schema, (sets = { 'v1.0': new WeakSet(), beta: new WeakSet() }));
        sets[mode].add(body);
        return [];
      }
      const texts = (validate.errors ?? [])
        // A failed anyOf says the same again, without saying what was wrong.
        .filter((error) => error.keyword !== 'anyOf' && !isNullBranch(error, validate.errors ?? []))
        .map((error) => `${pathOf(error.instancePath)}: ${describe(error)}`);
      return [...new Set(texts)].slice(0, MOST_TEXTS);
    },
  };
}

/** "must be null" beside another failure at the same place is only the other branch of a nullable. */
function isNullBranch(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  return (
    error.keyword === 'type' &&
    error.params['type'] === 'null' &&
    all.some(
      (other) =>
        other !== error && other.keyword !== 'anyOf' && other.instancePath.startsWith(error.instancePath),
    )
  );
}

function pathOf(instancePath: string): string {
  return instancePath === '' ? '(body)' : instancePath.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
}

function describe(error: ErrorObject): string {
  if (error.keyword === 'enum') {
    const allowed = error.params['allowedValues'] as (string | null)[];
    return `must be one of ${allowed.filter((value) => value !== null).join(', ')}`;
  }
  if (error.keyword === 'type') return `must be ${[error.params['type']].flat().join(' or ')}`;
  return error.message ?? error.keyword;
}

/** What a type's own check needs to know of it. */
interface Members {
  readonly type: string;
  readonly names: ReadonlySet<string>;
  /** Names that are not among them are wrong. */
  readonly closed: boolean;
}

function compilerFor(
  model: GraphModel,
  mode: Mode,
  fixed: FixedBodies,
): (schema: Schema) => ValidateFunction {
  const ajv = new Ajv2019({ strict: false, allErrors: true, allowUnionTypes: true });
  addFormats.default(ajv);
  for (const format of ['decimal', 'int16', 'uint8', 'base64url', 'binary']) ajv.addFormat(format, true);
  const types = new Map<TypeInfo, ValidateFunction>();
  const compiled = new WeakMap<Schema, ValidateFunction>();

  const compileType = (type: TypeInfo): ValidateFunction => {
    const known = types.get(type);
    if (known !== undefined) return known;
    const members: Members = {
      type: type.name,
      names: new Set(type.properties.keys()),
      closed: !type.open && mode !== 'beta',
    };
    const made = ajv.compile({
      type: 'object',
      properties: Object.fromEntries(type.properties),
      required: type.required,
      members,
    });
    types.set(type, made);
    return made;
  };

  /** Made once for each place of a schema that names a type; the type itself is compiled when it is first met there. */
  const checkOf = (declared: string, orNull: boolean): Check => {
    const as = `${mode} ${declared}`;
    const own = model.type(declared);
    return (body, context) => {
      if (body === null && orNull) return none;
      if (typeof body !== 'object' || body === null || Array.isArray(body)) {
        return [{ message: `must be an object (${declared})` }];
      }
      if (fixed.isGood(body, as)) return none;
      const isPlain = (body as { '@odata.type'?: unknown })['@odata.type'] === undefined;
      const actual =
        isPlain && own !== undefined ? own : actualType(model, declared, body as Record<string, unknown>);
      if (typeof actual === 'string') return [{ message: actual }];
      const validate = compileType(actual);
      if (validate(body)) {
        fixed.noteGood(body, as);
        return none;
      }
      return (validate.errors ?? []).map((error) => ({
        ...error,
        message: error.message ?? error.keyword,
        instancePath: `${context.instancePath}${error.instancePath}`,
      }));
    };
  };
  define(ajv, 'graphType', (declared: string) => checkOf(declared, false));
  define(ajv, 'graphTypeOrNull', (declared: string) => checkOf(declared, true));
  define(ajv, 'members', (members: Members) => (body) => checkMembers(model, members, body as object));
  define(ajv, 'closed', ({ type, names }: Closed) => {
    const members: Members = { type, names: new Set(names), closed: mode !== 'beta' };
    return (body) => checkMembers(null, members, body as object);
  });

  return (schema) => {
    const known = compiled.get(schema);
    if (known !== undefined) return known;
    const made = ajv.compile(schema);
    compiled.set(schema, made);
    return made;
  };
}

const none: readonly Failure[] = [];
type Check = (body: unknown, context: DataValidationCxt) => readonly Failure[];

function define<T>(ajv: Ajv2019, keyword: string, checkOf: (value: T) => Check): void {
  ajv.addKeyword({
    keyword,
    errors: 'full',
    compile: (value: T) => {
      const check = checkOf(value);
      const validate: DataValidateFunction = (body: unknown, context) => {
        const failures = check(body, context ?? ({ instancePath: '' } as DataValidationCxt));
        if (failures.length === 0) return true;
        validate.errors = failures.map((failure) => ({ keyword, params: {}, ...failure }));
        return false;
      };
      return validate;
    },
  });
}

/** The namespace and the first letter come in any casing: Entra's how-to has `#Microsoft.Graph.Group` (MicrosoftDocs/entra-docs, admin-units-members-add.md). */
const spelt = (annotation: string): string =>
  annotation
    .replace(/^#/, '')
    .replace(/^microsoft\.graph\.(\w)/i, (_whole, first: string) => `microsoft.graph.${first.toLowerCase()}`);

/** The type that @odata.type names, or the declared one. @returns a text when it may not stand here */
function actualType(
  model: GraphModel,
  declared: string,
  body: Readonly<Record<string, unknown>>,
): TypeInfo | string {
  const annotation = body['@odata.type'];
  if (annotation !== undefined && typeof annotation !== 'string') return '@odata.type must be a string';
  const name = annotation === undefined ? declared : spelt(annotation);
  const type = model.type(name);
  if (type === undefined) return `@odata.type '${name}' is not described`;
  if (!model.isA(name, declared)) return `'${name}' is no ${declared}`;
  return type;
}

/**
 * Every key is a described name, an extension, or an annotation. Of the latter these are looked into: links to be made
 * (`manager@odata.bind`), and delta's own (`members@delta`, `@removed`).
 * @param model  null where only the names are judged
 */
function checkMembers(
  model: GraphModel | null,
  { type, names, closed }: Members,
  body: object,
): readonly Failure[] {
  let failures: Failure[] | undefined;
  for (const key in body) {
    if (names.has(key)) continue;
    const found = key.includes('@')
      ? model === null
        ? none
        : checkAnnotation(model, type, key, (body as Readonly<Record<string, unknown>>)[key])
      : closed && !EXTENSION.test(key)
        ? [{ message: `unknown property '${key}' of ${type}` }]
        : none;
    if (found.length > 0) failures = [...(failures ?? []), ...found];
  }
  return failures ?? none;
}

function checkAnnotation(model: GraphModel, type: string, key: string, value: unknown): readonly Failure[] {
  if (key === '@removed')
    return isRemoved(value) ? none : [{ message: '@removed must say the reason changed or deleted' }];
  if (key.endsWith(BIND)) return checkBind(model, type, key, value);
  if (!key.endsWith(DELTA)) return none;
  const property = key.slice(0, -DELTA.length);
  if (model.type(type)?.navigation.has(property) !== true)
    return [{ message: `'${property}' is no navigation property of ${type}` }];
  const isChanges = Array.isArray(value) && value.every(isLinkChange);
  return isChanges ? none : [{ message: `${key} must be a list of objects with id` }];
}

function checkBind(model: GraphModel, name: string, key: string, value: unknown): Failure[] {
  const property = key.slice(0, -BIND.length);
  const navigation = model.type(name)?.navigation.get(property);
  if (navigation === undefined) return [{ message: `'${property}' is no navigation property of ${name}` }];
  if (!navigation.collection) {
    return typeof value === 'string' ? [] : [{ message: `${key} must be one reference` }];
  }
  const isList = Array.isArray(value) && value.every((one) => typeof one === 'string');
  return isList ? [] : [{ message: `${key} must be a list of references` }];
}

function isRemoved(value: unknown): boolean {
  const reason = (value as { reason?: unknown } | null)?.reason;
  return reason === 'changed' || reason === 'deleted';
}

function isLinkChange(value: unknown): boolean {
  const change = value as { id?: unknown; '@removed'?: unknown } | null;
  return (
    typeof change?.id === 'string' && (change['@removed'] === undefined || isRemoved(change['@removed']))
  );
}
