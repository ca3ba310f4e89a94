import { X509Certificate } from 'node:crypto';
import { AuthError, ConfidentialClientApplication } from '@azure/msal-node';
import { RewindError } from '../model/errors.js';
import type { ClientCertificate, DirectorySettings, TokenSource } from './settings.js';

/**
 * Tokens of the application itself (client credentials), by secret or certificate. msal keeps them in memory and asks anew shortly
 * before they end. `knownAuthorities` keeps instance discovery off the public cloud, so national clouds and the sandbox work alike.
 */
export function createTokenSource(settings: DirectorySettings): TokenSource {
  const client = new ConfidentialClientApplication({
    auth: {
      clientId: settings.clientId,
      authority: `${settings.authority.replace(/\/+$/, '')}/${settings.tenantId}`,
      knownAuthorities: [new URL(settings.authority).host],
      ...(settings.certificate
        ? { clientCertificate: { ...settings.certificate } }
        : { clientSecret: settings.clientSecret ?? '' }),
    },
  });
  const scopes = [`${new URL(settings.graphUrl).origin}/.default`];
  return {
    async token(renew = false) {
      try {
        const result = await client.acquireTokenByClientCredential({ scopes, skipCache: renew });
        if (result?.accessToken) return result.accessToken;
      } catch (error) {
        throw asRewindError(error);
      }
      throw new RewindError('GRAPH_AUTH', { reason: 'the answer holds no token' });
    },
  };
}

/** The words of msal carry correlation ids and whole responses; people get the AADSTS number and its first sentence. */
function asRewindError(cause: unknown): RewindError {
  if (!(cause instanceof AuthError)) return new RewindError('GRAPH_UNREACHABLE', {}, { cause });
  const text = `${cause.errorCode} ${cause.errorMessage}`;
  const aadsts = /AADSTS(\d+): ([^.\r\n]{1,160})/.exec(text);
  if (aadsts) return new RewindError('GRAPH_AUTH', { reason: `AADSTS${aadsts[1]}: ${aadsts[2]}` }, { cause });
  // Neither a refusal of credentials nor of the tenant: the authority was not reached, or answered nothing usable
  if (
    /network_error|endpoints_resolution_error|request_cannot_be_made|server_unavailable|no_network/i.test(
      text,
    )
  )
    return new RewindError('GRAPH_UNREACHABLE', {}, { cause });
  return new RewindError('GRAPH_AUTH', { reason: cause.errorCode }, { cause });
}

/**
 * From one PEM text with a certificate (first: the leaf) and its private key.
 * @throws CONFIG_INVALID
 */
export function certificateFromPem(pem: string): ClientCertificate {
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  const key = /-----BEGIN (?:RSA |EC )?PRIVATE KEY-----[\s\S]+?-----END (?:RSA |EC )?PRIVATE KEY-----/.exec(
    pem,
  );
  const leaf = certificates?.[0];
  if (!leaf || !key)
    throw new RewindError('CONFIG_INVALID', {
      reason: 'the certificate file needs a certificate and its private key, both in PEM',
    });
  try {
    return {
      privateKey: key[0],
      thumbprintSha256: new X509Certificate(leaf).fingerprint256.replaceAll(':', ''),
      x5c: certificates.join('\n'),
    };
  } catch (cause) {
    throw new RewindError('CONFIG_INVALID', { reason: 'the certificate file cannot be read' }, { cause });
  }
}
