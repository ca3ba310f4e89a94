/** Checks bodies against the model: types closed at every depth, subtypes by their @odata.type, compiled when first met. */
import { Ajv2019 } from 'ajv/dist/2019.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2019.js';
import type { DataValidationCxt, SchemaValidateFunction } from 'ajv/dist/types/index.js';
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

export function createValidator(model: GraphModel): Validator {
  const byMode: Record<Mode, (schema: Schema) => ValidateFunction> = {
    'v1.0': compilerFor(model, 'v1.0'),
    beta: compilerFor(model, 'beta'),
  };
  return {
    check(schema, body, mode) {
      const validate = byMode[mode](schema);
      if (validate(body)) return [];
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
    return `must be one of ${(error.params['allowedValues'] as string[]).join(', ')}`;
  }
  return error.message ?? error.keyword;
}

function compilerFor(model: GraphModel, mode: Mode): (schema: Schema) => ValidateFunction {
  const ajv = new Ajv2019({ strict: false, allErrors: true, allowUnionTypes: true });
  addFormats.default(ajv);
  for (const format of ['decimal', 'int16', 'uint8', 'base64url', 'binary']) ajv.addFormat(format, true);
  const types = new Map<string, ValidateFunction>();
  const compiled = new WeakMap<Schema, ValidateFunction>();

  const compileType = (type: TypeInfo): ValidateFunction => {
    const known = types.get(type.name);
    if (known !== undefined) return known;
    const made = ajv.compile({
      type: 'object',
      properties: Object.fromEntries(type.properties),
      required: type.required,
      ...(type.open || mode === 'beta'
        ? {}
        : { closed: { type: type.name, names: [...type.properties.keys()] } satisfies Closed }),
      annotated: type.name,
    });
    types.set(type.name, made);
    return made;
  };

  define(ajv, 'graphType', (declared: string, body, context) => {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      return [{ message: `must be an object (${declared})` }];
    }
    const actual = actualType(model, declared, body as Record<string, unknown>);
    if (typeof actual === 'string') return [{ message: actual }];
    const validate = compileType(actual);
    if (validate(body)) return [];
    return (validate.errors ?? []).map((error) => ({
      ...error,
      message: error.message ?? error.keyword,
      instancePath: `${context.instancePath}${error.instancePath}`,
    }));
  });
  const sets = new WeakMap<Closed, ReadonlySet<string>>();
  define(ajv, 'closed', (closed: Closed, body) => {
    if (mode === 'beta') return [];
    let names = sets.get(closed);
    if (names === undefined) sets.set(closed, (names = new Set(closed.names)));
    const failures: Failure[] = [];
    for (const key in body as object) {
      if (names.has(key) || key.includes('@') || EXTENSION.test(key)) continue;
      failures.push({ message: `unknown property '${key}' of ${closed.type}` });
    }
    return failures;
  });
  define(ajv, 'annotated', (name: string, body) => checkAnnotations(model, name, body as object));

  return (schema) => {
    const known = compiled.get(schema);
    if (known !== undefined) return known;
    const made = ajv.compile(schema);
    compiled.set(schema, made);
    return made;
  };
}

function define<T>(
  ajv: Ajv2019,
  keyword: string,
  check: (value: T, body: unknown, context: DataValidationCxt) => readonly Failure[],
): void {
  const validate: SchemaValidateFunction = (value: T, body: unknown, _parent, context) => {
    const failures = check(value, body, context ?? ({ instancePath: '' } as DataValidationCxt));
    if (failures.length === 0) return true;
    validate.errors = failures.map((failure) => ({ keyword, params: {}, ...failure }));
    return false;
  };
  ajv.addKeyword({ keyword, validate, errors: 'full' });
}

/** The type that @odata.type names, or the declared one. @returns a text when it may not stand here */
function actualType(
  model: GraphModel,
  declared: string,
  body: Readonly<Record<string, unknown>>,
): TypeInfo | string {
  const annotation = body['@odata.type'];
  if (annotation !== undefined && typeof annotation !== 'string') return '@odata.type must be a string';
  const name = annotation === undefined ? declared : annotation.replace(/^#/, '');
  const type = model.type(name);
  if (type === undefined) return `@odata.type '${name}' is not described`;
  if (!model.isA(name, declared)) return `'${name}' is no ${declared}`;
  return type;
}

/** What stands in keys with an @: links to be made (`manager@odata.bind`), and delta's own (`members@delta`, `@removed`). */
function checkAnnotations(model: GraphModel, name: string, body: object): Failure[] {
  const failures: Failure[] = [];
  for (const key in body) {
    if (!key.includes('@')) continue;
    const value = (body as Readonly<Record<string, unknown>>)[key];
    if (key === '@removed') {
      if (!isRemoved(value)) failures.push({ message: '@removed must say the reason changed or deleted' });
    } else if (key.endsWith(BIND)) {
      failures.push(...checkBind(model, name, key, value));
    } else if (key.endsWith(DELTA)) {
      const property = key.slice(0, -DELTA.length);
      if (model.type(name)?.navigation.has(property) !== true) {
        failures.push({ message: `'${property}' is no navigation property of ${name}` });
      } else if (!Array.isArray(value) || !value.every(isLinkChange)) {
        failures.push({ message: `${key} must be a list of objects with id` });
      }
    }
  }
  return failures;
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
