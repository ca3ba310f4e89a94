import type { Person } from '../services/model/people.js';
import type { VerbData, VerbName } from './verbs.js';

/** Where a view is shown: group chats and channels hear kinds and counts only (SPEC N4). */
export type Place = 'personal' | 'group' | 'channel' | 'terminal';

/** Who looks, when and where. Everything a pure view needs from outside its own data. */
export interface ViewContext {
  /** IANA zone of the person who looks (of the tenant, for a channel). */
  readonly timeZone: string;
  readonly locale?: string;
  readonly now: Date;
  readonly viewer?: Person;
  readonly place: Place;
  /** Words for a property ("Job title"); from the catalogue. Without it the name itself is spelled out. */
  readonly propertyLabel?: (type: string, property: string) => string;
}

export type BadgeStyle = 'accent' | 'good' | 'warning' | 'attention' | 'emphasis';

/** State badge; `text` '' = none. The style repeats what the word says, never more. */
export interface Badge {
  readonly text: string;
  readonly style: BadgeStyle;
}

const NO_BADGE: Badge = { text: '', style: 'emphasis' };

/** One button. `data` carries ids only. */
export interface Button {
  readonly title: string;
  readonly verb: VerbName;
  readonly data: Readonly<Record<string, string | number | boolean>>;
  readonly style: 'default' | 'positive' | 'destructive';
  /** 'auto' sends the card's inputs along, 'none' works whatever they hold. */
  readonly inputs: 'auto' | 'none';
  /** True = Action.Submit that opens a dialog (task/fetch). */
  readonly dialog: boolean;
  /** What the button does, for screen readers and on hover; '' = the title says it. */
  readonly tooltip: string;
}

/** added · removed · changed · by itself · skipped or told · please note. Always beside a word. */
export type Sign = '+' | '−' | '~' | '=' | '·' | '!';

export interface Row {
  readonly sign: Sign;
  readonly text: string;
  /** Subtle remark after the text; '' = none. */
  readonly note: string;
  /** Input id of the tick box (`line:…`); '' = the line cannot be left out. */
  readonly tick: string;
  readonly ticked: boolean;
}

/** At most three stand on a card; each title carries a count. */
export interface Block {
  readonly title: string;
  /** "2 to add · 3 come back with the account"; '' = none. */
  readonly count: string;
  readonly rows: readonly Row[];
  /** "and 41 more"; '' = that was all. */
  readonly more: string;
}

/** What every card has (story §2): header, context, sentences, blocks, buttons, footer. */
export interface Frame {
  readonly glyph: string;
  /** "Restore user · Alice Moreau" */
  readonly title: string;
  readonly badge: Badge;
  /** Joined by " · ": tenant, restore point, asked by. */
  readonly context: string;
  /** Full sentences: the fact, then what happens next, then what does not. */
  readonly intro: readonly string[];
  readonly blocks: readonly Block[];
  /** Small subtle lines at the end: who decided and when. */
  readonly notes: readonly string[];
  readonly buttons: readonly Button[];
  /** The sentence that would do the same; '' = none. */
  readonly say: string;
}

export const frame = (
  glyph: string,
  title: string,
  rest: Partial<Omit<Frame, 'glyph' | 'title'>>,
): Frame => ({
  glyph,
  title,
  badge: NO_BADGE,
  context: '',
  intro: [],
  blocks: [],
  notes: [],
  buttons: [],
  say: '',
  ...rest,
});

export function button<V extends VerbName>(
  verb: V,
  title: string,
  data: VerbData<V>,
  rest: Partial<Pick<Button, 'style' | 'inputs' | 'dialog' | 'tooltip'>> = {},
): Button {
  const carried = Object.fromEntries(
    Object.entries(data as Record<string, unknown>).filter(([, value]) => value !== undefined),
  );
  return {
    title,
    verb,
    data: carried as Button['data'],
    style: 'default',
    inputs: 'none',
    dialog: false,
    tooltip: '',
    ...rest,
  };
}

/** Longest title that a phone shows whole. */
const TITLE = 38;

/** A long sentence ends where one of its parts does ("restore user Alice Moreau …"); the button runs all of it. */
function shortTitle(sentence: string): string {
  if (sentence.length <= TITLE) return sentence;
  const parts = [...sentence.matchAll(/ (?:from|at|to|with|only|because) /g)]
    .map(({ index }) => index)
    .filter((index) => index <= TITLE - 2 && index >= TITLE / 3);
  const last = parts.at(-1);
  return last === undefined ? `${sentence.slice(0, TITLE - 1).trimEnd()}…` : `${sentence.slice(0, last)} …`;
}

/** A sentence as a button; a long title is cut and told in full by the tooltip. */
export const runButton = (title: string, text: string, tooltip = `Runs: ${text}`): Button =>
  button('command.run', shortTitle(title), { text }, { tooltip });

/** Joins what is there with the middle dot of all context lines. */
export const dots = (...parts: readonly (string | undefined | null | false)[]): string =>
  parts.filter(Boolean).join(' · ');
