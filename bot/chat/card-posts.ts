import { objectId, type TenantId } from '../../services/model/ids.js';
import { hashOf } from '../../services/model/json.js';
import { patiently } from '../../services/model/patience.js';
import type { Person } from '../../services/model/people.js';
import { summaryOf } from '../../cards/summary.js';
import type { View } from '../../cards/views.js';
import type { App } from '../app.js';
import { isAllowedServiceUrl } from '../service-hosts.js';
import { personKey } from './conversations.js';
import type { PostedCard } from './ledger.js';
import { isGone, type ChatPort, type ConversationAddress } from './port.js';

/** So long a database that is away is waited for once Teams has a card (machine time). */
const SETTLED_WITHIN_MS = 60_000;

/** Cards as messages: where somebody is reached, each card posted once, and edited in place from then on. */
export class CardPosts {
  /** Ledger ids of what this process is posting now: of these it is known that nobody died. */
  private readonly posting = new Set<string>();

  /** @param drawAgain  for a card of which nobody knows any more what it shows */
  constructor(
    private readonly app: App,
    private readonly chat: ChatPort,
    private readonly drawAgain: (card: PostedCard) => void,
  ) {}

  isPosting(id: string): boolean {
    return this.posting.has(id);
  }

  /** Posts a card to somebody's own chat, once; in a new chat where the old one was deleted. */
  async toPerson(
    person: Person,
    subject: string,
    purpose: PostedCard['purpose'],
    view: View,
    alert: boolean,
  ): Promise<void> {
    const { tenant, objectId: id } = person;
    const address = await this.personal(person);
    if (!address) return;
    const post = (to: ConversationAddress) => this.postOnce(tenant, to, subject, purpose, id, view, alert);
    await post(address).catch(async (error: unknown) => {
      if (!isGone(error)) throw error;
      const anew = await this.chat.openPersonal(person);
      if (!anew) return;
      await this.app.conversations.remember(tenant, personKey(id), { address: anew });
      await post(anew);
    });
  }

  /** Where somebody is reached now; an address that Teams no longer lives at (another region) is opened anew. */
  private async personal(person: Person): Promise<ConversationAddress | null> {
    const known = (await this.app.conversations.ofPerson(person))?.address;
    return known && this.reachable(known) ? known : this.chat.openPersonal(person);
  }

  private reachable(address: ConversationAddress): boolean {
    return isAllowedServiceUrl(address.serviceUrl, this.app.config.BOT_SERVICE_HOSTS);
  }

  /** Posts a card to the channel of the settings, once. */
  async toChannel(tenant: TenantId, subject: string, view: View | null): Promise<void> {
    const address = await this.channel(tenant);
    if (!view || !address) return;
    await this.postOnce(tenant, address, subject, 'channel', address.conversationId, view, false);
  }

  /** Where the channel of the settings is reached; null where none is set. */
  async channel(tenant: TenantId): Promise<ConversationAddress | null> {
    const id = this.app.config.TEAMS_CHANNEL_ID;
    if (!id) return null;
    const known = await this.app.conversations.ofChannel(tenant, id);
    return known && this.reachable(known.address)
      ? known.address
      : {
          conversationId: id,
          serviceUrl: `${this.app.config.TEAMS_SERVICE_URL}/`,
          kind: 'channel',
          botId: `28:${this.app.config.BOT_APP_ID ?? ''}`,
        };
  }

  /**
   * Posts a card and notes where it stands, unless somebody has posted it, or is posting it now.
   * @param audience  object id of the person, or id of the conversation
   */
  async postOnce(
    tenant: TenantId,
    address: ConversationAddress,
    subject: string,
    purpose: PostedCard['purpose'],
    audience: string,
    view: View,
    alert: boolean,
  ): Promise<void> {
    const line = [summaryOf(view), ...view.data.notes].filter(Boolean).join(' · ');
    const claim = await this.app.ledger.claim(
      { tenant, subject, purpose, audience, address, ...(purpose === 'channel' ? { line } : {}) },
      this.app.clock.now(),
    );
    if (!claim) return;
    this.posting.add(claim.id);
    try {
      const activityId = await this.chat
        .post(tenant, address, view, { alert })
        .catch(async (error: unknown) => {
          await this.app.ledger.release(claim);
          throw error;
        });
      const posted = { ...claim, activityId, shown: hashOf(view) };
      // Teams has it: whoever cannot write that down would post it again, or never edit it.
      await patiently(() => this.app.ledger.settle(posted), { forInMs: SETTLED_WITHIN_MS });
    } finally {
      this.posting.delete(claim.id);
    }
  }

  private async addressOf(card: PostedCard): Promise<ConversationAddress | null> {
    if (this.reachable(card.address)) return card.address;
    if (card.address.kind !== 'personal') return this.channel(card.tenant);
    return this.personal({ tenant: card.tenant, objectId: objectId(card.audience), name: '' });
  }

  /** The message was deleted, or the whole chat: a person gets a card of its own instead; in the channel it is over. */
  private async postAnew(card: PostedCard, view: View): Promise<void> {
    const { tenant, audience, subject, purpose, address } = card;
    await this.app.ledger.remove(card);
    if (address.kind !== 'personal') return;
    const person = { tenant, objectId: objectId(audience), name: '' };
    await this.toPerson(person, subject, purpose, view, false);
  }

  /** Edits a card to show this, where it does not already. */
  async redraw(card: PostedCard, view: View | null): Promise<void> {
    if (!view || card.activityId === undefined || stands(card, view)) return;
    const shown = hashOf(view);
    const address = await this.addressOf(card);
    if (!address) return;
    try {
      await this.chat.edit(card.tenant, address, card.activityId, view);
    } catch (error) {
      if (!isGone(error)) throw error;
      return this.postAnew(card, view);
    }
    if (await this.app.ledger.settle({ ...card, address, shown })) return;
    // Another instance edited it meanwhile, and which of the two came last nobody knows: it is drawn once more, as it is then.
    await this.app.ledger.forgetShown(card);
    this.drawAgain(card);
  }
}

/** Whether the card shows this view already: nothing is edited for nothing. */
export const stands = (card: PostedCard, view: View): boolean => card.shown === hashOf(view);
