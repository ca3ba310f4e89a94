/** Walks a card without believing in its shape: unknown members are passed by. */
import { isRecord } from './model.js';
import type { Card } from './model.js';

export interface FoundInput {
  readonly id: string;
  readonly element: Card;
}

export interface FoundAction {
  readonly action: Card;
  /** Inputs that the client gathers with it: of its own card and of those around it. */
  readonly inputs: readonly FoundInput[];
  /** "card" for a button, "select" for a tappable element, "inline" for an input's own button. */
  readonly place: 'card' | 'select' | 'inline';
}

/** Members that hold elements shown inside an element, in reading order. */
const CHILDREN = ['body', 'items', 'columns', 'rows', 'cells', 'images', 'inlines', 'content'] as const;

export const records = (value: unknown): Card[] => (Array.isArray(value) ? value.filter(isRecord) : []);
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
export const typeOf = (element: Card): string => textOf(element.type);

/** The elements directly inside. */
export function childrenOf(element: Card): Card[] {
  return CHILDREN.flatMap((name) => records(element[name]));
}

/** Every element of the card in reading order, hidden ones too; not those of nested ShowCards. */
export function* elements(card: Card): Generator<Card> {
  for (const child of childrenOf(card)) {
    yield child;
    yield* elements(child);
  }
}

/** The card and every card inside its ShowCard actions. */
export function* nestedCards(card: Card): Generator<Card> {
  yield card;
  for (const action of ownActions(card)) if (isRecord(action.card)) yield* nestedCards(action.card);
}

/** Buttons of this card (not of nested ones): root actions, then ActionSets in reading order. */
export function ownActions(card: Card): Card[] {
  const sets = [...elements(card)].filter((element) => typeOf(element) === 'ActionSet');
  return [...sets.flatMap((set) => records(set.actions)), ...records(card.actions)];
}

/** Inputs of this card, hidden ones too (the client sends these as well); not those of nested ShowCards. */
export function ownInputs(card: Card): FoundInput[] {
  return [...elements(card)].flatMap((element) =>
    typeOf(element).startsWith('Input.') && typeof element.id === 'string'
      ? [{ id: element.id, element }]
      : [],
  );
}

/** Everything a person can press, with the inputs that go along. */
export function findActions(card: Card, outer: readonly FoundInput[] = []): FoundAction[] {
  const inputs = [...outer, ...ownInputs(card)];
  const found: FoundAction[] = [];
  for (const element of [card, ...elements(card)]) {
    if (isRecord(element.selectAction)) found.push({ action: element.selectAction, inputs, place: 'select' });
    if (isRecord(element.inlineAction)) found.push({ action: element.inlineAction, inputs, place: 'inline' });
  }
  for (const action of ownActions(card)) {
    found.push({ action, inputs, place: 'card' });
    if (isRecord(action.card)) found.push(...findActions(action.card, inputs));
  }
  return found;
}
