import { block, filled, row } from '../blocks.js';
import { dots, frame, runButton, type ViewContext } from '../frame.js';
import { clip, formatShort, plural } from '../format.js';
import type { NoticeData } from './data.js';

interface Taken {
  readonly seq: number;
  readonly takenAt: string;
}
interface Facts {
  readonly versions: number;
  readonly links: number;
}

export interface PrunePlanInput {
  readonly tenantName: string;
  /** The setting's own words. */
  readonly policy: string;
  readonly stays: number;
  /** Oldest first. */
  readonly goes: readonly Taken[];
  readonly held: readonly (Taken & { readonly by: string; readonly because: string; readonly at: string })[];
  readonly frees: Facts;
}

const factsOf = ({ versions, links }: Facts): string =>
  `${plural(versions, 'version')} and ${plural(links, 'link')}`;

/** `prune dry run`: what retention would give up, what it would free, what is held (SPEC B13). */
export function prunePlanView(
  { tenantName, policy, stays, goes, held, frees }: PrunePlanInput,
  ctx: ViewContext,
): { card: 'notice'; data: NoticeData } {
  const line = ({ seq, takenAt }: Taken): string =>
    `Snapshot ${seq} · ${formatShort(takenAt, ctx.timeZone, ctx.now)}`;
  const free = frees.versions + frees.links;
  return {
    card: 'notice',
    data: frame('◌', 'Retention', {
      badge: { text: 'dry run', style: 'emphasis' },
      context: dots(tenantName, policy),
      intro: [
        goes.length === 0
          ? 'No snapshot has to go.'
          : `${plural(goes.length, 'snapshot')} would no longer be restore points; ${stays} would stay.`,
        ...(free === 0 ? [] : [`${factsOf(frees)} that only they need would be deleted an hour later.`]),
        'Nothing was changed.',
      ],
      blocks: filled([
        block(
          'Would go',
          plural(goes.length, 'snapshot'),
          goes.map((each) => row('−', line(each))),
        ),
        block(
          'Held',
          plural(held.length, 'snapshot'),
          held.map((each) =>
            row(
              '=',
              line(each),
              `${each.by}, ${formatShort(each.at, ctx.timeZone, ctx.now)}: ${clip(each.because)}`,
            ),
          ),
        ),
      ]),
      buttons: goes.length === 0 ? [] : [runButton('Prune now', 'prune')],
      say: 'prune dry run',
    }),
  };
}

/** `prune`: what was given up, and what was deleted of what was given up before. */
export const prunedView = (
  {
    tenantName,
    policy,
    pruned,
    deleted,
  }: {
    readonly tenantName: string;
    readonly policy: string;
    readonly pruned: readonly number[];
    readonly deleted: Facts;
  },
  _ctx: ViewContext,
): { card: 'notice'; data: NoticeData } => ({
  card: 'notice',
  data: frame('◌', 'Retention', {
    badge: { text: 'done', style: 'good' },
    context: dots(tenantName, policy),
    intro: [
      pruned.length === 0
        ? 'No snapshot had to go.'
        : `${plural(pruned.length, 'snapshot')} ${pruned.length === 1 ? 'is' : 'are'} no longer offered: ${clip(pruned.join(', '), 120)}.`,
      ...(deleted.versions + deleted.links > 0
        ? [`${factsOf(deleted)} of earlier prunings were deleted.`]
        : []),
      ...(pruned.length > 0
        ? ['What only they need is deleted by the next run that is at least an hour later.']
        : []),
    ],
    notes: ['Their headers stay, so that "verify" still walks the whole chain.'],
    say: 'prune',
  }),
});

/** `hold snapshot 14 because "…"` and `release snapshot 14`. */
export const holdView = (
  { snapshot, because }: { readonly snapshot: Taken; readonly because: string | null },
  ctx: ViewContext,
): { card: 'notice'; data: NoticeData } => ({
  card: 'notice',
  data: frame('◌', `Snapshot ${snapshot.seq}`, {
    badge: because === null ? { text: 'released', style: 'emphasis' } : { text: 'held', style: 'good' },
    context: formatShort(snapshot.takenAt, ctx.timeZone, ctx.now),
    intro:
      because === null
        ? ['The legal hold is gone; from now on retention decides.']
        : [
            'It stays whole, whatever the retention says, until somebody releases it.',
            `Why: ${clip(because)}`,
          ],
    notes: ['It is in the audit.'],
    say:
      because === null
        ? `release snapshot ${snapshot.seq}`
        : `hold snapshot ${snapshot.seq} because "${because.replace(/[\\"]/g, '\\$&')}"`,
  }),
});
