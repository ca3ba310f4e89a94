import { frame, type Badge, type Frame, type ViewContext } from '../frame.js';

export type ClosedData = Frame;

export interface ClosedInput {
  readonly title: string;
  readonly text: string;
  readonly badge?: Badge;
  readonly say?: string;
}

/** What is left of a card that was given up or that is no longer needed: one sentence, no buttons. */
export function closedView(input: ClosedInput, _ctx: ViewContext): { card: 'closed'; data: ClosedData } {
  return {
    card: 'closed',
    data: frame('·', input.title, {
      badge: input.badge ?? { text: 'cancelled', style: 'emphasis' },
      intro: [input.text],
      say: input.say ?? '',
    }),
  };
}
