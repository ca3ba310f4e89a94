import { sha256 } from '../../services/model/json.js';
import type { Clock } from '../../services/model/clock.js';
import type { TenantId } from '../../services/model/ids.js';
import type { CollectionSpec, Records, RecordStore, StoredRecord } from '../../services/model/records.js';

interface SeenActivity extends StoredRecord {
  readonly at: string;
}

const seenActivitiesSpec: CollectionSpec<SeenActivity> = {
  name: 'seenActivities',
  schemaVersion: 1,
  indexes: [[['at', 1]]],
};

const KEPT_FOR_IN_MS = 24 * 3_600_000;

/** Teams delivers at least once: the same message must not run twice, on whichever instance it arrives. */
export class SeenActivities {
  private readonly records: Records<SeenActivity>;

  constructor(
    store: RecordStore,
    private readonly clock: Clock,
  ) {
    this.records = store.collection(seenActivitiesSpec);
  }

  /** True for the first time that this id comes. Without an id every time is the first. */
  first(tenant: TenantId, activityId: string | undefined): Promise<boolean> {
    if (!activityId) return Promise.resolve(true);
    return this.records.create({
      tenant,
      id: sha256(activityId),
      rev: 1,
      at: this.clock.now().toISOString(),
    });
  }

  async housekeeping(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - KEPT_FOR_IN_MS).toISOString();
    for (const old of await this.records.findEverywhere({ where: { at: { lt: before } }, limit: 1000 }))
      await this.records.remove(old.tenant, old.id);
  }
}
