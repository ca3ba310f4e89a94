import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuditLog } from '../services/audit/audit-log.js';
import { createBackup } from '../services/backup/index.js';
import { catalog } from '../services/catalog/index.js';
import { createDirectory, type GraphDirectory } from '../services/graph/directory.js';
import { createRoleReader } from '../services/graph/roles.js';
import { createHandoffService } from '../services/handoff/service.js';
import { createJobQueue } from '../services/jobs/index.js';
import { isRewindError, RewindError } from '../services/model/errors.js';
import type { SealingKey } from '../services/model/handoff.js';
import type { BackupTrigger } from '../services/model/history.js';
import { tenantId } from '../services/model/ids.js';
import type { JobQueue } from '../services/model/jobs.js';
import type { Log } from '../services/model/log.js';
import type { Notifier, ProductEvent } from '../services/model/notifier.js';
import { systemRandom } from '../services/model/random.js';
import { createRestoreService } from '../services/restore/service.js';
import { createRetention } from '../services/snapshots/retention.js';
import { parseRetention } from '../services/snapshots/retention-policy.js';
import { verifyTenant } from '../services/snapshots/verify.js';
import { openStore, type Store } from '../services/store/connect.js';
import { createHistory } from '../services/store/history/index.js';
import { createLeases, freeLeases } from '../services/store/leases.js';
import { createRecordStore } from '../services/store/records.js';
import type { App } from './app.js';
import { Changes } from './changes.js';
import { BackupFailures } from './channel/backup-failures.js';
import { CardLedger } from './chat/ledger.js';
import { Conversations } from './chat/conversations.js';
import { createSystemClock, followSandboxClock } from './clock.js';
import type { Config } from './config.js';
import { BACKUP_JOB, RETENTION_JOB, RETENTION_SCHEDULE } from './jobs.js';
import { errorFields } from './log.js';
import { Presenter } from './present.js';
import { Router } from './router.js';
import { readCertificate } from './teams/credentials.js';
import { SeenActivities } from './teams/seen-activities.js';

/** The product without its doors: what both the service and a lone command line run. */
export interface Product {
  readonly app: App;
  readonly router: Router;
  readonly present: Presenter;
  readonly store: Store;
  readonly jobs: JobQueue;
  readonly seen: SeenActivities;
  /** The bot's notifier is put in when there is a chat; before, and without one, news are only announced in this process. */
  setNotifier(notifier: Notifier): void;
  /** Sweeps what a backup left that died. */
  recover(): Promise<void>;
  /** Every minute, and at start: what crashes left, what is due, cards that could not be delivered. */
  housekeeping(): Promise<void>;
  close(): Promise<void>;
}

/** Cards of requests that ended in this time are looked after; older ones are left as they stand. */
const REDRAWN_FOR_IN_MS = 60 * 60_000;
/** What was done at the command line, perhaps because Teams was away, is announced when it is back (SPEC A7). */
const ANNOUNCED_FOR_IN_MS = 7 * 24 * 60 * 60_000;
const REDRAWN_AT_MOST = 100;
/** A backup's end is told again for so long; what stands is not posted twice. */
const TOLD_AGAIN_FOR_IN_MS = 10 * 60_000;
const RETENTION_LOCK_IN_MS = 5 * 60_000;
const OPEN_REQUESTS_AT_MOST = 10_000;
/** How long a process that stands still keeps a job from the others; a living one renews three times as often. */
const BACKUP_LOCK_IN_MS = 60_000;

