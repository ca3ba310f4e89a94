import { graphAppId, graphAppRoles, graphScopes } from '../permissions/graph-permissions.js';
import { servicePrincipalDefaults } from '../schema/application.js';
import type { Props } from '../state/types.js';
import { Random } from './random.js';

/** The tenant that Microsoft's own applications belong to. */
const microsoftTenant = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a';

/**
 * The service principal of Microsoft Graph: one of Microsoft's own, which are in every tenant and show no creation date
 * (FACTS §18). What it offers is what other applications are granted.
 */
export const microsoftGraph: { readonly id: string; readonly props: Props } = {
  id: new Random(3).guid(),
  props: {
    ...servicePrincipalDefaults(),
    appId: graphAppId,
    appDisplayName: 'Microsoft Graph',
    displayName: 'Microsoft Graph',
    appOwnerOrganizationId: microsoftTenant,
    appRoles: graphAppRoles(),
    oauth2PermissionScopes: graphScopes(),
    createdDateTime: null,
    servicePrincipalNames: [`${graphAppId}/graph.microsoft.com`, graphAppId, 'https://graph.microsoft.com'],
    signInAudience: 'AzureADMultipleOrgs',
  },
};
