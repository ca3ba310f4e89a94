/** What happens around the bot without being said to it: messages that change, reactions, members, renames, chats that end. */
import { z } from 'zod';
import type { BotAnswer } from './bot-client.js';
import type { TeamsClient } from './client.js';
import { parseWith, refuse } from './http.js';
import type { OutgoingToBot, Place } from './incoming.js';
import { BOT_NAME } from './model.js';
import type { Activity, Conversation, Person } from './model.js';
import type { Scripting } from './scripting.js';

const ownBody = z.strictObject({ as: z.string(), id: z.string() });
const editBody = ownBody.extend({ text: z.string().min(1) });
const reactBody = ownBody.extend({
  reaction: z.enum(['like', 'heart', 'laugh', 'surprised', 'sad', 'angry']).default('like'),
  take: z.boolean().default(false),
});
const membersBody = z
  .strictObject({
    as: z.string(),
    in: z.enum(['channel', 'group']),
    add: z.array(z.string()).min(1).optional(),
    remove: z.array(z.string()).min(1).optional(),
  })
  .refine(({ add, remove }) => (add === undefined) !== (remove === undefined), 'say add or remove');
const teamBody = z.discriminatedUnion('do', [
  z.strictObject({
    as: z.string(),
    do: z.enum(['renameTeam', 'renameChannel']),
    name: z.string().min(1).max(50),
  }),
  z.strictObject({ as: z.string(), do: z.enum(['deleteChannel', 'restoreChannel']) }),
]);
const blockBody = z.strictObject({ as: z.string(), blocked: z.boolean().default(true) });
const chatBody = z.strictObject({ as: z.string() });

/** A message of a person, where it stands, and what it said before it was deleted. */
interface Own {
  readonly place: Place;
  readonly activity: Activity;
  readonly mention: boolean;
}

const BOT_MENTION = `@${BOT_NAME} `;

export class Happenings {
  /** Texts of deleted messages, until the sandbox ends. */
  readonly #deleted = new Map<string, string>();

  constructor(
    private readonly client: TeamsClient,
    private readonly scripting: Scripting,
  ) {}

  /** The person changes their own message. The bot hears of it where it would hear of a new one. */
  edit(body: unknown): Promise<unknown> {
    const { as, id, text } = parseWith(editBody, body);
    const own = this.#own(as, id);
    this.client.parts.state.rewrite(own.activity, own.mention ? `${BOT_MENTION}${text}` : text);
    return this.#tellText(own, text, 'editMessage');
  }

  delete(body: unknown): Promise<unknown> {
    const { as, id } = parseWith(ownBody, body);
    const { place, activity, mention } = this.#own(as, id);
    this.#deleted.set(id, activity.text ?? '');
    this.client.parts.state.remove(activity);
    if (!mention && place.conversation.type !== 'personal') return Promise.resolve({ bot: { status: null } });
    return this.#tell(place, this.client.parts.incoming.messageDeleted(place, id), 'messageDelete');
  }

  /** The person takes a deletion back. */
  undelete(body: unknown): Promise<unknown> {
    const { as, id } = parseWith(ownBody, body);
    const text = this.#deleted.get(id);
    if (text === undefined) throw refuse(404, 'No such deleted message.');
    const own = this.#own(as, id, text);
    this.#deleted.delete(id);
    this.client.parts.state.rewrite(own.activity, text);
    return this.#tellText(own, own.mention ? text.slice(BOT_MENTION.length) : text, 'undeleteMessage');
  }

