import type { VerbName } from '../cards/verbs.js';
import { RewindError } from '../services/model/errors.js';
import type { BotRole, RoleReader } from '../services/model/people.js';
import type { CommandName } from './grammar/command.js';
import type { Turn } from './turn.js';

type Rule = 'anyone' | readonly [BotRole, ...BotRole[]];

const READ: Rule = ['reader', 'operator', 'approver', 'administrator', 'auditor'];
const ASK: Rule = ['operator', 'administrator'];
const DECIDE: Rule = ['approver'];

/** Who may type what: any one of the roles is enough. A command without a row does not compile (DESIGN §6). */
export const COMMAND_RULES: Readonly<Record<CommandName, Rule>> = {
  hello: 'anyone',
  help: 'anyone',
  status: READ,
  find: READ,
  show: READ,
  compare: READ,
  changed: READ,
  covered: READ,
  requests: READ,
  request: READ,
  restore: ASK,
  undo: ASK,
  resetPassword: ASK,
  issuePass: ASK,
  revokeSessions: ASK,
  withdraw: ASK,
  stop: ['operator', 'approver', 'administrator'],
  approve: DECIDE,
  deny: DECIDE,
  reassign: DECIDE,
  handOver: ASK,
  // The named recipient may be anybody in the tenant; the hand-off itself checks that it is this person.
  reveal: 'anyone',
  backup: ['operator', 'administrator'],
  verify: ['administrator', 'auditor'],
  hold: ['administrator', 'auditor'],
  release: ['administrator', 'auditor'],
  prune: ['administrator'],
  audit: ['auditor', 'administrator'],
};

/** Who may click what. */
export const VERB_RULES: Readonly<Record<VerbName, Rule>> = {
  // Both run a sentence, which is checked by COMMAND_RULES as if it had been typed.
  choose: 'anyone',
  'command.run': 'anyone',
  dismiss: 'anyone',
  'restore.points': ASK,
  'restore.usePoint': ASK,
  'restore.comesBack': ASK,
  'restore.options': ASK,
  'restore.preview': ASK,
  'restore.ask': ASK,
  'restore.json': ASK,
  'restore.cancel': ASK,
  'approval.approve': DECIDE,
  'approval.deny': DECIDE,
  'approval.reassign': DECIDE,
  'approval.lines': DECIDE,
  'request.withdraw': ASK,
  'request.stop': ['operator', 'approver', 'administrator'],
  'request.askAgain': ASK,
  'request.undo': ASK,
  'request.audit': READ,
  'audit.page': ['auditor', 'administrator'],
  'request.refresh': READ,
  'request.open': READ,
  'handoff.offer': ASK,
  'handoff.assign': ASK,
  'handoff.confirm': ['operator', 'approver', 'administrator'],
  'handoff.show': 'anyone',
  'handoff.close': 'anyone',
  'credential.start': ASK,
  'show.version': READ,
  'show.tab': READ,
  'find.page': READ,
  'changed.page': READ,
  'compare.page': READ,
  'requests.page': READ,
};

/** Whether somebody with these roles may: for what is offered. What is done is checked by `authorize`. */
export const allows = (rule: Rule, held: ReadonlySet<BotRole>): boolean =>
  rule === 'anyone' || rule.some((role) => held.has(role));

/**
 * The one check for every door (text, click, dialog, refresh, terminal). An empty group means nobody. Whoever only looks may be known
 * for a minute; for everything else the right is read now (SPEC A2).
 * @throws NOT_ALLOWED, RIGHTS_UNKNOWN (roles cannot be read: refused)
 */
export async function authorize(turn: Turn, rule: Rule, roles: RoleReader): Promise<void> {
  if (rule === 'anyone') return;
  const held = await roles.rolesOf(turn.person, { fresh: rule !== READ });
  if (allows(rule, held)) return;
  const first = rule.find((role) => role !== 'reader') ?? rule[0];
  throw new RewindError('NOT_ALLOWED', { needed: first, group: roles.groupName(first) });
}
