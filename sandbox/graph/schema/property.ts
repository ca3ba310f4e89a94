import type { JsonValue } from '../state/types.js';
import { isKnownShape } from './complex.js';

/**
 * text, flag, number, instant, texts, any and anyList (not looked into), or a complex type of complex.ts, with `[]` for a list
 * of it.
 */
export type Shape = string;

export interface PropertyDef {
  readonly name: string;
  readonly shape: Shape;
  /** In the answer without $select. */
  readonly byDefault: boolean;
  /** 'yes' = create and PATCH; 'create' = POST only; 'never' = read-only. */
  readonly write: 'yes' | 'create' | 'never';
  /** What an unset property reads as. */
  readonly empty: JsonValue;
  /** Longest text in UTF-16 units. */
  readonly max?: number;
  /** Kept outside the directory: by id only; on a collection 501 (FACTS §1). */
  readonly outside?: true;
  /** By id only, quietly absent in lists and delta (FACTS §2). */
  readonly byIdOnly?: true;
  /** Never in an answer, whatever is selected (password). */
  readonly secret?: true;
  /** May only be filtered on. */
  readonly filterOnly?: true;
  /** null and '' are refused. */
  readonly required?: true;
  readonly values?: readonly string[];
}

/**
 * Reads a property table: one line per property, `name shape flags… [max]`.
 * Flags: `d` default set, `w` writable, `c` create only, `o` outside the directory, `i` by id only, `s` secret, `f` filter
 * only, `!` cannot be cleared, `=[]`/`=false`/`=…` the value when unset, `{a|b}` the values allowed.
 */
export function propertyTable(table: string): ReadonlyMap<string, PropertyDef> {
  const defs = new Map<string, PropertyDef>();
  for (const line of table.split('\n')) {
    const [name, shape, ...flags] = line.trim().split(/\s+/);
    if (!name || !shape) continue;
    if (!isKnownShape(shape) && shape !== 'texts' && shape !== 'anyList')
      throw new RangeError(`the property ${name} has the unknown shape ${shape}`);
    defs.set(name, propertyOf(name, shape, flags));
  }
  return defs;
}

function propertyOf(name: string, shape: Shape, flags: readonly string[]): PropertyDef {
  const has = (flag: string): boolean => flags.includes(flag);
  const unset = flags.find((flag) => flag.startsWith('='))?.slice(1);
  const max = flags.find((flag) => /^\d+$/.test(flag));
  const values = flags.find((flag) => flag.startsWith('{'));
  const isList = shape === 'texts' || shape === 'anyList' || shape.endsWith('[]');
  return {
    name,
    shape,
    byDefault: has('d'),
    write: has('w') ? 'yes' : has('c') ? 'create' : 'never',
    empty: unset === undefined ? (isList ? [] : null) : (JSON.parse(unset) as JsonValue),
    ...(max === undefined ? {} : { max: Number(max) }),
    ...(has('o') ? { outside: true as const } : {}),
    ...(has('i') ? { byIdOnly: true as const } : {}),
    ...(has('s') ? { secret: true as const } : {}),
    ...(has('f') ? { filterOnly: true as const } : {}),
    ...(has('!') ? { required: true as const } : {}),
    ...(values === undefined ? {} : { values: values.slice(1, -1).split('|') }),
  };
}
