import { randomUUID } from 'node:crypto';
import type { AppRegistration, SandboxClock } from '../types.js';
import type { Faults } from './http/faults.js';
import { dependentOps } from './rules/dependents.js';
import { dynamicMembershipOps } from './rules/dynamic-groups.js';
import { expiryOps } from './rules/group-expiry.js';
import { licenceQueueOps } from './rules/licence-queue.js';
import { restrictionOps } from './rules/restricted-units.js';
import type { Journal } from './state/journal.js';
import type { TenantState } from './state/tenant-state.js';
import type { Actor, AuditEntry, AuditTarget, Entity, JsonValue, Op } from './state/types.js';
import { groupKindOf } from './schema/group.js';
import type { JournalHeader } from './population/header.js';

/** Behaviour that FACTS leaves to the tenant or calls unproven; a test or the control endpoint may turn each. */
export interface Switches {
  /** Cloud security groups go to the recycle bin (FACTS §0). */
  cloudSecurityGroupsSoftDelete: boolean;
  /** App-only callers may write authentication methods of administrators (FACTS §8). */
  methodsOfAdministratorsOpen: boolean;
  /** Requests a second that the Conditional Access endpoints take at once before they refuse (FACTS §14: 1/s). */
  conditionalAccessBurst: number;
  /** Delta is there at all; not in External ID and B2C tenants (FACTS §11). */
  deltaOffered: boolean;
  /** Users on a page of delta. */
  deltaPageObjects: number;
  /** Link targets on a page of delta. */
  deltaPageLinks: number;
  /** Some delta pages come empty with a nextLink: every n-th; 0 = none. */
  deltaEmptyPageEvery: number;
  /** The first round of delta tells what lies in the bin as removed, too (FACTS §11: both were reported). */
  deltaTellsBinned: boolean;
  /** Delta tells that a purged object has left groups (FACTS §10: it may never come). */
  purgeTellsLinks: boolean;
  /** Removing a link that is not there is a 400, not a 404 (FACTS §2: both are met). */
  absentLinkIsBadRequest: boolean;
  /** Lists of an application come back in another order than they were sent in (FACTS §18: compare them as sets). */
  listsComeBackTurned: boolean;
  /** Directory objects that the tenant may hold; 0 = as its domains and age say (FACTS §13). */
  objectQuota: number;
  /** Resource-unit and write limits are enforced. */
  throttling: boolean;
}

export const defaultSwitches = (): Switches => ({
  cloudSecurityGroupsSoftDelete: true,
  methodsOfAdministratorsOpen: true,
  conditionalAccessBurst: 10,
  deltaOffered: true,
  deltaPageObjects: 200,
  deltaPageLinks: 1000,
  deltaEmptyPageEvery: 0,
  deltaTellsBinned: false,
  purgeTellsLinks: true,
  absentLinkIsBadRequest: false,
  listsComeBackTurned: false,
  objectQuota: 0,
  throttling: true,
});

/** One change as the audit log tells it. */
export interface Note {
  readonly activity: string;
  readonly operation: AuditEntry['operation'];
  readonly targets: readonly AuditTarget[];
}

/** What every route works on: state, clock, faults, and the one way to change something. */
export class TenantCore {
  readonly switches = defaultSwitches();
  private readonly listeners = new Set<() => void>();
  private announced = false;
  private along: Op[] = [];

  constructor(
    readonly tenantId: string,
    readonly state: TenantState,
    readonly clock: SandboxClock,
    private readonly journal: Journal<JournalHeader>,
    readonly faults: Faults,
    readonly baseUrl: () => string,
    readonly apps: readonly AppRegistration[],
    /** Somebody looks into every answer. */
    readonly judged: boolean,
  ) {}

  now(): number {
    return this.clock.now().getTime();
  }

  newId(): string {
    return randomUUID();
  }

