import { describe, expect, test } from '@jest/globals';
import type { Handoff } from '../../../services/model/handoff.js';
import { newRequestId, systemRandom } from '../../../services/model/random.js';
import { randomPassword } from '../../../services/handoff/password.js';
import { seal, unseal } from '../../../services/handoff/seal.js';
import { idOf } from '../../fakes/fake-directory-state.js';
import { Killed } from '../../fakes/kill-switch.js';
import { ARUN, contoso, HANNA, MEI, SOFIA, TENANT, TOM, type World } from '../restore/world.js';

const KEY = { id: 'k1', bytes: new Uint8Array(32).fill(7) };

async function offered(
  kind: 'pass' | 'password',
  options: { readonly world?: World; readonly twoPeople?: boolean; readonly sealed?: boolean } = {},
): Promise<{ readonly world: World; readonly offer: Handoff }> {
  const world = options.world ?? contoso();
  const input = {
    tenant: TENANT,
    requestId: newRequestId(systemRandom),
    operationId: 'op1',
    user: world.nameOf('Alice Chen'),
    kind,
    requester: HANNA,
    twoPeople: options.twoPeople === true,
  };
  if (options.sealed) {
    const { password } = await world.handoff.vault.prepare(input);
    world.directory.passwords.set(idOf('Alice Chen'), password);
  }
  return { world, offer: await world.handoff.vault.offer(input) };
}

