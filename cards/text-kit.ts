import type { Block, BadgeStyle, Frame, Row, Sign } from './frame.js';

/** How a terminal shows text. `width` in columns; `colour` false = no escape sequences at all. */
export interface TextOptions {
  readonly width: number;
  readonly colour: boolean;
}

const SGR = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Paint = (style: keyof typeof SGR, text: string) => string;

export const painter =
  (colour: boolean): Paint =>
  (style, text) =>
    colour && text !== '' ? `\u001b[${SGR[style]}m${text}\u001b[0m` : text;

const SIGN_COLOURS: Readonly<Record<Sign, keyof typeof SGR | null>> = {
  '+': 'green',
  '−': 'red',
  '~': 'cyan',
  '=': null,
  '·': 'dim',
  '!': 'yellow',
};
const BADGE_COLOURS: Readonly<Record<BadgeStyle, keyof typeof SGR>> = {
  accent: 'cyan',
  good: 'green',
  warning: 'yellow',
  attention: 'red',
  emphasis: 'dim',
};

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const COMBINING = /\p{Mn}|\p{Me}/u;

/** Columns that a text takes in a terminal. */
export const columns = (text: string): number =>
  [...text].reduce(
    (sum, character) => sum + (COMBINING.test(character) ? 0 : WIDE.test(character) ? 2 : 1),
    0,
  );

/** Breaks at spaces, keeping those at the start; a word longer than the width is cut. Later lines begin with `indent` spaces. */
export function wrap(text: string, width: number, indent = 0): readonly string[] {
  const room = Math.max(20, width);
  const lines: string[] = [];
  let line = /^ */.exec(text)?.[0] ?? '';
  const push = (): void => {
    lines.push(line);
    line = ' '.repeat(Math.min(indent, room - 10));
  };
  for (const word of text.trimStart().split(' ')) {
    let rest = word;
    const glued = line.trim() === '' ? line + rest : `${line} ${rest}`;
    if (columns(glued) <= room) {
      line = glued;
      continue;
    }
    if (line.trim() !== '') push();
    while (columns(line + rest) > room) {
      let cut = '';
      for (const character of rest) {
        if (columns(line + cut + character) > room) break;
        cut += character;
      }
      line += cut;
      rest = rest.slice(cut.length);
      push();
    }
    line += rest;
  }
  if (line.trim() !== '' || lines.length === 0) lines.push(line);
  return lines;
}

/** One diff or list line: sign, text, remark. */
function rowLines(item: Row, options: TextOptions, indent = 2): readonly string[] {
  const paint = painter(options.colour);
  const text = `${item.sign} ${item.text}${item.note === '' ? '' : ` · ${item.note}`}`;
  const lines = wrap(`${' '.repeat(indent)}${text}`, options.width, indent + 2);
  const colour = SIGN_COLOURS[item.sign];
  return colour === null ? lines : lines.map((line) => paint(colour, line));
}

export function blockLines(item: Block, options: TextOptions): readonly string[] {
  const paint = painter(options.colour);
  return [
    `  ${paint('bold', item.title)}${item.count === '' ? '' : paint('dim', `  ${item.count}`)}`,
    ...item.rows.flatMap((line) => rowLines(line, options, 4)),
    ...(item.more === '' ? [] : [paint('dim', `    ${item.more}`)]),
  ];
}

/** Header of every text: glyph, title, badge, context. */
export function headLines(view: Frame, options: TextOptions): readonly string[] {
  const paint = painter(options.colour);
  const title = wrap(`${view.glyph} ${view.title}`, options.width - columns(view.badge.text) - 6, 2);
  const badge =
    view.badge.text === '' ? '' : `   ${paint(BADGE_COLOURS[view.badge.style], `[${view.badge.text}]`)}`;
  return [
    ...title.map((line, index) => paint('bold', line) + (index === title.length - 1 ? badge : '')),
    ...(view.context === ''
      ? []
      : wrap(`  ${view.context}`, options.width, 2).map((line) => paint('dim', line))),
  ];
}

export const introLines = (view: Frame, options: TextOptions): readonly string[] =>
  view.intro.flatMap((sentence) => wrap(`  ${sentence}`, options.width, 2));

/** Remarks and the sentence that does the same; buttons are prompts of the terminal host, not text. */
export function footLines(view: Frame, options: TextOptions): readonly string[] {
  const paint = painter(options.colour);
  return [
    ...view.notes.flatMap((note) => wrap(`  ${note}`, options.width, 2)).map((line) => paint('dim', line)),
    // Never wrapped: it is there to be copied.
    ...(view.say === '' ? [] : [paint('dim', `  say: ${view.say}`)]),
  ];
}

/** Aligned `label  value` lines. */
export function pairLines(
  pairs: readonly (readonly [label: string, value: string])[],
  options: TextOptions,
): readonly string[] {
  const widest = Math.min(24, Math.max(0, ...pairs.map(([label]) => columns(label))));
  return pairs.flatMap(([label, value]) =>
    wrap(
      `  ${label}${' '.repeat(Math.max(0, widest - columns(label)))}  ${value}`,
      options.width,
      widest + 4,
    ),
  );
}

/** "  gives: …", or nothing. */
export const labelled = (label: string, text: string, options: TextOptions): readonly string[] =>
  text === '' ? [] : wrap(`  ${label}: ${text}`, options.width, 4);

/** The usual card as text; `middle` goes between sentences and blocks. */
export const frameText = (view: Frame, options: TextOptions, middle: readonly string[] = []): string =>
  [
    ...headLines(view, options),
    ...introLines(view, options),
    ...middle,
    ...view.blocks.flatMap((item) => blockLines(item, options)),
    ...footLines(view, options),
  ].join('\n');
