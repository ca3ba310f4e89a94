import type { VerifiedToken } from '../../types.js';
import type { TenantCore } from '../core.js';
import { parseQuery, type Query } from '../query/query.js';
import type { Actor, Entity, JsonValue } from '../state/types.js';
import { denied, malformed } from './errors.js';
import { directoryRolesOf } from '../rules/roles.js';

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request as a route sees it: token checked, path matched, permissions held. */
export class Call {
  private parsedQuery: Query | undefined;

  constructor(
    readonly core: TenantCore,
    readonly method: string,
    readonly version: 'v1.0' | 'beta',
    /** Path with version as it was sent, without query. */
    readonly path: string,
    readonly params: Readonly<Record<string, string>>,
    private readonly search: URLSearchParams,
    private readonly headers: Readonly<Record<string, string>>,
    readonly token: VerifiedToken,
    readonly ids: { readonly requestId: string; readonly clientRequestId: string },
    private readonly payload: { readonly json: JsonValue | undefined; readonly bytes: Buffer },
  ) {}

  get state(): TenantCore['state'] {
    return this.core.state;
  }

  get now(): number {
    return this.core.now();
  }

  get query(): Query {
    return (this.parsedQuery ??= parseQuery(this.search));
  }

  get bytes(): Buffer {
    return this.payload.bytes;
  }

  /** The parsed body; undefined when there is none. */
  get body(): JsonValue | undefined {
    return this.payload.json;
  }

  /** The same request as if its path named something else. */
  withParams(params: Readonly<Record<string, string>>): Call {
    return this.like(params, this.search);
  }

  /** The same request as if it had asked for something else. */
  withQuery(search: URLSearchParams): Call {
    return this.like(this.params, search);
  }

  /** The same request as if its body had held these members, too. */
  withMembers(members: { readonly [name: string]: JsonValue }): Call {
    const { json } = this.payload;
    const sent = json !== null && typeof json === 'object' && !Array.isArray(json) ? json : {};
    return this.like(this.params, this.search, { ...this.payload, json: { ...sent, ...members } });
  }

  private like(
    params: Readonly<Record<string, string>>,
    search: URLSearchParams,
    payload: Call['payload'] = this.payload,
  ): Call {
    return new Call(
      this.core,
      this.method,
      this.version,
      this.path,
      params,
      search,
      this.headers,
      this.token,
      this.ids,
      payload,
    );
  }

  /** A query option as it was sent, for what the common parser does not take. */
  option(name: string): string | null {
    return this.search.get(name) ?? this.search.get(name.replace(/^\$/, ''));
  }

  param(name: string): string {
    return this.params[name] ?? '';
  }

  header(name: string): string | undefined {
    return this.headers[name];
  }

  /** https://localhost:4101/v1.0 */
  get root(): string {
    return `${this.core.baseUrl()}/${this.version}`;
  }

  context(fragment: string): string {
    return `${this.root}/$metadata#${fragment}`;
  }

  /** The body as an object with the members that an action takes; unknown members are refused. */
  members(known: readonly string[]): { [name: string]: JsonValue } {
    const { body } = this;
    if (body === undefined) return {};
    if (body === null || typeof body !== 'object' || Array.isArray(body))
      throw malformed(
        'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
      );
    for (const name of Object.keys(body))
      if (!known.includes(name) && !name.startsWith('@odata.'))
        throw malformed(
          `The parameter '${name}' in the request payload is not a valid parameter for the operation.`,
        );
    return body;
  }

  holds(permission: string): boolean {
    return (
      this.token.permissions.includes(permission) &&
      !this.core.faults.removedPermissions().includes(permission)
    );
  }

  /** @throws GraphError 403 unless the token holds one of these */
  require(anyOf: readonly string[]): void {
    if (!anyOf.some((permission) => this.holds(permission))) throw denied();
  }

  get servicePrincipal(): Entity | undefined {
    return this.state.byAppId('servicePrincipal', this.token.appId);
  }

  /** Display names of the directory roles that the caller itself holds. */
  get callerRoles(): ReadonlySet<string> {
    const principal = this.token.userId ?? this.servicePrincipal?.id;
    const roles = principal === undefined ? new Set<string>() : directoryRolesOf(this.state, principal);
    const app = this.core.apps.find((known) => known.appId === this.token.appId);
    if (this.token.userId === undefined) for (const role of app?.directoryRoles ?? []) roles.add(role);
    return roles;
  }

  get actor(): Actor {
    const user = this.token.userId === undefined ? undefined : this.state.find(this.token.userId);
    if (user)
      return {
        type: 'user',
        id: user.id,
        displayName: String(user.props['displayName'] ?? ''),
        userPrincipalName: String(user.props['userPrincipalName'] ?? ''),
      };
    const principal = this.servicePrincipal;
    return {
      type: 'app',
      appId: this.token.appId,
      displayName: String(principal?.props['displayName'] ?? this.token.appId),
      servicePrincipalId: principal?.id ?? null,
    };
  }

  /** Advanced queries are switched on by this header (FACTS §12). */
  get eventual(): boolean {
    return this.header('consistencylevel')?.toLowerCase() === 'eventual';
  }
}

export const noContent: Answer = { status: 204 };
