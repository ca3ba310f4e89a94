import type { View, CardName } from '../../cards/views.js';
import * as C from '../../cards/index.js';
import { helpEntries, helpEntry, sayRequest } from '../../bot/grammar/index.js';
import { objectId } from '../../services/model/ids.js';
import type { ObjectId } from '../../services/model/ids.js';
import type { AuditEntry } from '../../services/model/audit.js';
import type { Plan } from '../../services/model/plan.js';
import type { RestoreRequest } from '../../services/model/restore.js';
import type { Candidate } from '../../services/model/restore-service.js';
import { RewindError } from '../../services/model/errors.js';
import * as S from './story.js';

const LONG = 'Prof. Dr. Maximiliane-Alexandra von und zu Hohenstein-Wittelsbach, Head of Procurement and Logistics (EMEA)';
const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));

function build(): Record<CardName, Record<string, View>> {
  const tenantName = 'Contoso';
  const approverGroup = 'Identity approvers';
  const say = sayRequest(S.request);
  const ctx = S.ctx();
  const channel = S.ctx(S.hanna, 'channel');
  const long = longStory();
  const base = { tenantName, say };
  const header = S.header;
  return {
    'which-one': {
      typical: C.whichOneView({ name: 'alice', candidates: S.candidates, sentence: 'restore {choice} from yesterday', say: 'restore user alice from yesterday' }, ctx),
      longest: C.whichOneView({ name: LONG, candidates: long.candidates, sentence: 'show {choice}' }, ctx),
    },
    'restore-options': {
      typical: C.restoreOptionsView({ ...base, request: S.request, outlook: S.outlook, deletedBy: 'app "HR sync"' }, ctx),
      empty: C.restoreOptionsView({ ...base, request: { ...S.request, point: { seq: 15, takenAt: '2026-11-21T01:00:00Z' } }, outlook: { ...S.outlook, candidate: { object: S.tom, state: 'live' }, account: { how: 'overwrite', properties: 0 }, since: { deleted: false, linksGained: 0, linksLost: 0, propertiesChanged: 0 }, comesBack: [], aspects: [] } }, ctx),
      recreate: C.restoreOptionsView({ ...base, request: { ...S.request, subjects: [S.erik], point: { seq: 12, takenAt: '2026-11-18T01:00:00Z' } }, outlook: { ...S.outlook, candidate: { object: S.erik, state: 'gone', lastSeen: { seq: 12, takenAt: '2026-11-18T01:00:00Z' } }, account: { how: 'recreate', properties: 24 }, comesBack: [] } }, ctx),
      leftOut: C.restoreOptionsView({ ...base, request: S.request, outlook: { ...S.outlook, comesBackLines: S.withoutProjectX }, say: sayRequest(S.request, undefined, ['Project X']) }, ctx),
      partial: C.restoreOptionsView(
        {
          ...base,
          request: { ...S.request, point: { ...S.point14, partial: ['groups: the second page could not be read'] } },
          outlook: S.outlook,
        },
        ctx,
      ),
      taken: C.restoreOptionsView({ ...base, request: { ...S.request, reason: 'INC-20417' }, outlook: S.outlook, takenUpn: 'alice.moreau@contoso.example' }, ctx),
      longest: C.restoreOptionsView({ ...base, request: { ...S.request, subjects: long.subjects, reason: 'x'.repeat(500) }, outlook: { ...S.outlook, aspects: many(10, (i) => ({ name: `a${i}`, label: `Relationship of kind ${i}`, count: 1234, selected: i % 2 === 0, readOnly: i > 7 })) }, say: sayRequest({ ...S.request, subjects: long.subjects }) }, ctx),
    },
    'comes-back': {
      typical: C.comesBackView({ ...base, request: S.request, lines: S.withoutProjectX, say: sayRequest(S.request, undefined, ['Project X']) }, ctx),
      empty: C.comesBackView({ ...base, request: { ...S.request, point: null }, lines: [] }, ctx),
      longest: C.comesBackView({ ...base, request: { ...S.request, subjects: long.subjects }, page: 2, lines: many(40, (i) => ({ key: `link:member:${S.group(i, '', '').id}:${S.alice.id}`, kind: i % 2 === 0 ? 'member' : 'owner', by: 'undelete', object: S.group(i, `${LONG} ${i}`, 'mail-enabled security group'), note: LONG, gives: [{ text: `the role "${LONG}"`, granting: true }], ...(i % 3 === 0 ? { removal: 'exact' } : i % 3 === 1 ? { stays: LONG } : {}) }) as Plan['expected'][number]) }, ctx),
    },
    'point-picker': {
      typical: C.pointPickerView({ ...base, request: S.request, points: S.points }, ctx),
      empty: C.pointPickerView({ ...base, request: { ...S.request, point: null }, points: [] }, ctx),
      longest: C.pointPickerView({ ...base, request: S.request, points: many(40, (i) => ({ point: { seq: 40 - i, takenAt: new Date(Date.UTC(2026, 10, 21) - i * 86_400_000).toISOString() }, until: { seq: 40 - i, takenAt: S.point14.takenAt }, what: many(9, (j) => `${LONG} joined ${j}`) })), page: 2 }, ctx),
    },
    preview: {
      leftOut: C.previewView({ ...base, request: S.withReason, plan: S.leftOutPlan, approverGroup }, ctx),
      removals: C.previewView({ ...base, request: { ...S.withReason, follows: S.request.id }, plan: S.removalsPlan, approverGroup, followsNumber: 31, say: 'request 32' }, ctx),
      typical: C.previewView({ ...base, request: S.withReason, plan: S.plan, approverGroup }, ctx),
      asksReason: C.previewView({ ...base, request: S.request, plan: S.plan, approverGroup }, ctx),
      empty: C.previewView({ ...base, request: S.withReason, plan: S.emptyPlan, approverGroup }, ctx),
      dryRun: C.previewView({ ...base, request: null, plan: S.plan, approverGroup }, ctx),
      undo: C.previewView({ ...base, request: { ...S.withReason, kind: 'undo', number: 32, point: null }, plan: long.undo, approverGroup, undoesNumber: 31 }, ctx),
      credential: C.previewView({ ...base, request: { ...S.request, kind: 'credential', credential: 'resetPassword', point: null }, plan: long.credential, approverGroup }, ctx),
      error: C.previewView({ ...base, request: S.withReason, plan: { ...S.plan, applyable: false, findings: [{ severity: 'error', code: 'UPN_TAKEN', summary: 'alice.moreau@contoso.example belongs to Alice Martin now', detail: 'choose another sign-in name' }] }, approverGroup }, ctx),
      longest: C.previewView({ ...base, request: { ...S.request, subjects: long.subjects }, plan: long.plan, approverGroup, page: 2, say: sayRequest({ ...S.request, subjects: long.subjects }) }, ctx),
    },
    'plan-json': {
      typical: C.planJsonView({ plan: { ...S.plan, expected: [], skips: [] }, request: S.request, say }, ctx),
      longest: C.planJsonView({ plan: long.plan, request: S.request, say }, ctx),
    },
    waiting: {
      typical: C.waitingView({ ...base, request: S.waiting, plan: S.plan, approverGroup, asked: ['Arun Patel', 'Mei Lin'] }, ctx),
      number: C.waitingView({ ...base, request: S.waitingGranting, plan: S.grantingPlan, approverGroup, asked: ['Arun Patel', 'Mei Lin'] }, ctx),
      longest: C.waitingView({ ...base, request: { ...S.waitingGranting, reason: LONG.repeat(4) }, plan: long.plan, approverGroup, asked: many(40, (i) => `${LONG} ${i}`) }, ctx),
    },
    approval: {
      typical: C.approvalView({ ...base, request: S.waiting, plan: S.plan, approvers: [S.arun, S.mei, S.hanna] }, S.ctx(S.arun)),
      number: C.approvalView({ ...base, request: S.waitingGranting, plan: S.grantingPlan, approvers: [S.arun, S.mei] }, S.ctx(S.mei)),
      lines: C.approvalView({ ...base, request: S.waiting, plan: S.plan, approvers: [S.arun, S.mei], page: 1 }, S.ctx(S.arun)),
      empty: C.approvalView({ ...base, request: { ...S.waiting, reason: '' }, plan: S.plan, approvers: [S.arun] }, S.ctx(S.arun)),
      longest: C.approvalView({ ...base, request: { ...S.waitingGranting, reason: LONG.repeat(4) }, plan: long.plan, approvers: many(40, (i) => ({ ...S.mei, objectId: guid(500 + i), name: `${LONG} ${i}` })), page: 2 }, S.ctx(S.arun)),
    },
    running: {
      typical: C.runningView({ ...base, request: S.running }, ctx),
      empty: C.runningView({ ...base, request: { ...S.running, progress: undefined } }, ctx),
      long: C.runningView({ ...base, request: { ...S.running, progress: { done: 1200, total: 5000, startedAt: '2026-11-21T08:54:56Z', stopAsked: false } } }, ctx),
      stopping: C.runningView({ ...base, request: { ...S.running, progress: { done: 1, total: 4, startedAt: '2026-11-21T08:54:56Z', stopAsked: true } } }, ctx),
    },
    lapsed: {
      typical: C.lapsedView({ ...base, request: { ...S.waiting, state: 'lapsed', lapsedBecause: ['Sofia Rossi deleted the group Finance leads'] }, plan: S.plan, approverGroup }, ctx),
      empty: C.lapsedView({ ...base, request: { ...S.waiting, state: 'lapsed', lapsedBecause: [] }, plan: S.emptyPlan, approverGroup }, ctx),
      longest: C.lapsedView({ ...base, request: { ...S.waiting, state: 'lapsed', lapsedBecause: many(30, (i) => `${LONG} changed ${i}`) }, plan: long.plan, approverGroup }, ctx),
    },
    result: {
      typical: C.resultView({ ...base, request: S.done, plan: S.plan }, ctx),
      recreated: C.resultView({ ...base, request: { ...S.done, subjects: [S.erik], result: { ...S.result, tell: ['Erik must set up his sign-in methods again; passwords and methods are never backed up.'], recreated: [{ object: S.erik, formerId: S.erik.id, newId: guid(99), repointed: ['Berlin office', 'Finance all'] }] } }, plan: S.plan, handoffId: 'hand1', handoffKind: 'pass' }, ctx),
      followUp: C.resultView({ ...base, request: S.done, plan: S.leftOutPlan, followUp: { id: 'req1-removals' as RestoreRequest['id'], number: 32, state: 'asks' } }, ctx),
      removals: C.resultView({ ...base, request: { ...S.done, state: 'done', follows: S.request.id, result: { ...S.result, linesHeld: 1, linesTotal: 1, skips: [], tell: [] } }, plan: S.removalsPlan, followsNumber: 31, say: 'request 32' }, ctx),
      error: C.resultView({ ...base, request: { ...S.done, state: 'failed', result: { ...S.result, linesHeld: 5, outcomes: [{ operationId: 'op4', outcome: { outcome: 'failed', reason: 'Entra answered that this app may not change members of this group', code: 'GRAPH_DENIED' } }], differences: [{ object: S.alice, text: 'Department is not as wanted', operationId: 'op2' }, { object: S.financeLeads, text: 'Alice Moreau is not a member: Entra answered that this app may not change members of this group', operationId: 'op4' }] } }, plan: S.plan }, ctx),
      stopped: C.resultView({ ...base, request: { ...S.done, state: 'cancelled', result: { ...S.result, linesHeld: 2 } }, plan: S.plan }, ctx),
      credential: C.resultView({ ...base, request: { ...S.done, kind: 'credential', credential: 'resetPassword', state: 'done', point: null, result: { ...S.result, linesHeld: 1, linesTotal: 1, skips: [], tell: [] } }, plan: null, handoffId: 'hand1', handoffKind: 'password' }, ctx),
      undo: C.resultView({ ...base, request: { ...S.done, kind: 'undo', state: 'done', point: null, result: { ...S.result, skips: [] } }, plan: S.plan, undoesNumber: 31 }, S.ctx(S.arun)),
      longest: C.resultView({ ...base, request: { ...S.done, subjects: long.subjects, result: { ...S.result, tell: many(4, () => LONG.repeat(3)), skips: many(40, (i) => ({ ...(S.plan.skips[0] as Plan['skips'][number]), key: `k${i}`, object: S.group(600 + i, `${LONG} ${i}`, 'distribution list') })), recreated: many(12, (i) => ({ object: S.user(700 + i, LONG, 'x@contoso.example'), formerId: guid(850 + i), newId: guid(800 + i), repointed: many(20, (j) => `${LONG} ${j}`) })) } }, plan: long.plan }, ctx),
    },
    decided: {
      denied: C.decidedView({ ...base, request: decided('denied'), plan: S.plan }, ctx),
      expired: C.decidedView({ ...base, request: { ...S.waiting, state: 'expired' }, plan: S.plan }, ctx),
      expiredHalfApproved: C.decidedView({ ...base, request: { ...S.waitingGranting, state: 'expired' }, plan: S.grantingPlan }, ctx),
      expiredNotAsked: C.decidedView({ ...base, request: { ...S.request, state: 'expired' }, plan: S.plan }, ctx),
      withdrawn: C.decidedView({ ...base, request: { ...S.waiting, state: 'withdrawn' }, plan: S.plan }, ctx),
      cancelled: C.decidedView({ ...base, request: { ...S.request, state: 'cancelled' }, plan: null }, ctx),
      oneOfTwo: C.decidedView({ ...base, request: S.waitingGranting, plan: S.grantingPlan }, S.ctx(S.arun)),
    },
    'handoff-offer': {
      typical: C.handoffOfferView({ handoff: S.handoff, requestNumber: 32, tenantName, people: [S.tom, { ...S.tom, id: S.mei.objectId, name: 'Mei Lin', key: 'mei.lin@contoso.example' }], say: 'hand over 32 to tom.okafor@contoso.example identified by video call' }, ctx),
      empty: C.handoffOfferView({ handoff: { ...S.handoff, defaultRecipient: undefined, kind: 'password', twoPeople: true }, requestNumber: 32, tenantName, people: [], say: '' }, ctx),
      longest: C.handoffOfferView({ handoff: { ...S.handoff, user: { ...S.erik, name: LONG } }, requestNumber: 32, tenantName, people: many(60, (i) => S.user(900 + i, LONG, `person.${i}@contoso.example`)), say }, ctx),
    },
    'handoff-ready': {
      typical: C.handoffReadyView({ handoff: ready('pass'), tenantName, requestNumber: 32, say: 'reveal 32' }, ctx),
      password: C.handoffReadyView({ handoff: ready('password'), tenantName, requestNumber: 32, say: 'reveal 32' }, ctx),
    },
    'handoff-state': Object.fromEntries(
      (['confirming', 'ready', 'shown', 'expired', 'failed', 'making', 'preparing', 'offered'] as const).map((state) => [
        state,
        C.handoffStateView({ handoff: { ...ready('pass'), state, assignedBy: S.hanna, shownAt: '2026-11-21T08:59:00Z' }, tenantName, requestNumber: 32, say: '', mayConfirm: state === 'confirming' }, ctx),
      ]),
    ),
    'show-once': {
      typical: C.showOnceView({ id: 'hand1', kind: 'pass', oneTime: 'EXAMPLE-PASS-1', userName: 'Erik Sand', userKey: 'erik.sand@contoso.example' }, ctx),
      password: C.showOnceView({ id: 'hand1', kind: 'password', oneTime: 'Example*_`[x](y)<z>', userName: LONG }, ctx),
    },
    help: {
      typical: C.helpView({ entries: helpEntries() }, ctx),
      restore: C.helpView({ entries: helpEntries(), topic: helpEntry('restore') }, ctx),
      status: C.helpView({ entries: helpEntries(), topic: helpEntry('status') }, ctx),
    },
    'near-miss': {
      typical: C.nearMissView({ text: 'restor user alice from yesterday', suggestions: ['restore user alice from yesterday'] }, ctx),
      empty: C.nearMissView({ text: 'make me a sandwich', suggestions: [] }, ctx),
      longest: C.nearMissView({ text: 'x'.repeat(4000), problem: LONG, suggestions: many(9, (i) => `${LONG} ${i}`) }, ctx),
    },
    error: {
      typical: C.errorView({ error: new RewindError('OBJECT_NOT_FOUND', { type: 'user', name: 'alcie', closest: 'Closest: Alice Moreau, Alice Chen.' }), ref: '7f3a', suggestions: [{ title: 'Alice Moreau', text: 'restore user alice.moreau@contoso.example from yesterday' }] }, ctx),
      denied: C.errorView({ error: new RewindError('GRAPH_DENIED', { what: 'write role assignments', permission: 'RoleManagement.ReadWrite.Directory' }), ref: '7f3a' }, ctx),
      channel: C.errorView({ error: new RewindError('OBJECT_NOT_FOUND', { type: 'user', name: 'alcie', closest: 'Closest: Alice Moreau, Alice Chen.' }), ref: '7f3a' }, channel),
      longest: C.errorView({ error: new RewindError('GRAPH_BAD_REQUEST', { reason: LONG.repeat(30) }), ref: '7f3a', suggestions: many(9, () => ({ title: LONG, text: LONG })) }, ctx),
    },
    hello: {
      'no-role': C.helloView({ tenantName, viewerName: 'Tom', suggestions: [], askFor: 'Helpdesk' }, ctx),
      typical: C.helloView({ tenantName, viewerName: 'Hanna', kept: '15 snapshots since Sat 7 Nov', suggestions: ['restore user alice from yesterday with memberships', 'what changed since yesterday', 'status'] }, ctx),
      empty: C.helloView({ tenantName, suggestions: [] }, ctx),
      channel: C.helloView({ tenantName, suggestions: ['restore user alice from yesterday', 'status'] }, channel),
    },
    status: {
      typical: C.statusView({ tenantName, newest: header, snapshots: 15, nextRunAt: '2026-11-22T01:00:00Z', running: false, mayBackUp: true, openRequests: 0, missingPermissions: [] }, ctx),
      empty: C.statusView({ tenantName, newest: null, snapshots: 0, nextRunAt: null, running: true, mayBackUp: true, openRequests: 0, missingPermissions: [] }, ctx),
      error: C.statusView({ tenantName, newest: { ...header, status: 'partial', partialReasons: ['groups: the second page could not be read'] }, snapshots: 15, nextRunAt: '2026-11-22T01:00:00Z', running: false, mayBackUp: true, openRequests: 2, missingPermissions: [{ permission: 'Policy.Read.All', disables: 'Conditional Access cannot be read: plans take 2 approvers' }], problems: ['no verify for 3 days'] }, ctx),
    },
    'backup-done': {
      typical: C.backupDoneView({ header, tenantName }, channel),
      alike: C.backupDoneView({ header: { ...header, status: 'partial', partialReasons: ['groups: the second page could not be read'] }, tenantName, alike: 3 }, channel),
      partial: C.backupDoneView({ header: { ...header, status: 'partial', mode: 'mixed', partialReasons: ['groups: the second page could not be read'], parts: { user: { mode: 'full', reason: 'the delta token had expired' }, group: { mode: 'increment' } } }, tenantName }, channel),
    },
    'backup-failed': {
      typical: C.backupFailedView({ tenantName, code: 'GRAPH_UNREACHABLE', text: 'Microsoft Graph cannot be reached.', hint: 'The next run tries again at 02:00.', lastCompleteAt: header.startedAt, lastSeq: 15 }, channel),
      again: C.backupFailedView({ tenantName, code: 'GRAPH_UNREACHABLE', text: 'Microsoft Graph cannot be reached.', hint: 'The next run tries again at 02:00.', lastCompleteAt: header.startedAt, lastSeq: 15, times: 3, firstAt: '2026-11-21T03:00:00Z' }, channel),
      empty: C.backupFailedView({ tenantName, code: 'GRAPH_AUTH', text: 'Entra refused our sign-in (invalid_client).', hint: "An administrator should check the application's credentials in the settings." }, channel),
    },
    digest: {
      typical: C.digestView({ headers: [header], tenantName }, channel),
      partial: C.digestView({ headers: [{ ...header, status: 'partial', partialReasons: ['groups'] }], tenantName }, channel),
      day: C.digestView({ headers: [{ ...header, seq: 37 }, { ...header, seq: 38 }], tenantName, after: { kind: 'failed', times: 3 } }, channel),
      much: C.digestView({ headers: [{ ...header, previous: 14, changes: { user: 38, member: 31 } }], tenantName }, channel),
      carried: C.digestView({ headers: [header], tenantName, carried: ['Restore done: restore of 1 user, asked by Hanna Berg · request 47'] }, channel),
    },
    'show-object': {
      typical: C.showObjectView({ ...show(), properties: [{ label: 'Name', value: 'Alice Moreau', lastChanged: '2026-11-07T01:00:00Z' }, { label: 'Department', value: 'Finance', changed: true, before: 'TBD', lastChanged: '2026-11-20T01:00:00Z' }, { label: 'Business phone', value: [] }, { label: 'Sign-in', value: true }, { label: 'Employee type', value: undefined }], linkChanges: [{ sign: '+', text: 'Memberships: Payroll readers' }, { sign: '−', text: 'Memberships: Finance leads' }] }, ctx),
      found: C.showObjectView({ ...show(), find: 'Pho', properties: many(20, (i) => ({ label: i === 4 ? 'Business phone' : `Property ${i}`, value: i === 5 ? 'a phone' : '' })) }, ctx),
      empty: C.showObjectView({ ...show(), tab: 'memberships', links: [], tabs: [{ name: 'memberships', label: 'Memberships', count: 0 }] }, ctx),
      links: C.showObjectView({ ...show(), point: null, state: 'softDeleted', deletedAt: '2026-11-21T06:12:00Z', purgeAt: '2026-12-21T06:12:00Z', tab: 'memberships', links: [{ object: S.payroll, since: '2026-11-16T01:00:00Z' }, { object: S.projectX, note: 'latent' }] }, ctx),
      log: C.showObjectView({ ...show(), tab: 'log', log: [{ at: '2026-11-20T15:04:00Z', sign: '+', text: 'joined Project X' }, { at: '2026-11-16T01:00:00Z', sign: '+', text: 'joined Payroll readers' }] }, ctx),
      json: C.showObjectView({ ...show(), tab: 'json', json: { id: S.alice.id, displayName: 'Alice Moreau', department: 'Finance' } }, ctx),
      longest: C.showObjectView({ ...show(), properties: many(60, (i) => ({ label: `Property ${i} ${LONG}`, value: LONG.repeat(20), changed: true, before: LONG.repeat(20), lastChanged: header.startedAt })), linkChanges: many(40, (i) => ({ sign: '+' as const, text: `Memberships: ${LONG} ${i}` })), page: 2 }, ctx),
    },
    'find-results': {
      typical: C.findResultsView({ tenantName, text: 'alice', results: S.candidates, say: 'find alice' }, ctx),
      empty: C.findResultsView({ tenantName, text: 'nobody', results: [], say: 'find nobody' }, ctx),
      longest: C.findResultsView({ tenantName, text: LONG, type: 'user', results: long.candidates, page: 2, say: 'find x' }, ctx),
    },
    compare: {
      typical: C.compareView({ tenantName, object: S.alice, from: S.point14, to: null, facts: ['Deleted since then.'], properties: [{ label: 'Department', before: 'Finance', after: 'TBD' }], links: [{ label: 'Memberships', object: S.projectX, change: 'added' }, { label: 'Memberships', object: S.financeAll, change: 'removed' }], say: 'compare user alice.moreau@contoso.example yesterday now' }, ctx),
      empty: C.compareView({ tenantName, object: S.tom, from: S.point14, to: { seq: 15, takenAt: header.startedAt }, properties: [], links: [], say: '' }, ctx),
      longest: C.compareView({ tenantName, object: { ...S.alice, name: LONG }, from: S.point14, to: null, properties: many(40, (i) => ({ label: `Property ${i}`, before: LONG.repeat(9), after: null })), links: many(40, (i) => ({ label: 'Memberships', object: S.group(i + 100, `${LONG} ${i}`, 'security group'), change: 'removed' })), page: 2, say }, ctx),
    },
    'what-changed': {
      typical: C.whatChangedView(changed(), ctx),
      channel: C.whatChangedView(changed(), channel),
      empty: C.whatChangedView({ ...changed(), counts: [], items: [] }, ctx),
      longest: C.whatChangedView({ ...changed(), items: many(300, (i) => ({ sign: '~', text: `${LONG} changed ${i}`, at: header.startedAt, actor: LONG })), page: 3 }, ctx),
    },
    covered: {
      typical: C.coveredView({ tenantName, types: [{ name: 'user', plural: 'users', recycleBin: true, restored: many(30, (i) => `Property ${i}`), restoredAtCreate: [{ label: 'Password profile' }], shownOnly: [{ label: 'Proxy addresses', because: 'Exchange owns them' }], keptOnly: ['Created'], relationships: [{ aspect: 'memberships', label: 'Memberships', comesBackWithUndelete: true }], neverRestored: ['Passwords are never stored, and nobody can read them.'] }], notYet: ['Roles and role assignments', 'Licences'] }, ctx),
      empty: C.coveredView({ tenantName, types: [], notYet: [] }, ctx),
    },
    'audit-list': {
      typical: C.auditListView({ tenantName, entries: many(3, (i) => audit(1204 + i)), request: { id: 'req1', number: 31 }, firstBroken: null, lines: new Map([['link:member:g1:u1', 'Finance all: member Alice Moreau']]), say: 'audit 31' }, ctx),
      empty: C.auditListView({ tenantName, entries: [], say: 'audit' }, ctx),
      error: C.auditListView({ tenantName, entries: [audit(7)], firstBroken: 7, say: 'audit' }, ctx),
      longest: C.auditListView({ tenantName, entries: many(90, (i) => ({ ...audit(i + 1), details: { note: LONG.repeat(9) } })), request: { id: 'req1', number: 31 }, page: 2, say: 'audit 31' }, ctx),
    },
    verify: {
      typical: C.verifyView({ tenantName, snapshots: 15, versions: 190, links: 900, auditEntries: 1219, tookMs: 1800, broken: [] }, ctx),
      error: C.verifyView({ tenantName, snapshots: 15, versions: 190, links: 900, auditEntries: 1219, tookMs: 1800, broken: ['snapshot 9: the version of Alice Moreau does not match its hash'] }, ctx),
    },
    requests: {
      typical: C.requestsView({ tenantName, requests: [S.waiting, S.done, decided('denied')], all: true, say: 'requests' }, ctx),
      empty: C.requestsView({ tenantName, requests: [], all: false, say: 'requests' }, ctx),
      longest: C.requestsView({ tenantName, requests: many(40, (i) => ({ ...S.waiting, number: i, subjects: [{ ...S.alice, name: LONG }] })), all: false, page: 2, say: 'requests' }, ctx),
    },
    notice: {
      'retention-dry-run': C.prunePlanView({ tenantName, policy: 'all 90 days, daily 1 year', stays: 380, goes: many(3, (i) => ({ seq: i + 1, takenAt: `2026-08-0${i + 1}T00:00:00Z` })), held: [{ seq: 14, takenAt: '2026-08-20T00:00:00Z', by: 'Arun Patel', because: LONG, at: '2026-11-20T09:00:00Z' }], frees: { versions: 41, links: 1 } }, ctx),
      'retention-nothing': C.prunePlanView({ tenantName, policy: 'all 365 days', stays: 15, goes: [], held: [], frees: { versions: 0, links: 0 } }, ctx),
      'retention-done': C.prunedView({ tenantName, policy: 'all 90 days', pruned: [1, 2, 3], deleted: { versions: 4, links: 2 } }, ctx),
      'retention-held': C.holdView({ snapshot: { seq: 14, takenAt: '2026-08-20T00:00:00Z' }, because: 'case "2026-117"' }, ctx),
      'retention-released': C.holdView({ snapshot: { seq: 14, takenAt: '2026-08-20T00:00:00Z' }, because: null }, ctx),
      ...Object.fromEntries(
      ([S.waiting, S.done, decided('denied'), { ...S.waiting, state: 'expired' }, { ...S.waiting, state: 'lapsed' }] as const).map(
        (request) => [request.state, C.requestNotice(request as RestoreRequest, channel) as View],
      ),
    ),
    },
    pointer: {
      typical: C.pointerView({ name: 'Hanna Berg' }, channel),
      empty: C.pointerView({ notReachable: true }, channel),
    },
    closed: { typical: C.closedView({ title: 'Which alice', text: 'Cancelled. Nothing was done.' }, ctx) },
  };
}

