/** Server-sent events for the page: the chats it shows, unread counts, the tenant, the clock. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphTenant, SandboxClock } from '../types.js';
import type { TeamsClient } from './client.js';
import type { Activity, Conversation, Person } from './model.js';
import { placeName, seenBy } from './seen.js';
import type { PlaceName } from './seen.js';

/** One chat that the page shows: a person and a place. */
export interface Pane {
  readonly key: string;
  readonly person: Person;
  readonly conversation: Conversation;
}

export interface LiveOptions {
  readonly client: TeamsClient;
  readonly clock: SandboxClock;
  readonly overview: GraphTenant['overview'];
  readonly onTenantChange: GraphTenant['onChange'];
}

const KEEP_ALIVE_IN_MS = 20_000;

export class Live {
  readonly #options: LiveOptions;
  readonly #open = new Set<() => void>();

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /** Serves one page until it leaves. Each pane counts as that person's client looking at the chat. */
  connect(req: IncomingMessage, res: ServerResponse, panes: readonly Pane[]): void {
    res.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'keep-alive',
    });
    const send = (event: string, data: unknown): void => {
      res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    };
    const { client, clock, overview, onTenantChange } = this.#options;
    const { state } = client.parts;

    const show = (pane: Pane, activity: Activity): void =>
      send('message', { pane: pane.key, activity: seenBy(state, pane.person, pane.conversation, activity) });
    const onActivity = (activity: Activity, objectId?: string): void => {
      for (const pane of panes) {
        if (pane.conversation.id !== activity.conversationId) continue;
        if (objectId !== undefined && objectId !== pane.person.objectId) continue;
        state.markRead(pane.person.objectId, pane.conversation);
        show(pane, activity);
        // A new or edited message is in sight: the client asks for this person's view.
        if (objectId === undefined) void client.attend(pane.person, activity);
      }
      if (objectId === undefined) send('unread', this.#unread());
    };
    const onTyping = (conversationId: string, threadId: string | undefined): void => {
      for (const pane of panes)
        if (pane.conversation.id === conversationId) send('typing', { pane: pane.key, threadId });
    };
    const onRead = (): void => send('unread', this.#unread());
    const sendClock = (): void =>
      send('clock', { now: clock.now().toISOString(), offsetInMs: clock.offsetInMs() });
    const sendTenant = (): void => send('tenant', overview());

    sendClock();
    sendTenant();
    for (const pane of panes) {
      const activities = state
        .activities(pane.conversation.id)
        .map((activity) => seenBy(state, pane.person, pane.conversation, activity));
      send('chat', { pane: pane.key, activities });
      state.markRead(pane.person.objectId, pane.conversation);
    }
    send('unread', this.#unread());

    state.events.on('activity', onActivity).on('typing', onTyping).on('read', onRead);
    const stopClock = clock.onMove(() => {
      sendClock();
      sendTenant();
    });
    const stopTenant = onTenantChange(sendTenant);
    const alive = setInterval(() => res.write(': still here\n\n'), KEEP_ALIVE_IN_MS);
    alive.unref();
    const stop = (): void => {
      clearInterval(alive);
      stopClock();
      stopTenant();
      state.events.off('activity', onActivity).off('typing', onTyping).off('read', onRead);
      this.#open.delete(stop);
      res.end();
    };
    this.#open.add(stop);
    req.on('close', stop);
    for (const pane of panes) void this.#arrive(pane);
  }

  close(): void {
    for (const stop of [...this.#open]) stop();
  }

  /** Opening the chat adds the app for the person, then asks for the views that are due. */
  async #arrive({ person, conversation }: Pane): Promise<void> {
    if (conversation.type === 'personal') await this.#options.client.install(person, conversation);
    await this.#options.client.look(person, conversation);
  }

  #unread(): Record<string, Partial<Record<PlaceName, number>>> {
    const { state } = this.#options.client.parts;
    return Object.fromEntries(
      state.directory
        .cast()
        .map((person) => [
          person.objectId,
          Object.fromEntries(
            state
              .conversationsOf(person.objectId)
              .map((conversation) => [placeName(conversation), state.unread(person.objectId, conversation)]),
          ),
        ]),
    );
  }
}
