import type { Answer, Call } from '../http/call.js';
import { badRequest } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { isoOf, defaultsOf, render } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { Entity, JsonValue, Props } from '../state/types.js';
import { liveByKey } from './entity.js';

/** One licence of a user, as licenseAssignmentStates tells it. */
interface LicenceState {
  skuId: string;
  disabledPlans: string[];
  /** null = assigned directly. */
  assignedByGroup: string | null;
  state: string;
  error: string;
  lastUpdatedDateTime: string;
}

const statesOf = (user: Entity): LicenceState[] =>
  (user.props['licenseAssignmentStates'] ?? []) as unknown as LicenceState[];

/** Both forms that Graph shows, from the states. */
export function licencesFrom(states: readonly LicenceState[]): Props {
  const plans = new Map<string, string[]>();
  for (const { skuId, disabledPlans, state } of states) {
    if (state !== 'Active' && state !== 'ActiveWithError') continue;
    // A plan is off only if every assignment switches it off.
    const known = plans.get(skuId);
    plans.set(skuId, known ? known.filter((plan) => disabledPlans.includes(plan)) : disabledPlans);
  }
  return {
    licenseAssignmentStates: states.length === 0 ? null : (states as unknown as JsonValue),
    assignedLicenses:
      plans.size === 0 ? null : [...plans].map(([skuId, disabledPlans]) => ({ skuId, disabledPlans })),
  };
}

interface Wanted {
  readonly add: readonly { readonly skuId: string; readonly disabledPlans: string[] }[];
  readonly remove: readonly string[];
}

function wantedOf(call: Call): Wanted {
  const body = call.members(['addLicenses', 'removeLicenses']);
  const { addLicenses, removeLicenses } = body;
  if (!Array.isArray(addLicenses) || !Array.isArray(removeLicenses))
    throw badRequest('Both addLicenses and removeLicenses are required; either may be empty.');
  return {
    add: addLicenses.map((item) => {
      const { skuId, disabledPlans } = item as Props;
      if (typeof skuId !== 'string') throw badRequest("Invalid value specified for property 'skuId'.");
      return { skuId, disabledPlans: ((disabledPlans ?? []) as string[]).map(String) };
    }),
    remove: removeLicenses.map(String),
  };
}

function skuOf(call: Call, skuId: string): Entity {
  const sku = call.state
    .liveOf('subscribedSku')
    .all()
    .find((item) => item.props['skuId'] === skuId);
  if (!sku) throw badRequest(`License ${skuId} does not correspond to a valid company License.`);
  return sku;
}

function freeUnits(call: Call, sku: Entity): number {
  const enabled = Number((sku.props['prepaidUnits'] as Props)['enabled'] ?? 0);
  const used = call.state
    .liveOf('user')
    .all()
    .filter((user) =>
      ((user.props['assignedLicenses'] ?? []) as Props[]).some(
        (held) => held['skuId'] === sku.props['skuId'],
      ),
    );
  return enabled - used.length;
}

/** FACTS §7: both arrays, usage location, units, inherited ones are not removed here. */
function assignToUser(call: Call): Answer {
  const user = liveByKey(call, 'user', call.param('id'));
  const { add, remove } = wantedOf(call);
  if (add.length > 0 && !user.props['usageLocation'])
    throw badRequest('License assignment cannot be done for user with invalid usage location.');
  let states = statesOf(user);
  for (const skuId of remove) {
    const held = states.filter((state) => state.skuId === skuId);
    if (held.length === 0) throw badRequest('User does not have a corresponding license.');
    if (!held.some((state) => state.assignedByGroup === null))
      throw badRequest(
        'User license is inherited from a group membership and it cannot be removed directly from the user.',
      );
    states = states.filter((state) => state.skuId !== skuId || state.assignedByGroup !== null);
  }
  for (const { skuId, disabledPlans } of add) {
    const sku = skuOf(call, skuId);
    const holds = states.some((state) => state.skuId === skuId);
    if (!holds && freeUnits(call, sku) <= 0)
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

function licenceDetails(call: Call): Answer {
  const user = liveByKey(call, 'user', call.param('id'));
  const held = (user.props['assignedLicenses'] ?? []) as Props[];
  const value = held.map((licence) => {
    const sku = skuOf(call, String(licence['skuId']));
    return {
      id: Buffer.from(`${user.id}${String(licence['skuId'])}`).toString('base64url'),
      skuId: licence['skuId'] ?? null,
      skuPartNumber: sku.props['skuPartNumber'] ?? null,
      servicePlans: sku.props['servicePlans'] ?? [],
    };
  });
  return {
    status: 200,
    body: { '@odata.context': call.context(`users('${user.id}')/licenseDetails`), value },
  };
}

export const licenceRoutes: readonly Route[] = [
  {
    method: 'POST',
    pattern: '/users/{id}/assignLicense',
    permissions: ['LicenseAssignment.ReadWrite.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'],
    handle: assignToUser,
  },
  {
    method: 'GET',
    pattern: '/users/{id}/licenseDetails',
    permissions: [
      'LicenseAssignment.Read.All',
      'User.Read.All',
      'User.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
    ],
    units: 2,
    handle: licenceDetails,
  },
];
