/** Drives the people by name: say, click, dialog, transcript, wait. For scripts, tests and anyone with curl. */
import { z } from 'zod';
import type { TeamsClient } from './client.js';
import { gatherInputs } from './card-inputs.js';
import { findActions, textOf } from './card-walk.js';
import type { FoundAction } from './card-walk.js';
import type { Dialogs } from './dialogs.js';
import { parseWith, refuse } from './http.js';
import { BOT_NAME, isRecord } from './model.js';
import type { Activity, Card, Conversation, Person } from './model.js';
import type { PressResult, Presser } from './press.js';
import { seenBy, seenDialog } from './seen.js';
import type { SeenActivity } from './seen.js';
import type { SignIns } from './sign-in.js';

const place = z.enum(['personal', 'channel', 'group']);
const sayBody = z.strictObject({
  as: z.string(),
  text: z.string().min(1),
  in: place.default('personal'),
  /** Channel: the thread to answer in (id of its first message). */
  thread: z.string().optional(),
  /** Put the bot's mention before the text; also done when the text begins with "@Entra Rewind". */
  mention: z.boolean().default(false),
});
const clickBody = z.strictObject({
  as: z.string(),
  in: place.optional(),
  activityId: z.string().optional(),
  /** Part of the card's visible text; the newest such card wins. */
  match: z.string().optional(),
  /** Verb, id or title. */
  action: z.string(),
  inputs: z.record(z.string(), z.unknown()).default({}),
  /** Pressed so often at the same moment. */
  times: z.number().int().min(1).max(20).default(1),
});
const dialogBody = z.strictObject({
  as: z.string(),
  id: z.string().optional(),
  action: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).default({}),
  close: z.boolean().default(false),
});
const signInBody = z.strictObject({
  as: z.string(),
  /** Who signs in at the pop-up, if somebody else. */
  account: z.string().optional(),
  /** Handed to the bot instead of the right digits. */
  code: z.string().optional(),
});
const transcriptQuery = z.object({
  as: z.string(),
  in: place.optional(),
  since: z.string().optional(),
});
const waitQuery = transcriptQuery.extend({
  match: z.string().min(1),
  timeoutMs: z.coerce.number().int().min(0).max(120_000).default(15_000),
});

const MENTION = /^(?:<at>|@)\s*Entra Rewind\s*(?:<\/at>)?[\s,:]*/i;

export class Scripting {
  constructor(
    private readonly client: TeamsClient,
    private readonly presser: Presser,
    private readonly dialogs: Dialogs,
    private readonly signIns: SignIns,
  ) {}

