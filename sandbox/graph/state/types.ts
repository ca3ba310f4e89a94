/** The vocabulary of the simulated tenant's state. Everything is JSON, so that the journal can hold it. */

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type Props = { [property: string]: JsonValue };

/** What an object is. Directory objects first, then things that only hang on them. */
export type Kind =
  | 'user'
  | 'group'
  | 'application'
  | 'servicePrincipal'
  | 'administrativeUnit'
  | 'directoryRole'
  | 'device'
  | 'orgContact'
  | 'roleDefinition'
  | 'roleAssignment'
  | 'roleEligibilitySchedule'
  | 'roleAssignmentSchedule'
  | 'roleEligibilityScheduleRequest'
  | 'roleAssignmentScheduleRequest'
  | 'appRoleAssignment'
  | 'oAuth2PermissionGrant'
  | 'conditionalAccessPolicy'
  | 'namedLocation'
  | 'authenticationMethod'
  | 'federatedIdentityCredential'
  | 'extensionProperty'
  | 'policy'
  | 'authenticationMethodConfiguration'
  | 'organization'
  | 'domain'
  | 'subscribedSku'
  | 'photo'
  | 'secureScore'
  | 'groupSetting'
  | 'groupLifecyclePolicy'
  | 'attributeSet'
  | 'customSecurityAttributeDefinition'
  | 'authenticationContextClassReference'
  | 'authenticationStrengthPolicy'
  | 'permissionGrantPolicy'
  | 'delegatedPermissionClassification'
  | 'openTypeExtension'
  | 'schemaExtension'
  | 'roleManagementRule';

/** Kinds that members, owners and memberOf may name, and getByIds may find. */
export const directoryKinds: readonly Kind[] = [
  'user',
  'group',
  'application',
  'servicePrincipal',
  'administrativeUnit',
  'directoryRole',
  'device',
  'orgContact',
];

/** A directed link; `from` holds the list: group→member, group→owner, managed user→manager, user→sponsor. */
export type LinkKind = 'member' | 'owner' | 'manager' | 'sponsor';

export interface Entity {
  readonly id: string;
  readonly kind: Kind;
  /** Only properties that were ever given a value; a missing key means the type's empty value. */
  props: Props;
  /** Milliseconds since 1970 on the sandbox's clock. */
  readonly createdAt: number;
  /** Set while the object lies in the recycle bin. */
  deletedAt: number | null;
  /** Purged: nothing can bring it back. Kept as a tombstone for delta. */
  gone: boolean;
  /** Where its link of this kind leads, of which there is at most one; links.ts keeps it here, as lists ask everybody for it. */
  manager?: Entity | undefined;
  /**
   * Its row, which schema/row.ts keeps: the memory in which it lies, where it begins there, and of what it was made. Here, and neither in
   * a table nor in an object of its own: where there are so many, each further step to it is dear.
   */
  row?: object | undefined;
  rowAt?: number;
  rowProps?: Props | undefined;
  rowDeletedAt?: number | null;
}

/** One step of a commit. The journal is a list of these; replaying them gives the same tenant. */
export type Op =
  | { readonly op: 'create'; readonly kind: Kind; readonly id: string; readonly props: Props }
  /** null clears a property. */
  | { readonly op: 'set'; readonly id: string; readonly props: Props }
  | { readonly op: 'link'; readonly kind: LinkKind; readonly from: string; readonly to: string }
  | { readonly op: 'unlink'; readonly kind: LinkKind; readonly from: string; readonly to: string }
  | { readonly op: 'bin'; readonly id: string }
  | { readonly op: 'restore'; readonly id: string }
  | { readonly op: 'purge'; readonly id: string }
  | { readonly op: 'audit'; readonly entry: AuditEntry }
  /** Facts about the tenant itself: played events, expired tokens, permissions of an app. */
  | { readonly op: 'meta'; readonly key: string; readonly value: JsonValue };

export interface Commit {
  /** Milliseconds on the sandbox's clock at which the change took place. */
  readonly at: number;
  readonly ops: readonly Op[];
}

/** Who did something, as directoryAudits name it. */
export type Actor =
  | {
      readonly type: 'app';
      readonly appId: string | null;
      readonly displayName: string;
      readonly servicePrincipalId: string | null;
    }
  | {
      readonly type: 'user';
      readonly id: string;
      readonly displayName: string;
      readonly userPrincipalName: string;
    };

export interface AuditEntry {
  readonly id: string;
  /** "Update user", "Add member to group", … as Entra's audit log names it. */
  readonly activity: string;
  readonly category: string;
  readonly operation: 'Add' | 'Update' | 'Delete' | 'Assign' | 'Unassign';
  readonly correlationId: string;
  readonly actor: Actor;
  readonly targets: readonly AuditTarget[];
}

export interface AuditTarget {
  readonly id: string;
  readonly type: string;
  readonly displayName: string | null;
  readonly userPrincipalName: string | null;
  readonly groupType: string | null;
  readonly changes: readonly {
    readonly name: string;
    readonly before: JsonValue;
    readonly after: JsonValue;
  }[];
}

export interface StoredAudit {
  readonly at: number;
  readonly entry: AuditEntry;
}

/** One line of the change log that delta answers from; rising `seq`, never rewritten. */
export interface Change {
  readonly seq: number;
  readonly at: number;
  readonly id: string;
  readonly kind: Kind;
  readonly what:
    | { readonly type: 'created' | 'binned' | 'restored' | 'purged' }
    | { readonly type: 'set'; readonly properties: readonly string[] }
    | {
        readonly type: 'link';
        readonly link: LinkKind;
        readonly target: string;
        readonly targetKind: Kind;
      };
}
