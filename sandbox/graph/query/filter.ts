import { malformed } from '../http/errors.js';
import type { JsonValue } from '../state/types.js';
import { tokenize, type Token } from './tokenize.js';

export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';

/** A parsed $filter. Paths are split at '/'; a path that starts with a lambda's variable names its item. */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly op: 'not'; readonly inner: Filter }
  | {
      readonly op: 'compare';
      readonly path: readonly string[];
      readonly by: Comparison;
      readonly value: JsonValue;
    }
  | { readonly op: 'in'; readonly path: readonly string[]; readonly values: readonly JsonValue[] }
  | {
      readonly op: 'startswith' | 'endswith' | 'contains';
      readonly path: readonly string[];
      readonly text: string;
    }
  | {
      readonly op: 'any' | 'all';
      readonly path: readonly string[];
      readonly variable: string;
      readonly inner: Filter | null;
    };

const comparisons = new Set(['eq', 'ne', 'gt', 'ge', 'lt', 'le']);

/** @throws GraphError 400 with the position-free text of the service */
export function parseFilter(expression: string): Filter {
  const parser = new Parser(tokenize(expression));
  const filter = parser.or();
  parser.end();
  return filter;
}

class Parser {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  or(): Filter {
    let left = this.and();
    while (this.takeName('or')) left = { op: 'or', left, right: this.and() };
    return left;
  }

  end(): void {
    if (this.at < this.tokens.length) throw syntaxError();
  }

  private and(): Filter {
    let left = this.unary();
    while (this.takeName('and')) left = { op: 'and', left, right: this.unary() };
    return left;
  }

  private unary(): Filter {
    if (this.takeName('not')) return { op: 'not', inner: this.unary() };
    if (this.takeSymbol('(')) {
      const inner = this.or();
      this.mustSymbol(')');
      return inner;
    }
    return this.primary();
  }

  private primary(): Filter {
    const word = this.must('name').text;
    const called = word.toLowerCase();
    if (['startswith', 'endswith', 'contains'].includes(called) && this.peek('(')) {
      this.mustSymbol('(');
      const path = this.must('name').text.split('/');
      this.mustSymbol(',');
      const text = this.must('text').text;
      this.mustSymbol(')');
      if (this.takeName('eq')) {
        const wanted = this.must('literal').text;
        const call: Filter = { op: called as 'startswith', path, text };
        return wanted === 'false' ? { op: 'not', inner: call } : call;
      }
      return { op: called as 'startswith', path, text };
    }
    // hamilton lists named locations of one type so.
    if (called === 'isof' && this.takeSymbol('(')) {
      const type = this.must('text').text;
      this.mustSymbol(')');
      return { op: 'compare', path: ['@odata.type'], by: 'eq', value: `#${type.replace(/^#/, '')}` };
    }
    const lambda = /^(.+)\/(any|all)$/.exec(word);
    if (lambda?.[1] && this.peek('(')) return this.lambda(lambda[1].split('/'), lambda[2] as 'any' | 'all');
    return this.comparison(word.split('/'));
  }

  private lambda(path: readonly string[], op: 'any' | 'all'): Filter {
    this.mustSymbol('(');
    if (this.takeSymbol(')')) return { op, path, variable: '', inner: null };
    const variable = this.must('name').text;
    this.mustSymbol(':');
    const inner = this.or();
    this.mustSymbol(')');
    return { op, path, variable, inner };
  }

  private comparison(path: readonly string[]): Filter {
    const operator = this.must('name').text.toLowerCase();
    if (operator === 'in') {
      this.mustSymbol('(');
      const values: JsonValue[] = [];
      do values.push(this.value());
      while (this.takeSymbol(','));
      this.mustSymbol(')');
      return { op: 'in', path, values };
    }
    if (!comparisons.has(operator)) throw syntaxError();
    return { op: 'compare', path, by: operator as Comparison, value: this.value() };
  }

  private value(): JsonValue {
    const token = this.tokens[this.at++];
    if (token?.kind === 'text') return token.text;
    if (token?.kind !== 'literal') throw syntaxError();
    if (token.text === 'null') return null;
    if (token.text === 'true' || token.text === 'false') return token.text === 'true';
    return /^-?\d+(\.\d+)?$/.test(token.text) ? Number(token.text) : token.text;
  }

  private peek(symbol: string): boolean {
    const token = this.tokens[this.at];
    return token?.kind === 'symbol' && token.text === symbol;
  }

