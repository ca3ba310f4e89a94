import { isRewindError } from '../services/model/errors.js';
import type { App } from './app.js';
import { compose, startWork } from './compose.js';
import { readConfig, type Config } from './config.js';
import { createLog, errorFields } from './log.js';
import { ChatNotifier } from './notifier.js';
import { TeamsAdapter } from './teams/adapter.js';
import { createTeamsChat } from './teams/chat.js';
import { TeamsHost } from './teams/host.js';
import { startHttp } from './teams/server.js';
import { Session } from './terminal/session.js';
import { startErrorLines } from './terminal/error-lines.js';
import { startTerminalServer } from './terminal/server.js';
import type { Log } from '../services/model/log.js';

const HOUSEKEEPING_EVERY_IN_MS = 60_000;

export interface RunningService {
  readonly port: number;
  readonly socket: string;
  stop(): Promise<void>;
}

/** The service: HTTP for Teams, the socket for the command line, the workers. Any number of instances share one database. */
export async function startService(config: Config, log: Log): Promise<RunningService> {
  const product = await compose(config, log);
  const { app } = product;
  const botIdentity = config.INSECURE_LOOPBACK
    ? null
    : {
        appId: config.BOT_APP_ID!,
        tenantId: config.BOT_TENANT_ID,
        secret: config.BOT_SECRET,
        certificateFile: config.BOT_CERTIFICATE_FILE,
        authorityUrl: config.BOT_AUTHORITY_URL ?? config.AUTHORITY_URL,
      };
  if (!botIdentity)
    log.warn(
      {},
      'INSECURE_LOOPBACK is on: messages are accepted from any program of this machine. For developers only.',
    );
  const adapter = new TeamsAdapter(botIdentity, config.BOT_OPENID_URL, config.BOT_TOKEN_ISSUER);
  const chat = createTeamsChat(adapter, app);
  const notifier = new ChatNotifier(app, chat, product.present);
  product.setNotifier(notifier);
  const host = new TeamsHost(app, adapter, chat, product.router, product.seen, notifier);
  const http = await startHttp({
    host: config.HOST,
    port: config.PORT,
    log,
    onActivity: (authorization, body) => host.onActivity(authorization, body),
    ready: async () => {
      await product.store.ping();
      const newest = await app.history.newestSnapshot(app.tenant);
      return {
        ok: true,
        details: {
          store: product.store.kind,
          newest: newest && {
            seq: newest.seq,
            at: newest.startedAt,
            status: newest.status,
            counts: newest.counts,
          },
        },
      };
    },
  });
  const terminal = await startTerminalServer(
    config.DATA_DIR,
    new Session(app, product.router, product.present),
    log,
  );
  await startWork(product);
  void sayWhatIsMissing(app, log);
  await product.housekeeping();
  let tidied: Promise<void> = Promise.resolve();
  const tidyUp = () => {
    tidied = tidied
      .then(() => product.housekeeping())
      .catch((error: unknown) => log.error(errorFields(error), 'housekeeping failed'));
  };
  const tidy = setInterval(tidyUp, HOUSEKEEPING_EVERY_IN_MS);
  // What expires by the product's clock expires when that clock jumps, too.
  const stopJumps = app.clock.onJump(tidyUp);
  return {
    port: http.port,
    socket: terminal.path,
    async stop() {
      clearInterval(tidy);
      stopJumps();
      await http.close();
      await terminal.close();
      // What runs makes news until it has stopped.
      await product.jobs.stop();
      await tidied;
      await notifier.settled();
      await product.close();
    },
  };
}

/** SPEC T2: at start-up, too, what a missing permission disables. */
async function sayWhatIsMissing(app: App, log: Log): Promise<void> {
  try {
    for (const { permission, disables } of await app.missingPermissions())
      log.warn({ permission }, `missing permission: ${disables}`);
  } catch (error) {
    log.warn(errorFields(error), 'the permissions could not be read');
  }
}

/** `node dist/bot/main.js`: prints one JSON line when ready, ends cleanly on SIGTERM, SIGINT, and with the one that started it. */
export async function main(): Promise<void> {
  let log = createLog('info');
  try {
    const config = readConfig(process.env);
    log = createLog(config.LOG_LEVEL);
    const service = await startService(config, log);
    process.stdout.write(`${JSON.stringify({ port: service.port, socket: service.socket })}\n`);
    let stopping = false;
    const stop = () => {
      if (stopping) return;
      stopping = true;
      void service.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error(errorFields(error), 'did not end cleanly');
          process.exit(1);
        },
      );
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    // Whoever started it with a channel is gone, killed perhaps: it would go on without anybody to end it.
    process.on('disconnect', stop);
    if (process.connected === false) stop();
  } catch (error) {
    process.stderr.write(`${startErrorLines(error, 'the service')}\n`);
    // What the text above does not tell.
    if (!isRewindError(error)) log.error(errorFields(error), 'the service did not start');
    process.exit(1);
  }
}

// A last resort: what nobody caught is logged and ends the process, so that another instance goes on (ASVS 16.5.4).
process.on('unhandledRejection', (error) => {
  createLog('error').error(errorFields(error), 'nobody caught this');
  process.exit(1);
});

if (process.argv[1] && import.meta.url === new URL(`file://${process.argv[1]}`).href) await main();
