import { propertyTable } from './property.js';

/** FACTS §1: default set, read-only, lengths; the order is the recorded one of a 201 (id first). */
export const userProperties = propertyTable(`
  id                              text     d
  businessPhones                  texts    d w
  displayName                     text     d w ! 256
  givenName                       text     d w 64
  jobTitle                        text     d w 128
  mail                            text     d w
  mobilePhone                     text     d w 64
  officeLocation                  text     d w 128
  preferredLanguage               text     d w
  surname                         text     d w 64
  userPrincipalName               text     d w ! 1024
  accountEnabled                  flag     w !
  ageGroup                        text     w {Minor|NotAdult|Adult}
  assignedLicenses                anyList
  assignedPlans                   anyList
  authorizationInfo               any
  city                            text     w 128
  companyName                     text     w 64
  consentProvidedForMinor         text     w {Granted|Denied|NotRequired}
  country                         text     w 128
  createdDateTime                 instant
  creationType                    text
  customSecurityAttributes        any      w
  deletedDateTime                 instant
  department                      text     w 64
  employeeHireDate                instant  w
  employeeId                      text     w 16
  employeeLeaveDateTime           instant  w
  employeeOrgData                 employeeOrgData w
  employeeType                    text     w
  externalUserState               text
  externalUserStateChangeDateTime instant
  faxNumber                       text     w
  identities                      objectIdentity[] w
  imAddresses                     texts
  infoCatalogs                    texts
  isManagementRestricted          flag
  isResourceAccount               flag
  lastPasswordChangeDateTime      instant
  legalAgeGroupClassification     text
  licenseAssignmentStates         anyList
  mailNickname                    text     w ! 64
  onPremisesDistinguishedName     text
  onPremisesDomainName            text
  onPremisesExtensionAttributes   onPremisesExtensionAttributes w
  onPremisesImmutableId           text     w
  onPremisesLastSyncDateTime      instant
  onPremisesProvisioningErrors    anyList
  onPremisesSamAccountName        text
  onPremisesSecurityIdentifier    text
  onPremisesSyncEnabled           flag
  onPremisesUserPrincipalName     text
  otherMails                      texts    w
  passwordPolicies                text     w
  passwordProfile                 passwordProfile w s
  postalCode                      text     w 40
  preferredDataLocation           text     w
  provisionedPlans                anyList
  proxyAddresses                  texts
  securityIdentifier              text
  serviceProvisioningErrors       anyList
  showInAddressList               flag     w
  signInActivity                  any
  signInSessionsValidFromDateTime instant
  state                           text     w 128
  streetAddress                   text     w 1024
  usageLocation                   text     w ! 2
  userType                        text     w {Member|Guest}
  aboutMe                         text     w o
  birthday                        instant  w o ="0001-01-01T00:00:00Z"
  hireDate                        instant  w o ="0001-01-01T00:00:00Z"
  interests                       texts    w o
  mySite                          text     w o
  pastProjects                    texts    w o
  preferredName                   text     w o
  responsibilities                texts    w o
  schools                         texts    w o
  skills                          texts    w o
  mailboxSettings                 any      o
  deviceEnrollmentLimit           number   o
`);

/** Needed in a POST (FACTS §1). */
/** And a password, which is asked for in words of its own. */
export const userRequired = ['accountEnabled', 'displayName', 'mailNickname', 'userPrincipalName'] as const;

/** Properties that only a privileged caller may change on an administrator (FACTS §1 "Sensitive actions"). */
export const sensitiveUserProperties: ReadonlySet<string> = new Set([
  'accountEnabled',
  'businessPhones',
  'mobilePhone',
  'onPremisesImmutableId',
  'otherMails',
  'passwordProfile',
  'userPrincipalName',
]);

/** Written in the cloud although the user is synced from on-premises. */
export const writableWhenSynced: ReadonlySet<string> = new Set([
  'usageLocation',
  'passwordPolicies',
  'ageGroup',
  'consentProvidedForMinor',
  'preferredDataLocation',
  'customSecurityAttributes',
  'employeeLeaveDateTime',
]);
