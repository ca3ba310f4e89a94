import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, conflictOn, malformed, notContained } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target, type Note } from '../core.js';
import { count, list, sourceOfIds, sourceOfList, sourceOfObjects, type Source } from '../query/list.js';
import { shortcut } from '../query/shortcut.js';
import { refuseTooManyOwners } from '../rules/quota.js';
import { refuseGroupCreate, refuseGroupUpdate } from '../rules/group-writes.js';
import { refuseRestricted } from '../rules/restricted.js';
import { membersBelow } from '../rules/roles.js';
import { checkBody, requireProperties } from '../schema/check-body.js';
import {
  groupKindOf,
  groupRequired,
  groupSoftDeletes,
  isDynamic,
  isExchangeMastered,
} from '../schema/group.js';
import { isoOf } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { Entity, Op, Props } from '../state/types.js';
import { changesOf, created, getOne, liveByKey } from './entity.js';
import { upsert } from './alternate-keys.js';
import { mixedListRoutes } from './mixed-lists.js';
import {
  addReference,
  boundObjects,
  linkOps,
  listReferences,
  mostReferences,
  refuseGroupLinkWrite,
  refuseTarget,
  removeReference,
  tooManyLinks,
} from './references.js';
import { cleaned } from './users.js';

const type = typeOf('group');
const group = (call: Call): Entity => liveByKey(call, 'group', call.param('id'));

function listGroups(call: Call): Answer {
  return list(call, {
    type,
    context: 'groups',
    source: shortcut(call, 'group') ?? sourceOfList(call.state.liveOf('group')),
  });
}

export function createGroup(call: Call): Answer {
  const props = checkBody(type, call.body, 'create');
  requireProperties(type, props, groupRequired);
  refuseGroupCreate(call, props);
  const id = call.core.newId();
  const entity: Entity = { id, kind: 'group', props, createdAt: call.now, deletedAt: null, gone: false };
  const members = boundAtCreate(call, entity, 'member');
  const owners = boundAtCreate(call, entity, 'owner');
  if (members.length + owners.length > mostReferences) throw tooManyLinks();
  const ops: Op[] = [
    { op: 'create', kind: 'group', id, props: storedAtCreate(call, props) },
    ...members.map((to): Op => ({ op: 'link', kind: 'member', from: id, to: to.id })),
    ...owners.map((to): Op => ({ op: 'link', kind: 'owner', from: id, to: to.id })),
  ];
  const note: Note = { activity: 'Add group', operation: 'Add', targets: [target(entity)] };
  call.core.commit(ops, { actor: call.actor, correlationId: call.ids.clientRequestId, notes: [note] });
  return created(call, call.state.find(id) as Entity);
}

function boundAtCreate(call: Call, entity: Entity, kind: 'member' | 'owner'): Entity[] {
  const value = (call.body as Props)[`${kind}s@odata.bind`];
  if (value === undefined) return [];
  const targets = boundObjects(call, `${kind}s`, value);
  for (const other of targets) refuseTarget(call, entity, kind, other);
  return targets;
}

function storedAtCreate(call: Call, props: Props): Props {
  const stored: Props = { ...props };
  if (groupKindOf(props) === 'microsoft365') {
    const domain = String(
      call.state
        .liveOf('domain')
        .all()
        .find((item) => item.props['isDefault'] === true)?.id ?? '',
    );
    const mail = `${String(props['mailNickname'])}@${domain}`;
    if (call.state.byAddress(mail)) throw conflictOn('mailNickname');
    stored['mail'] = mail;
    stored['proxyAddresses'] = [`SMTP:${mail}`];
    stored['visibility'] ??= 'Public';
  }
  if (props['isAssignableToRole'] === true) stored['visibility'] = 'Private';
  stored['renewedDateTime'] = isoOf(call.now);
  return cleaned(stored);
}

function updateGroup(call: Call): Answer {
  const entity = group(call);
  const props = checkBody(type, call.body, 'update', entity.id);
  const bind = (call.body as Props)['members@odata.bind'];
  for (const name of Object.keys(call.body as Props))
    if (name.includes('@odata.') && !['members@odata.bind', '@odata.type', '@odata.context'].includes(name))
      throw badRequest(`Property '${name}' cannot be set by an update.`);
  const ops: Op[] = [];
  const notes: Note[] = [];
  if (Object.keys(props).length > 0) {
    refuseGroupUpdate(call, entity, props);
    refuseRestricted(call, entity);
    const set: Props = Object.fromEntries(
      Object.entries(props).map(([name, value]) => [name, value === '' ? null : value]),
    );
    if (wasDynamicIsNot(entity, props)) set['membershipRuleProcessingState'] = 'Paused';
    ops.push({ op: 'set', id: entity.id, props: set });
    notes.push({
      activity: 'Update group',
      operation: 'Update',
      targets: [target(entity, changesOf(entity, set))],
    });
  }
  if (bind !== undefined) {
    refuseGroupLinkWrite(call, entity, 'member');
    const members = boundObjects(call, 'members', bind);
    for (const other of members) refuseTarget(call, entity, 'member', other);
    ops.push(...linkOps(call, 'member', entity, members));
    notes.push(
      ...members.map((other): Note => ({
        activity: 'Add member to group',
        operation: 'Assign',
        targets: [target(other), target(entity)],
      })),
    );
  }
  call.core.commit(ops, { actor: call.actor, correlationId: call.ids.clientRequestId, notes });
  return noContent;
}

const wasDynamicIsNot = (entity: Entity, props: Props): boolean =>
  'groupTypes' in props && isDynamic(entity.props) && !isDynamic(props);

