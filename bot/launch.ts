import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runDemo, runStory } from './demo/run.js';
import { readConfig } from './config.js';
import { endingWish, until } from './ending.js';
import { createLog } from './log.js';
import { startService } from './main.js';
import { startErrorLines } from './terminal/error-lines.js';

const HELP = `npm start                 the demo: a simulated tenant and Teams, nothing to install or sign in to
npm start -- --fresh      begins the demo anew
npm start -- --play       plays the headline story in the terminal and ends
npm start -- --data DIR   keeps the demo's data elsewhere (default .data/demo)
With TENANT_ID and the other settings of .env.sample in .env, npm start runs the real service.`;

const say = (text: string) => void process.stdout.write(`· ${text}\n`);

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
  const isReal = Boolean(process.env['TENANT_ID']) && !flags.play;
  const ending = endingWish();
  const today = flags.today ? { today: flags.today } : {};
  try {
    if (flags.play) return await runStory({ root, ...today }, say, ending);
    if (isReal) return await serve(ending);
    say('Starting the simulated tenant and Teams, and the service…');
    const port = Number(process.env['PORT'] || undefined);
    return await runDemo(
      {
        root,
        dataDir: flags.data || join(root, '.data', 'demo'),
        fresh: flags.fresh === true,
        ...(Number.isInteger(port) ? { servicePort: port } : {}),
        ...today,
      },
      say,
      ending,
    );
  } catch (error) {
    process.stderr.write(
      `${startErrorLines(error, isReal ? 'the service' : flags.play ? 'the story' : 'the demo')}\n`,
    );
    return 1;
  }
}

/** The real service, in this process. */
async function serve(ending: AbortSignal): Promise<number> {
  const config = readConfig(process.env);
  const log = createLog(config.LOG_LEVEL);
  say('Starting the service…');
  const service = await startService(config, log);
  if (config.INSECURE_LOOPBACK)
    say('INSECURE_LOOPBACK is on: messages are accepted unsigned from any program of this machine.');
  say(`Entra Rewind serves tenant ${config.TENANT_ID} on http://${config.HOST}:${service.port}/api/messages`);
  say('Ctrl-C ends it.');
  await until(ending);
  say('Ending…');
  await service.stop();
  return 0;
}
