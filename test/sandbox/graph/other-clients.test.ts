import { beforeAll, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import { error, newUser, openScene, ref, security, type Scene } from './scene.js';
import { startTenant, tenantId } from './harness.js';

/** What test/clients found: forms that clients use which nobody here wrote, and that the real service takes. */
describe('forms that other clients use', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  const path = (rest: string) => `https://graph.test${rest}`;

  test.each([
    ['the tenant by id after the version (hamilton)', `/beta/${tenantId}/groups`],
    ['the tenant as myorganization', '/v1.0/myorganization/users'],
    ['administrative units at the top of /beta (hamilton)', '/beta/administrativeUnits'],
    ['a cast by the alias of the schema (msgraph-sdk)', '/v1.0/directory/deletedItems/graph.user'],
  ])('%s', async (_name, rest) => {
    expect((await scene.client.get(path(rest))).status).toBe(200);
  });

  test('administrative units are not at the top of v1.0', async () => {
    const answer = await scene.client.get('/administrativeUnits');
    expect([answer.status, error(answer.body)[0]]).toEqual([400, 'BadRequest']);
  });

  test('another tenant after the version is refused', async () => {
    const answer = await scene.client.get(path('/v1.0/22222222-2222-4333-8444-555555555555/users'));
    expect(answer.status).toBe(400);
  });

  test('an update may repeat the id of its object, not name another (hamilton)', async () => {
    const { ada, bob, client } = scene;
    expect((await client.patch(`/users/${ada.id}`, { id: ada.id, city: 'Boston' })).status).toBe(204);
    expect(error((await client.patch(`/users/${ada.id}`, { id: bob.id, city: 'Rome' })).body)).toEqual([
      'Request_BadRequest',
      "Property 'id' is read-only and cannot be set.",
    ]);
    expect((await client.get(`/users/${ada.id}?$select=city`)).body.city).toBe('Boston');
  });

  test('an unknown member of a batch item is passed over (msgraph-core), an absolute url is not', async () => {
    const send = (request: object) => scene.client.post('/$batch', { requests: [request] });
    const answer = await send({ id: '1', method: 'GET', url: '/users', depends_on: [] });
    expect(answer.body.responses[0].status).toBe(200);
    const absolute = await send({ id: '1', method: 'GET', url: path('/v1.0/users') });
    expect(absolute.status).toBe(400);
  });

  test.each([
    ['units', '/beta/administrativeUnits'],
    ['settings of groups', '/beta/settings'],
    ['their templates', '/beta/directorySettingTemplates'],
    ['the one authorization policy, in its list', '/beta/policies/authorizationPolicy/authorizationPolicy'],
  ])('%s stand elsewhere under /beta', async (_name, rest) => {
    expect((await scene.client.get(path(rest))).status).toBe(200);
    expect((await scene.client.get(path(rest.replace('/beta', '/v1.0')))).status).toBe(400);
  });

  test.each(['/v1.0/me', '/beta/me/memberOf'])('an application is nobody: %s', async (rest) => {
    const answer = await scene.client.get(path(rest));
    expect([answer.status, ...error(answer.body)]).toEqual([
      400,
      'BadRequest',
      '/me request is only valid with delegated authentication flow.',
    ]);
  });
});

