/** What a person's client does to sign in to the bot: silently where it can, by a pop-up on request (teams/FACTS §3, §10.1). */
import type { ActionResult, InvokeSeen, TeamsClient } from './client.js';
import { UNREACHABLE, WENT_WRONG, describe, seenInvoke } from './client.js';
import type { SignInFailure } from './faults.js';
import { refuse } from './http.js';
import type { ClientSettings, Place } from './incoming.js';
import { isRecord } from './model.js';
import type { Activity, Card, Person } from './model.js';
import { records, textOf } from './card-walk.js';
import type { TokenService } from './token-service.js';

export const OAUTH_CARD_TYPE = 'application/vnd.microsoft.card.oauth';
const SIGNED_IN = 'You are signed in.';
const SIGN_IN = 'Sign in to continue.';

export interface SignInResult {
  readonly invoke: InvokeSeen;
  readonly note?: string;
}

/** An Action.Execute that waits for its person to sign in. */
interface Waiting {
  readonly activity: Activity;
  readonly action: Card;
  readonly data: unknown;
  readonly card: Card;
}

/** What the client tells the bot with each code. The words are a guess. */
const FAILURES: Readonly<Record<SignInFailure, string>> = {
  installappfailed: 'The app could not be installed',
  authrequestfailed: 'The request for a token failed',
  installedappnotfound: 'The app is not installed',
  oauthcardnotvalid: 'The OAuth card is not valid',
  resourcematchfailed: 'Resource match failed',
  tokenmissing: 'The token is missing',
  invokeerror: 'The bot refused the invoke',
};

export class SignIns {
  readonly #tried = new Set<string>();
  readonly #waiting = new Map<string, Waiting>();
  /** By person: the message whose button opened a page of the bot's own to sign in at. */
  readonly #ownPages = new Map<string, Activity>();

  constructor(
    private readonly client: TeamsClient,
    private readonly tokens: TokenService | null,
    private readonly clientOf: (objectId: string) => ClientSettings,
  ) {
    client.onSeen = (person, activity) => this.#attend(person, activity);
  }

  /** Presses Action.Execute; where the bot asks for a sign-in, the client tries once to do it silently. */
  async execute(person: Person, activity: Activity, action: Card, data: unknown): Promise<ActionResult> {
    const first = await this.client.execute(person, activity, action, data);
    this.#waiting.delete(person.objectId);
    if (first.signIn === undefined) return first;
    const card = first.signIn;
    const authentication = await this.#silently({ ...this.#place(person, activity) }, card);
    const second =
      authentication === undefined
        ? first
        : await this.client.execute(person, activity, action, data, { authentication });
    const isDone = second.signIn === undefined && second.refused !== 'precondition';
    if (!isDone) this.#waiting.set(person.objectId, { activity, action, data, card });
    return isDone ? second : { ...second, signIn: card, note: SIGN_IN };
  }

  /** A button of type `signin`: Teams opens the bot's own page, and hands over the code that the page gives it (teams/FACTS §10.2). */
  openOwnPage(person: Person, activity: Activity, address: string): void {
    if (!/^https:\/\//i.test(address))
      this.client.parts.inspector.note(
        'sign-in',
        `a page to sign in at needs https: ${address.slice(0, 100)}`,
      );
    this.#ownPages.set(person.objectId, activity);
  }

  /**
   * Presses the sign-in button that the person saw last, and signs in at its pop-up.
   * @param account  who types the name and password there; not always whose chat it is
   * @param code  what Teams hands over instead of the right digits
   * @throws HttpProblem 404 without a button, 422 without the code of the bot's own page, 409 for a link that is not the token service's
   */
  async byHand(
    person: Person,
    shown: readonly Activity[],
    { account, code }: { readonly account: Person; readonly code?: string | undefined },
  ): Promise<SignInResult> {
    const own = this.#ownPages.get(person.objectId);
    if (own !== undefined) {
      if (code === undefined) throw refuse(422, 'The page is the bot’s: say which code it gave to Teams.');
      this.#ownPages.delete(person.objectId);
      return this.#verify(this.#place(person, own), code);
    }
    const waiting = this.#waiting.get(person.objectId);
    const activity = shown.findLast((one) => one.from.bot && oauthCardOf(one) !== undefined);
    const isCard = activity !== undefined && (waiting === undefined || isNewer(activity, waiting.activity));
    const card = isCard ? oauthCardOf(activity) : waiting?.card;
    if (card === undefined) throw refuse(404, `${person.displayName} sees no button to sign in with.`);
    const link = textOf(records(card.buttons)[0]?.value);
    const digits = this.tokens?.completeSignIn(link, account);
    if (digits === undefined) throw refuse(409, `The pop-up leads to an address that is not ours: ${link}`);
    const state = code ?? digits;
    if (isCard) return this.#verify(this.#place(person, activity), state);
    const { activity: pressed, action, data } = waiting as Waiting;
    const result = await this.client.execute(person, pressed, action, data, { state });
    if (result.signIn === undefined && result.refused === undefined) this.#waiting.delete(person.objectId);
    return result;
  }

  async #verify(place: Place & { activity: Activity }, state: string): Promise<SignInResult> {
    const answer = await this.#invoke(place, 'signin/verifyState', { state });
    const note =
      answer.status === null ? UNREACHABLE : answer.status === 200 ? SIGNED_IN : 'The sign-in did not work.';
    // 404: the bot got no token for the digits.
    if (answer.status !== null && answer.status !== 200 && answer.status !== 404)
      this.client.parts.inspector.note('sign-in', `signin/verifyState was answered with ${describe(answer)}`);
    this.client.parts.state.setView(place.activity, place.person.objectId, { note });
    return { invoke: seenInvoke(answer), note };
  }