  /** @returns after the bot's HTTP answer: what appeared or changed meanwhile, as the person sees it */
  async say(body: unknown): Promise<Record<string, unknown>> {
    const wanted = parseWith(sayBody, body);
    const person = this.person(wanted.as);
    const conversation = this.#conversation(person, wanted.in);
    const mention = wanted.mention || MENTION.test(wanted.text);
    const text = wanted.in === 'personal' ? wanted.text : wanted.text.replace(MENTION, '');
    const { result, activities } = await this.#watching(person, [conversation], () =>
      this.client.say(
        { person, conversation, threadId: wanted.thread },
        text,
        mention && conversation.type !== 'personal',
      ),
    );
    const others = activities.filter((activity) => activity.id !== result.activity.id);
    return {
      id: result.activity.id,
      delivered: result.answer !== undefined && result.answer.status !== null,
      bot: { status: result.answer?.status ?? null, ...problemOf(result.answer) },
      ...(result.activity.note === undefined ? {} : { note: result.activity.note }),
      activities: others,
    };
  }

  async click(body: unknown): Promise<Record<string, unknown>> {
    const wanted = parseWith(clickBody, body);
    const person = this.person(wanted.as);
    const conversations = this.#conversations(person, wanted.in);
    for (const conversation of conversations) await this.client.look(person, conversation);
    const { activity, found } = this.#findAction(person, conversations, wanted);
    if (found.action.isEnabled === false) throw refuse(409, `"${textOf(found.action.title)}" is disabled.`);
    const gathered = gatherInputs(found, wanted.inputs);
    if (!gathered.ok) throw refuse(422, gathered.problem);
    const { result, activities } = await this.#watching(person, conversations, () =>
      Promise.all(
        Array.from({ length: wanted.times }, () =>
          this.presser.press(person, activity, found.action, gathered.data),
        ),
      ),
    );
    const [first] = result as [PressResult, ...PressResult[]];
    return {
      activityId: activity.id,
      ...first,
      ...(wanted.times > 1 ? { results: result } : {}),
      activities,
    };
  }

  async dialog(body: unknown): Promise<Record<string, unknown>> {
    const wanted = parseWith(dialogBody, body);
    const person = this.person(wanted.as);
    const dialog =
      wanted.id === undefined
        ? this.dialogs.current(person.objectId)
        : this.client.parts.state.dialogs.get(wanted.id);
    if (dialog === undefined || dialog.objectId !== person.objectId)
      throw refuse(404, `${person.displayName} has no open dialog.`);
    if (wanted.close) {
      this.dialogs.close(dialog);
      return { closed: true, activities: [] };
    }
    const actions = findActions(dialog.card ?? {}).filter(({ place: where }) => where === 'card');
    const found =
      wanted.action === undefined
        ? actions.find(({ action }) => action.type === 'Action.Submit')
        : pick(actions, wanted.action);
    if (found === undefined) throw refuse(404, `The dialog has no such button; it has: ${titles(actions)}.`);
    if (found.action.type !== 'Action.Submit') throw refuse(409, 'In a dialog only Action.Submit works.');
    const gathered = gatherInputs(found, wanted.inputs);
    if (!gathered.ok) throw refuse(422, gathered.problem);
    const { result, activities } = await this.#watching(person, this.#conversations(person, undefined), () =>
      this.dialogs.submit(person, dialog, gathered.data),
    );
    return {
      invoke: result.invoke,
      ...(result.note === undefined ? {} : { note: result.note }),
      ...(result.dialog === undefined ? { closed: true } : { dialog: seenDialog(result.dialog) }),
      activities,
    };
  }

  /** Presses the newest button to sign in, and signs in at its pop-up. */
  async signIn(body: unknown): Promise<Record<string, unknown>> {
    const { as, account, code } = parseWith(signInBody, body);
    const person = this.person(as);
    const conversations = this.#conversations(person, undefined);
    const shown = conversations
      .flatMap((conversation) => this.client.parts.state.activities(conversation.id))
      .sort((a, b) => Number(a.id) - Number(b.id));
    const who = { account: account === undefined ? person : this.person(account), code };
    const { result, activities } = await this.#watching(person, conversations, () =>
      this.signIns.byHand(person, shown, who),
    );
    return { ...result, activities };
  }

  /** Everything the person sees, oldest first, refreshed as their client would. */
  async transcript(query: unknown): Promise<SeenActivity[]> {
    const { as, in: where, since } = parseWith(transcriptQuery, query);
    const person = this.person(as);
    const conversations = this.#conversations(person, where);
    for (const conversation of conversations) await this.client.look(person, conversation);
    return this.#seen(person, conversations).filter((seen) => since === undefined || isAfter(seen, since));
  }

  /** Waits until a message or card with the text is there for the person. @throws HttpProblem 408 */
  async wait(query: unknown): Promise<SeenActivity> {
    const { as, in: where, since, match, timeoutMs } = parseWith(waitQuery, query);
    const person = this.person(as);
    const { events } = this.client.parts.state;
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      let stop = (): void => undefined;
      const changed = new Promise<void>((resolve) => {
        const wake = (): void => resolve();
        const timer = setTimeout(wake, Math.max(0, deadline - performance.now()));
        events.on('activity', wake);
        stop = () => {
          clearTimeout(timer);
          events.off('activity', wake);
        };
      });
      try {
        const shown = await this.transcript({ as, in: where, since });
        const found = shown.findLast((seen) => !seen.deleted && visible(seen).includes(match));
        if (found !== undefined) return found;
        if (performance.now() >= deadline) {
          const last = shown.slice(-3).map((seen) => visible(seen).slice(0, 400));
          throw refuse(
            408,
            `${person.displayName} does not see "${match}". Newest messages: ${JSON.stringify(last)}`,
          );
        }
        await changed;
      } finally {
        stop();
      }
    }
  }

  /** @throws HttpProblem 404 naming the people of the page */
  person(who: string): Person {
    const { state } = this.client.parts;
    const found = state.directory.find(who);
    if (found !== undefined) return found;
    const cast = state.directory.cast().map((one) => one.displayName);
    throw refuse(404, `Nobody is called "${who}". The page's people: ${cast.join(', ')}.`);
  }

  #conversations(person: Person, where: z.infer<typeof place> | undefined): Conversation[] {
    return where === undefined
      ? this.client.parts.state.conversationsOf(person.objectId)
      : [this.#conversation(person, where)];
  }

  #conversation(person: Person, where: z.infer<typeof place>): Conversation {
    const { state } = this.client.parts;
    if (where === 'personal') return state.personal(person.objectId);
    const conversation = where === 'channel' ? state.channel() : state.group();
    if (!conversation.memberIds.includes(person.objectId))
      throw refuse(403, `${person.displayName} is not a member of ${conversation.name}.`);
    return conversation;
  }

  #seen(person: Person, conversations: readonly Conversation[]): SeenActivity[] {
    const { state } = this.client.parts;
    return conversations
      .flatMap((conversation) =>
        state.activities(conversation.id).map((activity) => seenBy(state, person, conversation, activity)),
      )
      .sort((a, b) => Number(a.id) - Number(b.id));
  }

  #findAction(
    person: Person,
    conversations: readonly Conversation[],
    wanted: z.infer<typeof clickBody>,
  ): { activity: Activity; found: FoundAction } {
    const { state } = this.client.parts;
    const cards = this.#seen(person, conversations)
      .filter((seen) => seen.card !== undefined && !seen.deleted)
      .filter((seen) => wanted.activityId === undefined || seen.id === wanted.activityId)
      .filter((seen) => wanted.match === undefined || visible(seen).includes(wanted.match))
      .reverse();
    const named = wanted.activityId !== undefined || wanted.match !== undefined;
    for (const seen of named ? cards.slice(0, 1) : cards) {
      const actions = findActions(seen.card as Card);
      const found = pick(actions, wanted.action);
      const activity = state.activity(seen.id);
      if (found !== undefined && activity !== undefined) return { activity, found };
      if (named) throw refuse(404, `The card has no "${wanted.action}"; it has: ${titles(actions)}.`);
    }
    throw refuse(404, `${person.displayName} sees no card with "${wanted.match ?? wanted.action}".`);
  }

  /** Runs `work` and gathers the messages that were posted, edited or redrawn for this person meanwhile. */
  async #watching<T>(
    person: Person,
    conversations: readonly Conversation[],
    work: () => Promise<T>,
  ): Promise<{ result: T; activities: SeenActivity[] }> {
    const { state } = this.client.parts;
    const touched = new Set<string>();
    const note = (activity: Activity, objectId?: string): void => {
      if (objectId === undefined || objectId === person.objectId) touched.add(activity.id);
    };
    state.events.on('activity', note);
    try {
      const result = await work();
      for (const conversation of conversations) await this.client.look(person, conversation);
      const activities = this.#seen(person, conversations).filter((seen) => touched.has(seen.id));
      return { result, activities };
    } finally {
      state.events.off('activity', note);
    }
  }
}

