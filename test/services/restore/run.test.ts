import { describe, expect, test } from '@jest/globals';
import { RewindError } from '../../../services/model/errors.js';
import type { RestoreRequest } from '../../../services/model/restore.js';
import { givesOfPlan } from '../../../services/restore/plan.js';
import { FakeLeases } from '../../fakes/fake-jobs.js';
import { idOf } from '../../fakes/fake-directory.js';
import { ARUN, contoso, HANNA, MEI, OPTIONS, person, TENANT, TOM, World, ZONE } from './world.js';

const ALICE = idOf('Alice Moreau');
const calls = (world: World, call: string): number =>
  world.directory.calls.filter((each) => each.call === call).length;

describe('[A3] drift between approval and apply', () => {
  test('lapses, writes nothing, says what moved, and can be asked for again', async () => {
    const world = contoso();
    const approved = await world.approve(await world.ask(await world.preview('Alice Moreau', 1)));
    world.directory.softDelete(idOf('Finance leads'));
    const lapsed = await world.finish(approved);
    expect(lapsed.state).toBe('lapsed');
    expect(world.directory.calls).toEqual([]);
    expect(lapsed.lapsedBecause).toEqual([
      'Alice Moreau in Finance leads: to add → skipped (the security group is deleted; first say: restore group "Finance leads").',
    ]);
    const plan = (await world.service.plan(TENANT, lapsed.planId!))!;
    const again = await world.service.askAgain(TENANT, lapsed.id, lapsed.rev, HANNA, plan.hash);
    expect(again).toMatchObject({ state: 'waiting', approval: { decisions: [], planHash: plan.hash } });
    const done = await world.finish(await world.approve(again));
    expect(done.result).toMatchObject({ differences: [] });
  });

  test.each([
    ['a value', (w: World) => w.directory.set(ALICE, { department: 'Other' })],
    [
      'what a group gives',
      (w: World) => w.directory.risk.roles!.set(idOf('Finance all'), ['Reports Reader']),
    ],
    ['a link that somebody removed meanwhile', (w: World) => w.leave('Payroll readers', 'Alice Moreau')],
  ])('%s', async (_name, drift) => {
    const world = contoso();
    const approved = await world.approve(await world.ask(await world.preview('Alice Moreau', 1)));
    drift(world);
    expect((await world.finish(approved)).state).toBe('lapsed');
    expect(world.directory.calls).toEqual([]);
  });
});

