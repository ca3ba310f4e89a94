import { noContent, type Answer, type Call } from '../http/call.js';
import type { GraphError } from '../http/errors.js';
import { badRequest, denied, notFound } from '../http/errors.js';
import { target } from '../core.js';
import { refuseRestrictedLinks } from '../rules/restricted.js';
import { isDynamic, isExchangeMastered, groupKindOf } from '../schema/group.js';
import type { Entity, JsonValue, LinkKind, Op } from '../state/types.js';
import { idInReference } from './entity.js';

/** Most references that one request may carry (FACTS §2). */
export const mostReferences = 20;

const already = (property: string): GraphError =>
  badRequest(
    `One or more added object references already exist for the following modified properties: '${property}'.`,
  );

const tooMany = (property: string): GraphError =>
  badRequest(
    `The number of references for '${property}' exceeds the ${mostReferences} that one request may carry.`,
  );

const neverThere = (property: string): GraphError =>
  badRequest(
    `One or more removed object references do not exist for the following modified properties: '${property}'.`,
  );

/** @returns the live objects of a bind list, each once; checks number, repetition and existence */
export function boundObjects(call: Call, property: string, value: JsonValue): Entity[] {
  if (!Array.isArray(value))
    throw badRequest(`Invalid value specified for property '${property}@odata.bind'.`);
  if (value.length > mostReferences) throw tooMany(property);
  const seen = new Set<string>();
  return value.map((reference) => {
    const found = bound(call, reference);
    if (seen.has(found.id))
      throw badRequest(
        `The object '${found.id}' in '${property}' can only be present once as an add/remove change.`,
      );
    seen.add(found.id);
    return found;
  });
}

/** @throws GraphError 404 unless the reference names a live directory object */
export function referenced(call: Call, reference: JsonValue | undefined): Entity {
  const { id, found, isTooYoung } = named(call, reference);
  if (!found || isTooYoung) throw notFound(id);
  return found;
}

/** As `referenced`; but what was made a moment ago is a 400 where it is bound (FACTS §12). */
function bound(call: Call, reference: JsonValue): Entity {
  const { id, isTooYoung } = named(call, reference);
  if (isTooYoung) throw badRequest(notFound(id).message);
  return referenced(call, reference);
}

function named(call: Call, reference: JsonValue | undefined) {
  const id = idInReference(reference);
  if (id === null) throw badRequest("Invalid URL format specified in '@odata.id'.");
  const found = call.state.get(id.toLowerCase()) ?? call.state.userByName(id);
  const lag = call.core.faults.lag('readLag', call.method, call.path);
  return { id, found, isTooYoung: found !== undefined && lag > 0 && found.createdAt > call.now - lag };
}

/** @throws GraphError when Graph would not let this group's members or owners be changed at all */
export function refuseGroupLinkWrite(call: Call, group: Entity, kind: 'member' | 'owner'): void {
  const { props } = group;
  if (isExchangeMastered(props))
    throw badRequest('Cannot Update a mail-enabled security groups and or distribution list.');
  if (props['onPremisesSyncEnabled'] === true)
    throw badRequest(
      'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.',
    );
  refuseRestrictedLinks(call, group);
  if (kind === 'member' && isDynamic(props)) throw denied();
  if (props['isAssignableToRole'] === true) call.require(['RoleManagement.ReadWrite.Directory']);
  if (kind === 'owner') call.require(['Group.ReadWrite.All', 'Directory.ReadWrite.All']);
  else call.require(['GroupMember.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All']);
}

/** @throws GraphError when this kind of object cannot be linked so, or the caller lacks the second permission it takes */
export function refuseTarget(call: Call, group: Entity, kind: 'member' | 'owner', other: Entity): void {
  const wrongType = badRequest(
    `Invalid object specified for property '${kind}s': an object of type '${other.kind}' cannot be referenced here.`,
  );
  if (kind === 'owner') {
    if (other.kind !== 'user' && other.kind !== 'servicePrincipal') throw wrongType;
    return;
  }
  const isUnified = groupKindOf(group.props) === 'microsoft365';
  switch (other.kind) {
    case 'user':
      return;
    case 'group':
      if (isUnified || group.props['isAssignableToRole'] === true || group.id === other.id) throw wrongType;
      if (groupKindOf(other.props) !== 'security') throw wrongType;
      return call.require(['Group.ReadWrite.All', 'Directory.ReadWrite.All']);
    case 'device':
      return call.require(['Device.ReadWrite.All', 'Directory.ReadWrite.All']);
    case 'servicePrincipal':
      if (isUnified) throw wrongType;
      return call.require(['Application.ReadWrite.All', 'Directory.ReadWrite.All']);
    default:
      throw wrongType;
  }
}

/** Links to add, all or none: one that is there already fails the lot (FACTS §2). */
export function linkOps(call: Call, kind: LinkKind, from: Entity, targets: readonly Entity[]): Op[] {
  return targets.map((to): Op => {
    if (call.state.links.has(kind, from.id, to.id)) throw already(`${kind}s`);
    return { op: 'link', kind, from: from.id, to: to.id };
  });
}

const nouns: Partial<Record<Entity['kind'], string>> = {
  group: 'group',
  application: 'application',
  servicePrincipal: 'service principal',
  administrativeUnit: 'administrative unit',
  directoryRole: 'role',
};

export function commitLinks(
  call: Call,
  from: Entity,
  kind: LinkKind,
  ops: readonly Op[],
  targets: readonly Entity[],
  verb: 'Add' | 'Remove',
): void {
  const noun = nouns[from.kind] ?? 'object';
  const joint = verb === 'Add' ? 'to' : 'from';
  call.core.commit(ops, {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: targets.map((other) => ({
      activity: `${verb} ${kind} ${joint} ${noun}`,
      operation: verb === 'Add' ? ('Assign' as const) : ('Unassign' as const),
      targets: [target(other), target(from)],
    })),
  });
}

/** GET …/$ref: addresses only. */
export function listReferences(call: Call, from: Entity, kind: 'member' | 'owner'): Answer {
  const value: JsonValue = call.state
    .targets(kind, from.id)
    .map((other) => ({ '@odata.id': `${call.root}/directoryObjects/${other.id}` }));
  return { status: 200, body: { '@odata.context': call.context('Collection($ref)'), value } };
}

/** POST …/$ref of one object. */
export function addReference(
  call: Call,
  from: Entity,
  kind: 'member' | 'owner',
  judge: (other: Entity) => void,
): Answer {
  const reference = call.members(['@odata.id'])['@odata.id'];
  const other = referenced(call, reference);
  judge(other);
  commitLinks(call, from, kind, linkOps(call, kind, from, [other]), [other], 'Add');
  return noContent;
}

/** DELETE …/{id}/$ref. Who is not linked, or only latently, is a 404, or a 400 by switch. */
export function removeReference(call: Call, from: Entity, kind: 'member' | 'owner'): Answer {
  const key = call.param('other').toLowerCase();
  const other = call.state.get(key);
  if (!other || !call.state.links.has(kind, from.id, other.id))
    throw call.core.switches.absentLinkIsBadRequest ? neverThere(`${kind}s`) : notFound(call.param('other'));
  commitLinks(call, from, kind, [{ op: 'unlink', kind, from: from.id, to: other.id }], [other], 'Remove');
  return noContent;
}
