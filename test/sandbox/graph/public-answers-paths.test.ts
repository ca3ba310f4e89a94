/**
 * What people recorded from the real service of keys, paths, the bin and batches, asked of the sandbox: one case for each
 * exchange, with the repository and thread (or the file) where it stands. FACTS and the recordings go before these where they say
 * otherwise.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Body, Client } from './harness.js';
import { REFUSAL_TITLE, nobody, notThere, refusesSo } from './public-answers.js';
import type { Refusal } from './public-answers.js';
import { error, newUser, openScene } from './scene.js';

let client: Client;
let ada: Body;
let group: Body;
let unit: Body;

beforeAll(async () => {
  ({ client, ada, group } = await openScene());
  client.permissions = [...client.permissions, 'AdministrativeUnit.ReadWrite.All'];
  unit = (await client.post('/directory/administrativeUnits', { displayName: 'north' })).body;
});

const refusals: readonly Refusal[] = [
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
  {
    what: 'more ids than one request may have',
    act: () => client.post('/directoryObjects/getByIds', { ids: Array.from({ length: 1001 }, () => ada.id) }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => "Number of included identifiers cannot exceed '1000'.",
    source: 'a public wiki of Microsoft’s support on filters by signInActivity, which ask the directory so',
  },
];

describe('refusals that people recorded from the real service', () => {
  test.each(refusals)(REFUSAL_TITLE, refusesSo);
});

describe('what else people recorded', () => {
  test('a user in the bin is not found below /users (msgraph-sdk-powershell issue 987)', async () => {
    const gone = (await client.post('/users', newUser('gone'))).body;
    await client.delete(`/users/${gone.id}`);
    const { status, body } = await client.post(`/users/${gone.id}/microsoft.graph.restore`);
    expect([status, body.error.message]).toEqual([404, notThere(gone.id)]);
    expect((await client.post(`/directory/deletedItems/${gone.id}/restore`)).status).toBe(200);
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
