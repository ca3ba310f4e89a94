import type { JsonValue, Props } from '../state/types.js';
import { propertyTable } from './property.js';

/** FACTS §18: 38 properties by default, as recorded in 2025. */
export const applicationProperties = propertyTable(`
  id                                text    d
  deletedDateTime                   instant d
  appId                             text    d
  applicationTemplateId             text    d
  disabledByMicrosoftStatus         text    d
  createdDateTime                   instant d
  displayName                       text    d w ! 256
  description                       text    d w 1024
  groupMembershipClaims             text    d w
  identifierUris                    texts   d w
  isDeviceOnlyAuthSupported         flag    d w
  isFallbackPublicClient            flag    d w
  nativeAuthenticationApisEnabled   any     d w
  notes                             text    d w
  publisherDomain                   text    d
  serviceManagementReference        text    d w
  signInAudience                    text    d w
  tags                              texts   d w
  tokenEncryptionKeyId              text    d w
  uniqueName                        text    d w
  samlMetadataUrl                   text    d w
  defaultRedirectUri                text    d w
  certification                     any     d
  optionalClaims                    optionalClaims d w
  servicePrincipalLockConfiguration servicePrincipalLockConfiguration     d w
  requestSignatureVerification      requestSignatureVerification     d w
  addIns                            addIn[] d w
  api                               apiApplication     d w
  appRoles                          appRole[] d w
  info                              informationalUrl     d w
  keyCredentials                    keyCredential[] d w
  parentalControlSettings           parentalControlSettings     d w
  passwordCredentials               passwordCredential[] d w
  publicClient                      publicClientApplication     d w
  requiredResourceAccess            requiredResourceAccess[] d w
  verifiedPublisher                 any     d
  web                               webApplication     d w
  spa                               spaApplication     d w
  oauth2RequirePostResponse         flag    w ! =false
`);

/** 36 properties by default (FACTS §18). */
export const servicePrincipalProperties = propertyTable(`
  id                                     text    d
  deletedDateTime                        instant d
  accountEnabled                         flag    d w
  alternativeNames                       texts   d w
  appDisplayName                         text    d
  appDescription                         text    d
  appId                                  text    d c
  applicationTemplateId                  text    d
  appOwnerOrganizationId                 text    d
  appRoleAssignmentRequired              flag    d w ! =false
  createdDateTime                        instant d
  description                            text    d w
  disabledByMicrosoftStatus              text    d
  displayName                            text    d w 256
  homepage                               text    d w
  loginUrl                               text    d w
  logoutUrl                              text    d w
  notes                                  text    d w
  notificationEmailAddresses             texts   d w
  preferredSingleSignOnMode              text    d w
  preferredTokenSigningKeyThumbprint     text    d w
  replyUrls                              texts   d w
  servicePrincipalNames                  texts   d w
  servicePrincipalType                   text    d
  signInAudience                         text    d
  tags                                   texts   d w
  tokenEncryptionKeyId                   text    d w
  samlSingleSignOnSettings               samlSingleSignOnSettings     d w
  addIns                                 addIn[] d w
  appRoles                               appRole[] d w
  info                                   informationalUrl     d w
  keyCredentials                         keyCredential[] d w
  oauth2PermissionScopes                 permissionScope[] d w
  passwordCredentials                    passwordCredential[] d w
  resourceSpecificApplicationPermissions anyList d
  verifiedPublisher                      any     d
  customSecurityAttributes               any     w
  preferredTokenSigningKeyEndDateTime    instant
`);

const noLinks = (): JsonValue => ({
  logoUrl: null,
  marketingUrl: null,
  privacyStatementUrl: null,
  supportUrl: null,
  termsOfServiceUrl: null,
});
const noPublisher = (): JsonValue => ({
  displayName: null,
  verifiedPublisherId: null,
  addedDateTime: null,
});

/** The nested values that the service fills in at create, whether sent or not. Values sent are laid over them. */
export function applicationDefaults(publisherDomain: string): Props {
  return {
    publisherDomain,
    signInAudience: 'AzureADMyOrg',
    api: {
      acceptMappedClaims: null,
      knownClientApplications: [],
      requestedAccessTokenVersion: null,
      oauth2PermissionScopes: [],
      preAuthorizedApplications: [],
    },
    info: noLinks(),
    parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: 'Allow' },
    publicClient: { redirectUris: [] },
    verifiedPublisher: noPublisher(),
    web: {
      homePageUrl: null,
      logoutUrl: null,
      redirectUris: [],
      implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
      redirectUriSettings: [],
    },
    spa: { redirectUris: [] },
  };
}

export function servicePrincipalDefaults(): Props {
  return {
    accountEnabled: true,
    servicePrincipalType: 'Application',
    info: noLinks(),
    verifiedPublisher: noPublisher(),
  };
}
