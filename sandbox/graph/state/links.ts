import { SortedList } from './sorted-list.js';
import type { Entity, LinkKind } from './types.js';

const idOf = ({ id }: Entity): string => id;
const none: readonly Entity[] = [];

/**
 * All links, findable from both ends. Links of an object in the recycle bin stay here (they are latent, FACTS §10);
 * readers leave out ends that are not live. Ends are the objects themselves: to find the members of a group of tens of thousands by
 * their ids takes longer than to write them.
 */
export class LinkStore {
  private readonly outgoing = new Map<LinkKind, Map<string, SortedList<Entity>>>();
  private readonly incoming = new Map<LinkKind, Map<string, SortedList<Entity>>>();

  /** @returns false if it was there already */
  add(kind: LinkKind, from: Entity, to: Entity): boolean {
    if (!this.list(this.outgoing, kind, from.id).add(to)) return false;
    this.list(this.incoming, kind, to.id).add(from);
    if (kind === 'manager') from.manager = to;
    return true;
  }

  /** @returns false if it was not there */
  remove(kind: LinkKind, from: Entity, to: Entity): boolean {
    if (!this.outgoing.get(kind)?.get(from.id)?.remove(to.id)) return false;
    this.incoming.get(kind)?.get(to.id)?.remove(from.id);
    if (kind === 'manager') from.manager = this.targets(kind, from.id).at(-1);
    return true;
  }

  has(kind: LinkKind, from: string, to: string): boolean {
    return this.outgoing.get(kind)?.get(from)?.has(to) ?? false;
  }

  /** Targets in order of id, latent ones included. */
  targets(kind: LinkKind, from: string): readonly Entity[] {
    return this.outgoing.get(kind)?.get(from)?.all() ?? none;
  }

  /** Index in `targets` of the first one above `after`. */
  targetsAfter(kind: LinkKind, from: string, after: string): number {
    return this.outgoing.get(kind)?.get(from)?.indexAfter(after) ?? 0;
  }

  sources(kind: LinkKind, to: string): readonly Entity[] {
    return this.incoming.get(kind)?.get(to)?.all() ?? none;
  }

  count(kind: LinkKind): number {
    let total = 0;
    for (const list of this.outgoing.get(kind)?.values() ?? []) total += list.size;
    return total;
  }

  /** Builds many links at once, for a population. */
  addMany(kind: LinkKind, pairs: Iterable<readonly [from: Entity, targets: readonly Entity[]]>): void {
    const incoming = new Map<string, Entity[]>();
    for (const [from, targets] of pairs) {
      this.list(this.outgoing, kind, from.id).addMany(targets);
      if (kind === 'manager') from.manager = targets.at(-1);
      for (const to of targets) {
        const sources = incoming.get(to.id);
        if (sources) sources.push(from);
        else incoming.set(to.id, [from]);
      }
    }
    for (const [to, sources] of incoming) this.list(this.incoming, kind, to).addMany(sources);
  }

  private list(
    side: Map<LinkKind, Map<string, SortedList<Entity>>>,
    kind: LinkKind,
    id: string,
  ): SortedList<Entity> {
    let ofKind = side.get(kind);
    if (!ofKind) side.set(kind, (ofKind = new Map()));
    let list = ofKind.get(id);
    if (!list) ofKind.set(id, (list = new SortedList(idOf)));
    return list;
  }
}
