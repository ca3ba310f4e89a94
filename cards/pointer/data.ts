import { frame, type Frame, type ViewContext } from '../frame.js';

export type PointerData = Frame;

export interface PointerInput {
  /** Name of who asked; the answer waits for them in their personal chat. */
  readonly name?: string;
  /** The bot is not installed for that person yet. */
  readonly notReachable?: boolean;
}

/** What a group chat or channel shows instead of details (SPEC N4). */
export function pointerView(input: PointerInput, _ctx: ViewContext): { card: 'pointer'; data: PointerData } {
  const to = (sentence: string): string =>
    input.name === undefined ? sentence : `${input.name}: ${sentence}`;
  return {
    card: 'pointer',
    data: frame('→', input.notReachable ? 'Please write to me personally' : 'Goes on in our personal chat', {
      intro: [
        input.notReachable
          ? to('I answer in a personal chat only. Open one with me and say it there again.')
          : to('The answer is in our personal chat; details of people are not shown here.'),
      ],
    }),
  };
}
