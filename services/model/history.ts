import type { ObjectId, Seq, TenantId } from './ids.js';
import type { GraphCost, LinkKind, ObjectTypeName, ObservedLink, Properties } from './directory.js';
import type { Person } from './people.js';

/** Format of the headers that this version writes and reads; a newer one is refused, an older one would be upgraded on read. */
export const HEADER_FORMAT = 1;

/** `to` of a fact that still holds: larger than any snapshot number. */
export const OPEN: Seq = 2_000_000_000;

/** A catalogue object's content over the snapshots `[from, to)`. */
export interface ObjectVersion {
  readonly tenant: TenantId;
  readonly type: ObjectTypeName;
  readonly objectId: ObjectId;
  readonly from: Seq;
  readonly to: Seq;
  /** `versionHash` of services/model/snapshot-digest.ts: SHA-256 of the canonical JSON of `{state, deletedAt?, body}`. */
  readonly hash: string;
  readonly name: string;
  /** Lower-case values that find the object: name, UPN, mail, id. */
  readonly keys: readonly string[];
  readonly state: 'live' | 'softDeleted';
  readonly deletedAt?: string;
  readonly body: Properties;
}

/** One relationship over the snapshots `[from, to)`. A change between live and latent closes one fact and opens the next. */
export interface LinkFact {
  readonly tenant: TenantId;
  readonly kind: LinkKind;
  readonly source: ObjectId;
  readonly target: ObjectId;
  readonly targetType?: ObjectTypeName;
  readonly from: Seq;
  readonly to: Seq;
  /** True while an end is soft-deleted: neither a removal nor an alarm, left out of counts and `state` (design §2). */
  readonly latent: boolean;
}

export type SnapshotStatus = 'running' | 'complete' | 'partial' | 'abandoned';
export type BackupTrigger = 'schedule' | 'chat' | 'terminal' | 'connect' | 'catchUp';

/** How one type was read in a run. */
export interface SnapshotPart {
  readonly mode: 'full' | 'increment';
  /** Why it was read in full ("first backup", "delta token expired"), or why it is not whole. */
  readonly reason?: string;
  /** ISO UTC start of the newest full read of this type; carried along by increments. */
  readonly fullAt?: string;
  /** A reading that collapsed and was not believed (SPEC B18): live objects read, and held by history. */
  readonly collapsed?: { readonly read: number; readonly held: number };
}

/** Header of one backup run; never deleted. */
export interface SnapshotHeader {
  readonly tenant: TenantId;
  readonly seq: Seq;
  readonly formatVersion: 1;
  readonly status: SnapshotStatus;
  readonly trigger: BackupTrigger;
  readonly by?: Pick<Person, 'objectId' | 'name'>;
  /** ISO UTC, product clock. `startedAt` is the time of the restore point. */
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** 'full' reads everything, 'increment' follows delta tokens, 'mixed' says so per type in `parts`. */
  readonly mode: 'full' | 'increment' | 'mixed';
  readonly parts: Readonly<Record<string, SnapshotPart>>;
  /** Live objects per type and live links per kind. */
  readonly counts: Readonly<Record<string, number>>;
  /** Objects and links that differ from the snapshot before, per type and kind; live ↔ latent does not count as a difference. */
  readonly changes: Readonly<Record<string, number>>;
  readonly tokens: Readonly<Record<string, string>>;
  readonly cost: GraphCost;
  /** Why the snapshot is not whole; empty when complete. */
  readonly partialReasons: readonly string[];
  /** Digest of all versions and non-latent links that hold here; the same by whatever way it was reached (doc/adr/0002). */
  readonly state?: string;
  /** Digest of the latent links. */
  readonly latent?: string;
  /** Over the previous published header's `chain` and everything else in this header. */
  readonly chain?: string;
  readonly fence: number;
  /** The published snapshot this run was built on; missing in the first. */
  readonly previous?: Seq;
  /** All numbers below this one that were never published; what carries them in `from` or `to` did not happen. */
  readonly skipped?: readonly Seq[];
  /** The sums behind `state` and `latent`, to go on from (hex, 2,048 bits each). */
  readonly sums?: { readonly state: string; readonly latent: string };
}

export interface IdMapping {
  readonly tenant: TenantId;
  readonly type: ObjectTypeName;
  readonly oldId: ObjectId;
  readonly newId: ObjectId;
  readonly at: string;
  readonly requestId: string;
}

