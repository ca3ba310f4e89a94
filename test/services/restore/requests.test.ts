import { describe, expect, test } from '@jest/globals';
import { idOf } from '../../fakes/fake-directory-state.js';
import { ARUN, contoso, HANNA, MEI, OPTIONS, person, TENANT, TOM, type World, ZONE } from './world.js';

const calls = (world: World, call: string): number =>
  world.directory.calls.filter((each) => each.call === call).length;

describe('[P4] credentials as requests of their own', () => {
  const open = (world: World, action: 'resetPassword' | 'pass' | 'revokeSessions') =>
    world.service.openCredential({
      requester: HANNA,
      timeZone: ZONE,
      subject: world.nameOf('Alice Chen'),
      action,
      reason: 'INC-1',
    });

  test('[A1] ordinary, approved by another, then offered; nothing is set before the recipient is named', async () => {
    const world = contoso();
    const opened = await open(world, 'resetPassword');
    expect(opened.plan).toMatchObject({
      class: 'ordinary',
      operations: [{ do: 'issueCredential', credential: 'password' }],
    });
    const done = await world.finish(await world.approve(await world.ask(opened)));
    expect(done).toMatchObject({ state: 'done', result: { canUndo: false } });
    expect(calls(world, 'setPassword')).toBe(0);
    const offer = (await world.handoff.ofRequest(TENANT, done.id))!;
    await world.handoff.assign(TENANT, offer.id, MEI, TOM, 'callBack');
    const shown = await world.handoff.reveal(TENANT, offer.id, TOM);
    expect(shown.value).toBe(world.directory.passwords.get(idOf('Alice Chen')));
  });

  test('[A1] granting for whoever holds a role, and the hand-off takes two people', async () => {
    const world = contoso();
    world.directory.risk.roles!.set(idOf('Alice Chen'), ['User Administrator']);
    const opened = await open(world, 'pass');
    expect(opened.plan).toMatchObject({ class: 'granting', needs: { approvers: 2, typeNumber: true } });
    const done = await world.finish(await world.approve(await world.ask(opened)));
    expect(await world.handoff.ofRequest(TENANT, done.id)).toMatchObject({ twoPeople: true });
  });

  test('sessions are ended at once; a pass that the policy forbids is refused before anybody is asked', async () => {
    const world = contoso();
    await world.finish(await world.approve(await world.ask(await open(world, 'revokeSessions'))));
    expect(world.directory.sessionsRevoked).toEqual([idOf('Alice Chen')]);
    world.directory.passAllowed = { allowed: false, lifetimeInMinutes: 0 };
    const refused = await open(world, 'pass');
    expect(refused.plan.applyable).toBe(false);
    await expect(world.ask(refused)).rejects.toMatchObject({ code: 'NOTHING_TO_DO' });
  });
});

describe('requests', () => {
  test('[A10] five may wait at a time', async () => {
    const world = contoso();
    for (let index = 0; index < 5; index += 1) await world.ask(await world.preview('Alice Moreau', 1));
    await expect(world.preview('Alice Moreau', 1).then((shown) => world.ask(shown))).rejects.toMatchObject({
      code: 'TOO_MANY_REQUESTS',
    });
  });

  test('[R19] a reason is needed; [C4] an old card is told so; [R17] a dry run stores nothing', async () => {
    const world = contoso();
    const { request, plan } = await world.preview('Alice Moreau', 1);
    await expect(
      world.service.ask(TENANT, request.id, request.rev, HANNA, plan.hash, '  '),
    ).rejects.toMatchObject({ code: 'REASON_MISSING' });
    await expect(
      world.service.ask(TENANT, request.id, request.rev - 1, HANNA, plan.hash, 'x'),
    ).rejects.toMatchObject({ code: 'CARD_OLD' });
    await expect(
      world.service.ask(TENANT, request.id, request.rev, ARUN, plan.hash, 'x'),
    ).rejects.toMatchObject({ code: 'NOT_YOUR_REQUEST' });
    const changed = await world.service.change(TENANT, request.id, request.rev, HANNA, {
      options: { aspects: [] },
    });
    await expect(
      world.service.ask(TENANT, request.id, changed.rev, HANNA, plan.hash, 'x'),
    ).rejects.toMatchObject({ code: 'CARD_OLD' });
    const stored = world.store.dump();
    const dry = await world.service.dryRun({
      requester: HANNA,
      timeZone: ZONE,
      subjects: request.subjects,
      point: await world.point(1),
      options: OPTIONS,
    });
    expect(dry.hash).toBe(plan.hash);
    expect(world.store.dump()).toBe(stored);
  });

  test('[A4] expiry, one reminder, and runs that a crash left are picked up', async () => {
    const world = contoso();
    const waiting = await world.ask(await world.preview('Alice Moreau', 1));
    world.clock.advance(50 * 60_000);
    await world.service.housekeeping();
    await world.service.housekeeping();
    const reminders = (await world.audit.list(TENANT, { requestId: waiting.id })).filter(
      ({ kind }) => kind === 'approval.reminded',
    );
    expect(reminders).toHaveLength(1);
    world.clock.advance(10 * 60_000);
    await expect(
      world.service.approve(TENANT, waiting.id, ARUN, waiting.approval!.planHash),
    ).rejects.toMatchObject({ code: 'CARD_EXPIRED' });
    expect((await world.service.get(TENANT, waiting.id))!.state).toBe('expired');
    expect(world.directory.calls).toEqual([]);
  });

  test('ids of one tenant mean nothing in another', async () => {
    const world = contoso();
    const { request } = await world.preview('Alice Moreau', 1);
    const other = { ...person('Mallory'), tenant: '22222222-2222-4222-8222-222222222222' as typeof TENANT };
    expect(await world.service.get(other.tenant, request.id)).toBeNull();
    await expect(world.service.preview(other.tenant, request.id, request.rev, other)).rejects.toMatchObject({
      code: 'REQUEST_NOT_FOUND',
    });
  });

  test('[N3] every write stands in the audit under the id that Graph was sent', async () => {
    const world = contoso();
    const done = await world.restore('Alice Moreau', 1);
    const audit = await world.audit.list(TENANT, { requestId: done.id });
    const sent = new Set(world.directory.calls.map(({ clientRequestId }) => clientRequestId));
    const told = new Set(
      audit.filter(({ kind }) => kind.startsWith('write.')).map(({ details }) => details['clientRequestId']),
    );
    expect(told).toEqual(sent);
    const kinds = audit.map(({ kind }) => kind);
    for (const kind of [
      'restore.opened',
      'restore.previewed',
      'restore.asked',
      'approval.approved',
      'restore.started',
      'restore.finished',
    ])
      expect(kinds).toContain(kind);
  });
});
