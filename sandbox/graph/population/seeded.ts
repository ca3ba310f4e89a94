import type { Props } from '../state/types.js';
import { addApplication, hrSyncPermissions, registration, servicePermissions } from './apps.js';
import type { Registration } from '../rules/app-permissions.js';
import { PopulationBuilder } from './builder.js';
import { addConditionalAccess } from './conditional-access.js';
import { crowdsOf, type SeededPerson } from './crowds.js';
import { departments, givenNames, offices, surnames } from './people-names.js';
import { personProps } from './person.js';
import { Random } from './random.js';
import { RoleSeeder } from './roles.js';
import { addTenantBase } from './tenant-base.js';
import { addUnits } from './units.js';

export const seededDomain = 'northwind.example';

export interface Size {
  readonly users: number;
  readonly groups: number;
  readonly seed: number;
}

const year = 365 * 24 * 3600 * 1000;

/**
 * A tenant of any size with a realistic shape: departments with heads, guests (3 %), synced users (5 %), disabled accounts
 * (2 %), administrators, groups of every kind with a long tail of sizes, nested groups, and a few very large ones (everybody,
 * departments, offices: crowds.ts); ten memberships a user where the groups are enough for that, and the nested ones on top; from a
 * hundred people on administrative units with roles of their own, an eligible role and Conditional Access.
 */
export function seededPopulation(
  size: Size,
  options: {
    readonly tenantId: string;
    readonly seededAt: number;
    readonly serviceApp: { readonly appId: string; readonly secret: string };
  },
): { population: PopulationBuilder; apps: Registration[] } {
  const random = new Random(size.seed);
  const to = new PopulationBuilder();
  const { tenantId, seededAt } = options;
  addTenantBase(to, tenantId, { company: 'Northwind', domain: seededDomain }, seededAt, size.users + 100);
  const apps = addApps(to, random, options);
  const people = addUsers(to, random, size.users, seededAt);
  const users = people.map(({ id }) => id);
  addManagers(to, random, users);
  addGroups(to, random, size.groups, people, seededAt);
  const roles = addAdministrators(to, random, users, seededAt);
  if (size.users >= USERS_FOR_GOVERNANCE) addGovernance(to, random, people, roles, seededAt);
  return { population: to, apps };
}

function addApps(
  to: PopulationBuilder,
  random: Random,
  options: Parameters<typeof seededPopulation>[1],
): Registration[] {
  const common = { tenantId: options.tenantId, domain: seededDomain, createdAt: options.seededAt - year };
  const hrSync = random.guid();
  addApplication(to, {
    ...common,
    appId: options.serviceApp.appId,
    applicationId: random.guid(),
    principalId: random.guid(),
    displayName: 'Entra Rewind',
    permissions: servicePermissions,
  });
  addApplication(to, {
    ...common,
    appId: hrSync,
    applicationId: random.guid(),
    principalId: random.guid(),
    displayName: 'HR sync',
    permissions: hrSyncPermissions,
  });
  return [
    registration(options.serviceApp.appId, 'Entra Rewind', options.serviceApp.secret),
    registration(hrSync, 'HR sync', `hr-sync-${random.digits(12)}`),
  ];
}

