import type { Props } from '../state/types.js';
import type { PopulationBuilder } from './builder.js';
import { builtInStrengths } from '../rules/authentication-strengths.js';
import { addFurtherPolicies } from './further-policies.js';
import { microsoftGraph } from './microsoft-graph.js';
import { builtInRoles } from './role-table.js';

export interface TenantNames {
  readonly company: string;
  /** Default verified domain. */
  readonly domain: string;
}

const day = 24 * 3600 * 1000;

/** Licences that the tenant owns: sku id, part number, units, service plan. Public identifiers of Microsoft's product list. */
export const skus = {
  e3: {
    skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965',
    part: 'SPE_E3',
    plan: ['efb87545-963c-4e0d-99df-69c6916d9eb0', 'EXCHANGE_S_ENTERPRISE'],
  },
  powerBi: {
    skuId: 'f8a1db68-be16-40ed-86d5-cb42ce701560',
    part: 'POWER_BI_PRO',
    plan: ['70d33638-9c74-4d01-bfd3-562de28bd4ba', 'BI_AZURE_P2'],
  },
  p2: {
    skuId: '84a661c4-e949-4bd2-a560-ed7766fcaf2b',
    part: 'AAD_PREMIUM_P2',
    plan: ['eec0eb4f-6444-4f95-aba0-50c24d67f998', 'AAD_PREMIUM_P2'],
  },
} as const;

/** What every tenant has before it has people: organization, domains, licences, roles, policies. */
export function addTenantBase(
  to: PopulationBuilder,
  tenantId: string,
  names: TenantNames,

  seededAt: number,
  units: number,
): void {
  const since = seededAt - 4 * 365 * day;
  const initial = `${names.domain.split('.')[0] ?? 'tenant'}.onmicrosoft.com`;
  to.add(
    'organization',
    tenantId,
    {
      displayName: names.company,
      countryLetterCode: 'DE',
      city: 'Berlin',
      preferredLanguage: 'en',
      tenantType: 'AAD',
      defaultUsageLocation: 'DE',
      mobileDeviceManagementAuthority: 'unknown',
      technicalNotificationMails: [`it@${names.domain}`],
      verifiedDomains: [
        {
          capabilities: 'Email, OfficeCommunicationsOnline',
          isDefault: true,
          isInitial: false,
          name: names.domain,
          type: 'Managed',
        },
        {
          capabilities: 'Email, OfficeCommunicationsOnline',
          isDefault: false,
          isInitial: true,
          name: initial,
          type: 'Managed',
        },
      ],
      assignedPlans: [],
    },
    since,
  );
  for (const [name, isDefault] of [
    [names.domain, true],
    [initial, false],
  ] as const)
    to.add(
      'domain',
      name,
      {
        authenticationType: 'Managed',
        isAdminManaged: true,
        isDefault,
        isInitial: !isDefault,
        isRoot: true,
        isVerified: true,
        supportedServices: ['Email', 'OfficeCommunicationsOnline'],
        passwordValidityPeriodInDays: 2147483647,
        passwordNotificationWindowInDays: 14,
      },
      since,
    );
  for (const sku of Object.values(skus))
    to.add('subscribedSku', `${tenantId}_${sku.skuId}`, skuProps(tenantId, sku, names, units), since);
  for (const [id, displayName, description] of builtInRoles)
    to.add(
      'roleDefinition',
      id,
      {
        displayName,
        description,
        isBuiltIn: true,
        isEnabled: true,
        templateId: id,
        version: '1',
        resourceScopes: ['/'],
        rolePermissions: [
          { allowedResourceActions: ['microsoft.directory/*/standard/read'], condition: null },
        ],
      },
      since,
    );
  to.add('servicePrincipal', microsoftGraph.id, microsoftGraph.props, since);
  addMethodsPolicy(to, since);
  addOtherPolicies(to, since);
  addFurtherPolicies(to, since);
  for (const [id, strength] of builtInStrengths) to.add('authenticationStrengthPolicy', id, strength, since);
}

