import type { BotRole } from '../../services/model/people.js';
import type { CommandName, CommandOf, GrammarContext, NearMiss } from './command.js';
import type { Rest } from './objects.js';

/**
 * One row of the grammar (SPEC C1): it parses, completes, documents itself and fills the manifest's command menu. `help` and the
 * manifest take their words from here, so that nothing can be typed that is not documented, nor the other way round.
 */
export interface CommandSpec<N extends CommandName = CommandName> {
  readonly name: N;
  /** The words that begin it, best first; later ones are synonyms. Lower case. */
  readonly words: readonly [string, ...string[]];
  /** As help lists it: "restore". */
  readonly title: string;
  readonly description: string;
  /** In capitals what the person fills in, in brackets what may be left out. */
  readonly syntax: string;
  readonly details: readonly { readonly term: string; readonly text: string }[];
  readonly examples: readonly [string, ...string[]];
  /** Bot role that it takes; null = everybody the bot talks to. */
  readonly role: BotRole | null;
  /** Entry of the Teams command menu (title ≤ 32 characters); missing = not in the menu. */
  readonly menu?: { readonly title: string; readonly scopes: readonly ('personal' | 'team')[] };
  readonly read: (rest: Rest) => CommandOf<N> | NearMiss;
  readonly format: (command: CommandOf<N>, timeZone: string) => string;
}

/** A row whose command is clear from its words alone. */
export const plain =
  <N extends CommandName>(command: CommandOf<N>) =>
  (): CommandOf<N> =>
    command;

export type { GrammarContext };
