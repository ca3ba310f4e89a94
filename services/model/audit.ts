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
  readonly details: JsonObject;
  readonly prev: string;
  /** SHA-256 over prev and the other fields' canonical JSON. */
  readonly hash: string;
}

export interface AuditLog {
  /** @param options.once  at most one entry of this kind for the request, on however many instances: the one there is, is returned */
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