describe('[R20] answers that lie or get lost', () => {
  test('a 2xx without effect: the result says what differs, never done', async () => {
    const world = contoso();
    world.directory.fail('link', { fault: 'lie' }, 1, ([, source]) => source === idOf('Finance leads'));
    const done = await world.restore('Alice Moreau', 1);
    expect(done.state).toBe('incomplete');
    expect(done.result).toMatchObject({
      linesHeld: 6,
      linesTotal: 7,
      differences: [{ object: { name: 'Finance leads' }, text: 'Alice Moreau is not a member' }],
    });
  });

  test.each(['undelete', 'update', 'link'])(
    'the answer of %s is lost before or after its effect: it happens once',
    async (call) => {
      for (const fault of ['lostBefore', 'lostAfter'] as const) {
        const world = contoso();
        world.directory.fail(call, { fault });
        const done = await world.restore('Alice Moreau', 1);
        expect([fault, done.result!.linesHeld]).toEqual([fault, 7]);
        if (fault === 'lostAfter') expect(calls(world, call)).toBe(call === 'link' ? 2 : 1);
      }
    },
  );

  test.each(['lostBefore', 'lostAfter'] as const)(
    '[R11] a create (%s) never makes a second account',
    async (fault) => {
      const world = contoso();
      world.directory.fail('create', { fault }, 2);
      const done = await world.restore('Erik Sand', 1);
      expect(done.state).toBe('done');
      const eriks = [...world.directory.objects.values()].filter(
        ({ properties }) => properties['displayName'] === 'Erik Sand',
      );
      expect(eriks).toHaveLength(1);
      expect(done.result!.recreated).toMatchObject([
        { formerId: idOf('Erik Sand'), repointed: expect.arrayContaining(['Finance all', 'Alice Chen']) },
      ]);
      expect((await world.history.identity(TENANT, idOf('Erik Sand'))).newest).toBe(
        done.result!.recreated[0]!.newId,
      );
    },
  );

  test('[R21] a create that is not readable for a while is waited for, and its links too', async () => {
    const world = contoso();
    world.directory.hideNewFor = 3;
    const done = await world.restore('Erik Sand', 1);
    expect(done).toMatchObject({ state: 'done', result: { differences: [] } });
    expect(world.clock.slept.length).toBeGreaterThan(0);
  });

  test('[R16] a refusal is told, what depends on it is not tried, the rest goes on', async () => {
    const world = contoso();
    world.directory.fail(
      'link',
      { fault: 'refuse', code: 'Authorization_RequestDenied', reason: 'Insufficient privileges' },
      9,
      ([, source]) => source === idOf('Finance all'),
    );
    const done = await world.restore('Alice Moreau', 1);
    expect(done).toMatchObject({ state: 'incomplete', result: { linesHeld: 6 } });
    expect(done.result!.differences[0]!.text).toContain('Insufficient privileges');
    const failed = contoso();
    failed.directory.fail(
      'undelete',
      { fault: 'refuse', code: 'Authorization_RequestDenied', reason: 'Insufficient privileges' },
      9,
    );
    const lost = await failed.restore('Alice Moreau', 1);
    expect(lost).toMatchObject({ state: 'failed', result: { canUndo: false } });
    expect(calls(failed, 'link') + calls(failed, 'update')).toBe(0);
  });

  test('one refused property does not keep the others back', async () => {
    const world = contoso();
    world.directory.set(idOf('Tom Okafor'), { department: 'TBD', jobTitle: 'TBD' });
    world.directory.fail(
      'update',
      { fault: 'refuse', code: 'Request_BadRequest', reason: 'Invalid value' },
      9,
      ([, , properties]) => 'jobTitle' in (properties as object),
    );
    const done = await world.restore('Tom Okafor', 1, { aspects: [] });
    expect(done).toMatchObject({ state: 'incomplete', result: { linesHeld: 1, linesTotal: 2 } });
    expect(done.result!.differences.map(({ text }) => text).join()).toContain('Job title');
    expect(world.directory.objects.get(idOf('Tom Okafor'))!.properties['department']).toBe('Finance');
  });

  test('Graph out of reach: the run waits with its journal and goes on by itself', async () => {
    const world = contoso();
    const approved = await world.approve(await world.ask(await world.preview('Alice Moreau', 1)));
    let tries = 0;
    world.directory.beforeWrite = (call) => {
      world.directory.unreachable = call === 'update' && (tries += 1) === 1;
      return Promise.resolve();
    };
    await world.service.run(TENANT, approved.id, new AbortController().signal);
    expect((await world.service.get(TENANT, approved.id))!.state).toBe('running');
    world.directory.unreachable = false;
    await world.jobs.drain();
    expect(await world.service.get(TENANT, approved.id)).toMatchObject({ result: { linesHeld: 7 } });
  });
});

