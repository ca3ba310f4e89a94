/**
 * Application permissions: assignments of an application's service principal to app roles of Microsoft Graph. They are the one
 * truth, for what Graph shows and for what the next token carries; admin consent makes them, and taking one away takes it back.
 */
import type { AppRegistration } from '../../types.js';
import { graphAppId, nameOfRole, roleOfName } from '../permissions/graph-permissions.js';
import { isoOf } from '../schema/render.js';
import type { TenantState } from '../state/tenant-state.js';
import type { Entity, JsonValue, Op, Props } from '../state/types.js';
import { appRoleAssignmentId } from './ids-of-bytes.js';
import { tenantCredentials } from './sign-in-credentials.js';

/** The stored form of an assignment. */
export function assignmentProps(
  principal: Pick<Entity, 'id' | 'props'> & { readonly type: string },
  resource: Pick<Entity, 'id' | 'props'>,
  appRoleId: string,
  at: number,
): Props {
  return {
    appRoleId,
    createdDateTime: isoOf(at),
    principalDisplayName: principal.props['displayName'] ?? null,
    principalId: principal.id,
    principalType: principal.type,
    resourceDisplayName: resource.props['displayName'] ?? null,
    resourceId: resource.id,
  };
}

/** Live assignments to Microsoft Graph of an application whose service principal is live. */
function grantsOf(state: TenantState, appId: string): { entity: Entity; name: string }[] {
  const principal = state.byAppId('servicePrincipal', appId);
  if (!principal) return [];
  return state
    .liveOf('appRoleAssignment')
    .all()
    .flatMap((entity) => {
      const { principalId, resourceId, appRoleId } = entity.props;
      if (principalId !== principal.id) return [];
      const resource = state.get(String(resourceId), 'servicePrincipal');
      const name = resource?.props['appId'] === graphAppId ? nameOfRole(String(appRoleId)) : undefined;
      return name === undefined ? [] : [{ entity, name }];
    });
}

/** What the application's next token carries, in order of the alphabet. */
export const permissionsOf = (state: TenantState, appId: string): string[] =>
  [...new Set(grantsOf(state, appId).map(({ name }) => name))].sort();

/**
 * Steps after which an application holds these permissions and no others.
 * @throws RangeError for a name that Microsoft Graph has no app role for, and for an application without a service principal
 */
export function permissionOps(
  state: TenantState,
  appId: string,
  wanted: readonly string[],
  at: number,
  newId: () => string,
): Op[] {
  const principal = state.byAppId('servicePrincipal', appId);
  const resource = state.byAppId('servicePrincipal', graphAppId);
  if (!principal || !resource) throw new RangeError(`the application ${appId} has no service principal`);
  const strange = wanted.filter((name) => roleOfName(name) === undefined);
  if (strange.length > 0) throw new RangeError(`no application permission is called ${strange.join(', ')}`);
  const had = grantsOf(state, appId);
  const gone = had.filter(({ name }) => !wanted.includes(name));
  const added = new Set(wanted.filter((name) => !had.some((grant) => grant.name === name)));
  return [
    ...gone.map(({ entity }): Op => ({ op: 'purge', id: entity.id })),
    ...[...added].map((name): Op => ({
      op: 'create',
      kind: 'appRoleAssignment',
      id: appRoleAssignmentId(principal.id, newId()),
      props: assignmentProps(
        { ...principal, type: 'ServicePrincipal' },
        resource,
        roleOfName(name) as string,
        at,
      ),
    })),
  ];
}

/** Values of the app roles of another application of the tenant that this one is assigned. */
function rolesAt(state: TenantState, appId: string, resourceAppId: string): string[] {
  const principal = state.byAppId('servicePrincipal', appId);
  const resource = state.byAppId('servicePrincipal', resourceAppId);
  if (!principal || !resource) return [];
  const offered = new Map(
    ((resource.props['appRoles'] ?? []) as Props[]).map(({ id, value }) => [id, value] as const),
  );
  return state
    .liveOf('appRoleAssignment')
    .all()
    .filter(({ props }) => props['principalId'] === principal.id && props['resourceId'] === resource.id)
    .flatMap(({ props }) => textOf(offered.get(props['appRoleId'] as JsonValue)));
}

const textOf = (value: JsonValue | undefined): string[] =>
  typeof value === 'string' && value !== '' ? [value] : [];

/** Where a registration is alive. */
export interface Home {
  readonly state: TenantState;
  readonly tenantId: string;
  /** The sandbox's clock. */
  readonly now: () => number;
}

/** What the authority knows of an application besides what stands in the tenant. */
export type Registration = Omit<
  AppRegistration,
  'permissions' | 'servicePrincipalId' | 'barred' | 'credentials' | 'rolesAt'
>;

/** A registration as authority and Graph see it: what the tenant decides is read there each time. */
export function liveRegistration(home: Home, registration: Registration): AppRegistration {
  const { state } = home;
  const { appId } = registration;
  return {
    ...registration,
    credentials: tenantCredentials(state, appId, home.now),
    rolesAt: (resourceAppId) => rolesAt(state, appId, resourceAppId),
    get servicePrincipalId() {
      return state.byAppId('servicePrincipal', appId)?.id;
    },
    get permissions() {
      return permissionsOf(state, appId);
    },
    get barred() {
      return barOf(home, appId);
    },
  };
}

/** One that belongs to this tenant needs both of its objects; one of another tenant has its service principal here alone. */
function barOf({ state, tenantId }: Home, appId: string): AppRegistration['barred'] {
  const application = state.byAppId('application', appId);
  const principal = state.byAppId('servicePrincipal', appId);
  if (!principal) return application ? 'unprovisioned' : 'gone';
  if (!application && principal.props['appOwnerOrganizationId'] === tenantId) return 'gone';
  return principal.props['accountEnabled'] === false ? 'disabled' : undefined;
}

/** What somebody made over Graph, so that it signs in like what was there from the start. */
export function registrationOf(home: Home, appId: string): AppRegistration | undefined {
  const { state } = home;
  const application = state.byAppId('application', appId);
  const known = application ?? state.byAppId('servicePrincipal', appId);
  if (!known) return undefined;
  const redirectUris = ['web', 'spa', 'publicClient'].flatMap((platform) => {
    const uris = ((application?.props[platform] ?? {}) as Props)['redirectUris'];
    return Array.isArray(uris) ? uris.map(String) : [];
  });
  const registration: Registration = {
    appId: String(known.props['appId']),
    displayName: String(known.props['displayName'] ?? known.props['appId']),
    secret: '',
    certificates: [],
    directoryRoles: [],
    redirectUris,
  };
  return liveRegistration(home, registration);
}

/** The live application that one of its identifier URIs names. */
export function appIdOfUri(state: TenantState, uri: string): string | undefined {
  const wanted = uri.toLowerCase();
  const found = state
    .liveOf('application')
    .all()
    .find(({ props }) =>
      ((props['identifierUris'] ?? []) as string[]).some((known) => known.toLowerCase() === wanted),
    );
  return found && String(found.props['appId']);
}
