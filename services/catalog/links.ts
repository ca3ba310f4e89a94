import type { Properties } from '../model/directory.js';
import type { LinkSpec, Obstacle } from './spec.js';
import { groupObstacle, isDynamic, isRoleAssignable } from './group.js';

const BY_RULE: Obstacle = { reason: 'dynamic, Entra adds members by rule within minutes', leavesWork: false };

const SYNCED_USER: Obstacle = {
  reason: 'synced from on-premises, Graph cannot change it',
  where: 'on-premises Active Directory',
  leavesWork: true,
};

const ROLE_ASSIGNABLE = 'role-assignable group';
const roleAssignable = (source: Properties): string | null =>
  isRoleAssignable(source) ? ROLE_ASSIGNABLE : null;

/** Members of a group: users, groups, and what the catalogue does not know yet (devices, service principals, contacts). */
export const member: LinkSpec = {
  kind: 'member',
  label: 'member',
  sourceType: 'group',
  targetTypes: ['user', 'group'],
  segment: 'members',
  reverseSegment: 'memberOf',
  single: false,
  targetsPerWrite: 20,
  inDelta: true,
  atSource: { aspect: 'members', label: 'Members' },
  atTarget: { aspect: 'memberships', label: 'Memberships' },
  undelete: 'comesBack',
  obstacle: (source) => groupObstacle(source) ?? (isDynamic(source) ? BY_RULE : null),
  grantingBecause: roleAssignable,
  permissions: {
    read: [
      ['GroupMember.Read.All', 'Group.Read.All', 'Directory.Read.All', 'Group.ReadWrite.All'],
      ['Directory.Read.All', 'GroupMember.ReadBasic.All', 'Group.ReadBasic.All', 'Directory.ReadWrite.All'],
    ],
    restore: [['GroupMember.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All']],
  },
};

/** Owners of a group. What an undeleted *user* owned is not documented to come back, so it is read back. */
export const owner: LinkSpec = {
  kind: 'owner',
  label: 'owner',
  sourceType: 'group',
  targetTypes: ['user'],
  segment: 'owners',
  reverseSegment: 'ownedObjects',
  single: false,
  targetsPerWrite: 1,
  inDelta: true,
  atSource: { aspect: 'owners', label: 'Owners' },
  atTarget: { aspect: 'ownerships', label: 'Ownerships' },
  undelete: 'unknown',
  obstacle: groupObstacle,
  grantingBecause: roleAssignable,
  permissions: {
    read: [['Group.Read.All', 'Directory.Read.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All']],
    restore: [['Group.ReadWrite.All', 'Directory.ReadWrite.All']],
  },
};

/** The one manager of a user; the source is the managed user. */
export const manager: LinkSpec = {
  kind: 'manager',
  label: 'manager',
  sourceType: 'user',
  targetTypes: ['user'],
  segment: 'manager',
  reverseSegment: 'directReports',
  single: true,
  targetsPerWrite: 1,
  inDelta: true,
  atSource: { aspect: 'manager', label: 'Manager' },
  undelete: 'unknown',
  obstacle: (source) => (source['onPremisesSyncEnabled'] === true ? SYNCED_USER : null),
  grantingBecause: () => null,
  permissions: {
    read: [['User.Read.All', 'Directory.Read.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All']],
    restore: [['User.ReadWrite.All', 'Directory.ReadWrite.All']],
  },
};
