import type { OwesAudit } from './audit.js';
import type { JsonValue } from './json.js';
import type { ObjectId, PlanId, RequestId, TenantId } from './ids.js';
import type { ObjectTypeName } from './directory.js';
import type { Person } from './people.js';
import type { StoredRecord } from './records.js';
import type {
  NamedObject,
  RestorePoint,
  RestoreOptions,
  ExpectedLine,
  Skip,
  PlanNeeds,
  Plan,
} from './plan.js';

export type RequestState =
  | 'asks'
  | 'waiting'
  | 'running'
  | 'done'
  | 'incomplete'
  | 'failed'
  | 'lapsed'
  | 'expired'
  | 'withdrawn'
  | 'denied'
  | 'cancelled';

export interface Decision {
  readonly by: Person;
  readonly verdict: 'approved' | 'denied';
  readonly at: string;
  readonly comment?: string;
}

/** The life of one restore or undo, from the sentence to the result: the record that cards point at. */
export interface RestoreRequest extends StoredRecord, OwesAudit {
  readonly id: RequestId;
  /** Short number for people ("request 31"), per tenant. */
  readonly number: number;
  readonly kind: 'restore' | 'undo' | 'credential';
  /** Asked for at the command line of the server: the channel is told so, also when Teams was away for days (SPEC A7). */
  readonly atCommandLine?: true;
  /** Only for kind 'credential'. */
  readonly credential?: CredentialAction;
  readonly requester: Person;
  /** IANA zone of the requester; all times on the cards are shown in it. */
  readonly timeZone: string;
  readonly subjects: readonly NamedObject[];
  readonly point: RestorePoint | null;
  readonly options: RestoreOptions;
  readonly reason?: string;
  readonly state: RequestState;
  readonly createdAt: string;
  readonly planId?: PlanId;
  readonly approval?: {
    readonly needs: PlanNeeds;
    readonly askedAt: string;
    readonly expiresAt: string;
    /** Two digits, shown on the requester's card, typed by the approver where the class asks for it. */
    readonly number: number;
    readonly planHash: string;
    readonly decisions: readonly Decision[];
    /** Set when handed to somebody else: only they (and nobody else) are asked. */
    readonly reassignedTo?: readonly Person[];
    /** Set once when a reminder is due; the notifier repeats the approvers' cards then. */
    readonly remindedAt?: string;
  };
  /** What moved, one line each, when state is 'lapsed'. */
  readonly lapsedBecause?: readonly string[];
  readonly progress?: {
    readonly done: number;
    readonly total: number;
    readonly startedAt: string;
    readonly stopAsked: boolean;
  };
  readonly result?: RestoreResult;
  /** For an undo: the request whose before-state is the goal. */
  readonly undoes?: RequestId;
  readonly undoneBy?: RequestId;
  /** The request whose undelete brought back what this one takes away (SPEC R8), and the other way round. */
  readonly follows?: RequestId;
  readonly followedBy?: RequestId;
}

/** STORY §3.7 buttons: requests of their own, with preview and approval by class (SPEC A1). */
export type CredentialAction = 'resetPassword' | 'pass' | 'revokeSessions';

export interface CredentialInput {
  readonly requester: Person;
  readonly timeZone: string;
  readonly subject: NamedObject;
  readonly action: CredentialAction;
  readonly reason?: string;
  readonly atCommandLine?: true;
}

export type OperationOutcome =
  | { readonly outcome: 'done' | 'already' }
  | { readonly outcome: 'skipped'; readonly reason: string }
  | { readonly outcome: 'failed'; readonly reason: string; readonly code: string };

/** One operation's way through an apply run; written `sending` before the call, settled after (SPEC R20). */
export interface JournalEntry extends StoredRecord {
  /** `${requestId}:${operationId}` */
  readonly id: string;
  readonly requestId: RequestId;
  readonly operationId: string;
  readonly order: number;
  readonly state: 'planned' | 'sending' | 'settled';
  /** GUID, sent as client-request-id. */
  readonly clientRequestId: string;
  readonly outcome?: OperationOutcome;
  /** request-id of Graph's answer. */
  readonly graphRequestId?: string;
  readonly sentAt?: string;
  readonly settledAt?: string;
  /** For 'create': the new object's id, written the moment Graph answers. */
  readonly newId?: ObjectId;
  /** Read just before sending: what undo brings back. */
  readonly before?: JsonValue;
}

