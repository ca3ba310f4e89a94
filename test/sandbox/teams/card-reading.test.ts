import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import markdownit from 'markdown-it';
import { gatherInputs } from '../../../sandbox/teams/card-inputs.js';
import { brokenRules } from '../../../sandbox/teams/card-rules.js';
import { loadCardSchema } from '../../../sandbox/teams/card-schema.js';
import { cardText } from '../../../sandbox/teams/card-text.js';
import { findActions } from '../../../sandbox/teams/card-walk.js';
import { RateMeter, utf16Bytes } from '../../../sandbox/teams/limits.js';
import { MARKDOWN_RULES, visibleText } from '../../../sandbox/teams/markdown.js';
import type { Json } from './messages.js';

const text = (value: string, more: Json = {}): Json => ({ type: 'TextBlock', text: value, ...more });

describe('the visible text of a card', () => {
  test('reads rows, facts, tables, inputs and buttons in order, and leaves out what is hidden', () => {
    const card: Json = {
      type: 'AdaptiveCard',
      body: [
        {
          type: 'ColumnSet',
          columns: [{ items: [text('↩ Restore user · **Alice**')] }, { items: [text('asks')] }],
        },
        { type: 'FactSet', facts: [{ title: 'Restore point', value: 'snapshot 14' }] },
        {
          type: 'Table',
          rows: [
            {
              type: 'TableRow',
              cells: [{ items: [text('Department')] }, { items: [text('TBD → Finance')] }],
            },
          ],
        },
        { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: '[not](a link)' }, ' end'] },
        { type: 'Container', isVisible: false, items: [text('hidden')] },
        { type: 'Input.Toggle', id: 'a', title: 'The account', value: 'true' },
        {
          type: 'Input.ChoiceSet',
          id: 'b',
          label: 'Mode',
          value: 'add',
          choices: [
            { title: 'add', value: 'add' },
            { title: 'exact', value: 'exact' },
          ],
        },
        { type: 'Input.Text', id: 'c', label: 'Why?', value: 'INC-1' },
      ],
      actions: [
        { type: 'Action.Execute', title: 'Preview' },
        {
          type: 'Action.ShowCard',
          title: 'Deny…',
          card: { body: [{ type: 'Input.Text', id: 'd', label: 'Comment' }] },
        },
      ],
    };
    expect(cardText(card)).toBe(
      [
        '↩ Restore user · Alice  asks',
        'Restore point: snapshot 14',
        'Department | TBD → Finance',
        '[not](a link) end',
        '[x] The account',
        'Mode',
        '(•) add',
        '( ) exact',
        'Why?: [INC-1]',
        '[Preview] [Deny…]',
        '  Comment: []',
      ].join('\n'),
    );
  });

  test('shows where a link made from directory text would lead', () => {
    expect(visibleText('[Alice](https://evil.example)')).toBe('Alice <https://evil.example>');
    expect(visibleText('\\[Alice\\](x) a\\_b &amp; c')).toBe('[Alice](x) a_b & c');
  });

  test('never fails, whatever a card holds', () => {
    fc.assert(
      fc.property(
        fc.object({
          maxDepth: 4,
          key: fc.constantFrom('type', 'body', 'items', 'actions', 'text', 'card', 'id'),
        }),
        (card) => {
          expect(typeof cardText(card as Json)).toBe('string');
          expect(Array.isArray(findActions(card as Json))).toBe(true);
        },
      ),
    );
  });

  test('the page reads Markdown by the same rules', async () => {
    const page = (await import(new URL('../../../sandbox/teams/page/markdown.js', import.meta.url).href)) as {
      MARKDOWN_RULES: string[];
      createMarkdown: (create: typeof markdownit) => { render(source: string): string };
    };
    expect(page.MARKDOWN_RULES).toEqual(MARKDOWN_RULES);
    const html = page
      .createMarkdown(markdownit)
      .render('**b** <img src=x> # no\n\n- one\n\n`code` [x](javascript:alert(1))');
    expect(html).toContain('<strong>b</strong> &lt;img src=x&gt; # no');
    expect(html).toContain('<li>one</li>');
    expect(html).not.toMatch(/<code>|<img|<h1|href/);
  });
});

