import { createHash } from 'node:crypto';
import { Duration } from 'luxon';
import type { TenantState } from '../state/tenant-state.js';
import type { Props } from '../state/types.js';

/** The PIM policy of a role at the scope of the tenant: its rules as Entra sets them up, until one is changed. */
export function policyIdOf(tenantId: string, roleDefinitionId: string): string {
  const hex = createHash('sha256').update(`${tenantId}/${roleDefinitionId}`).digest('hex');
  const guid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)];
  return `DirectoryRole_${tenantId}_${guid.join('-')}`;
}

const rule = 'microsoft.graph.unifiedRoleManagementPolicy';

const target = (caller: 'Admin' | 'EndUser', level: 'Eligibility' | 'Assignment'): Props => ({
  caller,
  operations: ['all'],
  level,
  inheritableSettings: [],
  enforcedSettings: [],
});

const expiration = (
  caller: 'Admin' | 'EndUser',
  level: 'Eligibility' | 'Assignment',
  days: string,
): Props => ({
  '@odata.type': `#${rule}ExpirationRule`,
  id: `Expiration_${caller}_${level}`,
  isExpirationRequired: caller === 'EndUser',
  maximumDuration: days,
  target: target(caller, level),
});

const enablement = (
  caller: 'Admin' | 'EndUser',
  level: 'Eligibility' | 'Assignment',
  rules: string[],
): Props => ({
  '@odata.type': `#${rule}EnablementRule`,
  id: `Enablement_${caller}_${level}`,
  enabledRules: rules,
  target: target(caller, level),
});

const notification = (
  to: string,
  caller: 'Admin' | 'EndUser',
  level: 'Eligibility' | 'Assignment',
): Props => ({
  '@odata.type': `#${rule}NotificationRule`,
  id: `Notification_${to}_${caller}_${level}`,
  notificationType: 'Email',
  recipientType: to,
  notificationLevel: 'All',
  isDefaultRecipientsEnabled: true,
  notificationRecipients: [],
  target: target(caller, level),
});

const recipients = ['Admin', 'Requestor', 'Approver'];

export const standardRules: readonly Props[] = [
  expiration('Admin', 'Eligibility', 'P365D'),
  enablement('Admin', 'Eligibility', []),
  ...recipients.map((to) => notification(to, 'Admin', 'Eligibility')),
  expiration('Admin', 'Assignment', 'P180D'),
  enablement('Admin', 'Assignment', ['Justification']),
  ...recipients.map((to) => notification(to, 'Admin', 'Assignment')),
  expiration('EndUser', 'Assignment', 'PT8H'),
  enablement('EndUser', 'Assignment', ['MultiFactorAuthentication', 'Justification']),
  {
    '@odata.type': `#${rule}ApprovalRule`,
    id: 'Approval_EndUser_Assignment',
    target: target('EndUser', 'Assignment'),
    setting: {
      isApprovalRequired: false,
      isApprovalRequiredForExtension: false,
      isRequestorJustificationRequired: true,
      approvalMode: 'SingleStage',
      approvalStages: [],
    },
  },
  {
    '@odata.type': `#${rule}AuthenticationContextRule`,
    id: 'AuthenticationContext_EndUser_Assignment',
    isEnabled: false,
    claimValue: '',
    target: target('EndUser', 'Assignment'),
  },
  ...recipients.map((to) => notification(to, 'EndUser', 'Assignment')),
];

/** State id of a rule that was changed. */
export const ruleId = (policyId: string, name: string): string => `${policyId}/${name}`;

export function rulesOf(state: TenantState, policyId: string): Props[] {
  return standardRules.map((standard) => ({
    ...standard,
    ...(state.get(ruleId(policyId, String(standard['id'])))?.props ?? {}),
  }));
}

/** Whether a schedule may last so long. @param until  its end in milliseconds, Infinity without one */
export function mayLast(
  state: TenantState,
  policyId: string,
  level: 'Eligibility' | 'Assignment',
  from: number,
  until: number,
): boolean {
  const found = rulesOf(state, policyId).find(({ id }) => id === `Expiration_Admin_${level}`);
  if (found?.['isExpirationRequired'] !== true) return true;
  return until - from <= Duration.fromISO(String(found['maximumDuration'])).toMillis();
}
