import { describe, expect, test } from '@jest/globals';
import type { Operation, Plan } from '../../../services/model/plan.js';
import { givesOfPlan } from '../../../services/restore/plan.js';
import { idOf } from '../../fakes/fake-directory-state.js';
import { codes, kinds, linkNames, planOf, small } from './plans.js';
import { contoso, HANNA, OPTIONS, TENANT, ZONE } from './world.js';

const changes = (plan: Plan): Record<string, unknown> =>
  Object.fromEntries(
    plan.operations.flatMap((op) =>
      op.do === 'update' ? op.changes.map(({ property, after }) => [property, after]) : [],
    ),
  );

describe('properties of a live object', () => {
  test('[R3] what differs is overwritten, order in sets and case in keys is not a difference', async () => {
    const world = small();
    world.directory.set(idOf('Ada'), {
      department: 'TBD',
      otherMails: ['a@x.example', 'b@x.example'],
      userPrincipalName: 'ADA@contoso.example',
    });
    const plan = await planOf(world, 'Ada', 1, { aspects: [] });
    expect(changes(plan)).toEqual({ department: 'Research' });
    expect(plan).toMatchObject({ class: 'small', needs: { approvers: 0 } });
  });

  test('[R12] what was empty clears; what the version does not know is left alone', async () => {
    const world = small();
    delete world.directory.objects.get(idOf('Ada'))!.properties['city'];
    world.history.take('2026-11-21T01:00:00.000Z');
    world.directory.set(idOf('Ada'), { city: 'Rome', faxNumber: '12', companyName: 'New' });
    const plan = await planOf(world, 'Ada', 2, { aspects: [] });
    expect(changes(plan)).toEqual({ faxNumber: null, companyName: null });
  });

  test('[R12] a value that cannot be read now is not written blindly', async () => {
    const world = small();
    delete world.directory.objects.get(idOf('Ada'))!.properties['city'];
    const plan = await planOf(world, 'Ada', 1, { aspects: [] });
    expect(plan.operations).toEqual([]);
    expect(plan.skips).toMatchObject([{ kind: 'property', leavesWork: true }]);
  });

  test('[R7] only the named ones, and not the unticked ones', async () => {
    const world = small();
    world.directory.set(idOf('Ada'), { department: 'TBD', jobTitle: 'TBD', city: 'TBD' });
    expect(changes(await planOf(world, 'Ada', 1, { onlyProperties: ['department', 'city'] }))).toEqual({
      department: 'Research',
      city: 'Paris',
    });
    const leaveOut = [`property:${idOf('Ada')}:department`, 'property:city'];
    expect(changes(await planOf(world, 'Ada', 1, { leaveOut }))).toEqual({ jobTitle: 'Engineer' });
  });

  test('[R16] Graph cannot clear it: a skip, said before', async () => {
    const world = small();
    world.directory.set(idOf('Ada'), { usageLocation: 'DE' });
    const plan = await planOf(world, 'Ada', 1, { aspects: [] });
    expect(plan.operations).toEqual([]);
    expect(plan.skips).toMatchObject([{ reason: 'Usage location: Graph cannot clear it', leavesWork: true }]);
  });

  test('[A1] re-enabling is ordinary, and said to give a live account', async () => {
    const world = small();
    world.directory.set(idOf('Ada'), { accountEnabled: false });
    const plan = await planOf(world, 'Ada', 1);
    expect(plan.class).toBe('ordinary');
    expect(givesOfPlan(plan)).toEqual(['a live account']);
  });

  test('[R16] an object synced from on-premises is skipped, its cloud groups are not', async () => {
    const world = small();
    world.directory.set(idOf('Ada'), { onPremisesSyncEnabled: true, department: 'TBD' });
    world.leave('Lab', 'Ada');
    const plan = await planOf(world, 'Ada', 1);
    expect(kinds(plan)).toEqual(['link']);
    expect(plan.skips).toMatchObject([{ kind: 'object', leavesWork: true }]);
  });
});

