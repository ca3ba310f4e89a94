import type { ObjectTypeSpec } from '../catalog/spec.js';
import type { LinkKind, Properties, RiskFacts } from '../model/directory.js';
import type { ObjectVersion } from '../model/history.js';
import type { ObjectId } from '../model/ids.js';
import type { NamedObject, RestorePoint } from '../model/plan.js';

/** Everything the planner knows, gathered by `gather.ts`. The planner itself reads nothing: same facts, same plan. */
export interface PlanFacts {
  readonly point: RestorePoint;
  readonly timeZone: string;
  readonly subjects: readonly SubjectFacts[];
  /** The other ends of all links in question, by the id that the link names (which may be one of a former life). */
  readonly others: ReadonlyMap<ObjectId, OtherEnd>;
  readonly risk: RiskFacts;
  /** Dynamic groups of the newest snapshot, with the properties that their rules read. */
  readonly rules: readonly RuleGroup[];
  /** Kinds of link that the point's snapshot holds whole; of others it is not known what was *not* there. */
  readonly kindsWhole: ReadonlySet<LinkKind>;
  /** Why delta could not tell removed links from latent ones, in words; null = it could, or nobody needed it. */
  readonly deltaGap: string | null;
}

export interface SubjectFacts {
  readonly spec: ObjectTypeSpec;
  /** The id at the restore point: line keys are made of it. */
  readonly formerId: ObjectId;
  /** The id it has now, or had last (differs after a recreate). */
  readonly id: ObjectId;
  readonly object: NamedObject;
  readonly wanted: ObjectVersion;
  readonly state: 'live' | 'softDeleted' | 'gone';
  /** Live body, or the recycle bin's brought to its live form; null when gone. A missing key is unknown. */
  readonly body: Properties | null;
  readonly links: readonly LinkFacts[];
  /** Another live object that has the natural key which this one would get back. */
  readonly keyTaken: KeyTaken | null;
  readonly handoff: 'pass' | 'password' | null;
}

export interface KeyTaken {
  readonly property: string;
  readonly value: string;
  readonly by: NamedObject;
}

/** All links of one kind at one end of a subject. */
export interface LinkFacts {
  readonly kind: LinkKind;
  /** Where the subject stands. */
  readonly end: 'source' | 'target';
  /** Asked for by an aspect, or pointing at an id that a recreate replaces. */
  readonly restore: boolean;
  /** Other ends at the restore point, non-latent, by the ids of then. */
  readonly wanted: readonly ObjectId[];
  /**
   * Other ends now, by the ids of now. Live subject: as read. Soft-deleted: what stays latent, as far as history and delta tell.
   * Gone: none.
   */
  readonly present: ReadonlyMap<ObjectId, LinkNow>;
  /** False: `present` may be wrong for a soft-deleted subject, so lines become "add if it did not come back". */
  readonly sure: boolean;
}

export interface LinkNow {
  /** When newer than the restore point: the first snapshot that has it, or null = not in any snapshot yet. */
  readonly joined?: { readonly by: string | null };
}

export interface OtherEnd {
  /** The id that lives on. */
  readonly id: ObjectId;
  readonly object: NamedObject;
  /** 'unread' = a type that the catalogue does not know; Graph decides when the link is written. */
  readonly state: 'live' | 'softDeleted' | 'gone' | 'unread';
  readonly body: Properties | null;
  /** For a single-valued kind seen from its target: whom the source has now instead (a report's present manager). */
  readonly holds?: NamedObject;
}

export interface RuleGroup {
  readonly object: NamedObject;
  readonly rule: string;
}
