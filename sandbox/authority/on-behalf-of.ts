/**
 * The on-behalf-of grant (RFC 7523 as Entra applies it): an application that was called with a person's token asks for another one,
 * for what it calls itself. What a bot's token exchange is followed by (teams/FACTS §10.1).
 */
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import type { SigningKey } from '../keys.js';
import type { AppRegistration } from '../types.js';
import type { Directory } from './directory.js';
import { AuthorityError, ticks } from './errors.js';
import type { Grant } from './sign-in.js';

export const ON_BEHALF_OF = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const assertionClaims = z.object({
  aud: z.string(),
  exp: z.number(),
  iat: z.number().optional(),
  oid: z.string(),
  appid: z.string(),
  scp: z.string().optional(),
});

export interface Exchange {
  readonly directory: Directory;
  readonly key: SigningKey;
  /** Issuer of this authority's own tokens. */
  readonly issuer: string;
  /** Counts down while nobody has consented (the fault consentMissing). */
  readonly takeMissingConsent: () => boolean;
}

/**
 * @param app  who presents the token; it must be the one the token was made for
 * @throws AuthorityError 900144, 70003, 50027, 50013, 500131, 500133, 7000114, 500341, 65001
 */
export async function redeemAssertion(
  exchange: Exchange,
  app: AppRegistration,
  form: URLSearchParams,
): Promise<Grant> {
  const need = (parameter: string): string => {
    const value = form.get(parameter);
    if (value === null || value === '') throw new AuthorityError(900144, { parameter });
    return value;
  };
  const assertion = need('assertion');
  const scope = need('scope');
  if (need('requested_token_use') !== 'on_behalf_of')
    throw new AuthorityError(70003, { grantType: ON_BEHALF_OF });
  const claims = await checked(exchange, app, assertion);
  const person = exchange.directory.people().find((one) => one.objectId === claims.oid);
  if (person === undefined)
    throw new AuthorityError(500341, { person: claims.oid, tenant: exchange.directory.tenantId });
  if (exchange.takeMissingConsent())
    throw new AuthorityError(65001, { clientId: app.appId, name: app.displayName });
  return { appId: app.appId, person, scope, nonce: undefined, authTime: claims.iat ?? claims.exp };
}

/** Signature, then whom it is for, then whether it still lives, then whether a person stands behind it. */
async function checked(
  { key, issuer }: Exchange,
  app: AppRegistration,
  assertion: string,
): Promise<z.infer<typeof assertionClaims>> {
  const claims = parsed(assertion);
  try {
    await jwtVerify(assertion, key.publicKey, { algorithms: ['RS256'], issuer, audience: app.appId });
  } catch (cause) {
    if (cause instanceof errors.JWTExpired)
      throw new AuthorityError(500133, {
        now: ticks(new Date()),
        to: ticks(new Date(claims.exp * 1000)),
      });
    if (cause instanceof errors.JWTClaimValidationFailed && cause.claim === 'aud')
      throw new AuthorityError(500131, { audience: claims.aud, clientId: app.appId, name: app.displayName });
    throw badSignature(assertion, key);
  }
  if (claims.scp === undefined) throw new AuthorityError(7000114, { clientId: claims.appid });
  return claims;
}

/** No key is of an application here, so the zeros stand for it. */
function badSignature(assertion: string, key: SigningKey): AuthorityError {
  const { kid = '' } = decodeProtectedHeader(assertion);
  return new AuthorityError(50013, {
    reason:
      kid === key.kid
        ? 'Key was found, but use of the key to verify the signature failed.'
        : 'The key was not found.',
    thumbprint: Buffer.from(kid, 'base64url').toString('hex').toUpperCase(),
    keysOf: '00000000-0000-0000-0000-000000000000',
  });
}

function parsed(assertion: string): z.infer<typeof assertionClaims> {
  try {
    return assertionClaims.parse(decodeJwt(assertion));
  } catch {
    throw new AuthorityError(50027);
  }
}