/** What the rest of the product may ask of history. Never looks past the last published snapshot. */
export interface HistoryReader {
  newestSnapshot(tenant: TenantId): Promise<SnapshotHeader | null>;
  /**
   * Published (complete or partial) headers, newest first; with `notAfter` (ISO UTC) only those started by then, with `within` only
   * those numbered in `(after, upTo]`. Pruned ones are left out: they can no longer be restored from. With `pruned` they come too, for
   * telling when something happened.
   */
  snapshots(
    tenant: TenantId,
    options?: {
      readonly limit?: number;
      readonly notAfter?: string;
      readonly within?: { readonly after: Seq; readonly upTo: Seq };
      readonly pruned?: boolean;
    },
  ): Promise<readonly SnapshotHeader[]>;
  /** null = there is no published snapshot of that number, or it was pruned (and `pruned` is not set). */
  snapshot(
    tenant: TenantId,
    seq: Seq,
    options?: { readonly pruned?: boolean },
  ): Promise<SnapshotHeader | null>;
  /** The version that holds at `seq`; null = the snapshot does not have the object. */
  versionAt(tenant: TenantId, objectId: ObjectId, seq: Seq): Promise<ObjectVersion | null>;
  /** Many at once; objects that the snapshot lacks are missing. */
  versionsAt(
    tenant: TenantId,
    objectIds: readonly ObjectId[],
    seq: Seq,
  ): Promise<ReadonlyMap<ObjectId, ObjectVersion>>;
  /** All versions of one object, oldest first. */
  versionsOf(tenant: TenantId, objectId: ObjectId): Promise<readonly ObjectVersion[]>;
  /** Links that hold at `seq` and touch the object, from either end. */
  linksAt(
    tenant: TenantId,
    objectId: ObjectId,
    seq: Seq,
    end?: 'source' | 'target',
  ): Promise<readonly LinkFact[]>;
  /** All link facts that ever touched the object, oldest first. */
  linksOf(tenant: TenantId, objectId: ObjectId): Promise<readonly LinkFact[]>;
  /**
   * Newest version of each object one of whose keys or name contains `text` (case-insensitive); deleted and gone ones too. With `exact`
   * only those of which it is a whole key.
   */
  search(
    tenant: TenantId,
    text: string,
    options?: { readonly type?: ObjectTypeName; readonly limit?: number; readonly exact?: boolean },
  ): Promise<readonly ObjectVersion[]>;
  eachVersionAt(tenant: TenantId, seq: Seq, type?: ObjectTypeName): AsyncIterable<ObjectVersion>;
  eachLinkAt(tenant: TenantId, seq: Seq, kind?: LinkKind): AsyncIterable<LinkFact>;
  /** Facts whose `from` or `to` lies in `(after, upTo]`: cost follows the changes. */
  changedVersions(tenant: TenantId, after: Seq, upTo: Seq): AsyncIterable<ObjectVersion>;
  changedLinks(tenant: TenantId, after: Seq, upTo: Seq): AsyncIterable<LinkFact>;
  /** Follows recreations in both directions; `newest` is the id that lives on (the given one if never recreated). */
  identity(
    tenant: TenantId,
    id: ObjectId,
  ): Promise<{ readonly newest: ObjectId; readonly all: readonly ObjectId[] }>;
  recordMapping(mapping: IdMapping): Promise<void>;
}

/** An object as a run wants it stored; `body` is already normalised (unordered collections sorted). */
export interface WantedObject {
  readonly type: ObjectTypeName;
  readonly objectId: ObjectId;
  readonly name: string;
  readonly keys: readonly string[];
  readonly state: 'live' | 'softDeleted';
  readonly deletedAt?: string;
  readonly body: Properties;
}

export interface WantedLink extends ObservedLink {
  readonly standing: 'live' | 'latent' | 'gone';
}

/** What a run knows when it is done; everything else in the header is history's own. */
export interface RunOutcome {
  /** ISO UTC, product clock. */
  readonly finishedAt: string;
  readonly mode: SnapshotHeader['mode'];
  readonly parts: SnapshotHeader['parts'];
  readonly tokens: SnapshotHeader['tokens'];
  readonly cost: GraphCost;
  /** Not empty = the snapshot is published as 'partial'. */
  readonly partialReasons: readonly string[];
}

/**
 * One unpublished snapshot being written. Nothing of it is seen by readers before `publish`; a run that dies, or that was
 * overtaken by a holder of a higher fence, changes nothing that was or will be published (design §2).
 * Puts are idempotent: the last one of an object or link counts, and putting back what the snapshot before held leaves no trace.
 * Batches of up to about 1,000 are written at once; puts of one run must not overlap in time.
 * @throws STORE_UNREACHABLE
 */
export interface HistoryRun {
  readonly tenant: TenantId;
  readonly seq: Seq;
  readonly startedAt: string;
  /** The newest published snapshot, on which this run builds. */
  readonly previous: SnapshotHeader | null;
  /** Live objects per type and live links per kind, as of now in this run. */
  counts(): Readonly<Record<string, number>>;
  /** Current versions in this run (live and soft-deleted); unknown objects are missing. */
  versions(ids: readonly ObjectId[]): Promise<ReadonlyMap<ObjectId, ObjectVersion>>;
  /** Current objects of a type, by their ids alone. */
  eachId(type: ObjectTypeName, state: 'live' | 'softDeleted'): AsyncIterable<ObjectId>;
  /** Current links (live and latent) of the objects, from one end. */
  eachLink(end: 'source' | 'target', ids: readonly ObjectId[], kind?: LinkKind): AsyncIterable<LinkFact>;
  putObjects(wanted: readonly WantedObject[]): Promise<void>;
  /** The objects are no more: neither live nor in the recycle bin. Their links are the caller's to put. */
  removeObjects(ids: readonly ObjectId[]): Promise<void>;
  putLinks(wanted: readonly WantedLink[]): Promise<void>;
  /** Publishes by one update of the header. @throws LEASE_LOST if a later run has begun: nothing was published */
  publish(outcome: RunOutcome): Promise<SnapshotHeader>;
  /** Gives the run up and removes what it wrote. Fine if it was overtaken; one that was published after all stays whole. */
  abandon(): Promise<void>;
}

/** Writes history. The caller holds the tenant's lease; its fence decides between two who believe they do. */
export interface HistoryWriter {
  /**
   * Abandons and sweeps what earlier runs left, then takes the next number.
   * @throws LEASE_LOST if a holder of a higher fence has begun
   */
  begin(
    tenant: TenantId,
    options: {
      readonly trigger: BackupTrigger;
      readonly by?: Pick<Person, 'objectId' | 'name'>;
      readonly startedAt: string;
      readonly fence: number;
    },
  ): Promise<HistoryRun>;
  /** Abandons and sweeps without beginning. Safe to repeat. @returns the numbers given up now and the facts mended */
  sweep(
    tenant: TenantId,
    fence: number,
  ): Promise<{ readonly abandoned: readonly Seq[]; readonly mended: number }>;
}
