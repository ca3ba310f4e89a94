import { applicationDefaults, servicePrincipalDefaults } from '../schema/application.js';
import type { Props } from '../state/types.js';
import type { AppRegistration } from '../../types.js';
import type { PopulationBuilder } from './builder.js';

/** FACTS §15: what the product's application is granted to read. */
export const backupPermissions: readonly string[] = [
  'User.Read.All',
  'Group.Read.All',
  'GroupMember.Read.All',
  'Member.Read.Hidden',
  'AdministrativeUnit.Read.All',
  'RoleManagement.Read.Directory',
  'RoleEligibilitySchedule.Read.Directory',
  'RoleAssignmentSchedule.Read.Directory',
  'Application.Read.All',
  'Directory.Read.All',
  'Policy.Read.All',
  'LicenseAssignment.Read.All',
  'Organization.Read.All',
  'Domain.Read.All',
  'UserAuthenticationMethod.Read.All',
  'ProfilePhoto.Read.All',
  'AuditLog.Read.All',
  'SecurityEvents.Read.All',
];

/** … and to restore users and groups. Not to write roles, policies or applications: granted when needed. */
export const restorePermissions: readonly string[] = [
  'User.ReadWrite.All',
  'User.DeleteRestore.All',
  'User.EnableDisableAccount.All',
  'User.RevokeSessions.All',
  'User-PasswordProfile.ReadWrite.All',
  'User-Phone.ReadWrite.All',
  'User-Mail.ReadWrite.All',
  'Group.ReadWrite.All',
  'GroupMember.ReadWrite.All',
  'UserAuthenticationMethod.ReadWrite.All',
];

/** An application object with its service principal, and the registration that the authority knows. */
export function addApplication(
  to: PopulationBuilder,
  facts: {
    readonly appId: string;
    readonly applicationId: string;
    readonly principalId: string;
    readonly displayName: string;
    readonly tenantId: string;
    readonly domain: string;
    readonly createdAt: number;
    readonly more?: Props;
    readonly principalMore?: Props;
  },
): void {
  to.add(
    'application',
    facts.applicationId,
    {
      ...applicationDefaults(facts.domain),
      appId: facts.appId,
      displayName: facts.displayName,
      ...facts.more,
    },
    facts.createdAt,
  );
  to.add(
    'servicePrincipal',
    facts.principalId,
    {
      ...servicePrincipalDefaults(),
      appId: facts.appId,
      appDisplayName: facts.displayName,
      displayName: facts.displayName,
      appOwnerOrganizationId: facts.tenantId,
      servicePrincipalNames: [facts.appId],
      signInAudience: 'AzureADMyOrg',
      ...facts.principalMore,
    },
    facts.createdAt,
  );
}

export function registration(
  appId: string,
  displayName: string,
  secret: string,
  permissions: readonly string[],
): AppRegistration {
  return { appId, displayName, secret, certificates: [], permissions: [...permissions], directoryRoles: [] };
}
