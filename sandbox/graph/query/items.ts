import { malformed, unsupportedQuery } from '../http/errors.js';
import type { Answer, Call } from '../http/call.js';
import type { JsonValue, Props } from '../state/types.js';
import { dig, matches } from './filter.js';

/** Things that are computed when they are read, in a fixed order. */
export interface Items {
  readonly length: number;
  at(index: number): Props | undefined;
}

/** 200 with a page of computed items: $filter, $select, $top, $count; the skip token is the place in the order. */
export function listItems(call: Call, context: string, items: Items): Answer {
  const { query } = call;
  const top = query.top ?? 100;
  if (top < 1 || top > 999)
    throw unsupportedQuery(`Invalid page size specified: '${top}'. Must be between 1 and 999 inclusive.`);
  const start = query.skipToken === null ? 0 : Number(query.skipToken);
  if (!Number.isInteger(start) || start < 0) throw malformed('Invalid skip token.');
  const keeps = (item: Props): boolean => !query.filter || matches(query.filter, (path) => dig(item, path));
  const value: Props[] = [];
  let index = start;
  for (; index < items.length && value.length < top; index += 1) {
    const item = items.at(index);
    if (item && keeps(item)) value.push(selected(item, query.select));
  }
  const body: { [key: string]: JsonValue } = { '@odata.context': call.context(context) };
  if (query.count) body['@odata.count'] = counted(items, keeps);
  if (index < items.length) {
    const params = new URLSearchParams([...query.raw].filter(([name]) => name !== '$skiptoken'));
    params.set('$skiptoken', String(index));
    body['@odata.nextLink'] =
      `${call.core.baseUrl()}${call.path}?${params.toString().replaceAll('%24', '$').replaceAll('%2C', ',')}`;
  }
  body['value'] = value;
  return { status: 200, body };
}

export const itemsOf = (list: readonly Props[]): Items => ({
  length: list.length,
  at: (index) => list[index],
});

function counted(items: Items, keeps: (item: Props) => boolean): number {
  let total = 0;
  for (let i = 0; i < items.length; i += 1) {
    const item = items.at(i);
    if (item && keeps(item)) total += 1;
  }
  return total;
}

function selected(item: Props, select: readonly string[] | null): Props {
  if (select === null) return item;
  return Object.fromEntries(
    Object.entries(item).filter(([name]) => name === 'id' || name.startsWith('@') || select.includes(name)),
  );
}
