import type { ObjectId, TenantId } from './ids.js';

/** Roles of the bot (SPEC A5), not of the directory. */
export type BotRole = 'reader' | 'operator' | 'approver' | 'administrator' | 'auditor';

/** Who acts, as the turn vouches for it. Never built from card data. Names are for display only, never a key. */
export interface Person {
  readonly tenant: TenantId;
  readonly objectId: ObjectId;
  readonly name: string;
  readonly upn?: string;
}

export type Door = 'text' | 'click' | 'dialog' | 'refresh' | 'terminal';

/** Answers which bot roles a person has. @throws RIGHTS_UNKNOWN when it cannot be read (fail closed) */
export interface RoleReader {
  /** At most 60 s old; `fresh` asks now, for what asks, decides or writes (SPEC A2). */
  rolesOf(person: Person, options?: { readonly fresh: boolean }): Promise<ReadonlySet<BotRole>>;
  /** Live, enabled members of the role's group, to whom approval cards go. */
  peopleWith(tenant: TenantId, role: BotRole): Promise<readonly Person[]>;
  /** Display name of the group that gives the role, for texts ("Identity approvers"). */
  groupName(role: BotRole): string;
}
