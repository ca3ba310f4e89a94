import type { Kind } from '../state/types.js';
import { applicationProperties, servicePrincipalProperties } from './application.js';
import * as collections from './collections.js';
import { groupProperties } from './group.js';
import * as others from './others.js';
import type { PropertyDef } from './property.js';
import { propertyTable } from './property.js';
import { userProperties } from './user.js';

export interface TypeDef {
  readonly kind: Kind;
  /** Name in Microsoft's namespace, without it: "user". */
  readonly name: string;
  /** Entity set in @odata.context. */
  readonly set: string;
  readonly properties: ReadonlyMap<string, PropertyDef>;
  /** Open types take further properties (directory and schema extensions). */
  readonly open?: true;
  /** Last part of Location of a 201. */
  readonly locationType?: string;
  /** Value of @odata.type; absent when the name says it. */
}

/** A bare bag: only id is known, the rest is kept as it was written. */
const bag = propertyTable('id text d');

const defs: readonly TypeDef[] = [
  { kind: 'user', name: 'user', set: 'users', properties: userProperties, open: true, locationType: 'User' },
  {
    kind: 'group',
    name: 'group',
    set: 'groups',
    properties: groupProperties,
    open: true,
    locationType: 'Group',
  },
  {
    kind: 'application',
    name: 'application',
    set: 'applications',
    properties: applicationProperties,
    open: true,
    locationType: 'Application',
  },
  {
    kind: 'servicePrincipal',
    name: 'servicePrincipal',
    set: 'servicePrincipals',
    properties: servicePrincipalProperties,
    open: true,
    locationType: 'ServicePrincipal',
  },
  {
    kind: 'administrativeUnit',
    name: 'administrativeUnit',
    set: 'directory/administrativeUnits',
    properties: others.administrativeUnitProperties,
    open: true,
    locationType: 'AdministrativeUnit',
  },
  {
    kind: 'directoryRole',
    name: 'directoryRole',
    set: 'directoryRoles',
    properties: others.directoryRoleProperties,
    locationType: 'DirectoryRole',
  },
  { kind: 'device', name: 'device', set: 'devices', properties: others.deviceProperties, open: true },
  { kind: 'orgContact', name: 'orgContact', set: 'contacts', properties: others.orgContactProperties },
  {
    kind: 'roleDefinition',
    name: 'unifiedRoleDefinition',
    set: 'roleManagement/directory/roleDefinitions',
    properties: others.roleDefinitionProperties,
  },
  {
    kind: 'roleAssignment',
    name: 'unifiedRoleAssignment',
    set: 'roleManagement/directory/roleAssignments',
    properties: others.roleAssignmentProperties,
  },
  {
    kind: 'roleEligibilitySchedule',
    name: 'unifiedRoleEligibilitySchedule',
    set: 'roleManagement/directory/roleEligibilitySchedules',
    properties: others.roleEligibilityScheduleProperties,
  },
  {
    kind: 'roleAssignmentSchedule',
    name: 'unifiedRoleAssignmentSchedule',
    set: 'roleManagement/directory/roleAssignmentSchedules',
    properties: others.roleAssignmentScheduleProperties,
  },
  {
    kind: 'roleEligibilityScheduleRequest',
    name: 'unifiedRoleEligibilityScheduleRequest',
    set: 'roleManagement/directory/roleEligibilityScheduleRequests',
    properties: others.scheduleRequestProperties,
  },
  {
    kind: 'roleAssignmentScheduleRequest',
    name: 'unifiedRoleAssignmentScheduleRequest',
    set: 'roleManagement/directory/roleAssignmentScheduleRequests',
    properties: others.scheduleRequestProperties,
  },
  {
    kind: 'appRoleAssignment',
    name: 'appRoleAssignment',
    set: 'appRoleAssignments',
    properties: others.appRoleAssignmentProperties,
  },
  {
    kind: 'oAuth2PermissionGrant',
    name: 'oAuth2PermissionGrant',
    set: 'oauth2PermissionGrants',
    properties: others.grantProperties,
  },
  {
    kind: 'conditionalAccessPolicy',
    name: 'conditionalAccessPolicy',
    set: 'identity/conditionalAccess/policies',
    properties: others.conditionalAccessPolicyProperties,
  },
  {
    kind: 'namedLocation',
    name: 'namedLocation',
    set: 'identity/conditionalAccess/namedLocations',
    properties: others.namedLocationProperties,
  },
  {
    kind: 'federatedIdentityCredential',
    name: 'federatedIdentityCredential',
    set: 'federatedIdentityCredentials',
    properties: others.federatedCredentialProperties,
  },
  {
    kind: 'extensionProperty',
    name: 'extensionProperty',
    set: 'extensionProperties',
    properties: others.extensionPropertyProperties,
  },
  {
    kind: 'organization',
    name: 'organization',
    set: 'organization',
    properties: others.organizationProperties,
    open: true,
  },
  { kind: 'domain', name: 'domain', set: 'domains', properties: others.domainProperties },
  {
    kind: 'subscribedSku',
    name: 'subscribedSku',
    set: 'subscribedSkus',
    properties: others.subscribedSkuProperties,
  },
  {
    kind: 'secureScore',
    name: 'secureScore',
    set: 'security/secureScores',
    properties: others.secureScoreProperties,
  },
  {
    kind: 'groupSetting',
    name: 'groupSetting',
    set: 'groupSettings',
    properties: collections.groupSettingProperties,
  },
  {
    kind: 'groupLifecyclePolicy',
    name: 'groupLifecyclePolicy',
    set: 'groupLifecyclePolicies',
    properties: collections.groupLifecyclePolicyProperties,
  },
  {
    kind: 'attributeSet',
    name: 'attributeSet',
    set: 'directory/attributeSets',
    properties: collections.attributeSetProperties,
  },
  {
    kind: 'customSecurityAttributeDefinition',
    name: 'customSecurityAttributeDefinition',
    set: 'directory/customSecurityAttributeDefinitions',
    properties: collections.attributeDefinitionProperties,
  },
  {
    kind: 'authenticationContextClassReference',
    name: 'authenticationContextClassReference',
    set: 'identity/conditionalAccess/authenticationContextClassReferences',
    properties: collections.authenticationContextProperties,
  },
  {
    kind: 'authenticationStrengthPolicy',
    name: 'authenticationStrengthPolicy',
    set: 'policies/authenticationStrengthPolicies',
    properties: collections.authenticationStrengthProperties,
  },
  {
    kind: 'permissionGrantPolicy',
    name: 'permissionGrantPolicy',
    set: 'policies/permissionGrantPolicies',
    properties: collections.permissionGrantPolicyProperties,
  },
  {
    kind: 'delegatedPermissionClassification',
    name: 'delegatedPermissionClassification',
    set: 'delegatedPermissionClassifications',
    properties: collections.classificationProperties,
  },
  {
    kind: 'schemaExtension',
    name: 'schemaExtension',
    set: 'schemaExtensions',
    properties: collections.schemaExtensionProperties,
  },
  { kind: 'openTypeExtension', name: 'openTypeExtension', set: 'extensions', properties: bag, open: true },
  {
    kind: 'roleManagementRule',
    name: 'unifiedRoleManagementPolicyRule',
    set: 'policies/roleManagementPolicies/rules',
    properties: bag,
    open: true,
  },
  { kind: 'authenticationMethod', name: 'authenticationMethod', set: 'methods', properties: bag, open: true },
  { kind: 'policy', name: 'policyBase', set: 'policies', properties: bag, open: true },
  {
    kind: 'authenticationMethodConfiguration',
    name: 'authenticationMethodConfiguration',
    set: 'authenticationMethodConfigurations',
    properties: bag,
    open: true,
  },
  { kind: 'photo', name: 'profilePhoto', set: 'photos', properties: bag },
];

const byKind = new Map(defs.map((def) => [def.kind, def]));
const byName = new Map(defs.map((def) => [def.name, def]));

export function typeOf(kind: Kind): TypeDef {
  return byKind.get(kind) as TypeDef;
}

/** By its name in Microsoft's namespace ("microsoft.graph.user" or "user"). */
export function typeByName(name: string): TypeDef | undefined {
  return byName.get(name.replace(/^#?microsoft\.graph\./, ''));
}

const extensionName = /^extension_[0-9a-f]{32}_\w+$|^ext[0-9a-z]{8}_\w+$/;

/** The definition of a property, extension properties of open types included. */
export function propertyOf(type: TypeDef, name: string): PropertyDef | undefined {
  const known = type.properties.get(name);
  if (known) return known;
  if (!type.open || !extensionName.test(name)) return undefined;
  return { name, shape: 'any', byDefault: false, write: 'yes', empty: null };
}
