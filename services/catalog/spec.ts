import type { JsonValue } from '../model/json.js';
import type { LinkKind, ObjectTypeName, Properties } from '../model/directory.js';

/** How one property behaves; every property of a type's `select` has a rule (a table test checks it). */
export interface PropertyRule {
  /**
   * 'yes' = create and PATCH; 'create' = at create only; 'never' = read-only;
   * 'own' = PATCHable, but only in a call of its own (the writer splits it off).
   */
  readonly write: 'yes' | 'create' | 'never' | 'own';
  /** What restoring an empty value does: null/[] clears it, or Graph cannot clear it (then it is a skip, said). */
  readonly empty: 'clears' | 'cannotClear';
  /** 'set' = order and repetition mean nothing; 'text' = exact; 'caseless' for UPNs and mails. */
  readonly compare: 'value' | 'set' | 'caseless';
  /** Part of the stored body but never diffed nor restored (timestamps, counters that move by themselves). */
  readonly volatile?: true;
  /** Why a difference is shown but not restored, when `write` is 'never' or the type says so. */
  readonly because?: string;
  /** SPEC A9: what a change of it gives ("a live account" when accountEnabled becomes true). */
  readonly gives?: (before: JsonValue | undefined, after: JsonValue) => string | null;
  /** Words for people: "Department". */
  readonly label: string;
  /** What an administrator calls the value, told from the whole body; for showing and comparing only. */
  readonly words?: (body: Properties) => string;
  /**
   * Properties that Entra derives this one from ('proxyAddresses' follows 'mail'): a difference is shown, but restoring those settles
   * it, so it is neither work left nor a failure of the proof.
   */
  readonly follows?: readonly string[];
  /** Brings spellings of the same value that Graph mixes (an absent and a null member) to one form; applied to every value read. */
  readonly normal?: (value: JsonValue) => JsonValue;
  /** Application permissions that a write of it takes besides the type's (alternatives, least first). */
  readonly permission?: readonly string[];
}

/** A reason why something cannot be written, in words, and where a person can do it. */
export interface Obstacle {
  readonly reason: string;
  readonly where?: string;
  /** false: Entra does it by itself (dynamic rule). */
  readonly leavesWork: boolean;
}

/** How links of one kind are read, written and named. */
export interface LinkSpec {
  readonly kind: LinkKind;
  readonly sourceType: ObjectTypeName;
  /** Catalogue types that can be the other end; Graph may also answer with types that the catalogue does not know (device). */
  readonly targetTypes: readonly ObjectTypeName[];
  /** Path segment under the source: 'members', 'owners', 'manager'. */
  readonly segment: string;
  readonly single: boolean;
  /** Path segment under the target that lists its sources (mixed types): 'memberOf', 'ownedObjects'; null = Graph offers none. */
  readonly reverseSegment: string | null;
  /** Singular word for texts: "member", "owner", "manager". */
  readonly label: string;
  /** How many targets one write may carry (members: 20 by PATCH bind), 1 = one by one. */
  readonly targetsPerWrite: number;
  /** Whether the type's delta carries this kind ('members@delta', 'manager@delta'). */
  readonly inDelta: boolean;
  /** Restore option seen from the source ("members") and from the target ("memberships"); absent = not offered from that end. */
  readonly atSource?: { readonly aspect: string; readonly label: string };
  readonly atTarget?: { readonly aspect: string; readonly label: string };
  /** Whether an undelete of source or target brings it back by itself (FACTS §10). 'unknown' = plan as "add if it did not come back". */
  readonly undelete: 'comesBack' | 'unknown';
  /** Why links of this source cannot be written (dynamic, mail-enabled, synced); null = they can. */
  readonly obstacle: (source: Properties, target: Properties | null) => Obstacle | null;
  /** Why a new link of this source is of class granting whatever roles or policies say ("role-assignable group"); null = it is not (SPEC A1). */
  readonly grantingBecause: (source: Properties) => string | null;
  readonly permissions: TypePermissions;
}

/** Application permissions: each entry lists alternatives, the least one first; one of every entry is needed. */
export interface TypePermissions {
  readonly read: readonly (readonly string[])[];
  readonly restore: readonly (readonly string[])[];
}

