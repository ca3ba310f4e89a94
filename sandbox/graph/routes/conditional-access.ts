import { noContent, type Answer, type Call } from '../http/call.js';
import { malformed, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { list, sourceOfList } from '../query/list.js';
import {
  locationType,
  refuseIncomplete,
  refuseLostLocations,
  refuseRemoval,
  refuseUnknownControls,
  refuseUnknownReferences,
} from '../rules/conditional-access.js';
import { filledPolicy } from '../rules/conditional-access-shape.js';
import { refuseTooManyPolicies } from '../rules/quota.js';
import { checkBody, requireProperties } from '../schema/check-body.js';
import { render, defaultsOf } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { TenantState } from '../state/tenant-state.js';
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

/** @param before  what is updated; null for a create */
function checked(call: Call, kind: CaKind, before: Entity | null): Props {
  const { state } = call;
  const type = typeOf(kind);
  const props = checkBody(type, call.body, before ? 'update' : 'create', before?.id);
  if (!before)
    requireProperties(
      type,
      props,
      kind === 'namedLocation' ? ['displayName'] : ['displayName', 'state', 'conditions'],
    );
  if (kind === 'namedLocation') return { ...props, '@odata.type': locationType(call.body as Props, before) };
  refuseIncomplete({ ...before?.props, ...props });
  if (props['conditions']) refuseUnknownReferences(state, props['conditions']);
  refuseUnknownControls(state, props['grantControls']);
  if (props['state'] === 'enabled') refuseBesideDefaults(state);
  return filledPolicy(props);
}

/** Enabled policies and security defaults exclude each other (FACTS §6). */
function refuseBesideDefaults(state: TenantState): void {
  if (state.get('identitySecurityDefaultsEnforcementPolicy')?.props['isEnabled'] === true)
    throw malformed(
      '1010: Security defaults are enabled: policies can only be disabled or in report-only mode.',
    );
}

function create(kind: CaKind): Route['handle'] {
  return (call) => {
    requireWrite(call, kind);
    const props = checked(call, kind, null);
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
    const props = checked(call, kind, entity);
    const set = { ...props, modifiedDateTime: new Date(call.now).toISOString() };
    commit(call, { op: 'set', id: entity.id, props: set }, entity.id, `Update ${names[kind]}`, 'Update');
    return noContent;
  };
}

function remove(kind: CaKind): Route['handle'] {
  return (call) => {
    requireWrite(call, kind);
    const entity = liveByKey(call, kind, call.param('id'));
    if (kind === 'namedLocation') refuseRemoval(call.state, entity);
    commit(call, { op: 'bin', id: entity.id }, entity.id, `Delete ${names[kind]}`, 'Delete');
    return noContent;
  };
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
    if (kind === 'conditionalAccessPolicy') {
      refuseLostLocations(call.state, entity);
      refuseTooManyPolicies(call.state);
      if (entity.props['state'] === 'enabled') refuseBesideDefaults(call.state);
    }
    const ops: Op[] = [{ op: 'restore', id: entity.id }];
    // A restored location comes back not trusted; a policy as it was, enforcing included (FACTS §0).
    if (entity.props['isTrusted'] === true)
      ops.unshift({ op: 'set', id: entity.id, props: { isTrusted: false } });
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
