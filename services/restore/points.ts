import type { Catalog } from '../catalog/spec.js';
import { RewindError } from '../model/errors.js';
import {
  OPEN,
  type HistoryReader,
  type LinkFact,
  type ObjectVersion,
  type SnapshotHeader,
} from '../model/history.js';
import type { ObjectId, TenantId } from '../model/ids.js';
import type { NamedObject, RestorePoint } from '../model/plan.js';
import type { DistinctPoint } from '../model/restore-service.js';
import { sameValue } from './compare.js';
import { shortTime } from './names.js';

/** The live version of an object (under any of its ids) at a snapshot; deleted ones do not count as "held". */
export async function liveVersionAt(
  history: HistoryReader,
  tenant: TenantId,
  ids: readonly ObjectId[],
  seq: number,
): Promise<ObjectVersion | null> {
  const versions = await history.versionsAt(tenant, ids, seq);
  return ids.map((id) => versions.get(id)).find((version) => version?.state === 'live') ?? null;
}

/** The refusal of a point that lacks the object, with the nearest that hold it (SPEC R2). */
export async function lacksObject(
  history: HistoryReader,
  tenant: TenantId,
  object: NamedObject,
  ids: readonly ObjectId[],
  point: RestorePoint,
  timeZone = 'UTC',
): Promise<RewindError> {
  const headers = await history.snapshots(tenant);
  const versions = (await Promise.all(ids.map((id) => history.versionsOf(tenant, id)))).flat();
  const holds = (seq: number): boolean =>
    versions.some(({ state, from, to }) => state === 'live' && from <= seq && seq < to);
  const before = headers.find(({ seq }) => seq < point.seq && holds(seq));
  const after = [...headers].reverse().find(({ seq }) => seq > point.seq && holds(seq));
  const nearest = [before, after].flatMap((header) =>
    header ? [`${shortTime(header.startedAt, timeZone)} (snapshot ${header.seq})`] : [],
  );
  return new RewindError('POINT_LACKS_OBJECT', {
    point: `Snapshot ${point.seq}`,
    name: object.name,
    nearest: nearest.length > 0 ? nearest.join(' · ') : 'none',
  });
}

/** The refusal of a point that retention gave up since it was chosen: what it lacks now says nothing about then (SPEC B13). */
export async function prunedPoint(
  history: HistoryReader,
  tenant: TenantId,
  point: RestorePoint,
): Promise<RewindError> {
  const headers = await history.snapshots(tenant);
  const nearest = [
    headers.find(({ seq }) => seq < point.seq),
    headers.findLast(({ seq }) => seq > point.seq),
  ].flatMap((header) => (header ? [`snapshot ${header.seq}`] : []));
  return new RewindError('SNAPSHOT_PRUNED', {
    point: `Snapshot ${point.seq}`,
    nearest: nearest.join(' · '),
  });
}

/**
 * The distinct versions of an object with its links, newest first: a new one begins where a property or a link changed
 * (STORY §3.2 picker). Points that lack the live object are not among them.
 */
export async function distinctPoints(
  history: HistoryReader,
  catalog: Catalog,
  tenant: TenantId,
  id: ObjectId,
): Promise<readonly DistinctPoint[]> {
  const { all } = await history.identity(tenant, id);
  const headers = [...(await history.snapshots(tenant))].reverse();
  const versions: ObjectVersion[] = [];
  const links: LinkFact[] = [];
  for (const each of all) {
    versions.push(...(await history.versionsOf(tenant, each)));
    links.push(...(await history.linksOf(tenant, each)).filter(({ latent }) => !latent));
  }
  const names = await namesOf(history, tenant, links, new Set(all));
  const points: { first: SnapshotHeader; last: SnapshotHeader; what: readonly string[] }[] = [];
  let before: Moment | null = null;
  for (const header of headers) {
    const moment = momentAt(header.seq, versions, links);
    if (moment) {
      const what = before ? describe(catalog, before, moment, names, new Set(all)) : ['first seen'];
      const current = points.at(-1);
      if (what.length > 0 || !current) points.push({ first: header, last: header, what });
      else current.last = header;
    }
    before = moment;
  }
  return points
    .reverse()
    .map(({ first, last, what }) => ({ point: asPoint(first), until: asPoint(last), what }));
}

