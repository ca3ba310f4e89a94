import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import { CARD_BUDGET, cardSize, expandCard } from '../../cards/render.js';
import { renderText } from '../../cards/text.js';
import { VERBS } from '../../cards/verbs.js';
import { TEMPLATES } from '../../cards/templates.js';
import type { View } from '../../cards/views.js';
import type { Button } from '../../cards/frame.js';
import { VIEWS } from './views.js';

/** Run with UPDATE_GOLDEN=1 to write what the renderer makes now, then read the difference before committing it. */
const UPDATE = process.env.UPDATE_GOLDEN === '1';
const FOLDER = join(process.cwd(), 'test', 'golden');

type Node = Record<string, unknown>;

const SCHEMA = join(process.env.CONTRACT_DIR ?? join(process.cwd(), '..', 'shared'), 'teams', 'schemas', 'adaptive-card-teams.schema.json');
const validate: ValidateFunction | null = existsSync(SCHEMA)
  ? new Ajv({ discriminator: true, strict: false }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object)
  : null;
if (validate === null) console.warn(`SKIPPED: cards are not checked against Teams' schema, ${SCHEMA} is not there`);

/** Every object in the card, with its parent's type, fallbacks included. */
function* nodes(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodes(item);
  else if (value !== null && typeof value === 'object') {
    yield value as Node;
    for (const [key, item] of Object.entries(value)) if (key !== 'data') yield* nodes(item);
  }
}

const typed = (card: unknown, prefix: string): Node[] =>
  [...nodes(card)].filter(({ type }) => typeof type === 'string' && type.startsWith(prefix));

const cases = Object.entries(VIEWS).flatMap(([card, views]) =>
  Object.entries(views).map(([name, view]) => [`${card}/${name}`, view] as const),
);

test('every card has a golden case, and no template is without one', () => {
  expect(Object.keys(VIEWS).toSorted()).toEqual(Object.keys(TEMPLATES).toSorted());
  for (const views of Object.values(VIEWS)) expect(Object.keys(views).length).toBeGreaterThan(0);
});

describe.each(cases)('%s', (path, view: View) => {
  const { card, warnings } = expandCard(view, { refreshFor: ['29:one'] });
  const text = renderText(view, { width: 80, colour: false });

  test('is drawn as agreed, as card and as text', () => {
    const file = join(FOLDER, path);
    const json = `${JSON.stringify(card, null, 1)}\n`;
    if (UPDATE) {
      mkdirSync(join(FOLDER, view.card), { recursive: true });
      writeFileSync(`${file}.json`, json);
      writeFileSync(`${file}.txt`, `${text}\n`);
    }
    expect(json).toBe(readFileSync(`${file}.json`, 'utf8'));
    expect(`${text}\n`).toBe(readFileSync(`${file}.txt`, 'utf8'));
  });

  test('expands whole: no warnings, nothing left of the template', () => {
    expect(warnings).toEqual([]);
    const left = JSON.stringify(card);
    expect(left).not.toContain('${');
    expect(left).not.toContain('$part');
    expect(left).not.toMatch(/"(?:undefined|null|\[object Object\])"/);
  });

  test('is a valid Teams card of version 1.5 within the budget', () => {
    expect(card.version).toBe('1.5');
    expect(cardSize(card)).toBeLessThanOrEqual(CARD_BUDGET);
    if (validate !== null) expect(validate(card) ? [] : validate.errors).toEqual([]);
  });

  test('[C3] can be used without seeing it: labels, headings, a summary, no images of text', () => {
    for (const input of typed(card, 'Input.')) {
      const label = input.type === 'Input.Toggle' ? input.title : input.label;
      expect(String(label ?? '').trim()).not.toBe('');
      if (input.isRequired === true) expect(input.errorMessage).toBeTruthy();
    }
    for (const image of typed(card, 'Image')) expect(image.altText).toBeTruthy();
    expect(typed(card, 'TextBlock').some(({ style }) => style === 'heading')).toBe(true);
    expect(String(card.fallbackText).length).toBeGreaterThan(3);
    const ids = typed(card, 'Input.').map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has known verbs, ids only in its buttons, and at most six side by side', () => {
    const refresh = (card.refresh as Node | undefined)?.action;
    for (const action of typed(card, 'Action.Execute').filter((one) => one !== refresh)) {
      expect(VERBS).toContain(action.verb);
      for (const value of Object.values(action.data as Node)) {
        expect(['string', 'number', 'boolean']).toContain(typeof value);
      }
      expect((action.fallback as Node | undefined)?.type).toBe('Action.Submit');
    }
    for (const { actions } of typed(card, 'ActionSet')) {
      expect((actions as unknown[]).length).toBeLessThanOrEqual(6);
      expect((actions as unknown[]).length).toBeGreaterThan(0);
    }
    expect(card).not.toHaveProperty('actions');
  });

  test('loses nothing of its view on the way: every button, row and sentence is on the card', () => {
    const shown = JSON.stringify(card);
    const titles = typed(card, 'Action.').map(({ title }) => title);
    for (const { title } of buttonsOf(view.data)) expect(titles.some((on) => String(on).includes(title))).toBe(true);
    if (path.endsWith('/longest')) return;
    for (const sentence of view.data.intro) expect(shown).toContain(JSON.stringify(sentence).slice(1, -1));
    const rows = view.data.blocks.flatMap((block) => block.rows).filter(({ tick }) => tick === '');
    for (const line of rows) expect(shown).toContain(JSON.stringify(line.text).slice(1, -1));
  });

  test('as text fits the terminal and holds no escape sequences', () => {
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    const code = 'code' in view.data && view.data.code !== '';
    for (const line of text.split('\n')) {
      // Sentences to copy are never broken.
      if (!/^ {2}(?:say: |> )/.test(line) && !code) expect([...line].length).toBeLessThanOrEqual(80);
    }
    expect(text.split('\n').every((line) => !/undefined|\[object/.test(line))).toBe(true);
  });
});

function buttonsOf(data: object): Button[] {
  return Object.values(data).flatMap((value: unknown) => {
    if (!Array.isArray(value)) return [];
    return value.filter(
      (item: unknown): item is Button => item !== null && typeof item === 'object' && 'verb' in item && 'inputs' in item,
    );
  });
}
