import type { SnapshotHeader } from '../services/model/history.js';
import { formatDuration, plural } from './format.js';

/** A snapshot's header in words: digest, status and channel posts share them. */

export const tookMs = ({ startedAt, finishedAt }: SnapshotHeader): number =>
  finishedAt === undefined ? 0 : Date.parse(finishedAt) - Date.parse(startedAt);

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

export const changesOf = (header: SnapshotHeader): number => total(header.changes);

/** "120 users · 30 groups · 410 members": keys are types and link kinds, in the header's order. */
export const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => plural(count, name))
    .join(' · ');

/** "15 complete in 41 s · 14 changes · nothing unusual" */
export function digestText(header: SnapshotHeader): string {
  const parts = [
    `${header.seq} ${header.status} in ${formatDuration(tookMs(header))}`,
    plural(changesOf(header), 'change'),
    ...(header.partialReasons.length === 0
      ? ['nothing unusual']
      : [plural(header.partialReasons.length, 'part') + ' missing']),
  ];
  return parts.join(' · ');
}
