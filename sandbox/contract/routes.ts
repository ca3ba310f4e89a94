/** Which described operation a request is: path templates, literal segments before parameters, short forms. */
import type { OpenApiDocument, OpenApiOperation } from './files.js';

export interface DescribedPath {
  /** '/users/{user-id}/microsoft.graph.assignLicense' */
  readonly template: string;
  readonly operations: ReadonlyMap<string, OpenApiOperation>;
}

interface Node {
  readonly literals: Map<string, Node>;
  parameter?: Node;
  path?: DescribedPath;
}

export interface Routes {
  /** @param path  without version, still percent-encoded: '/users/%24a/assignLicense' */
  find(path: string): DescribedPath | undefined;
}

const METHODS = ['get', 'post', 'patch', 'put', 'delete'];
const NAMESPACE = 'microsoft.graph.';
/**
 * `users('key')` is the same as `users/key`; `applications(appId='…')` is a form of its own. Below it the description has nothing,
 * although the reference pages do (owners of an application, members of a directory role …): there it stands for the id.
 */
const KEY_SEGMENT = /^([A-Za-z]\w*)\('(.*)'\)$/;
const ALTERNATE_KEY = /^([A-Za-z]\w*)\((\w+)='.*'\)$/;
const ALTERNATE_KEYS = new Set([
  'applications(appid)',
  'serviceprincipals(appid)',
  'directoryroles(roletemplateid)',
  // In Microsoft's later description or its reference pages only.
  'users(userprincipalname)',
  'groups(uniquename)',
  'applications(uniquename)',
  'devices(deviceid)',
]);

/** @param isType  tells a cast (must keep its namespace) from a function or action (may leave it out) */
export function createRoutes(
  document: Pick<OpenApiDocument, 'paths'>,
  isType: (name: string) => boolean,
): Routes {
  const root: Node = { literals: new Map() };
  for (const [template, item] of Object.entries(document.paths)) {
    const operations = new Map<string, OpenApiOperation>();
    for (const method of METHODS) {
      const operation = item[method] as OpenApiOperation | undefined;
      if (operation !== undefined) operations.set(method.toUpperCase(), operation);
    }
    add(root, template, { template, operations }, isType);
  }
  return {
    find: (path) => descend(root, segmentsOf(path), 0) ?? descend(root, segmentsOf(path, true), 0),
  };
}

function add(root: Node, template: string, path: DescribedPath, isType: (name: string) => boolean): void {
  let ends: Node[] = [root];
  for (const segment of template.split('/').filter(Boolean)) {
    ends = [...new Set(ends.flatMap((node) => formsOf(segment, isType).map((form) => step(node, form))))];
  }
  for (const node of ends) node.path = path;
}

/** `undefined` is the form of a parameter. */
function formsOf(segment: string, isType: (name: string) => boolean): (string | undefined)[] {
  if (segment.startsWith('{')) return [undefined];
  const alternate = /^(\w+)\((\w+)='\{\w+\}'\)$/.exec(segment);
  if (alternate !== null) return [`${alternate[1]}(${alternate[2]})`];
  if (!segment.startsWith(NAMESPACE) || isType(segment)) return [segment];
  const bare = segment.replace(/\(\)$/, '');
  const names = [bare, bare.slice(NAMESPACE.length)];
  return bare === segment ? names : names.flatMap((name) => [name, `${name}()`]);
}

/** The service takes literal segments in any casing (recordings: `/oAuth2PermissionGrants/…`). */
function step(node: Node, form: string | undefined): Node {
  if (form === undefined) return (node.parameter ??= { literals: new Map() });
  const literal = form.toLowerCase();
  let next = node.literals.get(literal);
  if (next === undefined) node.literals.set(literal, (next = { literals: new Map() }));
  return next;
}

function segmentsOf(path: string, alternateIsId = false): string[] {
  return path
    .split('/')
    .filter(Boolean)
    .flatMap((raw) => {
      const segment = decode(raw);
      const key = KEY_SEGMENT.exec(segment);
      if (key?.[1] !== undefined) return [key[1], key[2] ?? ''];
      const alternate = ALTERNATE_KEY.exec(segment);
      if (alternate === null) return [segment];
      const [, collection = '', name = ''] = alternate;
      const isId = alternateIsId && ALTERNATE_KEYS.has(`${collection}(${name})`.toLowerCase());
      return isId ? [collection, ''] : [`${collection}(${name})`];
    });
}

/** Literal first; back to the parameter when the literal leads nowhere. */
function descend(node: Node, segments: readonly string[], at: number): DescribedPath | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.path;
  const literal = node.literals.get(segment.toLowerCase());
  const found = literal === undefined ? undefined : descend(literal, segments, at + 1);
  if (found !== undefined) return found;
  return node.parameter === undefined ? undefined : descend(node.parameter, segments, at + 1);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
