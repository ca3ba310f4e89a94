import { badValue, refused } from './errors.js';
import { isDocument, isNumber, numeric, type Document } from './values.js';

/** Picks fields of a document. */
export type Projection = (document: Document) => Document;
/** What is named: true, or more inside it. */
type Tree = Map<string, Tree | true>;

const flag = (value: unknown): boolean | undefined =>
  typeof value === 'boolean' ? value : isNumber(value) ? Number(numeric(value)) !== 0 : undefined;

/** Inclusion or exclusion by path. @throws NotImplemented for $slice, $elemMatch, positions and expressions */
export function compileProjection({ _id, ...others }: Document): Projection {
  const id = _id === undefined ? true : flag(_id);
  const flags = Object.values(others).map(flag);
  if ([id, ...flags].includes(undefined)) throw refused('projections other than by 0 and 1');
  // Of `_id` alone its own flag decides.
  const includes = flags[0] ?? (_id !== undefined && id === true);
  if (flags.some((one) => one !== includes))
    throw badValue('Cannot mix inclusion and exclusion in one projection');
  const tree: Tree = new Map();
  for (const path of Object.keys(others)) plant(tree, path.split('.'), path);
  if (id === includes) tree.set('_id', true);
  return (document) => pick(document, tree, includes) as Document;
}

function plant(tree: Tree, [first = '', ...rest]: readonly string[], path: string): void {
  if (first === '' || first.startsWith('$')) throw refused('positional projections');
  const known = tree.get(first);
  if (known === true || (known && rest.length === 0)) throw badValue(`Path collision at ${path}`);
  const below: Tree | true = rest.length === 0 ? true : (known ?? new Map<string, Tree | true>());
  tree.set(first, below);
  if (below !== true) plant(below, rest, path);
}

function pick(value: unknown, tree: Tree, includes: boolean): unknown {
  if (Array.isArray(value))
    return value.map((item) => pick(item, tree, includes)).filter((item) => item !== undefined);
  if (!isDocument(value)) return includes ? undefined : value;
  const fields = Object.entries(value).map(([name, item]): [string, unknown] => {
    const below = tree.get(name);
    if (below instanceof Map) return [name, pick(item, below, includes)];
    return [name, (below === true) === includes ? item : undefined];
  });
  return Object.fromEntries(fields.filter(([, item]) => item !== undefined));
}
