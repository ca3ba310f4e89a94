import type { Catalog } from '../catalog/spec.js';
import type { DeltaChange, DirectoryReader, ObjectTypeName } from '../model/directory.js';
import { isRewindError } from '../model/errors.js';
import type { HistoryReader, SnapshotHeader } from '../model/history.js';
import type { ObjectId, TenantId } from '../model/ids.js';
import type { NamedObject } from '../model/plan.js';
import { ORDER, type ChangeCount } from '../snapshots/changes-between.js';
import { diffBodies } from '../snapshots/diff-body.js';
import { nameObjects } from '../snapshots/names.js';

export interface LiveChange {
  readonly sign: '+' | '−' | '~';
  readonly object: NamedObject;
  readonly text: string;
}

export interface LiveChanges {
  readonly counts: readonly ChangeCount[];
  readonly items: readonly LiveChange[];
  /** Types whose changes cannot be told now, with the reason in words; empty = all told. */
  readonly untold: readonly string[];
}

/**
 * What moved in the tenant since a snapshot, by reading the delta from its tokens without consuming them (SPEC F7). Cost follows the
 * changes. A change that was taken back meanwhile is not told: only where the tenant stands now against the snapshot.
 */
export async function liveChanges(
  deps: { readonly history: HistoryReader; readonly reader: DirectoryReader; readonly catalog: Catalog },
  tenant: TenantId,
  since: SnapshotHeader,
): Promise<LiveChanges> {
  const untold: string[] = [];
  const told = new Told();
  for (const spec of deps.catalog.types) {
    const token = since.tokens[spec.name];
    if (!token) {
      untold.push(`${spec.plural}: this snapshot holds no delta token`);
      continue;
    }
    try {
      for await (const page of deps.reader.delta(spec.name, token))
        for (const change of page.changes) told.note(change);
    } catch (error) {
      if (!isRewindError(error, 'DELTA_EXPIRED')) throw error;
      untold.push(
        `${spec.plural}: the delta token is no longer accepted; the next backup reads them in full`,
      );
    }
  }
  return { ...(await inWords(deps, tenant, since, told)), untold };
}

/** What the pages said, merged by id: the last word counts. */
class Told {
  readonly objects = new Map<ObjectId, Exclude<DeltaChange, { change: 'linked' | 'unlinked' }>>();
  readonly links = new Map<string, Extract<DeltaChange, { change: 'linked' | 'unlinked' }>>();

  note(change: DeltaChange): void {
    if (change.change === 'linked' || change.change === 'unlinked') {
      const { kind, source, target } = change.link;
      this.links.set(`${kind}|${source}|${target}`, change);
    } else this.objects.set(change.change === 'seen' ? change.object.id : change.id, change);
  }
}

async function inWords(
  { history, catalog }: { readonly history: HistoryReader; readonly catalog: Catalog },
  tenant: TenantId,
  since: SnapshotHeader,
  told: Told,
): Promise<Pick<LiveChanges, 'counts' | 'items'>> {
  const held = await history.versionsAt(tenant, [...told.objects.keys()], since.seq);
  const names = await nameObjects(history, catalog, tenant, since.seq);
  const nameOf = await names.of([
    ...told.objects.keys(),
    ...[...told.links.values()].map(({ link }) => link.source),
  ]);
  const items: LiveChange[] = [];
  const counts = new Map<string, { added: number; removed: number; changed: number }>();
  const count = (label: string, what: 'added' | 'removed' | 'changed', by = 1) => {
    const entry = counts.get(label) ?? { added: 0, removed: 0, changed: 0 };
    entry[what] += by;
    counts.set(label, entry);
  };
  for (const [id, change] of told.objects) {
    const type: ObjectTypeName = change.change === 'seen' ? change.object.type : change.type;
    const spec = catalog.type(type);
    const before = held.get(id);
    const wasLive = before?.state === 'live';
    if (change.change !== 'seen') {
      if (!wasLive) continue;
      count(spec.plural, 'removed');
      items.push({
        sign: '−',
        object: nameOf(id, type),
        text: `${nameOf(id, type).name} ${change.change === 'purged' ? 'deleted for good' : 'deleted'}`,
      });
      continue;
    }
    if (!wasLive) {
      const name = spec.nameOf(change.object.properties);
      count(spec.plural, 'added');
      items.push({
        sign: '+',
        object: { type, id, name },
        text: `${name} ${before ? 'restored' : 'created'}`,
      });
      continue;
    }
    const now = change.partial ? { ...before.body, ...change.object.properties } : change.object.properties;
    const differing = diffBodies(spec, before.body, now).filter(({ same }) => !same);
    if (differing.length === 0) continue;
    count(spec.plural, 'changed');
    items.push({
      sign: '~',
      object: nameOf(id, type),
      text: `${nameOf(id, type).name}: ${differing.map(({ label }) => label).join(', ')} changed`,
    });
  }
  await linksInWords(history, catalog, tenant, since, told, nameOf, items, count);
  return {
    counts: [...counts].map(([label, entry]) => ({ label, ...entry })),
    items: items.sort((a, b) => ORDER[a.sign] - ORDER[b.sign]),
  };
}

/** Per source and kind, with their number; links that the snapshot already had, or already lacked, are replays. */
async function linksInWords(
  history: HistoryReader,
  catalog: Catalog,
  tenant: TenantId,
  since: SnapshotHeader,
  told: Told,
  nameOf: (id: ObjectId, type?: string) => NamedObject,
  items: LiveChange[],
  count: (label: string, what: 'added' | 'removed', by?: number) => void,
): Promise<void> {
  const sources = new Map<ObjectId, Set<string>>();
  const deltas = new Map<string, { source: ObjectId; kind: string; added: number; removed: number }>();
  for (const change of told.links.values()) {
    const { kind, source, target } = change.link;
    let known = sources.get(source);
    if (!known) {
      known = new Set(
        (await history.linksAt(tenant, source, since.seq, 'source')).map(
          (fact) => `${fact.kind}|${fact.target}`,
        ),
      );
      sources.set(source, known);
    }
    const had = known.has(`${kind}|${target}`);
    if (had === (change.change === 'linked')) continue;
    const key = `${source}|${kind}`;
    const entry = deltas.get(key) ?? { source, kind, added: 0, removed: 0 };
    entry[had ? 'removed' : 'added'] += 1;
    deltas.set(key, entry);
  }
  for (const { source, kind, added, removed } of deltas.values()) {
    const spec = catalog.link(kind);
    const name = nameOf(source, spec.sourceType);
    for (const [what, number] of [
      ['removed', removed],
      ['added', added],
    ] as const) {
      if (number === 0) continue;
      count(`${spec.label}s`, what, number);
      items.push({
        sign: what === 'removed' ? '−' : '+',
        object: name,
        text: `${name.name}: ${number} ${spec.label}${number === 1 ? '' : 's'} ${what}`,
      });
    }
  }
}
