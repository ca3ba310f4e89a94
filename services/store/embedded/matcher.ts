import type { BSONRegExp } from 'bson';
import { refused, StoreError } from './errors.js';
import {
  asInteger,
  CLASS,
  classOf,
  compareValues,
  isDocument,
  isNaNValue,
  numeric,
  sameValue,
  textOf,
  visitPath,
  type Document,
} from './values.js';

/** Whether a document fits a filter. */
export type Matcher = (document: Document) => boolean;
/** `value` is what a path reached (undefined = missing). */
type Test = (value: unknown) => boolean;

/** One condition of a filter on one field; the planner reads these. `$and`s are flattened into the list. */
export interface FieldCondition {
  readonly path: string;
  readonly operator: string;
  readonly operand: unknown;
}
export interface FilterShape {
  readonly conditions: readonly FieldCondition[];
  /** The branches of each `$or`. */
  readonly ors: readonly (readonly Document[])[];
  /** Whether anything else (`$nor`, …) is in the filter. */
  readonly other: boolean;
}

const parse = (message: string): StoreError => new StoreError('BadValue', message);

export const isOperatorDocument = (value: unknown): value is Document =>
  isDocument(value) && Object.keys(value)[0]?.startsWith('$') === true;

/** Takes a filter apart, without judging its operands. */
export function filterShape(filter: Document): FilterShape {
  const conditions: FieldCondition[] = [];
  const ors: Document[][] = [];
  let other = false;
  const visit = (part: Document): void => {
    for (const [name, value] of Object.entries(part)) {
      if (name === '$and') branches(name, value).forEach(visit);
      else if (name === '$or') ors.push(branches(name, value));
      else if (name === '$comment') continue;
      else if (name.startsWith('$')) other = true;
      else if (isOperatorDocument(value)) {
        for (const [operator, operand] of Object.entries(value))
          // With options the text of the pattern says nothing about where its matches lie.
          conditions.push({
            path: name,
            operator: operator === '$regex' && value['$options'] ? '$options' : operator,
            operand,
          });
      } else conditions.push({ path: name, operator: isRegex(value) ? '$regex' : '$eq', operand: value });
    }
  };
  visit(filter);
  return { conditions, ors, other };
}

function branches(name: string, value: unknown): Document[] {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isDocument))
    throw parse(`${name} needs a non-empty array of filters`);
  return value as Document[];
}

/** Compiles a filter. @throws BadValue for a malformed one, NotImplemented for what this store does not know */
export function compileFilter(filter: Document): Matcher {
  const all: Matcher[] = [];
  for (const [name, value] of Object.entries(filter)) {
    if (name === '$comment') continue;
    if (name === '$and' || name === '$or' || name === '$nor') {
      const parts = branches(name, value).map(compileFilter);
      if (name === '$and') all.push((document) => parts.every((part) => part(document)));
      else if (name === '$or') all.push((document) => parts.some((part) => part(document)));
      else all.push((document) => !parts.some((part) => part(document)));
    } else if (name.startsWith('$')) {
      throw refused(`the query operator ${name}`);
    } else {
      all.push(compileField(name.split('.'), value));
    }
  }
  return (document) => all.every((part) => part(document));
}

function compileField(path: readonly string[], expression: unknown): Matcher {
  const tests = isOperatorDocument(expression)
    ? compileOperators(expression)
    : [
        expression === undefined
          ? never
          : isRegex(expression)
            ? any(regexTest(expression))
            : any(equals(expression)),
      ];
  return (document) => {
    const values: unknown[] = [];
    visitPath(document, path, (value) => values.push(value));
    return tests.every((test) => test(values));
  };
}

/** A test over all values that the path reached. */
type ManyTest = (values: readonly unknown[]) => boolean;
const never: ManyTest = () => false;

/** Some value passes, or some element of a value that is an array. */
const any =
  (test: Test): ManyTest =>
  (values) =>
    values.some((value) => test(value) || (Array.isArray(value) && value.some(test)));
/** Some value passes as it is. */
const anyWhole =
  (test: Test): ManyTest =>
  (values) =>
    values.some(test);
const not =
  (test: ManyTest): ManyTest =>
  (values) =>
    !test(values);

function compileOperators(expression: Document): ManyTest[] {
  return Object.entries(expression)
    .filter(([operator]) => operator !== '$options')
    .map(([operator, operand]) => compileOperator(operator, operand, expression));
}

