import { departments, givenNames, offices, surnames } from '../population/people-names.js';
import { personProps, type PersonFacts } from '../population/person.js';
import type { PopulationBuilder } from '../population/builder.js';
import { Random } from '../population/random.js';

export const storyDomain = 'contoso.example';

/** The people that STORY §3 names, by the alias of their address. */
export interface Person {
  readonly id: string;
  readonly alias: string;
  readonly displayName: string;
  readonly department: string;
  readonly isGuest: boolean;
}

type Named = Omit<PersonFacts, 'domain' | 'employeeId'> & { readonly manager?: string };

const berlin = offices[0];

/** Manager by alias. Guests and accounts without an office are no employees. */
const named: readonly Named[] = [
  person('Ingrid', 'Vogel', 'Management', 'Managing director'),
  person('Tom', 'Okafor', 'Finance', 'Head of Finance', 'ingrid.vogel'),
  person('Lars', 'Brunner', 'Sales', 'Head of Sales', 'ingrid.vogel'),
  person('Nora', 'Haas', 'Operations', 'Head of Operations', 'ingrid.vogel'),
  person('Priya', 'Raman', 'Research', 'Head of Research', 'ingrid.vogel'),
  person('Miriam', 'Stern', 'HR', 'Head of HR', 'ingrid.vogel'),
  person('Sofia', 'Rossi', 'IT', 'IT administrator', 'ingrid.vogel'),
  person('Hanna', 'Berg', 'IT', 'Helpdesk agent', 'sofia.rossi'),
  person('Arun', 'Patel', 'IT', 'Identity lead', 'sofia.rossi'),
  person('Mei', 'Lin', 'IT', 'Identity engineer', 'sofia.rossi'),
  { ...person('Alice', 'Moreau', 'Finance', 'Controller', 'tom.okafor'), licences: ['e3', 'powerBi'] },
  person('Alice', 'Chen', 'Research', 'Data scientist', 'priya.raman'),
  person('Erik', 'Sand', 'Finance', 'Treasury analyst', 'tom.okafor'),
];

function person(
  given: string,
  surname: string,
  department: string,
  jobTitle: string,
  manager?: string,
): Named {
  return {
    name: [given, surname],
    alias: `${given}.${surname}`.toLowerCase(),
    department,
    jobTitle,
    office: berlin,
    licences: ['e3'],
    ...(manager === undefined ? {} : { manager }),
  };
}

const headOf: Readonly<Record<string, string>> = {
  Finance: 'tom.okafor',
  Sales: 'lars.brunner',
  Operations: 'nora.haas',
  Research: 'priya.raman',
  HR: 'miriam.stern',
  IT: 'sofia.rossi',
};

/** How many people of each department there are besides those named above. */
const others: readonly (readonly [department: string, count: number])[] = [
  ['Finance', 13],
  ['Sales', 24],
  ['Operations', 28],
  ['Research', 20],
  ['HR', 6],
  ['IT', 9],
];

const guests: readonly (readonly [given: string, surname: string, mail: string])[] = [
  ['Alice', 'Brandt', 'a.brandt@fabrikam.example'],
  ['Peter', 'Sommer', 'p.sommer@fabrikam.example'],
  ['Chiara', 'Conti', 'chiara@northwind.example'],
  ['Ole', 'Madsen', 'ole.madsen@northwind.example'],
  ['Rita', 'Blum', 'r.blum@audit.example'],
];

/** Accounts without a person: emergency access. */
const breakGlass = ['emergency.one', 'emergency.two'] as const;

/** 120 users: 13 named, 100 others, 5 guests, 2 emergency accounts. */
export function addCast(to: PopulationBuilder, seed: number, seededAt: number): Map<string, Person> {
  const random = new Random(seed);
  const cast = new Map<string, Person>();
  const year = 365 * 24 * 3600 * 1000;
  let number = 1000;
  const add = (facts: Omit<PersonFacts, 'domain'>, key: string): void => {
    const createdAt = seededAt - Math.floor((0.3 + random.next() * 4) * year);
    const id = random.guid();
    const whole: PersonFacts = { ...facts, domain: storyDomain };
    to.add('user', id, personProps(whole, createdAt), createdAt);
    cast.set(key, {
      id,
      alias: facts.alias,
      displayName: facts.name.join(' '),
      department: facts.department ?? '',
      isGuest: facts.guestOf !== undefined,
    });
  };
  const employee = (facts: Omit<PersonFacts, 'domain'>): void => {
    number += 1;
    add({ ...facts, employeeId: String(number), phone: `+49 30 5550 ${number}` }, facts.alias);
  };
  for (const facts of named) employee(facts);
  for (const facts of ordinary(random, new Set(cast.keys()))) employee(facts);
  for (const [given, surname, mail] of guests)
    add({ name: [given, surname], alias: mail, guestOf: mail }, mail);
  for (const alias of breakGlass)
    add(
      { name: ['Emergency access', alias.split('.')[1] ?? ''], alias, more: { usageLocation: 'DE' } },
      alias,
    );
  addManagers(to, cast);
  return cast;
}

function* ordinary(random: Random, taken: Set<string>): Iterable<Omit<PersonFacts, 'domain'>> {
  for (const [department, count] of others) {
    const titles = departments.find(([name]) => name === department)?.[1] ?? ['Employee'];
    for (let i = 0; i < count; i += 1) {
      const { given, surname, alias } = freshName(random, taken);
      yield {
        name: [given, surname],
        alias,
        department,
        jobTitle: random.pick(titles),
        office: random.chance(0.5) ? berlin : random.pick(offices),
        licences: random.chance(0.15) ? ['e3', 'powerBi'] : ['e3'],
        ...(random.chance(0.4) ? { more: { mobilePhone: `+49 151 5550${random.digits(4)}` } } : {}),
      };
    }
  }
}

export function freshName(
  random: Random,
  taken: Set<string>,
): { given: string; surname: string; alias: string } {
  for (;;) {
    const [given, givenPart] = random.pick(givenNames);
    const [surname, surnamePart] = random.pick(surnames);
    const alias = `${givenPart}.${surnamePart}`;
    if (taken.has(alias)) continue;
    taken.add(alias);
    return { given, surname, alias };
  }
}

function addManagers(to: PopulationBuilder, cast: ReadonlyMap<string, Person>): void {
  for (const [key, member] of cast) {
    const manager =
      named.find((facts) => facts.alias === key)?.manager ??
      (named.some((facts) => facts.alias === key) ? undefined : headOf[member.department]);
    const boss = manager === undefined ? undefined : cast.get(manager);
    if (boss) to.link('manager', member.id, boss.id);
  }
}
