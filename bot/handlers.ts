import type { VerbName } from '../cards/verbs.js';
import type { ActionInput } from './actions/schema.js';
import type { ActionAnswer, Message } from './answer.js';
import type { App } from './app.js';
import type { CommandName, CommandOf } from './grammar/command.js';
import type { Presenter } from './present.js';
import type { Turn } from './turn.js';

/** What a card of a request or hand-off is drawn with. */
export type Deps = readonly [app: App, present: Presenter, turn: Turn];

/** One chat command: parsed sentence in, cards to post out. @throws RewindError with what to tell the person */
export type Command<N extends CommandName> = (
  app: App,
  present: Presenter,
  turn: Turn,
  command: CommandOf<N>,
) => Promise<readonly Message[]>;

/** One card verb: checked fields in, what becomes of the screen out. @throws RewindError; nothing was done then */
export type Act<V extends VerbName> = (
  app: App,
  present: Presenter,
  turn: Turn,
  input: ActionInput<V>,
) => Promise<ActionAnswer>;
