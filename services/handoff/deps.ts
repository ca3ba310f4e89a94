import type { AuditLog } from '../model/audit.js';
import type { Clock } from '../model/clock.js';
import type { Directory } from '../model/directory.js';
import type { SealingKey } from '../model/handoff.js';
import type { TenantId } from '../model/ids.js';
import type { Log } from '../model/log.js';
import type { Notifier } from '../model/notifier.js';
import type { Random } from '../model/random.js';
import type { RecordStore } from '../model/records.js';

export interface HandoffDeps {
  readonly store: RecordStore;
  readonly directoryOf: (tenant: TenantId) => Directory;
  readonly sealingKey: SealingKey;
  readonly notifier: Notifier;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}
