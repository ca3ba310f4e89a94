import { objectId } from '../services/model/ids.js';
import { hashOf } from '../services/model/json.js';
import type { Handoff } from '../services/model/handoff.js';
import type { SnapshotHeader } from '../services/model/history.js';
import type { HandoffId, RequestId, TenantId } from '../services/model/ids.js';
import type { Notifier, ProductEvent } from '../services/model/notifier.js';
import type { Person } from '../services/model/people.js';
import type { RestoreRequest } from '../services/model/restore.js';
import type { View } from '../cards/views.js';
import type { App } from './app.js';
import type { ChatPort, ConversationAddress } from './chat/port.js';
import type { PostedCard } from './chat/ledger.js';
import { askedAfter, backupAskedAfter } from './jobs.js';
import { errorFields } from './log.js';
import type { Presenter } from './present.js';
import { isAllowedServiceUrl } from './service-hosts.js';

/** A running card is edited at most this often (Teams allows 60 messages in 30 s per conversation). */
const PROGRESS_EVERY_IN_MS = 1_000;
/** Snapshots that may have come between asking for a backup and its end (the schedule's own, numbers of runs that died). */
const ASKED_LOOK_BACK = 5;

/**
 * Proactive messages: one card per request and person, edited in place. Events may come more than once and in any order;
 * each redraw reads the request anew, so the last state is what stands in the end.
 */
export class ChatNotifier implements Notifier {
  /** One redraw of a subject at a time; news that come meanwhile are drawn by one more round. */
  private readonly busy = new Map<string, { again: boolean }>();

  constructor(
    private readonly app: App,
    private readonly chat: ChatPort,
    private readonly present: Presenter,
  ) {}

  notify(event: ProductEvent): Promise<void> {
    switch (event.event) {
      case 'requestChanged':
        this.round(
          event.request.tenant,
          event.request.id,
          () => this.drawRequest(event.request.tenant, event.request.id),
          event.request.state === 'running',
        );
        break;
      case 'handoffChanged':
        this.round(event.handoff.tenant, event.handoff.id, () => this.drawHandoff(event.handoff));
        break;
      case 'backupFinished':
        this.round(event.header.tenant, `backup:${event.header.seq}`, () => this.drawBackup(event.header));
        break;
      case 'backupFailed':
        this.round(this.app.tenant, 'backup:failed', async () =>
          this.sayInChannel(this.app.tenant, await this.present.backupFailed(event)),
        );
        break;
    }
    return Promise.resolve();
  }

  /** Draws the cards of a request or hand-off from what is stored now. */
  refresh(tenant: TenantId, purpose: PostedCard['purpose'], subject: string): void {
    if (purpose === 'handoff') {
      this.round(tenant, subject, async () => {
        const handoff = await this.app.handoff.get(tenant, subject as HandoffId);
        if (handoff) await this.drawHandoff(handoff);
      });
    } else if (askedAfter(subject) !== null) {
      // The backup may have ended while its "started" card was being posted.
      this.round(tenant, subject, async () => {
        const newest = await this.app.history.newestSnapshot(tenant);
        if (newest && newest.seq > askedAfter(subject)!) await this.answerAsked(newest, subject);
      });
    } else this.round(tenant, subject, () => this.drawRequest(tenant, subject as RequestId));
  }

