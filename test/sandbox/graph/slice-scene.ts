import { loadContract, findContractDir } from '../../../sandbox/contract/contract.js';
import { startTenant, type Client } from './harness.js';
import { disabledPolicy, newUser, ref, security } from './scene.js';

/** A tenant that holds at least one of everything that the slice's paths name. */
export interface SliceScene {
  readonly client: Client;
  /** Parameter of the slice's paths → the key of something that is there, by the path's beginning where it matters. */
  keyFor(path: string, parameter: string): string | undefined;
}

const everything = [
  'AdministrativeUnit.ReadWrite.All',
  'AppRoleAssignment.ReadWrite.All',
  'Application.ReadWrite.All',
  'AuthenticationContext.ReadWrite.All',
  'CustomSecAttributeDefinition.ReadWrite.All',
  'DelegatedPermissionGrant.ReadWrite.All',
  'Device.Read.All',
  'Device.ReadWrite.All',
  'Directory.ReadWrite.All',
  'GroupSettings.ReadWrite.All',
  'LicenseAssignment.ReadWrite.All',
  'OrgContact.Read.All',
  'Organization.ReadWrite.All',
  'Policy.Read.DeviceConfiguration',
  'Policy.ReadWrite.AuthenticationFlows',
  'Policy.ReadWrite.AuthenticationMethod',
  'Policy.ReadWrite.Authorization',
  'Policy.ReadWrite.ConditionalAccess',
  'Policy.ReadWrite.CrossTenantAccess',
  'Policy.ReadWrite.PermissionGrant',
  'Policy.ReadWrite.SecurityDefaults',
  'ProfilePhoto.ReadWrite.All',
  'RoleManagement.ReadWrite.Directory',
  'User.Invite.All',
];

const e3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
const helpdesk = '729827e3-9c14-49f7-bb1b-9608f156bbb8';
const scope = { id: '0f000000-0000-4000-8000-000000000001', value: 'read', isEnabled: true, type: 'User' };
const deviceId = '0d000000-0000-4000-8000-000000000001';
const contactId = '0c000000-0000-4000-8000-000000000001';
const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

