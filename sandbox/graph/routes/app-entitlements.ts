import type { Route } from '../http/router.js';
import { readingOf } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { JsonValue, Props } from '../state/types.js';
import { liveByKey } from './entity.js';

type AppKind = 'application' | 'servicePrincipal';

/** Lists that are asked for on their own (CLI for Microsoft 365: `app role list`, `app permission list`). */
const lists: readonly (readonly [AppKind, string, string])[] = [
  ['application', 'applications', 'appRoles'],
  ['servicePrincipal', 'servicePrincipals', 'appRoles'],
  ['servicePrincipal', 'servicePrincipals', 'oauth2PermissionScopes'],
];

/** @param permissions  that read the object */
export function entitlementRoutes(permissions: readonly string[]): Route[] {
  return lists.map(([kind, set, name]) => ({
    method: 'GET',
    pattern: `/${set}/{id}/${name}`,
    permissions,
    handle: (call) => {
      const entity = liveByKey(call, kind, call.param('id'));
      const def = typeOf(kind).properties.get(name);
      const value = def ? readingOf(entity, def) : [];
      const context = call.context(`${set}('${entity.id}')/${name}`);
      return { status: 200, body: { '@odata.context': context, value } };
    },
  }));
}

/** Roles and scopes are enabled where nothing is said (description of appRole: "set to true (which is the default)"). */
export function enabledUnlessSaid(props: Props): Props {
  const { appRoles, api } = props;
  const out = { ...props };
  if (Array.isArray(appRoles)) out['appRoles'] = enabled(appRoles);
  const scopes = (api as Props | null | undefined)?.['oauth2PermissionScopes'];
  if (Array.isArray(scopes)) out['api'] = { ...(api as Props), oauth2PermissionScopes: enabled(scopes) };
  return out;
}

const enabled = (items: readonly JsonValue[]): JsonValue[] =>
  items.map((item) => ({ isEnabled: true, ...(item as Props) }));
