import type { Answer, Call } from '../http/call.js';
import { invalidObjectId, malformed, notFound } from '../http/errors.js';
import { expand } from '../query/expand.js';
import { defaultsOf, render, selection } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { AuditTarget, Entity, JsonValue, Kind, Props } from '../state/types.js';
import { alternateKey } from './alternate-keys.js';

/** The directory knows these by object id alone, so nothing else is looked up; a user’s key may be a name. */
const byIdAlone: ReadonlySet<Kind> = new Set([
  'group',
  'application',
  'servicePrincipal',
  'administrativeUnit',
  'device',
]);
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The live object that a key in the path names; users also by userPrincipalName, and some kinds by `name=…` (alternate-keys.ts). An object younger than the read lag is not there yet.
 * @throws GraphError 404 naming the key as it stood there, 400 for what cannot be an object id
 */
export function liveByKey(call: Call, kind: Kind, key: string): Entity {
  const named = alternateKey(kind, key);
  const { state } = call;
  if (byIdAlone.has(kind) && !guid.test(key) && !key.includes('=')) throw invalidObjectId(key);
  let found: Entity | undefined;
  if (named) found = named.find(state);
  else
    found =
      state.get(key.toLowerCase(), kind) ??
      state.get(key, kind) ??
      (kind === 'user' ? state.userByName(key) : undefined);
  if (!found || tooYoung(call, found)) throw notFound(named?.value ?? key);
  return found;
}

/** Any live directory object by id. */
export function liveById(call: Call, id: string): Entity {
  if (!guid.test(id)) throw invalidObjectId(id);
  const found = call.state.get(id.toLowerCase());
  if (!found || tooYoung(call, found)) throw notFound(id);
  return found;
}

function tooYoung(call: Call, entity: Entity): boolean {
  const lag = call.core.faults.lag('readLag', call.method, call.path);
  return lag > 0 && entity.createdAt > call.now - lag;
}

/** 200 with one object, honouring $select and $expand. */
export function getOne(call: Call, entity: Entity): Answer {
  const type = typeOf(entity.kind);
  const { query } = call;
  const navigations = new Set(query.expand.map((part) => part.navigation));
  const defs = query.select ? selection(type, query.select, 'byId', navigations) : defaultsOf(type);
  const fragment = query.select ? `${type.set}(${query.select.join(',')})/$entity` : `${type.set}/$entity`;
  return {
    status: 200,
    body: {
      '@odata.context': call.context(fragment),
      ...render(entity, defs),
      ...expand(call, entity, query.expand),
    },
  };
}

/** 201 with the new object and its Location (FACTS §18). */
export function created(call: Call, entity: Entity): Answer {
  const type = typeOf(entity.kind);
  const location = type.locationType
    ? `https://graph.microsoft.com/v2/${call.core.tenantId}/directoryObjects/${entity.id}/Microsoft.DirectoryServices.${type.locationType}`
    : `https://graph.microsoft.com/v2/${call.core.tenantId}/${type.set.split('/').at(-1) ?? ''}/${entity.id}`;
  return {
    status: 201,
    headers: { location },
    body: { '@odata.context': call.context(`${type.set}/$entity`), ...render(entity, defaultsOf(type)) },
  };
}

/** 200 of an action, with the bare Location that the service sends along (FACTS §18). */
export function acted(body: JsonValue): Answer {
  return { status: 200, headers: { location: 'https://graph.microsoft.com' }, body };
}

/** What an update changed, for the audit log. Secrets are left out. */
export function changesOf(entity: Entity, next: Props): AuditTarget['changes'] {
  return Object.entries(next)
    .filter(([name]) => name !== 'passwordProfile' && !name.startsWith('~'))
    .map(([name, after]) => ({ name, before: entity.props[name] ?? null, after }));
}

/**
 * Object id in an "@odata.id" or bind value: https://…/directoryObjects/{id}, …/users/{id}, either version, any host.
 * @returns null when nothing was sent
 * @throws GraphError 400 for what is no address (msgraph-sdk-dotnet issue 1846: a bare id; msgraph-sdk-powershell issue 3150: without
 *   its slashes)
 */
export function idInReference(value: JsonValue | undefined, where = 'payload'): string | null {
  if (value === undefined) return null;
  if (typeof value !== 'string' || !/^https?:\/\/[^/]+(\/[^/]+){2,}$/.test(value.replace(/\/+$/, '')))
    throw malformed(`Invalid URL format specified in ${where}.`);
  const last = decodeURIComponent(value.replace(/\/+$/, '').split('/').at(-1) ?? '');
  const keyed = /\('([^']+)'\)$/.exec(last)?.[1];
  const id = keyed ?? last;
  return id === '' ? null : id;
}
