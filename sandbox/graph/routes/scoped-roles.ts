import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { itemsOf, listItems } from '../query/items.js';
import { roleAssignmentId } from '../rules/ids-of-bytes.js';
import type { Entity, Op, Props } from '../state/types.js';
import { liveByKey } from './entity.js';
import { refusePrincipal, visible } from './roles.js';

/** Role assignments at an administrative unit's scope, in their older form: by activated role (FACTS §3). */
const scopeOf = (unitId: string): string => `/administrativeUnits/${unitId}`;

interface Scoped {
  readonly assignment: Entity;
  readonly shown: Props;
}

function scopedRoles(call: Call, keep: (props: Props) => boolean): Scoped[] {
  const { state } = call;
  const roles = new Map(
    state
      .liveOf('directoryRole')
      .all()
      .map((role) => [role.props['roleTemplateId'], role] as const),
  );
  return state
    .liveOf('roleAssignment')
    .all()
    .filter((one) => visible(call)(one) && keep(one.props))
    .flatMap((assignment) => {
      const { principalId, roleDefinitionId, directoryScopeId } = assignment.props;
      const unitId = /^\/administrativeUnits\/(.+)$/.exec(String(directoryScopeId))?.[1];
      const role = roles.get(roleDefinitionId as string);
      const principal = state.get(String(principalId));
      // A role that nobody activated has no object to name.
      if (unitId === undefined || !state.get(unitId) || !role || !principal) return [];
      const shown = {
        id: Buffer.from(assignment.id).toString('base64url'),
        administrativeUnitId: unitId,
        roleId: role.id,
        roleMemberInfo: { id: principal.id, displayName: principal.props['displayName'] ?? null },
      };
      return [{ assignment, shown }];
    });
}

const unit = (call: Call): Entity => liveByKey(call, 'administrativeUnit', call.param('id'));
const ofUnit = (call: Call): Scoped[] => {
  const scope = scopeOf(unit(call).id);
  return scopedRoles(call, (props) => props['directoryScopeId'] === scope);
};

function one(call: Call): Scoped {
  const found = ofUnit(call).find(({ shown }) => shown['id'] === call.param('membership'));
  if (!found) throw notFound(call.param('membership'));
  return found;
}

const entityBody = (call: Call, shown: Props): Props => ({
  '@odata.context': call.context('scopedRoleMemberships/$entity'),
  ...shown,
});

function add(call: Call): Answer {
  const { roleId, roleMemberInfo } = call.members(['roleId', 'roleMemberInfo', 'administrativeUnitId']);
  const memberId = (roleMemberInfo as Props | null | undefined)?.['id'];
  if (typeof roleId !== 'string' || typeof memberId !== 'string')
    throw badRequest("A value is required for property 'roleId' and for 'id' of 'roleMemberInfo'.");
  const scope = scopeOf(unit(call).id);
  const role = liveByKey(call, 'directoryRole', roleId);
  const principal = call.state.get(memberId.toLowerCase());
  if (!principal) throw notFound(memberId);
  refusePrincipal(principal);
  const props: Props = {
    principalId: principal.id,
    roleDefinitionId: role.props['roleTemplateId'] ?? null,
    directoryScopeId: scope,
  };
  if (ofUnit(call).some(({ shown }) => shown['roleId'] === role.id && sameMember(shown, principal.id)))
    throw badRequest(
      'A conflicting object with one or more of the specified property values is present in the directory.',
    );
  const id = roleAssignmentId(props);
  const op: Op = { op: 'create', kind: 'roleAssignment', id, props };
  call.core.commit([op], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      {
        activity: 'Add scoped member to role',
        operation: 'Assign',
        targets: [target(principal), target(role)],
      },
    ],
  });
  const made = ofUnit(call).find(({ assignment }) => assignment.id === id);
  return { status: 201, body: entityBody(call, made?.shown ?? {}) };
}

const sameMember = (shown: Props, id: string): boolean => (shown['roleMemberInfo'] as Props)['id'] === id;

function remove(call: Call): Answer {
  const { assignment } = one(call);
  const principal = call.state.get(String(assignment.props['principalId']));
  call.core.commit([{ op: 'purge', id: assignment.id }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      {
        activity: 'Remove scoped member from role',
        operation: 'Unassign',
        targets: [...(principal ? [target(principal)] : []), target(unit(call))],
      },
    ],
  });
  return noContent;
}

const directory = ['Directory.Read.All', 'Directory.ReadWrite.All'];
const read = ['RoleManagement.Read.Directory', 'RoleManagement.ReadWrite.Directory', ...directory];
const write = ['RoleManagement.ReadWrite.Directory'];
const base = '/directory/administrativeUnits/{id}/scopedRoleMembers';

export const scopedRoleRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: base,
    permissions: read,
    handle: (call) =>
      listItems(call, 'scopedRoleMemberships', itemsOf(ofUnit(call).map(({ shown }) => shown))),
  },
  {
    method: 'GET',
    pattern: `${base}/$count`,
    permissions: read,
    handle: (call) => ({
      status: 200,
      body: Buffer.from(String(ofUnit(call).length)),
      headers: { 'content-type': 'text/plain' },
    }),
  },
  { method: 'POST', pattern: base, permissions: write, handle: add },
  {
    method: 'GET',
    pattern: `${base}/{membership}`,
    permissions: read,
    handle: (call) => ({ status: 200, body: entityBody(call, one(call).shown) }),
  },
  { method: 'DELETE', pattern: `${base}/{membership}`, permissions: write, handle: remove },
  {
    method: 'GET',
    pattern: '/directoryRoles/{id}/scopedMembers',
    permissions: read,
    handle: (call) => {
      const role = liveByKey(call, 'directoryRole', call.param('id'));
      const held = scopedRoles(call, (props) => props['roleDefinitionId'] === role.props['roleTemplateId']);
      return listItems(call, 'scopedRoleMemberships', itemsOf(held.map(({ shown }) => shown)));
    },
  },
  {
    method: 'GET',
    pattern: '/users/{id}/scopedRoleMemberOf',
    permissions: directory,
    handle: (call) => {
      const user = liveByKey(call, 'user', call.param('id'));
      const held = scopedRoles(call, (props) => props['principalId'] === user.id);
      return listItems(call, 'scopedRoleMemberships', itemsOf(held.map(({ shown }) => shown)));
    },
  },
];