describe('links of a live object', () => {
  test('[R8] add: what is missing is added, what is newer stays', async () => {
    const world = small();
    world.leave('Lab', 'Ada');
    world.join('Club', 'Ada');
    const plan = await planOf(world, 'Ada', 1);
    expect(linkNames(plan, 'link')).toEqual(['member: Lab → Ada']);
    expect(linkNames(plan, 'unlink')).toEqual([]);
    expect(plan.class).toBe('ordinary');
  });

  test('[R8] exact: removals are listed by name and make the plan bulk', async () => {
    const world = small();
    world.join('Club', 'Ada');
    const plan = await planOf(world, 'Ada', 1, { mode: 'exact' });
    expect(linkNames(plan, 'unlink')).toEqual(['member: Club → Ada']);
    expect(plan).toMatchObject({ class: 'bulk', needs: { typeNumber: true, approvers: 1 } });
  });

  test.each([
    ['a partial snapshot', { status: 'partial' as const, partialReasons: ['members of 3 groups'] }],
    ['a snapshot from before the kind was read', { counts: { user: 2, group: 2 } }],
  ])('[R8] [R12] exact never removes by %s: not known is not absent', async (_name, header) => {
    const world = small();
    world.history.take('2026-11-21T01:00:00.000Z', header);
    world.join('Club', 'Ada');
    const plan = await planOf(world, 'Ada', 2, { mode: 'exact' });
    expect(plan.operations).toEqual([]);
    expect(codes(plan)).toContain('LINKS_NOT_WHOLE');
  });

  test('[R13] a group made after the snapshot is not touched', async () => {
    const world = small();
    world.group('Newer');
    world.join('Newer', 'Ada');
    expect((await planOf(world, 'Ada', 1)).operations).toEqual([]);
  });

  test('[R9] a group that is gone or deleted is skipped with the reason and the way', async () => {
    const world = small();
    world.join('Club', 'Ada');
    world.history.take('2026-11-21T01:00:00.000Z');
    world.directory.softDelete(idOf('Lab'));
    world.directory.purge(idOf('Club'));
    const plan = await planOf(world, 'Ada', 2);
    expect(plan.operations).toEqual([]);
    expect(plan.skips.map(({ object, reason }) => [object.name, reason]).sort()).toEqual([
      ['Club', 'the security group no longer exists; first say: restore group "Club"'],
      ['Lab', 'the security group is deleted; first say: restore group "Lab"'],
    ]);
  });

  test('[R3] without object only the relationships are restored', async () => {
    const world = small();
    world.leave('Lab', 'Ada');
    world.directory.set(idOf('Ada'), { department: 'TBD' });
    expect(kinds(await planOf(world, 'Ada', 1, { withObject: false }))).toEqual(['link']);
    world.directory.softDelete(idOf('Ada'));
    const deleted = await planOf(world, 'Ada', 1, { withObject: false });
    expect(deleted).toMatchObject({ applyable: false, operations: [] });
    expect(codes(deleted)).toEqual(['OBJECT_NOT_LIVE']);
  });

  test('[R6] the manager replaces the present one, which is named', async () => {
    const world = small();
    world.directory.setLink('manager', idOf('Ada'), idOf('Bob'));
    world.history.take('2026-11-21T01:00:00.000Z');
    world.user('Eve');
    world.directory.setLink('manager', idOf('Ada'), idOf('Eve'));
    const plan = await planOf(world, 'Ada', 2, { aspects: ['manager'] });
    expect(plan.operations).toMatchObject([
      { do: 'link', kind: 'manager', targetName: { name: 'Bob' }, replaces: { name: 'Eve' } },
    ]);
    expect((await planOf(world, 'Ada', 1, { aspects: ['manager'] })).operations).toEqual([]);
    expect(kinds(await planOf(world, 'Ada', 1, { aspects: ['manager'], mode: 'exact' }))).toEqual(['unlink']);
  });
});

