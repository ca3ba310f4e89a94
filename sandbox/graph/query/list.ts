import { createHash } from 'node:crypto';
import { GraphError, malformed, unsupportedQuery } from '../http/errors.js';
import type { Answer, Call } from '../http/call.js';
import { bags, couldNotFind, isoOf, selection, valueOf, type Where } from '../schema/render.js';
import { lengthOfRows } from '../schema/row.js';
import { propertyOf, typeOf, type TypeDef } from '../schema/types.js';
import type { SortedList } from '../state/sorted-list.js';
import { isLive, sortKey } from '../state/tenant-state.js';
import type { Entity, JsonValue } from '../state/types.js';
import { expander, expansionWriter, navigationsOf } from './expand.js';
import { dig, matches, usesOf, type Filter } from './filter.js';
import { itemWriter, mixedWriter, writeMixedIds, type WriteItem, type WriteItems } from './item-writer.js';
import { preparePage, rememberedPage } from './page-memory.js';
import type { Query } from './query.js';
import { itemRenderer, mixedRenderer } from './rendered.js';
import { searchMatches } from './search.js';
import { onSent, writtenPage, type PageItems } from './written-page.js';

/** Something that can be paged through by key while it changes. */
export interface Source {
  readonly length: number;
  /** undefined = to be passed over (not live, not visible yet). */
  at(index: number): Entity | undefined;
  indexAfter(key: string): number;
  keyOf(entity: Entity): string;
}

export function sourceOfList(list: SortedList<Entity>): Source {
  return {
    length: list.size,
    at: (index) => list.all()[index],
    indexAfter: (key) => list.indexAfter(key),
    keyOf: sortKey,
  };
}

/** For `sourceOfObjects`. */
export const inOrderOfId = (entities: Iterable<Entity>): Entity[] =>
  [...entities].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));

/** @param ids  ascending; what `resolve` does not give is passed over */
export function sourceOfIds(ids: readonly string[], resolve: (id: string) => Entity | undefined): Source {
  return {
    length: ids.length,
    at: (index) => resolve(ids[index] as string),
    indexAfter: (key) => lowerBound(ids, key, (id) => id),
    keyOf: (entity) => entity.id,
  };
}

/** @param entities  in order of id; what is not live is passed over */
export function sourceOfObjects(entities: readonly Entity[]): Source {
  return {
    length: entities.length,
    at: (index) => {
      const entity = entities[index];
      return entity !== undefined && isLive(entity) ? entity : undefined;
    },
    indexAfter: (key) => lowerBound(entities, key, ({ id }) => id),
    keyOf: ({ id }) => id,
  };
}

function lowerBound<T>(items: readonly T[], after: string, keyOf: (item: T) => string): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyOf(items[middle] as T) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface ListOptions {
  /** Type of the items; null = mixed directory objects, each with @odata.type. */
  readonly type: TypeDef | null;
  /** "users" in …/$metadata#users. */
  readonly context: string;
  readonly source: Source;
  readonly defaultTop?: number;
  readonly maxTop?: number;
  /** false = plain lists (roles, policies), where any filter works without the advanced header. */
  readonly advancedRules?: boolean;
  readonly where?: Where;
}

/** Answers a GET of a collection: $select, $filter, $search, $orderby, $count, $top, $expand and paging (FACTS §12). */
export function list(call: Call, options: ListOptions): Answer {
  const { query } = call;
  const top = pageSize(query, options.defaultTop ?? 100, options.maxTop ?? 999);
  if (options.advancedRules !== false) requireAdvanced(call);
  checkNames(query, options.type);
  const lag = call.core.faults.lag('listLag', call.method, call.path);
  const make = (asked: Call, keep: boolean): Answer => makePage(asked, options, { top, lag, keep });
  if (lag > 0) return make(call, false);
  const answer = rememberedPage(call, make);
  // Who asks for a second page reads on.
  const next = query.skipToken === null ? null : followingCall(call, answer);
  if (next !== null) onSent(answer.body, () => preparePage(next, make));
  return answer;
}

/** The request that the answer's nextLink makes; null = it was the last page. */
function followingCall(call: Call, { body }: Answer): Call | null {
  const link = (body as { readonly '@odata.nextLink'?: string })['@odata.nextLink'];
  return link === undefined ? null : call.withQuery(new URL(link).searchParams);
}

