import { DateTime } from 'luxon';
import { addApplication, hrSyncPermissions, registration, servicePermissions } from '../population/apps.js';
import type { Registration } from '../rules/app-permissions.js';
import { PopulationBuilder } from '../population/builder.js';
import { addConditionalAccess } from '../population/conditional-access.js';
import { Random } from '../population/random.js';
import { RoleSeeder } from '../population/roles.js';
import { addTenantBase } from '../population/tenant-base.js';
import { addCast, storyDomain, type Person } from './cast.js';
import { addTeams } from './teams.js';

export const storyZone = 'Europe/Berlin';
const storySeed = 20261121;

/** Ids that the events need, the same in every run. */
export interface StoryWorld {
  readonly population: PopulationBuilder;
  readonly cast: ReadonlyMap<string, Person>;
  readonly groups: ReadonlyMap<string, string>;
  readonly apps: readonly Registration[];
  readonly hrSync: { readonly appId: string; readonly principalId: string };
}

/** An instant of the story: whole days from its day (negative = before), local wall time. */
export function storyTime(today: string, days: number, hour: number, minute: number, second = 0): number {
  return DateTime.fromISO(today, { zone: storyZone })
    .plus({ days })
    .set({ hour, minute, second, millisecond: 0 })
    .toMillis();
}

/** Contoso as it stands before the first snapshot (STORY §3). */
export function storyWorld(options: {
  readonly tenantId: string;
  readonly today: string;
  readonly serviceApp: { readonly appId: string; readonly secret: string };
}): StoryWorld {
  const { tenantId } = options;
  const seededAt = storyTime(options.today, -15, 18, 0);
  const random = new Random(storySeed);
  const to = new PopulationBuilder();
  addTenantBase(to, tenantId, { company: 'Contoso', domain: storyDomain }, seededAt, 150);
  const cast = addCast(to, storySeed + 1, seededAt);
  const groups = addTeams(to, cast, random, seededAt);
  const apps = addApps(to, random, options, seededAt, groups);
  addRoles(to, random, cast, groups, seededAt);
  addConditionalAccess(to, random, {
    createdAt: seededAt,
    excludeGroups: [groups.get('Emergency access') as string],
  });
  addMethods(to, random, cast, seededAt);
  return { population: to, cast, groups, ...apps };
}

function addApps(
  to: PopulationBuilder,
  random: Random,
  options: {
    readonly tenantId: string;
    readonly serviceApp: { readonly appId: string; readonly secret: string };
  },
  createdAt: number,
  groups: ReadonlyMap<string, string>,
): Pick<StoryWorld, 'apps' | 'hrSync'> {
  const common = { tenantId: options.tenantId, domain: storyDomain, createdAt };
  const ids = () => ({ applicationId: random.guid(), principalId: random.guid() });
  addApplication(to, {
    ...common,
    ...ids(),
    appId: options.serviceApp.appId,
    displayName: 'Entra Rewind',
    permissions: servicePermissions,
  });
  const hrSync = { appId: random.guid(), ...ids() };
  addApplication(to, { ...common, ...hrSync, displayName: 'HR sync', permissions: hrSyncPermissions });
  const payroll = { appId: random.guid(), ...ids() };
  const roleId = random.guid();
  const appRoles = [
    {
      allowedMemberTypes: ['User'],
      description: 'Reads payslips and payroll runs.',
      displayName: 'Reader',
      id: roleId,
      isEnabled: true,
      origin: 'Application',
      value: 'Payroll.Read',
    },
  ];
  addApplication(to, {
    ...common,
    ...payroll,
    displayName: 'Payroll',
    more: { identifierUris: [`https://payroll.${storyDomain}`], appRoles },
    principalMore: { appRoleAssignmentRequired: true, appRoles },
  });
  to.add(
    'appRoleAssignment',
    random.guid(),
    {
      appRoleId: roleId,
      principalDisplayName: 'Payroll readers',
      principalId: groups.get('Payroll readers') as string,
      principalType: 'Group',
      resourceDisplayName: 'Payroll',
      resourceId: payroll.principalId,
    },
    createdAt,
  );
  return {
    hrSync: { appId: hrSync.appId, principalId: hrSync.principalId },
    apps: [
      registration(options.serviceApp.appId, 'Entra Rewind', options.serviceApp.secret),
      registration(hrSync.appId, 'HR sync', `hr-sync-${random.digits(12)}`),
    ],
  };
}

function addRoles(
  to: PopulationBuilder,
  random: Random,
  cast: ReadonlyMap<string, Person>,
  groups: ReadonlyMap<string, string>,
  createdAt: number,
): void {
  const seeder = new RoleSeeder(to, random, createdAt);
  const assign = (role: string, principalId: string): void => seeder.assign(role, principalId);
  assign('Global Administrator', (cast.get('emergency.one') as Person).id);
  assign('Global Administrator', (cast.get('emergency.two') as Person).id);
  assign('User Administrator', groups.get('Tier 0 operators') as string);
  assign('Global Reader', (cast.get('arun.patel') as Person).id);
}

function addMethods(
  to: PopulationBuilder,
  random: Random,
  cast: ReadonlyMap<string, Person>,
  createdAt: number,
): void {
  for (const person of cast.values()) {
    if (person.isGuest || person.department === '') continue;
    to.add(
      'authenticationMethod',
      `${person.id}/3179e48a-750b-4051-897c-87b9720928f7`,
      {
        '@odata.type': '#microsoft.graph.phoneAuthenticationMethod',
        '~user': person.id,
        phoneNumber: `+49 1515550${random.digits(4)}`,
        phoneType: 'mobile',
        smsSignInState: 'notAllowedByPolicy',
      },
      createdAt,
    );
  }
}
