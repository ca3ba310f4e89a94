import { describe, expect, test } from '@jest/globals';
import { givesOfPlan } from '../../../services/restore/plan.js';
import { idOf } from '../../fakes/fake-directory-state.js';
import { contoso, TENANT } from './world.js';

const names = (lines: readonly { object: { name: string } }[]): string[] =>
  lines.map(({ object }) => object.name).sort();

describe('the headline: restore user alice from yesterday with memberships', () => {
  test('[R6] [A9] the preview holds the lines of STORY §3.3', async () => {
    const world = contoso();
    const { plan } = await world.preview('Alice Moreau', 1);
    expect(plan.operations.map((op) => op.do)).toEqual(['undelete', 'update', 'link', 'link']);
    const [undelete, update, ...links] = plan.operations;
    expect(undelete).toMatchObject({
      do: 'undelete',
      object: { id: idOf('Alice Moreau'), name: 'Alice Moreau' },
    });
    expect(update).toMatchObject({
      changes: [{ property: 'department', label: 'Department', before: 'TBD', after: 'Finance' }],
      dependsOn: ['op1'],
    });
    expect(links.map((op) => op.do === 'link' && op.sourceName.name).sort()).toEqual([
      'Finance all',
      'Finance leads',
    ]);
    expect(names(plan.expected)).toEqual(['Berlin office', 'Payroll readers', 'Project X']);
    expect(plan.expected.find(({ object }) => object.name === 'Project X')?.note).toBe(
      'joined since, by Sat 21 Nov, 02:00',
    );
    expect(plan.skips).toMatchObject([
      {
        object: { name: 'Sales list' },
        reason: 'mail-enabled group, Graph cannot change it',
        where: 'Exchange admin centre',
        leavesWork: true,
      },
      { object: { name: 'All staff' }, leavesWork: false },
    ]);
    expect(givesOfPlan(plan)).toEqual(['a live account', 'access to "Payroll" through Payroll readers']);
    expect(plan).toMatchObject({
      class: 'ordinary',
      needs: { approvers: 1, typeNumber: false },
      applyable: true,
    });
    expect(plan.subjects).toMatchObject([{ before: 'softDeleted' }]);
  });

  test('[R16] the result: 7 of 7 lines hold, incomplete for what a person still has to do', async () => {
    const world = contoso();
    const done = await world.restore('Alice Moreau', 1);
    expect(done.state).toBe('incomplete');
    expect(done.result).toMatchObject({ linesHeld: 7, linesTotal: 7, differences: [], canUndo: true });
    expect(names(done.result!.skips)).toEqual(['All staff', 'Sales list']);
    expect(done.result!.tell.join(' ')).toContain('Project X came back too');
    expect(world.directory.objects.get(idOf('Alice Moreau'))).toMatchObject({
      state: 'live',
      properties: { department: 'Finance', userPrincipalName: 'alice.moreau@contoso.example' },
    });
    for (const group of ['Finance all', 'Finance leads', 'Payroll readers', 'Berlin office', 'Project X'])
      expect(world.isMember(group, 'Alice Moreau')).toBe(true);
    expect(done.result!.auditTo).toBeGreaterThan(done.result!.auditFrom);
    expect(await world.audit.verify(TENANT)).toMatchObject({ firstBroken: null });
  });

  test('[R11] the same restore a second time changes nothing', async () => {
    const world = contoso();
    await world.restore('Alice Moreau', 1);
    const writes = world.directory.calls.length;
    const { request, plan } = await world.preview('Alice Moreau', 1);
    expect(plan.operations).toEqual([]);
    await expect(world.ask({ request, plan })).rejects.toMatchObject({ code: 'NOTHING_TO_DO' });
    expect(world.directory.calls).toHaveLength(writes);
  });

  test('[R18] undo names what it takes away and returns to the before-state', async () => {
    const world = contoso();
    const before = world.directory.snapshot();
    const done = await world.restore('Alice Moreau', 1);
    const { plan } = await world.service.undo(TENANT, done.id, done.requester);
    expect(plan.operations.map((op) => op.do)).toEqual(['update', 'unlink', 'unlink', 'delete']);
    const undone = await world.undo(done);
    expect(undone).toMatchObject({ state: 'done', kind: 'undo', undoes: done.id });
    expect(world.directory.snapshot()).toEqual(before);
    expect((await world.service.get(TENANT, done.id))!.undoneBy).toBe(undone.id);
  });

  test('the options card tells what is gained, lost and comes back (STORY §3.2)', async () => {
    const world = contoso();
    const request = await world.open('Alice Moreau', 1);
    expect(await world.service.outlook(TENANT, request.id)).toMatchObject({
      candidate: { state: 'softDeleted', object: { name: 'Alice Moreau' } },
      account: { how: 'undelete', properties: 1 },
      since: { deleted: true, linksGained: 1, linksLost: 3, propertiesChanged: 1 },
      comesBack: [
        { what: 'memberships', count: 3 },
        { what: 'application', count: 1 },
      ],
    });
    const { aspects } = await world.service.outlook(TENANT, request.id);
    expect(aspects.find(({ name }) => name === 'memberships')).toMatchObject({ count: 2, selected: true });
  });

  test('the options card of a manager who lives calls nothing lost that it did not read: the reports', async () => {
    const world = contoso();
    const request = await world.open('Tom Okafor', 1);
    const { since, aspects } = await world.service.outlook(TENANT, request.id);
    expect(aspects.map(({ name, count }) => [name, count])).toEqual([
      ['memberships', 1],
      ['ownerships', 0],
      ['manager', 0],
    ]);
    expect(since).toMatchObject({ deleted: false, linksGained: 0, linksLost: 1 });
  });
});
