import { propertyOf, typeOf } from '../schema/types.js';
import { valueOf } from '../schema/render.js';
import type { Entity, JsonValue } from '../state/types.js';

/** A dynamic membership rule over user properties: comparisons joined by and, or, not, in brackets. */
export type Rule =
  | { readonly op: 'and' | 'or'; readonly left: Rule; readonly right: Rule }
  | { readonly op: 'not'; readonly inner: Rule }
  | { readonly op: 'test'; readonly property: string; readonly by: string; readonly value: JsonValue };

const operators = new Set([
  'eq',
  'ne',
  'startswith',
  'notstartswith',
  'contains',
  'notcontains',
  'match',
  'notmatch',
  'in',
  'notin',
]);

const cache = new Map<string, Rule | null>();

/** @returns null for a rule that this evaluator does not know (device rules, -any, -all) */
export function parseRule(text: string): Rule | null {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const rule = tryParse(text);
  cache.set(text, rule);
  return rule;
}

function tryParse(text: string): Rule | null {
  const tokens = text.match(/"[^"]*"|[()[\],]|-?[\w.]+/gu) ?? [];
  let at = 0;
  const next = (): string | undefined => tokens[at++];
  const take = (token: string): boolean => {
    if (tokens[at]?.toLowerCase().replace(/^-/, '') !== token) return false;
    at += 1;
    return true;
  };
  const or = (): Rule | null => {
    let left = and();
    while (left && take('or')) {
      const right = and();
      left = right && { op: 'or', left, right };
    }
    return left;
  };
  const and = (): Rule | null => {
    let left = unary();
    while (left && take('and')) {
      const right = unary();
      left = right && { op: 'and', left, right };
    }
    return left;
  };
  const unary = (): Rule | null => {
    if (take('not')) {
      const inner = unary();
      return inner && { op: 'not', inner };
    }
    if (take('(')) {
      const inner = or();
      return take(')') ? inner : null;
    }
    const property = /^user\.(\w+)$/i.exec(next() ?? '')?.[1];
    const by = next()?.replace(/^-/, '').toLowerCase();
    if (!property || !by || !operators.has(by)) return null;
    const value = list() ?? scalar(next());
    return value === undefined ? null : { op: 'test', property, by, value };
  };
  const list = (): JsonValue[] | undefined => {
    if (!take('[')) return undefined;
    const values: JsonValue[] = [];
    while (!take(']')) {
      const value = scalar(next());
      if (value === undefined) return undefined;
      values.push(value);
      take(',');
    }
    return values;
  };
  const rule = or();
  return at === tokens.length ? rule : null;
}

function scalar(token: string | undefined): JsonValue | undefined {
  if (token === undefined) return undefined;
  if (token.startsWith('"')) return token.slice(1, -1);
  if (/^(true|false)$/i.test(token)) return token.toLowerCase() === 'true';
  if (/^(\$?null)$/i.test(token)) return null;
  return /^-?\d+$/.test(token) ? Number(token) : undefined;
}

export function ruleHolds(rule: Rule, user: Entity): boolean {
  switch (rule.op) {
    case 'and':
      return ruleHolds(rule.left, user) && ruleHolds(rule.right, user);
    case 'or':
      return ruleHolds(rule.left, user) || ruleHolds(rule.right, user);
    case 'not':
      return !ruleHolds(rule.inner, user);
    case 'test':
      return test(read(user, rule.property), rule.by, rule.value);
  }
}

function read(user: Entity, property: string): JsonValue {
  const type = typeOf('user');
  const name = [...type.properties.keys()].find((key) => key.toLowerCase() === property.toLowerCase());
  const def = name === undefined ? undefined : propertyOf(type, name);
  return def ? valueOf(user, def) : null;
}

function test(own: JsonValue, by: string, wanted: JsonValue): boolean {
  if (by.startsWith('not')) return !test(own, by.slice(3), wanted);
  if (by === 'ne') return !test(own, 'eq', wanted);
  if (by === 'in') return Array.isArray(wanted) && wanted.some((value) => test(own, 'eq', value));
  if (typeof own !== 'string' || typeof wanted !== 'string') return by === 'eq' && own === wanted;
  const [left, right] = [own.toLowerCase(), wanted.toLowerCase()];
  switch (by) {
    case 'eq':
      return left === right;
    case 'startswith':
      return left.startsWith(right);
    case 'contains':
      return left.includes(right);
    case 'match':
      return matchesPattern(own, wanted);
    default:
      return false;
  }
}

function matchesPattern(own: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, 'iu').test(own);
  } catch {
    return false;
  }
}
