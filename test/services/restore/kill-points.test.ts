import { describe, expect, test } from '@jest/globals';
import type { RestoreRequest } from '../../../services/model/restore.js';
import { idOf } from '../../fakes/fake-directory.js';
import { Killed } from '../../fakes/kill-switch.js';
import { contoso, TENANT, type World } from './world.js';

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
