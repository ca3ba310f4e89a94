import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { list } from '../query/list.js';
import { checkBody, requireProperties } from '../schema/check-body.js';
import { defaultsOf, render } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { Entity, Op, Props } from '../state/types.js';
import { liveByKey } from './entity.js';
import { filteredSource } from './plain.js';

const application = (call: Call): Entity => liveByKey(call, 'application', call.param('id'));

function commit(call: Call, op: Op, owner: Entity): void {
  call.core.commit([op], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Update application', operation: 'Update', targets: [target(owner)] }],
  });
}

function federated(call: Call): Entity {
  const owner = application(call);
  const key = call.param('credential');
  const found = call.state
    .liveOf('federatedIdentityCredential')
    .all()
    .find(
      (item) => item.props['~application'] === owner.id && (item.id === key || item.props['name'] === key),
    );
  if (!found) throw notFound(key);
  return found;
}

function shownCredential(call: Call, entity: Entity, owner: Entity, status: 200 | 201): Answer {
  const context = call.context(`applications('${owner.id}')/federatedIdentityCredentials/$entity`);
  const location = `https://graph.microsoft.com/v2/${call.core.tenantId}/federatedIdentityCredentials/${entity.id}`;
  return {
    status,
    ...(status === 201 ? { headers: { location } } : {}),
    body: { '@odata.context': context, ...render(entity, defaultsOf(typeOf('federatedIdentityCredential'))) },
  };
}

/** At most twenty for an application; names are unique in it, and so are pairs of issuer and subject. */
function refuseDouble(call: Call, owner: Entity, props: Props): void {
  const known = call.state
    .liveOf('federatedIdentityCredential')
    .all()
    .filter((item) => item.props['~application'] === owner.id);
  if (known.length >= 20) throw badRequest('An application has at most 20 federated identity credentials.');
  if (known.some((item) => item.props['name'] === props['name']))
    throw badRequest(`FederatedIdentityCredential with name ${String(props['name'])} already exists.`);
  if (known.some((item) => ['issuer', 'subject'].every((name) => item.props[name] === props[name])))
    throw badRequest('FederatedIdentityCredential with this issuer and subject already exists.');
}

function createCredential(call: Call): Answer {
  const owner = application(call);
  const type = typeOf('federatedIdentityCredential');
  const props = checkBody(type, call.body, 'create');
  requireProperties(type, props, ['name', 'issuer', 'subject', 'audiences']);
  refuseDouble(call, owner, props);
  const id = call.core.newId();
  const op: Op = {
    op: 'create',
    kind: 'federatedIdentityCredential',
    id,
    props: { ...props, '~application': owner.id },
  };
  commit(call, op, owner);
  return shownCredential(call, call.state.find(id) as Entity, owner, 201);
}

const credentialPath = '/applications/{id}/federatedIdentityCredentials';
const writeApps = ['Application.ReadWrite.All'];

export const federatedCredentialRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: credentialPath,
    permissions: ['Application.Read.All', 'Application.ReadWrite.All'],
    handle: (call) => {
      const owner = application(call);
      return list(call, {
        type: typeOf('federatedIdentityCredential'),
        context: `applications('${owner.id}')/federatedIdentityCredentials`,
        source: filteredSource(
          call,
          'federatedIdentityCredential',
          (item) => item.props['~application'] === owner.id,
        ),
        advancedRules: false,
      });
    },
  },
  { method: 'POST', pattern: credentialPath, permissions: writeApps, handle: createCredential },
  {
    method: 'GET',
    pattern: `${credentialPath}/{credential}`,
    permissions: writeApps,
    handle: (call) => shownCredential(call, federated(call), application(call), 200),
  },
  {
    method: 'PATCH',
    pattern: `${credentialPath}/{credential}`,
    permissions: writeApps,
    handle: (call) => {
      const props = checkBody(typeOf('federatedIdentityCredential'), call.body, 'update');
      commit(call, { op: 'set', id: federated(call).id, props }, application(call));
      return noContent;
    },
  },
  {
    method: 'DELETE',
    pattern: `${credentialPath}/{credential}`,
    permissions: writeApps,
    handle: (call) => {
      commit(call, { op: 'purge', id: federated(call).id }, application(call));
      return noContent;
    },
  },
];
