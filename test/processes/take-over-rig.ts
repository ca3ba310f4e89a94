import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuditLog } from '../../services/audit/index.js';
import { startChild, type Child } from '../../bot/demo/processes.js';
import type { ServiceReady } from '../../bot/demo/stage.js';
import { tenantId, type TenantId } from '../../services/model/ids.js';
import { openStore, type Store } from '../../services/store/connect.js';
import { createHistory, type History } from '../../services/store/history/index.js';
import { createRecordStore } from '../../services/store/records.js';
import type { AuditLog } from '../../services/model/audit.js';
import type { Clock } from '../../services/model/clock.js';
import type { RecordStore } from '../../services/model/records.js';
import { codeToRun, ROOT } from '../harness/code.js';
import { KillRig, type KillPoint } from './kill-rig.js';

/** Longer than every lease and lock: the second instance's time, so that what the first one holds counts as over. */
const SHIFT_IN_MS = 180_000;
const PATIENCE_IN_MS = 40_000;

/**
 * The embedded store as a process of its own, and on it two instances with one sandbox: A, which Teams speaks to, can be stopped at an
 * exact write; B is started by {@link takeOver} as the one that has waited long enough. The test reads the store beside them.
 */
export class TakeOverRig {
  private constructor(
    readonly a: KillRig,
    readonly tenant: TenantId,
    readonly store: Store,
    readonly history: History,
    readonly records: RecordStore,
    readonly audit: AuditLog,
    readonly clock: Clock,
    private readonly stopStore: () => Promise<void>,
    private readonly folder: string,
  ) {}

  static async open(): Promise<TakeOverRig> {
    const folder = mkdtempSync(join(tmpdir(), 'rw-store-'));
    const { server, uri, stop } = await serveStore(join(folder, 'store'));
    try {
      const settings = { MONGODB_URI: uri, SEALING_KEY: randomBytes(32).toString('base64') };
      const a = await KillRig.open(join(folder, 'stop.json'), settings);
      const store = await openStore({ mongoUri: uri, dataDir: folder });
      const records = createRecordStore(store.db);
      // Only reads, so no time of it is ever stored.
      const clock: Clock = {
        now: () => new Date(),
        offsetInMs: () => 0,
        onJump: () => () => undefined,
        sleep: () => Promise.reject(new Error('nothing waits here')),
      };
      return new TakeOverRig(
        a,
        tenantId(a.world.stage.sandbox.tenantId),
        store,
        createHistory(store.db),
        records,
        createAuditLog({ store: records, clock }),
        clock,
        stop,
        folder,
      );
    } catch (error) {
      server.kill('SIGKILL');
      throw error;
    }
  }

  /** Waits until A stands still at the point it was armed with. */
  async untilStopped(): Promise<void> {
    await until('A stands still', () => this.a.isStopped());
  }

  /** `work` with B at the same store, and A as it is. B is ended after it. */
  async takeOver(work: (logOfB: readonly string[]) => Promise<void>): Promise<void> {
    const log: string[] = [];
    const { stage } = this.a.world;
    const source = codeToRun() === 'source';
    const b: Child<ServiceReady> = await startChild(
      join(ROOT, source ? 'bot/main.ts' : 'dist/bot/main.js'),
      [],
      {
        env: {
          ...stage.env,
          PORT: '0',
          DATA_DIR: join(this.folder, 'b'),
          REWIND_TEST_KILL: '',
          REWIND_TEST_SHIFT_MS: String(SHIFT_IN_MS),
        },
        nodeArgs: source ? ['--import', 'tsx'] : [],
        onLog: (line) => log.push(line),
      },
    );
    try {
      await work(log);
    } catch (cause) {
      throw new Error(`B's log ends with\n${log.slice(-15).join('\n')}`, { cause });
    } finally {
      this.wakeA();
      await b.stop();
    }
  }

  /** A goes on as if nothing had happened. */
  wakeA(): void {
    this.a.world.stage.service.process.kill('SIGCONT');
  }

  async close(): Promise<void> {
    this.wakeA();
    await this.a.world.close();
    await this.store.close();
    await this.stopStore();
    rmSync(this.folder, { recursive: true, force: true });
  }

  arm(point: KillPoint): void {
    this.a.arm(point);
  }
}

/** The embedded store as a process of its own. */
export async function serveStore(
  data: string,
): Promise<{ readonly server: ChildProcess; readonly uri: string; stop(): Promise<void> }> {
  const source = codeToRun() === 'source';
  const script = join(
    ROOT,
    source ? 'services/store/embedded-serve.ts' : 'dist/services/store/embedded-serve.js',
  );
  const server = spawn(process.execPath, [...(source ? ['--import', 'tsx'] : []), script, '--data', data], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async (): Promise<void> => {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  };
  for await (const uri of createInterface({ input: server.stdout })) return { server, uri, stop };
  throw new Error('the store ended before it was ready');
}

/** Looks until it holds. @throws after so long */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  patienceInMs = PATIENCE_IN_MS,
): Promise<void> {
  const end = performance.now() + patienceInMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
