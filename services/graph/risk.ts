import { z } from 'zod';
import type { RiskFacts } from '../model/directory.js';
import { isRewindError } from '../model/errors.js';
import { objectId, type ObjectId } from '../model/ids.js';
import { errorOf, isOk, parsed, type GraphAnswer, type Purpose } from './answer.js';
import { BATCH_SIZE, sendBatch, slices, type BatchCall } from './batch.js';
import type { GraphClient } from './client.js';
import { query, segment } from './names.js';
import { PAGE, allOf, collectionOf } from './pages.js';

/** Reads what a plan could give: roles, Conditional Access, applications (SPEC A9). Reads only. */

const ROLES: Purpose = { what: 'read directory roles', permission: 'RoleManagement.Read.Directory' };
const POLICIES: Purpose = { what: 'read Conditional Access policies', permission: 'Policy.Read.All' };
const APPLICATIONS: Purpose = { what: 'read application assignments', permission: 'Directory.Read.All' };
const GROUPS_OF: Purpose = { what: 'read group memberships', permission: 'GroupMember.Read.All' };
/** checkMemberGroups takes 20 groups at a time. */
const CHECK_SIZE = 20;

const roleAssignment = z.looseObject({ principalId: z.string(), roleDefinitionId: z.string() });
const roleDefinition = z.looseObject({ id: z.string(), displayName: z.string().nullish() });
const principal = z.looseObject({ id: z.string() });
const groupList = z.array(z.string()).nullish();
const policy = z.looseObject({
  displayName: z.string().nullish(),
  state: z.string().nullish(),
  conditions: z
    .looseObject({
      users: z.looseObject({ includeGroups: groupList, excludeGroups: groupList }).nullish(),
    })
    .nullish(),
});
const appRoleAssignment = z.looseObject({
  resourceDisplayName: z.string().nullish(),
  resourceId: z.string().nullish(),
});
const idList = z.looseObject({ value: z.array(z.string()) });

type Names = ReadonlyMap<ObjectId, readonly string[]>;

export interface RiskSubject {
  readonly users: readonly ObjectId[];
  readonly groups: readonly ObjectId[];
}

/**
 * Conditional Access allows one request a second for all applications of a tenant together (FACTS §14): questions within so many
 * milliseconds share one reading. Apply asks again, long after.
 */
const POLICIES_LIVE_FOR_MS = 5_000;

export function createRiskReader(client: GraphClient): (subject: RiskSubject) => Promise<RiskFacts> {
  const policies = shared(client, POLICIES_LIVE_FOR_MS, () =>
    allOf(client, policy, { method: 'GET', path: '/identity/conditionalAccess/policies' }, POLICIES),
  );
  return async (subject) => {
    const [rolesByPrincipal, policiesByGroup, applicationsByGroup] = await Promise.all([
      unlessDenied(() => readRoles(client, subject)),
      unlessDenied(() => policiesOf(client, policies, subject.groups)),
      unlessDenied(() => readApplications(client, subject.groups)),
    ]);
    return { rolesByPrincipal, policiesByGroup, applicationsByGroup };
  };
}

/** One reading for everybody who asks while it runs or is young; a failure is not kept. */
function shared<T>(client: GraphClient, forInMs: number, read: () => Promise<T>): () => Promise<T> {
  let kept: { readonly until: number; readonly value: Promise<T> } | undefined;
  return () => {
    if (kept && kept.until > client.time.now()) return kept.value;
    const entry = { until: client.time.now() + forInMs, value: read() };
    kept = entry;
    entry.value.catch(() => {
      if (kept === entry) kept = undefined;
    });
    return entry.value;
  };
}

/** Not being allowed to know is an answer (null: the plan says so and takes more approvers); being cut off is not. */
async function unlessDenied<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (isRewindError(error, 'GRAPH_DENIED')) return null;
    throw error;
  }
}

/** Roles that principals hold or may activate themselves, and that users have through role-assignable groups. */
async function readRoles(client: GraphClient, { users, groups }: RiskSubject): Promise<Names> {
  const list = <T>(item: z.ZodType<T>, name: string): Promise<readonly T[]> =>
    allOf(client, item, { method: 'GET', path: `/roleManagement/directory/${name}` }, ROLES);
  const [active, eligible, definitions] = await Promise.all([
    list(roleAssignment, 'roleAssignments'),
    list(roleAssignment, 'roleEligibilitySchedules').catch(noneWithoutPim),
    list(roleDefinition, 'roleDefinitions'),
  ]);
  const assignments = [...active, ...eligible];
  const nameOf = new Map(definitions.map(({ id, displayName }) => [id, displayName ?? id]));
  const held = new Map<ObjectId, Set<string>>();
  for (const { principalId, roleDefinitionId } of assignments)
    add(held, objectId(principalId), nameOf.get(roleDefinitionId) ?? roleDefinitionId);

  const wanted = [...users, ...groups];
  // Only these can carry a role to their members; asking for all principals would ask per user and service principal
  const assignable = users.length > 0 && held.size > 0 ? await roleAssignableGroups(client) : [];
  const carriers = assignable.filter((id) => held.has(id));
  const through = await memberships(client, '/users', users, carriers);
  const result = new Map<ObjectId, Set<string>>();
  for (const principal of wanted)
    for (const carrier of [principal, ...(through.get(principal) ?? [])])
      for (const role of held.get(carrier) ?? []) add(result, principal, role);
  return frozen(result);
}

