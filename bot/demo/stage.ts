import { join, resolve } from 'node:path';
import { z } from 'zod';
import { SETTINGS } from '../config.js';
import { control } from './sandbox-control.js';
import { openDemoFolder, type DemoFolder } from './folder.js';
import { moveToFirstNight } from './nights.js';
import { freePort, startChild, type Child } from './processes.js';

/** The sandbox's JSON line (`npm run sandbox -- --json`): the product knows the sandbox by its addresses only. */
const sandboxReady = z.object({
  graph: z.url(),
  authority: z.url(),
  teams: z.url(),
  control: z.url(),
  openId: z.url(),
  tenantId: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  botAppId: z.string(),
  botAppSecret: z.string(),
  caFile: z.string(),
});
export type SandboxAddresses = z.output<typeof sandboxReady>;

/** Tells the person at the terminal a step, in words. */
export type Say = (text: string) => void;

export interface ServiceReady {
  readonly port: number;
  readonly socket: string;
}

/** A running demo: the sandbox and the service, each a process of its own. */
export interface Stage {
  readonly sandbox: SandboxAddresses;
  readonly service: Child<ServiceReady>;
  readonly serviceUrl: string;
  /** Environment that the service runs with; the command line attaches with the same. */
  readonly env: Readonly<Record<string, string>>;
  readonly dataDir: string;
  /** True when this data folder held a tenant before. */
  readonly continued: boolean;
  /** The port that the service would have had, were it free; equal to its own otherwise. */
  readonly wantedPort: number;
  /** Starts the service again (after it was killed). */
  restartService(): Promise<Child<ServiceReady>>;
  control(path: string, body?: unknown): Promise<unknown>;
  /** Everybody of the story gets the app, and with it the hello. */
  installForPeople(): Promise<void>;
  /** From now on a later start goes on here. */
  storyIsReady(): void;
  stop(): Promise<void>;
  /** Resolves when either process has gone. */
  readonly gone: Promise<string>;
}

export interface StageOptions {
  readonly dataDir: string;
  readonly fresh?: boolean;
  /** Day of the story, 'YYYY-MM-DD'; the machine's today by default. */
  readonly today?: string;
  /** Population without a story: for tests and benchmarks. */
  readonly users?: number;
  readonly groups?: number;
  readonly seed?: number;
  readonly servicePort?: number;
  /** 'dist' runs the build; 'source' runs the TypeScript as it is (tests). */
  readonly code?: 'dist' | 'source';
  readonly serviceEnv?: Readonly<Record<string, string>>;
  readonly sandboxArgs?: readonly string[];
  readonly onLog?: (line: string) => void;
  /** What people should know about the start itself. */
  readonly say?: Say;
  readonly root: string;
}

/** What the simulated Teams tells of itself. */
const teamsInfo = z.looseObject({
  people: z.array(z.looseObject({ displayName: z.string() })),
  channel: z.looseObject({ id: z.string() }),
});
type TeamsInfo = z.output<typeof teamsInfo>;

const DEFAULT_PORT = 3978;

const DEMO_GROUPS = {
  GROUP_OPERATORS: 'Helpdesk',
  GROUP_APPROVERS: 'Identity approvers',
  GROUP_ADMINISTRATORS: 'Rewind administrators',
};

/** Starts both processes on `dataDir` and waits until both are ready. @throws START_FAILED */
export async function startStage(options: StageOptions): Promise<Stage> {
  const folder = await openDemoFolder(resolve(options.dataDir), {
    fresh: options.fresh === true,
    ...(options.say ? { say: options.say } : {}),
  });
  try {
    return await startOn(folder, options);
  } catch (error) {
    folder.release();
    throw error;
  }
}

