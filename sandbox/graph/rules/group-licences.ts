import { target, type TenantCore } from '../core.js';
import { isoOf } from '../schema/render.js';
import type { TenantState } from '../state/tenant-state.js';
import type { Actor, Entity, Op } from '../state/types.js';
import { waitsSince, licencesOfGroup } from './licence-queue.js';
import { freeUnitsOf, licencesFrom, statesOf, type LicenceState } from './licences.js';

/** How long the service takes to hand a group's licences to its members, on the sandbox's clock (FACTS §7: in the background). */
const delayInMs = 5_000;
const complete = { state: 'ProcessingComplete' };
const licensing: Actor = {
  type: 'app',
  appId: null,
  displayName: 'Microsoft Azure AD Group-Based Licensing',
  servicePrincipalId: null,
};

/** Hands out what is due. Direct members only: nested groups inherit nothing. */
export function followGroupLicences(core: TenantCore, now: number): void {
  const waiting = core.state
    .liveOf('group')
    .all()
    .filter((group) => typeof group.props[waitsSince] === 'number');
  for (const group of waiting) {
    const at = Number(group.props[waitsSince]) + delayInMs;
    if (at <= now) handOut(core, group, at);
  }
}

function handOut(core: TenantCore, group: Entity, at: number): void {
  const { state } = core;
  const wanted = licencesOfGroup(group);
  const members = new Map(
    state.targets('member', group.id).flatMap((one) => (one.kind === 'user' ? [[one.id, one] as const] : [])),
  );
  const former = state
    .liveOf('user')
    .all()
    .filter(
      (user) => !members.has(user.id) && statesOf(user).some((one) => one.assignedByGroup === group.id),
    );
  const free = new Map(wanted.map(({ skuId }) => [skuId, freeUnitsOf(state, skuId)]));
  const ops: Op[] = [];
  for (const user of [...members.values(), ...former]) {
    const own = statesOf(user).filter((one) => one.assignedByGroup !== group.id);
    const given = members.has(user.id) ? wanted.map((one) => inherited(user, group.id, one, free, at)) : [];
    const props = licencesFrom([...own, ...given]);
    if (
      JSON.stringify(props['licenseAssignmentStates']) !==
      JSON.stringify(user.props['licenseAssignmentStates'] ?? null)
    )
      ops.push({ op: 'set', id: user.id, props });
  }
  ops.push({ op: 'set', id: group.id, props: { licenseProcessingState: complete, [waitsSince]: null } });
  core.commit(ops, {
    actor: licensing,
    at,
    notes: [
      {
        activity: 'Finish applying group based license to users',
        operation: 'Update',
        targets: [target(group)],
      },
    ],
  });
}

function inherited(
  user: Entity,
  groupId: string,
  wanted: { readonly skuId: string; readonly disabledPlans: string[] },
  free: Map<string, number>,
  at: number,
): LicenceState {
  const { skuId } = wanted;
  const known = statesOf(user).find((one) => one.assignedByGroup === groupId && one.skuId === skuId);
  const holds = statesOf(user).some((one) => one.skuId === skuId && one.state === 'Active');
  const left = free.get(skuId) ?? 0;
  const fits = holds || left > 0;
  if (!holds && fits) free.set(skuId, left - 1);
  const next = {
    skuId,
    disabledPlans: wanted.disabledPlans,
    assignedByGroup: groupId,
    state: fits ? 'Active' : 'Error',
    error: fits ? 'None' : 'CountViolation',
  };
  const same =
    known?.state === next.state && JSON.stringify(known.disabledPlans) === JSON.stringify(next.disabledPlans);
  return { ...next, lastUpdatedDateTime: same && known ? known.lastUpdatedDateTime : isoOf(at) };
}

/** Members whom a group's licences did not reach. */
export function withLicenceErrors(state: TenantState, group: Entity): Entity[] {
  const failed = (one: LicenceState): boolean => one.assignedByGroup === group.id && one.state === 'Error';
  return state.targets('member', group.id).filter((one) => one.kind === 'user' && statesOf(one).some(failed));
}

/** The licensed groups that a user belongs to. */
export function licensedGroupsOf(state: TenantState, user: Entity): Entity[] {
  return state
    .sources('member', user.id)
    .filter((one) => one.kind === 'group' && licencesOfGroup(one).length > 0);
}