/** Settings → real adapters → services. The only place that builds them. */
export async function compose(config: Config, log: Log): Promise<Product> {
  const time = config.SANDBOX_CONTROL_URL
    ? await followSandboxClock(config.SANDBOX_CONTROL_URL, log)
    : { clock: createSystemClock(), stop: () => undefined };
  const { clock } = time;
  const tenant = tenantId(config.TENANT_ID);
  const store = await openStore({
    mongoUri: config.MONGODB_URI,
    dataDir: join(config.DATA_DIR, 'store'),
    dbName: config.MONGODB_DB,
    onCrash: (cause) =>
      log.error(errorFields(cause), 'the embedded store ended by itself and is started again'),
  });
  try {
    const records = createRecordStore(store.db, log);
    const history = createHistory(store.db);
    await history.createIndexes();
    // The embedded store is this process' own: what is held or locked in it was left by a crash, and goes on at once.
    const alone = store.kind === 'embedded';
    if (alone) await freeLeases(store.db);
    const leases = createLeases(store.db, clock);
    const jobs = createJobQueue({ mongo: store.db, clock, log, processEveryInMs: 1_000, alone });
    const directory = connectDirectory(config, log);
    // Backups read with costs of their own, but within the same limits of Graph's (one app, one tenant).
    const background = connectDirectory(config, log, directory);
    const roles = createRoleReader(
      { client: directory.client, log },
      {
        tenantId: tenant,
        groups: {
          reader: config.GROUP_READERS,
          operator: config.GROUP_OPERATORS,
          approver: config.GROUP_APPROVERS,
          administrator: config.GROUP_ADMINISTRATORS,
          auditor: config.GROUP_AUDITORS,
        },
      },
    );
    const changes = new Changes();
    let delegate: Notifier | null = null;
    const notifier: Notifier = {
      async notify(event) {
        announce(changes, event);
        await delegate?.notify(event);
      },
    };
    const audit = createAuditLog({ store: records, clock });
    const shared = {
      store: records,
      directoryOf: () => directory,
      audit,
      notifier,
      clock,
      random: systemRandom,
      log,
    };
    const handoff = createHandoffService({ ...shared, sealingKey: sealingKey(config) });
    const restore = createRestoreService({
      ...shared,
      history,
      catalog,
      jobs,
      leases,
      vault: handoff.vault,
      roles,
    });
    const backup = createBackup({
      directoryOf: () => background.reader,
      history,
      catalog,
      clock,
      leases,
      notifier,
      audit,
      log,
      random: systemRandom,
    });
    const retention = createRetention({
      history,
      clock,
      audit,
      policy: parseRetention(config.RETENTION) ?? [],
      timeZone: config.TIME_ZONE,
      async pointsInUse(of) {
        const open = await restore.list(of, {
          states: ['asks', 'waiting', 'running', 'lapsed'],
          limit: OPEN_REQUESTS_AT_MOST,
        });
        return open.flatMap(({ point }) => (point ? [point.seq] : []));
      },
    });
    const seen = new SeenActivities(records, clock);

    jobs.define(
      BACKUP_JOB,
      async (payload, signal, due) => {
        const trigger: BackupTrigger =
          payload['catchUp'] === true
            ? 'catchUp'
            : ((payload['trigger'] as BackupTrigger | undefined) ?? 'schedule');
        const by = payload['by'] as { objectId: never; name: string } | undefined;
        await backup
          .run(tenant, { trigger, due, signal, ...(by ? { by } : {}) })
          .catch(async (error: unknown) => {
            if (!isRewindError(error)) throw error;
            if (error.code === 'STORE_UNREACHABLE') {
              // The queue runs it again when the store is back. That it was away for long, the channel hears then.
              if (!signal.aborted)
                await notifier.notify({
                  event: 'backupFailed',
                  tenant,
                  code: error.code,
                  text: error.userText,
                  hint: error.hint,
                });
              throw error;
            }
            // The notifier has told the channel, and the schedule goes on.
            log.warn(errorFields(error), 'backup did not finish');
          });
      },
      { lockInMs: BACKUP_LOCK_IN_MS, concurrency: 1 },
    );

    jobs.define(RETENTION_JOB, async () => void (await retention.prune(tenant)), {
      lockInMs: RETENTION_LOCK_IN_MS,
      concurrency: 1,
    });

    const app: App = {
      config,
      tenant,
      tenantName: tenantNameReader(directory, tenant),
      clock,
      log,
      catalog,
      directory,
      roles,
      history,
      restore,
      handoff,
      audit,
      jobs,
      startBackup: async (trigger, by) => {
        if (await backup.running(tenant)) throw new RewindError('ALREADY_RUNNING');
        await jobs.enqueue(
          BACKUP_JOB,
          { trigger, ...(by ? { by: { objectId: by.objectId, name: by.name } } : {}) },
          { key: `${BACKUP_JOB}/now` },
        );
      },
      backupRuns: () => backup.running(tenant),
      missingPermissions: async () =>
        (await directory.permissions()).disabled.flatMap((feature) =>
          feature.missing.map((permission) => ({ permission, disables: feature.without })),
        ),
      verify: (of) => verifyTenant({ history, clock }, of),
      retention,
      conversations: new Conversations(records),
      ledger: new CardLedger(records),
      backupFailures: new BackupFailures(records),
      changes,
    };
    await records.createIndexes();
    const present = new Presenter(app);
    return {
      app,
      router: new Router(app, present),
      present,
      store,
      jobs,
      seen,
      setNotifier: (next) => {
        delegate = next;
      },
      recover: () => backup.recover(tenant),
      async housekeeping() {
        await restore.housekeeping();
        await handoff.housekeeping();
        await seen.housekeeping();
        const newest = await history.newestSnapshot(tenant);
        const tellSince = new Date(clock.now().getTime() - TOLD_AGAIN_FOR_IN_MS).toISOString();
        if (newest?.finishedAt && newest.finishedAt > tellSince)
          await notifier.notify({ event: 'backupFinished', header: newest });
        // What a crash kept from the channel, however long ago in these two days, and what it may have missed of others.
        await notifier.notify({ event: 'channelDue', tenant });
        // Cards of requests that move are brought up to date: a post that failed is made up for here.
        for (const request of await restore.list(tenant, { limit: REDRAWN_AT_MOST })) {
          const lookedAfter = request.atCommandLine ? ANNOUNCED_FOR_IN_MS : REDRAWN_FOR_IN_MS;
          const justEnded = new Date(clock.now().getTime() - lookedAfter).toISOString();
          const live = request.state === 'waiting' || request.state === 'running';
          if (!live && (request.result?.finishedAt ?? request.createdAt) < justEnded) continue;
          await notifier.notify({ event: 'requestChanged', request });
          for (const each of await handoff.allOfRequest(tenant, request.id))
            await notifier.notify({ event: 'handoffChanged', handoff: each });
        }
      },
      async close() {
        await jobs.stop();
        time.stop();
        await store.close();
      },
    };
  } catch (error) {
    time.stop();
    await store.close();
    throw error;
  }
}