  /** Waits until nothing is being drawn; for a clean end and for tests. */
  async settled(): Promise<void> {
    while (this.busy.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  private round(tenant: TenantId, subject: string, draw: () => Promise<void>, throttle = false): void {
    const running = this.busy.get(subject);
    if (running) {
      running.again = true;
      return;
    }
    const state = { again: false };
    this.busy.set(subject, state);
    void (async () => {
      do {
        state.again = false;
        await draw().catch((error: unknown) =>
          this.app.log.error(errorFields(error), 'a card could not be brought up to date'),
        );
        this.app.changes.announce(subject);
        if (throttle && state.again)
          await new Promise((resolve) => setTimeout(resolve, PROGRESS_EVERY_IN_MS));
      } while (state.again);
      this.busy.delete(subject);
    })();
  }

  private async drawRequest(tenant: TenantId, id: RestoreRequest['id']): Promise<void> {
    const request = await this.app.restore.get(tenant, id);
    if (!request) return;
    const cards = await this.app.ledger.of(tenant, id);
    for (const card of cards) {
      if (card.purpose === 'channel') continue;
      const side = card.purpose === 'approval' ? 'approver' : 'requester';
      const view = await this.present.request(request, card.audience, side);
      // Drawing reads the tenant. A click that moved the request on meanwhile has its answer on the card, which this would cover.
      if (stands(card, view) || !(await this.isOutdated(request))) await this.redraw(card, view);
      else return this.refresh(tenant, 'request', id);
    }
    // The result card that this one undoes, or takes something away from, tells how far it is.
    if (request.state !== 'running')
      for (const former of [request.follows, request.undoes])
        if (former) this.refresh(tenant, 'request', former);
    if (request.state === 'waiting') await this.askApprovers(request, cards);
    if (request.state === 'waiting') await this.toChannel(tenant, id, this.present.requestWaits(request));
    if (['done', 'incomplete', 'failed', 'cancelled'].includes(request.state))
      await this.toChannel(tenant, `${id}:end`, this.present.requestEnded(request));
  }

  /** While it asks, each click shows another card; later, a state never comes again, and progress may be a step old. */
  private async isOutdated({ tenant, id, state, rev }: RestoreRequest): Promise<boolean> {
    const now = await this.app.restore.get(tenant, id);
    return now !== null && (now.state !== state || (state === 'asks' && now.rev !== rev));
  }

  /** Approval cards go to personal chats; the channel learns only that a request waits (SPEC N4). */
  private async askApprovers(request: RestoreRequest, cards: readonly PostedCard[]): Promise<void> {
    const reassigned = request.approval?.reassignedTo;
    const approvers = reassigned ?? (await this.app.roles.peopleWith(request.tenant, 'approver'));
    const asked = new Set(cards.filter((card) => card.purpose === 'approval').map((card) => card.audience));
    for (const approver of approvers) {
      if (approver.objectId === request.requester.objectId || asked.has(approver.objectId)) continue;
      await this.toPerson(
        approver,
        request.id,
        'approval',
        await this.present.request(request, approver.objectId, 'approver'),
        true,
      );
    }
  }

  private async drawHandoff(handoff: Handoff): Promise<void> {
    const fresh = await this.app.handoff.get(handoff.tenant, handoff.id);
    if (!fresh) return;
    const cards = await this.app.ledger.of(fresh.tenant, fresh.id);
    for (const card of cards) await this.redraw(card, await this.present.handoff(fresh, card.audience));
    for (const person of await this.present.handoffAudience(fresh))
      if (!cards.some((card) => card.audience === person.objectId))
        await this.toPerson(
          person,
          fresh.id,
          'handoff',
          await this.present.handoff(fresh, person.objectId),
          true,
        );
    // The requester's result card tells how far the hand-over is.
    // In its own round: two at a time could leave the older view standing.
    this.refresh(fresh.tenant, 'request', fresh.requestId);
  }

  private async drawBackup(header: SnapshotHeader): Promise<void> {
    for (let seq = header.seq - 1; seq >= Math.max(0, header.seq - ASKED_LOOK_BACK); seq--)
      await this.answerAsked(header, backupAskedAfter(seq));
    await this.toChannel(header.tenant, `backup:${header.seq}`, await this.present.backup(header));
  }

  private async answerAsked(header: SnapshotHeader, subject: string): Promise<void> {
    for (const card of await this.app.ledger.of(header.tenant, subject)) {
      await this.redraw(card, await this.present.backupFor(header, card.audience));
      await this.app.ledger.remove(card);
    }
  }

  private async toPerson(
    person: Person,
    subject: string,
    purpose: PostedCard['purpose'],
    view: View,
    alert: boolean,
  ): Promise<void> {
    const address = await this.personal(person);
    if (!address) return;
    await this.postOnce(person.tenant, address, subject, purpose, person.objectId, view, alert);
  }

  /** Where somebody is reached now; an address that Teams no longer lives at (another region) is opened anew. */
  private async personal(person: Person): Promise<ConversationAddress | null> {
    const known = (await this.app.conversations.ofPerson(person))?.address;
    return known && this.reachable(known) ? known : this.chat.openPersonal(person);
  }

  private reachable(address: ConversationAddress): boolean {
    return isAllowedServiceUrl(address.serviceUrl, this.app.config.BOT_SERVICE_HOSTS);
  }

  private async toChannel(tenant: TenantId, subject: string, view: View | null): Promise<void> {
    const address = await this.channel(tenant);
    if (!view || !address) return;
    await this.postOnce(tenant, address, subject, 'channel', address.conversationId, view, false);
  }

  private async sayInChannel(tenant: TenantId, view: View): Promise<void> {
    const address = await this.channel(tenant);
    if (address) await this.chat.post(tenant, address, view);
  }

  private async channel(tenant: TenantId): Promise<ConversationAddress | null> {
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

  private async postOnce(
    tenant: TenantId,
    address: ConversationAddress,
    subject: string,
    purpose: PostedCard['purpose'],
    audience: string,
    view: View,
    alert: boolean,
  ): Promise<void> {
    const claim = await this.app.ledger.claim(
      { tenant, subject, purpose, audience, address },
      this.app.clock.now(),
    );
    if (!claim) return;
    const activityId = await this.chat
      .post(tenant, address, view, { alert })
      .catch(async (error: unknown) => {
        await this.app.ledger.release(claim);
        throw error;
      });
    await this.app.ledger.settle({ ...claim, activityId, shown: hashOf(view) });
  }

  private async addressOf(card: PostedCard): Promise<ConversationAddress | null> {
    if (this.reachable(card.address)) return card.address;
    if (card.address.kind !== 'personal') return this.channel(card.tenant);
    return this.personal({ tenant: card.tenant, objectId: objectId(card.audience), name: '' });
  }

  private async redraw(card: PostedCard, view: View | null): Promise<void> {
    if (!view || card.activityId === undefined || stands(card, view)) return;
    const shown = hashOf(view);
    const address = await this.addressOf(card);
    if (!address) return;
    await this.chat.edit(card.tenant, address, card.activityId, view);
    if (await this.app.ledger.settle({ ...card, address, shown })) return;
    // Another instance edited it meanwhile, and which of the two came last nobody knows: it is drawn once more, as it is then.
    await this.app.ledger.forgetShown(card);
    this.refresh(card.tenant, card.purpose, card.subject);
  }
}

/** Whether the card shows this view already: nothing is edited for nothing. */
const stands = (card: PostedCard, view: View): boolean => card.shown === hashOf(view);
