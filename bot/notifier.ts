import type { Handoff } from '../services/model/handoff.js';
import type { SnapshotHeader } from '../services/model/history.js';
import type { HandoffId, RequestId, TenantId } from '../services/model/ids.js';
import type { Notifier, ProductEvent } from '../services/model/notifier.js';
import type { Person } from '../services/model/people.js';
import type { RequestState, RestoreRequest } from '../services/model/restore.js';
import type { App } from './app.js';
import { BackupNews } from './channel/backup-news.js';
import { LateFailures, type LatePatience } from './channel/late-failures.js';
import { BACKUP_SUBJECT, type BackupPost } from './channel/backup-posts.js';
import { CardPosts, stands } from './chat/card-posts.js';
import { inTurns } from './chat/in-turns.js';
import { isThrottled, type ChatPort, type ConversationAddress } from './chat/port.js';
import { besideOf, type PostedCard } from './chat/ledger.js';
import { askedAfter, backupAskedAfter } from './jobs.js';
import { errorFields } from './log.js';
import type { Presenter } from './present.js';

/** A running card is edited at most this often (Teams allows 60 messages in 30 s per conversation). */
const PROGRESS_EVERY_IN_MS = 1_000;
/** The channel's post that a request waits says these in its place; an end that wrote something is a post of its own. */
const TOLD_IN_PLACE: ReadonlySet<RequestState> = new Set<RequestState>([
  'waiting',
  'lapsed',
  'expired',
  'denied',
  'withdrawn',
]);
const TOLD_ANEW: ReadonlySet<RequestState> = new Set<RequestState>([
  'done',
  'incomplete',
  'failed',
  'cancelled',
]);
/** A card that is drawn again and again waits longer each time, up to this (machine time). */
const AGAIN_AT_LATEST_IN_MS = 1_000;
/** What Teams refuses because too much was said in half a minute is tried again after this, beyond the connector client's own tries. */
const PUT_OFF_IN_MS = 2_000;
/** Longer than that half minute (teams/FACTS §6: 60 in 30 s), or the last word could be lost. */
const PUT_OFF_AT_MOST = 25;
/** Snapshots that may have come between asking for a backup and its end (the schedule's own, numbers of runs that died). */
const ASKED_LOOK_BACK = 5;

/**
 * Proactive messages: one card per request and person, edited in place. Events may come more than once and in any order;
 * each redraw reads the request anew, so the last state is what stands in the end.
 */
export class ChatNotifier implements Notifier {
  /** One redraw of a subject at a time; news that come meanwhile are drawn by one more round. */
  private readonly busy = new Map<string, { again: boolean }>();
  private readonly posts: CardPosts;
  private readonly backupNews: BackupNews;
  private readonly lateFailures: LateFailures;

