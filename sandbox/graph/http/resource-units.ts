import type { Route } from './router.js';

/** A request's price (FACTS §14): the route's base, $select -1, $expand +1, $top below 20 -1, never below 1. */
export function resourceUnits(route: Route | null, query: URLSearchParams): number {
  if (route === null) return 1;
  let units = route.units ?? 1;
  if (route.method === 'GET') {
    const option = (name: string): string | null => query.get(`$${name}`) ?? query.get(name);
    if (option('select') !== null) units -= 1;
    if (option('expand') !== null) units += 1;
    const top = option('top');
    if (top !== null && Number(top) < 20) units -= 1;
  }
  return Math.max(1, units);
}

export function isWrite(route: Route): boolean {
  return route.method !== 'GET' && route.reads !== true;
}
