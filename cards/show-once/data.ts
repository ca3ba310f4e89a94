import { button, frame, type Frame, type ViewContext } from '../frame.js';

/** Goes into a dialog (or the recipient's own terminal) and nowhere else; never into a message, a log or `--json`. */
export interface ShowOnceData extends Frame {
  readonly code: string;
}

export interface ShowOnceInput {
  readonly id: string;
  readonly kind: 'pass' | 'password';
  /** The credential. */
  readonly oneTime: string;
  readonly userName: string;
  readonly userKey?: string;
}

/** Story §3.7: the dialog with the value, once. */
export function showOnceView(
  input: ShowOnceInput,
  ctx: ViewContext,
): { card: 'show-once'; data: ShowOnceData } {
  const what = input.kind === 'pass' ? 'Temporary Access Pass' : 'One-time password';
  return {
    card: 'show-once',
    data: {
      ...frame('◆', `${what} for ${input.userName}`, {
        context: input.userKey ?? '',
        intro: [
          ctx.place === 'terminal'
            ? 'Pass it on in person or by telephone, then clear this screen. It is destroyed here; it cannot be shown again.'
            : 'Pass it on in person or by telephone. Closing this window destroys it; it cannot be shown again.',
          input.kind === 'pass' ? 'It signs in once.' : 'It must be changed at the first sign-in.',
        ],
        buttons: [button('handoff.close', 'I have passed it on', { id: input.id }, { dialog: true })],
      }),
      code: input.oneTime,
    },
  };
}
