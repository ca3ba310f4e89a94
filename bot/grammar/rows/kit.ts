import type { CommandName, CommandOf } from '../command.js';
import { LOOKING_WORDS } from '../looking.js';
import { formatName } from '../objects.js';
import type { CommandSpec } from '../spec.js';
import { quote } from '../tokens.js';

/** What several rows of the table share. */
export const row = <N extends CommandName>(spec: CommandSpec<N>): CommandSpec<N> => spec;

export const TIMES = {
  term: 'TIME',
  text: 'yesterday · last Friday 5pm · 2 hours ago · 20 Nov · 2026-11-20 02:00 · snapshot 14; in your own time zone',
};
export const NAME = {
  term: 'NAME',
  text: 'name, sign-in name, mail or object ID; in "quotes" when it contains words such as from or with',
};
export const because = (command: CommandOf<'resetPassword' | 'issuePass' | 'revokeSessions'>): string =>
  command.reason === undefined ? '' : ` because ${quote(command.reason)}`;
export const userName = ({ object }: { readonly object: { readonly name: string } }): string =>
  formatName(object.name, LOOKING_WORDS);
