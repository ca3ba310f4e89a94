import type { Catalog, CatalogAspect, ObjectTypeSpec } from '../catalog/spec.js';
import type { DirectoryReader, LinkKind, ObservedObject, Properties, RiskFacts } from '../model/directory.js';
import { isRewindError } from '../model/errors.js';
import type { HistoryReader, LinkFact, ObjectVersion, SnapshotHeader } from '../model/history.js';
import type { ObjectId, TenantId } from '../model/ids.js';
import type { NamedObject, RestoreOptions, RestorePoint } from '../model/plan.js';
import type { KeyTaken, LinkFacts, LinkNow, OtherEnd, PlanFacts, RuleGroup, SubjectFacts } from './facts.js';
import { comesBackForSure, deltaTypes, latentLinks, readDelta, type DeltaKnowledge } from './latent.js';
import { named } from './names.js';
import { presentHeads, readOtherEnds, type EndToRead } from './other-ends.js';
import { lacksObject, liveVersionAt, prunedPoint } from './points.js';

export interface GatherDeps {
  readonly reader: DirectoryReader;
  readonly history: HistoryReader;
  readonly catalog: Catalog;
  readonly rulesOf: (tenant: TenantId) => Promise<readonly RuleGroup[]>;
}

export interface PlanQuestion {
  readonly subjects: readonly NamedObject[];
  readonly point: RestorePoint;
  readonly options: RestoreOptions;
  readonly timeZone: string;
}

/** A subject before its links are known. */
interface Found {
  readonly spec: ObjectTypeSpec;
  readonly id: ObjectId;
  readonly wanted: ObjectVersion;
  readonly state: SubjectFacts['state'];
  readonly body: Properties | null;
}

/**
 * Reads all that the planner needs, targeted and fresh: history at the point, the subjects and their links as they are now, delta for
 * what is latent, the other ends, and what decides the class. Changes nothing, here or there.
 * @throws POINT_LACKS_OBJECT, SNAPSHOT_PRUNED, NO_SNAPSHOT, GRAPH_*
 */
