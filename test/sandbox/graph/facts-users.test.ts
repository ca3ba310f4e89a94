import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Body, Client } from './harness.js';
import { defaultUserProperties, domain, error, newUser, openScene, ref } from './scene.js';

let client: Client;
let ada: Body;
let bob: Body;

beforeEach(async () => {
  ({ client, ada, bob } = await openScene());
});

describe('FACTS §1 user', () => {
  test('the default set is 11 properties, in the 201, by id and in a list', async () => {
    const keys = (item: Body): string[] =>
      Object.keys(item)
        .filter((key) => !key.startsWith('@'))
        .sort();
    expect(keys(ada)).toEqual(defaultUserProperties);
    expect(keys((await client.get(`/users/${ada.id}`)).body)).toEqual(defaultUserProperties);
    expect(keys((await client.get('/users')).body.value[0])).toEqual(defaultUserProperties);
  });

  test.each(['accountEnabled', 'displayName', 'mailNickname', 'userPrincipalName', 'passwordProfile'])(
    'a POST without %s is a 400',
    async (name) => {
      const reply = await client.post('/users', newUser('carl', { [name]: undefined }));
      expect(reply.status).toBe(400);
      expect(reply.body.error.code).toBe('Request_BadRequest');
    },
  );

  test.each([
    'id',
    'createdDateTime',
    'proxyAddresses',
    'assignedLicenses',
    'onPremisesSyncEnabled',
    'securityIdentifier',
  ])('read-only %s cannot be set', async (name) => {
    const reply = await client.patch(`/users/${ada.id}`, {
      [name]: name === 'onPremisesSyncEnabled' ? true : [],
    });
    expect(error(reply.body)).toEqual([
      'Request_BadRequest',
      `Property '${name}' is read-only and cannot be set.`,
    ]);
  });

  test.each([
    ['department', 64],
    ['jobTitle', 128],
    ['streetAddress', 1024],
    ['postalCode', 40],
    ['displayName', 256],
    ['employeeId', 16],
  ])('%s holds %i characters and no more', async (name, most) => {
    expect((await client.patch(`/users/${ada.id}`, { [name]: 'x'.repeat(most) })).status).toBe(204);
    const reply = await client.patch(`/users/${ada.id}`, { [name]: 'x'.repeat(most + 1) });
    expect(error(reply.body)).toEqual([
      'Request_BadRequest',
      `Invalid value specified for property '${name}' of resource 'User'.`,
    ]);
  });

  test('PATCH answers 204 without body; a cleared value reads null', async () => {
    const reply = await client.patch(`/users/${ada.id}`, { department: 'X', businessPhones: ['1'] });
    expect([reply.status, reply.body, reply.headers['content-type']]).toEqual([204, undefined, undefined]);
    await client.patch(`/users/${ada.id}`, { department: null, businessPhones: [] });
    expect((await client.get(`/users/${ada.id}?$select=department,businessPhones`)).body).toMatchObject({
      department: null,
      businessPhones: [],
    });
  });

  test('displayName cannot be cleared, usageLocation neither; businessPhones holds one number', async () => {
    for (const body of [
      { displayName: null },
      { displayName: '' },
      { usageLocation: null },
      { businessPhones: ['1', '2'] },
    ])
      expect((await client.patch(`/users/${ada.id}`, body)).status).toBe(400);
  });

  test('a name outside the verified domains is refused; $ and # are accepted', async () => {
    expect(
      (await client.post('/users', newUser('x', { userPrincipalName: 'x@elsewhere.example' }))).status,
    ).toBe(400);
    const name = `$odd#one@${domain}`;
    expect(
      (await client.post('/users', newUser('y', { userPrincipalName: name, mailNickname: '$odd#one' })))
        .status,
    ).toBe(201);
    const reply = await client.get(`/users('${encodeURIComponent(name)}')`);
    expect(reply.body.userPrincipalName).toBe(name);
  });

  test('a taken userPrincipalName is 400 with ObjectConflict', async () => {
    const { status, body } = await client.post('/users', newUser('ADA'));
    expect(status).toBe(400);
    expect(body.error.code).toBe('Request_BadRequest');
    expect(body.error.details[0]).toMatchObject({ code: 'ObjectConflict', target: 'userPrincipalName' });
  });

  test('the password is never readable', async () => {
    expect((await client.get(`/users/${ada.id}?$select=passwordProfile`)).body.passwordProfile).toBeNull();
  });

  test('synced users cannot be written, but for the cloud properties', async () => {
    const { done } = (await client.tenant.damage({
      do: 'createUser',
      properties: {
        displayName: 'Synced',
        userPrincipalName: `synced@${domain}`,
        onPremisesSyncEnabled: true,
      },
    })) as { done: string[] };
    const reply = await client.patch(`/users/${done[0]}`, { department: 'X' });
    expect(reply.status).toBe(400);
    expect(reply.body.error.message).toContain('on-premises mastered Directory Sync objects');
    expect((await client.patch(`/users/${done[0]}`, { usageLocation: 'DE' })).status).toBe(204);
  });

  test('a sensitive property of an administrator needs a directory role on the application itself', async () => {
    await client.tenant.damage({ do: 'assignRole', principal: ada.id, role: 'User Administrator' });
    for (const body of [
      { accountEnabled: false },
      { passwordProfile: { password: 'Correct-Horse-2' } },
      { mobilePhone: '1' },
    ])
      expect(error((await client.patch(`/users/${ada.id}`, body)).body)[0]).toBe(
        'Authorization_RequestDenied',
      );
    expect((await client.delete(`/users/${ada.id}`)).status).toBe(403);
    expect((await client.patch(`/users/${ada.id}`, { department: 'X' })).status).toBe(204);
    await client.tenant.damage({
      do: 'assignRole',
      principal: 'Entra Rewind',
      role: 'Privileged Authentication Administrator',
    });
    expect((await client.patch(`/users/${ada.id}`, { accountEnabled: false })).status).toBe(204);
  });

  test('passwordProfile is not covered by User.ReadWrite.All, phones have a permission of their own', async () => {
    client.permissions = ['User.ReadWrite.All'];
    expect(
      (await client.patch(`/users/${ada.id}`, { passwordProfile: { password: 'Correct-Horse-2' } })).status,
    ).toBe(403);
    client.permissions = ['User-PasswordProfile.ReadWrite.All'];
    expect(
      (await client.patch(`/users/${ada.id}`, { passwordProfile: { password: 'Correct-Horse-2' } })).status,
    ).toBe(204);
    client.permissions = ['User-Phone.ReadWrite.All'];
    expect((await client.patch(`/users/${ada.id}`, { mobilePhone: '+1 555' })).status).toBe(204);
    expect((await client.patch(`/users/${ada.id}`, { department: 'X' })).status).toBe(403);
  });

  test('manager: 404 when there is none, PUT and DELETE of the reference', async () => {
    expect((await client.get(`/users/${ada.id}/manager`)).status).toBe(404);
    expect((await client.put(`/users/${ada.id}/manager/$ref`, ref(bob.id))).status).toBe(204);
    expect((await client.get(`/users/${ada.id}/manager`)).body.id).toBe(bob.id);
    expect((await client.get(`/users/${bob.id}/directReports`)).body.value[0].id).toBe(ada.id);
    expect((await client.delete(`/users/${ada.id}/manager/$ref`)).status).toBe(204);
    expect((await client.get(`/users/${ada.id}/manager`)).status).toBe(404);
  });

  test('properties kept outside the directory are 501 on the collection', async () => {
    expect((await client.get('/users?$select=skills')).status).toBe(501);
    expect((await client.get(`/users/${ada.id}?$select=skills`)).body.skills).toEqual([]);
  });

  test('misspelt and nested unknown properties are refused', async () => {
    expect((await client.patch(`/users/${ada.id}`, { departmnt: 'X' })).status).toBe(400);
    expect((await client.patch(`/users/${ada.id}`, { employeeOrgData: { divison: 'X' } })).status).toBe(400);
    expect((await client.patch(`/users/${ada.id}`, { accountEnabled: 'true' })).status).toBe(400);
  });
});
