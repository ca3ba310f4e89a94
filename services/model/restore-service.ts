import type { ObjectTypeName } from './directory.js';
import type { ObjectId, PlanId, RequestId, TenantId } from './ids.js';
import type { Person } from './people.js';
import type { ExpectedLine, NamedObject, Plan, RestoreOptions, RestorePoint } from './plan.js';
import type { CredentialAction, JournalEntry, RequestState, RestoreRequest } from './restore.js';

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

export interface CredentialInput {
  readonly requester: Person;
  readonly timeZone: string;
  readonly subject: NamedObject;
  readonly action: CredentialAction;
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