export async function gatherFacts(
  deps: GatherDeps,
  tenant: TenantId,
  question: PlanQuestion,
): Promise<PlanFacts> {
  const { history, catalog } = deps;
  const { point, options } = question;
  const header = await history.snapshot(tenant, point.seq);
  if (!header && (await history.snapshot(tenant, point.seq, { pruned: true })))
    throw await prunedPoint(history, tenant, point);
  const newest = await history.newestSnapshot(tenant);
  const found: Found[] = [];
  for (const object of question.subjects) found.push(await findSubject(deps, tenant, object, point));

  const deleted = found.filter(({ state }) => state === 'softDeleted');
  const delta = await readDelta(
    deps.reader,
    newest,
    new Set(deleted.flatMap(({ spec }) => deltaTypes(catalog, spec.name))),
    new Set(deleted.map(({ id }) => id)),
  );
  const subjects: SubjectFacts[] = [];
  const ends: EndToRead[] = [];
  for (const each of found)
    subjects.push(await subjectFacts(deps, tenant, each, question, { newest, delta }, ends));

  const others = new Map(await readOtherEnds(deps, tenant, point.seq, ends));
  for (const subject of subjects) await addHeads(deps, subject, others);
  const rules =
    options.withObject && found.some(({ spec }) => spec.signsIn) ? await deps.rulesOf(tenant) : [];
  return {
    point,
    timeZone: question.timeZone,
    subjects,
    others,
    rules,
    risk: await readRisk(deps, subjects, others, rules),
    kindsWhole: wholeKinds(catalog, header),
    deltaGap: delta.gaps.size === 0 ? null : capitalised([...delta.gaps.values()].join('; ')),
  };
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A partial snapshot, or one from before a kind was in the catalogue, does not tell what was *not* there. */
const wholeKinds = (catalog: Catalog, header: SnapshotHeader | null): ReadonlySet<LinkKind> =>
  new Set(
    header?.status === 'complete'
      ? catalog.links.map(({ kind }) => kind).filter((kind) => kind in header.counts)
      : [],
  );

async function findSubject(
  { reader, history, catalog }: GatherDeps,
  tenant: TenantId,
  object: NamedObject,
  point: RestorePoint,
): Promise<Found> {
  const { newest: id, all } = await history.identity(tenant, object.id);
  const wanted = await liveVersionAt(history, tenant, all, point.seq);
  if (!wanted) throw await lacksObject(history, tenant, object, all, point);
  // The kept version says what it is, whatever the question called it.
  const spec = catalog.type(wanted.type);
  const live = await reader.getObject(spec.name, id);
  if (live) return { spec, id, wanted, state: 'live', body: live.properties };
  const bin = await reader.getDeleted(spec.name, id);
  if (!bin) return { spec, id, wanted, state: 'gone', body: null };
  return { spec, id, wanted, state: 'softDeleted', body: spec.graph.bodyInBin(id, bin.properties) };
}

async function subjectFacts(
  deps: GatherDeps,
  tenant: TenantId,
  found: Found,
  question: PlanQuestion,
  now: { readonly newest: SnapshotHeader | null; readonly delta: DeltaKnowledge },
  ends: EndToRead[],
): Promise<SubjectFacts> {
  const { history, catalog } = deps;
  const { spec, id, wanted, state, body } = found;
  const { point, options } = question;
  const facts = (await history.linksAt(tenant, wanted.objectId, point.seq)).filter(({ latent }) => !latent);
  const latent =
    state === 'softDeleted' ? await latentLinks(history, tenant, id, now.newest, point.seq, now.delta) : null;
  const links: LinkFacts[] = [];
  for (const { kind, end } of kindsAt(catalog, spec)) {
    const ofKind = facts.filter((fact) => fact.kind === kind && fact[end] === wanted.objectId);
    const restore = isAsked(catalog, spec, kind, end, state, options);
    const removed = (options.remove ?? []).some((key) => key.startsWith(`link:${kind}:`));
    const present =
      latent?.(kind, end) ??
      (state === 'live' && (restore || removed) ? await readLinks(deps.reader, kind, end, id) : new Map());
    const sure = state !== 'softDeleted' || comesBackForSure(catalog.link(kind), now.delta);
    const otherIds = ofKind.map((fact) => (end === 'source' ? fact.target : fact.source));
    links.push({ kind, end, restore, wanted: otherIds, present, sure });
    ends.push(...endsOf(catalog, kind, end, ofKind, present.keys()));
  }
  const object = named(catalog, spec.name, id, state === 'live' ? body : wanted.body);
  return {
    spec,
    formerId: wanted.objectId,
    id,
    object,
    wanted,
    state,
    body,
    links,
    keyTaken: options.withObject ? await takenKey(deps, found, options) : null,
    handoff: state === 'gone' && spec.signsIn && options.withObject ? await handoffKind(deps, id) : null,
  };
}

const kindsAt = (catalog: Catalog, spec: ObjectTypeSpec): readonly Pick<CatalogAspect, 'kind' | 'end'>[] => [
  ...catalog.linksFromSource(spec.name).map(({ kind }) => ({ kind, end: 'source' as const })),
  ...catalog.linksToTarget(spec.name).map(({ kind }) => ({ kind, end: 'target' as const })),
];

/**
 * Asked for by an aspect; or, for a recreated object, a link that *others* hold to the old id and that no aspect offers: it is
 * re-pointed to the new one (SPEC R10).
 */
function isAsked(
  catalog: Catalog,
  spec: ObjectTypeSpec,
  kind: LinkKind,
  end: 'source' | 'target',
  state: SubjectFacts['state'],
  options: RestoreOptions,
): boolean {
  const aspect = catalog.aspectsOf(spec.name).find((each) => each.kind === kind && each.end === end);
  if (aspect) return options.aspects.includes(aspect.name);
  return state === 'gone' && end === 'target' && options.withObject;
}

async function readLinks(
  reader: DirectoryReader,
  kind: LinkKind,
  end: 'source' | 'target',
  id: ObjectId,
): Promise<ReadonlyMap<ObjectId, LinkNow>> {
  const present = new Map<ObjectId, LinkNow>();
  if (end === 'target') {
    for (const link of await reader.listLinksTo(kind, id)) present.set(link.source, {});
    return present;
  }
  for await (const page of reader.listLinks(kind, id)) for (const link of page) present.set(link.target, {});
  return present;
}

function endsOf(
  catalog: Catalog,
  kind: LinkKind,
  end: 'source' | 'target',
  facts: readonly LinkFact[],
  present: Iterable<ObjectId>,
): EndToRead[] {
  const spec = catalog.link(kind);
  // At a target the other end is a source, whose type the kind fixes; at a source Graph names the target's type where it is not obvious.
  const usual = end === 'target' ? spec.sourceType : (spec.targetTypes[0] ?? spec.sourceType);
  const typeOf = new Map(
    facts.map((fact) => (end === 'source' ? [fact.target, fact.targetType ?? usual] : [fact.source, usual])),
  );
  return [...new Set([...typeOf.keys(), ...present])].map((id) => ({ id, type: typeOf.get(id) ?? usual }));
}

/** Another live object that holds the natural key which the subject would get (back) (SPEC R11, R14). */
async function takenKey(
  { reader, catalog }: GatherDeps,
  { spec, id, wanted, state, body }: Found,
  options: RestoreOptions,
): Promise<KeyTaken | null> {
  for (const property of spec.naturalKeys) {
    const value = keyAfter(spec, property, { wanted: wanted.body, body, state }, options);
    if (typeof value !== 'string' || value === '') continue;
    const holders = await reader.findByKey(spec.name, property, value);
    const other = holders.find(
      (each) => each.id !== id && (spec.signsIn || sameName(spec, each, wanted.body)),
    );
    if (other) return { property, value, by: named(catalog, spec.name, other.id, other.properties) };
  }
  return null;
}

/** Names of groups are not unique, so only the same key *and* the same name are taken for the same group. */
const sameName = (spec: ObjectTypeSpec, other: ObservedObject, wanted: Properties): boolean =>
  spec.nameOf(other.properties).toLowerCase() === spec.nameOf(wanted).toLowerCase();

function keyAfter(
  spec: ObjectTypeSpec,
  property: string,
  { wanted, body, state }: { wanted: Properties; body: Properties | null; state: SubjectFacts['state'] },
  options: RestoreOptions,
): Properties[string] | undefined {
  const renamed = spec.signsIn && property === spec.naturalKeys[0] ? options.newUserPrincipalName : undefined;
  if (renamed) return renamed;
  if (state !== 'live') return (state === 'softDeleted' ? body?.[property] : undefined) ?? wanted[property];
  const restored = !options.onlyProperties || options.onlyProperties.includes(property);
  return spec.signsIn && restored && wanted[property] !== body?.[property] ? wanted[property] : undefined;
}

/** A pass where the tenant's policy lets this user have one; else (or where that may not be read) the random password. */
async function handoffKind({ reader }: GatherDeps, id: ObjectId): Promise<'pass' | 'password'> {
  try {
    return (await reader.passPolicy(id))?.allowed ? 'pass' : 'password';
  } catch (error) {
    if (isRewindError(error, 'GRAPH_NOT_FOUND', 'GRAPH_DENIED')) return 'password';
    throw error;
  }
}

async function addHeads(
  { reader, catalog }: GatherDeps,
  subject: SubjectFacts,
  others: Map<ObjectId, OtherEnd>,
): Promise<void> {
  for (const { kind, end, wanted, restore } of subject.links) {
    if (!catalog.link(kind).single || end !== 'target' || !restore) continue;
    const sources = wanted.flatMap((id) => {
      const other = others.get(id);
      return other?.state === 'live' ? [other.id] : [];
    });
    const heads = await presentHeads(reader, kind, sources);
    const headIds = [...new Set(heads.values())];
    const objects = await reader.getObjects(subject.spec.name, headIds);
    for (const [id, other] of others) {
      const head = heads.get(other.id);
      if (head === undefined || !wanted.includes(id)) continue;
      const body = objects.get(head)?.properties ?? null;
      others.set(id, { ...other, holds: named(catalog, subject.spec.name, head, body) });
    }
  }
}

async function readRisk(
  { reader, catalog }: GatherDeps,
  subjects: readonly SubjectFacts[],
  others: ReadonlyMap<ObjectId, OtherEnd>,
  rules: readonly RuleGroup[],
): Promise<RiskFacts> {
  const users = new Set<ObjectId>();
  const groups = new Set<ObjectId>(rules.map(({ object }) => object.id));
  const place = (type: string, id: ObjectId): void => {
    const spec = catalog.find(type);
    if (spec) (spec.signsIn ? users : groups).add(id);
  };
  for (const { spec, id, formerId } of subjects) {
    place(spec.name, id);
    place(spec.name, formerId);
  }
  for (const { object, id } of others.values()) place(object.type, id);
  return reader.readRisk({ users: [...users], groups: [...groups] });
}
