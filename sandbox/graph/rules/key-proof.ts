/**
 * Proof of possession, with which an application rolls its own keys: a token signed with the private key of a certificate that stands
 * at it (Microsoft's page "Generate proof of possession tokens for rolling keys"). Handlers of Graph do all their work in one go, so
 * the signature is checked by node's own crypto, which does not wait.
 */
import { constants, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { GraphError } from '../http/errors.js';
import type { Entity } from '../state/types.js';
import { certificatesOf } from './sign-in-credentials.js';

/** Microsoft Graph, and Azure AD Graph before it: the page named the one, then the other. */
const AUDIENCES = ['00000003-0000-0000-c000-000000000000', '00000002-0000-0000-c000-000000000000'];
const LIFE_IN_SECONDS = 600;
const SKEW_IN_SECONDS = 300;

const header = z.object({ alg: z.enum(['RS256', 'PS256']) });
const claims = z.object({
  aud: z.enum(AUDIENCES),
  /** Object id of the application that calls, not its appId. */
  iss: z.string(),
  nbf: z.number(),
  exp: z.number(),
});

/**
 * @param now  the sandbox's clock, by which the certificates are judged; the token itself was made by the machine's
 * @throws GraphError 401, the one answer to whatever is wrong with a proof (microsoft-graph-docs issues 10686, 14626, 22076)
 */
export function checkProof(proof: unknown, application: Entity, now: number): void {
  if (typeof proof !== 'string' || !isProof(proof, application, now))
    throw new GraphError(401, 'Authentication_MissingOrMalformed', 'Access Token missing or malformed.');
}

function isProof(proof: string, application: Entity, now: number): boolean {
  const [head = '', body = '', signature = '', ...more] = proof.split('.');
  const said = header.safeParse(jsonIn(head));
  const claimed = claims.safeParse(jsonIn(body));
  if (more.length > 0 || !said.success || !claimed.success) return false;
  const { iss, nbf, exp } = claimed.data;
  const seconds = Date.now() / 1000;
  if (iss.toLowerCase() !== application.id || exp - nbf > LIFE_IN_SECONDS) return false;
  if (nbf > seconds + SKEW_IN_SECONDS || exp < seconds - SKEW_IN_SECONDS) return false;
  return certificatesOf(application, now).some(
    ({ isLive, certificate }) =>
      isLive &&
      isSigned(certificate.publicKey, said.data.alg, `${head}.${body}`, Buffer.from(signature, 'base64url')),
  );
}

function isSigned(key: KeyObject, algorithm: 'RS256' | 'PS256', text: string, signature: Buffer): boolean {
  if (key.asymmetricKeyType !== 'rsa') return false;
  const padding = algorithm === 'PS256' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  return verify('sha256', Buffer.from(text), { key, padding, saltLength }, signature);
}

function jsonIn(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