function addUsers(to: PopulationBuilder, random: Random, count: number, seededAt: number): SeededPerson[] {
  const people: SeededPerson[] = [];
  const taken = new Map<string, number>();
  for (let i = 0; i < count; i += 1) {
    const [given, givenPart] = random.pick(givenNames);
    const [surname, surnamePart] = random.pick(surnames);
    const base = `${givenPart}.${surnamePart}`;
    const used = taken.get(base) ?? 0;
    taken.set(base, used + 1);
    const alias = used === 0 ? base : `${base}${used + 1}`;
    const [department, titles] = random.pick(departments);
    const createdAt = seededAt - Math.floor(random.next() * 6 * year);
    const isGuest = random.chance(0.03);
    const more: Props = {};
    if (!isGuest && random.chance(0.05))
      Object.assign(more, {
        onPremisesSyncEnabled: true,
        onPremisesSamAccountName: alias.slice(0, 20),
        onPremisesDomainName: `corp.${seededDomain}`,
        onPremisesImmutableId: Buffer.from(alias).toString('base64'),
      });
    if (random.chance(0.02)) more['accountEnabled'] = false;
    const props = personProps(
      {
        name: [given, surname],
        alias,
        domain: seededDomain,
        ...(isGuest
          ? { guestOf: `${alias}@partner.example` }
          : {
              department,
              jobTitle: random.pick(titles),
              office: random.pick(offices),
              employeeId: String(100000 + i),
              phone: `+49 30 ${random.digits(7)}`,
              licences: random.chance(0.8) ? ['e3' as const] : [],
            }),
        more,
      },
      createdAt,
    );
    const { department: worksIn, officeLocation: sitsIn } = props;
    people.push({
      id: to.add('user', random.guid(), props, createdAt),
      ...(typeof worksIn === 'string' ? { department: worksIn } : {}),
      ...(typeof sitsIn === 'string' ? { office: sitsIn } : {}),
    });
  }
  return people;
}

/** A tree: the first is at the top, everybody else has somebody before him as manager. */
function addManagers(to: PopulationBuilder, random: Random, users: readonly string[]): void {
  for (let i = 1; i < users.length; i += 1) {
    if (random.chance(0.05)) continue;
    to.link(
      'manager',
      users[i] as string,
      users[Math.floor(Math.pow(random.next(), 2) * Math.min(i, Math.ceil(users.length / 8)))] as string,
    );
  }
}

const membershipsPerUser = 10;

function addGroups(
  to: PopulationBuilder,
  random: Random,
  count: number,
  people: readonly SeededPerson[],
  seededAt: number,
): void {
  const users = people.map(({ id }) => id);
  const crowds = crowdsOf(people, count);
  const inCrowds = crowds.reduce((sum, { members }) => sum + members.length, 0);
  const sizes = tailSizes(random, {
    groups: count,
    after: crowds.length,
    users: users.length,
    wanted: users.length * membershipsPerUser - inCrowds,
  });
  const security: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const createdAt = seededAt - Math.floor(random.next() * 4 * year);
    const { props, isPlainSecurity } = groupProps(random, i);
    const crowd = crowds[i];
    const id = to.add('group', random.guid(), { ...props, ...crowd?.props }, createdAt);
    const drawn = sample(random, users, sizes[i] ?? 0);
    to.linkMany('member', id, crowd?.members ?? drawn);
    if (random.chance(0.8) && users.length > 0) to.link('owner', id, random.pick(users));
    if (isPlainSecurity) {
      // Nested now and then, never in a circle: a group only takes earlier ones.
      if (security.length > 0 && random.chance(0.1)) to.link('member', id, random.pick(security));
      security.push(id);
    }
  }
}

