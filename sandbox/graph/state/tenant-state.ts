import { isDynamic } from '../schema/group.js';
import { LinkStore } from './links.js';
import { SortedList } from './sorted-list.js';
import {
  directoryKinds,
  type Change,
  type Commit,
  type Entity,
  type JsonValue,
  type Kind,
  type LinkKind,
  type Op,
  type Props,
  type StoredAudit,
} from './types.js';

/** A tenant's first state: what it is seeded with. */
export interface Population {
  readonly objects: Iterable<{ kind: Kind; id: string; props: Props; createdAt: number }>;
  readonly links: Iterable<
    readonly [LinkKind, Iterable<readonly [from: string, targets: readonly string[]]>]
  >;
}

const indexed = new Set(['userPrincipalName', 'appId', 'proxyAddresses']);

/** Kinds whose changes a delta can be asked for; for the others no log is kept. */
const logged = new Set<Kind>([...directoryKinds, 'oAuth2PermissionGrant']);

/**
 * The tenant in memory: objects, links, the change log, the audit log. Changes come in as commits only; `apply` is the one
 * place that mutates, so that a replay of the same commits gives the same tenant.
 */
export class TenantState {
  readonly links = new LinkStore();
  readonly changes: Change[] = [];
  readonly audits: StoredAudit[] = [];
  readonly meta = new Map<string, JsonValue>();
  private readonly byId = new Map<string, Entity>();
  private readonly live = new Map<Kind, SortedList<Entity>>();
  private readonly binned = new Map<Kind, SortedList<Entity>>();
  /** Every object of a kind in order of creation, tombstones included: the order of a first delta round. */
  private readonly created = new Map<Kind, Entity[]>();
  private readonly userNames = new Map<string, Entity>();
  private readonly appIds = new Map<string, Entity>();
  private readonly addresses = new Map<string, Entity>();
  private readonly dynamic = new Set<string>();
  /** Instants at which directory objects were purged, ascending but for imports of the past. */
  private readonly purges: number[] = [];
  private lastSeq = 0;

  get seq(): number {
    return this.lastSeq;
  }

  apply(commit: Commit): void {
    for (const op of commit.ops) this.applyOp(op, commit.at);
  }

  /** Live, in the bin or gone; by object id only. */
  find(id: string): Entity | undefined {
    return this.byId.get(id);
  }

  get(id: string, kind?: Kind): Entity | undefined {
    const found = this.byId.get(id);
    if (!found || !isLive(found)) return undefined;
    return kind === undefined || found.kind === kind ? found : undefined;
  }

  inBin(id: string): Entity | undefined {
    const found = this.byId.get(id);
    return found && found.deletedAt !== null && !found.gone ? found : undefined;
  }

  /** Live user by userPrincipalName, any casing. */
  userByName(name: string): Entity | undefined {
    return this.userNames.get(name.toLowerCase());
  }

  /** Live application or service principal by appId. */
  byAppId(kind: 'application' | 'servicePrincipal', appId: string): Entity | undefined {
    return this.appIds.get(`${kind}:${appId.toLowerCase()}`);
  }

  /** Live owner of a mail address (smtp: prefix and casing ignored). */
  byAddress(address: string): Entity | undefined {
    return this.addresses.get(plainAddress(address));
  }

  liveOf(kind: Kind): SortedList<Entity> {
    return listOf(this.live, kind);
  }

  binOf(kind: Kind): SortedList<Entity> {
    return listOf(this.binned, kind);
  }

  createdOf(kind: Kind): readonly Entity[] {
    return this.created.get(kind) ?? [];
  }

  /** Live targets of a link, in order of id. */
  targets(kind: LinkKind, from: string): Entity[] {
    return this.links.targets(kind, from).filter(isLive);
  }

  sources(kind: LinkKind, to: string): Entity[] {
    return this.links.sources(kind, to).filter(isLive);
  }

  resolve(ids: readonly string[]): Entity[] {
    const found: Entity[] = [];
    for (const id of ids) {
      const entity = this.get(id);
      if (entity) found.push(entity);
    }
    return found;
  }

  /** How many directory objects were purged after an instant. */
  purgesSince(instant: number): number {
    let total = 0;
    for (let i = this.purges.length - 1; i >= 0 && (this.purges[i] as number) > instant; i -= 1) total += 1;
    return total;
  }

