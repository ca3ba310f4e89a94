import type { Route } from '../http/router.js';
import { administrativeUnitRoutes } from './administrative-units.js';
import { appCredentialRoutes } from './app-credentials.js';
import { appRoleRoutes } from './app-roles.js';
import { applicationRoutes } from './applications.js';
import { auditRoutes } from './audits.js';
import { authenticationRoutes } from './authentication.js';
import { conditionalAccessRoutes } from './conditional-access.js';
import { deletedItemRoutes } from './deleted-items.js';
import { deltaRoutes } from './delta.js';
import { deviceAndContactRoutes } from './devices-and-contacts.js';
import { extensionPropertyRoutes } from './extension-properties.js';
import { federatedCredentialRoutes } from './federated-credentials.js';
import { grantRoutes } from './grants.js';
import { groupRoutes } from './groups.js';
import { licenceRoutes } from './licences.js';
import { membershipRoutes } from './membership.js';
import { organizationRoutes } from './organization.js';
import { photoRoutes } from './photos.js';
import { pimRoutes } from './pim.js';
import { policyRoutes } from './policies.js';
import { reportRoutes } from './reports.js';
import { roleRoutes } from './roles.js';
import { scopedRoleRoutes } from './scoped-roles.js';
import { userRoutes } from './users.js';

/** Everything that the simulated tenant answers. */
export const routes: readonly Route[] = [
  ...deltaRoutes,
  ...userRoutes,
  ...groupRoutes,
  ...membershipRoutes,
  ...deletedItemRoutes,
  ...roleRoutes,
  ...pimRoutes,
  ...conditionalAccessRoutes,
  ...applicationRoutes,
  ...appCredentialRoutes,
  ...federatedCredentialRoutes,
  ...appRoleRoutes,
  ...policyRoutes,
  ...authenticationRoutes,
  ...organizationRoutes,
  ...auditRoutes,
  ...administrativeUnitRoutes,
  ...licenceRoutes,
  ...grantRoutes,
  ...photoRoutes,
  ...reportRoutes,
  ...scopedRoleRoutes,
  ...extensionPropertyRoutes,
  ...deviceAndContactRoutes,
];
