import type { BSONRegExp } from 'bson';
import { badValue, refused } from './errors.js';
import { encodeValue, successor, type Key } from './keys.js';
import { asInteger, CLASS, classOf, isDocument, own, valuesAt, type Document } from './values.js';

/**
 * Filters, read once for everyone: what an operator means is said in one place, as a test for the matcher and, where bytes can
 * say it, as ranges of keys for the planner; what it was asked is kept for upserts.
 */
export interface Filter {
  readonly matches: (document: Document) => boolean;
  /** All of these hold; `$and`s are flattened into the list. */
  readonly conditions: readonly Condition[];
  /** The branches of each `$or`. */
  readonly ors: readonly (readonly Filter[])[];
  /** Whether conditions and ors are the whole filter (nothing like `$nor`). */
  readonly complete: boolean;
}
/** One operator on one field. */
export type Condition = Meaning & Readonly<{ path: string; operator: string; operand: unknown }>;
interface Meaning {
  /** @param values  all that the path reaches; undefined = missing */
  readonly test: (values: readonly unknown[]) => boolean;
  /** The keys of all values that can pass, in order; missing = an index is of no help. */
  readonly bounds?: readonly Interval[];
  /** The bounds hold nothing else: who is found by them need not be tested. */
  readonly exact?: boolean;
}
/** `[lo, hi)` over one field's encoded values, ascending. */
export interface Interval {
  readonly lo: Key;
  readonly hi: Key;
  /** Holds exactly one value. */
  readonly point: boolean;
}
/** `value` is one that a path reached, or an element of it. */
type Test = (value: unknown) => boolean;

/** @throws BadValue for a malformed filter, NotImplemented for what this store does not know */
export function parseFilter(filter: Document): Filter {
  const conditions: Condition[] = [];
  const ors: Filter[][] = [];
  const nors: Filter[] = [];
  const read = (part: Document): void => {
    for (const [name, value] of Object.entries(part)) {
      if (name === '$and') branches(name, value).forEach(read);
      else if (name === '$or') ors.push(branches(name, value).map(parseFilter));
      else if (name === '$nor') nors.push(...branches(name, value).map(parseFilter));
      else if (name === '$comment') continue;
      else if (name.startsWith('$')) throw refused(`the query operator ${name}`);
      else conditions.push(...meanings(value).map((meaning) => ({ path: name, ...meaning })));
    }
  };
  read(filter);
  const tests = conditions.map(({ path, test }) => ({ parts: path.split('.'), test }));
  return {
    conditions,
    ors,
    complete: nors.length === 0,
    matches: (document) =>
      tests.every(({ parts, test }) => test(valuesAt(document, parts))) &&
      ors.every((or) => or.some((branch) => branch.matches(document))) &&
      !nors.some((branch) => branch.matches(document)),
  };
}

function branches(name: string, value: unknown): Document[] {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isDocument))
    throw badValue(`${name} needs a non-empty array of filters`);
  return value as Document[];
}

export const isOperatorDocument = (value: unknown): value is Document =>
  isDocument(value) && Object.keys(value)[0]?.startsWith('$') === true;
const isRegex = (value: unknown): value is BSONRegExp => value != null && classOf(value) === CLASS.regex;

/** What stands beside a field: operators, a pattern, or a value to be equal to. */
function meanings(expression: unknown): Omit<Condition, 'path'>[] {
  const asked: Document = isOperatorDocument(expression)
    ? expression
    : { [isRegex(expression) ? '$regex' : '$eq']: expression };
  return Object.entries(asked)
    .filter(([operator]) => operator !== '$options')
    .map(([operator, operand]) => {
      const meaning = own(OPERATORS, operator) as Reader | undefined;
      if (meaning) return { operator, operand, ...meaning(operand, asked['$options']) };
      if (!operator.startsWith('$')) throw badValue(`unknown operator: ${operator}`);
      throw refused(`the query operator ${operator}`);
    });
}

type Reader = (operand: unknown, options: unknown) => Meaning;
const OPERATORS: Readonly<Record<string, Reader>> = {
  $eq: (operand) => among([operand]),
  $ne: (operand) => not(among([withoutRegex('$ne', operand)])),
  $in: (operand) => membership('$in', operand),
  $nin: (operand) => not(membership('$nin', operand)),
  $gt: (operand) => range('$gt', operand, (key, { top }) => [successor(key), top]),
  $gte: (operand) => range('$gte', operand, (key, { top }) => [key, top]),
  $lt: (operand) => range('$lt', operand, (key, { bottom }) => [bottom, key]),
  $lte: (operand) => range('$lte', operand, (key, { bottom }) => [bottom, successor(key)]),
  $regex: pattern,
  $not: (operand) => {
    if (!isRegex(operand) && !isOperatorDocument(operand))
      throw badValue('$not needs a regular expression or operators');
    const inner = meanings(operand);
    return { test: (values) => !inner.every(({ test }) => test(values)) };
  },
  $exists: (operand) => {
    const wanted = !(operand === false || operand === null || asInteger(operand) === 0);
    return { test: (values) => values.some((value) => value !== undefined) === wanted };
  },
  $size: (operand) => {
    const size = asInteger(operand);
    if (size === undefined || size < 0) throw badValue('$size needs a non-negative integer');
    return { test: (values) => values.some((value) => Array.isArray(value) && value.length === size) };
  },
  $elemMatch: (operand) => {
    const fits = elementTest(operand);
    return { test: (values) => values.some((value) => Array.isArray(value) && value.some(fits)) };
  },
};

