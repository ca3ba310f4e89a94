import type { Answer, Call } from '../http/call.js';
import { badRequest, malformed, missingParameters, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { isoOf, defaultsOf, render } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import { licensedGroupsOf, withLicenceErrors } from '../rules/group-licences.js';
import { licenceDetailId } from '../rules/ids-of-bytes.js';
import { queueOp } from '../rules/licence-queue.js';
import { freeUnitsOf, licencesFrom, skuById, statesOf } from '../rules/licences.js';
import { inOrderOfId, list, sourceOfObjects } from '../query/list.js';
import type { Entity, JsonValue, Props } from '../state/types.js';
import { changesOf, getOne, liveByKey } from './entity.js';

interface Wanted {
  readonly add: readonly { readonly skuId: string; readonly disabledPlans: string[] }[];
  readonly remove: readonly string[];
}

function wantedOf(call: Call): Wanted {
  const body = call.members(['addLicenses', 'removeLicenses']);
  const missing = ['addLicenses', 'removeLicenses'].filter((name) => body[name] === undefined);
  if (missing.length > 0) throw missingParameters('assignLicense', missing);
  const { addLicenses, removeLicenses } = body;
  if (!Array.isArray(addLicenses) || !Array.isArray(removeLicenses))
    throw malformed('addLicenses and removeLicenses are lists; either may be empty.');
  return {
    add: addLicenses.map((item) => {
      const { skuId, disabledPlans } = item as Props;
      return { skuId: guidOf(skuId), disabledPlans: ((disabledPlans ?? []) as string[]).map(guidOf) };
    }),
    remove: removeLicenses.map(guidOf),
  };
}

/** microsoft-graph-docs issue 2853: a name where an id belongs. */
function guidOf(value: JsonValue | undefined): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value))
    throw badRequest(
      "Cannot convert a primitive value to the expected type 'Edm.Guid'. See the inner exception for more details.",
    );
  return value.toLowerCase();
}

function skuOf(call: Call, skuId: string): Entity {
  const sku = skuById(call.state, skuId);
  if (!sku) throw badRequest(`License ${skuId} does not correspond to a valid company License.`);
  return sku;
}

/** Only what applies to users can be assigned (FACTS §6). */
function refuseForCompany(sku: Entity): void {
  if (sku.props['appliesTo'] !== 'User')
    throw badRequest(`License ${String(sku.props['skuId'])} cannot be assigned to users or groups.`);
}

/** FACTS §7: both arrays, usage location, units, inherited ones are not removed here. */
function assignToUser(call: Call): Answer {
  const user = liveByKey(call, 'user', call.param('id'));
  const { add, remove } = wantedOf(call);
  if (add.length > 0 && !user.props['usageLocation'])
    throw badRequest('License assignment cannot be done for user with invalid usage location.');
  let states = statesOf(user);
  for (const skuId of remove) {
    // A SKU that the tenant does not have is told apart (cli-microsoft365, user-license-remove.spec.ts).
    skuOf(call, skuId);
    const held = states.filter((state) => state.skuId === skuId);
    if (held.length === 0) throw badRequest('User does not have a corresponding license.');
    if (!held.some((state) => state.assignedByGroup === null))
      throw badRequest(
        'User license is inherited from a group membership and it cannot be removed directly from the user.',
      );
    states = states.filter((state) => state.skuId !== skuId || state.assignedByGroup !== null);
  }
  for (const { skuId, disabledPlans } of add) {
    refuseForCompany(skuOf(call, skuId));
    const holds = states.some((state) => state.skuId === skuId);
    if (!holds && freeUnitsOf(call.state, skuId) <= 0)
      throw badRequest(`Subscription with SKU ${skuId} does not have any available licenses.`);
    states = states.filter((state) => state.skuId !== skuId || state.assignedByGroup !== null);
    states.push({
      skuId,
      disabledPlans,
      assignedByGroup: null,
      state: 'Active',
      error: 'None',
      lastUpdatedDateTime: isoOf(call.now),
    });
  }
  call.core.commit([{ op: 'set', id: user.id, props: licencesFrom(states) }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Change user license', operation: 'Update', targets: [target(user)] }],
  });
  const type = typeOf('user');
  return {
    status: 200,
    body: {
      '@odata.context': call.context('users/$entity'),
      ...render(call.state.find(user.id) as Entity, defaultsOf(type)),
    },
  };
}

