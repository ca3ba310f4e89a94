import { describe, expect, test } from '@jest/globals';
import { idOf } from '../../fakes/fake-directory-state.js';
import { contoso, HANNA, TENANT, World } from './world.js';

const ALICE = idOf('Alice Moreau');

describe('[R8] what an undelete brings back and nobody wants', () => {
  test('exact mode: a second plan with a preview and an approval of its own', async () => {
    const world = contoso();
    const first = await world.restore('Alice Moreau', 1, { mode: 'exact' });
    expect(world.isMember('Project X', 'Alice Moreau')).toBe(true);
    const follow = (await world.service.get(TENANT, first.followedBy!))!;
    expect(follow).toMatchObject({ state: 'asks', follows: first.id });
    const plan = (await world.service.plan(TENANT, follow.planId!))!;
    expect(plan).toMatchObject({
      class: 'bulk',
      operations: [{ do: 'unlink', sourceName: { name: 'Project X' } }],
    });
    await world.finish(await world.approve(await world.ask({ request: follow, plan })));
    expect(world.isMember('Project X', 'Alice Moreau')).toBe(false);
  });

  test('a line left out of what comes back is taken away afterwards, and only that one', async () => {
    const world = contoso();
    const key = `link:member:${idOf('Payroll readers')}:${ALICE}`;
    const first = await world.restore('Alice Moreau', 1, { leaveOut: [key] });
    const follow = (await world.service.get(TENANT, first.followedBy!))!;
    const plan = (await world.service.plan(TENANT, follow.planId!))!;
    expect(plan.operations).toMatchObject([{ do: 'unlink', key }]);
  });

  test('what was left out is listed as a removal to come, and never added by the plan that takes it away', async () => {
    const world = contoso();
    const berlin = `link:member:${idOf('Berlin office')}:${ALICE}`;
    const { plan } = await world.preview('Alice Moreau', 1, { leaveOut: [berlin] });
    expect(plan.expected.filter(({ removal }) => removal === 'leftOut')).toMatchObject([
      { key: berlin, object: { name: 'Berlin office' } },
    ]);
    const first = await world.restore('Alice Moreau', 1, { leaveOut: [berlin] });
    const follow = (await world.service.get(TENANT, first.followedBy!))!;
    // Somebody was faster; that is no reason to put her back.
    world.leave('Berlin office', 'Alice Moreau');
    const again = await world.service.preview(TENANT, follow.id, follow.rev, HANNA);
    expect(again.plan.operations).toEqual([]);
  });

  test('a removal that is unticked in its own preview stays undone, and can be ticked again', async () => {
    const world = contoso();
    const keys = ['Berlin office', 'Payroll readers'].map((name) => `link:member:${idOf(name)}:${ALICE}`);
    const first = await world.restore('Alice Moreau', 1, { leaveOut: keys });
    const follow = (await world.service.get(TENANT, first.followedBy!))!;
    const { plan } = await world.service.preview(TENANT, follow.id, follow.rev, HANNA, {
      options: { leaveOut: keys.slice(0, 1) },
    });
    expect(plan.operations).toMatchObject([{ do: 'unlink', key: keys[1] }]);
    expect(plan.leftOut).toMatchObject([{ key: keys[0], object: { name: 'Berlin office' } }]);
  });

  test('what comes back and cannot be taken away is said before, not promised', async () => {
    const world = new World();
    world.user('Ada');
    world.group('Sales list', { mailEnabled: true });
    world.join('Sales list', 'Ada');
    world.history.take('2026-11-20T01:00:00.000Z');
    world.directory.softDelete(idOf('Ada'));
    const key = `link:member:${idOf('Sales list')}:${idOf('Ada')}`;
    const { plan } = await world.preview('Ada', 1, { leaveOut: [key] });
    expect(plan.expected).toMatchObject([{ key, stays: 'mail-enabled group, Graph cannot change it' }]);
    expect(plan.expected[0]?.removal).toBeUndefined();
    expect(plan.findings.map(({ code }) => code)).toContain('CANNOT_BE_LEFT_OUT');
  });

  test('nothing unexpected: no second request', async () => {
    const world = contoso();
    expect((await world.restore('Alice Moreau', 1)).followedBy).toBeUndefined();
  });
});
