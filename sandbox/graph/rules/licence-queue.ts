import type { TenantState } from '../state/tenant-state.js';
import type { Entity, Op } from '../state/types.js';

/** Instant since when a group waits for its licences to be handed out; never shown. */
export const waitsSince = '~licencesQueuedAt';

export const queueOp = (group: Entity, at: number): Op => ({
  op: 'set',
  id: group.id,
  props: { licenseProcessingState: { state: 'QueuedForProcessing' }, [waitsSince]: at },
});

export const licencesOfGroup = (group: Entity): { skuId: string; disabledPlans: string[] }[] =>
  (group.props['assignedLicenses'] ?? []) as { skuId: string; disabledPlans: string[] }[];

/** Joining or leaving a group with licences has them handed out anew. */
export function licenceQueueOps(state: TenantState, ops: readonly Op[], at: number): Op[] {
  const touched = new Set<string>();
  for (const op of ops)
    if ((op.op === 'link' || op.op === 'unlink') && op.kind === 'member') touched.add(op.from);
  return [...touched].flatMap((id) => {
    const group = state.get(id, 'group');
    return group && licencesOfGroup(group).length > 0 ? [queueOp(group, at)] : [];
  });
}
