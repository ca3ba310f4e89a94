import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, denied } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { sourceOfObjects } from '../query/list.js';
import { refuseOverQuota, refuseTooManyDynamic, refuseTooManyUnits } from '../rules/quota.js';
import { refuseInRestrictedUnit } from '../rules/restricted.js';
import { checkBody, requireProperties } from '../schema/check-body.js';
import { typeOf } from '../schema/types.js';
import type { Entity, Op, Props } from '../state/types.js';
import { changesOf, created, liveByKey } from './entity.js';
import { createGroup } from './groups.js';
import { mixedListRoutes } from './mixed-lists.js';
import { readRoutes } from './plain.js';
import {
  addReference,
  commitLinks,
  linkOps,
  listReferences,
  removeReference,
  wrongTarget,
} from './references.js';
import { cleaned, createUser } from './users.js';

const type = typeOf('administrativeUnit');
const unit = (call: Call): Entity => liveByKey(call, 'administrativeUnit', call.param('id'));

function create(call: Call): Answer {
  const props = checkBody(type, call.body, 'create');
  requireProperties(type, props, ['displayName']);
  refuseOverQuota(call);
  checkRule(props);
  if (isDynamic(props)) refuseTooManyDynamic(call.state);
  const id = call.core.newId();
  const op: Op = { op: 'create', kind: 'administrativeUnit', id, props: cleaned(props) };
  const entity: Entity = {
    id,
    kind: 'administrativeUnit',
    props,
    createdAt: call.now,
    deletedAt: null,
    gone: false,
  };
  call.core.commit([op], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Add administrative unit', operation: 'Add', targets: [target(entity)] }],
  });
  return created(call, call.state.find(id) as Entity);
}

function update(call: Call): Answer {
  const entity = unit(call);
  const props = checkBody(type, call.body, 'update', entity.id);
  const next = { ...entity.props, ...props };
  checkRule(next);
  if (isDynamic(next) && !isDynamic(entity.props)) refuseTooManyDynamic(call.state);
  call.core.commit([{ op: 'set', id: entity.id, props }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      {
        activity: 'Update administrative unit',
        operation: 'Update',
        targets: [target(entity, changesOf(entity, props))],
      },
    ],
  });
  return noContent;
}

function remove(call: Call): Answer {
  const entity = unit(call);
  call.core.commit([{ op: 'bin', id: entity.id }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Delete administrative unit', operation: 'Delete', targets: [target(entity)] }],
  });
  return noContent;
}

const isDynamic = (props: Props): boolean => props['membershipType'] === 'Dynamic';

function checkRule(props: Props): void {
  if (isDynamic(props) && (!props['membershipRule'] || !props['membershipRuleProcessingState']))
    throw badRequest(
      "A dynamic unit needs values for the properties 'membershipRule' and 'membershipRuleProcessingState'.",
    );
}

/** Whose members follow a rule takes none by hand. */
function refuseByHand(entity: Entity): void {
  if (isDynamic(entity.props)) throw denied();
}

/** Users, groups and devices; a group in a unit does not bring its members along (FACTS §3). */
function judge(unit: Entity, other: Entity): void {
  refuseInRestrictedUnit(unit, other);
  if (!['user', 'group', 'device'].includes(other.kind)) throw wrongTarget('members', other);
}

const makers: Readonly<Record<string, Route['handle']>> = {
  '#microsoft.graph.group': createGroup,
  '#microsoft.graph.user': createUser,
};

/** POST …/members with a whole object: it is made and is a member from the start (FACTS §3). */
function createInside(call: Call): Answer {
  const entity = unit(call);
  refuseByHand(entity);
  // Entra's how-to has `#Microsoft.Graph.Group` (MicrosoftDocs/entra-docs, admin-units-members-add.md).
  const make = makers[String((call.body as Props | undefined)?.['@odata.type']).toLowerCase()];
  if (!make) throw badRequest("A member is made from a body with the '@odata.type' of a user or a group.");
  if (entity.props['isMemberManagementRestricted'] === true && make === createGroup)
    judge(entity, draftOf(call));
  const answer = make(call);
  const made = call.state.find(String((answer.body as Props)['id'])) as Entity;
  commitLinks(call, entity, 'member', linkOps(call, 'member', entity, [made]), [made], 'Add');
  // What was asked for is a directory object, so the answer says of which type.
  const { '@odata.context': _ofItsType, ...shown } = answer.body as Props;
  return {
    ...answer,
    body: {
      '@odata.context': call.context('directoryObjects/$entity'),
      '@odata.type': `#microsoft.graph.${typeOf(made.kind).name}`,
      ...shown,
    },
  };
}

/** The group that a body asks for, to be judged before it is made. */
const draftOf = (call: Call): Entity => ({
  id: '',
  kind: 'group',
  props: call.body as Props,
  createdAt: call.now,
  deletedAt: null,
  gone: false,
});

const read = [
  'AdministrativeUnit.Read.All',
  'AdministrativeUnit.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
const write = ['AdministrativeUnit.ReadWrite.All'];
const base = '/directory/administrativeUnits';

export const administrativeUnitRoutes: readonly Route[] = [
  ...readRoutes(base, 'administrativeUnit', read),
  { method: 'POST', pattern: base, permissions: write, handle: create },
  { method: 'PATCH', pattern: `${base}/{id}`, permissions: write, handle: update },
  { method: 'DELETE', pattern: `${base}/{id}`, permissions: write, handle: remove },
  ...mixedListRoutes(
    `${base}/{id}/members`,
    read,
    1,
    (call) => sourceOfObjects(call.state.links.targets('member', unit(call).id)),
    unit,
  ),
  {
    method: 'POST',
    pattern: `${base}/{id}/members`,
    permissions: [...write, 'Directory.ReadWrite.All', 'Group.Create', 'Group.ReadWrite.All'],
    handle: createInside,
  },
  {
    method: 'GET',
    pattern: `${base}/{id}/members/$ref`,
    permissions: read,
    handle: (call) => listReferences(call, unit(call), 'member'),
  },
  {
    method: 'POST',
    pattern: `${base}/{id}/members/$ref`,
    permissions: write,
    handle: (call) => {
      const entity = unit(call);
      refuseByHand(entity);
      return addReference(call, entity, 'member', (other) => {
        judge(entity, other);
        refuseTooManyUnits(call.state, other);
      });
    },
  },
  {
    method: 'DELETE',
    pattern: `${base}/{id}/members/{other}/$ref`,
    permissions: write,
    handle: (call) => {
      refuseByHand(unit(call));
      return removeReference(call, unit(call), 'member');
    },
  },
];
