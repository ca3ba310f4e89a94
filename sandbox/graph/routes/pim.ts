import type { Call } from '../http/call.js';
import { notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { itemsOf, listItems } from '../query/items.js';
import { eligibilityInstanceId, roleAssignmentId } from '../rules/ids-of-bytes.js';
import { endOf, pimFamilies, startOf, type PimFamily } from '../rules/pim.js';
import { refuseWithoutPremium } from '../rules/premium.js';
import { membersBelow } from '../rules/roles.js';
import { isoOf } from '../schema/render.js';
import type { Entity, Props } from '../state/types.js';
import { cancelRequest, postRequest } from './pim-requests.js';
import { filteredSource, readRoutes } from './plain.js';
import { visible } from './roles.js';

/** What holds now: each schedule of a live principal, as an instance; that of a group for each of its members too (FACTS §4). */
function instancesOf(call: Call, family: PimFamily): Props[] {
  const shown = call.state.liveOf(family).all().filter(visible(call));
  return shown.flatMap((schedule) => {
    const principal = String(schedule.props['principalId']);
    const members = call.state.get(principal, 'group') ? [...membersBelow(call.state, principal)].sort() : [];
    return [
      instanceOf(family, schedule, principal, 'Direct'),
      ...members.map((id) => instanceOf(family, schedule, id, 'Group')),
    ];
  });
}

function instanceOf(family: PimFamily, schedule: Entity, principalId: string, memberType: string): Props {
  const { id, props, createdAt } = schedule;
  const end = endOf(props, createdAt);
  const isEligible = family === 'roleEligibilitySchedule';
  const own = isEligible ? eligibilityInstanceId(props) : roleAssignmentId(props);
  return {
    // A member of a group may hold the same by itself, so its own carries the schedule.
    id: memberType === 'Direct' ? own : Buffer.from(`${id}-${principalId}`).toString('base64url'),
    principalId,
    roleDefinitionId: props['roleDefinitionId'] ?? null,
    directoryScopeId: props['directoryScopeId'] ?? null,
    appScopeId: props['appScopeId'] ?? null,
    startDateTime: isoOf(startOf(props, createdAt)),
    endDateTime: end === Infinity ? null : isoOf(end),
    memberType,
    [`${family}Id`]: id,
    ...(isEligible ? {} : { assignmentType: 'Assigned', roleAssignmentOriginId: roleAssignmentId(props) }),
  };
}

const instanceSet = (family: PimFamily): string => `roleManagement/directory/${family}Instances`;

const instances =
  (family: PimFamily): Route['handle'] =>
  (call) =>
    listItems(call, instanceSet(family), itemsOf(instancesOf(call, family)));

const countInstances =
  (family: PimFamily): Route['handle'] =>
  (call) => ({
    status: 200,
    body: Buffer.from(String(instancesOf(call, family).length)),
    headers: { 'content-type': 'text/plain' },
  });

function getInstance(family: PimFamily): Route['handle'] {
  return (call) => {
    const found = instancesOf(call, family).find(({ id }) => id === call.param('instance'));
    if (!found) throw notFound(call.param('instance'));
    return {
      status: 200,
      body: { '@odata.context': call.context(`${instanceSet(family)}/$entity`), ...found },
    };
  };
}

const base = '/roleManagement/directory';

/** Every read of PIM asks for its licence first. */
const licensed = (route: Route): Route => ({
  ...route,
  handle: (call) => {
    refuseWithoutPremium(call);
    return route.handle(call);
  },
});

function routesOf(family: PimFamily): Route[] {
  const right = family === 'roleEligibilitySchedule' ? 'RoleEligibilitySchedule' : 'RoleAssignmentSchedule';
  const writes = ['RoleManagement.ReadWrite.Directory', `${right}.ReadWrite.Directory`];
  const reads = ['RoleManagement.Read.Directory', `${right}.Read.Directory`, ...writes];
  const get = { method: 'GET' as const, permissions: reads };
  const post = { method: 'POST' as const, permissions: writes };
  const requests = `${base}/${family}Requests`;
  return [
    ...readRoutes(`${base}/${family}s`, family, reads, {
      source: (call) => filteredSource(call, family, visible(call)),
    }),
    { ...get, pattern: `${base}/${family}Instances`, handle: instances(family) },
    { ...get, pattern: `${base}/${family}Instances/$count`, handle: countInstances(family) },
    { ...get, pattern: `${base}/${family}Instances/{instance}`, handle: getInstance(family) },
    ...readRoutes(requests, `${family}Request`, writes),
    { ...post, pattern: requests, handle: postRequest(family) },
    { ...post, pattern: `${requests}/{id}/cancel`, handle: cancelRequest(family) },
  ];
}

export const pimRoutes: readonly Route[] = pimFamilies.flatMap(routesOf).map(licensed);
