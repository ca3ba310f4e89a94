import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { request } from 'node:http';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeardActivity } from './fake-bot.js';
import { attached, card } from './messages.js';
import type { Json } from './messages.js';
import { FakeClock, PEOPLE, startWorld } from './world.js';
import type { World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** Reads the event stream until `until` is true of what came. */
async function events(path: string, until: (seen: { event: string; data: Json }[]) => boolean) {
  const leaving = new AbortController();
  const response = await fetch(`${world.base}${path}`, { signal: leaving.signal });
  const seen: { event: string; data: Json }[] = [];
  let rest = '';
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  while (!until(seen)) {
    const { value, done } = await reader.read();
    if (done) break;
    rest += decoder.decode(value, { stream: true });
    const parts = rest.split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const match = /^event: (.+)\ndata: (.+)$/s.exec(part);
      if (match !== null) seen.push({ event: match[1] ?? '', data: JSON.parse(match[2] ?? '') as Json });
    }
  }
  leaving.abort();
  return seen;
}

const raw = (
  headers: Record<string, string>,
  path = '/_sandbox/teams-info',
  method = 'GET',
): Promise<number> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(world.base);
    request({ hostname, port, path, method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

describe('the page', () => {
  test('is served with its libraries and a policy that lets it talk to nobody else', async () => {
    for (const path of [
      '/',
      '/page/app.js',
      '/page/theme.css',
      '/lib/adaptivecards.min.js',
      '/lib/markdown-it.min.js',
      '/render',
    ])
      expect([path, (await fetch(`${world.base}${path}`)).status]).toEqual([path, 200]);
    const page = await fetch(world.base);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(await page.text()).toContain('what is simulated');
    for (const path of ['/page/../state.ts', '/page/..%2fstate.ts', '/lib/package.json'])
      expect([path, (await fetch(`${world.base}${path}`)).status]).toEqual([path, 404]);
  });

  test('names that point to loopback and pages of other origins are refused', async () => {
    const { host } = new URL(world.base);
    expect(await raw({ host })).toBe(200);
    expect(await raw({ host: 'rebind.example' })).toBe(421);
    expect(await raw({ host, origin: 'https://evil.example' })).toBe(403);
    expect(await raw({ host, 'content-type': 'text/plain' }, '/_sandbox/say', 'POST')).toBe(415);
  });

  test('the channel key is published with its endorsement', async () => {
    const openId = (await world.get('/openid')).body;
    expect(openId).toMatchObject({
      issuer: 'https://api.botframework.com',
      id_token_signing_alg_values_supported: ['RS256'],
    });
    const keys = (await (await fetch(String(openId.jwks_uri))).json()) as { keys: Json[] };
    expect(keys.keys).toMatchObject([{ kty: 'RSA', endorsements: ['msteams'] }]);
    expect(keys.keys[0]).not.toHaveProperty('d');
  });

  test('opening a chat adds the app, and what the bot posts comes by itself, with unread counts', async () => {
    world.bot.react = async (activity, bot) => {
      if (activity.type === 'conversationUpdate' && activity.conversation.conversationType === 'personal')
        await bot.replyCard(activity, card('hello'));
      return undefined;
    };
    const hanna = PEOPLE[0]?.objectId ?? '';
    const seen = await events(`/_sandbox/teams-events?pane=${hanna}:personal`, (all) =>
      all.some(({ event }) => event === 'message'),
    );
    expect(seen.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['clock', 'tenant', 'chat', 'unread']),
    );
    expect(seen.find(({ event }) => event === 'message')?.data).toMatchObject({
      pane: `${hanna}:personal`,
      activity: { cardText: 'hello' },
    });
    await world.control('say', { as: 'Arun', text: 'hi' });
    const later = await events(`/_sandbox/teams-events?pane=${hanna}:personal`, (all) =>
      all.some(({ event }) => event === 'unread'),
    );
    const unread = later.find(({ event }) => event === 'unread')?.data as Record<string, Json>;
    expect(unread[hanna]).toMatchObject({ personal: 0 });
    expect(unread[PEOPLE[1]?.objectId ?? '']).toMatchObject({ personal: 1 });
  });

  test('moves the clock and hands damage to the sandbox', async () => {
    expect((await world.control('page-advance', { by: '1h' })).body).toEqual({ by: '1h' });
    expect((await world.control('page-damage', { name: 'amok' })).body).toEqual({ name: 'amok' });
  });

  test('a posted card can be drawn alone', async () => {
    const { body } = await world.control('render', { card: card('alone') });
    expect((await world.get(`/_sandbox/render?id=${String(body.id)}`)).body).toEqual({ card: card('alone') });
    expect((await world.get('/_sandbox/render?id=none')).status).toBe(404);
  });
});

describe('a restart', () => {
  test('finds messages, chats and who has the app; nothing of a dialog was written', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'teams-'));
    const clock = new FakeClock();
    const first = await startWorld({ dataDir, clock });
    first.bot.react = async (activity, bot) => {
      if (activity.name === 'task/fetch')
        return {
          body: { task: { type: 'continue', value: { title: 't', card: attached(card('pass 4711')) } } },
        };
      if (activity.type === 'message')
        await bot.replyCard(
          activity,
          card('kept', {
            actions: [{ type: 'Action.Submit', title: 'Show', data: { msteams: { type: 'task/fetch' } } }],
          }),
        );
      return undefined;
    };
    await first.control('say', { as: 'Tom', text: 'hello' });
    const opened = await first.control('click', { as: 'Tom', action: 'Show' });
    expect(opened.body).toHaveProperty('dialog');
    const before = await first.transcript('Tom');
    const chat = first.bot.heardOf('message')[0] as HeardActivity;
    await first.close();

    const file = join(dataDir, 'teams.json');
    expect(readFileSync(file, 'utf8')).not.toContain('4711');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const second = await startWorld({ dataDir, clock });
    expect(await second.transcript('Tom')).toEqual(before);
    await second.control('say', { as: 'Tom', text: 'again' });
    expect(
      second.bot
        .heardOf('installationUpdate')
        .filter((one) => one.conversation.conversationType === 'personal'),
    ).toEqual([]);
    expect(second.bot.heardOf('message')[0]?.conversation.id).toBe(chat.conversation.id);
    expect(Number(second.bot.heardOf('message')[0]?.id)).toBeGreaterThan(Number(chat.id));
    await second.close();
    rmSync(dataDir, { recursive: true });
  });
});
