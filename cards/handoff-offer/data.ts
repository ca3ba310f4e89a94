import type { Handoff, IdentityProof } from '../../services/model/handoff.js';
import type { NamedObject } from '../../services/model/plan.js';
import { button, dots, frame, type Frame, type ViewContext } from '../frame.js';
import { formatClock } from '../format.js';
import { named } from '../plan-lines.js';

export interface HandoffOfferData extends Frame {
  /** `value` is an object id. */
  readonly recipients: readonly { readonly title: string; readonly value: string }[];
  readonly recipient: string;
  readonly identifiedLabel: string;
  readonly proofs: readonly { readonly title: string; readonly value: IdentityProof }[];
}

export interface HandoffOfferInput {
  readonly handoff: Handoff;
  readonly requestNumber: number;
  readonly tenantName: string;
  /** People to offer besides the default recipient; Teams' own people search covers the rest. */
  readonly people: readonly NamedObject[];
  readonly say: string;
}

/** How the recipient was identified, in the words of the form. */
export const PROOFS: Readonly<Record<IdentityProof, string>> = {
  inPerson: 'Seen in person',
  videoCall: 'Video call, face compared',
  callBack: 'Called back on a known number',
  managerVouches: 'Their manager vouches',
  other: 'Otherwise (say how)',
};

/** "identified: video call, face compared", as the cards after the form say it. */
export const identified = ({ proof }: Pick<Handoff, 'proof'>): string =>
  proof === undefined ? '' : `identified: ${PROOFS[proof].replace(/ \(.*\)$/, '').toLowerCase()}`;

export const credentialWord = (kind: Handoff['kind']): string =>
  kind === 'pass' ? 'one-time pass' : 'one-time password';

/** Story §3.7: who receives it, and how that person was identified (SPEC P3). Never the requester. */
export function handoffOfferView(
  input: HandoffOfferInput,
  ctx: ViewContext,
): { card: 'handoff-offer'; data: HandoffOfferData } {
  const { handoff, people } = input;
  const what = credentialWord(handoff.kind);
  const offered = [
    ...(handoff.defaultRecipient === undefined ? [] : [handoff.defaultRecipient]),
    ...people,
  ].filter(
    ({ id }, index, all) =>
      id !== handoff.requester.objectId &&
      id !== ctx.viewer?.objectId &&
      all.findIndex((other) => other.id === id) === index,
  );
  const asked = ctx.viewer?.objectId === handoff.requester.objectId;
  const isDefault = (id: string): boolean => id === handoff.defaultRecipient?.id;
  return {
    card: 'handoff-offer',
    data: {
      ...frame('◆', `Hand over a ${what} · ${handoff.user.name}`, {
        badge: { text: 'asks', style: 'accent' },
        context: dots(
          `request ${input.requestNumber}`,
          input.tenantName,
          handoff.user.key,
          handoff.expiresAt && `open until ${formatClock(handoff.expiresAt, ctx.timeZone, ctx.now)}`,
        ),
        intro: [
          `The ${what} is made now and shown once, to the person named here and to nobody else.`,
          ...(handoff.twoPeople
            ? ['This account holds or held a directory role, so a second person confirms the recipient.']
            : []),
        ],
        notes: [
          asked
            ? 'You asked for it, so it cannot go to you.'
            : `It can go neither to ${handoff.requester.name}, who asked for it, nor to you.`,
        ],
        buttons: [
          button('handoff.assign', 'Hand over', { id: handoff.id }, { inputs: 'auto', style: 'positive' }),
          button('dismiss', 'Not now', {}),
        ],
        say: input.say,
      }),
      recipients: offered.slice(0, 15).map((person) => ({
        title: `${named(person)}${isDefault(person.id) ? ', manager' : ''}`,
        value: person.id,
      })),
      recipient: handoff.defaultRecipient?.id ?? '',
      identifiedLabel: `How was ${handoff.user.name} identified?`,
      proofs: (Object.keys(PROOFS) as IdentityProof[]).map((value) => ({ title: PROOFS[value], value })),
    },
  };
}
