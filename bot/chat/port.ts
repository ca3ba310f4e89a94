import type { View } from '../../cards/views.js';
import type { TenantId } from '../../services/model/ids.js';
import type { Person } from '../../services/model/people.js';

/** Where messages go: enough to write there at any later time. `serviceUrl` belongs to the conversation, not to the bot. */
export interface ConversationAddress {
  readonly conversationId: string;
  readonly serviceUrl: string;
  readonly kind: 'personal' | 'groupChat' | 'channel';
  /** The bot's account id in it. */
  readonly botId: string;
}

/** Sends and edits cards. Implemented by the Teams host; @throws RewindError when the message is not known to be sent */
export interface ChatPort {
  /** @returns the id to edit it by */
  post(
    tenant: TenantId,
    to: ConversationAddress,
    view: View,
    options?: { readonly alert?: boolean },
  ): Promise<string>;
  edit(tenant: TenantId, to: ConversationAddress, activityId: string, view: View): Promise<void>;
  typing(tenant: TenantId, to: ConversationAddress): Promise<void>;
  /** The personal chat with somebody the bot has not heard from yet; null = the app is not installed for them. */
  openPersonal(person: Person): Promise<ConversationAddress | null>;
}

const statusOf = (error: unknown): unknown => (error as { readonly statusCode?: unknown } | null)?.statusCode;

/** Whether the chat refused because too much was said in too short a time. */
export const isThrottled = (error: unknown): boolean => statusOf(error) === 429;

/** Whether the chat or the message is not there any more: its person deleted it. */
export const isGone = (error: unknown): boolean => statusOf(error) === 404;
