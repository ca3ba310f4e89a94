/** Everything the simulated Teams remembers, with its events. Messages survive a restart; views and dialogs do not. */
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { z } from 'zod';
import { readState, writePrivate } from '../state-dir.js';
import type { SandboxClock } from '../types.js';
import { BOT_NAME, cardOf, isShownVersion } from './model.js';
import type { Activity, Card, Conversation, Dialog, Person, Sender, View } from './model.js';
import { keptSchema } from './kept.js';
import { channelId, groupChatId, personalConversationId, stableGuid } from './ids.js';
import type { Directory } from './people.js';

export const CHANNEL_NAME = 'Identity operations';
export const GROUP_NAME = 'Identity desk';
const GROUP_SIZE = 3;
const CANNOT_SHOW = 'The card could not be shown.';
/** A quarter of a second of messages may be lost when the process is killed. */
const SAVE_DELAY_IN_MS = 250;

export interface TeamsEvents {
  /** Posted, edited, deleted, or one person's view of it changed (then `objectId` is set). */
  activity: [activity: Activity, objectId?: string];
  typing: [conversationId: string, threadId: string | undefined];
  read: [objectId: string];
}

export interface StateOptions {
  readonly clock: SandboxClock;
  readonly dataDir: string | null;
  readonly tenantId: string;
  readonly botAppId: string;
  readonly directory: Directory;
}

export class TeamsState {
  readonly events = new EventEmitter<TeamsEvents>();
  readonly directory: Directory;
  readonly #options: StateOptions;
  readonly #file: string | null;
  readonly #conversations = new Map<string, Conversation>();
  readonly #activities = new Map<string, Activity>();
  readonly #views = new Map<string, View>();
  readonly #lastRead = new Map<string, string>();
  /** Open dialogs by id. Never written to disk: a dialog may show a secret. */
  readonly dialogs = new Map<string, Dialog>();
  #lastId = 0;
  #saving: NodeJS.Timeout | undefined;

  constructor(options: StateOptions) {
    this.#options = options;
    this.directory = options.directory;
    this.#file = options.dataDir === null ? null : join(options.dataDir, 'teams.json');
    this.events.setMaxListeners(0);
    this.#load();
  }

  channel(): Conversation {
    return this.#shared(
      'channel',
      CHANNEL_NAME,
      channelId(this.#options.tenantId, CHANNEL_NAME),
      'amer',
      () => this.directory.cast(),
    );
  }

  group(): Conversation {
    return this.#shared(
      'groupChat',
      GROUP_NAME,
      groupChatId(this.#options.tenantId, GROUP_NAME),
      'emea',
      () => this.directory.cast().slice(0, GROUP_SIZE),
    );
  }

