import type { App } from '../app.js';
import { channelKey, personKey } from '../chat/conversations.js';
import type { ConversationAddress } from '../chat/port.js';
import type { Turn } from '../turn.js';
import type { IncomingActivity } from './activity.js';
import { isZone } from './turn-of.js';

/**
 * Keeps where the person, or the channels that the activity names, are reached from now on.
 * @throws STORE_UNREACHABLE
 */
export async function rememberConversation(
  { conversations }: Pick<App, 'conversations'>,
  turn: Turn,
  activity: IncomingActivity,
  address: ConversationAddress,
): Promise<void> {
  if (turn.place === 'personal') {
    await conversations.remember(turn.tenant, personKey(turn.person.objectId), {
      address,
      person: { objectId: turn.person.objectId, name: turn.person.name },
      timeZone: activity.localTimezone && isZone(activity.localTimezone) ? activity.localTimezone : undefined,
      locale: activity.locale ?? undefined,
    });
    return;
  }
  // An installation names the team, and the chosen channel beside it: both are reached at this serviceUrl.
  const { channel, settings } = activity.channelData ?? {};
  const named = [address.conversationId, channel?.id, settings?.selectedChannel?.id];
  // A reply names its thread behind the channel's id.
  const channels = named.map((id) => id?.replace(/;messageid=.*$/, ''));
  for (const id of new Set(channels))
    if (id)
      await conversations.remember(turn.tenant, channelKey(id), {
        address: { ...address, conversationId: id },
      });
}
