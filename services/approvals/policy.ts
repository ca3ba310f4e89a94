import type { PlanClass, PlanNeeds } from '../model/plan.js';

const HOUR = 60 * 60_000;

/** What each class of plan needs (SPEC A1, the table's defaults). One object per tenant may replace it. */
export type ApprovalPolicy = Readonly<Record<PlanClass, PlanNeeds>> & {
  /** Requests of one person that may wait for approval at the same time (SPEC A10). */
  readonly openRequestsPerPerson: number;
};

export const DEFAULT_POLICY: ApprovalPolicy = {
  small: { approvers: 0, typeNumber: false, expiresInMs: HOUR },
  ordinary: { approvers: 1, typeNumber: false, expiresInMs: HOUR },
  bulk: { approvers: 1, typeNumber: true, expiresInMs: 2 * HOUR },
  granting: { approvers: 2, typeNumber: true, expiresInMs: HOUR },
  openRequestsPerPerson: 5,
};

/** Two approvers wherever roles or Conditional Access may not be read: what is not known is not called harmless (SPEC A1). */
const APPROVERS_WHEN_UNKNOWN = 2;

export function needsOf(planClass: PlanClass, riskKnown: boolean, policy: ApprovalPolicy): PlanNeeds {
  const needs = policy[planClass];
  if (riskKnown) return needs;
  return { ...needs, approvers: Math.max(needs.approvers, APPROVERS_WHEN_UNKNOWN) };
}
