import { ASPECT_NAMES } from '../aspects.js';
import { formatOn, onRequest } from '../requests.js';
import { formatRestore, readRestore } from '../restore.js';
import { NAME, TIMES, row } from './kit.js';

/** Bringing back, and taking that back. */
export const RESTORING = {
  restore: row({
    name: 'restore',
    words: ['restore', 'bring back', 'recover', 'undelete', 'rewind'],
    title: 'restore',
    description: 'Brings users or groups back to an earlier state: preview, approval, then the change.',
    syntax:
      'restore [user|group] NAME [from TIME] [with RELATIONSHIPS] [without RELATIONSHIPS|object|"NAME"] [exactly] [blocked] [only PROPERTIES] [as NEW-SIGN-IN-NAME] [dry run] [because "REASON"]',
    details: [
      NAME,
      TIMES,
      { term: 'with', text: `what comes along: ${ASPECT_NAMES.join(', ')}, or everything` },
      {
        term: 'without',
        text: 'the same words to leave out; "without object" restores relationships only; a name in "quotes" leaves out that one line, also of what comes back by itself',
      },
      { term: 'exactly', text: 'also takes away what was not there then, listed before anyone approves' },
      { term: 'blocked', text: 'the account comes back with sign-in blocked' },
      { term: 'only', text: 'single properties: only department, job title' },
      { term: 'as', text: 'another sign-in name, where the old one is taken' },
      { term: 'dry run', text: 'shows the plan, asks and writes nothing' },
    ],
    examples: [
      'restore user alice from yesterday with memberships',
      'restore user alice from yesterday without "Project X"',
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
} as const;
