import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { count, inOrderOfId, sourceOfObjects, type Source } from '../query/list.js';
import { withLicenceErrors } from '../rules/group-licences.js';
import type { Entity, Kind, Props } from '../state/types.js';
import { collectionRoutes } from './collection.js';
import { getOne, liveByKey } from './entity.js';
import { mixedListRoutes } from './mixed-lists.js';
import { filteredSource } from './plain.js';

/** Reads and small actions beside the large collections. */
const user = (call: Call): Entity => liveByKey(call, 'user', call.param('id'));
const directory = ['Directory.Read.All', 'Directory.ReadWrite.All'];
const readUsers = ['User.Read.All', 'User.ReadWrite.All', ...directory];

const missing =
  (parameter: string): Route['handle'] =>
  (call) => {
    throw notFound(call.param(parameter));
  };

function counting(pattern: string, permissions: readonly string[], source: (call: Call) => Source): Route {
  return { method: 'GET', pattern, permissions, handle: (call) => count(call, source(call), null) };
}

/** Users and groups whose names and addresses end in a domain: what stands in the way of removing it. */
function domainReferences(call: Call): Source {
  const domain = liveByKey(call, 'domain', call.param('id'));
  const ends = (value: unknown): boolean =>
    String(value ?? '')
      .toLowerCase()
      .endsWith(`@${domain.id}`);
  const uses = ({ props }: Entity): boolean =>
    ends(props['userPrincipalName']) ||
    ends(props['mail']) ||
    ((props['proxyAddresses'] ?? []) as string[]).some(ends);
  const found = [...call.state.liveOf('user').all(), ...call.state.liveOf('group').all()].filter(uses);
  return sourceOfObjects(inOrderOfId(found));
}

/** A root domain has none above it. */
function rootDomain(call: Call): Answer {
  const domain = liveByKey(call, 'domain', call.param('id'));
  const root = call.state
    .liveOf('domain')
    .all()
    .find(({ id, props }) => props['isRoot'] === true && id !== domain.id && domain.id.endsWith(`.${id}`));
  if (!root) throw notFound('rootDomain');
  return getOne(call, root);
}

function authentication(call: Call): Answer {
  const { id } = user(call);
  return {
    status: 200,
    body: { '@odata.context': call.context(`users('${id}')/authentication/$entity`), id },
  };
}

/** Changes nothing here: provisioning never fails. */
const retryProvisioning =
  (kind: Kind): Route['handle'] =>
  (call) => {
    liveByKey(call, kind, call.param('id'));
    return noContent;
  };

function updateOrganization(call: Call, props: Props): void {
  const entity = liveByKey(call, 'organization', call.param('id'));
  call.core.commit([{ op: 'set', id: entity.id, props }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Set Company Information', operation: 'Update', targets: [target(entity)] }],
  });
}

const organizationWritable = [
  'marketingNotificationEmails',
  'technicalNotificationMails',
  'securityComplianceNotificationMails',
  'securityComplianceNotificationPhones',
  'privacyProfile',
];

