import { z } from 'zod';
import { defaultSwitches, target, type Note, type TenantCore } from './core.js';
import { personProps } from './population/person.js';
import { consent } from './permissions/consent.js';
import { roleAssignmentId } from './rules/ids-of-bytes.js';
import { hardDeleteOf } from './rules/retention.js';
import { roleIdByName } from './population/role-table.js';
import { groupSoftDeletes } from './schema/group.js';
import { typeByName } from './schema/types.js';
import { isIdOf } from './state/tenant-state.js';
import type { Actor, Entity, JsonValue, Kind, Op, Props } from './state/types.js';
import { amokEvents } from './story/events.js';
import type { StoryWorld } from './story/story.js';

const value: z.ZodType<JsonValue> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(value), z.record(z.string(), value)]),
);
const by = { actor: z.string().optional() };

/**
 * What a test or the demo page may do to the tenant behind Graph's back: no permission, no refusal, no limit. Objects are
 * named by id, userPrincipalName or display name; `actor` is the display name of an app or the UPN of a user.
 */
const step = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('createUser'), properties: z.record(z.string(), value), ...by }),
  z.strictObject({ do: z.literal('createGroup'), properties: z.record(z.string(), value), ...by }),
  z.strictObject({ do: z.literal('patchUser'), user: z.string(), set: z.record(z.string(), value), ...by }),
  z.strictObject({ do: z.literal('patchGroup'), group: z.string(), set: z.record(z.string(), value), ...by }),
  z.strictObject({ do: z.literal('deleteUser'), user: z.string(), ...by }),
  z.strictObject({ do: z.literal('deleteGroup'), group: z.string(), ...by }),
  z.strictObject({ do: z.literal('restore'), object: z.string(), ...by }),
  z.strictObject({ do: z.literal('purge'), object: z.string(), ...by }),
  z.strictObject({ do: z.literal('addMember'), group: z.string(), member: z.string(), ...by }),
  z.strictObject({ do: z.literal('removeMember'), group: z.string(), member: z.string(), ...by }),
  z.strictObject({ do: z.literal('setMembers'), group: z.string(), members: z.array(z.string()), ...by }),
  z.strictObject({ do: z.literal('addOwner'), group: z.string(), owner: z.string(), ...by }),
  z.strictObject({ do: z.literal('removeOwner'), group: z.string(), owner: z.string(), ...by }),
  z.strictObject({ do: z.literal('setManager'), user: z.string(), manager: z.string().nullable(), ...by }),
  z.strictObject({ do: z.literal('assignRole'), principal: z.string(), role: z.string(), ...by }),
  z.strictObject({ do: z.literal('addDomain'), name: z.string(), ...by }),
  z.strictObject({ do: z.literal('seed'), object: z.record(z.string(), value), ...by }),
  z.strictObject({
    do: z.literal('setPermissions'),
    app: z.string(),
    permissions: z.array(z.string()),
    ...by,
  }),
  z.strictObject({ do: z.literal('switch'), name: z.string(), value: z.union([z.boolean(), z.number()]) }),
]);
export type DamageStep = z.infer<typeof step>;

const amok = z.strictObject({ name: z.literal('amok') });
const script = z.strictObject({ steps: z.array(step).min(1).max(10_000) });

/** @throws z.ZodError for an unknown step, RangeError for an object that is not there */
export function damage(core: TenantCore, world: StoryWorld | null, spec: unknown): { done: string[] } {
  if (amok.safeParse(spec).success) return runAmok(core, world);
  const steps = script.safeParse(spec).success ? script.parse(spec).steps : [step.parse(spec)];
  return { done: steps.map((one) => run(core, one)) };
}

/** "A script runs amok" of the demo page: what happened at 07:11 happens again, now. */
function runAmok(core: TenantCore, world: StoryWorld | null): { done: string[] } {
  if (!world) throw new RangeError('the script of the story needs the story');
  const hrSync = actorOf(core, 'HR sync');
  const events = amokEvents(world, hrSync, () => core.now());
  for (const event of events) event.play(core, core.now());
  return { done: ['38 departments overwritten', '3 groups emptied', 'Alice Moreau deleted'] };
}

