import { propertyTable } from './property.js';

export const administrativeUnitProperties = propertyTable(`
  id                            text    d
  deletedDateTime               instant d
  displayName                   text    d w ! 256
  description                   text    d w
  visibility                    text    d c
  membershipType                text    w {Assigned|Dynamic}
  membershipRule                text    w
  membershipRuleProcessingState text    w {On|Paused}
  isMemberManagementRestricted  flag    c
`);

export const directoryRoleProperties = propertyTable(`
  id              text    d
  deletedDateTime instant d
  description     text    d
  displayName     text    d
  roleTemplateId  text    d c
`);

export const roleDefinitionProperties = propertyTable(`
  id              text    d
  description     text    d w
  displayName     text    d w !
  isBuiltIn       flag    d
  isEnabled       flag    d w
  resourceScopes  texts   d w
  templateId      text    d c
  version         text    d w
  rolePermissions unifiedRolePermission[] d w
`);

export const roleAssignmentProperties = propertyTable(`
  id               text d
  principalId      text d c
  directoryScopeId text d c
  appScopeId       text c
  condition        text c
  roleDefinitionId text d c
  principalOrganizationId text
`);

const schedule = `
  id               text    d
  principalId      text    d
  roleDefinitionId text    d
  directoryScopeId text    d
  appScopeId       text    d
  createdUsing     text    d
  createdDateTime  instant d
  modifiedDateTime instant d
  status           text    d
  memberType       text    d
  scheduleInfo     any     d
`;
export const roleEligibilityScheduleProperties = propertyTable(schedule);
export const roleAssignmentScheduleProperties = propertyTable(`${schedule}
  assignmentType   text    d
`);

export const scheduleRequestProperties = propertyTable(`
  id                text    d
  status            text    d
  completedDateTime instant d
  createdDateTime   instant d
  approvalId        text    d
  customData        text    d
  createdBy         any     d
  action            text    d c
  principalId       text    d c
  roleDefinitionId  text    d c
  directoryScopeId  text    d c
  appScopeId        text    d c
  isValidationOnly  flag    d c =false
  targetScheduleId  text    d c
  justification     text    d c
  scheduleInfo      requestSchedule d c
  ticketInfo        ticketInfo      d c
`);

export const appRoleAssignmentProperties = propertyTable(`
  id                   text    d
  deletedDateTime      instant d
  appRoleId            text    d c !
  createdDateTime      instant d
  principalDisplayName text    d
  principalId          text    d c
  principalType        text    d
  resourceDisplayName  text    d
  resourceId           text    d c
`);

export const grantProperties = propertyTable(`
  clientId    text d c !
  consentType text d c {AllPrincipals|Principal}
  id          text d
  principalId text d c
  resourceId  text d c !
  scope       text d w
`);

export const conditionalAccessPolicyProperties = propertyTable(`
  id               text    d
  templateId       text    d c
  displayName      text    d w !
  createdDateTime  instant d
  modifiedDateTime instant d
  deletedDateTime  instant
  state            text    d w ! {enabled|disabled|enabledForReportingButNotEnforced}
  conditions       conditionalAccessConditionSet     d w !
  grantControls    conditionalAccessGrantControls     d w
  sessionControls  conditionalAccessSessionControls     d w
`);

export const namedLocationProperties = propertyTable(`
  id                                text    d
  displayName                       text    d w !
  modifiedDateTime                  instant d
  createdDateTime                   instant d
  deletedDateTime                   instant
  isTrusted                         flag    w ! =false
  ipRanges                          ipRange[] w
  countriesAndRegions               texts   w
  includeUnknownCountriesAndRegions flag    w ! =false
  countryLookupMethod               text    w {clientIpAddress|authenticatorAppGps}
`);

export const federatedCredentialProperties = propertyTable(`
  id          text  d
  name        text  d c !
  issuer      text  d w !
  subject     text  d w
  description text  d w
  audiences   texts d w
`);

export const extensionPropertyProperties = propertyTable(`
  id                     text    d
  deletedDateTime        instant d
  appDisplayName         text    d
  dataType               text    d c
  isMultiValued          flag    d c =false
  isSyncedFromOnPremises flag    d =false
  name                   text    d c
  targetObjects          texts   d c
`);

export const organizationProperties = propertyTable(`
  id                                   text    d
  deletedDateTime                      instant d
  businessPhones                       texts   d w
  city                                 text    d
  country                              text    d
  countryLetterCode                    text    d
  createdDateTime                      instant d
  defaultUsageLocation                 text    d
  displayName                          text    d
  marketingNotificationEmails          texts   d w
  onPremisesLastSyncDateTime           instant d
  onPremisesSyncEnabled                flag    d
  partnerTenantType                    text    d
  postalCode                           text    d
  preferredLanguage                    text    d
  securityComplianceNotificationMails  texts   d w
  securityComplianceNotificationPhones texts   d w
  state                                text    d
  street                               text    d
  technicalNotificationMails           texts   d w
  tenantType                           text    d
  mobileDeviceManagementAuthority      text    d
  assignedPlans                        anyList d
  privacyProfile                       privacyProfile     d w
  provisionedPlans                     anyList d
  verifiedDomains                      anyList d
`);

export const domainProperties = propertyTable(`
  id                               text   d
  authenticationType               text   d
  availabilityStatus               text   d
  isAdminManaged                   flag   d
  isDefault                        flag   d
  isInitial                        flag   d
  isRoot                           flag   d
  isVerified                       flag   d
  supportedServices                texts  d
  passwordValidityPeriodInDays     number d
  passwordNotificationWindowInDays number d
  state                            any    d
  manufacturer                     text   d
  model                            text   d
`);

export const subscribedSkuProperties = propertyTable(`
  accountName      text    d
  accountId        text    d
  appliesTo        text    d
  capabilityStatus text    d
  consumedUnits    number  d
  id               text    d
  skuId            text    d
  skuPartNumber    text    d
  subscriptionIds  texts   d
  prepaidUnits     any     d
  servicePlans     anyList d
`);

export const secureScoreProperties = propertyTable(`
  id                       text    d
  azureTenantId            text    d
  activeUserCount          number  d
  createdDateTime          instant d
  currentScore             number  d
  enabledServices          texts   d
  licensedUserCount        number  d
  maxScore                 number  d
  averageComparativeScores anyList d
  controlScores            anyList d
  vendorInformation        any     d
`);

export const deviceProperties = propertyTable(`
  id                     text    d
  deletedDateTime        instant d
  accountEnabled         flag    d w
  approximateLastSignInDateTime instant d
  deviceId               text    d
  displayName            text    d w
  isCompliant            flag    d
  isManaged              flag    d
  isManagementRestricted flag
  operatingSystem        text    d w
  operatingSystemVersion text    d w
  trustType              text    d
`);

export const orgContactProperties = propertyTable(`
  id             text  d
  deletedDateTime instant d
  companyName    text  d
  department     text  d
  displayName    text  d
  givenName      text  d
  jobTitle       text  d
  mail           text  d
  mailNickname   text  d
  proxyAddresses texts d
  surname        text  d
`);