const asPoint = ({ seq, startedAt }: SnapshotHeader): RestorePoint => ({ seq, takenAt: startedAt });

interface Moment {
  readonly version: ObjectVersion;
  readonly links: readonly LinkFact[];
}

function momentAt(
  seq: number,
  versions: readonly ObjectVersion[],
  links: readonly LinkFact[],
): Moment | null {
  const holds = ({ from, to }: { readonly from: number; readonly to: number }): boolean =>
    from <= seq && seq < to;
  const version = versions.find((each) => each.state === 'live' && holds(each));
  return version ? { version, links: links.filter(holds) } : null;
}

/** Names of the other ends as history last knew them. */
async function namesOf(
  history: HistoryReader,
  tenant: TenantId,
  links: readonly LinkFact[],
  own: ReadonlySet<ObjectId>,
): Promise<ReadonlyMap<ObjectId, string>> {
  const names = new Map<ObjectId, string>();
  const lastSeq = new Map<ObjectId, number>();
  for (const { source, target, from, to } of links) {
    const other = own.has(source) ? target : source;
    lastSeq.set(other, Math.max(lastSeq.get(other) ?? 0, to === OPEN ? from : to - 1));
  }
  for (const seq of new Set(lastSeq.values())) {
    const ids = [...lastSeq].flatMap(([id, last]) => (last === seq ? [id] : []));
    for (const [id, version] of await history.versionsAt(tenant, ids, seq)) names.set(id, version.name);
  }
  return names;
}

/** What changed from one moment to the next, in words; empty = the same content. */
function describe(
  catalog: Catalog,
  before: Moment,
  after: Moment,
  names: ReadonlyMap<ObjectId, string>,
  own: ReadonlySet<ObjectId>,
): readonly string[] {
  const spec = catalog.type(after.version.type);
  const properties = Object.entries(spec.properties).flatMap(([property, rule]) => {
    const [a, b] = [before.version.body[property], after.version.body[property]];
    if (rule.volatile || a === undefined || b === undefined || sameValue(rule, a, b)) return [];
    return [`${rule.label} changed`];
  });
  const keyOf = ({ kind, source, target }: LinkFact): string => `${kind}/${source}/${target}`;
  const had = new Set(before.links.map(keyOf));
  const has = new Set(after.links.map(keyOf));
  const word = (link: LinkFact, gained: boolean): string => {
    const other = own.has(link.source) ? link.target : link.source;
    return linkWords(catalog, link, own.has(link.source), gained, names.get(other) ?? other.slice(0, 8));
  };
  return [
    ...properties,
    ...after.links.filter((link) => !had.has(keyOf(link))).map((link) => word(link, true)),
    ...before.links.filter((link) => !has.has(keyOf(link))).map((link) => word(link, false)),
  ];
}

/** How people say that somebody is linked as this kind's target; other kinds: "became owner of …". */
const TARGET_WORDS: Readonly<Record<string, { readonly gained: string; readonly lost: string }>> = {
  member: { gained: 'joined', lost: 'left' },
};

/** "joined Project X", "left Finance all", "new manager Tom Okafor", "no longer owner of Berlin office". */
function linkWords(
  catalog: Catalog,
  link: LinkFact,
  atSource: boolean,
  gained: boolean,
  name: string,
): string {
  const { label } = catalog.link(link.kind);
  if (atSource) return `${gained ? 'new' : 'lost'} ${label} ${name}`;
  const words = TARGET_WORDS[link.kind] ?? { gained: `became ${label} of`, lost: `no longer ${label} of` };
  return `${gained ? words.gained : words.lost} ${name}`;
}
