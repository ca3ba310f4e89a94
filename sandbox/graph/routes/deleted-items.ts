import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, conflictOn, denied, notFound, onlyInstances } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { count, list, sourceOfList } from '../query/list.js';
import { hardDeleteOf } from '../rules/retention.js';
import { isAdministrator, mayTouchAdministrators } from '../rules/roles.js';
import { defaultsOf, render, selection } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import { plainAddress } from '../state/tenant-state.js';
import type { Entity, JsonValue, Kind, Op, Props } from '../state/types.js';
import { directoryName } from './references.js';
import { checkName } from './users.js';

/** Directory objects with a recycle bin: who may read, restore and purge (graph/README). */
const bins: Partial<Record<Kind, { read: readonly string[]; write: readonly string[] }>> = {
  user: {
    read: [
      'User.Read.All',
      'User.ReadWrite.All',
      'User.DeleteRestore.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
    ],
    write: ['User.DeleteRestore.All', 'User.ReadWrite.All'],
  },
  group: {
    read: ['Group.Read.All', 'Group.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
    write: ['Group.ReadWrite.All'],
  },
  application: {
    read: [
      'Application.Read.All',
      'Application.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
    ],
    write: ['Application.ReadWrite.All'],
  },
  servicePrincipal: {
    read: [
      'Application.Read.All',
      'Application.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
    ],
    write: ['Application.ReadWrite.All'],
  },
  administrativeUnit: {
    read: [
      'AdministrativeUnit.Read.All',
      'AdministrativeUnit.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
    ],
    write: ['AdministrativeUnit.ReadWrite.All'],
  },
};

function deleted(call: Call, purpose: 'read' | 'write'): Entity {
  const key = call.param('id');
  const entity = call.state.inBin(key.toLowerCase());
  const rights = entity && bins[entity.kind];
  if (!entity || !rights) throw notFound(key);
  call.require(rights[purpose]);
  return entity;
}

function shown(call: Call, entity: Entity): { [key: string]: JsonValue } {
  const type = typeOf(entity.kind);
  const select = call.query.select;
  const defs = select ? selection(type, select, 'byId') : defaultsOf(type);
  return {
    '@odata.type': `#microsoft.graph.${type.name}`,
    ...render(entity, defs),
    ...deletedAt(entity, defs.length > 0 && select === null),
  };
}

/** A deleted user shows when, although that is not in its default set. */
function deletedAt(entity: Entity, byDefault: boolean): { [key: string]: JsonValue } {
  if (!byDefault || entity.kind !== 'user' || entity.deletedAt === null) return {};
  return { deletedDateTime: `${new Date(entity.deletedAt).toISOString().slice(0, 19)}Z` };
}

function getDeleted(call: Call): Answer {
  const entity = deleted(call, 'read');
  return {
    status: 200,
    body: { '@odata.context': call.context('directoryObjects/$entity'), ...shown(call, entity) },
  };
}

function purge(call: Call): Answer {
  const entity = deleted(call, 'write');
  if (entity.kind === 'administrativeUnit')
    throw badRequest('Administrative units cannot be deleted permanently; they are removed after 30 days.');
  refuseAdministrator(call, entity);
  refuseManagedIdentity(entity);
  call.core.commit([{ op: 'purge', id: entity.id }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      {
        activity: hardDeleteOf(entity.kind),
        operation: 'Delete',
        targets: [target(entity)],
      },
    ],
  });
  return noContent;
}

/** Stands in the bin like any other, and nobody can restore or purge it: it belongs to its resource (FACTS §5). */
function refuseManagedIdentity(entity: Entity): void {
  if (entity.props['servicePrincipalType'] === 'ManagedIdentity')
    throw badRequest('Managed identities cannot be restored or deleted permanently.');
}

function refuseAdministrator(call: Call, entity: Entity): void {
  if (
    entity.kind === 'user' &&
    isAdministrator(call.state, entity) &&
    !mayTouchAdministrators(call.callerRoles)
  )
    throw denied();
  if (entity.kind === 'group' && entity.props['isAssignableToRole'] === true)
    call.require(['RoleManagement.ReadWrite.Directory']);
}

/** FACTS §10: the same id comes back; a name or address taken meanwhile is a conflict, or given up when the body says so. */
function restore(call: Call): Answer {
  const entity = deleted(call, 'write');
  const body = call.members(['newUserPrincipalName', 'autoReconcileProxyConflict']);
  refuseAdministrator(call, entity);
  refuseManagedIdentity(entity);
  const set = entity.kind === 'user' ? reconciled(call, entity, body) : {};
  const ops: Op[] = [];
  if (Object.keys(set).length > 0) ops.push({ op: 'set', id: entity.id, props: set });
  ops.push({ op: 'restore', id: entity.id });
  call.core.commit(ops, {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      {
        activity: `Restore ${entity.kind === 'servicePrincipal' ? 'service principal' : entity.kind}`,
        operation: 'Update',
        targets: [target(entity)],
      },
    ],
  });
  const type = typeOf(entity.kind);
  return {
    status: 200,
    body: {
      '@odata.context': call.context('directoryObjects/$entity'),
      '@odata.type': `#microsoft.graph.${type.name}`,
      ...render(call.state.find(entity.id) as Entity, defaultsOf(type)),
    },
  };
}

