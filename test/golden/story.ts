import { objectId, tenantId, type HandoffId, type PlanId, type RequestId } from '../../services/model/ids.js';
import type { Handoff } from '../../services/model/handoff.js';
import type { Person } from '../../services/model/people.js';
import type { NamedObject, Plan, RestorePoint } from '../../services/model/plan.js';
import type { RestoreRequest, RestoreResult } from '../../services/model/restore.js';
import type { Candidate, DistinctPoint, RestoreOutlook } from '../../services/model/restore-service.js';
import type { SnapshotHeader } from '../../services/model/history.js';
import type { ViewContext } from '../../cards/frame.js';

/** The story of the demo tenant (STORY §3) as domain values, for the golden cards. */
export const TENANT = tenantId('11111111-1111-4111-8111-111111111111');
export const NOW = new Date('2026-11-21T08:55:00Z');

const guid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const person = (n: number, name: string, upn: string): Person => ({
  tenant: TENANT,
  objectId: objectId(guid(n)),
  name,
  upn,
});
export const hanna = person(1, 'Hanna Berg', 'hanna.berg@contoso.example');
export const arun = person(2, 'Arun Patel', 'arun.patel@contoso.example');
export const mei = person(3, 'Mei Lin', 'mei.lin@contoso.example');
export const sofia = person(4, 'Sofia Rossi', 'sofia.rossi@contoso.example');

export const user = (n: number, name: string, key: string, kindName = 'user'): NamedObject => ({
  type: 'user',
  id: objectId(guid(n)),
  name,
  key,
  kindName,
});
export const group = (n: number, name: string, kindName: string): NamedObject => ({
  type: 'group',
  id: objectId(guid(n)),
  name,
  kindName,
});
export const alice = user(10, 'Alice Moreau', 'alice.moreau@contoso.example');
export const erik = user(11, 'Erik Sand', 'erik.sand@contoso.example');
export const tom = user(12, 'Tom Okafor', 'tom.okafor@contoso.example');
export const payroll = group(20, 'Payroll readers', 'security group');
export const berlin = group(21, 'Berlin office', 'security group');
export const projectX = group(22, 'Project X', 'Microsoft 365 group');
export const financeAll = group(23, 'Finance all', 'Microsoft 365 group');
export const financeLeads = group(24, 'Finance leads', 'security group');
export const salesList = group(25, 'Sales list', 'mail-enabled security group');
export const allStaff = group(26, 'All staff', 'dynamic group');

export const point14: RestorePoint = { seq: 14, takenAt: '2026-11-20T01:00:00Z', words: 'yesterday' };
export const SAY = 'restore user alice.moreau@contoso.example at 2026-11-20T02:00+01:00 with memberships';

export const ctx = (viewer: Person = hanna, place: ViewContext['place'] = 'personal'): ViewContext => ({
  timeZone: 'Europe/Berlin',
  now: NOW,
  viewer,
  place,
});

export const aliceDeleted: Candidate = {
  object: alice,
  state: 'softDeleted',
  hint: 'Finance',
  deletedAt: '2026-11-21T06:12:00Z',
  purgeAt: '2026-12-21T06:12:00Z',
};
export const candidates: readonly Candidate[] = [
  aliceDeleted,
  {
    object: user(13, 'Alice Chen', 'alice.chen@contoso.example'),
    state: 'live',
    hint: 'Research',
    changedSinceNewest: false,
  },
  { object: user(14, 'Alice Brandt', 'a.brandt@fabrikam.example', 'guest'), state: 'live', hint: 'guest' },
];

const comesBack = (object: NamedObject, rest: Partial<Plan['expected'][number]> = {}): Plan['expected'][number] => ({
  key: `link:member:${object.id}:${alice.id}`,
  kind: 'member',
  object,
  by: 'undelete',
  gives: [],
  ...rest,
});

/** What Entra brings back with Alice by itself. */
export const comingBack: Plan['expected'] = [
  comesBack(payroll, { gives: [{ text: 'access to "Payroll" through Payroll readers', granting: false }] }),
  comesBack(berlin),
  comesBack(projectX, { note: 'joined Fri 16:04' }),
];
/** The same with Project X left out. */
export const withoutProjectX: Plan['expected'] = comingBack.map((line) =>
  line.object === projectX ? { ...line, removal: 'leftOut' } : line,
);

