/** Query options: only described ones, and the names in $select, $expand and $orderby must exist. */
import type { OpenApiDocument, OpenApiOperation } from './files.js';
import type { GraphModel } from './model.js';
import type { Mode } from './validator.js';

/** Tokens that the service itself puts into its links; clients send them back. */
const LINK_TOKENS = ['$skiptoken', '$deltatoken'];
const SYSTEM_OPTIONS = [
  '$select',
  '$expand',
  '$filter',
  '$orderby',
  '$search',
  '$count',
  '$top',
  '$skip',
  '$format',
  ...LINK_TOKENS,
];
const INNER_OPTIONS = [...SYSTEM_OPTIONS, '$levels'];
const EXTENSION_NAME = /^(extension_[0-9a-f]{32}_|ext[a-z0-9]{8}_|id$)/;

export interface QueryQuestion {
  readonly operation: OpenApiOperation;
  readonly query: URLSearchParams;
  readonly mode: Mode;
  /** The type of the entity, or of the collection's members, that the operation answers with. */
  readonly answers: string | undefined;
  /** Whether the operation answers with a collection. */
  readonly pages: boolean;
}

/** @returns one text per violation */
export function checkQuery(document: OpenApiDocument, model: GraphModel, question: QueryQuestion): string[] {
  const allowed = allowedOptions(document, question);
  const texts: string[] = [];
  const seen = new Set<string>();
  for (const [written, value] of question.query) {
    const name = normalise(written);
    if (seen.has(name)) texts.push(`query option ${name} is given twice`);
    seen.add(name);
    if (!allowed.has(name)) {
      texts.push(`query option '${written}' is not described for this operation`);
    } else if (question.mode === 'v1.0') {
      texts.push(...checkValue(model, question.answers, name, value));
    }
  }
  return texts;
}

/** v1.0 takes the system options without their $ too. */
function normalise(name: string): string {
  const lower = name.toLowerCase();
  if (SYSTEM_OPTIONS.includes(lower)) return lower;
  return SYSTEM_OPTIONS.includes(`$${lower}`) ? `$${lower}` : name;
}

function allowedOptions(document: OpenApiDocument, question: QueryQuestion): Set<string> {
  const allowed = new Set<string>();
  for (const parameter of question.operation.parameters ?? []) {
    const name = parameter.$ref?.replace('#/components/parameters/', '');
    const resolved = name === undefined ? parameter : document.components.parameters[name];
    if (resolved?.in === 'query' && resolved.name !== undefined) allowed.add(resolved.name);
  }
  if (question.pages) for (const token of LINK_TOKENS) allowed.add(token);
  // Of every request, as the page on query parameters has it.
  allowed.add('$format');
  // The reference page of the manager asks for the chain of one user so.
  if (/\(.*\$levels=/i.test(question.query.get('$expand') ?? '')) allowed.add('$count');
  return allowed;
}

function checkValue(model: GraphModel, type: string | undefined, name: string, value: string): string[] {
  switch (name) {
    case '$top':
    case '$skip':
      return /^\d+$/.test(value) ? [] : [`${name} must be a whole number, not '${value}'`];
    case '$format':
      return /^(application\/)?json\b/i.test(value) ? [] : [`$format must be json, not '${value}'`];
    case '$count':
      return /^(true|false)$/i.test(value) ? [] : [`$count must be true or false, not '${value}'`];
    case '$select':
      return type === undefined ? [] : checkNames(model, type, splitList(value), '$select');
    case '$orderby':
      return type === undefined
        ? []
        : checkNames(
            model,
            type,
            splitList(value).map((one) => one.replace(/\s+(asc|desc)$/i, '')),
            '$orderby',
          );
    case '$expand':
      return type === undefined ? [] : splitList(value).flatMap((one) => checkExpand(model, type, one));
    default:
      return [];
  }
}

function checkNames(model: GraphModel, type: string, names: readonly string[], option: string): string[] {
  return names
    .map((name) => name.split('/')[0] ?? '')
    .filter((name) => name !== '*' && !EXTENSION_NAME.test(name) && !hasProperty(model, type, name))
    .map((name) => `${option} names '${name}', which ${type} does not have`);
}

function checkExpand(model: GraphModel, type: string, item: string): string[] {
  const [, name = '', inner] = /^([^(]+)(?:\((.*)\))?$/.exec(item) ?? [];
  const plain = name.split('/')[0] ?? '';
  if (plain !== '*' && !hasNavigation(model, type, plain)) {
    return [`$expand names '${plain}', which is no navigation property of ${type}`];
  }
  return (inner ?? '')
    .split(';')
    .filter(Boolean)
    .filter((option) => !INNER_OPTIONS.includes(normalise(option.split('=')[0] ?? '').trim()))
    .map((option) => `$expand has the unknown option '${option}'`);
}

/** Lists of an abstract or base type may be asked for what only a subtype has. */
function withSubtypes(model: GraphModel, type: string): readonly string[] {
  return [type, ...model.derivedFrom(type)];
}

function hasProperty(model: GraphModel, type: string, name: string): boolean {
  return withSubtypes(model, type).some((one) => {
    const info = model.type(one);
    return info !== undefined && (info.open || info.properties.has(name));
  });
}

function hasNavigation(model: GraphModel, type: string, name: string): boolean {
  return withSubtypes(model, type).some((one) => model.type(one)?.navigation.has(name) ?? false);
}

/** Splits at commas outside parentheses. */
function splitList(value: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= value.length; at += 1) {
    const sign = value[at];
    if (sign === '(') depth += 1;
    else if (sign === ')') depth -= 1;
    else if (sign === undefined || (sign === ',' && depth === 0)) {
      parts.push(value.slice(start, at).trim());
      start = at + 1;
    }
  }
  return parts.filter(Boolean);
}
