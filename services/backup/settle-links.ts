import type { LinkKind, ObjectTypeName, ObservedLink } from '../model/directory.js';
import type { WantedLink } from '../model/history.js';
import type { ObjectId } from '../model/ids.js';
import { readLinksOf } from './full-read.js';
import { chunksOf } from './pages.js';
import { linkName, observed } from './reading.js';
import type { Reading } from './reading.js';

const IDS_AT_ONCE = 200;
const LINKS_AT_ONCE = 1000;

/**
 * After all types are read: brings the links in line with what became of their ends (FACTS §10). Links of an object that is no more
 * are no more; those of one that fell into the recycle bin are latent; those of one that came back are read anew, from both ends.
 */
export async function settleLinks(reading: Reading): Promise<void> {
  await rereadUnclear(reading);
  await closeLinksOf(reading, [...reading.gone.keys()]);
  await hideLinksOf(
    reading,
    [...reading.fallen.keys()].filter((id) => reading.bin.has(id)),
  );
  for (const [id, type] of reading.returned)
    if (!reading.bin.has(id) && !reading.gone.has(id)) await rereadLinksOf(reading, type, id);
}

async function rereadUnclear(reading: Reading): Promise<void> {
  for (const [kind, sources] of reading.unclearLinks)
    for (const chunk of chunksOf(sources, IDS_AT_ONCE)) {
      await readLinksOf(reading, kind, chunk);
      // A source that nobody knows (any more) holds no links.
      const known = await reading.run.versions(chunk);
      await closeLinksOf(
        reading,
        chunk.filter((id) => !known.has(id)),
      );
    }
}

async function* linksAround(
  reading: Reading,
  ids: readonly ObjectId[],
): AsyncGenerator<readonly WantedLink[]> {
  for (const chunk of chunksOf(ids, IDS_AT_ONCE))
    for (const end of ['source', 'target'] as const) {
      let links: WantedLink[] = [];
      for await (const fact of reading.run.eachLink(end, chunk)) {
        links.push({ ...observed(fact), standing: fact.latent ? 'latent' : 'live' });
        if (links.length === LINKS_AT_ONCE) {
          yield links;
          links = [];
        }
      }
      if (links.length > 0) yield links;
    }
}

async function closeLinksOf(reading: Reading, ids: readonly ObjectId[]): Promise<void> {
  for await (const links of linksAround(reading, ids)) {
    reading.stillOurs();
    await reading.run.putLinks(links.map((link) => ({ ...link, standing: 'gone' })));
  }
}

async function hideLinksOf(reading: Reading, ids: readonly ObjectId[]): Promise<void> {
  for await (const links of linksAround(reading, ids)) {
    reading.stillOurs();
    await reading.run.putLinks(links.map((link) => ({ ...link, standing: 'latent' })));
  }
  // A list hides the links of a deleted object: what was missing from it was not removed.
  const hidden = new Set(ids);
  const wrongly = [...reading.unlisted.values()].filter(
    ({ source, target }) =>
      (hidden.has(source) || hidden.has(target)) && !reading.gone.has(source) && !reading.gone.has(target),
  );
  const singles = await takenSingles(reading, wrongly);
  await reading.run.putLinks(
    wrongly
      .filter((link) => !singles.has(`${link.kind}|${link.source}`))
      .map((link) => ({ ...link, standing: 'latent' })),
  );
}

/** Sources whose single-valued link has another target by now. */
async function takenSingles(reading: Reading, links: readonly ObservedLink[]): Promise<Set<string>> {
  const taken = new Set<string>();
  const byKind = new Map<LinkKind, ObjectId[]>();
  for (const { kind, source } of links)
    if (reading.catalog.link(kind).single) byKind.set(kind, [...(byKind.get(kind) ?? []), source]);
  for (const [kind, sources] of byKind)
    for await (const fact of reading.run.eachLink('source', sources, kind))
      taken.add(`${kind}|${fact.source}`);
  return taken;
}

/** An undelete is all or nothing, but not documented for every kind: what came back is read, not assumed. */
async function rereadLinksOf(reading: Reading, type: ObjectTypeName, id: ObjectId): Promise<void> {
  reading.stillOurs();
  for (const { kind } of reading.catalog.linksFromSource(type)) await readLinksOf(reading, kind, [id]);
  for (const { kind, reverseSegment } of reading.catalog.linksToTarget(type)) {
    if (reverseSegment === null) {
      await rereadSourcesOf(reading, kind, id);
      continue;
    }
    const listed = await reading.reader.listLinksTo(kind, id);
    const names = new Set(listed.map(linkName));
    const wanted = listed.map((link) => reading.standing(link));
    for await (const fact of reading.run.eachLink('target', [id], kind)) {
      if (names.has(linkName(fact))) continue;
      const latent = reading.bin.has(fact.source);
      wanted.push({ ...observed(fact), standing: latent ? 'latent' : 'gone' });
    }
    await reading.run.putLinks(wanted);
  }
}

/** Where Graph cannot list what points at an object, every source that ever pointed at it is asked. */
async function rereadSourcesOf(reading: Reading, kind: LinkKind, target: ObjectId): Promise<void> {
  const sources = new Set<ObjectId>();
  for await (const fact of reading.run.eachLink('target', [target], kind)) sources.add(fact.source);
  for (const chunk of chunksOf(sources, IDS_AT_ONCE)) await readLinksOf(reading, kind, chunk);
}
