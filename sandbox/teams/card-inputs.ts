/** What the client does with a card's inputs before it sends an action: defaults, and the checks the card asks for. */
import { records, textOf, typeOf } from './card-walk.js';
import type { FoundAction, FoundInput } from './card-walk.js';
import { isRecord } from './model.js';
import type { Card } from './model.js';

export type Gathered =
  { readonly ok: true; readonly data: Card } | { readonly ok: false; readonly problem: string };

/**
 * Merges the action's own data with the values of its inputs, as the client does (an input's value wins).
 * @param given  values typed by the person, by input id; ids that the card lacks are refused
 */
export function gatherInputs(found: FoundAction, given: Readonly<Record<string, unknown>>): Gathered {
  const known = new Set(found.inputs.map((input) => input.id));
  const unknown = Object.keys(given).filter((id) => !known.has(id));
  if (unknown.length > 0) {
    const has = [...known].join(', ') || 'none';
    return { ok: false, problem: `The card has no input ${unknown.join(', ')}; it has: ${has}.` };
  }
  const own = isRecord(found.action.data) ? found.action.data : {};
  if (found.action.associatedInputs === 'none') return { ok: true, data: own };
  const values: Card = {};
  for (const input of found.inputs) {
    const value = Object.hasOwn(given, input.id) ? asText(given[input.id]) : startValue(input.element);
    const problem = problemWith(input, value);
    if (problem !== undefined) return { ok: false, problem };
    // Empty optional inputs are left out, as Teams may do (teams/FACTS §5).
    if (value !== '') values[input.id] = value;
  }
  return { ok: true, data: { ...own, ...values } };
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join(',');
  return typeof value === 'string' ? value : value === null || value === undefined ? '' : String(value);
}

function startValue(input: Card): string {
  if (typeOf(input) === 'Input.Toggle') return textOf(input.value) || textOf(input.valueOff) || 'false';
  return textOf(input.value);
}

function problemWith({ id, element }: FoundInput, value: string): string | undefined {
  const told = textOf(element.errorMessage);
  const refuse = (why: string): string => `Input ${id}: ${told === '' ? why : told}`;
  const isToggle = typeOf(element) === 'Input.Toggle';
  const on = textOf(element.valueOn) || 'true';
  const off = textOf(element.valueOff) || 'false';
  if (element.isRequired === true && (value === '' || (isToggle && value !== on)))
    return refuse('a value is required.');
  if (value === '') return undefined;
  if (isToggle && value !== on && value !== off) return refuse(`the value must be "${on}" or "${off}".`);
  switch (typeOf(element)) {
    case 'Input.Text':
      if (typeof element.maxLength === 'number' && value.length > element.maxLength)
        return refuse(`at most ${element.maxLength} characters.`);
      return typeof element.regex === 'string' && !new RegExp(element.regex).test(value)
        ? refuse(`must match ${element.regex}.`)
        : undefined;
    case 'Input.Number':
      return numberProblem(element, value, refuse);
    case 'Input.Date':
      return /^\d{4}-\d{2}-\d{2}$/.test(value) ? rangeProblem(element, value, refuse) : refuse('YYYY-MM-DD.');
    case 'Input.Time':
      return /^\d{2}:\d{2}$/.test(value) ? rangeProblem(element, value, refuse) : refuse('HH:mm.');
    case 'Input.ChoiceSet':
      return choiceProblem(element, value, refuse);
    default:
      return undefined;
  }
}

function numberProblem(element: Card, value: string, refuse: (why: string) => string): string | undefined {
  const number = Number(value);
  if (Number.isNaN(number)) return refuse('must be a number.');
  if (typeof element.min === 'number' && number < element.min) return refuse(`at least ${element.min}.`);
  if (typeof element.max === 'number' && number > element.max) return refuse(`at most ${element.max}.`);
  return undefined;
}

function rangeProblem(element: Card, value: string, refuse: (why: string) => string): string | undefined {
  if (typeof element.min === 'string' && value < element.min) return refuse(`not before ${element.min}.`);
  if (typeof element.max === 'string' && value > element.max) return refuse(`not after ${element.max}.`);
  return undefined;
}

function choiceProblem(element: Card, value: string, refuse: (why: string) => string): string | undefined {
  // With a dynamic list the values come from a search that only the person saw.
  if (isRecord(element['choices.data'])) return undefined;
  const allowed = new Set(records(element.choices).map((choice) => textOf(choice.value)));
  const wrong = (element.isMultiSelect === true ? value.split(',') : [value]).find(
    (one) => !allowed.has(one),
  );
  return wrong === undefined ? undefined : refuse(`"${wrong}" is none of: ${[...allowed].join(', ')}.`);
}
