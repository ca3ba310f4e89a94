import type { Catalog } from '../catalog/spec.js';
import type { DirectoryReader, ObjectTypeName, ObservedLink, Properties } from '../model/directory.js';
import type { ObjectId } from '../model/ids.js';

/** One object as the directory has it now. */
export interface LiveObject {
  readonly state: 'live' | 'softDeleted' | 'gone';
  readonly deletedAt?: string;
  /** null when it is gone. */
  readonly body: Properties | null;
  /** From both ends; empty while it is not live, since Graph hides them then. */
  readonly links: readonly ObservedLink[];
}

/** Reads an object with its links, live. @throws GRAPH_* */
export async function readLiveObject(
  reader: DirectoryReader,
  catalog: Catalog,
  type: ObjectTypeName,
  id: ObjectId,
): Promise<LiveObject> {
  const live = await reader.getObject(type, id);
  if (!live) {
    const deleted = catalog.type(type).graph.deletedCast === null ? null : await reader.getDeleted(type, id);
    if (!deleted) return { state: 'gone', body: null, links: [] };
    return {
      state: 'softDeleted',
      ...(deleted.deletedAt ? { deletedAt: deleted.deletedAt } : {}),
      body: deleted.properties,
      links: [],
    };
  }
  const links: ObservedLink[] = [];
  for (const spec of catalog.linksFromSource(type))
    for await (const page of reader.listLinks(spec.kind, id)) links.push(...page);
  for (const spec of catalog.linksToTarget(type))
    if (spec.atTarget) links.push(...(await reader.listLinksTo(spec.kind, id)));
  return { state: 'live', body: live.properties, links };
}
