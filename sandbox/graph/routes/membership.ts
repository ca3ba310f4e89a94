import type { Answer, Call } from '../http/call.js';
import { badRequest, malformed, missingParameters, onlyInstances } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { tellsMembership } from '../permissions/seen-links.js';
import { sourceOfIds, sourceOfObjects, type Source } from '../query/list.js';
import { groupsAbove } from '../rules/roles.js';
import { renderMixed } from '../schema/render.js';
import { directoryKinds, type Entity, type JsonValue, type Kind } from '../state/types.js';
import { acted, liveById, liveByKey } from './entity.js';
import { mixedListRoutes } from './mixed-lists.js';

type Find = (call: Call) => Entity;

/** Everything above an object: groups, plus directory roles and units that it is a direct member of. */
function containersOf(call: Call, entity: Entity): string[] {
  const direct = call.state.sources('member', entity.id).filter(tellsMembership(call));
  return [...new Set([...direct.map(({ id }) => id), ...toldGroupsAbove(call, entity)])].sort();
}

/** Without those whose members the caller is not told of. */
function toldGroupsAbove(call: Call, entity: Entity): Set<string> {
  const ids = [...groupsAbove(call.state, entity.id)];
  return new Set(
    call.state
      .resolve(ids)
      .filter(tellsMembership(call))
      .map(({ id }) => id),
  );
}

function textList(call: Call, values: readonly string[]): Answer {
  return acted({ '@odata.context': call.context('Collection(Edm.String)'), value: [...values] });
}

/** Ids of an action's list parameter. */
function idsOf(call: Call, operation: string, name: string, most: number): string[] {
  const ids = call.members([name])[name];
  if (ids === undefined) throw missingParameters(operation, [name]);
  if (!Array.isArray(ids) || ids.length === 0 || ids.some((id) => typeof id !== 'string'))
    throw badRequest(`Invalid value specified for parameter '${name}'.`);
  if (ids.length > most) throw badRequest(`The number of values in '${name}' exceeds the ${most} allowed.`);
  return ids.map((id) => String(id).toLowerCase());
}

function checkMemberGroups(find: Find): Route['handle'] {
  return (call) => {
    const entity = find(call);
    const ids = idsOf(call, 'checkMemberGroups', 'groupIds', 20);
    const above = toldGroupsAbove(call, entity);
    return textList(
      call,
      ids.filter((id) => above.has(id)),
    );
  };
}

function checkMemberObjects(find: Find): Route['handle'] {
  return (call) => {
    const entity = find(call);
    const ids = idsOf(call, 'checkMemberObjects', 'ids', 20);
    const above = new Set(containersOf(call, entity));
    return textList(
      call,
      ids.filter((id) => above.has(id)),
    );
  };
}

function securityEnabledOnly(call: Call): boolean {
  const value = call.members(['securityEnabledOnly'])['securityEnabledOnly'] ?? false;
  if (typeof value !== 'boolean') throw malformed("The parameter 'securityEnabledOnly' is a Boolean.");
  return value;
}

function getMemberGroups(find: Find): Route['handle'] {
  return (call) => {
    const entity = find(call);
    const only = securityEnabledOnly(call);
    const groups = call.state.resolve([...toldGroupsAbove(call, entity)].sort());
    return textList(
      call,
      groups.filter((group) => !only || group.props['securityEnabled'] === true).map((group) => group.id),
    );
  };
}

function getMemberObjects(find: Find): Route['handle'] {
  return (call) => {
    const entity = find(call);
    const only = securityEnabledOnly(call);
    const containers = call.state.resolve(containersOf(call, entity));
    return textList(
      call,
      containers
        .filter((item) => !only || item.kind === 'directoryRole' || item.props['securityEnabled'] === true)
        .map((item) => item.id),
    );
  };
}

const asksFor: readonly Kind[] = [...directoryKinds];

function getByIds(find: (call: Call, id: string) => Entity | undefined): Route['handle'] {
  return (call) => {
    const body = call.members(['ids', 'types']);
    const ids = body['ids'];
    if (ids === undefined) throw missingParameters('getByIds', ['ids']);
    if (!Array.isArray(ids) || ids.some((id) => typeof id !== 'string'))
      throw badRequest("Invalid value specified for parameter 'ids'.");
    // As the directory says it of a list that another part of Graph hands to it (public notes on signInActivity filters).
    if (ids.length > 1000) throw badRequest("Number of included identifiers cannot exceed '1000'.");
    const types = body['types'];
    if (types !== undefined && types !== null && !Array.isArray(types))
      throw badRequest("Invalid value specified for parameter 'types'.");
    const wanted =
      Array.isArray(types) && types.length > 0
        ? new Set(types.map((name) => String(name).toLowerCase()))
        : null;
    const found = [...new Set(ids.map((id) => String(id).toLowerCase()))]
      .map((id) => find(call, id))
      .filter(
        (entity): entity is Entity =>
          entity !== undefined &&
          asksFor.includes(entity.kind) &&
          (wanted === null || wanted.has('directoryobject') || wanted.has(entity.kind.toLowerCase())),
      );
    const value: JsonValue = found.map((entity) => renderMixed(entity, call.query.select));
    return acted({ '@odata.context': call.context('directoryObjects'), value });
  };
}