describe('gathering inputs', () => {
  const found = (action: Json, ...inputs: Json[]) => ({
    action,
    place: 'card' as const,
    inputs: inputs.map((element) => ({ id: String(element.id), element })),
  });
  const choice = {
    type: 'Input.ChoiceSet',
    id: 'c',
    choices: [{ value: 'a' }, { value: 'b' }],
    isMultiSelect: true,
  };

  test('a ShowCard sends its own inputs and those of the card around it, not its neighbours’', () => {
    const show = (id: string): Json => ({
      type: 'Action.ShowCard',
      title: id,
      card: { body: [{ type: 'Input.Text', id }], actions: [{ type: 'Action.Execute', title: `go ${id}` }] },
    });
    const card = { body: [{ type: 'Input.Text', id: 'root' }], actions: [show('one'), show('two')] };
    const inputs = findActions(card).find(({ action }) => action.title === 'go two')?.inputs;
    expect(inputs?.map(({ id }) => id)).toEqual(['root', 'two']);
  });

  test('associatedInputs none sends the data alone', () => {
    const cancel = found({ data: { id: 1 }, associatedInputs: 'none' }, { ...choice, isRequired: true });
    expect(gatherInputs(cancel, {})).toEqual({ ok: true, data: { id: 1 } });
  });

  test.each([
    [{ ...choice, isRequired: true }, {}, 'required'],
    [choice, { c: 'a,x' }, '"x" is none of'],
    [{ type: 'Input.Number', id: 'c', min: 1, max: 99 }, { c: '100' }, 'at most 99'],
    [{ type: 'Input.Date', id: 'c' }, { c: '20.11.2026' }, 'YYYY-MM-DD'],
    [{ type: 'Input.Date', id: 'c', max: '2026-11-21' }, { c: '2026-11-22' }, 'not after'],
    [{ type: 'Input.Text', id: 'c', regex: '^\\d{2}$' }, { c: '7' }, 'must match'],
    [{ type: 'Input.Toggle', id: 'c', isRequired: true }, {}, 'required'],
  ] as [Json, Json, string][])('%j with %j is stopped by the client', (input, given, told) => {
    const gathered = gatherInputs(found({}, input), given);
    expect(gathered).toMatchObject({ ok: false, problem: expect.stringContaining(told) });
  });

  test('lists become comma-separated, toggles keep their words, empty ones are left out', () => {
    const toggle = { type: 'Input.Toggle', id: 't', valueOn: 'yes', valueOff: 'no' };
    const empty = { type: 'Input.Text', id: 'e' };
    expect(gatherInputs(found({ data: { v: 1 } }, choice, toggle, empty), { c: ['a', 'b'] })).toEqual({
      ok: true,
      data: { v: 1, c: 'a,b', t: 'no' },
    });
  });
});

describe('limits', () => {
  test('size counts UTF-16 units', () => {
    expect(utf16Bytes('äb')).toBe(8);
    expect(utf16Bytes('🙂')).toBe(8);
  });

  test('no window ever holds more than it may, and a call after Retry-After is taken', () => {
    const rates = [
      { count: 7, perMs: 1_000 },
      { count: 8, perMs: 2_000 },
    ];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 80 }), (pauses) => {
        let now = 0;
        const meter = new RateMeter(() => now);
        const taken: number[] = [];
        for (const pause of pauses) {
          now += pause;
          const wait = meter.take('k', rates);
          if (wait === undefined) taken.push(now);
          else {
            now += wait * 1_000;
            expect(meter.take('k', rates)).toBeUndefined();
            taken.push(now);
          }
          for (const rate of rates)
            expect(taken.filter((at) => at > now - rate.perMs).length).toBeLessThanOrEqual(rate.count);
        }
      }),
    );
  });
});

test('the published example cards are good, by the schema and by our rules', () => {
  const contract = process.env.CONTRACT_DIR ?? '../shared';
  const schema = loadCardSchema(contract);
  if (schema === null) {
    console.warn(
      `SKIPPED: no card examples below ${contract}; set CONTRACT_DIR to hold cards against the schema.`,
    );
    return;
  }
  const folder = join(contract, 'teams', 'examples');
  const files = readdirSync(folder).filter((name) => name.includes('card') || name.includes('view'));
  expect(files.length).toBeGreaterThan(4);
  for (const name of files) {
    const card = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Json;
    const place = name.includes('dialog') ? 'dialog' : 'message';
    expect([name, ...schema(card), ...brokenRules(card, place)]).toEqual([name]);
  }
  expect(
    schema({ type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlok', text: 'x' }] }),
  ).not.toEqual([]);
});

test('every file of the page is plain: no build step, no foreign address', () => {
  const index = readFileSync(new URL('../../../sandbox/teams/page/index.html', import.meta.url), 'utf8');
  const addresses = [...index.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, address]) => address);
  expect(addresses.length).toBeGreaterThan(5);
  expect(addresses.filter((address) => !/^\/(page|lib)\//.test(String(address)))).toEqual([]);
});