  /** Puts a whole population in place, unlogged: the tenant's state before its first change. */
  load(population: Population): void {
    const objects = [...population.objects];
    // Side by side in memory in the order in which links list them: what lies all over it takes several times as long to read.
    for (const object of objects.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
      const id = Buffer.from(object.id).toString();
      this.byId.set(id, newEntity(object.kind, id, object.props, object.createdAt));
    }
    const byKind = new Map<Kind, Entity[]>();
    for (const { kind, id } of objects) {
      const entity = this.must(id);
      this.noteDynamic(entity);
      for (const [map, key] of this.keysOf(entity)) map.set(key, entity);
      const all = byKind.get(kind);
      if (all) all.push(entity);
      else byKind.set(kind, [entity]);
    }
    for (const [kind, entities] of byKind) {
      this.created.set(kind, [...this.createdOf(kind), ...entities]);
      listOf(this.live, kind).addMany(entities);
    }
    for (const [kind, pairs] of population.links) this.links.addMany(kind, this.ends(pairs));
  }

  /** In order of id on both sides: as texts they are sorted quickly, and every list of links finds its own in order. */
  private *ends(
    pairs: Iterable<readonly [from: string, targets: readonly string[]]>,
  ): Iterable<readonly [from: Entity, targets: readonly Entity[]]> {
    const inOrder = [...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    for (const [from, targets] of inOrder)
      yield [this.must(from), [...targets].sort().map((to) => this.must(to))];
  }

  private applyOp(op: Op, at: number): void {
    switch (op.op) {
      case 'create':
        return this.create(op.kind, op.id, op.props, at);
      case 'set':
        return this.set(this.must(op.id), op.props, at);
      case 'link':
      case 'unlink': {
        const from = this.must(op.from);
        const target = this.must(op.to);
        const changed =
          op.op === 'link' ? this.links.add(op.kind, from, target) : this.links.remove(op.kind, from, target);
        if (!changed) return;
        this.log(from, at, {
          type: 'link',
          link: op.kind,
          target: op.to,
          targetKind: target.kind,
        });
        return;
      }
      case 'bin': {
        const entity = this.must(op.id);
        this.unindex(entity);
        entity.deletedAt = at;
        listOf(this.binned, entity.kind).add(entity);
        this.log(entity, at, { type: 'binned' });
        return;
      }
      case 'restore': {
        const entity = this.must(op.id);
        listOf(this.binned, entity.kind).remove(sortKey(entity));
        entity.deletedAt = null;
        this.index(entity);
        this.log(entity, at, { type: 'restored' });
        return;
      }
      case 'purge':
        return this.purge(this.must(op.id), at);
      case 'audit':
        this.audits.push({ at, entry: op.entry });
        return;
      case 'meta':
        this.meta.set(op.key, op.value);
        return;
    }
  }

  /** Ids of groups and units, live or in the bin, whose members follow a rule. */
  get followingRules(): ReadonlySet<string> {
    return this.dynamic;
  }

  private noteDynamic(entity: Entity): void {
    const { kind, props } = entity;
    if (kind !== 'group' && kind !== 'administrativeUnit') return;
    if (kind === 'group' ? isDynamic(props) : props['membershipType'] === 'Dynamic')
      this.dynamic.add(entity.id);
    else this.dynamic.delete(entity.id);
  }

  private create(kind: Kind, id: string, props: Props, at: number): void {
    const entity = newEntity(kind, id, props, at);
    this.byId.set(id, entity);
    const all = this.created.get(kind);
    if (all) all.push(entity);
    else this.created.set(kind, [entity]);
    this.index(entity);
    this.noteDynamic(entity);
    this.log(entity, at, { type: 'created' });
  }

  private set(entity: Entity, props: Props, at: number): void {
    const next = { ...entity.props };
    for (const [name, value] of Object.entries(props)) {
      if (value === null) delete next[name];
      else next[name] = value;
    }
    // Only these properties decide where an object stands in lists and indexes.
    if (Object.keys(props).some((name) => indexed.has(name))) {
      const wasLive = entity.deletedAt === null;
      if (wasLive) this.unindex(entity);
      else listOf(this.binned, entity.kind).remove(sortKey(entity));
      entity.props = next;
      if (wasLive) this.index(entity);
      else listOf(this.binned, entity.kind).add(entity);
    } else entity.props = next;
    this.noteDynamic(entity);
    this.log(entity, at, { type: 'set', properties: Object.keys(props) });
  }

  private purge(entity: Entity, at: number): void {
    if (entity.deletedAt === null) this.unindex(entity);
    else listOf(this.binned, entity.kind).remove(sortKey(entity));
    for (const kind of ['member', 'owner', 'manager', 'sponsor'] as const) {
      for (const from of [...this.links.sources(kind, entity.id)]) {
        this.links.remove(kind, from, entity);
        this.log(from, at, {
          type: 'link',
          link: kind,
          target: entity.id,
          targetKind: entity.kind,
        });
      }
      for (const to of [...this.links.targets(kind, entity.id)]) this.links.remove(kind, entity, to);
    }
    if (directoryKinds.includes(entity.kind)) this.purges.push(at);
    entity.gone = true;
    entity.props = {};
    this.noteDynamic(entity);
    this.log(entity, at, { type: 'purged' });
  }

  private index(entity: Entity): void {
    listOf(this.live, entity.kind).add(entity);
    for (const [map, key] of this.keysOf(entity)) map.set(key, entity);
  }

  private unindex(entity: Entity): void {
    listOf(this.live, entity.kind).remove(sortKey(entity));
    for (const [map, key] of this.keysOf(entity)) if (map.get(key) === entity) map.delete(key);
  }

  private *keysOf(entity: Entity): Iterable<[Map<string, Entity>, string]> {
    const { kind, props } = entity;
    if (kind === 'user' && typeof props['userPrincipalName'] === 'string')
      yield [this.userNames, props['userPrincipalName'].toLowerCase()];
    if ((kind === 'application' || kind === 'servicePrincipal') && typeof props['appId'] === 'string')
      yield [this.appIds, `${kind}:${props['appId'].toLowerCase()}`];
    if (Array.isArray(props['proxyAddresses']))
      for (const address of props['proxyAddresses']) yield [this.addresses, plainAddress(String(address))];
  }

  private log(entity: Entity, at: number, what: Change['what']): void {
    this.lastSeq += 1;
    if (logged.has(entity.kind))
      this.changes.push({ seq: this.lastSeq, at, id: entity.id, kind: entity.kind, what });
  }

  private must(id: string): Entity {
    const entity = this.byId.get(id);
    if (!entity) throw new Error(`the sandbox's state has no object ${id}`);
    return entity;
  }
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Directory objects have GUIDs in lower case, and what writes lists of ids relies on it; other kinds may have any text. */
export const isIdOf = (kind: Kind, id: string): boolean => !directoryKinds.includes(kind) || GUID.test(id);

/** Every property from the start, so that all objects have one shape. */
function newEntity(kind: Kind, id: string, props: Props, createdAt: number): Entity {
  if (!isIdOf(kind, id)) throw new Error(`the id of a ${kind} must be a GUID in lower case, not ${id}`);
  return {
    id,
    kind,
    props,
    createdAt,
    deletedAt: null,
    gone: false,
    manager: undefined,
    row: undefined,
    rowAt: 0,
    rowProps: undefined,
    rowDeletedAt: null,
  };
}

/** In the directory: neither in the bin nor purged. */
export function isLive({ deletedAt, gone }: Entity): boolean {
  return deletedAt === null && !gone;
}

function listOf(map: Map<Kind, SortedList<Entity>>, kind: Kind): SortedList<Entity> {
  let list = map.get(kind);
  if (!list) map.set(kind, (list = new SortedList<Entity>(sortKey)));
  return list;
}

/** Users are listed by userPrincipalName, punctuation before digits (FACTS §18); everything else by id. */
export function sortKey(entity: Entity): string {
  if (entity.kind !== 'user') return entity.id;
  const name = String(entity.props['userPrincipalName'] ?? '').toLowerCase();
  return `${name.replace(/[@_^~]/g, '!')}\u0000${entity.id}`;
}

export function plainAddress(address: string): string {
  return address.replace(/^smtp:/i, '').toLowerCase();
}
