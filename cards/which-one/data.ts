import type { Candidate } from '../../services/model/restore-service.js';
import { button, dots, frame, type Frame, type ViewContext } from '../frame.js';
import { daysLeft, formatRelative, formatShort, plural } from '../format.js';

export interface WhichOneData extends Frame {
  /** `value` is the object's id. */
  readonly choices: readonly { readonly title: string; readonly value: string }[];
  readonly label: string;
}

export interface WhichOneInput {
  /** The name as typed. */
  readonly name: string;
  readonly candidates: readonly Candidate[];
  /** The sentence with `{choice}` where the chosen object's id goes. */
  readonly sentence: string;
  /** The sentence as typed, for the footer. */
  readonly say?: string;
}

/** More than this and the person is asked to type more of the name. */
const MOST = 12;

/** Story §3.1: several objects match a name; nothing is guessed. */
export function whichOneView(
  input: WhichOneInput,
  ctx: ViewContext,
): { card: 'which-one'; data: WhichOneData } {
  const { candidates } = input;
  const left = candidates.length - MOST;
  return {
    card: 'which-one',
    data: {
      ...frame('?', `Which ${input.name}`, {
        badge: { text: 'asks', style: 'accent' },
        context: `${candidates.length} found`,
        notes: left > 0 ? [`and ${left} more: type more of the name, or the sign-in name`] : [],
        buttons: [
          button('choose', 'Go on', { text: input.sentence }, { inputs: 'auto', style: 'positive' }),
          button('dismiss', 'Cancel', {}),
        ],
        say: input.say ?? '',
      }),
      label: 'Choose one',
      choices: candidates.slice(0, MOST).map((candidate) => ({
        value: candidate.object.id,
        title: candidateText(candidate, ctx),
      })),
    },
  };
}

/** "Alice Moreau · alice.moreau@… · Finance · deleted today 07:12, 29 days left" */
function candidateText(candidate: Candidate, ctx: ViewContext): string {
  const { object, hint } = candidate;
  const kind = object.type === 'user' ? undefined : object.kindName;
  return dots(
    object.name,
    object.key,
    hint,
    kind === hint ? undefined : kind,
    candidateState(candidate, ctx),
  );
}

export function candidateState(candidate: Candidate, ctx: ViewContext): string {
  const { state, deletedAt, purgeAt, lastSeen, changedSinceNewest } = candidate;
  if (state === 'softDeleted') {
    const when = deletedAt === undefined ? '' : ` ${formatRelative(deletedAt, ctx.timeZone, ctx.now)}`;
    const left = purgeAt === undefined ? '' : `, ${plural(daysLeft(purgeAt, ctx.now), 'day')} left`;
    return `deleted${when}${left}`;
  }
  if (state === 'gone') {
    return lastSeen === undefined
      ? 'no longer in the tenant'
      : `no longer in the tenant, last seen ${formatShort(lastSeen.takenAt, ctx.timeZone, ctx.now)} (snapshot ${lastSeen.seq})`;
  }
  if (changedSinceNewest === undefined || changedSinceNewest === null) return 'live';
  return changedSinceNewest
    ? 'live, changed since the newest snapshot'
    : 'live, unchanged since the newest snapshot';
}
