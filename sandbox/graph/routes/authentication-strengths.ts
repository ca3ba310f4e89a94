import type { Answer, Call } from '../http/call.js';
import { badRequest, malformed, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { itemsOf, listItems } from '../query/items.js';
import { combinations } from '../rules/authentication-strengths.js';
import { requireProperties } from '../schema/check-body.js';
import { isoOf } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { Entity, JsonValue, Props } from '../state/types.js';
import { collectionRoutes } from './collection.js';
import { liveByKey } from './entity.js';

/** Authentication strengths and contexts, which Conditional Access policies refer to (FACTS §6), and its templates. */
function checkCombinations(value: JsonValue | undefined): string[] {
  if (!Array.isArray(value) || value.length === 0)
    throw badRequest("A value is required for property 'allowedCombinations'.");
  for (const one of value)
    if (!combinations.has(String(one)))
      throw badRequest(`Invalid value specified for property 'allowedCombinations': '${String(one)}'.`);
  return value.map(String);
}

const custom = (entity: Entity): void => {
  if (entity.props['policyType'] === 'builtIn')
    throw badRequest('A built-in authentication strength cannot be changed.');
};

/** A name is there once among strengths. */
function refuseName(call: Call, name: JsonValue | undefined, self?: string): void {
  const taken = call.state
    .liveOf('authenticationStrengthPolicy')
    .all()
    .some(({ id, props }) => id !== self && props['displayName'] === name);
  if (taken) throw badRequest(`An authentication strength with the name '${String(name)}' already exists.`);
}

const usedBy = (call: Call, id: string): boolean =>
  call.state
    .liveOf('conditionalAccessPolicy')
    .all()
    .some(({ props }) => {
      const controls = props['grantControls'] as Props | null | undefined;
      return (controls?.['authenticationStrength'] as Props | null | undefined)?.['id'] === id;
    });

function updateCombinations(call: Call): Answer {
  const entity = liveByKey(call, 'authenticationStrengthPolicy', call.param('item'));
  custom(entity);
  const previous = entity.props['allowedCombinations'] ?? [];
  const current = checkCombinations(call.members(['allowedCombinations'])['allowedCombinations']);
  const props = { allowedCombinations: current, modifiedDateTime: isoOf(call.now) };
  call.core.commit([{ op: 'set', id: entity.id, props }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Update authentication strength', operation: 'Update', targets: [target(entity)] }],
  });
  return {
    status: 200,
    body: {
      '@odata.context': call.context('microsoft.graph.updateAllowedCombinationsResult'),
      additionalInformation: null,
      conditionalAccessReferences: [],
      currentCombinations: current,
      previousCombinations: previous,
    },
  };
}

const strengthReads = [
  'Policy.Read.All',
  'Policy.Read.AuthenticationMethod',
  'Policy.ReadWrite.AuthenticationMethod',
  'Policy.ReadWrite.ConditionalAccess',
];
const strengthWrites = ['Policy.ReadWrite.AuthenticationMethod', 'Policy.ReadWrite.ConditionalAccess'];

const strengthsAt = (pattern: string): Route[] =>
  collectionRoutes({
    pattern,
    kind: 'authenticationStrengthPolicy',
    noun: 'authentication strength',
    read: strengthReads,
    write: strengthWrites,
    create: (call, props) => {
      requireProperties(typeOf('authenticationStrengthPolicy'), props, [
        'displayName',
        'allowedCombinations',
      ]);
      refuseName(call, props['displayName']);
      const now = isoOf(call.now);
      return {
        props: {
          ...props,
          allowedCombinations: checkCombinations(props['allowedCombinations']),
          policyType: 'custom',
          requirementsSatisfied: 'mfa',
          createdDateTime: now,
          modifiedDateTime: now,
        },
      };
    },
    update: (call, entity, props) => {
      custom(entity);
      refuseName(call, props['displayName'], entity.id);
      return { ...props, modifiedDateTime: isoOf(call.now) };
    },
    remove: (call, entity) => {
      custom(entity);
      if (usedBy(call, entity.id))
        throw badRequest('The authentication strength is used by a Conditional Access policy.');
    },
  });

const contextReads = [
  'AuthenticationContext.Read.All',
  'AuthenticationContext.ReadWrite.All',
  'Policy.Read.ConditionalAccess',
];

/** Contexts are c1 to c99, chosen by whoever makes them. */
function contextId(call: Call, props: Props): string {
  const id = String(props['id'] ?? '');
  if (!/^c([1-9]|[1-9]\d)$/.test(id)) throw malformed('The id of an authentication context is c1 to c99.');
  if (call.state.get(id)) throw malformed(`The authentication context '${id}' exists already.`);
  return id;
}

/** Two of Microsoft's many templates: enough to read the form. */
const templates: readonly Props[] = [
  {
    id: 'c7503427-338e-4c5e-902d-abe252abfb43',
    name: 'Require multifactor authentication for admins',
    description: 'Require multifactor authentication for privileged administrative accounts.',
    scenarios: 'secureFoundation,zeroTrust,protectAdmins',
    details: templateDetails(['mfa']),
  },
  {
    id: '0b2282f9-2862-4178-88b5-d79340b36cb8',
    name: 'Block legacy authentication',
    description:
      'Block legacy authentication endpoints that can be used to bypass multifactor authentication.',
    scenarios: 'secureFoundation,zeroTrust,remoteWork',
    details: templateDetails(['block']),
  },
];

function templateDetails(builtInControls: string[]): Props {
  return {
    conditions: {
      clientAppTypes: ['all'],
      applications: { includeApplications: ['All'] },
      users: { includeUsers: ['All'] },
    },
    grantControls: { operator: 'OR', builtInControls, customAuthenticationFactors: [], termsOfUse: [] },
    sessionControls: null,
  };
}

const base = '/identity/conditionalAccess';

export const authenticationStrengthRoutes: readonly Route[] = [
  ...strengthsAt('/policies/authenticationStrengthPolicies'),
  ...strengthsAt(`${base}/authenticationStrength/policies`),
  ...['/policies/authenticationStrengthPolicies', `${base}/authenticationStrength/policies`].map(
    (pattern): Route => ({
      method: 'POST',
      pattern: `${pattern}/{item}/updateAllowedCombinations`,
      permissions: strengthWrites,
      handle: updateCombinations,
    }),
  ),
  ...collectionRoutes({
    pattern: `${base}/authenticationContextClassReferences`,
    kind: 'authenticationContextClassReference',
    noun: 'authentication context',
    read: contextReads,
    write: ['AuthenticationContext.ReadWrite.All'],
    create: (call, props) => {
      const id = contextId(call, props);
      requireProperties(typeOf('authenticationContextClassReference'), props, ['displayName']);
      const { id: _id, ...rest } = props;
      return { id, props: rest };
    },
    update: (_call, _entity, props) => props,
    remove: (call, entity) => {
      const used = call.state
        .liveOf('conditionalAccessPolicy')
        .all()
        .some(({ props }) => JSON.stringify(props['conditions'] ?? null).includes(`"${entity.id}"`));
      if (used || entity.props['isAvailable'] === true)
        throw malformed('An authentication context that is available or used by a policy cannot be deleted.');
    },
  }),
  {
    method: 'GET',
    pattern: `${base}/templates`,
    permissions: ['Policy.Read.All'],
    handle: (call) => listItems(call, 'identity/conditionalAccess/templates', itemsOf(templates)),
  },
  {
    method: 'GET',
    pattern: `${base}/templates/$count`,
    permissions: ['Policy.Read.All'],
    handle: () => ({
      status: 200,
      body: Buffer.from(String(templates.length)),
      headers: { 'content-type': 'text/plain' },
    }),
  },
  {
    method: 'GET',
    pattern: `${base}/templates/{item}`,
    permissions: ['Policy.Read.All'],
    handle: (call) => {
      const found = templates.find(({ id }) => id === call.param('item'));
      if (!found) throw notFound(call.param('item'));
      return {
        status: 200,
        body: { '@odata.context': call.context('identity/conditionalAccess/templates/$entity'), ...found },
      };
    },
  },
];
