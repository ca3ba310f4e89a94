import type { JsonObject, JsonValue } from './json.js';
import type { ObjectId } from './ids.js';

/** A catalogue key: 'user', 'group', … Shared code never branches on it. */
export type ObjectTypeName = string;

/** A directed relationship; the source is the object that holds the list (the group, the managed user). */
export type LinkKind = string;

/**
 * Property name → value. A key that is missing is *unknown*; null, '' and [] are *empty*. The two are never exchanged:
 * an unknown value is never planned as a removal (ANCHORS A2).
 */
export type Properties = JsonObject;

export interface ObservedObject {
  readonly type: ObjectTypeName;
  readonly id: ObjectId;
  readonly state: 'live' | 'softDeleted';
  /** ISO 8601 UTC; only when soft-deleted. */
  readonly deletedAt?: string;
  readonly properties: Properties;
}

export interface ObservedLink {
  readonly kind: LinkKind;
  readonly source: ObjectId;
  readonly target: ObjectId;
  /** Catalogue type of the target where Graph names it; unknown types (device, orgContact) keep Graph's name. */
  readonly targetType?: ObjectTypeName;
}

/** One change as a delta page tells it. Merge by id; order and repetition mean nothing (FACTS §11). */
export type DeltaChange =
  | {
      readonly change: 'seen';
      readonly object: ObservedObject;
      /** Only properties that the page names. */ readonly partial: boolean;
    }
  | { readonly change: 'softDeleted'; readonly type: ObjectTypeName; readonly id: ObjectId }
  | { readonly change: 'purged'; readonly type: ObjectTypeName; readonly id: ObjectId }
  | { readonly change: 'linked'; readonly link: ObservedLink }
  | { readonly change: 'unlinked'; readonly link: ObservedLink };

export interface DeltaPage {
  readonly changes: readonly DeltaChange[];
  /** Set on the last page only: the token to begin with next time. Opaque. */
  readonly nextToken?: string;
}

export interface GraphCost {
  requests: number;
  resourceUnits: number;
  writes: number;
  throttled: number;
}

/**
 * Reads one tenant. All reads are safe to repeat. Iterables hold one page at a time, so that a tenant of any size fits in bounded memory.
 * @throws GRAPH_DENIED, GRAPH_UNREACHABLE, GRAPH_AUTH, GRAPH_ANSWER_INVALID; throttling is waited out inside
 */
export interface DirectoryReader {
  /** A token for "changes from now on", to take before a full read. null: this type has no delta in this tenant. */
  latestDeltaToken(type: ObjectTypeName): Promise<string | null>;
  /** All live objects with the catalogue's properties, page by page; single-valued links that ride along (manager) are yielded as links. */
  listObjects(
    type: ObjectTypeName,
  ): AsyncIterable<{ readonly objects: readonly ObservedObject[]; readonly links: readonly ObservedLink[] }>;
  /** The recycle bin of this type; empty for types that have none. */
  listDeleted(type: ObjectTypeName): AsyncIterable<{ readonly objects: readonly ObservedObject[] }>;
  /** All links of this kind of one source (e.g. the members of a group), paged. */
  listLinks(kind: LinkKind, source: ObjectId): AsyncIterable<readonly ObservedLink[]>;
  /**
   * All links of this kind of many sources, in batches; a source that does not exist (any more) is named in `missing`, never read as "no links".
   */
  listLinksOf(
    kind: LinkKind,
    sources: readonly ObjectId[],
  ): AsyncIterable<{
    readonly source: ObjectId;
    readonly links: readonly ObservedLink[];
    readonly missing: boolean;
  }>;
  /** @throws DELTA_EXPIRED */
  delta(type: ObjectTypeName, token: string): AsyncIterable<DeltaPage>;
  /** null = Graph answers 404 for it, in the live directory. */
  getObject(type: ObjectTypeName, id: ObjectId): Promise<ObservedObject | null>;
  /** Many at once ($batch); ids that are not live are missing in the map. */
  getObjects(type: ObjectTypeName, ids: readonly ObjectId[]): Promise<ReadonlyMap<ObjectId, ObservedObject>>;
  /** null = not in the recycle bin. */
  getDeleted(type: ObjectTypeName, id: ObjectId): Promise<ObservedObject | null>;
  /** Live objects whose natural key (catalogue) has this value, exact match, by a read that does not lag where Graph offers one. */
  findByKey(type: ObjectTypeName, property: string, value: string): Promise<readonly ObservedObject[]>;
  /** Live objects by a part of their name, UPN, mail or id; at most `limit`. */
  search(type: ObjectTypeName, text: string, limit: number): Promise<readonly ObservedObject[]>;
  /** Links of this kind that point at `target` (e.g. the groups a user is a direct member of), live. */
  listLinksTo(kind: LinkKind, target: ObjectId): Promise<readonly ObservedLink[]>;
  /** Number of live objects by `$count` (eventually consistent). */
  countObjects(type: ObjectTypeName): Promise<number>;
  /** Facts that decide what a plan gives (SPEC A9), read live. `null` = may not be read, and the plan says so. */
  readRisk(subject: {
    readonly users: readonly ObjectId[];
    readonly groups: readonly ObjectId[];
  }): Promise<RiskFacts>;
  /** Whether the tenant's policy lets this user have a Temporary Access Pass, and for how long. null = may not be read. */
  passPolicy(
    user: ObjectId,
  ): Promise<{ readonly allowed: boolean; readonly lifetimeInMinutes: number } | null>;
  cost(): Readonly<GraphCost>;
}

