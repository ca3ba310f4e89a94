import { isLive, type TenantState } from '../state/tenant-state.js';
import type { Entity } from '../state/types.js';

/** Every object that `id` is a member of, directly or through groups; `id` itself left out. */
export function groupsAbove(state: TenantState, id: string): Set<string> {
  const above = new Set<string>();
  const waiting = [id];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const source of state.links.sources('member', next)) {
      if (above.has(source.id) || source.kind !== 'group' || !isLive(source)) continue;
      above.add(source.id);
      waiting.push(source.id);
    }
  }
  return above;
}

/** Everything below a group, any depth; the group itself left out unless it contains itself. */
export function membersBelow(state: TenantState, groupId: string): Set<string> {
  const below = new Set<string>();
  const waiting = [groupId];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const target of state.links.targets('member', next)) {
      if (below.has(target.id) || !isLive(target)) continue;
      below.add(target.id);
      if (target.kind === 'group') waiting.push(target.id);
    }
  }
  return below;
}

/** Display names of the directory roles that a principal holds now, itself or through a role-assignable group. */
export function directoryRolesOf(state: TenantState, principalId: string): Set<string> {
  const holders = new Set([principalId, ...groupsAbove(state, principalId)]);
  const names = new Set<string>();
  for (const assignment of state.liveOf('roleAssignment').all()) {
    if (!holders.has(String(assignment.props['principalId']))) continue;
    const role = state.get(String(assignment.props['roleDefinitionId']));
    if (role) names.add(String(role.props['displayName']));
  }
  return names;
}

/** Roles whose holders anybody with user rights may change (FACTS §1 "Sensitive actions"). */
const lowRoles = new Set([
  'Directory Readers',
  'Guest Inviter',
  'Message Center Reader',
  'Reports Reader',
  'Usage Summary Reports Reader',
  'Password Administrator',
]);

const masters = ['Global Administrator', 'Privileged Authentication Administrator'];

/** Holds an admin role, or belongs to (or owns) a role-assignable group. */
export function isAdministrator(state: TenantState, user: Entity): boolean {
  if ([...directoryRolesOf(state, user.id)].some((role) => !lowRoles.has(role))) return true;
  const groups = [...state.sources('member', user.id), ...state.sources('owner', user.id)];
  return groups.some(({ kind, props }) => kind === 'group' && props['isAssignableToRole'] === true);
}

export function mayTouchAdministrators(callerRoles: ReadonlySet<string>): boolean {
  return masters.some((role) => callerRoles.has(role));
}