  /** The team's own channel; its id is the team's, and the bot may use it as that of any channel. */
  general(): Conversation {
    const { id, name, team, memberIds, installed } = this.channel();
    const teamId = team?.id ?? id;
    return (
      this.#conversations.get(teamId) ??
      this.#add({
        id: teamId,
        type: 'channel',
        name: 'General',
        region: 'amer',
        otherRegions: [],
        memberIds: [...memberIds],
        installed,
        team: { id: teamId, name: team?.name ?? name, groupId: team?.groupId ?? '' },
      })
    );
  }

  /** The person's chat with the bot; made when first asked for, and anew after they deleted it. */
  personal(objectId: string): Conversation {
    const { botAppId, tenantId } = this.#options;
    for (let turn = 0; ; turn += 1) {
      const id = personalConversationId(botAppId, tenantId, objectId, turn);
      const known = this.#conversations.get(id);
      if (known === undefined) return this.#openPersonal(id, objectId);
      if (known.gone !== true) return known;
    }
  }

  /** @param id  without the thread */
  conversation(id: string): Conversation | undefined {
    if (id === channelId(this.#options.tenantId, CHANNEL_NAME)) return this.channel();
    if (id === groupChatId(this.#options.tenantId, GROUP_NAME)) return this.group();
    if (id === this.channel().team?.id) return this.general();
    return this.#conversations.get(id);
  }

  conversationsOf(objectId: string): Conversation[] {
    return [this.personal(objectId), this.channel(), this.group()].filter(
      (conversation) => conversation.memberIds.includes(objectId) && conversation.gone !== true,
    );
  }

  /** Oldest first, deleted ones included. */
  activities(conversationId: string): Activity[] {
    return [...this.#activities.values()].filter((activity) => activity.conversationId === conversationId);
  }

  activity(id: string): Activity | undefined {
    return this.#activities.get(id);
  }

  post(
    conversation: Conversation,
    from: Sender,
    content: Partial<Omit<Activity, 'id' | 'conversationId' | 'from' | 'at' | 'revision'>>,
  ): Activity {
    const id = this.nextId();
    const threadId = conversation.type === 'channel' ? (content.threadId ?? id) : undefined;
    const activity: Activity = {
      attachments: [],
      ...content,
      id,
      conversationId: conversation.id,
      ...(threadId === undefined ? {} : { threadId }),
      from,
      at: this.#options.clock.now().toISOString(),
      revision: 0,
    };
    this.#activities.set(id, activity);
    this.#changed(activity);
    return activity;
  }

  /** Replaces the content for everybody; what single people saw of it is gone. */
  edit(activity: Activity, content: Pick<Activity, 'attachments'> & Partial<Activity>): void {
    activity.text = content.text;
    activity.textFormat = content.textFormat;
    activity.summary = content.summary;
    activity.attachments = content.attachments;
    activity.suggestedActions = content.suggestedActions;
    activity.editedAt = this.#options.clock.now().toISOString();
    activity.revision += 1;
    this.#dropViews(activity.id);
    this.#changed(activity);
  }

  remove(activity: Activity): void {
    activity.deletedAt = this.#options.clock.now().toISOString();
    activity.text = undefined;
    activity.summary = undefined;
    activity.attachments = [];
    activity.revision += 1;
    this.#dropViews(activity.id);
    this.#changed(activity);
  }

  /** A person changes what they wrote, or takes its deletion back. */
  rewrite(activity: Activity, text: string): void {
    activity.text = text;
    activity.deletedAt = undefined;
    activity.editedAt = this.#options.clock.now().toISOString();
    activity.revision += 1;
    this.#changed(activity);
  }

  setNote(activity: Activity, note: string | undefined): void {
    activity.note = note;
    this.#changed(activity);
  }

  view(activity: Activity, objectId: string): View | undefined {
    const view = this.#views.get(viewKey(activity.id, objectId));
    return view?.revision === activity.revision ? view : undefined;
  }

  /** Merges into the person's view of the present revision. */
  setView(
    activity: Activity,
    objectId: string,
    change: Partial<Omit<View, 'revision' | 'answeredAt'>>,
  ): void {
    const before = this.view(activity, objectId);
    this.#views.set(viewKey(activity.id, objectId), {
      ...before,
      ...change,
      revision: activity.revision,
      answeredAt: this.#options.clock.now().getTime(),
    });
    this.events.emit('activity', activity, objectId);
  }

  /**
   * The card as the person sees it: their own view, else the one sent to everybody. Of a version that Teams does not show there
   * is the `fallbackText` (teams/FACTS §2).
   */
  seenCard(activity: Activity, objectId: string): Card | undefined {
    const card = this.view(activity, objectId)?.card ?? cardOf(activity);
    if (card === undefined || isShownVersion(card)) return card;
    const text = typeof card.fallbackText === 'string' ? card.fallbackText : CANNOT_SHOW;
    return { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlock', text, wrap: true }] };
  }

  unread(objectId: string, conversation: Conversation): number {
    const read = Number(this.#lastRead.get(readKey(objectId, conversation.id)) ?? 0);
    return this.activities(conversation.id).filter(
      (activity) => activity.from.bot && activity.deletedAt === undefined && Number(activity.id) > read,
    ).length;
  }

  markRead(objectId: string, conversation: Conversation): void {
    if (this.unread(objectId, conversation) === 0) return;
    this.#lastRead.set(readKey(objectId, conversation.id), String(this.#lastId));
    this.events.emit('read', objectId);
    this.#saveSoon();
  }

  /** In a team the app is in all of its channels. */
  setInstalled(conversation: Conversation, installed: boolean): void {
    for (const one of this.#ofTeam(conversation)) one.installed = installed;
    this.#saveSoon();
  }

  setBlocked(conversation: Conversation, blocked: boolean): void {
    conversation.blocked = blocked;
    this.#saveSoon();
  }

  /** A chat is deleted by its person, a channel by an owner, who may restore it. */
  setGone(conversation: Conversation, gone: boolean): void {
    conversation.gone = gone;
    this.#saveSoon();
  }

  setMembers(conversation: Conversation, memberIds: readonly string[]): void {
    for (const one of this.#ofTeam(conversation)) one.memberIds = [...memberIds];
    this.#saveSoon();
  }

  rename(conversation: Conversation, what: 'channel' | 'team', name: string): void {
    if (what === 'channel') conversation.name = name;
    else for (const { team } of this.#ofTeam(conversation)) if (team !== undefined) team.name = name;
    this.#saveSoon();
  }

  acceptRegion(conversation: Conversation, region: string): void {
    if (conversation.region === region || conversation.otherRegions.includes(region)) return;
    conversation.otherRegions.push(region);
    this.#saveSoon();
  }

  /** Milliseconds of story time, rising, as Teams' message ids are. */
  nextId(): string {
    this.#lastId = Math.max(this.#lastId + 1, this.#options.clock.now().getTime());
    return String(this.#lastId);
  }

  /** Writes what is waiting to be written. */
  save(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    if (this.#file === null) return;
    const kept: z.infer<typeof keptSchema> = {
      format: 1,
      conversations: [...this.#conversations.values()],
      activities: [...this.#activities.values()],
      lastRead: Object.fromEntries(this.#lastRead),
    };
    writePrivate(this.#file, JSON.stringify(kept));
  }

  #load(): void {
    const kept = this.#file === null ? undefined : readState(this.#file, keptSchema);
    if (kept === undefined) return;
    for (const conversation of kept.conversations) this.#conversations.set(conversation.id, conversation);
    for (const activity of kept.activities) this.#activities.set(activity.id, activity);
    for (const [key, id] of Object.entries(kept.lastRead)) this.#lastRead.set(key, id);
    this.#lastId = Math.max(0, ...kept.activities.map((activity) => Number(activity.id)));
  }

  #shared(
    type: 'channel' | 'groupChat',
    name: string,
    id: string,
    region: string,
    members: () => readonly Person[],
  ): Conversation {
    const known = this.#conversations.get(id);
    if (known !== undefined) return known;
    const { tenantId } = this.#options;
    return this.#add({
      id,
      type,
      name,
      region,
      otherRegions: [],
      memberIds: members().map((person) => person.objectId),
      installed: false,
      ...(type === 'channel'
        ? {
            team: {
              id: channelId(tenantId, 'General'),
              name: 'Contoso IT',
              groupId: stableGuid('team', tenantId),
            },
          }
        : {}),
    });
  }

  /** The chat before it, if any, tells whether the app is there and whether it is blocked. */
  #openPersonal(id: string, objectId: string): Conversation {
    const before = [...this.#conversations.values()].findLast(
      ({ type, memberIds }) => type === 'personal' && memberIds[0] === objectId,
    );
    return this.#add({
      id,
      type: 'personal',
      name: BOT_NAME,
      region: 'emea',
      otherRegions: [],
      memberIds: [objectId],
      installed: before?.installed ?? false,
      blocked: before?.blocked,
    });
  }

  #ofTeam(conversation: Conversation): Conversation[] {
    const teamId = conversation.team?.id;
    return teamId === undefined
      ? [conversation]
      : [...this.#conversations.values()].filter(({ team }) => team?.id === teamId);
  }

  #add(conversation: Conversation): Conversation {
    this.#conversations.set(conversation.id, conversation);
    this.#saveSoon();
    return conversation;
  }

  #changed(activity: Activity): void {
    this.events.emit('activity', activity);
    this.#saveSoon();
  }

  #dropViews(activityId: string): void {
    for (const key of this.#views.keys()) if (key.startsWith(`${activityId}|`)) this.#views.delete(key);
  }

  #saveSoon(): void {
    if (this.#file === null || this.#saving !== undefined) return;
    this.#saving = setTimeout(() => this.save(), SAVE_DELAY_IN_MS);
    this.#saving.unref();
  }
}

const viewKey = (activityId: string, objectId: string): string => `${activityId}|${objectId}`;
const readKey = (objectId: string, conversationId: string): string => `${objectId}|${conversationId}`;
