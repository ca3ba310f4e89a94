import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { RewindError } from '../../services/model/errors.js';
import { lockFolder } from '../../services/store/folder-lock.js';

const FILE = 'demo.json';
/** All that a demo puts into its folder. */
const PARTS = [FILE, 'sandbox', 'service'];
/** Longer than a child takes to end by itself; see startChild. */
const PATIENCE_IN_MS = 15_000;

/** What a later start must know of an earlier one. */
const kept = z.object({
  /** The port that was asked for, whatever was free. */
  servicePort: z.number().int(),
  /** Whether the tenant stands as the demo begins: its past is played, the people have the app. */
  ready: z.boolean().default(false),
  /** Process ids of the earlier start, the launcher's own not among them. */
  processes: z.array(z.number().int()).default([]),
});
export type Kept = z.output<typeof kept>;

/** The folder of a demo, held by this process alone until it is released. */
export interface DemoFolder {
  readonly path: string;
  /** Of an earlier start; null when there was none, or it did not come to its end. */
  readonly kept: Kept | null;
  note(changes: Partial<Kept>): void;
  release(): void;
}

/**
 * What a set-up that did not come to its end has left is taken away: the clock has gone on meanwhile, nights would be missing.
 * @param options.fresh  takes away what an earlier demo left, and nothing else
 * @throws START_FAILED when another demo uses it, or when it holds something that is no demo
 */
export async function openDemoFolder(
  path: string,
  options: { readonly fresh: boolean; readonly say?: (text: string) => void },
): Promise<DemoFolder> {
  refuseOthers(path);
  const lock = await hold(path);
  try {
    let known = read(path);
    await untilGone(path, known?.processes ?? [], options.say);
    if (known?.ready === false && !options.fresh)
      options.say?.('The set-up of last time was not finished; it begins anew.');
    if (options.fresh || known?.ready === false) {
      for (const part of PARTS) rmSync(join(path, part), { recursive: true, force: true });
      known = null;
    }
    let now: Kept = known ?? { servicePort: 0, ready: false, processes: [] };
    return {
      path,
      kept: known,
      note(changes) {
        now = { ...now, ...changes };
        writeFileSync(join(path, FILE), JSON.stringify(now));
      },
      release: () => lock.release(),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

const holdsDemo = (path: string): boolean => existsSync(join(path, FILE));

/** A slip such as `--data . --fresh` must not cost anybody a folder. */
function refuseOthers(path: string): void {
  if (!existsSync(path) || holdsDemo(path)) return;
  const others = readdirSync(path).filter((name) => !name.startsWith('store.lock'));
  if (others.length === 0) return;
  throw new RewindError('START_FAILED', {
    what: 'the demo',
    reason: `${path} holds something else (${others.slice(0, 3).join(', ')}).`,
    hint: 'Name a new or empty folder: npm start -- --data DIR',
  });
}

async function hold(path: string): Promise<{ release(): void }> {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    // Nobody listens there: whether the holder lives is told by its process id.
    return await lockFolder(path, join(path, 'launcher'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('; ')[0]! : String(cause);
    throw new RewindError(
      'START_FAILED',
      { what: 'the demo', reason, hint: 'A second demo beside it: npm start -- --data DIR' },
      { cause },
    );
  }
}

/** The children of a launcher that was killed end by themselves; two sandboxes at one folder would spoil it. */
async function untilGone(
  path: string,
  pids: readonly number[],
  say: ((text: string) => void) | undefined,
): Promise<void> {
  const limit = performance.now() + PATIENCE_IN_MS;
  let said = false;
  while (pids.some((pid) => isOurs(pid, path))) {
    if (!said) say?.('The processes of last time are still ending…');
    said = true;
    if (performance.now() > limit)
      throw new RewindError('START_FAILED', {
        what: 'the demo',
        reason: `processes of an earlier start do not end (${pids.filter((pid) => isOurs(pid, path)).join(', ')}).`,
        hint: 'End them, then start again.',
      });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Whether the process lives and, where the system tells, still is the one that was started for this folder. */
function isOurs(pid: number, path: string): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    // A process that has ended and was not fetched yet has no environment.
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`REWIND_DEMO_FOLDER=${path}\0`);
  } catch {
    return false;
  }
}

function read(path: string): Kept | null {
  try {
    return kept.parse(JSON.parse(readFileSync(join(path, FILE), 'utf8')));
  } catch {
    return null;
  }
}
