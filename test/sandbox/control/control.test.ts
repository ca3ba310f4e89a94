import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { request } from 'node:http';
import { parseOptions } from '../../../sandbox/options.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import type { RunningSandbox } from '../../../sandbox/sandbox.js';
import { clientCertificate } from '../authority/rig.js';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSandbox(
    parseOptions(['--users', '40', '--seed', '3', '--no-contract']),
    () => undefined,
  );
});
afterAll(() => sandbox.close());

const url = (name: string): string => `${sandbox.ready.control}/_sandbox/${name}`;
const post = async (
  name: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; json: Record<string, unknown>; headers: Headers }> => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(url(name), { method: 'POST', body: text, headers });
  return {
    status: answer.status,
    json: (await answer.json()) as Record<string, unknown>,
    headers: answer.headers,
  };
};
const get = async (name: string): Promise<Record<string, unknown>> =>
  (await (await fetch(url(name))).json()) as Record<string, unknown>;

interface Listening {
  next(event: string): Promise<Record<string, unknown>>;
  close(): void;
}

function listenToEvents(): Listening {
  const heard: { event: string; data: Record<string, unknown> }[] = [];
  const waiting: (() => void)[] = [];
  let text = '';
  const outgoing = request(url('events'), (incoming) => {
    incoming.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
        text = text.slice(end + 2);
        if (event === undefined) continue;
        heard.push({ event, data: JSON.parse(data ?? '{}') as Record<string, unknown> });
        for (const wake of waiting.splice(0)) wake();
      }
    });
    incoming.on('error', () => undefined);
  });
  outgoing.on('error', () => undefined);
  outgoing.end();
  return {
    async next(event) {
      for (;;) {
        const at = heard.findIndex((one) => one.event === event);
        const found = heard[at];
        if (found !== undefined) {
          heard.splice(0, at + 1);
          return found.data;
        }
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    close: () => outgoing.destroy(),
  };
}

describe('the control server', () => {
  test('tells the clock, moves it forward, and refuses to move it back', async () => {
    const before = await get('clock');
    const moved = await post('advance', { by: '1h' });
    expect(moved.status).toBe(200);
    expect(Number(moved.json['offsetInMs']) - Number(before['offsetInMs'])).toBe(3_600_000);
    const passed = Date.parse(String(moved.json['now'])) - Date.parse(String(before['now']));
    expect(passed).toBeGreaterThanOrEqual(3_600_000);
    const back = await post('advance', { to: '2020-01-01T00:00:00Z' });
    expect(back.status).toBe(400);
    expect(back.json['error']).toContain('forward only');
  });

  test('events: the clock at once and after every move, and changes of the tenant', async () => {
    const events = listenToEvents();
    const first = await events.next('clock');
    expect(first).toEqual({ offsetInMs: expect.any(Number) as unknown, now: expect.any(String) as unknown });
    const { json } = await post('advance', { by: '1d' });
    expect((await events.next('clock'))['offsetInMs']).toBe(json['offsetInMs']);
    const [person] = sandbox.world()?.tenant.people() ?? [];
    await post('damage', { do: 'patchUser', user: person?.userPrincipalName, set: { department: 'TBD' } });
    await events.next('tenant');
    events.close();
  });

  test('stats and overview', async () => {
    expect(await get('stats')).toMatchObject({ requests: 0, violations: [] });
    expect((await get('overview'))['users']).toMatchObject({ live: 40 });
  });

  test('faults go to the authority or the tenant by their name', async () => {
    expect((await post('fault', { name: 'tokenLife', seconds: 60 })).status).toBe(200);
    expect((await post('fault', { name: 'throttle', retryAfter: 1, times: 1 })).status).toBe(200);
    expect((await post('fault', { clear: true })).status).toBe(200);
    expect((await post('fault', { name: 'earthquake' })).status).toBe(400);
  });

  test('a certificate can be registered for an application', async () => {
    const { pem } = await clientCertificate();
    expect((await post('certificate', { appId: sandbox.ready.clientId, pem })).status).toBe(200);
    expect((await post('certificate', { appId: 'x', pem: 'y' })).status).toBe(400);
  });

  test.each<[string, string, unknown, number, RegExp]>([
    ['no JSON', 'advance', '{', 400, /not JSON/],
    ['another shape', 'advance', { by: 'soon' }, 400, /by/],
    ['a list', 'fault', [], 400, /expected record/i],
    ['too much', 'damage', { x: 'x'.repeat(70_000) }, 413, /larger than/],
    ['an address that is none', 'bot', { url: 'file:///etc/passwd' }, 400, /url/i],
  ])('refuses a body with %s', async (_name, path, body, status, text) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(status);
    expect(answer.json['error']).toMatch(text);
  });

  test('answers 404 and 405 for what is not there', async () => {
    expect((await fetch(`${sandbox.ready.control}/`)).status).toBe(404);
    expect((await fetch(url('clock'), { method: 'POST' })).status).toBe(405);
    expect((await fetch(url('advance'))).status).toBe(405);
    expect((await fetch(url('constructor'))).status).toBe(404);
  });

  test('a browser may call from the Teams page only', async () => {
    const foreign = await post('advance', { by: 1 }, { origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
    const teams = await post('advance', { by: 1 }, { origin: sandbox.ready.teams });
    expect(teams.status).toBe(200);
    expect(teams.headers.get('access-control-allow-origin')).toBe(sandbox.ready.teams);
    const plain = await post('advance', { by: 1 });
    expect(plain.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('say, click and transcript of the simulated Teams are reached here too', async () => {
    const [person] = sandbox.world()?.tenant.people() ?? [];
    const answer = await fetch(url(`transcript?as=${encodeURIComponent(person?.userPrincipalName ?? '')}`));
    expect(answer.status).toBe(200);
  });

  test('reset makes the world anew: damage undone, clock back, same addresses and secrets', async () => {
    const events = listenToEvents();
    await events.next('clock');
    const [person] = sandbox.world()?.tenant.people() ?? [];
    await post('damage', { do: 'deleteUser', user: person?.userPrincipalName });
    expect((await get('overview'))['users']).toMatchObject({ live: 39 });
    const { status, json } = await post('reset', {});
    expect(status).toBe(200);
    expect(Number(json['offsetInMs'])).toBe(0);
    expect((await events.next('clock'))['offsetInMs']).toBe(0);
    expect((await get('overview'))['users']).toMatchObject({ live: 40, deleted: 0 });
    events.close();
  });
});
