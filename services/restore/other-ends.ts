import type { Catalog } from '../catalog/spec.js';
import type { DirectoryReader, LinkKind, ObjectTypeName, ObservedObject } from '../model/directory.js';
import type { HistoryReader } from '../model/history.js';
import type { ObjectId, TenantId } from '../model/ids.js';
import type { OtherEnd } from './facts.js';
import { named } from './names.js';

/** An id that some link names, with the type as far as the link tells it. */
export interface EndToRead {
  readonly id: ObjectId;
  readonly type: ObjectTypeName;
}

/** So many missing ends are looked up in the recycle bin one by one; beyond that "no longer exists" has to do. */
const BIN_LOOKUPS = 200;

/** Reads the other ends of links: live ones in batches, then under their newest id, then the recycle bin, then history's last body. */
export async function readOtherEnds(
  deps: { readonly reader: DirectoryReader; readonly history: HistoryReader; readonly catalog: Catalog },
  tenant: TenantId,
  pointSeq: number,
  ends: readonly EndToRead[],
): Promise<ReadonlyMap<ObjectId, OtherEnd>> {
  const { reader, history, catalog } = deps;
  const found = new Map<ObjectId, OtherEnd>();
  const unique = [...new Map(ends.map((end) => [end.id, end])).values()];
  const known = unique.filter(({ type }) => catalog.find(type));
  for (const { id, type } of unique)
    if (!catalog.find(type))
      found.set(id, { id, object: named(catalog, type, id, null), state: 'unread', body: null });

  const live = await readLive(reader, known);
  const put = (id: ObjectId, object: ObservedObject): void => {
    const body = object.properties;
    found.set(id, {
      id: object.id,
      object: named(catalog, object.type, object.id, body),
      state: object.state,
      body,
    });
  };
  for (const { id } of known) if (live.has(id)) put(id, live.get(id)!);

  const missing = known.filter(({ id }) => !found.has(id));
  const renewed = new Map<ObjectId, EndToRead>();
  for (const end of missing) {
    const { newest } = await history.identity(tenant, end.id);
    renewed.set(end.id, { id: newest, type: end.type });
  }
  const again = await readLive(
    reader,
    [...renewed].filter(([old, { id }]) => old !== id).map(([, end]) => end),
  );
  for (const [old, { id }] of renewed) if (again.has(id)) put(old, again.get(id)!);

  const dead = missing.filter(({ id }) => !found.has(id));
  const newestSeq = (await history.newestSnapshot(tenant))?.seq ?? pointSeq;
  const ids = dead.map(({ id }) => id);
  const bodies = await history.versionsAt(tenant, ids, newestSeq);
  const older = await history.versionsAt(tenant, ids, pointSeq);
  for (const [index, { id, type }] of dead.entries()) {
    const newestId = renewed.get(id)!.id;
    const deleted = index < BIN_LOOKUPS ? await reader.getDeleted(type, newestId) : null;
    const body = deleted
      ? catalog.type(type).graph.bodyInBin(newestId, deleted.properties)
      : ((bodies.get(id) ?? older.get(id))?.body ?? null);
    found.set(id, {
      id: newestId,
      object: named(catalog, type, newestId, body),
      state: deleted ? 'softDeleted' : 'gone',
      body,
    });
  }
  return found;
}

async function readLive(
  reader: DirectoryReader,
  ends: readonly EndToRead[],
): Promise<ReadonlyMap<ObjectId, ObservedObject>> {
  const live = new Map<ObjectId, ObservedObject>();
  for (const type of new Set(ends.map((end) => end.type))) {
    const ids = ends.filter((end) => end.type === type).map(({ id }) => id);
    for (const [id, object] of await reader.getObjects(type, ids)) live.set(id, object);
  }
  return live;
}

/** For a single-valued kind: whom each source has now (a report's present manager). */
export async function presentHeads(
  reader: DirectoryReader,
  kind: LinkKind,
  sources: readonly ObjectId[],
): Promise<ReadonlyMap<ObjectId, ObjectId>> {
  const heads = new Map<ObjectId, ObjectId>();
  if (sources.length === 0) return heads;
  for await (const { source, links } of reader.listLinksOf(kind, sources))
    if (links[0]) heads.set(source, links[0].target);
  return heads;
}
