import type { TenantId } from './ids.js';
import type { JsonObject } from './json.js';

/** One line of the append-only, hash-chained audit (SPEC N3). Never holds a secret. */
export interface AuditEntry {
  readonly tenant: TenantId;
  /** From 1, without gaps, per tenant. */
  readonly number: number;
  readonly at: string;
  readonly actor: { readonly objectId: string; readonly name: string } | 'service';
  /** Dotted kind: `restore.asked`, `approval.approved`, `write.done`, `handoff.shown`, `read.user`, … */
  readonly kind: string;
  /** What the entry is about, if there is more than one about it: a request's id, or `backup/{seq}`. */
  readonly requestId?: string;
  /** Unique among the entries about it, where a repeat has to be recognised. */
  readonly key?: string;
  readonly details: JsonObject;
  readonly prev: string;
  /** SHA-256 over prev and the other fields' canonical JSON. */
  readonly hash: string;
}

/** An entry that a record keeps until it stands in the audit: stored by the same write as the change that it tells of. */
export interface AuditNews extends Pick<AuditEntry, 'kind' | 'actor' | 'details'> {
  readonly key: string;
  /** ISO UTC: when it happened. */
  readonly at: string;
}

/** Part of a record that may owe the audit something (services/audit/outbox.ts). */
export interface OwesAudit {
  readonly untold?: readonly AuditNews[];
  /** Set while `untold` is: what such records are found by. */
  readonly owesAudit?: true;
}

export interface AuditLog {
  /**
   * An entry with a key is told once for its request, on however many instances: the one there is, is returned.
   * @param options.once  the same for entries of its kind
   */
  append(
    entry: Omit<AuditEntry, 'number' | 'at' | 'prev' | 'hash'>,
    options?: { readonly once?: boolean },
  ): Promise<AuditEntry>;
  /** Newest first. */
  list(
    tenant: TenantId,
    options?: { readonly requestId?: string; readonly limit?: number },
  ): Promise<readonly AuditEntry[]>;
  /** Recomputes the chain; the number of the first broken entry, or null. */
  verify(tenant: TenantId): Promise<{ readonly entries: number; readonly firstBroken: number | null }>;
}
