import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { collectionRoutes } from './collection.js';
import { render } from '../schema/render.js';
import type { Entity, JsonValue, Props } from '../state/types.js';

/** Policies of which a tenant has one; their state id is their name. */
const singletons: readonly (readonly [name: string, read: readonly string[], write: readonly string[]])[] = [
  [
    'authenticationMethodsPolicy',
    ['Policy.Read.All', 'Policy.Read.AuthenticationMethod', 'Policy.ReadWrite.AuthenticationMethod'],
    ['Policy.ReadWrite.AuthenticationMethod'],
  ],
  [
    'authorizationPolicy',
    ['Policy.Read.All', 'Policy.ReadWrite.Authorization'],
    ['Policy.ReadWrite.Authorization'],
  ],
  [
    'identitySecurityDefaultsEnforcementPolicy',
    ['Policy.Read.All', 'Policy.ReadWrite.SecurityDefaults'],
    ['Policy.ReadWrite.SecurityDefaults'],
  ],
  [
    'adminConsentRequestPolicy',
    ['Policy.Read.All', 'Policy.ReadWrite.ConsentRequest', 'Directory.Read.All', 'Directory.ReadWrite.All'],
    // PUT in Microsoft's reference, not PATCH.
    [],
  ],
  [
    'authenticationFlowsPolicy',
    ['Policy.Read.All', 'Policy.ReadWrite.AuthenticationFlows'],
    ['Policy.ReadWrite.AuthenticationFlows'],
  ],
  [
    'crossTenantAccessPolicy',
    ['Policy.Read.All', 'Policy.ReadWrite.CrossTenantAccess'],
    ['Policy.ReadWrite.CrossTenantAccess'],
  ],
  [
    'crossTenantAccessPolicy/default',
    ['Policy.Read.All', 'Policy.ReadWrite.CrossTenantAccess'],
    ['Policy.ReadWrite.CrossTenantAccess'],
  ],
  [
    'defaultAppManagementPolicy',
    ['Policy.Read.All', 'Policy.ReadWrite.ApplicationConfiguration'],
    ['Policy.ReadWrite.ApplicationConfiguration'],
  ],
  [
    'deviceRegistrationPolicy',
    ['Policy.Read.DeviceConfiguration', 'Policy.ReadWrite.DeviceConfiguration'],
    [],
  ],
];

function policy(call: Call, id: string): Entity {
  const found = call.state.get(id);
  if (!found) throw notFound(id);
  return found;
}

function configurations(call: Call): { [key: string]: JsonValue }[] {
  return call.state
    .liveOf('authenticationMethodConfiguration')
    .all()
    .map((entity) => render(entity, []));
}

function getSingleton(name: string): Route['handle'] {
  return (call): Answer => {
    const item = render(policy(call, name), []);
    const extra =
      name === 'authenticationMethodsPolicy'
        ? { authenticationMethodConfigurations: configurations(call) }
        : {};
    return {
      status: 200,
      body: { '@odata.context': call.context(`policies/${name}/$entity`), ...item, ...extra },
    };
  };
}

function patch(call: Call, entity: Entity, extraAllowed: readonly string[] = []): Answer {
  const known = [...Object.keys(entity.props), ...extraAllowed, 'id'].filter(
    (name) => !name.startsWith('@') && !name.startsWith('~'),
  );
  const body: Props = call.members(known);
  if (body['id'] !== undefined && body['id'] !== entity.id)
    throw badRequest("Property 'id' is read-only and cannot be set.");
  const set = Object.fromEntries(
    Object.entries(body).filter(([name]) => name !== 'id' && !name.includes('@odata.')),
  );
  refuseDefaults(call, entity, set);
  call.core.commit([{ op: 'set', id: entity.id, props: set }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      { activity: 'Update policy', operation: 'Update', targets: [{ ...target(entity), type: 'Policy' }] },
    ],
  });
  return noContent;
}

/** Security defaults and enabled Conditional Access policies exclude each other (FACTS §6). */
function refuseDefaults(call: Call, entity: Entity, set: Props): void {
  if (entity.id !== 'identitySecurityDefaultsEnforcementPolicy' || set['isEnabled'] !== true) return;
  const enabled = call.state
    .liveOf('conditionalAccessPolicy')
    .all()
    .some((item) => item.props['state'] === 'enabled');
  if (enabled) throw badRequest('Security defaults cannot be enabled while Conditional Access policies are.');
}

const methodsRead = singletons[0]?.[1] ?? [];
const methodsWrite = singletons[0]?.[2] ?? [];
const configurationsPath = '/policies/authenticationMethodsPolicy/authenticationMethodConfigurations';

export const policyRoutes: readonly Route[] = [
  ...singletons.flatMap(([name, read, write]): Route[] => [
    { method: 'GET', pattern: `/policies/${name}`, permissions: read, handle: getSingleton(name) },
    ...(write.length === 0
      ? []
      : [
          {
            method: 'PATCH' as const,
            pattern: `/policies/${name}`,
            permissions: write,
            handle: (call: Call) =>
              patch(call, policy(call, name), ['reconfirmationInDays', 'registrationEnforcement']),
          },
        ]),
  ]),
  ...collectionRoutes({
    pattern: '/policies/permissionGrantPolicies',
    kind: 'permissionGrantPolicy',
    noun: 'permission grant policy',
    read: ['Policy.Read.PermissionGrant', 'Policy.ReadWrite.PermissionGrant'],
    write: ['Policy.ReadWrite.PermissionGrant'],
    create: (call, props) => {
      const { id, ...rest } = props;
      if (typeof id !== 'string' || id.startsWith('microsoft-') || call.state.get(id))
        throw badRequest("Invalid value specified for property 'id' of resource 'PermissionGrantPolicy'.");
      return { id, props: rest };
    },
    remove: (_call, entity) => {
      if (entity.id.startsWith('microsoft-')) throw badRequest('A built-in policy cannot be deleted.');
    },
  }),
  {
    method: 'GET',
    pattern: configurationsPath,
    permissions: methodsRead,
    handle: (call) => ({
      status: 200,
      body: { '@odata.context': call.context(configurationsPath.slice(1)), value: configurations(call) },
    }),
  },
  {
    method: 'GET',
    pattern: `${configurationsPath}/{id}`,
    permissions: methodsRead,
    handle: (call) => ({
      status: 200,
      body: {
        '@odata.context': call.context(`${configurationsPath.slice(1)}/$entity`),
        ...render(configuration(call), []),
      },
    }),
  },
  {
    method: 'PATCH',
    pattern: `${configurationsPath}/{id}`,
    permissions: methodsWrite,
    handle: (call) => {
      const entity = configuration(call);
      const type = (call.body as Props | undefined)?.['@odata.type'];
      if (type !== entity.props['@odata.type'])
        throw badRequest("The value of '@odata.type' does not match the configuration.");
      return patch(call, entity);
    },
  },
];

function configuration(call: Call): Entity {
  const key = call.param('id').toLowerCase();
  const found = call.state
    .liveOf('authenticationMethodConfiguration')
    .all()
    .find((entity) => entity.id.toLowerCase() === key);
  if (!found) throw notFound(call.param('id'));
  return found;
}