/** A long tail: the sizes of the groups that are no crowds; together as many memberships as are wanted, where there is room. */
function tailSizes(
  random: Random,
  { groups, after, users, wanted }: { groups: number; after: number; users: number; wanted: number },
): number[] {
  const most = Math.floor(users * 0.7);
  const weights = Array.from({ length: groups }, (_, i) => {
    const spread = 0.7 + 0.6 * random.next();
    return i < after ? 0 : spread / Math.pow(i - after + 1, 0.6);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sizes = weights.map((weight) =>
    weight === 0 ? 0 : Math.min(most, Math.max(1, Math.floor((wanted * weight) / total))),
  );
  // What the floors left over goes to the smallest, one each; a small tenant, cut off at `most`, keeps its shape instead.
  let left = after === 0 ? 0 : wanted - sizes.reduce((sum, size) => sum + size, 0);
  for (let i = groups - 1; i >= after && left > 0; i -= 1, left -= 1) sizes[i] = (sizes[i] as number) + 1;
  return sizes;
}

function groupProps(random: Random, index: number): { props: Props; isPlainSecurity: boolean } {
  const [department] = random.pick(departments);
  const [office] = random.pick(offices);
  const displayName = `${department} ${office} ${index + 1}`;
  const nickname = `group${index + 1}`;
  const mail = `${nickname}@${seededDomain}`;
  const common: Props = {
    displayName,
    description: `${department} in ${office}`,
    mailNickname: nickname,
    groupTypes: [],
  };
  const draw = random.next();
  if (draw < 0.35)
    return {
      props: {
        ...common,
        groupTypes: ['Unified'],
        mailEnabled: true,
        securityEnabled: false,
        mail,
        proxyAddresses: [`SMTP:${mail}`],
        visibility: 'Private',
      },
      isPlainSecurity: false,
    };
  if (draw < 0.4)
    return {
      props: { ...common, mailEnabled: true, securityEnabled: true, mail, proxyAddresses: [`SMTP:${mail}`] },
      isPlainSecurity: false,
    };
  if (draw < 0.45)
    return {
      props: { ...common, mailEnabled: true, securityEnabled: false, mail, proxyAddresses: [`SMTP:${mail}`] },
      isPlainSecurity: false,
    };
  if (draw < 0.5)
    return {
      // The rule is paused: its members stay as they were drawn.
      props: {
        ...common,
        groupTypes: ['DynamicMembership'],
        mailEnabled: false,
        securityEnabled: true,
        membershipRule: `(user.department -eq "${department}") and (user.officeLocation -eq "${office}")`,
        membershipRuleProcessingState: 'Paused',
      },
      isPlainSecurity: false,
    };
  const synced = draw > 0.95;
  return {
    props: {
      ...common,
      mailEnabled: false,
      securityEnabled: true,
      ...(synced ? { onPremisesSyncEnabled: true, onPremisesSamAccountName: nickname } : {}),
    },
    isPlainSecurity: !synced,
  };
}

/** `count` different users: a stride through the list, so that it costs what it takes. */
function sample(random: Random, users: readonly string[], count: number): string[] {
  if (users.length === 0) return [];
  const wanted = Math.min(count, users.length);
  const start = random.below(users.length);
  const stride = Math.max(1, Math.floor(users.length / wanted));
  return Array.from({ length: wanted }, (_, i) => users[(start + i * stride) % users.length] as string);
}

/** Four at least; in a large tenant a helpdesk of one in a thousand, and a few more of the others. */
function addAdministrators(
  to: PopulationBuilder,
  random: Random,
  users: readonly string[],
  createdAt: number,
): RoleSeeder {
  const roles = [
    'Global Administrator',
    'User Administrator',
    'Helpdesk Administrator',
    'Groups Administrator',
  ];
  const seeder = new RoleSeeder(to, random, createdAt);
  roles.forEach((role, i) => {
    const principalId = users[i * 3];
    if (principalId !== undefined) seeder.assign(role, principalId);
  });
  const perThousand = Math.floor(users.length / 1000);
  for (let i = 0; i < perThousand; i += 1) {
    const principalId = users[i * 1000 + 500] as string;
    seeder.assign(i % 10 === 9 ? 'User Administrator' : 'Helpdesk Administrator', principalId);
  }
  return seeder;
}

/** A tenant with fewer people than this is run by those who know everybody. */
const USERS_FOR_GOVERNANCE = 100;

/** A unit for each office with a helpdesk of its own, a role that is activated when needed, and Conditional Access. */
function addGovernance(
  to: PopulationBuilder,
  random: Random,
  people: readonly SeededPerson[],
  roles: RoleSeeder,
  createdAt: number,
): void {
  for (const [office, unitId] of addUnits(to, random, people, createdAt)) {
    const helper = people.find((person) => person.office === office);
    if (helper) roles.assign('Helpdesk Administrator', helper.id, unitId);
  }
  const [emergency, , deputy] = people.map(({ id }) => id);
  if (emergency === undefined || deputy === undefined) return;
  roles.makeEligible('Privileged Role Administrator', deputy);
  addConditionalAccess(to, random, { createdAt, excludeUsers: [emergency] });
}
