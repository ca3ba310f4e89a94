import type { ObjectTypeName } from '../model/directory.js';
import type { SnapshotHeader, SnapshotPart } from '../model/history.js';
import type { ObjectId } from '../model/ids.js';
import type { RewindError } from '../model/errors.js';
import { isRewindError } from '../model/errors.js';
import { readBin } from './bin-read.js';
import type { Told } from './bin-read.js';
import { confirmFall } from './confirm-fall.js';
import { readDelta } from './delta-read.js';
import { closeVanished, readLinks, readObjects } from './full-read.js';
import { planPart } from './plan-part.js';
import { chunksOf } from './pages.js';
import type { Reading } from './reading.js';
import { settleLinks } from './settle-links.js';

export interface TenantReading {
  readonly parts: SnapshotHeader['parts'];
  readonly tokens: SnapshotHeader['tokens'];
  readonly partialReasons: readonly string[];
}

/** One type on its way through the steps. */
interface Part {
  readonly type: ObjectTypeName;
  mode: 'full' | 'increment';
  reason?: string;
  token: string | null;
  /** Live ids that a full read has seen, in its list and in delta. */
  readonly listed: Set<ObjectId>;
  told: Told;
  collapsed?: SnapshotPart['collapsed'];
  /** Why the part is not whole. */
  failure?: string;
  error?: RewindError;
}

/** A type that meets one of these is left as the snapshot before had it; anything else ends the run. */
const OF_ONE_TYPE = [
  'GRAPH_DENIED',
  'GRAPH_ANSWER_INVALID',
  'GRAPH_BAD_REQUEST',
  'GRAPH_NOT_FOUND',
  'DELTA_EXPIRED',
] as const;

const NOTHING_TOLD: Told = { seen: new Set(), softDeleted: new Set(), purged: new Set() };
const GET_AT_ONCE = 200;

/**
 * Reads all types of the catalogue into the run (design §4, FACTS §11, §17). Types that are read in full: tokens first, then the
 * lists, then the links, then delta from those tokens, so that nothing is lost in between. The others: delta alone. Then for all:
 * the recycle bin, which settles what delta leaves open, and the links of whatever changed its state.
 * @throws the first error of a type if no type could be read at all; GRAPH_UNREACHABLE, GRAPH_AUTH, LEASE_LOST, STORE_UNREACHABLE
 */
export async function readTenant(reading: Reading): Promise<TenantReading> {
  const { run, catalog } = reading;
  await reading.loadBin();
  const parts = catalog.types.map(({ name: type }): Part => ({
    type,
    ...planPart(run.previous, type, run.startedAt),
    listed: new Set(),
    told: NOTHING_TOLD,
  }));
  const each = async (step: (part: Part) => Promise<void>): Promise<void> => {
    for (const part of parts) if (!part.failure) await attempt(reading, part, step);
  };
  const full = (step: (part: Part) => Promise<void>) => (part: Part) =>
    part.mode === 'full' ? step(part) : Promise.resolve();

  await each(full((part) => takeToken(reading, part)));
  await each(full((part) => list(reading, part)));
  await each(full((part) => readLinks(reading, part.type, part.listed)));
  await each((part) => followDelta(reading, part));
  await each((part) => readBin(reading, part.type, part.told));
  await each((part) => believe(reading, part));
  if (parts.every(({ error }) => error)) throw parts[0]!.error!;
  await settleLinks(reading);

  const previous = run.previous;
  return {
    parts: Object.fromEntries(parts.map((part) => [part.type, partOf(part, previous, run.startedAt)])),
    tokens: Object.fromEntries(
      parts.flatMap(({ type, token, error }) => {
        const usable = error ? previous?.tokens[type] : token;
        return usable ? [[type, usable]] : [];
      }),
    ),
    partialReasons: parts.flatMap(({ failure }) => (failure ? [failure] : [])),
  };
}

async function attempt(reading: Reading, part: Part, step: (part: Part) => Promise<void>): Promise<void> {
  try {
    await step(part);
  } catch (error) {
    if (!isRewindError(error, ...OF_ONE_TYPE)) throw error;
    const { plural } = reading.catalog.type(part.type);
    reading.log.warn({ type: part.type, code: error.code, error: error.message }, 'a type could not be read');
    part.error = error;
    part.failure = `The ${plural} were not read whole: ${error.userText}`;
  }
}

async function takeToken(reading: Reading, part: Part): Promise<void> {
  part.token = await reading.reader.latestDeltaToken(part.type);
  if (part.token === null) part.reason = 'this tenant offers no delta';
}

async function list(reading: Reading, part: Part): Promise<void> {
  for (const id of await readObjects(reading, part.type)) part.listed.add(id);
}

async function followDelta(reading: Reading, part: Part): Promise<void> {
  if (part.token === null) {
    part.told = { ...NOTHING_TOLD, seen: part.listed };
    return;
  }
  try {
    await applyDelta(reading, part, part.token);
  } catch (error) {
    if (!isRewindError(error, 'DELTA_EXPIRED') && !goesInCircles(error, part)) throw error;
    reading.log.info({ type: part.type, error: error.message }, 'delta cannot be followed; reading in full');
    part.mode = 'full';
    part.reason = isRewindError(error, 'DELTA_EXPIRED')
      ? 'the delta token expired'
      : 'delta could not be followed';
    await takeToken(reading, part);
    await list(reading, part);
    await readLinks(reading, part.type, part.listed);
    if (part.token === null) part.told = { ...NOTHING_TOLD, seen: part.listed };
    else await applyDelta(reading, part, part.token);
  }
}

/** A delta that never ends, or that cannot be read, is met once by a full read; that one's own delta must then be sound. */
const goesInCircles = (error: unknown, part: Part): error is RewindError =>
  part.mode === 'increment' && isRewindError(error, 'GRAPH_ANSWER_INVALID');

async function applyDelta(reading: Reading, part: Part, token: string): Promise<void> {
  const round = await readDelta(reading, part.type, token);
  part.token = round.nextToken;
  for (const ids of chunksOf(round.unclear, GET_AT_ONCE))
    await reading.put([...(await reading.reader.getObjects(part.type, ids)).values()]);
  for (const id of round.seen) part.listed.add(id);
  // Named while everything was being read: it may have been in the recycle bin for just that while, with its links hidden.
  if (part.mode === 'full') for (const id of round.seen) reading.returned.set(id, part.type);
  const seen = part.mode === 'full' ? part.listed : round.seen;
  part.told = { seen, softDeleted: round.softDeleted, purged: round.purged };
}

/** SPEC B18: a reading that collapsed is not believed at once, however it came about. */
async function believe(reading: Reading, part: Part): Promise<void> {
  if (part.mode === 'increment') return confirmFall(reading, part.type);
  const before = reading.run.previous?.parts[part.type]?.collapsed;
  const verdict = await closeVanished(reading, part.type, part.listed, before);
  part.collapsed = verdict.collapsed;
  part.failure = verdict.note;
}

function partOf(part: Part, previous: SnapshotHeader | null, startedAt: string): SnapshotPart {
  const fullAt = part.mode === 'full' && !part.failure ? startedAt : previous?.parts[part.type]?.fullAt;
  const reason = part.failure ?? part.reason;
  return {
    mode: part.mode,
    ...(reason ? { reason } : {}),
    ...(fullAt ? { fullAt } : {}),
    ...(part.collapsed ? { collapsed: part.collapsed } : {}),
  };
}
