import type { CommandName, CommandOf } from './command.js';
import { ASPECT_NAMES } from './aspects.js';
import {
  formatChanged,
  formatCompare,
  formatShow,
  LOOKING_WORDS,
  onUser,
  readChanged,
  readCompare,
  readFind,
  readShow,
} from './looking.js';
import { formatName, formatObjects } from './objects.js';
import {
  formatHandOver,
  formatOn,
  onRequest,
  quoteIfNeeded,
  readApprove,
  readDeny,
  readHandOver,
  readReassign,
  readRequest,
} from './requests.js';
import { formatRestore, readRestore } from './restore.js';
import { plain, type CommandSpec } from './spec.js';
import { quote } from './tokens.js';
import { nearest } from './nearest.js';

const row = <N extends CommandName>(spec: CommandSpec<N>): CommandSpec<N> => spec;

const TIMES = {
  term: 'TIME',
  text: 'yesterday · last Friday 5pm · 2 hours ago · 20 Nov · 2026-11-20 02:00 · snapshot 14; in your own time zone',
};
const NAME = {
  term: 'NAME',
  text: 'name, sign-in name, mail or object ID; in "quotes" when it contains words such as from or with',
};
const because = (command: CommandOf<'resetPassword' | 'issuePass' | 'revokeSessions'>): string =>
  command.reason === undefined ? '' : ` because ${quote(command.reason)}`;
const userName = ({ object }: { readonly object: { readonly name: string } }): string =>
  formatName(object.name, LOOKING_WORDS);

