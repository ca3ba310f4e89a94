/** Dialogs (task modules): opened by task/fetch, sent by task/submit. What they show is kept in memory only. */
import { randomUUID } from 'node:crypto';
import type { BotAnswer } from './bot-client.js';
import type { TeamsClient } from './client.js';
import { UNREACHABLE, WENT_WRONG, describe, seenInvoke } from './client.js';
import type { InvokeSeen } from './client.js';
import type { ClientSettings, Place } from './incoming.js';
import { CARD_TYPE, isRecord } from './model.js';
import type { Dialog, Person } from './model.js';

const SIZE = /^(\d+|small|medium|large)$/;

export interface DialogResult {
  readonly invoke: InvokeSeen;
  /** The dialog as it stands now; absent when it is closed. */
  readonly dialog?: Dialog;
  /** A message box, or why nothing opened. */
  readonly note?: string;
}

export class Dialogs {
  constructor(
    private readonly client: TeamsClient,
    private readonly clientOf: (objectId: string) => ClientSettings,
  ) {}

  async open(place: Place, activityId: string, data: unknown): Promise<DialogResult> {
    const value = { data, context: { theme: this.clientOf(place.person.objectId).theme } };
    const answer = await this.#invoke(place, 'task/fetch', value, activityId);
    return this.#show(answer, place, activityId, undefined);
  }

  async submit(person: Person, dialog: Dialog, data: unknown): Promise<DialogResult> {
    const { state } = this.client.parts;
    const conversation = state.conversation(dialog.conversationId);
    if (conversation === undefined) return { invoke: { status: null }, note: UNREACHABLE };
    const place = { person, conversation, threadId: dialog.threadId };
    const value = { data, context: { theme: this.clientOf(person.objectId).theme } };
    const answer = await this.#invoke(place, 'task/submit', value, undefined);
    return this.#show(answer, place, dialog.activityId, dialog);
  }

  /** The cross: the bot is not told. */
  close(dialog: Dialog): void {
    this.client.parts.state.dialogs.delete(dialog.id);
  }

  /** The person's newest open dialog. */
  current(objectId: string): Dialog | undefined {
    return [...this.client.parts.state.dialogs.values()].filter((one) => one.objectId === objectId).at(-1);
  }

  /** A timed-out call is sent again with the same id, as the client does (teams/SDK trap 3). */
  async #invoke(
    place: Place,
    name: string,
    value: unknown,
    replyToId: string | undefined,
  ): Promise<BotAnswer> {
    const { incoming, limits } = this.client.parts;
    const activity = incoming.invoke(place, name, value, replyToId);
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.client.send(activity, name, limits.dialogTimeoutMs);
      if (answer.problem !== 'timeout' || attempt >= limits.dialogRetries) return answer;
    }
  }

  #show(
    answer: BotAnswer,
    place: Place,
    activityId: string | undefined,
    open: Dialog | undefined,
  ): DialogResult {
    const { inspector, state } = this.client.parts;
    const invoke = seenInvoke(answer);
    const stay = open === undefined ? {} : { dialog: open };
    if (answer.status === null) return { invoke, note: UNREACHABLE, ...stay };
    const body = answer.body;
    const task = isRecord(body) ? body.task : undefined;
    if (answer.status === 200 && isNothing(body) && open !== undefined) {
      this.close(open);
      return { invoke };
    }
    if (answer.status !== 200 || !isRecord(task)) {
      inspector.note('dialog', `was answered with ${describe(answer)}`);
      return { invoke, note: WENT_WRONG, ...stay };
    }
    if (task.type === 'message' && typeof task.value === 'string') {
      if (open !== undefined) this.close(open);
      return { invoke, note: task.value };
    }
    const dialog = task.type === 'continue' ? readDialog(task.value, place, activityId, open?.id) : undefined;
    if (dialog === undefined) {
      inspector.note('dialog', 'neither a message nor a card attachment nor an address');
      return { invoke, note: WENT_WRONG, ...stay };
    }
    if (dialog.card !== undefined) inspector.card('dialog', dialog.card);
    for (const side of ['width', 'height'] as const)
      if (!SIZE.test(dialog[side]))
        inspector.note('dialog', `${side} "${dialog[side]}": pixels, small, medium or large are needed`);
    state.dialogs.set(dialog.id, dialog);
    return { invoke, dialog };
  }
}

/** What closes a dialog after task/submit: an answer without anything in it. */
function isNothing(body: unknown): boolean {
  return (
    body === undefined || body === null || body === '' || (isRecord(body) && Object.keys(body).length === 0)
  );
}

function readDialog(
  value: unknown,
  place: Place,
  activityId: string | undefined,
  id: string | undefined,
): Dialog | undefined {
  if (!isRecord(value)) return undefined;
  const attachment = value.card;
  const isCard = isRecord(attachment) && attachment.contentType === CARD_TYPE && isRecord(attachment.content);
  const url = typeof value.url === 'string' && value.url.startsWith('https://') ? value.url : undefined;
  if (!isCard && url === undefined) return undefined;
  return {
    id: id ?? randomUUID(),
    objectId: place.person.objectId,
    conversationId: place.conversation.id,
    ...(place.threadId === undefined ? {} : { threadId: place.threadId }),
    ...(activityId === undefined ? {} : { activityId }),
    title: typeof value.title === 'string' ? value.title : '',
    width: String(value.width ?? 'medium'),
    height: String(value.height ?? 'medium'),
    ...(isCard ? { card: attachment.content as Record<string, unknown> } : {}),
    ...(url === undefined ? {} : { url }),
  };
}