describe('sealing', () => {
  test('[P3] opens with its key and its record only, and not when a byte was changed', () => {
    const sealed = seal('s3cret', 'handoff/a', KEY, systemRandom);
    expect(sealed).not.toContain('s3cret');
    expect(unseal(sealed, 'handoff/a', KEY)).toBe('s3cret');
    expect(seal('s3cret', 'handoff/a', KEY, systemRandom)).not.toBe(sealed);
    const other = { id: 'k1', bytes: new Uint8Array(32).fill(8) };
    const parts = sealed.split('.');
    const flipped = [
      ...parts.slice(0, 3),
      parts[3]!.startsWith('A') ? `B${parts[3]!.slice(1)}` : `A${parts[3]!.slice(1)}`,
      parts[4],
    ].join('.');
    for (const attempt of [
      () => unseal(sealed, 'handoff/b', KEY),
      () => unseal(sealed, 'handoff/a', other),
      () => unseal(sealed, 'handoff/a', { ...KEY, id: 'k2' }),
      () => unseal(flipped, 'handoff/a', KEY),
      () => unseal('nonsense', 'handoff/a', KEY),
    ])
      expect(attempt).toThrow(expect.objectContaining({ code: 'HANDOFF_GONE' }));
  });

  test('[P2] passwords: 24 characters of all four kinds, never the same twice', () => {
    const made = Array.from({ length: 200 }, () => randomPassword(systemRandom));
    expect(new Set(made).size).toBe(200);
    for (const password of made) {
      expect(password).toHaveLength(24);
      for (const kind of [/[a-z]/, /[A-Z]/, /[2-9]/, /[-_.+=#%]/]) expect(password).toMatch(kind);
    }
  });
});

describe('[P3] who receives it', () => {
  test.each([
    ['the requester', SOFIA, HANNA],
    ['who names the recipient', SOFIA, SOFIA],
    ['the user', SOFIA, { ...TOM, objectId: idOf('Alice Chen') }],
    ['somebody of another tenant', SOFIA, { ...TOM, tenant: 'x' as typeof TENANT }],
  ])('never %s', async (_name, by, recipient) => {
    const { world, offer } = await offered('pass');
    await expect(world.handoff.assign(TENANT, offer.id, by, recipient, 'inPerson')).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
    expect(world.directory.calls).toEqual([]);
  });

  test('only the named one may open it; others are refused and it stays', async () => {
    const { world, offer } = await offered('pass');
    await world.handoff.assign(TENANT, offer.id, HANNA, TOM, 'videoCall', ' met him on screen ');
    for (const other of [HANNA, ARUN, SOFIA])
      await expect(world.handoff.reveal(TENANT, offer.id, other)).rejects.toMatchObject({
        code: 'HANDOFF_NOT_FOR_YOU',
      });
    expect((await world.handoff.reveal(TENANT, offer.id, TOM)).value).toBe(
      world.directory.passes.get(idOf('Alice Chen')),
    );
    expect(await world.handoff.get(TENANT, offer.id)).toMatchObject({
      state: 'shown',
      proof: 'videoCall',
      proofNote: 'met him on screen',
    });
  });

  test("an administrator's takes two people", async () => {
    const { world, offer } = await offered('pass', { twoPeople: true });
    const waiting = await world.handoff.assign(TENANT, offer.id, SOFIA, TOM, 'inPerson');
    expect(waiting.state).toBe('confirming');
    expect(world.directory.calls).toEqual([]);
    for (const party of [HANNA, SOFIA, TOM])
      await expect(world.handoff.confirm(TENANT, offer.id, party)).rejects.toMatchObject({
        code: 'NOT_YOUR_REQUEST',
      });
    expect((await world.handoff.confirm(TENANT, offer.id, MEI)).state).toBe('ready');
    expect((await world.handoff.reveal(TENANT, offer.id, TOM)).kind).toBe('pass');
  });
});

describe('[P3] once, and not for long', () => {
  test('of many clicks at once exactly one gets the value', async () => {
    const { world, offer } = await offered('password', { sealed: true });
    await world.handoff.assign(TENANT, offer.id, SOFIA, TOM, 'inPerson');
    const clicks = await Promise.allSettled(
      Array.from({ length: 5 }, () => world.handoff.reveal(TENANT, offer.id, TOM)),
    );
    expect(clicks.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const click of clicks)
      if (click.status === 'rejected') expect(click.reason).toMatchObject({ code: 'HANDOFF_GONE' });
  });

  test('naming the recipient twice makes one credential', async () => {
    const { world, offer } = await offered('password');
    const assign = () => world.handoff.assign(TENANT, offer.id, SOFIA, TOM, 'inPerson');
    await Promise.allSettled([assign(), assign(), assign()]);
    expect(await assign()).toMatchObject({ state: 'ready' });
    expect(world.directory.calls.map(({ call }) => call)).toEqual(['setPassword']);
  });

  test('after 30 minutes it is destroyed, whoever looks first', async () => {
    for (const look of ['reveal', 'housekeeping'] as const) {
      const { world, offer } = await offered('password');
      await world.handoff.assign(TENANT, offer.id, SOFIA, TOM, 'inPerson');
      world.clock.advance(30 * 60_000);
      if (look === 'housekeeping') await world.handoff.housekeeping();
      await expect(world.handoff.reveal(TENANT, offer.id, TOM)).rejects.toMatchObject({
        code: 'HANDOFF_GONE',
      });
      expect(world.store.dump()).not.toContain('"sealed":');
    }
  });

  test('a first password that went stale before anybody was named is replaced by a new one', async () => {
    const { world, offer } = await offered('password', { sealed: true });
    const first = world.directory.passwords.get(idOf('Alice Chen'));
    world.clock.advance(31 * 60_000);
    await world.handoff.housekeeping();
    expect(world.store.dump()).not.toContain('"sealed":');
    await world.handoff.assign(TENANT, offer.id, SOFIA, TOM, 'inPerson');
    const { value } = await world.handoff.reveal(TENANT, offer.id, TOM);
    expect(value).toBe(world.directory.passwords.get(idOf('Alice Chen')));
    expect(value).not.toBe(first);
  });

  test('an offer that nobody takes up lapses after a day', async () => {
    const { world, offer } = await offered('pass');
    world.clock.advance(25 * 60 * 60_000);
    await world.handoff.housekeeping();
    expect((await world.handoff.get(TENANT, offer.id))!.state).toBe('expired');
  });
});

describe('[P2] pass or password', () => {
  test('a pass that the policy no longer allows, or that exists unseen, is replaced by a password', async () => {
    const { world, offer } = await offered('pass');
    world.directory.passes.set(idOf('Alice Chen'), 'from a lost answer');
    const ready = await world.handoff.assign(TENANT, offer.id, SOFIA, TOM, 'inPerson');
    expect(ready).toMatchObject({ state: 'ready', kind: 'password' });
    expect((await world.handoff.reveal(TENANT, offer.id, TOM)).value).toBe(
      world.directory.passwords.get(idOf('Alice Chen')),
    );
  });

  test('a refusal leaves the offer open and nothing sealed', async () => {
    const { world, offer } = await offered('password');
    world.directory.fail('setPassword', {
      fault: 'refuse',
      code: 'Authorization_RequestDenied',
      reason: 'Insufficient privileges',
    });
    await expect(world.handoff.assign(TENANT, offer.id, SOFIA, TOM, 'inPerson')).rejects.toMatchObject({
      code: 'GRAPH_BAD_REQUEST',
    });
    expect((await world.handoff.get(TENANT, offer.id))!.state).toBe('offered');
    expect(world.store.dump()).not.toContain('"sealed":');
    expect((await world.handoff.assign(TENANT, offer.id, SOFIA, TOM, 'inPerson')).state).toBe('ready');
  });
});

describe('[P3] [R20] killed at any effect of naming the recipient', () => {
  const run = (world: World, offer: Handoff) =>
    world.handoff.assign(TENANT, offer.id, SOFIA, TOM, 'inPerson');
  test.each([
    ['pass', false],
    ['password', false],
    ['password', true],
  ] as const)(
    '%s (sealed at the create: %s): what is shown in the end is what signs in',
    async (kind, sealed) => {
      const count = await offered(kind, { sealed });
      const from = count.world.kill.seen.length;
      await run(count.world, count.offer);
      const to = count.world.kill.seen.length;
      for (let index = from; index < to; index += 1)
        for (const moment of ['before', 'after'] as const) {
          const { world, offer } = await offered(kind, { sealed });
          world.kill.arm(index, moment);
          await run(world, offer).catch((error: unknown) => {
            if (!(error instanceof Killed)) throw error;
          });
          world.kill.revive();
          world.start();
          world.clock.advance(3 * 60_000);
          await world.handoff.housekeeping();
          const again = await run(world, offer);
          const at = `${moment} ${world.kill.seen[index]}`;
          expect([at, again.state]).toEqual([at, 'ready']);
          const { value, kind: shown } = await world.handoff.reveal(TENANT, offer.id, TOM);
          const inForce = shown === 'pass' ? world.directory.passes : world.directory.passwords;
          expect([at, value]).toEqual([at, inForce.get(idOf('Alice Chen'))]);
        }
    },
  );
});

test('[P3] [N3] the value is never in the store, the audit or an event', async () => {
  for (const kind of ['pass', 'password'] as const) {
    const { world, offer } = await offered(kind);
    await world.handoff.assign(TENANT, offer.id, SOFIA, TOM, 'inPerson');
    const stored = world.store.dump();
    const { value } = await world.handoff.reveal(TENANT, offer.id, TOM);
    for (const text of [stored, world.store.dump(), JSON.stringify(world.events)])
      expect(text).not.toContain(value);
    expect(JSON.stringify(world.events)).not.toContain('"sealed":');
    const kinds = (await world.audit.list(TENANT, { requestId: offer.requestId })).map((entry) => entry.kind);
    expect(kinds).toEqual(
      expect.arrayContaining(['handoff.offered', 'handoff.assigned', 'handoff.ready', 'handoff.shown']),
    );
  }
});
