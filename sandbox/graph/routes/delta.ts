import type { Answer, Call } from '../http/call.js';
import { GraphError, malformed, unsupportedQuery } from '../http/errors.js';
import type { Route } from '../http/router.js';
import type { Filter } from '../query/filter.js';
import { navigationsOf } from '../query/expand.js';
import { couldNotFind, render, selection } from '../schema/render.js';
import { propertyOf, typeOf } from '../schema/types.js';
import type { Change, Entity, JsonValue, Kind } from '../state/types.js';
import { changedLinks, linkNames, linksPart, removedLinks, type Item } from './delta-links.js';
import { openDelta, sealDelta, type DeltaState } from './delta-token.js';

/** Objects that a filter may name (FACTS §11). */
const mostIds = 50;

/** Tokens of directory objects live seven days on the sandbox's clock (FACTS §11). */
const tokenLifeInMs = 7 * 24 * 3600 * 1000;

function delta(kind: Kind): Route['handle'] {
  return (call) => {
    const { query } = call;
    if (!call.core.switches.deltaOffered)
      throw unsupportedQuery('Delta queries are not supported in tenants of this kind.');
    const resync = call.core.faults.strike(['resync'], call.method, call.path);
    if (resync) throw gone(call, 'resyncRequired');
    const token = query.deltaToken ?? query.skipToken;
    if (token === 'latest') return onlyLink(call, kind);
    const state = token === null || token === '' ? firstRound(call, kind) : reopened(call, kind, token);
    return state.phase === 'full' ? fullPage(call, state) : changesPage(call, state);
  };
}

/** The first call fixes $select and the ids; everything else is refused or, for $top, ignored (FACTS §11). */
function firstRound(call: Call, kind: Kind): DeltaState {
  const { query } = call;
  const ids = query.filter ? idsOf(query.filter) : null;
  if (ids && ids.length > mostIds)
    throw unsupportedQuery(`The filter of a delta query names at most ${mostIds} ids.`);
  if (query.expand.length > 0)
    throw unsupportedQuery("'$expand' is not supported for delta queries on this resource.");
  if (query.orderBy.length > 0)
    throw unsupportedQuery("'$orderby' is not supported for delta queries on this resource.");
  if (query.search) throw unsupportedQuery("'$search' is not supported for delta queries on this resource.");
  checkSelect(kind, query.select);
  return {
    kind,
    phase: 'full',
    since: visibleSeq(call),
    until: 0,
    at: 0,
    pending: [],
    select: query.select,
    ids,
    issued: call.now,
    page: 0,
  };
}

function checkSelect(kind: Kind, select: readonly string[] | null): void {
  const type = typeOf(kind);
  const links = linkNames[kind] ?? {};
  for (const name of select ?? []) {
    if (name in links || navigationsOf(kind).has(name)) continue;
    const def = propertyOf(type, name);
    if (!def) throw malformed(couldNotFind(type, name));
    if (def.outside)
      throw new GraphError(501, 'NotImplemented', 'This operation target is not yet supported.');
  }
}

function idsOf(filter: Filter): string[] {
  const refused = unsupportedQuery("Only '$filter=id eq' is supported for delta queries on this resource.");
  if (filter.op === 'or') return [...idsOf(filter.left), ...idsOf(filter.right)];
  if (filter.op !== 'compare' || filter.by !== 'eq' || filter.path.join('/') !== 'id') throw refused;
  return [String(filter.value).toLowerCase()];
}

function onlyLink(call: Call, kind: Kind): Answer {
  const state = { ...firstRound(call, kind), phase: 'changes' as const };
  return answer(call, kind, state.select, [], null, state);
}

function reopened(call: Call, kind: Kind, token: string): DeltaState {
  const state = openDelta(token, call.core.tenantId);
  if (!state || state.kind !== kind) throw new GraphError(400, 'Request_BadRequest', 'Badly formed token.');
  const expiredBefore = call.state.meta.get('deltaTokensExpiredBefore');
  if (typeof expiredBefore === 'number' && state.issued <= expiredBefore)
    throw call.state.meta.get('deltaExpiredStatus') === 400
      ? syncStateNotFound()
      : gone(call, 'syncStateNotFound');
  if (call.now - state.issued > tokenLifeInMs) throw gone(call, 'syncStateNotFound');
  if (state.phase === 'full' || call.query.skipToken !== null) return state;
  // A deltaLink begins a new round up to what can be seen now.
  return { ...state, until: visibleSeq(call), at: 0, pending: [], issued: call.now, page: 0 };
}

const syncStateNotFound = (): GraphError =>
  new GraphError(
    400,
    'syncStateNotFound',
    'The sync state generation is not found; a full synchronization is needed.',
  );

