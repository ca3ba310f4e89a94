/** The very large groups of a seeded tenant: everybody, each department, each office. */
import type { Props } from '../state/types.js';
import { departments, offices } from './people-names.js';

/** A guest has neither department nor office. */
export interface SeededPerson {
  readonly id: string;
  readonly department?: string;
  readonly office?: string;
}

interface Crowd {
  /** What the group is called; its kind is drawn like any other's. */
  readonly props: Props;
  readonly members: readonly string[];
}

/** A tenant with fewer groups than this has none of them: they would be a fifth of it. */
const groupsForCrowds = 50;

/** Largest first; together about three memberships a user. */
export function crowdsOf(people: readonly SeededPerson[], groups: number): readonly Crowd[] {
  if (groups < groupsForCrowds) return [];
  const employees = people.filter(({ department }) => department !== undefined);
  const crowd = (displayName: string, description: string, of: readonly SeededPerson[]): Crowd => ({
    props: { displayName, description },
    members: of.map(({ id }) => id),
  });
  return [
    crowd('All employees', 'Everybody but guests', employees),
    ...offices.map(([office]) =>
      crowd(
        `Everybody in ${office}`,
        `Who sits in ${office}`,
        employees.filter((person) => person.office === office),
      ),
    ),
    ...departments.map(([department]) =>
      crowd(
        `Everybody in ${department}`,
        `Who works in ${department}`,
        employees.filter((person) => person.department === department),
      ),
    ),
  ].sort((a, b) => b.members.length - a.members.length);
}
