import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RestoreOptions } from '../../../services/model/plan.js';
import { idOf } from '../../fakes/fake-directory-state.js';
import { World } from './world.js';

const USERS = ['U0', 'U1', 'U2', 'U3'] as const;
const GROUPS = ['G0', 'G1', 'G2', 'G3'] as const;
const PROPERTIES = ['department', 'jobTitle', 'city', 'otherMails', 'accountEnabled'] as const;
type Value = string | null | boolean | readonly string[];

type Step =
  | { readonly do: 'set'; readonly user: string; readonly property: string; readonly value: Value }
  | { readonly do: 'join' | 'leave' | 'own' | 'disown'; readonly group: string; readonly user: string }
  | { readonly do: 'head'; readonly user: string; readonly head: string }
  | { readonly do: 'delete' | 'purge'; readonly name: string };

const valueOf = (property: string): fc.Arbitrary<Value> => {
  if (property === 'accountEnabled') return fc.boolean();
  if (property === 'otherMails')
    return fc.uniqueArray(fc.constantFrom('a@x.example', 'b@x.example', 'c@x.example'));
  return fc.option(fc.constantFrom('A', 'B', 'C'), { nil: null });
};
const user = fc.constantFrom(...USERS);
const group = fc.constantFrom(...GROUPS);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(...PROPERTIES).chain((property) =>
      fc.record({
        do: fc.constant('set' as const),
        user,
        property: fc.constant(property),
        value: valueOf(property),
      }),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('join' as const, 'leave' as const, 'own' as const, 'disown' as const),
      group,
      user,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('head' as const), user, head: user }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('delete' as const, 'purge' as const),
      name: fc.oneof(user, group),
    }),
  },
);
const options: fc.Arbitrary<Partial<RestoreOptions>> = fc.record({
  aspects: fc.subarray(['memberships', 'ownerships', 'manager', 'members', 'owners']),
  mode: fc.constantFrom('add' as const, 'exact' as const),
  blockSignIn: fc.boolean(),
});

function apply(world: World, step: Step): void {
  const { directory } = world;
  const live = (name: string): boolean => directory.isLive(idOf(name));
  if (step.do === 'set') {
    if (live(step.user)) directory.set(idOf(step.user), { [step.property]: step.value as string });
  } else if (step.do === 'head') {
    if (step.user !== step.head && live(step.user) && live(step.head))
      directory.setLink('manager', idOf(step.user), idOf(step.head));
  } else if ('name' in step) {
    if (live(step.name) && step.do === 'delete') directory.softDelete(idOf(step.name));
    else if (directory.objects.has(idOf(step.name)) && step.do === 'purge') directory.purge(idOf(step.name));
  } else if (live(step.group) && live(step.user)) {
    const kind = step.do === 'join' || step.do === 'leave' ? 'member' : 'owner';
    if (step.do === 'join' || step.do === 'own') directory.setLink(kind, idOf(step.group), idOf(step.user));
    else directory.dropLink(kind, idOf(step.group), idOf(step.user));
  }
}

function tenant(before: readonly Step[], after: readonly Step[], between: readonly Step[]): World {
  const world = new World();
  for (const name of USERS) world.user(name);
  for (const name of GROUPS) world.group(name);
  for (const each of before) apply(world, each);
  world.history.take('2026-11-20T01:00:00.000Z');
  for (const each of between) apply(world, each);
  world.history.take('2026-11-21T01:00:00.000Z');
  for (const each of after) apply(world, each);
  return world;
}

const steps = fc.array(step, { maxLength: 12 });
const walk = fc.record({ before: steps, between: steps, after: steps, name: fc.oneof(user, group), options });
const RUNS = { numRuns: Number(process.env['WALKS'] ?? 150) };

/** The walk's subject must be live in snapshot 1; others have nothing to restore to. */
const open = (world: World, name: string, chosen: Partial<RestoreOptions>) =>
  world.preview(name, 1, chosen).catch((error: { code?: string }) => {
    if (error.code === 'POINT_LACKS_OBJECT') return null;
    throw error;
  });

describe('over random tenants', () => {
  test('[R11] a plan after its apply is empty, and every line held', async () => {
    await fc.assert(
      fc.asyncProperty(walk, async ({ before, between, after, name, options: chosen }) => {
        const world = tenant(before, after, between);
        const shown = await open(world, name, chosen);
        if (!shown || shown.plan.operations.length === 0) return;
        const done = await world.finish(await world.approve(await world.ask(shown)));
        expect(done.result?.differences).toEqual([]);
        const again = await open(world, name, chosen);
        // Ending sessions has no state to compare; what an exact undelete leaves is the second plan's (SPEC R8).
        const left = again!.plan.operations.filter((op) => op.do !== 'revokeSessions' && op.do !== 'unlink');
        expect(left).toEqual([]);
        if (shown.plan.subjects[0]!.before === 'live')
          expect(again!.plan.operations.filter((op) => op.do === 'unlink')).toEqual([]);
      }),
      RUNS,
    );
  });

  test('[R18] undo of any restore returns to what was visible before', async () => {
    await fc.assert(
      fc.asyncProperty(walk, async ({ before, between, after, name, options: chosen }) => {
        const world = tenant(before, after, between);
        const shown = await open(world, name, chosen);
        if (!shown || !shown.plan.operations.some((op) => op.do !== 'revokeSessions')) return;
        const visible = world.directory.visibleState();
        const done = await world.finish(await world.approve(await world.ask(shown)));
        if (!done.result?.canUndo) return;
        await world.undo(done);
        expect(world.directory.visibleState()).toEqual(visible);
      }),
      RUNS,
    );
  });

  test('[R8] [R12] add mode never takes anything away, and no property is written that the version does not know', async () => {
    await fc.assert(
      fc.asyncProperty(
        walk,
        fc.constantFrom(...PROPERTIES),
        async ({ before, between, after, name, options: chosen }, unknown) => {
          const world = new World();
          for (const each of USERS) world.user(each);
          for (const each of GROUPS) world.group(each);
          for (const each of before) apply(world, each);
          for (const { properties } of world.directory.objects.values()) delete properties[unknown];
          world.history.take('2026-11-20T01:00:00.000Z');
          for (const each of [...between, ...after]) apply(world, each);
          const shown = await open(world, name, { ...chosen, mode: 'add', blockSignIn: false });
          for (const op of shown?.plan.operations ?? []) {
            expect(op.do).not.toBe('unlink');
            expect(op.do).not.toBe('delete');
            if (op.do === 'update') expect(op.changes.map(({ property }) => property)).not.toContain(unknown);
          }
        },
      ),
      RUNS,
    );
  });

  test('[A3] the same facts give the same hash; operations come after what they depend on', async () => {
    await fc.assert(
      fc.asyncProperty(walk, async ({ before, between, after, name, options: chosen }) => {
        const world = tenant(before, after, between);
        const [first, second] = [await open(world, name, chosen), await open(world, name, chosen)];
        expect(first?.plan.hash).toBe(second?.plan.hash);
        const order = first?.plan.operations.map(({ id }) => id) ?? [];
        for (const op of first?.plan.operations ?? [])
          for (const needed of op.dependsOn) expect(order.indexOf(needed)).toBeLessThan(order.indexOf(op.id));
      }),
      RUNS,
    );
  });
});
