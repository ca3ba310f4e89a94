import type { Catalog, LinkSpec } from '../catalog/spec.js';
import type { DirectoryReader, LinkKind, ObjectTypeName } from '../model/directory.js';
import { isRewindError } from '../model/errors.js';
import type { HistoryReader, LinkFact, SnapshotHeader } from '../model/history.js';
import type { ObjectId, TenantId } from '../model/ids.js';
import type { LinkNow } from './facts.js';
import { linkKey } from './names.js';

/** What delta says of links since the newest snapshot: the net change of each, and of which types it could not be read. */
export interface DeltaKnowledge {
  readonly links: ReadonlyMap<string, 'linked' | 'unlinked'>;
  /** Type → why its delta could not be read, in words. */
  readonly gaps: ReadonlyMap<ObjectTypeName, string>;
}

/**
 * Reads the delta of the given types from the newest snapshot's tokens, without publishing or consuming them, and keeps what touches
 * one of `ids`. Only delta tells a link that was removed from one that is latent (DESIGN §5, FACTS §10).
 */
export async function readDelta(
  reader: DirectoryReader,
  newest: SnapshotHeader | null,
  types: ReadonlySet<ObjectTypeName>,
  ids: ReadonlySet<ObjectId>,
): Promise<DeltaKnowledge> {
  const links = new Map<string, 'linked' | 'unlinked'>();
  const gaps = new Map<ObjectTypeName, string>();
  for (const type of types) {
    const token = newest?.tokens[type];
    if (!token) {
      gaps.set(type, `no delta of ${type}s is kept`);
      continue;
    }
    try {
      for await (const { changes } of reader.delta(type, token))
        for (const entry of changes) {
          if (entry.change !== 'linked' && entry.change !== 'unlinked') continue;
          const { kind, source, target } = entry.link;
          if (ids.has(source) || ids.has(target)) links.set(linkKey(kind, source, target), entry.change);
        }
    } catch (error) {
      if (!isRewindError(error, 'DELTA_EXPIRED')) throw error;
      gaps.set(type, `the delta of ${type}s since snapshot ${newest.seq} has expired`);
    }
  }
  return { links, gaps };
}

/** Other ends that stay latent at a soft-deleted object: the newest snapshot's links, brought up to now by delta. */
export async function latentLinks(
  history: HistoryReader,
  tenant: TenantId,
  id: ObjectId,
  newest: SnapshotHeader | null,
  pointSeq: number,
  delta: DeltaKnowledge,
): Promise<(kind: LinkKind, end: 'source' | 'target') => ReadonlyMap<ObjectId, LinkNow>> {
  const facts = newest ? await history.linksAt(tenant, id, newest.seq) : [];
  const all = facts.length > 0 ? await history.linksOf(tenant, id) : [];
  const starts = await joinTimes(history, tenant, facts, all, pointSeq);
  return (kind, end) => {
    const present = new Map<ObjectId, LinkNow>();
    for (const fact of facts) {
      if (fact.kind !== kind || fact[end] !== id) continue;
      const key = linkKey(kind, fact.source, fact.target);
      if (delta.links.get(key) !== 'unlinked') present.set(otherEnd(fact, end), starts.get(key) ?? {});
    }
    for (const [key, change] of delta.links) {
      const [, linkKind, source, target] = key.split(':') as [string, string, ObjectId, ObjectId];
      if (change !== 'linked' || linkKind !== kind) continue;
      const link = { source, target };
      if (link[end] === id && !present.has(otherEnd(link, end)))
        present.set(otherEnd(link, end), { joined: { by: null } });
    }
    return present;
  };
}

const otherEnd = (
  link: { readonly source: ObjectId; readonly target: ObjectId },
  end: 'source' | 'target',
): ObjectId => (end === 'source' ? link.target : link.source);

/** For links newer than the restore point: the time of the first snapshot that has them without a break since. */
async function joinTimes(
  history: HistoryReader,
  tenant: TenantId,
  facts: readonly LinkFact[],
  all: readonly LinkFact[],
  pointSeq: number,
): Promise<ReadonlyMap<string, LinkNow>> {
  const times = new Map<string, LinkNow>();
  for (const fact of facts) {
    const start = firstOfRun(fact, all);
    if (start <= pointSeq) continue;
    const header = await history.snapshot(tenant, start, { pruned: true });
    times.set(linkKey(fact.kind, fact.source, fact.target), { joined: { by: header?.startedAt ?? null } });
  }
  return times;
}

/** Turning latent closes one fact and opens the next: walk back over facts that touch. */
function firstOfRun(fact: LinkFact, all: readonly LinkFact[]): number {
  let start = fact.from;
  for (;;) {
    const before = all.find(
      (each) =>
        each.to === start &&
        each.from < start &&
        each.kind === fact.kind &&
        each.source === fact.source &&
        each.target === fact.target,
    );
    if (!before) return start;
    start = before.from;
  }
}

/** Whether an undelete brings links of this kind back for certain, as far as delta could be read. */
export const comesBackForSure = (spec: LinkSpec, delta: DeltaKnowledge): boolean =>
  spec.undelete === 'comesBack' && spec.inDelta && !delta.gaps.has(spec.sourceType);

/** Types whose delta carries links that an undelete of `type` brings back. */
export const deltaTypes = (catalog: Catalog, type: ObjectTypeName): readonly ObjectTypeName[] =>
  [...catalog.linksFromSource(type), ...catalog.linksToTarget(type)]
    .filter((spec) => spec.inDelta)
    .map((spec) => spec.sourceType);
