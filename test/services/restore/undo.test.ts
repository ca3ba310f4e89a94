import { describe, expect, test } from '@jest/globals';
import { givesOfPlan } from '../../../services/restore/plan.js';
import { idOf } from '../../fakes/fake-directory-state.js';
import { contoso, HANNA, TENANT, type World } from './world.js';

const ALICE = idOf('Alice Moreau');

describe('undo', () => {
  test.each([
    ['a recreate', 'Erik Sand', { aspects: ['memberships', 'manager'] }],
    ['a blocked undelete', 'Alice Moreau', { blockSignIn: true }],
  ])('[R18] of %s: what was visible before is so again', async (_name, name, options) => {
    const world = contoso();
    const visible = (): unknown => world.directory.visibleState();
    const before = visible();
    const done = await world.restore(name, 1, options);
    expect(visible()).not.toEqual(before);
    const undone = await world.undo(done);
    expect(undone.result).toMatchObject({ differences: [] });
    expect(visible()).toEqual(before);
  });

  test('takes back only what the run itself did', async () => {
    const world = contoso();
    const approved = await world.approve(await world.ask(await world.preview('Alice Moreau', 1)));
    world.directory.beforeWrite = (call) => {
      // Somebody adds her by hand in the same moment.
      if (call === 'update') world.join('Finance leads', 'Alice Moreau');
      return Promise.resolve();
    };
    const done = await world.finish(approved);
    const { plan } = await world.service.undo(TENANT, done.id, HANNA);
    expect(plan.operations.flatMap((op) => (op.do === 'unlink' ? [op.sourceName.name] : []))).toEqual([
      'Finance all',
    ]);
  });

  test('an undo can be undone; a request without writes cannot', async () => {
    const world = contoso();
    const done = await world.restore('Alice Moreau', 1);
    const state = world.directory.visibleState();
    const undone = await world.undo(done);
    const redone = await world.undo(undone);
    expect(redone.result).toMatchObject({ differences: [] });
    expect(world.directory.visibleState()).toEqual(state);
    await expect(world.service.undo(TENANT, done.id, HANNA)).rejects.toMatchObject({ code: 'NOT_UNDOABLE' });
    const { request } = await world.preview('Tom Okafor', 1);
    await expect(world.service.undo(TENANT, request.id, HANNA)).rejects.toMatchObject({
      code: 'NOT_UNDOABLE',
    });
  });
});

describe('an undo that brings an account back', () => {
  const again = async (prepare: (world: World) => void = () => undefined) => {
    const world = contoso();
    const undone = await world.undo(await world.restore('Alice Moreau', 1));
    prepare(world);
    return { world, ...(await world.service.undo(TENANT, undone.id, HANNA)) };
  };

  test('[R6] [A9] lists what comes back with it, and what that gives', async () => {
    const { world, plan, request } = await again();
    expect(plan.expected.map(({ object, by }) => [object.name, by]).sort()).toEqual([
      ['Berlin office', 'undelete'],
      ['Payroll readers', 'undelete'],
      ['Project X', 'undelete'],
    ]);
    expect(givesOfPlan(plan)).toEqual(
      expect.arrayContaining(['a live account', 'access to "Payroll" through Payroll readers']),
    );
    const done = await world.finish(await world.approve(await world.ask({ request, plan })));
    expect(done.result).toMatchObject({ differences: [] });
  });

  test.each<[string, (world: World) => void]>([
    [
      'a group that Conditional Access names',
      (w) => w.directory.risk.policies!.set(idOf('Berlin office'), ['Require MFA']),
    ],
    ['a group with a role', (w) => w.directory.risk.roles!.set(idOf('Project X'), ['Reports Reader'])],
    ['a role of its own', (w) => w.directory.risk.roles!.set(ALICE, ['User Administrator'])],
  ])('[A1] [A9] %s comes back with it: granting, two approvers', async (_name, prepare) => {
    const { plan } = await again(prepare);
    expect(plan).toMatchObject({ class: 'granting', needs: { approvers: 2, typeNumber: true } });
  });
});
