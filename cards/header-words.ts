import type { SnapshotHeader } from '../services/model/history.js';
import { formatTook, plural } from './format.js';

/** A snapshot's header in words: digest, status and channel posts share them. */

const tookMs = ({ startedAt, finishedAt }: SnapshotHeader): number =>
  finishedAt === undefined ? 0 : Date.parse(finishedAt) - Date.parse(startedAt);

const MODES = { full: 'full read', increment: 'increment', mixed: 'increment, partly read in full' } as const;

/** "increment · 9 requests · 41 s": how it was read, for those who watch cost. */
export const readText = (header: SnapshotHeader): string =>
  `${MODES[header.mode]} · ${plural(header.cost.requests, 'request')} · ${formatTook(tookMs(header))}`;

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

export const changesOf = (header: SnapshotHeader): number => total(header.changes);

const FEW = 20;
const MUCH_OF_THE_TENANT = 0.05;

/**
 * Whether one snapshot found so much changed that "nothing unusual" would be a lie: over twenty changes and over a twentieth of all that is
 * kept. A rule of thumb; who changed what, and whether it was meant, is not judged here.
 */
export const isMuch = (header: SnapshotHeader): boolean =>
  header.previous !== undefined &&
  changesOf(header) > Math.max(FEW, total(header.counts) * MUCH_OF_THE_TENANT);

/** Objects before links; "112 managers" would count links as if they were people. */
const COUNT_WORDS: Readonly<Record<string, string>> = {
  user: 'user',
  group: 'group',
  member: 'membership',
  owner: 'ownership',
  manager: 'manager link',
};
const COUNT_ORDER = Object.keys(COUNT_WORDS);

/** "120 users · 30 groups · 410 memberships": keys are types and link kinds; what is not known here comes last, as it is named. */
export function countsText(counts: Readonly<Record<string, number>>): string {
  const rank = (name: string): number =>
    COUNT_ORDER.includes(name) ? COUNT_ORDER.indexOf(name) : COUNT_ORDER.length;
  return Object.entries(counts)
    .toSorted(([a], [b]) => rank(a) - rank(b))
    .map(([name, count]) => plural(count, COUNT_WORDS[name] ?? name))
    .join(' · ');
}

/**
 * "15 complete in 41 s · 14 changes · nothing unusual"; of several the newest, with their number and all their changes.
 * @param headers  oldest first
 * @param well  what is said when no part is missing
 */
export function digestText(headers: readonly SnapshotHeader[], day: string, well: string): string {
  const newest = headers.at(-1)!;
  const changes = headers.reduce((sum, header) => sum + changesOf(header), 0);
  const parts = [
    `${newest.seq} ${newest.status} in ${formatTook(tookMs(newest))}`,
    ...(headers.length > 1 ? [`${plural(headers.length, 'snapshot')} on ${day}`] : []),
    plural(changes, 'change'),
    newest.partialReasons.length === 0 ? well : plural(newest.partialReasons.length, 'part') + ' missing',
  ];
  return parts.join(' · ');
}
