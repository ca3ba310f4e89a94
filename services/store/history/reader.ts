import type { Filter } from 'mongodb';
import type { HistoryReader, LinkFact, ObjectVersion } from '../../model/history.js';
import type { ObjectId, Seq, TenantId } from '../../model/ids.js';
import { headerId, headerOf, linkOf, versionOf } from './documents.js';
import type { HeaderDoc, HistoryCollections, LinkDoc, VersionDoc } from './documents.js';
import { createIdentity } from './identity.js';
import { searchVersions } from './search.js';
import { endOf, endsAfter, holdsAt, viewOf, wasBegun } from './view.js';
import type { View } from './view.js';

const UNPRUNED = { pruned: { $exists: false } };
/** How many ids one query carries. */
const IDS_PER_QUERY = 500;

/** History as the rest of the product sees it: published snapshots only, each call by the newest of them. */
export function createHistoryReader(collections: HistoryCollections): HistoryReader {
  const { versions, links, snapshots } = collections;

  const newest = async (tenant: TenantId): Promise<HeaderDoc | null> =>
    snapshots.findOne({ tenant, published: true }, { sort: { seq: -1 } });
  const view = async (tenant: TenantId): Promise<View> => viewOf(await newest(tenant));

  async function versionsAt(
    tenant: TenantId,
    objectIds: readonly ObjectId[],
    seq: Seq,
  ): Promise<Map<ObjectId, ObjectVersion>> {
    const seen = await view(tenant);
    const found = new Map<ObjectId, ObjectVersion>();
    for (let start = 0; start < objectIds.length; start += IDS_PER_QUERY) {
      const ids = objectIds.slice(start, start + IDS_PER_QUERY);
      const which = ids.length === 1 ? ids[0]! : { $in: ids };
      for await (const doc of versions.find({ tenant, objectId: which, from: { $lte: seq } }))
        if (holdsAt(doc, seq, seen)) found.set(doc.objectId, versionOf(doc, endOf(doc, seen)));
    }
    return found;
  }

  /** Facts of a collection that hold at `seq`, in no particular order. */
  async function* holding<D extends VersionDoc | LinkDoc>(
    find: (filter: Filter<D>) => AsyncIterable<D>,
    where: Record<string, unknown>,
    seq: Seq,
    seen: View,
  ): AsyncGenerator<D> {
    const at = Math.min(seq, seen.newest);
    for (const to of endsAfter(at, seen))
      for await (const doc of find({ ...where, to, from: { $lte: at } } as Filter<D>))
        if (holdsAt(doc, at, seen)) yield doc;
  }

  /** Facts begun or ended in `(after, upTo]`, each once. */
  async function* changed<D extends VersionDoc | LinkDoc>(
    find: (filter: Filter<D>) => AsyncIterable<D>,
    tenant: TenantId,
    after: Seq,
    upTo: Seq,
    seen: View,
  ): AsyncGenerator<D> {
    const last = Math.min(upTo, seen.newest);
    for await (const doc of find({ tenant, from: { $gt: after, $lte: last } } as Filter<D>))
      if (wasBegun(doc, seen)) yield doc;
    for await (const doc of find({
      tenant,
      to: { $gt: after, $lte: last },
      from: { $lte: after },
    } as Filter<D>))
      if (wasBegun(doc, seen) && endOf(doc, seen) === doc.to) yield doc;
  }
  const findVersions = (filter: Filter<VersionDoc>) => versions.find(filter);
  const findLinks = (filter: Filter<LinkDoc>) => links.find(filter);

  return {
    ...createIdentity(collections),

    async newestSnapshot(tenant) {
      const header = await newest(tenant);
      return header && headerOf(header);
    },

    async snapshots(tenant, { limit = 0, notAfter, within, pruned = false } = {}) {
      const which = {
        tenant,
        published: true,
        ...(within && { seq: { $gt: within.after, $lte: within.upTo } }),
        ...(pruned ? {} : UNPRUNED),
      };
      const found =
        notAfter === undefined
          ? snapshots.find(which).sort({ seq: -1 })
          : snapshots.find({ ...which, startedAt: { $lte: notAfter } }).sort({ startedAt: -1 });
      return (await found.limit(limit).toArray()).map(headerOf);
    },

    async snapshot(tenant, seq, { pruned = false } = {}) {
      const which = { _id: headerId(tenant, seq), published: true, ...(pruned ? {} : UNPRUNED) };
      const header = await snapshots.findOne(which);
      return header && headerOf(header);
    },

    async versionAt(tenant, objectId, seq) {
      return (await versionsAt(tenant, [objectId], seq)).get(objectId) ?? null;
    },
    versionsAt,

    async versionsOf(tenant, objectId) {
      const seen = await view(tenant);
      const docs = await versions.find({ tenant, objectId }).sort({ from: 1 }).toArray();
      return docs.filter((doc) => wasBegun(doc, seen)).map((doc) => versionOf(doc, endOf(doc, seen)));
    },

    async linksAt(tenant, objectId, seq, end) {
      const seen = await view(tenant);
      const facts: LinkFact[] = [];
      for (const side of end ? [end] : (['source', 'target'] as const))
        for await (const doc of holding(findLinks, { tenant, [side]: objectId }, seq, seen))
          facts.push(linkOf(doc, endOf(doc, seen)));
      return facts;
    },

    async linksOf(tenant, objectId) {
      const seen = await view(tenant);
      const facts: LinkFact[] = [];
      for (const side of ['source', 'target'])
        for await (const doc of findLinks({ tenant, [side]: objectId } as Filter<LinkDoc>))
          if (wasBegun(doc, seen)) facts.push(linkOf(doc, endOf(doc, seen)));
      return facts.sort((a, b) => a.from - b.from);
    },

    async search(tenant, text, options) {
      return searchVersions(collections, tenant, text, await view(tenant), options);
    },

    async *eachVersionAt(tenant, seq, type) {
      const seen = await view(tenant);
      for await (const doc of holding(findVersions, { tenant, ...(type && { type }) }, seq, seen))
        yield versionOf(doc, endOf(doc, seen));
    },

    async *eachLinkAt(tenant, seq, kind) {
      const seen = await view(tenant);
      for await (const doc of holding(findLinks, { tenant, ...(kind && { kind }) }, seq, seen))
        yield linkOf(doc, endOf(doc, seen));
    },

    async *changedVersions(tenant, after, upTo) {
      const seen = await view(tenant);
      for await (const doc of changed(findVersions, tenant, after, upTo, seen))
        yield versionOf(doc, endOf(doc, seen));
    },

    async *changedLinks(tenant, after, upTo) {
      const seen = await view(tenant);
      for await (const doc of changed(findLinks, tenant, after, upTo, seen))
        yield linkOf(doc, endOf(doc, seen));
    },
  };
}
