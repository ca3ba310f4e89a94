import type { TenantId } from '../../services/model/ids.js';
import { breathe } from '../../services/model/patience.js';
import type { CollectionSpec, Records, RecordStore, StoredRecord } from '../../services/model/records.js';
import type { ConversationAddress } from './port.js';

/** One card of a request (or hand-off, or backup) in one chat: what is edited when that moves on. */
export interface PostedCard extends StoredRecord {
  /** `{subject}:{purpose}:{audience}`: at most one that we post by ourselves; `:{activityId}` after it for those asked for before. */
  readonly id: string;
  /** Request or hand-off id, or the backup that a card of the channel begins with. */
  readonly subject: string;
  /** 'channel' is told there and never twice; 'alarm', too, but rather twice than never (doc/adr/0007). */
  readonly purpose: 'request' | 'approval' | 'handoff' | 'channel' | 'alarm';
  /** Object id of the person, or the channel's conversation id. */
  readonly audience: string;
  readonly address: ConversationAddress;
  /** Missing while it is being posted. */
  readonly activityId?: string;
  /** SHA-256 of the view that stands there, so that nothing is edited for nothing; or what `besideOf` says. */
  readonly shown: string;
  readonly claimedAt: string;
  /** Set from the claim until it is known to stand. */
  readonly posting?: true;
  /** What the card says, in a line, should it be told elsewhere. */
  readonly line?: string;
  /** Lines of cards that may not have reached this chat: this one tells them. */
  readonly carries?: readonly { readonly id: string; readonly line: string }[];
}

const ledgerSpec: CollectionSpec<PostedCard> = {
  name: 'postedCards',
  schemaVersion: 1,
  indexes: [
    [
      ['tenant', 1],
      ['subject', 1],
    ],
    [
      ['tenant', 1],
      ['posting', 1],
    ],
  ],
};

/** After this time a claim without an activity id counts as left by a crash. */
const CLAIM_HOLDS_IN_MS = 60_000;
const TRIES_AT_MOST = 50;

const isHeld = ({ claimedAt }: PostedCard, now: Date): boolean =>
  now.getTime() - Date.parse(claimedAt) < CLAIM_HOLDS_IN_MS;

const isLost = (card: PostedCard, now: Date): boolean =>
  card.purpose === 'channel' && card.activityId === undefined && !isHeld(card, now);

/** The person looks at a page or picker of the request as of this revision: its own card is not drawn over that. */
export const besideOf = (rev: number): string => `beside:${rev}`;

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
   * never post the same card. Of a process that died in between nobody knows whether it had posted (Teams knows no idempotency): what a
   * person is to act on is posted again, rather twice than never; news in the channel are not, rather never than twice, and the digest
   * tells them ({@link missed}, doc/adr/0007).
   * @returns the claimed record, or null when it stands already or somebody is posting it
   */
  async claim(
    card: Omit<PostedCard, 'id' | 'rev' | 'activityId' | 'shown' | 'claimedAt'>,
    now: Date,
  ): Promise<PostedCard | null> {
    const id = CardLedger.key(card.subject, card.purpose, card.audience);
    const claimedAt = now.toISOString();
    const fresh: PostedCard = { ...card, id, rev: 1, shown: '', claimedAt, posting: true };
    if (await this.records.create(fresh)) return fresh;
    const known = await this.records.get(card.tenant, id);
    if (!known || known.activityId !== undefined || known.purpose === 'channel') return null;
    if (isHeld(known, now)) return null;
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

  /** Whether nobody has noted another view for this card since it was read. */
  async isUntouched({ tenant, id, rev }: PostedCard): Promise<boolean> {
    return (await this.records.get(tenant, id))?.rev === rev;
  }

  settle({ posting: _posting, ...card }: PostedCard): Promise<PostedCard | null> {
    return this.records.update(card);
  }

  /** Those of the subjects that were to be told in the channel by somebody who died, so that nobody knows whether they were. */
  async lostAmong(tenant: TenantId, subjects: readonly string[], now: Date): Promise<ReadonlySet<string>> {
    if (subjects.length === 0) return new Set();
    const cards = await this.records.find(tenant, { where: { subject: { in: subjects } } });
    return new Set(cards.filter((card) => isLost(card, now)).map(({ subject }) => subject));
  }

  /** News of the channel that nobody knows to stand there, and that no other card tells yet. */
  async missed(tenant: TenantId, now: Date): Promise<readonly PostedCard[]> {
    const posting = await this.records.find(tenant, { where: { posting: true } });
    return posting.filter((card) => isLost(card, now));
  }

  /** From now on `carrier` tells what they say. Safe to repeat. @returns the carrier; null = somebody changed it meanwhile */
  async carry(carrier: PostedCard, missed: readonly PostedCard[]): Promise<PostedCard | null> {
    const known = carrier.carries ?? [];
    const fresh = missed.filter(({ id }) => !known.some((each) => each.id === id));
    const lines = fresh.map(({ id, line = '' }) => ({ id, line }));
    const stored = await this.records.update({ ...carrier, carries: [...known, ...lines] });
    if (stored) for (const { posting: _posting, ...card } of missed) await this.records.update(card);
    return stored;
  }

  /** Gives a claim back, since Teams did not take the card: the next round posts it. */
  async release(claim: PostedCard): Promise<void> {
    const known = await this.records.get(claim.tenant, claim.id);
    if (known?.rev === claim.rev) await this.records.remove(claim.tenant, claim.id);
  }

  /** What stands there is not known: the next redraw edits it whatever it was. */
  async forgetShown({ tenant, id }: PostedCard): Promise<void> {
    for (let lost = 0; lost < TRIES_AT_MOST; lost += 1) {
      await breathe(lost);
      const known = await this.records.get(tenant, id);
      if (!known || known.shown === '' || (await this.records.update({ ...known, shown: '' }))) return;
    }
  }

  remove(card: PostedCard): Promise<void> {
    return this.records.remove(card.tenant, card.id);
  }
}
