/* eslint-disable no-control-regex -- control characters are what these tests are about */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { cleanData, safeJson, untrusted, untrustedMarkdown } from '../../cards/untrusted.js';
import { renderCard } from '../../cards/render.js';
import { renderText } from '../../cards/text.js';
import { previewView, whichOneView } from '../../cards/index.js';
import { alice, candidates, ctx, group, plan, withReason } from '../golden/story.js';
import type { Operation, Plan } from '../../services/model/plan.js';

const markdown = new MarkdownIt({ linkify: true });
// A mail address that becomes a mailto link says where it leads.
markdown.linkify.set({ fuzzyEmail: false });

/** Names as an attacker would give them to a user or group. */
const PIECES = [
  ...[
    '[x](https://evil.example)',
    '![x](https://evil.example/x.png)',
    '<https://evil.example>',
    'https://evil.example',
    'www.evil.example',
  ],
  ...[
    '<at>Everyone</at>',
    '<b>bold</b>',
    '**bold**',
    '__bold__',
    '_it_',
    '*it*',
    '~~gone~~',
    '`code`',
    '# heading',
    '- item',
    '+ item',
    '1. item',
  ],
  ...[
    '> quote',
    '    code',
    '[x]: https://evil.example',
    '[x][x]',
    '\\[x](y)',
    '&lt;b&gt;',
    '&#91;x](y)',
    '{{DATE(2026-01-01T00:00:00Z)}}',
    '| a | b |',
  ],
  ...[
    '\u202egnp.exe',
    '\u2066hidden\u2069',
    '\u200b\u200d\ufeff',
    '\u001b[31mred\u001b[0m',
    '\u009b31m',
    '\u0007',
    'a\nb',
    'a\r\n\r\n# b',
    '\u2028c',
    '\u{e0041}\u{e0042}',
  ],
  ...[
    'Alice Moreau',
    "O'Brien",
    'Zoë Müller',
    '山田 太郎',
    'a_b@contoso.example',
    'guest#EXT#@x.example',
    '===',
    '---',
    '"quoted"',
    '${name}',
    'SELECT 1',
  ],
];
/** 500 names, the same on every run. */
const NAMES: readonly string[] = fc.sample(
  fc
    .array(fc.constantFrom(...PIECES, ' ', ': ', ' - '), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('')),
  { numRuns: 500, seed: 7 },
);

const tags = (html: string): string[] =>
  [...html.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(([, tag]) => String(tag).toLowerCase());

describe('untrusted text in a card', () => {
  test('renders as plain text in markdown, whatever the name: no link, no mention, no markup', () => {
    for (const name of NAMES) {
      const html = markdown.render(untrustedMarkdown(untrusted(name)));
      expect({ name, tags: tags(html).filter((tag) => tag !== 'p') }).toEqual({ name, tags: [] });
    }
  });

  test('does so for random text too', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'[]()<>*_`~#+-=|\\!&;:/.{}$1a @\'"'), maxLength: 40 }),
        (name) => {
          const html = markdown.render(untrustedMarkdown(untrusted(name)));
          expect(tags(html).filter((tag) => tag !== 'p')).toEqual([]);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('leaves ordinary names, sign-in names and mails as they are', () => {
    for (const name of [
      'Alice Moreau',
      "O'Brien, Conan",
      'Zoë Müller-Lüdenscheidt',
      '山田 太郎',
      'jan_de_boer@contoso.example',
      'R&D (Berlin)',
      'A/B testing',
    ]) {
      expect(untrustedMarkdown(untrusted(name))).toBe(name);
    }
  });

  test('nothing of 500 hostile names becomes a link, a mention or an extra button of a card', () => {
    for (const name of NAMES) {
      const hostile = { ...alice, name, key: name };
      const view = whichOneView(
        {
          name,
          candidates: candidates.map((one) => ({ ...one, object: hostile, hint: name })),
          sentence: `show ${name}`,
        },
        ctx(),
      );
      // What a click sends back is data, never shown.
      const card = JSON.stringify(renderCard(view), (key, value: unknown) =>
        key === 'data' ? undefined : value,
      );
      expect(card).not.toMatch(/<at>|msteams":\{[^}]*entities|Action\.OpenUrl/);
      expect(card).not.toMatch(/\]\((?:https?|\/)/);
    }
  });

  test('a display name that looks like a template is shown, not evaluated', () => {
    const first = plan.operations[2] as Extract<Operation, { do: 'link' | 'unlink' }>;
    const odd: Plan = {
      ...plan,
      operations: [{ ...first, sourceName: group(50, '${1 + 1} ${title} ${$root}', 'security group') }],
    };
    const card = JSON.stringify(
      renderCard(
        previewView(
          { request: withReason, plan: odd, tenantName: 'Contoso', approverGroup: 'Approvers', say: '' },
          ctx(),
        ),
      ),
    );
    expect(card).toContain('${1 + 1} ${title} ${$root}');
  });
});

describe('untrusted text in a terminal', () => {
  test('no control, escape, bidirectional or invisible character gets out', () => {
    for (const name of NAMES) {
      const view = whichOneView(
        { name, candidates: [{ ...candidates[0], object: { ...alice, name }, state: 'live' }], sentence: '' },
        ctx(),
      );
      const text = renderText(view, { width: 80, colour: false });
      expect(text).not.toMatch(
        /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/,
      );
      expect(text.split('\n').length).toBeLessThan(30);
    }
  });

  test('cleaning twice changes nothing more', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(untrusted(untrusted(text))).toBe(untrusted(text));
      }),
    );
  });

  test('JSON for the terminal is the same value, with nothing a terminal acts on', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...NAMES), (value, name) => {
        const both = { value, name };
        const text = safeJson(both);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(both)));
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u200b-\u200d]/);
      }),
    );
  });

  test('ids, verbs and data of buttons are passed through untouched', () => {
    const data = { text: 'show "a\u200bb"' };
    expect(cleanData({ data, id: 'x\u200b', title: 'x\u200b' })).toEqual({ data, id: 'x\u200b', title: 'x' });
  });
});