function reconciled(call: Call, user: Entity, body: Props): Props {
  const set: Props = {};
  const newName = body['newUserPrincipalName'];
  if (newName !== undefined && newName !== null) {
    if (typeof newName !== 'string')
      throw badRequest("Invalid value specified for parameter 'newUserPrincipalName'.");
    checkName(call, { userPrincipalName: newName }, user);
    set['userPrincipalName'] = newName;
  } else if (call.state.userByName(String(user.props['userPrincipalName']))) {
    throw conflictOn('userPrincipalName');
  }
  const addresses = (user.props['proxyAddresses'] ?? []) as string[];
  const free = addresses.filter((address) => !call.state.byAddress(plainAddress(address)));
  const taken = addresses.find((address) => !free.includes(address));
  if (taken === undefined) return set;
  const holder = call.state.byAddress(plainAddress(taken));
  if (body['autoReconcileProxyConflict'] !== true)
    throw conflictOn('proxyAddresses', holder && directoryName(holder));
  set['proxyAddresses'] = free.length === 0 ? null : free;
  const mail = user.props['mail'];
  if (typeof mail === 'string' && call.state.byAddress(mail))
    set['mail'] = free[0] === undefined ? null : free[0].replace(/^smtp:/i, '');
  return set;
}

const castRoutes: Route[] = Object.entries(bins).flatMap(([kind, rights]) => {
  const type = typeOf(kind as Kind);
  const pattern = `/directory/deletedItems/microsoft.graph.${type.name}`;
  const withDate = new Set(['user']);
  const ofKind =
    (handle: Route['handle']): Route['handle'] =>
    (call) => {
      if (call.state.inBin(call.param('id').toLowerCase())?.kind !== kind) throw notFound(call.param('id'));
      return handle(call);
    };
  return [
    {
      method: 'GET',
      pattern,
      permissions: rights.read,
      handle: (call) => {
        const answer = list(call, {
          type,
          context: type.set,
          source: sourceOfList(call.state.binOf(kind as Kind)),
        });
        return withDate.has(kind) && call.query.select === null ? dated(call, answer) : answer;
      },
    },
    {
      method: 'GET',
      pattern: `${pattern}/$count`,
      permissions: rights.read,
      handle: (call) => count(call, sourceOfList(call.state.binOf(kind as Kind)), type),
    },
    ...[`/directory/deletedItems/{id}/microsoft.graph.${type.name}`, `${pattern}/{id}`].map(
      (path): Route => ({
        method: 'GET',
        pattern: path,
        permissions: rights.read,
        handle: ofKind((call) => {
          const { '@odata.type': _said, ...body } = shown(call, deleted(call, 'read'));
          return { status: 200, body: { '@odata.context': call.context(`${type.set}/$entity`), ...body } };
        }),
      }),
    ),
    // The cast before the id: Office365-REST-Python-Client purges and restores so.
    { method: 'DELETE', pattern: `${pattern}/{id}`, permissions: rights.write, handle: ofKind(purge) },
    {
      method: 'POST',
      pattern: `${pattern}/{id}/restore`,
      permissions: rights.write,
      handle: ofKind(restore),
    },
  ] satisfies Route[];
});

function dated(call: Call, answer: Answer): Answer {
  const body = answer.body as { value: { id: string }[] };
  return {
    ...answer,
    body: {
      ...body,
      value: body.value.map((item) => {
        const entity = call.state.inBin(item.id);
        return entity ? { ...item, ...deletedAt(entity, true) } : item;
      }),
    },
  };
}

const anyWrite = [...new Set(Object.values(bins).flatMap((rights) => rights.write))];
const anyRead = [...new Set(Object.values(bins).flatMap((rights) => [...rights.read, ...rights.write]))];

export const deletedItemRoutes: readonly Route[] = [
  ...castRoutes,
  // A device has no recycle bin (FACTS §10), so its list is always empty.
  {
    method: 'GET',
    pattern: '/directory/deletedItems/microsoft.graph.device',
    permissions: ['Device.Read.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
    handle: (call) =>
      list(call, {
        type: typeOf('device'),
        context: 'devices',
        source: sourceOfList(call.state.binOf('device')),
      }),
  },
  {
    method: 'GET',
    pattern: '/directory/deletedItems',
    permissions: anyRead,
    handle: () => {
      throw onlyInstances();
    },
  },
  { method: 'GET', pattern: '/directory/deletedItems/{id}', permissions: anyRead, handle: getDeleted },
  { method: 'DELETE', pattern: '/directory/deletedItems/{id}', permissions: anyWrite, handle: purge },
  { method: 'POST', pattern: '/directory/deletedItems/{id}/restore', permissions: anyWrite, handle: restore },
  { method: 'POST', pattern: '/directoryObjects/{id}/restore', permissions: anyWrite, handle: restore },
  // The action is bound to directoryObject, so it stands below every type that has it (schema); but what is in the bin is not found there
  // (msgraph-sdk-powershell issue 987), and what is found there has nothing to come back from.
  ...(['users', 'groups', 'applications', 'servicePrincipals'] as const).map((set): Route => ({
    method: 'POST',
    pattern: `/${set}/{id}/restore`,
    permissions: anyWrite,
    handle: (call) => {
      throw notFound(call.param('id'));
    },
  })),
];
