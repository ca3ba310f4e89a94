import type { AuditLog } from '../services/model/audit.js';
import type { Clock } from '../services/model/clock.js';
import type { Directory } from '../services/model/directory.js';
import type { HandoffService } from '../services/model/handoff.js';
import type { BackupTrigger, HistoryReader } from '../services/model/history.js';
import type { TenantId } from '../services/model/ids.js';
import type { JobQueue } from '../services/model/jobs.js';
import type { Log } from '../services/model/log.js';
import type { Person, RoleReader } from '../services/model/people.js';
import type { RestoreService } from '../services/model/restore-service.js';
import type { Catalog } from '../services/catalog/spec.js';
import type { Retention } from '../services/snapshots/retention.js';
import type { VerifyReport } from '../services/snapshots/verify.js';
import type { Config } from './config.js';
import type { BackupFailures } from './channel/backup-failures.js';
import type { CardLedger } from './chat/ledger.js';
import type { Conversations } from './chat/conversations.js';
import type { Changes } from './changes.js';

/** The product's parts as the commands and buttons see them; put together in compose.ts, nowhere else. */
export interface App {
  readonly config: Config;
  readonly tenant: TenantId;
  /** Display name of the tenant for context lines ("Contoso"). */
  readonly tenantName: () => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
  readonly catalog: Catalog;
  readonly directory: Directory;
  readonly roles: RoleReader;
  readonly history: HistoryReader;
  readonly restore: RestoreService;
  readonly handoff: HandoffService;
  readonly audit: AuditLog;
  readonly jobs: JobQueue;
  /** Puts a backup in the queue; the card of the one who asked changes when it is done. @throws ALREADY_RUNNING */
  readonly startBackup: (trigger: BackupTrigger, by?: Pick<Person, 'objectId' | 'name'>) => Promise<void>;
  /** Whether a backup of the tenant is at work, on whichever instance. */
  readonly backupRuns: () => Promise<boolean>;
  /** What the application may not do yet, with what that disables. @throws GRAPH_AUTH, GRAPH_UNREACHABLE */
  readonly missingPermissions: () => Promise<
    readonly { readonly permission: string; readonly disables: string }[]
  >;
  readonly verify: (tenant: TenantId) => Promise<VerifyReport>;
  readonly retention: Retention;
  readonly conversations: Conversations;
  readonly ledger: CardLedger;
  readonly backupFailures: BackupFailures;
  /** In-process news of requests and hand-offs, for the command line that watches. */
  readonly changes: Changes;
}
