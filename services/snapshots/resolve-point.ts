import { DateTime } from 'luxon';
import { RewindError } from '../model/errors.js';
import type { HistoryReader, SnapshotHeader } from '../model/history.js';
import type { TenantId } from '../model/ids.js';
import type { RestorePoint } from '../model/plan.js';
import type { When } from '../model/when.js';

const PAGE = 20;
const MINUTE_IN_MS = 60_000;

/**
 * The restore point that a spoken time means (SPEC R2). A day: the latest one taken within that local day, or else the latest before
 * it; an instant: the latest at or before it. Both choose among complete snapshots; a partial one is had by its number only, and the
 * point then says what is missing.
 * @param timeZone for the texts of errors where the words carry none
 * @throws NO_SNAPSHOT, TIME_IN_FUTURE, TIME_BEFORE_FIRST, SNAPSHOT_PRUNED (with the nearest points)
 */
export async function resolvePoint(
  history: HistoryReader,
  tenant: TenantId,
  when: When,
  now: Date,
  timeZone = 'UTC',
): Promise<RestorePoint> {
  if (when.kind === 'snapshot') return byNumber(history, tenant, when.seq, when.words, timeZone);
  const newest = await newestComplete(history, tenant);
  if (!newest) throw new RewindError('NO_SNAPSHOT');
  if (when.kind === 'latest') return pointOf(newest);
  const zone = when.zone ?? timeZone;
  const { begin, end } = spanOf(when);
  if (begin > now) throw inFuture(when.words, newest, zone);
  const found = await newestComplete(history, tenant, end < now ? end : now);
  if (found) return pointOf(found, when.words);
  throw beforeFirst((await oldestComplete(history, tenant)) ?? newest, zone);
}

/**
 * The instants that the words span. Who says a time without seconds means all of that minute: the nightly run of 02:00 begins a moment
 * after it.
 */
function spanOf(when: Extract<When, { kind: 'day' | 'instant' }>): { begin: Date; end: Date } {
  if (when.kind === 'instant') {
    const begin = Date.parse(when.at);
    return {
      begin: new Date(begin),
      end: new Date(begin % MINUTE_IN_MS === 0 ? begin + MINUTE_IN_MS - 1 : begin),
    };
  }
  const day = DateTime.fromISO(when.date, { zone: when.zone });
  if (!day.isValid) throw new RewindError('TIME_NOT_UNDERSTOOD', { text: when.words });
  return { begin: day.startOf('day').toJSDate(), end: day.endOf('day').toJSDate() };
}

async function byNumber(
  history: HistoryReader,
  tenant: TenantId,
  seq: number,
  words: string,
  zone: string,
): Promise<RestorePoint> {
  const header = await history.snapshot(tenant, seq);
  if (header) return pointOf(header, words);
  const newest = await history.newestSnapshot(tenant);
  if (!newest) throw new RewindError('NO_SNAPSHOT');
  if (seq > newest.seq) throw inFuture(`Snapshot ${seq}`, newest, zone);
  const headers = await history.snapshots(tenant);
  const [before, after] = [
    headers.find((each) => each.seq < seq),
    headers.findLast((each) => each.seq > seq),
  ];
  if (await history.snapshot(tenant, seq, { pruned: true }))
    throw new RewindError('SNAPSHOT_PRUNED', {
      point: `Snapshot ${seq}`,
      nearest: [before, after].flatMap((each) => (each ? [inWords(each, zone)] : [])).join(' · '),
    });
  throw beforeFirst(after ?? newest, zone);
}

async function newestComplete(
  history: HistoryReader,
  tenant: TenantId,
  notAfter?: Date,
): Promise<SnapshotHeader | null> {
  const by = notAfter ? { notAfter: notAfter.toISOString() } : {};
  const some = await history.snapshots(tenant, { ...by, limit: PAGE });
  const found = some.find(isComplete);
  if (found || some.length < PAGE) return found ?? null;
  return (await history.snapshots(tenant, by)).find(isComplete) ?? null;
}

const oldestComplete = async (history: HistoryReader, tenant: TenantId): Promise<SnapshotHeader | null> =>
  (await history.snapshots(tenant)).findLast(isComplete) ?? null;

const isComplete = (header: SnapshotHeader): boolean => header.status === 'complete';

const pointOf = (header: SnapshotHeader, words?: string): RestorePoint => ({
  seq: header.seq,
  takenAt: header.startedAt,
  ...(words ? { words } : {}),
  ...(header.status === 'partial' ? { partial: header.partialReasons } : {}),
});

const inFuture = (words: string, newest: SnapshotHeader, zone: string): RewindError =>
  new RewindError('TIME_IN_FUTURE', {
    when: words.charAt(0).toUpperCase() + words.slice(1),
    nearest: inWords(newest, zone),
  });

const beforeFirst = (nearest: SnapshotHeader, zone: string): RewindError =>
  new RewindError('TIME_BEFORE_FIRST', { nearest: inWords(nearest, zone) });

/** "Sat 7 Nov 02:00 (snapshot 1)" */
const inWords = (header: SnapshotHeader, zone: string): string =>
  `${DateTime.fromISO(header.startedAt, { zone }).setLocale('en-GB').toFormat('ccc d LLL HH:mm')} (snapshot ${header.seq})`;
