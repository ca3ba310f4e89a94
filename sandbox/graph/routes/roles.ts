import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { count, list, sourceOfList, sourceOfObjects } from '../query/list.js';
import { roleAssignmentId } from '../rules/ids-of-bytes.js';
import { refuseTooManyCustomRoles } from '../rules/quota.js';
import { checkBody, requireProperties } from '../schema/check-body.js';
import { typeOf } from '../schema/types.js';
import type { Entity, Op, Props } from '../state/types.js';
import { created, getOne, liveByKey } from './entity.js';
import { filteredSource, plainList, readRoutes } from './plain.js';

/** An assignment is seen while its principal is live; that of a deleted one is latent and comes back with it. */
export function visible(call: Call): (entity: Entity) => boolean {
  return (entity) => call.state.get(String(entity.props['principalId'])) !== undefined;
}

/** The activated role that lists the holders of a definition at tenant scope. */
function activated(call: Call, roleDefinitionId: string): Entity | undefined {
  return call.state
    .liveOf('directoryRole')
    .all()
    .find((role) => role.props['roleTemplateId'] === roleDefinitionId);
}

function createAssignment(call: Call): Answer {
  const type = typeOf('roleAssignment');
  const props = checkBody(type, call.body, 'create');
  requireProperties(type, props, ['principalId', 'roleDefinitionId']);
  if (!props['directoryScopeId'] && !props['appScopeId'])
    throw badRequest('One of directoryScopeId and appScopeId is required.');
  const principal = call.state.get(String(props['principalId']));
  const definition = call.state.get(String(props['roleDefinitionId']), 'roleDefinition');
  if (!principal) throw notFound(String(props['principalId']));
  if (!definition) throw notFound(String(props['roleDefinitionId']));
  refusePrincipal(principal);
  checkScope(call, props);
  if (
    call.state
      .liveOf('roleAssignment')
      .all()
      .some((known) => sameAssignment(known.props, props))
  )
    throw badRequest(
      'A conflicting object with one or more of the specified property values is present in the directory.',
    );
  refuseTooManyCustomRoles(call.state, principal, definition);
  const id = roleAssignmentId(props);
  const ops: Op[] = [{ op: 'create', kind: 'roleAssignment', id, props }];
  const role = activated(call, definition.id);
  if (role && props['directoryScopeId'] === '/' && !call.state.links.has('member', role.id, principal.id))
    ops.push({ op: 'link', kind: 'member', from: role.id, to: principal.id });
  call.core.commit(ops, {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      {
        activity: 'Add member to role',
        operation: 'Assign',
        targets: [target(principal), target(definition)],
      },
    ],
  });
  return created(call, call.state.find(id) as Entity);
}

export function refusePrincipal(principal: Entity): void {
  if (!['user', 'group', 'servicePrincipal'].includes(principal.kind))
    throw badRequest(
      'The principal of a role assignment is a user, a role-assignable group or a service principal.',
    );
  if (principal.kind === 'group' && principal.props['isAssignableToRole'] !== true)
    throw badRequest('Only groups created with isAssignableToRole can be assigned to a role.');
}

export function checkScope(call: Call, props: Props): void {
  const scope = String(props['directoryScopeId'] ?? '/');
  if (scope === '/') return;
  const id = scope.split('/').at(-1) ?? '';
  if (!call.state.get(id)) throw notFound(id);
}

function sameAssignment(a: Props, b: Props): boolean {
  return ['principalId', 'roleDefinitionId', 'directoryScopeId', 'appScopeId'].every(
    (name) => (a[name] ?? null) === (b[name] ?? null),
  );
}

function deleteAssignment(call: Call): Answer {
  const assignment = liveByKey(call, 'roleAssignment', call.param('id'));
  const principal = call.state.get(String(assignment.props['principalId']));
  const definition = call.state.get(String(assignment.props['roleDefinitionId']));
  const ops: Op[] = [{ op: 'purge', id: assignment.id }];
  const role = definition && activated(call, definition.id);
  if (role && principal && assignment.props['directoryScopeId'] === '/')
    ops.push({ op: 'unlink', kind: 'member', from: role.id, to: principal.id });
  call.core.commit(ops, {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      {
        activity: 'Remove member from role',
        operation: 'Unassign',
        targets: [principal, definition].flatMap((entity) => (entity ? [target(entity)] : [])),
      },
    ],
  });
  return noContent;
}

