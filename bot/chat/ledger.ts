import type { TenantId } from '../../services/model/ids.js';
import type { CollectionSpec, Records, RecordStore, StoredRecord } from '../../services/model/records.js';
import type { ConversationAddress } from './port.js';

/** One card of a request (or hand-off) in one chat: what is edited when the request moves on. */
export interface PostedCard extends StoredRecord {
  /** `{subject}:{purpose}:{audience}`: at most one card each, on however many instances. */
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

/** After this time a claim without an activity id counts as left by a crash, and the card is posted again. */
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
   * never post the same card.
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
    if (!known || known.activityId !== undefined) return null;
    if (now.getTime() - Date.parse(known.claimedAt) < CLAIM_HOLDS_IN_MS) return null;
    return this.records.update({ ...known, address: card.address, claimedAt: now.toISOString() });
  }

  /** A card that was posted as the answer to a sentence or click: from now on it is edited in place. */
  async record(card: Omit<PostedCard, 'id' | 'rev' | 'claimedAt'>, now: Date): Promise<void> {
    const id = CardLedger.key(card.subject, card.purpose, card.audience);
    const fresh: PostedCard = { ...card, id, rev: 1, claimedAt: now.toISOString() };
    if (await this.records.create(fresh)) return;
    const known = await this.records.get(card.tenant, id);
    if (known) await this.records.update({ ...fresh, rev: known.rev });
  }

  settle(card: PostedCard): Promise<PostedCard | null> {
    return this.records.update(card);
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
