import type { ApprovalPolicy } from '../approvals/policy.js';
import type { Catalog } from '../catalog/spec.js';
import type { AuditLog } from '../model/audit.js';
import type { Clock } from '../model/clock.js';
import type { Directory } from '../model/directory.js';
import type { CredentialVault } from '../model/handoff.js';
import type { HistoryReader } from '../model/history.js';
import type { TenantId } from '../model/ids.js';
import type { JobQueue, Leases } from '../model/jobs.js';
import type { Log } from '../model/log.js';
import type { Notifier } from '../model/notifier.js';
import type { RoleReader } from '../model/people.js';
import type { Random } from '../model/random.js';
import type { RecordStore } from '../model/records.js';

/** All that restoring stands on; ports only. `policyOf` may answer with the tenant's own table. */
export interface RestoreDeps {
  readonly store: RecordStore;
  readonly history: HistoryReader;
  readonly directoryOf: (tenant: TenantId) => Directory;
  readonly catalog: Catalog;
  readonly jobs: JobQueue;
  readonly leases: Leases;
  readonly notifier: Notifier;
  readonly audit: AuditLog;
  readonly vault: CredentialVault;
  readonly roles: Pick<RoleReader, 'groupName'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly policyOf?: (tenant: TenantId) => ApprovalPolicy;
}
