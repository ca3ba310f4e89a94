/**
 * What people recorded from the real service of Conditional Access, asked of the sandbox: one case for each exchange, with the
 * repository and thread (or the file) where it stands. FACTS and the recordings go before these where they say otherwise.
 */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Client } from './harness.js';
import { nobody } from './public-answers.js';
import { error, openScene } from './scene.js';

let client: Client;

const access = '/identity/conditionalAccess';
const conditions = {
  applications: { includeApplications: ['All'] },
  users: { includeUsers: ['All'] },
  clientAppTypes: ['all'],
};
const grantControls = { operator: 'OR', builtInControls: ['block'] };

beforeEach(async () => {
  ({ client } = await openScene());
  client.permissions = [...client.permissions, 'Policy.ReadWrite.ConditionalAccess'];
  await client.tenant.damage({ do: 'switch', name: 'conditionalAccessBurst', value: 1000 });
});

describe('Conditional Access', () => {
  test('a policy is answered with everything that its write left out (demisto/content, Packs/MicrosoftGraphIdentityandAccess README)', async () => {
    const { body } = await client.post(`${access}/policies`, {
      displayName: 'test',
      state: 'disabled',
      conditions: { ...conditions, platforms: { includePlatforms: ['all'] } },
      grantControls,
    });
    const whole = {
      displayName: 'test',
      state: 'disabled',
      templateId: null,
      modifiedDateTime: null,
      conditions: {
        applications: {
          applicationFilter: null,
          excludeApplications: [],
          includeApplications: ['All'],
          includeAuthenticationContextClassReferences: [],
          includeUserActions: [],
        },
        authenticationFlows: null,
        clientAppTypes: ['all'],
        clientApplications: null,
        devices: null,
        insiderRiskLevels: null,
        locations: null,
        platforms: { excludePlatforms: [], includePlatforms: ['all'] },
        servicePrincipalRiskLevels: [],
        signInRiskLevels: [],
        userRiskLevels: [],
        users: {
          excludeGroups: [],
          excludeGuestsOrExternalUsers: null,
          excludeRoles: [],
          excludeUsers: [],
          includeGroups: [],
          includeGuestsOrExternalUsers: null,
          includeRoles: [],
          includeUsers: ['All'],
        },
      },
      grantControls: {
        authenticationStrength: null,
        builtInControls: ['block'],
        customAuthenticationFactors: [],
        operator: 'OR',
        termsOfUse: [],
      },
      sessionControls: null,
    };
    const { '@odata.context': _context, id, createdDateTime: _created, ...answered } = body;
    expect(answered).toEqual(whole);
    const { body: read } = await client.get(`${access}/policies/${id}`);
    expect(read).toMatchObject(whole);
  });

  test('a location that is not there (hashicorp/terraform-provider-azuread pull request 1703)', async () => {
    const refused = await client.post(`${access}/policies`, {
      displayName: 'P',
      state: 'disabled',
      conditions: { ...conditions, locations: { includeLocations: [nobody] } },
      grantControls,
    });
    expect([refused.status, ...error(refused.body)]).toEqual([
      400,
      'BadRequest',
      `1040: NamedLocation with id ${nobody} does not exist in the directory.`,
    ]);
  });

  test('a location in a list: its type first, both times alike when it is new (Azure/GuardrailsSolutionAccelerator 279)', async () => {
    await client.post(`${access}/namedLocations`, {
      '@odata.type': '#microsoft.graph.countryNamedLocation',
      displayName: 'Canada',
      countriesAndRegions: ['CA'],
      includeUnknownCountriesAndRegions: false,
    });
    const { body } = await client.get(`${access}/namedLocations`);
    expect(body['@odata.context']).toMatch(/\$metadata#identity\/conditionalAccess\/namedLocations$/);
    const [location] = body.value.slice(-1);
    expect(location).toMatchObject({
      '@odata.type': '#microsoft.graph.countryNamedLocation',
      displayName: 'Canada',
      countriesAndRegions: ['CA'],
      includeUnknownCountriesAndRegions: false,
      modifiedDateTime: location.createdDateTime,
    });
  });
});