/** Some value passes, or some element of a value that is an array. */
const any =
  (test: Test): Meaning['test'] =>
  (values) =>
    values.some((value) => test(value) || (Array.isArray(value) && value.some(test)));
const not = ({ test }: Meaning): Meaning => ({ test: (values) => !test(values) });

function withoutRegex(operator: string, operand: unknown): unknown {
  if (isRegex(operand)) throw badValue(`${operator} does not take a regular expression`);
  return operand;
}

/** An index holds the elements of arrays, not arrays; what MinKey and MaxKey compare with is not of their class. */
const hasBounds = (value: unknown): boolean =>
  !([CLASS.array, CLASS.minKey, CLASS.maxKey, CLASS.regex] as number[]).includes(classOf(value));

/** Equality with one of these. BSON's old `undefined` equals nothing. */
function among(operands: readonly unknown[]): Meaning {
  const wanted = operands.filter((operand) => operand !== undefined);
  const keys = new Set(wanted.map(encodeValue));
  const test = any((value) => keys.has(encodeValue(value)));
  if (!wanted.every(hasBounds)) return { test };
  const bounds = [...keys].sort().map((lo) => ({ lo, hi: successor(lo), point: true }));
  return { test, bounds, exact: true };
}

function membership(operator: string, operand: unknown): Meaning {
  if (!Array.isArray(operand)) throw badValue(`${operator} needs an array`);
  if (operand.some(isOperatorDocument)) throw badValue(`cannot nest operators in ${operator}`);
  const values = among(operand.filter((item) => !isRegex(item)));
  const patterns = operand.filter(isRegex).map((item) => pattern(item).test);
  if (patterns.length === 0) return values;
  return { test: (found) => [values.test, ...patterns].some((test) => test(found)) };
}

/** NaN is a number's smallest key; it equals itself and belongs to no other range of numbers. */
const NAN = encodeValue(NaN);

type Ends = (key: Key, kind: { bottom: Key; top: Key }) => [lo: Key, hi: Key];
/** Within one class of values, but for MinKey and MaxKey, which compare with everything. */
function range(operator: string, operand: unknown, ends: Ends): Meaning {
  const kind = classOf(withoutRegex(operator, operand));
  const key = encodeValue(operand);
  const isWhole = kind === CLASS.minKey || kind === CLASS.maxKey;
  const bottom = isWhole ? '' : kind === CLASS.number ? successor(NAN) : String.fromCharCode(kind);
  let [lo, hi] = ends(key, { bottom, top: isWhole ? '\xff' : String.fromCharCode(kind + 1) });
  if (key === NAN) [lo, hi] = [NAN, operator.endsWith('e') ? successor(NAN) : NAN];
  const test = any((value) => {
    const found = encodeValue(value);
    return lo <= found && found < hi;
  });
  return hasBounds(operand) ? { test, bounds: [{ lo, hi, point: false }], exact: true } : { test };
}

function pattern(operand: unknown, options?: unknown): Meaning {
  const wrapped = isRegex(operand) ? operand : undefined;
  const source = wrapped?.pattern ?? operand;
  const flags = options ?? wrapped?.options ?? '';
  if (typeof source !== 'string' || typeof flags !== 'string') throw badValue('$regex has to be a string');
  const unknown = flags.replace(/[imsu]/g, '');
  if (unknown !== '') throw refused(`the regular expression option ${unknown}`);
  let compiled: RegExp;
  try {
    compiled = new RegExp(source, [...new Set(flags.replace('u', ''))].join(''));
  } catch {
    throw badValue('regular expression is invalid');
  }
  const itself = wrapped && encodeValue(wrapped);
  const test = any((value) => {
    const kind = classOf(value);
    if (kind === CLASS.regex) return encodeValue(value) === itself;
    return kind === CLASS.string && compiled.test(String(value));
  });
  return { test, bounds: flags === '' ? prefixBounds(source) : undefined };
}

/** `^literal…` without options reads only strings that begin with the literal. */
function prefixBounds(source: string): Interval[] | undefined {
  const literal = /^\^((?:[^\\^$.*+?()[\]{}|]|\\[\\^$.*+?()[\]{}|/-])+)/.exec(source)?.[1];
  if (literal === undefined || source.includes('|')) return undefined;
  // The last character may be made optional by what follows it.
  const follows = source[literal.length + 1];
  let text = literal.replace(/\\(.)/g, '$1');
  if (follows !== undefined && '*?{'.includes(follows)) text = [...text].slice(0, -1).join('');
  if (text === '') return undefined;
  const lo = encodeValue(text).slice(0, -2);
  return [{ lo, hi: successor(lo), point: false }];
}

/** Some one element of the array fits the whole operand. */
function elementTest(operand: unknown): Test {
  if (!isDocument(operand)) throw badValue('$elemMatch needs an object');
  const first = Object.keys(operand)[0];
  if (first?.startsWith('$') && !['$and', '$or', '$nor'].includes(first)) {
    const inner = meanings(operand);
    return (item) => inner.every(({ test }) => test([item]));
  }
  const { matches } = parseFilter(operand);
  return (item) => (isDocument(item) || Array.isArray(item)) && matches(item as Document);
}
