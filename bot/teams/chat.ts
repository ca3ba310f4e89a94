import type { Activity } from 'botframework-schema';
import { renderCard } from '../../cards/render.js';
import type { View } from '../../cards/views.js';
import type { TenantId } from '../../services/model/ids.js';
import type { Person } from '../../services/model/people.js';
import type { App } from '../app.js';
import type { ChatPort, ConversationAddress } from '../chat/port.js';
import { errorFields } from '../log.js';
import type { TeamsAdapter } from './adapter.js';

/** The people's side of the connector: cards posted and edited through the adapter. */
export function createTeamsChat(adapter: TeamsAdapter, app: Pick<App, 'config' | 'log'>): ChatPort {
  const reference = (tenant: TenantId, to: ConversationAddress) => ({
    channelId: 'msteams',
    serviceUrl: to.serviceUrl,
    bot: { id: to.botId, name: 'Entra Rewind' },
    conversation: {
      id: to.conversationId,
      isGroup: to.kind !== 'personal',
      conversationType: to.kind,
      tenantId: tenant,
      name: '',
    },
  });
  const cardOf = (view: View) => {
    const content = renderCard(view);
    return {
      type: 'message',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
      summary: typeof content['fallbackText'] === 'string' ? content['fallbackText'] : 'Entra Rewind',
    };
  };
  return {
    async post(tenant, to, view, options) {
      const channelData = options?.alert ? { notification: { alert: true } } : undefined;
      const sent = await adapter.inConversation(reference(tenant, to), (context) =>
        context.sendActivity({ ...cardOf(view), ...(channelData ? { channelData } : {}) }),
      );
      return sent?.id ?? '';
    },
    async edit(tenant, to, activityId, view) {
      await adapter.inConversation(reference(tenant, to), (context) =>
        context.updateActivity({
          ...cardOf(view),
          id: activityId,
          conversation: reference(tenant, to).conversation,
        } as Partial<Activity>),
      );
    },
    async typing(tenant, to) {
      await adapter.inConversation(reference(tenant, to), (context) =>
        context.sendActivity({ type: 'typing' }),
      );
    },
    async openPersonal(person: Person) {
      try {
        const serviceUrl = `${app.config.TEAMS_SERVICE_URL}/`;
        const conversationId = await adapter.openPersonal(serviceUrl, person.tenant, person.objectId);
        return { conversationId, serviceUrl, kind: 'personal', botId: `28:${app.config.BOT_APP_ID ?? ''}` };
      } catch (error) {
        app.log.warn(
          errorFields(error),
          'no personal chat could be opened (is the app installed for this person?)',
        );
        return null;
      }
    },
  };
}
