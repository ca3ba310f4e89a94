/** A running authority over https on loopback, with a tenant of two people and one application. */
import { generateKeyPairSync, randomUUID, webcrypto } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../../sandbox/authority/authority.js';
import type { Authority } from '../../../sandbox/authority/authority.js';
import { openSigningKey } from '../../../sandbox/keys.js';
import type { SigningKey } from '../../../sandbox/keys.js';
import { listen } from '../../../sandbox/listener.js';
import { openTls } from '../../../sandbox/tls.js';
import type { AppRegistration } from '../../../sandbox/types.js';
import { loadX509 } from '../../../sandbox/x509.js';

export const HANNA = {
  objectId: '11111111-1111-4111-8111-111111111111',
  displayName: 'Hanna Berg',
  userPrincipalName: 'hanna.berg@contoso.example',
};
export const ARUN = {
  objectId: '22222222-2222-4222-8222-222222222222',
  displayName: 'Arun Patel',
  userPrincipalName: 'arun.patel@contoso.example',
};

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface AuthorityRig {
  readonly base: string;
  readonly tenantId: string;
  readonly app: AppRegistration;
  readonly bot: AppRegistration;
  readonly authority: Authority;
  readonly key: SigningKey;
  readonly ca: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  token(form: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

/** @param more  the tenant's name, where a refusal is to tell it */
export async function startAuthority(more: { displayName?: string } = {}): Promise<AuthorityRig> {
  const folder = mkdtempSync(join(tmpdir(), 'authority-'));
  const tls = await openTls(folder);
  const key = await openSigningKey(null, 'authority');
  const tenantId = randomUUID();
  const app = registration('Entra Rewind', ['User.Read.All', 'Group.Read.All']);
  const bot = registration('Entra Rewind bot', []);
  let base = '';
  const authority = createAuthority({
    tenantId,
    domains: ['contoso.example'],
    displayName: () => more.displayName,
    apps: () => [app, bot],
    people: () => [HANNA, ARUN],
    graphUrl: () => 'https://localhost:1',
    key,
    baseUrl: () => base,
    botAppId: bot.appId,
  });
  const listener = await listen(0, authority.handle, tls);
  base = listener.url;
  const ca = readFileSync(tls.caFile, 'utf8');
  const get = (path: string, headers = {}): Promise<Answer> => send(ca, 'GET', `${base}${path}`, headers);
  const post = (path: string, form: Record<string, string>, headers = {}): Promise<Answer> =>
    send(
      ca,
      'POST',
      `${base}${path}`,
      { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      new URLSearchParams(form).toString(),
    );
  return {
    base,
    tenantId,
    app,
    bot,
    authority,
    key,
    ca,
    get,
    post,
    token: (form) => post(`/${tenantId}/oauth2/v2.0/token`, form),
    close: async () => {
      await listener.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function registration(displayName: string, permissions: string[]): AppRegistration {
  const secret = `${randomUUID()}~Q`;
  return { appId: randomUUID(), displayName, secret, certificates: [], permissions, directoryRoles: [] };
}

export function send(
  ca: string,
  method: string,
  url: string,
  headers: Record<string, string>,
  body = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(url, { method, ca, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = (incoming.headers['content-type'] ?? '').includes('json');
        const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export interface ClientCertificate {
  readonly pem: string;
  readonly privateKey: string;
  /** Hex, as msal-node wants it. */
  readonly sha256: string;
  readonly sha1: string;
}

/** A self-signed certificate as an administrator would upload it. @param daysLeft  negative: expired */
export async function clientCertificate(daysLeft = 30): Promise<ClientCertificate> {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const signing = await webcrypto.subtle.importKey(
    'pkcs8',
    pair.privateKey.export({ format: 'der', type: 'pkcs8' }),
    algorithm,
    true,
    ['sign'],
  );
  const verifying = await webcrypto.subtle.importKey(
    'spki',
    pair.publicKey.export({ format: 'der', type: 'spki' }),
    algorithm,
    true,
    ['verify'],
  );
  const x509 = await loadX509();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=entra-rewind-test',
    keys: { privateKey: signing, publicKey: verifying },
    notBefore: new Date(Date.now() - 60 * 86_400_000),
    notAfter: new Date(Date.now() + daysLeft * 86_400_000),
    signingAlgorithm: algorithm,
  });
  const hex = async (name: string): Promise<string> =>
    Buffer.from(await certificate.getThumbprint(name)).toString('hex');
  return {
    pem: certificate.toString('pem'),
    privateKey: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    sha256: await hex('SHA-256'),
    sha1: await hex('SHA-1'),
  };
}
