import type { TurnContext } from 'botbuilder';
import type { Activity } from 'botframework-schema';
import { isRewindError, RewindError } from '../../services/model/errors.js';
import { hashOf } from '../../services/model/json.js';
import type { ActionAnswer, Message } from '../answer.js';
import type { App } from '../app.js';
import { channelKey, personKey } from '../chat/conversations.js';
import { besideOf } from '../chat/ledger.js';
import type { ChatPort, ConversationAddress } from '../chat/port.js';
import { errorFields } from '../log.js';
import { errorView } from '../errors.js';
import type { ChatNotifier } from '../notifier.js';
import type { Router } from '../router.js';
import { inTurn, type Turn } from '../turn.js';
import {
  cardAction,
  commandText,
  dialogAction,
  incomingActivity,
  submittedData,
  type IncomingActivity,
} from './activity.js';
import type { TeamsAdapter } from './adapter.js';
import { isAllowedServiceUrl } from '../service-hosts.js';
import { card as cardAnswer, cardError, dialog, notice, type InvokeAnswer } from './invoke-answers.js';
import type { SeenActivities } from './seen-activities.js';
import { addressOf, isZone, turnOf } from './turn-of.js';
import { TOO_LATE, within } from './within.js';

/** A click is answered in this time (SPEC C4: 2 s); work that takes longer goes on, and the card is edited when it is done. */
const CLICK_BUDGET_IN_MS = 1_500;
/** Of it, for noting the card before the answer; a slower database is told again after it. */
const OWN_BUDGET_IN_MS = 400;
/** And for what is posted beside the answer, so that it usually stands there first. */
const POST_BUDGET_IN_MS = 400;
/** A sentence's HTTP answer is not needed by anybody; it waits a little so that scripts see the replies in order. */
const SENTENCE_BUDGET_IN_MS = 8_000;
const TYPING_AFTER_IN_MS = 700;
/** Looking up what must be known before anything is done; a database that takes longer counts as away, so that the person hears of it. */
const PREPARE_BUDGET_IN_MS = 5_000;
/** Long enough for the answer of a click to reach the client first. */
const EDIT_AFTER_ANSWER_IN_MS = 300;

/**
 * The Teams host: activities in, router, cards out. It knows Teams and nothing of the features.
 * Every activity is authenticated by the adapter before anything here runs.
 */
export class TeamsHost {
  /** By activity id: what a click's answer shows while the edit for everybody else is still to come. */
  private readonly shown = new Map<string, Message>();
  /** Clicks that are being worked on. */
  private readonly pressed = new Map<string, Promise<ActionAnswer>>();

  constructor(
    private readonly app: App,
    private readonly adapter: TeamsAdapter,
    private readonly chat: ChatPort,
    private readonly router: Router,
    private readonly seen: SeenActivities,
    private readonly cards: Pick<ChatNotifier, 'refresh'>,
  ) {}

  /** The endpoint behind POST /api/messages. Answers 400, 401, 403 without having run anything. */
  async onActivity(authorization: string, body: unknown): Promise<InvokeAnswer> {
    const parsed = incomingActivity.safeParse(body);
    if (!parsed.success) return { status: 400, body: { code: 'ACTIVITY_INVALID' } };
    const activity = parsed.data;
    if (!isAllowedServiceUrl(activity.serviceUrl, this.app.config.BOT_SERVICE_HOSTS))
      return { status: 403, body: { code: 'SERVICE_URL_REFUSED' } };
    let answer: InvokeAnswer | null = null;
    let reached = false;
    try {
      await this.adapter.receive(
        authorization,
        activity as unknown as Activity,
        async (_context: TurnContext) => {
          reached = true;
          answer = await this.turn(activity);
        },
      );
    } catch (error) {
      if (reached) {
        this.app.log.error(errorFields(error), 'turn failed');
        return { status: 500, body: { code: 'INTERNAL' } };
      }
      // What is wrong with the token is for our log, not for the caller.
      this.app.log.warn(
        { reason: error instanceof Error ? error.message.slice(0, 200) : 'unknown' },
        'refused a message: token not good',
      );
      return { status: 401, body: { code: 'TOKEN_REFUSED' } };
    }
    return answer ?? { status: 200 };
  }

