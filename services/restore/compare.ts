import type { PropertyRule } from '../catalog/spec.js';
import { canonicalJson, type JsonValue } from '../model/json.js';

/** null, '', [] and objects of nothing else are *empty*; undefined is *unknown* and never compared here (ANCHORS A2). */
export function isEmpty(value: JsonValue): boolean {
  if (value === null || value === '') return true;
  if (typeof value !== 'object') return false;
  return Array.isArray(value) ? value.length === 0 : Object.values(value).every((inner) => isEmpty(inner));
}

/** Whether two known values mean the same under the property's rule. */
export function sameValue(rule: PropertyRule, a: JsonValue, b: JsonValue): boolean {
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b);
  return canonicalJson(comparable(rule, a)) === canonicalJson(comparable(rule, b));
}

function comparable(rule: PropertyRule, value: JsonValue): JsonValue {
  const normal = rule.normal ? rule.normal(value) : value;
  if (rule.compare === 'caseless') return caseless(normal);
  if (rule.compare === 'set' && Array.isArray(normal))
    return [...new Set(normal.map((item) => canonicalJson(item as JsonValue)))].sort();
  return normal;
}

const caseless = (value: JsonValue): JsonValue => (typeof value === 'string' ? value.toLowerCase() : value);
