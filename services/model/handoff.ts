import type { HandoffId, RequestId, TenantId } from './ids.js';
import type { NamedObject } from './restore.js';
import type { Person } from './people.js';
import type { StoredRecord } from './records.js';

/** How the person who gets the account was identified (SPEC P3); asked and kept. */
export type IdentityProof = 'inPerson' | 'videoCall' | 'callBack' | 'managerVouches' | 'other';

export interface Handoff extends StoredRecord {
  readonly id: HandoffId;
  readonly requestId: RequestId;
  readonly user: NamedObject;
  readonly kind: 'pass' | 'password';
  readonly state: 'offered' | 'ready' | 'shown' | 'expired' | 'failed';
  readonly requester: Person;
  readonly defaultRecipient?: NamedObject;
  readonly recipient?: Person;
  readonly proof?: IdentityProof;
  readonly proofNote?: string;
  /** AES-256-GCM with a key outside the database; removed when shown or expired. */
  readonly sealed?: string;
  /** ISO UTC; at most 30 minutes after sealing. */
  readonly expiresAt?: string;
  readonly shownAt?: string;
}

/** @throws HANDOFF_GONE, HANDOFF_NOT_FOR_YOU, NOT_YOUR_REQUEST, INPUT_INVALID (recipient = requester), GRAPH_* */
export interface HandoffService {
  /** The hand-off of a request that recreated a user; null if there is none. */
  ofRequest(tenant: TenantId, id: RequestId): Promise<Handoff | null>;
  get(tenant: TenantId, id: HandoffId): Promise<Handoff | null>;
  /** Names the recipient; makes the pass (or resets an expired password) and seals it. The requester is refused as recipient. */
  assign(
    tenant: TenantId,
    id: HandoffId,
    by: Person,
    recipient: Person,
    proof: IdentityProof,
    note?: string,
  ): Promise<Handoff>;
  /** Marks it shown, then returns the value, once, to the named recipient only. Never log the answer. */
  reveal(
    tenant: TenantId,
    id: HandoffId,
    by: Person,
  ): Promise<{ readonly kind: 'pass' | 'password'; readonly value: string; readonly user: NamedObject }>;
  /** Destroys what is past its time. */
  housekeeping(): Promise<void>;
}