function run(core: TenantCore, one: DamageStep): string {
  if (one.do === 'switch') return turn(core, one.name, one.value);
  const at = core.now();
  const actor = actorOf(core, one.actor);
  if (one.do === 'setPermissions') return setPermissions(core, one.app, one.permissions, actor);
  const commit = (ops: readonly Op[], ...notes: Note[]): string => {
    core.commit(ops, { at, actor, notes });
    return one.do;
  };
  const note = (activity: string, operation: Note['operation'], ...targets: Note['targets']): Note => ({
    activity,
    operation,
    targets,
  });
  switch (one.do) {
    case 'createUser':
    case 'createGroup': {
      const kind = one.do === 'createUser' ? 'user' : 'group';
      const id = typeof one.properties['id'] === 'string' ? one.properties['id'] : core.newId();
      const props = kind === 'user' ? userProps(core, one.properties, at) : groupPropsOf(one.properties);
      requireIdOf(kind, id);
      const entity: Entity = { id, kind, props, createdAt: at, deletedAt: null, gone: false };
      commit([{ op: 'create', kind, id, props }], note(`Add ${kind}`, 'Add', target(entity)));
      return id;
    }
    case 'addDomain':
      return commit([{ op: 'create', kind: 'domain', id: one.name, props: domainProps }]);
    case 'seed': {
      const { id, '@odata.type': type, ...props } = one.object;
      const kind = typeByName(String(type))?.kind;
      if (kind === undefined || typeof id !== 'string')
        throw new RangeError('an object to seed needs @odata.type and id');
      requireIdOf(kind, id);
      return commit([{ op: 'create', kind, id, props: withoutEmpty(props) }]);
    }
    case 'patchUser':
    case 'patchGroup': {
      const entity = one.do === 'patchUser' ? find(core, one.user, 'user') : find(core, one.group, 'group');
      const changes = Object.entries(one.set).map(([name, after]) => ({
        name,
        before: entity.props[name] ?? null,
        after,
      }));
      return commit(
        [{ op: 'set', id: entity.id, props: one.set }],
        note(`Update ${entity.kind}`, 'Update', target(entity, changes)),
      );
    }
    case 'deleteUser': {
      const user = find(core, one.user, 'user');
      return commit([{ op: 'bin', id: user.id }], note('Delete user', 'Delete', target(user)));
    }
    case 'deleteGroup': {
      const group = find(core, one.group, 'group');
      const soft = groupSoftDeletes(group.props, core.switches.cloudSecurityGroupsSoftDelete);
      return commit(
        [{ op: soft ? 'bin' : 'purge', id: group.id }],
        note('Delete group', 'Delete', target(group)),
      );
    }
    case 'restore': {
      const entity = findInBin(core, one.object);
      return commit(
        [{ op: 'restore', id: entity.id }],
        note(`Restore ${entity.kind}`, 'Update', target(entity)),
      );
    }
    case 'purge': {
      const entity = findAnywhere(core, one.object);
      return commit(
        [{ op: 'purge', id: entity.id }],
        note(hardDeleteOf(entity.kind), 'Delete', target(entity)),
      );
    }
    case 'addMember':
    case 'removeMember': {
      const [group, member] = [find(core, one.group, 'group'), find(core, one.member)];
      const op = one.do === 'addMember' ? 'link' : 'unlink';
      const activity = one.do === 'addMember' ? 'Add member to group' : 'Remove member from group';
      return commit(
        [{ op, kind: 'member', from: group.id, to: member.id }],
        note(activity, op === 'link' ? 'Assign' : 'Unassign', target(member), target(group)),
      );
    }
    case 'addOwner':
    case 'removeOwner': {
      const [group, owner] = [find(core, one.group, 'group'), find(core, one.owner)];
      const op = one.do === 'addOwner' ? 'link' : 'unlink';
      const activity = one.do === 'addOwner' ? 'Add owner to group' : 'Remove owner from group';
      return commit(
        [{ op, kind: 'owner', from: group.id, to: owner.id }],
        note(activity, op === 'link' ? 'Assign' : 'Unassign', target(owner), target(group)),
      );
    }
    case 'setMembers': {
      const group = find(core, one.group, 'group');
      const wanted = new Map(
        one.members.map((name) => find(core, name)).map((entity) => [entity.id, entity]),
      );
      const had = core.state.targets('member', group.id);
      const leave = had.filter((entity) => !wanted.has(entity.id));
      const join = [...wanted.values()].filter((entity) => !had.includes(entity));
      return commit(
        [
          ...leave.map((entity): Op => ({ op: 'unlink', kind: 'member', from: group.id, to: entity.id })),
          ...join.map((entity): Op => ({ op: 'link', kind: 'member', from: group.id, to: entity.id })),
        ],
        ...leave.map((entity) => note('Remove member from group', 'Unassign', target(entity), target(group))),
        ...join.map((entity) => note('Add member to group', 'Assign', target(entity), target(group))),
      );
    }
    case 'setManager': {
      const user = find(core, one.user, 'user');
      const ops: Op[] = core.state.links
        .targets('manager', user.id)
        .map((to) => ({ op: 'unlink', kind: 'manager', from: user.id, to: to.id }));
      if (one.manager !== null)
        ops.push({ op: 'link', kind: 'manager', from: user.id, to: find(core, one.manager, 'user').id });
      return commit(ops, note('Update user', 'Update', target(user)));
    }
    case 'assignRole': {
      const principal = find(core, one.principal);
      const roleDefinitionId = roleIdByName(one.role);
      if (!roleDefinitionId) throw new RangeError(`no built-in role is called '${one.role}'`);
      const props = { principalId: principal.id, roleDefinitionId, directoryScopeId: '/' };
      const id = roleAssignmentId(props);
      const isHeld = core.state.get(id, 'roleAssignment') !== undefined;
      return commit(
        isHeld ? [] : [{ op: 'create', kind: 'roleAssignment', id, props }],
        note('Add member to role', 'Assign', target(principal)),
      );
    }
  }
}

