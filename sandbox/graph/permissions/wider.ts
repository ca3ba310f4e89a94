/**
 * Permissions that open an operation besides the ones that stand at its route: the narrower and the broader ones that Microsoft lists
 * for it (the permissions slice, FACTS §15). A test holds routes and this table together against what is published.
 */
const functions = (of: string, names: readonly string[]): string[] =>
  names.map((name) => `POST ${of}/{id}/${name}`);
const onUsers = functions('/users', [
  'checkMemberGroups',
  'checkMemberObjects',
  'getMemberGroups',
  'getMemberObjects',
]);
const onGroups = functions('/groups', ['checkMemberGroups', 'getMemberGroups', 'getMemberObjects']);
const onObjects = functions('/directoryObjects', [
  'checkMemberGroups',
  'getMemberGroups',
  'getMemberObjects',
]);
const memberships = [
  ...onUsers,
  ...onGroups,
  ...onObjects,
  'GET /groups/{id}/members',
  'GET /groups/{id}/members/$ref',
  'GET /groups/{id}/transitiveMembers',
  'GET /users/{id}/memberOf',
  'GET /users/{id}/transitiveMemberOf',
  'GET /groups/{id}/memberOf',
  'GET /groups/{id}/transitiveMemberOf',
];
const groups = ['GET /groups', 'GET /groups/{id}'];
const schedules = ['Schedules', 'ScheduleInstances'].flatMap((end) =>
  ['roleEligibility', 'roleAssignment'].map((family) => `/roleManagement/directory/${family}${end}`),
);
const keys = ['POST /applications/{id}/addKey', 'POST /applications/{id}/removeKey'];
const secrets = [
  ...['applications', 'servicePrincipals'].flatMap((set) => [
    `POST /${set}/{id}/addPassword`,
    `POST /${set}/{id}/removePassword`,
  ]),
  ...keys,
];
const settings = ['GET /groupSettings', 'GET /groupSettings/{item}'];
const contexts = '/identity/conditionalAccess/authenticationContextClassReferences';
const photos = ['/photo', '/photos', '/photo/$value', '/photos/{size}', '/photos/{size}/$value'];

const table: Readonly<Record<string, readonly string[]>> = {
  'AppRegistration.Create': ['POST /applications'],
  'Application.Read.All': [...onUsers, ...onGroups],
  'Application.ReadWrite.All': [
    ...onUsers,
    ...onGroups,
    ...onObjects,
    'DELETE /servicePrincipals/{id}/appRoleAssignments/{assignment}',
    'DELETE /servicePrincipals/{id}/appRoleAssignedTo/{assignment}',
  ],
  'DelegatedPermissionGrant.ReadWrite.All': ['GET /oauth2PermissionGrants/delta'],
  'Device.Read.All': [...onUsers, ...onGroups, ...onObjects],
  'Device.ReadWrite.All': [
    ...onUsers,
    ...onGroups,
    ...onObjects,
    'GET /devices',
    'GET /devices/{id}',
    'GET /devices/{id}/memberOf',
    'GET /devices/{id}/registeredOwners',
    'GET /devices/{id}/registeredUsers',
  ],
  'Directory.Read.All': ['GET /applications/{id}/extensionProperties'],
  'Directory.ReadWrite.All': [
    'POST /roleManagement/directory/roleDefinitions',
    'PATCH /roleManagement/directory/roleDefinitions/{id}',
    'DELETE /roleManagement/directory/roleDefinitions/{id}',
    'GET /applications/{id}',
    'GET /applications/{id}/extensionProperties',
    'GET /servicePrincipals/{id}',
    'POST /servicePrincipals',
    'PATCH /servicePrincipals/{id}',
    'DELETE /servicePrincipals/{id}',
    ...['applications', 'servicePrincipals'].flatMap((set) => [
      `GET /${set}/{id}/owners`,
      `GET /${set}/{id}/owners/$ref`,
      `POST /${set}/{id}/owners/$ref`,
      `DELETE /${set}/{id}/owners/{other}/$ref`,
    ]),
    ...secrets,
    'GET /oauth2PermissionGrants',
    'POST /oauth2PermissionGrants',
    'GET /oauth2PermissionGrants/{id}',
    'PATCH /oauth2PermissionGrants/{id}',
    'DELETE /oauth2PermissionGrants/{id}',
    'GET /servicePrincipals/{id}/oauth2PermissionGrants',
    ...settings,
  ],
  'Group-NestingSupport.ReadWrite.All': [...groups, 'GET /groups/delta'],
  'Group-PreferredDataLocation.ReadWrite.All': groups,
  'Group-XTenantIdentitySync.Read.All': ['GET /groups/{id}'],
  'Group.ManageProtection.All': groups,
  'Group.ReadBasic.All': [...groups, 'GET /groups/delta', ...memberships],
  'Group.ReadWrite.All': [...onUsers, ...onObjects, ...settings],
  'GroupMember.ReadBasic.All': memberships,
  'Policy.ReadWrite.Authorization': ['PATCH /groupSettings/{item}', 'DELETE /groupSettings/{item}'],
  'Policy.ReadWrite.ConditionalAccess': [
    'PATCH /policies/identitySecurityDefaultsEnforcementPolicy',
    `GET ${contexts}`,
    `POST ${contexts}`,
    `PATCH ${contexts}/{item}`,
  ],
  'ProvisioningLog.Read.All': ['GET /auditLogs/provisioning'],
  'RoleAssignmentSchedule.Remove.Directory': [
    'POST /roleManagement/directory/roleAssignmentScheduleRequests',
  ],
  'RoleEligibilitySchedule.Remove.Directory': [
    'POST /roleManagement/directory/roleAssignmentScheduleRequests',
  ],
  'RoleManagement.Read.All': [
    'GET /roleManagement/directory/roleDefinitions',
    'GET /roleManagement/directory/roleDefinitions/{id}',
    ...schedules.flatMap((path) => [
      `GET ${path}`,
      `GET ${path}/${path.endsWith('Instances') ? '{instance}' : '{id}'}`,
    ]),
  ],
  'User.Read.All': [...onGroups, 'GET /organization', 'GET /organization/{id}'],
  'User.ReadBasic.All': photos.map((path) => `GET /users/{id}${path}`),
  'User.ReadWrite.All': [
    'POST /users/{id}/checkMemberGroups',
    'POST /users/{id}/checkMemberObjects',
    'POST /users/{id}/getMemberObjects',
    'POST /groups/{id}/checkMemberGroups',
    'POST /groups/{id}/getMemberObjects',
    'POST /directoryObjects/{id}/checkMemberGroups',
    'POST /directoryObjects/{id}/getMemberObjects',
  ],
};