function createDefinition(call: Call): Answer {
  const type = typeOf('roleDefinition');
  const props = checkBody(type, call.body, 'create');
  requireProperties(type, props, ['displayName', 'isEnabled', 'rolePermissions']);
  const id = call.core.newId();
  const stored = {
    ...props,
    isBuiltIn: false,
    templateId: props['templateId'] ?? id,
    resourceScopes: props['resourceScopes'] ?? ['/'],
  };
  const op: Op = { op: 'create', kind: 'roleDefinition', id, props: stored };
  const entity: Entity = {
    id,
    kind: 'roleDefinition',
    props,
    createdAt: call.now,
    deletedAt: null,
    gone: false,
  };
  call.core.commit([op], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Add role definition', operation: 'Add', targets: [target(entity)] }],
  });
  return created(call, call.state.find(id) as Entity);
}

function customDefinition(call: Call): Entity {
  const definition = liveByKey(call, 'roleDefinition', call.param('id'));
  if (definition.props['isBuiltIn'] === true)
    throw badRequest('Built-in role definitions cannot be changed.');
  return definition;
}

function updateDefinition(call: Call): Answer {
  const definition = customDefinition(call);
  const props = checkBody(typeOf('roleDefinition'), call.body, 'update', definition.id);
  call.core.commit([{ op: 'set', id: definition.id, props }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Update role definition', operation: 'Update', targets: [target(definition)] }],
  });
  return noContent;
}

function deleteDefinition(call: Call): Answer {
  const definition = customDefinition(call);
  const used = call.state
    .liveOf('roleAssignment')
    .all()
    .some((assignment) => assignment.props['roleDefinitionId'] === definition.id);
  if (used) throw badRequest('The role definition is assigned; remove its assignments first.');
  call.core.commit([{ op: 'purge', id: definition.id }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Delete role definition', operation: 'Delete', targets: [target(definition)] }],
  });
  return noContent;
}

function directoryRole(call: Call): Entity {
  const key = /^roleTemplateId=(.*)$/i.exec(call.param('id'))?.[1];
  const found = key === undefined ? undefined : activated(call, key);
  if (key !== undefined && !found) throw notFound(key);
  return found ?? liveByKey(call, 'directoryRole', call.param('id'));
}

const read = [
  'RoleManagement.Read.Directory',
  'RoleManagement.ReadWrite.Directory',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
const write = ['RoleManagement.ReadWrite.Directory'];
const base = '/roleManagement/directory';

export const roleRoutes: readonly Route[] = [
  ...readRoutes(`${base}/roleDefinitions`, 'roleDefinition', read),
  { method: 'POST', pattern: `${base}/roleDefinitions`, permissions: write, handle: createDefinition },
  { method: 'PATCH', pattern: `${base}/roleDefinitions/{id}`, permissions: write, handle: updateDefinition },
  { method: 'DELETE', pattern: `${base}/roleDefinitions/{id}`, permissions: write, handle: deleteDefinition },
  ...readRoutes(`${base}/roleAssignments`, 'roleAssignment', read, {
    source: (call) => filteredSource(call, 'roleAssignment', visible(call)),
  }),
  { method: 'POST', pattern: `${base}/roleAssignments`, permissions: write, handle: createAssignment },
  { method: 'DELETE', pattern: `${base}/roleAssignments/{id}`, permissions: write, handle: deleteAssignment },
  { method: 'GET', pattern: '/directoryRoles', permissions: read, handle: plainList('directoryRole') },
  {
    method: 'GET',
    pattern: '/directoryRoles/$count',
    permissions: read,
    handle: (call) => count(call, sourceOfList(call.state.liveOf('directoryRole')), typeOf('directoryRole')),
  },
  {
    method: 'GET',
    pattern: '/directoryRoles/{id}',
    permissions: read,
    handle: (call) => getOne(call, directoryRole(call)),
  },
  {
    method: 'GET',
    pattern: '/directoryRoles/{id}/members',
    permissions: read,
    handle: (call) =>
      list(call, {
        type: null,
        context: 'directoryObjects',
        source: sourceOfObjects(call.state.links.targets('member', directoryRole(call).id)),
      }),
  },
];
