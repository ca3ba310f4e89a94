import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, denied, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { list } from '../query/list.js';
import { assignmentProps } from '../rules/app-permissions.js';
import { assignmentNote } from '../rules/app-role-notes.js';
import { appRoleAssignmentId } from '../rules/ids-of-bytes.js';
import { refuseTooManyAppRoles } from '../rules/quota.js';
import { checkBody, requireProperties } from '../schema/check-body.js';
import { typeOf } from '../schema/types.js';
import type { Entity, JsonValue, Kind } from '../state/types.js';
import { created, getOne, liveByKey } from './entity.js';
import { filteredSource } from './plain.js';

const type = typeOf('appRoleAssignment');
/** Access without a role of its own. */
const defaultAccess = '00000000-0000-0000-0000-000000000000';

const principalTypes: Partial<Record<Kind, string>> = {
  user: 'User',
  group: 'Group',
  servicePrincipal: 'ServicePrincipal',
};

/** Seen while both ends are live. */
function assignments(call: Call, end: 'principalId' | 'resourceId', entity: Entity) {
  const live = (id: JsonValue | undefined): boolean => call.state.get(String(id)) !== undefined;
  return filteredSource(
    call,
    'appRoleAssignment',
    (item) =>
      item.props[end] === entity.id && live(item.props['principalId']) && live(item.props['resourceId']),
  );
}

function listOf(kind: Kind, end: 'principalId' | 'resourceId'): Route['handle'] {
  return (call) => {
    const entity = liveByKey(call, kind, call.param('id'));
    const segment = end === 'principalId' ? 'appRoleAssignments' : 'appRoleAssignedTo';
    return list(call, {
      type,
      context: `${typeOf(kind).set}('${entity.id}')/${segment}`,
      source: assignments(call, end, entity),
      advancedRules: false,
    });
  };
}

function getOf(kind: Kind, end: 'principalId' | 'resourceId'): Route['handle'] {
  return (call) => {
    const found = assignmentOf(call, kind, end);
    return getOne(call, found);
  };
}

function assignmentOf(call: Call, kind: Kind, end: 'principalId' | 'resourceId'): Entity {
  const owner = liveByKey(call, kind, call.param('id'));
  const found = call.state.get(call.param('assignment'), 'appRoleAssignment');
  if (found?.props[end] !== owner.id) throw notFound(call.param('assignment'));
  return found;
}

function createOf(kind: Kind, end: 'principalId' | 'resourceId'): Route['handle'] {
  return (call): Answer => {
    const owner = liveByKey(call, kind, call.param('id'));
    const props = checkBody(type, call.body, 'create');
    requireProperties(type, props, ['principalId', 'resourceId', 'appRoleId']);
    if (props[end] !== owner.id)
      // microsoft-graph-docs-contrib issues 1407 and 4628.
      throw badRequest('Not a valid reference update.');
    const principal = call.state.get(String(props['principalId']));
    const resource = call.state.get(String(props['resourceId']), 'servicePrincipal');
    if (!principal) throw notFound(String(props['principalId']));
    if (!resource) throw notFound(String(props['resourceId']));
    const principalType = principalTypes[principal.kind];
    if (!principalType)
      throw badRequest('The principal of an app role assignment is a user, a group or a service principal.');
    const roleId = String(props['appRoleId']).toLowerCase();
    checkRole(resource, roleId, principalType);
    refuseSelfElevation(call, principal);
    const known = call.state.liveOf('appRoleAssignment').all();
    if (
      known.some(
        ({ props: other }) =>
          other['principalId'] === principal.id &&
          other['resourceId'] === resource.id &&
          other['appRoleId'] === roleId,
      )
    )
      throw badRequest('Permission being assigned already exists on the object');
    refuseTooManyAppRoles(call.state, principal);
    const id = appRoleAssignmentId(principal.id, call.core.newId());
    const { id: principalId, props: named } = principal;
    const stored = assignmentProps(
      { id: principalId, props: named, type: principalType },
      resource,
      roleId,
      call.now,
    );
    call.core.commit([{ op: 'create', kind: 'appRoleAssignment', id, props: stored }], {
      actor: call.actor,
      correlationId: call.ids.clientRequestId,
      notes: [assignmentNote('Assign', resource, principal)],
    });
    return created(call, call.state.find(id) as Entity);
  };
}

/** The role is one of the resource's, and is for this kind of principal: users and groups, or applications by themselves. */
function checkRole(resource: Entity, roleId: string, principalType: string): void {
  if (roleId === defaultAccess) return;
  const roles = (resource.props['appRoles'] ?? []) as { id?: string; allowedMemberTypes?: string[] }[];
  const role = roles.find(({ id }) => id?.toLowerCase() === roleId);
  const wanted = principalType === 'ServicePrincipal' ? 'Application' : 'User';
  if (!role || role.allowedMemberTypes?.includes(wanted) === false)
    throw badRequest(`Permission being assigned was not found on application '${resource.id}'.`);
}

/** Granting application permissions takes the right to do so, not only the right to assign people. */
function refuseSelfElevation(call: Call, principal: Entity): void {
  if (principal.kind === 'servicePrincipal' && !call.holds('AppRoleAssignment.ReadWrite.All')) throw denied();
}

function deleteOf(kind: Kind, end: 'principalId' | 'resourceId'): Route['handle'] {
  return (call): Answer => {
    const found = assignmentOf(call, kind, end);
    const [resource, principal] = ['resourceId', 'principalId'].map((end) =>
      call.state.get(String(found.props[end])),
    );
    call.core.commit([{ op: 'purge', id: found.id }], {
      actor: call.actor,
      correlationId: call.ids.clientRequestId,
      notes: [assignmentNote('Unassign', resource, principal)],
    });
    return noContent;
  };
}

const readOf: Partial<Record<Kind, readonly string[]>> = {
  user: ['AppRoleAssignment.ReadWrite.All', 'Directory.Read.All'],
  group: ['AppRoleAssignment.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
  servicePrincipal: [
    'Application.Read.All',
    'Application.ReadWrite.All',
    'Directory.Read.All',
    'Directory.ReadWrite.All',
  ],
};
const write = ['AppRoleAssignment.ReadWrite.All'];

function routesOf(pattern: string, kind: Kind, end: 'principalId' | 'resourceId', units: number): Route[] {
  const permissions = readOf[kind] ?? [];
  return [
    { method: 'GET', pattern, permissions, units, handle: listOf(kind, end) },
    { method: 'GET', pattern: `${pattern}/{assignment}`, permissions, handle: getOf(kind, end) },
    { method: 'POST', pattern, permissions: write, handle: createOf(kind, end) },
    { method: 'DELETE', pattern: `${pattern}/{assignment}`, permissions: write, handle: deleteOf(kind, end) },
  ];
}

export const appRoleRoutes: readonly Route[] = [
  ...routesOf('/users/{id}/appRoleAssignments', 'user', 'principalId', 1),
  ...routesOf('/groups/{id}/appRoleAssignments', 'group', 'principalId', 1),
  ...routesOf('/servicePrincipals/{id}/appRoleAssignments', 'servicePrincipal', 'principalId', 2),
  ...routesOf('/servicePrincipals/{id}/appRoleAssignedTo', 'servicePrincipal', 'resourceId', 1),
];