function guid(n: number): ObjectId {
  return objectId(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
}

function decided(state: 'denied'): RestoreRequest {
  return {
    ...S.waiting,
    state,
    approval: {
      ...(S.waiting.approval as NonNullable<RestoreRequest['approval']>),
      decisions: [{ by: S.arun, verdict: 'denied', at: '2026-11-21T08:57:00Z', comment: 'Please talk to Tom first.' }],
    },
  };
}

function ready(kind: 'pass' | 'password'): typeof S.handoff {
  return {
    ...S.handoff,
    kind,
    state: 'ready',
    recipient: { ...S.hanna, objectId: S.tom.id, name: 'Tom Okafor' },
    assignedBy: S.hanna,
    proof: 'videoCall',
    expiresAt: '2026-11-21T09:24:00Z',
  };
}

function show(): Parameters<typeof C.showObjectView>[0] {
  return {
    tenantName: 'Contoso',
    object: S.alice,
    state: 'live',
    point: S.point14,
    version: { index: 2, count: 3 },
    olderSeq: 9,
    newerSeq: 15,
    tab: 'properties',
    tabs: [
      { name: 'properties', label: 'Properties' },
      { name: 'memberships', label: 'Memberships', count: 7 },
      { name: 'log', label: 'Log' },
      { name: 'json', label: 'JSON' },
    ],
    say: 'show user alice.moreau@contoso.example at 2026-11-20T02:00+01:00',
  };
}

function changed(): Parameters<typeof C.whatChangedView>[0] {
  return {
    tenantName: 'Contoso',
    from: S.point14,
    to: null,
    counts: [
      { label: 'users', added: 0, removed: 1, changed: 38 },
      { label: 'memberships', added: 1, removed: 57, changed: 0 },
      { label: 'groups', added: 0, removed: 0, changed: 0 },
    ],
    items: [
      { sign: '−', text: 'Alice Moreau deleted', at: '2026-11-21T06:12:00Z', actor: 'app "HR sync"' },
      { sign: '−', text: 'Finance all: 38 members removed', at: '2026-11-21T06:11:00Z' },
      { sign: '~', text: 'Department of 38 users', at: '2026-11-21T06:11:00Z' },
    ],
    say: 'what changed since yesterday',
  };
}

function audit(number: number): AuditEntry {
  return {
    tenant: S.TENANT,
    number,
    at: '2026-11-21T08:57:00Z',
    actor: { objectId: S.arun.objectId, name: S.arun.name },
    kind: 'approval.approved',
    requestId: 'req1',
    details: { request: 31, class: 'ordinary' },
    prev: 'b'.repeat(64),
    hash: 'c'.repeat(64),
  };
}

/** A plan and people at the edge of what a directory can hold: 256-character names, 300 lines. */
function longStory(): {
  candidates: Candidate[];
  subjects: RestoreRequest['subjects'];
  plan: Plan;
  undo: Plan;
  credential: Plan;
} {
  const name = (i: number): string => `${LONG} ${i} ${'x'.repeat(120)}`;
  const subjects = many(40, (i) => S.user(1000 + i, name(i), `person.${i}.${'y'.repeat(60)}@contoso.example`));
  const first = S.plan.operations[0] as Plan['operations'][number];
  const update = S.plan.operations[1] as Extract<Plan['operations'][number], { do: 'update' }>;
  const link = S.plan.operations[2] as Extract<Plan['operations'][number], { do: 'link' | 'unlink' }>;
  return {
    candidates: many(60, (i) => ({ ...S.aliceDeleted, object: S.user(2000 + i, name(i), `person.${i}@contoso.example`), hint: LONG })),
    subjects,
    plan: {
      ...S.plan,
      class: 'granting',
      needs: { approvers: 2, typeNumber: true, expiresInMs: 3_600_000 },
      subjects: subjects.map((object) => ({ object, before: 'live' })),
      operations: [
        first,
        ...subjects.map((object, i) => ({ ...update, id: `u${i}`, object, changes: [{ key: `property:${object.id}:department`, property: 'department', label: 'Department', before: LONG.repeat(4), after: LONG.repeat(4) }] })),
        ...subjects.flatMap((object, i) =>
          many(6, (j) => ({ ...link, id: `l${i}.${j}`, gives: [{ text: `the role ${LONG} ${j}`, granting: true }], key: `link:member:${guid(3000 + j)}:${object.id}`, target: { id: object.id }, targetName: object, sourceName: S.group(3000 + j, name(j), 'role-assignable group') })),
        ),
      ],
      skips: many(60, (i) => ({ ...(S.plan.skips[0] as Plan['skips'][number]), key: `s${i}`, object: S.group(4000 + i, name(i), 'distribution list') })),
      findings: [{ severity: 'warning', code: 'RISK_UNKNOWN', summary: 'Conditional Access may not be read: this plan takes 2 approvers' }],
    },
    undo: {
      ...S.plan,
      point: null,
      operations: [
        { ...link, id: 'op1', do: 'unlink', key: 'k1' },
        { ...link, id: 'op2', do: 'unlink', key: 'k2', source: { id: S.financeLeads.id }, sourceName: S.financeLeads },
        { id: 'op3', key: `object:${S.alice.id}`, dependsOn: [], why: 'the restore undeleted it', gives: [], do: 'delete', object: S.alice },
      ],
      expected: [],
      skips: [],
    },
    credential: {
      ...S.plan,
      point: null,
      subjects: [{ object: S.alice, before: 'live' }],
      operations: [{ id: 'op1', key: `credential:${S.alice.id}`, dependsOn: [], why: 'asked for', gives: [{ text: 'a way to sign in as Alice Moreau', granting: false }], do: 'issueCredential', object: S.alice, credential: 'password' }],
      expected: [],
      skips: [],
    },
  };
}

/** Every card in its cases: what a person meets first (typical), nothing there (empty), as much as fits (longest), trouble (error). */
export const VIEWS: Readonly<Record<CardName, Readonly<Record<string, View>>>> = build();
