import { z } from 'zod';
import type { Catalog, LinkSpec, ObjectTypeSpec } from '../catalog/spec.js';
import type { DeltaChange, DeltaPage } from '../model/directory.js';
import { objectId } from '../model/ids.js';
import { RewindError } from '../model/errors.js';
import { errorOf, failureOf, isDeadToken, isOk, parsed, type GraphAnswer, type Purpose } from './answer.js';
import type { GraphClient } from './client.js';
import { query } from './names.js';
import { linkTo, liveObject, rawObject, typeNameOf, type RawObject } from './objects.js';
import { pagesOf } from './pages.js';

const removal = z.object({ reason: z.string() });
const linkDelta = z.array(rawObject);

/** The first URL of a delta; all parameters live in the token from then on. */
const deltaStart = (type: ObjectTypeSpec, token?: 'latest'): string =>
  `${type.graph.collection}/delta${query({
    $select: ['id', ...type.graph.select, ...type.graph.deltaLinks].join(','),
    $deltatoken: token,
  })}`;

/**
 * A token for "changes from now on": the delta link below the version, so that it survives a move of the host.
 * @returns null where this tenant answers that it has no delta for the type (External ID, B2C)
 */
export async function latestToken(
  client: GraphClient,
  type: ObjectTypeSpec,
  purpose: Purpose,
): Promise<string | null> {
  const path = deltaStart(type, 'latest');
  const answer = await client.send({ method: 'GET', path, priority: 'low' });
  if (!isOk(answer)) {
    if (hasNoDelta(answer)) return null;
    throw errorOf(answer, purpose);
  }
  const page = parsed(
    z.looseObject({ '@odata.deltaLink': z.string().optional(), '@odata.nextLink': z.string().optional() }),
    answer,
    purpose,
  );
  if (page['@odata.deltaLink']) return client.relative(page['@odata.deltaLink']);
  // Not seen from Graph: "latest" that wants to be followed. Following it is right in any case.
  const next = page['@odata.nextLink'];
  if (next === undefined) throw withoutEnd(purpose);
  let token: string | undefined;
  for await (const one of pagesOf(client, { method: 'GET', path: next, priority: 'low' }, purpose))
    token = one['@odata.deltaLink'] ?? token;
  if (token === undefined) throw withoutEnd(purpose);
  return client.relative(token);
}

function hasNoDelta(answer: GraphAnswer): boolean {
  const { status, code } = failureOf(answer);
  return status === 405 || status === 501 || (status === 400 && /Unsupported(Query|Operation)/i.test(code));
}

/**
 * The changes since a token, page by page; the last page has the next token.
 * @throws DELTA_EXPIRED when Graph no longer takes the token: read everything instead
 */
export async function* deltaPages(
  client: GraphClient,
  catalog: Catalog,
  type: ObjectTypeSpec,
  token: string,
  purpose: Purpose,
): AsyncGenerator<DeltaPage> {
  const links = catalog.linksFromSource(type.name).filter(({ inDelta }) => inDelta);
  let ended = false;
  const pages = pagesOf(client, { method: 'GET', path: token, priority: 'low' }, purpose, (answer) => {
    if (isOk(answer)) return answer;
    if (isDeadToken(failureOf(answer)))
      throw new RewindError('DELTA_EXPIRED', { what: purpose.what, graphCode: failureOf(answer).code });
    throw errorOf(answer, purpose);
  });
  for await (const page of pages) {
    const deltaLink = page['@odata.deltaLink'];
    ended ||= deltaLink !== undefined;
    yield {
      changes: page.value.flatMap((item) => changesOf(catalog, type, links, item, purpose)),
      ...(deltaLink === undefined ? {} : { nextToken: client.relative(deltaLink) }),
    };
  }
  if (!ended) throw withoutEnd(purpose);
}

/** One item of a delta page: the object's own change first, then its links. Pure. */
function changesOf(
  catalog: Catalog,
  type: ObjectTypeSpec,
  links: readonly LinkSpec[],
  item: RawObject,
  purpose: Purpose,
): readonly DeltaChange[] {
  const id = objectId(item.id);
  // directoryObjects/delta aside, pages hold one type; an item that says otherwise is not ours to read
  const stated = typeNameOf(catalog, item);
  if (stated !== undefined && stated !== type.name) return [];
  const removed = removalOf(item, purpose);
  if (removed !== null)
    return [{ change: removed === 'changed' ? 'softDeleted' : 'purged', type: type.name, id }];
  const linkChanges = links.flatMap((link) => linkChangesOf(catalog, link, item, purpose));
  const object = liveObject(type, item);
  // A large group comes again on later pages with nothing but more members
  if (Object.keys(object.properties).length === 0 && linkChanges.length > 0) return linkChanges;
  return [{ change: 'seen', object, partial: true }, ...linkChanges];
}

function linkChangesOf(
  catalog: Catalog,
  link: LinkSpec,
  item: RawObject,
  purpose: Purpose,
): readonly DeltaChange[] {
  const value = item[`${link.segment}@delta`];
  if (value === undefined || value === null) return [];
  const answer = { status: 200, body: value, requestId: '' };
  return parsed(linkDelta, answer, purpose).map((target) => ({
    change: removalOf(target, purpose) === null ? 'linked' : 'unlinked',
    link: linkTo(catalog, link, objectId(item.id), target),
  }));
}

/** 'changed' = in the recycle bin, 'deleted' = gone; anything unknown is refused rather than guessed. */
function removalOf(item: RawObject, purpose: Purpose): string | null {
  if (item['@removed'] === undefined) return null;
  const { reason } = parsed(removal, { status: 200, body: item['@removed'], requestId: '' }, purpose);
  if (reason === 'changed' || reason === 'deleted') return reason;
  throw new RewindError(
    'GRAPH_ANSWER_INVALID',
    { what: purpose.what },
    { message: `Answer of Graph (${purpose.what}): @removed with reason "${reason}"` },
  );
}

const withoutEnd = ({ what }: Purpose): RewindError =>
  new RewindError(
    'GRAPH_ANSWER_INVALID',
    { what },
    { message: `Answer of Graph (${what}): the last page has no delta link` },
  );
