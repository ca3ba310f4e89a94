import type { Call } from '../http/call.js';
import { unsupportedQuery } from '../http/errors.js';
import type { Route } from '../http/router.js';

/**
 * FACTS §2, §12: members and transitive members of a group, and casts of any list of links, are filtered, searched and sorted only as
 * advanced queries.
 */
const advancedOnly =
  /^\/groups\/\{id\}\/(members|transitiveMembers)$|\/(members|transitiveMembers|memberOf|transitiveMemberOf|owners|ownedObjects)\/microsoft\.graph\.\w+$/;

function refusePlain(call: Call): void {
  const { filter, orderBy, search, count } = call.query;
  const asks = filter !== null || orderBy.length > 0 || search !== null;
  if (asks && !(call.eventual && count))
    throw unsupportedQuery(
      'The query is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information',
    );
}

/** The route itself, or the route with this rule before it. */
export function withAdvancedLinks(route: Route): Route {
  if (route.method !== 'GET' || !advancedOnly.test(route.pattern)) return route;
  return {
    ...route,
    handle: (call) => {
      refusePlain(call);
      return route.handle(call);
    },
  };
}