const domainProps: Props = {
  authenticationType: 'Managed',
  isAdminManaged: true,
  isDefault: false,
  isInitial: false,
  isRoot: true,
  isVerified: true,
  supportedServices: ['Email'],
};

const withoutEmpty = (props: Props): Props =>
  Object.fromEntries(Object.entries(props).filter(([, given]) => given !== null));

function turn(core: TenantCore, name: string, on: boolean | number): string {
  const switches: Record<string, boolean | number> = core.switches as unknown as Record<
    string,
    boolean | number
  >;
  if (!(name in defaultSwitches()) || typeof switches[name] !== typeof on)
    throw new RangeError(
      `no switch '${name}' of this kind; there are ${Object.keys(defaultSwitches()).join(', ')}`,
    );
  switches[name] = on;
  return `${name} = ${String(on)}`;
}

function setPermissions(core: TenantCore, name: string, permissions: string[], actor: Actor): string {
  const app = core.apps.find((known) => known.appId === name || known.displayName === name);
  if (!app) throw new RangeError(`no application is called '${name}'`);
  consent(core, app.appId, permissions, actor);
  return `${app.displayName}: ${permissions.length} permissions`;
}

function userProps(core: TenantCore, properties: Props, at: number): Props {
  const { id: _id, ...rest } = properties;
  const name = String(rest['userPrincipalName'] ?? `user-${core.newId().slice(0, 8)}@${defaultDomain(core)}`);
  const [alias = '', domain = ''] = name.split('@');
  const [given = alias, ...more] = String(rest['displayName'] ?? alias).split(' ');
  return {
    ...personProps({ name: [given, more.join(' ')], alias, domain }, at),
    userPrincipalName: name,
    ...rest,
  };
}

function groupPropsOf(properties: Props): Props {
  const { id: _id, ...rest } = properties;
  const nickname = String(rest['displayName'] ?? 'group')
    .toLowerCase()
    .replace(/\W+/gu, '-');
  return {
    displayName: 'Group',
    mailNickname: nickname,
    mailEnabled: false,
    securityEnabled: true,
    groupTypes: [],
    ...rest,
  };
}

function defaultDomain(core: TenantCore): string {
  return (
    core.state
      .liveOf('domain')
      .all()
      .find((domain) => domain.props['isDefault'] === true)?.id ?? 'example.com'
  );
}

function requireIdOf(kind: Kind, id: string): void {
  if (!isIdOf(kind, id))
    throw new RangeError(`the id of a ${kind} must be a GUID in lower case, not '${id}'`);
}

/** Live object by id, userPrincipalName, or display name when only one has it. */
function find(core: TenantCore, name: string, kind?: Entity['kind']): Entity {
  const direct = core.state.get(name.toLowerCase()) ?? core.state.userByName(name);
  if (direct && (kind === undefined || direct.kind === kind)) return direct;
  const kinds = kind === undefined ? (['user', 'group', 'servicePrincipal'] as const) : [kind];
  const named = kinds.flatMap((one) =>
    core.state
      .liveOf(one)
      .all()
      .filter((entity) => entity.props['displayName'] === name),
  );
  return only(named, name);
}

function findInBin(core: TenantCore, name: string): Entity {
  const direct = core.state.inBin(name.toLowerCase());
  if (direct) return direct;
  const binned = (['user', 'group', 'application', 'servicePrincipal'] as const).flatMap((kind) =>
    core.state
      .binOf(kind)
      .all()
      .filter((entity) => entity.props['displayName'] === name || entity.props['userPrincipalName'] === name),
  );
  return only(binned, name);
}

function findAnywhere(core: TenantCore, name: string): Entity {
  try {
    return findInBin(core, name);
  } catch {
    return find(core, name);
  }
}

function only(found: readonly Entity[], name: string): Entity {
  if (found.length !== 1) throw new RangeError(`${found.length} objects are called '${name}'`);
  return found[0] as Entity;
}

/** The person or app in whose name something is done; "Sandbox" when nobody is named. */
export function actorOf(core: TenantCore, name: string | undefined): Actor {
  const user = name === undefined ? undefined : core.state.userByName(name);
  if (user)
    return {
      type: 'user',
      id: user.id,
      displayName: String(user.props['displayName']),
      userPrincipalName: String(user.props['userPrincipalName']),
    };
  const principal = core.state
    .liveOf('servicePrincipal')
    .all()
    .find((entity) => entity.props['displayName'] === name);
  return {
    type: 'app',
    appId: principal ? String(principal.props['appId']) : null,
    displayName: name ?? 'Sandbox',
    servicePrincipalId: principal?.id ?? null,
  };
}
