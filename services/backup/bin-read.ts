import type { ObjectTypeName, ObservedObject } from '../model/directory.js';
import type { ObjectId } from '../model/ids.js';
import { chunksOf } from './pages.js';
import type { Reading } from './reading.js';

/** What the run was told about a type before it looks into the recycle bin. */
export interface Told {
  /** Seen live by this run. */
  readonly seen: ReadonlySet<ObjectId>;
  readonly softDeleted: ReadonlySet<ObjectId>;
  readonly purged: ReadonlySet<ObjectId>;
}

const GET_AT_ONCE = 200;

/**
 * Reads the recycle bin of a type, whole: it settles what delta leaves open (bodies, deletion times, purges that are never told,
 * FACTS §10). Whoever is in the bin and was seen live, or was in the bin and is not, is asked for by id.
 */
export async function readBin(reading: Reading, type: ObjectTypeName, told: Told): Promise<void> {
  const listed = new Set<ObjectId>();
  for await (const { objects } of reading.reader.listDeleted(type)) {
    reading.stillOurs();
    const here = objects.filter(({ id }) => !told.purged.has(id));
    for (const { id } of here) listed.add(id);
    const live = await liveOf(
      reading,
      type,
      here.map(({ id }) => id).filter((id) => told.seen.has(id)),
    );
    await reading.put(here.filter(({ id }) => !live.has(id)));
    await reading.putBack([...live.values()]);
  }
  const expected = new Set(told.softDeleted);
  for await (const id of reading.run.eachId(type, 'softDeleted')) expected.add(id);
  for (const id of [...listed, ...told.purged]) expected.delete(id);
  for (const ids of chunksOf(expected, GET_AT_ONCE)) await settleMissing(reading, type, ids, told);
}

async function liveOf(
  reading: Reading,
  type: ObjectTypeName,
  ids: readonly ObjectId[],
): Promise<ReadonlyMap<ObjectId, ObservedObject>> {
  return ids.length > 0 ? reading.reader.getObjects(type, ids) : new Map();
}

/** Objects that ought to be in the bin and are not on its list: undeleted, purged, or just not there yet. */
async function settleMissing(
  reading: Reading,
  type: ObjectTypeName,
  ids: readonly ObjectId[],
  told: Told,
): Promise<void> {
  const live = await liveOf(reading, type, ids);
  await reading.putBack([...live.values()]);
  const known = await reading.run.versions(ids);
  const gone: ObjectId[] = [];
  for (const id of ids) {
    if (live.has(id)) continue;
    reading.stillOurs();
    const deleted = await reading.reader.getDeleted(type, id);
    const version = known.get(id);
    if (deleted) await reading.put([deleted]);
    // Delta says deleted, but not for good, and no read shows it yet: deleted, with what is known of it.
    else if (told.softDeleted.has(id) && version)
      await reading.put([{ type, id, state: 'softDeleted', properties: version.body }]);
    else gone.push(id);
  }
  await reading.remove(type, gone);
}
