import type { PopulationBuilder } from './builder.js';
import type { Random } from './random.js';

/** An address range of the offices, and the two policies that most tenants begin with; emergency access is left out of both. */
export function addConditionalAccess(
  to: PopulationBuilder,
  random: Random,
  {
    createdAt,
    excludeUsers = [],
    excludeGroups = [],
  }: {
    readonly createdAt: number;
    readonly excludeUsers?: readonly string[];
    readonly excludeGroups?: readonly string[];
  },
): void {
  const at = new Date(createdAt).toISOString();
  const locationId = to.add(
    'namedLocation',
    random.guid(),
    {
      '@odata.type': '#microsoft.graph.ipNamedLocation',
      displayName: 'Offices',
      createdDateTime: at,
      modifiedDateTime: at,
      isTrusted: true,
      ipRanges: [{ '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: '203.0.113.0/24' }],
    },
    createdAt,
  );
  const policy = (
    displayName: string,
    excludeLocations: string[],
    clientAppTypes: string[],
    control: string,
  ): void => {
    to.add(
      'conditionalAccessPolicy',
      random.guid(),
      {
        displayName,
        state: 'enabled',
        createdDateTime: at,
        modifiedDateTime: null,
        templateId: null,
        conditions: {
          clientAppTypes,
          applications: {
            includeApplications: ['All'],
            excludeApplications: [],
            includeUserActions: [],
            includeAuthenticationContextClassReferences: [],
          },
          users: {
            includeUsers: ['All'],
            excludeUsers: [...excludeUsers],
            includeGroups: [],
            excludeGroups: [...excludeGroups],
            includeRoles: [],
            excludeRoles: [],
          },
          ...(excludeLocations.length > 0
            ? { locations: { includeLocations: ['All'], excludeLocations } }
            : {}),
          signInRiskLevels: [],
          userRiskLevels: [],
          servicePrincipalRiskLevels: [],
        },
        grantControls: {
          operator: 'OR',
          builtInControls: [control],
          customAuthenticationFactors: [],
          termsOfUse: [],
        },
        sessionControls: null,
      },
      createdAt,
    );
  };
  policy('Require multifactor authentication outside the offices', [locationId], ['all'], 'mfa');
  policy('Block legacy authentication', [], ['exchangeActiveSync', 'other'], 'block');
}
