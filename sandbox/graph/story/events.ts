import type { Note, TenantCore } from '../core.js';
import { target } from '../core.js';
import { offices } from '../population/people-names.js';
import { personProps } from '../population/person.js';
import { Random } from '../population/random.js';
import type { Actor, Entity, Op, Props } from '../state/types.js';
import { storyDomain } from './cast.js';
import { storyTime, type StoryWorld } from './story.js';

/** Something that happens in the tenant by itself when the clock passes it. */
export interface TimedEvent {
  readonly at: number;
  play(core: TenantCore, at: number): void;
}

/** Everything between the first snapshot and this morning, in order of time (STORY §3). */
export function storyEvents(world: StoryWorld, today: string): TimedEvent[] {
  const time = (days: number, hour: number, minute: number, second = 0): number =>
    storyTime(today, days, hour, minute, second);
  const by = actors(world);
  const id = (alias: string): string => world.cast.get(alias)?.id as string;
  const group = (name: string): string => world.groups.get(name) as string;
  return [
    ...everyday(world, time),
    event(time(-10, 9, 30), (core, at) =>
      set(core, at, id('alice.moreau'), { jobTitle: 'Senior controller' }, by.hr),
    ),
    event(time(-6, 10, 12), (core, at) =>
      join(core, at, group('Payroll readers'), id('alice.moreau'), by.tom),
    ),
    event(time(-3, 14, 20), (core, at) => bin(core, at, id('erik.sand'), by.sofia)),
    event(time(-3, 15, 5), (core, at) => purge(core, at, id('erik.sand'), by.sofia)),
    event(time(-2, 9, 0), (core, at) => hire(core, at, world, by.hr)),
    event(time(-1, 16, 4), (core, at) => join(core, at, group('Project X'), id('alice.moreau'), by.priya)),
    ...amokEvents(world, by.hrSync, (minute, second) => time(0, 7, minute, second)),
  ].sort((a, b) => a.at - b.at);
}

function event(at: number, play: TimedEvent['play']): TimedEvent {
  return { at, play };
}

function actors(world: StoryWorld) {
  const user = (alias: string): Actor => {
    const person = world.cast.get(alias);
    return {
      type: 'user',
      id: person?.id ?? '',
      displayName: person?.displayName ?? '',
      userPrincipalName: `${alias}@${storyDomain}`,
    };
  };
  return {
    tom: user('tom.okafor'),
    sofia: user('sofia.rossi'),
    priya: user('priya.raman'),
    hr: user('miriam.stern'),
    hrSync: hrSyncActor(world),
  };
}

export function hrSyncActor(world: StoryWorld): Actor {
  return {
    type: 'app',
    appId: world.hrSync.appId,
    displayName: 'HR sync',
    servicePrincipalId: world.hrSync.principalId,
  };
}

/** Groups that HR sync empties. */
const emptied = ['Finance all', 'Finance leads', 'Sales list'];

/** How many departments HR sync overwrites. */
const overwritten = 38;

/**
 * The script that ran amok: 38 departments and three groups at :11, Alice deleted at :12, its last write at :13 (a second
 * change to one of the 38).
 * @param time  minute and second of the hour in which it runs
 */
export function amokEvents(
  world: StoryWorld,
  actor: Actor,
  time: (minute: number, second: number) => number,
): TimedEvent[] {
  const victims = victimsOf(world);
  const alice = world.cast.get('alice.moreau')?.id as string;
  const last = victims.at(-1) as string;
  return [
    ...victims.map((id, i) =>
      event(time(11, 2 + i), (core, at) => set(core, at, id, { department: 'TBD' }, actor)),
    ),
    ...emptied.map((name, i) =>
      event(time(11, 45 + i * 4), (core, at) => empty(core, at, world.groups.get(name) as string, actor)),
    ),
    event(time(12, 9), (core, at) => bin(core, at, alice, actor)),
    event(time(13, 1), (core, at) => set(core, at, last, { companyName: 'TBD' }, actor)),
  ];
}

/** Alice first, then Finance without its head, Sales and Operations, up to 38. */
function victimsOf(world: StoryWorld): string[] {
  const spared = new Set(['tom.okafor', 'lars.brunner', 'nora.haas', 'erik.sand']);
  const people = [...world.cast.values()].filter((person) => !spared.has(person.alias));
  const chosen = ['Finance', 'Sales', 'Operations'].flatMap((department) =>
    people.filter((person) => person.department === department),
  );
  const alice = chosen.filter((person) => person.alias === 'alice.moreau');
  const others = chosen.filter((person) => person.alias !== 'alice.moreau');
  return [...alice, ...others].slice(0, overwritten).map((person) => person.id);
}

