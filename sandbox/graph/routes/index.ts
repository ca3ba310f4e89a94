import type { Route } from '../http/router.js';
import { deletedItemRoutes } from './deleted-items.js';
import { deltaRoutes } from './delta.js';
import { groupRoutes } from './groups.js';
import { membershipRoutes } from './membership.js';
import { userRoutes } from './users.js';

/** Everything that the simulated tenant answers. */
export const routes: readonly Route[] = [
  ...deltaRoutes,
  ...userRoutes,
  ...groupRoutes,
  ...membershipRoutes,
  ...deletedItemRoutes,
];
