import type { Call } from '../http/call.js';
import type { Entity, JsonValue, Kind } from '../state/types.js';
import type { Filter } from './filter.js';
import { inOrderOfId, sourceOfObjects, type Source } from './list.js';

/** A filter on a key answered from the index instead of by reading everything; the filter itself is still applied. */
export function shortcut(call: Call, kind: Kind): Source | null {
  const { filter } = call.query;
  const found = filter === null ? null : byKey(call, kind, filter);
  if (found === null) return null;
  const live = found.filter((entity) => entity.kind === kind);
  return sourceOfObjects(inOrderOfId(new Set(live)));
}

function byKey(call: Call, kind: Kind, filter: Filter): Entity[] | null {
  if (filter.op === 'and') return byKey(call, kind, filter.left) ?? byKey(call, kind, filter.right);
  if (filter.op === 'in' && filter.path.length === 1)
    return lookUp(call, kind, filter.path[0] as string, filter.values);
  if (filter.op === 'compare' && filter.by === 'eq' && filter.path.length === 1)
    return lookUp(call, kind, filter.path[0] as string, [filter.value]);
  return null;
}

function lookUp(call: Call, kind: Kind, property: string, values: readonly JsonValue[]): Entity[] | null {
  const { state } = call;
  const finders: Readonly<Record<string, (value: string) => Entity | undefined>> = {
    id: (value) => state.get(value.toLowerCase(), kind),
    ...(kind === 'user' ? { userPrincipalName: (value: string) => state.userByName(value) } : {}),
    ...(kind === 'application' || kind === 'servicePrincipal'
      ? { appId: (value: string) => state.byAppId(kind, value) }
      : {}),
  };
  const finder = finders[property];
  if (!finder) return null;
  return values.flatMap((value) => (typeof value === 'string' ? (finder(value) ?? []) : []));
}
