/** Minting and checking of the authority's tokens: v2.0 claims, RS256, machine time. */
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { signJwt } from '../keys.js';
import type { SigningKey } from '../keys.js';
import type { AppRegistration, VerifiedToken, VerifyToken } from '../types.js';
import type { ProvenClient } from './client-auth.js';
import { CONNECTOR_AUDIENCE, GRAPH_AUDIENCE, stableId } from './directory.js';
import type { Directory } from './directory.js';
import { issuerOf } from './metadata.js';

/** Entra's default for app-only tokens, less the second that it takes off. */
export const TOKEN_LIFE_IN_SECONDS = 3599;
const SKEW_IN_SECONDS = 300;
const CACHE_SIZE = 512;

export interface Person {
  readonly objectId: string;
  readonly displayName: string;
  readonly userPrincipalName: string;
}

/** Faults that tests switch on. */
export interface TokenFaults {
  /** Moves iat, nbf and exp of new tokens. */
  skewInSeconds: number;
  lifeInSeconds: number;
}

export interface Tokens {
  readonly faults: TokenFaults;
  /** App-only access token; `roles` are the permissions that the application holds at the audience now. */
  forApp(client: ProvenClient, audience: string): Promise<string>;
  /** Delegated access token. @param scopes  short names, as claim scp carries them */
  forPerson(
    client: ProvenClient,
    audience: string,
    person: Person,
    scopes: readonly string[],
  ): Promise<string>;
  idToken(app: AppRegistration, person: Person, extra: { nonce?: string; authTime: number }): Promise<string>;
  /** Checks the bearer of a Graph request. */
  readonly verifyGraph: VerifyToken;
  /** Checks a person's token for an application. @returns undefined when it is none */
  verifyDelegated(
    token: string,
    audience: string,
  ): Promise<{ objectId: string; scopes: readonly string[] } | undefined>;
  /** Checks the bearer of a request to the Teams connector. */
  verifyConnector(authorization: string | undefined, botAppId: string): Promise<boolean>;
}

const accessClaims = z.object({
  appid: z.string(),
  tid: z.string(),
  exp: z.number(),
  roles: z.array(z.string()).optional(),
  scp: z.string().optional(),
  oid: z.string().optional(),
});

export function createTokens(directory: Directory, key: SigningKey, base: () => string): Tokens {
  const faults: TokenFaults = { skewInSeconds: 0, lifeInSeconds: TOKEN_LIFE_IN_SECONDS };
  const issuer = (): string => issuerOf(directory.tenantId, base());
  const sign = (claims: JWTPayload, audience: string): Promise<string> =>
    signJwt(key, claims, {
      issuer: issuer(),
      audience,
      lifeInSeconds: faults.lifeInSeconds,
      skewInSeconds: faults.skewInSeconds,
    });
  const common = (): JWTPayload => ({
    aio: randomBytes(24).toString('base64'),
    rh: `0.${randomBytes(18).toString('base64url')}`,
    uti: randomBytes(16).toString('base64url'),
    tid: directory.tenantId,
    ver: '2.0',
  });
  const claimsOf = ({ app, proof }: ProvenClient): JWTPayload => ({
    azp: app.appId,
    appid: app.appId,
    app_displayname: app.displayName,
    azpacr: proof,
  });

  const checked = new Map<string, VerifiedToken & { endsAt: number }>();
  const remember = (token: string, verified: VerifiedToken & { endsAt: number }): void => {
    if (checked.size >= CACHE_SIZE) checked.delete(checked.keys().next().value ?? '');
    checked.set(token, verified);
  };

  return {
    faults,
    forApp(client, audience) {
      const { app } = client;
      const oid = directory.servicePrincipalId(app);
      const held = audience === GRAPH_AUDIENCE ? app.permissions : (app.rolesAt?.(audience) ?? []);
      const roles = held.length > 0 ? [...held] : undefined;
      return sign({ ...common(), ...claimsOf(client), idtyp: 'app', oid, sub: oid, roles }, audience);
    },
    forPerson: (client, audience, person, scopes) =>
      sign(
        {
          ...common(),
          ...claimsOf(client),
          idtyp: 'user',
          oid: person.objectId,
          sub: pairwise(client.app, person),
          name: person.displayName,
          preferred_username: person.userPrincipalName,
          upn: person.userPrincipalName,
          scp: scopes.join(' '),
        },
        audience,
      ),
    idToken: (app, person, extra) =>
      sign(
        {
          ...common(),
          oid: person.objectId,
          sub: pairwise(app, person),
          name: person.displayName,
          preferred_username: person.userPrincipalName,
          auth_time: extra.authTime,
          ...(extra.nonce === undefined ? {} : { nonce: extra.nonce }),
        },
        app.appId,
      ),
    async verifyGraph(authorization) {
      const token = bearer(authorization);
      if (token === undefined) return { failure: 'Access token is empty.' };
      const known = checked.get(token);
      if (known !== undefined && known.endsAt > Date.now()) return known;
      checked.delete(token);
      const outcome = await verify(token, { key, issuer: issuer(), audience: GRAPH_AUDIENCE });
      if ('failure' in outcome) return outcome;
      const { claims } = outcome;
      const delegated = claims.scp !== undefined;
      const verified = {
        appId: claims.appid,
        tenantId: claims.tid,
        permissions: delegated ? (claims.scp ?? '').split(' ').filter(Boolean) : (claims.roles ?? []),
        ...(delegated && claims.oid !== undefined ? { userId: claims.oid } : {}),
        endsAt: (claims.exp + SKEW_IN_SECONDS) * 1000,
      };
      remember(token, verified);
      return verified;
    },
    async verifyDelegated(token, audience) {
      const outcome = await verify(token, { key, issuer: issuer(), audience });
      if ('failure' in outcome) return undefined;
      const { oid, scp } = outcome.claims;
      return oid === undefined || scp === undefined ? undefined : { objectId: oid, scopes: scp.split(' ') };
    },
    async verifyConnector(authorization, botAppId) {
      const token = bearer(authorization);
      if (token === undefined) return false;
      const outcome = await verify(token, { key, issuer: issuer(), audience: CONNECTOR_AUDIENCE });
      return 'claims' in outcome && outcome.claims.appid === botAppId && outcome.claims.scp === undefined;
    },
  };
}

