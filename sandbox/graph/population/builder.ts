import type { Population } from '../state/tenant-state.js';
import type { Kind, LinkKind, Props } from '../state/types.js';

/** Collects the objects and links of a first state. */
export class PopulationBuilder implements Population {
  readonly objects: { kind: Kind; id: string; props: Props; createdAt: number }[] = [];
  private readonly byLink = new Map<LinkKind, Map<string, string[]>>();

  add(kind: Kind, id: string, props: Props, createdAt: number): string {
    this.objects.push({ kind, id, props, createdAt });
    return id;
  }

  link(kind: LinkKind, from: string, to: string): void {
    let ofKind = this.byLink.get(kind);
    if (!ofKind) this.byLink.set(kind, (ofKind = new Map()));
    const targets = ofKind.get(from);
    if (targets) targets.push(to);
    else ofKind.set(from, [to]);
  }

  linkMany(kind: LinkKind, from: string, targets: Iterable<string>): void {
    for (const to of targets) this.link(kind, from, to);
  }

  get links(): Population['links'] {
    return this.byLink;
  }
}
