import type { Answer, Call } from '../http/call.js';
import { GraphError, malformed, unsupportedQuery } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { couldNotFind } from '../schema/render.js';
import { propertyOf, typeByName, typeOf } from '../schema/types.js';
import { directoryKinds, type JsonValue, type Kind } from '../state/types.js';
import { deltaRoutes } from './delta.js';

/**
 * Delta over directory objects of several types (FACTS §11: `$filter=isof(…)`): the rounds of the types one after the other, each
 * page of one type, with one token for them all.
 */
interface Round {
  readonly kinds: readonly Kind[];
  readonly select: readonly string[] | null;
  /** The type that the next page is of. */
  readonly at: number;
  /** Where that type's round goes on; null = at its beginning. */
  readonly skip: string | null;
  /** The types' own tokens that this round began with; none in a first round. */
  readonly from: readonly (string | null)[];
  /** … and those that it has ended with so far. */
  readonly done: readonly string[];
}

const seal = (round: Round): string => Buffer.from(JSON.stringify(round)).toString('base64url');

/** The types' own tokens inside are signed; what stands around them only says which is next. */
function open(token: string): Round {
  try {
    const round = JSON.parse(Buffer.from(token, 'base64url').toString()) as Round;
    if (round.kinds.every((kind) => pages.has(kind)) && round.from.length === round.kinds.length)
      return round;
  } catch {
    // Told below, like any other token that is none.
  }
  throw new GraphError(400, 'Request_BadRequest', 'Badly formed token.');
}

/** Each type's own delta. */
const pages: ReadonlyMap<Kind, Route> = new Map(
  directoryKinds.flatMap((kind) => {
    const route = deltaRoutes.find(({ pattern }) => pattern === `/${setOf(kind)}/delta`);
    return route ? [[kind, route] as const] : [];
  }),
);

function setOf(kind: Kind): string {
  return typeOf(kind).set;
}

/**
 * `isof('microsoft.graph.user') or isof('microsoft.graph.group')`. Without a filter it is refused: so a public run over every read of
 * v1.0 in August 2026 was told.
 */
function kindsOf(filter: string | null): readonly Kind[] {
  if (filter === null)
    throw unsupportedQuery(
      'Delta query is not supported for directoryObjects without a valid resource type or id filter.',
    );
  return filter.split(/\s+or\s+/).map((part) => {
    const name = /^isof\('(microsoft\.graph\.\w+)'\)$/.exec(part.trim())?.[1];
    const kind = name === undefined ? undefined : typeByName(name)?.kind;
    if (kind === undefined || !pages.has(kind))
      throw unsupportedQuery("Only '$filter=isof' is supported for delta queries on this resource.");
    return kind;
  });
}

function firstRound(call: Call): Round {
  const kinds = kindsOf(call.option('$filter'));
  const select =
    call
      .option('$select')
      ?.split(',')
      .map((name) => name.trim()) ?? null;
  for (const name of select ?? [])
    if (!kinds.some((kind) => propertyOf(typeOf(kind), name)))
      throw malformed(couldNotFind(typeOf(kinds[0] as Kind), name));
  return { kinds, select, at: 0, skip: null, from: kinds.map(() => null), done: [] };
}

/** The query that one type's own delta is asked. */
function queryOf(round: Round, kind: Kind): URLSearchParams {
  const query = new URLSearchParams();
  const from = round.from[round.at];
  if (round.skip !== null) query.set('$skiptoken', round.skip);
  else if (from) query.set('$deltatoken', from);
  else if (round.select) {
    const own = round.select.filter((name) => propertyOf(typeOf(kind), name));
    query.set('$select', own.length === 0 ? 'id' : own.join(','));
  }
  return query;
}

const tokenIn = (
  body: { readonly [name: string]: JsonValue },
  link: string,
  option: string,
): string | null => {
  const address = body[link];
  return typeof address === 'string' ? new URL(address).searchParams.get(option) : null;
};

function onePage(call: Call, round: Round): Answer {
  const kind = round.kinds[round.at] as Kind;
  const answer = (pages.get(kind) as Route).handle(call.withQuery(queryOf(round, kind)));
  const body = answer.body as { [name: string]: JsonValue };
  const value = (body['value'] as { [name: string]: JsonValue }[]).map((item) => ({
    '@odata.type': `#microsoft.graph.${typeOf(kind).name}`,
    ...item,
  }));
  const skip = tokenIn(body, '@odata.nextLink', '$skiptoken');
  if (skip !== null) return told(call, value, { ...round, skip });
  const done = [...round.done, tokenIn(body, '@odata.deltaLink', '$deltatoken') ?? ''];
  const next = { ...round, at: round.at + 1, skip: null, done };
  return told(call, value, next);
}

function told(call: Call, value: JsonValue, next: Round): Answer {
  const ended = next.at === next.kinds.length;
  const token = seal(ended ? { ...next, at: 0, from: next.done, done: [] } : next);
  const link = `${call.core.baseUrl()}${call.path}?${ended ? '$deltatoken' : '$skiptoken'}=${token}`;
  return {
    status: 200,
    body: {
      '@odata.context': call.context('directoryObjects/$delta'),
      [ended ? '@odata.deltaLink' : '@odata.nextLink']: link,
      value,
    },
  };
}

/** `$deltatoken=latest`: the end of each type's changes, without any object. */
function latest(call: Call): Answer {
  const round = firstRound(call);
  const done = round.kinds.map((kind, at) => {
    const query = queryOf({ ...round, at }, kind);
    query.set('$deltatoken', 'latest');
    const { body } = (pages.get(kind) as Route).handle(call.withQuery(query));
    return tokenIn(body as { [name: string]: JsonValue }, '@odata.deltaLink', '$deltatoken') ?? '';
  });
  return told(call, [], { ...round, at: round.kinds.length, done });
}

export const deltaObjectRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/directoryObjects/delta',
    permissions: ['Directory.Read.All', 'Directory.ReadWrite.All'],
    handle: (call) => {
      const token = call.option('$deltatoken') ?? call.option('$skiptoken');
      if (token === 'latest') return latest(call);
      return onePage(call, token === null || token === '' ? firstRound(call) : open(token));
    },
  },
];
