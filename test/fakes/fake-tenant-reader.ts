import type {
  DeltaChange,
  DeltaPage,
  DirectoryReader,
  LinkKind,
  ObjectTypeName,
  ObservedLink,
  ObservedObject,
} from '../../services/model/directory.js';
import { RewindError } from '../../services/model/errors.js';
import { objectId } from '../../services/model/ids.js';
import type { ObjectId } from '../../services/model/ids.js';
import type { JsonValue } from '../../services/model/json.js';
import type { Catalog } from '../../services/catalog/spec.js';

interface Entity {
  readonly type: ObjectTypeName;
  readonly id: ObjectId;
  state: 'live' | 'softDeleted';
  deletedAt?: string;
  /** What was ever set; the rest is empty. */
  readonly set: Record<string, JsonValue>;
}

/** How this tenant's answers are odd, all of it allowed by FACTS §10 and §11. Numbers are taken from `random`, 0 to 1. */
export interface Oddities {
  readonly pageSize: number;
  readonly random: () => number;
  /** Delta comes in any order, with empty pages, repetitions, and replays of things that did not change. */
  readonly oddDelta: boolean;
  /** A purge is never told by the group's delta. */
  readonly silentPurge: boolean;
  /** Managers and owned groups do not come back with an undelete, and nobody tells. */
  readonly undeleteLoses: boolean;
}

const PLAIN: Oddities = {
  pageSize: 3,
  random: () => 0,
  oddDelta: false,
  silentPurge: false,
  undeleteLoses: false,
};

/** A small tenant in memory, read only through the port; tests change it by its other methods. */
export class FakeTenantReader implements DirectoryReader {
  readonly entities = new Map<ObjectId, Entity>();
  readonly links = new Map<string, ObservedLink>();
  /** Every call of a reading method, in order. */
  readonly reads: string[] = [];
  /** Called before each read: tests change the tenant, fail, or wait here. */
  beforeRead: (what: string) => void | Promise<void> = () => undefined;
  /** Tests bend a page of a list here. */
  bendList: (type: ObjectTypeName, objects: readonly ObservedObject[]) => readonly ObservedObject[] = (
    _type,
    objects,
  ) => objects;
  bendLinks: (source: ObjectId, links: readonly ObservedLink[], alone: boolean) => readonly ObservedLink[] = (
    _source,
    links,
  ) => links;
  bendDelta: (type: ObjectTypeName, pages: DeltaPage[]) => DeltaPage[] = (_type, pages) => pages;
  bendCount: (type: ObjectTypeName, count: number) => number = (_type, count) => count;
  noDeltaFor = new Set<ObjectTypeName>();
  /** Tokens below this are no longer accepted. */
  #oldestToken = 0;
  /** Link or object names that changed, in order; a token is a position in it. */
  readonly #log: { readonly type: ObjectTypeName; readonly id?: ObjectId; readonly link?: ObservedLink }[] =
    [];
  readonly #purged = new Set<ObjectId>();

  constructor(
    private readonly catalog: Catalog,
    private readonly now: () => Date,
    private readonly oddities: Oddities = PLAIN,
  ) {}

  // ---- what happens in the tenant ----

  put(type: ObjectTypeName, name: string, set: Record<string, JsonValue> = {}): ObjectId {
    const id = objectId(name);
    const entity = this.entities.get(id);
    if (entity) Object.assign(entity.set, set);
    else this.entities.set(id, { type, id, state: 'live', set: { id, displayName: name, ...set } });
    this.#log.push({ type, id });
    return id;
  }

  softDelete(id: ObjectId): void {
    const entity = this.entities.get(id)!;
    entity.state = 'softDeleted';
    entity.deletedAt = this.now().toISOString();
    this.#log.push({ type: entity.type, id });
  }

  undelete(id: ObjectId): void {
    const entity = this.entities.get(id)!;
    entity.state = 'live';
    delete entity.deletedAt;
    this.#log.push({ type: entity.type, id });
    if (this.oddities.undeleteLoses)
      for (const [name, link] of this.links)
        if ((link.kind === 'manager' && link.source === id) || (link.kind === 'owner' && link.target === id))
          this.links.delete(name);
  }

  purge(id: ObjectId): void {
    const entity = this.entities.get(id)!;
    this.entities.delete(id);
    this.#purged.add(id);
    this.#log.push({ type: entity.type, id });
    for (const [name, link] of this.links)
      if (link.source === id || link.target === id) {
        this.links.delete(name);
        if (!this.oddities.silentPurge) this.#logLink(link);
      }
  }

