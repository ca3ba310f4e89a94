import { Template } from 'adaptivecards-templating';
import type { BadgeStyle, Button } from './frame.js';
import type { View } from './views.js';
import { TEMPLATES, PARTS } from './templates.js';
import { clip } from './format.js';
import { cleanData, isNotShown, untrusted, untrustedMarkdown } from './untrusted.js';
import { finishAction, dropEmpty, type Element } from './finish.js';
import { summaryOf } from './summary.js';

/** An expanded Adaptive Card 1.5 as Teams wants it. */
export type AdaptiveCardJson = { readonly type: 'AdaptiveCard'; readonly version: '1.5' } & Record<
  string,
  unknown
>;

export interface RenderOptions {
  /** Teams user ids (MRIs) whose client redraws the card by itself; at most 60 (FACTS §3). Empty or missing = nobody. */
  readonly refreshFor?: readonly string[];
}

const compiled = new Map<View['card'], Template>();

/**
 * Draws a view: template and data in, card out. Pure; never throws for any text a directory may hold.
 */
export function renderCard(view: View, options: RenderOptions = {}): AdaptiveCardJson {
  return expandCard(view, options).card;
}

/** Like `renderCard`, with what the template engine complained about; for the tests. */
export function expandCard(
  view: View,
  options: RenderOptions = {},
): { readonly card: AdaptiveCardJson; readonly warnings: readonly string[] } {
  const template = compiled.get(view.card) ?? new Template(withParts(TEMPLATES[view.card]));
  compiled.set(view.card, template);
  const summary = untrustedMarkdown(clip(untrusted(summaryOf(view)), 300));
  const data = cleanData(view.data);
  let warnings: readonly string[] = [];
  const expand = (shown: View['data']): AdaptiveCardJson => {
    const expanded = template.expand({ $root: forTemplate(shown) }) as Element;
    warnings = template.getLastTemplateExpansionWarnings();
    return {
      ...(inert(dropEmpty(expanded)) as Element),
      type: 'AdaptiveCard',
      version: '1.5',
      lang: 'en',
      fallbackText: summary,
      speak: summary,
      msteams: { width: 'Full' },
      ...refreshOf(view, options),
    };
  };
  let card = expand(data);
  for (const limit of [160, 80, 40, 20]) {
    if (cardSize(card) <= CARD_BUDGET) break;
    card = expand(shrink(data, limit));
  }
  return { card, warnings };
}

/** Directory text never decides the size of a card (FACTS §2): in bytes, as the connector counts. */
export const CARD_BUDGET = 28 * 1024;

/** Cuts long texts, marked with "…"; a sentence to copy is left out rather than cut. */
function shrink<T>(value: T, limit: number, key = ''): T {
  if (typeof value === 'string') {
    if (isNotShown(key) || value.length <= limit) return value;
    if (key === 'say') return (value.length <= 400 ? value : '') as T;
    if (key === 'code') return `${value.slice(0, value.lastIndexOf('\n', limit * 40))}\n…` as T;
    return `${[...value].slice(0, limit - 1).join('')}…` as T;
  }
  if (Array.isArray(value)) return value.map((item: unknown) => shrink(item, limit, key)) as T;
  if (value === null || typeof value !== 'object' || isNotShown(key)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, shrink(item, limit, name)]),
  ) as T;
}

/** Bytes that the connector counts: UTF-16 of the JSON text (FACTS §2). */
export const cardSize = (card: AdaptiveCardJson): number => JSON.stringify(card).length * 2;

function refreshOf(view: View, options: RenderOptions): Record<string, unknown> {
  const refresh = (view.data as { refresh?: { id: string; rev: number } | null }).refresh;
  if (!refresh || !options.refreshFor) return {};
  return {
    refresh: {
      action: {
        type: 'Action.Execute',
        title: 'Refresh',
        verb: 'request.refresh',
        data: { id: refresh.id, rev: refresh.rev },
      },
      userIds: options.refreshFor.slice(0, 60),
    },
  };
}

/** Replaces `{"$part": name}` by the elements of that part, inside any array. */
function withParts(node: unknown): unknown {
  if (Array.isArray(node)) {
    return node.flatMap((item: unknown): readonly unknown[] => {
      const part = partName(item);
      return part === null ? [withParts(item)] : (withParts(PARTS[part]) as readonly unknown[]);
    });
  }
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === '$when' && typeof value === 'string' ? quietWhen(value) : withParts(value),
    ]),
  );
}

