import type { Answer, Call } from '../http/call.js';
import { notFound } from '../http/errors.js';
import { expand } from '../query/expand.js';
import { defaultsOf, render, selection } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { AuditTarget, Entity, JsonValue, Kind, Props } from '../state/types.js';

/**
 * The live object that a key in the path names; users also by userPrincipalName, applications and service principals by
 * `appId=…`. An object younger than the read lag is not there yet.
 * @throws GraphError 404 naming the key as it stood there
 */
export function liveByKey(call: Call, kind: Kind, key: string): Entity {
  const byAppId = /^appId=(.*)$/i.exec(key)?.[1];
  const { state } = call;
  let found: Entity | undefined;
  if (byAppId !== undefined && (kind === 'application' || kind === 'servicePrincipal'))
    found = state.byAppId(kind, byAppId);
  else
    found =
      state.get(key.toLowerCase(), kind) ??
      state.get(key, kind) ??
      (kind === 'user' ? state.userByName(key) : undefined);
  if (!found || tooYoung(call, found)) throw notFound(byAppId ?? key);
  return found;
}

/** Any live directory object by id. */
export function liveById(call: Call, id: string): Entity {
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
    .filter(([name]) => name !== 'passwordProfile')
    .map(([name, after]) => ({ name, before: entity.props[name] ?? null, after }));
}

/** Object id in an "@odata.id" or bind value: …/directoryObjects/{id}, …/users/{id}, either version, any host. */
export function idInReference(value: JsonValue | undefined): string | null {
  if (typeof value !== 'string') return null;
  const last = decodeURIComponent(value.replace(/\/+$/, '').split('/').at(-1) ?? '');
  const keyed = /\('([^']+)'\)$/.exec(last)?.[1];
  const id = keyed ?? last;
  return id === '' ? null : id;
}
