/**
 * What people recorded from the real service, asked of the sandbox: one case for each exchange, with the repository and thread (or the
 * file) where it stands. FACTS and the recordings go before these where they say otherwise.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { licenceDetailId } from '../../../sandbox/graph/rules/ids-of-bytes.js';
import { tenantId, type Body, type Client, type Reply } from './harness.js';
import { defaultUserProperties, domain, newUser, openScene, ref, security } from './scene.js';

let client: Client;
let ada: Body;
let bob: Body;
let group: Body;
let team: Body;
let unit: Body;
let sku: string;

const nobody = '11111111-1111-4111-8111-111111111111';
const graph = 'https://graph.microsoft.com/v1.0';
const unified = (name: string) => ({
  displayName: name,
  mailNickname: name,
  mailEnabled: true,
  securityEnabled: false,
  groupTypes: ['Unified'],
});

beforeAll(async () => {
  ({ client, ada, bob, group } = await openScene());
  client.permissions = [
    ...client.permissions,
    'AdministrativeUnit.ReadWrite.All',
    'RoleManagement.ReadWrite.Directory',
  ];
  team = (await client.post('/groups', unified('team'))).body;
  unit = (await client.post('/directory/administrativeUnits', { displayName: 'north' })).body;
  const skus = await client.all('/subscribedSkus');
  sku = skus.find((one) => one.appliesTo === 'User').skuId;
  await client.patch(`/users/${bob.id}`, { usageLocation: 'US', mail: `bob@${domain}` });
  await client.post(`/groups/${group.id}/members/$ref`, ref(bob.id));
});

interface Refusal {
  readonly what: string;
  readonly act: () => Promise<Reply>;
  readonly status: number;
  readonly code: string;
  readonly message: () => string;
  readonly details?: () => object[];
  readonly source: string;
}

const notThere = (key: string): string =>
  `Resource '${key}' does not exist or one of its queried reference-property objects are not present.`;
const one = (code: string, message: string, target: string): object => ({ code, message, target });

const refusals: readonly Refusal[] = [
  // Keys
  {
    what: 'a group by what is no object id',
    act: () => client.get('/groups/Enter your GroupId here/members'),
    status: 400,
    code: 'Request_BadRequest',
    message: () => "Invalid object identifier 'Enter your GroupId here'.",
    source: 'OfficeDev/microsoft-teams-apps-incentives issue 53',
  },
  {
    what: 'an action on a group by a placeholder',
    act: () => client.post('/groups/{id}/checkMemberObjects', { ids: [nobody] }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => "Invalid object identifier '{id}'.",
    source: 'microsoftgraph/microsoft-graph-docs-contrib issue 3854',
  },
  {
    what: 'a group by its name',
    act: () => client.get('/groups/readers'),
    status: 400,
    code: 'Request_BadRequest',
    message: () => "Invalid object identifier 'readers'.",
    source: 'Azure/active-directory-dotnet-graphapi-b2bportal-web issue 16',
  },
  {
    what: 'a user by a name that nobody has',
    act: () => client.patch('/users/1caf7dcd-7e83-4c3a-94f7-932a1299c844', { jobTitle: 'x' }),
    status: 404,
    code: 'Request_ResourceNotFound',
    message: () => notThere('1caf7dcd-7e83-4c3a-94f7-932a1299c844'),
    source: 'pnp/cli-microsoft365 src/m365/entra/commands/user/user-set.spec.ts',
  },
  {
    what: 'a manager that is not there',
    act: () => client.get(`/users/${ada.id}/manager`),
    status: 404,
    code: 'Request_ResourceNotFound',
    message: () => notThere('manager'),
    source: 'public run over every read of v1.0, August 2026 (me_directoryobject_me_getmanager)',
  },
  {
    what: 'deleted items of every type',
    act: () => client.get('/directory/deletedItems'),
    status: 400,
    code: 'Request_UnsupportedQuery',
    message: () =>
      'Searches against this resource are not supported. Only specific instances can be queried.',
    source: 'microsoftgraph/msgraph-sdk-powershell issue 832, microsoft-graph-docs issue 10080',
  },
  {
    what: 'directory objects of every type',
    act: () => client.get('/directoryObjects'),
    status: 400,
    code: 'Request_UnsupportedQuery',
    message: () =>
      'Searches against this resource are not supported. Only specific instances can be queried.',
    source: 'public run over every read of v1.0, August 2026 (listdirectoryobject)',
  },
  {
    what: 'delta over directory objects without a filter',
    act: () => client.get('/directoryObjects/delta'),
    status: 400,
    code: 'Request_UnsupportedQuery',
    message: () =>
      'Delta query is not supported for directoryObjects without a valid resource type or id filter.',
    source: 'public run over every read of v1.0, August 2026 (directoryobjects_delta)',
  },
  {
    what: 'an action with GET',
    act: () => client.get(`/users/${ada.id}/microsoft.graph.getMemberGroups`),
    status: 405,
    code: 'Request_BadRequest',
    message: () => 'Specified HTTP method is not allowed for the request target.',
    source: 'microsoftgraph/microsoft-graph-docs issue 119',
  },
  // Users
  {
    what: 'a userPrincipalName that somebody has',
    act: () => client.post('/users', newUser('ada')),
    status: 400,
    code: 'Request_BadRequest',
    message: () => 'Another object with the same value for property userPrincipalName already exists.',
    details: () => [
      one(
        'ObjectConflict',
        'Another object with the same value for property userPrincipalName already exists.',
        'userPrincipalName',
      ),
    ],
    source:
      'pnp/cli-microsoft365 src/m365/entra/commands/user/user-add.spec.ts; microsoft-graph-docs issue 1508',
  },
  {
    what: 'an address that somebody has',
    act: () => client.patch(`/users/${ada.id}`, { mail: `bob@${domain}` }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => 'Another object with the same value for property proxyAddresses already exists.',
    details: () =>
      [
        ['ObjectConflict', 'proxyAddresses'],
        ['ConflictingObjects', `User_${bob.id}`],
      ].map(([code, target]) =>
        one(
          String(code),
          'Another object with the same value for property proxyAddresses already exists.',
          String(target),
        ),
      ),
    source:
      'microsoftgraph/microsoft-graph-docs-contrib issue 8421; target of the second: ADSyncTools reference',
  },
  {
    what: 'a user without a password',
    act: () => client.post('/users', newUser('cyd', { passwordProfile: {} })),
    status: 400,
    code: 'Request_BadRequest',
    message: () => 'A password must be specified to create a new user.',
    source: 'public B2C programs that compare the text; a run of an external tenant (user-flow proof)',
  },
  {
    what: 'a password of two classes of characters',
    act: () => client.post('/users', newUser('cyd', { passwordProfile: { password: 'only-lower-case' } })),
    status: 400,
    code: 'Request_BadRequest',
    message: () =>
      'The specified password does not comply with password complexity requirements. Please provide a different password.',
    source: 'microsoftgraph/msgraph-sdk-java-auth issue 36',
  },
  {
    what: 'a domain that is not of the tenant',
    act: () => client.post('/users', newUser('cyd', { userPrincipalName: 'cyd@gmail.com' })),
    status: 400,
    code: 'Request_BadRequest',
    message: () =>
      'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.',
    details: () => [
      one(
        'InvalidValue',
        'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.',
        'userPrincipalName',
      ),
    ],
    source: 'public test data of a client, recorded 2024-06-04',
  },
  {
    what: 'a userPrincipalName that is none',
    act: () => client.post('/users', newUser('cyd', { userPrincipalName: 'not a name' })),
    status: 400,
    code: 'Request_BadRequest',
    message: () => 'Property userPrincipalName is invalid.',
    details: () => [one('InvalidValue', 'Property userPrincipalName is invalid.', 'userPrincipalName')],
    source: 'stackoverflow question 48923171',
  },
  {
    what: 'a mailNickname with a sign of addresses',
    act: () => client.post('/users', newUser('cyd', { mailNickname: 'cyd@home' })),
    status: 400,
    code: 'Request_BadRequest',
    message: () => "Invalid value specified for property 'mailNickname' of resource 'User'.",
    details: () => [
      one(
        'InvalidValue',
        "Invalid value specified for property 'mailNickname' of resource 'User'.",
        'mailNickname',
      ),
    ],
    source: 'Azure-Samples/ms-identity-dotnetcore-b2c-account-management issue 16',
  },
  {
    what: 'an extension property that nobody declared',
    act: () => client.patch(`/users/${ada.id}`, { [`extension_${'0'.repeat(32)}_rank`]: 'x' }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => `The following extension properties are not available: extension_${'0'.repeat(32)}_rank.`,
    source: 'Azure-Samples/ms-identity-dotnetcore-b2c-account-management issue 17',
  },
  {
    what: 'addresses, which follow the mail',
    act: () => client.patch(`/users/${ada.id}`, { proxyAddresses: ['SMTP:a@b.example'] }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => "Property 'proxyAddresses' is read-only and cannot be set.",
    source: 'msgraph-beta-sdk-java issue 621 (isSipEnabled); notes of an administrator (proxyAddresses)',
  },
  // Groups, members and owners
  {
    what: 'a group without what it needs',
    act: () => client.post('/groups', { displayName: 'x', mailNickname: 'x', mailEnabled: false }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => "A value is required for property 'securityEnabled' of resource 'Group'.",
    source: 'adamedx/autograph-ps documentation, recorded 2021-02-27',
  },
  {
    what: 'a mail-enabled group that is not Unified',
    act: () => client.post('/groups', { ...unified('lists'), groupTypes: [] }),
    status: 400,
    code: 'Request_BadRequest',
    message: () =>
      'The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.',
    source: 'notes of a developer on POST /groups, recorded 2021-08-05',
  },
  {
    what: 'a Microsoft 365 group with a nickname that another has',
    act: () => client.post('/groups', unified('team')),
    status: 400,
    code: 'Request_BadRequest',
    message: () => 'Another object with the same value for property mailNickname already exists.',
    details: () => [
      one(
        'ObjectConflict',
        'Another object with the same value for property mailNickname already exists.',
        'mailNickname',
      ),
    ],
    source: 'GT365 documentation, recorded 2019-10-01; a sample of 2018-05-11',
  },
  {
    what: 'a group whose nickname has spaces',
    act: () => client.post('/groups', security('CA - DeviceExclusions')),
    status: 400,
    code: 'Request_BadRequest',
    message: () => "Invalid value specified for property 'mailNickname' of resource 'Group'.",
    source: 'notes of a conditional access kit on POST /groups',
  },
  {
    what: 'a group with an empty description',
    act: () => client.post('/groups', security('empty', { description: '' })),
    status: 400,
    code: 'Request_BadRequest',
    message: () => "Invalid value specified for property 'description' of resource 'Group'.",
    source: 'a public provisioning script that works around it',
  },
  {
    what: 'a type for a security group that roles can be assigned to',
    act: () =>
      client.post('/groups', security('roles', { isAssignableToRole: true, groupTypes: ['Unified'] })),
    status: 400,
    code: 'Request_BadRequest',
    message: () => 'GroupType cannot be set for security groups assignable to roles.',
    source: 'microsoftgraph/microsoft-graph-docs-contrib issue 2815',
  },
  {
    what: 'more than 20 members and owners of a new group',
    act: () =>
      client.post('/groups', {
        ...security('crowd'),
        'owners@odata.bind': [`${graph}/users/${ada.id}`],
        'members@odata.bind': Array.from({ length: 20 }, () => `${graph}/users/${bob.id}`).map(
          (address, index) => (index === 0 ? address : `${graph}/users/${many[index - 1]}`),
        ),
      }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => 'A resource cannot contain more than 20 link changes',
    source: 'microsoftgraph/microsoft-graph-docs issue 6016',
  },
  {
    what: 'who is a member already',
    act: () => client.post(`/groups/${group.id}/members/$ref`, ref(bob.id)),
    status: 400,
    code: 'Request_BadRequest',
    message: () =>
      "One or more added object references already exist for the following modified properties: 'members'.",
    source: 'microsoftgraph/microsoft-graph-docs-contrib issue 5090',
  },
  {
    what: 'a member that is not there',
    act: () => client.post(`/groups/${group.id}/members/$ref`, ref(nobody)),
    status: 404,
    code: 'Request_ResourceNotFound',
    message: () => notThere(nobody),
    source: 'microsoftgraph/microsoft-graph-docs-contrib issues 5090 and 5091',
  },
  {
    what: 'a member by its bare id',
    act: () => client.post(`/groups/${group.id}/members/$ref`, { '@odata.id': ada.id }),
    status: 400,
    code: 'BadRequest',
    message: () => 'Invalid URL format specified in payload.',
    source: 'microsoftgraph/msgraph-sdk-dotnet issue 1846',
  },
  {
    what: 'a member by an address that lost its slashes',
    act: () =>
      client.post(`/groups/${group.id}/members/$ref`, {
        '@odata.id': `https:graph.microsoft.comv1.0users${ada.id}`,
      }),
    status: 400,
    code: 'BadRequest',
    message: () => 'Invalid URL format specified in payload.',
    source: 'microsoftgraph/msgraph-sdk-powershell issue 3156',
  },
  {
    what: 'a manager by an address that lost its slashes',
    act: () =>
      client.put(`/users/${ada.id}/manager/$ref`, {
        '@odata.id': `https:graph.microsoft.comv1.0users${bob.id}`,
      }),
    status: 400,
    code: 'BadRequest',
    message: () => 'Invalid URL format specified in payload.',
    source: 'microsoftgraph/msgraph-sdk-powershell issue 3150',
  },
  {
    what: 'a reference without its address',
    act: () => client.post(`/groups/${group.id}/members/$ref`, { id: ada.id }),
    status: 400,
    code: 'Request_BadRequest',
    message: () =>
      "An unexpected 'EndOfInput' node was found when reading from the JSON reader. A 'StartObject' node was expected.",
    source: 'microsoftgraph/msgraph-sdk-java issue 575',
  },
  {
    what: 'owners bound as one text',
    act: () => client.post('/groups', { ...security('bound'), 'owners@odata.bind': `["${graph}/users/x"]` }),
    status: 400,
    code: 'BadRequest',
    message: () => 'Invalid URL format specified in @odata.bind for owners',
    source: 'microsoftgraph/microsoft-graph-docs-contrib issue 4794, microsoft-graph-docs issue 16944',
  },
  {
    what: 'a member without /$ref',
    act: () => client.post(`/groups/${group.id}/members`, ref(ada.id)),
    status: 400,
    code: 'BadRequest',
    message: () => 'Write requests are only supported on contained entities',
    source: 'microsoftgraph/microsoft-graph-docs issue 7452, microsoft-graph-docs-contrib issue 5527',
  },
  {
    what: 'a unit inside a unit',
    act: () => client.post(`/directory/administrativeUnits/${unit.id}/members/$ref`, ref(unit.id)),
    status: 400,
    code: 'Request_BadRequest',
    message: () =>
      `The reference target 'AdministrativeUnit_${unit.id}' of type 'AdministrativeUnit' is invalid for the 'members' reference.`,
    source: 'a public lab on units, verified there against a live tenant',
  },
  {
    what: 'a group in a Microsoft 365 group',
    act: () => client.post(`/groups/${team.id}/members/$ref`, ref(group.id)),
    status: 400,
    code: 'Request_BadRequest',
    message: () =>
      `The reference target 'Group_${group.id}' of type 'Group' is invalid for the 'members' reference.`,
    source: 'the same text; that this refusal has it, too, is inferred',
  },
  {
    what: 'who is no member, taken out',
    act: () => client.delete(`/groups/${group.id}/members/${ada.id}/$ref`),
    status: 404,
    code: 'Request_ResourceNotFound',
    message: () => notThere(group.id),
    source: 'microsoftgraph/microsoft-graph-docs issues 9191 and 18714; KelvinTegelaar/CIPP issue 2141',
  },
  {
    what: 'who is not in a unit, taken out',
    act: () => client.delete(`/directory/administrativeUnits/${unit.id}/members/${ada.id}/$ref`),
    status: 404,
    code: 'Request_ResourceNotFound',
    message: () => notThere(unit.id),
    source: 'Azure/azure-docs-powershell-azuread issue 861',
  },
  // Licences
  {
    what: 'a licence without a usage location',
    act: () =>
      client.post(`/users/${ada.id}/assignLicense`, { addLicenses: [{ skuId: sku }], removeLicenses: [] }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => 'License assignment cannot be done for user with invalid usage location.',
    source: 'a diary of a provisioning script, recorded 2025-01-06',
  },
  {
    what: 'only one of the two lists',
    act: () => client.post(`/groups/${group.id}/assignLicense`, { addLicenses: [{ skuId: sku }] }),
    status: 400,
    code: 'Request_BadRequest',
    message: () =>
      "One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: removeLicenses.",
    source: 'Microsoft365DSC/Microsoft365DSC issue 5977',
  },
  {
    what: 'a SKU by something that is no id',
    act: () =>
      client.post(`/users/${bob.id}/assignLicense`, {
        addLicenses: [{ skuId: 'u86tgb54-b296-42f0-b197-1e91e994b900', disabledPlans: [] }],
        removeLicenses: [],
      }),
    status: 400,
    code: 'Request_BadRequest',
    message: () =>
      "Cannot convert a primitive value to the expected type 'Edm.Guid'. See the inner exception for more details.",
    source: 'microsoftgraph/microsoft-graph-docs issue 2853 (status and text; the code is inferred)',
  },
  {
    what: 'a SKU that the tenant does not have, added',
    act: () =>
      client.post(`/users/${bob.id}/assignLicense`, { addLicenses: [{ skuId: nobody }], removeLicenses: [] }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => `License ${nobody} does not correspond to a valid company License.`,
    source: 'pnp/cli-microsoft365 src/m365/entra/commands/user/user-license-add.spec.ts',
  },
  {
    what: 'a SKU that the tenant does not have, removed',
    act: () => client.post(`/users/${bob.id}/assignLicense`, { addLicenses: [], removeLicenses: [nobody] }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => `License ${nobody} does not correspond to a valid company License.`,
    source: 'pnp/cli-microsoft365 src/m365/entra/commands/user/user-license-remove.spec.ts',
  },
  {
    what: 'a licence that the user does not have, removed',
    act: () => client.post(`/users/${bob.id}/assignLicense`, { addLicenses: [], removeLicenses: [sku] }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => 'User does not have a corresponding license.',
    source: 'notes of a robot for licences, recorded 2023-06-14',
  },
  // Photos, members of lists, the bin
  {
    what: 'a photo that is not there',
    act: () => client.get(`/users/${ada.id}/photo/$value`),
    status: 404,
    code: 'ImageNotFound',
    message: () =>
      "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown.",
    source: 'Azure-Samples/ms-identity-dotnetcore-b2c-account-management issue 23',
  },
  {
    what: 'more ids than one request may have',
    act: () => client.post('/directoryObjects/getByIds', { ids: Array.from({ length: 1001 }, () => ada.id) }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => "Number of included identifiers cannot exceed '1000'.",
    source: 'a public wiki of Microsoft’s support on filters by signInActivity, which ask the directory so',
  },
];

const many: string[] = [];

describe('refusals that people recorded from the real service', () => {
  beforeAll(async () => {
    const page = await client.get('/users?$top=30&$select=id');
    many.push(
      ...page.body.value
        .map(({ id }: Body) => id as string)
        .filter((id: string) => id !== ada.id && id !== bob.id),
    );
  });

  test.each(refusals)('$what ($source)', async ({ act, status, code, message, details }) => {
    const { status: answered, body } = await act();
    expect([answered, body.error.code, body.error.message]).toEqual([status, code, message()]);
    if (details) expect(body.error.details).toEqual(details());
    expect(Object.keys(body.error)).toEqual([
      'code',
      'message',
      ...(body.error.details ? ['details'] : []),
      'innerError',
    ]);
    expect(Object.keys(body.error.innerError)).toEqual(['date', 'request-id', 'client-request-id']);
  });
});

describe('what else people recorded', () => {
  test('the last person stays owner of any group, whoever else owns it (msgraph-metadata issue 653, terraform-provider-msgraph issue 30)', async () => {
    const owned = (await client.post('/groups', security('owned'))).body;
    const owners = `/groups/${owned.id}/owners`;
    const [principal] = (await client.get('/servicePrincipals?$top=1&$select=id')).body.value;
    await client.post(`${owners}/$ref`, ref(ada.id));
    await client.post(`${owners}/$ref`, ref(principal.id));
    const refused = await client.delete(`${owners}/${ada.id}/$ref`);
    expect([refused.status, refused.body.error.code, refused.body.error.message]).toEqual([
      400,
      'Request_BadRequest',
      'The group must have at least one owner, hence this owner cannot be removed.',
    ]);
    expect((await client.delete(`${owners}/${principal.id}/$ref`)).status).toBe(204);
    await client.post(`${owners}/$ref`, ref(bob.id));
    expect((await client.delete(`${owners}/${ada.id}/$ref`)).status).toBe(204);
    expect((await client.delete(`${owners}/${bob.id}/$ref`)).status).toBe(400);
  });

  test('of a group for roles the last owner stays, and it may be an application (terraform-provider-azuread issue 1435)', async () => {
    const roles = (await client.post('/groups', security('admins', { isAssignableToRole: true }))).body;
    const owners = `/groups/${roles.id}/owners`;
    const [principal] = (await client.get('/servicePrincipals?$top=1&$select=id')).body.value;
    await client.post(`${owners}/$ref`, ref(ada.id));
    await client.post(`${owners}/$ref`, ref(principal.id));
    expect((await client.delete(`${owners}/${ada.id}/$ref`)).status).toBe(204);
    expect((await client.delete(`${owners}/${principal.id}/$ref`)).status).toBe(400);
  });

  test('a weak password passes with the policy that says so (msgraph-sdk-dotnet issue 2793)', async () => {
    const weak = newUser('weak', {
      passwordPolicies: 'DisablePasswordExpiration, DisableStrongPassword',
      passwordProfile: { password: 'only-lower-case' },
    });
    expect((await client.post('/users', weak)).status).toBe(201);
  });

  test('a user in the bin is not found below /users (msgraph-sdk-powershell issue 987)', async () => {
    const gone = (await client.post('/users', newUser('gone'))).body;
    await client.delete(`/users/${gone.id}`);
    const { status, body } = await client.post(`/users/${gone.id}/microsoft.graph.restore`);
    expect([status, body.error.message]).toEqual([404, notThere(gone.id)]);
    expect((await client.post(`/directory/deletedItems/${gone.id}/restore`)).status).toBe(200);
  });

  test('assignLicense answers the user with its default set (notes of a robot for licences, recorded 2023-06-14)', async () => {
    const { status, body } = await client.post(`/users/${bob.id}/assignLicense`, {
      addLicenses: [{ skuId: sku }],
      removeLicenses: [],
    });
    expect([status, body['@odata.context']]).toEqual([
      200,
      'https://graph.test/v1.0/$metadata#users/$entity',
    ]);
    expect(
      Object.keys(body)
        .filter((name) => !name.startsWith('@'))
        .sort(),
    ).toEqual(defaultUserProperties);
    const details = (await client.get(`/users/${bob.id}/licenseDetails`)).body;
    expect(details['@odata.context']).toBe(
      `https://graph.test/v1.0/$metadata#users('${bob.id}')/licenseDetails`,
    );
    expect(Object.keys(details.value[0])).toEqual(['id', 'skuId', 'skuPartNumber', 'servicePlans']);
    // The id of that answer is its tenant's and its SKU's.
    const [tenant, theirs] = ['b234bc80-a99d-4a47-8071-62b90ee1479b', 'a403ebcc-fae0-4ca2-8c8c-7a907fd6c235'];
    expect(licenceDetailId(tenant, theirs)).toBe('gLw0sp2pR0qAcWK5DuFHm8zrA6Tg-qJMjIx6kH_WwjU');
    expect(details.value[0].id).toBe(licenceDetailId(tenantId, sku));
    expect(Object.keys(details.value[0].servicePlans[0])).toEqual([
      'servicePlanId',
      'servicePlanName',
      'provisioningStatus',
      'appliesTo',
    ]);
  });

  test('an invitation names itself in its address, and tells where it leads as an address is written (notes of a robot for licences, 2023; Microsoft’s tutorial of invitations)', async () => {
    client.permissions = [...client.permissions, 'User.Invite.All'];
    const { status, headers, body } = await client.post('/invitations', {
      invitedUserEmailAddress: 'jorge@partner.example',
      inviteRedirectUrl: 'https://google.es',
    });
    expect([status, headers['odata-version']]).toEqual([201, '4.0']);
    const { id, inviteRedeemUrl, invitedUser, ...rest } = body;
    expect(rest).toEqual({
      '@odata.context': 'https://graph.test/v1.0/$metadata#invitations/$entity',
      invitedUserDisplayName: null,
      invitedUserType: 'Guest',
      invitedUserEmailAddress: 'jorge@partner.example',
      sendInvitationMessage: false,
      resetRedemption: false,
      inviteRedirectUrl: 'https://google.es/',
      status: 'PendingAcceptance',
      invitedUserMessageInfo: {
        messageLanguage: null,
        customizedMessageBody: null,
        ccRecipients: [{ emailAddress: { name: null, address: null } }],
      },
    });
    expect(inviteRedeemUrl).toMatch(
      new RegExp(
        `^https://login\\.microsoftonline\\.com/redeem\\?rd=https%3a%2f%2finvitations\\.microsoft\\.com%2fredeem%2f%3ftenant%3d${tenantId}%26user%3d${id}%26ticket%3d[\\w%]+%253d%26ver%3d2\\.0$`,
      ),
    );
    expect(Object.keys(invitedUser)).toEqual(['id']);
    expect(invitedUser.id).not.toBe(id);
    const guest = (await client.get(`/users/${invitedUser.id}`)).body;
    expect(guest.userPrincipalName).toBe('jorge_partner.example#EXT#@northwind.onmicrosoft.com');
  });

  test('an assigned licence has its plans before its SKU (microsoft-graph-docs issue 20524)', async () => {
    const { body } = await client.get(`/users/${bob.id}?$select=assignedLicenses`);
    expect(Object.keys(body.assignedLicenses[0])).toEqual(['disabledPlans', 'skuId']);
  });

  test('every type of the bin is listed, devices too (public run over every read of v1.0, August 2026)', async () => {
    for (const type of ['administrativeUnit', 'application', 'device', 'group', 'servicePrincipal', 'user'])
      expect([type, (await client.get(`/directory/deletedItems/microsoft.graph.${type}`)).status]).toEqual([
        type,
        200,
      ]);
  });

  test('a unit names itself below /directory (reference page of get administrativeUnit)', async () => {
    const { body } = await client.get(`/directory/administrativeUnits/${unit.id}`);
    expect(body['@odata.context']).toBe(
      'https://graph.test/v1.0/$metadata#directory/administrativeUnits/$entity',
    );
  });
});
