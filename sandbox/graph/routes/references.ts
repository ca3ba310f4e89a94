import { noContent, type Answer, type Call } from '../http/call.js';
import type { GraphError } from '../http/errors.js';
import { badRequest, denied, malformed, notFound } from '../http/errors.js';
import { target } from '../core.js';
import { refuseRestrictedLinks } from '../rules/restricted.js';
import { isDynamic, isExchangeMastered, groupKindOf } from '../schema/group.js';
import { typeOf } from '../schema/types.js';
import type { Entity, JsonValue, LinkKind, Op } from '../state/types.js';
import { idInReference } from './entity.js';

/** Most references that one request may carry (FACTS §2). */
export const mostReferences = 20;

const already = (property: string): GraphError =>
  badRequest(
    `One or more added object references already exist for the following modified properties: '${property}'.`,
  );

/** microsoft-graph-docs issue 6016, of a group with 21 members and owners; the code is not told there. */
export const tooManyLinks = (): GraphError =>
  badRequest(`A resource cannot contain more than ${mostReferences} link changes`);

/** What the directory calls an object (terraform and labs quote it for units: "The reference target … of type 'AdministrativeUnit'"). */
export const directoryName = ({ kind, id }: Pick<Entity, 'kind' | 'id'>): string =>
  `${directoryType(kind)}_${id}`;

const directoryType = (kind: Entity['kind']): string =>
  typeOf(kind).locationType ?? `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;

/** An object of the wrong type for a reference. */
export const wrongTarget = (property: string, other: Entity): GraphError =>
  badRequest(
    `The reference target '${directoryName(other)}' of type '${directoryType(other.kind)}' is invalid for the '${property}' reference.`,
  );

const neverThere = (property: string): GraphError =>
  badRequest(
    `One or more removed object references do not exist for the following modified properties: '${property}'.`,
  );

/** @returns the live objects of a bind list, each once; checks number, repetition and existence */
export function boundObjects(call: Call, property: string, value: JsonValue): Entity[] {
  // microsoft-graph-docs-contrib issue 4794: a text where a list belongs, and a list of what is no address.
  const where = `@odata.bind for ${property}`;
  if (!Array.isArray(value)) throw malformed(`Invalid URL format specified in ${where}`);
  if (value.length > mostReferences) throw tooManyLinks();
  const seen = new Set<string>();
  return value.map((reference) => {
    const found = bound(call, reference, where);
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
function bound(call: Call, reference: JsonValue, where: string): Entity {
  const { id, found, isTooYoung } = named(call, reference, where);
  if (isTooYoung) throw badRequest(notFound(id).message);
  if (!found) throw notFound(id);
  return found;
}

function named(call: Call, reference: JsonValue | undefined, where?: string) {
  const id = idInReference(reference, where);
  if (id === null) throw noReference();
  const found = call.state.get(id.toLowerCase()) ?? call.state.userByName(id);
  const lag = call.core.faults.lag('readLag', call.method, call.path);
  return { id, found, isTooYoung: found !== undefined && lag > 0 && found.createdAt > call.now - lag };
}

/** A body without '@odata.id' reads like none at all (msgraph-sdk-java issue 575). */
const noReference = (): GraphError =>
  badRequest(
    "An unexpected 'EndOfInput' node was found when reading from the JSON reader. A 'StartObject' node was expected.",
  );

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
  const wrongType = wrongTarget(`${kind}s`, other);
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
  const body = call.body as { [name: string]: JsonValue } | undefined;
  if (body?.['@odata.id'] === undefined) throw noReference();
  const other = referenced(call, call.members(['@odata.id'])['@odata.id']);
  judge(other);
  commitLinks(call, from, kind, linkOps(call, kind, from, [other]), [other], 'Add');
  return noContent;
}

/**
 * DELETE …/{id}/$ref. Who is not linked, or only latently, is a 404, or a 400 by switch. The 404 names the object that has the link, not
 * the one that it points to (microsoft-graph-docs issues 9191 and 18714 for groups, azure-docs-powershell-azuread issue 861 for units).
 */
export function removeReference(call: Call, from: Entity, kind: 'member' | 'owner'): Answer {
  const key = call.param('other').toLowerCase();
  const other = call.state.get(key);
  if (!other || !call.state.links.has(kind, from.id, other.id))
    throw call.core.switches.absentLinkIsBadRequest ? neverThere(`${kind}s`) : notFound(from.id);
  commitLinks(call, from, kind, [{ op: 'unlink', kind, from: from.id, to: other.id }], [other], 'Remove');
  return noContent;
}