function gone(call: Call, code: string): GraphError {
  return new GraphError(
    410,
    code,
    'The sync state generation is not found; a full synchronization is needed.',
    {
      headers: { location: `${call.core.baseUrl()}${call.path}?$deltatoken=` },
    },
  );
}

/** Last change that delta may tell: all of them, or only those older than the delta lag. */
function visibleSeq(call: Call): number {
  const lag = call.core.faults.lag('deltaLag', call.method, call.path);
  if (lag === 0) return call.state.seq;
  const { changes } = call.state;
  let seq = 0;
  for (const change of changes) {
    if (change.at > call.now - lag) break;
    seq = change.seq;
  }
  return seq;
}

/** One page of everything there is: new objects up to the page's size, large groups spread over several pages. */
function fullPage(call: Call, state: DeltaState): Answer {
  const empty = emptyPage(call, state);
  if (empty) return empty;
  const { deltaPageObjects, deltaPageLinks, deltaTellsBinned } = call.core.switches;
  const all = call.state.createdOf(state.kind);
  const items: Item[] = [];
  const pending: (readonly [string, string])[] = [];
  let links = deltaPageLinks;
  // A group that goes on gets at most half of the page, so that others stand between its parts.
  for (const [id, after] of state.pending) {
    const entity = call.state.get(id, state.kind);
    if (!entity) continue;
    const part = linksPart(call, state, entity, after, Math.max(1, Math.min(links, deltaPageLinks >> 1)));
    links -= part.used;
    if (part.used > 0) items.push({ id: entity.id, ...part.annotations });
    if (part.next !== null) pending.push([id, part.next]);
  }
  let at = state.at;
  for (; at < all.length && items.length < deltaPageObjects && links > 0; at += 1) {
    const entity = all[at] as Entity;
    if (entity.gone || (state.ids && !state.ids.includes(entity.id))) continue;
    if (entity.deletedAt !== null) {
      if (deltaTellsBinned) items.push({ id: entity.id, '@removed': { reason: 'changed' } });
      continue;
    }
    const part = linksPart(call, state, entity, '', links);
    links -= part.used;
    items.push({ ...propertiesOf(state, entity, null), ...part.annotations });
    if (part.next !== null) pending.push([entity.id, part.next]);
  }
  const next: DeltaState = { ...state, at, pending, page: state.page + 1 };
  if (at < all.length || pending.length > 0) return answer(call, state.kind, state.select, items, next, null);
  return answer(call, state.kind, state.select, items, null, { ...next, phase: 'changes', at: 0, page: 0 });
}

/** One page of the change log between the token and the end of this round, one item per object. */
function changesPage(call: Call, state: DeltaState): Answer {
  const empty = emptyPage(call, state);
  if (empty) return empty;
  const { deltaPageObjects, deltaPageLinks } = call.core.switches;
  const touched = [...changesOf(call, state)];
  const items: Item[] = [];
  let links = deltaPageLinks;
  let at = state.at;
  for (; at < touched.length && items.length < deltaPageObjects && links > 0; at += 1) {
    const [id, changes] = touched[at] as [string, Change[]];
    for (const item of changedItems(call, state, id, changes)) {
      links -= countLinks(item);
      items.push(item);
    }
  }
  const next: DeltaState = { ...state, at, page: state.page + 1 };
  if (at < touched.length) return answer(call, state.kind, state.select, items, next, null);
  return answer(call, state.kind, state.select, items, null, { ...next, since: state.until, at: 0, page: 0 });
}

function countLinks(item: Item): number {
  return Object.entries(item).reduce(
    (total, [name, value]) => total + (name.endsWith('@delta') && Array.isArray(value) ? value.length : 0),
    0,
  );
}

/** Changes of this round by object, in order of first change. */
function changesOf(call: Call, state: DeltaState): Map<string, Change[]> {
  const { changes } = call.state;
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((changes[middle] as Change).seq <= state.since) low = middle + 1;
    else high = middle;
  }
  const touched = new Map<string, Change[]>();
  for (let i = low; i < changes.length; i += 1) {
    const change = changes[i] as Change;
    if (change.seq > state.until) break;
    if (change.kind !== state.kind || (state.ids && !state.ids.includes(change.id))) continue;
    const known = touched.get(change.id);
    if (known) known.push(change);
    else touched.set(change.id, [change]);
  }
  return touched;
}

