import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Body, Client } from './harness.js';
import { openScene, ref } from './scene.js';

const e3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';

let client: Client;
let ada: Body;
let bob: Body;
let group: Body;

beforeEach(async () => {
  ({ client, ada, bob, group } = await openScene());
  client.allow(
    'LicenseAssignment.ReadWrite.All',
    'AdministrativeUnit.ReadWrite.All',
    'ProfilePhoto.ReadWrite.All',
    'Application.ReadWrite.All',
    'DelegatedPermissionGrant.ReadWrite.All',
  );
});

describe('FACTS §7 licences', () => {
  const assign = (body: object) => client.post(`/users/${ada.id}/assignLicense`, body);
  const add = { addLicenses: [{ skuId: e3, disabledPlans: [] }], removeLicenses: [] };

  test('needs a usage location, both arrays and a licence that the tenant owns', async () => {
    expect((await assign(add)).body.error.message).toBe(
      'License assignment cannot be done for user with invalid usage location.',
    );
    await client.patch(`/users/${ada.id}`, { usageLocation: 'DE' });
    expect((await assign({ addLicenses: [] })).status).toBe(400);
    expect((await assign({ addLicenses: [{ skuId: ada.id }], removeLicenses: [] })).status).toBe(400);
    expect((await assign(add)).status).toBe(200);
  });

  test('shows the direct assignment in both forms, counts it, and takes it away again', async () => {
    await client.patch(`/users/${ada.id}`, { usageLocation: 'DE' });
    const units = async () =>
      (await client.get('/subscribedSkus')).body.value.find((sku: Body) => sku.skuId === e3).consumedUnits;
    const before = await units();
    await assign(add);
    const { body } = await client.get(`/users/${ada.id}?$select=assignedLicenses,licenseAssignmentStates`);
    expect(body.assignedLicenses).toEqual([{ skuId: e3, disabledPlans: [] }]);
    expect(body.licenseAssignmentStates[0]).toMatchObject({ assignedByGroup: null, state: 'Active' });
    expect(await units()).toBe(before + 1);
    expect((await assign({ addLicenses: [], removeLicenses: [e3] })).status).toBe(200);
    expect((await assign({ addLicenses: [], removeLicenses: [e3] })).body.error.message).toBe(
      'User does not have a corresponding license.',
    );
    expect(await units()).toBe(before);
  });

  test('an inherited one is not removed from the user', async () => {
    await client.patch(`/users/${ada.id}`, { usageLocation: 'DE' });
    const state = { skuId: e3, disabledPlans: [], assignedByGroup: group.id, state: 'Active', error: 'None' };
    await client.tenant.damage({
      do: 'patchUser',
      user: ada.id,
      set: { licenseAssignmentStates: [state], assignedLicenses: [{ skuId: e3, disabledPlans: [] }] },
    });
    expect((await assign({ addLicenses: [], removeLicenses: [e3] })).body.error.message).toBe(
      'User license is inherited from a group membership and it cannot be removed directly from the user.',
    );
  });
});

describe('FACTS §9 photos', () => {
  const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

  test('404 when there is none; bytes and a changing mediaEtag after a write', async () => {
    const path = `/users/${ada.id}/photo`;
    expect((await client.get(path)).body.error.code).toBe('ImageNotFound');
    expect((await client.send('PUT', `${path}/$value`, jpeg, { 'content-type': 'text/plain' })).status).toBe(
      400,
    );
    const put = (bytes: Buffer) =>
      client.send('PUT', `${path}/$value`, bytes, { 'content-type': 'image/jpeg' });
    expect((await put(jpeg)).status).toBe(200);
    const first = (await client.get(path)).body['@odata.mediaEtag'];
    expect((await client.get(`${path}/$value`)).body).toEqual(jpeg);
    await put(Buffer.concat([jpeg, jpeg]));
    expect((await client.get(path)).body['@odata.mediaEtag']).not.toBe(first);
    expect((await client.delete(`${path}/$value`)).status).toBe(204);
    expect((await client.get(`${path}/$value`)).status).toBe(404);
  });

  test('in a $batch the bytes are base64', async () => {
    await client.send('PUT', `/users/${ada.id}/photo/$value`, jpeg, { 'content-type': 'image/jpeg' });
    const { body } = await client.post('/$batch', {
      requests: [{ id: '1', method: 'GET', url: `/users/${ada.id}/photo/$value` }],
    });
    expect(Buffer.from(body.responses[0].body, 'base64')).toEqual(jpeg);
  });
});

describe('FACTS §3 administrative units', () => {
  test('members by reference, seen in memberOf and in delta; soft-deleted, not purgeable', async () => {
    const unit = (await client.post('/directory/administrativeUnits', { displayName: 'Berlin' })).body;
    const path = `/directory/administrativeUnits/${unit.id}`;
    expect((await client.post(`${path}/members/$ref`, ref(ada.id))).status).toBe(204);
    expect((await client.post(`${path}/members/$ref`, ref(ada.id))).status).toBe(400);
    const above = await client.all(`/users/${ada.id}/memberOf`);
    expect(above.map((item) => item['@odata.type'])).toContain('#microsoft.graph.administrativeUnit');
    const { items } = await client.delta('/directory/administrativeUnits/delta');
    expect(items[0]['members@delta']).toEqual([{ '@odata.type': '#microsoft.graph.user', id: ada.id }]);
    expect((await client.delete(path)).status).toBe(204);
    expect((await client.delete(`/directory/deletedItems/${unit.id}`)).status).toBe(400);
    expect((await client.post(`/directory/deletedItems/${unit.id}/restore`)).status).toBe(200);
    expect(await client.all(`${path}/members`)).toHaveLength(1);
  });
});

describe('FACTS §5 grants', () => {
  test('the same pair twice is a 409; deleted and made again it has the same id', async () => {
    const app = (await client.post('/applications', { displayName: 'App' })).body;
    const principal = (await client.post('/servicePrincipals', { appId: app.appId })).body;
    const [graph] = await client.all("/servicePrincipals?$filter=displayName eq 'Microsoft Graph'");
    const body = {
      clientId: principal.id,
      consentType: 'AllPrincipals',
      resourceId: graph.id,
      scope: 'User.Read',
    };
    const first = await client.post('/oauth2PermissionGrants', body);
    expect(first.status).toBe(201);
    const again = await client.post('/oauth2PermissionGrants', body);
    expect([again.status, again.body.error.code]).toEqual([409, 'Request_MultipleObjectsWithSameKeyValue']);
    expect((await client.delete(`/oauth2PermissionGrants/${first.body.id}`)).status).toBe(204);
    expect((await client.post('/oauth2PermissionGrants', body)).body.id).toBe(first.body.id);
    expect(
      (await client.patch(`/oauth2PermissionGrants/${first.body.id}`, { scope: 'Mail.Read' })).status,
    ).toBe(204);
    expect(
      (await client.patch(`/oauth2PermissionGrants/${first.body.id}`, { clientId: bob.id })).status,
    ).toBe(400);
  });
});
