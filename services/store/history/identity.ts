import type { HistoryReader } from '../../model/history.js';
import type { ObjectId, TenantId } from '../../model/ids.js';
import type { HistoryCollections } from './documents.js';

/** The map of recreated objects (SPEC R10): old id → new id, followed in both directions. */
export function createIdentity({
  ids,
}: HistoryCollections): Pick<HistoryReader, 'identity' | 'recordMapping'> {
  /** The id that this one was last recreated as, or null. */
  async function successor(tenant: TenantId, oldId: ObjectId): Promise<ObjectId | null> {
    const mappings = await ids.find({ tenant, oldId }).toArray();
    mappings.sort((a, b) => (a.at < b.at ? 1 : -1));
    return mappings[0]?.newId ?? null;
  }

  return {
    async identity(tenant, id) {
      const all = new Set<ObjectId>([id]);
      for (const known of all)
        for (const { oldId } of await ids.find({ tenant, newId: known }).toArray()) all.add(oldId);
      const seen = [...all].reverse();
      let newest = id;
      for (let next = await successor(tenant, id); next && !seen.includes(next);) {
        seen.push(next);
        newest = next;
        next = await successor(tenant, next);
      }
      return { newest, all: seen };
    },

    async recordMapping(mapping) {
      const _id = `${mapping.tenant}/${mapping.oldId}/${mapping.newId}`;
      await ids.replaceOne({ _id }, mapping, { upsert: true });
    },
  };
}
