import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';

/**
 * One process per data folder. lmdb itself lets several open it, but this server's memory (catalogue, counters) would then
 * be wrong. The lock is a file that is made whole or not at all (link), names its holder, and counts as left behind when
 * the holder is proven gone: its socket refuses and, on the same boot of the same host, its process id is free or reused.
 */
const holderShape = z.object({
  pid: z.int().positive(),
  /** Tells a reused process id from the holder. */
  startedAt: z.string(),
  host: z.string(),
  boot: z.string(),
  socketPath: z.string(),
  token: z.string(),
});
type Holder = z.infer<typeof holderShape>;

export interface FolderLock {
  release(): void;
}

/** Shown to people as it is. */
export class LockError extends Error {
  override readonly name = 'LockError';
}

/** statfs magic numbers of file systems on which lmdb's shared memory map and locks do not hold. */
const NETWORK_FILE_SYSTEMS = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x01021997, '9p'],
]);

/** @throws LockError on a network file system, as far as the system tells */
export function refuseNetworkFolder(dataDir: string): void {
  const isShare = process.platform === 'win32' && /^(\\\\|\/\/)[^?.]/.test(dataDir);
  const type = process.platform === 'win32' ? 0 : Number(statfsSync(dataDir).type) >>> 0;
  const what = isShare ? 'a network share' : NETWORK_FILE_SYSTEMS.get(type);
  if (what === undefined) return;
  throw new LockError(
    `${dataDir} lies on ${what}; the embedded store needs a local disk. Choose another DATA_DIR, or set MONGODB_URI.`,
  );
}

/** @throws LockError naming the holder */
export async function lockFolder(dataDir: string, socketPath: string): Promise<FolderLock> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  refuseNetworkFolder(dataDir);
  const path = join(dataDir, 'store.lock');
  const mine: Holder = {
    pid: process.pid,
    startedAt: processStart(process.pid) ?? '',
    host: hostname(),
    boot: bootId(),
    socketPath,
    token: randomBytes(16).toString('hex'),
  };
  for (let attempt = 0; attempt < 5; attempt++) {
    if (place(path, mine)) {
      // Somebody who judged the same left-over lock may have moved ours away meanwhile; see takeAway.
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 50));
      if (read(path)?.token === mine.token) return { release: () => release(path, mine) };
      continue;
    }
    const holder = read(path);
    if (holder && (await isAlive(holder))) throw inUse(dataDir, holder);
    takeAway(path, holder);
  }
  throw new LockError(`${dataDir}: the lock changes hands too quickly; try again.`);
}

const inUse = (dataDir: string, holder: Holder): LockError =>
  new LockError(
    `${dataDir} is in use by process ${holder.pid} on ${holder.host}. Stop it, or use another data folder; ` +
      'several instances share a data folder only through one server (MONGODB_URI, or "rewind store").',
  );

/** @returns false if a lock is there */
function place(path: string, mine: Holder): boolean {
  const draft = `${path}.${mine.token}`;
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function read(path: string): Holder | null {
  try {
    return holderShape.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

/** Moves a left-over lock aside; if it was a fresh one by then, puts it back. */
function takeAway(path: string, judged: Holder | null): void {
  const aside = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    if (read(aside)?.token !== judged?.token) linkSync(aside, path);
  } catch {
    // A third one was faster; the owner of the moved lock notices by its token.
  } finally {
    rmSync(aside, { force: true });
  }
}

function release(path: string, mine: Holder): void {
  if (read(path)?.token === mine.token) rmSync(path, { force: true });
}

async function isAlive(holder: Holder): Promise<boolean> {
  if (await answers(holder.socketPath)) return true;
  // From another host or boot nothing can be seen but the socket; after a reboot every holder is gone.
  if (holder.host !== hostname()) return holder.boot === bootId();
  if (holder.boot !== bootId()) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const startedAt = processStart(holder.pid);
  return startedAt === null || startedAt === holder.startedAt;
}

const answers = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(socketPath);
    const settle = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });

/** Clock ticks since boot at which the process began (Linux), or null where the system does not tell. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
