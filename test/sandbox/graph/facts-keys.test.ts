/**
 * FACTS §16.13 and Microsoft's reference: objects by another key than their id, `Prefer: create-if-missing`, and that a client which
 * asks so is not told to break the description.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import { startTenant, type Body, type Client } from './harness.js';
import { error, newUser, security } from './scene.js';

let client: Client;
let app: Body;
beforeEach(async () => {
  client = await startTenant({ contract: loadContract(findContractDir()) });
  client.permissions = [...client.permissions, 'Application.ReadWrite.All'];
  app = (await client.post('/applications', { displayName: 'A', uniqueName: 'app-a' })).body;
});
afterEach(() => {
  expect(client.tenant.stats().violations).toEqual([]);
  return client.tenant.close();
});
const upsert = (path: string, body: object) =>
  client.send('PATCH', path, body, { prefer: 'create-if-missing' });

describe('keys by a name', () => {
  test('a user by userPrincipalName, in any casing, with quotes doubled; below it too', async () => {
    const ada = (await client.post('/users', newUser("ada.o'neill", { mailNickname: 'ada' }))).body;
    const key = `/users(userPrincipalName='${ada.userPrincipalName.replace("'", "''").toUpperCase()}')`;
    expect((await client.get(key)).body.id).toBe(ada.id);
    expect((await client.get(`${key}/memberOf`)).status).toBe(200);
    expect((await client.patch(key, { city: 'Oslo' })).status).toBe(204);
    expect((await client.get(`/users/${ada.id}?$select=city`)).body.city).toBe('Oslo');
    const gone = await client.get("/users(userPrincipalName='nobody@northwind.example')");
    expect([gone.status, ...error(gone.body)]).toEqual([
      404,
      'Request_ResourceNotFound',
      "Resource 'nobody@northwind.example' does not exist or one of its queried reference-property objects are not present.",
    ]);
  });

  test('a group and an application by uniqueName, an application and its service principal by appId', async () => {
    const group = (await client.post('/groups', security('g', { uniqueName: 'group-g' }))).body;
    expect((await client.get("/groups(uniqueName='group-g')")).body.id).toBe(group.id);
    expect((await client.get("/groups(uniqueName='group-g')/members")).status).toBe(200);
    expect((await client.get("/applications(uniqueName='app-a')")).body.id).toBe(app.id);
    expect((await client.get(`/applications(appId='${app.appId}')`)).body.id).toBe(app.id);
    expect((await client.get(`/servicePrincipals(appId='${app.appId}')`)).status).toBe(404);
  });

  test('what is no key of the kind is refused', async () => {
    const unjudged = await startTenant();
    for (const key of ["/users(displayName='ada')", "/groups(displayName='g')", "/applications(id2='x')"])
      expect([400, 404]).toContain((await unjudged.get(key)).status);
    await unjudged.tenant.close();
  });
});

describe('PATCH with Prefer: create-if-missing', () => {
  test('a service principal: 201 with the object, then 204; without the preference 404', async () => {
    const path = `/servicePrincipals(appId='${app.appId}')`;
    expect((await client.patch(path, { notes: 'x' })).status).toBe(404);
    const made = await upsert(path, { notes: 'first' });
    expect([made.status, made.body.appId, made.body.notes]).toEqual([201, app.appId, 'first']);
    expect(made.headers['location']).toContain(made.body.id);
    const again = await upsert(path, { notes: 'second' });
    expect([again.status, again.body]).toEqual([204, undefined]);
    expect((await client.get(path)).body.notes).toBe('second');
  });

  test('a group and an application by uniqueName, with all that a new one needs', async () => {
    const path = "/groups(uniqueName='wanted')";
    expect((await upsert(path, { displayName: 'Wanted' })).status).toBe(400);
    expect((await upsert(path, security('wanted'))).status).toBe(201);
    expect((await upsert(path, { description: 'there' })).status).toBe(204);
    const { body } = await client.get(`${path}?$select=id,description,uniqueName`);
    expect(body).toMatchObject({ description: 'there', uniqueName: 'wanted' });
    expect((await upsert("/applications(uniqueName='app-b')", { displayName: 'B' })).status).toBe(201);
    expect((await upsert("/applications(uniqueName='app-b')", { displayName: 'B2' })).status).toBe(204);
  });
});
