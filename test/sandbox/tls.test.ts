import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSigningKey } from '../../sandbox/keys.js';
import { listen } from '../../sandbox/listener.js';
import type { Listener } from '../../sandbox/listener.js';
import { openTls } from '../../sandbox/tls.js';

const DAY_IN_MS = 86_400_000;
let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tls-'));
});
afterAll(() => rmSync(dataDir, { recursive: true }));

describe('certificates of the sandbox', () => {
  test('are made once, kept privately, and found again', async () => {
    const first = await openTls(dataDir);
    const second = await openTls(dataDir);
    expect(second).toEqual(first);
    // A client's bundle is often put together with `cat`.
    expect(readFileSync(first.caFile, 'utf8').endsWith('-----\n')).toBe(true);
    for (const name of ['ca.pem', 'ca-key.pem', 'server.pem', 'server-key.pem']) {
      expect(statSync(join(dataDir, 'tls', name)).mode & 0o777).toBe(0o600);
    }
  });

  test('name localhost and both loopback addresses, under an authority that may sign nothing below it', async () => {
    const tls = await openTls(dataDir);
    const server = new X509Certificate(tls.cert);
    expect(server.checkHost('localhost')).toBe('localhost');
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(server.checkIP('::1')).toBeDefined();
    expect(server.checkHost('login.microsoftonline.com')).toBeUndefined();
    expect(server.ca).toBe(false);
    const authority = new X509Certificate(readFileSync(tls.caFile));
    expect(authority.ca).toBe(true);
    expect(server.checkIssued(authority) && server.verify(authority.publicKey)).toBe(true);
  });

  test('the server certificate is renewed before it ends; the authority, which clients trust, stays', async () => {
    const before = await openTls(dataDir);
    const authority = readFileSync(before.caFile, 'utf8');
    const later = await openTls(dataDir, () => Date.now() + 370 * DAY_IN_MS);
    expect(later.cert).not.toBe(before.cert);
    expect(readFileSync(later.caFile, 'utf8')).toBe(authority);
  });

  test('a damaged server certificate is replaced', async () => {
    const before = await openTls(dataDir);
    writeFileSync(join(dataDir, 'tls', 'server.pem'), 'garbage');
    const after = await openTls(dataDir);
    expect(after.cert).not.toBe(before.cert);
    expect(new X509Certificate(after.cert).checkHost('localhost')).toBe('localhost');
  });
});

describe('a listener', () => {
  const get = (listener: Listener, host: string, headers = {}): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const ca = readFileSync(join(dataDir, 'tls', 'ca.pem'));
      request({ host, port: listener.port, ca, headers, agent: false, servername: 'localhost' }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });

  test('serves https by every loopback name, and refuses a foreign Host', async () => {
    const tls = await openTls(dataDir);
    const listener = await listen(0, (_request, response) => response.end('x'), tls);
    try {
      expect(await get(listener, 'localhost')).toBe(200);
      expect(await get(listener, '127.0.0.1')).toBe(200);
      expect(await get(listener, '127.0.0.1', { host: 'rebound.example' })).toBe(403);
    } finally {
      await listener.close();
    }
  });

  test('takes the next port when the wanted one is busy', async () => {
    const first = await listen(0, (_request, response) => response.end('1'));
    const second = await listen(first.port, (_request, response) => response.end('2'));
    expect(second.port).toBeGreaterThan(first.port);
    expect(second.url).toBe(`http://localhost:${second.port}`);
    await Promise.all([first.close(), second.close()]);
  });
});

describe('signing keys', () => {
  test('are kept privately under their name and found again', async () => {
    const made = await openSigningKey(dataDir, 'authority');
    const found = await openSigningKey(dataDir, 'authority');
    const other = await openSigningKey(dataDir, 'teams-channel');
    expect(found.kid).toBe(made.kid);
    expect(other.kid).not.toBe(made.kid);
    expect(statSync(join(dataDir, 'keys', 'authority.pem')).mode & 0o777).toBe(0o600);
  });
});
