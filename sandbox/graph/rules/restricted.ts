import type { Call } from '../http/call.js';
import { badRequest, denied } from '../http/errors.js';
import { groupKindOf } from '../schema/group.js';
import type { Entity, Kind } from '../state/types.js';
import { isRestricted, unitsProtecting } from './restricted-units.js';
import { groupsAbove } from './roles.js';

/**
 * Restricted-management administrative units (FACTS §2, §3): whoever is in one is changed or deleted only by somebody with a
 * role at that unit's scope. Application permissions and roles at the scope of the tenant do not count.
 */

/** Roles that manage a kind of object at a unit's scope. */
const managers: Partial<Record<Kind, readonly string[]>> = {
  user: [
    'Global Administrator',
    'User Administrator',
    'Privileged Authentication Administrator',
    'Authentication Administrator',
  ],
  group: ['Global Administrator', 'Groups Administrator', 'User Administrator'],
  device: ['Global Administrator', 'Cloud Device Administrator'],
};

function managesAt(call: Call, unit: Entity, kind: Kind): boolean {
  const { state } = call;
  const principal = call.token.userId ?? call.servicePrincipal?.id;
  if (principal === undefined) return false;
  const holders = new Set([principal, ...groupsAbove(state, principal)]);
  const scope = `/administrativeUnits/${unit.id}`;
  return state
    .liveOf('roleAssignment')
    .all()
    .some(({ props }) => {
      if (props['directoryScopeId'] !== scope || !holders.has(String(props['principalId']))) return false;
      const role = state.get(String(props['roleDefinitionId']))?.props['displayName'];
      return managers[kind]?.includes(String(role)) === true;
    });
}

/** @throws GraphError 403 when a protected object is changed or deleted by a caller without a role at its unit's scope */
export function refuseRestricted(call: Call, entity: Entity): void {
  const units = unitsProtecting(call.state, entity.id, call.now);
  if (units.length > 0 && !units.some((unit) => managesAt(call, unit, entity.kind))) throw denied();
}

/** Members and owners of a protected group; those of a role-assignable one cannot be changed at all. */
export function refuseRestrictedLinks(call: Call, group: Entity): void {
  refuseRestricted(call, group);
  const isProtected = unitsProtecting(call.state, group.id, call.now).length > 0;
  if (isProtected && group.props['isAssignableToRole'] === true) throw denied();
}

/** What an update of a user may hold although the user is protected. */
const openOnUsers = new Set(['usageLocation']);

export function refuseRestrictedUpdate(call: Call, user: Entity, names: readonly string[]): void {
  if (names.some((name) => !openOnUsers.has(name))) refuseRestricted(call, user);
}

/** @throws GraphError 400 for what cannot be a member of a restricted unit */
export function refuseInRestrictedUnit(unit: Entity, other: Entity): void {
  if (!isRestricted(unit) || other.kind !== 'group') return;
  if (groupKindOf(other.props) !== 'security')
    throw badRequest(
      'Microsoft 365 groups, mail-enabled security groups and distribution lists cannot be members of a restricted management administrative unit.',
    );
}
