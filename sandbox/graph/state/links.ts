import { SortedList } from './sorted-list.js';
import type { LinkKind } from './types.js';

const itself = (id: string): string => id;
const none: readonly string[] = [];

/**
 * All links, findable from both ends. Links of an object in the recycle bin stay here (they are latent, FACTS §10);
 * readers leave out ends that are not live.
 */
export class LinkStore {
  private readonly outgoing = new Map<LinkKind, Map<string, SortedList<string>>>();
  private readonly incoming = new Map<LinkKind, Map<string, SortedList<string>>>();

  /** @returns false if it was there already */
  add(kind: LinkKind, from: string, to: string): boolean {
    if (!this.list(this.outgoing, kind, from).add(to)) return false;
    this.list(this.incoming, kind, to).add(from);
    return true;
  }

  /** @returns false if it was not there */
  remove(kind: LinkKind, from: string, to: string): boolean {
    if (!this.outgoing.get(kind)?.get(from)?.remove(to)) return false;
    this.incoming.get(kind)?.get(to)?.remove(from);
    return true;
  }

  has(kind: LinkKind, from: string, to: string): boolean {
    return this.outgoing.get(kind)?.get(from)?.has(to) ?? false;
  }

  /** Targets in order of id, latent ones included. */
  targets(kind: LinkKind, from: string): readonly string[] {
    return this.outgoing.get(kind)?.get(from)?.all() ?? none;
  }

  /** Index in `targets` of the first one above `after`. */
  targetsAfter(kind: LinkKind, from: string, after: string): number {
    return this.outgoing.get(kind)?.get(from)?.indexAfter(after) ?? 0;
  }

  sources(kind: LinkKind, to: string): readonly string[] {
    return this.incoming.get(kind)?.get(to)?.all() ?? none;
  }

  count(kind: LinkKind): number {
    let total = 0;
    for (const list of this.outgoing.get(kind)?.values() ?? []) total += list.size;
    return total;
  }

  /** Builds many links at once, for a population. */
  addMany(kind: LinkKind, pairs: Iterable<readonly [from: string, targets: readonly string[]]>): void {
    const incoming = new Map<string, string[]>();
    for (const [from, targets] of pairs) {
      this.list(this.outgoing, kind, from).addMany(targets);
      for (const to of targets) {
        const sources = incoming.get(to);
        if (sources) sources.push(from);
        else incoming.set(to, [from]);
      }
    }
    for (const [to, sources] of incoming) this.list(this.incoming, kind, to).addMany(sources);
  }

  private list(
    side: Map<LinkKind, Map<string, SortedList<string>>>,
    kind: LinkKind,
    id: string,
  ): SortedList<string> {
    let ofKind = side.get(kind);
    if (!ofKind) side.set(kind, (ofKind = new Map()));
    let list = ofKind.get(id);
    if (!list) ofKind.set(id, (list = new SortedList(itself)));
    return list;
  }
}
