import type { Answer, Call } from './call.js';
import { malformed, methodNotAllowed, onlyForPeople, unknownSegment } from './errors.js';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface Route {
  readonly method: Method;
  /** '/users/{id}/manager/$ref'; actions and functions in their short form. */
  readonly pattern: string;
  /** Any one of these application permissions suffices; empty = the handler decides. */
  readonly permissions: readonly string[];
  /** Base cost in resource units (FACTS §14), 1 unless said. */
  readonly units?: number;
  /** The body is bytes, not JSON. */
  readonly binary?: true;
  /** A POST that only reads: costs no write. */
  readonly reads?: true;
  readonly handle: (call: Call) => Answer;
}

interface Node {
  readonly literals: Map<string, Node>;
  parameter: { readonly name: string; readonly node: Node } | null;
  readonly routes: Map<Method, Route>;
}

const emptyNode = (): Node => ({ literals: new Map(), parameter: null, routes: new Map() });

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the route of a request; literal segments win over parameters, casing of literals does not matter. */
export class Router {
  private readonly root = emptyNode();

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.add(route);
  }

  /** @throws GraphError 400 for an unknown path, 405 for a known path with another method */
  match(method: string, segments: readonly string[]): Match {
    const found = this.find(this.root, segments, {});
    if (!found && segments[0]?.toLowerCase() === 'me') throw onlyForPeople();
    if (!found) throw unknownSegment(this.strange(segments));
    const route = found.node.routes.get(method as Method);
    if (!route) throw methodNotAllowed();
    return { route, params: found.params };
  }

  private add(route: Route): void {
    let node = this.root;
    for (const segment of route.pattern.split('/').filter(Boolean)) {
      const parameter = /^\{(\w+)\}$/.exec(segment)?.[1];
      if (parameter !== undefined) {
        node.parameter ??= { name: parameter, node: emptyNode() };
        node = node.parameter.node;
        continue;
      }
      let next = node.literals.get(segment.toLowerCase());
      if (!next) node.literals.set(segment.toLowerCase(), (next = emptyNode()));
      node = next;
    }
    if (node.routes.has(route.method)) throw new Error(`two routes for ${route.method} ${route.pattern}`);
    node.routes.set(route.method, route);
  }

  private find(
    node: Node,
    segments: readonly string[],
    params: Record<string, string>,
  ): { node: Node; params: Record<string, string> } | null {
    const [first, ...rest] = segments;
    if (first === undefined) return node.routes.size > 0 ? { node, params } : null;
    const literal = node.literals.get(first.toLowerCase());
    const byLiteral = literal ? this.find(literal, rest, params) : null;
    if (byLiteral || !node.parameter || first === '') return byLiteral;
    return this.find(node.parameter.node, rest, { ...params, [node.parameter.name]: first });
  }

  /** The first segment at which the path leaves the known tree. */
  private strange(segments: readonly string[]): string {
    let node = this.root;
    for (const segment of segments) {
      const next = node.literals.get(segment.toLowerCase()) ?? node.parameter?.node;
      if (!next) return segment;
      node = next;
    }
    return segments.at(-1) ?? '';
  }
}

/** Functions and actions whose namespace may be left out (graph/README); casts keep theirs. */
const operations = new Set([
  'delta',
  'getbyids',
  'restore',
  'assignlicense',
  'changepassword',
  'checkmembergroups',
  'checkmemberobjects',
  'getmembergroups',
  'getmemberobjects',
  'reprocesslicenseassignment',
  'revokesigninsessions',
  'retryserviceprovisioning',
  'validateproperties',
  'renew',
  'addpassword',
  'removepassword',
  'addkey',
  'removekey',
  'cancel',
  'resetpassword',
  'enablesmssignin',
  'disablesmssignin',
  'updateallowedcombinations',
]);

/**
 * Splits a path into decoded segments: `users('a%40b')` becomes users, a@b; `applications(appId='x')` becomes applications,
 * appId=x; `microsoft.graph.delta()` becomes delta.
 */
export function segmentsOf(path: string): { version: 'v1.0' | 'beta'; segments: string[] } {
  const [, version, ...raw] = path.split('/');
  if (version !== 'v1.0' && version !== 'beta') throw malformed(`Invalid version: ${version ?? ''}`);
  const segments: string[] = [];
  for (const part of raw) {
    if (part === '') continue;
    const decoded = decode(part);
    const keyed = /^([\w.]+)\((?:(\w+)=)?'((?:[^']|'')*)'\)$/u.exec(decoded);
    if (keyed?.[1]) {
      const key = (keyed[3] ?? '').replaceAll("''", "'");
      segments.push(keyed[1], keyed[2] === undefined ? key : `${keyed[2]}=${key}`);
      continue;
    }
    segments.push(shortName(decoded));
  }
  return { version, segments };
}

function shortName(segment: string): string {
  const bare = segment.replace(/\(\)$/, '').replace(/^microsoft\.graph\./, '');
  return operations.has(bare.toLowerCase()) ? bare : segment;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw malformed('The request URI is not valid.');
  }
}
