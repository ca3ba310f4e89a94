/** Who is asking: a client proves itself by its secret or by an assertion that its certificate's key signed. */
import { decodeJwt, decodeProtectedHeader, jwtVerify, errors } from 'jose';
import { X509Certificate, createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { AppRegistration, TenantCertificate } from '../types.js';
import type { Directory } from './directory.js';
import { AuthorityError, ticks } from './errors.js';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const SKEW_IN_SECONDS = 300;
const ALGORITHMS = ['RS256', 'PS256'];

const header = z.object({
  alg: z.string(),
  x5t: z.string().optional(),
  'x5t#S256': z.string().optional(),
  kid: z.string().optional(),
});
/** What an assertion must claim; the first that is missing is named. */
const REQUIRED = ['iss', 'sub', 'aud', 'exp'] as const;
const claims = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  exp: z.number(),
  nbf: z.number().optional(),
});

export interface ClientRequest {
  readonly form: URLSearchParams;
  /** The Authorization header, for client_secret_basic. */
  readonly authorization: string | undefined;
  readonly grantType: string;
  /** What an assertion may name as its audience. */
  readonly audiences: readonly string[];
}

/** How the client proved itself, as claim azpacr says it: not at all, by secret, by certificate. */
export type ClientProof = '0' | '1' | '2';

export interface ProvenClient {
  readonly app: AppRegistration;
  readonly proof: ClientProof;
}

/**
 * @returns the application that proved itself
 * @throws AuthorityError 900144, 700038, 700016, 7000112, 7000215, 7000216, 7000218, 7000222, 7000229, 50027, 90014, 5002723, 5002738,
 *   700021, 700023, 700024, 700027
 */
export async function authenticateClient(
  directory: Directory,
  request: ClientRequest,
  options: { readonly publicClients: boolean } = { publicClients: false },
): Promise<ProvenClient> {
  const basic = basicCredentials(request.authorization);
  const assertion = request.form.get('client_assertion');
  const clientId = request.form.get('client_id') ?? basic?.id ?? subjectOf(assertion);
  if (clientId === undefined || clientId === '') throw new AuthorityError(900144, { parameter: 'client_id' });
  const app = directory.app(clientId);
  if (assertion !== null) {
    if (request.form.get('client_assertion_type') !== ASSERTION_TYPE) {
      throw new AuthorityError(900144, { parameter: 'client_assertion_type' });
    }
    await checkAssertion(app, assertion, request.audiences);
    return { app, proof: '2' };
  }
  const secret = request.form.get('client_secret') ?? basic?.secret;
  if (secret === undefined || secret === null || secret === '') {
    if (options.publicClients) return { app, proof: '0' };
    throw withoutCredential(request.grantType);
  }
  checkSecret(app, secret);
  return { app, proof: '1' };
}

/** The secret that the application was set up with, or one that somebody made for it over Graph. */
function checkSecret(app: AppRegistration, secret: string): void {
  if (app.secret !== '' && sameText(secret, app.secret)) return;
  const verdict = app.credentials?.judgeSecret(secret) ?? 'unknown';
  if (verdict === 'expired') throw new AuthorityError(7000222, { clientId: app.appId });
  if (verdict === 'unknown') throw new AuthorityError(7000215, { clientId: app.appId });
}

/** Nothing proves the client: said in other words to an application of its own than to one that has a person with it. */
export function withoutCredential(grantType: string): AuthorityError {
  return grantType === 'client_credentials'
    ? new AuthorityError(7000216, { grantType })
    : new AuthorityError(7000218);
}

function basicCredentials(authorization: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  try {
    return {
      id: decodeURIComponent(text.slice(0, colon)),
      secret: decodeURIComponent(text.slice(colon + 1)),
    };
  } catch {
    throw new AuthorityError(9002313);
  }
}

function subjectOf(assertion: string | null): string | undefined {
  if (assertion === null) return undefined;
  try {
    return decodeJwt(assertion).sub;
  } catch {
    throw new AuthorityError(50027);
  }
}