async function startOn(folder: DemoFolder, options: StageOptions): Promise<Stage> {
  const { path: dataDir, kept } = folder;
  const wantedPort = options.servicePort ?? kept?.servicePort ?? DEFAULT_PORT;
  const port = await freePort(wantedPort);
  const serviceUrl = `http://127.0.0.1:${port}`;
  const pids = new Map<string, number>();
  const noting = (part: string) => (pid: number) => {
    pids.set(part, pid);
    folder.note({ processes: [...pids.values()] });
  };
  // The port that was wished for is kept: what is busy today may be free at the next start.
  folder.note({ servicePort: wantedPort === 0 ? port : wantedPort });
  const source = options.code === 'source';
  const script = (path: string) =>
    source ? join(options.root, `${path}.ts`) : join(options.root, 'dist', `${path}.js`);
  const nodeArgs = source ? ['--import', 'tsx'] : [];
  const population =
    options.users === undefined
      ? ['--story', ...(options.today ? ['--today', options.today] : [])]
      : [
          '--users',
          String(options.users),
          '--groups',
          String(options.groups ?? Math.ceil(options.users / 10)),
          '--seed',
          String(options.seed ?? 7),
        ];
  const sandbox = await startChild<unknown>(
    script('sandbox/main'),
    [
      '--json',
      '--data',
      join(dataDir, 'sandbox'),
      '--bot-url',
      `${serviceUrl}/api/messages`,
      ...population,
      ...(options.sandboxArgs ?? []),
    ],
    {
      name: 'the simulated tenant and Teams',
      env: { REWIND_DEMO_FOLDER: dataDir },
      onLog: options.onLog,
      onSpawn: noting('sandbox'),
      nodeArgs,
    },
  );
  let service: Child<ServiceReady> | undefined;
  try {
    const addresses = sandboxReady.parse(sandbox.ready);
    const isStory = options.users === undefined;
    if (kept === null && isStory) await moveToFirstNight(addresses.control);
    const teams = teamsInfo.parse(await control(addresses.control, 'teams-info'));
    const env = {
      ...serviceEnvironment(teams, addresses, port, join(dataDir, 'service')),
      REWIND_DEMO_FOLDER: dataDir,
      ...options.serviceEnv,
    };
    const startService = () =>
      startChild<ServiceReady>(script('bot/main'), [], {
        name: 'the service',
        env,
        onLog: options.onLog,
        onSpawn: noting('service'),
        nodeArgs,
      });
    service = await startService();
    if (kept === null) {
      await installInChannel(addresses.control, teams);
      if (!isStory) {
        await installForPeople(addresses.control, teams);
        folder.note({ ready: true });
      }
    }
    let current = service;
    return {
      sandbox: addresses,
      get service() {
        return current;
      },
      serviceUrl,
      env,
      dataDir,
      continued: kept !== null,
      wantedPort: wantedPort === 0 ? port : wantedPort,
      async restartService() {
        current = await startService();
        return current;
      },
      control: (path, body) => control(addresses.control, path, body),
      installForPeople: () => installForPeople(addresses.control, teams),
      storyIsReady: () => folder.note({ ready: true }),
      async stop() {
        await current.stop();
        await sandbox.stop();
        folder.release();
      },
      gone: Promise.race([
        service.gone.then(() => 'The service'),
        sandbox.gone.then(() => 'The simulated tenant'),
      ]),
    };
  } catch (error) {
    await service?.stop();
    await sandbox.stop();
    throw error;
  }
}

/** Settings of `.env.sample` for a sandbox: the same names as for the real thing, only addresses and credentials differ. */
function serviceEnvironment(
  teams: TeamsInfo,
  sandbox: SandboxAddresses,
  port: number,
  dataDir: string,
): Record<string, string> {
  // What a filled-in .env says of a real tenant must not reach the demo; an empty value counts as not set.
  const unset = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, '']));
  return {
    ...unset,
    TENANT_ID: sandbox.tenantId,
    CLIENT_ID: sandbox.clientId,
    CLIENT_SECRET: sandbox.clientSecret,
    GRAPH_URL: sandbox.graph,
    AUTHORITY_URL: sandbox.authority,
    BOT_APP_ID: sandbox.botAppId,
    BOT_SECRET: sandbox.botAppSecret,
    BOT_OPENID_URL: sandbox.openId,
    BOT_SERVICE_HOSTS: new URL(sandbox.teams).host,
    TEAMS_SERVICE_URL: `${sandbox.teams}/emea/${sandbox.tenantId}`,
    TEAMS_CHANNEL_ID: teams.channel.id,
    ...DEMO_GROUPS,
    TERMINAL_OPERATORS: '*=hanna.berg@contoso.example',
    TIME_ZONE: 'Europe/Berlin',
    BACKUP_SCHEDULE: 'daily at 02:00',
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
    SANDBOX_CONTROL_URL: sandbox.control,
    NODE_EXTRA_CA_CERTS: sandbox.caFile,
    MONGODB_URI: process.env['REWIND_DEMO_MONGODB_URI'] ?? '',
    INSECURE_LOOPBACK: '0',
    NODE_ENV: 'development',
  };
}

/** As an administrator's set-up policy does it: the app is there for everybody, and says hello. */
async function installForPeople(controlUrl: string, teams: TeamsInfo): Promise<void> {
  for (const { displayName } of teams.people) await control(controlUrl, 'install', { as: displayName });
}

async function installInChannel(controlUrl: string, teams: TeamsInfo): Promise<void> {
  const [first] = teams.people;
  if (first) await control(controlUrl, 'install', { as: first.displayName, in: 'channel' });
}
