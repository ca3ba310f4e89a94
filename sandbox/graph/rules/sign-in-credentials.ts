/** What signs an application in: the secrets and certificates that stand at it and at its service principal. */
import { timingSafeEqual, X509Certificate } from 'node:crypto';
import type { TenantCertificate, TenantCredentials } from '../../types.js';
import type { TenantState } from '../state/tenant-state.js';
import type { Entity, JsonValue, Props } from '../state/types.js';
import { keysOf } from './credentials.js';
import { digestOf, secretsOf } from './secrets.js';

/** @param now  the sandbox's clock, in milliseconds since 1970 */
export function tenantCredentials(state: TenantState, appId: string, now: () => number): TenantCredentials {
  const holders = (): Entity[] =>
    (['application', 'servicePrincipal'] as const).flatMap((kind) => state.byAppId(kind, appId) ?? []);
  return {
    judgeSecret(secret) {
      const matching = holders().flatMap((holder) => credentialsOf(holder, secret));
      if (matching.some((credential) => isLive(credential, now()))) return 'good';
      return matching.some((credential) => endOf(credential) <= now()) ? 'expired' : 'unknown';
    },
    certificates: () => holders().flatMap((holder) => certificatesOf(holder, now())),
  };
}

/** The password credentials that a secret belongs to: one, unless somebody drew the same bytes twice. */
function credentialsOf(holder: Entity, secret: string): Props[] {
  const digests = (holder.props[secretsOf] ?? {}) as Props;
  return listed(holder.props['passwordCredentials']).filter((credential) => {
    const keyId = String(credential['keyId']);
    const kept = digests[keyId];
    return typeof kept === 'string' && sameText(kept, digestOf(keyId, secret));
  });
}

/** Certificates that may prove who is asking: type AsymmetricX509Cert, usage Verify (Microsoft's page on application: addKey). */
export function certificatesOf(holder: Entity, now: number): TenantCertificate[] {
  const keys = (holder.props[keysOf] ?? {}) as Props;
  return listed(holder.props['keyCredentials']).flatMap((credential) => {
    const key = keys[String(credential['keyId'])];
    const proves = credential['type'] === 'AsymmetricX509Cert' && credential['usage'] === 'Verify';
    if (!proves || typeof key !== 'string') return [];
    return [
      {
        certificate: new X509Certificate(Buffer.from(key, 'base64')),
        from: new Date(String(credential['startDateTime'])),
        to: new Date(endOf(credential)),
        isLive: isLive(credential, now),
      },
    ];
  });
}

const listed = (value: JsonValue | undefined): Props[] => (Array.isArray(value) ? (value as Props[]) : []);
const endOf = (credential: Props): number => Date.parse(String(credential['endDateTime']));
const isLive = (credential: Props, now: number): boolean =>
  Date.parse(String(credential['startDateTime'])) <= now && now < endOf(credential);

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
