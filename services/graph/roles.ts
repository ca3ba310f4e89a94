import { z } from 'zod';
import { isRewindError, RewindError } from '../model/errors.js';
import { objectId, tenantId, type ObjectId, type TenantId } from '../model/ids.js';
import type { Log } from '../model/log.js';
import type { BotRole, Person, RoleReader } from '../model/people.js';
import { mustBeOk, parsed, type Purpose } from './answer.js';
import type { GraphClient } from './client.js';
import { isGuid, literal, query, segment } from './names.js';
import { PAGE, allOf, collectionOf } from './pages.js';

export interface RoleSettings {
  readonly tenantId: string;
  /** Entra group per role, by object id (better: a name is anybody's to give) or display name. Missing or '' = nobody has the role. */
  readonly groups: Readonly<Partial<Record<BotRole, string>>>;
}

const GROUPS: Purpose = { what: 'read group memberships', permission: 'GroupMember.Read.All' };
/** For looking at things; what asks, decides or writes asks Graph at the click (SPEC A2). */
const RIGHTS_LIVE_FOR_MS = 60_000;
const GROUPS_LIVE_FOR_MS = 10 * 60_000;
const MOST_REMEMBERED = 5_000;

const namedGroup = z.looseObject({ id: z.guid(), displayName: z.string().nullish() });
const groupMember = z.looseObject({
  id: z.guid(),
  '@odata.type': z.string().optional(),
  displayName: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
  accountEnabled: z.boolean().nullish(),
});

interface RoleGroup {
  readonly role: BotRole;
  readonly id: ObjectId;
  readonly name: string;
}

/**
 * Answers who holds which bot role by membership (direct or nested) in the groups of the settings. Lives in machine time: the demo's
 * clock must not stretch a right. Fails closed: what cannot be read is RIGHTS_UNKNOWN, never "no roles" and never an old answer.
 */
export function createRoleReader(
  { client, log }: { readonly client: GraphClient; readonly log: Log },
  settings: RoleSettings,
): RoleReader {
  const home = tenantId(settings.tenantId);
  const configured = Object.entries(settings.groups).filter(
    (entry): entry is [BotRole, string] => typeof entry[1] === 'string' && entry[1].trim() !== '',
  );
  const rights = new Map<
    ObjectId,
    { readonly until: number; readonly roles: Promise<ReadonlySet<BotRole>> }
  >();
  let known: { readonly until: number; readonly groups: Promise<readonly RoleGroup[]> } | undefined;
  const names = new Map<BotRole, string>();

  const groups = (): Promise<readonly RoleGroup[]> => {
    if (known && known.until > client.time.now()) return known.groups;
    const reading = Promise.all(configured.map(([role, group]) => resolve(client, log, role, group))).then(
      (resolved) => {
        const found = resolved.filter((group) => group !== null);
        for (const { role, name } of found) names.set(role, name);
        return found;
      },
    );
    const entry = { until: client.time.now() + GROUPS_LIVE_FOR_MS, groups: reading };
    known = entry;
    // A failure is not an answer: the next question asks again
    reading.catch(() => {
      if (known === entry) known = undefined;
    });
    return reading;
  };

  const closed = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (cause) {
      log.warn(
        { code: isRewindError(cause) ? cause.code : 'INTERNAL' },
        'roles: rights could not be read, so nobody is let through',
      );
      throw new RewindError('RIGHTS_UNKNOWN', {}, { cause });
    }
  };

  return {
    async rolesOf(person: Person, options) {
      if (person.tenant !== home) return new Set();
      const remembered = rights.get(person.objectId);
      if (!options?.fresh && remembered && remembered.until > client.time.now()) return remembered.roles;
      const roles = closed(async () => rolesIn(client, person.objectId, await groups()));
      if (rights.size >= MOST_REMEMBERED) rights.clear();
      const entry = { until: client.time.now() + RIGHTS_LIVE_FOR_MS, roles };
      rights.set(person.objectId, entry);
      roles.catch(() => {
        if (rights.get(person.objectId) === entry) rights.delete(person.objectId);
      });
      return roles;
    },

    async peopleWith(tenant: TenantId, role: BotRole) {
      if (tenant !== home) return [];
      return closed(async () => {
        const group = (await groups()).find((one) => one.role === role);
        return group ? peopleIn(client, home, group.id) : [];
      });
    },

    groupName: (role) => names.get(role) ?? nameInSettings(settings.groups[role], role),
  };
}

