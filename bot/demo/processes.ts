import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { RewindError } from '../../services/model/errors.js';

/** A child process that prints one JSON line on standard output when it is ready. */
export interface Child<Ready> {
  readonly ready: Ready;
  readonly process: ChildProcess;
  /** Asks it to end and waits; kills it when it does not end in time. */
  stop(): Promise<void>;
  /** Resolves when the process is gone, for whatever reason. */
  readonly gone: Promise<number | null>;
}

const START_TIMEOUT_IN_MS = 60_000;
const STOP_TIMEOUT_IN_MS = 10_000;

/**
 * Starts `node script …` and waits for its JSON line. The channel between the two tells the child when this process is gone for
 * whatever reason, SIGKILL included: it then ends by itself, in order.
 * @param onLog called with each line that it writes to standard error
 * @param onSpawn called with its process id, long before it is ready
 * @throws START_FAILED with what it last said, when it ends or stays silent before it is ready
 */
export async function startChild<Ready>(
  script: string,
  args: readonly string[],
  options: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly onLog?: (line: string) => void;
    readonly nodeArgs?: readonly string[];
    readonly onSpawn?: (pid: number) => void;
    /** What it is, for people. */
    readonly name?: string;
  } = {},
): Promise<Child<Ready>> {
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...options.env } as NodeJS.ProcessEnv,
    // Ctrl-C in a terminal reaches the launcher alone, which then ends its children in order.
    detached: process.platform !== 'win32',
  });
  if (child.pid !== undefined) options.onSpawn?.(child.pid);
  const said: string[] = [];
  createInterface({ input: child.stderr! }).on('line', (line) => {
    said.push(line);
    if (said.length > 30) said.shift();
    options.onLog?.(line);
  });
  const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const ready = await new Promise<Ready>((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      const reason = [why, ...said].join('\n  ');
      reject(
        new RewindError(
          'START_FAILED',
          { what: options.name ?? script, reason, hint: 'What it said last stands above.' },
          { message: `${script} ${reason}` },
        ),
      );
    };
    const timer = setTimeout(() => fail('it was not ready in time'), START_TIMEOUT_IN_MS);
    child.once('error', (error) => fail(error.message));
    const ended = (code: number | null, signal: NodeJS.Signals | null) =>
      fail(`it ended (${signal ?? `code ${code}`}) before it was ready`);
    child.once('exit', ended);
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      clearTimeout(timer);
      child.off('exit', ended);
      resolve(JSON.parse(line) as Ready);
    });
  });
  return {
    ready,
    process: child,
    gone,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_IN_MS);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** @returns `wanted` if it is free on loopback, else the next free one; for 0 any free one, as the system gives it */
export async function freePort(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + 200; port++) {
    const free = await probe(port);
    if (free !== null) return free;
  }
  throw new RewindError('CONFIG_INVALID', { reason: `no port is free from ${wanted} on` });
}

/** The port that a listener got there; null when it is taken. */
function probe(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const got = (server.address() as AddressInfo).port;
      server.close(() => resolve(got));
    });
  });
}
