import type { TenantState } from '../state/tenant-state.js';
import type { Entity, Op } from '../state/types.js';

/** How long the protection outlives its unit. */
const lingersInMs = 30 * 60_000;

export const isRestricted = (entity: Entity | undefined): entity is Entity =>
  entity?.kind === 'administrativeUnit' &&
  !entity.gone &&
  entity.props['isMemberManagementRestricted'] === true;

/** The restricted units that protect an object now, one deleted less than half an hour ago included. */
export function unitsProtecting(state: TenantState, id: string, now: number): Entity[] {
  return state.links
    .sources('member', id)
    .filter(isRestricted)
    .filter(({ deletedAt }) => deletedAt === null || now - deletedAt < lingersInMs);
}

/** Keeps `isManagementRestricted` of members in step with their units, so that reads and delta tell it. */
export function restrictionOps(state: TenantState, ops: readonly Op[]): Op[] {
  const touched = new Set<string>();
  for (const op of ops) {
    if ((op.op === 'link' || op.op === 'unlink') && op.kind === 'member') {
      if (isRestricted(state.find(op.from))) touched.add(op.to);
    } else if ((op.op === 'bin' || op.op === 'restore') && isRestricted(state.find(op.id))) {
      for (const member of state.links.targets('member', op.id)) touched.add(member.id);
    }
  }
  return [...touched].flatMap((id): Op[] => {
    const entity = state.find(id);
    if (!entity || entity.gone) return [];
    const is = state.sources('member', id).some(isRestricted);
    if (is === (entity.props['isManagementRestricted'] === true)) return [];
    return [{ op: 'set', id, props: { isManagementRestricted: is ? true : null } }];
  });
}
