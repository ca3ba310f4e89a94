/** The Teams client of each person: adds the app, types, presses, refreshes cards. One client per person. */
import type { SandboxClock } from '../types.js';
import type { BotAnswer, BotClient } from './bot-client.js';
import type { TeamsFaults } from './faults.js';
import { refuse } from './http.js';
import type { ClientSettings, IncomingActivities, OutgoingToBot, Place } from './incoming.js';
import type { Inspector } from './inspector.js';
import { readActionAnswer } from './invoke-answers.js';
import type { ActionAnswer } from './invoke-answers.js';
import type { Limits } from './limits.js';
import { BOT_NAME, isRecord } from './model.js';
import type { Activity, Card, Conversation, Person } from './model.js';
import type { TeamsState } from './state.js';
import type { TeamsStats } from './stats.js';

export const UNREACHABLE = 'Unable to reach app. Please try again.';
export const WENT_WRONG = 'Something went wrong. Please try again.';
/** How many of the newest messages a client shows without scrolling. */
const SHOWN_MESSAGES = 20;
/** Who is listed behind these is not refreshed; card-rules.ts counts it as a violation. */
const MAX_REFRESH_USERS = 60;
/** Above this many members a card without refresh.userIds is not refreshed by itself. */
const MAX_IMPLICIT_REFRESH = 60;

export interface ClientParts {
  readonly clock: SandboxClock;
  readonly state: TeamsState;
  readonly bot: BotClient;
  readonly incoming: IncomingActivities;
  readonly limits: Limits;
  readonly stats: TeamsStats;
  readonly faults: TeamsFaults;
  readonly inspector: Inspector;
  readonly clientOf: (objectId: string) => ClientSettings;
}

export interface InvokeSeen {
  readonly status: number | null;
  readonly body?: unknown;
}

export interface Installing {
  /** After the old version went. */
  readonly isUpgrade?: boolean;
  /** Told once more although the app is there, as real clients do in personal chats (teams/SDK trap 9). */
  readonly isRepeated?: boolean;
}

export interface ActionResult {
  readonly invoke: InvokeSeen;
  /** What the client shows for it, where the answer is not a card. */
  readonly note?: string;
  /** The bot asks the person to sign in (content of an OAuth card). */
  readonly signIn?: Card;
  /** Why a sign-in that went along was not taken. */
  readonly refused?: 'precondition' | 'code';
}

/** What a repeated Action.Execute carries when its person has signed in meanwhile (teams/FACTS §3). */
export type SignInProof = { readonly authentication: Card } | { readonly state: string };

export class TeamsClient {
  readonly #installing = new Map<string, Promise<boolean>>();
  readonly #refreshing = new Map<string, Promise<void>>();

  /** Called for every message that comes into a person's sight. */
  onSeen: (person: Person, activity: Activity) => Promise<void> = () => Promise.resolve();

  constructor(readonly parts: ClientParts) {}

