import { createHash } from 'node:crypto';
import type { ObjectId, Seq, TenantId } from '../../model/ids.js';
import { nameId } from './documents.js';
import type { HistoryCollections, NameDoc, VersionDoc } from './documents.js';

/**
 * The names by which objects are found (SPEC F1), beside the versions: one small document per object and set of names that it ever had,
 * so that looking for a part of a name reads neither bodies nor the same name again for every version.
 * Superfluous ones are harmless, since whoever finds something by them looks at the versions; a missing one would hide an object. So they
 * are written before the versions that need them, and taken away only when no version needs them and no run after the newest published one
 * has asked for them (`seen`).
 */
const BATCH = 1_000;

type Named = Pick<VersionDoc, 'tenant' | 'type' | 'objectId' | 'name' | 'keys'>;

/** Whether both are found by the same words, under the same name. */
export const sameNames = (a: Named | null, b: Named): boolean => a !== null && idOf(a) === idOf(b);

export async function putNames(
  { names }: HistoryCollections,
  needed: readonly Named[],
  seen: Seq,
): Promise<void> {
  if (needed.length === 0) return;
  const documents = new Map(
    needed.map(({ tenant, type, objectId, name, keys }) => {
      const document = { tenant, type, objectId, name, keys };
      return [idOf(document), { ...document, seen }];
    }),
  );
  const ids = [...documents.keys()];
  const there = new Set<string>();
  for await (const { _id } of names.find({ _id: { $in: ids } }, { projection: { _id: 1 } })) there.add(_id);
  const known = ids.filter((_id) => there.has(_id));
  const fresh = ids.filter((_id) => !there.has(_id));
  const oneByOne = async (which: readonly string[]): Promise<void> => {
    for (const _id of which) await names.replaceOne({ _id }, documents.get(_id)!, { upsert: true });
  };
  if (known.length > 0) {
    const touched = await names.updateMany({ _id: { $in: known } }, { $set: { seen } });
    // Some were taken away in between.
    if (touched.matchedCount < known.length) await oneByOne(known);
  }
  if (fresh.length > 0)
    await names
      .bulkWrite(
        fresh.map((_id) => ({ insertOne: { document: { _id, ...documents.get(_id)! } } })),
        { ordered: false },
      )
      // Sent twice, or written in between by a run that was overtaken; whatever it is, the same again tells.
      .catch(() => oneByOne(fresh));
}

/** Takes away the names of these objects that no version of theirs has any more. @param published number of the newest snapshot */
export async function forgetNames(
  { names, versions }: HistoryCollections,
  tenant: TenantId,
  objectIds: Iterable<ObjectId>,
  published: Seq,
): Promise<void> {
  const all = [...objectIds];
  for (let start = 0; start < all.length; start += BATCH) {
    const which = { tenant, objectId: { $in: all.slice(start, start + BATCH) } };
    const kept = await names.find(which, { projection: { _id: 1 } }).toArray();
    const needed = new Set<string>();
    for await (const version of versions.find(which, { projection: NAMES_ONLY })) needed.add(idOf(version));
    const left = kept.map(({ _id }) => _id).filter((_id) => !needed.has(_id));
    if (left.length > 0) await names.deleteMany({ _id: { $in: left }, seen: { $lte: published } });
  }
}

/** Gives names to the versions that an earlier release of the product wrote without. Safe to repeat, and to break off. */
export async function nameOldVersions(collections: HistoryCollections): Promise<void> {
  const { heads, versions } = collections;
  const unnamed = await heads.find({ _id: { $gt: '' }, named: { $exists: false } }).toArray();
  for (const { _id, tenant, seq } of unnamed) {
    let batch: Named[] = [];
    for await (const version of versions.find({ tenant }, { projection: NAMES_ONLY })) {
      batch.push(version);
      if (batch.length < BATCH) continue;
      await putNames(collections, batch, seq);
      batch = [];
    }
    await putNames(collections, batch, seq);
    await heads.updateOne({ _id }, { $set: { named: true } });
  }
}

const NAMES_ONLY = { tenant: 1, type: 1, objectId: 1, name: 1, keys: 1 };

const idOf = ({ tenant, type, objectId, name, keys }: Named): NameDoc['_id'] =>
  nameId(
    tenant,
    objectId,
    createHash('sha256')
      .update(JSON.stringify([type, name, keys]))
      .digest()
      .subarray(0, 12)
      .toString('base64url'),
  );
