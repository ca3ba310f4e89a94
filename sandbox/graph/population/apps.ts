import { createHash } from 'node:crypto';
import { graphAppId, roleOfName } from '../permissions/graph-permissions.js';
import { assignmentProps, type Registration } from '../rules/app-permissions.js';
import { appRoleAssignmentId } from '../rules/ids-of-bytes.js';
import { applicationDefaults, servicePrincipalDefaults } from '../schema/application.js';
import type { Props } from '../state/types.js';
import type { PopulationBuilder } from './builder.js';
import { microsoftGraph } from './microsoft-graph.js';

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

/** What an administrator has consented to for the product's application … */
export const servicePermissions: readonly string[] = [...backupPermissions, ...restorePermissions];
/** … and for the one that the story's script runs as. */
export const hrSyncPermissions: readonly string[] = [
  'User.ReadWrite.All',
  'Group.ReadWrite.All',
  'Directory.Read.All',
];

/** An application object with its service principal, and the permissions that an administrator has consented to. */
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
    /** Application permissions of Microsoft Graph by name: asked for by the application, granted to its service principal. */
    readonly permissions?: readonly string[];
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
      requiredResourceAccess: requiredOf(facts.permissions ?? []),
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
  for (const name of facts.permissions ?? []) grant(to, facts, name);
}

const requiredOf = (permissions: readonly string[]): Props[] =>
  permissions.length === 0
    ? []
    : [
        {
          resourceAppId: graphAppId,
          resourceAccess: permissions.map((name) => ({ id: roleIdOf(name), type: 'Role' })),
        },
      ];

/** The id is made of what it stands for, so that nothing is drawn for it: a seed gives the tenant that it always gave. */
function grant(
  to: PopulationBuilder,
  facts: { readonly principalId: string; readonly displayName: string; readonly createdAt: number },
  name: string,
): void {
  const { principalId, displayName, createdAt } = facts;
  const roleId = roleIdOf(name);
  const own = createHash('sha256').update(`${principalId}/${roleId}`).digest('hex').slice(0, 32);
  to.add(
    'appRoleAssignment',
    appRoleAssignmentId(principalId, own),
    assignmentProps(
      { id: principalId, props: { displayName }, type: 'ServicePrincipal' },
      microsoftGraph,
      roleId,
      createdAt,
    ),
    createdAt,
  );
}

function roleIdOf(name: string): string {
  const id = roleOfName(name);
  if (id === undefined) throw new RangeError(`Microsoft Graph has no app role ${name}`);
  return id;
}

export const registration = (appId: string, displayName: string, secret: string): Registration => ({
  appId,
  displayName,
  secret,
  certificates: [],
  directoryRoles: [],
});