  private async turn(activity: IncomingActivity): Promise<InvokeAnswer> {
    const turn = turnOf(activity, this.app);
    if (!turn) return { status: 403, body: { code: 'TENANT_REFUSED' } };
    const address = addressOf(activity);
    return inTurn(turn, async () => {
      let isNew: boolean;
      try {
        isNew = await this.prepare(turn, activity, address);
      } catch (error) {
        return this.cannotBegin(turn, activity, address, error);
      }
      if (activity.type === 'invoke') return this.invoke(turn, activity, address);
      if (!isNew) return { status: 200 };
      if (activity.type === 'message') await this.message(turn, activity, address);
      else if (activity.type === 'installationUpdate' || activity.type === 'conversationUpdate')
        await this.installed(turn, activity, address);
      return { status: 200 };
    });
  }

  /**
   * Remembers where the person is reached.
   * @returns whether the message comes for the first time; a click may come as often as it likes
   * @throws STORE_UNREACHABLE
   */
  private async prepare(
    turn: Turn,
    activity: IncomingActivity,
    address: ConversationAddress,
  ): Promise<boolean> {
    const work = this.remember(turn, activity, address).then(() =>
      activity.type === 'invoke' ? true : this.seen.first(turn.tenant, activity.id),
    );
    const isNew = await within(work, PREPARE_BUDGET_IN_MS);
    if (isNew !== TOO_LATE) return isNew;
    work.catch((error: unknown) => this.app.log.debug(errorFields(error), 'and it failed in the end'));
    throw new RewindError('STORE_UNREACHABLE');
  }

  /** Nothing was begun, and the person is told so where they are: Teams itself would show nothing. */
  private async cannotBegin(
    turn: Turn,
    activity: IncomingActivity,
    address: ConversationAddress,
    error: unknown,
  ): Promise<InvokeAnswer> {
    this.app.log.error(errorFields(error), 'a turn could not begin');
    const view = errorView(error, turn, this.app);
    if (activity.type === 'message') await this.chat.post(turn.tenant, address, view);
    if (activity.type !== 'invoke') return { status: 200 };
    if (turn.door === 'dialog') return dialog(view);
    const { code, userText, hint } = isRewindError(error) ? error : new RewindError('INTERNAL');
    return cardError(code, `${userText} ${hint}`);
  }

  private async remember(
    turn: Turn,
    activity: IncomingActivity,
    address: ConversationAddress,
  ): Promise<void> {
    if (turn.place === 'personal') {
      await this.app.conversations.remember(turn.tenant, personKey(turn.person.objectId), {
        address,
        person: { objectId: turn.person.objectId, name: turn.person.name },
        timeZone:
          activity.localTimezone && isZone(activity.localTimezone) ? activity.localTimezone : undefined,
        locale: activity.locale ?? undefined,
      });
    } else {
      // An installation names the team, and the chosen channel beside it: both are reached at this serviceUrl.
      const named = [activity.channelData?.channel?.id, activity.channelData?.settings?.selectedChannel?.id];
      for (const id of new Set(
        [address.conversationId, ...named].map((each) => each?.replace(/;messageid=.*$/, '')),
      ))
        if (id)
          await this.app.conversations.remember(turn.tenant, channelKey(id), {
            address: { ...address, conversationId: id },
          });
    }
  }

  private async installed(
    turn: Turn,
    activity: IncomingActivity,
    address: ConversationAddress,
  ): Promise<void> {
    const key =
      turn.place === 'personal' ? personKey(turn.person.objectId) : channelKey(address.conversationId);
    if (activity.action === 'remove' || activity.action === 'remove-upgrade')
      return this.app.conversations.forget(turn.tenant, key);
    const joined =
      activity.type === 'installationUpdate' ||
      activity.membersAdded?.some((member) => member.id === activity.recipient?.id);
    if (
      turn.place !== 'personal' ||
      !joined ||
      !(await this.app.conversations.claimWelcome(turn.tenant, key))
    )
      return;
    await this.postAll(turn, address, await this.router.welcome(turn));
  }

