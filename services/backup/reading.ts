import type { Catalog } from '../catalog/spec.js';
import type {
  DirectoryReader,
  LinkKind,
  ObjectTypeName,
  ObservedLink,
  ObservedObject,
} from '../model/directory.js';
import type { HistoryRun, LinkFact, WantedLink } from '../model/history.js';
import type { ObjectId } from '../model/ids.js';
import type { Log } from '../model/log.js';
import { wantedOf } from './normalise.js';

/**
 * What one run has learnt so far, shared by its steps. Everything that grows here grows with the changes or with the ids of one
 * type, never with the contents of the tenant.
 */
export class Reading {
  /** Objects that are in the recycle bin, as far as this run knows by now. */
  readonly bin = new Set<ObjectId>();
  /**
   * Objects that left the recycle bin (or may have been in it for a while), entered it, or are no more, in this run; `bin` and
   * `gone` say what holds in the end.
   */
  readonly returned = new Map<ObjectId, ObjectTypeName>();
  readonly fallen = new Map<ObjectId, ObjectTypeName>();
  readonly gone = new Map<ObjectId, ObjectTypeName>();
  /** Links taken away only because a full read did not list them; they turn latent if an end proves to be in the recycle bin. */
  readonly unlisted = new Map<string, ObservedLink>();
  /** Sources whose links of a kind must be read anew, because what was told about them contradicts itself. */
  readonly unclearLinks = new Map<LinkKind, Set<ObjectId>>();

  constructor(
    readonly run: HistoryRun,
    readonly reader: DirectoryReader,
    readonly catalog: Catalog,
    readonly log: Log,
    /** Throws when the lease is lost; called once a page. */
    readonly stillOurs: () => void,
  ) {}

  /** Loads the recycle bin as the snapshot before knew it. */
  async loadBin(): Promise<void> {
    if (!this.run.previous) return;
    for (const type of this.catalog.types)
      for await (const id of this.run.eachId(type.name, 'softDeleted')) this.bin.add(id);
  }

  async put(objects: readonly ObservedObject[]): Promise<void> {
    if (objects.length === 0) return;
    for (const { id, type, state } of objects) {
      this.gone.delete(id);
      if (state === 'live' && this.bin.delete(id)) this.returned.set(id, type);
      if (state === 'softDeleted' && !this.bin.has(id)) {
        this.bin.add(id);
        this.fallen.set(id, type);
      }
    }
    await this.run.putObjects(objects.map((object) => wantedOf(this.catalog, object)));
  }

  /** Puts objects that are live after all; their links were hidden for a while, and are read anew in the end. */
  async putBack(objects: readonly ObservedObject[]): Promise<void> {
    await this.put(objects);
    for (const { id, type } of objects) this.returned.set(id, type);
  }

  async remove(type: ObjectTypeName, ids: readonly ObjectId[]): Promise<void> {
    if (ids.length === 0) return;
    for (const id of ids) {
      this.bin.delete(id);
      this.gone.set(id, type);
    }
    await this.run.removeObjects(ids);
  }

  /** Live, or latent while an end is in the recycle bin (FACTS §10). */
  standing(link: ObservedLink): WantedLink {
    const latent = this.bin.has(link.source) || this.bin.has(link.target);
    return { ...link, standing: latent ? 'latent' : 'live' };
  }

  /** Current links of one kind of some sources, by source. */
  async linksFrom(kind: LinkKind, sources: readonly ObjectId[]): Promise<Map<ObjectId, LinkFact[]>> {
    const bySource = new Map<ObjectId, LinkFact[]>(sources.map((source) => [source, []]));
    for await (const fact of this.run.eachLink('source', sources, kind))
      bySource.get(fact.source)?.push(fact);
    return bySource;
  }

  /**
   * What must be put so that the source has exactly the `listed` links of a kind. Links that are stored but not listed are latent
   * if an end is in the recycle bin, else they are no more.
   * @param stored the links of this kind that the source has in this run
   */
  differences(kind: LinkKind, stored: readonly LinkFact[], listed: readonly ObservedLink[]): WantedLink[] {
    const byName = new Map(stored.map((fact) => [linkName(fact), fact]));
    const wanted: WantedLink[] = [];
    for (const link of listed) {
      const name = linkName(link);
      const fact = byName.get(name);
      byName.delete(name);
      this.unlisted.delete(name);
      const standing = this.standing(link);
      if (!fact || fact.latent !== (standing.standing === 'latent')) wanted.push(standing);
    }
    // A single-valued link that has a new target is no longer waiting for its old one.
    const taken = listed.length > 0 && this.catalog.link(kind).single;
    for (const [name, fact] of byName) {
      const standing = taken || this.standing(fact).standing === 'live' ? 'gone' : 'latent';
      if (standing === 'gone') this.unlisted.set(name, observed(fact));
      if (standing === 'gone' || !fact.latent) wanted.push({ ...observed(fact), standing });
    }
    return wanted;
  }

  unclear(kind: LinkKind, source: ObjectId): void {
    const sources = this.unclearLinks.get(kind);
    if (sources) sources.add(source);
    else this.unclearLinks.set(kind, new Set([source]));
  }
}

/** A link's name within a tenant. */
export const linkName = (link: ObservedLink): string => `${link.kind}|${link.source}|${link.target}`;

export const observed = ({ kind, source, target, targetType }: ObservedLink): ObservedLink => ({
  kind,
  source,
  target,
  ...(targetType ? { targetType } : {}),
});
