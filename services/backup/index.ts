import type { Catalog } from '../catalog/spec.js';
import type { AuditLog } from '../model/audit.js';
import type { Clock } from '../model/clock.js';
import type { DirectoryReader, GraphCost } from '../model/directory.js';
import { RewindError, isRewindError } from '../model/errors.js';
import type {
  BackupTrigger,
  HistoryReader,
  HistoryRun,
  HistoryWriter,
  SnapshotHeader,
} from '../model/history.js';
import type { TenantId } from '../model/ids.js';
import type { Leases } from '../model/jobs.js';
import type { Log } from '../model/log.js';
import type { Notifier } from '../model/notifier.js';
import type { Person } from '../model/people.js';
import type { Random } from '../model/random.js';
import { holdLease } from './keep-lease.js';
import type { HeldLease } from './keep-lease.js';
import { readTenant } from './read-tenant.js';
import { Reading } from './reading.js';

export interface BackupDependencies {
  /** Reads the tenant with its own credentials, in the background's priority. */
  readonly directoryOf: (tenant: TenantId) => Promise<DirectoryReader> | DirectoryReader;
  readonly history: HistoryWriter & Pick<HistoryReader, 'newestSnapshot'>;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly leases: Leases;
  readonly notifier: Notifier;
  readonly audit?: AuditLog;
  readonly log: Log;
  readonly random: Random;
  /** Machine time after which a dead process' lease ends. Default 30 s. */
  readonly leaseInMs?: number;
}

export interface BackupRequest {
  readonly trigger: BackupTrigger;
  readonly by?: Pick<Person, 'objectId' | 'name'>;
  /** When it was asked for, or fell due (product time). A snapshot begun since is the one that was meant: no second one is taken. */
  readonly due?: Date;
  /** Aborted when the process goes down: then nothing is waited for. */
  readonly signal?: AbortSignal;
}

export interface Backup {
  /**
   * Takes one snapshot and publishes it, complete or partial; tells the channel either way. Runs nobody waits for (schedule, catch-up,
   * connect) wait until a lease left by a dead process has ended; others say at once that one is running. Safe to repeat with the same
   * `due`: of a process that died after it had published, only what it had not told yet is done.
   * @throws ALREADY_RUNNING; LEASE_LOST, GRAPH_…: nothing was published, the snapshot before still is the newest; STORE_UNREACHABLE:
   *   the same, or not known; not told to the channel, since the queue runs it again when the store is back
   */
  run(tenant: TenantId, request: BackupRequest): Promise<SnapshotHeader>;
  /** Whether one is at work now, on whatever instance. */
  running(tenant: TenantId): Promise<boolean>;
  /** Gives up and sweeps runs that a crash left. Fine if there are none, or if one is at work. Call at start. */
  recover(tenant: TenantId): Promise<void>;
}

const LEASE_IN_MS = 30_000;
const LOOK_AGAIN_IN_MS = 500;

