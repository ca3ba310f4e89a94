/** Words of the simulated Teams: people, conversations, activities, and what one person's client shows of them. */

export interface Person {
  readonly objectId: string;
  readonly displayName: string;
  readonly userPrincipalName: string;
  readonly jobTitle?: string;
  /** Teams' own id of the person ("29:…"), opaque to a bot. */
  readonly mri: string;
}

export type ConversationType = 'personal' | 'groupChat' | 'channel';

export interface Conversation {
  /** Without ';messageid=…', which names a thread of a channel. */
  readonly id: string;
  readonly type: ConversationType;
  /** Name in the page; a personal chat carries the bot's. */
  name: string;
  /** First path part of the conversation's serviceUrl. */
  readonly region: string;
  /** Further regions that the bot opened the conversation through; calls by these are taken too. */
  otherRegions: string[];
  /** Object ids, in joining order. */
  memberIds: string[];
  /** The app is there: the bot heard of it by installationUpdate and may post. */
  installed: boolean;
  /** A personal chat whose person blocks the bot. */
  blocked?: boolean;
  /** A chat that its person deleted, a channel that was: the bot finds it no longer. */
  gone?: boolean;
  readonly team?: { readonly id: string; name: string; readonly groupId: string };
}

export type Sender = { readonly bot: true } | { readonly bot: false; readonly objectId: string };

export interface Attachment {
  readonly contentType: string;
  readonly content?: unknown;
  readonly contentUrl?: string;
  readonly name?: string;
}

/** A parsed JSON card. Nothing about its content may be relied on. */
export type Card = Record<string, unknown>;

export interface Activity {
  readonly id: string;
  readonly conversationId: string;
  /** Channels only: id of the thread's first message (its own id for that one). */
  readonly threadId?: string;
  readonly from: Sender;
  /** Story time, ISO. */
  readonly at: string;
  text?: string;
  textFormat?: string;
  summary?: string;
  attachments: Attachment[];
  suggestedActions?: { readonly title: string; readonly value: string }[];
  /** The bot asked for an entry in the activity feed. */
  alert?: boolean;
  editedAt?: string;
  deletedAt?: string;
  /** Rises with each edit; a view belongs to one revision. */
  revision: number;
  /** Shown under the sender's own message ("Unable to reach app"). */
  note?: string;
}

/** What one person's client shows instead of the base card. Lives in memory only, as in the real client. */
export interface View {
  revision: number;
  card?: Card;
  /** Short notice under the card: an answer's message, an error, "Unable to reach app". */
  note?: string;
  /** Story time (ms) of the last answer to an automatic refresh or click. */
  answeredAt: number;
}

export interface Dialog {
  readonly id: string;
  readonly objectId: string;
  readonly conversationId: string;
  readonly threadId?: string;
  /** Message whose button opened it. */
  readonly activityId?: string;
  readonly title: string;
  readonly width: string;
  readonly height: string;
  readonly card?: Card;
  readonly url?: string;
}

export const CARD_TYPE = 'application/vnd.microsoft.card.adaptive';
export const BOT_NAME = 'Entra Rewind';

/** @returns the first adaptive card of a message, as sent */
export function cardOf(activity: Activity): Card | undefined {
  const found = activity.attachments.find((attachment) => attachment.contentType === CARD_TYPE);
  return isRecord(found?.content) ? found.content : undefined;
}

/** Of version 1.5 or lower, which is what Teams shows; a missing version is none. */
export function isShownVersion(card: Card): boolean {
  const [major = NaN, minor = 0] = String(card.version ?? '')
    .split('.')
    .map((part) => (part === '' ? NaN : Number(part)));
  return major < 1 || (major === 1 && minor <= 5);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
