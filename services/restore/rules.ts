import type { Catalog } from '../catalog/spec.js';
import type { HistoryReader } from '../model/history.js';
import type { TenantId } from '../model/ids.js';
import type { RuleGroup } from './facts.js';
import { named } from './names.js';

/** The property that holds a dynamic group's rule; types without it have no rules. */
const RULE = 'membershipRule';

/** Reads dynamic groups of the newest snapshot, once per snapshot: a plan asks which rules read the properties that it changes. */
export function createRuleReader(
  history: HistoryReader,
  catalog: Catalog,
): (tenant: TenantId) => Promise<readonly RuleGroup[]> {
  const cache = new Map<TenantId, { readonly seq: number; readonly rules: readonly RuleGroup[] }>();
  return async (tenant) => {
    const newest = await history.newestSnapshot(tenant);
    if (!newest) return [];
    const cached = cache.get(tenant);
    if (cached?.seq === newest.seq) return cached.rules;
    const rules: RuleGroup[] = [];
    for (const type of catalog.types.filter((each) => RULE in each.properties))
      for await (const { objectId, body, state } of history.eachVersionAt(tenant, newest.seq, type.name)) {
        const rule = body[RULE];
        if (state === 'live' && typeof rule === 'string' && rule !== '')
          rules.push({ object: named(catalog, type.name, objectId, body), rule });
      }
    cache.set(tenant, { seq: newest.seq, rules });
    return rules;
  };
}
