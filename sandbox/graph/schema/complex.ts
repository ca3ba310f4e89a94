import type { JsonValue } from '../state/types.js';

/**
 * Microsoft's complex types, as far as a body may carry them: `type base? = name:shape …`. A shape is text, flag, number,
 * guid, instant, an enumeration `{a|b}` or another complex type; `[]` = a list. A test holds these names against the schema.
 */
const tables = `
apiApplication = acceptMappedClaims:flag knownClientApplications:guid[] oauth2PermissionScopes:permissionScope[] preAuthorizedApplications:preAuthorizedApplication[] requestedAccessTokenVersion:number
permissionScope = adminConsentDescription:text adminConsentDisplayName:text id:guid isEnabled:flag origin:text type:text userConsentDescription:text userConsentDisplayName:text value:text
preAuthorizedApplication = appId:text delegatedPermissionIds:text[]
webApplication = homePageUrl:text implicitGrantSettings:implicitGrantSettings logoutUrl:text redirectUris:text[] redirectUriSettings:redirectUriSettings[]
implicitGrantSettings = enableAccessTokenIssuance:flag enableIdTokenIssuance:flag
redirectUriSettings = index:number uri:text
spaApplication = redirectUris:text[]
publicClientApplication = redirectUris:text[]
informationalUrl = logoUrl:text marketingUrl:text privacyStatementUrl:text supportUrl:text termsOfServiceUrl:text
parentalControlSettings = countriesBlockedForMinors:text[] legalAgeGroupRule:text
optionalClaims = accessToken:optionalClaim[] idToken:optionalClaim[] saml2Token:optionalClaim[]
optionalClaim = additionalProperties:text[] essential:flag name:text source:text
servicePrincipalLockConfiguration = allProperties:flag credentialsWithUsageSign:flag credentialsWithUsageVerify:flag isEnabled:flag tokenEncryptionKeyId:flag
requestSignatureVerification = allowedWeakAlgorithms:text isSignedRequestRequired:flag
addIn = id:guid properties:keyValue[] type:text
keyValue = key:text value:text
appRole = allowedMemberTypes:text[] description:text displayName:text id:guid isEnabled:flag origin:text value:text
keyCredential = customKeyIdentifier:text displayName:text endDateTime:instant key:text keyId:guid startDateTime:instant type:text usage:text
passwordCredential = customKeyIdentifier:text displayName:text endDateTime:instant hint:text keyId:guid secretText:text startDateTime:instant
requiredResourceAccess = resourceAccess:resourceAccess[] resourceAppId:text
resourceAccess = id:guid type:text
samlSingleSignOnSettings = relayState:text
unifiedRolePermission = allowedResourceActions:text[] condition:text excludedResourceActions:text[]
privacyProfile = contactEmail:text statementUrl:text
settingValue = name:text value:text
extensionSchemaProperty = name:text type:text
passwordProfile = forceChangePasswordNextSignIn:flag forceChangePasswordNextSignInWithMfa:flag password:text
employeeOrgData = costCenter:text division:text
objectIdentity = issuer:text issuerAssignedId:text signInType:text
onPremisesExtensionAttributes = ${Array.from({ length: 15 }, (_, i) => `extensionAttribute${i + 1}:text`).join(' ')}
assignedLicense = disabledPlans:guid[] skuId:guid
ipRange =
iPv4CidrRange ipRange = cidrAddress:text
iPv6CidrRange ipRange = cidrAddress:text
iPv4Range ipRange = lowerAddress:text upperAddress:text
iPv6Range ipRange = lowerAddress:text upperAddress:text
conditionalAccessConditionSet = applications:conditionalAccessApplications authenticationFlows:conditionalAccessAuthenticationFlows clientApplications:conditionalAccessClientApplications clientAppTypes:{all|browser|mobileAppsAndDesktopClients|exchangeActiveSync|easSupported|other}[] devices:conditionalAccessDevices insiderRiskLevels:text locations:conditionalAccessLocations platforms:conditionalAccessPlatforms servicePrincipalRiskLevels:{low|medium|high|hidden|none}[] signInRiskLevels:{low|medium|high|hidden|none}[] userRiskLevels:{low|medium|high|hidden|none}[] users:conditionalAccessUsers
conditionalAccessApplications = applicationFilter:conditionalAccessFilter excludeApplications:text[] includeApplications:text[] includeAuthenticationContextClassReferences:text[] includeUserActions:text[]
conditionalAccessAuthenticationFlows = transferMethods:text
conditionalAccessClientApplications = excludeServicePrincipals:text[] includeServicePrincipals:text[] servicePrincipalFilter:conditionalAccessFilter
conditionalAccessDevices = deviceFilter:conditionalAccessFilter
conditionalAccessFilter = mode:{include|exclude} rule:text
conditionalAccessLocations = excludeLocations:text[] includeLocations:text[]
conditionalAccessPlatforms = excludePlatforms:{android|iOS|windows|windowsPhone|macOS|all|linux}[] includePlatforms:{android|iOS|windows|windowsPhone|macOS|all|linux}[]
conditionalAccessUsers = excludeGroups:text[] excludeGuestsOrExternalUsers:conditionalAccessGuestsOrExternalUsers excludeRoles:text[] excludeUsers:text[] includeGroups:text[] includeGuestsOrExternalUsers:conditionalAccessGuestsOrExternalUsers includeRoles:text[] includeUsers:text[]
conditionalAccessGuestsOrExternalUsers = externalTenants:conditionalAccessExternalTenants guestOrExternalUserTypes:text
conditionalAccessExternalTenants = membershipKind:{all|enumerated}
conditionalAccessAllExternalTenants conditionalAccessExternalTenants = membershipKind:{all|enumerated}
conditionalAccessEnumeratedExternalTenants conditionalAccessExternalTenants = membershipKind:{all|enumerated} members:text[]
conditionalAccessGrantControls = authenticationStrength:authenticationStrengthPolicy builtInControls:{block|mfa|compliantDevice|domainJoinedDevice|approvedApplication|compliantApplication|passwordChange|riskRemediation}[] customAuthenticationFactors:text[] operator:text termsOfUse:text[]
authenticationStrengthPolicy = id:text allowedCombinations:text[] combinationConfigurations:any[] createdDateTime:instant description:text displayName:text modifiedDateTime:instant policyType:{builtIn|custom} requirementsSatisfied:text
conditionalAccessSessionControls = applicationEnforcedRestrictions:applicationEnforcedRestrictionsSessionControl cloudAppSecurity:cloudAppSecuritySessionControl disableResilienceDefaults:flag persistentBrowser:persistentBrowserSessionControl secureSignInSession:secureSignInSessionControl signInFrequency:signInFrequencySessionControl
applicationEnforcedRestrictionsSessionControl = isEnabled:flag
cloudAppSecuritySessionControl = isEnabled:flag cloudAppSecurityType:{mcasConfigured|monitorOnly|blockDownloads}
persistentBrowserSessionControl = isEnabled:flag mode:{always|never}
secureSignInSessionControl = isEnabled:flag
signInFrequencySessionControl = isEnabled:flag authenticationType:{primaryAndSecondaryAuthentication|secondaryAuthentication} frequencyInterval:{timeBased|everyTime} type:{days|hours} value:number
`;

