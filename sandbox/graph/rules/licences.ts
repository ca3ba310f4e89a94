import type { TenantState } from '../state/tenant-state.js';
import type { Entity, JsonValue, Props } from '../state/types.js';

/** One licence of a user, as licenseAssignmentStates tells it. */
export interface LicenceState {
  skuId: string;
  disabledPlans: string[];
  /** null = assigned directly. */
  assignedByGroup: string | null;
  state: string;
  error: string;
  lastUpdatedDateTime: string;
}

export const statesOf = (user: Entity): LicenceState[] =>
  (user.props['licenseAssignmentStates'] ?? []) as unknown as LicenceState[];

/** Both forms that Graph shows, from the states. */
export function licencesFrom(states: readonly LicenceState[]): Props {
  const plans = new Map<string, string[]>();
  for (const { skuId, disabledPlans, state } of states) {
    if (state !== 'Active' && state !== 'ActiveWithError') continue;
    // A plan is off only if every assignment switches it off.
    const known = plans.get(skuId);
    plans.set(skuId, known ? known.filter((plan) => disabledPlans.includes(plan)) : disabledPlans);
  }
  return {
    licenseAssignmentStates: states.length === 0 ? null : (states as unknown as JsonValue),
    assignedLicenses:
      plans.size === 0 ? null : [...plans].map(([skuId, disabledPlans]) => ({ disabledPlans, skuId })),
  };
}

export function skuById(state: TenantState, skuId: string): Entity | undefined {
  return state
    .liveOf('subscribedSku')
    .all()
    .find((item) => item.props['skuId'] === skuId);
}

/** Units bought and not held by anybody; may be negative (FACTS §10: a restored user keeps its licence). */
export function freeUnitsOf(state: TenantState, skuId: string): number {
  const enabled = Number(
    (skuById(state, skuId)?.props['prepaidUnits'] as Props | undefined)?.['enabled'] ?? 0,
  );
  const holders = state
    .liveOf('user')
    .all()
    .filter((user) =>
      ((user.props['assignedLicenses'] ?? []) as Props[]).some((held) => held['skuId'] === skuId),
    );
  return enabled - holders.length;
}
