import { RewindError } from '../model/errors.js';
import { hashOf } from '../model/json.js';

/** The same page so often is no replay any more. */
const SAME_PAGE_AT_MOST = 4;
/** Empty pages are allowed (FACTS §11), endless ones are not. */
const EMPTY_PAGES_AT_MOST = 1000;

/**
 * Passes pages on and notices when they go in a circle: a next link that never ends has met people before.
 * @param contentOf what makes two pages the same; an empty array = an empty page
 * @throws GRAPH_ANSWER_INVALID
 */
export async function* withoutLoops<P>(
  pages: AsyncIterable<P>,
  what: string,
  contentOf: (page: P) => readonly unknown[],
): AsyncGenerator<P> {
  const seen = new Map<string, number>();
  let empty = 0;
  for await (const page of pages) {
    const content = contentOf(page);
    if (content.length === 0) {
      empty += 1;
      if (empty > EMPTY_PAGES_AT_MOST) throw loop(what);
    } else {
      empty = 0;
      const fingerprint = hashOf(content).slice(0, 32);
      const times = (seen.get(fingerprint) ?? 0) + 1;
      if (times > SAME_PAGE_AT_MOST) throw loop(what);
      seen.set(fingerprint, times);
    }
    yield page;
  }
}

const loop = (what: string): RewindError =>
  new RewindError(
    'GRAPH_ANSWER_INVALID',
    { what },
    { message: `GRAPH_ANSWER_INVALID: ${what} goes in a circle` },
  );

/** Fetches the next page while the consumer works on this one; at most two are held. */
export async function* oneAhead<P>(pages: AsyncIterable<P>): AsyncGenerator<P> {
  const source = pages[Symbol.asyncIterator]();
  let next = source.next();
  // A failure is thrown where the page is due, not as an unhandled rejection while the consumer still works.
  next.catch(() => undefined);
  try {
    for (let page = await next; !page.done; page = await next) {
      next = source.next();
      next.catch(() => undefined);
      yield page.value;
    }
  } finally {
    await source.return?.().catch(() => undefined);
  }
}

export function* chunksOf<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}
