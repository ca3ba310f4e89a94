import { block, frame, row, runButton, type Frame, type ViewContext } from '../frame.js';

export type HelloData = Frame;

export interface HelloInput {
  readonly tenantName: string;
  /** Three sentences drawn from this tenant. */
  readonly suggestions: readonly string[];
  readonly viewerName?: string;
  /** "15 snapshots since Sat 7 Nov"; missing = none yet. */
  readonly kept?: string;
}

/** First hello (story §4): three things to type, as buttons; connects to nothing by itself. */
export function helloView(input: HelloInput, ctx: ViewContext): { card: 'hello'; data: HelloData } {
  const greeting = input.viewerName === undefined ? 'Hello.' : `Hello ${input.viewerName}.`;
  const isPublic = ctx.place === 'group' || ctx.place === 'channel';
  // Sentences drawn from the tenant may name people (SPEC N4).
  const suggestions = input.suggestions.filter(
    (text) => !isPublic || /^(status|what|help|backup)/.test(text),
  );
  return {
    card: 'hello',
    data: frame('↩', 'Entra Rewind', {
      context: input.tenantName,
      intro: [
        `${greeting} I keep snapshots of this directory and bring back what was lost: users, groups and what connects them.`,
        input.kept === undefined
          ? 'There is no snapshot yet; say "backup now".'
          : `Kept so far: ${input.kept}.`,
        'Nothing is written without a preview, and hardly anything without somebody else agreeing.',
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