/** Small changes of a working day. Friday's come to 13; with Alice joining Project X snapshot 15 tells 14. */
function everyday(
  world: StoryWorld,
  time: (days: number, hour: number, minute: number) => number,
): TimedEvent[] {
  const random = new Random(7);
  const ordinary = [...world.cast.values()].filter(
    (person) =>
      !person.isGuest &&
      ['Research', 'IT', 'Operations', 'Sales', 'HR'].includes(person.department) &&
      !heroes.has(person.alias),
  );
  const events: TimedEvent[] = [];
  const sofia: Actor = {
    type: 'user',
    id: world.cast.get('sofia.rossi')?.id ?? '',
    displayName: 'Sofia Rossi',
    userPrincipalName: `sofia.rossi@${storyDomain}`,
  };
  for (let day = -14; day <= -1; day += 1) {
    const changes = day === -1 ? 10 : 2 + random.below(5);
    const people = shuffled(random, ordinary).slice(0, changes);
    people.forEach((person, i) => {
      const props = smallChange(random);
      events.push(
        event(time(day, 9 + (i % 7), 5 + random.below(50)), (core, at) =>
          set(core, at, person.id, props, sofia),
        ),
      );
    });
    const joins = day === -1 ? 3 : random.below(2);
    for (let i = 0; i < joins; i += 1) {
      const person = ordinary[(30 + (day + 14) * 3 + i) % ordinary.length] as { id: string };
      events.push(
        event(time(day, 11 + i, 20), (core, at) =>
          join(core, at, world.groups.get('Project Y') as string, person.id, sofia),
        ),
      );
    }
  }
  return events;
}

/** Who must stay as the story has them. */
const heroes = new Set([
  'alice.chen',
  'hanna.berg',
  'arun.patel',
  'mei.lin',
  'sofia.rossi',
  'priya.raman',
  'lars.brunner',
  'nora.haas',
  'miriam.stern',
]);

function smallChange(random: Random): Props {
  const kind = random.below(4);
  if (kind === 0) return { mobilePhone: `+49 151 5551${random.digits(4)}` };
  if (kind === 1) return { faxNumber: `+49 30 5552 ${random.digits(3)}` };
  if (kind === 2) return { businessPhones: [`+49 30 5553 ${random.digits(4)}`] };
  return { streetAddress: `Lindenstr. ${1 + random.below(90)}` };
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i -= 1) {
    const j = random.below(i + 1);
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}

function note(activity: string, operation: Note['operation'], ...targets: Note['targets']): Note {
  return { activity, operation, targets };
}

function set(core: TenantCore, at: number, id: string, props: Props, actor: Actor): void {
  const entity = core.state.get(id);
  if (!entity) return;
  const changes = Object.entries(props).map(([name, after]) => ({
    name,
    before: entity.props[name] ?? null,
    after,
  }));
  core.commit([{ op: 'set', id, props }], {
    at,
    actor,
    notes: [note('Update user', 'Update', target(entity, changes))],
  });
}

function join(core: TenantCore, at: number, groupId: string, id: string, actor: Actor): void {
  const [group, member] = [core.state.get(groupId), core.state.get(id)];
  if (!group || !member || core.state.links.has('member', groupId, id)) return;
  core.commit([{ op: 'link', kind: 'member', from: groupId, to: id }], {
    at,
    actor,
    notes: [note('Add member to group', 'Assign', target(member), target(group))],
  });
}

/** Takes everybody out, one audit entry each; the sandbox's own door, since Graph refuses mail-enabled groups. */
export function empty(core: TenantCore, at: number, groupId: string, actor: Actor): void {
  const group = core.state.get(groupId);
  if (!group) return;
  const members = core.state.targets('member', groupId);
  core.commit(
    members.map((member): Op => ({ op: 'unlink', kind: 'member', from: groupId, to: member.id })),
    {
      at,
      actor,
      notes: members.map((member) =>
        note('Remove member from group', 'Unassign', target(member), target(group)),
      ),
    },
  );
}

function bin(core: TenantCore, at: number, id: string, actor: Actor): void {
  const entity = core.state.get(id);
  if (entity)
    core.commit([{ op: 'bin', id }], { at, actor, notes: [note('Delete user', 'Delete', target(entity))] });
}

function purge(core: TenantCore, at: number, id: string, actor: Actor): void {
  const entity = core.state.inBin(id);
  if (entity)
    core.commit([{ op: 'purge', id }], {
      at,
      actor,
      notes: [note('Hard Delete user', 'Delete', target(entity))],
    });
}

/** Somebody new, so that the tenant is back at 120 after Erik Sand's leaving. */
function hire(core: TenantCore, at: number, world: StoryWorld, actor: Actor): void {
  const id = new Random(20261119).guid();
  if (core.state.find(id)) return;
  const props = personProps(
    {
      name: ['Jakob', 'Winter'],
      alias: 'jakob.winter',
      domain: storyDomain,
      department: 'HR',
      jobTitle: 'HR partner',
      office: offices[1],
      employeeId: '1999',
      licences: ['e3'],
    },
    at,
  );
  const entity: Entity = { id, kind: 'user', props, createdAt: at, deletedAt: null, gone: false };
  const manager = world.cast.get('miriam.stern')?.id as string;
  core.commit(
    [
      { op: 'create', kind: 'user', id, props },
      { op: 'link', kind: 'manager', from: id, to: manager },
      { op: 'link', kind: 'member', from: world.groups.get('HR all') as string, to: id },
    ],
    { at, actor, notes: [note('Add user', 'Add', target(entity))] },
  );
}
