import type { SnapshotHeader } from './history.js';
import type { Seq, TenantId } from './ids.js';
import type { Person } from './people.js';

/** Legal hold: the snapshot stays whole until somebody releases it, whatever the retention says. */
export interface SnapshotHold {
  readonly by: Pick<Person, 'objectId' | 'name'>;
  readonly because: string;
  /** ISO UTC, product clock. */
  readonly at: string;
}

/** A published snapshot with what is known of it beside its header, which never changes. */
export interface ShelvedSnapshot {
  readonly header: SnapshotHeader;
  readonly hold?: SnapshotHold;
  /** ISO UTC; set = given up: no restore point any more, and what only it needed goes or is gone. */
  readonly prunedAt?: string;
}

/** Stored versions and links. */
export interface FactCount {
  readonly versions: number;
  readonly links: number;
}

/**
 * History as retention sees it (SPEC B13). Giving up a snapshot has two steps: it is marked, so that nobody begins to use it; and
 * some time later, when nobody can still be reading it, the facts that no whole snapshot needs are deleted. Both are safe to repeat
 * and to be interrupted. Headers are never deleted. @throws STORE_UNREACHABLE
 */
export interface RetentionStore {
  /** All published snapshots, oldest first; pruned ones too. */
  shelf(tenant: TenantId): Promise<readonly ShelvedSnapshot[]>;
  /** false = there is no published snapshot of that number, or it is pruned. An earlier hold is replaced. */
  hold(tenant: TenantId, seq: Seq, hold: SnapshotHold): Promise<boolean>;
  /** Takes the hold away. @returns it, or null if there was none */
  release(tenant: TenantId, seq: Seq): Promise<SnapshotHold | null>;
  /** Marks them as pruned, but those that are held by now and the newest. @returns those marked */
  markPruned(tenant: TenantId, seqs: readonly Seq[], at: string): Promise<readonly Seq[]>;
  /** How many facts nobody would need if only `kept` (with the newest among them) were whole. Reads only. */
  countUnneeded(tenant: TenantId, kept: readonly Seq[]): Promise<FactCount>;
  /** Deletes the facts that no whole snapshot needs; those marked after `markedBy` (ISO UTC) count as whole still. */
  sweepPruned(tenant: TenantId, markedBy: string): Promise<FactCount>;
}
