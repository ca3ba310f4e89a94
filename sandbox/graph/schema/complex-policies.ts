/** Complex types of the policies of which a tenant has one, and of PIM's rules and requests; written as those of complex-objects.ts. */
export const policyParts = `
defaultUserRolePermissions = allowedToCreateApps!:flag allowedToCreateSecurityGroups!:flag allowedToCreateTenants:flag allowedToReadBitlockerKeysForOwnedDevice:flag allowedToReadOtherUsers!:flag permissionGrantPoliciesAssigned:text[]
registrationEnforcement = authenticationMethodsRegistrationCampaign:authenticationMethodsRegistrationCampaign
authenticationMethodsRegistrationCampaign = excludeTargets:excludeTarget[] includeTargets:authenticationMethodsRegistrationCampaignIncludeTarget[] snoozeDurationInDays!:number state!:{default|enabled|disabled}
excludeTarget = id!:text targetType!:{user|group}
includeTarget = id!:text targetType!:{user|group}
authenticationMethodsRegistrationCampaignIncludeTarget = id!:text targetedAuthenticationMethod:text targetType!:{user|group}
accessReviewReviewerScope = query:text queryRoot:text queryType:text
selfServiceSignUpAuthenticationFlowConfiguration = isEnabled!:flag
crossTenantAccessPolicyAppServiceConnectSetting = applications:crossTenantAccessPolicyTargetConfiguration
crossTenantAccessPolicyTargetConfiguration = accessType:{allowed|blocked} targets:crossTenantAccessPolicyTarget[]
crossTenantAccessPolicyTarget = target:text targetType:{user|group|application}
inboundOutboundPolicyConfiguration = inboundAllowed:flag outboundAllowed:flag
crossTenantAccessPolicyB2BSetting = applications:crossTenantAccessPolicyTargetConfiguration usersAndGroups:crossTenantAccessPolicyTargetConfiguration
crossTenantAccessPolicyTenantRestrictions crossTenantAccessPolicyB2BSetting = applications:crossTenantAccessPolicyTargetConfiguration usersAndGroups:crossTenantAccessPolicyTargetConfiguration devices:devicesFilter
devicesFilter = mode:{allowed|blocked} rule:text
crossTenantAccessPolicyInboundTrust = isCompliantDeviceAccepted:flag isHybridAzureADJoinedDeviceAccepted:flag isMfaAccepted:flag
defaultInvitationRedemptionIdentityProviderConfiguration = fallbackIdentityProvider:{azureActiveDirectory|externalFederation|socialIdentityProviders|emailOneTimePasscode|microsoftAccount|defaultConfiguredIdp} primaryIdentityProviderPrecedenceOrder:{azureActiveDirectory|externalFederation|socialIdentityProviders|emailOneTimePasscode|microsoftAccount|defaultConfiguredIdp}[]
crossTenantAccessPolicyM365CollaborationInboundSetting = users:crossTenantAccessPolicyTargetConfiguration
crossTenantAccessPolicyM365CollaborationOutboundSetting = usersAndGroups:crossTenantAccessPolicyTargetConfiguration
appManagementApplicationConfiguration = keyCredentials:keyCredentialConfiguration[] passwordCredentials:passwordCredentialConfiguration[] identifierUris:identifierUriConfiguration
appManagementServicePrincipalConfiguration = keyCredentials:keyCredentialConfiguration[] passwordCredentials:passwordCredentialConfiguration[]
keyCredentialConfiguration = excludeActors:appManagementPolicyActorExemptions maxLifetime:duration restrictForAppsCreatedAfterDateTime:instant restrictionType:{asymmetricKeyLifetime} state!:{enabled|disabled}
passwordCredentialConfiguration = excludeActors:appManagementPolicyActorExemptions maxLifetime:duration restrictForAppsCreatedAfterDateTime:instant restrictionType:{passwordAddition|passwordLifetime|symmetricKeyAddition|symmetricKeyLifetime|customPasswordAddition} state!:{enabled|disabled}
appManagementPolicyActorExemptions = customSecurityAttributes:customSecurityAttributeExemption[]
customSecurityAttributeExemption = id!:text operator!:{equals}
customSecurityAttributeStringValueExemption customSecurityAttributeExemption = id!:text operator!:{equals} value:text
identifierUriConfiguration = nonDefaultUriAddition:identifierUriRestriction uriAdditionWithoutUniqueTenantIdentifier:identifierUriRestriction
identifierUriRestriction = excludeActors:appManagementPolicyActorExemptions excludeAppsReceivingV2Tokens:flag excludeSaml:flag isStateSetByMicrosoft!:flag restrictForAppsCreatedAfterDateTime:instant state!:{enabled|disabled}
microsoftAuthenticatorFeatureSettings = displayAppInformationRequiredState:authenticationMethodFeatureConfiguration displayLocationInformationRequiredState:authenticationMethodFeatureConfiguration
authenticationMethodFeatureConfiguration = excludeTarget:featureTarget includeTarget:featureTarget state:{default|enabled|disabled}
featureTarget = id:text targetType:{group|administrativeUnit|role}
requestSchedule = expiration:expirationPattern recurrence:patternedRecurrence startDateTime:instant
expirationPattern = duration:duration endDateTime:instant type:{notSpecified|noExpiration|afterDateTime|afterDuration}
patternedRecurrence = pattern:recurrencePattern range:recurrenceRange
recurrencePattern = dayOfMonth!:number daysOfWeek:{sunday|monday|tuesday|wednesday|thursday|friday|saturday}[] firstDayOfWeek:{sunday|monday|tuesday|wednesday|thursday|friday|saturday} index:{first|second|third|fourth|last} interval!:number month!:number type:{daily|weekly|absoluteMonthly|relativeMonthly|absoluteYearly|relativeYearly}
recurrenceRange = endDate:text numberOfOccurrences!:number recurrenceTimeZone:text startDate:text type:{endDate|noEnd|numbered}
ticketInfo = ticketNumber:text ticketSystem:text
unifiedRoleManagementPolicyRuleTarget = caller:text enforcedSettings:text[] inheritableSettings:text[] level:text operations:{all|activate|deactivate|assign|update|remove|extend|renew}[]
approvalSettings = approvalMode:text approvalStages:unifiedApprovalStage[] isApprovalRequired:flag isApprovalRequiredForExtension:flag isRequestorJustificationRequired:flag
unifiedApprovalStage = approvalStageTimeOutInDays:number escalationApprovers:subjectSet[] escalationTimeInMinutes:number isApproverJustificationRequired:flag isEscalationEnabled:flag primaryApprovers:subjectSet[]
subjectSet =
groupMembers subjectSet = description:text groupId:text
singleUser subjectSet = description:text userId:text
singleServicePrincipal subjectSet = description:text servicePrincipalId:text
requestorManager subjectSet = managerLevel:number
`;

/**
 * Whom a method's configuration includes. The description that the sandbox is held against leaves these out; their members are
 * those of the reference pages.
 */
export const targetParts = `
authenticationMethodTarget = id!:text isRegistrationRequired:flag targetType:{user|group}
smsAuthenticationMethodTarget = id!:text isRegistrationRequired:flag targetType:{user|group} isUsableForSignIn:flag
microsoftAuthenticatorAuthenticationMethodTarget = id!:text isRegistrationRequired:flag targetType:{user|group} authenticationMode:{deviceBasedPush|push|any}
`;
