/**
 * The sandbox's own certificate authority and the server certificate for localhost, made at the first start
 * and kept in the data folder. Both live in machine time.
 */
import type { JsonGeneralNames } from '@peculiar/x509';
import { X509Certificate, createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateFolder, writePrivate } from './state-dir.js';
import { loadX509 } from './x509.js';

const DAY_IN_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
/** Clients refuse server certificates that are valid for longer than 825 days. */
const SERVER_DAYS = 397;
const RENEW_BEFORE_DAYS = 30;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const NAMES: JsonGeneralNames = [
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '::1' },
];

export interface ServerTls {
  /** PEM of the private key. */
  readonly key: string;
  /** PEM of the server certificate followed by its authority. */
  readonly cert: string;
  /** PEM file of the certificate authority, for NODE_EXTRA_CA_CERTS and the like. */
  readonly caFile: string;
}

interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Gives the certificate for localhost, 127.0.0.1 and ::1; makes or renews what is missing, damaged or ends
 * within 30 days. A new authority replaces the server certificate too.
 */
export async function openTls(dataDir: string, machine: () => number = () => Date.now()): Promise<ServerTls> {
  const folder = privateFolder(dataDir, 'tls');
  const caFile = join(folder, 'ca.pem');
  let authority = readPair(folder, 'ca');
  if (authority === undefined || !isFresh(authority, machine())) {
    authority = await makeAuthority(machine());
    keepPair(folder, 'ca', authority);
  }
  let server = readPair(folder, 'server');
  if (server === undefined || !isFresh(server, machine()) || !isIssuedBy(server, authority)) {
    server = await makeServer(authority, machine());
    keepPair(folder, 'server', server);
  }
  return { key: server.key, cert: server.certificate + authority.certificate, caFile };
}

async function makeAuthority(now: number): Promise<Pair> {
  const x509 = await loadX509();
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Entra Rewind sandbox authority, O=Entra Rewind sandbox (simulation)',
    keys,
    notBefore: new Date(now - DAY_IN_MS),
    notAfter: new Date(now + AUTHORITY_DAYS * DAY_IN_MS),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: ended(certificate.toString('pem')), key: await exportKey(keys.privateKey) };
}

async function makeServer(authority: Pair, now: number): Promise<Pair> {
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(authority.certificate);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=localhost, O=Entra Rewind sandbox (simulation)',
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
    notBefore: new Date(now - DAY_IN_MS),
    notAfter: new Date(now + SERVER_DAYS * DAY_IN_MS),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(NAMES),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return { certificate: ended(certificate.toString('pem')), key: await exportKey(keys.privateKey) };
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const key8 = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return key8.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
}

/** With a newline, so that bundles can be put together with `cat`. */
const ended = (pem: string): string => `${pem.trimEnd()}\n`;

function readPair(folder: string, name: string): Pair | undefined {
  const files = [join(folder, `${name}.pem`), join(folder, `${name}-key.pem`)] as const;
  if (!files.every((file) => existsSync(file))) return undefined;
  return { certificate: ended(readFileSync(files[0], 'utf8')), key: readFileSync(files[1], 'utf8') };
}

/** The key goes first: a certificate without its key would be found and then not work. */
function keepPair(folder: string, name: string, pair: Pair): void {
  writePrivate(join(folder, `${name}-key.pem`), pair.key);
  writePrivate(join(folder, `${name}.pem`), pair.certificate);
}

function isFresh(pair: Pair, now: number): boolean {
  try {
    const certificate = new X509Certificate(pair.certificate);
    const ends = new Date(certificate.validTo).getTime();
    return (
      ends - now > RENEW_BEFORE_DAYS * DAY_IN_MS &&
      new Date(certificate.validFrom).getTime() <= now &&
      certificate.checkPrivateKey(createPrivateKey(pair.key))
    );
  } catch {
    return false;
  }
}

function isIssuedBy(pair: Pair, authority: Pair): boolean {
  return new X509Certificate(pair.certificate).verify(createPublicKey(authority.certificate));
}
