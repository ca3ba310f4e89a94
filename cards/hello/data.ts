import { block, row } from '../blocks.js';
import { frame, runButton, type Frame, type ViewContext } from '../frame.js';

export type HelloData = Frame;

export interface HelloInput {
  readonly tenantName: string;
  /** At most three sentences drawn from this tenant, all of which this person may say. */
  readonly suggestions: readonly string[];
  readonly viewerName?: string;
  /** "15 snapshots since Sat 7 Nov"; missing = none yet. */
  readonly kept?: string;
  /** This person may do nothing here: the group that gives the right; '' = the rights could not be read. */
  readonly askFor?: string;
}

/** First hello (story §4): three things to type, as buttons; connects to nothing by itself. */
export function helloView(input: HelloInput, ctx: ViewContext): { card: 'hello'; data: HelloData } {
  const greeting = input.viewerName === undefined ? 'Hello.' : `Hello ${input.viewerName}.`;
  const isPublic = ctx.place === 'group' || ctx.place === 'channel';
  // Sentences drawn from the tenant may name people (SPEC N4).
  const suggestions = input.suggestions.filter(
    (text) => !isPublic || /^(status|what|help|backup|requests)/.test(text),
  );
  return {
    card: 'hello',
    data: frame('↩', 'Entra Rewind', {
      context: input.tenantName,
      intro: [
        `${greeting} I keep snapshots of this directory and bring back what was lost: users, groups and what connects them.`,
        ...(input.askFor === undefined ? whatIsKept(input.kept) : mayNothing(input.askFor)),
      ],
      blocks:
        suggestions.length === 0
          ? []
          : [
              block(
                'Try',
                '',
                suggestions.slice(0, 3).map((text) => row('·', text)),
              ),
            ],
      buttons: suggestions.slice(0, 3).map((text) => runButton(text, text)),
      say: 'help',
    }),
  };
}

const whatIsKept = (kept: string | undefined): readonly string[] => [
  kept === undefined ? 'There is no snapshot yet; say "backup now".' : `Kept so far: ${kept}.`,
  'Nothing is written without a preview, and next to nothing without somebody else agreeing to it.',
];

const mayNothing = (group: string): readonly string[] =>
  group === ''
    ? ['Your rights here cannot be read just now. Say "hello" again in a minute.']
    : [
        `You have no role here yet; an administrator can add you to the group "${group}".`,
        'What somebody hands over to you comes to this chat by itself.',
      ];
