/**
 * The OAuth 2.0 / OpenID authority of the simulated tenant, for any MSAL and any OpenID client.
 * Routes: /{tenant}[/v2.0]/.well-known/openid-configuration · /common/discovery/instance ·
 * /{tenant}/discovery/v2.0/keys · /{tenant}/oauth2/v2.0/{token,authorize,logout}.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, sendJson } from '../http.js';
import type { SigningKey } from '../keys.js';
import type { PersonTokens, VerifyToken } from '../types.js';
import { handleAuthorize, handleLogout } from './authorize.js';
import { createDirectory } from './directory.js';
import type { DirectoryOptions } from './directory.js';
import { AuthorityError, errorBody, toAuthorityError } from './errors.js';
import { AuthorityFaults } from './faults.js';
import { instanceDiscovery, issuerOf, keysDocument, openIdConfiguration } from './metadata.js';
import { createPersonTokens } from './person-tokens.js';
import { createSignIns } from './sign-in.js';
import { answerTokenRequest } from './token-endpoint.js';
import { createTokens } from './tokens.js';

const BODY_LIMIT = 64 * 1024;
/**
 * Headers as recorded (Azure/azure-sdk-for-js, recordings of 2021). Not sent: strict-transport-security, which on loopback would turn
 * every page of this machine that is plain http into one that browsers refuse; P3P, cookies and the name of the server.
 */
const PUBLIC = {
  'cache-control': 'max-age=86400, private',
  'x-content-type-options': 'nosniff',
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, OPTIONS',
};
const PRIVATE = {
  'cache-control': 'no-store, no-cache',
  pragma: 'no-cache',
  expires: '-1',
  'x-content-type-options': 'nosniff',
};

export interface AuthorityOptions extends DirectoryOptions {
  readonly key: SigningKey;
  /** Base of this authority: 'https://localhost:4102'. */
  readonly baseUrl: () => string;
  readonly botAppId: string;
}

export interface Authority {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** For the simulated Graph. */
  readonly verifyAccessToken: VerifyToken;
  /** For the sign-in of people in the simulated Teams. */
  readonly personTokens: PersonTokens;
  /** For the Teams connector: a token of the bot's application for api.botframework.com. */
  verifyConnectorToken(authorization?: string): Promise<boolean>;
  /**
   * Sets or ends a fault by name (faults.ts).
   * @returns false when the tenant is to be told: the name is not the authority's, or everything ends
   * @throws z.ZodError for a fault of the authority with other members
   */
  fault(spec: Readonly<Record<string, unknown>>): boolean;
}

export function createAuthority(options: AuthorityOptions): Authority {
  const directory = createDirectory(options);
  const tokens = createTokens(directory, options.key, options.baseUrl);
  const signIns = createSignIns(directory);
  const base = options.baseUrl;
  const faults = new AuthorityFaults(tokens.faults);
  const exchange = () => ({
    directory,
    key: options.key,
    issuer: issuerOf(directory.tenantId, base()),
    takeMissingConsent: () => faults.takeMissingConsent(),
  });
  const endpoint = { directory, tokens, signIns, exchange, base };

  const documents = (tenant: string, rest: string, url: URL): unknown => {
    const { tenantId } = directory;
    if (/^(v2\.0\/)?\.well-known\/openid-configuration$/.test(rest)) {
      const { shared } = directory.checkTenant(tenant);
      const graphHost = new URL(options.graphUrl()).host;
      return openIdConfiguration(tenant, shared ? '{tenantid}' : tenantId, { base: base(), graphHost });
    }
    if (rest === 'discovery/instance') {
      const asked = url.searchParams.get('authorization_endpoint') ?? '';
      const named = URL.canParse(asked) ? new URL(asked).pathname.split('/')[1] : undefined;
      return instanceDiscovery(named ?? tenantId, base());
    }
    if (/^discovery\/(v2\.0\/)?keys$/.test(rest))
      return keysDocument(options.key, issuerOf(tenantId, base()));
    return undefined;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', base());
    const [tenant = '', ...parts] = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
    const rest = parts.join('/');
    if (request.method === 'GET') {
      const document = documents(tenant, rest, url);
      if (document !== undefined) return sendJson(response, 200, document, PUBLIC);
    }
    switch (rest) {
      case 'oauth2/v2.0/token': {
        if (request.method !== 'POST') {
          throw new AuthorityError(900561, { allowed: 'POST', method: request.method ?? '' });
        }
        const form = new URLSearchParams((await readBody(request, BODY_LIMIT)).toString('utf8'));
        return sendJson(response, 200, await answerTokenRequest(endpoint, tenant, request, form), PRIVATE);
      }
      case 'oauth2/v2.0/authorize':
        directory.checkTenant(tenant);
        return handleAuthorize(endpoint, request, response, url);
      case 'oauth2/v2.0/logout':
        return handleLogout(endpoint, request, response, url);
      default:
        return sendJson(response, 404, { error: 'not_found' });
    }
  };

  return {
    handle(request, response) {
      const correlationId = single(request.headers['client-request-id']) ?? randomUUID();
      const traceId = randomUUID();
      response.setHeader('x-ms-request-id', traceId);
      response.setHeader('client-request-id', correlationId);
      if (faults.takeDown()) {
        sendJson(response, 503, { error: 'temporarily_unavailable' }, { 'retry-after': '1' });
        return;
      }
      answer(request, response).catch((cause: unknown) => {
        const refusal = toAuthorityError(cause);
        if (response.headersSent) response.destroy();
        else if (refusal === undefined) sendJson(response, 500, { error: 'server_error' });
        else
          sendJson(response, refusal.status, errorBody(refusal, { traceId, correlationId }, base()), PRIVATE);
      });
    },
    verifyAccessToken: tokens.verifyGraph,
    personTokens: createPersonTokens(directory, tokens, options.botAppId),
    verifyConnectorToken: (authorization) => tokens.verifyConnector(authorization, options.botAppId),
    fault: (spec) => faults.set(spec),
  };
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
