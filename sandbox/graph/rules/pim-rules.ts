import { createHash } from 'node:crypto';
import { Duration } from 'luxon';
import type { TenantState } from '../state/tenant-state.js';
import type { JsonValue, Props } from '../state/types.js';

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

/** What a rule of the administrator looks at in a request. */
export interface Asked {
  readonly level: 'Eligibility' | 'Assignment';
  /** Milliseconds. */
  readonly from: number;
  /** Milliseconds; Infinity without an end. */
  readonly until: number;
  readonly justification: JsonValue | undefined;
  readonly ticketInfo: JsonValue | undefined;
}

const isText = (value: JsonValue | undefined): boolean => typeof value === 'string' && value.trim() !== '';

/**
 * The administrator's rules that a request breaks, by the names that the refusal lists. A second factor is for people: an
 * application has none, so that rule is not judged; approval and authentication context are rules for those who activate.
 */
export function brokenRules(state: TenantState, policyId: string, asked: Asked): string[] {
  const rules = new Map(rulesOf(state, policyId).map((one) => [one['id'], one]));
  const expiration = rules.get(`Expiration_Admin_${asked.level}`);
  const enabled = (rules.get(`Enablement_Admin_${asked.level}`)?.['enabledRules'] ?? []) as string[];
  const longest = Duration.fromISO(String(expiration?.['maximumDuration'])).toMillis();
  const ticket = asked.ticketInfo as Props | null | undefined;
  return [
    ...(expiration?.['isExpirationRequired'] === true && asked.until - asked.from > longest
      ? ['ExpirationRule']
      : []),
    ...(enabled.includes('Justification') && !isText(asked.justification) ? ['JustificationRule'] : []),
    ...(enabled.includes('Ticketing') && !isText(ticket?.['ticketNumber']) ? ['TicketingRule'] : []),
  ];
}
