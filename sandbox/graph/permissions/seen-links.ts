/**
 * What a caller sees of the objects at the other end of a link. Who may read the list, but not objects of a type, is told their type
 * and id alone (Microsoft's page on permissions: limited information for inaccessible member objects); hidden members are told to
 * nobody without Member.Read.Hidden (FACTS §1).
 */
import type { Call } from '../http/call.js';
import type { Source } from '../query/list.js';
import type { Entity, Kind } from '../state/types.js';

const directory = ['Directory.Read.All', 'Directory.ReadWrite.All'];
const applications = [
  'Application.Read.All',
  'Application.ReadWrite.All',
  'Application.ReadWrite.OwnedBy',
  ...directory,
];

/** Permissions with which one object of a type can be read, as they stand at its route: a test compares. */
export const readersOf: Partial<Record<Kind, readonly string[]>> = {
  user: ['User.ReadBasic.All', 'User.Read.All', 'User.ReadWrite.All', ...directory],
  group: [
    'Group.Read.All',
    'GroupMember.Read.All',
    'Group.ReadWrite.All',
    ...directory,
    'Group-NestingSupport.ReadWrite.All',
    'Group-PreferredDataLocation.ReadWrite.All',
    'Group-XTenantIdentitySync.Read.All',
    'Group.ManageProtection.All',
    'Group.ReadBasic.All',
  ],
  device: ['Device.Read.All', 'Device.ReadWrite.All', ...directory],
  servicePrincipal: applications,
  application: applications,
  orgContact: ['OrgContact.Read.All', ...directory],
  administrativeUnit: ['AdministrativeUnit.Read.All', 'AdministrativeUnit.ReadWrite.All', ...directory],
  directoryRole: ['RoleManagement.Read.Directory', 'RoleManagement.ReadWrite.Directory', ...directory],
};

const hides = ({ kind, props }: Entity): boolean =>
  (kind === 'group' || kind === 'administrativeUnit') && props['visibility'] === 'HiddenMembership';

const seesHidden = (call: Call): boolean => call.holds('Member.Read.Hidden');

/** Whether a caller is told of this group or unit that somebody is in it (microsoft-graph-docs issues 12285, 12552). */
export function tellsMembership(call: Call): (container: Entity) => boolean {
  const all = seesHidden(call);
  return (container) => all || !hides(container);
}

/** A list of links as the caller may see it. @param of  whose links they are, where its members may be hidden */
export function seenLinks(call: Call, source: Source, of?: Entity): Source {
  const isHidden = of !== undefined && hides(of) && !seesHidden(call);
  const unread = new Set<Kind>();
  for (const [kind, anyOf] of Object.entries(readersOf))
    if (isHidden || !anyOf.some((name) => call.holds(name))) unread.add(kind as Kind);
  if (unread.size === 0) return source;
  return {
    ...source,
    at: (index) => {
      const entity = source.at(index);
      return entity !== undefined && unread.has(entity.kind) ? limited(entity) : entity;
    },
  };
}

/** Type and id; what Graph would derive from them is empty too. */
const limited = ({ id, kind, createdAt }: Entity): Entity => ({
  id,
  kind,
  createdAt,
  props: { createdDateTime: null, renewedDateTime: null, securityIdentifier: null, identities: [] },
  deletedAt: null,
  gone: false,
});
