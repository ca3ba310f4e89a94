import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, denied, GraphError, malformed } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { ownersOnly } from '../permissions/permit.js';
import { seenLinks } from '../permissions/seen-links.js';
import { count, list, sourceOfList, sourceOfObjects } from '../query/list.js';
import { shortcut } from '../query/shortcut.js';
import { mergedAttributes } from '../rules/custom-attributes.js';
import { checkIdentifierUris } from '../rules/identifier-uris.js';
import { refuseOverQuota } from '../rules/quota.js';
import { keysOf, storedCredentials } from '../rules/credentials.js';
import { turnedLists } from '../rules/turned-lists.js';
import { applicationDefaults, servicePrincipalDefaults } from '../schema/application.js';
import { checkBody, requireProperties } from '../schema/check-body.js';
import { merged } from '../schema/merged.js';
import { typeOf } from '../schema/types.js';
import type { Entity, JsonValue, Kind, Op, Props } from '../state/types.js';
import { permissionsForUserProperty } from './user-permissions.js';
import { upsert } from './alternate-keys.js';
import { enabledUnlessSaid, entitlementRoutes } from './app-entitlements.js';
import { changesOf, created, getOne, liveByKey } from './entity.js';
import { addReference, listReferences, removeReference } from './references.js';
import { cleaned } from './users.js';

type AppKind = 'application' | 'servicePrincipal';

const sets: Readonly<Record<AppKind, string>> = {
  application: 'applications',
  servicePrincipal: 'servicePrincipals',
};
const nouns: Readonly<Record<AppKind, string>> = {
  application: 'application',
  servicePrincipal: 'service principal',
};

const keyed =
  (kind: AppKind) =>
  (call: Call): Entity =>
    liveByKey(call, kind, call.param('id'));

function listOf(kind: AppKind): Route['handle'] {
  return (call) =>
    list(call, {
      type: typeOf(kind),
      context: sets[kind],
      source: shortcut(call, kind) ?? sourceOfList(call.state.liveOf(kind)),
    });
}

function commit(
  call: Call,
  ops: readonly Op[],
  activity: string,
  operation: 'Add' | 'Update' | 'Delete',
  entity: Entity,
  set: Props = {},
): void {
  call.core.commit(ops, {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      {
        activity,
        operation,
        targets: [target(entity, operation === 'Update' ? changesOf(entity, set) : [])],
      },
    ],
  });
}

function fresh(id: string, kind: Kind, props: Props, now: number): Entity {
  return { id, kind, props, createdAt: now, deletedAt: null, gone: false };
}

function createApplication(call: Call): Answer {
  const type = typeOf('application');
  const props = enabledUnlessSaid(checkBody(type, call.body, 'create'));
  requireProperties(type, props, ['displayName']);
  checkIdentifierUris(call.state, props, null);
  refuseOverQuota(call);
  const id = call.core.newId();
  const domain = String(
    call.state
      .liveOf('domain')
      .all()
      .find((item) => item.props['isInitial'] === true)?.id ?? '',
  );
  const { props: stored, secrets } = storedCredentials(
    withOwnLogo(
      merged(applicationDefaults(domain), { ...asKept(call, cleaned(props)), appId: call.core.newId() }),
      {},
    ),
    contextOf(call, {}),
  );
  const ops: Op[] = [{ op: 'create', kind: 'application', id, props: stored }];
  // A signed-in creator becomes the owner; an application that creates one only if it manages no others (FACTS §18, §5).
  const owner = call.token.userId ?? ownersOnly(call);
  if (owner !== undefined) ops.push({ op: 'link', kind: 'owner', from: id, to: owner });
  commit(call, ops, 'Add application', 'Add', fresh(id, 'application', stored, call.now));
  return withSecrets(created(call, call.state.find(id) as Entity), secrets);
}

/** As it is kept: by switch, lists that are sets come back turned round. */
const asKept = (call: Call, props: Props): Props =>
  call.core.switches.listsComeBackTurned ? turnedLists(props) : props;

const contextOf = (call: Call, before: Props) => ({ before, now: call.now, newId: () => call.core.newId() });

/** Secrets of credentials made along with their application: in this answer only. */
function withSecrets(answer: Answer, secrets: ReadonlyMap<string, string>): Answer {
  const body = answer.body as Props;
  const credentials = body['passwordCredentials'] as Props[];
  const told = credentials.map((one) => ({ ...one, secretText: secrets.get(String(one['keyId'])) ?? null }));
  return { ...answer, body: { ...body, passwordCredentials: told } };
}