function deleteGroup(call: Call): Answer {
  const entity = group(call);
  if (entity.props['isAssignableToRole'] === true) call.require(['RoleManagement.ReadWrite.Directory']);
  refuseRestricted(call, entity);
  if (isExchangeMastered(entity.props))
    throw badRequest('Cannot Delete a mail-enabled security groups and or distribution list.');
  const licences = entity.props['assignedLicenses'];
  if (Array.isArray(licences) && licences.length > 0)
    throw badRequest('The group has licenses assigned to it. Remove them before deleting it.');
  const soft = groupSoftDeletes(entity.props, call.core.switches.cloudSecurityGroupsSoftDelete);
  call.core.commit([{ op: soft ? 'bin' : 'purge', id: entity.id }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Delete group', operation: 'Delete', targets: [target(entity)] }],
  });
  return noContent;
}

function linkedSource(call: Call, kind: 'member' | 'owner'): Source {
  return sourceOfObjects(call.state.links.targets(kind, group(call).id));
}

function transitiveSource(call: Call): Source {
  const ids = [...membersBelow(call.state, group(call).id)].sort();
  return sourceOfIds(ids, (id) => call.state.get(id));
}

/**
 * Of a group's owners the last person stays, whatever its kind and whoever else owns it (reference page; msgraph-metadata issue 653,
 * terraform-provider-msgraph issue 30); of a role-assignable group the last owner (terraform-provider-azuread issue 1435).
 */
function removeOwner(call: Call): Answer {
  const entity = group(call);
  refuseGroupLinkWrite(call, entity, 'owner');
  const owners = call.state.targets('owner', entity.id);
  const counted =
    entity.props['isAssignableToRole'] === true ? owners : owners.filter(({ kind }) => kind === 'user');
  if (counted.length === 1 && counted[0]?.id === call.param('other').toLowerCase())
    throw badRequest('The group must have at least one owner, hence this owner cannot be removed.');
  return removeReference(call, entity, 'owner');
}

function renew(call: Call): Answer {
  const entity = group(call);
  if (groupKindOf(entity.props) !== 'microsoft365')
    throw malformed('Only Microsoft 365 groups can be renewed.');
  call.core.commit([{ op: 'set', id: entity.id, props: { renewedDateTime: isoOf(call.now) } }], {
    actor: call.actor,
    notes: [{ activity: 'Update group', operation: 'Update', targets: [target(entity)] }],
  });
  return noContent;
}

const readGroups = [
  'Group.Read.All',
  'GroupMember.Read.All',
  'Group.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
/** Members and owners. */
const read = [
  'GroupMember.Read.All',
  'Group.Read.All',
  'GroupMember.ReadWrite.All',
  'Group.ReadWrite.All',
  'Directory.Read.All',
];
const write = ['Group.ReadWrite.All', 'Directory.ReadWrite.All'];

export const groupRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/groups', permissions: readGroups, handle: listGroups },
  { method: 'POST', pattern: '/groups', permissions: [], handle: createGroup },
  {
    method: 'GET',
    pattern: '/groups/$count',
    permissions: readGroups,
    handle: (call) => count(call, sourceOfList(call.state.liveOf('group')), type),
  },
  {
    method: 'GET',
    pattern: '/groups/{id}',
    permissions: readGroups,
    handle: (call) => getOne(call, group(call)),
  },
  {
    method: 'PATCH',
    pattern: '/groups/{id}',
    permissions: [],
    handle: upsert('group', 'uniqueName', createGroup, updateGroup),
  },
  { method: 'DELETE', pattern: '/groups/{id}', permissions: ['Group.ReadWrite.All'], handle: deleteGroup },
  { method: 'POST', pattern: '/groups/{id}/renew', permissions: write, handle: renew },
  ...mixedListRoutes('/groups/{id}/members', read, 3, (call) => linkedSource(call, 'member'), group),
  ...mixedListRoutes('/groups/{id}/owners', read, 1, (call) => linkedSource(call, 'owner')),
  ...mixedListRoutes('/groups/{id}/transitiveMembers', read, 5, transitiveSource, group),
  {
    method: 'GET',
    pattern: '/groups/{id}/members/$ref',
    permissions: read,
    units: 3,
    handle: (call) => listReferences(call, group(call), 'member'),
  },
  {
    method: 'GET',
    pattern: '/groups/{id}/owners/$ref',
    permissions: read,
    handle: (call) => listReferences(call, group(call), 'owner'),
  },
  {
    method: 'POST',
    pattern: '/groups/{id}/members/$ref',
    permissions: [],
    handle: (call) => {
      const entity = group(call);
      refuseGroupLinkWrite(call, entity, 'member');
      return addReference(call, entity, 'member', (other) => refuseTarget(call, entity, 'member', other));
    },
  },
  {
    method: 'DELETE',
    pattern: '/groups/{id}/members/{other}/$ref',
    permissions: [],
    handle: (call) => {
      const entity = group(call);
      refuseGroupLinkWrite(call, entity, 'member');
      return removeReference(call, entity, 'member');
    },
  },
  {
    method: 'POST',
    pattern: '/groups/{id}/owners/$ref',
    permissions: [],
    handle: (call) => {
      const entity = group(call);
      refuseGroupLinkWrite(call, entity, 'owner');
      refuseTooManyOwners(call.state, entity, 1);
      return addReference(call, entity, 'owner', (other) => refuseTarget(call, entity, 'owner', other));
    },
  },
  { method: 'DELETE', pattern: '/groups/{id}/owners/{other}/$ref', permissions: [], handle: removeOwner },
  ...['members', 'owners'].map((list): Route => ({
    method: 'POST',
    pattern: `/groups/{id}/${list}`,
    permissions: [],
    handle: () => {
      throw notContained();
    },
  })),
];