/** What scripts of administrators and the clients that they are written for send, msal and raw requests among them. */
describe('requests of other clients, none of them a violation', () => {
  let scene: Scene;
  let nested: string;
  let unit: string;
  beforeAll(async () => {
    scene = await openScene({ contract: loadContract(findContractDir()) });
    const { client, ada, bob, group } = scene;
    client.allow('AdministrativeUnit.ReadWrite.All', 'Application.ReadWrite.All', 'OrgContact.Read.All');
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    nested = (
      await client.post('/groups', security('outer', { 'members@odata.bind': [ref(group.id)['@odata.id']] }))
    ).body.id;
    await client.put(`/users/${ada.id}/manager/$ref`, ref(bob.id));
    unit = (await client.post('/directory/administrativeUnits', { displayName: 'North' })).body.id;
    await client.post(`/directory/administrativeUnits/${unit}/members/$ref`, ref(ada.id));
  });
  const violations = () =>
    scene.client.tenant.stats().violations.map(({ method, path, text }) => `${method} ${path}: ${text}`);

  test('one object of a list of links, plain or as its type; what is not in it is not found', async () => {
    const { client, ada, bob, group } = scene;
    const id = async (path: string) => {
      const { status, body } = await client.get(path);
      return status === 200 ? [body['@odata.type'], body.id] : status;
    };
    const plain = ['#microsoft.graph.user', ada.id];
    expect(await id(`/directory/administrativeUnits/${unit}/members/${ada.id}`)).toEqual(plain);
    expect(await id(`/groups/${nested}/transitiveMembers/${ada.id}`)).toEqual(plain);
    expect(await id(`/users/${ada.id}/memberOf/${group.id}`)).toEqual(['#microsoft.graph.group', group.id]);
    expect(await id(`/users/${ada.id}/transitiveMemberOf/${nested}/microsoft.graph.group`)).toEqual([
      undefined,
      nested,
    ]);
    expect(await id(`/groups/${group.id}/members/${ada.id}/graph.user`)).toEqual([undefined, ada.id]);
    expect(await id(`/groups/${group.id}/members/${ada.id}/microsoft.graph.group`)).toBe(404);
    expect(await id(`/groups/${group.id}/members/${bob.id}/microsoft.graph.user`)).toBe(404);
    expect(await id(`/users/${ada.id}/memberOf/${nested}`)).toBe(404);
    expect(violations()).toEqual([]);
  });

  test('the number of a cast, and a binned object as its type', async () => {
    const { client, ada, group } = scene;
    const eventual = { consistencylevel: 'eventual' };
    const number = async (path: string) => String((await client.get(path, eventual)).body);
    expect(await number(`/groups/${group.id}/members/microsoft.graph.user/$count`)).toBe('1');
    expect(await number(`/users/${ada.id}/transitiveMemberOf/microsoft.graph.group/$count`)).toBe('2');
    const gone = (await client.post('/users', newUser('gone'))).body.id;
    await client.delete(`/users/${gone}`);
    expect(await number('/directory/deletedItems/microsoft.graph.user/$count')).toBe('1');
    const found = await client.get(`/directory/deletedItems/${gone}/microsoft.graph.user`);
    expect([found.status, found.body.id]).toEqual([200, gone]);
    expect((await client.get(`/directory/deletedItems/${gone}/microsoft.graph.group`)).status).toBe(404);
    // The cast before the id (Office365-REST-Python-Client).
    const bin = (kind: string) => `/directory/deletedItems/microsoft.graph.${kind}/${gone}`;
    expect((await client.delete(bin('group'))).status).toBe(404);
    expect((await client.post(`${bin('user')}/restore`)).body.id).toBe(gone);
    await client.delete(`/users/${gone}`);
    expect((await client.delete(bin('user'))).status).toBe(204);
    expect((await client.get(bin('user'))).status).toBe(404);
    expect(violations()).toEqual([]);
  });

  test('below an alternate key', async () => {
    const { client } = scene;
    const { appId } = (await client.post('/applications', { displayName: 'app' })).body;
    await client.post('/servicePrincipals', { appId });
    for (const rest of [
      `applications(appId='${appId}')/owners`,
      `servicePrincipals(appId='${appId}')/appRoleAssignments`,
      "directoryRoles(roleTemplateId='62e90394-69f5-4237-9190-012177145e10')/members",
    ])
      expect([rest, (await client.get(`/${rest}`)).status]).toEqual([rest, 200]);
    const added = await client.post(`/applications(appId='${appId}')/addPassword`, {});
    expect(added.status).toBe(200);
    expect(violations()).toEqual([]);
  });

  test('the chain of managers, each in the one below', async () => {
    const { client, ada, bob } = scene;
    const top = (await client.post('/users', newUser('top'))).body.id;
    await client.put(`/users/${bob.id}/manager/$ref`, ref(top));
    const chain = async (levels: string) => {
      const expand = `$expand=manager($levels=${levels};$select=id)&$select=id&$count=true`;
      const { body } = await client.get(`/users/${ada.id}?${expand}`, { consistencylevel: 'eventual' });
      return [body.manager.id, body.manager.manager?.id, body.manager.manager?.manager?.id];
    };
    expect(await chain('max')).toEqual([bob.id, top, undefined]);
    expect(await chain('1')).toEqual([bob.id, undefined, undefined]);
    const listed = await client.get('/users?$expand=manager($levels=2;$select=id)&$select=id');
    const shown = listed.body.value.find(({ id }: { id: string }) => id === ada.id);
    expect([shown.manager.id, shown.manager.manager.id]).toEqual([bob.id, top]);
    expect((await client.get(`/users/${ada.id}?$expand=manager($levels=0)`)).status).toBe(400);
    expect(violations()).toEqual([]);
  });

  test('a chain of managers that leads back into itself ends', async () => {
    const { client, ada, bob } = scene;
    const round = (await client.post('/users', newUser('round'))).body.id;
    await client.put(`/users/${round}/manager/$ref`, ref(ada.id));
    await client.put(`/users/${bob.id}/manager/$ref`, ref(round));
    const { body } = await client.get(`/users/${ada.id}?$expand=manager($levels=max;$select=id)`);
    expect([body.manager.id, body.manager.manager.id, body.manager.manager.manager]).toEqual([
      bob.id,
      round,
      undefined,
    ]);
  });

  test('open extensions by $expand, of one and of many', async () => {
    const { client, ada } = scene;
    const extension = {
      '@odata.type': '#microsoft.graph.openTypeExtension',
      extensionName: 'com.x',
      theme: 'dark',
    };
    expect((await client.post(`/users/${ada.id}/extensions`, extension)).status).toBe(201);
    const shown = [{ ...extension, id: 'com.x' }];
    const one = await client.get(`/users/${ada.id}?$select=id&$expand=extensions`);
    expect(one.body.extensions).toEqual(shown);
    const many = await client.get('/users?$select=id&$expand=extensions');
    const extensions = new Map<string, unknown>(
      many.body.value.map((user: { id: string; extensions: unknown }) => [user.id, user.extensions]),
    );
    expect([extensions.get(ada.id), extensions.get(scene.bob.id)]).toEqual([shown, []]);
    expect(violations()).toEqual([]);
  });

  test('named locations of one type (hamilton)', async () => {
    const { client } = scene;
    const locations = '/identity/conditionalAccess/namedLocations';
    const country = {
      '@odata.type': '#microsoft.graph.countryNamedLocation',
      displayName: 'c',
      countriesAndRegions: ['DE'],
    };
    const { id } = (await client.post(locations, country)).body;
    const named = async (type: string) =>
      (await client.get(`${locations}?$filter=isof('microsoft.graph.${type}')`)).body.value.map(
        (one: { id: string }) => one.id,
      );
    expect(await named('countryNamedLocation')).toEqual([id]);
    expect(await named('ipNamedLocation')).toEqual([]);
    expect((await client.get("/users?$filter=isof('microsoft.graph.user')")).status).toBe(400);
  });

  test('days of the profile that nobody filled in are the first of all days, as they are never null', async () => {
    const { body } = await scene.client.get(`/users/${scene.ada.id}?$select=birthday,hireDate`);
    const never = '0001-01-01T00:00:00Z';
    expect([body.birthday, body.hireDate]).toEqual([never, never]);
    expect(violations().filter((text) => !text.includes('isof'))).toEqual([]);
  });

  test('the end of a PIM request in the casing of the reference pages; whom it is about by $expand', async () => {
    const { client, bob } = scene;
    client.allow('RoleManagement.ReadWrite.Directory');
    const asked = await client.post('/roleManagement/directory/roleEligibilityScheduleRequests', {
      action: 'adminAssign',
      justification: 'on call',
      roleDefinitionId: 'fe930be7-5e62-47db-91af-98c3a49a38b1',
      directoryScopeId: '/',
      principalId: bob.id,
      scheduleInfo: { expiration: { type: 'AfterDateTime', endDateTime: '2027-04-10T00:00:00Z' } },
    });
    expect([asked.status, asked.body.scheduleInfo?.expiration?.type]).toEqual([201, 'afterDateTime']);
    const requests = '/roleManagement/directory/roleEligibilityScheduleRequests';
    const { body } = await client.get(
      `${requests}?$expand=principal($select=id),roleDefinition&$format=json`,
    );
    const [shown] = body.value;
    expect([shown.principal.id, shown.roleDefinition.displayName]).toEqual([bob.id, 'User Administrator']);
    expect(violations().filter((text) => !text.includes('isof'))).toEqual([]);
  });

  test('a type in the casing of Entra’s how-to pages; delta of contacts; checkMemberObjects of any object', async () => {
    const { client, ada, group } = scene;
    const made = await client.post(`/directory/administrativeUnits/${unit}/members`, {
      '@odata.type': '#Microsoft.Graph.Group',
      ...security('inside'),
    });
    expect([made.status, made.body['@odata.type']]).toEqual([201, '#microsoft.graph.group']);
    const { passwordProfile, ...user } = newUser('cast');
    const spelt = { ...passwordProfile, '@odata.type': '#microsoft.graph.PasswordProfile' };
    expect((await client.post('/users', { ...user, passwordProfile: spelt })).status).toBe(201);
    expect((await client.get('/contacts/delta')).status).toBe(200);
    const asked = { ids: [group.id, nested] };
    const checked = await client.post(`/directoryObjects/${ada.id}/checkMemberObjects`, asked);
    expect([...checked.body.value].sort()).toEqual([group.id, nested].sort());
    expect(violations().filter((text) => !text.includes('isof'))).toEqual([]);
  });
});

test('two clients of two sandboxes with one seed, started at different times of a day, find the same objects and dates', async () => {
  const found = async (at: string) => {
    const client = await startTenant({ at: Date.parse(at) });
    const people = await client.all(
      '/users?$select=id,displayName,createdDateTime,lastPasswordChangeDateTime',
    );
    return JSON.stringify([people, await client.all('/groups'), await client.all('/applications')]);
  };
  expect(await found('2026-11-21T18:00:07Z')).toBe(await found('2026-11-21T06:59:59.5Z'));
});
