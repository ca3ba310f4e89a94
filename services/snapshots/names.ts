import type { Catalog } from '../catalog/spec.js';
import type { HistoryReader, ObjectVersion } from '../model/history.js';
import type { ObjectId, Seq, TenantId } from '../model/ids.js';
import type { NamedObject } from '../model/plan.js';
import { named } from '../restore/names.js';

export interface Names {
  /** Names for many ids by one read each batch; what history never knew keeps its kind and the beginning of its id. */
  of(ids: readonly ObjectId[]): Promise<(id: ObjectId, type?: string) => NamedObject>;
  ofVersion(version: ObjectVersion): NamedObject;
}

/** Objects as texts name them: as at `seq`, or as they were called last before they were gone. */
export async function nameObjects(
  history: HistoryReader,
  catalog: Catalog,
  tenant: TenantId,
  seq: Seq,
): Promise<Names> {
  const ofVersion = (version: ObjectVersion): NamedObject =>
    named(catalog, version.type, version.objectId, version.body);
  return {
    ofVersion,
    async of(ids) {
      const wanted = [...new Set(ids)];
      const versions = new Map(await history.versionsAt(tenant, wanted, seq));
      for (const id of wanted.filter((each) => !versions.has(each))) {
        const last = (await history.versionsOf(tenant, id)).at(-1);
        if (last) versions.set(id, last);
      }
      return (id, type = 'object') => {
        const version = versions.get(id);
        return version ? ofVersion(version) : named(catalog, type, id, null);
      };
    },
  };
}
