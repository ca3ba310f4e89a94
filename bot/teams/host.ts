import type { TurnContext } from 'botbuilder';
import type { Activity } from 'botframework-schema';
import { isRewindError, RewindError } from '../../services/model/errors.js';
import type { App } from '../app.js';
import { channelKey, personKey } from '../chat/conversations.js';
import type { ChatPort, ConversationAddress } from '../chat/port.js';
import { errorView } from '../errors.js';
import { errorFields } from '../log.js';
import type { ChatNotifier } from '../notifier.js';
import type { Router } from '../router.js';
import { isAllowedServiceUrl } from '../service-hosts.js';
import type { Turn } from '../turn.js';
import {
  cardAction,
  commandText,
  dialogAction,
  incomingActivity,
  submittedData,
  type IncomingActivity,
} from './activity.js';
import type { TeamsAdapter } from './adapter.js';
import { Clicks } from './clicks.js';
import { ErrorBoundary } from './error-boundary.js';
import { cardError, dialog, type InvokeAnswer } from './invoke-answers.js';
import { rememberConversation } from './remember-conversation.js';
import { Replies } from './replies.js';
import type { SeenActivities } from './seen-activities.js';
import { addressOf, turnOf } from './turn-of.js';
import { TOO_LATE, within } from './within.js';

/** A sentence's HTTP answer is not needed by anybody; it waits a little so that scripts see the replies in order. */
const SENTENCE_BUDGET_IN_MS = 8_000;
const TYPING_AFTER_IN_MS = 700;
/** Looking up what must be known before anything is done; a database that takes longer counts as away, so that the person hears of it. */
const PREPARE_BUDGET_IN_MS = 5_000;

/**
 * The Teams host: activities in, router, cards out. It knows Teams and nothing of the features.
 * Every activity is authenticated by the adapter before anything here runs.
 */
export class TeamsHost {
  private readonly answers: ErrorBoundary;
  private readonly replies: Replies;
  private readonly clicks: Clicks;

  constructor(
    private readonly app: App,
    private readonly adapter: TeamsAdapter,
    private readonly chat: ChatPort,
    private readonly router: Router,
    private readonly seen: SeenActivities,
    cards: Pick<ChatNotifier, 'refresh'>,
  ) {
    this.answers = new ErrorBoundary(router, app);
    this.replies = new Replies(app, chat, cards);
    this.clicks = new Clicks(this.answers, this.replies, app.log);
  }

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
    const work = rememberConversation(this.app, turn, activity, address).then(() =>
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
    await this.replies.post(turn, address, await this.router.welcome(turn));
  }

  private async message(turn: Turn, activity: IncomingActivity, address: ConversationAddress): Promise<void> {
    const submitted =
      activity.value === undefined || activity.value === null
        ? null
        : submittedData.safeParse(activity.value);
    const work = async () => {
      if (submitted?.success && !activity.text) {
        const answer = await this.answers.act(
          { ...turn, door: 'click' },
          submitted.data['verb'],
          submitted.data,
        );
        return this.replies.post(turn, address, [
          ...(answer.replace ? [answer.replace] : []),
          ...(answer.post ?? []),
        ]);
      }
      if (turn.place !== 'personal') return this.answerElsewhere(turn, activity, address);
      await this.replies.post(turn, address, await this.answers.say(turn, commandText(activity)));
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
    await this.replies.post(turn, address, [this.router.pointer(turn, personal !== null)]);
    if (personal)
      await this.replies.post(
        { ...turn, place: 'personal' },
        personal,
        await this.answers.say({ ...turn, place: 'personal' }, commandText(activity)),
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
        const { verb, data } = value.data.action;
        return this.clicks.answer(turn, address, { card: activity.replyToId ?? undefined, verb, data });
      }
      case 'task/fetch':
      case 'task/submit': {
        const value = dialogAction.safeParse(activity.value);
        const data = value.success ? value.data.data : {};
        const answer = await this.answers.act(turn, data['verb'], data);
        if (answer.dialog) return dialog(answer.dialog);
        await this.replies.postSoon(turn, address, answer.post ?? []);
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
}
