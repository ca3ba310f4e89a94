import { hashOf } from '../../services/model/json.js';
import type { Log } from '../../services/model/log.js';
import type { ActionAnswer } from '../answer.js';
import type { ConversationAddress } from '../chat/port.js';
import { errorFields } from '../log.js';
import type { Turn } from '../turn.js';
import type { ErrorBoundary } from './error-boundary.js';
import { card as cardAnswer, notice, type InvokeAnswer } from './invoke-answers.js';
import type { Replies } from './replies.js';
import { TOO_LATE, within } from './within.js';

/** A click is answered in this time (SPEC C4: 2 s); work that takes longer goes on, and the card is edited when it is done. */
const CLICK_BUDGET_IN_MS = 1_500;

/** A button that was pressed, as parsed from the invoke. */
export interface Press {
  /** The activity id of the card; missing when the client names none. */
  readonly card: string | undefined;
  readonly verb: string;
  readonly data: Record<string, unknown>;
}

/** Card buttons: answered in time, and once each however often they are pressed. */
export class Clicks {
  /** What is being worked on, by the hash of who pressed what. */
  private readonly pressed = new Map<string, Promise<ActionAnswer>>();

  constructor(
    private readonly router: Pick<ErrorBoundary, 'act'>,
    private readonly replies: Replies,
    private readonly log: Log,
  ) {}

  /** Always HTTP 200: what went wrong stands in the body, or the person sees nothing (teams/FACTS.md §3). */
  async answer(turn: Turn, address: ConversationAddress, press: Press): Promise<InvokeAnswer> {
    const { card } = press;
    const work = this.pressOnce(turn, press);
    const soon = await within(work, CLICK_BUDGET_IN_MS);
    if (soon === TOO_LATE) {
      void work
        .then(async (answer) => {
          if (answer.replace && card) await this.replies.replace(turn, address, card, answer.replace);
          await this.replies.post(turn, address, answer.post ?? []);
        })
        .catch((error: unknown) => this.log.error(errorFields(error), 'a late answer was not delivered'));
      return notice('Working on it. This card changes by itself.');
    }
    await this.replies.postSoon(turn, address, soon.post ?? []);
    if (!soon.replace) return notice(soon.notice ?? '');
    if (card && turn.door === 'click')
      await this.replies.replaceAfterAnswer(turn, address, card, soon.replace);
    return cardAnswer(soon.replace.view);
  }

  /**
   * The same button pressed again while it is worked on does nothing twice (SPEC C4): it gets the answer of the first press, without
   * what that one posts.
   */
  private pressOnce(turn: Turn, { card, verb, data }: Press): Promise<ActionAnswer> {
    if (!card) return this.router.act(turn, verb, data);
    const press = hashOf([turn.person.objectId, turn.door, card, verb, data]);
    const before = this.pressed.get(press);
    if (before) return before.then(({ post: _posted, ...answer }) => answer);
    const work = this.router.act(turn, verb, data).finally(() => this.pressed.delete(press));
    this.pressed.set(press, work);
    return work;
  }
}
