import { expect, test } from '@jest/globals';
import { startHttp } from '../../../bot/teams/server.js';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const start = (port: number) =>
  startHttp({
    host: '127.0.0.1',
    port,
    log: quiet,
    onActivity: async () => ({ status: 200 }),
    ready: async () => ({ ok: true, details: {} }),
  });

test('a busy port rejects, and ends nothing', async () => {
  const first = await start(0);
  try {
    await expect(start(first.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect((await fetch(`http://127.0.0.1:${first.port}/healthz`)).status).toBe(200);
  } finally {
    await first.close();
  }
});

test('an idle connection is kept longer than the front end before the bot keeps it', async () => {
  const server = await start(0);
  try {
    const { headers } = await fetch(`http://127.0.0.1:${server.port}/healthz`);
    expect(headers.get('connection')).toBe('keep-alive');
    expect(headers.get('keep-alive')).toBe('timeout=245');
  } finally {
    await server.close();
  }
});
