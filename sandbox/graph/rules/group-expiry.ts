import { groupKindOf } from '../schema/group.js';
import { isoOf } from '../schema/render.js';
import type { TenantState } from '../state/tenant-state.js';
import type { Entity, Op, Props } from '../state/types.js';

/**
 * The tenant's policy for the life of Microsoft 365 groups: expirationDateTime follows it, and who is not renewed goes to the bin
 * (descriptions of groupLifecyclePolicy and expirationDateTime). Nobody uses these groups, so none renews itself.
 */
const day = 24 * 3600 * 1000;

/** What a group older than its life gets when a policy is first set. */
const graceInDays = 35;

/** When the policy was last set, for those that it finds too old. */
export const sinceOf = '~since';

export function managing(state: TenantState): Entity | undefined {
  return state
    .liveOf('groupLifecyclePolicy')
    .all()
    .find(({ props }) => props['managedGroupTypes'] === 'All');
}

const lived = ({ props, createdAt }: Entity): number =>
  typeof props['renewedDateTime'] === 'string' ? Date.parse(props['renewedDateTime']) : createdAt;

/** @param renewed  milliseconds @returns milliseconds; null where no policy manages the group */
function expiresAt(policy: Entity | undefined, group: Entity, renewed: number): number | null {
  if (!policy || groupKindOf(group.props) !== 'microsoft365') return null;
  const since = Number(policy.props[sinceOf] ?? policy.createdAt);
  const end = renewed + Number(policy.props['groupLifetimeInDays']) * day;
  return end <= since ? since + graceInDays * day : end;
}

/** Whether a commit may change when a group ends. */
const concerns = (op: Op): op is Extract<Op, { op: 'create' | 'set' | 'restore' | 'purge' }> =>
  op.op === 'create' ||
  op.op === 'restore' ||
  op.op === 'purge' ||
  (op.op === 'set' && ('renewedDateTime' in op.props || sinceOf in op.props));

/** Ends of life as they are after a commit that changed the policy or a group. */
export function expiryOps(state: TenantState, ops: readonly Op[], at: number): Op[] {
  const groups = new Map<string, Entity>();
  for (const op of ops) {
    const entity = concerns(op) ? state.find(op.id) : undefined;
    if (entity?.kind === 'groupLifecyclePolicy')
      for (const group of state.liveOf('group').all()) groups.set(group.id, group);
    if (entity?.kind === 'group' && state.get(entity.id)) groups.set(entity.id, entity);
  }
  const policy = groups.size === 0 ? undefined : managing(state);
  return [...groups.values()].flatMap((group) => changed(group, policy, at));
}

/** Out of the bin after its end it lives anew, or it would be back there at once. */
function changed(group: Entity, policy: Entity | undefined, at: number): Op[] {
  const end = expiresAt(policy, group, lived(group));
  const isOver = end !== null && end <= at;
  const until = isOver ? expiresAt(policy, group, at) : end;
  const expirationDateTime = until === null ? null : isoOf(until);
  if ((group.props['expirationDateTime'] ?? null) === expirationDateTime) return [];
  const props: Props = { expirationDateTime };
  if (isOver) props['renewedDateTime'] = isoOf(at);
  return [{ op: 'set', id: group.id, props }];
}
