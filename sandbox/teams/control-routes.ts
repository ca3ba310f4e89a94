/** The paths below /_sandbox/ that belong to Teams: scripting, the page's calls, limits, faults, statistics. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { SandboxClock } from '../types.js';
import type { ChannelKeys } from './channel-keys.js';
import type { TeamsClient } from './client.js';
import type { Dialogs } from './dialogs.js';
import { faultSchema } from './faults.js';
import { parseWith, readJson, refuse, sendJson } from './http.js';
import { botMri } from './ids.js';
import type { Happenings } from './happenings.js';
import type { ClientSettings } from './incoming.js';
import { DEFAULT_LIMITS, limitsSchema } from './limits.js';
import type { Live, Pane } from './live.js';
import { BOT_NAME } from './model.js';
import type { Person } from './model.js';
import type { Presser } from './press.js';
import type { Scripting } from './scripting.js';
import { queryOf, searchChoices } from './search.js';
import { seenDialog } from './seen.js';

export interface ControlParts {
  readonly client: TeamsClient;
  readonly presser: Presser;
  readonly dialogs: Dialogs;
  readonly scripting: Scripting;
  readonly happenings: Happenings;
  readonly keys: ChannelKeys;
  readonly live: Live;
  readonly clock: SandboxClock;
  readonly tenantId: string;
  readonly botAppId: string;
  readonly serviceUrl: (region: string) => string;
  readonly clients: Map<string, ClientSettings>;
  readonly clientOf: (objectId: string) => ClientSettings;
  readonly control: {
    advance(by: string): Promise<unknown>;
    damage(spec: Record<string, unknown>): unknown;
  };
}

const placeSchema = z.enum(['personal', 'channel', 'group']);
const record = z.record(z.string(), z.unknown());
/** Ends the faults that still wait. */
const clearing = z.strictObject({ clear: z.literal(true) });
const actBody = z.strictObject({
  as: z.string(),
  activityId: z.string().optional(),
  dialogId: z.string().optional(),
  action: record,
  data: z.unknown(),
});
const searchBody = z.strictObject({
  as: z.string(),
  activityId: z.string(),
  input: z.string().optional(),
  dataset: z.string().optional(),
  text: z.string().default(''),
  /** Values of the card's other inputs. */
  data: record.optional(),
});
const whereBody = z.strictObject({ as: z.string(), in: placeSchema.default('personal') });
const installBody = whereBody.extend({
  /** A new version of the app comes, or the old one goes. */
  upgrade: z.boolean().default(false),
  /** The bot is told once more. */
  again: z.boolean().default(false),
});
const keysBody = z.strictObject({
  /** The next key is published, and signs nothing yet. */
  publishOnly: z.boolean().default(false),
  /** The keys before it are no longer published. */
  retire: z.boolean().default(false),
});
const refreshBody = z.strictObject({ as: z.string(), activityId: z.string() });
const personBody = z.strictObject({
  as: z.string(),
  timezone: z.string().optional(),
  locale: z.string().optional(),
  platform: z.string().optional(),
  theme: z.enum(['default', 'dark', 'contrast']).optional(),
  devices: z.number().int().min(1).max(5).optional(),
  consent: z.enum(['given', 'missing']).optional(),
  splitMentions: z.boolean().optional(),
});
const renderBody = z.strictObject({ card: record, title: z.string().optional() });
const MAX_RENDERS = 200;

type Handler = (body: unknown, query: Record<string, string>) => unknown;

export class ControlRoutes {
  readonly #parts: ControlParts;
  readonly #renders = new Map<string, z.infer<typeof renderBody>>();
  readonly #post: Readonly<Record<string, Handler>>;
  readonly #get: Readonly<Record<string, Handler>>;

