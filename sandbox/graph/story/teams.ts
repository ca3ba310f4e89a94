import type { PopulationBuilder } from '../population/builder.js';
import type { Random } from '../population/random.js';
import { parseRule, ruleHolds } from '../rules/membership-rule.js';
import type { Entity, Props } from '../state/types.js';
import { storyDomain, type Person } from './cast.js';

type Shape = 'security' | 'microsoft365' | 'mailSecurity' | 'distribution' | 'dynamic';

interface Team {
  readonly name: string;
  readonly shape: Shape;
  readonly description: string;
  /** Aliases, or a choice among everybody. */
  readonly members: readonly string[] | ((person: Person) => boolean);
  readonly owner?: string;
  readonly rule?: string;
  readonly more?: Props;
}

const inDepartment =
  (department: string) =>
  (person: Person): boolean =>
    person.department === department;
const heads = ['tom.okafor', 'lars.brunner', 'nora.haas', 'priya.raman', 'miriam.stern', 'sofia.rossi'];

/** 30 groups; the seven of STORY §3's table first. */
const teams: readonly Team[] = [
  {
    name: 'Payroll readers',
    shape: 'security',
    description: 'May read in Payroll',
    members: ['tom.okafor', 'miriam.stern'],
    owner: 'tom.okafor',
  },
  {
    name: 'Berlin office',
    shape: 'security',
    description: 'Everybody who works in Berlin',
    members: ['@Berlin'],
  },
  {
    name: 'Project X',
    shape: 'microsoft365',
    description: 'The new planning system',
    members: ['priya.raman', 'arun.patel', 'lars.brunner', 'nora.haas'],
    owner: 'priya.raman',
  },
  {
    name: 'Finance all',
    shape: 'microsoft365',
    description: 'The whole of Finance',
    members: inDepartment('Finance'),
    owner: 'tom.okafor',
  },
  {
    name: 'Finance leads',
    shape: 'security',
    description: 'Leads of Finance',
    members: ['tom.okafor', 'alice.moreau'],
    owner: 'tom.okafor',
  },
  {
    name: 'Sales list',
    shape: 'mailSecurity',
    description: 'Mail to Sales and its controllers',
    members: (person) => person.department === 'Sales' || person.alias === 'alice.moreau',
  },
  {
    name: 'All staff',
    shape: 'dynamic',
    description: 'Every employee',
    members: [],
    rule: '(user.userType -eq "Member") and (user.accountEnabled -eq true) and (user.employeeId -ne null)',
  },
  {
    name: 'Helpdesk',
    shape: 'security',
    description: 'May ask for restores',
    members: ['hanna.berg'],
    owner: 'sofia.rossi',
  },
  {
    name: 'Identity approvers',
    shape: 'security',
    description: 'May approve restores',
    members: ['arun.patel', 'mei.lin'],
    owner: 'sofia.rossi',
  },
  {
    name: 'Rewind administrators',
    shape: 'security',
    description: 'Administer Entra Rewind',
    members: ['sofia.rossi'],
    owner: 'sofia.rossi',
  },
  {
    name: 'Emergency access',
    shape: 'security',
    description: 'Left out of every Conditional Access policy',
    members: ['emergency.one', 'emergency.two'],
  },
  {
    name: 'Tier 0 operators',
    shape: 'security',
    description: 'Holds directory roles',
    members: ['sofia.rossi'],
    more: { isAssignableToRole: true, visibility: 'Private' },
  },
  {
    name: 'Munich office',
    shape: 'security',
    description: 'Everybody who works in Munich',
    members: ['@Munich'],
  },
  {
    name: 'Hamburg office',
    shape: 'security',
    description: 'Everybody who works in Hamburg',
    members: ['@Hamburg'],
  },
  {
    name: 'Germany',
    shape: 'security',
    description: 'All offices in Germany',
    members: ['#Berlin office', '#Munich office', '#Hamburg office'],
  },
  {
    name: 'Research all',
    shape: 'microsoft365',
    description: 'The whole of Research',
    members: inDepartment('Research'),
    owner: 'priya.raman',
  },
  {
    name: 'Sales all',
    shape: 'microsoft365',
    description: 'The whole of Sales',
    members: inDepartment('Sales'),
    owner: 'lars.brunner',
  },
  {
    name: 'Operations all',
    shape: 'microsoft365',
    description: 'The whole of Operations',
    members: inDepartment('Operations'),
    owner: 'nora.haas',
  },
  {
    name: 'HR all',
    shape: 'microsoft365',
    description: 'The whole of HR',
    members: inDepartment('HR'),
    owner: 'miriam.stern',
  },
  {
    name: 'IT all',
    shape: 'microsoft365',
    description: 'The whole of IT',
    members: inDepartment('IT'),
    owner: 'sofia.rossi',
  },
  {
    name: 'Heads of department',
    shape: 'security',
    description: 'The heads',
    members: heads,
    owner: 'ingrid.vogel',
  },
  {
    name: 'Project Y',
    shape: 'microsoft365',
    description: 'The move to the new warehouse',
    members: ['nora.haas', 'lars.brunner'],
    owner: 'nora.haas',
  },
  {
    name: 'Works council',
    shape: 'microsoft365',
    description: 'The works council',
    members: ['miriam.stern'],
    owner: 'miriam.stern',
  },
  {
    name: 'Guests',
    shape: 'dynamic',
    description: 'Everybody from outside',
    members: [],
    rule: '(user.userType -eq "Guest")',
  },
  {
    name: 'Auditors',
    shape: 'security',
    description: 'External auditors',
    members: ['r.blum@audit.example'],
    owner: 'tom.okafor',
  },
  { name: 'Company news', shape: 'distribution', description: 'News to heads and HR', members: heads },
  {
    name: 'Press list',
    shape: 'distribution',
    description: 'Mail from the press',
    members: ['ingrid.vogel', 'lars.brunner'],
  },
  {
    name: 'Laboratory access',
    shape: 'security',
    description: 'Doors of the laboratory',
    members: inDepartment('Research'),
  },
  {
    name: 'VPN users',
    shape: 'security',
    description: 'May connect from outside',
    members: (person) => ['IT', 'Sales'].includes(person.department),
  },
  {
    name: 'File server archive',
    shape: 'security',
    description: 'Synchronised from on-premises',
    members: ['nora.haas', 'lars.brunner'],
    more: {
      onPremisesSyncEnabled: true,
      onPremisesSamAccountName: 'archive',
      onPremisesDomainName: 'corp.contoso.example',
    },
  },
];