/**
 * The engine warns "unable to parse" whenever a condition is simply false (template-engine.js, `!evaluationResult.value`). A
 * text that is not a boolean drops the element as well, without the warning, so that warnings stay worth failing on.
 */
const quietWhen = (condition: string): string => `\${if(${condition.slice(2, -1)}, true, 'no')}`;

const partName = (item: unknown): keyof typeof PARTS | null =>
  item !== null && typeof item === 'object' && '$part' in item ? (item.$part as keyof typeof PARTS) : null;

const COLOURS: Readonly<Record<string, string>> = {
  '+': 'Good',
  '−': 'Attention',
  '~': 'Accent',
  '=': 'Default',
  '·': 'Default',
  '!': 'Attention',
};

/** State styles in the words of Badge, and of the coloured text that stands in for it. */
const STYLES: Readonly<Record<BadgeStyle, { readonly badgeStyle: string; readonly color: string }>> = {
  accent: { badgeStyle: 'Accent', color: 'Accent' },
  good: { badgeStyle: 'Good', color: 'Good' },
  // Yellow text on white cannot be read: the word alone says it there.
  warning: { badgeStyle: 'Warning', color: 'Default' },
  attention: { badgeStyle: 'Attention', color: 'Attention' },
  emphasis: { badgeStyle: 'Subtle', color: 'Default' },
};

/** Adds what only the card needs: the colours that repeat a sign or a state, rows of buttons, and '' for what is not there. */
function forTemplate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(forTemplate);
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return value;
  const object = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, forTemplate(item)]));
  return {
    ...object,
    ...(typeof object.sign === 'string' ? { color: COLOURS[object.sign] ?? 'Default' } : {}),
    ...(typeof object.style === 'string' && object.style in STYLES ? STYLES[object.style as BadgeStyle] : {}),
    // A text run collapses spaces at the start of a line; these do not collapse.
    ...(typeof object.code === 'string'
      ? { codeText: object.code.replace(/^ +/gm, (spaces) => '\u00a0'.repeat(spaces.length)) }
      : {}),
    ...(Array.isArray(object.buttons) ? { buttonRows: buttonRows(object.buttons as readonly Button[]) } : {}),
  };
}

/** What fits side by side on a phone; clients cut a longer row off instead of wrapping it. In characters, with padding and gap. */
const ROW_ROOM = 40;
const PADDING = 5;

const widthOf = (buttons: readonly Button[]): number =>
  buttons.reduce((sum, { title }) => sum + title.length + PADDING, 0);

/** Rows that fit a phone; the last button does not stand alone under a row that can spare it company. */
function buttonRows(buttons: readonly Button[]): readonly { buttons: Button[]; spacing: string }[] {
  const rows: Button[][] = [];
  for (const item of buttons) {
    const last = rows.at(-1);
    if (last === undefined || widthOf([...last, item]) > ROW_ROOM) rows.push([item]);
    else last.push(item);
  }
  const [before, last] = rows.slice(-2);
  if (before && last?.length === 1 && before.length > 1) {
    const company = before.slice(-1);
    if (widthOf([...company, ...last]) <= ROW_ROOM) last.unshift(...before.splice(-1));
  }
  return rows.map((row, index) => ({ buttons: row, spacing: index === 0 ? 'Medium' : 'Small' }));
}

/** Fields that some client reads as markdown, per element type; everything else shows text as it is. */
const MARKDOWN: Readonly<Record<string, readonly string[]>> = {
  TextBlock: ['text'],
  'Input.Toggle': ['title', 'label'],
  'Input.Text': ['label', 'errorMessage'],
  'Input.Number': ['label', 'errorMessage'],
  'Input.ChoiceSet': ['label', 'errorMessage'],
};

/** Makes every text inert and every action complete, after expansion: no template can forget it. */
function inert(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(inert);
  if (node === null || typeof node !== 'object') return node;
  const element = node as Element;
  const type = typeof element.type === 'string' ? element.type : '';
  const done = Object.fromEntries(
    Object.entries(element).map(([key, value]) => {
      if (key === 'data') return [key, value];
      if (typeof value === 'string' && MARKDOWN[type]?.includes(key)) return [key, untrustedMarkdown(value)];
      if (key === 'choices' && Array.isArray(value)) {
        return [
          key,
          value.map((choice: Element) => ({ ...choice, title: untrustedMarkdown(String(choice.title)) })),
        ];
      }
      return [key, inert(value)];
    }),
  );
  return type.startsWith('Action.') ? finishAction(done) : done;
}
