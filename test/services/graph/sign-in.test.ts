import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clientCertificate } from '../../sandbox/authority/rig.js';
import { startAdapter, startSandbox } from './sandbox-world.js';

/** Tokens from msal-node as it ships, against the sandbox's authority: by certificate, and every way to be refused. */
let certificate: Awaited<ReturnType<typeof clientCertificate>>;
let sandbox: Awaited<ReturnType<typeof startSandbox>>;
const folder = mkdtempSync(join(tmpdir(), 'rewind-sign-in-'));
beforeAll(async () => {
  certificate = await clientCertificate();
  const file = join(folder, 'app.pem');
  writeFileSync(file, certificate.pem);
  sandbox = await startSandbox(['--users', '20', '--groups', '10', '--seed', '7', '--certificate', file]);
}, 60_000);
afterAll(async () => {
  await sandbox?.close();
  rmSync(folder, { recursive: true });
});

/** One read with these settings: its answer, or its error. */
async function countUsersWith(settings: Readonly<Record<string, string>>): Promise<unknown> {
  const adapter = startAdapter(sandbox.ready, settings);
  try {
    return await adapter.call<number>('reader', 'countObjects', 'user').catch((error: unknown) => error);
  } finally {
    await adapter.close();
  }
}

describe('signing in to Graph', () => {
  test('[T1] by certificate', async () => {
    const settings = { CLIENT_KEY: certificate.privateKey, CLIENT_THUMBPRINT: certificate.sha256 };
    expect(await countUsersWith(settings)).toBe(20);
  });

  test('[C5] a wrong secret is told with its AADSTS number, and without the secret', async () => {
    const error = await countUsersWith({ CLIENT_SECRET: 'not-the-secret' });
    expect(error).toMatchObject({ code: 'GRAPH_AUTH', message: expect.stringContaining('AADSTS7000215') });
    expect(String(error)).not.toContain('not-the-secret');
  });

  test('[C5] an unknown application is told apart', async () => {
    expect(await countUsersWith({ CLIENT_ID: '99999999-9999-4999-8999-999999999999' })).toMatchObject({
      code: 'GRAPH_AUTH',
      message: expect.stringMatching(/AADSTS7000(16|38)/),
    });
  });

  test('[C5] an authority that cannot be reached is no refusal', async () => {
    expect(await countUsersWith({ AUTHORITY_URL: 'https://localhost:1', ATTEMPTS: '2' })).toMatchObject({
      code: 'GRAPH_UNREACHABLE',
    });
  });
});
