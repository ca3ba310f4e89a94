import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sayToService, type Screen } from '../../bot/terminal/client.js';
import { openWorld, type World } from '../harness/world.js';

/** The queue's look for something to do: it comes every second, whatever else happens, and is no step of anybody's. */
export const isLook = (what: string): boolean => what === 'jobs findAndModify';

/** A hundred milliseconds each. */
const QUIET_LOOKS = 20;

/** See kill-at.mjs. */
export interface KillPoint {
  readonly on: 'db' | 'graph' | 'teams' | 'any';
  /** Regular expression over "collection command", "METHOD /path" (ids as {id}) or "teams method". */
  readonly match: string;
  /** Counted from 1; 0 = never, only noted. */
  readonly nth: number;
  readonly moment: 'before' | 'after';
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

export const NEVER: KillPoint = { on: 'any', match: '', nth: 0, moment: 'before', signal: 'SIGKILL' };

/** A world whose service can be ended at an exact write, and started again on the same folder. */
export class KillRig {
  private constructor(
    readonly world: World,
    private readonly file: string,
  ) {}

  static async open(file: string, settings: Readonly<Record<string, string>> = {}): Promise<KillRig> {
    const preload = pathToFileURL(join(import.meta.dirname, 'kill-at.mjs')).href;
    const env = { ...settings, NODE_OPTIONS: `--import=${preload}`, REWIND_TEST_KILL: file };
    return new KillRig(await openWorld({ twoWeeks: false, env }), file);
  }

  arm(point: KillPoint): void {
    rmSync(`${this.file}.log`, { force: true });
    writeFileSync(`${this.file}.new`, JSON.stringify({ ...point, id: randomUUID() }));
    renameSync(`${this.file}.new`, this.file);
  }

  disarm(): void {
    rmSync(this.file, { force: true });
  }

  /** The writes that were counted since {@link arm}. */
  noted(): readonly string[] {
    const log = `${this.file}.log`;
    return existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : [];
  }

  /** As `ps` tells it: S asleep, R at work, T stopped. */
  stateOfService(): string {
    const { pid } = this.world.stage.service.process;
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  }

  /** Whether it stands still at the point it was armed with. */
  isStopped(): boolean {
    return this.stateOfService().startsWith('T');
  }

  /** Waits for the process' end. @returns false when it still runs then */
  async isKilledWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
    const gone = this.world.stage.service.gone.then(() => true);
    return Promise.race([gone, late]).finally(() => clearTimeout(timer));
  }

  /** Waits until a run that nobody ends has done its last write: none but the queue's looks came for so long. */
  async untilQuiet(): Promise<void> {
    let [seen, still] = [-1, 0];
    while (still < QUIET_LOOKS) {
      const writes = this.noted().filter((what) => !isLook(what)).length;
      still = writes === seen ? still + 1 : 0;
      seen = writes;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Says a sentence at the service's own terminal. @returns what it showed, and the exit code */
  async terminal(text: string, reason = 'INC-1'): Promise<{ readonly code: number; readonly text: string }> {
    const shown: string[] = [];
    const screen: Screen = {
      print: (line) => shown.push(line),
      error: (line) => shown.push(line),
      json: (value) => shown.push(JSON.stringify(value)),
      ask: () => Promise.resolve(null),
    };
    const options = {
      interactive: false,
      json: false,
      yes: true,
      reason,
      wait: false,
      width: 120,
      colour: false,
    };
    const code = await sayToService(this.world.stage.service.ready.socket, text, options, screen);
    return { code, text: shown.join('\n') };
  }
}
