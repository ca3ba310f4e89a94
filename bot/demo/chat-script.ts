import { z } from 'zod';
import { RewindError } from '../../services/model/errors.js';
import { control } from './sandbox-control.js';

/** A message as the simulated Teams shows it to one person; `cardText` is all the visible text of its card. */
const activity = z.looseObject({
  id: z.string(),
  cardText: z.string().nullish(),
  text: z.string().nullish(),
});
export type SeenActivity = z.output<typeof activity>;

const clicked = z.looseObject({ dialog: z.unknown().optional(), activities: z.array(activity).default([]) });

const WAIT_IN_MS = 30_000;
const LOOK_IN_MS = 1_000;

/** Plays people of the simulated Teams: they type, read and click, as in a browser. */
export class ChatScript {
  constructor(private readonly controlUrl: string) {}

  async say(as: string, text: string): Promise<void> {
    await control(this.controlUrl, 'say', { as, text });
  }

  /** Waits until a card (or message) that contains all of `texts` stands in this person's chat. */
  async see(as: string, ...texts: readonly string[]): Promise<SeenActivity> {
    const [first = '', ...others] = texts;
    const query = new URLSearchParams({ as, timeoutMs: String(LOOK_IN_MS), match: first });
    for (let waited = 0; waited < WAIT_IN_MS; waited += LOOK_IN_MS) {
      const answer = await fetch(`${this.controlUrl}/_sandbox/wait?${query.toString()}`, {
        signal: AbortSignal.timeout(60_000),
      });
      const seen = answer.ok ? activity.parse(await answer.json()) : null;
      if (seen && others.every((text) => `${seen.cardText ?? ''}${seen.text ?? ''}`.includes(text)))
        return seen;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new RewindError('INTERNAL', {}, { message: `${as} waited in vain for "${texts.join('", "')}"` });
  }

  /** The value of the choice whose title contains `title`, on a card with one choice set. */
  choiceOf(card: SeenActivity, title: string): Promise<string> {
    const found = choicesIn(card['card']).find((choice) => choice.title.includes(title));
    if (!found) throw new RewindError('INTERNAL', {}, { message: `no choice "${title}" on the card` });
    return Promise.resolve(found.value);
  }

  /** Clicks a button (by title or verb) of the newest card that contains `match`. */
  async click(
    as: string,
    match: string,
    action: string,
    inputs: Readonly<Record<string, string>> = {},
  ): Promise<z.output<typeof clicked>> {
    return clicked.parse(await control(this.controlUrl, 'click', { as, match, action, inputs }));
  }
}

/** All choices anywhere in a card. */
function choicesIn(card: unknown): readonly { readonly title: string; readonly value: string }[] {
  if (Array.isArray(card)) return card.flatMap(choicesIn);
  if (card === null || typeof card !== 'object') return [];
  const own = z
    .array(z.object({ title: z.string(), value: z.string() }))
    .safeParse((card as { choices?: unknown }).choices);
  return [...(own.success ? own.data : []), ...Object.values(card).flatMap(choicesIn)];
}
