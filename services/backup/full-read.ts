import type { LinkKind, ObjectTypeName, ObservedLink } from '../model/directory.js';
import type { LinkFact, WantedLink } from '../model/history.js';
import type { ObjectId } from '../model/ids.js';
import { isRewindError } from '../model/errors.js';
import { chunksOf, oneAhead, withoutLoops } from './pages.js';
import { observed } from './reading.js';
import type { Reading } from './reading.js';

/** How many sources are asked for, and compared, at once. */
const SOURCES_AT_ONCE = 50;
const LINKS_AT_ONCE = 1000;
/** SPEC B18: a fall by more than this part is not believed at once. */
const TENTH = 0.1;
const GET_AT_ONCE = 200;

/** Reads the list of all live objects of a type, with the links that ride along. @returns the ids that were listed */
export async function readObjects(reading: Reading, type: ObjectTypeName): Promise<Set<ObjectId>> {
  const ids = new Set<ObjectId>();
  const riding = Object.keys(reading.catalog.type(type).graph.expand);
  const pages = withoutLoops(reading.reader.listObjects(type), `the list of ${type}s`, ({ objects }) =>
    objects.map(({ id }) => id),
  );
  for await (const { objects, links } of oneAhead(pages)) {
    reading.stillOurs();
    await reading.put(objects);
    const sources = objects.map(({ id }) => id);
    for (const id of sources) ids.add(id);
    for (const kind of riding) await putRiding(reading, kind, sources, links);
  }
  return ids;
}

/** Reads all links of the kinds that a type holds and that do not ride along with its list. */
export async function readLinks(
  reading: Reading,
  type: ObjectTypeName,
  sources: ReadonlySet<ObjectId>,
): Promise<void> {
  const riding = reading.catalog.type(type).graph.expand;
  for (const { kind } of reading.catalog.linksFromSource(type))
    if (!(kind in riding))
      for (const chunk of chunksOf(sources, SOURCES_AT_ONCE)) await readLinksOf(reading, kind, chunk);
}

/** A list names every riding link that its objects have. */
async function putRiding(
  reading: Reading,
  kind: LinkKind,
  sources: readonly ObjectId[],
  links: readonly ObservedLink[],
): Promise<void> {
  const stored = await reading.linksFrom(kind, sources);
  const listed = new Map<ObjectId, ObservedLink[]>();
  for (const link of links)
    if (link.kind === kind) listed.set(link.source, [...(listed.get(link.source) ?? []), link]);
  const wanted = sources.flatMap((source) =>
    reading.differences(kind, stored.get(source) ?? [], listed.get(source) ?? []),
  );
  await reading.run.putLinks(wanted);
}

/**
 * Reads the links of some sources. A list that lost more than a tenth of what history holds is read a second time, alone, and the
 * longer reading counts: a short page set is taken for short only if it is short twice.
 */
export async function readLinksOf(
  reading: Reading,
  kind: LinkKind,
  sources: readonly ObjectId[],
): Promise<void> {
  const stored = await reading.linksFrom(kind, sources);
  let wanted: WantedLink[] = [];
  for await (const { source, links, missing } of oneAhead(reading.reader.listLinksOf(kind, sources))) {
    reading.stillOurs();
    // A source that is not there (any more) says nothing about its links; what became of it is told elsewhere.
    if (missing) continue;
    const held = stored.get(source) ?? [];
    const listed = hasCollapsed(reading, held, links) ? await longerOf(reading, kind, source, links) : links;
    for (const link of reading.differences(kind, held, listed)) wanted.push(link);
    if (wanted.length < LINKS_AT_ONCE) continue;
    await reading.run.putLinks(wanted);
    wanted = [];
  }
  await reading.run.putLinks(wanted);
}

function hasCollapsed(reading: Reading, held: readonly LinkFact[], listed: readonly ObservedLink[]): boolean {
  const live = held.filter((fact) => reading.standing(observed(fact)).standing === 'live').length;
  return live > 1 && listed.length < live * (1 - TENTH);
}