function compileOperator(operator: string, operand: unknown, siblings: Document): ManyTest {
  switch (operator) {
    case '$eq':
      return any(equals(operand));
    case '$ne':
      if (isRegex(operand)) throw parse('$ne does not take a regular expression');
      return not(any(equals(operand)));
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      if (isRegex(operand)) throw parse(`${operator} does not take a regular expression`);
      return any(comparison(operator, operand));
    case '$in':
      return any(membership(operator, operand));
    case '$nin':
      return not(any(membership(operator, operand)));
    case '$not':
      if (isRegex(operand)) return not(any(regexTest(operand)));
      if (!isOperatorDocument(operand)) throw parse('$not needs a regular expression or operators');
      {
        const inner = compileOperators(operand);
        return (values) => !inner.every((test) => test(values));
      }
    case '$exists': {
      const wanted =
        operand !== false &&
        operand !== null &&
        !(classOf(operand) === CLASS.number && numeric(operand) === 0);
      const exists = anyWhole((value) => value !== undefined);
      return wanted ? exists : not(exists);
    }
    case '$regex': {
      const options = siblings['$options'];
      if (options !== undefined && typeof options !== 'string') throw parse('$options has to be a string');
      return any(regexTest(operand, options));
    }
    case '$size': {
      const size = asInteger(operand);
      if (size === undefined || size < 0) throw parse('$size needs a non-negative integer');
      return anyWhole((value) => Array.isArray(value) && value.length === size);
    }
    case '$elemMatch':
      return anyWhole(elementTest(operand));
    default:
      if (!operator.startsWith('$')) throw parse(`unknown operator: ${operator}`);
      throw refused(`the query operator ${operator}`);
  }
}

const isRegex = (value: unknown): boolean =>
  (value as { _bsontype?: string } | null | undefined)?._bsontype === 'BSONRegExp';

const equals =
  (operand: unknown): Test =>
  (value) =>
    operand === undefined ? false : value === undefined ? operand === null : sameValue(value, operand);

function comparison(operator: string, operand: unknown): Test {
  const kind = classOf(operand);
  const orEqual = operator.endsWith('e');
  const sign = operator.startsWith('$g') ? 1 : -1;
  const crossesTypes = kind === CLASS.minKey || kind === CLASS.maxKey;
  const nan = isNaNValue(operand);
  return (value) => {
    if (value === undefined && kind !== CLASS.null && !crossesTypes) return false;
    if (!crossesTypes && classOf(value) !== kind) return false;
    if (kind === CLASS.number && (nan || isNaNValue(value))) return orEqual && nan && isNaNValue(value);
    const difference = compareValues(value, operand) * sign;
    return difference > 0 || (orEqual && difference === 0);
  };
}

function membership(operator: string, operand: unknown): Test {
  if (!Array.isArray(operand)) throw parse(`${operator} needs an array`);
  if (operand.some(isOperatorDocument)) throw parse(`cannot nest operators in ${operator}`);
  const strings = new Set(operand.filter((item) => typeof item === 'string'));
  const tests = operand
    .filter((item) => typeof item !== 'string')
    .map((item) => (isRegex(item) ? regexTest(item) : equals(item)));
  return (value) => (typeof value === 'string' && strings.has(value)) || tests.some((test) => test(value));
}

function regexTest(operand: unknown, options?: string): Test {
  const wrapped = isRegex(operand) ? (operand as BSONRegExp) : undefined;
  const source = wrapped?.pattern ?? operand;
  if (typeof source !== 'string') throw parse('$regex has to be a string');
  const flags = options ?? wrapped?.options ?? '';
  const unknown = flags.replace(/[imsu]/g, '');
  if (unknown !== '') throw refused(`the regular expression option ${unknown}`);
  let pattern: RegExp;
  try {
    pattern = new RegExp(source, [...new Set(flags.replace('u', ''))].join(''));
  } catch {
    throw parse('regular expression is invalid');
  }
  return (value) =>
    wrapped && isRegex(value)
      ? sameValue(value, wrapped)
      : value !== null &&
        value !== undefined &&
        classOf(value) === CLASS.string &&
        pattern.test(textOf(value));
}

/** Some one element of the array fits the whole operand. */
function elementTest(operand: unknown): Test {
  if (!isDocument(operand)) throw parse('$elemMatch needs an object');
  const first = Object.keys(operand)[0];
  if (first?.startsWith('$') && !['$and', '$or', '$nor'].includes(first)) {
    const tests = compileOperators(operand);
    return (value) => Array.isArray(value) && value.some((item) => tests.every((test) => test([item])));
  }
  const inner = compileFilter(operand);
  return (value) =>
    Array.isArray(value) &&
    value.some((item) => (isDocument(item) || Array.isArray(item)) && inner(item as Document));
}