/** @param keep  as in `writtenPage` */
function makePage(
  call: Call,
  options: ListOptions,
  { top, lag, keep }: { readonly top: number; readonly lag: number; readonly keep: boolean },
): Answer {
  const { query } = call;
  const visibleUntil = call.now - lag;
  const passes = (entity: Entity): boolean =>
    (lag === 0 || entity.createdAt <= visibleUntil) && fits(call, entity, query);
  const binding = bindingOf(call);
  const after = query.skipToken === null ? '' : openToken(query.skipToken, binding);
  const page =
    query.orderBy.length > 0
      ? pageInOrder(options.source, query.orderBy, passes, after, top)
      : pageByKey(options.source, passes, after, top);
  const head: { [key: string]: JsonValue } = { '@odata.context': call.context(contextOf(options, query)) };
  if (query.count && (call.eventual || options.advancedRules === false))
    head['@odata.count'] = countOf(options.source, passes);
  if (page.last !== null) head['@odata.nextLink'] = nextLink(call, sealToken(page.last, binding));
  return { status: 200, body: writtenPage(head, itemsOf(call, options, page.items), keep) };
}

/** `/users/$count`: plain text, needs the advanced header (FACTS §12). */
export function count(call: Call, source: Source, type: TypeDef | null): Answer {
  if (!call.eventual)
    throw unsupportedQuery(
      "$count is not currently supported without the 'ConsistencyLevel: eventual' header.",
    );
  checkNames(call.query, type);
  const total = countOf(source, (entity) => fits(call, entity, call.query));
  return { status: 200, body: Buffer.from(String(total)), headers: { 'content-type': 'text/plain' } };
}

function itemsOf(call: Call, { type, where }: ListOptions, entities: readonly Entity[]): PageItems {
  const { select, expand } = call.query;
  const { judged } = call.core;
  const isIdOnly = select?.length === 1 && select[0] === 'id';
  const common = { entities, room: isIdOnly ? 0 : lengthOfRows(entities) };
  if (type === null) {
    const write = isIdOnly ? writeMixedIds : each(mixedWriter(select));
    return { ...common, write, render: judged ? mixedRenderer(select) : null };
  }
  const { kind } = type;
  const defs = selection(type, select, where ?? 'list', new Set(expand.map(({ navigation }) => navigation)));
  // Nothing is wrong with what cannot be expanded where there is nothing to expand it of.
  const expands = expand.length > 0 && entities.length > 0;
  return {
    ...common,
    write: each(itemWriter(kind, defs, expands ? expansionWriter(call, kind, expand) : undefined)),
    render: judged ? itemRenderer(kind, defs, expands ? expander(call, expand) : undefined) : null,
  };
}

const each =
  (write: WriteItem): WriteItems =>
  (to, entities) =>
    to.list(entities, write);

function contextOf(options: ListOptions, query: Query): string {
  const parts = [
    ...(query.select ?? []),
    ...query.expand.map((part) => `${part.navigation}(${(part.select ?? []).join(',')})`),
  ];
  return parts.length === 0 ? options.context : `${options.context}(${parts.join(',')})`;
}

function pageSize(query: Query, byDefault: number, max: number): number {
  if (query.top === null) return byDefault;
  if (query.top < 1 || query.top > max)
    throw unsupportedQuery(
      `Invalid page size specified: '${query.top}'. Must be between 1 and ${max} inclusive.`,
    );
  return query.top;
}

interface Page {
  readonly items: Entity[];
  /** Key of the last item when there is more; null on the last page. */
  readonly last: string | null;
}

function pageByKey(source: Source, keep: (entity: Entity) => boolean, after: string, top: number): Page {
  const items: Entity[] = [];
  for (let i = after === '' ? 0 : source.indexAfter(after); i < source.length; i += 1) {
    const entity = source.at(i);
    if (!entity || !keep(entity)) continue;
    if (items.length === top) return { items, last: source.keyOf(items.at(-1) as Entity) };
    items.push(entity);
  }
  return { items, last: null };
}

function pageInOrder(
  source: Source,
  orderBy: Query['orderBy'],
  keep: (entity: Entity) => boolean,
  after: string,
  top: number,
): Page {
  const keyed: { entity: Entity; key: string }[] = [];
  for (let i = 0; i < source.length; i += 1) {
    const entity = source.at(i);
    if (entity && keep(entity)) keyed.push({ entity, key: orderKey(entity, orderBy) });
  }
  const descending = orderBy[0]?.descending === true;
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) * (descending ? -1 : 1));
  const start = after === '' ? 0 : keyed.findIndex(({ key }) => (descending ? key < after : key > after));
  const rest = start < 0 ? [] : keyed.slice(start);
  const items = rest.slice(0, top);
  return {
    items: items.map(({ entity }) => entity),
    last: rest.length > top ? (items.at(-1)?.key ?? null) : null,
  };
}

function orderKey(entity: Entity, orderBy: Query['orderBy']): string {
  const type = typeOf(entity.kind);
  const parts = orderBy.map(({ property }) => {
    const def = propertyOf(type, property);
    const value = def ? valueOf(entity, def) : null;
    return value === null ? '' : String(value).toLowerCase();
  });
  return [...parts, entity.id].join('\u0000');
}

