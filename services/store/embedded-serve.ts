import { parseArgs } from 'node:util';
import { startEmbeddedStore } from './embedded-process.js';

/**
 * The store as a process of its own, for several instances on one machine and for tools:
 *   node dist/services/store/embedded-serve.js --data DIR [--socket PATH.sock] [--port N]
 * Prints one URI a line when ready, serves until SIGINT or SIGTERM.
 */
const { values } = parseArgs({
  options: { data: { type: 'string' }, socket: { type: 'string' }, port: { type: 'string' } },
});

function fail(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

const dataDir = values.data ?? fail('Say where the data lies: --data DIR');
const port = values.port === undefined ? undefined : Number(values.port);
if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65_536))
  fail(`--port ${values.port} is no port`);

try {
  const store = await startEmbeddedStore({ dataDir, socketPath: values.socket, port });
  let ending: Promise<void> | undefined;
  const end = (): void => {
    ending ??= store.close().then(() => process.exit(0));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  process.stdout.write(`${store.uri}\n`);
  if (store.port !== undefined) {
    process.stdout.write(`mongodb://127.0.0.1:${store.port}/?directConnection=true\n`);
    process.stderr.write('Open to every program on this machine, without a password.\n');
  }
} catch (error) {
  fail((error as Error).message);
}
