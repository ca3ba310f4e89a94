import type { Route } from '../http/router.js';
import { administrativeUnitRoutes } from './administrative-units.js';
import { withAdvancedLinks } from './advanced-links.js';
import { appCredentialRoutes } from './app-credentials.js';
import { appKeyRoutes } from './app-keys.js';
import { appRoleRoutes } from './app-roles.js';
import { applicationRoutes } from './applications.js';
import { auditRoutes } from './audits.js';
import { authenticationStrengthRoutes } from './authentication-strengths.js';
import { authenticationRoutes } from './authentication.js';
import { conditionalAccessRoutes } from './conditional-access.js';
import { customAttributeRoutes } from './custom-attributes.js';
import { delegatedOnlyRoutes } from './delegated-only.js';
import { deletedItemRoutes } from './deleted-items.js';
import { deltaObjectRoutes } from './delta-objects.js';
import { deltaRoutes } from './delta.js';
import { deviceAndContactRoutes } from './devices-and-contacts.js';
import { directoryRoleRoutes } from './directory-roles.js';
import { extensionPropertyRoutes } from './extension-properties.js';
import { federatedCredentialRoutes } from './federated-credentials.js';
import { grantRoutes } from './grants.js';
import { groupRoutes } from './groups.js';
import { invitationRoutes } from './invitations.js';
import { licenceRoutes } from './licences.js';
import { logoRoutes } from './logo.js';
import { managerRoutes } from './manager.js';
import { membershipRoutes } from './membership.js';
import { objectDeletionRoutes } from './object-deletion.js';
import { openExtensionRoutes } from './open-extensions.js';
import { organizationRoutes } from './organization.js';
import { photoRoutes } from './photos.js';
import { pimPolicyRoutes } from './pim-policies.js';
import { pimRoutes } from './pim.js';
import { policyRoutes } from './policies.js';
import { reportRoutes } from './reports.js';
import { roleRoutes } from './roles.js';
import { scopedRoleRoutes } from './scoped-roles.js';
import { smallReadRoutes } from './small-reads.js';
import { tenantSettingRoutes } from './tenant-settings.js';
import { userRoutes } from './users.js';

const all: readonly Route[] = [
  ...deltaRoutes,
  ...deltaObjectRoutes,
  ...userRoutes,
  ...managerRoutes,
  ...groupRoutes,
  ...membershipRoutes,
  ...deletedItemRoutes,
  ...roleRoutes,
  ...pimRoutes,
  ...conditionalAccessRoutes,
  ...applicationRoutes,
  ...appCredentialRoutes,
  ...appKeyRoutes,
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
  ...logoRoutes,
  ...reportRoutes,
  ...scopedRoleRoutes,
  ...extensionPropertyRoutes,
  ...deviceAndContactRoutes,
  ...authenticationStrengthRoutes,
  ...customAttributeRoutes,
  ...delegatedOnlyRoutes,
  ...directoryRoleRoutes,
  ...invitationRoutes,
  ...objectDeletionRoutes,
  ...openExtensionRoutes,
  ...pimPolicyRoutes,
  ...smallReadRoutes,
  ...tenantSettingRoutes,
];

/** Everything that the simulated tenant answers. */
export const routes: readonly Route[] = all.map(withAdvancedLinks);