  /**
   * The one door for changes: journals them, applies them, and lets dynamic groups follow.
   * @param at  time of the change, default now; story events are stamped with their own
   */
  commit(
    ops: readonly Op[],
    by: { actor: Actor; notes?: readonly Note[]; at?: number; correlationId?: string },
  ): void {
    if (ops.length === 0) return;
    const at = by.at ?? this.now();
    const correlationId = by.correlationId ?? this.newId();
    const audits = (by.notes ?? []).map((note) => this.auditOp(note, by.actor, correlationId));
    const along = this.along;
    this.along = [];
    this.append(at, [...ops, ...audits, ...along]);
    const dynamic = dynamicMembershipOps(this.state, ops);
    const licences = licenceQueueOps(this.state, [...ops, ...dynamic], at);
    const follow = [
      ...dependentOps(this.state, ops),
      ...dynamic,
      ...licences,
      ...restrictionOps(this.state, ops),
      ...expiryOps(this.state, ops, at),
    ];
    if (follow.length > 0) this.append(at, follow);
    this.announce();
  }

  /** Does `work` and remembers `key` in the same stroke, so that a crash never leaves one without the other. */
  once(key: string, value: JsonValue, work: () => void): void {
    this.along = [{ op: 'meta', key, value }];
    work();
    if (this.along.length > 0) this.setMeta(key, value);
    this.along = [];
  }

  /** Tells listeners once per turn of the event loop, however many commits it holds. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  setMeta(key: string, value: JsonValue): void {
    this.append(this.now(), [{ op: 'meta', key, value }]);
    this.announce();
  }

  close(): void {
    this.journal.close();
  }

  private append(at: number, ops: readonly Op[]): void {
    const commit = { at, ops };
    this.journal.append(commit);
    this.state.apply(commit);
  }

  private announce(): void {
    if (this.announced) return;
    this.announced = true;
    setImmediate(() => {
      this.announced = false;
      for (const listener of this.listeners) listener();
    });
  }

  private auditOp(note: Note, actor: Actor, correlationId: string): Op {
    const category = categoryOf(note);
    const entry: AuditEntry = { id: `Directory_${this.newId()}`, category, correlationId, actor, ...note };
    return { op: 'audit', entry };
  }
}

function categoryOf(note: Note): string {
  const isAppRole = /app role assignment/.test(note.activity);
  // An assignment to a role of an application is filed with whom it is given to, who is named last.
  const type = note.targets.at(isAppRole ? -1 : 0)?.type;
  if (/role/i.test(note.activity) && !isAppRole && type !== 'Application') return 'RoleManagement';
  if (type === 'Group') return 'GroupManagement';
  if (type === 'Application' || type === 'ServicePrincipal') return 'ApplicationManagement';
  if (type === 'Policy') return 'Policy';
  if (type === 'AdministrativeUnit') return 'AdministrativeUnit';
  return 'UserManagement';
}

const targetTypes: Partial<Record<Entity['kind'], string>> = {
  user: 'User',
  group: 'Group',
  application: 'Application',
  servicePrincipal: 'ServicePrincipal',
  administrativeUnit: 'AdministrativeUnit',
  directoryRole: 'Role',
  roleDefinition: 'Role',
  conditionalAccessPolicy: 'Policy',
  namedLocation: 'Policy',
  device: 'Device',
};

/** An object as the target of an audit entry. */
export function target(entity: Entity, changes: AuditTarget['changes'] = []): AuditTarget {
  const { props } = entity;
  return {
    id: entity.id,
    type: targetTypes[entity.kind] ?? 'Other',
    displayName: textOf(props['displayName']),
    userPrincipalName: textOf(props['userPrincipalName']),
    groupType:
      entity.kind === 'group' ? (groupKindOf(props) === 'microsoft365' ? 'unifiedGroups' : 'azureAD') : null,
    changes,
  };
}

export const textOf = (value: JsonValue | undefined): string | null =>
  typeof value === 'string' ? value : null;