const anyDirectory = ['Directory.Read.All', 'Directory.ReadWrite.All'];
const readsApps = ['Application.Read.All', 'Application.ReadWrite.All', ...anyDirectory];

/** What an operation takes besides one of its permissions, "(+X)" in the slice: one of these. */
const besides: Readonly<Record<string, readonly string[]>> = {
  'POST /applications/{id}/owners/$ref': anyDirectory,
  'POST /servicePrincipals/{id}/owners/$ref': anyDirectory,
  'POST /servicePrincipals/{id}/appRoleAssignments': readsApps,
  'POST /servicePrincipals/{id}/appRoleAssignedTo': readsApps,
  'PATCH /policies/identitySecurityDefaultsEnforcementPolicy': ['Policy.Read.All'],
};

/** Application.ReadWrite.OwnedBy: reads all applications and service principals, changes those that the caller owns. */
const owned = [
  'GET /applications/delta',
  'GET /servicePrincipals/delta',
  'GET /servicePrincipals/{id}/memberOf',
  'GET /servicePrincipals/{id}/ownedObjects',
  'GET /servicePrincipals/{id}/appRoleAssignments',
  'GET /servicePrincipals/{id}/appRoleAssignedTo',
  'GET /servicePrincipals/{id}/delegatedPermissionClassifications',
  ...['applications', 'servicePrincipals'].flatMap((set) => [
    `GET /${set}`,
    `POST /${set}`,
    `GET /${set}/{id}`,
    `PATCH /${set}/{id}`,
    `DELETE /${set}/{id}`,
    `GET /${set}/{id}/owners`,
    `GET /${set}/{id}/owners/$ref`,
    `POST /${set}/{id}/owners/$ref`,
    `DELETE /${set}/{id}/owners/{other}/$ref`,
  ]),
  ...secrets,
  'PUT /applications/{id}/logo',
  'GET /applications/{id}/federatedIdentityCredentials',
  'POST /applications/{id}/federatedIdentityCredentials',
  'GET /applications/{id}/federatedIdentityCredentials/{credential}',
  'PATCH /applications/{id}/federatedIdentityCredentials/{credential}',
  'DELETE /applications/{id}/federatedIdentityCredentials/{credential}',
  'GET /applications/{id}/extensionProperties',
  'POST /applications/{id}/extensionProperties',
  'GET /applications/{id}/extensionProperties/{extension}',
  'DELETE /applications/{id}/extensionProperties/{extension}',
];

const byOperation = new Map<string, string[]>();
for (const [permission, operations] of Object.entries(table))
  for (const operation of operations)
    byOperation.set(operation, [...(byOperation.get(operation) ?? []), permission]);
const ownedOperations: ReadonlySet<string> = new Set(owned);

/** @param operation  'GET /users/{id}', as the route is written */
export const furtherPermissions = (operation: string): readonly string[] => byOperation.get(operation) ?? [];
export const neededBesides = (operation: string): readonly string[] => besides[operation] ?? [];
export const isOpenToOwners = (operation: string): boolean => ownedOperations.has(operation);

/** An application needs no permission to roll its own keys (Microsoft's page on addKey). */
export const isOpenToItself = (operation: string): boolean => keys.includes(operation);

/** Every operation that this table names: each must be a route. */
export const namedOperations: readonly string[] = [
  ...new Set([...byOperation.keys(), ...Object.keys(besides), ...owned]),
];
