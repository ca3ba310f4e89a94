/** A card as the text a person reads, for scripts and assertions. */
import { childrenOf, records, textOf, typeOf } from './card-walk.js';
import { isRecord } from './model.js';
import type { Card } from './model.js';
import { visibleText } from './markdown.js';

/** @returns one line per row of the card; inputs with their value, buttons in brackets; hidden elements left out */
export function cardText(card: Card): string {
  return [...bodyLines(card), ...actionLines(records(card.actions))].filter((line) => line !== '').join('\n');
}

function bodyLines(container: Card): string[] {
  return childrenOf(container).flatMap(elementLines);
}

function elementLines(element: Card): string[] {
  if (element.isVisible === false) return [];
  const type = typeOf(element);
  if (type.startsWith('Input.')) return inputLines(element);
  switch (type) {
    case 'TextBlock':
      return visibleText(textOf(element.text)).split('\n');
    case 'RichTextBlock':
      return [inlineText(element.inlines)];
    case 'FactSet':
      return records(element.facts).map(
        (fact) => `${visibleText(textOf(fact.title))}: ${visibleText(textOf(fact.value))}`,
      );
    case 'ColumnSet':
      return sideBySide(records(element.columns), '  ');
    case 'TableRow':
      return sideBySide(records(element.cells), ' | ');
    case 'ActionSet':
      return actionLines(records(element.actions));
    case 'Image':
    case 'Icon':
      return typeof element.altText === 'string' ? [element.altText] : [];
    case 'CodeBlock':
      return textOf(element.codeSnippet).split('\n');
    case 'Badge':
      return [textOf(element.text)];
    case 'ProgressBar':
      return typeof element.value === 'number' ? [`${element.value} of ${textOf(element.max) || '100'}`] : [];
    case 'ProgressRing':
      return [textOf(element.label)];
    default:
      return [...bodyLines(element), ...actionLines(records(element.actions))];
  }
}

function inlineText(inlines: unknown): string {
  if (!Array.isArray(inlines)) return '';
  return inlines.map((run: unknown) => (isRecord(run) ? textOf(run.text) : textOf(run))).join('');
}

/** Cells of one line each become one line; taller ones stand under each other. */
function sideBySide(cells: Card[], separator: string): string[] {
  const columns = cells
    .filter((cell) => cell.isVisible !== false)
    .map((cell) => bodyLines(cell).filter((line) => line !== ''));
  if (columns.every((lines) => lines.length <= 1)) {
    return [columns.flatMap((lines) => lines).join(separator)];
  }
  return columns.flat();
}

function inputLines(input: Card): string[] {
  const label = textOf(input.label) || textOf(input.placeholder);
  const value = textOf(input.value);
  switch (typeOf(input)) {
    case 'Input.Toggle': {
      const on = value !== '' && value === (textOf(input.valueOn) || 'true');
      return [`[${on ? 'x' : ' '}] ${visibleText(textOf(input.title) || label)}`];
    }
    case 'Input.ChoiceSet': {
      const chosen = new Set(value === '' ? [] : value.split(','));
      const many = input.isMultiSelect === true;
      const choices = records(input.choices).map((choice) => {
        const on = chosen.has(textOf(choice.value));
        const mark = many ? `[${on ? 'x' : ' '}]` : `(${on ? '•' : ' '})`;
        return `${mark} ${visibleText(textOf(choice.title))}`;
      });
      return [...(label === '' ? [] : [label]), ...choices];
    }
    default:
      return [`${label === '' ? textOf(input.id) : label}: [${value}]`];
  }
}

function actionLines(actions: Card[]): string[] {
  const buttons = actions.filter((action) => action.isVisible !== false);
  const titles = buttons.map(
    (action) => `[${textOf(action.title)}${action.isEnabled === false ? ' (disabled)' : ''}]`,
  );
  const nested = buttons.flatMap((action) =>
    isRecord(action.card)
      ? cardText(action.card)
          .split('\n')
          .map((line) => `  ${line}`)
      : [],
  );
  return [...(titles.length === 0 ? [] : [titles.join(' ')]), ...nested];
}