interface ComplexType {
  readonly base: string | null;
  readonly shapes: ReadonlyMap<string, string>;
}

function read(text: string): ReadonlyMap<string, ComplexType> {
  const types = new Map<string, ComplexType>();
  for (const line of text.split('\n').filter(Boolean)) {
    const [head = '', body = ''] = line.split(' =');
    const [name = '', base = null] = head.split(' ');
    const pairs = body.split(' ').filter(Boolean);
    const shapes = pairs.map((pair): [string, string] => {
      const at = pair.indexOf(':');
      return [pair.slice(0, at), pair.slice(at + 1)];
    });
    types.set(name, { base, shapes: new Map(shapes) });
  }
  return types;
}

export const complexTypes = read(tables);

const instant = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const scalars: Readonly<Record<string, (value: JsonValue) => boolean>> = {
  text: (value) => typeof value === 'string',
  flag: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  instant: (value) => typeof value === 'string' && instant.test(value),
  guid: (value) => typeof value === 'string' && guid.test(value),
  any: () => true,
};

export const isKnownShape = (shape: string): boolean => {
  const single = shape.replace(/\[\]$/, '');
  return single in scalars || complexTypes.has(single) || single.startsWith('{');
};

/** What is wrong with a value, and where; null = nothing. */
export interface Misfit {
  /** "conditions/users"; empty = the value itself. */
  readonly path: string;
  readonly what: 'type' | 'value' | { readonly unknown: string; readonly of: string };
}

/**
 * Holds a value against a shape, to any depth.
 * @param value  null fits everything but the items of a list: unset
 */
export function misfit(shape: string, value: JsonValue, path = ''): Misfit | null {
  if (shape.endsWith('[]')) {
    if (!Array.isArray(value)) return { path, what: 'type' };
    const single = shape.slice(0, -2);
    for (const [index, item] of value.entries()) {
      const wrong = item === null ? { path, what: 'type' as const } : misfit(single, item, join(path, index));
      if (wrong) return wrong;
    }
    return null;
  }
  if (value === null) return null;
  if (shape.startsWith('{')) {
    if (typeof value !== 'string') return { path, what: 'type' };
    return shape.slice(1, -1).split('|').includes(value) ? null : { path, what: 'value' };
  }
  const scalar = scalars[shape];
  if (scalar) return scalar(value) ? null : { path, what: 'type' };
  return misfitOfObject(shape, value, path);
}

function misfitOfObject(shape: string, value: JsonValue, path: string): Misfit | null {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return { path, what: 'type' };
  const named = value['@odata.type'];
  const name = typeof named === 'string' ? named.replace(/^#?microsoft\.graph\./, '') : shape;
  const type = complexTypes.get(name);
  if (!type || (name !== shape && type.base !== shape)) return { path, what: 'type' };
  for (const [key, inner] of Object.entries(value)) {
    if (key.includes('@odata.')) continue;
    const known = type.shapes.get(key);
    if (known === undefined) return { path, what: { unknown: key, of: name } };
    const wrong = inner === null ? null : misfit(known, inner, join(path, key));
    if (wrong) return wrong;
  }
  return null;
}

const join = (path: string, part: string | number): string =>
  path === '' ? String(part) : `${path}/${part}`;
