import { z } from 'zod';

/** A card or message as one person sees it now. */
const seen = z.looseObject({
  id: z.string(),
  in: z.enum(['personal', 'channel', 'group']),
  from: z.string(),
  fromBot: z.boolean(),
  text: z.string().nullish(),
  cardText: z.string().nullish(),
  card: z.unknown().optional(),
  note: z.string().nullish(),
  deleted: z.boolean(),
});
export type Seen = z.output<typeof seen>;

const said = z.looseObject({
  id: z.string(),
  bot: z.looseObject({ status: z.number().nullable() }),
});

const dialogShown = z.looseObject({ id: z.string(), cardText: z.string().nullish() });
const pressed = z.looseObject({
  activityId: z.string().optional(),
  invoke: z.looseObject({ status: z.number().nullable(), body: z.unknown().optional() }).optional(),
  dialog: dialogShown.optional(),
  note: z.string().nullish(),
  closed: z.boolean().optional(),
  results: z.array(z.unknown()).optional(),
});
export type Pressed = z.output<typeof pressed>;

type Control = (path: string, body?: unknown) => Promise<unknown>;

/** How long a person waits for what the product promises to show: longer than Teams may put a message off, who speaks as fast as a test. */
const PATIENCE_IN_MS = 45_000;
const LOOK_EVERY_IN_MS = 120;

/** The people of the simulated Teams, as a test drives them: they type, read, click and fill in dialogs. */
export class People {
  constructor(private readonly control: Control) {}

  /** @returns the id of what was said: what comes after it is its answer */
  async say(as: string, text: string, place: 'personal' | 'channel' | 'group' = 'personal'): Promise<string> {
    const mention = place !== 'personal';
    return said.parse(await this.control('say', { as, text, in: place, mention })).id;
  }

  /** Says it and waits for the first answer that shows all of `texts`. */
  async ask(as: string, text: string, ...texts: readonly string[]): Promise<Seen> {
    return this.see(as, { since: await this.say(as, text) }, ...texts);
  }

  /** Everything a person sees, oldest first. */
  async sees(as: string, where: { since?: string; in?: string } = {}): Promise<readonly Seen[]> {
    const query = new URLSearchParams({ as, ...where });
    const all = z.array(seen).parse(await this.control(`transcript?${query.toString()}`));
    return all.filter((one) => !one.deleted);
  }

  /** Waits for the newest message or card that shows all of `texts`. @throws with what the person saw instead */
  async see(
    as: string,
    where: { since?: string; in?: string; id?: string },
    ...texts: readonly string[]
  ): Promise<Seen> {
    const { id, ...query } = where;
    const until = performance.now() + PATIENCE_IN_MS;
    for (;;) {
      const shown = (await this.sees(as, query)).filter((one) => id === undefined || one.id === id);
      const found = shown.findLast((one) => texts.every((text) => visible(one).includes(text)));
      if (found) return found;
      if (performance.now() > until)
        throw new Error(
          `${as} waited in vain for "${texts.join('", "')}"; saw last:\n${shown.slice(-3).map(visible).join('\n----\n')}`,
        );
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_IN_MS));
    }
  }

  /** Waits until this card shows all of `texts`. */
  becomes(as: string, card: Seen, ...texts: readonly string[]): Promise<Seen> {
    return this.see(as, { id: card.id }, ...texts);
  }

  /** Presses a button (by title or verb) of this card. */
  async click(
    as: string,
    card: Seen,
    action: string,
    inputs: Readonly<Record<string, unknown>> = {},
    times = 1,
  ): Promise<Pressed> {
    return pressed.parse(await this.control('click', { as, activityId: card.id, action, inputs, times }));
  }

  /** Presses a button of the open dialog (the first one by default). */
  async dialog(as: string, action?: string): Promise<Pressed> {
    return pressed.parse(await this.control('dialog', { as, ...(action ? { action } : {}) }));
  }

  closeDialog(as: string): Promise<unknown> {
    return this.control('dialog', { as, close: true });
  }
}

/** All that a person can read of it, with plain single spaces. */
export const visible = (one: Seen): string =>
  [one.text, one.cardText, one.note]
    .filter(Boolean)
    .join('\n')
    .replace(/[\u2060\u200b]/g, '')
    .replace(/[ \u00a0]+/g, ' ');

/** What the click's answer said: the toast under the card. */
export const noticeOf = (answer: Pressed): string => {
  const body = answer.invoke?.body as { value?: unknown } | undefined;
  return typeof body?.value === 'string' ? body.value : '';
};

/** Every button of a card, by what stands on it; those of a card inside an Action.ShowCard too. Layouts repeat them: each is named once. */
export function buttonsOf(card: unknown): readonly string[] {
  const titles = everywhere(card, (node) =>
    typeof node['type'] === 'string' &&
    node['type'].startsWith('Action.') &&
    typeof node['title'] === 'string'
      ? node['title']
      : undefined,
  );
  return [...new Set(titles)];
}

/** The number of the request that a card is about. */
export function requestNumberOf(card: Seen): string {
  const found = /request (\d+)/.exec(visible(card))?.[1];
  if (found === undefined) throw new Error(`no number of a request in:\n${visible(card)}`);
  return found;
}

/** The value of the choice whose title contains `title`. */
export function choiceOf(card: Seen, title: string): string {
  const [found] = everywhere(card.card, (node) =>
    typeof node['title'] === 'string' && node['title'].includes(title) && typeof node['value'] === 'string'
      ? node['value']
      : undefined,
  );
  if (found === undefined) throw new Error(`no choice "${title}" in:\n${visible(card)}`);
  return found;
}

/** The id of the tick box whose label contains `label`. */
export function tickOf(card: Seen, label: string): string {
  const [found] = everywhere(card.card, (node) =>
    node['type'] === 'Input.Toggle' && `${node['title']}${node['label']}`.includes(label)
      ? String(node['id'])
      : undefined,
  );
  if (found === undefined) throw new Error(`no tick box "${label}" in:\n${visible(card)}`);
  return found;
}

/** What the button with this verb would send, without the inputs of the card: what a forger starts from. */
export function dataOf(card: Seen, verb: string): Readonly<Record<string, unknown>> {
  const [found] = everywhere(card.card, (node) => {
    const data = (node['data'] ?? {}) as Readonly<Record<string, unknown>>;
    return node['verb'] === verb || (node['type'] === 'Action.Submit' && data['verb'] === verb)
      ? data
      : undefined;
  });
  if (found === undefined) throw new Error(`no button ${verb} on:\n${visible(card)}`);
  return found;
}

function everywhere<T>(node: unknown, pick: (node: Record<string, unknown>) => T | undefined): readonly T[] {
  if (Array.isArray(node)) return node.flatMap((one) => everywhere(one, pick));
  if (node === null || typeof node !== 'object') return [];
  const own = pick(node as Record<string, unknown>);
  return [
    ...(own === undefined ? [] : [own]),
    ...Object.values(node).flatMap((one) => everywhere(one, pick)),
  ];
}