function patchOrganization(call: Call): Answer {
  const sent = call.members([...organizationWritable, 'id']);
  for (const [name, value] of Object.entries(sent))
    if (organizationWritable.includes(name) && name !== 'privacyProfile' && !isTexts(value))
      throw badRequest(`Invalid value specified for property '${name}' of resource 'Company'.`);
  const props = Object.fromEntries(
    Object.entries(sent).filter(([name]) => organizationWritable.includes(name)),
  );
  updateOrganization(call, props);
  return noContent;
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

/** FACTS §5: which delegated permissions of an application people may consent to, by risk. */
const classifications = collectionRoutes({
  pattern: '/servicePrincipals/{id}/delegatedPermissionClassifications',
  kind: 'delegatedPermissionClassification',
  noun: 'delegated permission classification',
  read: ['Application.Read.All', ...directory.slice(0, 1)],
  write: ['Policy.ReadWrite.PermissionGrant'],
  owner: (call) => liveByKey(call, 'servicePrincipal', call.param('id')),
  create: (call, props) => {
    const principal = liveByKey(call, 'servicePrincipal', call.param('id'));
    const scopes = (principal.props['oauth2PermissionScopes'] ?? []) as Props[];
    const scope = scopes.find(
      ({ id, value }) => id === props['permissionId'] || value === props['permissionName'],
    );
    if (!scope || props['classification'] === undefined)
      throw badRequest(
        "Invalid value specified for property 'permissionId' of resource 'DelegatedPermissionClassification'.",
      );
    return {
      props: { ...props, permissionId: scope['id'] ?? null, permissionName: scope['value'] ?? null },
    };
  },
  remove: () => undefined,
});

export const smallReadRoutes: readonly Route[] = [
  ...mixedListRoutes('/users/{id}/createdObjects', readUsers, 1, (call) => {
    user(call);
    return sourceOfObjects([]);
  }),
  counting('/users/{id}/directReports/$count', readUsers, (call) =>
    sourceOfObjects(call.state.links.sources('manager', user(call).id)),
  ),
  counting('/users/{id}/sponsors/$count', ['User.Read.All', 'User.ReadWrite.All'], (call) =>
    sourceOfObjects(call.state.links.targets('sponsor', user(call).id)),
  ),
  counting('/users/{id}/oauth2PermissionGrants/$count', ['Directory.Read.All'], (call) => {
    const { id } = user(call);
    return filteredSource(call, 'oAuth2PermissionGrant', ({ props }) => props['principalId'] === id);
  }),
  counting('/groups/{id}/membersWithLicenseErrors/$count', ['Group.Read.All', ...directory], (call) => {
    const failed = withLicenceErrors(call.state, liveByKey(call, 'group', call.param('id')));
    return sourceOfObjects(inOrderOfId(failed));
  }),
  {
    method: 'GET',
    pattern: '/groups/{id}/createdOnBehalfOf',
    permissions: ['Group.Read.All', ...directory],
    handle: (call) => {
      liveByKey(call, 'group', call.param('id'));
      throw notFound('createdOnBehalfOf');
    },
  },
  ...(['users', 'groups'] as const).map((set): Route => ({
    method: 'POST',
    pattern: `/${set}/{id}/retryServiceProvisioning`,
    permissions:
      set === 'users' ? ['User.ReadWrite.All', 'Directory.ReadWrite.All'] : ['Group.ReadWrite.All'],
    handle: retryProvisioning(set === 'users' ? 'user' : 'group'),
  })),
  {
    method: 'GET',
    pattern: '/users/{id}/authentication',
    permissions: ['UserAuthenticationMethod.Read.All', 'UserAuthenticationMethod.ReadWrite.All'],
    handle: authentication,
  },
  {
    method: 'GET',
    pattern: '/users/{id}/authentication/operations',
    permissions: ['UserAuthenticationMethod.Read.All', 'UserAuthenticationMethod.ReadWrite.All'],
    handle: (call) => ({
      status: 200,
      body: {
        '@odata.context': call.context(`users('${user(call).id}')/authentication/operations`),
        value: [],
      },
    }),
  },
  {
    method: 'GET',
    pattern: '/users/{id}/authentication/operations/{operation}',
    permissions: ['UserAuthenticationMethod.Read.All', 'UserAuthenticationMethod.ReadWrite.All'],
    handle: missing('operation'),
  },
  ...mixedListRoutes(
    '/domains/{id}/domainNameReferences',
    ['Domain.Read.All', 'Domain.ReadWrite.All'],
    4,
    domainReferences,
  ),
  {
    method: 'GET',
    pattern: '/domains/{id}/rootDomain',
    permissions: ['Domain.Read.All', 'Domain.ReadWrite.All', 'Directory.Read.All'],
    handle: rootDomain,
  },
  {
    method: 'PATCH',
    pattern: '/organization/{id}',
    permissions: ['Organization.ReadWrite.All'],
    handle: patchOrganization,
  },
  // Nobody signs in and nothing is provisioned, so no entry has an id.
  {
    method: 'GET',
    pattern: '/auditLogs/signIns/{entry}',
    permissions: ['AuditLog.Read.All'],
    handle: missing('entry'),
  },
  {
    method: 'GET',
    pattern: '/auditLogs/provisioning/{entry}',
    permissions: ['AuditLog.Read.All', 'Directory.Read.All'],
    handle: missing('entry'),
  },
  ...classifications,
];