  /**
   * The person adds the app where it is not yet: installationUpdate, then conversationUpdate.
   * @returns false when the bot could not be reached; it is tried again next time
   */
  install(person: Person, conversation: Conversation, how: Installing = {}): Promise<boolean> {
    const running = this.#installing.get(conversation.id);
    if (running !== undefined) return running;
    if (conversation.installed && how.isRepeated !== true) return Promise.resolve(true);
    const work = this.#install({ person, conversation }, how).finally(() =>
      this.#installing.delete(conversation.id),
    );
    this.#installing.set(conversation.id, work);
    return work;
  }

  /** @param isUpgrade  the old version goes, a new one follows */
  async uninstall(person: Person, conversation: Conversation, isUpgrade = false): Promise<BotAnswer> {
    this.parts.state.setInstalled(conversation, false);
    const action = isUpgrade ? 'remove-upgrade' : 'remove';
    return this.send(this.parts.incoming.installation({ person, conversation }, action), 'uninstall');
  }

  /**
   * Types into a conversation. In a group chat or a channel the bot hears only of messages that mention it.
   * @returns no answer when the message was not for the bot
   */
  async say(
    place: Place,
    text: string,
    mention: boolean,
  ): Promise<{ activity: Activity; answer?: BotAnswer }> {
    const { state, incoming } = this.parts;
    const { conversation, person } = place;
    if (mention || conversation.type === 'personal') await this.install(person, conversation);
    if (conversation.gone === true) throw refuse(409, `${conversation.name} is deleted.`);
    if (conversation.blocked === true) throw refuse(409, `${person.displayName} blocks the bot.`);
    const shown = mention ? `@${BOT_NAME} ${text}` : text;
    const activity = state.post(
      conversation,
      { bot: false, objectId: person.objectId },
      {
        text: shown,
        textFormat: 'plain',
        ...(place.threadId === undefined ? {} : { threadId: place.threadId }),
      },
    );
    if (!mention && conversation.type !== 'personal') return { activity };
    const inThread = { ...place, threadId: activity.threadId };
    const answer = await this.send(incoming.message(inThread, text, activity.id, mention), 'message');
    if (answer.status === null || answer.status >= 300) state.setNote(activity, UNREACHABLE);
    return { activity, answer };
  }

  /** Action.Execute on a message's card. The answered card is what this person sees until the message is edited. */
  async execute(
    person: Person,
    activity: Activity,
    action: Card,
    data: unknown,
    proof?: SignInProof,
  ): Promise<ActionResult> {
    const answer = await this.#invokeAction(person, activity, action, data, 'manual', proof);
    const result = this.#readAction(answer);
    const { state } = this.parts;
    if (result.card !== undefined) {
      this.parts.inspector.card('answer', result.card);
      state.setView(activity, person.objectId, { card: result.card, note: undefined });
    } else {
      state.setView(activity, person.objectId, { note: result.note });
    }
    return {
      invoke: seenInvoke(answer),
      ...(result.note === undefined ? {} : { note: result.note }),
      ...(result.signIn === undefined ? {} : { signIn: result.signIn }),
      ...(result.refused === undefined ? {} : { refused: result.refused }),
    };
  }

  /** The menu entry "Refresh card". */
  async refreshByHand(person: Person, activity: Activity): Promise<ActionResult | undefined> {
    const action = refreshActionOf(this.parts.state.seenCard(activity, person.objectId));
    return action === undefined ? undefined : this.execute(person, activity, action, action.data ?? {});
  }

  /** What the client does when the person looks at the conversation: calls for the views that are due. */
  async look(person: Person, conversation: Conversation): Promise<void> {
    const shown = this.parts.state.activities(conversation.id).slice(-SHOWN_MESSAGES);
    await Promise.all(shown.map((activity) => this.attend(person, activity)));
  }

  /** What the client does by itself with a message in sight. */
  async attend(person: Person, activity: Activity): Promise<void> {
    await Promise.all([this.refreshIfDue(person, activity), this.onSeen(person, activity)]);
  }

  /** Automatic refresh (teams/FACTS §3): for listed people, when the last answer is old enough or for another edit. */
  refreshIfDue(person: Person, activity: Activity): Promise<void> {
    const key = `${activity.id}|${person.objectId}`;
    const running = this.#refreshing.get(key);
    if (running !== undefined) return running;
    if (!this.#isDue(person, activity)) return Promise.resolve();
    const work = this.#refresh(person, activity).finally(() => this.#refreshing.delete(key));
    this.#refreshing.set(key, work);
    return work;
  }

  /** Sends one activity; counts it, and repeats it under a `deliverTwice` fault. */
  async send(activity: OutgoingToBot, what: string, timeoutInMs?: number): Promise<BotAnswer> {
    const { bot, limits, stats, faults, clock } = this.parts;
    const wait = timeoutInMs ?? limits.messageTimeoutMs;
    if (activity.type === 'invoke') stats.invokes += 1;
    else stats.messages += 1;
    const twice = faults.takeDeliverTwice();
    const [answer] = await Promise.all([
      bot.deliver(activity, wait),
      ...(twice ? [bot.deliver(activity, wait)] : []),
    ]);
    stats.slowestAnswerMs = Math.max(stats.slowestAnswerMs, answer.tookInMs);
    if (answer.problem !== undefined || (answer.status ?? 0) >= 300) {
      const problem = answer.problem ?? `HTTP ${String(answer.status)}`;
      stats.addFailure({ at: clock.now().toISOString(), what, problem });
    }
    return answer;
  }

  async #install(place: Place, { isUpgrade, isRepeated }: Installing): Promise<boolean> {
    const { incoming, state } = this.parts;
    // Installed first: the bot may greet while it is being told.
    state.setInstalled(place.conversation, true);
    const action = isUpgrade === true ? 'add-upgrade' : 'add';
    const first = await this.send(incoming.installation(place, action), 'installationUpdate');
    if (first.status === null) {
      state.setInstalled(place.conversation, isRepeated === true);
      return false;
    }
    await this.send(incoming.botAdded(place), 'conversationUpdate');
    return true;
  }

  #isDue(person: Person, activity: Activity): boolean {
    const { state, clock, limits } = this.parts;
    if (!activity.from.bot || activity.deletedAt !== undefined) return false;
    const card = state.seenCard(activity, person.objectId);
    const conversation = state.conversation(activity.conversationId);
    if (refreshActionOf(card) === undefined || conversation === undefined) return false;
    const listed = isRecord(card?.refresh) ? card.refresh.userIds : undefined;
    const wanted = Array.isArray(listed)
      ? listed.slice(0, MAX_REFRESH_USERS).includes(person.mri)
      : conversation.memberIds.length <= MAX_IMPLICIT_REFRESH;
    const last = state.view(activity, person.objectId)?.answeredAt;
    return wanted && (last === undefined || clock.now().getTime() - last > limits.refreshPauseMs);
  }

  async #refresh(person: Person, activity: Activity): Promise<void> {
    const { state, stats, inspector } = this.parts;
    const action = refreshActionOf(state.seenCard(activity, person.objectId));
    if (action === undefined) return;
    const { revision } = activity;
    // A view lives in one client: each one that is open asks for its own (teams/FACTS §3). The first is the one that is shown.
    const { devices } = this.parts.clientOf(person.objectId);
    stats.automaticRefreshes += devices;
    const [answer] = (await Promise.all(
      Array.from({ length: devices }, () =>
        this.#invokeAction(person, activity, action, action.data ?? {}, 'automatic'),
      ),
    )) as [BotAnswer];
    // Edited meanwhile: the answer belongs to a card that is gone.
    if (activity.revision !== revision)
      return this.#isDue(person, activity) ? this.#refresh(person, activity) : undefined;
    const { card } = this.#readAction(answer);
    if (card !== undefined) inspector.card('answer', card);
    // A refresh that fails shows nothing; the base card stays.
    state.setView(activity, person.objectId, card === undefined ? {} : { card, note: undefined });
  }

  #invokeAction(
    person: Person,
    activity: Activity,
    action: Card,
    data: unknown,
    trigger: 'manual' | 'automatic',
    proof: SignInProof | undefined = undefined,
  ): Promise<BotAnswer> {
    const { state, incoming, limits } = this.parts;
    const conversation = state.conversation(activity.conversationId);
    if (conversation === undefined)
      return Promise.resolve({ status: null, problem: 'unreachable', tookInMs: 0 });
    const value = {
      action: {
        type: 'Action.Execute',
        id: action.id ?? '',
        ...(action.title === undefined ? {} : { title: action.title }),
        verb: action.verb,
        data,
      },
      trigger,
      ...proof,
    };
    const place = { person, conversation, threadId: activity.threadId };
    const invoke = incoming.invoke(place, 'adaptiveCard/action', value, activity.id);
    return this.send(invoke, `${trigger} ${String(action.verb)}`, limits.actionTimeoutMs);
  }

  #readAction(answer: BotAnswer): ActionAnswer {
    if (answer.status === null) return { note: UNREACHABLE };
    const read = readActionAnswer(answer);
    if (read !== undefined) return read;
    this.parts.inspector.note('answer', `adaptiveCard/action was answered with ${describe(answer)}`);
    return { note: WENT_WRONG };
  }
}

/** The refresh action of a card, where it has a well-formed one. */
export function refreshActionOf(card: Card | undefined): Card | undefined {
  const action = isRecord(card?.refresh) ? card.refresh.action : undefined;
  return isRecord(action) && action.type === 'Action.Execute' ? action : undefined;
}

export function seenInvoke(answer: BotAnswer): InvokeSeen {
  return { status: answer.status, ...(answer.body === undefined ? {} : { body: answer.body }) };
}

/** Shape only; bodies may hold what nobody should read in a log. */
export function describe(answer: BotAnswer): string {
  const body = answer.body;
  const type = isRecord(body) ? String(body.type ?? 'no type') : typeof body;
  const code =
    isRecord(body) && body.statusCode !== undefined ? `, statusCode ${String(body.statusCode)}` : '';
  return `HTTP ${String(answer.status)}, ${type}${code}`;
}