export function createBackup(deps: BackupDependencies): Backup {
  const { history, catalog, clock, leases, notifier, audit, log, random } = deps;
  const leaseInMs = deps.leaseInMs ?? LEASE_IN_MS;
  const hold = (tenant: TenantId, signal?: AbortSignal): Promise<HeldLease | null> =>
    holdLease(leases, leaseOf(tenant), random.id(), leaseInMs, log, signal);

  async function holdPatiently(
    tenant: TenantId,
    { trigger, signal }: Pick<BackupRequest, 'trigger' | 'signal'>,
  ): Promise<HeldLease> {
    const patient = trigger === 'schedule' || trigger === 'catchUp' || trigger === 'connect';
    // Leases live in machine time, and so does this waiting: a jump of the demo's clock ends no lease.
    const looks = patient ? Math.ceil((2 * leaseInMs) / LOOK_AGAIN_IN_MS) : 0;
    for (let look = 0; ; look += 1) {
      const lease = await hold(tenant, signal);
      if (lease) return lease;
      if (look >= looks || signal?.aborted) throw new RewindError('ALREADY_RUNNING');
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_IN_MS));
    }
  }

  /** What a process published for this very request before it died; asked for while the lease is held, so nobody publishes meanwhile. */
  async function takenSince(tenant: TenantId, { due }: BackupRequest): Promise<SnapshotHeader | null> {
    if (!due) return null;
    const newest = await history.newestSnapshot(tenant);
    const begun = newest === null ? NaN : Date.parse(newest.startedAt);
    // One from the future was taken before the machine's clock was set back: it stands for nothing that is asked now.
    return begun >= due.getTime() && begun <= clock.now().getTime() ? newest : null;
  }

  async function take(tenant: TenantId, request: BackupRequest, lease: HeldLease): Promise<SnapshotHeader> {
    const reader = await deps.directoryOf(tenant);
    const costBefore = { ...reader.cost() };
    const run: HistoryRun = await history.begin(tenant, {
      trigger: request.trigger,
      ...(request.by ? { by: request.by } : {}),
      startedAt: clock.now().toISOString(),
      fence: lease.fence,
    });
    log.info({ tenant, seq: run.seq, trigger: request.trigger }, 'backup begins');
    try {
      const reading = new Reading(run, reader, catalog, log, () => lease.stillOurs());
      const { parts, tokens, partialReasons } = await readTenant(reading);
      lease.stillOurs();
      const header = await run.publish({
        finishedAt: clock.now().toISOString(),
        mode: modeOf(parts),
        parts,
        tokens,
        cost: costSince(costBefore, reader.cost()),
        partialReasons,
      });
      log.info(
        { tenant, seq: header.seq, status: header.status, counts: header.counts, cost: header.cost },
        'backup done',
      );
      return header;
    } catch (error) {
      await run.abandon().catch((problem: unknown) => {
        log.warn({ tenant, seq: run.seq, error: String(problem) }, 'the next run sweeps what this one left');
      });
      throw error;
    }
  }

  async function tell(tenant: TenantId, request: BackupRequest, header: SnapshotHeader): Promise<void> {
    await audit?.append(
      {
        tenant,
        actor: request.by ?? 'service',
        kind: `backup.${header.status}`,
        requestId: `backup/${header.seq}`,
        details: { seq: header.seq, trigger: header.trigger, chain: header.chain ?? '' },
      },
      { once: true },
    );
    await notifier.notify({ event: 'backupFinished', header });
  }

  async function tellFailure(tenant: TenantId, error: unknown): Promise<void> {
    const known = isRewindError(error) ? error : new RewindError('INTERNAL', {}, { cause: error });
    log.error({ tenant, code: known.code, error: String(error) }, 'backup failed');
    await notifier.notify({
      event: 'backupFailed',
      tenant,
      code: known.code,
      text: known.userText,
      hint: known.hint,
    });
  }

  return {
    async run(tenant, request) {
      const lease = await holdPatiently(tenant, request);
      let header: SnapshotHeader;
      try {
        header = (await takenSince(tenant, request)) ?? (await take(tenant, request, lease));
      } catch (error) {
        await lease.release();
        // Whoever took over tells its own result, and so does the run that comes when the store is back.
        if (!isRewindError(error, 'LEASE_LOST', 'STORE_UNREACHABLE')) await tellFailure(tenant, error);
        throw error;
      }
      await lease.release();
      await tell(tenant, request, header);
      return header;
    },

    running: (tenant) => leases.held(leaseOf(tenant)),

    async recover(tenant) {
      const lease = await hold(tenant);
      if (!lease) return;
      try {
        const { abandoned, mended } = await history.sweep(tenant, lease.fence);
        if (abandoned.length > 0) log.warn({ tenant, abandoned, mended }, 'swept what a crash left');
      } finally {
        await lease.release();
      }
    },
  };
}

const leaseOf = (tenant: TenantId): string => `backup/${tenant}`;

function modeOf(parts: SnapshotHeader['parts']): SnapshotHeader['mode'] {
  const modes = new Set(Object.values(parts).map(({ mode }) => mode));
  const [only] = modes;
  return modes.size === 1 && only ? only : 'mixed';
}

const costSince = (before: GraphCost, now: GraphCost): GraphCost => ({
  requests: now.requests - before.requests,
  resourceUnits: now.resourceUnits - before.resourceUnits,
  writes: now.writes - before.writes,
  throttled: now.throttled - before.throttled,
});