  link(kind: LinkKind, source: ObjectId, target: ObjectId): void {
    if (this.catalog.link(kind).single)
      for (const link of [...this.links.values()])
        if (link.kind === kind && link.source === source) this.unlink(kind, source, link.target);
    const link = { kind, source, target, targetType: this.entities.get(target)!.type };
    this.links.set(nameOf(link), link);
    this.#logLink(link);
  }

  unlink(kind: LinkKind, source: ObjectId, target: ObjectId): void {
    const name = nameOf({ kind, source, target });
    const link = this.links.get(name);
    if (!link) return;
    this.links.delete(name);
    this.#logLink(link);
  }

  /** Every token given out so far is too old now. */
  expireTokens(): void {
    this.#log.push({ type: 'nothing' });
    this.#oldestToken = this.#log.length;
  }

  #logLink(link: ObservedLink): void {
    this.#log.push({ type: this.catalog.link(link.kind).sourceType, link });
  }

  // ---- how it is read ----

  async latestDeltaToken(type: ObjectTypeName): Promise<string | null> {
    await this.#read(`latestDeltaToken ${type}`);
    return this.noDeltaFor.has(type) ? null : String(this.#log.length);
  }

  async *listObjects(type: ObjectTypeName) {
    const riding = Object.keys(this.catalog.type(type).graph.expand);
    for (const ids of this.#pages(this.#idsOf(type, 'live'))) {
      await this.#read(`listObjects ${type}`);
      // Whoever was deleted while the list is being read is not on its later pages.
      const here = ids.filter((id) => this.#isLive(id));
      const objects = this.bendList(
        type,
        here.map((id) => this.#observe(id, true)),
      );
      yield {
        objects,
        links: riding.flatMap((kind) => here.flatMap((source) => this.#visible(kind, source))),
      };
    }
  }

  async *listDeleted(type: ObjectTypeName) {
    await this.#read(`listDeleted ${type}`);
    for (const ids of this.#pages(this.#idsOf(type, 'softDeleted')))
      yield { objects: ids.filter((id) => this.entities.has(id)).map((id) => this.#observe(id, true)) };
  }

  async *listLinks(kind: LinkKind, source: ObjectId) {
    await this.#read(`listLinks ${kind} ${source}`);
    yield this.bendLinks(source, this.#visible(kind, source), true);
  }

  async *listLinksOf(kind: LinkKind, sources: readonly ObjectId[]) {
    for (const source of sources) {
      await this.#read(`listLinksOf ${kind} ${source}`);
      const links = this.bendLinks(source, this.#visible(kind, source), false);
      yield { source, links, missing: !this.#isLive(source) };
    }
  }

  async *delta(type: ObjectTypeName, token: string): AsyncGenerator<DeltaPage> {
    await this.#read(`delta ${type} ${token}`);
    if (Number(token) < this.#oldestToken) throw new RewindError('DELTA_EXPIRED');
    const pages = this.bendDelta(type, this.#deltaPages(type, Number(token)));
    for (const page of pages) {
      await this.#read(`delta page ${type}`);
      yield page;
    }
  }

  async getObject(_type: ObjectTypeName, id: ObjectId) {
    await this.#read(`getObject ${id}`);
    return this.#isLive(id) ? this.#observe(id, true) : null;
  }

  async getObjects(type: ObjectTypeName, ids: readonly ObjectId[]) {
    await this.#read(`getObjects ${type} ${ids.length}`);
    return new Map(ids.filter((id) => this.#isLive(id)).map((id) => [id, this.#observe(id, true)]));
  }

  async getDeleted(_type: ObjectTypeName, id: ObjectId) {
    await this.#read(`getDeleted ${id}`);
    return this.entities.get(id)?.state === 'softDeleted' ? this.#observe(id, true) : null;
  }

  async listLinksTo(kind: LinkKind, target: ObjectId) {
    await this.#read(`listLinksTo ${kind} ${target}`);
    return [...this.links.values()].filter(
      (link) =>
        link.kind === kind && link.target === target && this.#isLive(link.source) && this.#isLive(target),
    );
  }

  async countObjects(type: ObjectTypeName): Promise<number> {
    await this.#read(`countObjects ${type}`);
    return this.bendCount(type, this.#idsOf(type, 'live').length);
  }

  async findByKey(): Promise<readonly ObservedObject[]> {
    return [];
  }
  async search(): Promise<readonly ObservedObject[]> {
    return [];
  }
  async readRisk() {
    return { rolesByPrincipal: null, policiesByGroup: null, applicationsByGroup: null };
  }
  async passPolicy() {
    return null;
  }
  cost() {
    return { requests: this.reads.length, resourceUnits: this.reads.length, writes: 0, throttled: 0 };
  }

  async #read(what: string): Promise<void> {
    this.reads.push(what);
    await this.beforeRead(what);
  }

  #isLive(id: ObjectId): boolean {
    return this.entities.get(id)?.state === 'live';
  }

  #idsOf(type: ObjectTypeName, state: Entity['state']): ObjectId[] {
    return [...this.entities.values()]
      .filter((entity) => entity.type === type && entity.state === state)
      .map(({ id }) => id);
  }

  /** A read names every property, delta only what was ever set. */
  #observe(id: ObjectId, whole: boolean): ObservedObject {
    const { type, state, deletedAt, set } = this.entities.get(id)!;
    const empty = whole ? this.catalog.emptyBody(type) : {};
    return structuredClone({
      type,
      id,
      state,
      ...(deletedAt ? { deletedAt } : {}),
      properties: { ...empty, ...set },
    });
  }

  /** Reads hide the links of whoever is in the recycle bin. */
  #visible(kind: LinkKind, source: ObjectId): ObservedLink[] {
    return [...this.links.values()].filter(
      (link) =>
        link.kind === kind && link.source === source && this.#isLive(source) && this.#isLive(link.target),
    );
  }

  #deltaPages(type: ObjectTypeName, token: number): DeltaPage[] {
    const changes = new Map<string, DeltaChange>();
    for (const entry of this.#log.slice(token)) {
      if (entry.type !== type) continue;
      if (entry.id) changes.set(entry.id, this.#changeOf(type, entry.id));
      if (entry.link) changes.set(nameOf(entry.link), this.#linkChangeOf(entry.link));
    }
    const told = this.oddities.oddDelta ? this.#odd(type, [...changes.values()]) : [...changes.values()];
    const pages: DeltaPage[] = this.#pages(told).map((page) => ({ changes: page }));
    if (this.oddities.oddDelta) pages.splice(this.#below(pages.length + 1), 0, { changes: [] });
    return [...pages, { changes: [], nextToken: String(this.#log.length) }];
  }

  #changeOf(type: ObjectTypeName, id: ObjectId): DeltaChange {
    const entity = this.entities.get(id);
    if (!entity) return { change: 'purged', type, id };
    if (entity.state === 'softDeleted') return { change: 'softDeleted', type, id };
    return { change: 'seen', object: this.#observe(id, false), partial: false };
  }

  #linkChangeOf(link: ObservedLink): DeltaChange {
    return { change: this.links.has(nameOf(link)) ? 'linked' : 'unlinked', link };
  }

  #odd(type: ObjectTypeName, changes: DeltaChange[]): DeltaChange[] {
    const odd = [...changes];
    for (const change of changes) if (this.oddities.random() < 0.3) odd.push(change);
    for (const entity of this.entities.values())
      if (entity.type === type && this.oddities.random() < 0.1) odd.push(this.#changeOf(type, entity.id));
    for (const link of this.links.values())
      if (this.catalog.link(link.kind).sourceType === type && this.oddities.random() < 0.1)
        odd.push({ change: 'linked', link });
    for (const id of this.#purged)
      if (this.oddities.random() < 0.05) odd.push({ change: 'purged', type, id });
    for (let i = odd.length - 1; i > 0; i -= 1) {
      const j = this.#below(i + 1);
      [odd[i], odd[j]] = [odd[j]!, odd[i]!];
    }
    return odd;
  }

  #below(limit: number): number {
    return Math.min(limit - 1, Math.floor(this.oddities.random() * limit));
  }

  #pages<T>(items: readonly T[]): T[][] {
    const pages: T[][] = [];
    for (let start = 0; start < items.length; start += this.oddities.pageSize)
      pages.push(items.slice(start, start + this.oddities.pageSize));
    return pages;
  }
}

const nameOf = (link: ObservedLink): string => `${link.kind}|${link.source}|${link.target}`;
