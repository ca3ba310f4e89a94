import type { JsonValue, Props } from '../state/types.js';

/** Lists of an application that were recorded coming back in another order than they were sent in (FACTS §18). */
const unordered = new Set(['redirectUris', 'appRoles', 'requiredResourceAccess', 'servicePrincipalNames']);

const turnedValue = (name: string, value: JsonValue): JsonValue => {
  if (Array.isArray(value)) return unordered.has(name) ? [...value].reverse() : value;
  return value !== null && typeof value === 'object' ? turnedLists(value) : value;
};

/** The same values with those lists turned round, at any depth of objects. */
export const turnedLists = (props: Props): Props =>
  Object.fromEntries(Object.entries(props).map(([name, value]) => [name, turnedValue(name, value)]));
