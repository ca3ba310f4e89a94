import type { Catalog } from '../../services/catalog/spec.js';
import type {
  HistoryReader,
  IdMapping,
  LinkFact,
  ObjectVersion,
  SnapshotHeader,
} from '../../services/model/history.js';
import { OPEN } from '../../services/model/history.js';
import type { ObjectId, TenantId } from '../../services/model/ids.js';
import { hashOf } from '../../services/model/json.js';
import type { FakeDirectory } from './fake-directory.js';

interface Taken {
  readonly header: SnapshotHeader;
  readonly versions: ReadonlyMap<ObjectId, Omit<ObjectVersion, 'from' | 'to'>>;
  readonly links: readonly Omit<LinkFact, 'from' | 'to'>[];
}

/** History as whole pictures of a FakeDirectory, one per `take`; intervals are worked out when asked. Small tenants only. */
export class FakeHistory implements HistoryReader {
  readonly mappings: IdMapping[] = [];
  private readonly taken: Taken[] = [];

  constructor(
    private readonly tenantId: TenantId,
    private readonly directory: FakeDirectory,
    private readonly catalog: Catalog,
  ) {}

  /** A complete snapshot of the directory as it is, at this time. */
  take(startedAt: string, change: Partial<SnapshotHeader> = {}): SnapshotHeader {
    const { directory, catalog, tenantId: tenant } = this;
    const types = [...new Set([...directory.objects.values()].map(({ type }) => type))];
    const versions = new Map<ObjectId, Omit<ObjectVersion, 'from' | 'to'>>();
    for (const [objectId, stored] of directory.objects) {
      const spec = catalog.find(stored.type);
      if (!spec) continue;
      const body = structuredClone(stored.properties);
      const { state } = stored;
      const keys = [...spec.keysOf(spec.graph.bodyInBin(objectId, body)), objectId];
      versions.set(objectId, {
        tenant,
        type: stored.type,
        objectId,
        hash: hashOf({ state, body }),
        name: spec.nameOf(body),
        keys,
        state,
        body,
      });
    }
    const live = (id: ObjectId): boolean => directory.objects.get(id)?.state !== 'softDeleted';
    const links = [...directory.links.values()].map((link) => ({
      tenant,
      ...structuredClone(link),
      latent: !live(link.source) || !live(link.target),
    }));
    const counts = Object.fromEntries(
      catalog.links.map(({ kind }) => [
        kind,
        links.filter((link) => link.kind === kind && !link.latent).length,
      ]),
    );
    const header: SnapshotHeader = {
      tenant,
      seq: this.taken.length + 1,
      formatVersion: 1,
      status: 'complete',
      trigger: 'schedule',
      startedAt,
      finishedAt: startedAt,
      mode: 'full',
      parts: {},
      counts,
      changes: {},
      tokens: Object.fromEntries(types.map((type) => [type, directory.token()])),
      cost: { requests: 0, resourceUnits: 0, writes: 0, throttled: 0 },
      partialReasons: [],
      fence: 1,
      ...change,
    };
    this.taken.push({ header, versions, links });
    return header;
  }

