import type { TenantId } from '../../services/model/ids.js';
import type { CollectionSpec, Records, RecordStore, StoredRecord } from '../../services/model/records.js';
import type { ConversationAddress } from './port.js';

/** One card of a request (or hand-off) in one chat: what is edited when the request moves on. */
export interface PostedCard extends StoredRecord {
  /** `{subject}:{purpose}:{audience}`: at most one that we post by ourselves; `:{activityId}` after it for those asked for before. */
  readonly id: string;
  /** Request or hand-off id. */
  readonly subject: string;
  readonly purpose: 'request' | 'approval' | 'handoff' | 'channel';
  /** Object id of the person, or the channel's conversation id. */
  readonly audience: string;
  readonly address: ConversationAddress;
  /** Missing while it is being posted. */
  readonly activityId?: string;
  /** SHA-256 of the view that stands there, so that nothing is edited for nothing. */
  readonly shown: string;
  readonly claimedAt: string;
}

export const ledgerSpec: CollectionSpec<PostedCard> = {
  name: 'postedCards',
  schemaVersion: 1,
  indexes: [
    [
      ['tenant', 1],
      ['subject', 1],
    ],
  ],
};

/** After this time a claim without an activity id counts as left by a crash. */
const CLAIM_HOLDS_IN_MS = 60_000;

export class CardLedger {
  private readonly records: Records<PostedCard>;

  constructor(store: RecordStore) {
    this.records = store.collection(ledgerSpec);
  }

  static key(subject: string, purpose: PostedCard['purpose'], audience: string): string {
    return `${subject}:${purpose}:${audience}`;
  }

  of(tenant: TenantId, subject: string): Promise<readonly PostedCard[]> {
    return this.records.find(tenant, { where: { subject } });
  }

  /**
   * Claims the right to post a card. The claim comes before the post and the activity id after it, so that two instances
   * never post the same card. Of a process that died in between nobody knows whether it had posted: what a person is to act on is posted
   * again, rather twice than never; news in the channel are not, rather never than twice (the cards tell the same).
   * @returns the claimed record, or null when it stands already or somebody is posting it
   */
  async claim(
    card: Omit<PostedCard, 'id' | 'rev' | 'activityId' | 'shown' | 'claimedAt'>,
    now: Date,
  ): Promise<PostedCard | null> {
    const id = CardLedger.key(card.subject, card.purpose, card.audience);
    const fresh: PostedCard = { ...card, id, rev: 1, shown: '', claimedAt: now.toISOString() };
    if (await this.records.create(fresh)) return fresh;
    const known = await this.records.get(card.tenant, id);
    if (!known || known.activityId !== undefined || known.purpose === 'channel') return null;
    if (now.getTime() - Date.parse(known.claimedAt) < CLAIM_HOLDS_IN_MS) return null;
    return this.records.update({ ...known, address: card.address, claimedAt: now.toISOString() });
  }

  /**
   * A card that was posted as the answer to a sentence or click: from now on it is edited in place, and so are the person's older ones
   * of the same subject, which would stay live otherwise (SPEC A4).
   */
  async record(card: Omit<PostedCard, 'id' | 'rev' | 'claimedAt'>, now: Date): Promise<void> {
    const id = CardLedger.key(card.subject, card.purpose, card.audience);
    const fresh: PostedCard = { ...card, id, rev: 1, claimedAt: now.toISOString() };
    if (await this.records.create(fresh)) return;
    const known = await this.records.get(card.tenant, id);
    if (!known) return;
    if (known.activityId !== undefined && known.activityId !== card.activityId)
      await this.records.create({ ...known, id: `${id}:${known.activityId}`, rev: 1 });
    await this.records.update({ ...fresh, rev: known.rev });
  }

  settle(card: PostedCard): Promise<PostedCard | null> {
    return this.records.update(card);
  }

  /** Gives a claim back, since Teams did not take the card: the next round posts it. */
  async release(claim: PostedCard): Promise<void> {
    const known = await this.records.get(claim.tenant, claim.id);
    if (known?.rev === claim.rev) await this.records.remove(claim.tenant, claim.id);
  }

  /** What stands there is not known: the next redraw edits it whatever it was. */
  async forgetShown({ tenant, id }: PostedCard): Promise<void> {
    for (;;) {
      const known = await this.records.get(tenant, id);
      if (!known || known.shown === '' || (await this.records.update({ ...known, shown: '' }))) return;
    }
  }

  remove(card: PostedCard): Promise<void> {
    return this.records.remove(card.tenant, card.id);
  }
}
