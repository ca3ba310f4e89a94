/** Builds what Teams sends to a bot. Shapes: teams/FACTS §8, §9 and teams/wire-examples.json. */
import { DateTime } from 'luxon';
import type { SandboxClock } from '../types.js';
import { BOT_NAME } from './model.js';
import type { Conversation, Person } from './model.js';
import { botMri, joinConversationId } from './ids.js';

/** Where the person's client says it is. */
export interface ClientSettings {
  readonly timezone: string;
  readonly locale: string;
  readonly platform: string;
  readonly theme: string;
  /** Open at the same time; each of them answers a sign-in card. */
  readonly devices: number;
  /** To give the bot a token without asking; missing: only the button signs in. */
  readonly consent: 'given' | 'missing';
  /** The bot's name of two words arrives as two mentions, as it may (teams/FACTS §8). */
  readonly splitMentions: boolean;
}

export const DEFAULT_CLIENT: ClientSettings = {
  timezone: 'Europe/Berlin',
  locale: 'en-GB',
  platform: 'Web',
  theme: 'default',
  devices: 1,
  consent: 'given',
  splitMentions: false,
};

export type OutgoingToBot = Record<string, unknown> & { readonly id: string };

export interface IncomingOptions {
  readonly clock: SandboxClock;
  readonly tenantId: string;
  readonly botAppId: string;
  readonly nextId: () => string;
  /** Of the connector, with the region and the tenant in it, ending in '/'. */
  readonly serviceUrl: (region: string) => string;
  readonly clientOf: (objectId: string) => ClientSettings;
}

export interface Place {
  readonly conversation: Conversation;
  readonly threadId?: string | undefined;
  readonly person: Person;
}

export class IncomingActivities {
  readonly #options: IncomingOptions;

  constructor(options: IncomingOptions) {
    this.#options = options;
  }

