import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RewindError } from '../../services/model/errors.js';
import { until } from '../ending.js';
import { playStory } from './play.js';
import { promptFor } from './prompt.js';
import { startStage, type Say, type Stage } from './stage.js';
import { playTwoWeeks } from './two-weeks.js';

export interface DemoOptions {
  readonly root: string;
  readonly dataDir: string;
  readonly fresh: boolean;
  readonly today?: string;
  /** The port that the settings ask for. */
  readonly servicePort?: number;
}

/**
 * The demo, until Ctrl-C, SIGTERM, the end of its prompt, or of one of its processes.
 * @param ending  aborts when it shall end; both processes are ended in order then, whatever is under way
 * @returns the exit code
 * @throws START_FAILED, PART_ENDED
 */
export async function runDemo(options: DemoOptions, say: Say, ending: AbortSignal): Promise<number> {
  const stage = await startStage({
    ...options,
    say,
    onLog: (line) => {
      const words = forNewcomers(line);
      if (words === null) process.stderr.write(`${line}\n`);
      else say(words);
    },
  });
  try {
    if (stage.serviceUrl !== `http://127.0.0.1:${stage.wantedPort}`)
      say(`Port ${stage.wantedPort} is busy; the service listens on ${stage.serviceUrl}`);
    if (stage.continued) say('Going on with the demo of last time.');
    if ((await beside(stage, ending, prepare(stage, say))) === 'ended') {
      say('Ending. The set-up was not finished; the next start begins it anew.');
      return 0;
    }
    say(`The demo page: ${stage.sandbox.teams}`);
    const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
    say(
      isTerminal
        ? 'Open it in a browser, or type a sentence here (you are Hanna Berg, helpdesk).'
        : 'Open it in a browser, or say: npx rewind "status" (you are Hanna Berg, helpdesk). SIGTERM or Ctrl-C ends it.',
    );
    await beside(stage, ending, isTerminal ? promptFor(stage, say, ending) : until(ending));
    say('Ending. A second start goes on with the same data; npm start -- --fresh begins anew.');
    return 0;
  } finally {
    await stage.stop();
  }
}

/** What the sandbox reports for whoever tests against it, in words for whoever tries the demo; null = as it stands. */
function forNewcomers(line: string): string | null {
  if (line.startsWith('NOT VALIDATED'))
    return 'Microsoft’s description of Graph is not at hand, so the simulated answers are not held against it (CONTRACT_DIR).';
  return /^Port \d+ is busy; /.test(line) ? line : null;
}

/** The headline story, played by itself in a folder of its own on free ports: for a machine without a browser. */
export async function runStory(
  options: { readonly root: string; readonly today?: string },
  say: Say,
  ending: AbortSignal,
): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rewind-play-'));
  say('Starting a tenant of its own for the story…');
  try {
    const stage = await startStage({ ...options, dataDir, servicePort: 0, sandboxArgs: ['--any-ports'] });
    try {
      const story = prepare(stage, say).then(() =>
        playStory(stage, (line) => process.stdout.write(`${line}\n`)),
      );
      return (await beside(stage, ending, story)) === 'ended' ? INTERRUPTED : 0;
    } finally {
      await stage.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** What a shell says of a program that Ctrl-C ended before it was done. */
const INTERRUPTED = 130;

/**
 * Waits for the work, or for the wish to end, whichever comes first.
 * @throws what the work throws; PART_ENDED when one of the two processes goes away meanwhile
 */
async function beside(stage: Stage, ending: AbortSignal, work: Promise<void>): Promise<'done' | 'ended'> {
  const gone = stage.gone.then((name): never => {
    throw new RewindError('PART_ENDED', { name });
  });
  // Whoever comes second is not waited for; a failure of it says nothing any more.
  work.catch(() => undefined);
  gone.catch(() => undefined);
  try {
    return await Promise.race([
      gone,
      work.then(() => 'done' as const),
      until(ending).then(() => 'ended' as const),
    ]);
  } catch (error) {
    // What fails because a process is gone is not the cause.
    const isGone = await Promise.race([stage.gone, new Promise<null>((none) => setTimeout(none, 200, null))]);
    throw isGone ? new RewindError('PART_ENDED', { name: isGone }, { cause: error }) : error;
  }
}

async function prepare(stage: Stage, say: Say): Promise<void> {
  const overview = (await stage.control('overview')) as {
    users?: { live?: number };
    groups?: { live?: number };
  };
  say(
    `Tenant Contoso: ${overview.users?.live ?? '?'} users, ${overview.groups?.live ?? '?'} groups (simulated)`,
  );
  await playTwoWeeks(stage, say);
}