  private async message(turn: Turn, activity: IncomingActivity, address: ConversationAddress): Promise<void> {
    const submitted =
      activity.value === undefined || activity.value === null
        ? null
        : submittedData.safeParse(activity.value);
    const work = async () => {
      if (submitted?.success && !activity.text) {
        const answer = await this.act({ ...turn, door: 'click' }, submitted.data['verb'], submitted.data);
        return this.postAll(turn, address, [
          ...(answer.replace ? [answer.replace] : []),
          ...(answer.post ?? []),
        ]);
      }
      if (turn.place !== 'personal') return this.answerElsewhere(turn, activity, address);
      await this.postAll(turn, address, await this.say(turn, commandText(activity)));
    };
    const typing = setTimeout(
      () =>
        void this.chat
          .typing(turn.tenant, address)
          .catch(() => this.app.log.debug({}, 'typing was not sent')),
      TYPING_AFTER_IN_MS,
    );
    const done = work()
      .catch((error: unknown) => this.app.log.error(errorFields(error), 'an answer was not delivered'))
      .finally(() => clearTimeout(typing));
    await within(done, SENTENCE_BUDGET_IN_MS);
  }

  /** In a channel or group chat the answer is a pointer; the real one goes to the personal chat (SPEC N4). */
  private async answerElsewhere(
    turn: Turn,
    activity: IncomingActivity,
    address: ConversationAddress,
  ): Promise<void> {
    const personal =
      (await this.app.conversations.ofPerson(turn.person))?.address ??
      (await this.chat.openPersonal(turn.person));
    await this.postAll(turn, address, [this.router.pointer(turn, personal !== null)]);
    if (personal)
      await this.postAll(
        { ...turn, place: 'personal' },
        personal,
        await this.say({ ...turn, place: 'personal' }, commandText(activity)),
      );
  }

  private async invoke(
    turn: Turn,
    activity: IncomingActivity,
    address: ConversationAddress,
  ): Promise<InvokeAnswer> {
    switch (activity.name) {
      case 'adaptiveCard/action': {
        const value = cardAction.safeParse(activity.value);
        if (!value.success)
          return cardError(
            'CARD_INVALID',
            'This card carries something I cannot read. This click did nothing.',
          );
        return this.click(turn, activity, address, value.data.action.verb, value.data.action.data);
      }
      case 'task/fetch':
      case 'task/submit': {
        const value = dialogAction.safeParse(activity.value);
        const data = value.success ? value.data.data : {};
        const answer = await this.act(turn, data['verb'], data);
        if (answer.dialog) return dialog(answer.dialog);
        await this.postSoon(turn, address, answer.post ?? []);
        return activity.name === 'task/submit' && !answer.notice
          ? { status: 200 }
          : { status: 200, body: { task: { type: 'message', value: answer.notice ?? '' } } };
      }
      case 'application/search':
        return {
          status: 200,
          body: {
            type: 'application/vnd.microsoft.search.searchResponse',
            statusCode: 200,
            value: { results: [] },
          },
        };
      case 'signin/verifyState':
      case 'signin/tokenExchange':
      case 'signin/failure':
        this.app.log.info({ name: activity.name }, 'sign-in invoke without a sign-in of ours');
        return { status: 200 };
      default:
        return { status: 501 };
    }
  }

  /** Always HTTP 200: what went wrong stands in the body, or the person sees nothing (teams/FACTS.md §3). */
  private async click(
    turn: Turn,
    activity: IncomingActivity,
    address: ConversationAddress,
    verb: string,
    data: Record<string, unknown>,
  ): Promise<InvokeAnswer> {
    const card = activity.replyToId ?? undefined;
    const work = this.pressOnce(turn, card, verb, data);
    const soon = await within(work, CLICK_BUDGET_IN_MS);
    if (soon === TOO_LATE) {
      void work
        .then(async (answer) => {
          if (answer.replace && card) await this.redraw(turn, address, card, answer.replace);
          await this.postAll(turn, address, answer.post ?? []);
        })
        .catch((error: unknown) => this.app.log.error(errorFields(error), 'a late answer was not delivered'));
      return notice('Working on it. This card changes by itself.');
    }
    await this.postSoon(turn, address, soon.post ?? []);
    if (!soon.replace) return notice(soon.notice ?? '');
    // The answer changes this client only; the edit changes the message for all of the person's devices, and for good. It comes after
    // the answer, which would cover it otherwise.
    const { replace } = soon;
    if (card && turn.door === 'click') {
      // Known before it is answered: a process that ends before the edit would leave a card that nobody ever edits again.
      const owned = this.own(turn, address, card, replace, shownAfterClick(replace)).catch((error: unknown) =>
        this.app.log.warn(errorFields(error), 'a card was not kept'),
      );
      await within(owned, OWN_BUDGET_IN_MS);
      this.editSoon(turn, address, card, replace);
    }
    return cardAnswer(replace.view);
  }