  newestSnapshot(): Promise<SnapshotHeader | null> {
    return Promise.resolve(this.taken.at(-1)?.header ?? null);
  }
  snapshots(
    _tenant: TenantId,
    options: { readonly limit?: number } = {},
  ): Promise<readonly SnapshotHeader[]> {
    const newestFirst = this.taken.map(({ header }) => header).reverse();
    return Promise.resolve(newestFirst.slice(0, options.limit ?? newestFirst.length));
  }
  snapshot(_tenant: TenantId, seq: number): Promise<SnapshotHeader | null> {
    return Promise.resolve(this.taken[seq - 1]?.header ?? null);
  }
  async versionAt(tenant: TenantId, objectId: ObjectId, seq: number): Promise<ObjectVersion | null> {
    return (await this.versionsAt(tenant, [objectId], seq)).get(objectId) ?? null;
  }
  async versionsAt(
    tenant: TenantId,
    objectIds: readonly ObjectId[],
    seq: number,
  ): Promise<ReadonlyMap<ObjectId, ObjectVersion>> {
    const found = new Map<ObjectId, ObjectVersion>();
    for (const id of objectIds) {
      const version = (await this.versionsOf(tenant, id)).find(({ from, to }) => from <= seq && seq < to);
      if (version) found.set(id, version);
    }
    return found;
  }
  versionsOf(_tenant: TenantId, objectId: ObjectId): Promise<readonly ObjectVersion[]> {
    const runs: ObjectVersion[] = [];
    for (const { header, versions } of this.taken) {
      const version = versions.get(objectId);
      const last = runs.at(-1);
      if (!version) continue;
      if (last?.hash === version.hash && last.to === header.seq)
        runs[runs.length - 1] = { ...last, to: header.seq + 1 };
      else runs.push({ ...version, from: header.seq, to: header.seq + 1 });
    }
    return Promise.resolve(this.open(runs));
  }
  linksAt(
    _tenant: TenantId,
    objectId: ObjectId,
    seq: number,
    end?: 'source' | 'target',
  ): Promise<readonly LinkFact[]> {
    const holds = this.facts().filter(
      (fact) =>
        fact.from <= seq &&
        seq < fact.to &&
        ((end !== 'target' && fact.source === objectId) || (end !== 'source' && fact.target === objectId)),
    );
    return Promise.resolve(holds);
  }
  linksOf(_tenant: TenantId, objectId: ObjectId): Promise<readonly LinkFact[]> {
    return Promise.resolve(
      this.facts().filter(({ source, target }) => source === objectId || target === objectId),
    );
  }
  async search(
    tenant: TenantId,
    text: string,
    options: { readonly type?: string; readonly limit?: number; readonly exact?: boolean } = {},
  ): Promise<readonly ObjectVersion[]> {
    const wanted = text.trim().toLowerCase();
    const ids = new Set(this.taken.flatMap(({ versions }) => [...versions.keys()]));
    const newest = await Promise.all([...ids].map(async (id) => (await this.versionsOf(tenant, id)).at(-1)!));
    return newest
      .filter(
        ({ type, name, keys }) =>
          (options.type ?? type) === type &&
          [name, ...keys].some((key) =>
            options.exact ? key.toLowerCase() === wanted : key.toLowerCase().includes(wanted),
          ),
      )
      .slice(0, options.limit ?? 50);
  }
  async *eachVersionAt(tenant: TenantId, seq: number, type?: string): AsyncIterable<ObjectVersion> {
    for (const [id, version] of this.taken[seq - 1]?.versions ?? [])
      if (!type || version.type === type) yield (await this.versionAt(tenant, id, seq))!;
  }
  async *eachLinkAt(_tenant: TenantId, seq: number, kind?: string): AsyncIterable<LinkFact> {
    yield* this.facts().filter(
      (fact) => fact.from <= seq && seq < fact.to && (kind ?? fact.kind) === fact.kind,
    );
  }
  // eslint-disable-next-line require-yield
  async *changedVersions(): AsyncIterable<ObjectVersion> {
    throw new TypeError('not part of the fake');
  }
  // eslint-disable-next-line require-yield
  async *changedLinks(): AsyncIterable<LinkFact> {
    throw new TypeError('not part of the fake');
  }
  identity(
    _tenant: TenantId,
    id: ObjectId,
  ): Promise<{ readonly newest: ObjectId; readonly all: readonly ObjectId[] }> {
    const all = [id];
    for (let grown = true; grown;) {
      grown = false;
      for (const { oldId, newId } of this.mappings) {
        if (all.includes(oldId) && !all.includes(newId)) grown = all.push(newId) > 0;
        if (all.includes(newId) && !all.includes(oldId)) grown = all.unshift(oldId) > 0;
      }
    }
    const newest = all.find((each) => !this.mappings.some(({ oldId }) => oldId === each)) ?? id;
    return Promise.resolve({ newest, all });
  }
  recordMapping(mapping: IdMapping): Promise<void> {
    const known = this.mappings.some(
      ({ oldId, newId }) => oldId === mapping.oldId && newId === mapping.newId,
    );
    if (!known) this.mappings.push(mapping);
    return Promise.resolve();
  }

  private facts(): LinkFact[] {
    const runs = new Map<string, LinkFact[]>();
    for (const { header, links } of this.taken)
      for (const link of links) {
        const key = `${link.kind}/${link.source}/${link.target}`;
        const list = runs.get(key) ?? [];
        const last = list.at(-1);
        if (last?.to === header.seq && last.latent === link.latent)
          list[list.length - 1] = { ...last, to: header.seq + 1 };
        else list.push({ ...link, from: header.seq, to: header.seq + 1 });
        runs.set(key, list);
      }
    return this.open([...runs.values()].flat());
  }

  /** What the newest snapshot holds is open. */
  private open<T extends { readonly to: number }>(facts: readonly T[]): T[] {
    return facts.map((fact) => (fact.to === this.taken.length + 1 ? { ...fact, to: OPEN } : fact));
  }
}
