/** Presses a button of a message's card: picks the call that Teams makes for the action's type (teams/FACTS §3). */
import type { TeamsClient, InvokeSeen } from './client.js';
import type { Dialogs } from './dialogs.js';
import { UNREACHABLE, seenInvoke } from './client.js';
import { isRecord } from './model.js';
import type { Activity, Card, Person } from './model.js';
import { seenDialog } from './seen.js';
import type { SeenDialog } from './seen.js';
import { textOf } from './card-walk.js';
import { refuse } from './http.js';
import type { SignIns } from './sign-in.js';

export interface PressResult {
  /** The bot's HTTP answer; absent when the action does not call the bot. */
  readonly invoke?: InvokeSeen;
  readonly dialog?: SeenDialog;
  /** What the client says about it, where it is not a card. */
  readonly note?: string;
  readonly openUrl?: string;
  readonly signIn?: Card;
}

export class Presser {
  constructor(
    private readonly client: TeamsClient,
    private readonly dialogs: Dialogs,
    private readonly signIns: SignIns,
  ) {}

  /** @param data  the action's data with its inputs merged in */
  async press(person: Person, activity: Activity, action: Card, data: unknown): Promise<PressResult> {
    switch (action.type) {
      case 'Action.Execute':
        return this.signIns.execute(person, activity, action, data);
      case 'Action.Submit':
        return this.#submit(person, activity, data);
      case 'Action.OpenUrl':
        return { openUrl: textOf(action.url) };
      case 'Action.ShowCard':
      case 'Action.ToggleVisibility':
        return {};
      default:
        throw refuse(400, `Teams does not know the action type ${textOf(action.type)}.`);
    }
  }

  async #submit(person: Person, activity: Activity, data: unknown): Promise<PressResult> {
    const conversation = this.client.parts.state.conversation(activity.conversationId);
    if (conversation === undefined) throw refuse(404, 'The conversation is gone.');
    const place = { person, conversation, threadId: activity.threadId };
    const typed = isRecord(data) && isRecord(data.msteams) ? data.msteams : {};
    switch (typed.type) {
      case 'task/fetch': {
        const { invoke, note, dialog } = await this.dialogs.open(place, activity.id, data);
        if (note !== undefined) this.client.parts.state.setView(activity, person.objectId, { note });
        return {
          invoke,
          ...(note === undefined ? {} : { note }),
          ...(dialog === undefined ? {} : { dialog: seenDialog(dialog) }),
        };
      }
      case 'signin':
        this.signIns.openOwnPage(person, activity, textOf(typed.value));
        return { openUrl: textOf(typed.value), note: 'Sign in to continue.' };
      case 'invoke': {
        // Without a name: so the SDK tells it from all others.
        const { incoming, limits } = this.client.parts;
        const invoke = incoming.invoke(place, undefined, typed.value, activity.id);
        return { invoke: seenInvoke(await this.client.send(invoke, 'invoke', limits.actionTimeoutMs)) };
      }
      case 'imBack': {
        const said = await this.client.say(place, textOf(typed.value), conversation.type !== 'personal');
        return { invoke: { status: said.answer?.status ?? null } };
      }
      case 'messageBack': {
        const shown = typeof typed.displayText === 'string' ? typed.displayText : undefined;
        return this.#message(person, activity, typed.value, textOf(typed.text), shown);
      }
      default:
        return this.#message(person, activity, data, undefined, undefined);
    }
  }

  async #message(
    person: Person,
    activity: Activity,
    value: unknown,
    text: string | undefined,
    displayText: string | undefined,
  ): Promise<PressResult> {
    const { state, incoming } = this.client.parts;
    const conversation = state.conversation(activity.conversationId);
    if (conversation === undefined) throw refuse(404, 'The conversation is gone.');
    const place = { person, conversation, threadId: activity.threadId };
    if (displayText !== undefined)
      state.post(
        conversation,
        { bot: false, objectId: person.objectId },
        {
          text: displayText,
          textFormat: 'plain',
          ...(activity.threadId === undefined ? {} : { threadId: activity.threadId }),
        },
      );
    const answer = await this.client.send(incoming.submitted(place, value, activity.id, text), 'submit');
    const failed = answer.status === null || answer.status >= 300;
    state.setView(activity, person.objectId, { note: failed ? UNREACHABLE : undefined });
    return {
      invoke: { status: answer.status, ...(answer.body === undefined ? {} : { body: answer.body }) },
      ...(failed ? { note: UNREACHABLE } : {}),
    };
  }
}