  constructor(
    private readonly app: App,
    chat: ChatPort,
    private readonly present: Presenter,
    patience?: LatePatience,
  ) {
    this.posts = new CardPosts(app, chat, (card) => this.refresh(card.tenant, card.purpose, card.subject));
    this.backupNews = new BackupNews(app);
    this.lateFailures = new LateFailures(app.backupFailures, patience);
  }

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
        this.round(event.header.tenant, `backup:${event.header.seq}`, () => this.answerAll(event.header));
        this.compareChannel(event.header.tenant);
        break;
      case 'backupFailed':
        return this.backupFailed(event);
      case 'channelDue':
        this.compareChannel(event.tenant);
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
    } else if (subject.startsWith(BACKUP_SUBJECT)) this.compareChannel(tenant);
    else this.round(tenant, subject, () => this.drawRequest(tenant, subject as RequestId));
  }

  /** Waits until nothing is being drawn, or no longer (machine time); for a clean end and for tests. */
  async settled(atMostInMs = 60_000): Promise<void> {
    const end = performance.now() + atMostInMs;
    while (this.busy.size > 0 && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 20));
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
      for (let rounds = 1; ; rounds += 1) {
        state.again = false;
        const failure = await draw().then(
          () => null,
          (error: unknown) => ({ error }),
        );
        const isPutOff = failure !== null && isThrottled(failure.error) && rounds < PUT_OFF_AT_MOST;
        if (isPutOff) this.app.log.warn(errorFields(failure.error), 'a card is brought up to date later');
        else if (failure)
          this.app.log.error(errorFields(failure.error), 'a card could not be brought up to date');
        this.app.changes.announce(subject);
        if (!state.again && !isPutOff) break;
        const waitInMs = isPutOff
          ? PUT_OFF_IN_MS
          : throttle
            ? PROGRESS_EVERY_IN_MS
            : Math.min(AGAIN_AT_LATEST_IN_MS, 2 ** rounds);
        await new Promise((resolve) => setTimeout(resolve, waitInMs));
      }
      this.busy.delete(subject);
    })();
  }

  private async drawRequest(tenant: TenantId, id: RestoreRequest['id']): Promise<void> {
    const request = await this.app.restore.get(tenant, id);
    if (!request) return;
    const cards = await this.app.ledger.of(tenant, id);
    let isOutdated = false;
    const redraw = async (card: PostedCard) => {
      if (!isOutdated) isOutdated = !(await this.drawCard(request, card));
    };
    const tell = async () => {
      if (isOutdated) this.refresh(tenant, 'request', id);
      else await this.tellNews(request, cards);
    };
    await inTurns([() => inTurns(cards, redraw), tell], (step) => step());
  }

  /** @returns false when the request moved on meanwhile: it is to be drawn as it is now */
  private async drawCard(request: RestoreRequest, card: PostedCard): Promise<boolean> {
    if (card.purpose === 'channel') {
      if (TOLD_IN_PLACE.has(request.state)) await this.posts.redraw(card, this.present.inChannel(request));
      return true;
    }
    if (card.shown === besideOf(request.rev)) return true;
    const side = card.purpose === 'approval' ? 'approver' : 'requester';
    const view = await this.present.request(request, card.audience, side);
    // Drawing reads the tenant. A click that moved the request on meanwhile has its answer on the card, which this would cover.
    if (!stands(card, view) && (await this.isOutdated(request, card))) return false;
    await this.posts.redraw(card, view);
    return true;
  }

  private async tellNews(request: RestoreRequest, cards: readonly PostedCard[]): Promise<void> {
    const { tenant, id, state } = request;
    // The result card that this one undoes, or takes something away from, tells how far it is.
    if (state !== 'running')
      for (const former of [request.follows, request.undoes])
        if (former) this.refresh(tenant, 'request', former);
    const news: (() => Promise<void>)[] = [];
    if (state === 'waiting')
      news.push(
        () => this.askApprovers(request, cards),
        () => this.posts.toChannel(tenant, id, this.present.inChannel(request)),
      );
    if (TOLD_ANEW.has(state))
      news.push(() => this.posts.toChannel(tenant, `${id}:end`, this.present.inChannel(request)));
    await inTurns(news, (tell) => tell());
  }

  /**
   * While it asks, each click shows another card; later, a state never comes again, and progress may be a step old. A click may also
   * have turned a page meanwhile, which moves nothing but is what the person looks at.
   */
  private async isOutdated(request: RestoreRequest, card: PostedCard): Promise<boolean> {
    const { tenant, id, state, rev } = request;
    const now = await this.app.restore.get(tenant, id);
    if (now !== null && (now.state !== state || (state === 'asks' && now.rev !== rev))) return true;
    return !(await this.app.ledger.isUntouched(card));
  }

  /** Approval cards go to personal chats; the channel learns only that a request waits (SPEC N4). */
  private async askApprovers(request: RestoreRequest, cards: readonly PostedCard[]): Promise<void> {
    const reassigned = request.approval?.reassignedTo;
    const approvers = reassigned ?? (await this.app.roles.peopleWith(request.tenant, 'approver'));
    const asked = new Set(cards.filter((card) => card.purpose === 'approval').map((card) => card.audience));
    await inTurns(approvers, async (approver) => {
      if (approver.objectId === request.requester.objectId || asked.has(approver.objectId)) return;
      const view = await this.present.request(request, approver.objectId, 'approver');
      await this.posts.toPerson(approver, request.id, 'approval', view, true);
    });
    if (request.approval?.remindedAt !== undefined) await this.remind(request, approvers);
  }

  /** Once each, and again only where the request was asked for anew. */
  private async remind(request: RestoreRequest, approvers: readonly Person[]): Promise<void> {
    const { id, requester, approval } = request;
    const decided = new Set((approval?.decisions ?? []).map(({ by }) => by.objectId));
    const subject = `${id}:reminder:${approval?.expiresAt ?? ''}`;
    await inTurns(approvers, async (approver) => {
      if (approver.objectId === requester.objectId || decided.has(approver.objectId)) return;
      const view = await this.present.reminder(request, approver.objectId);
      await this.posts.toPerson(approver, subject, 'approval', view, true);
    });
  }

  private async drawHandoff(handoff: Handoff): Promise<void> {
    const fresh = await this.app.handoff.get(handoff.tenant, handoff.id);
    if (!fresh) return;
    const cards = await this.app.ledger.of(fresh.tenant, fresh.id);
    const redraw = async (card: PostedCard) =>
      this.posts.redraw(card, await this.present.handoff(fresh, card.audience));
    const tell = async (person: Person) => {
      if (cards.some((card) => card.audience === person.objectId)) return;
      const view = await this.present.handoff(fresh, person.objectId);
      await this.posts.toPerson(person, fresh.id, 'handoff', view, true);
    };
    const tellAll = async () => inTurns(await this.present.handoffAudience(fresh), tell);
    // The requester's result card tells how far the hand-over is. In its own round: two at a time could leave the older view standing.
    const tellRequester = async () => this.refresh(fresh.tenant, 'request', fresh.requestId);
    await inTurns([() => inTurns(cards, redraw), tellAll, tellRequester], (step) => step());
  }

  /** Stored before it is told, so that it is told whatever dies. */
  private async backupFailed(event: Extract<ProductEvent, { event: 'backupFailed' }>): Promise<void> {
    const { tenant, log, backupFailures } = this.app;
    const at = this.app.clock.now();
    const kept =
      event.code !== 'STORE_UNREACHABLE' &&
      (await backupFailures.keep(tenant, event, at).then(
        () => true,
        (error: unknown) => {
          log.error(errorFields(error), 'a failed backup is kept for the channel when the database is back');
          return false;
        },
      ));
    if (kept) this.compareChannel(tenant);
    else
      void this.lateFailures.keep(tenant, event, at).then((isNews) => {
        if (isNews) this.compareChannel(tenant);
      });
  }

  private async answerAll(header: SnapshotHeader): Promise<void> {
    for (let seq = header.seq - 1; seq >= Math.max(0, header.seq - ASKED_LOOK_BACK); seq--)
      await this.answerAsked(header, backupAskedAfter(seq));
  }

  private compareChannel(tenant: TenantId): void {
    this.round(tenant, 'channel', () => this.drawChannel(tenant));
  }

  /** The channel's cards about backups, as they follow from what is stored; the newest digest tells what may not have reached it. */
  private async drawChannel(tenant: TenantId): Promise<void> {
    const address = await this.posts.channel(tenant);
    if (!address) return;
    const posts = await this.backupNews.posts(tenant);
    for (const post of posts) await this.drawPost(tenant, address, post);
    const digest = posts.findLast(({ kind }) => kind === 'complete');
    const missed = digest && (await this.app.ledger.missed(tenant, this.app.clock.now()));
    const toCarry = (missed ?? []).filter(({ id }) => !this.posts.isPosting(id));
    const card = digest && toCarry.length > 0 && (await this.standing(tenant, digest));
    if (card && (await this.app.ledger.carry(card, toCarry))) await this.drawPost(tenant, address, digest);
  }

  private async drawPost(tenant: TenantId, address: ConversationAddress, post: BackupPost): Promise<void> {
    const card = await this.standing(tenant, post);
    const view = await this.backupNews.view(post, card?.carries?.map(({ line }) => line) ?? []);
    if (card) return this.posts.redraw(card, view);
    const purpose = post.kind === 'complete' ? 'channel' : 'alarm';
    await this.posts.postOnce(tenant, address, post.subject, purpose, address.conversationId, view, false);
  }

  private async standing(tenant: TenantId, { subject }: BackupPost): Promise<PostedCard | undefined> {
    return (await this.app.ledger.of(tenant, subject)).find(({ activityId }) => activityId !== undefined);
  }

  private async answerAsked(header: SnapshotHeader, subject: string): Promise<void> {
    for (const card of await this.app.ledger.of(header.tenant, subject)) {
      await this.posts.redraw(card, await this.present.backupFor(header, card.audience));
      await this.app.ledger.remove(card);
    }
  }
}
