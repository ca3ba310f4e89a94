import { malformed, unsupportedQuery } from '../http/errors.js';
import { parseFilter, type Filter } from './filter.js';
import { parseSearch, type SearchClause } from './search.js';

export interface Expansion {
  readonly navigation: string;
  readonly select: readonly string[] | null;
  /** How far a chain of managers is followed: 1 unless `$levels` says. */
  readonly levels: number;
}

/** The query options of one request, parsed but not yet judged against a type. */
export interface Query {
  readonly select: readonly string[] | null;
  readonly filter: Filter | null;
  readonly search: SearchClause[][] | null;
  readonly orderBy: readonly { readonly property: string; readonly descending: boolean }[];
  readonly count: boolean;
  readonly top: number | null;
  readonly expand: readonly Expansion[];
  readonly skipToken: string | null;
  readonly deltaToken: string | null;
  /** As sent, for nextLink and the binding of skip tokens. */
  readonly raw: ReadonlyMap<string, string>;
}

const known = new Set([
  '$select',
  '$filter',
  '$search',
  '$orderby',
  '$count',
  '$top',
  '$expand',
  '$skiptoken',
  '$deltatoken',
  '$format',
]);

/** @throws GraphError 400 for options that directory objects do not take */
export function parseQuery(params: URLSearchParams): Query {
  const raw = new Map<string, string>();
  for (const [name, value] of params) {
    const lower = name.toLowerCase();
    const option = lower.startsWith('$') || !known.has(`$${lower}`) ? lower : `$${lower}`;
    if (option === '$skip') throw unsupportedQuery("'$skip' is not supported by the service.");
    if (option.startsWith('$') && !known.has(option)) throw malformed(`Unrecognized query option '${name}'.`);
    raw.set(option, value);
  }
  const text = (option: string): string | null => raw.get(option) ?? null;
  const filter = text('$filter');
  const search = text('$search');
  return {
    select: namesOf(text('$select')),
    filter: filter === null ? null : parseFilter(filter),
    search: search === null ? null : parseSearch(search),
    orderBy: orderOf(text('$orderby')),
    count: flagOf(text('$count')),
    top: topOf(text('$top')),
    expand: expansionsOf(text('$expand')),
    skipToken: text('$skiptoken'),
    deltaToken: text('$deltatoken'),
    raw,
  };
}

function namesOf(value: string | null): string[] | null {
  if (value === null) return null;
  const names = value.split(',').map((name) => name.trim());
  if (names.some((name) => name === ''))
    throw malformed('Parsing OData Select and Expand failed: Term expected at the end of the expression.');
  return [...new Set(names)];
}

function flagOf(value: string | null): boolean {
  if (value === null || value === 'false') return false;
  if (value === 'true') return true;
  throw malformed(
    `Invalid value '${value}' for $count query option found. Valid values are 'true' or 'false'.`,
  );
}

function topOf(value: string | null): number | null {
  if (value === null) return null;
  if (!/^\d+$/.test(value))
    throw malformed(
      `Invalid value '${value}' for $top query option found. The $top query option requires a non-negative integer value.`,
    );
  return Number(value);
}

function orderOf(value: string | null): { property: string; descending: boolean }[] {
  if (value === null) return [];
  return value.split(',').map((part) => {
    const [property, direction = 'asc', ...rest] = part.trim().split(/\s+/);
    if (!property || rest.length > 0 || !['asc', 'desc'].includes(direction))
      throw malformed(`Syntax error in the $orderby expression '${value}'.`);
    return { property, descending: direction === 'desc' };
  });
}

function expansionsOf(value: string | null): Expansion[] {
  if (value === null) return [];
  const expansions: Expansion[] = [];
  const pattern = /\s*([\w.]+)(?:\(([^()]*)\))?\s*(?:,|$)/uy;
  while (pattern.lastIndex < value.length) {
    const match = pattern.exec(value);
    if (!match?.[1]) throw malformed(`Parsing OData Select and Expand failed: Syntax error in '${value}'.`);
    expansions.push({
      navigation: match[1],
      select: innerSelect(match[2]),
      levels: levelsOf(match[2] ?? ''),
    });
  }
  return expansions;
}

/** `max`, or 1 to 1000 (reference page of the manager). */
function levelsOf(options: string): number {
  const value = /(?:^|;)\s*\$?levels=([^;]*)/i.exec(options)?.[1]?.trim();
  if (value === undefined) return 1;
  if (value.toLowerCase() === 'max') return Number.POSITIVE_INFINITY;
  const levels = Number(value);
  if (!Number.isInteger(levels) || levels < 1 || levels > 1000)
    throw malformed(`Parsing OData Select and Expand failed: '${value}' is no value of $levels.`);
  return levels;
}

function innerSelect(options: string | undefined): string[] | null {
  if (options === undefined || options.trim() === '') return null;
  for (const option of options.split(';')) {
    const [name = '', value = ''] = option.split('=', 2);
    if (name.trim().toLowerCase() === '$expand')
      throw unsupportedQuery('Expect simple name=value query options inside $expand.');
    if (name.trim().toLowerCase() === '$select') return namesOf(value);
    if (!['$levels', '$top', '$filter', '$count'].includes(name.trim().toLowerCase()))
      throw malformed(`Unrecognized query option '${name}' in $expand.`);
  }
  return null;
}
