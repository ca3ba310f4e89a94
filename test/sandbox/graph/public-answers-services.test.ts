/**
 * What people recorded from the real service, asked of the sandbox: applications, roles, PIM, Conditional Access, authentication
 * methods, reports, $batch. One case for each exchange, with the repository and thread (or the file) where it stands; people and the
 * rest of the directory are in public-answers-directory. FACTS and the recordings go before these where they say otherwise.
 */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { grantId } from '../../../sandbox/graph/rules/ids-of-bytes.js';
import type { Body, Client } from './harness.js';
import { domain, error, openScene, userRole } from './scene.js';

let client: Client;
let ada: Body;
let group: Body;
let application: Body;
let principal: Body;

const nobody = '11111111-1111-4111-8111-111111111111';
const readers = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b';
const access = '/identity/conditionalAccess';
const roles = '/roleManagement/directory';

const conditions = {
  applications: { includeApplications: ['All'] },
  users: { includeUsers: ['All'] },
  clientAppTypes: ['all'],
};
const grantControls = { operator: 'OR', builtInControls: ['block'] };

beforeEach(async () => {
  ({ client, ada, group } = await openScene());
  client.permissions = [
    ...client.permissions,
    'Application.ReadWrite.All',
    'AppRoleAssignment.ReadWrite.All',
    'DelegatedPermissionGrant.ReadWrite.All',
    'Policy.ReadWrite.ConditionalAccess',
    'Policy.ReadWrite.AuthenticationMethod',
    'RoleManagement.ReadWrite.Directory',
  ];
  await client.tenant.damage({ do: 'switch', name: 'conditionalAccessBurst', value: 1000 });
  application = (await client.post('/applications', { displayName: 'App' })).body;
  principal = (await client.post('/servicePrincipals', { appId: application.appId })).body;
});