/** A certificate's bytes are shown only where one object is asked for them by name (FACTS §5). */
function getWithKeys(kind: AppKind): Route['handle'] {
  return (call) => {
    const entity = keyed(kind)(call);
    const answer = getOne(call, entity);
    if (!call.query.select?.includes('keyCredentials')) return answer;
    const body = answer.body as Props;
    const keys = (entity.props[keysOf] ?? {}) as Props;
    const shown = (body['keyCredentials'] as Props[]).map((one) => ({
      ...one,
      key: keys[String(one['keyId'])] ?? null,
    }));
    return { ...answer, body: { ...body, keyCredentials: shown } };
  };
}

/** Where the picture is follows the picture: an address that is sent is passed over without a word. */
function withOwnLogo(next: Props, before: Props): Props {
  if (!next['info']) return next;
  const { logoUrl = null } = (before['info'] ?? {}) as Props;
  return { ...next, info: { ...(next['info'] as Props), logoUrl } };
}

function updateOf(kind: AppKind): Route['handle'] {
  return (call) => {
    const entity = keyed(kind)(call);
    const props = enabledUnlessSaid(checkBody(typeOf(kind), call.body, 'update', entity.id));
    if (kind === 'application') {
      checkIdentifierUris(call.state, props, entity);
      refuseRoleRemoval(entity.props['appRoles'], props['appRoles']);
      refuseRoleRemoval(scopesOf(entity.props), scopesOf(props));
      refuseRenaming(entity, props);
    }
    if (props['customSecurityAttributes'] !== undefined) {
      call.require(permissionsForUserProperty('customSecurityAttributes'));
      props['customSecurityAttributes'] = mergedAttributes(
        call.state,
        entity.props['customSecurityAttributes'],
        props['customSecurityAttributes'] ?? {},
      );
    }
    const before = Object.fromEntries(Object.keys(props).map((name) => [name, entity.props[name] ?? null]));
    const { props: set } = storedCredentials(
      withOwnLogo(merged(before, asKept(call, props)), entity.props),
      contextOf(call, entity.props),
    );
    commit(call, [{ op: 'set', id: entity.id, props: set }], `Update ${nouns[kind]}`, 'Update', entity, set);
    return noContent;
  };
}

const scopesOf = ({ api }: Props): JsonValue | undefined =>
  (api as Props | null | undefined)?.['oauth2PermissionScopes'];

/** A role or scope must be disabled before it is taken away (FACTS §5). */
function refuseRoleRemoval(had: JsonValue | undefined, next: JsonValue | undefined): void {
  if (!Array.isArray(next) || !Array.isArray(had)) return;
  const kept = new Set(next.map((role) => (role as Props)['id']));
  for (const role of had as Props[])
    if (!kept.has(role['id']) && role['isEnabled'] !== false)
      throw new GraphError(
        400,
        'CannotDeleteOrUpdateEnabledEntitlement',
        'Permission (scope or role) cannot be deleted or updated unless disabled first.',
      );
}

/** uniqueName is set once (FACTS §5). */
function refuseRenaming(entity: Entity, props: Props): void {
  const had = entity.props['uniqueName'];
  if (had !== undefined && 'uniqueName' in props && props['uniqueName'] !== had)
    throw badRequest("Property 'uniqueName' is read-only and cannot be set.");
}

function deleteApplication(call: Call): Answer {
  const entity = keyed('application')(call);
  const ops: Op[] = [{ op: 'bin', id: entity.id }];
  const principal = call.state.byAppId('servicePrincipal', String(entity.props['appId']));
  if (principal) ops.push({ op: 'bin', id: principal.id });
  commit(call, ops, 'Delete application', 'Delete', entity);
  return noContent;
}

