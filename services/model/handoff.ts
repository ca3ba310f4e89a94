import type { OwesAudit } from './audit.js';
import type { HandoffId, RequestId, TenantId } from './ids.js';
import type { NamedObject } from './plan.js';
import type { Person } from './people.js';
import type { StoredRecord } from './records.js';

/** How the person who gets the account was identified (SPEC P3); asked and kept. */
export type IdentityProof = 'inPerson' | 'videoCall' | 'callBack' | 'managerVouches' | 'other';

export interface Handoff extends StoredRecord, OwesAudit {
  readonly id: HandoffId;
  readonly requestId: RequestId;
  readonly user: NamedObject;
  readonly kind: 'pass' | 'password';
  /**
   * preparing: the user is not created yet · offered: somebody may name the recipient · confirming: an administrator's hand-off waits
   * for a second person · making: the pass or password is on its way to Entra · ready: the recipient may open it once · then shown,
   * expired or failed.
   */
  readonly state:
    'preparing' | 'offered' | 'confirming' | 'making' | 'ready' | 'shown' | 'expired' | 'failed';
  /** Operation of the request that it belongs to; one hand-off per operation. */
  readonly operationId: string;
  readonly offeredAt: string;
  readonly requester: Person;
  /** The user holds or held a directory role: naming the recipient takes two people (SPEC P3). */
  readonly twoPeople: boolean;
  readonly assignedBy?: Person;
  readonly confirmedBy?: Person;
  readonly assignedAt?: string;
  readonly defaultRecipient?: NamedObject;
  readonly recipient?: Person;
  readonly proof?: IdentityProof;
  readonly proofNote?: string;
  /** AES-256-GCM with a key outside the database; removed when shown or expired. */
  readonly sealed?: string;
  /** The sealed password is known to be the account's; false = it was on its way when the process died, and is sent again. */
  readonly sealedIsSet?: boolean;
  /** ISO UTC. Of an offer: when it lapses; of a sealed value: at most 30 minutes after sealing. */
  readonly expiresAt?: string;
  readonly shownAt?: string;
}

/** AES-256 key for sealing, kept outside the database. `id` names it in sealed texts, so that a rotation is noticed. */
export interface SealingKey {
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

/** @throws HANDOFF_GONE, HANDOFF_NOT_FOR_YOU, NOT_YOUR_REQUEST, INPUT_INVALID (recipient = requester), GRAPH_* */
export interface HandoffService {
  /** The hand-off of a request that recreated a user or issues a credential: the first one still to do; null if there is none. */
  ofRequest(tenant: TenantId, id: RequestId): Promise<Handoff | null>;
  /** All of them, when a request recreated several users. */
  allOfRequest(tenant: TenantId, id: RequestId): Promise<readonly Handoff[]>;
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
  /** The second person of an administrator's hand-off: neither requester, nor who named the recipient, nor the recipient. */
  confirm(tenant: TenantId, id: HandoffId, by: Person): Promise<Handoff>;
  /** Marks it shown, then returns the value, once, to the named recipient only. Never log the answer. */
  reveal(
    tenant: TenantId,
    id: HandoffId,
    by: Person,
  ): Promise<{ readonly kind: 'pass' | 'password'; readonly value: string; readonly user: NamedObject }>;
  /** Destroys what is past its time. */
  housekeeping(): Promise<void>;
}

export interface OfferInput {
  readonly tenant: TenantId;
  readonly requestId: RequestId;
  readonly operationId: string;
  readonly user: NamedObject;
  readonly kind: 'pass' | 'password';
  readonly requester: Person;
  readonly defaultRecipient?: NamedObject;
  readonly twoPeople: boolean;
}

/**
 * What applying a plan needs of the hand-off: a password that is sealed *before* it is sent, and an offer once the user is there.
 * All of it is safe to repeat: one hand-off per request and operation.
 */
export interface CredentialVault {
  /**
   * The password to create the user with. For kind 'password' it is sealed first, and a repeat returns the same one, so that a create
   * whose answer was lost leaves no account with a password that nobody can hand over. For 'pass' it is random each time and not kept.
   * Never log the answer.
   */
  prepare(input: OfferInput): Promise<{ readonly password: string }>;
  /** The user is there, under this object: somebody may name the recipient now. */
  offer(input: OfferInput): Promise<Handoff>;
  /** The user never came to be: what was sealed is destroyed. */
  abandon(tenant: TenantId, requestId: RequestId, operationId: string): Promise<void>;
}
