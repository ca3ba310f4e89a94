import type { Call } from '../http/call.js';
import { denied } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { liveByKey } from '../routes/entity.js';
import type { Kind } from '../state/types.js';
import { furtherPermissions, isOpenToItself, isOpenToOwners, neededBesides } from './wider.js';

export const OWNED_BY = 'Application.ReadWrite.OwnedBy';

export interface Rights {
  /** Each of these opens the route alone; empty = its handler decides. */
  readonly anyOf: readonly string[];
  /** One of these is needed besides. */
  readonly besides: readonly string[];
  /** Application.ReadWrite.OwnedBy opens it for what the caller owns. */
  readonly toOwners: boolean;
  /** The application that the path names needs none. */
  readonly toItself: boolean;
}

const known = new WeakMap<Route, Rights>();

/** What the tables say of a route. */
export function rightsOf(route: Route): Rights {
  let rights = known.get(route);
  if (!rights) {
    const operation = `${route.method} ${route.pattern}`;
    const anyOf =
      route.permissions.length === 0 ? [] : [...route.permissions, ...furtherPermissions(operation)];
    rights = {
      anyOf,
      besides: neededBesides(operation),
      toOwners: isOpenToOwners(operation),
      toItself: isOpenToItself(operation),
    };
    known.set(route, rights);
  }
  return rights;
}

/**
 * Lets a call through to its route.
 * @throws GraphError 403 unless the token holds one of the route's permissions, and what it takes besides
 */
export function permit(call: Call, route: Route): void {
  const { anyOf, besides, toOwners, toItself } = rightsOf(route);
  const isOpen = anyOf.length === 0 || anyOf.some((name) => call.holds(name));
  if (!isOpen && !(toOwners && owns(call, route)) && !(toItself && isItself(call))) throw denied();
  if (besides.length > 0) call.require(besides);
}

/** Nothing is said here of an application that is not there: that is the handler's to say to those who may ask. */
function isItself(call: Call): boolean {
  const { appId, userId } = call.token;
  const own = call.state.byAppId('application', appId);
  if (userId !== undefined || own === undefined) return false;
  return [own.id, `appid=${appId.toLowerCase()}`].includes(call.param('id').toLowerCase());
}

const sets: Readonly<Record<string, Kind>> = {
  applications: 'application',
  servicePrincipals: 'servicePrincipal',
};

/** Who holds nothing but OwnedBy reads all, creates, and changes its own. */
function owns(call: Call, route: Route): boolean {
  if (!call.holds(OWNED_BY)) return false;
  const [, set = '', key] = route.pattern.split('/');
  const kind = sets[set];
  if (route.method === 'GET' || kind === undefined || key === undefined) return true;
  const target = liveByKey(call, kind, call.param('id'));
  const self = call.servicePrincipal;
  return self !== undefined && call.state.links.has('owner', target.id, self.id);
}

/** The caller itself, when it may do no more than manage what it owns; then it owns what it creates. */
export function ownersOnly(call: Call): string | undefined {
  const isLimited = call.holds(OWNED_BY) && !call.holds('Application.ReadWrite.All');
  return isLimited ? call.servicePrincipal?.id : undefined;
}
