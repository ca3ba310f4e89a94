import { hashOf } from '../../services/model/json.js';
import type { Message } from '../answer.js';
import type { App } from '../app.js';
import { besideOf } from '../chat/ledger.js';
import type { ChatPort, ConversationAddress } from '../chat/port.js';
import { errorFields } from '../log.js';
import type { ChatNotifier } from '../notifier.js';
import type { Turn } from '../turn.js';
import { within } from './within.js';

/** Of a click's time, for noting the card before the answer; a slower database is told again after it. */
const OWN_BUDGET_IN_MS = 400;
/** And for what is posted beside the answer, so that it usually stands there first. */
const POST_BUDGET_IN_MS = 400;
/** Long enough for the answer of a click to reach the client first. */
const EDIT_AFTER_ANSWER_IN_MS = 300;

/** Answers on their way into a chat: posted, or put over the card that was clicked; the ledger is told of each. */
export class Replies {
  /** By activity id: what a click's answer shows while the edit for everybody else is still to come. */
  private readonly shown = new Map<string, Message>();

  constructor(
    private readonly app: Pick<App, 'log' | 'ledger' | 'clock'>,
    private readonly chat: Pick<ChatPort, 'post' | 'edit'>,
    private readonly cards: Pick<ChatNotifier, 'refresh'>,
  ) {}

  async post(turn: Turn, address: ConversationAddress, messages: readonly Message[]): Promise<void> {
    for (const message of messages)
      await this.keep(turn, address, await this.chat.post(turn.tenant, address, message.view), message);
  }

  /** As {@link post}; but Teams may put a message off for half a minute, and a click is not kept waiting for that. */
  async postSoon(turn: Turn, address: ConversationAddress, messages: readonly Message[]): Promise<void> {
    const posted = this.post(turn, address, messages).catch((error: unknown) =>
      this.app.log.error(errorFields(error), 'an answer was not delivered'),
    );
    await within(posted, POST_BUDGET_IN_MS);
  }

  /** A card of a request is drawn from the request as it is by now, not as it was when the click was answered. */
  async replace(turn: Turn, address: ConversationAddress, card: string, message: Message): Promise<void> {
    if (message.subject && message.subject.besideRev === undefined)
      return this.keep(turn, address, card, message, '');
    await this.own(turn, address, card, message, shownAfterClick(message));
    // The next click on the card may have been answered meanwhile: what it shows stays.
    if (this.shown.has(card)) return;
    await this.chat.edit(turn.tenant, address, card, message.view);
  }

  /**
   * For a click whose answer shows `message` to the client that clicked. Resolves when the answer may be given; the edit, which
   * changes the message for all of the person's devices and for good, comes after the answer, which would cover it otherwise.
   */
  async replaceAfterAnswer(
    turn: Turn,
    address: ConversationAddress,
    card: string,
    message: Message,
  ): Promise<void> {
    // Known before it is answered: a process that ends before the edit would leave a card that nobody ever edits again.
    const owned = this.own(turn, address, card, message, shownAfterClick(message)).catch((error: unknown) =>
      this.app.log.warn(errorFields(error), 'a card was not kept'),
    );
    await within(owned, OWN_BUDGET_IN_MS);
    this.editSoon(turn, address, card, message);
  }

  /** When the next click on the card was answered meanwhile, its card is the one that stays. */
  private editSoon(turn: Turn, address: ConversationAddress, card: string, message: Message): void {
    this.shown.set(card, message);
    setTimeout(() => {
      if (this.shown.get(card) !== message) return;
      this.shown.delete(card);
      void this.replace(turn, address, card, message).catch((error: unknown) =>
        this.app.log.warn(errorFields(error), 'a card was not edited'),
      );
    }, EDIT_AFTER_ANSWER_IN_MS);
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
}

/** What the ledger says of a card that a click replaced: nothing certain, until it was edited for everybody; or that a page was turned. */
const shownAfterClick = ({ subject }: Message): string =>
  subject?.besideRev === undefined ? '' : besideOf(subject.besideRev);
