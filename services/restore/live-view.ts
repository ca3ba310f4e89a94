import type { DirectoryReader, LinkKind, ObjectTypeName, ObservedObject } from '../model/directory.js';
import { isRewindError } from '../model/errors.js';
import type { ObjectId } from '../model/ids.js';

/** One look at the live directory, each thing read once. Made anew for every look: it never serves yesterday's answer. */
export class LiveView {
  private readonly objects = new Map<ObjectId, ObservedObject | null>();
  private readonly links = new Map<string, ReadonlySet<ObjectId>>();

  constructor(private readonly reader: DirectoryReader) {}

  async object(type: ObjectTypeName, id: ObjectId): Promise<ObservedObject | null> {
    const known = this.objects.get(id);
    if (known !== undefined) return known;
    const read = await this.reader.getObject(type, id);
    this.objects.set(id, read);
    return read;
  }

  /** In the recycle bin; not kept, since few ask. */
  deleted(type: ObjectTypeName, id: ObjectId): Promise<ObservedObject | null> {
    return this.reader.getDeleted(type, id);
  }

  /** Reads many at once, for `object` to answer from. */
  async preload(type: ObjectTypeName, ids: readonly ObjectId[]): Promise<void> {
    const missing = ids.filter((id) => !this.objects.has(id));
    if (missing.length === 0) return;
    const read = await this.reader.getObjects(type, missing);
    for (const id of missing) this.objects.set(id, read.get(id) ?? null);
  }

  /** Other ends of all links of a kind at one end of an object. */
  async others(kind: LinkKind, end: 'source' | 'target', id: ObjectId): Promise<ReadonlySet<ObjectId>> {
    const key = `${kind}/${end}/${id}`;
    const known = this.links.get(key);
    if (known) return known;
    const found = await this.readOthers(kind, end, id);
    this.links.set(key, found);
    return found;
  }

  /** An object that is not there (or not readable yet after a create) shows no links. */
  private async readOthers(
    kind: LinkKind,
    end: 'source' | 'target',
    id: ObjectId,
  ): Promise<ReadonlySet<ObjectId>> {
    try {
      if (end === 'target')
        return new Set((await this.reader.listLinksTo(kind, id)).map(({ source }) => source));
      const targets = new Set<ObjectId>();
      for await (const page of this.reader.listLinks(kind, id))
        for (const { target } of page) targets.add(target);
      return targets;
    } catch (error) {
      if (isRewindError(error, 'GRAPH_NOT_FOUND')) return new Set();
      throw error;
    }
  }

  /** Reads from the end that `from` says: the side with the shorter list is the caller's to know. */
  async hasLink(
    kind: LinkKind,
    source: ObjectId,
    target: ObjectId,
    from: 'source' | 'target',
  ): Promise<boolean> {
    const others = await this.others(kind, from, from === 'source' ? source : target);
    return others.has(from === 'source' ? target : source);
  }
}
