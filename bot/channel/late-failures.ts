import { setTimeout as after } from 'node:timers/promises';
import type { TenantId } from '../../services/model/ids.js';
import type { ProductEvent } from '../../services/model/notifier.js';
import type { BackupFailures } from './backup-failures.js';

type BackupFailed = Extract<ProductEvent, { event: 'backupFailed' }>;

export interface LatePatience {
  /** Machine time between two looks whether the database answers. Default 5 s. */
  readonly lookEveryInMs?: number;
  /** Machine time. An outage that ends sooner is no news: the queue has taken the backup by then. Default 5 min. */
  readonly shortInMs?: number;
}

const LOOK_EVERY_IN_MS = 5_000;
const SHORT_IN_MS = 5 * 60_000;

/**
 * Failed backups that could not be kept, since the database was away: kept as soon as it answers, with the time at which they failed.
 * A process that ends before that leaves them to the log.
 */
export class LateFailures {
  /** One of each code is enough: it stands for the outage. */
  private readonly awaited = new Set<string>();

  constructor(
    private readonly failures: BackupFailures,
    private readonly patience: LatePatience = {},
  ) {}

  /** @returns whether there is something new for the channel; once the database is back */
  async keep(tenant: TenantId, event: BackupFailed, at: Date): Promise<boolean> {
    const { lookEveryInMs = LOOK_EVERY_IN_MS, shortInMs = SHORT_IN_MS } = this.patience;
    if (this.awaited.has(event.code)) return false;
    this.awaited.add(event.code);
    const isOutage = event.code === 'STORE_UNREACHABLE';
    const begun = performance.now();
    try {
      for (;;) {
        await after(lookEveryInMs, undefined, { ref: false });
        try {
          await this.failures.since(tenant, at.toISOString());
          if (isOutage && performance.now() - begun < shortInMs) return false;
          await this.failures.keep(tenant, isOutage ? { ...event, ...OUTAGE } : event, at);
          return true;
        } catch {
          // Still away, which /readyz tells and the log has told.
        }
      }
    } finally {
      this.awaited.delete(event.code);
    }
  }
}

/** Read when it is over. */
const OUTAGE = {
  text: 'The database could not be reached, so no backup was taken.',
  hint: 'It answers again, and the backup is taken by itself. If no snapshot is told soon, say "backup now".',
};