  /** A typed message. `mention` puts the bot's name before it, as the client does in group chats and channels. */
  message(place: Place, text: string, id: string, mention: boolean): OutgoingToBot {
    const bot = this.#bot();
    const { splitMentions } = this.#options.clientOf(place.person.objectId);
    const tags = (mention ? (splitMentions ? BOT_NAME.split(' ') : [BOT_NAME]) : []).map(
      (name) => `<at>${name}</at>`,
    );
    const before = tags.map((tag) => `${tag}&nbsp;`).join('');
    return this.#activity(place, id, {
      type: 'message',
      textFormat: 'plain',
      text: mention ? `${before}${text}\n` : text,
      attachments: [{ contentType: 'text/html', content: `<p>${before}${escapeHtml(text)}</p>` }],
      entities: [
        ...tags.map((tag) => ({ type: 'mention', text: tag, mentioned: bot })),
        this.#clientInfo(place.person),
      ],
    });
  }

  /** A message that was changed, or whose deletion was taken back; its id is the old one. Event types: botbuilder 4.23. */
  messageChanged(
    place: Place,
    text: string,
    id: string,
    mention: boolean,
    eventType: 'editMessage' | 'undeleteMessage',
  ): OutgoingToBot {
    const channelData = this.#teamData(place, { eventType });
    return { ...this.message(place, text, id, mention), type: 'messageUpdate', channelData };
  }

  messageDeleted(place: Place, id: string): OutgoingToBot {
    const channelData = this.#teamData(place, { eventType: 'softDeleteMessage' });
    return this.#activity(place, id, { type: 'messageDelete', channelData });
  }

  /** A reaction to a message of the bot. */
  reaction(place: Place, replyToId: string, reaction: string, isGiven: boolean): OutgoingToBot {
    return this.#activity(place, this.#options.nextId(), {
      type: 'messageReaction',
      replyToId,
      [isGiven ? 'reactionsAdded' : 'reactionsRemoved']: [{ type: reaction }],
    });
  }

  /** Action.Submit without msteams.type: `value` and no text; messageBack has both. */
  submitted(place: Place, value: unknown, replyToId: string, text?: string): OutgoingToBot {
    return this.#activity(place, this.#options.nextId(), {
      type: 'message',
      replyToId,
      value,
      ...(text === undefined ? {} : { text, textFormat: 'plain' }),
      entities: [this.#clientInfo(place.person)],
    });
  }

  /** @param name  missing for the press of an `invoke` button */
  invoke(place: Place, name: string | undefined, value: unknown, replyToId?: string): OutgoingToBot {
    return this.#activity(place, this.#options.nextId(), {
      type: 'invoke',
      ...(name === undefined ? {} : { name }),
      value,
      ...(replyToId === undefined ? {} : { replyToId }),
      entities: [this.#clientInfo(place.person)],
    });
  }

  /** In a channel the conversation is the team's, and the chosen channel is named. */
  installation(place: Place, action: 'add' | 'remove' | 'add-upgrade' | 'remove-upgrade'): OutgoingToBot {
    const { team, id } = place.conversation;
    return this.#activity(
      place,
      this.#options.nextId(),
      {
        type: 'installationUpdate',
        localTimezone: undefined,
        action,
        ...(team === undefined
          ? {}
          : { channelData: this.#teamData(place, { settings: { selectedChannel: { id } } }) }),
      },
      team?.id,
    );
  }

  /** `from.name` is missing here, as it often is in real ones. */
  botAdded(place: Place): OutgoingToBot {
    const { team } = place.conversation;
    return this.#activity(
      place,
      this.#options.nextId(),
      {
        type: 'conversationUpdate',
        localTimezone: undefined,
        from: { id: place.person.mri, aadObjectId: place.person.objectId },
        membersAdded: [{ id: botMri(this.#options.botAppId) }],
        ...(team === undefined
          ? {}
          : { channelData: this.#teamData(place, { eventType: 'teamMemberAdded' }) }),
      },
      team?.id,
    );
  }

  /** People who came into a team or group chat, or left it. */
  members(place: Place, people: readonly Person[], isJoin: boolean): OutgoingToBot {
    const eventType = isJoin ? 'teamMemberAdded' : 'teamMemberRemoved';
    return this.#teamEvent(place, place.conversation.team === undefined ? {} : { eventType }, {
      [isJoin ? 'membersAdded' : 'membersRemoved']: people.map(({ mri, objectId }) => ({
        id: mri,
        aadObjectId: objectId,
      })),
    });
  }

  /** A team or channel that is called otherwise, is gone, or is back. Event types: botbuilder 4.23. */
  teamChanged(
    place: Place,
    eventType: 'teamRenamed' | 'channelRenamed' | 'channelDeleted' | 'channelRestored',
  ): OutgoingToBot {
    const { id, name } = place.conversation;
    return this.#teamEvent(
      place,
      eventType === 'teamRenamed' ? { eventType } : { eventType, channel: { id, name } },
      {},
    );
  }

  /** In a team the conversation is the team's. */
  #teamEvent(
    place: Place,
    channelData: Readonly<Record<string, unknown>>,
    content: Readonly<Record<string, unknown>>,
  ): OutgoingToBot {
    return this.#activity(
      place,
      this.#options.nextId(),
      {
        type: 'conversationUpdate',
        localTimezone: undefined,
        channelData: this.#teamData(place, channelData),
        ...content,
      },
      place.conversation.team?.id,
    );
  }

  #activity(
    { conversation, threadId, person }: Place,
    id: string,
    content: Readonly<Record<string, unknown>>,
    conversationId?: string,
  ): OutgoingToBot {
    const { clock, tenantId } = this.#options;
    const now = DateTime.fromJSDate(clock.now());
    const client = this.#options.clientOf(person.objectId);
    return {
      id,
      channelId: 'msteams',
      serviceUrl: this.#options.serviceUrl(conversation.region),
      timestamp: now.toUTC().toISO(),
      localTimestamp: now.setZone(client.timezone).toISO(),
      localTimezone: client.timezone,
      locale: client.locale,
      from: { id: person.mri, name: person.displayName, aadObjectId: person.objectId },
      recipient: this.#bot(),
      conversation: {
        ...(conversation.type === 'personal' ? {} : { isGroup: true }),
        conversationType: conversation.type,
        tenantId,
        id: conversationId ?? joinConversationId(conversation.id, threadId),
      },
      channelData: this.#teamData({ conversation, person }, {}),
      ...content,
    };
  }

  #teamData({ conversation }: Place, more: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const tenant = { id: this.#options.tenantId };
    if (conversation.team === undefined) return { tenant, ...more };
    return {
      teamsChannelId: conversation.id,
      teamsTeamId: conversation.team.id,
      channel: { id: conversation.id },
      team: { id: conversation.team.id, name: conversation.team.name, aadGroupId: conversation.team.groupId },
      tenant,
      ...more,
    };
  }

  #bot(): { id: string; name: string } {
    return { id: botMri(this.#options.botAppId), name: BOT_NAME };
  }

  #clientInfo(person: Person): Record<string, unknown> {
    const client = this.#options.clientOf(person.objectId);
    return {
      type: 'clientInfo',
      locale: client.locale,
      country: client.locale.split('-')[1] ?? 'DE',
      platform: client.platform,
      timezone: client.timezone,
    };
  }
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
