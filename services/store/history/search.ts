import type { Collection, Filter } from 'mongodb';
import type { ObjectVersion } from '../../model/history.js';
import type { ObjectTypeName } from '../../model/directory.js';
import type { ObjectId, TenantId } from '../../model/ids.js';
import { versionOf } from './documents.js';
import type { VersionDoc } from './documents.js';
import { endOf, wasBegun } from './view.js';
import type { View } from './view.js';

const DEFAULT_LIMIT = 50;

/**
 * Objects one of whose keys, now or in an older version, contains the text; each with its newest version. Best matches first:
 * the whole key, then the beginning of one, then any part; then by name.
 */
export async function searchVersions(
  versions: Collection<VersionDoc>,
  tenant: TenantId,
  text: string,
  view: View,
  { type, limit = DEFAULT_LIMIT }: { readonly type?: ObjectTypeName; readonly limit?: number } = {},
): Promise<ObjectVersion[]> {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const filter: Filter<VersionDoc> = {
    tenant,
    keys: { $regex: wanted.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&') },
    ...(type && { type }),
  };
  const matches = new Map<ObjectId, { rank: number; name: string }>();
  for await (const doc of versions.find(filter, {
    projection: { objectId: 1, keys: 1, name: 1, from: 1, to: 1 },
  })) {
    if (!wasBegun(doc, view)) continue;
    const match = { rank: rankOf(doc.keys, wanted), name: doc.name };
    const known = matches.get(doc.objectId);
    if (!known || match.rank < known.rank) matches.set(doc.objectId, match);
  }
  const best = [...matches]
    .sort(([, a], [, b]) => a.rank - b.rank || a.name.localeCompare(b.name, 'en'))
    .slice(0, limit)
    .map(([id]) => id);
  return newestOf(versions, tenant, best, view);
}

const rankOf = (keys: readonly string[], text: string): number =>
  keys.includes(text) ? 0 : keys.some((key) => key.startsWith(text)) ? 1 : 2;

/** The newest version of each object, in the order of `ids`. */
async function newestOf(
  versions: Collection<VersionDoc>,
  tenant: TenantId,
  ids: readonly ObjectId[],
  view: View,
): Promise<ObjectVersion[]> {
  const newest = new Map<ObjectId, VersionDoc>();
  if (ids.length > 0)
    for await (const doc of versions.find({ tenant, objectId: { $in: ids } })) {
      const known = newest.get(doc.objectId);
      if (wasBegun(doc, view) && (!known || known.from < doc.from)) newest.set(doc.objectId, doc);
    }
  return ids.flatMap((id) => {
    const doc = newest.get(id);
    return doc ? [versionOf(doc, endOf(doc, view))] : [];
  });
}