export interface ObjectTypeSpec {
  readonly name: ObjectTypeName;
  readonly label: string;
  readonly plural: string;
  readonly graph: {
    /** '/users' */
    readonly collection: string;
    /** '#microsoft.graph.user' */
    readonly odataType: string;
    /** Cast under /directory/deletedItems, null = no recycle bin. */
    readonly deletedCast: string | null;
    /** Properties of list, get and delta. */
    readonly select: readonly string[];
    /** Names added to $select on delta so that links ride along ('manager', 'members', 'owners'). */
    readonly deltaLinks: readonly string[];
    /** A property that addresses an object in the collection's path like its id does ('userPrincipalName'). */
    readonly keyProperty?: string;
    /** Properties whose beginning finds the object in a search. */
    readonly search: readonly string[];
    /** Undoes what Graph does to values while the object is in the recycle bin (the prefixed UPN). */
    readonly bodyInBin: (id: string, body: Properties) => Properties;
    /** Single-valued links expanded in the list: kind → navigation name. */
    readonly expand: Readonly<Record<LinkKind, string>>;
  };
  readonly properties: Readonly<Record<string, PropertyRule>>;
  /** Properties that people look for first, in that order; the others follow by label. */
  readonly shownFirst: readonly string[];
  /** Properties whose exact value recognises the same object again after a lost create or a hard delete, strongest first. */
  readonly naturalKeys: readonly string[];
  /** Display name, never empty. */
  readonly nameOf: (body: Properties) => string;
  /** UPN or mail for texts. */
  readonly keyOf: (body: Properties) => string | undefined;
  /** Lower-case search values (without the id). */
  readonly keysOf: (body: Properties) => readonly string[];
  /** "security group", "Microsoft 365 group", "mail-enabled security group", "dynamic group", "guest", "user". */
  readonly kindNameOf: (body: Properties) => string;
  /** Short fact for pickers: department, "guest". */
  readonly hintOf: (body: Properties) => string | undefined;
  /** Why the object itself cannot be restored (synced from on-premises, mail-enabled group to recreate); null = it can. */
  readonly obstacle: (body: Properties, live: 'live' | 'softDeleted' | 'gone') => Obstacle | null;
  /** Whether a deletion puts it into the recycle bin. */
  readonly softDeletes: (body: Properties) => boolean;
  /** Body of the POST that recreates it (without password). */
  readonly createBody: (body: Properties) => Properties;
  /** Links whose source or target is this type live in `links.ts`. */
  readonly permissions: TypePermissions;
  /** What is never restored, one sentence each, for "what is covered". */
  readonly neverRestored: readonly string[];
  /** True for the type that signs in (password hand-off, block, sessions). */
  readonly signsIn: boolean;
  readonly schemaVersion: number;
}

/** A restore option of a type: which relationships it means and at which of their ends the object stands. */
export interface CatalogAspect {
  /** 'memberships', 'ownerships', 'manager', 'members', 'owners' */
  readonly name: string;
  readonly label: string;
  readonly kind: LinkKind;
  readonly end: 'source' | 'target';
}

/** The registry: everything that derives from the catalogue asks it, by name, and never branches on a name. */
export interface Catalog {
  /** In the order of people's interest. */
  readonly types: readonly ObjectTypeSpec[];
  readonly links: readonly LinkSpec[];
  /** @throws INTERNAL for a name that is not in the catalogue; use `find` for names from outside */
  type(name: ObjectTypeName): ObjectTypeSpec;
  find(name: ObjectTypeName): ObjectTypeSpec | undefined;
  /** By '#microsoft.graph.user' (or without '#'). */
  typeOfOdata(odataType: string): ObjectTypeSpec | undefined;
  /** @throws INTERNAL */
  link(kind: LinkKind): LinkSpec;
  linksFromSource(type: ObjectTypeName): readonly LinkSpec[];
  linksToTarget(type: ObjectTypeName): readonly LinkSpec[];
  aspectsOf(type: ObjectTypeName): readonly CatalogAspect[];
  /**
   * Every selected property at its empty value (null or []). Delta leaves out what was never set (FACTS §11): an object seen there
   * first is this body overlaid with what the page names, so that it lands in the same form as a full read [B10].
   */
  emptyBody(type: ObjectTypeName): Properties;
}
