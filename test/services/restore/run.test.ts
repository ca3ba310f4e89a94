import { describe, expect, test } from '@jest/globals';
import { RewindError } from '../../../services/model/errors.js';
import type { RestoreRequest } from '../../../services/model/restore.js';
import { FakeLeases } from '../../fakes/fake-jobs.js';
import { idOf } from '../../fakes/fake-directory-state.js';
import { ARUN, contoso, HANNA, TENANT, World } from './world.js';

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
