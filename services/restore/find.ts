import type { Catalog, ObjectTypeSpec } from '../catalog/spec.js';
import type { DirectoryReader, ObjectTypeName, Properties } from '../model/directory.js';
import type { HistoryReader, ObjectVersion } from '../model/history.js';
import type { ObjectId, TenantId } from '../model/ids.js';
import type { RestorePoint } from '../model/plan.js';
import type { Candidate } from '../model/restore-service.js';
import { sameValue } from './compare.js';
import { named } from './names.js';

const LIVE_MATCHES = 25;
const KEPT_MATCHES = 50;
/** Entra keeps a deleted object for 30 days (FACTS §10). */
const BIN_DAYS = 30;

interface Found {
  readonly candidate: Candidate;
  readonly body: Properties;
}

interface FindDeps {
  readonly reader: DirectoryReader;
  readonly history: HistoryReader;
  readonly catalog: Catalog;
}

/**
 * Objects that a name can mean: live ones from the directory, deleted and gone ones from history, each state read fresh. Exact matches
 * of a key (UPN, mail, id) come first; a single exact one comes alone, and then nothing is searched for its parts.
 */
export async function findCandidates(
  deps: FindDeps,
  tenant: TenantId,
  type: ObjectTypeName | null,
  name: string,
): Promise<readonly Candidate[]> {
  const text = name.trim();
  if (text === '') return [];
  const types = deps.catalog.types.filter((each) => type === null || each.name === type);
  const found = new Map<ObjectId, Found>();
  for (const spec of types)
    for (const live of await deps.reader.search(spec.name, text, LIVE_MATCHES))
      found.set(live.id, {
        candidate: await liveCandidate(deps, tenant, spec, live.id, live.properties),
        body: live.properties,
      });
  const addKept = async (kept: readonly ObjectVersion[]): Promise<void> => {
    for (const version of kept) {
      const { newest } = await deps.history.identity(tenant, version.objectId);
      if (found.has(newest)) continue;
      found.set(newest, await keptCandidate(deps, tenant, deps.catalog.type(version.type), version, newest));
    }
  };
  const exactOnes = (): Found[] =>
    [...found.values()].filter(({ candidate, body }) =>
      isExact(deps.catalog, candidate, body, text.toLowerCase()),
    );
  await addKept(
    await deps.history.search(tenant, text, {
      ...(type === null ? {} : { type }),
      limit: KEPT_MATCHES,
      exact: true,
    }),
  );
  const [only, ...others] = exactOnes();
  if (only && others.length === 0) return [only.candidate];
  for (const spec of types)
    await addKept(await deps.history.search(tenant, text, { type: spec.name, limit: KEPT_MATCHES }));
  const exact = exactOnes();
  if (exact.length === 1) return [exact[0]!.candidate];
  const rest = [...found.values()].filter((each) => !exact.includes(each));
  return [...exact, ...rest.sort(likeliestFirst(text.toLowerCase()))].map(({ candidate }) => candidate);
}

/** "erik" means Erik Sand, wherever he is, before it means Emil Eriksen. */
const likeliestFirst =
  (text: string) =>
  (a: { candidate: Candidate }, b: { candidate: Candidate }): number =>
    Number(hasWord(b.candidate, text)) - Number(hasWord(a.candidate, text)) ||
    order[a.candidate.state] - order[b.candidate.state] ||
    a.candidate.object.name.localeCompare(b.candidate.object.name, 'en');
const hasWord = ({ object }: Candidate, text: string): boolean =>
  object.name
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .includes(text);
/** Who asks for a restore mostly means what was deleted. */
const order: Record<Candidate['state'], number> = { softDeleted: 0, live: 1, gone: 2 };

const isExact = (catalog: Catalog, { object }: Candidate, body: Properties, text: string): boolean =>
  object.id === text || catalog.type(object.type).keysOf(body).includes(text);

async function liveCandidate(
  { history, catalog }: FindDeps,
  tenant: TenantId,
  spec: ObjectTypeSpec,
  id: ObjectId,
  body: Properties,
): Promise<Candidate> {
  const newest = await history.newestSnapshot(tenant);
  const version = newest ? await history.versionAt(tenant, id, newest.seq) : null;
  return {
    object: named(catalog, spec.name, id, body),
    state: 'live',
    ...hintOf(spec, body),
    ...(version ? { changedSinceNewest: differs(spec, version, body) } : {}),
  };
}

const hintOf = (spec: ObjectTypeSpec, body: Properties): Pick<Candidate, 'hint'> => {
  const hint = spec.hintOf(body);
  return hint === undefined ? {} : { hint };
};

const differs = (spec: ObjectTypeSpec, version: ObjectVersion, body: Properties): boolean =>
  version.state !== 'live' ||
  Object.entries(spec.properties).some(([property, rule]) => {
    const [then, now] = [version.body[property], body[property]];
    return !rule.volatile && then !== undefined && now !== undefined && !sameValue(rule, then, now);
  });

/** In history but not among the directory's search results: deleted, gone, or live and not found by that word (an index that lags). */
async function keptCandidate(
  deps: FindDeps,
  tenant: TenantId,
  spec: ObjectTypeSpec,
  version: ObjectVersion,
  id: ObjectId,
): Promise<{ readonly candidate: Candidate; readonly body: Properties }> {
  const { reader, catalog } = deps;
  const live = await reader.getObject(spec.name, id);
  if (live)
    return {
      candidate: await liveCandidate(deps, tenant, spec, id, live.properties),
      body: live.properties,
    };
  const body = spec.graph.bodyInBin(version.objectId, version.body);
  const object = named(catalog, spec.name, id, body);
  const bin = await reader.getDeleted(spec.name, id);
  const base = { object, ...hintOf(spec, body) };
  if (!bin) {
    const lastSeen = await lastSeenAt(deps.history, tenant, version.objectId);
    return { candidate: { ...base, state: 'gone', ...(lastSeen ? { lastSeen } : {}) }, body };
  }
  const deletedAt = bin.deletedAt;
  const purgeAt = deletedAt && new Date(Date.parse(deletedAt) + BIN_DAYS * 86_400_000).toISOString();
  return {
    candidate: {
      ...base,
      state: 'softDeleted',
      ...(deletedAt ? { deletedAt } : {}),
      ...(purgeAt ? { purgeAt } : {}),
    },
    body,
  };
}

/** The last published snapshot that holds it live. */
async function lastSeenAt(
  history: HistoryReader,
  tenant: TenantId,
  id: ObjectId,
): Promise<RestorePoint | null> {
  const versions = (await history.versionsOf(tenant, id)).filter(({ state }) => state === 'live');
  for (const { seq, startedAt } of await history.snapshots(tenant))
    if (versions.some(({ from, to }) => from <= seq && seq < to)) return { seq, takenAt: startedAt };
  return null;
}
