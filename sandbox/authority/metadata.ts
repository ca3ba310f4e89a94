/** The discovery documents that an OpenID client reads before it asks for anything. */
import { jwksDocument } from '../keys.js';
import type { SigningKey } from '../keys.js';

export interface MetadataOptions {
  /** Base of the authority: 'https://localhost:4102'. */
  readonly base: string;
  readonly graphHost: string;
}

/**
 * `/{tenant}/v2.0/.well-known/openid-configuration`; a shared name such as common has a template as issuer. Named is what is served
 * here; code_challenge_methods_supported is not, as Entra leaves it out although it takes S256 (modelcontextprotocol/typescript-sdk
 * 832, akuity/kargo 3359), and clients trip over that.
 */
export function openIdConfiguration(
  tenant: string,
  issuerTenant: string,
  options: MetadataOptions,
): Record<string, unknown> {
  const base = `${options.base}/${tenant}`;
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: issuerOf(issuerTenant, options.base),
    request_uri_parameter_supported: false,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    http_logout_supported: true,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    claims_supported: CLAIMS,
    tenant_region_scope: 'EU',
    cloud_instance_name: new URL(options.base).host,
    cloud_graph_host_name: options.graphHost,
    msgraph_host: options.graphHost,
  };
}

/** As recorded (Azure/azure-sdk-for-js, recordings of 2021): not all that a token may carry, and oid is none of them. */
const CLAIMS = [
  'sub',
  'iss',
  'cloud_instance_name',
  'cloud_instance_host_name',
  'cloud_graph_host_name',
  'msgraph_host',
  'aud',
  'exp',
  'iat',
  'auth_time',
  'acr',
  'nonce',
  'preferred_username',
  'name',
  'tid',
  'ver',
  'at_hash',
  'c_hash',
  'email',
];

export function issuerOf(tenant: string, base: string): string {
  return `${base}/${tenant}/v2.0`;
}

/** `/common/discovery/instance`: this authority is a cloud of its own, with one host. */
export function instanceDiscovery(tenant: string, base: string): Record<string, unknown> {
  const host = new URL(base).host;
  return {
    tenant_discovery_endpoint: `${base}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}

/** `/{tenant}/discovery/v2.0/keys`: without alg, which clients must not rely on (awslabs/aws-jwt-verify 6, auth0/jwks-rsa-java 6). */
export function keysDocument(key: SigningKey, issuer: string): Record<string, unknown> {
  return { keys: jwksDocument([key]).keys.map(({ alg: _alg, ...one }) => ({ ...one, issuer })) };
}
