import type { Catalog } from '../catalog/spec.js';
import type { LinkKind } from '../model/directory.js';
import { RewindError } from '../model/errors.js';
import type { HistoryReader, LinkFact, ObjectVersion } from '../model/history.js';
import type { ObjectId, Seq, TenantId } from '../model/ids.js';
import type { NamedObject } from '../model/plan.js';
import { diffBodies } from './diff-body.js';
import type { PropertyDifference } from './diff-body.js';
import { nameObjects } from './names.js';

export type Presence = 'live' | 'softDeleted' | 'missing';

export interface LinkDifference {
  readonly kind: LinkKind;
  /** Where the object stands: 'source' = the other end is its member, 'target' = it is a member of the other end. */
  readonly end: 'source' | 'target';
  /** "Memberships", "Members" */
  readonly label: string;
  readonly other: NamedObject;
  /** 'hidden': kept by Entra while an end is in the recycle bin. */
  readonly change: 'added' | 'removed' | 'same' | 'hidden';
}

export interface ObjectComparison {
  readonly object: NamedObject;
  readonly before: Presence;
  readonly after: Presence;
  readonly properties: readonly PropertyDifference[];
  readonly links: readonly LinkDifference[];
}

/**
 * One object at two snapshots (SPEC F4), with its links from both ends. All ids that it ever had count as the object (SPEC R10).
 * @throws OBJECT_NOT_FOUND if neither snapshot knows it
 */
export async function compareObject(
  { history, catalog }: { readonly history: HistoryReader; readonly catalog: Catalog },
  tenant: TenantId,
  id: ObjectId,
  from: Seq,
  to: Seq,
): Promise<ObjectComparison> {
  const { all } = await history.identity(tenant, id);
  const before = await newestOf(history, tenant, all, from);
  const after = await newestOf(history, tenant, all, to);
  const known = after ?? before;
  if (!known) throw new RewindError('OBJECT_NOT_FOUND', { type: 'object', name: id, closest: '' });
  const spec = catalog.type(known.type);
  const name = await nameObjects(history, catalog, tenant, to);
  return {
    object: name.ofVersion(known),
    before: before?.state ?? 'missing',
    after: after?.state ?? 'missing',
    properties: diffBodies(spec, before?.body ?? null, after?.body ?? null),
    links: await diffLinks(history, catalog, tenant, all, from, to, name.of),
  };
}

async function newestOf(
  history: HistoryReader,
  tenant: TenantId,
  ids: readonly ObjectId[],
  seq: Seq,
): Promise<ObjectVersion | null> {
  const versions = await history.versionsAt(tenant, ids, seq);
  const held = [...ids].reverse().flatMap((id) => versions.get(id) ?? []);
  return held.find(({ state }) => state === 'live') ?? held[0] ?? null;
}

async function diffLinks(
  history: HistoryReader,
  catalog: Catalog,
  tenant: TenantId,
  ids: readonly ObjectId[],
  from: Seq,
  to: Seq,
  nameOf: (ids: readonly ObjectId[]) => Promise<(id: ObjectId, type?: string) => NamedObject>,
): Promise<readonly LinkDifference[]> {
  const own = new Set(ids);
  const linksAt = async (seq: Seq): Promise<Map<string, LinkFact>> => {
    const facts = await Promise.all(ids.map((id) => history.linksAt(tenant, id, seq)));
    return new Map(facts.flat().map((fact) => [slotOf(fact, own), fact]));
  };
  const [before, after] = [await linksAt(from), await linksAt(to)];
  const slots = new Map([...before, ...after]);
  const otherOf = (fact: LinkFact): ObjectId => (own.has(fact.source) ? fact.target : fact.source);
  const name = await nameOf([...slots.values()].map(otherOf));
  return [...slots].map(([slot, fact]): LinkDifference => {
    const end = own.has(fact.source) ? 'source' : 'target';
    const spec = catalog.link(fact.kind);
    const type = end === 'source' ? fact.targetType : spec.sourceType;
    return {
      kind: fact.kind,
      end,
      label: (end === 'source' ? spec.atSource : spec.atTarget)?.label ?? spec.label,
      other: name(otherOf(fact), type),
      change: changeOf(before.get(slot), after.get(slot)),
    };
  });
}

/** The same relationship under whichever of the object's ids. */
const slotOf = (fact: LinkFact, own: ReadonlySet<ObjectId>): string =>
  own.has(fact.source) ? `${fact.kind}>${fact.target}` : `${fact.kind}<${fact.source}`;

function changeOf(before: LinkFact | undefined, after: LinkFact | undefined): LinkDifference['change'] {
  if (after?.latent) return 'hidden';
  if (!after) return before?.latent ? 'same' : 'removed';
  return before && !before.latent ? 'same' : 'added';
}