describe('[C4] clicks that come twice', () => {
  test('in parallel: one effect', async () => {
    const world = contoso();
    const shown = await world.preview('Alice Moreau', 1);
    const asked = await Promise.allSettled([world.ask(shown), world.ask(shown), world.ask(shown)]);
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const request = (await world.service.get(TENANT, shown.request.id))!;
    const { planHash } = request.approval!;
    const approve = (): Promise<RestoreRequest> => world.service.approve(TENANT, request.id, ARUN, planHash);
    const decided = await Promise.allSettled([approve(), approve(), approve()]);
    expect(decided.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(
      decided.flatMap((each) => (each.status === 'rejected' ? [(each.reason as { code: string }).code] : [])),
    ).toEqual(['ALREADY_DECIDED', 'ALREADY_DECIDED']);
    await Promise.all([
      world.service.run(TENANT, request.id, new AbortController().signal),
      world.jobs.drain(),
    ]);
    await world.jobs.drain();
    expect(calls(world, 'undelete')).toBe(1);
    expect(calls(world, 'link')).toBe(2);
  });

  test('[R18] stop: after the running step, with what was done; undo takes back just that', async () => {
    const world = contoso();
    const before = world.directory.snapshot();
    const approved = await world.approve(await world.ask(await world.preview('Alice Moreau', 1)));
    world.directory.beforeWrite = async (call) => {
      if (call === 'update') await world.service.stop(TENANT, approved.id, HANNA);
    };
    const stopped = await world.finish(approved);
    expect(stopped).toMatchObject({ state: 'cancelled', result: { canUndo: true } });
    expect(calls(world, 'link')).toBe(0);
    expect(stopped.result!.outcomes.map(({ outcome }) => outcome.outcome)).toEqual([
      'done',
      'done',
      'skipped',
      'skipped',
    ]);
    world.directory.beforeWrite = null;
    await world.undo(stopped);
    expect(world.directory.snapshot()).toEqual(before);
  });
});

describe('[R20] a paused process whose work another one took over', () => {
  test.each(['undelete', 'update', 'link'])(
    'paused at %s: it changes nothing any more, nothing happens twice',
    async (pausedAt) => {
      const clean = contoso();
      await clean.restore('Alice Moreau', 1);
      const world = contoso();
      const approved = await world.approve(await world.ask(await world.preview('Alice Moreau', 1)));
      const paused = world.jobs;
      let once = true;
      world.directory.beforeWrite = async (call) => {
        if (call !== pausedAt || !once) return;
        once = false;
        world.leases.expire();
        world.start();
        await world.service.housekeeping();
        await world.jobs.drain();
      };
      await paused.drain();
      expect(world.directory.snapshot()).toEqual(clean.directory.snapshot());
      const done = await world.service.get(TENANT, approved.id);
      expect(done).toMatchObject({ state: 'incomplete', result: { linesHeld: 7, differences: [] } });
      expect(
        (await world.service.journal(TENANT, approved.id)).every(
          ({ outcome }) => outcome?.outcome === 'done',
        ),
      ).toBe(true);
    },
  );

  test('while another run holds the lease, a run waits its turn', async () => {
    const world = contoso();
    const approved = await world.approve(await world.ask(await world.preview('Alice Moreau', 1)));
    const lease = await world.leases.acquire(`restore:${TENANT}`, 'somebody');
    const job = world.jobs.waiting.splice(0);
    expect(job).toHaveLength(1);
    await world.service.run(TENANT, approved.id, new AbortController().signal);
    expect(world.directory.calls).toEqual([]);
    expect(world.jobs.waiting).toHaveLength(1);
    await world.leases.release(`restore:${TENANT}`, 'somebody', lease!.fence);
    expect((await world.finish(approved)).result).toMatchObject({ linesHeld: 7 });
  });

  test('the database was away: the lease is let go as soon as it is back, and the next run goes on where the journal stands', async () => {
    const world = contoso();
    const { leases } = world;
    const approved = await world.approve(await world.ask(await world.preview('Alice Moreau', 1)));
    const [renew, release] = [leases.renew.bind(leases), leases.release.bind(leases)];
    let [renewals, releases] = [0, 0];
    const away = (): Promise<never> => Promise.reject(new RewindError('STORE_UNREACHABLE'));
    leases.renew = (...of) => ((renewals += 1) === 4 ? away() : renew(...of));
    leases.release = (...of) => ((releases += 1) < 3 ? away() : release(...of));
    // The queue runs it again by itself (test/services/jobs).
    await expect(world.jobs.drain()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    expect(await leases.held(`restore:${TENANT}`)).toBe(false);
    await world.service.run(TENANT, approved.id, new AbortController().signal);
    expect((await world.service.get(TENANT, approved.id))!.result).toMatchObject({ differences: [] });
    expect(calls(world, 'undelete')).toBe(1);
  });

  test('leases of the fake are exclusive (the tests above stand on it)', async () => {
    const leases = new FakeLeases();
    expect(await leases.acquire('a', 'x')).not.toBeNull();
    expect(await leases.acquire('a', 'y')).toBeNull();
  });
});

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

describe('many links', () => {
  test('[R21] members go twenty a call, and one refused does not hurt the others', async () => {
    const world = new World();
    const users = Array.from({ length: 45 }, (_, index) => `User ${index}`);
    for (const name of users) world.user(name);
    world.group('Big');
    world.join('Big', ...users);
    world.history.take('2026-11-20T01:00:00.000Z');
    world.leave('Big', ...users);
    const batches: number[] = [];
    const { link } = world.directory.writer;
    Object.assign(world.directory.writer, {
      link: (...args: Parameters<typeof link>) => {
        batches.push(args[2].length);
        return link(...args);
      },
    });
    world.directory.fail(
      'link',
      { fault: 'refuse', code: 'Request_BadRequest', reason: 'No' },
      9,
      ([, , target]) => target === idOf('User 7'),
    );
    const done = await world.restore('Big', 1, { aspects: ['members'] });
    expect(batches.slice(0, 4).sort((a, b) => b - a)).toEqual([20, 20, 5, 1]);
    expect(done).toMatchObject({ state: 'incomplete', result: { linesHeld: 44, linesTotal: 45 } });
  });
});

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
