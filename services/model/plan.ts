import type { JsonValue } from './json.js';
import type { ObjectId, PlanId, RequestId, Seq } from './ids.js';
import type { LinkKind, ObjectTypeName, Properties } from './directory.js';
import type { StoredRecord } from './records.js';

/** An object as texts name it: never a bare id. `key` is the UPN or mail where it has one. */
export interface NamedObject {
  readonly type: ObjectTypeName;
  readonly id: ObjectId;
  readonly name: string;
  readonly key?: string;
  /** What people call its kind ("mail-enabled security group", "guest"); from the catalogue. */
  readonly kindName?: string;
}

/** A restore point as chosen: always a published snapshot, always with its exact time. */
export interface RestorePoint {
  readonly seq: Seq;
  /** ISO UTC, the snapshot's `startedAt`. */
  readonly takenAt: string;
  /** The words that were resolved to it ("yesterday"), if any. */
  readonly words?: string;
  /** Why the snapshot is not whole, in sentences; only of a partial one that was asked for by its number (SPEC R2). */
  readonly partial?: readonly string[];
}

export interface RestoreOptions {
  /** R3: bring the object itself back; false = only the chosen relationships. */
  readonly withObject: boolean;
  /** R6: catalogue aspects asked for: 'memberships', 'ownerships', 'manager', 'members', 'owners', … */
  readonly aspects: readonly string[];
  /** R8 */
  readonly mode: 'add' | 'exact';
  /** R5 */
  readonly blockSignIn: boolean;
  /** R7: names of the properties to restore; null = all that differ. */
  readonly onlyProperties: readonly string[] | null;
  /** Line keys (`PlanLineKey`) that the person unticked. */
  readonly leaveOut: readonly string[];
  /** R14 */
  readonly newUserPrincipalName?: string;
  /**
   * Links (line keys) to take away although nothing else asks for it: what the person left out of an undelete and Entra brought back
   * all the same (SPEC R8). Set on the second request that follows such an undelete, never by a sentence. None of them is ever added.
   */
  readonly remove?: readonly string[];
}

/**
 * Stable over re-planning: `object:{id}` (undelete, create, delete), `property:{id}:department`, `link:member:{source}:{target}`,
 * `sessions:{id}`, `credential:{id}`. The ids are those at the restore point, so that a recreated object keeps its lines.
 */
export type PlanLineKey = string;

/** A live object, or the one that an earlier operation of this plan creates. */
export type ObjectRef =
  { readonly id: ObjectId } | { readonly createdBy: string; readonly formerly: ObjectId };

/** What a line gives somebody; said first (SPEC A9). */
export interface Give {
  /** In words without a full stop: "a live account", `access to "Payroll" through Payroll readers`. */
  readonly text: string;
  /** Raises the class of the whole plan when true (role, role-assignable group, group used by Conditional Access, …). */
  readonly granting: boolean;
}

export interface PropertyChange {
  /** The line of this one property, for tick boxes and `leaveOut`. */
  readonly key: PlanLineKey;
  readonly property: string;
  /** Catalogue label: "Department". */
  readonly label: string;
  /** undefined = not known. */
  readonly before: JsonValue | undefined;
  readonly after: JsonValue;
}

interface OperationBase {
  /** 'op1', 'op2', … in apply order; unique in the plan. */
  readonly id: string;
  readonly key: PlanLineKey;
  /** Ids of operations that must be done first. */
  readonly dependsOn: readonly string[];
  readonly why: string;
  readonly gives: readonly Give[];
}

export type Operation =
  | (OperationBase & {
      readonly do: 'undelete';
      readonly object: NamedObject;
      readonly newUserPrincipalName?: string;
    })
  | (OperationBase & {
      readonly do: 'create';
      readonly object: NamedObject;
      readonly properties: Properties;
      readonly withPassword: boolean;
    })
  | (OperationBase & {
      readonly do: 'update';
      readonly object: NamedObject;
      readonly ref: ObjectRef;
      readonly changes: readonly PropertyChange[];
    })
  | (OperationBase & { readonly do: 'revokeSessions'; readonly object: NamedObject; readonly ref: ObjectRef })
  | (OperationBase & {
      readonly do: 'link' | 'unlink';
      readonly kind: LinkKind;
      readonly source: ObjectRef;
      readonly target: ObjectRef;
      readonly sourceName: NamedObject;
      readonly targetName: NamedObject;
      /** Delta cannot tell whether an undelete brings it back: done counts, "already there" counts too. */
      readonly ifMissing: boolean;
      /** For 'unlink' of a single-valued link that undo will set again, and for 'link' that replaces one. */
      readonly replaces?: NamedObject;
    })
  /** Undo of a create or an undelete: the object goes to the recycle bin. Hard deletion is never planned. */
  | (OperationBase & { readonly do: 'delete'; readonly object: NamedObject })
  /** Offers a hand-off; pass or password are made when its recipient is named, so that nothing lies about (SPEC P2, P3). */
  | (OperationBase & {
      readonly do: 'issueCredential';
      readonly object: NamedObject;
      readonly credential: 'pass' | 'password';
    });