/** RFC 7523 as Entra applies it: the certificate is found by its thumbprint, then everything is checked. */
async function checkAssertion(
  app: AppRegistration,
  assertion: string,
  audiences: readonly string[],
): Promise<void> {
  const { head, body } = parseAssertion(assertion);
  const thumbprint = head['x5t#S256'] ?? head.x5t ?? head.kid;
  if (thumbprint === undefined) throw new AuthorityError(5002723);
  const unregistered = (reason: string, key?: TenantCertificate): AuthorityError =>
    new AuthorityError(700027, {
      reason,
      thumbprint: hexOf(thumbprint),
      found: key === undefined ? '' : `Found key 'Start=${day(key.from)}, End=${day(key.to)}', `,
      keysOf: app.appId,
    });
  const key = certificatesOf(app).find((one) => thumbprintsOf(one.certificate).includes(thumbprint));
  if (key === undefined) throw unregistered('The key was not found.');
  if (body.iss !== app.appId || body.sub !== app.appId) throw new AuthorityError(700021);
  const named = typeof body.aud === 'string' ? [body.aud] : body.aud;
  if (!named.some((one) => audiences.includes(one))) throw new AuthorityError(700023);
  try {
    await jwtVerify(assertion, key.certificate.publicKey, {
      algorithms: ALGORITHMS,
      clockTolerance: SKEW_IN_SECONDS,
    });
  } catch (cause) {
    if (cause instanceof errors.JWTExpired || cause instanceof errors.JWTClaimValidationFailed) {
      throw new AuthorityError(700024, {
        now: ticks(new Date()),
        from: ticks(new Date((body.nbf ?? 0) * 1000)),
        to: ticks(new Date(body.exp * 1000)),
      });
    }
    throw unregistered('Key was found, but use of the key to verify the signature failed.', key);
  }
  if (!key.isLive) throw unregistered('The key used is expired.', key);
}

/** Those it was set up with, judged by the machine's clock as they were made by it, then those that stand in the tenant. */
function certificatesOf(app: AppRegistration): TenantCertificate[] {
  const now = Date.now();
  const own = app.certificates.map((pem) => {
    const certificate = new X509Certificate(pem);
    const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
    return { certificate, from, to, isLive: from.getTime() <= now && now < to.getTime() };
  });
  const tenants = app.credentials?.certificates() ?? [];
  // A certificate that stands at both objects counts while either says so.
  return [...own, ...tenants].sort((a, b) => Number(b.isLive) - Number(a.isLive));
}

/** Header first, then what is claimed: the algorithm, then each claim that must be there. */
function parseAssertion(assertion: string): { head: z.infer<typeof header>; body: z.infer<typeof claims> } {
  const [head, said] = ((): [z.infer<typeof header>, ReturnType<typeof decodeJwt>] => {
    try {
      return [header.parse(decodeProtectedHeader(assertion)), decodeJwt(assertion)];
    } catch {
      throw new AuthorityError(50027);
    }
  })();
  if (!ALGORITHMS.includes(head.alg))
    throw new AuthorityError(5002738, { algorithm: head.alg, supported: ALGORITHMS.join(',') });
  const field = REQUIRED.find((name) => said[name] === undefined);
  if (field !== undefined) throw new AuthorityError(90014, { field });
  const body = claims.safeParse(said);
  if (!body.success) throw new AuthorityError(50027);
  return { head, body: body.data };
}

/** 08/18/2024 19:33:23, in UTC. */
function day(instant: Date): string {
  const [date = '', time = ''] = instant.toISOString().split('T');
  const [year, month, dayOfMonth] = date.split('-');
  return `${month}/${dayOfMonth}/${year} ${time.slice(0, 8)}`;
}

/** A certificate may be named by x5t (SHA-1), x5t#S256 (SHA-256), both base64url, or by kid in hex. */
function thumbprintsOf(certificate: X509Certificate): string[] {
  const sha1 = createHash('sha1').update(certificate.raw).digest();
  const sha256 = createHash('sha256').update(certificate.raw).digest();
  return [
    sha1.toString('base64url'),
    sha256.toString('base64url'),
    sha1.toString('hex').toUpperCase(),
    sha1.toString('hex'),
  ];
}

function hexOf(thumbprint: string): string {
  return /^[0-9A-F]{40}$/i.test(thumbprint)
    ? thumbprint.toUpperCase()
    : Buffer.from(thumbprint, 'base64url').toString('hex').toUpperCase();
}

function sameText(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
