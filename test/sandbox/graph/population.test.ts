import { describe, expect, test } from '@jest/globals';
import { seededPopulation } from '../../../sandbox/graph/population/seeded.js';
import type { JsonValue } from '../../../sandbox/graph/state/types.js';
import { serviceApp, startOfTests, tenantId } from './harness.js';

const made = (seed: number, users = 1000, groups = 100) => {
  const { population } = seededPopulation(
    { users, groups, seed },
    { tenantId, seededAt: startOfTests, serviceApp },
  );
  const of = (kind: string) => population.objects.filter((object) => object.kind === kind);
  const links = new Map([...population.links].map(([kind, pairs]) => [kind, new Map(pairs)]));
  const members = links.get('member') ?? new Map<string, readonly string[]>();
  return { population, users: of('user'), groups: of('group'), members };
};

describe('issue 4 §5: a seeded tenant has a realistic shape', () => {
  const { users, groups, members } = made(7);
  const userIds = new Set(users.map(({ id }) => id));
  const membersOf = (id: string) => members.get(id) ?? [];

  test('ten memberships a user to the one, and nested groups on top, each link once', () => {
    const all = groups.flatMap(({ id }) => membersOf(id));
    expect(all.filter((id) => userIds.has(id))).toHaveLength(10_000);
    expect(all.filter((id) => !userIds.has(id)).length).toBeGreaterThan(0);
    for (const { id } of groups) expect(new Set(membersOf(id)).size).toBe(membersOf(id).length);
  });

  test('a nested group never holds itself, however deep one looks', () => {
    const nested = new Map(groups.map(({ id }) => [id, membersOf(id).filter((one) => !userIds.has(one))]));
    const reaches = (from: string, wanted: string): boolean =>
      (nested.get(from) ?? []).some((one) => one === wanted || reaches(one, wanted));
    expect(groups.filter(({ id }) => reaches(id, id))).toEqual([]);
  });

  test('departments and offices have a group each with just their people, and everybody one', () => {
    const named = (name: string) => groups.find(({ props }) => props['displayName'] === name)?.id ?? '';
    const sales = users.filter(({ props }) => props['department'] === 'Sales').map(({ id }) => id);
    expect([...membersOf(named('Everybody in Sales'))].sort()).toEqual(sales.sort());
    const guests = users.filter(({ props }) => props['userType'] === 'Guest');
    expect(membersOf(named('All employees'))).toHaveLength(1000 - guests.length);
    expect(guests.length).toBeGreaterThan(10);
  });

  test('the groups that are no crowds have a long tail of sizes, none empty', () => {
    const sizes = groups.map(({ id }) => membersOf(id).length).sort((a, b) => b - a);
    expect(sizes.at(-1)).toBeGreaterThan(0);
    expect(sizes[0]).toBeGreaterThan(10 * (sizes[50] ?? 0));
  });

  test('synced and disabled people are among them, and administrators grow with the tenant', () => {
    expect(users.filter(({ props }) => props['onPremisesSyncEnabled'] === true).length).toBeGreaterThan(20);
    expect(users.filter(({ props }) => props['accountEnabled'] === false).length).toBeGreaterThan(5);
    const assignments = (users: number) =>
      made(7, users, 10).population.objects.filter(
        ({ kind, props }) => kind === 'roleAssignment' && props['directoryScopeId'] === '/',
      ).length;
    expect(assignments(100)).toBe(4);
    expect(assignments(3000)).toBe(7);
  });

  test('a tenant of some size has a unit for each office with a helpdesk of its own, an eligible role and Conditional Access', () => {
    const { population } = made(7);
    const of = (wanted: string) => population.objects.filter(({ kind }) => kind === wanted);
    const units = of('administrativeUnit');
    const sitting = (office: JsonValue | undefined) =>
      users.filter(({ props }) => props['officeLocation'] === office).map(({ id }) => id);
    expect(units.length).toBeGreaterThan(2);
    for (const { id, props } of units) {
      const office = String(props['displayName']).replace('Office ', '');
      expect([...membersOf(id)].sort()).toEqual(sitting(office).sort());
      const scope = `/administrativeUnits/${id}`;
      expect(of('roleAssignment').filter((one) => one.props['directoryScopeId'] === scope)).toHaveLength(1);
    }
    expect(of('roleEligibilitySchedule')).toHaveLength(1);
    expect(of('conditionalAccessPolicy')).toHaveLength(2);
    expect(made(7, 60, 10).population.objects.some(({ kind }) => kind === 'administrativeUnit')).toBe(false);
  });

  test('the same seed gives the same tenant, another one another', () => {
    const text = (seed: number) => JSON.stringify([...made(seed).population.objects, ...made(seed).members]);
    expect(text(7)).toBe(text(7));
    expect(text(8)).not.toBe(text(7));
  });
});
