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
 * Follows next links verbatim, one page at a time. An empty page with a next link is not the end (FACTS §11).
 * @throws GRAPH_ANSWER_INVALID when a page names itself or an earlier one as the next: an endless reading was met in the field
 */
export async function* pagesOf(
  client: GraphClient,
  first: GraphCall,
  purpose: Purpose,
  onFailure: (answer: GraphAnswer) => GraphAnswer = (answer) => mustBeOk(answer, purpose),
): AsyncGenerator<Page> {
  const seen = new Set<string>();
  for (let path: string | undefined = first.path; path !== undefined;) {
    const known: string = client.relative(path);
    if (seen.has(known)) throw looping(purpose);
    seen.add(known);
    const answer = await client.send({ ...first, path });
    const page: Page = parsed(rawPage, onFailure(answer), purpose);
    yield page;
    path = page['@odata.nextLink'];
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
