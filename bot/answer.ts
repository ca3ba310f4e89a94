import type { View } from '../cards/views.js';

/** A card to post. With a subject it is kept in the ledger and edited in place when that request or hand-off moves on. */
export interface Message {
  readonly view: View;
  readonly subject?: {
    readonly id: string;
    readonly purpose: 'request' | 'approval' | 'handoff';
    /** A page or picker beside the request's own card, as of this revision: it stays until the request moves on. */
    readonly besideRev?: number;
  };
}

/** What a click does to the screen. */
export interface ActionAnswer {
  /** Takes the place of the clicked card. */
  readonly replace?: Message;
  readonly post?: readonly Message[];
  /** A dialog for the person who clicked, and nobody else; its content is in no message. */
  readonly dialog?: View;
  /** A short line shown to the person who clicked. */
  readonly notice?: string;
}
