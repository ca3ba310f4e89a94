import { z } from 'zod';
import { isRewindError } from '../model/errors.js';
import { objectId, type ObjectId } from '../model/ids.js';
import { failureOf, mustBeOk, parsed, type Purpose } from './answer.js';
import type { GraphClient } from './client.js';
import { memberships } from './risk.js';

const POLICY: Purpose = {
  what: 'read the authentication methods policy',
  permission: 'Policy.Read.AuthenticationMethod',
};
/** Graph's own default, where the policy names none. */
const DEFAULT_LIFETIME_IN_MINUTES = 60;
const EVERYBODY = 'all_users';

const target = z.looseObject({ id: z.string(), targetType: z.string().nullish() });
const configuration = z.looseObject({
  state: z.string().nullish(),
  defaultLifetimeInMinutes: z.number().nullish(),
  minimumLifetimeInMinutes: z.number().nullish(),
  maximumLifetimeInMinutes: z.number().nullish(),
  includeTargets: z.array(target).nullish(),
  excludeTargets: z.array(target).nullish(),
});

/**
 * Whether the tenant's policy lets this user sign in with a Temporary Access Pass. A user that does not exist (yet) is only in
 * "all users". Graph makes a pass for anybody; without this check it would be one that opens nothing (FACTS §8).
 * @returns null when the policy may not be read
 */
export async function readPassPolicy(
  client: GraphClient,
  user: ObjectId,
): Promise<{ readonly allowed: boolean; readonly lifetimeInMinutes: number } | null> {
  const answer = await client.send({
    method: 'GET',
    path: '/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass',
  });
  if (answer.status === 403) return null;
  if (answer.status === 404 && failureOf(answer).code !== '')
    return { allowed: false, lifetimeInMinutes: DEFAULT_LIFETIME_IN_MINUTES };
  const policy = parsed(configuration, mustBeOk(answer, POLICY), POLICY);
  const lifetimeInMinutes = Math.min(
    Math.max(
      policy.defaultLifetimeInMinutes ?? DEFAULT_LIFETIME_IN_MINUTES,
      policy.minimumLifetimeInMinutes ?? 10,
    ),
    policy.maximumLifetimeInMinutes ?? 43_200,
  );
  if (policy.state !== 'enabled') return { allowed: false, lifetimeInMinutes };
  const included = idsOf(policy.includeTargets);
  const excluded = idsOf(policy.excludeTargets);
  const everybody = included.includes(EVERYBODY);
  const groups = [...new Set([...included, ...excluded])].filter((id) => id !== EVERYBODY).map(objectId);
  const inGroups = await groupsOf(client, user, groups);
  if (inGroups === null) return null;
  const has = (ids: readonly string[]): boolean => ids.some((id) => inGroups.includes(objectId(id)));
  return { allowed: (everybody || has(included)) && !has(excluded), lifetimeInMinutes };
}

const idsOf = (targets: readonly { readonly id: string }[] | null | undefined): readonly string[] =>
  (targets ?? []).map(({ id }) => id);

async function groupsOf(
  client: GraphClient,
  user: ObjectId,
  groups: readonly ObjectId[],
): Promise<readonly ObjectId[] | null> {
  try {
    return (await memberships(client, '/users', [user], groups)).get(user) ?? [];
  } catch (error) {
    if (isRewindError(error, 'GRAPH_DENIED')) return null;
    throw error;
  }
}
