/** Databases under measurement, each a process of its own, so that its memory is its own. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../../bot/demo/processes.js';

export interface Database {
  /** For the official driver. */
  readonly uri: string;
  /** The most private memory that it held so far, without the pages of its files; null where the system does not tell (/proc). */
  peakMemoryInMb(): number | null;
  stop(): Promise<void>;
}

/** Starts a database on a folder, new or as it was left. */
export type StartDatabase = (folder: string) => Promise<Database>;

const here = fileURLToPath(import.meta.url);
const ending = here.endsWith('.ts') ? '.ts' : '.js';
const LOOK_AT_MEMORY_EVERY_MS = 100;

export const startEmbedded: StartDatabase = (folder) => {
  const script = fileURLToPath(new URL(`../../services/store/embedded-serve${ending}`, import.meta.url));
  const loader = ending === '.ts' ? ['--import', 'tsx'] : [];
  return started(spawn(process.execPath, [...loader, script, '--data', folder], { stdio: OUT_ONLY }));
};

/**
 * FerretDB on SQLite, built from test/independent-server, into a folder.
 * @returns null where no Go that can build it is at hand, after a line that says so
 */
export async function buildIndependent(into: string): Promise<StartDatabase | null> {
  const binary = join(into, 'ferretdb');
  try {
    await promisify(execFile)('go', ['build', '-o', binary, '.'], { cwd: independentServer() });
  } catch (error) {
    console.error(
      `SKIPPED: the independent server (FerretDB) could not be built with Go 1.22 or newer, so there is nothing to compare with: ${(error as Error).message.split('\n')[0]}`,
    );
    return null;
  }
  return async (folder) => {
    const port = await freePort(27_731);
    return started(spawn(binary, ['-listen', `127.0.0.1:${port}`, '-folder', folder], { stdio: OUT_ONLY }));
  };
}

const OUT_ONLY: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];

/** Beside the sources, wherever this runs from. */
function independentServer(): string {
  for (let folder = dirname(here); folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(folder, 'test', 'independent-server');
    if (existsSync(join(found, 'main.go'))) return found;
  }
  throw new Error('test/independent-server is not there');
}

/** Both print their URI as the first line. */
async function started(child: ChildProcess & { readonly stdout: NodeJS.ReadableStream }): Promise<Database> {
  const ended = once(child, 'exit');
  const [uri] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    ended.then(([code]) => Promise.reject(new Error(`the database ended with ${String(code)}`))),
  ])) as [string];
  let peak: number | null = null;
  const look = (): void => {
    const now = privateMemoryInMb(child.pid);
    if (now !== null) peak = Math.max(peak ?? 0, now);
  };
  const looking = setInterval(look, LOOK_AT_MEMORY_EVERY_MS);
  return {
    uri,
    peakMemoryInMb() {
      look();
      return peak;
    },
    async stop() {
      clearInterval(looking);
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function privateMemoryInMb(pid: number | undefined): number | null {
  try {
    const held = /RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return held === undefined ? null : Math.round(Number(held) / 1024);
  } catch {
    return null;
  }
}

/** Bytes of all files in a folder, as the disk gave them out: a file with holes counts without them. */
export async function bytesOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { blocks } = await stat(join(entry.parentPath, entry.name));
    bytes += blocks * 512;
  }
  return bytes;
}