/** @returns group name → id */
export function addTeams(
  to: PopulationBuilder,
  cast: ReadonlyMap<string, Person>,
  random: Random,
  seededAt: number,
): Map<string, string> {
  const ids = new Map<string, string>();
  const users = to.objects.filter(({ kind }) => kind === 'user');
  for (const team of teams) {
    const createdAt = seededAt - Math.floor((0.2 + random.next() * 3) * 365 * 24 * 3600 * 1000);
    const id = to.add('group', random.guid(), propsOf(team), createdAt);
    ids.set(team.name, id);
    to.linkMany('member', id, membersOf(team, cast, ids, users));
    const owner = team.owner === undefined ? undefined : cast.get(team.owner);
    if (owner) to.link('owner', id, owner.id);
  }
  return ids;
}

function propsOf(team: Team): Props {
  const nickname = team.name.toLowerCase().replaceAll(' ', '-');
  const mailEnabled =
    team.shape === 'microsoft365' || team.shape === 'mailSecurity' || team.shape === 'distribution';
  const mail = `${nickname}@${storyDomain}`;
  return {
    displayName: team.name,
    description: team.description,
    mailEnabled,
    mailNickname: nickname,
    securityEnabled: team.shape !== 'distribution' && team.shape !== 'microsoft365',
    groupTypes:
      team.shape === 'microsoft365' ? ['Unified'] : team.shape === 'dynamic' ? ['DynamicMembership'] : [],
    ...(mailEnabled ? { mail, proxyAddresses: [`SMTP:${mail}`] } : {}),
    ...(team.shape === 'microsoft365'
      ? { visibility: 'Private', resourceProvisioningOptions: ['Team'] }
      : {}),
    ...(team.rule ? { membershipRule: team.rule, membershipRuleProcessingState: 'On' } : {}),
    ...team.more,
  };
}

function* membersOf(
  team: Team,
  cast: ReadonlyMap<string, Person>,
  groups: ReadonlyMap<string, string>,
  users: readonly { id: string; props: Props }[],
): Iterable<string> {
  if (team.rule) {
    const rule = parseRule(team.rule);
    for (const user of users) if (rule && ruleHolds(rule, asEntity(user))) yield user.id;
    return;
  }
  if (typeof team.members === 'function') {
    for (const person of cast.values()) if (team.members(person)) yield person.id;
    return;
  }
  for (const name of team.members) {
    if (name.startsWith('#')) yield groups.get(name.slice(1)) as string;
    else if (name.startsWith('@')) {
      for (const user of users) if (user.props['officeLocation'] === name.slice(1)) yield user.id;
    } else yield (cast.get(name) as Person).id;
  }
}

function asEntity(user: { id: string; props: Props }): Entity {
  return { ...user, kind: 'user', createdAt: 0, deletedAt: null, gone: false };
}
