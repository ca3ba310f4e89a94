import { z } from 'zod';
import { RewindError } from '../model/errors.js';
import { mustBeOk, parsed, type GraphAnswer, type Purpose } from './answer.js';
import type { GraphCall, GraphClient } from './client.js';
import { rawPage } from './objects.js';

/** Graph's largest page of directory objects. */
export const PAGE = 999;

export type Page = z.infer<typeof rawPage>;

/** Any collection, for answers that are not directory objects. */
export const collectionOf = <T>(item: z.ZodType<T>) =>
  z.looseObject({ value: z.array(item), '@odata.nextLink': z.string().optional() });

/**
 * Follows next links verbatim, one page ahead of the consumer: while it works on a page the next one is under way. An empty page with
 * a next link is not the end (FACTS §11).
 * @throws GRAPH_ANSWER_INVALID when a page names itself or an earlier one as the next: an endless reading was met in the field
 */
export async function* pagesOf(
  client: GraphClient,
  first: GraphCall,
  purpose: Purpose,
  onFailure: (answer: GraphAnswer) => GraphAnswer = (answer) => mustBeOk(answer, purpose),
): AsyncGenerator<Page> {
  const seen = new Set<string>();
  const begin = (path: string): Promise<Page> => {
    const known = client.relative(path);
    if (seen.has(known)) throw looping(purpose);
    seen.add(known);
    const page = client
      .send({ ...first, path })
      .then((answer) => parsed(rawPage, onFailure(answer), purpose));
    // Handled when its turn comes; a consumer that leaves early does not wait for it
    page.catch(() => undefined);
    return page;
  };
  for (let pending: Promise<Page> | undefined = begin(first.path); pending !== undefined;) {
    const page: Page = await pending;
    const next = page['@odata.nextLink'];
    pending = next === undefined ? undefined : begin(next);
    yield page;
  }
}

/** All items of a short collection (roles, policies). */
export async function allOf<T>(
  client: GraphClient,
  item: z.ZodType<T>,
  first: GraphCall,
  purpose: Purpose,
): Promise<readonly T[]> {
  const shape = collectionOf(item);
  const items: T[] = [];
  const seen = new Set<string>();
  for (let path: string | undefined = first.path; path !== undefined;) {
    if (seen.has(path)) throw looping(purpose);
    seen.add(path);
    const page: z.infer<typeof shape> = parsed(
      shape,
      mustBeOk(await client.send({ ...first, path }), purpose),
      purpose,
    );
    items.push(...page.value);
    path = page['@odata.nextLink'];
  }
  return items;
}

export const looping = ({ what }: Purpose): RewindError =>
  new RewindError(
    'GRAPH_ANSWER_INVALID',
    { what },
    { message: `Answer of Graph (${what}): a page names an earlier one as the next` },
  );