const readDirectory = ['Directory.Read.All', 'Directory.ReadWrite.All'];
const readGroups = ['GroupMember.Read.All', 'Group.Read.All', 'Group.ReadWrite.All', ...readDirectory];
const readApps = ['Application.Read.All', 'Application.ReadWrite.All', ...readDirectory];
const functionsOfUsers = ['User.Read.All', 'GroupMember.Read.All', 'Group.Read.All', ...readDirectory];

/** The functions that users, groups, service principals and plain directory objects share. */
function functionsOf(pattern: string, find: Find, permissions: readonly string[]): Route[] {
  const post = (name: string, units: number, handle: Route['handle']): Route => ({
    method: 'POST',
    pattern: `${pattern}/${name}`,
    permissions,
    units,
    reads: true,
    handle,
  });
  return [
    post('checkMemberGroups', 4, checkMemberGroups(find)),
    post('checkMemberObjects', 4, checkMemberObjects(find)),
    post('getMemberGroups', 2, getMemberGroups(find)),
    post('getMemberObjects', 2, getMemberObjects(find)),
  ];
}

function memberOfRoutes(
  pattern: string,
  find: Find,
  permissions: readonly string[],
  transitivePermissions: readonly string[],
  units: number,
): Route[] {
  const direct = (call: Call): Source =>
    sourceOfObjects(call.state.links.sources('member', find(call).id).filter(tellsMembership(call)));
  const transitive = (call: Call): Source =>
    sourceOfIds(containersOf(call, find(call)), (id) => call.state.get(id));
  return [
    ...mixedListRoutes(`${pattern}/memberOf`, permissions, units, direct),
    ...mixedListRoutes(`${pattern}/transitiveMemberOf`, transitivePermissions, units, transitive),
  ];
}

function ownedRoutes(pattern: string, find: Find, permissions: readonly string[], units: number): Route[] {
  return mixedListRoutes(`${pattern}/ownedObjects`, permissions, units, (call) =>
    sourceOfObjects(call.state.links.sources('owner', find(call).id)),
  );
}

const user: Find = (call) => liveByKey(call, 'user', call.param('id'));
const group: Find = (call) => liveByKey(call, 'group', call.param('id'));
const principal: Find = (call) => liveByKey(call, 'servicePrincipal', call.param('id'));
const anything: Find = (call) => liveById(call, call.param('id'));

export const membershipRoutes: readonly Route[] = [
  ...functionsOf('/users/{id}', user, functionsOfUsers),
  ...functionsOf('/groups/{id}', group, readGroups),
  ...functionsOf('/servicePrincipals/{id}', principal, readApps),
  ...functionsOf('/directoryObjects/{id}', anything, [...functionsOfUsers, 'Application.Read.All']),
  // What is 2 units for a user is not named for others (FACTS §14), so it is 1.
  ...memberOfRoutes(
    '/users/{id}',
    user,
    readDirectory,
    ['User.Read.All', 'GroupMember.Read.All', 'Group.Read.All', ...readDirectory],
    2,
  ),
  ...memberOfRoutes(
    '/groups/{id}',
    group,
    ['GroupMember.Read.All', 'Group.Read.All', ...readDirectory],
    readDirectory,
    1,
  ),
  ...memberOfRoutes('/servicePrincipals/{id}', principal, readApps, readApps, 1),
  ...ownedRoutes('/users/{id}', user, ['User.Read.All', 'User.ReadWrite.All', ...readDirectory], 2),
  ...ownedRoutes('/servicePrincipals/{id}', principal, readApps, 1),
  {
    method: 'GET',
    pattern: '/directoryObjects',
    permissions: ['Directory.Read.All'],
    handle: () => {
      throw onlyInstances();
    },
  },
  {
    method: 'GET',
    pattern: '/directoryObjects/{id}',
    permissions: ['Directory.Read.All'],
    handle: (call) => ({
      status: 200,
      body: {
        '@odata.context': call.context('directoryObjects/$entity'),
        ...renderMixed(liveById(call, call.param('id')), call.query.select),
      },
    }),
  },
  {
    method: 'POST',
    pattern: '/directoryObjects/getByIds',
    permissions: ['Directory.Read.All'],
    units: 3,
    reads: true,
    handle: getByIds((call, id) => call.state.get(id)),
  },
  {
    method: 'POST',
    pattern: '/users/getByIds',
    permissions: ['Directory.Read.All'],
    units: 3,
    reads: true,
    handle: getByIds((call, id) => call.state.get(id, 'user')),
  },
  {
    method: 'POST',
    pattern: '/directory/deletedItems/getByIds',
    permissions: readDirectory,
    units: 3,
    reads: true,
    handle: getByIds((call, id) => call.state.inBin(id)),
  },
];
