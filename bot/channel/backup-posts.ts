import { DateTime } from 'luxon';
import type { SnapshotHeader } from '../../services/model/history.js';
import type { StoredRecord } from '../../services/model/records.js';

/** A backup that left no snapshot. Kept, so that the channel hears of it whatever dies in between. */
export interface BackupFailure extends StoredRecord {
  /** ISO UTC. */
  readonly at: string;
  readonly code: string;
  readonly text: string;
  readonly hint: string;
}

export type BackupEvent = { readonly header: SnapshotHeader } | { readonly failure: BackupFailure };

/** One card of the channel about backups: what went alike, in a row, on one day. Told once, then edited in place (SPEC N1). */
export interface BackupPost {
  /** The ledger's: of the first event, so that it stays while more of them come. */
  readonly subject: string;
  readonly kind: 'complete' | 'partial' | 'failed';
  /** ISO date in the tenant's zone. */
  readonly day: string;
  /** Of a kind: snapshots, or failures; oldest first, never empty. */
  readonly headers: readonly SnapshotHeader[];
  readonly failures: readonly BackupFailure[];
  /** What went before it, if that was not well: said when it is well again. */
  readonly after: BackupPost | null;
}

/** All of their subjects begin so. */
export const BACKUP_SUBJECT = 'backup:';

export const timeOf = (event: BackupEvent): string =>
  'header' in event ? (event.header.finishedAt ?? event.header.startedAt) : event.failure.at;

export const subjectOf = (event: BackupEvent): string =>
  'header' in event ? `${BACKUP_SUBJECT}${event.header.seq}` : `${BACKUP_SUBJECT}failed:${event.failure.id}`;

/**
 * The cards that events make: one a day while all is well, a new one when it turns, when the trouble is another one, and when it is well
 * again; the rest are edits. Pure, so that whoever comes after a crash arrives at the same cards.
 * @param events  oldest first
 * @param lost  subjects that were claimed and, as far as anybody knows, never posted: what comes after them is told by a card of its own
 */
export function backupPosts(
  events: readonly BackupEvent[],
  timeZone: string,
  lost: ReadonlySet<string>,
): readonly BackupPost[] {
  const posts: BackupPost[] = [];
  for (const event of events) {
    const day = DateTime.fromISO(timeOf(event), { zone: timeZone }).toISODate() ?? '';
    const last = posts.at(-1);
    const [headers, failures] = 'header' in event ? [[event.header], []] : [[], [event.failure]];
    if (last && last.day === day && !lost.has(last.subject) && isAlike(last, event))
      posts[posts.length - 1] = {
        ...last,
        headers: [...last.headers, ...headers],
        failures: [...last.failures, ...failures],
      };
    else
      posts.push({
        subject: subjectOf(event),
        kind: kindOf(event),
        day,
        headers,
        failures,
        after: last && last.kind !== 'complete' ? last : null,
      });
  }
  return posts;
}

const kindOf = (event: BackupEvent): BackupPost['kind'] =>
  'failure' in event ? 'failed' : event.header.status === 'partial' ? 'partial' : 'complete';

/** The same trouble again is no news; another one is. */
function isAlike({ kind, headers, failures }: BackupPost, event: BackupEvent): boolean {
  if (kind !== kindOf(event)) return false;
  if ('failure' in event) return failures.at(-1)?.code === event.failure.code;
  const reasons = (header: SnapshotHeader | undefined): string => (header?.partialReasons ?? []).join('\n');
  return reasons(headers.at(-1)) === reasons(event.header);
}
