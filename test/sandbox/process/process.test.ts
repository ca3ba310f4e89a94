import { afterEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { spawnSandbox } from './spawn.js';
import type { SpawnedSandbox } from './spawn.js';

const running: SpawnedSandbox[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const start = async (...args: string[]): Promise<SpawnedSandbox> => {
  const sandbox = await spawnSandbox(...args);
  running.push(sandbox);
  return sandbox;
};
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
  folders.push(made);
  return made;
};

interface Page {
  value: { id: string; displayName: string }[];
}

describe('npm run sandbox -- --json', () => {
  test('prints one line when it is ready, and everything in it works', async () => {
    const sandbox = await start('--users', '60', '--seed', '7');
    const { ready } = sandbox;
    expect(Object.keys(ready)).toEqual([
      'graph',
      'authority',
      'teams',
      'control',
      'openId',
      'tenantId',
      'clientId',
      'clientSecret',
      'botAppId',
      'botAppSecret',
      'caFile',
    ]);
    expect(ready.graph).toMatch(/^https:\/\/localhost:\d+$/);
    expect(ready.authority).toMatch(/^https:\/\/localhost:\d+$/);
    for (const url of [ready.teams, ready.control]) expect(url).toMatch(/^http:\/\/localhost:\d+$/);

    const token = await sandbox.token();
    const users = await sandbox.graph('/users?$top=5&$select=id,displayName', token);
    expect(users.status).toBe(200);
    expect((users.json as unknown as Page).value).toHaveLength(5);
    expect((await sandbox.graph('/users', 'garbage')).status).toBe(401);

    const metadata = (await (await fetch(ready.openId)).json()) as { issuer: string; jwks_uri: string };
    expect(metadata.issuer).toBe('https://api.botframework.com');
    const keys = (await (await fetch(metadata.jwks_uri)).json()) as { keys: object[] };
    expect(keys.keys[0]).toMatchObject({ endorsements: ['msteams'] });
    expect((await fetch(ready.teams)).headers.get('content-type')).toContain('text/html');

    const stats = (await (await fetch(`${ready.control}/_sandbox/stats`)).json()) as {
      violations: unknown[];
    };
    expect(stats.violations).toEqual([]);
    expect(sandbox.lines).toHaveLength(1);
  });

  test('msal-node as it ships, trusting the authority’s file, signs in', async () => {
    const { ready } = await start('--users', '30', '--seed', '7');
    const script = `
      import { ConfidentialClientApplication } from '@azure/msal-node';
      const { ready } = JSON.parse(process.env.SANDBOX);
      const client = new ConfidentialClientApplication({ auth: {
        clientId: ready.clientId, clientSecret: ready.clientSecret,
        authority: ready.authority + '/' + ready.tenantId, knownAuthorities: [new URL(ready.authority).host] } });
      const got = await client.acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'] });
      const answer = await fetch(ready.graph + '/v1.0/users?$top=1', { headers: { authorization: 'Bearer ' + got.accessToken } });
      console.log(answer.status);`;
    const done = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: ready.caFile, SANDBOX: JSON.stringify({ ready }) },
      encoding: 'utf8',
    });
    expect(`${done.stdout}${done.stderr}`.trim()).toBe('200');
  });

  test('a second start finds the same world; other arguments do not change it', async () => {
    const data = folder();
    const first = await start('--data', data, '--users', '40', '--seed', '7');
    const before = await first.graph('/users?$top=999', await first.token());
    const advance = await fetch(`${first.ready.control}/_sandbox/advance`, {
      method: 'POST',
      body: JSON.stringify({ by: '2d' }),
    });
    const { offsetInMs } = (await advance.json()) as { offsetInMs: number };
    expect(await first.end()).toBe(0);

    const second = await start('--data', data, '--users', '50', '--seed', '8');
    expect(second.ready).toEqual(first.ready);
    expect(second.said()).toContain('already holds a tenant');
    const after = await second.graph('/users?$top=999', await second.token());
    expect((after.json as unknown as Page).value).toEqual((before.json as unknown as Page).value);
    const clock = await (await fetch(`${second.ready.control}/_sandbox/clock`)).json();
    expect(clock).toMatchObject({ offsetInMs });
  });

  test('killed in the middle of writes: every write that was answered is there at the next start', async () => {
    const data = folder();
    const first = await start('--data', data, '--users', '20', '--no-contract');
    const damage = (name: string) =>
      fetch(`${first.ready.control}/_sandbox/damage`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ do: 'createGroup', properties: { displayName: name } }),
      });
    const answered: string[] = [];
    const writing = Array.from({ length: 400 }, (_, i) => `killed-${i}`).map(async (name) => {
      const { ok } = await damage(name);
      if (!ok) throw new Error(`${name} was refused`);
      answered.push(name);
      if (answered.length === 30) void first.end('SIGKILL');
    });
    await Promise.allSettled(writing);
    expect(answered.length).toBeGreaterThanOrEqual(30);
    const second = await start('--data', data);
    const list = await second.graph('/groups?$top=999&$select=displayName', await second.token());
    const names = (list.json as unknown as { value: { displayName: string }[] }).value.map(
      ({ displayName }) => displayName,
    );
    expect(names).toEqual(expect.arrayContaining(answered));
  });

  test('a busy port is answered with the next free one, said on stderr, and tried again later', async () => {
    const data = folder();
    const first = await start('--data', data, '--users', '30');
    await first.end();
    const port = Number(new URL(first.ready.graph).port);
    const occupant = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => occupant.once('listening', resolve));
    const second = await start('--data', data);
    occupant.close();
    expect(second.ready.graph).not.toBe(first.ready.graph);
    expect(second.said()).toContain(`Port ${port} is busy`);
    expect((await second.graph('/users?$top=1', await second.token())).status).toBe(200);
    await second.end();
    const third = await start('--data', data);
    expect(third.ready).toEqual(first.ready);
  });

  test('ends cleanly on SIGINT and SIGTERM; a temporary world leaves nothing behind', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const sandbox = await start('--users', '20', '--no-contract');
      const folderOfWorld = dirname(dirname(sandbox.ready.caFile));
      expect(existsSync(folderOfWorld)).toBe(true);
      expect(await sandbox.end(signal)).toBe(0);
      expect(existsSync(folderOfWorld)).toBe(false);
    }
  });

  test('the story begins half an hour before its first snapshot and plays when the clock passes it', async () => {
    const sandbox = await start('--story', '--today', '2026-11-21');
    const control = (name: string, init?: RequestInit) =>
      fetch(`${sandbox.ready.control}/_sandbox/${name}`, init).then((answer) => answer.json());
    const clock = (await control('clock')) as { now: string };
    expect(clock.now).toMatch(/^2026-11-07T00:30:/);
    const aliceIs = async (): Promise<string | undefined> => {
      const { spotlight } = (await control('overview')) as { spotlight: { name: string; state: string }[] };
      return spotlight.find((one) => one.name === 'Alice Moreau')?.state;
    };
    expect(await aliceIs()).toBe('live');
    const body = JSON.stringify({ to: '2026-11-21T09:50:00+01:00' });
    await control('advance', { method: 'POST', body });
    expect(await aliceIs()).toBe('deleted');
  });

  test('wrong arguments are told, with exit code 1', () => {
    const done = spawnSync(process.execPath, ['--import', 'tsx', 'sandbox/main.ts', '--users', 'many'], {
      encoding: 'utf8',
    });
    expect(done.status).toBe(1);
    expect(done.stderr).toContain('a whole number from 1');
    expect(done.stdout).toBe('');
  });
});