  private takeSymbol(symbol: string): boolean {
    if (!this.peek(symbol)) return false;
    this.at += 1;
    return true;
  }

  private takeName(name: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== 'name' || token.text.toLowerCase() !== name) return false;
    this.at += 1;
    return true;
  }

  private mustSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw syntaxError();
  }

  private must(kind: Token['kind']): Token {
    const token = this.tokens[this.at];
    if (token?.kind !== kind) throw syntaxError();
    this.at += 1;
    return token;
  }
}

function syntaxError(): Error {
  return malformed('Invalid filter clause: Syntax error in the filter expression.');
}

/** Every path that the filter names, the variables of lambdas left out; each with the operator that uses it. */
export function usesOf(filter: Filter): { path: readonly string[]; operator: string }[] {
  switch (filter.op) {
    case 'and':
    case 'or':
      return [...usesOf(filter.left), ...usesOf(filter.right)];
    case 'not':
      return [{ path: [], operator: 'not' }, ...usesOf(filter.inner)];
    case 'compare':
      return [{ path: filter.path, operator: filter.by }];
    case 'in':
      return [{ path: filter.path, operator: 'in' }];
    case 'any':
    case 'all': {
      const inner = filter.inner ? usesOf(filter.inner).filter((use) => use.path[0] !== filter.variable) : [];
      const operators = filter.inner ? usesOf(filter.inner).map((use) => use.operator) : [];
      return [{ path: filter.path, operator: operators.includes('ne') ? 'ne' : filter.op }, ...inner];
    }
    default:
      return [{ path: filter.path, operator: filter.op }];
  }
}

/** Looks up what a path names: a property's value, or the number behind `members/$count`. */
export type ReadPath = (path: readonly string[]) => JsonValue;

/** Text is compared without regard to case, as the directory does. A missing value equals null only. */
export function matches(filter: Filter, read: ReadPath): boolean {
  switch (filter.op) {
    case 'and':
      return matches(filter.left, read) && matches(filter.right, read);
    case 'or':
      return matches(filter.left, read) || matches(filter.right, read);
    case 'not':
      return !matches(filter.inner, read);
    case 'compare':
      return compares(read(filter.path), filter.by, filter.value);
    case 'in': {
      const value = read(filter.path);
      return filter.values.some((wanted) => compares(value, 'eq', wanted));
    }
    case 'any':
    case 'all': {
      const list = read(filter.path);
      const items = Array.isArray(list) ? list : [];
      const { inner, variable } = filter;
      if (!inner) return items.length > 0;
      const holds = (item: JsonValue): boolean =>
        matches(inner, (path) => (path[0] === variable ? dig(item, path.slice(1)) : read(path)));
      return filter.op === 'any' ? items.some(holds) : items.every(holds);
    }
    default: {
      const value = read(filter.path);
      if (typeof value !== 'string') return false;
      const text = filter.text.toLowerCase();
      const own = value.toLowerCase();
      if (filter.op === 'startswith') return own.startsWith(text);
      return filter.op === 'endswith' ? own.endsWith(text) : own.includes(text);
    }
  }
}

export function dig(value: JsonValue, path: readonly string[]): JsonValue {
  let at: JsonValue = value;
  for (const step of path) {
    if (at === null || typeof at !== 'object' || Array.isArray(at)) return null;
    at = at[step] ?? null;
  }
  return at;
}

const instant = /^\d{4}-\d\d-\d\d(T|$)/;

function compares(own: JsonValue, by: Comparison, wanted: JsonValue): boolean {
  const [left, right] = comparable(own, wanted);
  if (by === 'eq') return left === right;
  if (by === 'ne') return left !== right;
  if (left === null || right === null || typeof left !== typeof right) return false;
  switch (by) {
    case 'gt':
      return left > right;
    case 'ge':
      return left >= right;
    case 'lt':
      return left < right;
    case 'le':
      return left <= right;
  }
}

function comparable(
  own: JsonValue,
  wanted: JsonValue,
): [string | number | boolean | null, string | number | boolean | null] {
  if (typeof own === 'string' && typeof wanted === 'string') {
    if (instant.test(own) && instant.test(wanted)) return [Date.parse(own), Date.parse(wanted)];
    return [own.toLowerCase(), wanted.toLowerCase()];
  }
  const scalar = (value: JsonValue): string | number | boolean | null =>
    value !== null && typeof value === 'object' ? JSON.stringify(value) : value;
  return [scalar(own), scalar(wanted)];
}
