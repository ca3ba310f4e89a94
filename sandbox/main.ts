/** `npm run sandbox`: starts the simulated tenant and Teams, prints where they are, serves until it is ended. */
import { CommanderError } from 'commander';
import { parseOptions } from './options.js';
import type { SandboxOptions } from './options.js';
import { startSandbox } from './sandbox.js';
import type { RunningSandbox } from './sandbox.js';
import type { SandboxReady } from './types.js';

async function main(): Promise<void> {
  const options = readOptions();
  const say = (line: string): void => console.error(line);
  const sandbox = await startSandbox(options, say);
  endWith(sandbox);
  console.log(options.json ? JSON.stringify(sandbox.ready) : describe(sandbox.ready));
}

function readOptions(): SandboxOptions {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (cause) {
    if (cause instanceof CommanderError) process.exit(cause.exitCode);
    throw cause;
  }
}

/** Ends on a signal, and with the process that started it when there is a channel to it. */
function endWith(sandbox: RunningSandbox): void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    sandbox.close().then(
      () => process.exit(0),
      (cause: unknown) => {
        console.error(cause);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  process.on('disconnect', end);
  if (process.connected === false) end();
}

function describe(ready: SandboxReady): string {
  return [
    'The sandbox is ready (a simulation; nothing here is Microsoft’s service).',
    `  Teams page     ${ready.teams}`,
    `  Graph          ${ready.graph}/v1.0`,
    `  Authority      ${ready.authority}/${ready.tenantId}`,
    `  Control        ${ready.control}/_sandbox/stats`,
    `  Client         ${ready.clientId}   secret ${ready.clientSecret}`,
    `  Bot            ${ready.botAppId}   secret ${ready.botAppSecret}`,
    `  Trust          NODE_EXTRA_CA_CERTS=${ready.caFile}`,
    'Ctrl-C ends it.',
  ].join('\n');
}

main().catch((cause: unknown) => {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exit(1);
});
