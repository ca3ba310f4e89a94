import { button, frame, runButton, type Frame, type ViewContext } from '../frame.js';
import { clip } from '../format.js';

export type NearMissData = Frame;

export interface NearMissInput {
  /** What was typed. */
  readonly text: string;
  /** What is wrong, as one sentence; missing = the words are unknown. */
  readonly problem?: string;
  /** Complete sentences that can be run, nearest first. */
  readonly suggestions: readonly string[];
}

/** A sentence that is not a command: the nearest one as a button, nothing run by itself (SPEC C1). */
export function nearMissView(
  { text, problem, suggestions }: NearMissInput,
  _ctx: ViewContext,
): { card: 'near-miss'; data: NearMissData } {
  const [nearest, ...others] = suggestions;
  const buttons = [nearest, ...others]
    .filter((sentence): sentence is string => sentence !== undefined)
    .slice(0, 3)
    .map((sentence) => runButton(sentence, sentence));
  return {
    card: 'near-miss',
    data: frame('?', nearest === undefined ? 'I did not understand that' : 'Did I get that right?', {
      intro: [
        problem ?? `I do not know “${clip(text, 120)}”.`,
        nearest === undefined ? 'Type "help" for everything I understand.' : `Closest: ${nearest}`,
      ],
      notes: ['Nothing was done.'],
      buttons: [
        ...buttons,
        ...(nearest === undefined ? [runButton('Help', 'help')] : [button('dismiss', 'No', {})]),
      ],
      say: nearest ?? 'help',
    }),
  };
}
