import type { PopulationBuilder } from './builder.js';
import type { SeededPerson } from './crowds.js';
import { offices } from './people-names.js';
import type { Random } from './random.js';

/**
 * An administrative unit for each office, with the people who sit in it.
 * @returns ids, by office
 */
export function addUnits(
  to: PopulationBuilder,
  random: Random,
  people: readonly SeededPerson[],
  createdAt: number,
): ReadonlyMap<string, string> {
  const units = new Map<string, string>();
  for (const [office] of offices) {
    const props = { displayName: `Office ${office}`, description: `People and groups of ${office}` };
    const id = to.add('administrativeUnit', random.guid(), props, createdAt);
    const sitsThere = people.filter((person) => person.office === office);
    to.linkMany(
      'member',
      id,
      sitsThere.map((person) => person.id),
    );
    units.set(office, id);
  }
  return units;
}
