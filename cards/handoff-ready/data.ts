import type { Handoff } from '../../services/model/handoff.js';
import { button, dots, frame, type Frame, type ViewContext } from '../frame.js';
import { formatClock } from '../format.js';
import { credentialWord, identified } from '../handoff-offer/data.js';

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
  const until = handoff.expiresAt === undefined ? '' : formatClock(handoff.expiresAt, ctx.timeZone, ctx.now);
  return {
    card: 'handoff-ready',
    data: frame('◆', `A ${what} for ${handoff.user.name} waits for you`, {
      badge: {
        text: until === '' ? 'ready' : `until ${until}`,
        style: 'warning',
      },
      context: dots(input.tenantName, `request ${input.requestNumber}`, handoff.user.key),
      intro: [
        `${(handoff.assignedBy ?? handoff.requester).name} named you to pass the ${what} on to ${handoff.user.name}.`,
        `It is shown once, to you only: gone when closed${until && `, and at ${until} at the latest`}.`,
        ...(handoff.kind === 'password' ? ['It must be changed at the first sign-in.'] : []),
      ],
      notes: [
        dots(
          identified(handoff),
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
