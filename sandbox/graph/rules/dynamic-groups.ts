import type { TenantState } from '../state/tenant-state.js';
import type { Entity, Op } from '../state/types.js';
import { parseRule, ruleHolds } from './membership-rule.js';

/** Properties of a group or unit that decide whether its members follow a rule, and which. */
const deciding = new Set(['membershipRule', 'membershipRuleProcessingState', 'groupTypes', 'membershipType']);

/**
 * Memberships that Entra's own rule engine adds or removes after a commit. The sandbox lets them follow at once (the real
 * service takes minutes); a paused rule, or one the evaluator cannot read, changes nothing.
 */
export function dynamicMembershipOps(state: TenantState, ops: readonly Op[]): Op[] {
  const users = new Set<string>();
  const groups = new Set<string>();
  for (const op of ops) {
    if (op.op !== 'create' && op.op !== 'set' && op.op !== 'restore') continue;
    const kind = state.find(op.id)?.kind;
    if (kind === 'user') users.add(op.id);
    const isRuled = kind === 'group' || kind === 'administrativeUnit';
    if (isRuled && (op.op !== 'set' || Object.keys(op.props).some((name) => deciding.has(name))))
      groups.add(op.id);
  }
  if (users.size === 0 && groups.size === 0) return [];
  const follow: Op[] = [];
  // Where no user changed, only the groups that did can have other members than before.
  for (const group of dynamicGroups(state, users.size === 0 ? groups : state.followingRules)) {
    const members = groups.has(group.id) ? state.liveOf('user').all() : state.resolve([...users]);
    follow.push(...evaluate(state, group, members));
  }
  return follow;
}

function* dynamicGroups(state: TenantState, ids: ReadonlySet<string>): Iterable<Entity> {
  for (const group of state.resolve([...ids]))
    if (state.followingRules.has(group.id) && group.props['membershipRuleProcessingState'] === 'On')
      yield group;
}

function evaluate(state: TenantState, group: Entity, users: Iterable<Entity>): Op[] {
  const rule = parseRule(String(group.props['membershipRule'] ?? ''));
  if (rule === null) return [];
  const ops: Op[] = [];
  for (const user of users) {
    if (user.kind !== 'user' || user.deletedAt !== null || user.gone) continue;
    const link = { kind: 'member' as const, from: group.id, to: user.id };
    const wanted = ruleHolds(rule, user);
    if (wanted === state.links.has('member', group.id, user.id)) continue;
    ops.push(wanted ? { op: 'link', ...link } : { op: 'unlink', ...link });
  }
  return ops;
}