function changedItems(call: Call, state: DeltaState, id: string, changes: readonly Change[]): Item[] {
  const entity = call.state.find(id) as Entity;
  const has = (...types: Change['what']['type'][]): boolean =>
    changes.some(({ what }) => types.includes(what.type));
  if (entity.gone) return [{ id, '@removed': { reason: 'deleted' } }];
  if (entity.deletedAt !== null)
    return has('binned', 'created') ? [{ id, '@removed': { reason: 'changed' } }] : [];
  if (has('created', 'restored')) {
    // Back or new: told whole, with all its links, in as many parts as they need.
    const whole = linksPart(call, state, entity, '', Infinity);
    return [
      { ...propertiesOf(state, entity, null), ...whole.annotations },
      ...removedLinks(call, state, entity, changes),
    ];
  }
  const changed = new Set(changes.flatMap(({ what }) => (what.type === 'set' ? what.properties : [])));
  const told = [...changed].some((name) => isSelected(state, name));
  const annotations = changedLinks(call, state, entity, changes);
  if (!told && Object.keys(annotations).length === 0) return [];
  const minimal = /return=minimal/i.test(call.header('prefer') ?? '');
  return [{ ...(told || !minimal ? propertiesOf(state, entity, changed, minimal) : { id }), ...annotations }];
}

function isSelected(state: DeltaState, name: string): boolean {
  if (state.select) return state.select.includes(name);
  return typeOf(state.kind).properties.get(name)?.byDefault === true;
}

/**
 * Selected properties that were ever set (FACTS §11); with `minimal` only those that changed.
 * @param changed  properties named by the change log: told even when they are empty now
 */
function propertiesOf(
  state: DeltaState,
  entity: Entity,
  changed: ReadonlySet<string> | null,
  minimal = false,
): Item {
  const type = typeOf(state.kind);
  const names = new Set(Object.keys(linkNames[state.kind] ?? {}));
  for (const name of navigationsOf(state.kind).keys()) names.add(name);
  const defs = selection(type, state.select, 'delta', names);
  const whole = render(entity, defs);
  const item: Item = { id: entity.id };
  for (const def of defs) {
    const value = whole[def.name] ?? null;
    const isEmpty = value === null || (Array.isArray(value) && value.length === 0);
    const isChanged = changed?.has(def.name) === true;
    if (def.name !== 'id' && (isChanged || (!minimal && !isEmpty))) item[def.name] = value;
  }
  return item;
}

/** FACTS §11: a page may be empty and still go on. */
function emptyPage(call: Call, state: DeltaState): Answer | null {
  const every = call.core.switches.deltaEmptyPageEvery;
  if (every === 0 || state.page % every !== every - 1) return null;
  return answer(call, state.kind, state.select, [], { ...state, page: state.page + 1 }, null);
}

function answer(
  call: Call,
  kind: Kind,
  select: readonly string[] | null,
  items: readonly Item[],
  next: DeltaState | null,
  done: DeltaState | null,
): Answer {
  const { core } = call;
  const set = typeOf(kind).set;
  const context = select ? `${set}(${select.join(',')})/$delta` : `${set}/$delta`;
  const link = (option: string, state: DeltaState): string =>
    `${core.baseUrl()}${call.path}?${option}=${sealDelta(state, core.tenantId)}`;
  return {
    status: 200,
    body: {
      '@odata.context': call.context(context),
      ...(next ? { '@odata.nextLink': link('$skiptoken', next) } : {}),
      ...(done ? { '@odata.deltaLink': link('$deltatoken', done) } : {}),
      value: items as JsonValue,
    },
  };
}

const readDirectory = ['Directory.Read.All', 'Directory.ReadWrite.All'];
const readApplications = ['Application.Read.All', 'Application.ReadWrite.All', ...readDirectory];

const kinds: readonly (readonly [pattern: string, kind: Kind, permissions: readonly string[]])[] = [
  ['/users/delta', 'user', ['User.Read.All', 'User.ReadWrite.All', ...readDirectory]],
  [
    '/groups/delta',
    'group',
    ['Group.Read.All', 'GroupMember.Read.All', 'Group.ReadWrite.All', ...readDirectory],
  ],
  ['/applications/delta', 'application', readApplications],
  ['/servicePrincipals/delta', 'servicePrincipal', readApplications],
  [
    '/directory/administrativeUnits/delta',
    'administrativeUnit',
    ['AdministrativeUnit.Read.All', 'AdministrativeUnit.ReadWrite.All', ...readDirectory],
  ],
  [
    '/directoryRoles/delta',
    'directoryRole',
    ['RoleManagement.Read.Directory', 'RoleManagement.ReadWrite.Directory', ...readDirectory],
  ],
  ['/oauth2PermissionGrants/delta', 'oAuth2PermissionGrant', readDirectory],
  ['/devices/delta', 'device', ['Device.Read.All']],
  ['/contacts/delta', 'orgContact', ['OrgContact.Read.All', ...readDirectory]],
];

export const deltaRoutes: readonly Route[] = kinds.map(([pattern, kind, permissions]) => ({
  method: 'GET',
  pattern,
  permissions,
  handle: delta(kind),
}));
