import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { itemsOf, listItems } from '../query/items.js';
import { roleAssignmentId } from '../rules/ids-of-bytes.js';
import { renderMixed } from '../schema/render.js';
import type { Entity, Op, Props } from '../state/types.js';
import { created, liveByKey } from './entity.js';
import { listReferences, referenced } from './references.js';
import { refusePrincipal } from './roles.js';

/** Activated roles and their templates: the older face of role assignments at the scope of the tenant (FACTS §4). */
const builtIn = (call: Call): Entity[] =>
  call.state
    .liveOf('roleDefinition')
    .all()
    .filter(({ props }) => props['isBuiltIn'] === true);

/**
 * User, Guest User and Restricted Guest User: roles that everybody or every guest has without an assignment, which cannot be
 * activated (microsoft-graph-docs-contrib issues 2119 and 3897).
 */
const implicitRoles = [
  'a0b1b346-4d3e-4e8b-98f8-753987be4970',
  '10dae51f-b6af-4016-8d66-8c2a99b929b3',
  '2af84b1e-32c8-42b7-82bc-daa82404023b',
];

const templateItem = ({ id, props }: Entity): Props => ({
  id,
  deletedDateTime: null,
  description: props['description'] ?? null,
  displayName: props['displayName'] ?? null,
});

function getTemplate(call: Call): Answer {
  const found = builtIn(call).find(({ id }) => id === call.param('id').toLowerCase());
  if (!found) throw notFound(call.param('id'));
  return {
    status: 200,
    body: { '@odata.context': call.context('directoryRoleTemplates/$entity'), ...templateItem(found) },
  };
}

/** Activates a role; whoever holds it already becomes its member. */
function activate(call: Call): Answer {
  const { roleTemplateId } = call.members(['roleTemplateId']);
  const definition = builtIn(call).find(({ id }) => id === String(roleTemplateId).toLowerCase());
  if (implicitRoles.includes(String(roleTemplateId).toLowerCase()))
    throw badRequest('Instantiating an implicit user role in not supported.');
  if (!definition) throw notFound(String(roleTemplateId));
  const known = call.state.liveOf('directoryRole').all();
  if (known.some(({ props }) => props['roleTemplateId'] === definition.id))
    throw badRequest(
      'A conflicting object with one or more of the specified property values is present in the directory.',
    );
  const id = call.core.newId();
  const { displayName, description } = definition.props;
  const props: Props = {
    displayName: displayName ?? null,
    description: description ?? null,
    roleTemplateId: definition.id,
  };
  const holders = call.state
    .liveOf('roleAssignment')
    .all()
    .filter((one) => one.props['roleDefinitionId'] === definition.id && one.props['directoryScopeId'] === '/')
    .map((one) => String(one.props['principalId']));
  const ops: Op[] = [
    { op: 'create', kind: 'directoryRole', id, props },
    ...[...new Set(holders)].map((to): Op => ({ op: 'link', kind: 'member', from: id, to })),
  ];
  call.core.commit(ops, {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Add role from template', operation: 'Add', targets: [target(definition)] }],
  });
  return created(call, call.state.find(id) as Entity);
}

function role(call: Call): Entity {
  const template = /^roleTemplateId=(.*)$/i.exec(call.param('id'))?.[1];
  if (template === undefined) return liveByKey(call, 'directoryRole', call.param('id'));
  const found = call.state
    .liveOf('directoryRole')
    .all()
    .find(({ props }) => props['roleTemplateId'] === template);
  if (!found) throw notFound(template);
  return found;
}

/** The assignment that a membership of an activated role is. */
function assignmentOf(call: Call, roleTemplateId: unknown, principalId: string): Entity | undefined {
  return call.state
    .liveOf('roleAssignment')
    .all()
    .find(
      ({ props }) =>
        props['roleDefinitionId'] === roleTemplateId &&
        props['principalId'] === principalId &&
        props['directoryScopeId'] === '/',
    );
}