  /** A message came into sight: an OAuth card in a personal chat is tried once for each of the person's open clients. */
  async #attend(person: Person, activity: Activity): Promise<void> {
    const card = activity.from.bot ? oauthCardOf(activity) : undefined;
    const key = `${activity.id} ${activity.revision} ${person.objectId}`;
    if (card === undefined || this.#tried.has(key)) return;
    const place = this.#place(person, activity);
    if (place.conversation.type !== 'personal') return;
    this.#tried.add(key);
    const value = await this.#silently(place, card);
    if (value === undefined) return;
    const { devices } = this.clientOf(person.objectId);
    const answers = await Promise.all(
      Array.from({ length: devices }, () => this.#invoke(place, 'signin/tokenExchange', value)),
    );
    // 412 sends the person to the button, quietly.
    const wrong = answers.find(({ status }) => status !== 200 && status !== 412);
    if (answers.some(({ status }) => status === 200))
      this.client.parts.state.setView(activity, person.objectId, { note: SIGNED_IN });
    else if (wrong !== undefined) {
      this.client.parts.inspector.note(
        'sign-in',
        `signin/tokenExchange was answered with ${describe(wrong)}`,
      );
      this.client.parts.state.setView(activity, person.objectId, {
        note: wrong.status === null ? UNREACHABLE : WENT_WRONG,
      });
      await this.#fail(place, 'invokeerror');
    }
  }

  /** The token that Teams gets without asking; undefined = the person has to press the button. */
  async #silently(place: Place & { activity: Activity }, card: Card): Promise<Card | undefined> {
    const { connectionName, tokenExchangeResource: wanted } = card;
    if (typeof connectionName !== 'string' || records(card.buttons).length === 0)
      return this.#fail(place, 'oauthcardnotvalid');
    if (!isRecord(wanted) || this.tokens === null) return undefined;
    if (typeof wanted.id !== 'string' || typeof wanted.uri !== 'string')
      return this.#fail(place, 'oauthcardnotvalid');
    const failure = this.client.parts.faults.takeSignInFailure();
    if (failure !== undefined) return this.#fail(place, failure);
    if (!this.tokens.resources.includes(wanted.uri)) return this.#fail(place, 'resourcematchfailed');
    if (this.clientOf(place.person.objectId).consent === 'missing') return undefined;
    const token = await this.tokens.silentToken(place.person);
    return token === null ? this.#fail(place, 'tokenmissing') : { id: wanted.id, connectionName, token };
  }

  async #fail(place: Place & { activity: Activity }, code: SignInFailure): Promise<undefined> {
    await this.#invoke(place, 'signin/failure', { code, message: FAILURES[code] });
    return undefined;
  }

  #invoke(place: Place & { activity: Activity }, name: string, value: Card) {
    const { incoming, limits } = this.client.parts;
    return this.client.send(
      incoming.invoke(place, name, value, place.activity.id),
      name,
      limits.actionTimeoutMs,
    );
  }

  #place(person: Person, activity: Activity): Place & { activity: Activity } {
    const conversation = this.client.parts.state.conversation(activity.conversationId);
    if (conversation === undefined) throw refuse(404, 'The conversation is gone.');
    return { person, conversation, threadId: activity.threadId, activity };
  }
}

export function oauthCardOf(activity: Activity): Card | undefined {
  if (activity.deletedAt !== undefined) return undefined;
  const content = activity.attachments.find(({ contentType }) => contentType === OAUTH_CARD_TYPE)?.content;
  return isRecord(content) ? content : undefined;
}

const isNewer = (one: Activity, other: Activity): boolean => Number(one.id) > Number(other.id);
