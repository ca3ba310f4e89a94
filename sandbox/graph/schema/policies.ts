import { propertyTable } from './property.js';
import type { TypeDef } from './types.js';

/**
 * What may be written to the policies of which a tenant has one, to the configurations of the authentication methods, and to the
 * rules of PIM. Which properties are read-only is in their descriptions; which do not take null is in the schema.
 */
const type = (kind: TypeDef['kind'], name: string, set: string, table: string): TypeDef => ({
  kind,
  name,
  set,
  properties: propertyTable(table),
});
const policy = (name: string, table: string): TypeDef =>
  type('policy', name, 'policies', `id text d\n ${table}`);

/** Of a directory object that is a policy. */
const named = 'deletedDateTime instant\n displayName text w\n description text w';

/** By the state id of the policy, which is its path below /policies. */
export const policyTypes: ReadonlyMap<string, TypeDef> = new Map([
  [
    'authenticationMethodsPolicy',
    policy(
      'authenticationMethodsPolicy',
      `displayName text
       description text
       lastModifiedDateTime instant
       policyVersion text
       policyMigrationState text w {preMigration|migrationInProgress|migrationComplete}
       reconfirmationInDays number w
       registrationEnforcement registrationEnforcement w`,
    ),
  ],
  [
    'authorizationPolicy',
    policy(
      'authorizationPolicy',
      `${named}
       allowedToSignUpEmailBasedSubscriptions flag w !
       allowedToUseSSPR flag w !
       allowEmailVerifiedUsersToJoinOrganization flag w !
       allowInvitesFrom text w {none|adminsAndGuestInviters|adminsGuestInvitersAndAllMembers|everyone}
       allowUserConsentForRiskyApps flag w
       blockMsolPowerShell flag w
       defaultUserRolePermissions defaultUserRolePermissions w !
       guestUserRoleId guid w {a0b1b346-4d3e-4e8b-98f8-753987be4970|10dae51f-b6af-4016-8d66-8c2a99b929b3|2af84b1e-32c8-42b7-82bc-daa82404023b}`,
    ),
  ],
  [
    'identitySecurityDefaultsEnforcementPolicy',
    policy('identitySecurityDefaultsEnforcementPolicy', `${named}\n isEnabled flag w !`),
  ],
  [
    'adminConsentRequestPolicy',
    policy(
      'adminConsentRequestPolicy',
      `isEnabled flag w !
       notifyReviewers flag w !
       remindersEnabled flag w !
       requestDurationInDays number w !
       reviewers accessReviewReviewerScope[] w
       version number`,
    ),
  ],
  [
    'authenticationFlowsPolicy',
    policy(
      'authenticationFlowsPolicy',
      `displayName text
       description text
       selfServiceSignUp selfServiceSignUpAuthenticationFlowConfiguration w`,
    ),
  ],
  [
    'crossTenantAccessPolicy',
    policy(
      'crossTenantAccessPolicy',
      `${named}
       allowedCloudEndpoints {microsoftonline.com|microsoftonline.us|partner.microsoftonline.cn}[] w`,
    ),
  ],
  [
    'crossTenantAccessPolicy/default',
    policy(
      'crossTenantAccessPolicyConfigurationDefault',
      `isServiceDefault flag
       appServiceConnectInbound crossTenantAccessPolicyAppServiceConnectSetting w
       automaticUserConsentSettings inboundOutboundPolicyConfiguration w
       b2bCollaborationInbound crossTenantAccessPolicyB2BSetting w
       b2bCollaborationOutbound crossTenantAccessPolicyB2BSetting w
       b2bDirectConnectInbound crossTenantAccessPolicyB2BSetting w
       b2bDirectConnectOutbound crossTenantAccessPolicyB2BSetting w
       inboundTrust crossTenantAccessPolicyInboundTrust w
       invitationRedemptionIdentityProviderConfiguration defaultInvitationRedemptionIdentityProviderConfiguration w
       m365CollaborationInbound crossTenantAccessPolicyM365CollaborationInboundSetting w
       m365CollaborationOutbound crossTenantAccessPolicyM365CollaborationOutboundSetting w
       tenantRestrictions crossTenantAccessPolicyTenantRestrictions w`,
    ),
  ],
  [
    'defaultAppManagementPolicy',
    policy(
      'tenantAppManagementPolicy',
      `${named}
       isEnabled flag w !
       applicationRestrictions appManagementApplicationConfiguration w
       servicePrincipalRestrictions appManagementServicePrincipalConfiguration w`,
    ),
  ],
]);

const configuration = (
  method: string,
  table: string,
  target = 'authenticationMethodTarget',
): [string, TypeDef] => {
  const name = `${method}AuthenticationMethodConfiguration`;
  const common = `id text d\n state text w {enabled|disabled}\n excludeTargets excludeTarget[] w`;
  return [
    `#microsoft.graph.${name}`,
    type(
      'authenticationMethodConfiguration',
      name,
      'authenticationMethodConfigurations',
      `${common}\n includeTargets ${target}[] w\n ${table}`,
    ),
  ];
};

/** By @odata.type. */
export const configurationTypes: ReadonlyMap<string, TypeDef> = new Map([
  configuration(
    'temporaryAccessPass',
    `defaultLength number w
     defaultLifetimeInMinutes number w
     isUsableOnce flag w
     maximumLifetimeInMinutes number w
     minimumLifetimeInMinutes number w`,
  ),
  configuration(
    'microsoftAuthenticator',
    'featureSettings microsoftAuthenticatorFeatureSettings w\n isSoftwareOathEnabled flag w',
    'microsoftAuthenticatorAuthenticationMethodTarget',
  ),
  configuration('sms', '', 'smsAuthenticationMethodTarget'),
  configuration('email', 'allowExternalIdToUseEmailOtp text w {default|enabled|disabled}'),
]);

const rule = (name: string, table: string): [string, TypeDef] => [
  `#microsoft.graph.unifiedRoleManagementPolicy${name}Rule`,
  type(
    'roleManagementRule',
    `unifiedRoleManagementPolicy${name}Rule`,
    'rules',
    `id text d\n target unifiedRoleManagementPolicyRuleTarget w\n ${table}`,
  ),
];

/** Rules of PIM, by @odata.type. */
export const ruleTypes: ReadonlyMap<string, TypeDef> = new Map([
  rule('Approval', 'setting approvalSettings w'),
  rule('AuthenticationContext', 'isEnabled flag w\n claimValue text w'),
  rule('Enablement', 'enabledRules {MultiFactorAuthentication|Justification|Ticketing}[] w'),
  rule('Expiration', 'isExpirationRequired flag w\n maximumDuration duration w'),
  rule(
    'Notification',
    `isDefaultRecipientsEnabled flag w
     notificationLevel text w {None|Critical|All}
     notificationRecipients texts w
     notificationType text w {Email}
     recipientType text w {Requestor|Approver|Admin}`,
  ),
]);
