/**
 * The seams between the sandbox's rooms (graph, authority, teams, contract, control). The sandbox imports nothing of the product.
 */
import type { X509Certificate } from 'node:crypto';

/** Machine time plus an offset; persisted by the sandbox. Tokens and certificates live in machine time instead. */
export interface SandboxClock {
  now(): Date;
  offsetInMs(): number;
  /** Moves forward only, except for `reset`. Runs `onMove` listeners, in order, before it resolves. */
  moveTo(instant: Date): Promise<void>;
  /** Called with every new time (story events fall due, purges, delayed effects); awaited. */
  onMove(listener: (now: Date) => void | Promise<void>): () => void;
}

/** An app registration of the simulated tenant, known to authority and Graph. */
export interface AppRegistration {
  readonly appId: string;
  readonly displayName: string;
  /** Client secret, only in the sandbox's memory and its data folder; '' = none but what stands in the tenant. */
  readonly secret: string;
  /** PEM certificates whose key may sign client assertions. */
  readonly certificates: string[];
  /** Application permissions by name ("User.Read.All"), as they are now; they count for the next token. */
  readonly permissions: string[];
  /** Secrets and certificates that stand in the tenant: at the application and at its service principal. */
  readonly credentials?: TenantCredentials;
  /** Values of the app roles that it is assigned at another application of the tenant, as they are now. */
  readonly rolesAt?: (resourceAppId: string) => readonly string[];
  /** Directory roles (display names) that its service principal holds. */
  directoryRoles: string[];
  /** Object id of its service principal (claim oid); the authority derives a stable one when it is missing. */
  readonly servicePrincipalId?: string | undefined;
  /**
   * Why it gets no token: it is not in the tenant (or in its bin), has no service principal there, or a disabled one; missing = it
   * may sign in.
   */
  readonly barred?: 'gone' | 'unprovisioned' | 'disabled' | undefined;
  /** Where sign-in pages may return to; loopback addresses are always accepted. */
  readonly redirectUris?: readonly string[];
}

/** What the tenant keeps of an application's credentials, judged by the sandbox's clock, as their dates are the tenant's. */
export interface TenantCredentials {
  /** The directory keeps no secret, so it can only say what it thinks of one. */
  judgeSecret(secret: string): 'good' | 'expired' | 'unknown';
  /** Certificates whose key may sign, expired ones too. */
  certificates(): readonly TenantCertificate[];
}

export interface TenantCertificate {
  readonly certificate: X509Certificate;
  readonly from: Date;
  readonly to: Date;
  /** Between its dates. */
  readonly isLive: boolean;
}

export interface VerifiedToken {
  readonly appId: string;
  readonly tenantId: string;
  readonly permissions: readonly string[];
  /** Present for a delegated token. */
  readonly userId?: string;
}

/** Checks the bearer of a Graph request. `failure` is the message of the 401 body. */
export type VerifyToken = (
  authorization: string | undefined,
) => Promise<VerifiedToken | { readonly failure: string }>;

/** Tokens of people that nobody asks a person for, as Teams and the Bot Framework's token service get them. */
export interface PersonTokens {
  /** For the bot's own application, with the scope access_as_user. @returns null when nobody has the id */
  forBot(objectId: string): Promise<string | null>;
  /** Object id of whom a token of `forBot` speaks for. @returns null for any other token */
  personOf(token: string): Promise<string | null>;
  /** On behalf of a person, for Graph unless another resource is named. @returns null when nobody has the id, or nothing is called by the resource's name */
  onBehalf(objectId: string, resource?: string): Promise<{ token: string; endsAt: Date } | null>;
}

export interface SimRequest {
  readonly method: string;
  /** Path with version, without host or query, still percent-encoded: '/v1.0/users/%24a'. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface SimResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** undefined = no body; Buffer = bytes; else JSON. */
  readonly body?: unknown;
  /** Fault: cut the connection instead of answering. */
  readonly reset?: boolean;
}

export interface Violation {
  readonly at: string;
  readonly client: string;
  readonly direction: 'request' | 'answer';
  readonly method: string;
  readonly path: string;
  readonly text: string;
}

/** Validates against Microsoft's published description, where the data is at hand. Inner requests of a $batch are checked one by one. */
export interface ContractChecker {
  /** @returns one text per violation; empty = as described */
  checkRequest(request: {
    method: string;
    path: string;
    query: URLSearchParams;
    body: unknown;
  }): readonly string[];
  checkResponse(
    request: { method: string; path: string; query: URLSearchParams },
    response: { status: number; body: unknown },
  ): readonly string[];
}

/** The simulated tenant as the other rooms of the sandbox see it. */
export interface GraphTenant {
  readonly tenantId: string;
  readonly apps: readonly AppRegistration[];
  /**
   * Any application or service principal of the tenant, those of the bin not. A secret in clear is told of none: what signs it in
   * stands in `credentials`.
   */
  registrationOf(appId: string): AppRegistration | undefined;
  /** The application that is called so by one of its identifier URIs. */
  appIdOfUri(uri: string): string | undefined;
  /** What the organization is called now. */
  displayName(): string;
  /** Serves /v1.0 and /beta, $batch included; checks the token; counts resource units; applies faults. */
  handle(request: SimRequest): Promise<SimResponse>;
  /** Demo people, for the simulated Teams. */
  people(): readonly {
    readonly objectId: string;
    readonly displayName: string;
    readonly userPrincipalName: string;
    readonly jobTitle?: string;
  }[];
  /** Live overview for the demo page's right side. */
  overview(): TenantOverview;
  /** Calls back (debounced) when something in the tenant changed. */
  onChange(listener: () => void): () => void;
  stats(): GraphStats;
  fault(spec: Record<string, unknown>): unknown;
  damage(spec: Record<string, unknown>): unknown;
  close(): Promise<void>;
}

export interface GraphStats {
  requests: number;
  resourceUnits: number;
  writes: number;
  throttled: number;
  violations: readonly Violation[];
  violationsByClient: Readonly<Record<string, number>>;
}

export interface TenantOverview {
  readonly now: string;
  readonly users: { readonly live: number; readonly deleted: number };
  readonly groups: { readonly live: number; readonly deleted: number };
  /** The objects of the story, then what changed last: name, state, a few facts in words. */
  readonly spotlight: readonly {
    readonly type: string;
    readonly name: string;
    readonly state: 'live' | 'deleted' | 'gone';
    readonly facts: readonly string[];
  }[];
  readonly lastChanges: readonly { readonly at: string; readonly text: string; readonly actor: string }[];
}

/** The one JSON line that `npm run sandbox -- --json` prints when ready. */
export interface SandboxReady {
  readonly graph: string;
  readonly authority: string;
  readonly teams: string;
  readonly control: string;
  readonly openId: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly botAppId: string;
  readonly botAppSecret: string;
  readonly caFile: string;
}
