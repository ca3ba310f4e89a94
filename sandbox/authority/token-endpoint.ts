/** POST /{tenant}/oauth2/v2.0/token: client credentials, authorization code, refresh token, on behalf of a person. */
import type { IncomingMessage } from 'node:http';
import { authenticateClient, withoutCredential } from './client-auth.js';
import type { ClientRequest, ProvenClient } from './client-auth.js';
import type { Directory } from './directory.js';
import { AuthorityError } from './errors.js';
import { issuerOf } from './metadata.js';
import { ON_BEHALF_OF, redeemAssertion } from './on-behalf-of.js';
import type { Exchange } from './on-behalf-of.js';
import { scopesOf } from './sign-in.js';
import type { Grant, SignIns } from './sign-in.js';
import type { Tokens } from './tokens.js';

export interface TokenEndpoint {
  readonly directory: Directory;
  readonly tokens: Tokens;
  readonly signIns: SignIns;
  readonly exchange: () => Exchange;
  readonly base: () => string;
}

/**
 * @returns the success body
 * @throws AuthorityError with the refusal that Entra would give
 */
export async function answerTokenRequest(
  endpoint: TokenEndpoint,
  tenant: string,
  request: Pick<IncomingMessage, 'headers'>,
  form: URLSearchParams,
): Promise<Record<string, unknown>> {
  const grantType = form.get('grant_type');
  if (grantType === null || grantType === '') throw new AuthorityError(900144, { parameter: 'grant_type' });
  const { shared } = endpoint.directory.checkTenant(tenant);
  const base = endpoint.base();
  const asker: ClientRequest = {
    form,
    authorization: request.headers.authorization,
    grantType,
    audiences: [
      `${base}/${tenant}/oauth2/v2.0/token`,
      `${base}/${endpoint.directory.tenantId}/oauth2/v2.0/token`,
      issuerOf(endpoint.directory.tenantId, base),
    ],
  };
  switch (grantType) {
    case 'client_credentials':
      if (shared) throw new AuthorityError(50059);
      return clientCredentials(endpoint, asker);
    case 'authorization_code': {
      const client = await authenticateClient(endpoint.directory, asker, { publicClients: true });
      const grant = endpoint.signIns.redeemCode(client.app, form);
      if (client.proof === '0' && !form.has('code_verifier')) {
        throw withoutCredential(grantType);
      }
      return delegated(endpoint, client, grant, form.get('scope') ?? grant.scope);
    }
    case 'refresh_token': {
      const client = await authenticateClient(endpoint.directory, asker, { publicClients: true });
      const token = form.get('refresh_token');
      if (token === null || token === '') throw new AuthorityError(900144, { parameter: 'refresh_token' });
      const grant = endpoint.signIns.redeemRefreshToken(client.app, token);
      return delegated(endpoint, client, grant, form.get('scope') ?? grant.scope);
    }
    case ON_BEHALF_OF: {
      const client = await authenticateClient(endpoint.directory, asker);
      const grant = await redeemAssertion(endpoint.exchange(), client.app, form);
      return delegated(endpoint, client, grant, grant.scope);
    }
    default:
      throw new AuthorityError(70003, { grantType });
  }
}

/** MSAL for Java names these beside every resource, here too, and the service passes over them (cmaneu/entra-local issue 28). */
const beside: ReadonlySet<string> = new Set(['openid', 'profile', 'offline_access']);

async function clientCredentials(
  endpoint: TokenEndpoint,
  asker: ClientRequest,
): Promise<Record<string, unknown>> {
  const scope = asker.form.get('scope');
  if (scope === null || scope.trim() === '') throw new AuthorityError(900144, { parameter: 'scope' });
  const client = await authenticateClient(endpoint.directory, asker);
  const [wanted = '', ...more] = scope.split(/\s+/).filter((one) => one !== '' && !beside.has(one));
  const resource = more.length === 0 ? /^(\S+)\/\.default$/.exec(wanted)?.[1] : undefined;
  if (resource === undefined) throw new AuthorityError(1002012, { scope });
  const audience = endpoint.directory.audienceOf(resource);
  const life = endpoint.tokens.faults.lifeInSeconds;
  return {
    token_type: 'Bearer',
    expires_in: life,
    ext_expires_in: life,
    access_token: await endpoint.tokens.forApp(client, audience),
  };
}

async function delegated(
  endpoint: TokenEndpoint,
  client: ProvenClient,
  grant: Grant,
  scope: string,
): Promise<Record<string, unknown>> {
  const { directory, tokens, signIns } = endpoint;
  const wanted = scopesOf(directory, client.app, scope);
  const consented = scopesOf(directory, client.app, grant.scope);
  const life = tokens.faults.lifeInSeconds;
  const { nonce, authTime } = grant;
  return {
    token_type: 'Bearer',
    scope: wanted.names.join(' '),
    expires_in: life,
    ext_expires_in: life,
    access_token: await tokens.forPerson(client, wanted.audience, grant.person, wanted.names),
    ...(consented.wantsIdToken
      ? { id_token: await tokens.idToken(client.app, grant.person, { nonce, authTime }) }
      : {}),
    ...(consented.wantsRefreshToken ? { refresh_token: signIns.issueRefreshToken(grant) } : {}),
  };
}