describe('a soft-deleted object', () => {
  test('[R6] without delta nothing is taken for granted: links are added if they did not come back', async () => {
    const world = contoso();
    world.directory.deltaFloor = Number.MAX_SAFE_INTEGER;
    const plan = await planOf(world, 'Alice Moreau', 1);
    expect(plan.expected).toEqual([]);
    const links = plan.operations.filter((op) => op.do === 'link');
    expect(links).toHaveLength(4);
    expect(links.every((op) => op.do === 'link' && op.ifMissing)).toBe(true);
    expect(plan.findings.find(({ code }) => code === 'DELTA_GAP')?.summary).toContain(
      'the delta of groups since snapshot 2 has expired',
    );
  });

  test('[R6] a manager is not documented to come back, so it is added if it did not', async () => {
    const plan = await planOf(contoso(), 'Alice Moreau', 1, { aspects: ['manager'] });
    expect(plan.operations.filter((op) => op.do === 'link')).toMatchObject([
      { kind: 'manager', ifMissing: true },
    ]);
  });

  test('[R5] blocked: undelete, block at once, end the sessions, then the rest; the gap is said', async () => {
    const plan = await planOf(contoso(), 'Alice Moreau', 1, { blockSignIn: true });
    expect(kinds(plan)).toEqual(['undelete', 'update', 'revokeSessions', 'update', 'link', 'link']);
    expect(plan.operations[1]).toMatchObject({
      changes: [{ property: 'accountEnabled', after: false }],
      dependsOn: ['op1'],
    });
    expect(codes(plan)).toContain('BLOCK_GAP');
    expect(givesOfPlan(plan)).not.toContain('a live account');
  });

  test('[R14] its UPN is taken: the plan asks for another one and goes on with it', async () => {
    const world = contoso();
    world.user('Other Alice', { userPrincipalName: 'Alice.Moreau@contoso.example' });
    const plan = await planOf(world, 'Alice Moreau', 1);
    expect(plan).toMatchObject({ applyable: false });
    expect(plan.findings.find(({ code }) => code === 'UPN_TAKEN')?.summary).toContain('Other Alice');
    const renamed = await world.restore('Alice Moreau', 1, {
      newUserPrincipalName: 'alice.m@contoso.example',
    });
    expect(renamed.result).toMatchObject({ differences: [] });
    expect(world.directory.objects.get(idOf('Alice Moreau'))!.properties['userPrincipalName']).toBe(
      'alice.m@contoso.example',
    );
  });

  test('[A3] a backup between preview and approval moves nothing', async () => {
    const world = contoso();
    const { plan } = await world.preview('Alice Moreau', 1);
    world.history.take('2026-11-21T09:00:00.000Z');
    expect((await planOf(world, 'Alice Moreau', 1)).hash).toBe(plan.hash);
  });
});

