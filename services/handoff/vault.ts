import { RewindError } from '../model/errors.js';
import type { CredentialVault, Handoff, OfferInput } from '../model/handoff.js';
import type { RequestId, TenantId } from '../model/ids.js';
import { newHandoffId } from '../model/random.js';
import type { HandoffDeps } from './deps.js';
import { randomPassword } from './password.js';
import { handoffOutbox, HANDOFFS, OFFERED_FOR_MS, SEALED_FOR_MS, sealContext } from './records.js';
import { seal, unseal } from './seal.js';

/** The side of the hand-off that applying a plan works with (see the port for its promises). */
export function createVault(deps: HandoffDeps): CredentialVault {
  const { clock, random, sealingKey, notifier } = deps;
  const records = deps.store.collection(HANDOFFS);
  const outbox = handoffOutbox(deps);

  const find = async (
    tenant: TenantId,
    requestId: RequestId,
    operationId: string,
  ): Promise<Handoff | null> => {
    const found = await records.find(tenant, { where: { requestId } });
    return found.find((each) => each.operationId === operationId) ?? null;
  };

  const fresh = (input: OfferInput): Handoff => ({
    id: newHandoffId(random),
    rev: 1,
    tenant: input.tenant,
    requestId: input.requestId,
    operationId: input.operationId,
    user: input.user,
    kind: input.kind,
    state: 'preparing',
    offeredAt: clock.now().toISOString(),
    requester: input.requester,
    twoPeople: input.twoPeople,
    ...(input.defaultRecipient ? { defaultRecipient: input.defaultRecipient } : {}),
  });

  const inMs = (delay: number): string => new Date(clock.now().getTime() + delay).toISOString();

  return {
    async prepare(input) {
      if (input.kind === 'pass') return { password: randomPassword(random) };
      const existing = await find(input.tenant, input.requestId, input.operationId);
      const usable = existing?.sealed && Date.parse(existing.expiresAt ?? '') > clock.now().getTime();
      if (usable) return { password: unseal(existing.sealed!, sealContext(existing), sealingKey) };
      const password = randomPassword(random);
      const handoff = existing ?? fresh(input);
      const sealed = {
        ...handoff,
        sealed: seal(password, sealContext(handoff), sealingKey, random),
        expiresAt: inMs(SEALED_FOR_MS),
      };
      const stored = existing ? await records.update(sealed) : await records.create(sealed);
      if (!stored) throw new RewindError('LEASE_LOST');
      return { password };
    },

    async offer(input) {
      const existing = await find(input.tenant, input.requestId, input.operationId);
      if (existing && existing.state !== 'preparing') return withoutSeal(await outbox.settle(existing));
      const handoff: Handoff = {
        ...(existing ?? fresh(input)),
        user: input.user,
        state: 'offered',
        ...(existing?.sealed ? { sealedIsSet: true } : {}),
        offeredAt: clock.now().toISOString(),
        expiresAt: existing?.sealed ? existing.expiresAt : inMs(OFFERED_FOR_MS),
      };
      const owing = outbox.owing(existing ? handoff : { ...handoff, rev: 0 }, {
        kind: 'handoff.offered',
        actor: 'service',
        details: { handoff: handoff.id, user: input.user.id, credential: input.kind },
      });
      const stored = existing
        ? await records.update(owing)
        : (await records.create(owing))
          ? { ...owing, rev: 1 }
          : null;
      if (!stored) throw new RewindError('LEASE_LOST');
      const told = withoutSeal(await outbox.settle(stored));
      await notifier.notify({ event: 'handoffChanged', handoff: told });
      return told;
    },

    async abandon(tenant, requestId, operationId) {
      const existing = await find(tenant, requestId, operationId);
      if (existing?.state === 'preparing') await records.remove(tenant, existing.id);
    },
  };
}

/** What leaves this folder never carries the sealed text, nor what is between the record and the audit. */
export function withoutSeal(handoff: Handoff): Handoff {
  const { sealed: _sealed, sealedIsSet: _set, untold: _untold, owesAudit: _owes, ...rest } = handoff;
  return rest;
}