  /**
   * The same button pressed again while it is worked on does nothing twice (SPEC C4): it gets the answer of the first press, without
   * what that one posts.
   */
  private pressOnce(
    turn: Turn,
    card: string | undefined,
    verb: string,
    data: Record<string, unknown>,
  ): Promise<ActionAnswer> {
    if (!card) return this.act(turn, verb, data);
    const press = hashOf([turn.person.objectId, turn.door, card, verb, data]);
    const before = this.pressed.get(press);
    if (before) return before.then(({ post: _posted, ...answer }) => answer);
    const work = this.act(turn, verb, data).finally(() => this.pressed.delete(press));
    this.pressed.set(press, work);
    return work;
  }

  /** When the next click on the card was answered meanwhile, its card is the one that stays. */
  private editSoon(turn: Turn, address: ConversationAddress, card: string, replace: Message): void {
    this.shown.set(card, replace);
    setTimeout(() => {
      if (this.shown.get(card) !== replace) return;
      this.shown.delete(card);
      void this.redraw(turn, address, card, replace).catch((error: unknown) =>
        this.app.log.warn(errorFields(error), 'a card was not edited'),
      );
    }, EDIT_AFTER_ANSWER_IN_MS);
  }

  /** A card of a request is drawn from the request as it is by now, not as it was when the click was answered. */
  private async redraw(
    turn: Turn,
    address: ConversationAddress,
    activityId: string,
    message: Message,
  ): Promise<void> {
    if (message.subject && message.subject.besideRev === undefined)
      return this.keep(turn, address, activityId, message, '');
    await this.own(turn, address, activityId, message, shownAfterClick(message));
    // The next click on the card may have been answered meanwhile: what it shows stays.
    if (this.shown.has(activityId)) return;
    await this.chat.edit(turn.tenant, address, activityId, message.view);
  }

  private async postAll(
    turn: Turn,
    address: ConversationAddress,
    messages: readonly Message[],
  ): Promise<void> {
    for (const message of messages)
      await this.keep(turn, address, await this.chat.post(turn.tenant, address, message.view), message);
  }

  /** As {@link postAll}; but Teams may put a message off for half a minute, and a click is not kept waiting for that. */
  private async postSoon(
    turn: Turn,
    address: ConversationAddress,
    messages: readonly Message[],
  ): Promise<void> {
    const posted = this.postAll(turn, address, messages).catch((error: unknown) =>
      this.app.log.error(errorFields(error), 'an answer was not delivered'),
    );
    await within(posted, POST_BUDGET_IN_MS);
  }

  /** From now on the card is edited in place; at once if its subject moved on while it was being posted. */
  private async keep(
    turn: Turn,
    address: ConversationAddress,
    activityId: string,
    message: Message,
    shown = hashOf(message.view),
  ): Promise<void> {
    await this.own(turn, address, activityId, message, shown);
    if (message.subject) this.cards.refresh(turn.tenant, message.subject.purpose, message.subject.id);
  }

  /** Notes which card shows a request, hand-off or backup to this person, and what stands there ('' = not known). */
  private async own(
    turn: Turn,
    address: ConversationAddress,
    activityId: string,
    { subject }: Message,
    shown: string,
  ): Promise<void> {
    if (!subject) return;
    const card = { subject: subject.id, purpose: subject.purpose, audience: turn.person.objectId };
    await this.app.ledger.record(
      { tenant: turn.tenant, ...card, address, activityId, shown },
      this.app.clock.now(),
    );
  }

  private async say(turn: Turn, text: string): Promise<readonly Message[]> {
    try {
      return await this.router.say(turn, text);
    } catch (error) {
      return [{ view: errorView(error, turn, this.app) }];
    }
  }

  private async act(turn: Turn, verb: unknown, data: Record<string, unknown>): Promise<ActionAnswer> {
    try {
      return await this.router.act(turn, verb, data);
    } catch (error) {
      const view = errorView(error, turn, this.app);
      return turn.door === 'dialog'
        ? { dialog: view }
        : turn.door === 'refresh'
          ? { notice: '' }
          : { post: [{ view }], notice: '' };
    }
  }
}

/** What the ledger says of a card that a click replaced: nothing certain, until it was edited for everybody; or that a page was turned. */
const shownAfterClick = ({ subject }: Message): string =>
  subject?.besideRev === undefined ? '' : besideOf(subject.besideRev);
