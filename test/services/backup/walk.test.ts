import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ObjectId } from '../../../services/model/ids.js';
import type { History } from '../../../services/store/history/index.js';
import { TENANT, fixture, freshRead, nextDay } from './fixture.js';
import type { Fixture } from './fixture.js';

/** One step of a random walk; numbers choose among what there is. */
type Step =
  | { readonly do: 'change' | 'create' | 'softDelete' | 'undelete' | 'purge'; readonly who: number }
  | {
      readonly do: 'link' | 'unlink';
      readonly kind: number;
      readonly source: number;
      readonly target: number;
    }
  | { readonly do: 'backup' }
  | { readonly do: 'expire' };

const number = fc.nat(1000);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('change' as const, 'create' as const), who: number }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('softDelete' as const, 'undelete' as const, 'purge' as const),
      who: number,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('link' as const, 'link' as const, 'unlink' as const),
      kind: fc.nat(2),
      source: number,
      target: number,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('backup' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
);

const pick = <T>(items: readonly T[], number: number): T | undefined =>
  items[number % Math.max(items.length, 1)];

function populate({ tenant }: Fixture): void {
  for (let i = 0; i < 12; i += 1) tenant.put('user', `user-${i}`, { department: `d${i}` });
  for (let i = 0; i < 4; i += 1) tenant.put('group', `group-${i}`, { groupTypes: [] });
  for (let i = 0; i < 12; i += 1)
    tenant.link('member', `group-${i % 3}` as ObjectId, `user-${i}` as ObjectId);
}

function act({ tenant }: Fixture, step: Step): void {
  const ids = (type: string, state: 'live' | 'softDeleted'): ObjectId[] =>
    [...tenant.entities.values()].filter((e) => e.type === type && e.state === state).map(({ id }) => id);
  const all = (state: 'live' | 'softDeleted') => [...ids('user', state), ...ids('group', state)];
  switch (step.do) {
    case 'create':
      tenant.put(step.who % 4 === 0 ? 'group' : 'user', `new-${tenant.entities.size}-${step.who}`);
      break;
    case 'change': {
      const id = pick(all('live'), step.who);
      if (id)
        tenant.put(tenant.entities.get(id)!.type, id, {
          description: `d${step.who}`,
          department: `x${step.who % 3}`,
        });
      break;
    }
    case 'softDelete': {
      // Never so many that the collapse guard, which has its own tests, holds the reading back.
      const live = all('live');
      const id = pick(live, step.who);
      if (id && live.length > 8) tenant.softDelete(id);
      break;
    }
    case 'undelete': {
      const id = pick(all('softDeleted'), step.who);
      if (id) tenant.undelete(id);
      break;
    }
    case 'purge': {
      const id = pick(all('softDeleted'), step.who);
      if (id) tenant.purge(id);
      break;
    }
    case 'link': {
      const kind = (['member', 'owner', 'manager'] as const)[step.kind]!;
      const source = pick(ids(kind === 'manager' ? 'user' : 'group', 'live'), step.source);
      const target = pick(ids('user', 'live'), step.target);
      if (source && target && source !== target) tenant.link(kind, source, target);
      break;
    }
    case 'unlink': {
      const links = [...tenant.links.values()].filter(
        (link) => all('live').includes(link.source) && all('live').includes(link.target),
      );
      const link = pick(links, step.source);
      if (link) tenant.unlink(link.kind, link.source, link.target);
      break;
    }
    default:
  }
}

/** Readable, so that a counterexample says what differs. */
async function contents(history: History): Promise<string[]> {
  const seq = (await history.newestSnapshot(TENANT))!.seq;
  const lines: string[] = [];
  for await (const { objectId, state, body } of history.eachVersionAt(TENANT, seq))
    lines.push(
      `${objectId} ${state} ${JSON.stringify(Object.entries(body).filter(([, v]) => v !== null && `${v}` !== ''))}`,
    );
  for await (const { kind, source, target, latent } of history.eachLinkAt(TENANT, seq))
    if (!latent) lines.push(`${kind} ${source} ${target}`);
  return lines.sort();
}

async function expectSameAsFreshRead(walk: Fixture): Promise<void> {
  let header = await nextDay(walk);
  // Two that vanished while the tokens expired are a fall of more than a tenth in so small a tenant: believed when found again (SPEC B18).
  if (header.status === 'partial') header = await nextDay(walk);
  const fresh = await freshRead(walk);
  expect(await contents(walk.history)).toEqual(await contents(fresh.history));
  expect({ counts: live(header.counts), state: header.state, status: header.status }).toEqual({
    counts: live(fresh.header.counts),
    state: fresh.header.state,
    status: 'complete',
  });
}

const live = (counts: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));

const seeded = (seed: number) => (): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed / 2_147_483_648;
};

describe('[B10] increments land in the same form as a full read', () => {
  const walkOf = (seed: number, pageSize: number): Fixture =>
    fixture({
      oddities: {
        pageSize,
        random: seeded(seed),
        oddDelta: seed % 3 > 0,
        silentPurge: seed % 2 === 0,
        undeleteLoses: seed % 5 > 2,
      },
    });

  test('after random walks with every oddity of delta', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 40 }),
        fc.nat(),
        fc.integer({ min: 1, max: 7 }),
        async (steps, seed, pageSize) => {
          const walk = walkOf(seed, pageSize);
          populate(walk);
          await walk.backup.run(TENANT, { trigger: 'connect' });
          for (const step of steps) {
            if (step.do === 'backup') await nextDay(walk);
            else if (step.do === 'expire') walk.tenant.expireTokens();
            else act(walk, step);
          }
          await expectSameAsFreshRead(walk);
        },
      ),
      { numRuns: Number(process.env['FC_RUNS'] ?? 60) },
    );
  });

  test('while the tenant changes under the reading: nothing is lost between token, lists and delta', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 60 }),
        fc.nat(),
        fc.integer({ min: 1, max: 5 }),
        async (steps, seed, every) => {
          const walk = walkOf(seed, 2);
          populate(walk);
          const waiting = steps.filter((step) => step.do !== 'backup' && step.do !== 'expire');
          let reads = 0;
          walk.tenant.beforeRead = () => {
            reads += 1;
            const next = reads % every === 0 ? waiting.shift() : undefined;
            if (next) act(walk, next);
          };
          await walk.backup.run(TENANT, { trigger: 'connect' });
          await nextDay(walk);
          walk.tenant.beforeRead = () => undefined;
          await expectSameAsFreshRead(walk);
        },
      ),
      { numRuns: Number(process.env['FC_RUNS'] ?? 60) },
    );
  });
});
