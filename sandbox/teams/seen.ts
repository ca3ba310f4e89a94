/** A message as one person sees it, for the page, the transcript and assertions. */
import { refreshActionOf } from './client.js';
import { cardText } from './card-text.js';
import { BOT_NAME } from './model.js';
import type { Activity, Attachment, Card, Conversation, Dialog, Person } from './model.js';
import { joinConversationId } from './ids.js';
import type { TeamsState } from './state.js';

export type PlaceName = 'personal' | 'channel' | 'group';

export interface SeenActivity {
  readonly id: string;
  readonly in: PlaceName;
  readonly conversationId: string;
  readonly threadId?: string;
  readonly from: string;
  readonly fromBot: boolean;
  /** Story time, ISO. */
  readonly at: string;
  readonly text?: string;
  readonly textFormat?: string;
  readonly summary?: string;
  /** The card as this person sees it. */
  readonly card?: Card;
  /** Its visible text; see card-text.ts. */
  readonly cardText?: string;
  /** The person sees a card of their own. */
  readonly ownView: boolean;
  readonly refreshable: boolean;
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly alert: boolean;
  /** Under the message: the last click's short answer, or "Unable to reach app". */
  readonly note?: string;
  readonly attachments: readonly Attachment[];
  readonly suggestedActions: readonly { readonly title: string; readonly value: string }[];
}

export interface SeenDialog {
  readonly id: string;
  readonly title: string;
  readonly width: string;
  readonly height: string;
  readonly card?: Card;
  readonly cardText?: string;
  readonly url?: string;
}

export function placeName(conversation: Conversation): PlaceName {
  return conversation.type === 'groupChat' ? 'group' : conversation.type;
}

export function seenBy(
  state: TeamsState,
  person: Person,
  conversation: Conversation,
  activity: Activity,
): SeenActivity {
  const card = state.seenCard(activity, person.objectId);
  const view = state.view(activity, person.objectId);
  const { from } = activity;
  const sender = from.bot ? BOT_NAME : (state.directory.byId(from.objectId)?.displayName ?? 'Unknown user');
  const note = view?.note ?? activity.note;
  return {
    id: activity.id,
    in: placeName(conversation),
    conversationId: joinConversationId(conversation.id, activity.threadId),
    ...(activity.threadId === undefined ? {} : { threadId: activity.threadId }),
    from: sender,
    fromBot: from.bot,
    at: activity.at,
    ...(activity.text === undefined ? {} : { text: activity.text }),
    ...(activity.textFormat === undefined ? {} : { textFormat: activity.textFormat }),
    ...(activity.summary === undefined ? {} : { summary: activity.summary }),
    ...(card === undefined ? {} : { card, cardText: cardText(card) }),
    ownView: view?.card !== undefined,
    refreshable: refreshActionOf(card) !== undefined,
    edited: activity.editedAt !== undefined,
    deleted: activity.deletedAt !== undefined,
    alert: activity.alert === true,
    ...(note === undefined ? {} : { note }),
    attachments: activity.attachments,
    suggestedActions: activity.suggestedActions ?? [],
  };
}

export function seenDialog(dialog: Dialog): SeenDialog {
  return {
    id: dialog.id,
    title: dialog.title,
    width: dialog.width,
    height: dialog.height,
    ...(dialog.card === undefined ? {} : { card: dialog.card, cardText: cardText(dialog.card) }),
    ...(dialog.url === undefined ? {} : { url: dialog.url }),
  };
}