/** The one table of commands (SPEC C1), in the order of help. */
export const COMMANDS = {
  restore: row({
    name: 'restore',
    words: ['restore', 'bring back', 'recover', 'undelete', 'rewind'],
    title: 'restore',
    description: 'Brings users or groups back to an earlier state: preview, approval, then the change.',
    syntax:
      'restore [user|group] NAME [from TIME] [with RELATIONSHIPS] [without RELATIONSHIPS|object] [exactly] [blocked] [only PROPERTIES] [as NEW-SIGN-IN-NAME] [dry run] [because "REASON"]',
    details: [
      NAME,
      TIMES,
      { term: 'with', text: `what comes along: ${ASPECT_NAMES.join(', ')}, or everything` },
      { term: 'without', text: 'the same words to leave out; "without object" restores relationships only' },
      { term: 'exactly', text: 'also takes away what was not there then, listed before anyone approves' },
      { term: 'blocked', text: 'the account comes back with sign-in blocked' },
      { term: 'only', text: 'single properties: only department, job title' },
      { term: 'as', text: 'another sign-in name, where the old one is taken' },
      { term: 'dry run', text: 'shows the plan, asks and writes nothing' },
    ],
    examples: [
      'restore user alice from yesterday with memberships',
      'restore group "Finance all" to snapshot 14 with members, owners',
      'restore user alice@contoso.example at 2026-11-20T02:00+01:00 only department, job title because "INC-20417"',
    ],
    role: 'operator',
    menu: { title: 'restore user … from yesterday', scopes: ['personal'] },
    read: readRestore,
    format: formatRestore,
  }),
  undo: row({
    name: 'undo',
    words: ['undo', 'undo request', 'roll back', 'revert'],
    title: 'undo',
    description: 'Plans the way back from a restore, with the same preview and approval.',
    syntax: 'undo [last | request N]',
    details: [{ term: 'N', text: 'number of the request; "requests" lists them' }],
    examples: ['undo 31', 'undo last'],
    role: 'operator',
    menu: { title: 'undo last', scopes: ['personal'] },
    read: onRequest('undo', 'undo 31', 'last'),
    format: formatOn('undo'),
  }),
  find: row({
    name: 'find',
    words: ['find', 'search', 'search for', 'look for', 'who is'],
    title: 'find',
    description: 'Searches live, deleted and no longer existing users and groups.',
    syntax: 'find [user|group] PART OF NAME',
    details: [{ term: 'PART OF NAME', text: 'any part of name, sign-in name, mail or object ID' }],
    examples: ['find moreau', 'find group finance'],
    role: 'reader',
    menu: { title: 'find', scopes: ['personal'] },
    read: readFind,
    format: ({ text, type }) => ['find', type, formatName(text, LOOKING_WORDS)].filter(Boolean).join(' '),
  }),
  show: row({
    name: 'show',
    words: ['show', 'show me', 'display', 'open', 'view'],
    title: 'show',
    description: 'All properties and relationships of one user or group, now or at a time.',
    syntax: 'show [user|group] NAME [at TIME]',
    details: [NAME, TIMES],
    examples: ['show user alice', 'show group "Finance all" at yesterday'],
    role: 'reader',
    menu: { title: 'show user', scopes: ['personal'] },
    read: readShow,
    format: formatShow,
  }),
  compare: row({
    name: 'compare',
    words: ['compare', 'diff'],
    title: 'compare',
    description: 'What differs in one user or group between two times, or a time and now.',
    syntax: 'compare [user|group] NAME TIME [TIME|now]',
    details: [NAME, TIMES],
    examples: [
      'compare user alice yesterday now',
      'compare group "Finance all" from snapshot 3 to snapshot 14',
    ],
    role: 'reader',
    menu: { title: 'compare', scopes: ['personal'] },
    read: readCompare,
    format: formatCompare,
  }),
  changed: row({
    name: 'changed',
    words: ['what changed', 'what has changed', "what's changed", 'whats changed', 'changes', 'show changes'],
    title: 'what changed',
    description: 'Everything that changed in the tenant since a time, counts first.',
    syntax: 'what changed [since TIME]',
    details: [TIMES],
    examples: ['what changed since yesterday', 'what changed since snapshot 3'],
    role: 'reader',
    menu: { title: 'what changed since yesterday', scopes: ['personal', 'team'] },
    read: readChanged,
    format: formatChanged,
  }),
  backup: row({
    name: 'backup',
    words: [
      'backup now',
      'backup',
      'back up now',
      'back up',
      'snapshot now',
      'take a snapshot',
      'take snapshot',
      'run backup',
    ],
    title: 'backup now',
    description: 'Takes a snapshot now.',
    syntax: 'backup now',
    details: [],
    examples: ['backup now'],
    role: 'operator',
    menu: { title: 'backup now', scopes: ['personal', 'team'] },
    read: plain<'backup'>({ command: 'backup' }),
    format: () => 'backup now',
  }),
  status: row({
    name: 'status',
    words: ['status', 'how are you', 'health', 'state'],
    title: 'status',
    description: 'Last snapshot, next run, what is missing, what waits for somebody.',
    syntax: 'status',
    details: [],
    examples: ['status'],
    role: 'reader',
    menu: { title: 'status', scopes: ['personal', 'team'] },
    read: plain<'status'>({ command: 'status' }),
    format: () => 'status',
  }),
  requests: row({
    name: 'requests',
    words: ['requests', 'open requests', 'list requests', 'show requests', 'my requests', 'pending'],
    title: 'requests',
    description: 'Restores that wait, run or are done.',
    syntax: 'requests',
    details: [],
    examples: ['requests'],
    role: 'reader',
    menu: { title: 'requests', scopes: ['personal', 'team'] },
    read: plain<'requests'>({ command: 'requests' }),
    format: () => 'requests',
  }),
  request: row({
    name: 'request',
    words: ['request', 'show request', 'open request'],
    title: 'request',
    description: 'One request as it stands.',
    syntax: 'request N',
    details: [],
    examples: ['request 31'],
    role: 'reader',
    read: onRequest('request', 'request 31'),
    format: formatOn('request'),
  }),
  approve: row({
    name: 'approve',
    words: ['approve', 'approve request', 'accept', 'agree to'],
    title: 'approve',
    description: 'Agrees to a request of somebody else, as its card showed it.',
    syntax: 'approve N [number NN]',
    details: [
      { term: 'NN', text: "two digits on the requester's card, where the class of the plan asks for them" },
    ],
    examples: ['approve 31', 'approve 31 number 47'],
    role: 'approver',
    read: readApprove,
    format: ({ request, number }) =>
      `approve ${request}${number === undefined ? '' : ` number ${String(number).padStart(2, '0')}`}`,
  }),
  deny: row({
    name: 'deny',
    words: ['deny', 'deny request', 'reject', 'refuse', 'decline'],
    title: 'deny',
    description: 'Refuses a request; nothing is written.',
    syntax: 'deny N [because "COMMENT"]',
    details: [],
    examples: ['deny 31 because "not agreed with Tom"'],
    role: 'approver',
    read: readDeny,
    format: ({ request, comment }) =>
      `deny ${request}${comment === undefined ? '' : ` because ${quote(comment)}`}`,
  }),
  reassign: row({
    name: 'reassign',
    words: ['reassign', 'reassign request', 'hand request', 'delegate'],
    title: 'reassign',
    description: 'Hands the decision on a request to somebody else.',
    syntax: 'reassign N to PERSON',
    details: [],
    examples: ['reassign 31 to mei.lin@contoso.example'],
    role: 'approver',
    read: readReassign,
    format: ({ request, to }) => `reassign ${request} to ${quoteIfNeeded(to)}`,
  }),
  withdraw: row({
    name: 'withdraw',
    words: ['withdraw', 'withdraw request', 'take back'],
    title: 'withdraw',
    description: 'Takes your own request back before it is decided.',
    syntax: 'withdraw N',
    details: [],
    examples: ['withdraw 31'],
    role: 'operator',
    read: onRequest('withdraw', 'withdraw 31', 'last'),
    format: formatOn('withdraw'),
  }),
  stop: row({
    name: 'stop',
    words: ['stop', 'cancel', 'abort', 'stop request', 'cancel request'],
    title: 'stop',
    description: 'Stops a running request after the step it is at, and says what was done.',
    syntax: 'stop [N]',
    details: [],
    examples: ['stop 31'],
    role: 'operator',
    read: onRequest('stop', 'stop 31', 'last'),
    format: formatOn('stop'),
  }),
  handOver: row({
    name: 'handOver',
    words: [
      'hand over',
      'hand over request',
      'handover',
      'hand over the pass of',
      'hand over the password of',
    ],
    title: 'hand over',
    description:
      "Names who receives a recreated account's one-time credential, and how they were identified.",
    syntax: 'hand over N to PERSON identified by PROOF [note "TEXT"]',
    details: [{ term: 'PROOF', text: 'in person · video call · call back · manager vouches · otherwise' }],
    examples: ['hand over 31 to tom.okafor@contoso.example identified by video call'],
    role: 'operator',
    read: readHandOver,
    format: formatHandOver,
  }),
  reveal: row({
    name: 'reveal',
    words: ['reveal', 'reveal request', 'show pass of', 'show password of'],
    title: 'reveal',
    description: 'Shows a one-time credential that was handed to you, once; on the command line only.',
    syntax: 'reveal N',
    details: [],
    examples: ['reveal 31'],
    role: null,
    read: onRequest('reveal', 'reveal 31'),
    format: formatOn('reveal'),
  }),
  resetPassword: row({
    name: 'resetPassword',
    words: [
      'reset password',
      'reset the password',
      'reset password for',
      'reset password of',
      'new password for',
    ],
    title: 'reset password',
    description: 'Plans a new one-time password for a user; preview and approval as for a restore.',
    syntax: 'reset password for NAME [because "REASON"]',
    details: [NAME],
    examples: ['reset password for alice@contoso.example'],
    role: 'operator',
    read: onUser('resetPassword', 'reset password for alice@contoso.example'),
    format: (command) => `reset password for ${userName(command)}${because(command)}`,
  }),
  issuePass: row({
    name: 'issuePass',
    words: [
      'issue pass',
      'issue pass for',
      'temporary access pass',
      'temporary access pass for',
      'issue temporary access pass',
    ],
    title: 'issue pass',
    description: 'Plans a one-time Temporary Access Pass for a user.',
    syntax: 'issue pass for NAME [because "REASON"]',
    details: [NAME],
    examples: ['issue pass for alice@contoso.example'],
    role: 'operator',
    read: onUser('issuePass', 'issue pass for alice@contoso.example'),
    format: (command) => `issue pass for ${userName(command)}${because(command)}`,
  }),
  revokeSessions: row({
    name: 'revokeSessions',
    words: ['revoke sessions', 'revoke sessions of', 'revoke sessions for', 'sign out', 'end sessions of'],
    title: 'revoke sessions',
    description: 'Plans the end of all sign-in sessions of a user.',
    syntax: 'revoke sessions of NAME [because "REASON"]',
    details: [NAME],
    examples: ['revoke sessions of alice@contoso.example'],
    role: 'operator',
    read: onUser('revokeSessions', 'revoke sessions of alice@contoso.example'),
    format: (command) => `revoke sessions of ${userName(command)}${because(command)}`,
  }),
  covered: row({
    name: 'covered',
    words: [
      'what is covered',
      "what's covered",
      'whats covered',
      'covered',
      'coverage',
      'what do you back up',
    ],
    title: 'what is covered',
    description: 'What is backed up, what can be restored, and what cannot and why.',
    syntax: 'what is covered',
    details: [],
    examples: ['what is covered'],
    role: 'reader',
    menu: { title: 'what is covered', scopes: ['personal', 'team'] },
    read: plain<'covered'>({ command: 'covered' }),
    format: () => 'what is covered',
  }),
  audit: row({
    name: 'audit',
    words: ['audit', 'audit log', 'show audit'],
    title: 'audit',
    description: 'Who asked, who decided, what was written; all of it or one request.',
    syntax: 'audit [N]',
    details: [],
    examples: ['audit 31', 'audit'],
    role: 'auditor',
    read: (rest) => {
      if (rest.tokens.length === 0) return { command: 'audit' };
      const found = readRequest(rest.tokens);
      return found === null || found.rest.length > 0
        ? {
            miss: 'incomplete',
            text: rest.line,
            command: 'audit',
            missing: 'the number of a request',
            example: 'audit 31',
          }
        : { command: 'audit', request: found.request };
    },
    format: ({ request }) => (request === undefined ? 'audit' : `audit ${request}`),
  }),
  verify: row({
    name: 'verify',
    words: ['verify', 'verify now', 'check integrity'],
    title: 'verify',
    description: 'Recomputes every hash and count and names the first that does not hold.',
    syntax: 'verify',
    details: [],
    examples: ['verify'],
    role: 'auditor',
    read: plain<'verify'>({ command: 'verify' }),
    format: () => 'verify',
  }),
  help: row({
    name: 'help',
    words: ['help', '?', 'commands', 'what can you do', 'how do i', 'h'],
    title: 'help',
    description: 'What I understand; "help restore" for one command in full.',
    syntax: 'help [COMMAND]',
    details: [],
    examples: ['help', 'help restore'],
    role: null,
    menu: { title: 'help', scopes: ['personal', 'team'] },
    read: ({ tokens }) => {
      const said = tokens.map(({ text }) => text.toLowerCase()).join(' ');
      const topic = said === '' ? undefined : topicOf(said);
      return topic === undefined ? { command: 'help' } : { command: 'help', topic };
    },
    format: ({ topic }) => (topic === undefined ? 'help' : `help ${specOf(topic).words[0]}`),
  }),
  hello: row({
    name: 'hello',
    words: [
      'hello',
      'hi',
      'hey',
      'hallo',
      'good morning',
      'good afternoon',
      'good evening',
      'start',
      'welcome',
    ],
    title: 'hello',
    description: 'Who I am, and three things to try.',
    syntax: 'hello',
    details: [],
    examples: ['hello'],
    role: null,
    read: plain<'hello'>({ command: 'hello' }),
    format: () => 'hello',
  }),
} as const satisfies { readonly [N in CommandName]: CommandSpec<N> };

/** All rows, in the order of help. */
export const ALL_COMMANDS: readonly CommandSpec[] = Object.values(
  COMMANDS,
) as readonly unknown[] as readonly CommandSpec[];

export const specOf = (name: CommandName): CommandSpec => COMMANDS[name] as unknown as CommandSpec;

function topicOf(said: string): CommandName | undefined {
  const exact = ALL_COMMANDS.find(
    ({ words, title, name }) => words.includes(said) || title === said || name.toLowerCase() === said,
  );
  if (exact !== undefined) return exact.name;
  const near = nearest(
    said,
    ALL_COMMANDS.flatMap(({ words }) => words),
  );
  return ALL_COMMANDS.find(({ words }) => near !== undefined && words.includes(near))?.name;
}

export const formatObject = (object: { readonly type?: 'user' | 'group'; readonly name: string }): string =>
  formatObjects([object], LOOKING_WORDS);
