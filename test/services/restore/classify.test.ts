import { describe, expect, test } from '@jest/globals';
import type { Plan } from '../../../services/model/plan.js';
import { idOf } from '../../fakes/fake-directory-state.js';
import { planOf, small } from './plans.js';
import { HANNA, OPTIONS, TENANT, World, ZONE } from './world.js';

describe('[A1] [A9] the class of a plan is what it gives', () => {
  const cases: readonly [string, (world: World) => void, string, number][] = [
    ['an ordinary membership', () => undefined, 'ordinary', 1],
    [
      'an application through the group',
      (w) => w.directory.risk.apps!.set(idOf('Lab'), ['Payroll']),
      'ordinary',
      1,
    ],
    [
      'a role through the group',
      (w) => w.directory.risk.roles!.set(idOf('Lab'), ['Helpdesk Administrator']),
      'granting',
      2,
    ],
    [
      'a group that Conditional Access uses',
      (w) => w.directory.risk.policies!.set(idOf('Lab'), ['Require MFA']),
      'granting',
      2,
    ],
    [
      'a role-assignable group',
      (w) => w.directory.set(idOf('Lab'), { isAssignableToRole: true }),
      'granting',
      2,
    ],
    [
      'a user who holds a role',
      (w) => w.directory.risk.roles!.set(idOf('Ada'), ['User Administrator']),
      'granting',
      2,
    ],
    ['roles that may not be read', (w) => (w.directory.risk.roles = null), 'ordinary', 2],
    ['policies that may not be read', (w) => (w.directory.risk.policies = null), 'ordinary', 2],
  ];
  test.each(cases)('%s', async (_name, change, planClass, approvers) => {
    const world = small();
    world.leave('Lab', 'Ada');
    change(world);
    const plan = await planOf(world, 'Ada', 1);
    expect([plan.class, plan.needs.approvers]).toEqual([planClass, approvers]);
  });

  test('taking somebody out of a group with rights is not ordinary either', async () => {
    const world = small();
    world.directory.set(idOf('Club'), { isAssignableToRole: true });
    world.join('Club', 'Ada');
    expect((await planOf(world, 'Ada', 1, { mode: 'exact' })).class).toBe('granting');
  });

  test('a property that a dynamic rule reads gives what the rule gives', async () => {
    const world = small();
    world.group('By city', { groupTypes: ['DynamicMembership'], membershipRule: 'user.city -eq "Paris"' });
    world.history.take('2026-11-21T01:00:00.000Z');
    world.directory.set(idOf('Ada'), { city: 'Rome' });
    expect((await planOf(world, 'Ada', 2, { aspects: [] })).class).toBe('small');
    world.directory.risk.apps!.set(idOf('By city'), ['Payroll']);
    expect((await planOf(world, 'Ada', 2, { aspects: [] })).class).toBe('ordinary');
    world.directory.risk.roles!.set(idOf('By city'), ['Reports Reader']);
    expect((await planOf(world, 'Ada', 2, { aspects: [] })).class).toBe('granting');
  });

  test('more than ten objects are bulk', async () => {
    const world = new World();
    const users = Array.from({ length: 11 }, (_, index) => `User ${index}`);
    for (const name of users) world.user(name, { department: 'A' });
    world.history.take('2026-11-20T01:00:00.000Z');
    for (const name of users) world.directory.set(idOf(name), { department: 'TBD' });
    const open = async (count: number): Promise<Plan> => {
      const subjects = users.slice(0, count).map((name) => world.nameOf(name));
      const request = await world.service.open({
        requester: HANNA,
        timeZone: ZONE,
        subjects,
        point: await world.point(1),
        options: OPTIONS,
      });
      return (await world.service.preview(TENANT, request.id, request.rev, HANNA)).plan;
    };
    expect((await open(1)).class).toBe('small');
    expect((await open(2)).class).toBe('ordinary');
    expect((await open(11)).class).toBe('bulk');
  });
});