function pick(actions: readonly FoundAction[], name: string): FoundAction | undefined {
  const wanted = name.toLowerCase();
  const exact = actions.find(({ action }) =>
    [action.verb, action.id, action.title, isRecord(action.data) ? action.data.verb : undefined].some(
      (one) => typeof one === 'string' && one.toLowerCase() === wanted,
    ),
  );
  return exact ?? actions.find(({ action }) => textOf(action.title).toLowerCase().startsWith(wanted));
}

function titles(actions: readonly FoundAction[]): string {
  const names = actions.map(({ action }) => textOf(action.title) || textOf(action.verb));
  return names.length === 0 ? 'no buttons' : names.map((name) => `"${name}"`).join(', ');
}

function visible(seen: SeenActivity): string {
  return [seen.text, seen.cardText, seen.note].filter((part) => part !== undefined).join('\n');
}

/** `since` is a message id or an ISO instant of story time. */
function isAfter(seen: SeenActivity, since: string): boolean {
  return /^\d+$/.test(since) ? Number(seen.id) > Number(since) : seen.at > since;
}

function problemOf(answer: { problem?: string } | undefined): { problem?: string } {
  if (answer === undefined) return { problem: `not for the bot: mention @${BOT_NAME} here` };
  return answer.problem === undefined ? {} : { problem: answer.problem };
}
