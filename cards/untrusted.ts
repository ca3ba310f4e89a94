/**
 * Directory text is untrusted: a display name may hold markdown, a mention, a terminal escape or characters that turn the
 * reading direction round. Every view passes through here on its way out, whole, so that no builder has to remember it.
 */

/** C0 and C1 controls; tab and line breaks are turned into spaces before. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;
/** Bidirectional marks, embeddings, overrides and isolates; line and paragraph separators are breaks. */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Invisible: zero-width characters, joiners, soft hyphen, Hangul and Khmer fillers, variation tags, BOM. */
const INVISIBLE = new RegExp(
  [
    ...[
      '\\u00ad',
      '\\u034f',
      '[\\u115f\\u1160]',
      '[\\u17b4\\u17b5]',
      '[\\u180b-\\u180f]',
      '[\\u200b-\\u200d]',
      '[\\u2060-\\u2065]',
    ],
    ...[
      '[\\u206a-\\u206f]',
      '\\u3164',
      '[\\ufe00-\\ufe0f]',
      '\\ufeff',
      '\\uffa0',
      '[\\ufff9-\\ufffb]',
      '[\\u{e0000}-\\u{e0fff}]',
    ],
  ].join('|'),
  'gu',
);
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/** Lone halves of surrogate pairs would break the wire's UTF-8. */
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** One line of visible text, fit for a place that renders no markup (a text run, the terminal). */
export const untrusted = (text: string): string =>
  text
    .replace(BREAKS, ' ')
    .replace(LONE, '\ufffd')
    .replace(CONTROLS, '')
    .replace(BIDI, '')
    .replace(INVISIBLE, '')
    .trimEnd();

/** Invisible and harmless; breaks a mark without changing what a person reads. */
const WJ = '\u2060';

/**
 * The same text where a client reads markdown (TextBlock, Fact, choices, toggles). Backslash escapes are not used: not every
 * Teams client knows them. Marks that would format are replaced by their look-alike or parted by a word joiner.
 */
export const untrustedMarkdown = (text: string): string =>
  text
    .replace(/\*/g, '∗')
    .replace(/`/g, 'ˋ')
    .replace(/</g, '‹')
    .replace(/\]/g, `]${WJ}`)
    .replace(/!\[/g, `!${WJ}[`)
    .replace(/(^|[^\p{L}\p{N}])_|_(?=[^\p{L}\p{N}]|$)/gu, (mark) => mark.replace('_', `${WJ}_${WJ}`))
    .replace(/~~/g, `~${WJ}~`)
    .replace(/\{\{/g, `{${WJ}{`)
    .replace(/\\(?=[!-/:-@[-`{-~])/g, `\\${WJ}`)
    .replace(/&(?=#?\w+;)/g, `&${WJ}`)
    .replace(/:\/\//g, `:${WJ}//`)
    .replace(/\bwww\./gi, (mark) => `${mark.slice(0, -1)}${WJ}.`)
    .replace(/^(\s*)(?=[-+=~#>|]|\d+[.)])/, `$1${WJ}`)
    .replace(/^ {4,}/, (spaces) => WJ + spaces);

/** Keys of a view's data that are sent back or copied, never shown: they stay as they are. */
const NOT_SHOWN: ReadonlySet<string> = new Set(['data', 'id', 'key', 'tick', 'value', 'verb']);
export const isNotShown = (key: string): boolean => NOT_SHOWN.has(key);

/** A copy of a view's data in which every text is one visible line. The key `code` keeps its line breaks. */
export function cleanData<T>(data: T, key = ''): T {
  if (NOT_SHOWN.has(key)) return data;
  if (typeof data === 'string') {
    if (key !== 'code') return untrusted(data) as T;
    return data.split('\n').map(untrusted).join('\n') as T;
  }
  if (Array.isArray(data)) return data.map((item: unknown) => cleanData(item, key)) as T;
  if (data !== null && typeof data === 'object') {
    return Object.fromEntries(
      Object.entries(data).map(([name, value]) => [name, cleanData(value, name)]),
    ) as T;
  }
  return data;
}

/** JSON for a terminal: everything that a terminal could act on, or that cannot be seen, is written as \uXXXX. */
export const safeJson = (value: unknown, indent = 2): string =>
  JSON.stringify(value, null, indent)
    .split('\n')
    .map((line) =>
      line
        .replace(CONTROLS, escaped)
        .replace(BIDI, escaped)
        .replace(INVISIBLE, escaped)
        .replace(/[\u2028\u2029]/g, escaped),
    )
    .join('\n');

const escaped = (text: string): string =>
  [...Array(text.length).keys()]
    .map((index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');
