import { describe, expect, test } from '@jest/globals';
import type { RestoreRequest } from '../../../services/model/restore.js';
import { idOf } from '../../fakes/fake-directory-state.js';
import { Killed } from '../../fakes/kill-switch.js';
import type { HandoffId } from '../../../services/model/ids.js';
import { ARUN, contoso, HANNA, MEI, SOFIA, TENANT, TOM, type World } from './world.js';

const HOUR = 60 * 60_000;

/** Prepares a world up to the approved request, with the run still to come. */
type Scenario = (world: World) => Promise<RestoreRequest>;

const alice: Scenario = async (world) =>
  world.approve(await world.ask(await world.preview('Alice Moreau', 1)));
const aliceWithout: Scenario = async (world) => {
  const leaveOut = [`link:member:${idOf('Payroll readers')}:${idOf('Alice Moreau')}`];
  return world.approve(await world.ask(await world.preview('Alice Moreau', 1, { leaveOut })));
};
const erik: Scenario = async (world) =>
  world.approve(
    await world.ask(await world.preview('Erik Sand', 1, { aspects: ['memberships', 'manager'] })),
  );
const erikByPassword: Scenario = (world) => {
  world.directory.passAllowed = null;
  return erik(world);
};
const undoAlice: Scenario = async (world) => {
  const done = await world.restore('Alice Moreau', 1);
  const undo = await world.service.undo(TENANT, done.id, done.requester);
  return world.approve(await world.ask(undo));
};

async function dryCount(
  scenario: Scenario,
): Promise<{ from: number; to: number; end: unknown; state: string }> {
  const world = contoso();
  const request = await scenario(world);
  const from = world.kill.seen.length;
  const done = await world.finish(request);
  return { from, to: world.kill.seen.length, end: world.directory.snapshot(), state: done.state };
}

/** A new process after the crash: leases run out, housekeeping finds the run, the queue goes on. */
async function comeBack(world: World, request: RestoreRequest): Promise<RestoreRequest> {
  world.kill.revive();
  world.leases.expire();
  world.start();
  await world.service.housekeeping();
  return world.finish(request);
}

describe.each([
  ['an undelete with memberships', alice],
  ['an undelete of which something is not to stay', aliceWithout],
  ['a recreate with a pass', erik],
  ['a recreate with a password', erikByPassword],
  ['an undo', undoAlice],
])('[R20] killed at any effect of %s', (_name, scenario) => {
  test.each(['before', 'after'] as const)(
    'just %s it, the next process ends in the right state',
    async (moment) => {
      const clean = await dryCount(scenario);
      expect(clean.to - clean.from).toBeGreaterThan(10);
      for (let index = clean.from; index < clean.to; index += 1) {
        const world = contoso();
        const request = await scenario(world);
        world.kill.arm(index, moment);
        await world.jobs.drain().catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
        const at = `${moment} effect ${index} (${world.kill.seen[index]})`;
        expect([at, world.kill.killed]).toEqual([at, true]);
        const done = await comeBack(world, request);
        expect([at, done.state]).toEqual([at, clean.state]);
        expect([at, done.result?.differences]).toEqual([at, []]);
        expect([at, world.directory.snapshot()]).toEqual([at, clean.end]);
        expect([at, (await world.audit.verify(TENANT)).firstBroken]).toEqual([at, null]);
        await checkHandoff(world, request, at);
        await checkTold(world, request, at);
        await checkFollowUp(world, done, at);
      }
    },
  );
});

describe('[N3] killed at any effect of the click that approves', () => {
  test.each(['before', 'after'] as const)(
    'just %s it, who agreed is told once, before anything is written',
    async (moment) => {
      const ask = async (world: World): Promise<RestoreRequest> =>
        world.ask(await world.preview('Alice Moreau', 1));
      const clean = contoso();
      const waiting = await ask(clean);
      const from = clean.kill.seen.length;
      await clean.approve(waiting);
      const to = clean.kill.seen.length;
      expect(to - from).toBeGreaterThan(2);
      for (let index = from; index < to; index += 1) {
        const world = contoso();
        const request = await ask(world);
        world.kill.arm(index, moment);
        await world.approve(request).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
        const at = `${moment} effect ${index} (${world.kill.seen[index]})`;
        expect([at, world.kill.killed]).toEqual([at, true]);
        world.kill.revive();
        world.start();
        // Whoever got no answer clicks again, unless it had its effect.
        await world.approve((await world.service.get(TENANT, request.id))!);
        const done = await comeBack(world, request);
        expect([at, done.state]).toEqual([at, 'incomplete']);
        await checkTold(world, request, at);
      }
    },
  );
});

/** A click (or what time does) on a request of Hanna's that waits for one approval, and what tells that it had its effect. */
interface Click {
  readonly kind: string;
  readonly click: (world: World, request: RestoreRequest) => Promise<unknown>;
  readonly happened: (request: RestoreRequest) => boolean;
}

