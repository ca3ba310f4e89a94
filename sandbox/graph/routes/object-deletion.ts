import type { Answer, Call } from '../http/call.js';
import { methodNotAllowed, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import type { Entity, Kind } from '../state/types.js';
import { administrativeUnitRoutes } from './administrative-units.js';
import { applicationRoutes } from './applications.js';
import { deviceAndContactRoutes } from './devices-and-contacts.js';
import { liveById, liveByKey } from './entity.js';
import { groupRoutes } from './groups.js';
import { userRoutes } from './users.js';

/** How each kind of directory object is deleted under its own address. */
const deletions: Partial<Record<Kind, Route>> = Object.fromEntries(
  (
    [
      ['user', userRoutes, '/users/{id}'],
      ['group', groupRoutes, '/groups/{id}'],
      ['application', applicationRoutes, '/applications/{id}'],
      ['servicePrincipal', applicationRoutes, '/servicePrincipals/{id}'],
      ['administrativeUnit', administrativeUnitRoutes, '/directory/administrativeUnits/{id}'],
      ['device', deviceAndContactRoutes, '/devices/{id}'],
    ] as const
  ).map(([kind, routes, pattern]) => [
    kind,
    routes.find((route) => route.method === 'DELETE' && route.pattern === pattern),
  ]),
);

/** Deletes the object itself, with the permissions and refusals that its own address has. */
function deleteObject(call: Call, entity: Entity): Answer {
  const deletion = deletions[entity.kind];
  if (!deletion) throw methodNotAllowed();
  call.require(deletion.permissions);
  return deletion.handle(call.withParams({ id: entity.id }));
}

/** The member or owner that the path names. */
function linked(call: Call, kind: 'member' | 'owner'): Entity {
  const group = liveByKey(call, 'group', call.param('id'));
  const other = call.state.get(call.param('other').toLowerCase());
  if (!other || !call.state.links.has(kind, group.id, other.id)) throw notFound(call.param('other'));
  return other;
}

/**
 * FACTS §2: without /$ref at its end a DELETE takes the object, not the link. The trap is here to be fallen into; the address is
 * not described, so the client that sends it is told in the violations, too.
 */
export const objectDeletionRoutes: readonly Route[] = [
  {
    method: 'DELETE',
    pattern: '/groups/{id}/members/{other}',
    permissions: [],
    handle: (call) => deleteObject(call, linked(call, 'member')),
  },
  {
    method: 'DELETE',
    pattern: '/groups/{id}/owners/{other}',
    permissions: [],
    handle: (call) => deleteObject(call, linked(call, 'owner')),
  },
  {
    method: 'DELETE',
    pattern: '/directoryObjects/{id}',
    permissions: [],
    handle: (call) => deleteObject(call, liveById(call, call.param('id'))),
  },
];