export const outlook: RestoreOutlook = {
  candidate: aliceDeleted,
  account: { how: 'undelete', properties: 1 },
  since: { deleted: true, linksGained: 1, linksLost: 3, linksLabel: 'Memberships', propertiesChanged: 1 },
  comesBack: [{ what: 'memberships', count: 3 }],
  comesBackLines: comingBack,
  aspects: [
    { name: 'memberships', label: 'Memberships', count: 2, selected: true, readOnly: false },
    { name: 'ownerships', label: 'Ownerships', count: 0, selected: false, readOnly: false },
    { name: 'manager', label: 'Manager', count: 1, selected: false, readOnly: false },
  ],
};

const member = (source: NamedObject, id: string): Plan['operations'][number] => ({
  id,
  key: `link:member:${source.id}:${alice.id}`,
  dependsOn: ['op1'],
  why: 'member at the restore point, not now',
  gives: [],
  do: 'link',
  kind: 'member',
  source: { id: source.id },
  target: { id: alice.id },
  sourceName: source,
  targetName: alice,
  ifMissing: false,
});

export const plan: Plan = {
  tenant: TENANT,
  id: 'plan1' as PlanId,
  rev: 1,
  requestId: 'req1' as RequestId,
  createdAt: '2026-11-21T08:54:00Z',
  hash: 'a'.repeat(64),
  subjects: [{ object: alice, before: 'softDeleted', manager: tom }],
  point: point14,
  operations: [
    {
      id: 'op1',
      key: `object:${alice.id}`,
      dependsOn: [],
      why: 'deleted since',
      gives: [{ text: 'a live account', granting: false }],
      do: 'undelete',
      object: alice,
    },
    {
      id: 'op2',
      key: `property:${alice.id}:department`,
      dependsOn: ['op1'],
      why: 'changed since',
      gives: [],
      do: 'update',
      object: alice,
      ref: { id: alice.id },
      changes: [
        {
          key: `property:${alice.id}:department`,
          property: 'department',
          label: 'Department',
          before: 'TBD',
          after: 'Finance',
        },
      ],
    },
    member(financeAll, 'op3'),
    member(financeLeads, 'op4'),
  ],
  expected: comingBack,
  skips: [
    {
      key: `link:member:${salesList.id}:${alice.id}`,
      object: salesList,
      kind: 'member',
      reason: 'mail-enabled group, Graph cannot change it',
      where: 'Exchange admin centre',
      leavesWork: true,
    },
    {
      key: `link:member:${allStaff.id}:${alice.id}`,
      object: allStaff,
      kind: 'member',
      reason: 'dynamic, Entra adds members by rule within minutes',
      leavesWork: false,
    },
  ],
  findings: [],
  class: 'ordinary',
  needs: { approvers: 1, typeNumber: false, expiresInMs: 3_600_000 },
  applyable: true,
};

/** Project X, Finance leads and the department were left out. */
export const leftOutPlan: Plan = {
  ...plan,
  operations: plan.operations.filter(({ id }) => id !== 'op2' && id !== 'op4'),
  expected: withoutProjectX,
  leftOut: [
    { key: `property:${alice.id}:department`, kind: 'property', object: alice, label: 'Department' },
    { key: `link:member:${financeLeads.id}:${alice.id}`, kind: 'member', object: financeLeads },
  ],
};

/** The second plan, once the account is back (SPEC R8). */
export const removalsPlan: Plan = {
  ...plan,
  subjects: [{ object: alice, before: 'live' }],
  operations: [
    {
      id: 'op1',
      key: `link:member:${projectX.id}:${alice.id}`,
      dependsOn: [],
      why: 'left out, but came back with the account',
      gives: [],
      do: 'unlink',
      kind: 'member',
      source: { id: projectX.id },
      target: { id: alice.id },
      sourceName: projectX,
      targetName: alice,
      ifMissing: false,
    },
  ],
  expected: [],
  skips: [],
  class: 'bulk',
  needs: { approvers: 1, typeNumber: true, expiresInMs: 7_200_000 },
};

export const emptyPlan: Plan = {
  ...plan,
  subjects: [{ object: alice, before: 'live' }],
  operations: [],
  expected: [],
  skips: [],
};

