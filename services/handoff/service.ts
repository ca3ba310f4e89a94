import type { News } from '../audit/outbox.js';
import { RewindError } from '../model/errors.js';
import type { CredentialVault, Handoff, HandoffService, IdentityProof } from '../model/handoff.js';
import type { HandoffId, TenantId } from '../model/ids.js';
import type { JsonObject } from '../model/json.js';
import type { Person } from '../model/people.js';
import type { HandoffDeps } from './deps.js';
import { makeCredential } from './make.js';
import { handoffOutbox, HANDOFFS, MAKING_FOR_MS, OFFERED_FOR_MS, sealContext } from './records.js';
import { unseal } from './seal.js';
import { createVault, withoutSeal } from './vault.js';

/** States in which somebody still has something to do, the most pressing first. */
const OPEN_STATES: readonly Handoff['state'][] = ['ready', 'making', 'confirming', 'offered'];
const NOTE_LENGTH = 500;

/**
 * The private delivery of a credential (SPEC P2, P3): offered → recipient named (by two people for an administrator) → made and sealed
 * → shown once, with the mark stored before the value leaves.
 */
export function createHandoffService(
  deps: HandoffDeps,
): HandoffService & { readonly vault: CredentialVault } {
  const { clock, audit, notifier, sealingKey } = deps;
  const records = deps.store.collection(HANDOFFS);

  const read = async (tenant: TenantId, id: HandoffId): Promise<Handoff> => {
    const handoff = await records.get(tenant, id);
    if (!handoff || handoff.state === 'preparing')
      throw new RewindError('HANDOFF_GONE', { why: 'there is no such hand-off' });
    return handoff;
  };
  const outbox = handoffOutbox(deps);
  const shown = async (handoff: Handoff): Promise<Handoff> => {
    const visible = withoutSeal(handoff);
    await notifier.notify({ event: 'handoffChanged', handoff: visible });
    return visible;
  };
  /** Stores it with its news if nobody was faster. @returns as stored, told and not shown yet; null = somebody was */
  const stored = async (handoff: Handoff, news?: News): Promise<Handoff | null> => {
    const kept = await records.update(news ? outbox.owing(handoff, newsOf(handoff, news)) : handoff);
    return kept && outbox.settle(kept);
  };
  const keep = async (handoff: Handoff, news?: News): Promise<Handoff> => {
    const kept = await stored(handoff, news);
    if (!kept) throw new RewindError('CARD_OLD', { state: 'somebody was faster' });
    return kept;
  };

  /** Takes the hand-off for making (only one click gets it), makes the credential, tells. */
  const make = async (handoff: Handoff, by: Person, news?: News): Promise<Handoff> => {
    const taken = await keep({ ...handoff, state: 'making', assignedAt: clock.now().toISOString() }, news);
    let latest = taken;
    const keepLatest = async (next: Handoff): Promise<Handoff> => {
      const ready: News = {
        kind: 'handoff.ready',
        actor: by,
        details: { recipient: next.recipient?.objectId ?? '' },
      };
      return (latest = await keep({ ...next, rev: latest.rev }, next.state === 'ready' ? ready : undefined));
    };
    try {
      return await shown(await makeCredential(deps, taken, keepLatest));
    } catch (error) {
      // Nothing was made: the next click may try again at once.
      if (error instanceof RewindError && latest.state === 'making')
        await records.update({ ...latest, state: 'offered' });
      throw error;
    }
  };

  const expire = async (handoff: Handoff): Promise<Handoff> => {
    const { sealed: _destroyed, sealedIsSet: _set, ...rest } = handoff;
    const expired = await stored(
      { ...rest, state: 'expired' },
      { kind: 'handoff.expired', actor: 'service' },
    );
    return expired ? shown(expired) : withoutSeal(handoff);
  };

  return {
    vault: createVault(deps),

    async ofRequest(tenant, id) {
      const all = await this.allOfRequest(tenant, id);
      const open = OPEN_STATES.map((state) => all.find((each) => each.state === state)).find(Boolean);
      return open ?? all[0] ?? null;
    },

    async allOfRequest(tenant, requestId) {
      const found = await records.find(tenant, { where: { requestId } });
      return found.filter(({ state }) => state !== 'preparing').map(withoutSeal);
    },

    async get(tenant, id) {
      const handoff = await records.get(tenant, id);
      return handoff && handoff.state !== 'preparing' ? withoutSeal(handoff) : null;
    },

    async assign(tenant, id, by, recipient, proof, note) {
      const handoff = await read(tenant, id);
      checkRecipient(handoff, by, recipient);
      if (proof === 'other' && !note?.trim())
        throw new RewindError('INPUT_INVALID', {
          what: 'It is not said yet how they were identified.',
          hint: 'Write it in the note, then hand over again.',
        });
      const stale = isStaleMaking(handoff, clock.now());
      if (
        handoff.state === 'ready' ||
        (handoff.state === 'making' && !stale) ||
        handoff.state === 'confirming'
      ) {
        // The same click again: what it asked for is under way or done.
        if (handoff.recipient && same(handoff.recipient, recipient)) return withoutSeal(handoff);
        throw new RewindError('CARD_OLD', { state: `${handoff.recipient?.name ?? 'somebody'} is named` });
      }
      if (handoff.state !== 'offered' && !stale)
        throw new RewindError('HANDOFF_GONE', { why: handoff.state });
      // An offer that lapsed is gone; a sealed password past its time only means that a new one is set.
      if (!handoff.sealed && isPast(handoff, clock.now())) {
        await expire(handoff);
        throw new RewindError('HANDOFF_GONE', { why: 'the offer expired' });
      }
      const assigned: Handoff = {
        ...handoff,
        recipient,
        proof,
        assignedBy: by,
        assignedAt: clock.now().toISOString(),
        ...(note?.trim() ? { proofNote: note.trim().slice(0, NOTE_LENGTH) } : {}),
      };
      const news: News = { kind: 'handoff.assigned', actor: by, details: details(recipient, proof) };
      if (handoff.twoPeople) return shown(await keep({ ...assigned, state: 'confirming' }, news));
      const kept = await keep(assigned, news);
      await shown(kept);
      return make(kept, by);
    },

    async confirm(tenant, id, by) {
      const handoff = await read(tenant, id);
      if (handoff.state !== 'confirming') throw new RewindError('CARD_OLD', { state: handoff.state });
      const parties = [handoff.requester, handoff.assignedBy, handoff.recipient];
      if (parties.some((person) => person && same(person, by)))
        throw new RewindError('NOT_YOUR_REQUEST', {
          who: 'a second person who is neither asker nor recipient',
        });
      return make({ ...handoff, confirmedBy: by }, by, { kind: 'handoff.confirmed', actor: by });
    },

    async reveal(tenant, id, by) {
      const handoff = await read(tenant, id);
      if (!handoff.recipient || !same(handoff.recipient, by)) {
        const { tenant: of, requestId } = handoff;
        const refused = newsOf(handoff, { kind: 'handoff.refused', actor: by });
        await audit.append({ tenant: of, requestId, ...refused });
        throw new RewindError('HANDOFF_NOT_FOR_YOU', {
          who: handoff.recipient?.name ?? 'the named recipient',
        });
      }
      if (handoff.state === 'ready' && isPast(handoff, clock.now())) {
        await expire(handoff);
        throw new RewindError('HANDOFF_GONE', { why: 'its 30 minutes are over' });
      }
      if (handoff.state !== 'ready' || !handoff.sealed)
        throw new RewindError('HANDOFF_GONE', { why: goneWords(handoff.state) });
      const value = unseal(handoff.sealed, sealContext(handoff), sealingKey);
      const { sealed: _destroyed, sealedIsSet: _set, ...rest } = handoff;
      // The mark is stored before the value leaves: of two clicks one gets it, and a crash shows it to nobody.
      const marked = await stored(
        { ...rest, state: 'shown', shownAt: clock.now().toISOString() },
        { kind: 'handoff.shown', actor: by },
      );
      if (!marked) throw new RewindError('HANDOFF_GONE', { why: 'it was shown already' });
      await shown(marked);
      return { kind: handoff.kind, value, user: handoff.user };
    },

    async housekeeping() {
      for (const handoff of await outbox.left()) await shown(await outbox.settle(handoff));
      const open = await records.findEverywhere({
        where: { state: { in: ['preparing', 'offered', 'confirming', 'making', 'ready'] } },
      });
      for (const handoff of open) {
        if (isStaleMaking(handoff, clock.now())) await records.update({ ...handoff, state: 'offered' });
        else if (isPast(handoff, clock.now())) await retire(handoff);
      }
    },
  };

  /** What is past its time: sealed values are destroyed; an offer whose first password went stale stays, a new one is set for it. */
  async function retire(handoff: Handoff): Promise<void> {
    const { sealed, sealedIsSet: _set, ...rest } = handoff;
    if (handoff.state === 'offered' && sealed) {
      const until = Date.parse(handoff.offeredAt) + OFFERED_FOR_MS;
      await records.update({ ...rest, expiresAt: new Date(until).toISOString() });
    } else if (handoff.state === 'preparing') await records.update(rest);
    else await expire(handoff);
  }
}

