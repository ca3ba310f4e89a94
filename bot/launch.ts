import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { RewindError } from '../services/model/errors.js';
import { playStory } from './demo/play.js';
import { startStage, type Stage } from './demo/stage.js';
import { playTwoWeeks } from './demo/two-weeks.js';
import { readConfig } from './config.js';
import { createLog } from './log.js';
import { startService } from './main.js';
import { sayToService, terminalScreen } from './terminal/client.js';

const HELP = `npm start                 the demo: a simulated tenant and Teams, nothing to install or sign in to
npm start -- --fresh      begins the demo anew
npm start -- --play       plays the headline story in the terminal and ends
npm start -- --data DIR   keeps the demo's data elsewhere (default .data/demo)
With TENANT_ID and the other settings of .env.sample in .env, npm start runs the real service.`;

const step = (text: string) => process.stdout.write(`· ${text}\n`);

/** What `npm start` does after install and build. @returns the exit code */
export async function launch(args: readonly string[], root: string): Promise<number> {
  let flags;
  try {
    flags = parseArgs({
      args: [...args],
      options: {
        fresh: { type: 'boolean' },
        play: { type: 'boolean' },
        data: { type: 'string' },
        today: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${HELP}\n`);
    return 2;
  }
  if (flags.help) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  try {
    if (flags.play) return await play(root, flags.today);
    if (process.env['TENANT_ID']) return await serve();
    return await demo({
      root,
      dataDir: flags.data ?? join(root, '.data', 'demo'),
      fresh: flags.fresh === true,
      ...(flags.today ? { today: flags.today } : {}),
    });
  } catch (error) {
    if (!(error instanceof RewindError)) throw error;
    process.stderr.write(
      `${error.code === 'INTERNAL' ? error.message : error.userText}\n${error.notDone} ${error.hint}\n`,
    );
    return 1;
  }
}

/** The real service, in this process. */
async function serve(): Promise<number> {
  const config = readConfig(process.env);
  const log = createLog(config.LOG_LEVEL);
  const service = await startService(config, log);
  step(
    `Entra Rewind serves tenant ${config.TENANT_ID} on http://${config.HOST}:${service.port}/api/messages`,
  );
  step('Ctrl-C ends it.');
  await ended();
  await service.stop();
  return 0;
}

async function demo(options: {
  root: string;
  dataDir: string;
  fresh: boolean;
  today?: string;
}): Promise<number> {
  step(
    options.fresh || !existsSync(options.dataDir)
      ? 'Starting the simulated tenant and Teams, and the service…'
      : 'Going on with the demo of last time…',
  );
  // From here on Ctrl-C ends both processes in order, whatever is under way; they would go on without us otherwise.
  const stop = ended();
  const stage = await startStage({ ...options, onLog: (line) => process.stderr.write(`${line}\n`) });
  const asked = Number(process.env['PORT'] ?? 3978);
  if (new URL(stage.serviceUrl).port !== String(asked) && !stage.continued)
    step(`Port ${asked} is busy; the service listens on ${stage.serviceUrl}`);
  try {
    const prepared = prepare(stage).then(() => true);
    if (!(await Promise.race([prepared, stop.then(() => false)]))) {
      prepared.catch(() => undefined);
      step('Ending. The next start goes on where this one stopped.');
      return 0;
    }
    step(`The demo page: ${stage.sandbox.teams}`);
    step('Open it in a browser, or type a sentence here (you are Hanna Berg, helpdesk).');
    const over = Promise.race([stop.then(() => null), stage.gone]);
    const gone = process.stdin.isTTY ? await prompt(stage, over) : await over;
    if (gone) {
      process.stderr.write(
        `${gone} ended unexpectedly; nothing was lost. Start again to go on with the same data.\n`,
      );
      return 1;
    }
    step('Ending. A second start goes on with the same data; npm start -- --fresh begins anew.');
    return 0;
  } finally {
    await stage.stop();
  }
}

async function prepare(stage: Stage): Promise<void> {
  const overview = (await stage.control('overview')) as {
    users?: { live?: number };
    groups?: { live?: number };
  };
  step(
    `Tenant Contoso: ${overview.users?.live ?? '?'} users, ${overview.groups?.live ?? '?'} groups (simulated)`,
  );
  await playTwoWeeks(stage, step);
}

/** Sentences at our own prompt, until Ctrl-D, "exit" or the end of the demo. */
async function prompt(stage: Stage, over: Promise<string | null>): Promise<string | null> {
  step('For example:  restore user alice from yesterday with memberships');
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const screen = terminalScreen(lines);
  let finished = false;
  void over.then(() => {
    finished = true;
    lines.close();
  });
  const options = () => ({
    interactive: true,
    json: false,
    yes: false,
    wait: true,
    width: process.stdout.columns ?? 80,
    colour: process.env['NO_COLOR'] === undefined,
  });
  while (!finished) {
    const text = (await screen.ask('\nrewind> ', false))?.trim();
    if (text === undefined || text === 'exit' || text === 'quit') break;
    if (text === '') continue;
    const leave = new AbortController();
    const interrupt = () => leave.abort();
    lines.on('SIGINT', interrupt);
    await sayToService(stage.service.ready.socket, text, options(), screen, leave.signal).catch(
      (error: unknown) => {
        if (!finished) process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      },
    );
    lines.off('SIGINT', interrupt);
  }
  lines.close();
  return finished ? over : null;
}

/** The headline story, played by itself in a folder of its own: for a machine without a browser. */
async function play(root: string, today: string | undefined): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rewind-play-'));
  step('Starting a tenant of its own for the story…');
  const stage = await startStage({ root, dataDir, servicePort: 0, ...(today ? { today } : {}) });
  try {
    await prepare(stage);
    await playStory(stage, (line) => process.stdout.write(`${line}\n`));
    return 0;
  } catch (error) {
    process.stderr.write(`The story stopped: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await stage.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Resolves at the first Ctrl-C or SIGTERM. */
function ended(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
