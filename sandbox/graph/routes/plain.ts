import type { Call } from '../http/call.js';
import type { Route } from '../http/router.js';
import { count, inOrderOfId, list, sourceOfList, sourceOfObjects, type Source } from '../query/list.js';
import { typeOf } from '../schema/types.js';
import type { Entity, Kind } from '../state/types.js';
import { getOne, liveByKey } from './entity.js';

/** A list's items that pass a test, in order of id. */
export function filteredSource(call: Call, kind: Kind, keep: (entity: Entity) => boolean): Source {
  return sourceOfObjects(inOrderOfId(call.state.liveOf(kind).all().filter(keep)));
}

/** Roles, policies, licences, domains: any filter works without the advanced header. */
export function plainList(kind: Kind, source?: (call: Call) => Source, context?: string): Route['handle'] {
  const type = typeOf(kind);
  return (call) =>
    list(call, {
      type,
      context: context ?? type.set,
      source: source ? source(call) : sourceOfList(call.state.liveOf(kind)),
      advancedRules: false,
    });
}

export function plainGet(kind: Kind): Route['handle'] {
  return (call) => getOne(call, liveByKey(call, kind, call.param('id')));
}

/** The list, one by id and $count of a collection that only reads here. */
export function readRoutes(
  pattern: string,
  kind: Kind,
  permissions: readonly string[],
  options: { units?: number; source?: (call: Call) => Source } = {},
): Route[] {
  const { units = 1, source } = options;
  return [
    { method: 'GET', pattern, permissions, units, handle: plainList(kind, source) },
    { method: 'GET', pattern: `${pattern}/{id}`, permissions, handle: plainGet(kind) },
    {
      method: 'GET',
      pattern: `${pattern}/$count`,
      permissions,
      handle: (call) =>
        count(call, source ? source(call) : sourceOfList(call.state.liveOf(kind)), typeOf(kind)),
    },
  ];
}
