import type { SnapshotHeader } from '../../services/model/history.js';
import { dots, frame, runButton, type Frame, type ViewContext } from '../frame.js';
import { clip, formatDay, plural } from '../format.js';
import { digestText, isMuch } from '../header-words.js';

export type DigestData = Frame;

export interface DigestInput {
  /** The complete snapshots of one day, oldest first, never empty; the card is edited when one more comes. */
  readonly headers: readonly SnapshotHeader[];
  readonly tenantName: string;
  /** What it is well again after. */
  readonly after?: { readonly kind: 'partial' | 'failed'; readonly times: number } | null;
  /** News whose post was cut short, so that nobody knows whether they stand in this channel: told here instead of twice. */
  readonly carried?: readonly string[];
}

/** Longest line of news that is told here. */
const LINE = 200;

/** Channel digest, once a day (story §4): one line, one button. */
export function digestView(
  { headers, tenantName, after, carried = [] }: DigestInput,
  ctx: ViewContext,
): { card: 'digest'; data: DigestData } {
  const [first, newest] = [headers[0]!, headers.at(-1)!];
  const day = formatDay(first.finishedAt ?? first.startedAt, ctx.timeZone);
  const well = after
    ? `well again after ${plural(after.times, after.kind === 'failed' ? 'failed run' : 'partial snapshot')}`
    : headers.some(isMuch)
      ? 'many at once'
      : 'nothing unusual';
  return {
    card: 'digest',
    data: frame('◉', dots(tenantName, `snapshot ${digestText(headers, day, well)}`), {
      badge:
        newest.status === 'partial'
          ? { text: 'partial', style: 'warning' }
          : { text: 'complete', style: 'good' },
      notes: carried.map((line) => `May not have reached this channel: ${clip(line, LINE)}`),
      buttons: [runButton('What changed', 'what changed')],
    }),
  };
}