export interface RiskFacts {
  /** Directory role display names that each principal (user or group) holds now, tenant-wide or scoped. */
  readonly rolesByPrincipal: ReadonlyMap<ObjectId, readonly string[]> | null;
  /** Names of Conditional Access policies that include or exclude each group. */
  readonly policiesByGroup: ReadonlyMap<ObjectId, readonly string[]> | null;
  /** Names of applications that each group gives through app role assignments. */
  readonly applicationsByGroup: ReadonlyMap<ObjectId, readonly string[]> | null;
}

/** What a write did, as far as the answer tells. `unknown`: no usable answer came; read back before repeating. */
export type WriteOutcome =
  | { readonly outcome: 'done'; readonly requestId: string }
  /** The state was already so (already a member, already gone). */
  | { readonly outcome: 'already'; readonly requestId: string }
  | {
      readonly outcome: 'refused';
      readonly requestId: string;
      readonly code: string;
      readonly reason: string;
      readonly conflictOn?: string;
    }
  | { readonly outcome: 'unknown'; readonly requestId: string; readonly reason: string };

export interface WriteTag {
  /** Sent as client-request-id; our operation id, so that the audit of both sides can be joined. A GUID. */
  readonly clientRequestId: string;
}

/** Writes to one tenant. Never retries by itself what may have taken effect; throttling (429) is waited out inside. */
export interface DirectoryWriter {
  undelete(
    type: ObjectTypeName,
    id: ObjectId,
    options: { readonly newUserPrincipalName?: string },
    tag: WriteTag,
  ): Promise<WriteOutcome>;
  /** `properties` are the catalogue's create set; for a user, `password` goes with them and is never logged. */
  create(
    type: ObjectTypeName,
    properties: Properties,
    secret: { readonly password?: string },
    tag: WriteTag,
  ): Promise<WriteOutcome & { readonly created?: ObservedObject }>;
  /** Values of null or [] clear. The adapter splits properties that need a call of their own (catalogue rule). */
  update(
    type: ObjectTypeName,
    id: ObjectId,
    properties: Readonly<Record<string, JsonValue>>,
    tag: WriteTag,
  ): Promise<WriteOutcome>;
  /** Up to 20 targets in one call where the kind allows; outcome per target, in order. */
  link(
    kind: LinkKind,
    source: ObjectId,
    targets: readonly ObjectId[],
    tag: WriteTag,
  ): Promise<readonly WriteOutcome[]>;
  unlink(kind: LinkKind, source: ObjectId, target: ObjectId, tag: WriteTag): Promise<WriteOutcome>;
  /**
   * Deletes a live object; it goes to the recycle bin where its type has one. Only the undo of our own undelete or create plans it.
   * `already` = it is not there.
   */
  remove(type: ObjectTypeName, id: ObjectId, tag: WriteTag): Promise<WriteOutcome>;
  revokeSessions(user: ObjectId, tag: WriteTag): Promise<WriteOutcome>;
  setPassword(user: ObjectId, password: string, tag: WriteTag): Promise<WriteOutcome>;
  /** `pass` is readable in this answer only; the caller seals it at once. */
  createPass(
    user: ObjectId,
    options: { readonly lifetimeInMinutes: number; readonly once: boolean },
    tag: WriteTag,
  ): Promise<WriteOutcome & { readonly pass?: string }>;
}

/** Reader and writer of one connected tenant. */
export interface Directory {
  readonly reader: DirectoryReader;
  readonly writer: DirectoryWriter;
}