const CLICKS: readonly (readonly [string, Click])[] = [
  [
    'denies',
    {
      kind: 'approval.denied',
      click: (world, { id }) => world.service.deny(TENANT, id, ARUN, 'not today'),
      happened: ({ state }) => state === 'denied',
    },
  ],
  [
    'withdraws',
    {
      kind: 'restore.withdrawn',
      click: async (world, { id }) =>
        world.service.withdraw(TENANT, id, (await world.service.get(TENANT, id))!.rev, HANNA),
      happened: ({ state }) => state === 'withdrawn',
    },
  ],
  [
    'hands the decision on',
    {
      kind: 'approval.reassigned',
      click: (world, { id }) => world.service.reassign(TENANT, id, ARUN, [MEI]),
      happened: ({ approval }) => approval?.reassignedTo !== undefined,
    },
  ],
  [
    'comes too late',
    {
      kind: 'approval.expired',
      click: async (world, { id }) => {
        world.clock.advance(2 * HOUR);
        await world.service.deny(TENANT, id, ARUN).catch((error: unknown) => {
          if (error instanceof Killed) throw error;
        });
      },
      happened: ({ state }) => state === 'expired',
    },
  ],
  [
    'time makes for it (a reminder)',
    {
      kind: 'approval.reminded',
      click: (world) => {
        world.clock.advance(HOUR - 60_000);
        return world.service.housekeeping();
      },
      happened: ({ approval }) => approval?.remindedAt !== undefined,
    },
  ],
  [
    'stops what runs',
    {
      kind: 'restore.stopAsked',
      click: async (world, request) => {
        await world.approve(request);
        await world.service.stop(TENANT, request.id, HANNA);
      },
      happened: ({ progress }) => progress?.stopAsked === true,
    },
  ],
];

describe('[N3] killed at any effect of a click that', () => {
  test.each(CLICKS)(
    '%s: it is told if and only if it happened, once',
    async (_name, { kind, click, happened }) => {
      const ask = async (world: World): Promise<RestoreRequest> =>
        world.ask(await world.preview('Alice Moreau', 1));
      const clean = contoso();
      const waiting = await ask(clean);
      const from = clean.kill.seen.length;
      await click(clean, waiting);
      const to = clean.kill.seen.length;
      expect(to - from).toBeGreaterThan(2);
      const told = async (world: World, id: RestoreRequest['id']): Promise<number> =>
        (await world.audit.list(TENANT, { requestId: id, limit: 500 })).filter((entry) => entry.kind === kind)
          .length;
      for (const moment of ['before', 'after'] as const)
        for (let index = from; index < to; index += 1) {
          const world = contoso();
          const request = await ask(world);
          world.kill.arm(index, moment);
          await click(world, request).catch((error: unknown) => {
            if (!(error instanceof Killed)) throw error;
          });
          const at = `${moment} effect ${index} (${world.kill.seen[index]})`;
          expect([at, world.kill.killed]).toEqual([at, true]);
          world.kill.revive();
          world.start();
          await world.service.housekeeping();
          await world.service.housekeeping();
          const now = (await world.service.get(TENANT, request.id))!;
          expect([at, await told(world, request.id)]).toEqual([at, happened(now) ? 1 : 0]);
          expect([at, now.untold, now.owesAudit]).toEqual([at, undefined, undefined]);
          expect([at, (await world.audit.verify(TENANT)).firstBroken]).toEqual([at, null]);
        }
    },
  );

  test('what is told late says when it happened', async () => {
    const world = contoso();
    const request = await world.ask(await world.preview('Alice Moreau', 1));
    const happenedAt = world.clock.now().toISOString();
    // The decision's write, and no more.
    world.kill.arm(world.kill.seen.length, 'after');
    await expect(world.service.deny(TENANT, request.id, ARUN)).rejects.toThrow(Killed);
    world.kill.revive();
    world.start();
    world.clock.advance(HOUR);
    await world.service.housekeeping();
    const [entry] = await world.audit.list(TENANT, { requestId: request.id });
    expect(entry).toMatchObject({ kind: 'approval.denied', details: { happenedAt } });
  });
});