function skuProps(
  tenantId: string,
  sku: (typeof skus)[keyof typeof skus],
  names: TenantNames,
  units: number,
): Props {
  return {
    accountName: names.company,
    accountId: tenantId,
    appliesTo: 'User',
    capabilityStatus: 'Enabled',
    skuId: sku.skuId,
    skuPartNumber: sku.part,
    prepaidUnits: { enabled: units, suspended: 0, warning: 0, lockedOut: 0 },
    servicePlans: [
      {
        servicePlanId: sku.plan[0],
        servicePlanName: sku.plan[1],
        provisioningStatus: 'Success',
        appliesTo: 'User',
      },
    ],
  };
}

/** Temporary Access Pass is on for everybody; the product asks before it offers one. */
function addMethodsPolicy(to: PopulationBuilder, since: number): void {
  to.add(
    'policy',
    'authenticationMethodsPolicy',
    {
      displayName: 'Authentication Methods Policy',
      description:
        'The tenant-wide policy that controls which authentication methods are allowed in the tenant, authentication method registration requirements, and self-service password reset settings',
      lastModifiedDateTime: new Date(since).toISOString(),
      policyVersion: '1.5',
      policyMigrationState: 'migrationComplete',
      registrationEnforcement: {
        authenticationMethodsRegistrationCampaign: {
          snoozeDurationInDays: 1,
          state: 'default',
          excludeTargets: [],
          includeTargets: [],
        },
      },
    },
    since,
  );
  const everybody = [{ targetType: 'group', id: 'all_users', isRegistrationRequired: false }];
  const configuration = (id: string, type: string, state: 'enabled' | 'disabled', more: Props = {}): void => {
    to.add(
      'authenticationMethodConfiguration',
      id,
      {
        '@odata.type': `#microsoft.graph.${type}AuthenticationMethodConfiguration`,
        state,
        excludeTargets: [],
        includeTargets: everybody,
        ...more,
      },
      since,
    );
  };
  configuration('TemporaryAccessPass', 'temporaryAccessPass', 'enabled', {
    defaultLifetimeInMinutes: 60,
    defaultLength: 8,
    minimumLifetimeInMinutes: 60,
    maximumLifetimeInMinutes: 480,
    isUsableOnce: false,
  });
  configuration('MicrosoftAuthenticator', 'microsoftAuthenticator', 'enabled');
  configuration('Sms', 'sms', 'disabled');
  configuration('Email', 'email', 'disabled', { allowExternalIdToUseEmailOtp: 'default' });
}

function addOtherPolicies(to: PopulationBuilder, since: number): void {
  to.add(
    'policy',
    'authorizationPolicy',
    {
      displayName: 'Authorization Policy',
      description: 'Used to manage authorization related settings across the company.',
      allowInvitesFrom: 'adminsAndGuestInviters',
      allowedToSignUpEmailBasedSubscriptions: true,
      allowedToUseSSPR: true,
      allowEmailVerifiedUsersToJoinOrganization: false,
      blockMsolPowerShell: false,
      guestUserRoleId: '10dae51f-b6af-4016-8d66-8c2a99b929b3',
      defaultUserRolePermissions: {
        allowedToCreateApps: false,
        allowedToCreateSecurityGroups: false,
        allowedToCreateTenants: false,
        allowedToReadBitlockerKeysForOwnedDevice: true,
        allowedToReadOtherUsers: true,
        permissionGrantPoliciesAssigned: [],
      },
    },
    since,
  );
  to.add(
    'policy',
    'identitySecurityDefaultsEnforcementPolicy',
    {
      displayName: 'Security Defaults',
      description:
        'Security defaults is a set of basic identity security mechanisms recommended by Microsoft.',
      isEnabled: false,
    },
    since,
  );
}
