import { noContent, type Answer, type Call } from '../http/call.js';
import { malformed, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { list, sourceOfList } from '../query/list.js';
import { refuseTooManyPolicies } from '../rules/quota.js';
import { checkBody, requireProperties } from '../schema/check-body.js';
import { render, defaultsOf } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { Entity, JsonValue, Op, Props } from '../state/types.js';
import { getOne, liveByKey } from './entity.js';
import { readRoutes } from './plain.js';

type CaKind = 'conditionalAccessPolicy' | 'namedLocation';

const base = '/identity/conditionalAccess';
const segments: Readonly<Record<CaKind, string>> = {
  conditionalAccessPolicy: 'policies',
  namedLocation: 'namedLocations',
};
const names: Readonly<Record<CaKind, string>> = {
  conditionalAccessPolicy: 'conditional access policy',
  namedLocation: 'named location',
};

/** Writes need both of the first two, policies the third as well (FACTS §6). */
function requireWrite(call: Call, kind: CaKind): void {
  call.require(['Policy.Read.All']);
  call.require(['Policy.ReadWrite.ConditionalAccess']);
  if (kind === 'conditionalAccessPolicy') call.require(['Application.Read.All', 'Application.ReadWrite.All']);
}

function checked(call: Call, kind: CaKind, purpose: 'create' | 'update'): Props {
  const type = typeOf(kind);
  const props = checkBody(type, call.body, purpose);
  if (kind === 'namedLocation') {
    const odataType = (call.body as Props)['@odata.type'];
    if (
      odataType !== '#microsoft.graph.ipNamedLocation' &&
      odataType !== '#microsoft.graph.countryNamedLocation'
    )
      throw malformed(
        '1007: Incoming ConditionalAccessPolicy object is null or does not match the schema: @odata.type is required.',
      );
    if (purpose === 'create') props['@odata.type'] = odataType;
  }
  if (purpose === 'create') {
    requireProperties(
      type,
      props,
      kind === 'namedLocation' ? ['displayName'] : ['displayName', 'state', 'conditions'],
    );
    if (kind === 'conditionalAccessPolicy' && !props['grantControls'] && !props['sessionControls'])
      throw malformed('1079: A policy needs grantControls or sessionControls.');
  }
  if (props['conditions']) checkReferences(call, props['conditions']);
  checkStrength(call, props['grantControls']);
  return props;
}

const wellKnown = new Set([
  'All',
  'None',
  'GuestsOrExternalUsers',
  'AllTrusted',
  'Office365',
  'MicrosoftAdminPortals',
  '00000000-0000-0000-0000-000000000000',
]);

/** The authentication strength that a policy asks for, by id. */
function checkStrength(call: Call, controls: JsonValue | undefined): void {
  const strength = (controls as Props | null | undefined)?.['authenticationStrength'] as
    Props | null | undefined;
  if (strength && !call.state.get(String(strength['id']), 'authenticationStrengthPolicy'))
    throw malformed(
      `1040: Policy contains an authentication strength that does not exist: ${String(strength['id'])}.`,
    );
}

/** Everything that the conditions name must be there; applications by appId (FACTS §6). */
function checkReferences(call: Call, conditions: JsonValue): void {
  const at = (path: string[]): string[] => {
    let value: JsonValue | undefined = conditions;
    for (const step of path)
      value = value && typeof value === 'object' && !Array.isArray(value) ? value[step] : undefined;
    return Array.isArray(value) ? value.map(String).filter((id) => !wellKnown.has(id)) : [];
  };
  const check = (path: string[], what: string, known: (id: string) => boolean): void => {
    for (const id of at(path))
      if (!known(id)) throw malformed(`1040: Policy contains a ${what} that does not exist: ${id}.`);
  };
  check(
    ['applications', 'includeAuthenticationContextClassReferences'],
    'authentication context',
    (id) => call.state.get(id, 'authenticationContextClassReference') !== undefined,
  );
  for (const side of ['include', 'exclude']) {
    check(['users', `${side}Users`], 'user', (id) => call.state.get(id, 'user') !== undefined);
    check(['users', `${side}Groups`], 'group', (id) => call.state.get(id, 'group') !== undefined);
    check(['users', `${side}Roles`], 'role', (id) => call.state.get(id, 'roleDefinition') !== undefined);
    check(
      ['locations', `${side}Locations`],
      'named location',
      (id) => call.state.get(id, 'namedLocation') !== undefined,
    );
    check(
      ['applications', `${side}Applications`],
      'application',
      (id) => call.state.byAppId('servicePrincipal', id) !== undefined,
    );
  }
}

function create(kind: CaKind): Route['handle'] {
  return (call) => {
    requireWrite(call, kind);
    const props = checked(call, kind, 'create');
    if (kind === 'conditionalAccessPolicy') refuseTooManyPolicies(call.state);
    const id = call.core.newId();
    const now = new Date(call.now).toISOString();
    const stored = {
      ...props,
      createdDateTime: now,
      modifiedDateTime: kind === 'namedLocation' ? now : null,
    };
    commit(call, { op: 'create', kind, id, props: stored }, id, `Add ${names[kind]}`, 'Add');
    const entity = call.state.find(id) as Entity;
    return {
      status: 201,
      body: {
        '@odata.context': call.context(`${base.slice(1)}/${segments[kind]}/$entity`),
        ...render(entity, defaultsOf(typeOf(kind))),
      },
    };
  };
}

function update(kind: CaKind): Route['handle'] {
  return (call) => {
    requireWrite(call, kind);
    const entity = liveByKey(call, kind, call.param('id'));
    const props = checked(call, kind, 'update');
    const set = { ...props, modifiedDateTime: new Date(call.now).toISOString() };
    commit(call, { op: 'set', id: entity.id, props: set }, entity.id, `Update ${names[kind]}`, 'Update');
    return noContent;
  };
}

function remove(kind: CaKind): Route['handle'] {
  return (call) => {
    requireWrite(call, kind);
    const entity = liveByKey(call, kind, call.param('id'));
    if (kind === 'namedLocation') refuseRemoval(call, entity);
    commit(call, { op: 'bin', id: entity.id }, entity.id, `Delete ${names[kind]}`, 'Delete');
    return noContent;
  };
}

function refuseRemoval(call: Call, location: Entity): void {
  if (location.props['isTrusted'] === true)
    throw malformed('1099: A trusted named location cannot be deleted; mark it as not trusted first.');
  const used = call.state
    .liveOf('conditionalAccessPolicy')
    .all()
    .some((policy) => JSON.stringify(policy.props['conditions'] ?? null).includes(location.id));
  if (used) throw malformed('1100: The named location is used by a policy and cannot be deleted.');
}

function commit(
  call: Call,
  op: Op,
  id: string,
  activity: string,
  operation: 'Add' | 'Update' | 'Delete',
): void {
  const before = call.state.find(id);
  const named: Entity = before ?? {
    id,
    kind: 'conditionalAccessPolicy',
    props: op.op === 'create' ? op.props : {},
    createdAt: call.now,
    deletedAt: null,
    gone: false,
  };
  call.core.commit([op], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity, operation, targets: [target(named)] }],
  });
}

