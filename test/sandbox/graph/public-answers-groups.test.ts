/**
 * What people recorded from the real service of groups, members, owners and units, asked of the sandbox: one case for each
 * exchange, with the repository and thread (or the file) where it stands. FACTS and the recordings go before these where they say
 * otherwise.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Body, Client } from './harness.js';
import { REFUSAL_TITLE, detail, nobody, notThere, refusesSo } from './public-answers.js';
import type { Refusal } from './public-answers.js';
import { openScene, ref, security } from './scene.js';

let client: Client;
let ada: Body;
let bob: Body;
let group: Body;
let team: Body;
let unit: Body;

const graph = 'https://graph.microsoft.com/v1.0';
const unified = (name: string) => ({
  displayName: name,
  mailNickname: name,
  mailEnabled: true,
  securityEnabled: false,
  groupTypes: ['Unified'],
});
/** Further users. */
const many: string[] = [];

beforeAll(async () => {
  ({ client, ada, bob, group } = await openScene());
  client.permissions = [
    ...client.permissions,
    'AdministrativeUnit.ReadWrite.All',
    'RoleManagement.ReadWrite.Directory',
  ];
  team = (await client.post('/groups', unified('team'))).body;
  unit = (await client.post('/directory/administrativeUnits', { displayName: 'north' })).body;
  await client.post(`/groups/${group.id}/members/$ref`, ref(bob.id));
});

const refusals: readonly Refusal[] = [
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
      detail(
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
];

describe('refusals that people recorded from the real service', () => {
  beforeAll(async () => {
    const page = await client.get('/users?$top=30&$select=id');
    many.push(
      ...page.body.value
        .map(({ id }: Body) => id as string)
        .filter((id: string) => id !== ada.id && id !== bob.id),
    );
  });

  test.each(refusals)(REFUSAL_TITLE, refusesSo);
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
});
