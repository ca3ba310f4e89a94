import { badValue, refused } from './errors.js';
import { isDocument, isNumber, numeric, type Document } from './values.js';

/** Picks fields of a document. */
export type Projection = (document: Document) => Document;
type Tree = Map<string, Tree | true>;

const flag = (value: unknown): boolean | undefined =>
  typeof value === 'boolean' ? value : isNumber(value) ? Number(numeric(value)) !== 0 : undefined;

/** Inclusion or exclusion by path. @throws NotImplemented for $slice, $elemMatch, positions and expressions */
export function compileProjection({ _id, ...others }: Document): Projection {
  const id = _id === undefined ? true : flag(_id);
  const flags = Object.values(others).map(flag);
  if ([id, ...flags].includes(undefined)) throw refused('projections other than by 0 and 1');
  if (Object.keys(others).some((path) => path.split('.').some((part) => part === '' || part.startsWith('$'))))
    throw refused('positional projections');
  // Of `_id` alone its own flag decides.
  const includes = flags[0] ?? (_id !== undefined && id === true);
  if (flags.some((one) => one !== includes))
    throw badValue('Cannot mix inclusion and exclusion in one projection');
  const tree: Tree = new Map();
  for (const path of Object.keys(others)) plant(tree, path.split('.'), path);
  if (id === includes) tree.set('_id', true);
  return (document) => pick(document, tree, includes);
}

function plant(tree: Tree, [first = '', ...rest]: readonly string[], path: string): void {
  const known = tree.get(first);
  if (known === true || (known && rest.length === 0)) throw badValue(`Path collision at ${path}`);
  const below: Tree | true = rest.length === 0 ? true : (known ?? new Map<string, Tree | true>());
  tree.set(first, below);
  if (below !== true) plant(below, rest, path);
}

function pick(document: Document, tree: Tree, includes: boolean): Document {
  const out: Document = {};
  for (const [name, value] of Object.entries(document)) {
    const below = tree.get(name);
    if (below === undefined ? includes : below === true && !includes) continue;
    const inner = below === undefined || below === true ? value : pickInner(value, below, includes);
    if (inner !== undefined) out[name] = inner;
  }
  return out;
}

function pickInner(value: unknown, tree: Tree, includes: boolean): unknown {
  if (Array.isArray(value))
    return value.map((item) => pickInner(item, tree, includes)).filter((item) => item !== undefined);
  if (isDocument(value)) return pick(value, tree, includes);
  return includes ? undefined : value;
}