function addMember(call: Call): Answer {
  const to = role(call);
  const principal = referenced(call, call.members(['@odata.id'])['@odata.id']);
  refusePrincipal(principal);
  const { roleTemplateId } = to.props;
  if (call.state.links.has('member', to.id, principal.id) || assignmentOf(call, roleTemplateId, principal.id))
    throw badRequest(
      "One or more added object references already exist for the following modified properties: 'members'.",
    );
  const props: Props = {
    principalId: principal.id,
    roleDefinitionId: roleTemplateId ?? null,
    directoryScopeId: '/',
  };
  call.core.commit(
    [
      { op: 'create', kind: 'roleAssignment', id: roleAssignmentId(props), props },
      { op: 'link', kind: 'member', from: to.id, to: principal.id },
    ],
    {
      actor: call.actor,
      correlationId: call.ids.clientRequestId,
      notes: [
        { activity: 'Add member to role', operation: 'Assign', targets: [target(principal), target(to)] },
      ],
    },
  );
  return noContent;
}

function removeMember(call: Call): Answer {
  const from = role(call);
  const principal = call.state.get(call.param('other').toLowerCase());
  if (!principal || !call.state.links.has('member', from.id, principal.id))
    throw notFound(call.param('other'));
  const held = assignmentOf(call, from.props['roleTemplateId'], principal.id);
  call.core.commit(
    [
      ...(held ? [{ op: 'purge', id: held.id } as const] : []),
      { op: 'unlink', kind: 'member', from: from.id, to: principal.id },
    ],
    {
      actor: call.actor,
      correlationId: call.ids.clientRequestId,
      notes: [
        {
          activity: 'Remove member from role',
          operation: 'Unassign',
          targets: [target(principal), target(from)],
        },
      ],
    },
  );
  return noContent;
}

/** The principal, definition or scope of an assignment, as an object of its own. */
function endOf(property: 'principalId' | 'roleDefinitionId' | 'directoryScopeId'): (call: Call) => Answer {
  return (call) => {
    const assignment = liveByKey(call, 'roleAssignment', call.param('id'));
    const key =
      String(assignment.props[property] ?? '')
        .split('/')
        .at(-1) ?? '';
    const found = call.state.get(key);
    if (!found) throw notFound(key === '' ? 'directoryScope' : key);
    const { '@odata.type': type, ...item } = renderMixed(found);
    const isDirectoryObject = property !== 'roleDefinitionId';
    return {
      status: 200,
      body: {
        '@odata.context': call.context(
          isDirectoryObject ? 'directoryObjects/$entity' : 'roleDefinitions/$entity',
        ),
        ...(isDirectoryObject ? { '@odata.type': type } : {}),
        ...item,
      },
    };
  };
}

const read = [
  'RoleManagement.Read.Directory',
  'RoleManagement.ReadWrite.Directory',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
const write = ['RoleManagement.ReadWrite.Directory'];
const assignment = '/roleManagement/directory/roleAssignments/{id}';

export const directoryRoleRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/directoryRoleTemplates',
    permissions: read,
    handle: (call) => listItems(call, 'directoryRoleTemplates', itemsOf(builtIn(call).map(templateItem))),
  },
  { method: 'GET', pattern: '/directoryRoleTemplates/{id}', permissions: read, handle: getTemplate },
  { method: 'POST', pattern: '/directoryRoles', permissions: write, handle: activate },
  {
    method: 'GET',
    pattern: '/directoryRoles/{id}/members/$ref',
    permissions: read,
    handle: (call) => listReferences(call, role(call), 'member'),
  },
  { method: 'POST', pattern: '/directoryRoles/{id}/members/$ref', permissions: write, handle: addMember },
  {
    method: 'DELETE',
    pattern: '/directoryRoles/{id}/members/{other}/$ref',
    permissions: write,
    handle: removeMember,
  },
  { method: 'GET', pattern: `${assignment}/principal`, permissions: read, handle: endOf('principalId') },
  {
    method: 'GET',
    pattern: `${assignment}/roleDefinition`,
    permissions: read,
    handle: endOf('roleDefinitionId'),
  },
  {
    method: 'GET',
    pattern: `${assignment}/directoryScope`,
    permissions: read,
    handle: endOf('directoryScopeId'),
  },
  {
    method: 'GET',
    pattern: '/roleManagement/directory',
    permissions: read,
    handle: (call) => ({
      status: 200,
      body: { '@odata.context': call.context('roleManagement/directory/$entity'), id: 'directory' },
    }),
  },
];
