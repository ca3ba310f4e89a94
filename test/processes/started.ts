import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ROOT } from '../harness/code.js';

const LOOK_EVERY_IN_MS = 50;
/** What it takes to run the project, `node_modules` aside. */
const PROJECT = [
  ...['bot', 'cards', 'manifest', 'sandbox', 'services', 'test/bench', 'test/harness'],
  ...['.env.sample', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'],
];

/** A process that a person or a supervisor started: what it says, and how it ends. */
export class Started {
  /** Everything it has written so far, both streams. */
  output = '';
  /** What a script would read. */
  stdout = '';
  /** Exit code; null when a signal ended it. */
  readonly code: Promise<number | null>;
  #over = false;

  constructor(readonly child: ChildProcess) {
    const note = (chunk: Buffer): void => void (this.output += chunk.toString());
    child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString();
      note(chunk);
    });
    child.stderr?.on('data', note);
    this.code = new Promise((resolve) =>
      child.once('close', (code) => {
        this.#over = true;
        resolve(code);
      }),
    );
  }

  /** Waits until it has said all of it. @param after  index in {@link output} from which on to look */
  async says(text: string | RegExp, after = 0): Promise<void> {
    const isSaid = () => {
      const said = stripVTControlCharacters(this.output.slice(after));
      return typeof text === 'string' ? said.includes(text) : text.test(said);
    };
    while (!isSaid()) {
      if (this.#over) throw new Error(`ended without saying "${text}":\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_IN_MS));
    }
  }

  /** Types into its terminal. @returns where in {@link output} the answer begins */
  type(text: string): number {
    const before = this.output.length;
    this.child.stdin?.write(text);
    return before;
  }

  end(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    this.child.kill(signal);
    return this.code;
  }

  count(pattern: RegExp): number {
    return this.output.match(pattern)?.length ?? 0;
  }
}

/** Everything that a test starts and makes, taken away at its end. */
export class Bench {
  readonly #folders: string[] = [];
  readonly #started: Started[] = [];
  readonly #held: Server[] = [];

  /** A short name: a unix socket's path has about a hundred bytes. */
  folder(): string {
    const made = mkdtempSync(join(tmpdir(), 'rws-'));
    this.#folders.push(made);
    return made;
  }

  /** A clone of the project in a folder of its own, with this one's dependencies, not built. */
  clone(): string {
    const made = this.folder();
    for (const part of PROJECT) cpSync(join(ROOT, part), join(made, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(made, 'node_modules'));
    return made;
  }

  /** `node …` without a terminal. */
  node(
    args: readonly string[],
    options: { readonly env?: Readonly<Record<string, string | undefined>>; readonly cwd?: string } = {},
  ): Started {
    return this.follow(
      spawn(process.execPath, [...args], {
        cwd: options.cwd ?? ROOT,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...withoutSettings(), ...options.env },
      }),
    );
  }

  /** What `npm start` runs once installed and built. */
  start(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}): Started {
    return this.node(['--input-type=module', '-e', AS_NPM_START, '--', ...args], { env });
  }

  /** A command line of a shell in a real terminal (util-linux' script). */
  inTerminal(
    command: string,
    options: { readonly columns: number; readonly env?: Readonly<Record<string, string | undefined>> },
  ): Started {
    const line = `stty cols ${options.columns} rows 50; ${command}`;
    return this.follow(
      spawn('script', ['-qefc', line, '/dev/null'], {
        cwd: ROOT,
        stdio: ['pipe', 'pipe', 'pipe'],
        env: { ...withoutSettings(), TERM: 'xterm-256color', SHELL: '/bin/sh', ...options.env },
      }),
    );
  }

  follow(child: ChildProcess): Started {
    const made = new Started(child);
    this.#started.push(made);
    return made;
  }

  /** A port of loopback that somebody else has. */
  holdPort(): Promise<{ readonly port: number; release(): void }> {
    const held = createServer();
    this.#held.push(held);
    return new Promise((resolve) =>
      held.listen(0, '127.0.0.1', () =>
        resolve({ port: (held.address() as AddressInfo).port, release: () => held.close() }),
      ),
    );
  }

  async clear(): Promise<void> {
    for (const one of this.#held.splice(0)) one.close();
    for (const one of this.#started.splice(0)) {
      if (one.child.exitCode === null && one.child.signalCode === null) await one.end('SIGTERM');
    }
    for (const one of this.#folders.splice(0)) rmSync(one, { recursive: true, force: true });
  }
}

const AS_NPM_START = `
const { launch } = await import(${JSON.stringify(join(ROOT, 'dist', 'bot', 'launch.js'))});
process.exit(await launch(process.argv.slice(1), ${JSON.stringify(ROOT)}));`;

/** This environment without settings of the product and without what a test runner says of colours. */
function withoutSettings(): Record<string, string | undefined> {
  const mute = /^(NO_COLOR|FORCE_COLOR|CI|TENANT_ID|PORT|HOST|LOG_LEVEL|NODE_OPTIONS|DATA_DIR|MONGODB_URI)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !mute.test(name)));
}

/** Whether a real terminal can be had here; Debian always has util-linux. */
export function hasTerminal(): boolean {
  try {
    return /util-linux/.test(execFileSync('script', ['--version'], { encoding: 'utf8' }));
  } catch {
    return false;
  }
}

/** Process ids of what was started for the folder and did not end (Linux; elsewhere none). */
export function processesOf(folder: string): readonly number[] {
  if (process.platform !== 'linux') return [];
  const read = (path: string): string => readFileSync(path, 'utf8');
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        const tells = read(`/proc/${pid}/cmdline`) + read(`/proc/${pid}/environ`);
        return (tells + readlinkSync(`/proc/${pid}/cwd`)).includes(folder);
      } catch {
        return false;
      }
    })
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

/** Waits until nothing that was started for the folder is left. */
export async function untilNoneOf(folder: string): Promise<void> {
  while (processesOf(folder).length > 0)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_IN_MS));
}

export const pageIn = (text: string): string => /The demo page: (\S+)/.exec(text)?.[1] ?? '';
