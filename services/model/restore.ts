import type { OwesAudit } from './audit.js';
import type { ObjectId, PlanId, RequestId } from './ids.js';
import type { JsonValue } from './json.js';
import type { Person } from './people.js';
import type { NamedObject, PlanNeeds, RestoreOptions, RestorePoint, Skip } from './plan.js';
import type { StoredRecord } from './records.js';

/**
 * Where a request stands. Open: 'asks' (options and preview, its requester's alone), 'waiting' (for approval), 'running', 'lapsed' (what
 * was approved has moved; it can be asked for again). All others are ends; 'incomplete' = not all of it holds, 'failed' = nothing of it.
 */
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