export interface RestoreResult {
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Of the read-back (SPEC: result = read-back, not HTTP status). */
  readonly checkedAt: string;
  readonly linesHeld: number;
  readonly linesTotal: number;
  readonly differences: readonly {
    readonly object: NamedObject;
    /** With the reason, where the operation failed. */
    readonly text: string;
    /** The operation that was to bring it about; missing for what Entra was to bring back by itself. */
    readonly operationId?: string;
  }[];
  readonly outcomes: readonly { readonly operationId: string; readonly outcome: OperationOutcome }[];
  readonly skips: readonly Skip[];
  /** Sentences for the person: "She is in Project X again." */
  readonly tell: readonly string[];
  readonly recreated: readonly {
    /** As it is now (`object.id` = `newId`). */
    readonly object: NamedObject;
    readonly formerId: ObjectId;
    readonly newId: ObjectId;
    readonly repointed: readonly string[];
  }[];
  readonly auditFrom: number;
  readonly auditTo: number;
  readonly canUndo: boolean;
}

/** A match for a name in a sentence: live, in the recycle bin, or in history only. */
export interface Candidate {
  readonly object: NamedObject;
  readonly state: 'live' | 'softDeleted' | 'gone';
  /** Short facts for the picker: department, "guest". */
  readonly hint?: string;
  readonly deletedAt?: string;
  readonly purgeAt?: string;
  /** Gone objects: the last snapshot that holds it. */
  readonly lastSeen?: RestorePoint;
  /** null = unknown (no snapshot has it). */
  readonly changedSinceNewest?: boolean;
}

/** A distinct version of one object with its links, newest first (picker 3.2). */
export interface DistinctPoint {
  readonly point: RestorePoint;
  /** Last snapshot that still has the same content. */
  readonly until: RestorePoint;
  /** What changed in it against the one before, in words. */
  readonly what: readonly string[];
}

/** What the options card (STORY §3.2) shows before a plan is made. Counts come from a trial plan. */
export interface RestoreOutlook {
  readonly candidate: Candidate;
  readonly account: {
    readonly how: 'undelete' | 'overwrite' | 'recreate' | 'nothing';
    readonly properties: number;
  };
  readonly since: {
    readonly deleted: boolean;
    readonly linksGained: number;
    readonly linksLost: number;
    /** What all of them are ("Memberships"); missing when they are of several kinds. */
    readonly linksLabel?: string;
    readonly propertiesChanged: number;
  };
  readonly comesBack: readonly { readonly what: string; readonly count: number }[];
  /** The same line by line; those with `removal` go again by a second plan. */
  readonly comesBackLines: readonly ExpectedLine[];
  /** One per catalogue aspect of the type. `readOnly`: shown, cannot be restored. */
  readonly aspects: readonly {
    readonly name: string;
    readonly label: string;
    readonly count: number;
    readonly selected: boolean;
    readonly readOnly: boolean;
  }[];
}

export interface RestoreInput {
  readonly requester: Person;
  readonly timeZone: string;
  readonly subjects: readonly NamedObject[];
  readonly point: RestorePoint;
  readonly options: RestoreOptions;
  readonly reason?: string;
  readonly atCommandLine?: true;
}

/** Fields of the options card that a person may change; missing = as it was. */
export interface RequestPatch {
  readonly point?: RestorePoint;
  readonly options?: Partial<RestoreOptions>;
  readonly reason?: string;
}

/**
 * The restore feature as bot sees it. Rights are checked by `authorize()` at the door before; this service checks what belongs to
 * the request itself (requester, approver ≠ requester, state, expiry, plan hash). All changes are compare-and-set on `rev`:
 * @throws CARD_OLD when `rev` moved on, CARD_EXPIRED, REQUEST_NOT_FOUND, OWN_REQUEST, ALREADY_DECIDED, NOT_YOUR_REQUEST, NUMBER_WRONG
 */
