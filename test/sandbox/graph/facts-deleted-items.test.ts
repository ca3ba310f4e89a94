import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Body, type Client } from './harness.js';
import { domain, newUser, openScene, ref } from './scene.js';

let client: Client;
let ada: Body;
let bob: Body;
let group: Body;

beforeEach(async () => {
  ({ client, ada, bob, group } = await openScene());
});

describe('FACTS §10 delete and restore', () => {
  test('a deleted user is a 404 at once, stands in the bin with a prefixed name, and frees it', async () => {
    expect((await client.delete(`/users/${ada.userPrincipalName}`)).status).toBe(204);
    expect((await client.get(`/users/${ada.id}`)).status).toBe(404);
    const { body } = await client.get(`/directory/deletedItems/${ada.id}`);
    expect(body.userPrincipalName).toBe(`${ada.id.replaceAll('-', '')}${ada.userPrincipalName}`);
    expect(body.deletedDateTime).toBe('2026-11-06T12:00:00Z');
    expect((await client.post('/users', newUser('ada'))).status).toBe(201);
  });

  test('restore gives the same id back; a name taken meanwhile conflicts, newUserPrincipalName helps', async () => {
    await client.delete(`/users/${ada.id}`);
    await client.post('/users', newUser('ada'));
    const path = `/directory/deletedItems/${ada.id}/restore`;
    const conflict = await client.post(path);
    expect(conflict.body.error.details[0]).toMatchObject({
      code: 'ObjectConflict',
      target: 'userPrincipalName',
    });
    const name = `ada2@${domain}`;
    const restored = await client.post(path, { newUserPrincipalName: name });
    expect([restored.status, restored.body.id, restored.body.userPrincipalName]).toEqual([200, ada.id, name]);
    expect((await client.post(path)).status).toBe(404);
  });

  test('a mail address taken meanwhile conflicts, autoReconcileProxyConflict gives it up', async () => {
    await client.patch(`/users/${ada.id}`, { mail: `shared@${domain}` });
    await client.delete(`/users/${ada.id}`);
    await client.patch(`/users/${bob.id}`, { mail: `shared@${domain}` });
    const path = `/directory/deletedItems/${ada.id}/restore`;
    expect((await client.post(path)).body.error.details[0].target).toBe('proxyAddresses');
    expect((await client.post(path, { autoReconcileProxyConflict: true })).status).toBe(200);
    expect((await client.get(`/users/${ada.id}?$select=proxyAddresses,mail`)).body).toMatchObject({
      proxyAddresses: [],
      mail: null,
    });
  });

  test('links of a deleted user are latent: hidden, and back with it', async () => {
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    await client.put(`/users/${ada.id}/manager/$ref`, ref(bob.id));
    await client.delete(`/users/${ada.id}`);
    expect(await client.all(`/groups/${group.id}/members`)).toEqual([]);
    await client.post(`/directory/deletedItems/${ada.id}/restore`);
    expect(await client.all(`/groups/${group.id}/members`)).toHaveLength(1);
    expect((await client.get(`/users/${ada.id}/manager`)).body.id).toBe(bob.id);
  });

  test('thirty days in the bin, then gone; DELETE there is for good at once', async () => {
    await client.delete(`/users/${ada.id}`);
    await client.delete(`/users/${bob.id}`);
    expect((await client.delete(`/directory/deletedItems/${bob.id}`)).status).toBe(204);
    await client.clock.advance(30 * 24 * 3600 * 1000 - 1000);
    expect((await client.get(`/directory/deletedItems/${ada.id}`)).status).toBe(200);
    await client.clock.advance(1000);
    expect((await client.get(`/directory/deletedItems/${ada.id}`)).status).toBe(404);
  });

  test('cloud security groups are soft-deleted; with the old behaviour, and when synced, they are gone', async () => {
    await client.delete(`/groups/${group.id}`);
    expect((await client.post(`/directory/deletedItems/${group.id}/restore`)).status).toBe(200);
    await client.tenant.damage({ do: 'switch', name: 'cloudSecurityGroupsSoftDelete', value: false });
    await client.delete(`/groups/${group.id}`);
    expect((await client.get(`/directory/deletedItems/${group.id}`)).status).toBe(404);
  });

  test('the uncast bin is refused', async () => {
    expect((await client.get('/directory/deletedItems')).status).toBe(400);
    await client.delete(`/users/${ada.id}`);
    const cast = await client.get('/directory/deletedItems/microsoft.graph.user?$count=true', {
      ConsistencyLevel: 'eventual',
    });
    expect(cast.body['@odata.count']).toBe(1);
  });
});