describe('an object that is gone', () => {
  test('[R3] [R10] [P2] it is recreated, what pointed at it is re-pointed, the hand-off is known before', async () => {
    const plan = await planOf(contoso(), 'Erik Sand', 1);
    expect(kinds(plan)).toEqual(['create', 'link', 'link', 'link']);
    expect(plan.operations[0]).toMatchObject({
      withPassword: true,
      properties: { userPrincipalName: 'erik.sand@contoso.example', department: 'Finance' },
    });
    expect(linkNames(plan, 'link')).toEqual([
      'manager: Alice Chen → Erik Sand',
      'member: Berlin office → Erik Sand',
      'member: Finance all → Erik Sand',
    ]);
    expect(plan.operations.slice(1).every((op) => op.dependsOn[0] === 'op1')).toBe(true);
    expect(plan.subjects).toMatchObject([
      { before: 'gone', handoff: 'pass', manager: { name: 'Tom Okafor' } },
    ]);
    expect(codes(plan)).toEqual(expect.arrayContaining(['NEW_ID', 'HANDOFF', 'NOT_ASKED']));
    expect(JSON.stringify(plan)).not.toMatch(/password"\s*:\s*"/i);
  });

  test('[R10] a report who has another manager by now keeps that one', async () => {
    const world = contoso();
    world.directory.setLink('manager', idOf('Alice Chen'), idOf('Tom Okafor'));
    const plan = await planOf(world, 'Erik Sand', 1);
    expect(linkNames(plan, 'link').join()).not.toContain('Alice Chen');
    expect(plan.skips).toMatchObject([
      {
        object: { name: 'Alice Chen' },
        reason: 'Alice Chen has the manager Tom Okafor by now',
        leavesWork: false,
      },
    ]);
  });

  test('[R11] somebody else has the UPN: never a second account, never an overwritten one', async () => {
    const world = contoso();
    world.user('Erik New', { userPrincipalName: 'erik.sand@contoso.example' });
    const plan = await planOf(world, 'Erik Sand', 1);
    expect(plan.applyable).toBe(false);
    expect(codes(plan)).toContain('UPN_TAKEN');
  });

  test('[R11] a group with the same key and name exists: a second one is never made', async () => {
    const world = small();
    world.directory.purge(idOf('Lab'));
    world.directory.add('group', 'Lab again', {
      ...world.directory.objects.get(idOf('Club'))!.properties,
      displayName: 'Lab',
      mailNickname: 'lab',
    });
    const plan = await planOf(world, 'Lab', 1, { aspects: ['members'] });
    expect(plan).toMatchObject({ applyable: false, operations: [] });
    expect(codes(plan)).toContain('OBJECT_EXISTS');
  });

  test('[R16] a mail-enabled group that is gone cannot be made by Graph', async () => {
    const world = contoso();
    world.directory.purge(idOf('Sales list'));
    const plan = await planOf(world, 'Sales list', 1, { aspects: ['members'] });
    expect(plan.operations).toEqual([]);
    expect(plan.skips).toMatchObject([{ kind: 'object', where: 'Exchange admin centre', leavesWork: true }]);
  });
});

describe('groups as subjects', () => {
  test('[R9] members are added back; a deleted one is skipped, a dynamic group is left to its rule', async () => {
    const world = contoso();
    const plan = await planOf(world, 'Finance all', 1, { aspects: ['members'] });
    expect(linkNames(plan, 'link')).toEqual(['member: Finance all → Tom Okafor']);
    expect(plan.skips.map(({ object, reason }) => [object.name, reason])).toEqual(
      expect.arrayContaining([
        ['Alice Moreau', 'the user is deleted; first say: restore user "Alice Moreau"'],
        ['Erik Sand', 'the user no longer exists; first say: restore user "Erik Sand"'],
      ]),
    );
    expect((await planOf(world, 'All staff', 1, { aspects: ['members'] })).operations).toEqual([]);
  });

  test('[R3] [R9] group and member gone together: both are made, then linked', async () => {
    const world = small();
    world.directory.purge(idOf('Lab'));
    world.directory.purge(idOf('Ada'));
    const request = await world.service.open({
      requester: HANNA,
      timeZone: ZONE,
      subjects: [
        { type: 'group', id: idOf('Lab'), name: 'Lab' },
        { type: 'user', id: idOf('Ada'), name: 'Ada' },
      ],
      point: await world.point(1),
      options: { ...OPTIONS, aspects: ['members', 'memberships'] },
    });
    const { plan } = await world.service.preview(TENANT, request.id, request.rev, HANNA);
    expect(kinds(plan)).toEqual(['create', 'create', 'link']);
    const link = plan.operations[2] as Extract<Operation, { do: 'link' | 'unlink' }>;
    expect(link.source).toMatchObject({ createdBy: 'op1' });
    expect(link.target).toMatchObject({ createdBy: 'op2' });
    expect(link.dependsOn.slice().sort()).toEqual(['op1', 'op2']);
  });

  test('[R3] a deleted group is undeleted with what stays latent', async () => {
    const world = small();
    world.directory.softDelete(idOf('Lab'));
    const plan = await planOf(world, 'Lab', 1, { aspects: ['members'] });
    expect(kinds(plan)).toEqual(['undelete']);
    expect(plan.expected).toMatchObject([{ object: { name: 'Ada' }, by: 'undelete' }]);
  });
});
