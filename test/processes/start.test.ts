import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../harness/code.js';

/** What `npm start` runs once installed and built; both are proven by `.ci/run` on a fresh clone, and would disturb other tests here. */
const AS_NPM_START = `
const { launch } = await import(${JSON.stringify(join(ROOT, 'dist', 'bot', 'launch.js'))});
process.exit(await launch(process.argv.slice(1), ${JSON.stringify(ROOT)}));`;

class Started {
  output = '';
  readonly code: Promise<number | null>;
  readonly #child: ChildProcess;
  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, ['--input-type=module', '-e', AS_NPM_START, '--', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    const note = (chunk: Buffer): void => void (this.output += chunk.toString());
    this.#child.stdout?.on('data', note);
    this.#child.stderr?.on('data', note);
    this.code = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code)));
  }

  async says(text: string): Promise<void> {
    let over = false;
    void this.code.then(() => (over = true));
    while (!this.output.includes(text)) {
      if (over) throw new Error(`ended without saying "${text}":\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  interrupt(): Promise<number | null> {
    this.#child.kill('SIGINT');
    return this.code;
  }

  count(pattern: RegExp): number {
    return this.output.match(pattern)?.length ?? 0;
  }
}

const folders: string[] = [];
const started: Started[] = [];

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'rws-'));
  folders.push(made);
  return made;
}

function start(...args: string[]): Started {
  const made = new Started(args);
  started.push(made);
  return made;
}

/** Node processes that name the folder: what was started for it and did not end. */
function processesOf(dataDir: string): readonly string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        const env = read(`/proc/${pid}/cmdline`) + read(`/proc/${pid}/environ`);
        return env.includes(dataDir) && Number(pid) !== process.pid;
      } catch {
        return false;
      }
    });
}

const read = (path: string): string => readFileSync(path, 'utf8');

const addressIn = (text: string): string => /The demo page: (\S+)/.exec(text)?.[1] ?? '';

afterEach(async () => {
  for (const one of started.splice(0)) await one.interrupt();
  for (const one of folders.splice(0)) rmSync(one, { recursive: true, force: true });
});

describe('npm start, as a new user', () => {
  test('tells its steps, serves, ends cleanly; a second start goes on, --fresh begins anew', async () => {
    const data = folder();
    rmSync(data, { recursive: true });
    const first = start('--data', data);
    await first.says('The demo page: ');
    expect(first.output).toMatch(/Tenant Contoso: 1\d\d users, 30 groups/);
    expect(first.output).toMatch(/snapshot 15 · .*, 02:00 · 120 users, 30 groups/);
    const page = await fetch(addressIn(first.output));
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<html')]);
    expect(await first.interrupt()).toBe(0);
    expect(first.output).toContain('A second start goes on with the same data');
    if (process.platform === 'linux') expect(processesOf(data)).toEqual([]);

    const second = start('--data', data);
    await second.says('The demo page: ');
    expect(second.output).toContain('Going on with the demo of last time');
    expect(second.count(/snapshot \d+ ·/g)).toBe(0);
    expect(addressIn(second.output)).toBe(addressIn(first.output));
    expect(await second.interrupt()).toBe(0);

    const fresh = start('--data', data, '--fresh');
    await fresh.says('snapshot 2 · ');
    expect(await fresh.interrupt()).toBe(0);
  }, 120_000);

  test('a busy port is answered with the next free one, and said', async () => {
    const held = createServer();
    const port = await new Promise<number>((resolve) =>
      held.listen(0, '127.0.0.1', () => resolve((held.address() as { port: number }).port)),
    );
    const one = new Started(['--data', folder()], { PORT: String(port) });
    started.push(one);
    try {
      await one.says(`Port ${port} is busy; the service listens on http://127.0.0.1:`);
      expect(await one.interrupt()).toBe(0);
    } finally {
      held.close();
    }
  }, 60_000);

  test('--play tells the story and leaves nothing behind; an unknown flag is refused with the list', async () => {
    const temporary = folder();
    const played = new Started(['--play'], { TMPDIR: temporary });
    started.push(played);
    expect([await played.code, played.output]).toEqual([0, expect.stringContaining('The story holds')]);
    expect(readdirSync(temporary).filter((name) => name.startsWith('rewind-'))).toEqual([]);
    const refused = start('--plya');
    expect([await refused.code, refused.output]).toEqual([2, expect.stringContaining('npm start -- --play')]);
  }, 120_000);
});