  constructor(parts: ControlParts) {
    this.#parts = parts;
    const { scripting, client, happenings } = parts;
    this.#post = {
      say: (body) => scripting.say(body),
      click: (body) => scripting.click(body),
      dialog: (body) => scripting.dialog(body),
      'sign-in': (body) => scripting.signIn(body),
      act: (body) => this.#act(body),
      search: (body) => this.#search(body),
      open: (body) => this.#open(body),
      refresh: (body) => this.#refresh(body),
      install: (body) => this.#install(body, true),
      uninstall: (body) => this.#install(body, false),
      person: (body) => this.#person(body),
      render: (body) => this.#render(body),
      'teams-limits': (body) =>
        Object.assign(client.parts.limits, parseWith(limitsSchema.partial().strict(), body)),
      'teams-fault': (body) => {
        if (clearing.safeParse(body).success) client.parts.faults.clear();
        else client.parts.faults.add(parseWith(faultSchema, body));
        return { waiting: client.parts.faults.list() };
      },
      'teams-reset-limits': () => Object.assign(client.parts.limits, DEFAULT_LIMITS),
      edit: (body) => happenings.edit(body),
      delete: (body) => happenings.delete(body),
      undelete: (body) => happenings.undelete(body),
      react: (body) => happenings.react(body),
      members: (body) => happenings.members(body),
      team: (body) => happenings.team(body),
      block: (body) => happenings.block(body),
      'forget-chat': (body) => happenings.forgetChat(body),
      'rotate-keys': (body) => parts.keys.rotate(parseWith(keysBody, body)),
      'page-advance': async (body) =>
        parts.control.advance(parseWith(z.strictObject({ by: z.string() }), body).by),
      'page-damage': (body) => damage(parts.control, parseWith(record, body)),
    };
    this.#get = {
      transcript: (_body, query) => scripting.transcript(query),
      wait: (_body, query) => scripting.wait(query),
      'teams-stats': () => client.parts.stats.toJSON(),
      'teams-info': () => this.#info(),
      render: (_body, query) => {
        const found = this.#renders.get(query.id ?? '');
        if (found === undefined) throw refuse(404, 'No such card; post it again.');
        return found;
      },
    };
  }

  /** @returns false when the path is not ours */
  async handle(req: IncomingMessage, res: ServerResponse, url: URL): Promise<boolean> {
    const name = /^\/_sandbox\/([a-z-]+)$/.exec(url.pathname)?.[1];
    if (name === undefined) return false;
    if (name === 'teams-events' && req.method === 'GET') {
      this.#parts.live.connect(req, res, this.#panes(url.searchParams.getAll('pane')));
      return true;
    }
    const table = req.method === 'POST' ? this.#post : req.method === 'GET' ? this.#get : {};
    const handler = Object.hasOwn(table, name) ? table[name] : undefined;
    if (handler === undefined) return false;
    if (req.method === 'POST' && !/^application\/json\b/.test(req.headers['content-type'] ?? ''))
      // A form of a foreign page can send anything but this type without asking first.
      throw refuse(415, 'Send content-type application/json.');
    const body = req.method === 'POST' ? await readJson(req) : {};
    sendJson(res, 200, (await handler(body, Object.fromEntries(url.searchParams))) ?? {});
    return true;
  }

  /** 'objectId:place' each. */
  #panes(keys: readonly string[]): Pane[] {
    const { state } = this.#parts.client.parts;
    return keys.map((key) => {
      const [who = '', where = 'personal'] = key.split(':');
      const person = this.#parts.scripting.person(who);
      const conversation =
        where === 'channel'
          ? state.channel()
          : where === 'group'
            ? state.group()
            : state.personal(person.objectId);
      return { key, person, conversation };
    });
  }

  /** What the page sends when a button is pressed: the action and its data, inputs merged by the renderer. */
  async #act(body: unknown): Promise<unknown> {
    const { as, activityId, dialogId, action, data } = parseWith(actBody, body);
    const person = this.#parts.scripting.person(as);
    const { state } = this.#parts.client.parts;
    if (dialogId !== undefined) {
      const dialog = state.dialogs.get(dialogId);
      if (dialog?.objectId !== person.objectId) throw refuse(404, 'The dialog is closed.');
      const { invoke, note, dialog: next } = await this.#parts.dialogs.submit(person, dialog, data);
      return {
        invoke,
        ...(note === undefined ? {} : { note }),
        ...(next === undefined ? {} : { dialog: seenDialog(next) }),
      };
    }
    const activity = state.activity(activityId ?? '');
    if (activity === undefined || activity.deletedAt !== undefined) throw refuse(404, 'The message is gone.');
    return this.#parts.presser.press(person, activity, action, data);
  }

  async #search(body: unknown): Promise<unknown> {
    const { as, activityId, input, dataset, text, data } = parseWith(searchBody, body);
    const person = this.#parts.scripting.person(as);
    const { state } = this.#parts.client.parts;
    const activity = state.activity(activityId);
    if (activity === undefined) throw refuse(404, 'The message is gone.');
    const card = state.seenCard(activity, person.objectId) ?? {};
    const query = input === undefined ? undefined : queryOf(card, input);
    // Of a dialog only the dataset is known: the page says it, and which values go along.
    const found = query?.dataset ?? dataset;
    if (found === undefined) throw refuse(404, 'The card has no such searchable input.');
    const question = { dataset: found, text, ...(query?.isWithInputs === false ? {} : { data }) };
    return { results: await searchChoices(this.#parts.client, person, activity, question) };
  }

  /** The person opens the chat: adds the app if need be, reads, refreshes. */
  async #open(body: unknown): Promise<unknown> {
    const [pane] = this.#wherePane(body);
    const { client } = this.#parts;
    const installed = await client.install(pane.person, pane.conversation);
    await client.look(pane.person, pane.conversation);
    client.parts.state.markRead(pane.person.objectId, pane.conversation);
    return { installed };
  }

  async #install(body: unknown, wanted: boolean): Promise<unknown> {
    const { upgrade, again, ...where } = parseWith(installBody, body);
    const [{ person, conversation }] = this.#wherePane(where);
    const { client } = this.#parts;
    if (wanted)
      return {
        installed: await client.install(person, conversation, { isUpgrade: upgrade, isRepeated: again }),
      };
    const answer = await client.uninstall(person, conversation, upgrade);
    return { installed: false, bot: { status: answer.status } };
  }

  #wherePane(body: unknown): [Pane] {
    const wanted = parseWith(whereBody, body);
    return this.#panes([`${this.#parts.scripting.person(wanted.as).objectId}:${wanted.in}`]) as [Pane];
  }

  async #refresh(body: unknown): Promise<unknown> {
    const { as, activityId } = parseWith(refreshBody, body);
    const person = this.#parts.scripting.person(as);
    const activity = this.#parts.client.parts.state.activity(activityId);
    const done =
      activity === undefined ? undefined : await this.#parts.client.refreshByHand(person, activity);
    if (done === undefined) throw refuse(404, 'The message has no card to refresh.');
    return done;
  }

  /** Where the person's client says it is: zone, locale, platform, theme. */
  #person(body: unknown): ClientSettings {
    const { as, ...wanted } = parseWith(personBody, body);
    const { objectId } = this.#parts.scripting.person(as);
    const settings = { ...this.#parts.clientOf(objectId), ...wanted };
    this.#parts.clients.set(objectId, settings);
    return settings;
  }

  #render(body: unknown): { id: string; path: string } {
    const wanted = parseWith(renderBody, body);
    const id = randomUUID();
    this.#renders.set(id, wanted);
    const oldest = this.#renders.keys().next().value;
    if (this.#renders.size > MAX_RENDERS && oldest !== undefined) this.#renders.delete(oldest);
    return { id, path: `/render?id=${id}` };
  }

  #info(): unknown {
    const { state } = this.#parts.client.parts;
    const describe = (person: Person): Record<string, unknown> => {
      const chat = state.personal(person.objectId);
      return {
        objectId: person.objectId,
        displayName: person.displayName,
        userPrincipalName: person.userPrincipalName,
        ...(person.jobTitle === undefined ? {} : { jobTitle: person.jobTitle }),
        mri: person.mri,
        conversationId: chat.id,
        serviceUrl: this.#parts.serviceUrl(chat.region),
        installed: chat.installed,
        places: state
          .conversationsOf(person.objectId)
          .map((one) => (one.type === 'groupChat' ? 'group' : one.type)),
      };
    };
    const channel = state.channel();
    const group = state.group();
    return {
      bot: { id: botMri(this.#parts.botAppId), name: BOT_NAME },
      tenantId: this.#parts.tenantId,
      people: state.directory.cast().map(describe),
      channel: {
        id: channel.id,
        name: channel.name,
        teamId: channel.team?.id,
        teamName: channel.team?.name,
        serviceUrl: this.#parts.serviceUrl(channel.region),
        installed: channel.installed,
      },
      group: {
        id: group.id,
        name: group.name,
        serviceUrl: this.#parts.serviceUrl(group.region),
        installed: group.installed,
      },
      now: this.#parts.clock.now().toISOString(),
    };
  }
}

/** What the tenant cannot do is told to the person at the page, not logged as a fault of the sandbox. */
async function damage(control: ControlParts['control'], spec: Record<string, unknown>): Promise<unknown> {
  try {
    return await control.damage(spec);
  } catch (error) {
    throw refuse(409, error instanceof Error ? error.message : 'The tenant refused.');
  }
}
