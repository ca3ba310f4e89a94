import { malformed } from '../http/errors.js';

/** A $search on directory objects: clauses `"property:text"` joined by AND and OR (AND binds stronger). */
export interface SearchClause {
  readonly property: string;
  readonly text: string;
}

/** @returns alternatives, each a list of clauses that must all hold */
export function parseSearch(expression: string): SearchClause[][] {
  const alternatives: SearchClause[][] = [];
  let current: SearchClause[] = [];
  let expectClause = true;
  const pattern = /\s*(?:"(?<clause>(?:[^"\\]|\\.)*)"|(?<joint>AND|OR)|(?<bracket>[()]))/uy;
  while (pattern.lastIndex < expression.trimEnd().length) {
    const match = pattern.exec(expression);
    if (!match?.groups) throw malformed(syntax(expression));
    const { clause, joint } = match.groups;
    if (clause !== undefined) {
      const colon = clause.indexOf(':');
      if (!expectClause || colon < 1) throw malformed(syntax(expression));
      current.push({
        property: clause.slice(0, colon),
        text: clause.slice(colon + 1).replace(/\\(.)/gu, '$1'),
      });
      expectClause = false;
    } else if (joint !== undefined) {
      if (expectClause) throw malformed(syntax(expression));
      if (joint === 'OR') {
        alternatives.push(current);
        current = [];
      }
      expectClause = true;
    }
  }
  if (expectClause) throw malformed(syntax(expression));
  return [...alternatives, current];
}

const syntax = (expression: string): string =>
  `Syntax error: character '${expression.trim().charAt(0)}' is not valid at position 0 in '${expression}'.`;

/** displayName and description are searched by words that begin so; other properties by their beginning. */
export function searchMatches(clause: SearchClause, value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const own = value.toLowerCase();
  const text = clause.text.toLowerCase().trim();
  if (clause.property !== 'displayName' && clause.property !== 'description') return own.startsWith(text);
  const words = own.split(/[^\p{L}\p{N}]+/u);
  return text
    .split(/[^\p{L}\p{N}]+/u)
    .filter((wanted) => wanted !== '')
    .every((wanted) => words.some((word) => word.startsWith(wanted)));
}