function createPrincipal(call: Call): Answer {
  const type = typeOf('servicePrincipal');
  const props = checkBody(type, call.body, 'create');
  requireProperties(type, props, ['appId']);
  const appId = String(props['appId']).toLowerCase();
  const application = call.state.byAppId('application', appId);
  const owner = ownersOnly(call);
  // Who manages its own applications only is told so (Azure/azure-cli issue 28009, azuread issue 504).
  if (!application && owner !== undefined)
    throw new GraphError(
      403,
      'Authorization_RequestDenied',
      'When using this permission, the backing application of the service principal being created must in the local tenant',
    );
  if (!application)
    throw badRequest(
      `The appId '${appId}' of the service principal does not reference a valid application object.`,
    );
  if (owner !== undefined && !call.state.links.has('owner', application.id, owner)) throw denied();
  if (call.state.byAppId('servicePrincipal', appId))
    throw new GraphError(
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
    );
  refuseOverQuota(call);
  const from = application.props;
  const id = call.core.newId();
  const wanted: Props = {
    ...servicePrincipalDefaults(),
    appDisplayName: from['displayName'] ?? null,
    displayName: from['displayName'] ?? null,
    appOwnerOrganizationId: call.core.tenantId,
    servicePrincipalNames: [...((from['identifierUris'] ?? []) as string[]), appId],
    replyUrls: ((from['web'] as Props | undefined)?.['redirectUris'] ?? []) as string[],
    signInAudience: from['signInAudience'] ?? 'AzureADMyOrg',
    appRoles: from['appRoles'] ?? [],
    oauth2PermissionScopes: ((from['api'] as Props | undefined)?.['oauth2PermissionScopes'] ??
      []) as JsonValue[],
    ...cleaned(props),
    appId,
  };
  const { props: stored, secrets } = storedCredentials(asKept(call, wanted), contextOf(call, {}));
  const ops: Op[] = [{ op: 'create', kind: 'servicePrincipal', id, props: stored }];
  if (owner !== undefined) ops.push({ op: 'link', kind: 'owner', from: id, to: owner });
  const entity = fresh(id, 'servicePrincipal', stored, call.now);
  commit(call, ops, 'Add service principal', 'Add', entity);
  return withSecrets(created(call, call.state.find(id) as Entity), secrets);
}

const readApps = ['Application.Read.All', 'Application.ReadWrite.All', 'Directory.Read.All'];
const writeApps = ['Application.ReadWrite.All'];

function ownerRoutes(kind: AppKind): Route[] {
  const pattern = `/${sets[kind]}/{id}/owners`;
  const judge = (other: Entity): void => {
    if (other.kind !== 'user' && other.kind !== 'servicePrincipal')
      throw malformed('The owner of an application is a user or a service principal.');
  };
  return [
    {
      method: 'GET',
      pattern,
      permissions: readApps,
      handle: (call) =>
        list(call, {
          type: null,
          context: 'directoryObjects',
          source: seenLinks(call, sourceOfObjects(call.state.links.targets('owner', keyed(kind)(call).id))),
        }),
    },
    {
      method: 'GET',
      pattern: `${pattern}/$ref`,
      permissions: readApps,
      handle: (call) => listReferences(call, keyed(kind)(call), 'owner'),
    },
    {
      method: 'POST',
      pattern: `${pattern}/$ref`,
      permissions: writeApps,
      handle: (call) => addReference(call, keyed(kind)(call), 'owner', judge),
    },
    {
      method: 'DELETE',
      pattern: `${pattern}/{other}/$ref`,
      permissions: writeApps,
      handle: (call) => removeReference(call, keyed(kind)(call), 'owner'),
    },
  ];
}

function routesOf(kind: AppKind, create: Route['handle'], remove: Route['handle']): Route[] {
  const pattern = `/${sets[kind]}`;
  return [
    {
      method: 'GET',
      pattern,
      permissions: readApps,
      units: kind === 'application' ? 2 : 1,
      handle: listOf(kind),
    },
    { method: 'POST', pattern, permissions: writeApps, handle: create },
    {
      method: 'GET',
      pattern: `${pattern}/$count`,
      permissions: readApps,
      handle: (call) => count(call, sourceOfList(call.state.liveOf(kind)), typeOf(kind)),
    },
    {
      method: 'GET',
      pattern: `${pattern}/{id}`,
      permissions: readApps,
      handle: getWithKeys(kind),
    },
    {
      method: 'PATCH',
      pattern: `${pattern}/{id}`,
      permissions: writeApps,
      handle: upsert(kind, kind === 'application' ? 'uniqueName' : 'appId', create, updateOf(kind)),
    },
    { method: 'DELETE', pattern: `${pattern}/{id}`, permissions: writeApps, handle: remove },
    ...ownerRoutes(kind),
  ];
}

export const applicationRoutes: readonly Route[] = [
  ...routesOf('application', createApplication, deleteApplication),
  ...routesOf('servicePrincipal', createPrincipal, (call) => {
    const entity = keyed('servicePrincipal')(call);
    commit(call, [{ op: 'bin', id: entity.id }], 'Remove service principal', 'Delete', entity);
    return noContent;
  }),
  ...entitlementRoutes(readApps),
];