function binned(call: Call, kind: CaKind): Entity {
  const entity = call.state.inBin(call.param('id').toLowerCase());
  if (entity?.kind !== kind) throw notFound(call.param('id'));
  return entity;
}

function restore(kind: CaKind): Route['handle'] {
  return (call) => {
    requireWrite(call, kind);
    const entity = binned(call, kind);
    const ops: Op[] = [{ op: 'restore', id: entity.id }];
    // A restored location comes back not trusted; a policy as it was, enforcing included (FACTS §0).
    if (kind === 'namedLocation') ops.unshift({ op: 'set', id: entity.id, props: { isTrusted: false } });
    call.core.commit(ops, {
      actor: call.actor,
      correlationId: call.ids.clientRequestId,
      notes: [{ activity: `Restore ${names[kind]}`, operation: 'Update', targets: [target(entity)] }],
    });
    return getOne(call, call.state.find(entity.id) as Entity);
  };
}

function purge(kind: CaKind): Route['handle'] {
  return (call) => {
    requireWrite(call, kind);
    const entity = binned(call, kind);
    commit(call, { op: 'purge', id: entity.id }, entity.id, `Hard Delete ${names[kind]}`, 'Delete');
    return noContent;
  };
}

function getDeleted(kind: CaKind): Route['handle'] {
  return (call): Answer => {
    const entity = binned(call, kind);
    return {
      status: 200,
      body: {
        '@odata.context': call.context(`${typeOf(kind).set}/$entity`),
        ...withDate(entity, render(entity, defaultsOf(typeOf(kind)))),
      },
    };
  };
}

function withDate(entity: Entity, item: { [key: string]: JsonValue }): { [key: string]: JsonValue } {
  return {
    ...item,
    deletedDateTime: entity.deletedAt === null ? null : new Date(entity.deletedAt).toISOString(),
  };
}

function listDeleted(kind: CaKind): Route['handle'] {
  return (call) => {
    const answer = list(call, {
      type: typeOf(kind),
      context: typeOf(kind).set,
      source: sourceOfList(call.state.binOf(kind)),
      advancedRules: false,
    });
    const body = answer.body as { value: { [key: string]: JsonValue }[] };
    const value = body.value.map((item) => withDate(call.state.find(String(item['id'])) as Entity, item));
    return { ...answer, body: { ...body, value } };
  };
}

const read = ['Policy.Read.All'];

function routesOf(kind: CaKind): Route[] {
  const pattern = `${base}/${segments[kind]}`;
  const bin = `${base}/deletedItems/${segments[kind]}`;
  const permissions: readonly string[] = [];
  return [
    ...readRoutes(pattern, kind, read),
    { method: 'POST', pattern, permissions, handle: create(kind) },
    { method: 'PATCH', pattern: `${pattern}/{id}`, permissions, handle: update(kind) },
    { method: 'DELETE', pattern: `${pattern}/{id}`, permissions, handle: remove(kind) },
    { method: 'GET', pattern: bin, permissions: read, handle: listDeleted(kind) },
    { method: 'GET', pattern: `${bin}/{id}`, permissions: read, handle: getDeleted(kind) },
    { method: 'DELETE', pattern: `${bin}/{id}`, permissions, handle: purge(kind) },
    { method: 'POST', pattern: `${bin}/{id}/restore`, permissions, handle: restore(kind) },
  ];
}

export const conditionalAccessRoutes: readonly Route[] = [
  ...routesOf('conditionalAccessPolicy'),
  ...routesOf('namedLocation'),
];
