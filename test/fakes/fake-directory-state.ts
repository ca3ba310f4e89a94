import { createHash } from 'node:crypto';
import type {
  DeltaChange,
  LinkKind,
  ObjectTypeName,
  ObservedLink,
  ObservedObject,
  Properties,
} from '../../services/model/directory.js';
import { RewindError } from '../../services/model/errors.js';
import { objectId, type ObjectId } from '../../services/model/ids.js';
import type { JsonValue } from '../../services/model/json.js';

interface Stored {
  type: ObjectTypeName;
  state: 'live' | 'softDeleted';
  deletedAt?: string;
  properties: Record<string, JsonValue>;
  /** Reads that still answer "not there" after a create or an undelete (replication). */
  hiddenReads: number;
}

type Event = DeltaChange & { readonly of: ObjectTypeName };

/** A guid made of a name, so that tests can speak of 'alice'. */
export const idOf = (name: string): ObjectId => {
  const hex = createHash('sha256').update(name).digest('hex');
  return objectId(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
  );
};

export const linkKey = (kind: LinkKind, source: ObjectId, target: ObjectId): string =>
  `${kind}/${source}/${target}`;

/**
 * The objects and links of a tenant in memory, as FACTS §2 and §10 say: a recycle bin with a prefixed UPN, links that stay latent, and
 * the events that delta tells. Tests set the scene here; what the product asks and writes comes through FakeDirectory.
 */
export class FakeDirectoryState {
  readonly objects = new Map<ObjectId, Stored>();
  readonly links = new Map<string, ObservedLink>();
  protected readonly events: Event[] = [];

  constructor(
    private readonly now: () => Date,
    private readonly singleKinds: readonly LinkKind[] = ['manager'],
  ) {}

  add(type: ObjectTypeName, name: string, properties: Properties = {}): ObjectId {
    const id = idOf(name);
    this.objects.set(id, { type, state: 'live', properties: { id, ...properties }, hiddenReads: 0 });
    this.record({ change: 'seen', partial: false, object: this.observe(id), of: type });
    return id;
  }

  setLink(kind: LinkKind, source: ObjectId, target: ObjectId): void {
    const sourceType = this.objects.get(source)?.type ?? 'group';
    if (this.singleKinds.includes(kind))
      for (const link of [...this.links.values()])
        if (link.kind === kind && link.source === source) this.dropLink(kind, source, link.target);
    const link = { kind, source, target, targetType: this.objects.get(target)?.type };
    this.links.set(linkKey(kind, source, target), link);
    this.record({ change: 'linked', link, of: sourceType });
  }

  dropLink(kind: LinkKind, source: ObjectId, target: ObjectId): void {
    const link = this.links.get(linkKey(kind, source, target));
    if (!link) return;
    this.links.delete(linkKey(kind, source, target));
    this.record({ change: 'unlinked', link, of: this.objects.get(source)?.type ?? 'group' });
  }

  set(id: ObjectId, properties: Properties): void {
    Object.assign(this.must(id).properties, properties);
    this.record({ change: 'seen', partial: false, object: this.observe(id), of: this.must(id).type });
  }

  /** DELETE: into the recycle bin. Links stay, latent. */
  softDelete(id: ObjectId): void {
    const stored = this.must(id);
    stored.state = 'softDeleted';
    stored.deletedAt = this.now().toISOString();
    const upn = stored.properties['userPrincipalName'];
    if (typeof upn === 'string') stored.properties['userPrincipalName'] = `${id.replaceAll('-', '')}${upn}`;
    this.record({ change: 'softDeleted', type: stored.type, id, of: stored.type });
  }

  purge(id: ObjectId): void {
    const stored = this.must(id);
    this.objects.delete(id);
    for (const link of [...this.links.values()])
      if (link.source === id || link.target === id)
        this.links.delete(linkKey(link.kind, link.source, link.target));
    this.record({ change: 'purged', type: stored.type, id, of: stored.type });
  }

  token(): string {
    return String(this.events.length);
  }

  isLive(id: ObjectId): boolean {
    return this.objects.get(id)?.state === 'live';
  }

  hasLink(kind: LinkKind, source: ObjectId, target: ObjectId): boolean {
    return this.isLive(source) && this.isLive(target) && this.links.has(linkKey(kind, source, target));
  }

  /** What the tenant looks like, for "the same as before": objects and links, without the times of deletions. */
  snapshot(): unknown {
    const objects = [...this.objects].map(([each, { type, state, properties }]) => [
      each,
      { type, state, properties },
    ]);
    return structuredClone({
      objects: objects.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
      links: [...this.links.keys()].sort(),
    });
  }

  /** What a reader sees: live objects and the links between them. */
  visibleState(): unknown {
    const live = [...this.objects].filter(([, { state }]) => state === 'live');
    return structuredClone({
      objects: live
        .map(([each, { properties }]) => [each, properties])
        .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
      links: [...this.links]
        .filter(([, { source, target }]) => this.isLive(source) && this.isLive(target))
        .map(([key]) => key)
        .sort(),
    });
  }

  // ---- what FakeDirectory looks up ----

  protected appears(type: ObjectTypeName | null, target: ObjectId): boolean {
    const stored = this.objects.get(target);
    if (stored?.state !== 'live' || (type !== null && stored.type !== type)) return false;
    if (stored.hiddenReads === 0) return true;
    stored.hiddenReads -= 1;
    return false;
  }

  /** Graph answers 404 for the links of what is not there. */
  protected mustAppear(target: ObjectId): void {
    if (!this.isLive(target)) throw new RewindError('GRAPH_NOT_FOUND', { what: target });
  }

  protected taken(property: string, value: string, but: ObjectId | null): boolean {
    return [...this.objects].some(
      ([each, stored]) =>
        each !== but &&
        stored.state === 'live' &&
        String(stored.properties[property] ?? '').toLowerCase() === value.toLowerCase(),
    );
  }

  protected visible(test: (link: ObservedLink) => boolean): ObservedLink[] {
    return [...this.links.values()].filter(
      (link) =>
        test(link) &&
        this.isLive(link.source) &&
        (this.isLive(link.target) || !this.objects.has(link.target)),
    );
  }

  protected all(type: ObjectTypeName, state: 'live' | 'softDeleted'): ObservedObject[] {
    return [...this.objects]
      .filter(([, stored]) => stored.type === type && stored.state === state)
      .map(([each]) => this.observe(each));
  }

  protected observe(target: ObjectId): ObservedObject {
    const { type, state, deletedAt, properties } = this.must(target);
    return structuredClone({ type, id: target, state, ...(deletedAt ? { deletedAt } : {}), properties });
  }

  protected must(target: ObjectId): Stored {
    const stored = this.objects.get(target);
    if (!stored) throw new TypeError(`no object ${target} in the fake tenant`);
    return stored;
  }

  protected record(event: Event): void {
    this.events.push(event);
  }
}
