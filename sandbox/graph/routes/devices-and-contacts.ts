import { noContent, type Call } from '../http/call.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { sourceOfObjects, type Source } from '../query/list.js';
import { refuseRestricted } from '../rules/restricted.js';
import { checkBody } from '../schema/check-body.js';
import { typeOf } from '../schema/types.js';
import type { Entity } from '../state/types.js';
import { changesOf, liveByKey } from './entity.js';
import { mixedListRoutes } from './mixed-lists.js';
import { readRoutes } from './plain.js';

const deviceRead = ['Device.Read.All', 'Directory.Read.All', 'Directory.ReadWrite.All'];
const contactRead = ['OrgContact.Read.All', 'Directory.Read.All', 'Directory.ReadWrite.All'];
const userRead = ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'];

const device = (call: Call): Entity => liveByKey(call, 'device', call.param('id'));

function updateDevice(call: Call) {
  const entity = device(call);
  const props = checkBody(typeOf('device'), call.body, 'update', entity.id);
  refuseRestricted(call, entity);
  call.core.commit([{ op: 'set', id: entity.id, props }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      { activity: 'Update device', operation: 'Update', targets: [target(entity, changesOf(entity, props))] },
    ],
  });
  return noContent;
}

/** A device has no recycle bin (FACTS §10). */
function deleteDevice(call: Call) {
  const entity = device(call);
  refuseRestricted(call, entity);
  call.core.commit([{ op: 'purge', id: entity.id }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Delete device', operation: 'Delete', targets: [target(entity)] }],
  });
  return noContent;
}

/** Devices that a user registered: the sandbox knows one kind of tie between the two. */
function devicesOf(call: Call): Source {
  const user = liveByKey(call, 'user', call.param('id'));
  return sourceOfObjects(call.state.sources('owner', user.id).filter(({ kind }) => kind === 'device'));
}

/** Devices join and contacts come from Exchange: neither is made here, but a device is changed and deleted. */
export const deviceAndContactRoutes: readonly Route[] = [
  ...readRoutes('/devices', 'device', deviceRead),
  {
    method: 'PATCH',
    pattern: '/devices/{id}',
    permissions: ['Device.ReadWrite.All', 'Directory.ReadWrite.All'],
    handle: updateDevice,
  },
  { method: 'DELETE', pattern: '/devices/{id}', permissions: ['Device.ReadWrite.All'], handle: deleteDevice },
  ...mixedListRoutes('/devices/{id}/memberOf', deviceRead, 1, (call) =>
    sourceOfObjects(call.state.links.sources('member', device(call).id)),
  ),
  ...['registeredOwners', 'registeredUsers'].flatMap((name) =>
    mixedListRoutes(`/devices/{id}/${name}`, deviceRead, 1, (call) =>
      sourceOfObjects(call.state.links.targets('owner', device(call).id)),
    ),
  ),
  ...['ownedDevices', 'registeredDevices'].flatMap((name) =>
    mixedListRoutes(`/users/{id}/${name}`, userRead, 1, devicesOf),
  ),
  ...readRoutes('/contacts', 'orgContact', contactRead),
];