export const request: RestoreRequest = {
  tenant: TENANT,
  id: 'req1' as RequestId,
  rev: 3,
  number: 31,
  kind: 'restore',
  requester: hanna,
  timeZone: 'Europe/Berlin',
  subjects: [alice],
  point: point14,
  options: {
    withObject: true,
    aspects: ['memberships'],
    mode: 'add',
    blockSignIn: false,
    onlyProperties: null,
    leaveOut: [],
  },
  state: 'asks',
  createdAt: '2026-11-21T08:52:00Z',
  planId: plan.id,
};

export const withReason: RestoreRequest = { ...request, reason: 'INC-20417, locked out before the closing' };

export const waiting: RestoreRequest = {
  ...withReason,
  state: 'waiting',
  approval: {
    needs: plan.needs,
    askedAt: '2026-11-21T08:55:00Z',
    expiresAt: '2026-11-21T09:55:00Z',
    number: 47,
    planHash: plan.hash,
    decisions: [],
  },
};

export const grantingPlan: Plan = {
  ...plan,
  class: 'granting',
  needs: { approvers: 2, typeNumber: true, expiresInMs: 3_600_000 },
};
export const waitingGranting: RestoreRequest = {
  ...waiting,
  approval: {
    ...(waiting.approval as NonNullable<RestoreRequest['approval']>),
    needs: grantingPlan.needs,
    decisions: [{ by: arun, verdict: 'approved', at: '2026-11-21T08:56:00Z' }],
  },
};

const approved = (at: string): RestoreRequest['approval'] => ({
  ...(waiting.approval as NonNullable<RestoreRequest['approval']>),
  decisions: [{ by: arun, verdict: 'approved', at }],
});

export const running: RestoreRequest = {
  ...waiting,
  state: 'running',
  approval: approved('2026-11-21T08:54:50Z'),
  progress: { done: 2, total: 4, startedAt: '2026-11-21T08:54:56Z', stopAsked: false },
};

export const result: RestoreResult = {
  startedAt: '2026-11-21T08:57:00Z',
  finishedAt: '2026-11-21T08:58:30Z',
  checkedAt: '2026-11-21T08:58:31Z',
  linesHeld: 7,
  linesTotal: 7,
  differences: [],
  outcomes: [],
  skips: plan.skips,
  tell: [
    'Tell Alice: we did not change her password; if it does not work, use Reset password below.',
    'She is in Project X again.',
  ],
  recreated: [],
  auditFrom: 1204,
  auditTo: 1219,
  canUndo: true,
};

export const done: RestoreRequest = {
  ...waiting,
  state: 'incomplete',
  approval: approved('2026-11-21T08:57:00Z'),
  result,
};

export const points: readonly DistinctPoint[] = [
  {
    point: { seq: 15, takenAt: '2026-11-21T01:00:00Z' },
    until: { seq: 15, takenAt: '2026-11-21T01:00:00Z' },
    what: ['joined Project X'],
  },
  {
    point: { seq: 10, takenAt: '2026-11-16T01:00:00Z' },
    until: { seq: 14, takenAt: '2026-11-20T01:00:00Z' },
    what: ['joined Payroll readers'],
  },
  {
    point: { seq: 1, takenAt: '2026-11-07T01:00:00Z' },
    until: { seq: 9, takenAt: '2026-11-15T01:00:00Z' },
    what: [],
  },
];

export const handoff: Handoff = {
  tenant: TENANT,
  id: 'hand1' as HandoffId,
  rev: 1,
  requestId: 'req2' as RequestId,
  user: erik,
  kind: 'pass',
  state: 'offered',
  operationId: 'op5',
  offeredAt: '2026-11-21T08:54:00Z',
  requester: hanna,
  twoPeople: false,
  defaultRecipient: tom,
  expiresAt: '2026-11-21T09:24:00Z',
};

export const header: SnapshotHeader = {
  tenant: TENANT,
  seq: 15,
  formatVersion: 1,
  status: 'complete',
  trigger: 'schedule',
  startedAt: '2026-11-21T01:00:00Z',
  finishedAt: '2026-11-21T01:00:41Z',
  mode: 'increment',
  parts: { user: { mode: 'increment' }, group: { mode: 'increment' } },
  counts: { user: 120, group: 30, member: 412, owner: 38, manager: 110 },
  changes: { user: 2, member: 12 },
  tokens: {},
  cost: { requests: 9, resourceUnits: 14, writes: 0, throttled: 0 },
  partialReasons: [],
  fence: 4,
} as SnapshotHeader;
