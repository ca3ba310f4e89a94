import { Template } from 'adaptivecards-templating';
import type { View } from './views.js';
import { TEMPLATES, PARTS } from './templates.js';
import { cleanData, untrusted, untrustedMarkdown } from './untrusted.js';
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
  const summary = untrusted(summaryOf(view));
  const expanded = template.expand({ $root: forTemplate(cleanData(view.data)) }) as Element;
  const warnings = template.getLastTemplateExpansionWarnings();
  const card = inert(dropEmpty(expanded)) as Element;
  return {
    card: {
      ...card,
      type: 'AdaptiveCard',
      version: '1.5',
      lang: 'en',
      fallbackText: summary,
      speak: summary,
      msteams: { width: 'Full' },
      ...refreshOf(view, options),
    },
    warnings,
  };
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
  '!': 'Warning',
};

/** Adds what only the card needs: the colour that repeats a sign, and '' for what is not there. */
function forTemplate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(forTemplate);
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return value;
  const object = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, forTemplate(item)]));
  return typeof object.sign === 'string' ? { ...object, color: COLOURS[object.sign] ?? 'Default' } : object;
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
