import type { Catalog, LinkSpec } from '../catalog/spec.js';
import { RewindError } from '../model/errors.js';
import type { LinkKind, ObservedLink } from '../model/directory.js';
import { objectId, type ObjectId } from '../model/ids.js';
import { errorOf, isOk, mustBeOk, parsed, type GraphAnswer } from './answer.js';
import { BATCH_SIZE, sendBatch, slices } from './batch.js';
import type { GraphClient } from './client.js';
import { query, segment } from './names.js';
import { linkTo, rawObject, rawPage, typeNameOf, type RawObject } from './objects.js';
import { PAGE, looping, pagesOf } from './pages.js';
import { readingLinks } from './purpose.js';

export interface LinksOfSource {
  readonly source: ObjectId;
  readonly links: readonly ObservedLink[];
  readonly missing: boolean;
}

/** How many $batch exchanges run ahead of the consumer: bounded memory, yet no waiting for each round trip. */
const AHEAD = 4;

/**
 * Path that reads one source's links. A single-valued link is read through its source with $expand, because GET /manager answers
 * the same 404 for "no manager" and "no such user" (FACTS §1), and the two must not be confused.
 */
function pathOf(catalog: Catalog, link: LinkSpec, source: ObjectId): string {
  const { collection } = catalog.type(link.sourceType).graph;
  const at = `${collection}/${segment(source)}`;
  return link.single
    ? `${at}${query({ $select: 'id', $expand: `${link.segment}($select=id)` })}`
    : `${at}/${link.segment}${query({ $select: 'id', $top: PAGE })}`;
}

/** Links and next page of an answer to `pathOf`. */
function linksIn(
  catalog: Catalog,
  link: LinkSpec,
  source: ObjectId,
  answer: GraphAnswer,
): { readonly links: readonly ObservedLink[]; readonly next?: string } {
  const purpose = readingLinks(link);
  if (link.single) {
    const target = expandedIn(parsed(rawObject, answer, purpose), link.segment);
    return { links: target ? [linkTo(catalog, link, source, target)] : [] };
  }
  const page = parsed(rawPage, answer, purpose);
  const next = page['@odata.nextLink'];
  return {
    links: page.value.map((target) => linkTo(catalog, link, source, target)),
    ...(next === undefined ? {} : { next }),
  };
}

/** The expanded single-valued navigation of an object; null when it has none (Graph leaves it out or writes null). */
export function expandedIn(item: RawObject, navigation: string): RawObject | null {
  const value = item[navigation];
  if (value === undefined || value === null) return null;
  return parsed(rawObject, { status: 200, body: value, requestId: '' }, { what: navigation, permission: '' });
}

/** @throws GRAPH_NOT_FOUND when the source is not live */
export async function* linksOfOne(
  client: GraphClient,
  catalog: Catalog,
  link: LinkSpec,
  source: ObjectId,
): AsyncGenerator<readonly ObservedLink[]> {
  const purpose = readingLinks(link);
  let path: string | undefined = pathOf(catalog, link, source);
  const seen = new Set<string>();
  while (path !== undefined) {
    if (seen.has(path)) throw looping(purpose);
    seen.add(path);
    const answer: GraphAnswer = await client.send({ method: 'GET', path });
    const page = linksIn(catalog, link, source, mustBeOk(answer, purpose));
    yield page.links;
    path = page.next;
  }
}

/** In batches of 20, a few ahead; a list longer than a page is finished by plain requests. Order of `sources`. */
export async function* linksOfMany(
  client: GraphClient,
  catalog: Catalog,
  link: LinkSpec,
  sources: readonly ObjectId[],
): AsyncGenerator<LinksOfSource> {
  const waiting: Promise<readonly LinksOfSource[]>[] = [];
  const rest = slices(sources, BATCH_SIZE).values();
  const begin = (): boolean => {
    const next = rest.next();
    if (next.done) return false;
    const running = readSlice(client, catalog, link, next.value);
    // Handled when its turn comes; without this a failure meanwhile would count as unhandled
    running.catch(() => undefined);
    waiting.push(running);
    return true;
  };
  for (let started = 0; started < AHEAD && begin(); started += 1);
  for (let head = waiting.shift(); head; head = waiting.shift()) {
    const results = await head;
    begin();
    yield* results;
  }
}

async function readSlice(
  client: GraphClient,
  catalog: Catalog,
  link: LinkSpec,
  sources: readonly ObjectId[],
): Promise<readonly LinksOfSource[]> {
  const purpose = readingLinks(link);
  const calls = sources.map((source) => ({ method: 'GET' as const, path: pathOf(catalog, link, source) }));
  const answers = await sendBatch(client, calls, { kind: 'read', purpose, priority: 'low' });
  const results: LinksOfSource[] = [];
  for (const [index, source] of sources.entries()) {
    const answer = answers[index] as GraphAnswer;
    if (answer.status === 404) {
      results.push({ source, links: [], missing: true });
      continue;
    }
    if (!isOk(answer)) throw errorOf(answer, purpose);
    const first = linksIn(catalog, link, source, answer);
    const links = [...first.links];
    if (first.next !== undefined) {
      const more = pagesOf(client, { method: 'GET', path: first.next, priority: 'low' }, purpose);
      for await (const page of more)
        links.push(...page.value.map((target) => linkTo(catalog, link, source, target)));
    }
    results.push({ source, links, missing: false });
  }
  return results;
}

/**
 * Links of a kind that point at an object. Graph lists them from the target's side mixed with others (memberOf also holds directory
 * roles and units), told apart by their type.
 * @throws GRAPH_NOT_FOUND when the target is not live under any type that the kind allows
 */
export async function linksTo(
  client: GraphClient,
  catalog: Catalog,
  kind: LinkKind,
  target: ObjectId,
): Promise<readonly ObservedLink[]> {
  const link = catalog.link(kind);
  const purpose = readingLinks(link);
  if (link.reverseSegment === null)
    throw new RewindError('INTERNAL', {}, { message: `INTERNAL: "${kind}" cannot be read from its target` });
  for (const targetType of link.targetTypes) {
    const { collection } = catalog.type(targetType).graph;
    const path = `${collection}/${segment(target)}/${link.reverseSegment}${query({ $select: 'id', $top: PAGE })}`;
    const found = await sourcesAt(client, path, purpose);
    if (found === null) continue;
    return found
      .filter((source) => (typeNameOf(catalog, source) ?? link.sourceType) === link.sourceType)
      .map((source) => ({ kind, source: objectId(source.id), target, targetType }));
  }
  throw new RewindError('GRAPH_NOT_FOUND', { what: 'this object' });
}

/** null = 404 on the first page. */
async function sourcesAt(
  client: GraphClient,
  path: string,
  purpose: ReturnType<typeof readingLinks>,
): Promise<readonly RawObject[] | null> {
  const items: RawObject[] = [];
  try {
    for await (const page of pagesOf(client, { method: 'GET', path }, purpose)) items.push(...page.value);
  } catch (error) {
    if (error instanceof RewindError && error.code === 'GRAPH_NOT_FOUND' && items.length === 0) return null;
    throw error;
  }
  return items;
}
