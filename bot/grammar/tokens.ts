/** A word of a sentence. `quoted` words are names or texts and never keywords. */
export interface Token {
  readonly text: string;
  /** Lower case, for comparing with keywords; '' for a quoted token, so that it never is one. */
  readonly word: string;
  readonly quoted: boolean;
  /** A comma followed it. */
  readonly comma: boolean;
}

/** Invisible characters that come along when a sentence is copied from a card or a web page. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const POLITE_START =
  /^(?:(?:please|pls|kindly|hey|ok|okay|now|then|can you|could you|would you|will you|i want to|i would like to|i'd like to|let's|let us|help me(?= \w+ )|rewind)[,:]?\s+)+/i;
const POLITE_END = /(?:[,\s]+(?:please|pls|thanks|thank you|for me))+\s*$/i;

const CLOSING = /[\s.!?;,]+$/;

/** One plain line: invisible characters, typographic quotes, polite words and closing punctuation are gone. */
export function normalise(text: string): string {
  const plain = text
    .normalize('NFC')
    .replace(INVISIBLE, '')
    .replace(/[\s\u00a0]+/g, ' ')
    .replace(/[\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033]/g, '"')
    .replace(/[\u2018\u2019\u201a\u201b\u2032]/g, "'")
    .trim();
  // "?" alone is the shortest way to ask for help.
  if (/^[?!.]+$/.test(plain)) return plain;
  return plain
    .replace(POLITE_START, '')
    .replace(CLOSING, '')
    .replace(POLITE_END, '')
    .replace(CLOSING, '')
    .trim();
}

/**
 * Splits at spaces and commas; "double quotes" keep together, with \" and \\ inside. A single quote opens only at the start of a
 * word and closes only at the end of one, so that o'brien@contoso.example stays whole.
 */
export function tokenise(line: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = /"((?:\\["\\]|[^"])*)"(,?)|(?<!\S)'([^']*)'(,?)(?=\s|$)|([^\s,]+)|,/gu;
  for (const match of line.matchAll(pattern)) {
    const [whole, double, afterDouble, single, afterSingle, bare] = match;
    if (whole === ',') {
      const last = tokens.pop();
      if (last !== undefined) tokens.push({ ...last, comma: true });
    } else if (bare !== undefined) {
      tokens.push({ text: bare, word: bare.toLowerCase(), quoted: false, comma: false });
    } else {
      const text = double === undefined ? (single ?? '') : double.replace(/\\(["\\])/g, '$1');
      tokens.push({
        text: text.trim(),
        word: '',
        quoted: true,
        comma: afterDouble === ',' || afterSingle === ',',
      });
    }
  }
  return tokens;
}

/** As typed, without quotes; for times and texts. */
export const textOf = (tokens: readonly Token[]): string =>
  tokens.map(({ text, comma }, index) => (comma && index < tokens.length - 1 ? `${text},` : text)).join(' ');

/** In quotes that `tokenise` reads back to exactly this text. */
export const quote = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