function bearer(authorization: string | undefined): string | undefined {
  const token = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1];
  return token === undefined || token === '' ? undefined : token;
}

/** The same person has another `sub` for every application. */
function pairwise(app: AppRegistration, person: Person): string {
  return createHash('sha256')
    .update(stableId(`${app.appId}/${person.objectId}`))
    .digest('base64url');
}

interface Expected {
  readonly key: SigningKey;
  readonly issuer: string;
  readonly audience: string;
}

/**
 * Tells the kinds of bad token apart, in the words that Microsoft Graph uses for them.
 * Lifetime comes after signature and audience: nothing is said about a token that is not ours.
 */
async function verify(
  token: string,
  expected: Expected,
): Promise<{ claims: z.infer<typeof accessClaims> } | { failure: string }> {
  const malformed = wellFormed(token);
  if (malformed !== undefined) return { failure: malformed };
  try {
    const { payload } = await jwtVerify(token, expected.key.publicKey, {
      algorithms: ['RS256'],
      issuer: expected.issuer,
      audience: expected.audience,
      clockTolerance: SKEW_IN_SECONDS,
      requiredClaims: ['exp', 'nbf', 'appid', 'tid'],
    });
    const claims = accessClaims.safeParse(payload);
    return claims.success
      ? { claims: claims.data }
      : { failure: 'Access token validation failure. Invalid claims.' };
  } catch (cause) {
    return { failure: refusalText(cause, token, expected) };
  }
}

function wellFormed(token: string): string | undefined {
  if (!token.includes('.')) return 'IDX14100: JWT is not well formed, there are no dots (.).';
  try {
    decodeProtectedHeader(token);
    decodeJwt(token);
    return undefined;
  } catch {
    return 'CompactToken parsing failed with error code: 80049217';
  }
}

function refusalText(cause: unknown, token: string, expected: Expected): string {
  const header = decodeProtectedHeader(token);
  if (header.kid !== expected.key.kid || header.alg !== 'RS256') return 'Signing key is invalid.';
  if (cause instanceof errors.JWSSignatureVerificationFailed) return 'Invalid signature.';
  if (cause instanceof errors.JWTExpired) return 'Lifetime validation failed, the token is expired.';
  if (cause instanceof errors.JWTClaimValidationFailed) {
    if (cause.claim === 'aud') return 'Access token validation failure. Invalid audience.';
    if (cause.claim === 'iss') return 'Access token validation failure. Invalid issuer.';
    if (cause.claim === 'nbf') return 'Lifetime validation failed, the token is not yet valid.';
  }
  return 'Access token validation failure.';
}
