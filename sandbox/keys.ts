/** RSA keys that sign the sandbox's tokens (the authority's, the Teams channel's), kept in the data folder. */
import { SignJWT, calculateJwkThumbprint, exportJWK } from 'jose';
import type { JWK, JWTPayload } from 'jose';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivate } from './state-dir.js';

export interface SigningKey {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** With kid, use and alg; ready for a JWKS document. */
  readonly publicJwk: JWK;
}

/**
 * Opens the RSA key `name` of the folder, or makes it (2048 bits, PKCS 8, mode 0600).
 * @param dataDir  null makes a key that is not kept
 */
export async function openSigningKey(dataDir: string | null, name: string): Promise<SigningKey> {
  const file = dataDir === null ? null : join(dataDir, 'keys', `${name}.pem`);
  if (file !== null && existsSync(file)) return describe(createPrivateKey(readFileSync(file, 'utf8')));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  if (file !== null) writePrivate(file, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
  return describe(privateKey);
}

async function describe(privateKey: KeyObject): Promise<SigningKey> {
  const publicKey = createPublicKey(privateKey);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, privateKey, publicKey, publicJwk: { ...jwk, kid, use: 'sig', alg: 'RS256' } };
}

export interface JwtOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Life in seconds of machine time; negative makes an expired token. */
  readonly lifeInSeconds: number;
  /** Moves iat, nbf and exp (clock skew), in seconds; 0 by default. */
  readonly skewInSeconds?: number;
}

/** Signs with RS256; header carries typ, kid and (as Entra's does) x5t. iat, nbf and exp are machine time. */
export function signJwt(key: SigningKey, claims: JWTPayload, options: JwtOptions): Promise<string> {
  const issuedAt = Math.floor(Date.now() / 1000) + (options.skewInSeconds ?? 0);
  return new SignJWT(claims)
    .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: key.kid, x5t: key.kid })
    .setIssuer(options.issuer)
    .setAudience(options.audience)
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt)
    .setExpirationTime(issuedAt + options.lifeInSeconds)
    .sign(key.privateKey);
}

/**
 * The document behind a `jwks_uri`.
 * @param endorsements  channels that may use these keys (Bot Framework metadata), such as ['msteams']
 */
export function jwksDocument(keys: readonly SigningKey[], endorsements?: readonly string[]): { keys: JWK[] } {
  return {
    keys: keys.map((key) => ({
      ...key.publicJwk,
      x5t: key.kid,
      ...(endorsements === undefined ? {} : { endorsements: [...endorsements] }),
    })),
  };
}
