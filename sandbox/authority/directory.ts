/** What the authority knows of the tenant: its names, its applications, the resources that tokens are for. */
import { createHash } from 'node:crypto';
import type { AppRegistration, GraphTenant } from '../types.js';
import { AuthorityError } from './errors.js';

export const GRAPH_AUDIENCE = 'https://graph.microsoft.com';
export const CONNECTOR_AUDIENCE = 'https://api.botframework.com';
const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000';
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Names under which Entra takes requests for any tenant. */
const SHARED_NAMES = ['common', 'organizations', 'consumers'];

export interface DirectoryOptions {
  readonly tenantId: string;
  /** Verified domains, which name the tenant as well as its id does. */
  readonly domains: readonly string[];
  /** What refusals call the tenant; its id where it has no name. */
  readonly displayName?: () => string | undefined;
  /** Applications that were there from the start, and the bot's. */
  readonly apps: () => readonly AppRegistration[];
  /** Any other of the tenant, as somebody made it over Graph. */
  readonly otherApp?: (appId: string) => AppRegistration | undefined;
  /** The application that calls itself so by one of its identifier URIs. */
  readonly appIdOfUri?: (uri: string) => string | undefined;
  readonly people: GraphTenant['people'];
  /** Base of the simulated Graph; its `/.default` is taken for Microsoft Graph's. */
  readonly graphUrl: () => string;
}

export interface Directory extends DirectoryOptions {
  /** @throws AuthorityError 900023, 90002 @returns whether the name is a shared one such as 'common' */
  checkTenant(name: string): { shared: boolean };
  /** @throws AuthorityError 700038, 700016, 7000229, 7000112 */
  app(clientId: string): AppRegistration;
  /** The audience that tokens for this resource carry. @throws AuthorityError 500011 */
  audienceOf(resource: string): string;
  /** Object id of the application's service principal. */
  servicePrincipalId(app: AppRegistration): string;
}

export function createDirectory(options: DirectoryOptions): Directory {
  const isOurs = (name: string): boolean =>
    name.toLowerCase() === options.tenantId.toLowerCase() ||
    options.domains.some((domain) => domain.toLowerCase() === name.toLowerCase());
  const tenant = (): string => options.displayName?.() ?? options.tenantId;
  const known = (appId: string): AppRegistration | undefined =>
    options.apps().find((app) => app.appId.toLowerCase() === appId.toLowerCase()) ??
    options.otherApp?.(appId);
  return {
    ...options,
    checkTenant(name) {
      if (SHARED_NAMES.includes(name)) return { shared: true };
      if (isOurs(name)) return { shared: false };
      if (!GUID.test(name) && !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name)) {
        throw new AuthorityError(900023, { tenant: name });
      }
      throw new AuthorityError(90002, { tenant: name });
    },
    app(clientId) {
      if (!GUID.test(clientId) || /^[0-]+$/.test(clientId)) throw new AuthorityError(700038, { clientId });
      const found = known(clientId);
      if (found === undefined || found.barred === 'gone')
        throw new AuthorityError(700016, { clientId, tenant: tenant() });
      if (found.barred === 'unprovisioned')
        throw new AuthorityError(7000229, { clientId, tenantId: options.tenantId });
      if (found.barred === 'disabled')
        throw new AuthorityError(7000112, { clientId, name: found.displayName });
      return found;
    },
    audienceOf(resource) {
      const name = resource.replace(/\/+$/, '');
      const graphNames = [GRAPH_AUDIENCE, GRAPH_APP_ID, options.graphUrl()];
      if (graphNames.includes(name)) return GRAPH_AUDIENCE;
      if (name === CONNECTOR_AUDIENCE) return CONNECTOR_AUDIENCE;
      const appId = name.replace(/^api:\/\/([^/]+\/)*/, '');
      const named = known(options.appIdOfUri?.(name) ?? appId);
      if (named !== undefined && named.barred === undefined) return named.appId;
      throw new AuthorityError(500011, { resource, tenant: tenant() });
    },
    servicePrincipalId: (app) => app.servicePrincipalId ?? stableId(`${options.tenantId}/sp/${app.appId}`),
  };
}

/** A GUID that is always the same for the same text. */
export function stableId(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