async function longerOf(
  reading: Reading,
  kind: LinkKind,
  source: ObjectId,
  first: readonly ObservedLink[],
): Promise<readonly ObservedLink[]> {
  const second: ObservedLink[] = [];
  for await (const page of reading.reader.listLinks(kind, source)) second.push(...page);
  if (second.length !== first.length)
    reading.log.warn(
      { kind, source, first: first.length, second: second.length },
      'two readings of one list differ',
    );
  return second.length > first.length ? second : first;
}

export interface Verdict {
  /** What was read and held where the reading is not believed. */
  readonly collapsed?: { readonly read: number; readonly held: number };
  /** In words, for the header. */
  readonly note?: string;
}

/**
 * Closes what a full read did not list: each object that is missing is asked for by its id, and is no more only if Graph answers that
 * it is neither live nor deleted. A list that collapsed is read again; if it stays so, nothing is closed in this run (SPEC B18),
 * and a later run that finds the same is believed.
 * @param seen ids that this run has seen live, from the list and from delta; grows by what a second reading finds
 * @param before the collapse that the snapshot before did not believe, if any
 */
export async function closeVanished(
  reading: Reading,
  type: ObjectTypeName,
  seen: Set<ObjectId>,
  before: { readonly read: number; readonly held: number } | undefined,
): Promise<Verdict> {
  const { plural } = reading.catalog.type(type);
  let missing = await missingOf(reading, type, seen);
  const collapsed = (): boolean => {
    const held = seen.size + missing.length;
    return missing.length > 0 && (seen.size === 0 || (missing.length > 1 && missing.length > held * TENTH));
  };
  if (collapsed() || (await isShort(reading, type, seen.size))) {
    reading.log.warn(
      { type, listed: seen.size, missing: missing.length },
      'the list collapsed; reading it again',
    );
    for (const id of await readObjects(reading, type)) seen.add(id);
    missing = await missingOf(reading, type, seen);
  }
  // The same short reading in two runs is how the tenant is.
  const again = before && seen.size > 0 && Math.abs(before.read - seen.size) <= before.read * TENTH;
  const figures = { read: seen.size, held: seen.size + missing.length };
  if (collapsed() && !again)
    return {
      collapsed: figures,
      note: `Entra listed only ${figures.read} of ${figures.held} ${plural}, twice; the missing ones are kept as they were.`,
    };
  if (!again && (await isShort(reading, type, seen.size)))
    return {
      collapsed: figures,
      note: `Entra counts more ${plural} than the ${figures.read} it listed, twice.`,
    };
  await confirmGone(reading, type, missing);
  return {};
}

async function missingOf(
  reading: Reading,
  type: ObjectTypeName,
  seen: ReadonlySet<ObjectId>,
): Promise<ObjectId[]> {
  const missing: ObjectId[] = [];
  for await (const id of reading.run.eachId(type, 'live')) if (!seen.has(id)) missing.push(id);
  return missing;
}

/** Whether `$count` knows of more than a tenth above what was listed; it lags, so smaller differences mean nothing. */
async function isShort(reading: Reading, type: ObjectTypeName, listed: number): Promise<boolean> {
  try {
    const count = await reading.reader.countObjects(type);
    return count > 1 && listed < count * (1 - TENTH);
  } catch (error) {
    if (!isRewindError(error, 'GRAPH_DENIED', 'GRAPH_BAD_REQUEST')) throw error;
    return false;
  }
}

async function confirmGone(
  reading: Reading,
  type: ObjectTypeName,
  missing: readonly ObjectId[],
): Promise<void> {
  for (const chunk of chunksOf(missing, GET_AT_ONCE)) {
    reading.stillOurs();
    const live = await reading.reader.getObjects(type, chunk);
    await reading.putBack([...live.values()]);
    await reading.remove(
      type,
      chunk.filter((id) => !live.has(id)),
    );
  }
}