/** Plans the schedule, takes the first backup at once, picks up what a crash left (SPEC B12). */
export async function startWork({ app, jobs, recover }: Product): Promise<void> {
  await recover();
  await jobs.start();
  await jobs.schedule(
    BACKUP_JOB,
    { trigger: 'schedule' },
    { key: BACKUP_JOB, schedule: app.config.BACKUP_SCHEDULE, timeZone: app.config.TIME_ZONE },
  );
  await jobs.schedule(
    RETENTION_JOB,
    {},
    { key: RETENTION_JOB, schedule: RETENTION_SCHEDULE, timeZone: app.config.TIME_ZONE },
  );
  if ((await app.history.newestSnapshot(app.tenant)) === null)
    await jobs.enqueue(BACKUP_JOB, { trigger: 'connect' }, { key: `${BACKUP_JOB}/first` });
}

function connectDirectory(config: Config, log: Log, beside?: GraphDirectory): GraphDirectory {
  const certificate = config.CLIENT_CERTIFICATE_FILE
    ? readCertificate(config.CLIENT_CERTIFICATE_FILE)
    : undefined;
  return createDirectory(
    {
      graphUrl: config.GRAPH_URL,
      authority: config.AUTHORITY_URL,
      tenantId: config.TENANT_ID,
      clientId: config.CLIENT_ID,
      ...(certificate ? { certificate } : { clientSecret: config.CLIENT_SECRET }),
      clientName: 'EntraRewind',
    },
    { log, random: systemRandom, catalog, ...(beside ? { beside: beside.client } : {}) },
  );
}

/**
 * The sealing key: from the settings, or a file of our own outside the database, readable by this account alone.
 * @throws CONFIG_INVALID when the file is not a key
 */
function sealingKey(config: Config): SealingKey {
  const idOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  if (config.SEALING_KEY) {
    const bytes = Buffer.from(config.SEALING_KEY, 'base64');
    return { id: idOf(bytes), bytes };
  }
  const file = join(config.DATA_DIR, 'keys', 'sealing.key');
  if (!existsSync(file)) {
    mkdirSync(join(config.DATA_DIR, 'keys'), { recursive: true, mode: 0o700 });
    writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
  }
  const bytes = Buffer.from(readFileSync(file, 'utf8'), 'base64');
  if (bytes.length !== 32)
    throw new RewindError('CONFIG_INVALID', { reason: `${file} does not hold a key of 32 bytes` });
  return { id: idOf(bytes), bytes };
}

function announce(changes: Changes, event: ProductEvent): void {
  if (event.event === 'requestChanged') changes.announce(event.request.id);
  if (event.event === 'handoffChanged') changes.announce(event.handoff.requestId);
}

/** The tenant's display name, asked once; its id until Graph has answered. */
function tenantNameReader(directory: GraphDirectory, tenant: string): () => Promise<string> {
  let name: Promise<string> | null = null;
  return async () => {
    name ??= directory.tenantName().catch(() => {
      name = null;
      return tenant;
    });
    return name;
  };
}