/** A line that needs no write: Entra does it by itself. */
export interface ExpectedLine {
  readonly key: PlanLineKey;
  readonly kind: LinkKind | 'licence' | 'account';
  readonly object: NamedObject;
  /** 'undelete' = comes back with the account; 'rule' = a dynamic group's rule adds it within minutes. */
  readonly by: 'undelete' | 'rule';
  /** e.g. "joined Fri 16:04": why it is more or other than the restore point holds. */
  readonly note?: string;
  /** It comes back and is not to stay: a second plan takes it away (SPEC R8), since a person left it out or the point lacks it. */
  readonly removal?: 'leftOut' | 'exact';
  /** Why it could not be taken away again: "mail-enabled group, Graph cannot change it"; missing = it could. */
  readonly stays?: string;
  readonly gives: readonly Give[];
}

/** A line that the plan would have, had the person not left it out; it can be taken in again. */
export interface LeftOutLine {
  readonly key: PlanLineKey;
  readonly kind: LinkKind | 'property';
  /** The other end of a link; for a property the object that has it. */
  readonly object: NamedObject;
  /** Only of a property: its label ("Department"). */
  readonly label?: string;
}

/** Something wanted that this plan does not do (SPEC R16). */
export interface Skip {
  readonly key: PlanLineKey;
  readonly object: NamedObject;
  readonly kind: LinkKind | 'property' | 'object';
  /** Full reason in words: "mail-enabled group, Graph cannot change it". */
  readonly reason: string;
  /** Where a person can do it ("Exchange admin centre"). */
  readonly where?: string;
  /** false = Entra does it by itself or nobody needs to: does not make the result incomplete. */
  readonly leavesWork: boolean;
}

export interface Finding {
  readonly severity: 'error' | 'warning' | 'note';
  readonly code: string;
  readonly summary: string;
  readonly detail?: string;
}

export type PlanClass = 'small' | 'ordinary' | 'bulk' | 'granting';

export interface PlanNeeds {
  readonly approvers: number;
  readonly typeNumber: boolean;
  readonly expiresInMs: number;
}

/** The ordered way from live to wanted; immutable once stored, used at most once. */
export interface Plan extends StoredRecord {
  readonly id: PlanId;
  readonly requestId: RequestId;
  readonly createdAt: string;
  /** SHA-256 of what an approval binds: subjects, point, operations, expected, skips, class. Not of ids or times of the plan itself. */
  readonly hash: string;
  readonly subjects: readonly PlannedSubject[];
  /** null for an undo: its goal is a recorded before-state. */
  readonly point: RestorePoint | null;
  readonly operations: readonly Operation[];
  readonly expected: readonly ExpectedLine[];
  readonly skips: readonly Skip[];
  readonly findings: readonly Finding[];
  /** Not bound by the hash: these lines are not part of what is agreed to. */
  readonly leftOut?: readonly LeftOutLine[];
  readonly class: PlanClass;
  readonly needs: PlanNeeds;
  /** False if a finding is an error: may be shown, not asked for. */
  readonly applyable: boolean;
}

export interface PlannedSubject {
  readonly object: NamedObject;
  readonly before: 'live' | 'softDeleted' | 'gone';
  /** Whom a recreated user's one-time credential can go to by default. */
  readonly manager?: NamedObject;
  /** Set when the plan creates a user: what will be handed over, checked before the start (SPEC P2). */
  readonly handoff?: 'pass' | 'password';
  /** Holds or held a directory role, or that may not be read: its hand-off takes two people (SPEC P3). */
  readonly privileged?: boolean;
}
