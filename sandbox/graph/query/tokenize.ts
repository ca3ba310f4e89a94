import { malformed } from '../http/errors.js';

export interface Token {
  readonly kind: 'name' | 'text' | 'literal' | 'symbol';
  readonly text: string;
}

const pattern =
  /\s*(?:(?<text>'(?:[^']|'')*')|(?<symbol>[(),:])|(?<word>[^\s(),:']+(?::[0-9][^\s(),']*)*))/uy;

/** Splits an OData expression. Words that look like numbers, GUIDs, instants, booleans or null are literals. */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < expression.trimEnd().length) {
    const match = pattern.exec(expression);
    if (!match?.groups) throw malformed('Invalid filter clause: Syntax error in the expression.');
    const { text, symbol, word } = match.groups;
    if (text !== undefined) tokens.push({ kind: 'text', text: text.slice(1, -1).replaceAll("''", "'") });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol });
    else if (word !== undefined) tokens.push({ kind: isLiteral(word) ? 'literal' : 'name', text: word });
  }
  return tokens;
}

function isLiteral(word: string): boolean {
  return (
    /^(true|false|null)$/.test(word) ||
    /^-?\d+(\.\d+)?$/.test(word) ||
    /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/.test(word) ||
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(word)
  );
}