describe('applications and what they may do', () => {
  test('a role that is taken away while it is enabled (Azure-Samples/azure-search-openai-demo 1601, Microsoft365DSC 5524)', async () => {
    const path = `/applications/${application.id}`;
    await client.patch(path, { appRoles: [userRole] });
    const refused = await client.patch(path, { appRoles: [] });
    expect([refused.status, ...error(refused.body)]).toEqual([
      400,
      'CannotDeleteOrUpdateEnabledEntitlement',
      'Permission (scope or role) cannot be deleted or updated unless disabled first.',
    ]);
  });

  test('a service principal of an application that is not there (msgraph-sdk-powershell 846)', async () => {
    const { status, body } = await client.post('/servicePrincipals', { appId: nobody });
    expect([status, body.error.message]).toEqual([
      400,
      `The appId '${nobody}' of the service principal does not reference a valid application object.`,
    ]);
  });

  test('… for who manages its own applications only (Azure/azure-cli 28009, azuread 504, Azure/azure-powershell 29530)', async () => {
    client.permissions = ['Application.ReadWrite.OwnedBy'];
    const refused = await client.post('/servicePrincipals', { appId: nobody });
    expect([refused.status, ...error(refused.body)]).toEqual([
      403,
      'Authorization_RequestDenied',
      'When using this permission, the backing application of the service principal being created must in the local tenant',
    ]);
  });

  test('a second service principal (Azure/reliable-web-app-pattern-java 185, KelvinTegelaar/CIPP 1142)', async () => {
    const refused = await client.post('/servicePrincipals', { appId: application.appId });
    expect([refused.status, ...error(refused.body)]).toEqual([
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      `The service principal cannot be created, updated, or restored because the service principal name ${application.appId} is already in use.`,
    ]);
  });

  test('an identifier on a foreign domain (Azure/Industrial-IoT 1432, microsoft-graph-docs-contrib 9317)', async () => {
    const path = `/applications/${application.id}`;
    const foreign = 'https://unverified.example/app';
    const sent = { displayName: 'B', identifierUris: [foreign] };
    for (const refused of [await client.post('/applications', sent), await client.patch(path, sent)])
      expect([refused.status, ...error(refused.body)]).toEqual([
        400,
        'HostNameNotOnVerifiedDomain',
        `Values of identifierUris property must use a verified domain of the organization or its subdomain: '${foreign}'`,
      ]);
    for (const uri of [`api://${application.appId}`, `https://${domain}/x`, `https://api.${domain}`])
      expect((await client.patch(path, { identifierUris: [uri] })).status).toBe(204);
    // Tokens of version 2 take any (azure-docs 82762), and what is there stays.
    const second = { identifierUris: [foreign], api: { requestedAccessTokenVersion: 2 } };
    expect((await client.patch(path, second)).status).toBe(204);
    const back = { identifierUris: [foreign, 'api://x'], api: { requestedAccessTokenVersion: null } };
    expect((await client.patch(path, back)).status).toBe(204);
  });

  test('an assignment sent to another resource than it names (microsoft-graph-docs-contrib 1407 and 4628)', async () => {
    const refused = await client.post(`/servicePrincipals/${principal.id}/appRoleAssignedTo`, {
      principalId: ada.id,
      resourceId: application.id,
      appRoleId: '00000000-0000-0000-0000-000000000000',
    });
    expect([refused.status, error(refused.body)[1]]).toEqual([400, 'Not a valid reference update.']);
  });

  test('more keys than an object holds (microsoft-graph-docs 21469; the message: openshift/openshift-azure 1932)', async () => {
    const key = Buffer.from('not a certificate').toString('base64');
    const keyCredentials = Array.from({ length: 601 }, () => ({ type: 'Symmetric', usage: 'Sign', key }));
    const refused = await client.patch(`/servicePrincipals/${principal.id}`, { keyCredentials });
    expect([refused.status, ...error(refused.body)]).toEqual([
      403,
      'Directory_ResourceSizeExceeded',
      'The size of the object has exceeded its limit. Please reduce the number of values and retry your request.',
    ]);
  });

  test('secrets of a locked service principal (Azure/azure-cli 28734)', async () => {
    const lock = { isEnabled: true, allProperties: true };
    await client.patch(`/applications/${application.id}`, { servicePrincipalLockConfiguration: lock });
    const locked = [
      400,
      'CannotUpdateLockedServicePrincipalProperty',
      'Property passwordCredentials is invalid.',
    ];
    for (const [verb, body] of [
      ['addPassword', {}],
      ['removePassword', { keyId: nobody }],
    ] as const) {
      const refused = await client.post(`/servicePrincipals/${principal.id}/${verb}`, body);
      expect([refused.status, ...error(refused.body)]).toEqual(locked);
    }
    expect((await client.post(`/applications/${application.id}/addPassword`, {})).status).toBe(200);
    const open = { isEnabled: false, allProperties: false };
    await client.patch(`/applications/${application.id}`, { servicePrincipalLockConfiguration: open });
    expect((await client.post(`/servicePrincipals/${principal.id}/addPassword`, {})).status).toBe(200);
  });

  test('a secret that is not there is a 400 (the beginning of the message, as clients in public code look for it)', async () => {
    const refused = await client.post(`/applications/${application.id}/removePassword`, { keyId: nobody });
    expect(refused.status).toBe(400);
    expect(error(refused.body)[1]).toMatch(/^No password credential found with keyId/);
  });

  test('assignments take no PATCH (microsoft-graph-docs 5869)', async () => {
    const refused = await client.patch(`/servicePrincipals/${principal.id}/appRoleAssignedTo`, {});
    expect([refused.status, error(refused.body)[1]]).toEqual([
      405,
      'Specified HTTP method is not allowed for the request target.',
    ]);
  });

  test('a second grant for the same pair (hashicorp/terraform-provider-azuread 690)', async () => {
    const grant = {
      clientId: principal.id,
      resourceId: principal.id,
      consentType: 'AllPrincipals',
      scope: 'x',
    };
    expect((await client.post('/oauth2PermissionGrants', grant)).status).toBe(201);
    const refused = await client.post('/oauth2PermissionGrants', grant);
    expect([refused.status, ...error(refused.body)]).toEqual([
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      'Permission entry already exists.',
    ]);
  });

  test('ids of grants, for everybody and for one person (Azure/azure-cli 20974)', () => {
    const clientId = 'b25985a8-9d2b-4fde-9fa7-6c4e43a8ddec';
    const resourceId = 'a3efc889-f1b7-4532-9e01-91e32d1039f4';
    const principalId = '182c8534-f413-487c-91a3-7addc80e35d5';
    expect(grantId({ clientId, resourceId, principalId: null })).toBe(
      'qIVZsiud3k-fp2xOQ6jd7InI76O38TJFngGR4y0QOfQ',
    );
    expect(grantId({ clientId, resourceId, principalId })).toBe(
      'qIVZsiud3k-fp2xOQ6jd7InI76O38TJFngGR4y0QOfQ0hSwYE_R8SJGjet3IDjXV',
    );
  });
});

