import { AuthError, ConfidentialClientApplication } from '@azure/msal-node';
import { RewindError } from '../model/errors.js';
import type { DirectorySettings, TokenSource } from './settings.js';

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