export interface RestoreService {
  /** Matches of a name, UPN, mail or id: exact ones first; one exact match comes alone. */
  candidates(tenant: TenantId, type: ObjectTypeName | null, name: string): Promise<readonly Candidate[]>;
  /** Opens a request in state 'asks'. @throws POINT_LACKS_OBJECT (details.nearest) */
  open(input: RestoreInput): Promise<RestoreRequest>;
  get(tenant: TenantId, id: RequestId): Promise<RestoreRequest | null>;
  plan(tenant: TenantId, id: PlanId): Promise<Plan | null>;
  /** Requests of a tenant, newest first. */
  list(
    tenant: TenantId,
    filter?: {
      readonly states?: readonly RequestState[];
      readonly requester?: ObjectId;
      readonly limit?: number;
    },
  ): Promise<readonly RestoreRequest[]>;
  outlook(tenant: TenantId, id: RequestId): Promise<RestoreOutlook>;
  distinctPoints(tenant: TenantId, subject: NamedObject): Promise<readonly DistinctPoint[]>;
  /** Stores changed options; any earlier plan of the request no longer counts. */
  change(
    tenant: TenantId,
    id: RequestId,
    rev: number,
    by: Person,
    patch: RequestPatch,
  ): Promise<RestoreRequest>;
  /** Plans against live and stores the plan. A plan without operations has `operations: []`. */
  preview(
    tenant: TenantId,
    id: RequestId,
    rev: number,
    by: Person,
    patch?: RequestPatch,
  ): Promise<{ readonly request: RestoreRequest; readonly plan: Plan }>;
  /** Dry run (SPEC R17): plans without a request; nothing is stored. */
  dryRun(input: RestoreInput): Promise<Plan>;
  /** Asks for approval of the shown plan; class 'small' goes straight to 'running'. @throws REASON_MISSING, NOTHING_TO_DO, PLAN_BLOCKED */
  ask(
    tenant: TenantId,
    id: RequestId,
    rev: number,
    by: Person,
    planHash: string,
    reason?: string,
  ): Promise<RestoreRequest>;
  /** `planHash` is the one on the approver's card. The last needed approval starts the run. */
  approve(
    tenant: TenantId,
    id: RequestId,
    by: Person,
    planHash: string,
    typedNumber?: number,
  ): Promise<RestoreRequest>;
  deny(tenant: TenantId, id: RequestId, by: Person, comment?: string): Promise<RestoreRequest>;
  reassign(tenant: TenantId, id: RequestId, by: Person, to: readonly Person[]): Promise<RestoreRequest>;
  withdraw(tenant: TenantId, id: RequestId, rev: number, by: Person): Promise<RestoreRequest>;
  /** Stops after the running step (SPEC R18). */
  stop(tenant: TenantId, id: RequestId, by: Person): Promise<RestoreRequest>;
  /** After a lapse: makes the fresh plan the one that is asked for. */
  askAgain(
    tenant: TenantId,
    id: RequestId,
    rev: number,
    by: Person,
    planHash: string,
  ): Promise<RestoreRequest>;
  /** Opens an undo of a finished request and plans it: preview and approval follow as for a restore. */
  undo(
    tenant: TenantId,
    id: RequestId,
    by: Person,
    where?: Pick<RestoreRequest, 'atCommandLine'>,
  ): Promise<{ readonly request: RestoreRequest; readonly plan: Plan }>;
  /** Reset password, Temporary Access Pass or revoke sessions: opens a request of its own and plans it; approval follows as for a restore. */
  openCredential(input: CredentialInput): Promise<{ readonly request: RestoreRequest; readonly plan: Plan }>;
  /** The journal of a request, in order: what was sent, when, with which outcome. */
  journal(tenant: TenantId, id: RequestId): Promise<readonly JournalEntry[]>;
  /** The job: recompute, lapse or apply, prove. Safe to call again after any crash. */
  run(tenant: TenantId, id: RequestId, signal: AbortSignal): Promise<void>;
  /** Expires what is due and re-enqueues runs that a crash left; at start and every minute. */
  housekeeping(): Promise<void>;
}
