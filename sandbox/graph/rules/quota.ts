import type { Call } from '../http/call.js';
import { GraphError } from '../http/errors.js';
import { isDynamic } from '../schema/group.js';
import type { TenantState } from '../state/tenant-state.js';
import { directoryKinds, type Entity, type Kind, type Props } from '../state/types.js';

/** How much a tenant may hold (FACTS §13, from directory-service-limits-restrictions; §2; §10). */
export const quotas = {
  /** Objects of a tenant without, and with, a domain of its own that is verified. */
  objects: 50_000,
  objectsWithDomain: 300_000,
  /** … and in the first two days of a tenant. */
  objectsOfNewTenant: 600,
  conditionalAccessPolicies: 240,
  ownersOfGroup: 100,
  unitsOfObject: 30,
  appRoleAssignmentsOfPrincipal: 1_500,
  dynamicGroupsAndUnits: 15_000,
  customRoleAssignmentsOfPrincipal: 150,
  roleAssignableGroups: 500,
} as const;

const day = 24 * 3600 * 1000;

const exceeded = (what: string): GraphError =>
  new GraphError(
    403,
    'Directory_QuotaExceeded',
    `The directory object quota limit for ${what} has been exceeded. Please ask your administrator to increase the quota limit or delete objects to reduce the used quota.`,
  );

/** The object quota: by the tenant's age and domains, or what the switch says. */
function objectsAllowed(call: Call): number {
  const { state, core, now } = call;
  if (core.switches.objectQuota > 0) return core.switches.objectQuota;
  const [organization] = state.liveOf('organization').all();
  if (organization && now - organization.createdAt < 2 * day) return quotas.objectsOfNewTenant;
  const own = state
    .liveOf('domain')
    .all()
    .some(({ props }) => props['isVerified'] === true && props['isInitial'] !== true);
  return own ? quotas.objectsWithDomain : quotas.objects;
}

/** What is there or can be restored counts fully, what was purged in the last thirty days a quarter (FACTS §10). */
export function objectsUsed(state: TenantState, now: number): number {
  const held = directoryKinds.reduce(
    (total, kind) => total + state.liveOf(kind).size + state.binOf(kind).size,
    0,
  );
  return held + state.purgesSince(now - 30 * day) / 4;
}

/** @throws GraphError 403 Directory_QuotaExceeded when the tenant has no room for one more directory object */
export function refuseOverQuota(call: Call): void {
  if (objectsUsed(call.state, call.now) + 1 > objectsAllowed(call)) throw exceeded('the Tenant');
}

const countOf = (state: TenantState, kind: Kind, keep: (props: Props) => boolean): number =>
  state
    .liveOf(kind)
    .all()
    .filter(({ props }) => keep(props)).length;

/** @throws GraphError 403 when a group of this kind is one too many */
export function refuseTooManyGroups(call: Call, props: Props): void {
  const { state } = call;
  if (
    props['isAssignableToRole'] === true &&
    countOf(state, 'group', (other) => other['isAssignableToRole'] === true) >= quotas.roleAssignableGroups
  )
    throw exceeded('role-assignable groups');
  if (isDynamic(props)) refuseTooManyDynamic(state);
}

/** Those in the bin count, as they can be restored (FACTS §10). */
export function refuseTooManyDynamic(state: TenantState): void {
  if (state.followingRules.size >= quotas.dynamicGroupsAndUnits)
    throw exceeded('dynamic groups and administrative units');
}

export function refuseTooManyPolicies(state: TenantState): void {
  if (state.liveOf('conditionalAccessPolicy').size >= quotas.conditionalAccessPolicies)
    throw exceeded('conditional access policies');
}

export function refuseTooManyOwners(state: TenantState, group: Entity, more: number): void {
  if (state.links.targets('owner', group.id).length + more > quotas.ownersOfGroup)
    throw exceeded('the owners of a group');
}

export function refuseTooManyUnits(state: TenantState, member: Entity): void {
  const units = state.sources('member', member.id).filter(({ kind }) => kind === 'administrativeUnit');
  if (units.length >= quotas.unitsOfObject) throw exceeded('the administrative units of an object');
}

export function refuseTooManyAppRoles(state: TenantState, principal: Entity): void {
  if (
    countOf(state, 'appRoleAssignment', (props) => props['principalId'] === principal.id) >=
    quotas.appRoleAssignmentsOfPrincipal
  )
    throw exceeded('the app role assignments of a principal');
}

export function refuseTooManyCustomRoles(state: TenantState, principal: Entity, definition: Entity): void {
  if (definition.props['isBuiltIn'] === true) return;
  const custom = (id: unknown): boolean => state.get(String(id))?.props['isBuiltIn'] !== true;
  if (
    countOf(
      state,
      'roleAssignment',
      (props) => props['principalId'] === principal.id && custom(props['roleDefinitionId']),
    ) >= quotas.customRoleAssignmentsOfPrincipal
  )
    throw exceeded('the custom role assignments of a principal');
}
