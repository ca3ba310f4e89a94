import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { clientCertificate } from '../sandbox/authority/rig.js';
import { controlAt, type Control } from './sandbox-control.js';
import { Bench, processesOf, type Started } from './started.js';

const sandboxReady = z.object({
  graph: z.url(),
  authority: z.url(),
  teams: z.url(),
  control: z.url(),
  openId: z.url(),
  tenantId: z.guid(),
  clientId: z.guid(),
  clientSecret: z.string(),
  botAppId: z.guid(),
  botAppSecret: z.string(),
  caFile: z.string(),
});
const readyz = z.looseObject({
  store: z.string(),
  newest: z
    .object({ seq: z.number(), status: z.string(), counts: z.record(z.string(), z.number()) })
    .loose()
    .nullable(),
});

const USERS = 60;
const OPERATORS = 'Rewind operators';
const cast = z.looseObject({ people: z.array(z.looseObject({ userPrincipalName: z.string() })) });

/**
 * An installation as doc/install.md describes it: a clone with a filled-in .env, as a supervisor runs it. The tenant and Teams are
 * simulated by a sandbox that was started on its own; nothing but addresses and credentials tells the service so.
 */
describe('npm start with the settings of a tenant runs the real service', () => {
  const bench = new Bench();
  let clone: string;
  let port: number;
  let sandbox: z.output<typeof sandboxReady>;
  let teams: Control;
  let operator: string;
  let colleague: string;

  beforeAll(async () => {
    clone = bench.clone();
    expect(await bench.node(['bot/setup.mjs', '--build'], { cwd: clone }).code).toBe(0);
    const held = await bench.holdPort();
    port = held.port;
    held.release();
    const started = bench.node(
      [
        ...['dist/sandbox/main.js', '--users', String(USERS), '--seed', '7', '--json', '--any-ports'],
        ...['--bot-url', `http://127.0.0.1:${port}/api/messages`],
      ],
      { cwd: clone },
    );
    await started.says('}\n');
    sandbox = sandboxReady.parse(JSON.parse(started.stdout));
    teams = controlAt(sandbox.control);
    [operator = '', colleague = ''] = cast
      .parse(await teams.get('teams-info'))
      .people.map((person) => person.userPrincipalName);
    const properties = {
      ...{ displayName: OPERATORS, mailNickname: 'rewind-operators' },
      ...{ securityEnabled: true, mailEnabled: false, groupTypes: [] },
    };
    await teams.post('damage', {
      steps: [
        { do: 'createGroup', properties },
        { do: 'addMember', group: OPERATORS, member: operator },
      ],
    });
  }, 60_000);
  afterAll(() => bench.clear());
  const serving: Started[] = [];
  afterEach(async () => {
    for (const one of serving.splice(0)) {
      if (one.child.exitCode === null) await one.end('SIGTERM');
    }
  });

  /** Fills in .env.sample, as a person would: only settings that it names. */
  function fillIn(values: Readonly<Record<string, string>>): void {
    let text = readFileSync(join(clone, '.env.sample'), 'utf8');
    for (const [name, value] of Object.entries(values)) {
      const line = new RegExp(`^(# )?${name}=.*$`, 'm');
      expect(text).toMatch(line);
      text = text.replace(line, `${name}=${value}`);
    }
    writeFileSync(join(clone, '.env'), text);
  }

  const addresses = () => ({
    TENANT_ID: sandbox.tenantId,
    CLIENT_ID: sandbox.clientId,
    GRAPH_URL: sandbox.graph,
    AUTHORITY_URL: sandbox.authority,
    BOT_APP_ID: sandbox.botAppId,
    BOT_OPENID_URL: sandbox.openId,
    BOT_SERVICE_HOSTS: new URL(sandbox.teams).host,
    TEAMS_SERVICE_URL: `${sandbox.teams}/emea/${sandbox.tenantId}`,
    GROUP_OPERATORS: OPERATORS,
    TERMINAL_OPERATORS: `*=${operator}`,
    PORT: String(port),
  });
  const secrets = () => ({ CLIENT_SECRET: sandbox.clientSecret, BOT_SECRET: sandbox.botAppSecret });

  /** As systemd does it; that NODE_ENV is production rules out every switch for demo and developers. */
  const serve = (args: readonly string[] = ['bot/start.mjs']): Started =>
    run(args, { NODE_ENV: 'production' });
  const run = (args: readonly string[], env: Readonly<Record<string, string>>): Started => {
    const made = bench.node(args, { cwd: clone, env: { NODE_EXTRA_CA_CERTS: sandbox.caFile, ...env } });
    serving.push(made);
    return made;
  };

  async function firstBackup(): Promise<z.output<typeof readyz>> {
    for (;;) {
      const answer = readyz.parse(await (await fetch(`http://127.0.0.1:${port}/readyz`)).json());
      if (answer.newest) return answer;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** The operator says it in the simulated Teams, whose tokens the service checks. @returns once the answer is seen */
  async function saysInTeams(text: string, answer: string): Promise<void> {
    await teams.post('say', { as: operator, text });
    await teams.until(operator, answer);
  }

  test('with secrets: no demo; a first backup; a signed message is answered, an unsigned one refused; the command line attaches, and does without', async () => {
    fillIn({ ...addresses(), ...secrets() });
    const service = serve();
    await service.says(
      `Entra Rewind serves tenant ${sandbox.tenantId} on http://127.0.0.1:${port}/api/messages`,
    );
    const ready = await firstBackup();
    expect(ready).toMatchObject({ store: 'embedded', newest: { seq: 1, status: 'complete' } });
    expect(ready.newest?.counts['user']).toBeGreaterThanOrEqual(USERS);

    await teams.post('install', { as: operator });
    await saysInTeams('help', 'what changed');
    const unsigned = await fetch(`http://127.0.0.1:${port}/api/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{ type: 'message', id: '1', text: 'status', channelId: 'msteams' },
        serviceUrl: `${sandbox.teams}/emea/${sandbox.tenantId}/`,
        from: { id: '29:somebody' },
        recipient: { id: `28:${sandbox.botAppId}` },
        conversation: { id: 'a:somebody', conversationType: 'personal', tenantId: sandbox.tenantId },
      }),
    });
    expect(unsigned.status).toBe(401);

    const attached = serve(['bot/rewind.mjs', 'status', '--json']);
    expect(await attached.code).toBe(0);
    expect(JSON.parse(attached.stdout)).toHaveProperty('facts');
    expect(attached.output).toBe(attached.stdout);

    expect(service.output).not.toMatch(/demo|simulated|sandbox/i);
    expect(existsSync(join(clone, '.data', 'demo'))).toBe(false);
    expect(readdirSync(join(clone, '.data', 'service')).sort()).toEqual(['keys', 'rewind.sock', 'store']);
    expect(await service.end('SIGTERM')).toBe(0);
    expect(service.output).not.toContain(sandbox.clientSecret);

    // No service runs: the same words open the store themselves, for as long as they take.
    const alone = serve(['bot/rewind.mjs', 'status', '--json']);
    expect(await alone.code).toBe(0);
    expect(JSON.parse(alone.stdout)).toHaveProperty('facts');
    await teams.post('damage', {
      do: 'patchUser',
      user: colleague,
      set: { department: 'Gone' },
      actor: 'HR',
    });
    const asked = serve(['bot/rewind.mjs', `restore user ${colleague} from snapshot 1`]);
    expect([await asked.code, asked.output]).toEqual([
      2,
      expect.stringContaining('Nothing was asked, since this is not a terminal. Missing: --yes'),
    ]);
    // The folder is free again.
    const again = serve();
    await again.says('serves tenant');
    expect(await again.end('SIGTERM')).toBe(0);
  }, 150_000);

  test('with certificates instead: the same data goes on, Graph and Teams take its tokens', async () => {
    const [graph, bot] = await Promise.all([clientCertificate(), clientCertificate()]);
    await teams.post('certificate', { appId: sandbox.clientId, pem: graph.pem });
    await teams.post('certificate', { appId: sandbox.botAppId, pem: bot.pem });
    for (const [name, { pem, privateKey }] of Object.entries({ graph, bot }))
      writeFileSync(join(clone, `${name}.pem`), `${pem}\n${privateKey}`, { mode: 0o600 });
    fillIn({
      ...addresses(),
      CLIENT_CERTIFICATE_FILE: join(clone, 'graph.pem'),
      BOT_CERTIFICATE_FILE: join(clone, 'bot.pem'),
    });
    const service = serve();
    await service.says('serves tenant');
    const before = (await firstBackup()).newest!.seq;
    await saysInTeams(`find ${colleague}`, colleague);
    await saysInTeams('backup now', `Snapshot ${before + 1}`);
    expect(await service.end('SIGTERM')).toBe(0);
    expect(processesOf(clone)).toHaveLength(1);
  }, 90_000);

  test('wrong settings are told all together, by their names, and nothing is started', async () => {
    fillIn({ ...addresses(), PORT: 'many', BOT_SECRET: '' });
    const refused = serve();
    expect([await refused.code, refused.output]).toEqual([1, expect.stringContaining('CONFIG_INVALID · ')]);
    for (const part of [
      'PORT (got "many")',
      'CLIENT_CERTIFICATE_FILE or CLIENT_SECRET',
      'BOT_CERTIFICATE_FILE or BOT_SECRET',
      'The service did not start. Compare with .env.sample.',
    ])
      expect(refused.output).toContain(part);
    expect(refused.output).not.toMatch(/^\s+at /m);
  }, 30_000);

  test('a port that somebody else has is refused: a proxy stands in front of it', async () => {
    const held = await bench.holdPort();
    fillIn({ ...addresses(), ...secrets(), PORT: String(held.port) });
    const refused = serve();
    expect([await refused.code, refused.output]).toEqual([
      1,
      expect.stringMatching(/START_FAILED · .*EADDRINUSE/),
    ]);
    expect(refused.output).toContain('Free that port, or set another PORT.');
  }, 30_000);

  describe('INSECURE_LOOPBACK', () => {
    const insecure = (env: Readonly<Record<string, string>>): Started => {
      fillIn({ ...addresses(), ...secrets(), INSECURE_LOOPBACK: '1' });
      return run(['bot/start.mjs'], { NODE_ENV: 'development', ...env });
    };

    test.each([
      ['in production', { NODE_ENV: 'production' }, 'is refused in production'],
      ['off loopback', { HOST: '0.0.0.0' }, 'is refused unless HOST is a loopback address'],
    ])(
      'is refused %s, and says why',
      async (_name, env, why) => {
        const refused = insecure(env);
        expect([await refused.code, refused.output]).toEqual([
          1,
          expect.stringContaining(`INSECURE_LOOPBACK: ${why}`),
        ]);
        expect(refused.output).toContain('The service did not start.');
      },
      30_000,
    );

    test('warns at each start on loopback, however quiet the log is', async () => {
      for (const level of ['info', 'silent']) {
        const service = insecure({ LOG_LEVEL: level });
        await service.says('serves tenant');
        expect(service.output).toContain('INSECURE_LOOPBACK is on');
        expect(await service.end()).toBe(0);
      }
    }, 60_000);
  });
});