function countOf(source: Source, keep: (entity: Entity) => boolean): number {
  let total = 0;
  for (let i = 0; i < source.length; i += 1) {
    const entity = source.at(i);
    if (entity && keep(entity)) total += 1;
  }
  return total;
}

/** Whether an object passes $filter and $search. */
export function fits(call: Call, entity: Entity, query: Query): boolean {
  if (query.filter && !matches(query.filter, (path) => read(call, entity, path))) return false;
  if (!query.search) return true;
  return query.search.some((clauses) =>
    clauses.every((clause) => searchMatches(clause, read(call, entity, [clause.property]))),
  );
}

function read(call: Call, entity: Entity, path: readonly string[]): JsonValue {
  const [name = '', ...rest] = path;
  const navigation = navigationsOf(entity.kind).get(name);
  if (navigation) {
    const related = navigation.read(call.state, entity);
    if (rest[0] === '$count') return related.length;
    return related.map((other) => ({ id: other.id }));
  }
  const def = propertyOf(typeOf(entity.kind), name);
  if (def?.filterOnly) return null;
  const value = def ? valueOf(entity, def) : (entity.props[name] ?? null);
  if (rest[0] === '$count') return Array.isArray(value) ? value.length : 0;
  return dig(value, rest);
}

/** Unknown names in $filter, $orderby and $search are refused. */
function checkNames(query: Query, type: TypeDef | null): void {
  if (type === null) return;
  const navigations = navigationsOf(type.kind);
  const check = (name: string): void => {
    // isof(…), where the objects differ by it.
    if (name === '@odata.type' && bags.has(type.kind)) return;
    if (!propertyOf(type, name) && !navigations.has(name) && !isBag(type))
      throw malformed(`Invalid filter clause: ${couldNotFind(type, name)}`);
  };
  if (query.filter) for (const use of usesOf(query.filter)) if (use.path[0]) check(use.path[0]);
  for (const { property } of query.orderBy) check(property);
  for (const clause of query.search?.flat() ?? []) check(clause.property);
}

const isBag = (type: TypeDef): boolean => type.properties.size <= 1;

/** FACTS §12: what needs `ConsistencyLevel: eventual` and $count=true. */
function requireAdvanced(call: Call): void {
  const { query } = call;
  const refer = 'Refer to https://aka.ms/graph-docs/advanced-queries for more information';
  if (query.search && !call.eventual)
    throw unsupportedQuery(
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    );
  if (call.eventual && query.count) return;
  const operator = query.filter === null ? undefined : advancedOperator(query.filter);
  if (operator !== undefined) throw unsupportedQuery(refusalOf(operator, call.eventual, refer));
  if (query.filter && query.orderBy.length > 0)
    throw unsupportedQuery(`Sorting not supported for current query. ${refer}`);
}

function advancedOperator(filter: Filter): string | undefined {
  const names: Readonly<Record<string, string>> = {
    ne: 'ne',
    not: 'not',
    endswith: 'endsWith',
    contains: 'contains',
  };
  const use = usesOf(filter).find(({ operator, path }) => operator in names || path.at(-1) === '$count');
  return use && (names[use.operator] ?? '$count');
}

/** In words on record: of `ne` microsoft-graph-docs-contrib issue 9043, of the others what clients quote (Microsoft's own PowerShell modules among them). */
function refusalOf(operator: string, eventual: boolean, refer: string): string {
  if (operator === 'ne') return "Filter operator 'NotEqualsMatch' is not supported.";
  return eventual
    ? `Operator '${operator}' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. ${refer}`
    : `Operator '${operator}' is not supported because the 'ConsistencyLevel:eventual' header is missing. ${refer}`;
}

// Skip tokens: the key of the last item, bound to the query; they may be used twice.

function bindingOf(call: Call): string {
  const options = [...call.query.raw].filter(([name]) => name !== '$skiptoken' && name !== '$count').sort();
  return createHash('sha256')
    .update(JSON.stringify([call.path.toLowerCase(), options]))
    .digest('base64url')
    .slice(0, 16);
}

function sealToken(key: string, binding: string): string {
  return Buffer.from(JSON.stringify([binding, key])).toString('base64url');
}

function openToken(token: string, binding: string): string {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(parsed) && parsed[0] === binding && typeof parsed[1] === 'string') return parsed[1];
  } catch {
    // falls through to the refusal
  }
  throw new GraphError(
    400,
    'Directory_ExpiredPageToken',
    'The specified page token value has expired and can no longer be included in your request.',
  );
}

function nextLink(call: Call, token: string): string {
  const params = new URLSearchParams();
  for (const [name, value] of call.query.raw) if (name !== '$skiptoken') params.set(name, value);
  params.set('$skiptoken', token);
  const text = params.toString().replaceAll('%24', '$').replaceAll('%2C', ',');
  return `${call.core.baseUrl()}${call.path}?${text}`;
}

export { isoOf };
