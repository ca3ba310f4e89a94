import type { JsonValue, Props } from '../state/types.js';

/** Sent values over those that are there: web, api, info … keep what was not sent, to any depth; lists are replaced whole. */
export function merged(before: Props, sent: Props): Props {
  const out: Props = { ...before };
  for (const [name, value] of Object.entries(sent)) {
    const old = out[name];
    out[name] = isObject(old) && isObject(value) ? merged(old, value) : value;
  }
  return out;
}

const isObject = (value: JsonValue | undefined): value is Props =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