/**
 * A tenant without the licence for privileged identity management has nobody who is eligible, and says so by refusing the list; a
 * missing permission stays a refusal.
 */
function noneWithoutPim(error: unknown): readonly never[] {
  if (!isRewindError(error, 'GRAPH_BAD_REQUEST', 'GRAPH_DENIED', 'GRAPH_NOT_FOUND')) throw error;
  const { graphCode, reason } = error.details;
  if (
    /Premium|License/i.test(String(graphCode)) ||
    /premium|licen[sc]e|for the segment/i.test(String(reason))
  )
    return [];
  throw error;
}

async function roleAssignableGroups(client: GraphClient): Promise<readonly ObjectId[]> {
  const path = `/groups${query({ $filter: 'isAssignableToRole eq true', $select: 'id', $top: PAGE })}`;
  const found = await allOf(client, principal, { method: 'GET', path }, GROUPS_OF);
  return found.map(({ id }) => objectId(id));
}

/** Policies that are on or report-only and name the group, or a group that it is nested in. */
async function policiesOf(
  client: GraphClient,
  policies: () => Promise<readonly z.infer<typeof policy>[]>,
  groups: readonly ObjectId[],
): Promise<Names> {
  if (groups.length === 0) return new Map();
  const named = new Map<ObjectId, Set<string>>();
  for (const { displayName, state, conditions } of await policies()) {
    if (state === 'disabled') continue;
    const { includeGroups, excludeGroups } = conditions?.users ?? {};
    for (const id of [...(includeGroups ?? []), ...(excludeGroups ?? [])])
      add(named, objectId(id), displayName ?? 'a policy without a name');
  }
  const through = await memberships(client, '/groups', groups, [...named.keys()]);
  const result = new Map<ObjectId, Set<string>>();
  for (const group of groups)
    for (const carrier of [group, ...(through.get(group) ?? [])])
      for (const name of named.get(carrier) ?? []) add(result, group, name);
  return frozen(result);
}

async function readApplications(client: GraphClient, groups: readonly ObjectId[]): Promise<Names> {
  const calls = groups.map((group) =>
    get(`/groups/${segment(group)}/appRoleAssignments${query({ $top: PAGE })}`),
  );
  const answers = await inBatches(client, calls, APPLICATIONS);
  const result = new Map<ObjectId, Set<string>>();
  for (const [index, group] of groups.entries()) {
    const answer = answers[index] as GraphAnswer;
    // A group that is not live gives nothing that could be read; what it gives again is read when it is back
    if (answer.status === 404) continue;
    if (!isOk(answer)) throw errorOf(answer, APPLICATIONS);
    const page = parsed(collectionOf(appRoleAssignment), answer, APPLICATIONS);
    const next = page['@odata.nextLink'];
    const more = next
      ? await allOf(client, appRoleAssignment, { method: 'GET', path: next }, APPLICATIONS)
      : [];
    for (const { resourceDisplayName, resourceId } of [...page.value, ...more])
      add(result, group, resourceDisplayName ?? resourceId ?? 'an application');
  }
  return frozen(result);
}

/**
 * Which of `groups` each principal is in, directly or nested. Principals that are not live are in none.
 */
export async function memberships(
  client: GraphClient,
  collection: string,
  principals: readonly ObjectId[],
  groups: readonly ObjectId[],
): Promise<ReadonlyMap<ObjectId, readonly ObjectId[]>> {
  const found = new Map<ObjectId, ObjectId[]>();
  if (groups.length === 0 || principals.length === 0) return found;
  const asked = principals.flatMap((principal) =>
    slices(groups, CHECK_SIZE).map((groupIds) => ({ principal, groupIds })),
  );
  const calls = asked.map(({ principal, groupIds }): BatchCall => ({
    method: 'POST',
    path: `${collection}/${segment(principal)}/checkMemberGroups`,
    body: { groupIds },
  }));
  const answers = await inBatches(client, calls, GROUPS_OF);
  for (const [index, { principal }] of asked.entries()) {
    const answer = answers[index] as GraphAnswer;
    if (answer.status === 404) continue;
    if (!isOk(answer)) throw errorOf(answer, GROUPS_OF);
    const ids = parsed(idList, answer, GROUPS_OF).value.map(objectId);
    found.set(principal, [...(found.get(principal) ?? []), ...ids.filter((id) => id !== principal)]);
  }
  return found;
}

const get = (path: string): BatchCall => ({ method: 'GET', path });

async function inBatches(
  client: GraphClient,
  calls: readonly BatchCall[],
  purpose: Purpose,
): Promise<readonly GraphAnswer[]> {
  const parts = await Promise.all(
    slices(calls, BATCH_SIZE).map((part) => sendBatch(client, part, { kind: 'read', purpose })),
  );
  return parts.flat();
}

function add(map: Map<ObjectId, Set<string>>, key: ObjectId, name: string): void {
  const names = map.get(key);
  if (names) names.add(name);
  else map.set(key, new Set([name]));
}

const frozen = (map: ReadonlyMap<ObjectId, ReadonlySet<string>>): Names =>
  new Map([...map].map(([key, names]) => [key, [...names].sort()] as const));
