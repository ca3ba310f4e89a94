import { objectId, tenantId } from '../../services/model/ids.js';
import type { Door } from '../../services/model/people.js';
import { newReference, systemRandom } from '../../services/model/random.js';
import type { App } from '../app.js';
import type { ConversationAddress } from '../chat/port.js';
import type { Turn } from '../turn.js';
import { cardAction, type IncomingActivity } from './activity.js';

/** Person and tenant as Teams vouches for them; null = another tenant, or nobody. Nothing of it comes from a card. */
export function turnOf(activity: IncomingActivity, app: Pick<App, 'tenant' | 'config'>): Turn | null {
  const tenant = activity.conversation.tenantId ?? activity.channelData?.tenant?.id;
  if (!tenant || tenantId(tenant) !== app.tenant) return null;
  if (!activity.from.aadObjectId) return null;
  const kind = activity.conversation.conversationType;
  const door: Door =
    activity.type !== 'invoke'
      ? 'text'
      : activity.name?.startsWith('task/')
        ? 'dialog'
        : isAutomatic(activity)
          ? 'refresh'
          : 'click';
  return {
    tenant: app.tenant,
    person: {
      tenant: app.tenant,
      objectId: objectId(activity.from.aadObjectId),
      name: activity.from.name ?? '',
    },
    door,
    place: kind === 'personal' ? 'personal' : kind === 'channel' ? 'channel' : 'group',
    timeZone:
      activity.localTimezone && isZone(activity.localTimezone)
        ? activity.localTimezone
        : app.config.TIME_ZONE,
    ...(activity.locale ? { locale: activity.locale } : {}),
    reference: newReference(systemRandom),
  };
}

/** Where the answer goes. */
export const addressOf = (activity: IncomingActivity): ConversationAddress => ({
  conversationId: activity.conversation.id,
  serviceUrl: activity.serviceUrl,
  kind: activity.conversation.conversationType,
  botId: activity.recipient?.id ?? '',
});

const isAutomatic = (activity: IncomingActivity): boolean =>
  cardAction.safeParse(activity.value).data?.trigger === 'automatic';

/** Whether this machine knows the time zone; what a client names is not always one. */
export function isZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}
