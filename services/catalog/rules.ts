import type { JsonValue } from '../model/json.js';
import type { Properties } from '../model/directory.js';
import type { PropertyRule } from './spec.js';

/** Short forms for the property tables of the type files, so that a table reads as a table. */

type Extra = Partial<Omit<PropertyRule, 'write' | 'label'>>;

const rule =
  (write: PropertyRule['write'], defaults: Pick<PropertyRule, 'empty' | 'compare'>) =>
  (label: string, extra: Extra = {}): PropertyRule => ({ write, label, ...defaults, ...extra });

/** A text, number or date that can be set and cleared. */
export const writable = rule('yes', { empty: 'clears', compare: 'value' });
/** Can be set, never emptied. */
export const required = rule('yes', { empty: 'cannotClear', compare: 'value' });
/** An unordered collection that can be set and emptied. */
export const writableSet = rule('yes', { empty: 'clears', compare: 'set' });
/** Accepted at create only. */
export const atCreate = rule('create', { empty: 'cannotClear', compare: 'value' });
export const setAtCreate = rule('create', { empty: 'cannotClear', compare: 'set' });
/** Read-only, but a person would like to know of a difference; `because` says why it stays. */
export const shown = (label: string, because: string, extra: Extra = {}): PropertyRule => ({
  write: 'never',
  label,
  because,
  empty: 'cannotClear',
  compare: 'value',
  ...extra,
});
export const shownSet = (label: string, because: string, extra: Extra = {}): PropertyRule =>
  shown(label, because, { compare: 'set', ...extra });
/** Stored as evidence; belongs to this one object or moves by itself. */
export const kept = (label: string, extra: Extra = {}): PropertyRule => ({
  write: 'never',
  label,
  empty: 'cannotClear',
  compare: 'value',
  volatile: true,
  ...extra,
});
export const keptSet = (label: string, extra: Extra = {}): PropertyRule =>
  kept(label, { compare: 'set', ...extra });

/** Absent, null, '' and [] in a body: nothing to send at create. */
const isEmptyValue = (value: JsonValue | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(isEmptyValue));

/** What a table shows of a property: the value, or what people call it. */
export const shownValue = (
  rule: PropertyRule,
  name: string,
  body: Properties | null,
): JsonValue | undefined => (rule.words && body?.[name] !== undefined ? rule.words(body) : body?.[name]);

export const textOf = (body: Properties, property: string): string | undefined => {
  const value = body[property];
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
};

export const listOf = (body: Properties, property: string): readonly JsonValue[] => {
  const value = body[property];
  return Array.isArray(value) ? value : [];
};

/** Lower-case, without empties and repeats. */
export const searchKeys = (...values: (string | undefined)[]): readonly string[] => [
  ...new Set(values.filter((value): value is string => !!value).map((value) => value.toLowerCase())),
];

/** The members of a POST: what the rules let a create carry and the body holds a value for; null members of complex values left out. */
export function createSet(rules: Readonly<Record<string, PropertyRule>>, body: Properties): Properties {
  const members = Object.entries(rules)
    .filter(([name, { write }]) => write !== 'never' && !isEmptyValue(body[name]))
    .map(([name]) => [name, withoutNulls(body[name] as JsonValue)] as const);
  return Object.fromEntries(members);
}

function withoutNulls(value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}