const nameInSettings = (group: string | undefined, role: BotRole): string =>
  group && !isGuid(group) ? group : `${role}s`;

/**
 * null = the setting names no group, or a name that two groups bear (whoever may make groups could otherwise make approvers): then
 * nobody has the role, which is certain and safe. The other roles go on.
 */
async function resolve(
  client: GraphClient,
  log: Log,
  role: BotRole,
  group: string,
): Promise<RoleGroup | null> {
  const wanted = group.trim();
  const found = isGuid(wanted) ? await groupById(client, wanted) : await groupsByName(client, wanted);
  const [only] = found;
  if (only === undefined || found.length > 1) {
    log.warn(
      { role, group: wanted, found: found.length },
      'roles: the setting does not name exactly one group, so nobody has this role; name it by its object id',
    );
    return null;
  }
  return { role, id: objectId(only.id), name: only.displayName ?? nameInSettings(wanted, role) };
}

type NamedGroup = z.infer<typeof namedGroup>;

async function groupById(client: GraphClient, id: string): Promise<readonly NamedGroup[]> {
  const path = `/groups/${segment(objectId(id))}${query({ $select: 'id,displayName' })}`;
  const answer = await client.send({ method: 'GET', path, priority: 'high' });
  return answer.status === 404 ? [] : [parsed(namedGroup, mustBeOk(answer, GROUPS), GROUPS)];
}

async function groupsByName(client: GraphClient, name: string): Promise<readonly NamedGroup[]> {
  const $filter = `displayName eq ${literal(name)}`;
  const path = `/groups${query({ $filter, $select: 'id,displayName', $top: 2 })}`;
  const answer = mustBeOk(await client.send({ method: 'GET', path, priority: 'high' }), GROUPS);
  return parsed(collectionOf(namedGroup), answer, GROUPS).value;
}

async function rolesIn(
  client: GraphClient,
  person: ObjectId,
  groups: readonly RoleGroup[],
): Promise<ReadonlySet<BotRole>> {
  if (groups.length === 0) return new Set();
  const answer = await client.send({
    method: 'POST',
    kind: 'read',
    path: `/users/${segment(person)}/checkMemberGroups`,
    body: { groupIds: [...new Set(groups.map(({ id }) => id))] },
    priority: 'high',
  });
  // Not a live user of this tenant: no rights, and that is certain
  if (answer.status === 404) return new Set();
  const { value } = parsed(z.looseObject({ value: z.array(z.string()) }), mustBeOk(answer, GROUPS), GROUPS);
  const held = new Set(value.map(objectId));
  return new Set(groups.filter(({ id }) => held.has(id)).map(({ role }) => role));
}

async function peopleIn(client: GraphClient, tenant: TenantId, group: ObjectId): Promise<readonly Person[]> {
  const path = `/groups/${segment(group)}/transitiveMembers${query({
    $select: 'id,displayName,userPrincipalName,accountEnabled',
    $top: PAGE,
  })}`;
  const members = await allOf(client, groupMember, { method: 'GET', path, priority: 'high' }, GROUPS);
  return members
    .filter((member) => isUser(member['@odata.type']) && member.accountEnabled === true)
    .map(({ id, displayName, userPrincipalName }) => ({
      tenant,
      objectId: objectId(id),
      name: displayName ?? userPrincipalName ?? 'a user without a name',
      ...(userPrincipalName ? { upn: userPrincipalName } : {}),
    }));
}

const isUser = (odataType: string | undefined): boolean =>
  odataType?.toLowerCase() === '#microsoft.graph.user';