describe('[N3] [P3] killed at any effect of a hand-off', () => {
  const HAND_OFF = ['handoff.offered', 'handoff.assigned', 'handoff.ready', 'handoff.shown'];

  test.each(['before', 'after'] as const)('just %s it, each of its steps is told once', async (moment) => {
    const offered = async (world: World): Promise<HandoffId> => {
      const done = await world.finish(await erik(world));
      return (await world.handoff.ofRequest(TENANT, done.id))!.id;
    };
    const handOver = async (world: World, id: HandoffId): Promise<void> => {
      if ((await world.handoff.get(TENANT, id))!.state !== 'ready')
        await world.handoff.assign(TENANT, id, SOFIA, TOM, 'inPerson');
      await world.handoff.reveal(TENANT, id, TOM);
    };
    const clean = contoso();
    const first = await offered(clean);
    const from = clean.kill.seen.length;
    await handOver(clean, first);
    const to = clean.kill.seen.length;
    expect(to - from).toBeGreaterThan(6);
    for (let index = from; index < to; index += 1) {
      const world = contoso();
      const id = await offered(world);
      world.kill.arm(index, moment);
      await handOver(world, id).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      const at = `${moment} effect ${index} (${world.kill.seen[index]})`;
      world.kill.revive();
      world.start();
      // What was being made belongs to nobody after two minutes.
      world.clock.advance(121_000);
      await world.handoff.housekeeping();
      await world.handoff.housekeeping();
      const handoff = (await world.handoff.get(TENANT, id))!;
      if (handoff.state !== 'shown') await handOver(world, id);
      const told = await world.audit.list(TENANT, { requestId: handoff.requestId, limit: 500 });
      const count = (kind: string): number => told.filter((entry) => entry.kind === kind).length;
      // Who was named before the crash may have been named once more after it.
      const counts = HAND_OFF.map(count);
      expect([at, counts[0], counts[2], counts[3]]).toEqual([at, 1, 1, 1]);
      expect([at, [1, 2].includes(counts[1]!)]).toEqual([at, true]);
      expect([at, (await world.audit.verify(TENANT)).firstBroken]).toEqual([at, null]);
    }
  });
});

/** Who agreed stands in the audit once, before the first write; what was undone knows by whom; every hand-off was told. */
async function checkTold(world: World, { id, undoes }: RestoreRequest, at: string): Promise<void> {
  const told = [...(await world.audit.list(TENANT, { requestId: id, limit: 500 }))].reverse();
  const kinds = told.map(({ kind }) => kind);
  const agreed = kinds.filter((kind) => kind === 'approval.approved' || kind === 'restore.confirmed');
  const { approval } = (await world.service.get(TENANT, id))!;
  expect([at, agreed.length]).toEqual([at, approval?.decisions.length ?? 1]);
  const last = Math.max(kinds.lastIndexOf('approval.approved'), kinds.lastIndexOf('restore.confirmed'));
  expect([at, kinds.findIndex((kind) => kind.startsWith('write.')) > last]).toEqual([at, true]);
  if (undoes) expect([at, (await world.service.get(TENANT, undoes))?.undoneBy]).toEqual([at, id]);
  const handoffs = await world.handoff.allOfRequest(TENANT, id);
  expect([at, kinds.includes('handoff.offered')]).toEqual([at, handoffs.length > 0]);
}

/** Whoever was recreated has exactly one hand-off, and a password that is sealed is the one in force. */
async function checkHandoff(world: World, request: RestoreRequest, at: string): Promise<void> {
  const created = world.directory.calls.filter(({ call }) => call === 'create');
  if (created.length === 0) return;
  const handoffs = await world.handoff.allOfRequest(TENANT, request.id);
  expect([at, handoffs.map(({ state }) => state)]).toEqual([at, ['offered']]);
  const users = [...world.directory.objects.values()].filter(
    ({ type, properties }) => type === 'user' && properties['displayName'] === 'Erik Sand',
  );
  expect([at, users.length]).toEqual([at, 1]);
  if (handoffs[0]!.kind !== 'password') return;
  const id = handoffs[0]!.user.id;
  const [sofia, tom] = ['Sofia Rossi', 'Tom Okafor'].map((name) => ({
    tenant: TENANT,
    objectId: idOf(name),
    name,
  }));
  await world.handoff.assign(TENANT, handoffs[0]!.id, sofia!, tom!, 'inPerson');
  const shown = await world.handoff.reveal(TENANT, handoffs[0]!.id, tom!);
  expect([at, shown.value]).toEqual([at, world.directory.passwords.get(id)]);
}

/** What came back and is not to stay is offered once, with its plan, whatever happened on the way (SPEC R8). */
async function checkFollowUp(world: World, request: RestoreRequest, at: string): Promise<void> {
  const opened = (await world.service.list(TENANT)).filter(({ follows }) => follows === request.id);
  expect([at, opened.map(({ id }) => id)]).toEqual([at, request.followedBy ? [request.followedBy] : []]);
  const wanted = request.kind === 'restore' && request.options.leaveOut.length > 0;
  expect([at, opened.length]).toEqual([at, wanted ? 1 : 0]);
  for (const { state, planId } of opened) {
    const plan = planId && (await world.service.plan(TENANT, planId));
    expect([at, state, plan && plan.operations.map((op) => op.do)]).toEqual([at, 'asks', ['unlink']]);
  }
}
