import type { HelpEntry, HelpGroup } from '../../cards/help/data.js';
import type { CommandName } from './command.js';
import type { CommandSpec } from './spec.js';
import { ALL_COMMANDS, specOf } from './table.js';

/** The table as the help card, the completion and the Teams manifest read it (SPEC C1). */

/** What a command is for, as `help` groups it; in the order of the groups and of the commands within. */
const GROUPS: Readonly<Record<CommandName, HelpGroup>> = {
  restore: 'Restore',
  undo: 'Restore',
  resetPassword: 'Restore',
  issuePass: 'Restore',
  revokeSessions: 'Restore',
  handOver: 'Restore',
  reveal: 'Restore',
  find: 'Look',
  show: 'Look',
  compare: 'Look',
  changed: 'Look',
  covered: 'Look',
  requests: 'Requests',
  request: 'Requests',
  approve: 'Requests',
  deny: 'Requests',
  reassign: 'Requests',
  withdraw: 'Requests',
  stop: 'Requests',
  backup: 'Backup',
  status: 'Backup',
  verify: 'Backup',
  hold: 'Administration',
  release: 'Administration',
  prune: 'Administration',
  audit: 'Administration',
  help: 'Help',
  hello: 'Help',
};

const entryOf = ({
  name: command,
  words,
  title,
  description,
  syntax,
  examples,
  role,
  details,
}: CommandSpec): HelpEntry => ({
  name: words[0],
  group: GROUPS[command],
  title,
  description,
  syntax,
  examples,
  synonyms: words.slice(1),
  role: role ?? '',
  details,
});

export const helpEntries = (): readonly HelpEntry[] => ALL_COMMANDS.map(entryOf);

export const helpEntry = (name: CommandName): HelpEntry => entryOf(specOf(name));

/** Entries of the manifest's command list for one scope: title ≤ 32 characters, at most 12 (FACTS §8). */
export const menuEntries = (
  scope: 'personal' | 'team',
): readonly { readonly title: string; readonly description: string }[] =>
  ALL_COMMANDS.flatMap(({ menu, description }) =>
    menu !== undefined && menu.scopes.includes(scope) ? [{ title: menu.title, description }] : [],
  ).slice(0, 12);

/** Sentences that begin with what was typed so far, for a prompt; examples first, then command words. */
export function complete(text: string, limit = 8): readonly string[] {
  const typed = text.trimStart().toLowerCase();
  const all = [
    ...ALL_COMMANDS.flatMap(({ words }) => words.slice(0, 1)),
    ...ALL_COMMANDS.flatMap(({ examples }) => examples),
  ];
  return [...new Set(all)].filter((sentence) => sentence.toLowerCase().startsWith(typed)).slice(0, limit);
}
