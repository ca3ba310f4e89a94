import type { Handoff } from '../../services/model/handoff.js';
import { button, dots, frame, type Frame, type ViewContext } from '../frame.js';
import { formatClock, formatDuration } from '../format.js';
import { credentialWord, PROOFS } from '../handoff-offer/data.js';

export type HandoffReadyData = Frame;

export interface HandoffReadyInput {
  readonly handoff: Handoff;
  readonly tenantName: string;
  readonly requestNumber: number;
  readonly say: string;
}

/** The recipient's card: who asked for what, and **Show once**. The value itself is on no card. */
export function handoffReadyView(
  input: HandoffReadyInput,
  ctx: ViewContext,
): { card: 'handoff-ready'; data: HandoffReadyData } {
  const { handoff } = input;
  const what = credentialWord(handoff.kind);
  const left = handoff.expiresAt === undefined ? 0 : Date.parse(handoff.expiresAt) - ctx.now.getTime();
  return {
    card: 'handoff-ready',
    data: frame('◆', `A ${what} for ${handoff.user.name} waits for you`, {
      badge: {
        text:
          handoff.expiresAt === undefined
            ? 'ready'
            : `until ${formatClock(handoff.expiresAt, ctx.timeZone, ctx.now)}`,
        style: 'warning',
      },
      context: dots(input.tenantName, `request ${input.requestNumber}`, handoff.user.key),
      intro: [
        `${handoff.requester.name} had this account restored and named you to give the ${what} to ${handoff.user.name} in person.`,
        `It is shown once, to you only: gone when closed, and in ${formatDuration(left)} at the latest.`,
        ...(handoff.kind === 'password' ? ['It must be changed at the first sign-in.'] : []),
      ],
      notes: [
        dots(
          handoff.proof && `identified: ${PROOFS[handoff.proof]}`,
          handoff.assignedBy && `named by ${handoff.assignedBy.name}`,
          handoff.confirmedBy && `confirmed by ${handoff.confirmedBy.name}`,
        ),
        'Nobody at Contoso or here will ever ask you for it.'.replace('Contoso', input.tenantName),
      ].filter(Boolean),
      buttons: [button('handoff.show', 'Show once', { id: handoff.id }, { dialog: true, style: 'positive' })],
      say: input.say,
    }),
  };
}
