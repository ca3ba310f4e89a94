import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { isRewindError, RewindError } from '../../services/model/errors.js';
import { compose, startWork } from '../compose.js';
import { readConfig } from '../config.js';
import { createLog } from '../log.js';
import { errorData, errorLines } from './error-lines.js';
import {
  looksOf,
  sayToService,
  serviceListens,
  terminalScreen,
  type SayOptions,
  type Screen,
} from './client.js';
import { EXIT } from './protocol.js';
import { socketPathIn } from './server.js';
import { Session } from './session.js';
import { isUpkeep, upkeep } from './upkeep.js';

const USAGE = `rewind "SENTENCE" [--json] [--yes] [--reason TEXT] [--no-wait] [--plain] [--data DIR]

  The same words as in chat; rewind help lists them.
  --json      prints the answer's data and nothing else
  --yes       answers the questions of the preview with yes
  --reason    why (ticket or one sentence)
  --no-wait   does not wait for approval and result
  --plain     no colours
  --data      the service's DATA_DIR (default: DATA_DIR, .data/service; without settings the demo's)

  Work on the database itself:
  rewind store [--port N]    opens the embedded store to mongosh, Compass or any driver, until Ctrl-C
  rewind export FILE         the whole database, embedded or server, to one file
  rewind import FILE         into an empty database, then verified
  rewind backup-store DIR    a verified copy of the embedded store, also while a service runs

Exit codes: 0 done · 1 failed · 2 not understood or something is missing · 3 incomplete · 4 not allowed · 5 waits for a decision`;

/** `npx rewind "…"`: attaches to the running service; opens the store itself when none runs (SPEC A7). @returns the exit code */
export async function cli(args: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        yes: { type: 'boolean', short: 'y' },
        reason: { type: 'string' },
        'no-wait': { type: 'boolean' },
        plain: { type: 'boolean' },
        data: { type: 'string' },
        port: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
    return EXIT.usage;
  }
  const { values, positionals } = parsed;
  if (existsSync('.env')) process.loadEnvFile('.env');
  if (values.help || positionals.length === 0) {
    process.stdout.write(`${USAGE}\n`);
    return values.help ? EXIT.ok : EXIT.usage;
  }
  const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true && values.json !== true;
  const looks = looksOf(process.stdout);
  const options: SayOptions = {
    interactive,
    json: values.json === true,
    yes: values.yes === true,
    ...(values.reason ? { reason: values.reason } : {}),
    wait: values['no-wait'] !== true,
    ...looks,
    colour: looks.colour && values.plain !== true,
  };
  const lines = interactive ? createInterface({ input: process.stdin, output: process.stdout }) : null;
  const leave = new AbortController();
  process.once('SIGINT', () => leave.abort());
  lines?.once('SIGINT', () => leave.abort());
  const screen = terminalScreen(lines);
  try {
    const [word, ...rest] = positionals;
    if (isUpkeep(word))
      return await upkeep(word, rest, {
        ...(values.data === undefined ? {} : { data: values.data }),
        ...(values.port === undefined ? {} : { port: values.port }),
        env: process.env,
        leave: leave.signal,
        print: (text) => void process.stdout.write(`${text}\n`),
        remark: (text) => void process.stderr.write(`${text}\n`),
      });
    const socket = await findService(values.data);
    if (socket) return await sayToService(socket, positionals.join(' '), options, screen, leave.signal);
    return await alone(positionals.join(' '), options, screen, leave.signal);
  } catch (error) {
    process.stderr.write(`${errorLines(error)}\n`);
    // A script that reads data finds the error there, too.
    if (options.json && isRewindError(error)) screen.json({ error: errorData(error) });
    return EXIT.failed;
  } finally {
    lines?.close();
  }
}

/** The socket of a running service: the named folder, the settings', or the demo's when there are no settings. */
async function findService(data: string | undefined): Promise<string | null> {
  const folders = data
    ? [data, join(data, 'service')]
    : [
        process.env['DATA_DIR'] || join('.data', 'service'),
        // With settings of a real tenant, a sentence must never go to the demo by mistake.
        ...(process.env['TENANT_ID'] ? [] : [join('.data', 'demo', 'service')]),
      ];
  for (const folder of folders) {
    const path = socketPathIn(folder);
    if ((process.platform === 'win32' || existsSync(path)) && (await serviceListens(path))) return path;
  }
  return null;
}

/** No service runs: the same product in this process, with the same settings, for as long as the sentence takes. */
async function alone(text: string, options: SayOptions, screen: Screen, left: AbortSignal): Promise<number> {
  if (!process.env['TENANT_ID'])
    throw new RewindError('CONFIG_INVALID', {
      reason:
        'no service is running here, and there are no settings to start from. Start the demo with: npm start',
    });
  const config = readConfig(process.env);
  const product = await compose(config, createLog(config.LOG_LEVEL === 'info' ? 'warn' : config.LOG_LEVEL));
  try {
    await startWork(product);
    await product.housekeeping();
    const session = new Session(product.app, product.router, product.present);
    return await session.run({ type: 'say', text, ...options }, { ...screen, left });
  } finally {
    await product.close();
  }
}