/** 202: the group has its licences at once, its members get them in the background (FACTS §7). */
function assignToGroup(call: Call): Answer {
  const group = liveByKey(call, 'group', call.param('id'));
  if (group.props['securityEnabled'] !== true)
    throw badRequest('Licenses can only be assigned to groups that are security enabled.');
  const { add, remove } = wantedOf(call);
  let held = (group.props['assignedLicenses'] ?? []) as { skuId: string; disabledPlans: string[] }[];
  for (const skuId of remove) {
    if (!held.some((one) => one.skuId === skuId))
      throw badRequest('Group does not have a corresponding license.');
    held = held.filter((one) => one.skuId !== skuId);
  }
  for (const one of add) {
    refuseForCompany(skuOf(call, one.skuId));
    held = [...held.filter(({ skuId }) => skuId !== one.skuId), one];
  }
  const props: Props = { assignedLicenses: held.length === 0 ? null : (held as unknown as JsonValue) };
  call.core.commit([{ op: 'set', id: group.id, props }, queueOp(group, call.now)], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      {
        activity: 'Set group license',
        operation: 'Update',
        targets: [target(group, changesOf(group, props))],
      },
    ],
  });
  return { ...getOne(call, call.state.find(group.id) as Entity), status: 202 };
}

/** Has what the user inherits looked at again. */
function reprocess(call: Call): Answer {
  const user = liveByKey(call, 'user', call.param('id'));
  const ops = licensedGroupsOf(call.state, user).map((group) => queueOp(group, call.now));
  call.core.commit(ops, { actor: call.actor, correlationId: call.ids.clientRequestId });
  return getOne(call, user);
}

function licenceErrors(call: Call): Answer {
  const group = liveByKey(call, 'group', call.param('id'));
  return list(call, {
    type: null,
    context: 'directoryObjects',
    source: sourceOfObjects(inOrderOfId(withLicenceErrors(call.state, group))),
  });
}

function detailsOf(call: Call, user: Entity): Props[] {
  const held = (user.props['assignedLicenses'] ?? []) as Props[];
  return held.map((licence) => {
    const sku = skuOf(call, String(licence['skuId']));
    return {
      id: licenceDetailId(call.core.tenantId, String(licence['skuId'])),
      skuId: licence['skuId'] ?? null,
      skuPartNumber: sku.props['skuPartNumber'] ?? null,
      servicePlans: sku.props['servicePlans'] ?? [],
    };
  });
}

function licenceDetails(call: Call): Answer {
  const user = liveByKey(call, 'user', call.param('id'));
  const value: JsonValue = detailsOf(call, user);
  return {
    status: 200,
    body: { '@odata.context': call.context(`users('${user.id}')/licenseDetails`), value },
  };
}

function licenceDetail(call: Call): Answer {
  const user = liveByKey(call, 'user', call.param('id'));
  const found = detailsOf(call, user).find(({ id }) => id === call.param('detail'));
  if (!found) throw notFound(call.param('detail'));
  return {
    status: 200,
    body: { '@odata.context': call.context(`users('${user.id}')/licenseDetails/$entity`), ...found },
  };
}

const readDetails = [
  'LicenseAssignment.Read.All',
  'User.Read.All',
  'User.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];

export const licenceRoutes: readonly Route[] = [
  {
    method: 'POST',
    pattern: '/groups/{id}/assignLicense',
    permissions: ['LicenseAssignment.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'],
    handle: assignToGroup,
  },
  {
    method: 'POST',
    pattern: '/users/{id}/reprocessLicenseAssignment',
    permissions: ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
    handle: reprocess,
  },
  {
    method: 'GET',
    pattern: '/groups/{id}/membersWithLicenseErrors',
    permissions: ['Group.Read.All', 'Group.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
    handle: licenceErrors,
  },
  {
    method: 'POST',
    pattern: '/users/{id}/assignLicense',
    permissions: ['LicenseAssignment.ReadWrite.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'],
    handle: assignToUser,
  },
  {
    method: 'GET',
    pattern: '/users/{id}/licenseDetails',
    permissions: readDetails,
    units: 2,
    handle: licenceDetails,
  },
  {
    method: 'GET',
    pattern: '/users/{id}/licenseDetails/{detail}',
    permissions: readDetails,
    handle: licenceDetail,
  },
];