  /** The bot hears of reactions to its own messages. */
  react(body: unknown): Promise<unknown> {
    const { as, id, reaction, take } = parseWith(reactBody, body);
    const { place, activity } = this.#message(this.scripting.person(as), id);
    if (!activity.from.bot) throw refuse(409, 'The bot hears of reactions to its own messages only.');
    return this.#tell(
      place,
      this.client.parts.incoming.reaction(place, id, reaction, !take),
      'messageReaction',
    );
  }

  async members(body: unknown): Promise<unknown> {
    const wanted = parseWith(membersBody, body);
    const { state, incoming } = this.client.parts;
    const conversation = wanted.in === 'channel' ? state.channel() : state.group();
    const isJoin = wanted.add !== undefined;
    const people = (wanted.add ?? wanted.remove ?? []).map((who) => this.scripting.person(who));
    const ids = new Set(people.map(({ objectId }) => objectId));
    // Who is there already, or not, changes nothing.
    const changed = people.filter(({ objectId }) => conversation.memberIds.includes(objectId) !== isJoin);
    const members = isJoin
      ? [...conversation.memberIds, ...changed.map(({ objectId }) => objectId)]
      : conversation.memberIds.filter((id) => !ids.has(id));
    state.setMembers(conversation, members);
    const place = { person: this.scripting.person(wanted.as), conversation };
    const told =
      changed.length === 0 || !conversation.installed
        ? {}
        : await this.#tell(place, incoming.members(place, changed, isJoin), 'conversationUpdate');
    return { members: conversation.memberIds.length, ...told };
  }

  team(body: unknown): Promise<unknown> {
    const wanted = parseWith(teamBody, body);
    const { state, incoming } = this.client.parts;
    const conversation = state.channel();
    const place = { person: this.scripting.person(wanted.as), conversation };
    const tell = (event: Parameters<typeof incoming.teamChanged>[1]): Promise<unknown> =>
      this.#tell(place, incoming.teamChanged(place, event), event);
    switch (wanted.do) {
      case 'renameTeam':
        state.rename(conversation, 'team', wanted.name);
        return tell('teamRenamed');
      case 'renameChannel':
        state.rename(conversation, 'channel', wanted.name);
        return tell('channelRenamed');
      case 'deleteChannel':
        state.setGone(conversation, true);
        return tell('channelDeleted');
      case 'restoreChannel':
        state.setGone(conversation, false);
        return tell('channelRestored');
    }
  }

  /** The person blocks the bot in their chat, or lets it in again. The bot is not told. */
  block(body: unknown): unknown {
    const { as, blocked } = parseWith(blockBody, body);
    const { state } = this.client.parts;
    state.setBlocked(state.personal(this.scripting.person(as).objectId), blocked);
    return { blocked };
  }

  /** The person deletes their chat with the bot. The app stays; the bot is not told, and finds the chat no longer. */
  forgetChat(body: unknown): unknown {
    const { state } = this.client.parts;
    const { objectId } = this.scripting.person(parseWith(chatBody, body).as);
    state.setGone(state.personal(objectId), true);
    return { conversationId: state.personal(objectId).id };
  }

  #tellText(own: Own, text: string, event: 'editMessage' | 'undeleteMessage'): Promise<unknown> {
    const { place, activity, mention } = own;
    if (!mention && place.conversation.type !== 'personal') return Promise.resolve({ bot: { status: null } });
    const changed = this.client.parts.incoming.messageChanged(place, text, activity.id, mention, event);
    return this.#tell(place, changed, event);
  }

  async #tell({ conversation }: Place, activity: OutgoingToBot, what: string): Promise<{ bot: Told }> {
    if (!conversation.installed) return { bot: { status: null } };
    const { status } = await this.client.send(activity, what);
    return { bot: { status } };
  }

  /** @param text  of a message that is deleted now */
  #own(as: string, id: string, text?: string): Own {
    const person = this.scripting.person(as);
    const { place, activity } = this.#message(person, id, text !== undefined);
    if (activity.from.bot || activity.from.objectId !== person.objectId)
      throw refuse(403, 'People change their own messages only.');
    const isShared = place.conversation.type !== 'personal';
    return { place, activity, mention: isShared && (text ?? activity.text ?? '').startsWith(BOT_MENTION) };
  }

  #message(person: Person, id: string, isDeleted = false): { place: Place; activity: Activity } {
    const { state } = this.client.parts;
    const activity = state.activity(id);
    const conversation: Conversation | undefined =
      activity === undefined ? undefined : state.conversation(activity.conversationId);
    if (
      activity === undefined ||
      conversation?.memberIds.includes(person.objectId) !== true ||
      (activity.deletedAt !== undefined) !== isDeleted
    )
      throw refuse(404, 'No such message.');
    return { place: { person, conversation, threadId: activity.threadId }, activity };
  }
}

type Told = Pick<BotAnswer, 'status'>;
