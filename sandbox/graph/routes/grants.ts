import { noContent, type Answer, type Call } from '../http/call.js';
import { GraphError, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { list } from '../query/list.js';
import { grantId } from '../rules/ids-of-bytes.js';
import { checkBody, requireProperties } from '../schema/check-body.js';
import { typeOf } from '../schema/types.js';
import type { Entity } from '../state/types.js';
import { created, getOne, liveByKey } from './entity.js';
import { filteredSource, plainList } from './plain.js';

const type = typeOf('oAuth2PermissionGrant');

function create(call: Call): Answer {
  const props = checkBody(type, call.body, 'create');
  requireProperties(type, props, ['clientId', 'consentType', 'resourceId']);
  for (const name of ['clientId', 'resourceId'])
    if (!call.state.get(String(props[name]), 'servicePrincipal')) throw notFound(String(props[name]));
  const principalId = props['principalId'];
  if (principalId && !call.state.get(String(principalId), 'user')) throw notFound(String(principalId));
  const id = grantId(props);
  if (call.state.get(id))
    throw new GraphError(409, 'Request_MultipleObjectsWithSameKeyValue', 'Permission entry already exists.');
  const client = call.state.get(String(props['clientId'])) as Entity;
  call.core.commit([{ op: 'create', kind: 'oAuth2PermissionGrant', id, props }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Add delegated permission grant', operation: 'Assign', targets: [target(client)] }],
  });
  return created(call, call.state.find(id) as Entity);
}

function grant(call: Call): Entity {
  return liveByKey(call, 'oAuth2PermissionGrant', call.param('id'));
}

function update(call: Call): Answer {
  const entity = grant(call);
  const props = checkBody(type, call.body, 'update');
  call.core.commit([{ op: 'set', id: entity.id, props }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      { activity: 'Update delegated permission grant', operation: 'Update', targets: clientOf(call, entity) },
    ],
  });
  return noContent;
}

function remove(call: Call): Answer {
  const entity = grant(call);
  call.core.commit([{ op: 'purge', id: entity.id }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      {
        activity: 'Remove delegated permission grant',
        operation: 'Unassign',
        targets: clientOf(call, entity),
      },
    ],
  });
  return noContent;
}

function clientOf(call: Call, entity: Entity) {
  const client = call.state.get(String(entity.props['clientId']));
  return client ? [target(client)] : [];
}

/** Grants of one service principal (as client), or of one user. */
function listOf(kind: 'user' | 'servicePrincipal', end: 'principalId' | 'clientId'): Route['handle'] {
  return (call) => {
    const owner = liveByKey(call, kind, call.param('id'));
    const source = filteredSource(call, 'oAuth2PermissionGrant', (item) => item.props[end] === owner.id);
    return list(call, { type, context: 'oauth2PermissionGrants', source, advancedRules: false });
  };
}

const read = ['Directory.Read.All', 'DelegatedPermissionGrant.ReadWrite.All'];
const write = ['DelegatedPermissionGrant.ReadWrite.All'];
const base = '/oauth2PermissionGrants';

export const grantRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: base,
    permissions: read,
    units: 2,
    handle: plainList('oAuth2PermissionGrant', undefined, 'oauth2PermissionGrants'),
  },
  { method: 'POST', pattern: base, permissions: write, handle: create },
  {
    method: 'GET',
    pattern: `${base}/{id}`,
    permissions: read,
    units: 2,
    handle: (call) => getOne(call, grant(call)),
  },
  { method: 'PATCH', pattern: `${base}/{id}`, permissions: write, handle: update },
  { method: 'DELETE', pattern: `${base}/{id}`, permissions: write, handle: remove },
  {
    method: 'GET',
    pattern: '/users/{id}/oauth2PermissionGrants',
    permissions: read,
    handle: listOf('user', 'principalId'),
  },
  {
    method: 'GET',
    pattern: '/servicePrincipals/{id}/oauth2PermissionGrants',
    permissions: read,
    handle: listOf('servicePrincipal', 'clientId'),
  },
];
