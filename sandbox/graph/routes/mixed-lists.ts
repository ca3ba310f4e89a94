import type { Call } from '../http/call.js';
import type { Route } from '../http/router.js';
import { seenLinks } from '../permissions/seen-links.js';
import { count, list, type Source } from '../query/list.js';
import { typeByName } from '../schema/types.js';
import type { Entity } from '../state/types.js';
import { linkItemRoutes } from './link-items.js';

/** A cast keeps one kind and answers in its own type. */
function castSource(source: Source, kind: Entity['kind']): Source {
  return {
    ...source,
    at: (index) => {
      const entity = source.at(index);
      return entity?.kind === kind ? entity : undefined;
    },
  };
}

const casts = ['user', 'group', 'device', 'servicePrincipal', 'orgContact'] as const;

/** Routes of one list of directory objects: the list, $count, casts, and count of a cast. */
export function mixedListRoutes(
  pattern: string,
  permissions: readonly string[],
  units: number,
  links: (call: Call) => Source,
  hiddenIn?: (call: Call) => Entity,
): Route[] {
  const source = (call: Call): Source => seenLinks(call, links(call), hiddenIn?.(call));
  const context = 'directoryObjects';
  const routes: Route[] = [
    {
      method: 'GET',
      pattern,
      permissions,
      units,
      handle: (call) => list(call, { type: null, context, source: source(call) }),
    },
    {
      method: 'GET',
      pattern: `${pattern}/$count`,
      permissions,
      units,
      handle: (call) => count(call, source(call), null),
    },
  ];
  for (const kind of [...casts, 'administrativeUnit', 'directoryRole', 'application'] as const) {
    const castType = typeByName(kind);
    if (!castType) continue;
    routes.push({
      method: 'GET',
      pattern: `${pattern}/microsoft.graph.${kind}`,
      permissions,
      units,
      handle: (call) =>
        list(call, { type: castType, context: castType.set, source: castSource(source(call), kind) }),
    });
    routes.push({
      method: 'GET',
      pattern: `${pattern}/microsoft.graph.${kind}/$count`,
      permissions,
      units,
      handle: (call) => count(call, castSource(source(call), kind), castType),
    });
  }
  return [...routes, ...linkItemRoutes(pattern, permissions, source)];
}
