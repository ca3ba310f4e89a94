import type { Answer, Call } from '../http/call.js';
import { notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import type { Source } from '../query/list.js';
import { renderMixed } from '../schema/render.js';
import type { Entity, Kind } from '../state/types.js';
import { getOne } from './entity.js';

const kinds: readonly Kind[] = [
  'user',
  'group',
  'device',
  'servicePrincipal',
  'application',
  'orgContact',
  'administrativeUnit',
  'directoryRole',
];
/** A member or owner of a group is had as its type alone: Microsoft's description has nothing plain there. */
const castsOnly = /^\/groups\/\{id\}\/(members|owners)$/;

/** GET of one object of a list of links: plain, or as its type (`/groups/{id}/members/{id}/microsoft.graph.user`). */
export function linkItemRoutes(
  pattern: string,
  permissions: readonly string[],
  source: (call: Call) => Source,
): Route[] {
  const item = (call: Call): Entity => itemOf(call, source(call));
  const routes = kinds.map((kind): Route => ({
    method: 'GET',
    pattern: `${pattern}/{other}/microsoft.graph.${kind}`,
    permissions,
    handle: (call) => {
      const entity = item(call);
      if (entity.kind !== kind) throw notFound(call.param('other'));
      return getOne(call, entity);
    },
  }));
  if (castsOnly.test(pattern)) return routes;
  const plain = (call: Call): Answer => ({
    status: 200,
    body: {
      '@odata.context': call.context('directoryObjects/$entity'),
      ...renderMixed(item(call), call.query.select),
    },
  });
  return [...routes, { method: 'GET', pattern: `${pattern}/{other}`, permissions, handle: plain }];
}

/** @throws GraphError 404 for what is not in the list, whether it exists or not */
function itemOf(call: Call, list: Source): Entity {
  const key = call.param('other');
  const entity = call.state.get(key.toLowerCase());
  const found = entity && list.at(list.indexAfter(list.keyOf(entity)) - 1);
  if (!entity || found?.id !== entity.id) throw notFound(key);
  return found;
}
