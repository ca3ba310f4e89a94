import type { JsonValue } from '../state/types.js';
import { objectTypes } from './complex-objects.js';
import { policyParts, targetParts } from './complex-policies.js';

export interface ComplexType {
  readonly base: string | null;
  readonly shapes: ReadonlyMap<string, string>;
  /** Members that do not take null. */
  readonly solid: ReadonlySet<string>;
}

function read(text: string): ReadonlyMap<string, ComplexType> {
  const types = new Map<string, ComplexType>();
  for (const line of text.split('\n').filter(Boolean)) {
    const [head = '', body = ''] = line.split(' =');
    const [name = '', base = null] = head.split(' ');
    const pairs = body.split(' ').filter(Boolean);
    const shapes = new Map<string, string>();
    const solid = new Set<string>();
    for (const pair of pairs) {
      const at = pair.indexOf(':');
      const member = pair.slice(0, at).replace('!', '');
      shapes.set(member, pair.slice(at + 1));
      if (pair[at - 1] === '!') solid.add(member);
    }
    types.set(name, { base, shapes, solid });
  }
  return types;
}

export const complexTypes = read(objectTypes + policyParts + targetParts);

const instant = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;
/** Days and times, as Edm.Duration has them: no years, months or weeks. */
const duration = /^-?P(?=\d|T\d)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/;
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const scalars: Readonly<Record<string, (value: JsonValue) => boolean>> = {
  text: (value) => typeof value === 'string',
  flag: (value) => typeof value === 'boolean',
  number: (value) => Number.isInteger(value),
  instant: (value) => typeof value === 'string' && instant.test(value) && !Number.isNaN(Date.parse(value)),
  duration: (value) => typeof value === 'string' && duration.test(value),
  guid: (value) => typeof value === 'string' && guid.test(value),
  any: () => true,
};

export const isKnownShape = (shape: string): boolean => {
  const single = shape.replace(/\[\]$/, '');
  return single in scalars || complexTypes.has(single) || single.startsWith('{');
};

/** What is wrong with a value, and where; null = nothing. */
export interface Misfit {
  /** "conditions/users"; empty = the value itself. */
  readonly path: string;
  readonly what: 'type' | 'value' | 'null' | { readonly unknown: string; readonly of: string };
}

/**
 * Holds a value against a shape, to any depth.
 * @param value  null fits, as "unset"; inside it does not where the schema says so, nor for a list or its items
 */
export function misfit(shape: string, value: JsonValue, path = ''): Misfit | null {
  if (shape.endsWith('[]')) {
    if (!Array.isArray(value)) return { path, what: 'type' };
    const single = shape.slice(0, -2);
    for (const [index, item] of value.entries()) {
      const wrong = item === null ? { path, what: 'type' as const } : misfit(single, item, join(path, index));
      if (wrong) return wrong;
    }
    return null;
  }
  if (value === null) return null;
  if (shape.startsWith('{')) {
    if (typeof value !== 'string') return { path, what: 'type' };
    return shape.slice(1, -1).split('|').includes(value) ? null : { path, what: 'value' };
  }
  const scalar = scalars[shape];
  if (scalar) return scalar(value) ? null : { path, what: 'type' };
  return misfitOfObject(shape, value, path);
}

/**
 * `#microsoft.graph.PasswordProfile` is passwordProfile: Office365-REST-Python-Client names a complex type after its class
 * (office365/runtime/client_value.py).
 */
const typeNameOf = (annotation: string): string =>
  annotation.replace(/^#?microsoft\.graph\.(\w)/i, (_whole, first: string) => first.toLowerCase());

function misfitOfObject(shape: string, value: JsonValue, path: string): Misfit | null {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return { path, what: 'type' };
  const named = value['@odata.type'];
  const name = typeof named === 'string' ? typeNameOf(named) : shape;
  const type = complexTypes.get(name);
  if (!type || (name !== shape && type.base !== shape)) return { path, what: 'type' };
  for (const [key, inner] of Object.entries(value)) {
    if (key.includes('@odata.')) continue;
    const known = type.shapes.get(key);
    if (known === undefined) return { path, what: { unknown: key, of: name } };
    const wrong =
      inner === null && (type.solid.has(key) || known.endsWith('[]'))
        ? { path: join(path, key), what: 'null' as const }
        : misfit(known, inner, join(path, key));
    if (wrong) return wrong;
  }
  return null;
}

const join = (path: string, part: string | number): string =>
  path === '' ? String(part) : `${path}/${part}`;
