import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { badRequest, GraphError } from '../http/errors.js';
import { isoOf } from '../schema/render.js';
import type { JsonValue, Props } from '../state/types.js';
import { keptSecrets, secretsOf } from './secrets.js';

/** Where an application's public keys are kept by keyId: shown only when one object is asked for them (FACTS §5). */
export const keysOf = '~keys';

const twoYears = 2 * 365 * 24 * 3600 * 1000;
/** Entries of all the lists of an application together (FACTS §13: too large an object is refused; the number is known from the portal). */
const mostEntries = 1200;
/** … of which so many may be keys (microsoft-graph-docs issue 21469: 600 were taken, more were not). */
const mostKeys = 600;

const keyTypes = ['AsymmetricX509Cert', 'X509CertAndPassword', 'Symmetric'];
const keyUsages = ['Verify', 'Sign', 'Encrypt'];

interface Context {
  readonly before: Props;
  readonly now: number;
  readonly newId: () => string;
}

export interface Stored {
  readonly props: Props;
  /** Secrets made by this write, by keyId: for its answer only. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** What is written, as the directory keeps it: credentials named and without secrets, roles and claims filled in (FACTS §18). */
export function storedCredentials(props: Props, context: Context): Stored {
  const secrets = new Map<string, string>();
  const out: Props = { ...props };
  if (Array.isArray(out['keyCredentials'])) {
    const { shown, keys } = keyCredentials(out['keyCredentials'] as Props[], context);
    out['keyCredentials'] = shown;
    out[keysOf] = keys;
  }
  if (Array.isArray(out['passwordCredentials'])) {
    const credentials = (out['passwordCredentials'] as Props[]).map((one) =>
      passwordCredential(one, context, secrets),
    );
    out['passwordCredentials'] = credentials;
    out[secretsOf] = keptSecrets(context.before, credentials, secrets);
  }
  if (Array.isArray(out['appRoles']))
    out['appRoles'] = out['appRoles'].map((role) => ({ origin: 'Application', ...(role as Props) }));
  if (out['optionalClaims']) out['optionalClaims'] = filledClaims(out['optionalClaims'] as Props);
  refuseTooLarge({ ...context.before, ...out });
  return { props: out, secrets };
}

function keyCredentials(given: readonly Props[], context: Context): { shown: Props[]; keys: Props } {
  const kept = (context.before[keysOf] ?? {}) as Props;
  const keys: Props = {};
  const shown = given.map((item) => {
    const { '@odata.type': _type, key: sent, ...credential } = item;
    const keyId = String(credential['keyId'] ?? context.newId());
    if (keyId in keys) throw badRequest(`The keyId '${keyId}' is given twice in 'keyCredentials'.`);
    const key = sent ?? kept[keyId] ?? null;
    if (typeof key !== 'string' || key === '')
      throw badRequest("A value is required for property 'key' of resource 'KeyCredential'.");
    checkMember(credential, 'type', keyTypes);
    checkMember(credential, 'usage', keyUsages);
    keys[keyId] = key;
    return { ...described(credential, key, context), key: null, keyId };
  });
  return { shown, keys };
}

function checkMember(credential: Props, name: string, allowed: readonly string[]): void {
  if (!allowed.includes(String(credential[name])))
    throw badRequest(`Invalid value specified for property '${name}' of resource 'KeyCredential'.`);
}

/** A certificate names itself: its subject, its SHA-1, its days (FACTS §18: recorded). */
function described(credential: Props, key: string, { now }: Context): Props {
  const bytes = Buffer.from(key, 'base64');
  const certificate = credential['type'] === 'Symmetric' ? null : certificateOf(bytes);
  const thumbprint = createHash('sha1').update(bytes).digest('hex').toUpperCase();
  return {
    ...credential,
    customKeyIdentifier: credential['customKeyIdentifier'] ?? thumbprint,
    displayName: credential['displayName'] ?? (certificate ? subjectOf(certificate) : null),
    startDateTime:
      credential['startDateTime'] ?? isoOf(certificate ? Date.parse(certificate.validFrom) : now),
    endDateTime:
      credential['endDateTime'] ?? isoOf(certificate ? Date.parse(certificate.validTo) : now + twoYears),
  };
}

function certificateOf(bytes: Buffer): X509Certificate {
  try {
    return new X509Certificate(bytes);
  } catch {
    throw badRequest('Key credential contains an invalid X.509 certificate.');
  }
}

/** Most specific part first, states as S: the way Windows writes a distinguished name. */
function subjectOf(certificate: X509Certificate): string {
  return certificate.subject
    .split('\n')
    .reverse()
    .map((part) => part.replace(/^ST=/, 'S='))
    .join(', ');
}

/** A new one gets its secret from the service; one that is there is kept; a secret of the caller's own is refused. */
function passwordCredential(asked: Props, context: Context, secrets: Map<string, string>): Props {
  const known = ((context.before['passwordCredentials'] ?? []) as Props[]).find(
    ({ keyId }) => keyId === asked['keyId'],
  );
  if (known && asked['keyId']) return known;
  if (asked['secretText'])
    throw badRequest("Property 'secretText' is read-only and cannot be set; the service makes it.");
  const { credential, secret } = newPassword(asked, context);
  secrets.set(String(credential['keyId']), secret);
  return credential;
}

export function newPassword(
  asked: Props,
  { now, newId }: Pick<Context, 'now' | 'newId'>,
): { credential: Props; secret: string } {
  const secret = randomBytes(30).toString('base64url');
  const startDateTime = String(asked['startDateTime'] ?? isoOf(now));
  const endDateTime = String(asked['endDateTime'] ?? isoOf(now + twoYears));
  if (Date.parse(endDateTime) <= Date.parse(startDateTime))
    throw badRequest('The end date of the password credential is not after its start date.');
  return {
    secret,
    credential: {
      customKeyIdentifier: asked['customKeyIdentifier'] ?? null,
      displayName: asked['displayName'] ?? null,
      endDateTime,
      hint: secret.slice(0, 3),
      keyId: newId(),
      secretText: null,
      startDateTime,
    },
  };
}

/** Members that were not sent are filled in (FACTS §18). */
function filledClaims(claims: Props): Props {
  const filled = (list: JsonValue | undefined): JsonValue =>
    Array.isArray(list)
      ? list.map((claim) => ({
          additionalProperties: [],
          essential: false,
          source: null,
          ...(claim as Props),
        }))
      : [];
  return {
    accessToken: filled(claims['accessToken']),
    idToken: filled(claims['idToken']),
    saml2Token: filled(claims['saml2Token']),
  };
}

const countedLists = [
  'keyCredentials',
  'passwordCredentials',
  'appRoles',
  'identifierUris',
  'tags',
  'addIns',
];

/** @throws GraphError 403 Directory_ResourceSizeExceeded (FACTS §13) */
export function refuseTooLarge(props: Props): void {
  const entries = countedLists.reduce(
    (total, name) => total + (Array.isArray(props[name]) ? props[name].length : 0),
    0,
  );
  const resources = ((props['requiredResourceAccess'] ?? []) as Props[]).reduce(
    (total, { resourceAccess }) => total + (Array.isArray(resourceAccess) ? resourceAccess.length : 0),
    0,
  );
  const keys = props['keyCredentials'];
  if (entries + resources > mostEntries || (Array.isArray(keys) && keys.length > mostKeys))
    throw new GraphError(
      403,
      'Directory_ResourceSizeExceeded',
      'The size of the object has exceeded its limit. Please reduce the number of values and retry your request.',
    );
}
