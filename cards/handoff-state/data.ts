import type { Handoff } from '../../services/model/handoff.js';
import { button, dots, frame, type Badge, type Frame, type ViewContext } from '../frame.js';
import { formatClock } from '../format.js';
import { credentialWord, identified } from '../handoff-offer/data.js';

export type HandoffStateData = Frame;

export interface HandoffStateInput {
  readonly handoff: Handoff;
  readonly tenantName: string;
  readonly requestNumber: number;
  readonly say: string;
  /** The viewer may be the second person of an administrator's hand-over. */
  readonly mayConfirm?: boolean;
}

const BADGES: Readonly<Record<Handoff['state'], Badge>> = {
  preparing: { text: 'preparing', style: 'accent' },
  offered: { text: 'asks', style: 'accent' },
  confirming: { text: 'waiting', style: 'warning' },
  making: { text: 'running', style: 'accent' },
  ready: { text: 'waiting', style: 'warning' },
  shown: { text: 'done', style: 'good' },
  expired: { text: 'expired', style: 'emphasis' },
  failed: { text: 'failed', style: 'attention' },
};

/** Where a hand-over stands, for everybody who is not the recipient of an open one, and for the recipient afterwards. */
export function handoffStateView(
  input: HandoffStateInput,
  ctx: ViewContext,
): { card: 'handoff-state'; data: HandoffStateData } {
  const { handoff } = input;
  const lost = handoff.state === 'expired' || handoff.state === 'failed' || handoff.state === 'shown';
  const requester = ctx.viewer?.objectId === handoff.requester.objectId;
  return {
    card: 'handoff-state',
    data: frame('◆', `Hand-over · ${handoff.user.name}`, {
      badge: BADGES[handoff.state],
      context: dots(`request ${input.requestNumber}`, input.tenantName, credentialWord(handoff.kind)),
      intro: [sentence(handoff, ctx)],
      notes: [
        dots(
          identified(handoff),
          handoff.proofNote,
          handoff.assignedBy && `named by ${handoff.assignedBy.name}`,
          handoff.confirmedBy && `confirmed by ${handoff.confirmedBy.name}`,
        ),
      ].filter(Boolean),
      buttons: [
        ...(handoff.state === 'confirming' && input.mayConfirm === true
          ? [
              button('handoff.confirm', 'Confirm the recipient', { id: handoff.id }, {
                style: 'positive',
              } as const),
            ]
          : []),
        ...(lost && requester
          ? [
              button('credential.start', 'Reset password', {
                user: handoff.user.id,
                what: 'resetPassword' as const,
              }),
            ]
          : []),
      ],
      say: input.say,
    }),
  };
}

function sentence(handoff: Handoff, ctx: ViewContext): string {
  const what = credentialWord(handoff.kind);
  const who = handoff.recipient?.name ?? 'the recipient';
  const at = (iso: string | undefined): string =>
    iso === undefined ? '' : ` ${formatClock(iso, ctx.timeZone, ctx.now)}`;
  const seen = handoff.shownAt === undefined ? '' : ` (${at(handoff.shownAt).trim()})`;
  switch (handoff.state) {
    case 'preparing':
      return `The account is being made; the ${what} follows.`;
    case 'offered':
      return `Nobody is named yet to receive the ${what}.`;
    case 'confirming':
      return `${handoff.assignedBy?.name ?? handoff.requester.name} named ${who} to receive the ${what}. The account holds or held a directory role, so a second person confirms this.`;
    case 'making':
      return `The ${what} for ${who} is being made.`;
    case 'ready':
      return `${who} has the card with the ${what}; it can be opened once, until${at(handoff.expiresAt)}.`;
    case 'shown':
      return `${who} has seen the ${what}${seen}. It is destroyed here. If it was lost, reset the password.`;
    case 'expired':
      return `Nobody opened the ${what} in time; it is destroyed. Reset the password to make a new one.`;
    case 'failed':
      return `Entra did not accept the ${what}; nothing can be shown. Reset the password to make a new one.`;
  }
}
