import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { list, sourceOfObjects } from '../query/list.js';
import { refuseRestricted } from '../rules/restricted.js';
import type { JsonValue, Op } from '../state/types.js';
import { getOne, idInReference, liveByKey } from './entity.js';
import { wrongTarget } from './references.js';

/** Who a user answers to, who answers to the user, and who vouches for a guest. */
function getManager(call: Call): Answer {
  const user = liveByKey(call, 'user', call.param('id'));
  const [manager] = call.state.targets('manager', user.id);
  if (!manager) throw notFound('manager');
  const one = getOne(call, manager);
  const body = one.body as { [key: string]: JsonValue };
  return {
    status: 200,
    body: {
      '@odata.context': call.context('directoryObjects/$entity'),
      '@odata.type': '#microsoft.graph.user',
      ...Object.fromEntries(Object.entries(body).filter(([name]) => name !== '@odata.context')),
    },
  };
}

function getManagerRef(call: Call): Answer {
  const user = liveByKey(call, 'user', call.param('id'));
  const [manager] = call.state.targets('manager', user.id);
  if (!manager) throw notFound('manager');
  return {
    status: 200,
    body: {
      '@odata.context': call.context('$ref'),
      '@odata.id': `${call.root}/${call.core.tenantId}/directoryObjects/${manager.id}/Microsoft.DirectoryServices.User`,
    },
  };
}

function putManager(call: Call): Answer {
  const user = liveByKey(call, 'user', call.param('id'));
  refuseRestricted(call, user);
  const id = idInReference(call.members(['@odata.id'])['@odata.id']);
  if (id === null) throw badRequest('Invalid URL format specified in @odata.id for the manager.');
  const manager = call.state.get(id.toLowerCase()) ?? call.state.userByName(id);
  if (!manager) throw notFound(id);
  if (manager.kind !== 'user' && manager.kind !== 'orgContact') throw wrongTarget('manager', manager);
  if (manager.id === user.id) throw badRequest('A user cannot be its own manager.');
  const before = call.state.links.targets('manager', user.id).map(({ id }) => id);
  if (before.includes(manager.id)) return noContent;
  const ops: Op[] = before.map((to) => ({ op: 'unlink', kind: 'manager', from: user.id, to }));
  ops.push({ op: 'link', kind: 'manager', from: user.id, to: manager.id });
  call.core.commit(ops, {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      {
        activity: 'Update user',
        operation: 'Update',
        targets: [target(user, [{ name: 'Manager', before: before[0] ?? null, after: manager.id }])],
      },
    ],
  });
  return noContent;
}

function deleteManager(call: Call): Answer {
  const user = liveByKey(call, 'user', call.param('id'));
  const managers = call.state.targets('manager', user.id);
  if (managers.length === 0) throw notFound('manager');
  refuseRestricted(call, user);
  call.core.commit(
    managers.map((manager): Op => ({ op: 'unlink', kind: 'manager', from: user.id, to: manager.id })),
    {
      actor: call.actor,
      correlationId: call.ids.clientRequestId,
      notes: [{ activity: 'Remove user manager', operation: 'Unassign', targets: [target(user)] }],
    },
  );
  return noContent;
}

function directReports(call: Call): Answer {
  const user = liveByKey(call, 'user', call.param('id'));
  return list(call, {
    type: null,
    context: 'directoryObjects',
    source: sourceOfObjects(call.state.links.sources('manager', user.id)),
  });
}

const readLinks = ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'];
const write = ['User.ReadWrite.All', 'Directory.ReadWrite.All'];

export const managerRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/users/{id}/manager', permissions: readLinks, handle: getManager },
  { method: 'GET', pattern: '/users/{id}/manager/$ref', permissions: readLinks, handle: getManagerRef },
  { method: 'PUT', pattern: '/users/{id}/manager/$ref', permissions: write, handle: putManager },
  { method: 'DELETE', pattern: '/users/{id}/manager/$ref', permissions: write, handle: deleteManager },
  { method: 'GET', pattern: '/users/{id}/directReports', permissions: readLinks, handle: directReports },
  {
    method: 'GET',
    pattern: '/users/{id}/sponsors',
    permissions: ['User.Read.All', 'User.ReadWrite.All'],
    handle: (call) =>
      list(call, {
        type: null,
        context: 'directoryObjects',
        source: sourceOfObjects(
          call.state.links.targets('sponsor', liveByKey(call, 'user', call.param('id')).id),
        ),
      }),
  },
];