describe('roles and PIM', () => {
  const assignment = () => ({ principalId: ada.id, roleDefinitionId: readers, directoryScopeId: '/' });

  test('a second assignment (dod-ccpo/atat pull request 1554, the whole body)', async () => {
    await client.post(`${roles}/roleAssignments`, assignment());
    const refused = await client.post(`${roles}/roleAssignments`, assignment());
    expect([refused.status, ...error(refused.body)]).toEqual([
      400,
      'Request_BadRequest',
      'A conflicting object with one or more of the specified property values is present in the directory.',
    ]);
  });

  test('a role that is activated already is a 400 (manicminer/hamilton pull request 31)', async () => {
    const activate = () => client.post('/directoryRoles', { roleTemplateId: readers });
    expect([(await activate()).status, (await activate()).status]).toEqual([201, 400]);
  });

  test('a role that everybody has, or every guest, is not activated (microsoft-graph-docs-contrib 2119 and 3897)', async () => {
    const guests = '10dae51f-b6af-4016-8d66-8c2a99b929b3';
    const refused = await client.post('/directoryRoles', { roleTemplateId: guests });
    expect([refused.status, ...error(refused.body)]).toEqual([
      400,
      'Request_BadRequest',
      'Instantiating an implicit user role in not supported.',
    ]);
  });

  test('a new role has one id and templateId (microsoft-graph-docs 16586)', async () => {
    const { body } = await client.post(`${roles}/roleDefinitions`, {
      displayName: 'test 2',
      isEnabled: true,
      rolePermissions: [{ allowedResourceActions: ['microsoft.directory/applications/basic/update'] }],
    });
    expect(body).toMatchObject({
      templateId: body.id,
      isBuiltIn: false,
      resourceScopes: ['/'],
      version: null,
    });
  });

  const request = (more: object = {}) => ({
    ...assignment(),
    action: 'adminAssign',
    justification: 'x',
    scheduleInfo: { expiration: { type: 'noExpiration' } },
    ...more,
  });
  const refusal = async (more: object): Promise<unknown[]> => {
    const { status, body } = await client.post(`${roles}/roleEligibilityScheduleRequests`, request(more));
    return [status, ...error(body)];
  };

  test('what exists, what does not, an unknown role (azuread 1306 and 1356, Microsoft365DSC 5532)', async () => {
    expect(await refusal({ action: 'adminRemove' })).toEqual([
      400,
      'RoleAssignmentDoesNotExist',
      'The Role assignment does not exist.',
    ]);
    await client.post(`${roles}/roleEligibilityScheduleRequests`, request());
    expect(await refusal({})).toEqual([400, 'RoleAssignmentExists', 'The Role assignment already exists.']);
    expect((await refusal({ roleDefinitionId: nobody })).slice(0, 2)).toEqual([400, 'RoleNotFound']);
  });

  test('a rule of the role, as a list inside the sentence (PIM’s answers quoted in public code since 2021)', async () => {
    const { status, body } = await client.post(`${roles}/roleAssignmentScheduleRequests`, {
      ...request(),
      justification: '',
    });
    expect([status, ...error(body)]).toEqual([
      400,
      'RoleAssignmentRequestPolicyValidationFailed',
      'The following policy rules failed: ["JustificationRule"]',
    ]);
  });
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

describe('methods, reports and batches', () => {
  test('a Temporary Access Pass where the policy has none (glueckkanja/MyWorkID 47, 2025-01-23)', async () => {
    await client.patch(
      '/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass',
      {
        '@odata.type': '#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration',
        state: 'disabled',
      },
    );
    const refused = await client.post(`/users/${ada.id}/authentication/temporaryAccessPassMethods`, {});
    expect([refused.status, error(refused.body)[1]]).toEqual([
      400,
      'Converged UserCredentialPolicy does not allow creating or updating this authentication method. AuthMethodType [TemporaryAccessPass].',
    ]);
  });

  test('sign-ins and registrations without P1 (turbot/steampipe-plugin-azuread 98, microsoft-graph-docs 14120)', async () => {
    const skus = await client.all('/subscribedSkus');
    const premium = skus.filter((sku) =>
      sku.servicePlans.some((plan: Body) => plan.servicePlanName.startsWith('AAD_PREMIUM')),
    );
    const paths = ['/auditLogs/signIns', '/reports/authenticationMethods/userRegistrationDetails'];
    for (const path of paths) expect((await client.get(path)).status).toBe(200);
    for (const { id } of premium) await client.tenant.damage({ do: 'purge', object: id });
    for (const path of paths) {
      const refused = await client.get(path);
      expect([refused.status, ...error(refused.body)]).toEqual([
        403,
        'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
        "Neither tenant is B2C or tenant doesn't have premium license",
      ]);
    }
    expect((await client.get('/auditLogs/directoryAudits')).status).toBe(200);
  });

  test('a batch whose order is wrong (microsoftgraph/msgraph-sdk-dotnet-core 891, msgraph-sdk-java-core 71)', async () => {
    const get = { method: 'GET', url: `/groups/${group.id}` };
    const refused = await client.post('/$batch', {
      requests: [
        { id: '1', ...get, dependsOn: ['2'] },
        { id: '2', ...get },
      ],
    });
    expect([refused.status, error(refused.body)[1]]).toEqual([
      400,
      expect.stringMatching(/^Invalid dependency for request Id '1'/),
    ]);
  });
});
