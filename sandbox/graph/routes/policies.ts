import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { checkBody, requireProperties } from '../schema/check-body.js';
import { merged } from '../schema/merged.js';
import { configurationTypes, policyTypes } from '../schema/policies.js';
import { render } from '../schema/render.js';
import type { TypeDef } from '../schema/types.js';
import type { Entity, JsonValue, Props } from '../state/types.js';
import { collectionRoutes } from './collection.js';
import { changesOf } from './entity.js';

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
    ['Policy.ReadWrite.ConsentRequest', 'Directory.ReadWrite.All'],
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

/** PATCH, or PUT where the service has that: what is sent is laid over what is there. */
function write(type: TypeDef, entity: (call: Call) => Entity): Route['handle'] {
  return (call): Answer => {
    const before = entity(call);
    const sent = checkBody(type, call.body, 'update', before.id);
    refuseDefaults(call, before, sent);
    if (type.kind === 'authenticationMethodConfiguration') refuseLifetimes({ ...before.props, ...sent });
    const set = merged(
      Object.fromEntries(Object.keys(sent).map((name) => [name, before.props[name] ?? null])),
      sent,
    );
    const version = before.props['version'];
    if (typeof version === 'number') set['version'] = version + 1;
    call.core.commit([{ op: 'set', id: before.id, props: set }], {
      actor: call.actor,
      correlationId: call.ids.clientRequestId,
      notes: [
        {
          activity: 'Update policy',
          operation: 'Update',
          targets: [{ ...target(before, changesOf(before, set)), type: 'Policy' }],
        },
      ],
    });
    return noContent;
  };
}

/** The lengths and lives that passes may have by the policy, as its reference page bounds them. */
function refuseLifetimes(next: Props): void {
  const within = (name: string, least: number, most: number): void => {
    const value = next[name];
    if (typeof value === 'number' && (value < least || value > most))
      throw badRequest(`The value of ${name} must be between ${least} and ${most}.`);
  };
  within('defaultLength', 8, 48);
  within('minimumLifetimeInMinutes', 10, 43_200);
  within('maximumLifetimeInMinutes', Number(next['minimumLifetimeInMinutes'] ?? 10), 43_200);
  within(
    'defaultLifetimeInMinutes',
    Number(next['minimumLifetimeInMinutes'] ?? 10),
    Number(next['maximumLifetimeInMinutes'] ?? 43_200),
  );
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

/** One policy is replaced whole: PUT, with everything that is required (reference page of adminConsentRequestPolicy). */
const replaced: Readonly<Record<string, readonly string[]>> = {
  adminConsentRequestPolicy: [
    'isEnabled',
    'notifyReviewers',
    'remindersEnabled',
    'requestDurationInDays',
    'reviewers',
  ],
};

function writesOf(name: string, permissions: readonly string[]): Route[] {
  const type = policyTypes.get(name);
  if (!type || permissions.length === 0) return [];
  const required = replaced[name];
  const update = write(type, (call) => policy(call, name));
  return [
    {
      method: required ? 'PUT' : 'PATCH',
      pattern: `/policies/${name}`,
      permissions,
      handle: (call) => {
        if (required) requireProperties(type, checkBody(type, call.body, 'update'), required);
        return update(call);
      },
    },
  ];
}

const methodsRead = singletons[0]?.[1] ?? [];
const methodsWrite = singletons[0]?.[2] ?? [];
const configurationsPath = '/policies/authenticationMethodsPolicy/authenticationMethodConfigurations';

export const policyRoutes: readonly Route[] = [
  ...singletons.flatMap(([name, read, write]): Route[] => [
    { method: 'GET', pattern: `/policies/${name}`, permissions: read, handle: getSingleton(name) },
    ...writesOf(name, write),
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
      const odataType = String(configuration(call).props['@odata.type']);
      const type = configurationTypes.get(odataType);
      if (!type || (call.body as Props | undefined)?.['@odata.type'] !== odataType)
        throw badRequest("The value of '@odata.type' does not match the configuration.");
      return write(type, configuration)(call);
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