const newsOf = (
  { id, user, kind: credential }: Handoff,
  { kind, actor, details: more }: News,
): Required<News> => ({
  kind,
  actor: actor === 'service' ? actor : { objectId: actor.objectId, name: actor.name },
  details: { handoff: id, user: user.id, credential, ...more },
});

const same = (a: Person, b: Person): boolean => a.tenant === b.tenant && a.objectId === b.objectId;

const details = (recipient: Person, proof: IdentityProof): JsonObject => ({
  recipient: recipient.objectId,
  recipientName: recipient.name,
  proof,
});

function checkRecipient(handoff: Handoff, by: Person, recipient: Person): void {
  const refuse = (what: string): never => {
    throw new RewindError('INPUT_INVALID', {
      what,
      hint: 'Choose the manager or another person who can meet them.',
    });
  };
  if (same(recipient, handoff.requester)) refuse('Who asked for the restore cannot receive the credential.');
  if (same(recipient, by)) refuse('Who names the recipient cannot be the recipient.');
  if (recipient.objectId === handoff.user.id) refuse(`${handoff.user.name} cannot sign in yet to open it.`);
  if (recipient.tenant !== handoff.tenant) refuse('The recipient must belong to the same tenant.');
}

const isPast = ({ expiresAt }: Handoff, now: Date): boolean =>
  expiresAt !== undefined && Date.parse(expiresAt) <= now.getTime();

const isStaleMaking = ({ state, assignedAt }: Handoff, now: Date): boolean =>
  state === 'making' && Date.parse(assignedAt ?? '') + MAKING_FOR_MS <= now.getTime();

const goneWords = (state: Handoff['state']): string =>
  state === 'shown' ? 'it was shown already' : state === 'expired' ? 'its time is over' : 'it is not ready';
