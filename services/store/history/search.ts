import type { Filter } from 'mongodb';
import type { ObjectVersion } from '../../model/history.js';
import type { ObjectTypeName } from '../../model/directory.js';
import type { ObjectId, Seq, TenantId } from '../../model/ids.js';
import { versionId, versionOf } from './documents.js';
import type { HistoryCollections, NameDoc } from './documents.js';
import { endOf, wasBegun } from './view.js';
import type { View } from './view.js';

const DEFAULT_LIMIT = 50;

export interface SearchOptions {
  readonly type?: ObjectTypeName;
  readonly limit?: number;
  /** Only objects of which the text is a whole key. */
  readonly exact?: boolean;
}

/**
 * Objects one of whose keys, now or in an older version, contains the text; each with its newest version. Best matches first:
 * the whole key, then the beginning of one, then any part; then by name. The first two are read from an index; only when they are fewer
 * than wanted are the names of the type gone through, which are small and of which an object has few.
 */
export async function searchVersions(
  collections: HistoryCollections,
  tenant: TenantId,
  text: string,
  view: View,
  { type, limit = DEFAULT_LIMIT, exact = false }: SearchOptions = {},
): Promise<ObjectVersion[]> {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const pattern = wanted.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const whole: Filter<NameDoc> = { tenant, keys: wanted };
  const beginning: Filter<NameDoc> = { tenant, keys: { $regex: `^${pattern}` } };
  const part: Filter<NameDoc> = { tenant, ...(type && { type }), keys: { $regex: pattern } };
  const found = new Map<ObjectId, ObjectVersion>();
  for (const filter of exact ? [whole] : [whole, beginning, part]) {
    const matches = new Map<ObjectId, string>();
    const projection = { objectId: 1, type: 1, name: 1 };
    for await (const match of collections.names.find(filter, { projection }))
      if ((type ?? match.type) === match.type && !found.has(match.objectId))
        matches.set(match.objectId, match.name);
    const fits = (key: string): boolean => (exact ? key === wanted : key.includes(wanted));
    const ids = [...matches].sort(([, a], [, b]) => a.localeCompare(b, 'en')).map(([id]) => id);
    for (let start = 0; start < ids.length && found.size < limit; start += limit)
      for (const version of await newestOf(collections, tenant, ids.slice(start, start + limit), view, fits))
        found.set(version.objectId, version);
    if (found.size >= limit) break;
  }
  return [...found.values()].slice(0, limit);
}

/** The newest version of each object that has, or once had, a fitting key; in the order of `ids`. */
async function newestOf(
  { versions }: HistoryCollections,
  tenant: TenantId,
  ids: readonly ObjectId[],
  view: View,
  fits: (key: string) => boolean,
): Promise<ObjectVersion[]> {
  const newest = new Map<ObjectId, Seq>();
  const fitting = new Set<ObjectId>();
  const projection = { objectId: 1, keys: 1, from: 1, to: 1 };
  for await (const doc of versions.find({ tenant, objectId: { $in: ids } }, { projection })) {
    if (!wasBegun(doc, view)) continue;
    newest.set(doc.objectId, Math.max(doc.from, newest.get(doc.objectId) ?? 0));
    if (doc.keys.some(fits)) fitting.add(doc.objectId);
  }
  const chosen = ids.filter((id) => fitting.has(id)).map((id) => versionId(tenant, id, newest.get(id)!));
  if (chosen.length === 0) return [];
  const docs = await versions.find({ _id: { $in: chosen } }).toArray();
  return docs
    .sort((a, b) => chosen.indexOf(a._id) - chosen.indexOf(b._id))
    .map((doc) => versionOf(doc, endOf(doc, view)));
}
