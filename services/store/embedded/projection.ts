import { refused, StoreError } from './errors.js';
import { CLASS, classOf, isDocument, numeric, type Document } from './values.js';

/** Picks fields of a document. */
export type Projection = (document: Document) => Document;
type Tree = Map<string, Tree | true>;

/** Whether every value of a projection is 0/1/true/false, as `find` needs it. */
export const isPlainProjection = (spec: Document): boolean =>
  Object.values(spec).every((value) => flag(value) !== undefined);

function flag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value !== undefined && classOf(value) === CLASS.number ? Number(numeric(value)) !== 0 : undefined;
}

/** Inclusion or exclusion by path. @throws NotImplemented for $slice, $elemMatch, positions and expressions */
export function compileProjection(spec: Document): Projection {
  const entries = Object.entries(spec);
  if (!isPlainProjection(spec)) throw refused('projections other than by 0 and 1');
  if (entries.some(([path]) => path.split('.').some((part) => part === '' || part.startsWith('$'))))
    throw refused('positional projections');
  const others = entries.filter(([path]) => path !== '_id');
  const includes = others.length > 0 ? flag(others[0]![1])! : flag(spec['_id']) === true;
  if (others.some(([, value]) => flag(value) !== includes))
    throw new StoreError('BadValue', 'Cannot mix inclusion and exclusion in one projection');
  const tree: Tree = new Map();
  for (const [path] of others) plant(tree, path.split('.'), path);
  const id = spec['_id'] === undefined ? true : flag(spec['_id'])!;
  if (id === includes) tree.set('_id', true);
  return (document) => pick(document, tree, includes);
}

function plant(tree: Tree, parts: readonly string[], path: string): void {
  let at = tree;
  for (const part of parts.slice(0, -1)) {
    const next = at.get(part) ?? new Map<string, Tree | true>();
    if (next === true) throw new StoreError('BadValue', `Path collision at ${path}`);
    at.set(part, next);
    at = next;
  }
  const last = parts.at(-1)!;
  if (at.has(last)) throw new StoreError('BadValue', `Path collision at ${path}`);
  at.set(last, true);
}

function pick(document: Document, tree: Tree, includes: boolean): Document {
  const out: Document = {};
  for (const [name, value] of Object.entries(document)) {
    const below = tree.get(name);
    if (below === undefined ? includes : below === true && !includes) continue;
    if (below === undefined || below === true) out[name] = value;
    else {
      const inner = pickInner(value, below, includes);
      if (inner !== undefined) out[name] = inner;
    }
  }
  return out;
}

function pickInner(value: unknown, tree: Tree, includes: boolean): unknown {
  if (Array.isArray(value))
    return value.map((item) => pickInner(item, tree, includes)).filter((item) => item !== undefined);
  if (isDocument(value)) return pick(value, tree, includes);
  return includes ? undefined : value;
}
