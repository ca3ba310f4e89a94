import type { Catalog } from '../catalog/spec.js';
import type { HistoryReader, LinkFact, ObjectVersion } from '../model/history.js';
import { OPEN } from '../model/history.js';
import type { ObjectId, Seq, TenantId } from '../model/ids.js';
import type { NamedObject } from '../model/plan.js';
import { diffBodies } from './diff-body.js';
import { nameObjects } from './names.js';

export interface ChangeCount {
  /** "users", "members" */
  readonly label: string;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

export interface TenantChange {
  readonly sign: '+' | '−' | '~';
  readonly object: NamedObject;
  /** "Alice Moreau deleted, with 5 memberships" */
  readonly text: string;
  /** The snapshot that shows it first, and its time (ISO UTC). */
  readonly seq: Seq;
  readonly at: string;
}

export interface TenantChanges {
  readonly counts: readonly ChangeCount[];
  /** Newest first. */
  readonly items: readonly TenantChange[];
}

/**
 * What differs between two snapshots, tenant-wide (SPEC F7). Cost follows the changes. The links that an object takes with it when
 * it is deleted stand with the object, not each on a line; other links are told per group, with their number.
 */
export async function changesBetween(
  { history, catalog }: { readonly history: HistoryReader; readonly catalog: Catalog },
  tenant: TenantId,
  from: Seq,
  to: Seq,
): Promise<TenantChanges> {
  const headers = await history.snapshots(tenant, { pruned: true, within: { after: from, upTo: to } });
  const times = new Map(headers.map(({ seq, startedAt }) => [seq, startedAt]));
  const objects = await changedObjects(history, tenant, from, to);
  const links = await changedLinks(history, tenant, from, to);
  const names = await nameObjects(history, catalog, tenant, to);
  const nameOf = await names.of([...objects.keys(), ...links.map(({ link }) => link.source)]);
  const tally = new Tally(catalog);
  const items: TenantChange[] = [];
  const add = (sign: TenantChange['sign'], object: NamedObject, text: string, seq: Seq): void => {
    items.push({ sign, object, text, seq, at: times.get(seq) ?? '' });
  };

  const removed = new Map<ObjectId, number>();
  for (const [id, { before, after }] of objects)
    if (before?.state === 'live' && after?.state !== 'live') removed.set(id, 0);
  const groups = new Map<string, LinkChange[]>();
  for (const change of links) {
    const ends = [change.link.source, change.link.target].filter((id) => removed.has(id));
    for (const id of ends) removed.set(id, removed.get(id)! + 1);
    if (ends.length > 0 && !change.after) continue;
    tally.link(change);
    const slot = `${change.link.kind}|${change.link.source}|${change.after}`;
    const list = groups.get(slot);
    if (list) list.push(change);
    else groups.set(slot, [change]);
  }

  for (const [id, { before, after, seq }] of objects) {
    const version = (after ?? before)!;
    const object = nameOf(id, version.type);
    const was = before?.state === 'live';
    const is = after?.state === 'live';
    if (was && is) {
      const labels = diffBodies(catalog.type(version.type), before.body, after.body)
        .filter(({ same }) => !same)
        .map(({ label }) => label);
      if (labels.length === 0) continue;
      tally.object(version.type, 'changed');
      add('~', object, `${object.name}: ${labels.join(', ')} changed`, seq);
    } else if (is) {
      tally.object(version.type, 'added');
      add('+', object, `${object.name} ${before ? 'came back from the recycle bin' : 'is new'}`, seq);
    } else if (was) {
      tally.object(version.type, 'removed');
      const count = removed.get(id) ?? 0;
      const how = after ? 'deleted' : 'gone for good';
      const knockOn = count > 0 ? `, with ${count} ${count === 1 ? 'link' : 'links'}` : '';
      add('−', object, `${object.name} ${how}${knockOn}`, seq);
    } else if (before && !after) {
      add('−', object, `${object.name} purged from the recycle bin`, seq);
    }
  }
  for (const changes of groups.values()) {
    const { link, after } = changes[0]!;
    const spec = catalog.link(link.kind);
    const object = nameOf(link.source, spec.sourceType);
    const what = `${changes.length} ${spec.label}${changes.length === 1 ? '' : 's'}`;
    const seq = Math.max(...changes.map((change) => change.seq));
    add(after ? '+' : '−', object, `${object.name}: ${what} ${after ? 'added' : 'removed'}`, seq);
  }
  items.sort((a, b) => b.seq - a.seq || ORDER[a.sign] - ORDER[b.sign] || a.text.localeCompare(b.text, 'en'));
  return { counts: tally.counts(), items };
}

/** Of one snapshot: what was lost first, then what came, then properties, of which there are many. */
export const ORDER: Readonly<Record<TenantChange['sign'], number>> = { '−': 0, '+': 1, '~': 2 };

interface ObjectChange {
  before: ObjectVersion | null;
  after: ObjectVersion | null;
  /** Newest snapshot in which it changed. */
  seq: Seq;
}

async function changedObjects(
  history: HistoryReader,
  tenant: TenantId,
  from: Seq,
  to: Seq,
): Promise<Map<ObjectId, ObjectChange>> {
  const objects = new Map<ObjectId, ObjectChange>();
  for await (const version of history.changedVersions(tenant, from, to)) {
    const change = objects.get(version.objectId) ?? { before: null, after: null, seq: 0 };
    if (holds(version, from)) change.before = version;
    if (holds(version, to)) change.after = version;
    change.seq = Math.max(change.seq, lastEdge(version, from, to));
    objects.set(version.objectId, change);
  }
  return objects;
}

interface LinkChange {
  readonly link: LinkFact;
  /** Whether it is there at the later snapshot (and was not before), or the other way round. */
  readonly after: boolean;
  readonly seq: Seq;
}

/** Links that were live at one of the two snapshots and not at the other. */
async function changedLinks(
  history: HistoryReader,
  tenant: TenantId,
  from: Seq,
  to: Seq,
): Promise<LinkChange[]> {
  const links = new Map<string, { link: LinkFact; was: boolean; is: boolean; seq: Seq }>();
  for await (const fact of history.changedLinks(tenant, from, to)) {
    const name = `${fact.kind}|${fact.source}|${fact.target}`;
    const change = links.get(name) ?? { link: fact, was: false, is: false, seq: 0 };
    if (!fact.latent && holds(fact, from)) change.was = true;
    if (!fact.latent && holds(fact, to)) change.is = true;
    change.seq = Math.max(change.seq, lastEdge(fact, from, to));
    links.set(name, change);
  }
  return [...links.values()]
    .filter(({ was, is }) => was !== is)
    .map(({ link, is, seq }) => ({ link, after: is, seq }));
}

interface Interval {
  readonly from: Seq;
  readonly to: Seq;
}

const holds = (fact: Interval, seq: Seq): boolean => fact.from <= seq && seq < fact.to;

const lastEdge = (fact: Interval, after: Seq, upTo: Seq): Seq => {
  if (fact.to !== OPEN && fact.to > after && fact.to <= upTo) return fact.to;
  return fact.from > after ? fact.from : upTo;
};

class Tally {
  readonly #counts = new Map<string, { label: string; added: number; removed: number; changed: number }>();
  constructor(private readonly catalog: Catalog) {}
  object(type: string, what: 'added' | 'removed' | 'changed'): void {
    this.#of(type, this.catalog.type(type).plural)[what] += 1;
  }
  link({ link, after }: LinkChange): void {
    this.#of(link.kind, `${this.catalog.link(link.kind).label}s`)[after ? 'added' : 'removed'] += 1;
  }
  counts(): readonly ChangeCount[] {
    return [...this.#counts.values()];
  }
  #of(name: string, label: string) {
    let count = this.#counts.get(name);
    if (!count) this.#counts.set(name, (count = { label, added: 0, removed: 0, changed: 0 }));
    return count;
  }
}
