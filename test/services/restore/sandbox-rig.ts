import { createAuditLog } from '../../../services/audit/audit-log.js';
import { createBackup, type Backup } from '../../../services/backup/index.js';
import { catalog } from '../../../services/catalog/index.js';
import { createHandoffService } from '../../../services/handoff/service.js';
import type { Clock } from '../../../services/model/clock.js';
import type { Directory, DirectoryReader, DirectoryWriter } from '../../../services/model/directory.js';
import { RewindError, type ErrorCode } from '../../../services/model/errors.js';
import { tenantId, type ObjectId, type TenantId } from '../../../services/model/ids.js';
import { systemRandom } from '../../../services/model/random.js';
import type { RestoreService } from '../../../services/model/restore-service.js';
import { createRestoreService } from '../../../services/restore/service.js';
import { createHistory, type History } from '../../../services/store/history/index.js';
import { FakeJobs, FakeLeases } from '../../fakes/fake-jobs.js';
import { FakeRecordStore } from '../../fakes/fake-records.js';
import { memoryDb } from '../../fakes/memory-db.js';
import type { World as Sandbox } from '../graph/sandbox-world.js';
import { quiet } from './world.js';

type Call = <T>(method: string, ...args: readonly unknown[]) => Promise<T>;

/** The adapter runs in a process of its own (certificates); this is its shape here. */
function remoteDirectory(sandbox: Sandbox): Directory {
  const coded = async <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((error: { code?: ErrorCode; message: string }) => {
      if (error.code && /^[A-Z_]+$/.test(error.code) && (error.code as string) !== 'NONE')
        throw new RewindError(error.code, {}, { message: error.message });
      throw error;
    });
  const read: Call = (method, ...args) => coded(sandbox.call('reader', method, ...args));
  const write: Call = (method, ...args) => coded(sandbox.call('writer', method, ...args));
  const pages = (method: string) =>
    async function* (...args: readonly unknown[]): AsyncIterable<unknown> {
      yield* await read<unknown[]>(method, ...args);
    };
  const asMap = <T>(object: Readonly<Record<string, T>> | null): Map<ObjectId, T> | null =>
    object && new Map(Object.entries(object) as [ObjectId, T][]);
  const one =
    (method: string) =>
    (...args: readonly unknown[]) =>
      read(method, ...args);
  const done =
    (method: string) =>
    (...args: readonly unknown[]) =>
      write(method, ...args);
  const reader = {
    ...Object.fromEntries(
      [
        'latestDeltaToken',
        'getObject',
        'getDeleted',
        'findByKey',
        'search',
        'listLinksTo',
        'countObjects',
        'passPolicy',
      ].map((method) => [method, one(method)]),
    ),
    ...Object.fromEntries(
      ['listObjects', 'listDeleted', 'listLinks', 'listLinksOf', 'delta'].map((method) => [
        method,
        pages(method),
      ]),
    ),
    getObjects: async (...args: readonly unknown[]) =>
      asMap(await read<Record<string, unknown>>('getObjects', ...args)),
    readRisk: async (...args: readonly unknown[]) => {
      const risk = await read<Record<string, Record<string, string[]> | null>>('readRisk', ...args);
      return Object.fromEntries(Object.entries(risk).map(([key, value]) => [key, asMap(value)]));
    },
    cost: () => ({ requests: 0, resourceUnits: 0, writes: 0, throttled: 0 }),
  } as unknown as DirectoryReader;
  const writer = Object.fromEntries(
    [
      'undelete',
      'create',
      'update',
      'link',
      'unlink',
      'remove',
      'revokeSessions',
      'setPassword',
      'createPass',
    ].map((method) => [method, done(method)]),
  ) as unknown as DirectoryWriter;
  return { reader, writer };
}

/** The sandbox's time as it was when last looked at; sleeping is real, since Graph's delays are. */
class SandboxClock implements Clock {
  private current = new Date(0);
  constructor(private readonly sandbox: Sandbox) {}
  async look(): Promise<void> {
    const { now } = (await this.sandbox.control('GET', '/_sandbox/clock')) as { now: string };
    this.current = new Date(now);
  }
  now(): Date {
    return this.current;
  }
  async sleep(delayInMs: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, Math.min(delayInMs, 1_000)));
    await this.look();
  }
  offsetInMs(): number {
    return 0;
  }
  onJump(): () => void {
    return () => undefined;
  }
}

export interface Rig {
  readonly tenant: TenantId;
  readonly service: RestoreService;
  readonly handoff: ReturnType<typeof createHandoffService>;
  readonly jobs: FakeJobs;
  readonly history: History;
  readonly backup: Backup;
  readonly directory: Directory;
  readonly clock: SandboxClock;
  advanceTo(instant: string): Promise<void>;
}

/** Backup, history and restore over the simulated tenant through the real adapter; only storage and queue are in memory. */
export async function rigOver(sandbox: Sandbox): Promise<Rig> {
  const tenant = tenantId(sandbox.ready.tenantId);
  const clock = new SandboxClock(sandbox);
  await clock.look();
  const directory = remoteDirectory(sandbox);
  const history = createHistory(memoryDb());
  const store = new FakeRecordStore();
  const audit = createAuditLog({ store, clock });
  const notifier = { notify: () => Promise.resolve() };
  const leases = new FakeLeases();
  const jobs = new FakeJobs();
  const shared = {
    store,
    directoryOf: () => directory,
    notifier,
    audit,
    clock,
    random: systemRandom,
    log: quiet,
  };
  const handoff = createHandoffService({
    ...shared,
    sealingKey: { id: 'k', bytes: new Uint8Array(32).fill(3) },
  });
  const service = createRestoreService({
    ...shared,
    history,
    catalog,
    jobs,
    leases,
    vault: handoff.vault,
    roles: { groupName: () => 'Identity approvers' },
  });
  const backup = createBackup({ ...shared, directoryOf: () => directory.reader, history, catalog, leases });
  return {
    tenant,
    service,
    handoff,
    jobs,
    history,
    backup,
    directory,
    clock,
    async advanceTo(instant) {
      await sandbox.control('POST', '/_sandbox/advance', { to: instant });
      await clock.look();
    },
  };
}
