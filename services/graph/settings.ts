import type { Catalog } from '../catalog/spec.js';
import type { Log } from '../model/log.js';
import type { Random } from '../model/random.js';
import type { Governor } from './governor.js';
import type { MachineTime } from './machine-time.js';

/** How one tenant is reached; another cloud or the sandbox is another pair of URLs, nothing else. */
export interface DirectorySettings {
  /** Without version: 'https://graph.microsoft.com', a national cloud's, or the sandbox's. https, or http on loopback in tests. */
  readonly graphUrl: string;
  /** Without tenant: 'https://login.microsoftonline.com'. */
  readonly authority: string;
  readonly tenantId: string;
  readonly clientId: string;
  /** Secret or certificate; the certificate wins. */
  readonly clientSecret?: string;
  readonly certificate?: ClientCertificate;
  /** Sent as User-Agent and SdkVersion, so that the tenant's logs name us. */
  readonly clientName: string;
}

export interface ClientCertificate {
  /** PEM, PKCS#8. */
  readonly privateKey: string;
  /** Hex without colons. */
  readonly thumbprintSha256: string;
  readonly x5c?: string;
}

export interface DirectoryDeps {
  readonly log: Log;
  readonly random: Random;
  readonly catalog: Catalog;
  /** Replaced by tests only. */
  readonly fetch?: typeof fetch;
  readonly tokens?: TokenSource;
  readonly time?: MachineTime;
  /** Another client of the same application and tenant: limits and tokens are shared with it, costs are counted apart. */
  readonly beside?: { readonly governor: Governor; readonly tokens: TokenSource };
  readonly limits?: Partial<Limits>;
}

export interface TokenSource {
  /**
   * An access token for Microsoft Graph, from the cache while it is good.
   * @param renew  true after Graph refused the cached one
   * @throws GRAPH_AUTH, GRAPH_UNREACHABLE
   */
  token(renew?: boolean): Promise<string>;
}

/** Bounds of waiting and repeating; the defaults are for production. */
export interface Limits {
  /** Of one HTTP exchange. */
  readonly timeoutInMs: number;
  /** Tries of a read after 5xx, a reset or a time-out. */
  readonly attempts: number;
  /** Longest that throttling is waited out inside one call, all its 429 together. */
  readonly throttleWaitInMs: number;
  readonly firstBackoffInMs: number;
  readonly longestBackoffInMs: number;
  /** HTTP exchanges in flight at once. */
  readonly concurrency: number;
}

export const LIMITS: Limits = {
  timeoutInMs: 100_000,
  attempts: 6,
  throttleWaitInMs: 15 * 60_000,
  firstBackoffInMs: 500,
  longestBackoffInMs: 30_000,
  concurrency: 8,
};