export async function openSlice(): Promise<SliceScene> {
  const client = await startTenant({ contract: loadContract(findContractDir()) });
  client.allow(...everything);
  await client.tenant.damage({
    steps: [
      { do: 'switch', name: 'conditionalAccessBurst', value: 10_000 },
      { do: 'switch', name: 'throttling', value: false },
      {
        do: 'seed',
        object: { '@odata.type': '#microsoft.graph.device', id: deviceId, displayName: 'laptop' },
      },
      {
        do: 'seed',
        object: { '@odata.type': '#microsoft.graph.orgContact', id: contactId, displayName: 'C' },
      },
    ],
  });
  const user = await client.make('/users', newUser('ada', { usageLocation: 'DE' }));
  const manager = await client.make('/users', newUser('bob'));
  await client.put(`/users/${user.id}/manager/$ref`, ref(manager.id));
  await client.post(`/users/${user.id}/assignLicense`, {
    addLicenses: [{ skuId: e3, disabledPlans: [] }],
    removeLicenses: [],
  });
  const [licence] = await client.all(`/users/${user.id}/licenseDetails`);
  const group = await client.make('/groups', {
    ...security('readers', { mailEnabled: true, groupTypes: ['Unified'] }),
  });
  await client.post(`/groups/${group.id}/members/$ref`, ref(user.id));
  for (const owner of [`/users/${user.id}`, `/groups/${group.id}`])
    await client.send('PUT', `${owner}/photo/$value`, jpeg, { 'content-type': 'image/jpeg' });
  const app = await client.make('/applications', {
    displayName: 'App',
    api: { oauth2PermissionScopes: [scope] },
  });
  await client.send('PUT', `/applications/${app.id}/logo`, jpeg, { 'content-type': 'image/jpeg' });
  const principal = await client.make('/servicePrincipals', { appId: app.appId });
  const extension = await client.make(`/applications/${app.id}/extensionProperties`, {
    name: 'cost',
    dataType: 'String',
    targetObjects: ['User'],
  });
  const federated = await client.make(`/applications/${app.id}/federatedIdentityCredentials`, {
    name: 'ci',
    issuer: 'https://ci.example',
    subject: 'main',
    audiences: ['api://x'],
  });
  const assign = (principalId: string) => ({
    principalId,
    resourceId: principal.id,
    appRoleId: '00000000-0000-0000-0000-000000000000',
  });
  const userRole = await client.make(`/users/${user.id}/appRoleAssignments`, assign(user.id));
  const groupRole = await client.make(`/groups/${group.id}/appRoleAssignments`, assign(group.id));
  const ownRole = await client.make(
    `/servicePrincipals/${principal.id}/appRoleAssignments`,
    assign(principal.id),
  );
  const grant = await client.make('/oauth2PermissionGrants', {
    clientId: principal.id,
    consentType: 'AllPrincipals',
    resourceId: principal.id,
    scope: 'read',
  });
  const unit = await client.make('/directory/administrativeUnits', { displayName: 'Berlin' });
  const [role] = await client.all('/directoryRoles');
  const scoped = await client.make(`/directory/administrativeUnits/${unit.id}/scopedRoleMembers`, {
    roleId: role.id,
    roleMemberInfo: { id: user.id },
  });
  const assignment = await client.make('/roleManagement/directory/roleAssignments', {
    principalId: manager.id,
    roleDefinitionId: helpdesk,
    directoryScopeId: `/administrativeUnits/${unit.id}`,
  });
  const schedule = (family: string) =>
    client.make(`/roleManagement/directory/${family}ScheduleRequests`, {
      action: 'adminAssign',
      principalId: user.id,
      roleDefinitionId: helpdesk,
      directoryScopeId: '/',
      justification: 'why',
      scheduleInfo: { startDateTime: client.clock.now().toISOString(), expiration: { type: 'noExpiration' } },
    });
  const eligible = await schedule('roleEligibility');
  const active = await schedule('roleAssignment');
  const first = async (path: string): Promise<string> => (await client.all(path))[0].id;
  const policies = '/policies/roleManagementPolicies';
  const [pimPolicy] = (
    await client.get(`${policies}?$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'`)
  ).body.value;
  const ca = await client.make('/identity/conditionalAccess/policies', disabledPolicy);
  const location = await client.make('/identity/conditionalAccess/namedLocations', {
    '@odata.type': '#microsoft.graph.countryNamedLocation',
    displayName: 'L',
    countriesAndRegions: ['DE'],
  });
  await client.make('/identity/conditionalAccess/authenticationContextClassReferences', {
    id: 'c1',
    displayName: 'C',
  });
  await client.make('/directory/attributeSets', {
    id: 'Engineering',
    description: '',
    maxAttributesPerSet: 25,
  });
  await client.make('/directory/customSecurityAttributeDefinitions', {
    attributeSet: 'Engineering',
    name: 'Project',
    type: 'String',
    status: 'Available',
    isCollection: true,
    isSearchable: true,
    usePreDefinedValuesOnly: false,
    description: '',
  });
  const setting = await client.make('/groupSettings', {
    templateId: '62375ab9-6b52-47ed-826b-58e47e0e304b',
    values: [{ name: 'EnableGroupCreation', value: 'false' }],
  });
  const lifecycle = await client.make('/groupLifecyclePolicies', {
    groupLifetimeInDays: 100,
    managedGroupTypes: 'All',
    alternateNotificationEmails: 'it@northwind.example',
  });
  const schema = await client.make('/schemaExtensions', {
    id: 'courses',
    targetTypes: ['User'],
    properties: [{ name: 'course', type: 'String' }],
  });
  for (const path of [`/users/${user.id}`, `/groups/${group.id}`])
    await client.make(`${path}/extensions`, {
      '@odata.type': '#microsoft.graph.openTypeExtension',
      extensionName: 'com.example.x',
      theme: 'dark',
    });
  const pass = await client.make(`/users/${user.id}/authentication/temporaryAccessPassMethods`, {
    lifetimeInMinutes: 60,
  });
  const phone = await client.make(`/users/${user.id}/authentication/phoneMethods`, {
    phoneNumber: '+49 3012345',
    phoneType: 'mobile',
  });
  const mail = await client.make(`/users/${user.id}/authentication/emailMethods`, {
    emailAddress: 'a@b.example',
  });
  const gone = await client.make('/users', newUser('carl'));
  await client.delete(`/users/${gone.id}`);
  const [audit] = await client.all('/auditLogs/directoryAudits?$top=999');
  const scores = await client.all('/security/secureScores?$top=1');

  const keys: Readonly<Record<string, string>> = {
    'user-id': user.id,
    'group-id': group.id,
    'application-id': app.id,
    appId: app.appId,
    'servicePrincipal-id': principal.id,
    'extensionProperty-id': extension.id,
    'federatedIdentityCredential-id': federated.id,
    name: 'ci',
    'oAuth2PermissionGrant-id': grant.id,
    'administrativeUnit-id': unit.id,
    'scopedRoleMembership-id': scoped.id,
    'directoryRole-id': role.id,
    roleTemplateId: role.roleTemplateId,
    'directoryRoleTemplate-id': helpdesk,
    'unifiedRoleDefinition-id': helpdesk,
    'unifiedRoleAssignment-id': assignment.id,
    'unifiedRoleEligibilityScheduleRequest-id': eligible.id,
    'unifiedRoleAssignmentScheduleRequest-id': active.id,
    'unifiedRoleEligibilitySchedule-id': eligible.targetScheduleId,
    'unifiedRoleAssignmentSchedule-id': active.targetScheduleId,
    'unifiedRoleEligibilityScheduleInstance-id': await first(
      '/roleManagement/directory/roleEligibilityScheduleInstances',
    ),
    'unifiedRoleAssignmentScheduleInstance-id': await first(
      '/roleManagement/directory/roleAssignmentScheduleInstances',
    ),
    'unifiedRoleManagementPolicy-id': pimPolicy.id,
    'unifiedRoleManagementPolicyRule-id': 'Expiration_Admin_Eligibility',
    'conditionalAccessPolicy-id': ca.id,
    'namedLocation-id': location.id,
    'authenticationContextClassReference-id': 'c1',
    'authenticationStrengthPolicy-id': await first('/policies/authenticationStrengthPolicies'),
    'conditionalAccessTemplate-id': await first('/identity/conditionalAccess/templates'),
    'authenticationMethodConfiguration-id': 'TemporaryAccessPass',
    'attributeSet-id': 'Engineering',
    'customSecurityAttributeDefinition-id': 'Engineering_Project',
    'groupSetting-id': setting.id,
    'groupLifecyclePolicy-id': lifecycle.id,
    'schemaExtension-id': schema.id,
    'extension-id': 'com.example.x',
    'temporaryAccessPassAuthenticationMethod-id': pass.id,
    'phoneAuthenticationMethod-id': phone.id,
    'emailAuthenticationMethod-id': mail.id,
    'passwordAuthenticationMethod-id': '28c10230-6103-485e-b985-444c60001490',
    'authenticationMethod-id': phone.id,
    'licenseDetails-id': licence.id,
    'profilePhoto-id': '48x48',
    'device-id': deviceId,
    'orgContact-id': contactId,
    'organization-id': await first('/organization'),
    'domain-id': await first('/domains'),
    'subscribedSku-id': await first('/subscribedSkus'),
    'directoryAudit-id': audit.id,
    'userRegistrationDetails-id': user.id,
    'secureScore-id': scores[0].id,
    'secureScoreControlProfile-id': 'AdminMFAV2',
  };
  const special: readonly (readonly [RegExp, string])[] = [
    [/^\/users\/.*\/appRoleAssignments/, userRole.id],
    [/^\/groups\/.*\/appRoleAssignments/, groupRole.id],
    [/^\/servicePrincipals\/.*\/appRoleAssign/, ownRole.id],
  ];
  return {
    client,
    keyFor: (path, parameter) => {
      if (parameter === 'appRoleAssignment-id') return special.find(([pattern]) => pattern.test(path))?.[1];
      if (parameter === 'directoryObject-id')
        return path.startsWith('/directory/deletedItems') ? gone.id : user.id;
      return keys[parameter];
    },
  };
}
