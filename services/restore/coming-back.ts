import type { Catalog, LinkSpec } from '../catalog/spec.js';
import type { DirectoryReader, Properties } from '../model/directory.js';
import type { HistoryReader } from '../model/history.js';
import type { TenantId } from '../model/ids.js';
import type { NamedObject } from '../model/plan.js';
import type { OtherEnd } from './facts.js';
import { comesBackForSure, deltaTypes, latentLinks, readDelta } from './latent.js';
import { linkKey } from './names.js';
import { readOtherEnds } from './other-ends.js';

/** A link that Entra brings back by itself with the undelete of `object`. */
export interface ComingBack {
  readonly key: string;
  readonly spec: LinkSpec;
  /** In the recycle bin now. */
  readonly object: NamedObject;
  /** Where `object` stands. */
  readonly at: 'source' | 'target';
  readonly other: OtherEnd;
  /** False: delta could not be read, so it may have been removed before the deletion. */
  readonly sure: boolean;
}

export interface ComingBackDeps {
  readonly reader: DirectoryReader;
  readonly history: HistoryReader;
  readonly catalog: Catalog;
}

/**
 * What an undelete of these soft-deleted objects brings back (SPEC R6, A9): the newest snapshot's links, brought up to now by delta.
 * Other ends that are not live bring nothing back.
 */
export async function comingBack(
  deps: ComingBackDeps,
  tenant: TenantId,
  objects: readonly NamedObject[],
): Promise<readonly ComingBack[]> {
  if (objects.length === 0) return [];
  const { reader, history, catalog } = deps;
  const newest = await history.newestSnapshot(tenant);
  const seq = newest?.seq ?? 0;
  const delta = await readDelta(
    reader,
    newest,
    new Set(objects.flatMap(({ type }) => deltaTypes(catalog, type))),
    new Set(objects.map(({ id }) => id)),
  );
  const found: (Omit<ComingBack, 'other'> & { readonly otherId: OtherEnd['id']; readonly type: string })[] =
    [];
  for (const object of objects) {
    const latent = await latentLinks(history, tenant, object.id, newest, seq, delta);
    const ends = [
      ...catalog.linksFromSource(object.type).map((spec) => ({ spec, at: 'source' as const })),
      ...catalog.linksToTarget(object.type).map((spec) => ({ spec, at: 'target' as const })),
    ];
    for (const { spec, at } of ends)
      for (const otherId of latent(spec.kind, at).keys()) {
        const [source, target] = at === 'source' ? [object.id, otherId] : [otherId, object.id];
        const type = at === 'target' ? spec.sourceType : (spec.targetTypes[0] ?? spec.sourceType);
        const key = linkKey(spec.kind, source, target);
        found.push({ key, spec, object, at, sure: comesBackForSure(spec, delta), otherId, type });
      }
  }
  const others = await readOtherEnds(
    deps,
    tenant,
    seq,
    found.map(({ otherId, type }) => ({ id: otherId, type })),
  );
  return found.flatMap(({ otherId, type: _type, ...link }) => {
    const other = others.get(otherId);
    return other?.state === 'live' ? [{ ...link, other }] : [];
  });
}

/** The end that carries the rights: the group of a membership. */
export const sourceOf = ({
  at,
  object,
  other,
}: ComingBack): { readonly name: NamedObject; readonly body: Properties | null } =>
  at === 'source' ? { name: object, body: null } : { name: other.object, body: other.body };
