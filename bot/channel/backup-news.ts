import { DateTime } from 'luxon';
import { backupDoneView } from '../../cards/backup-done/data.js';
import { backupFailedView } from '../../cards/backup-failed/data.js';
import { digestView } from '../../cards/digest/data.js';
import type { View } from '../../cards/views.js';
import type { SnapshotHeader } from '../../services/model/history.js';
import type { TenantId } from '../../services/model/ids.js';
import type { App } from '../app.js';
import { channelContext } from '../view-context.js';
import {
  backupPosts,
  subjectOf,
  timeOf,
  type BackupEvent,
  type BackupFailure,
  type BackupPost,
} from './backup-posts.js';

/** Headers of two days, unless backups are taken more often than every hour: then more are read. */
const HEADERS_AT_FIRST = 64;

/**
 * What the channel is to show about the backups of yesterday and today, from what is stored: so nothing is lost when a process dies
 * before it has told it, and an instance that comes later finds what another one has posted.
 */
export class BackupNews {
  constructor(private readonly app: App) {}

  /** Oldest first; those of yesterday are there, too, since the process that was to tell of them may have died at midnight. */
  async posts(tenant: TenantId): Promise<readonly BackupPost[]> {
    const zone = this.app.config.TIME_ZONE;
    const since =
      DateTime.fromJSDate(this.app.clock.now(), { zone }).startOf('day').minus({ days: 1 }).toUTC().toISO() ??
      '';
    const events: BackupEvent[] = [
      ...(await this.headersSince(tenant, since)).map((header) => ({ header })),
      ...(await this.app.backupFailures.since(tenant, since)).map((failure) => ({ failure })),
    ].toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1));
    const lost = await this.app.ledger.lostAmong(tenant, events.map(subjectOf), this.app.clock.now());
    return backupPosts(events, zone, lost);
  }

  /** @param carried  lines that the channel may not have seen, told here */
  async view(post: BackupPost, carried: readonly string[]): Promise<View> {
    const [tenantName, context] = [await this.app.tenantName(), channelContext(this.app)];
    const newest = post.headers.at(-1);
    if (!newest) return this.failedView(post, tenantName);
    const { headers, after } = post;
    return post.kind === 'partial'
      ? backupDoneView({ header: newest, tenantName, alike: headers.length }, context)
      : digestView({ headers, tenantName, after: after && troubleOf(after), carried }, context);
  }

  private async failedView({ failures }: BackupPost, tenantName: string): Promise<View> {
    const [first, newest] = [failures[0]!, failures.at(-1)!];
    const last = await this.lastCompleteBefore(first);
    return backupFailedView(
      {
        tenantName,
        code: newest.code,
        text: newest.text,
        hint: newest.hint,
        ...(last ? { lastCompleteAt: last.startedAt, lastSeq: last.seq } : {}),
        ...(failures.length > 1 ? { times: failures.length, firstAt: first.at } : {}),
      },
      channelContext(this.app),
    );
  }

  /** As it was then: a later success is told by its own card. */
  private async lastCompleteBefore({ tenant, at }: BackupFailure): Promise<SnapshotHeader | undefined> {
    for (let limit = HEADERS_AT_FIRST; ; limit *= 4) {
      const found = await this.app.history.snapshots(tenant, { notAfter: at, limit });
      const complete = found.find(({ status }) => status === 'complete');
      if (complete || found.length < limit) return complete;
    }
  }

  private async headersSince(tenant: TenantId, since: string): Promise<readonly SnapshotHeader[]> {
    for (let limit = HEADERS_AT_FIRST; ; limit *= 4) {
      const found = await this.app.history.snapshots(tenant, { limit, pruned: true });
      const recent = found.filter((header) => timeOf({ header }) >= since);
      if (recent.length < found.length || found.length < limit) return recent.toReversed();
    }
  }
}

const troubleOf = ({ kind, headers, failures }: BackupPost): { kind: 'partial' | 'failed'; times: number } =>
  kind === 'failed' ? { kind, times: failures.length } : { kind: 'partial', times: headers.length };
