import { DateTime } from 'luxon';
import type { TenantId } from '../../services/model/ids.js';
import type { ProductEvent } from '../../services/model/notifier.js';
import { systemRandom } from '../../services/model/random.js';
import type { CollectionSpec, Records, RecordStore } from '../../services/model/records.js';
import type { BackupFailure } from './backup-posts.js';

const FAILURES: CollectionSpec<BackupFailure> = {
  name: 'backupFailures',
  schemaVersion: 1,
  indexes: [
    [
      ['tenant', 1],
      ['at', 1],
    ],
  ],
};

/** For the channel's sake only: the log has them for as long as it is kept. */
const KEPT_FOR_IN_DAYS = 8;

/** Backups that left no snapshot, and so nothing else in the store. */
export class BackupFailures {
  private readonly records: Records<BackupFailure>;

  constructor(store: RecordStore) {
    this.records = store.collection(FAILURES);
  }

  /** Also gives up what is long past. @throws STORE_UNREACHABLE */
  async keep(
    tenant: TenantId,
    { code, text, hint }: Extract<ProductEvent, { event: 'backupFailed' }>,
    now: Date,
  ): Promise<BackupFailure> {
    const at = now.toISOString();
    const failure = { tenant, id: `${at}/${systemRandom.id()}`, rev: 1, at, code, text, hint };
    await this.records.create(failure);
    const longPast = DateTime.fromJSDate(now).minus({ days: KEPT_FOR_IN_DAYS }).toJSDate().toISOString();
    for (const { id } of await this.records.find(tenant, { where: { at: { lt: longPast } } }))
      await this.records.remove(tenant, id);
    return failure;
  }

  since(tenant: TenantId, at: string): Promise<readonly BackupFailure[]> {
    return this.records.find(tenant, { where: { at: { gte: at } }, sort: [['at', 1]] });
  }
}
