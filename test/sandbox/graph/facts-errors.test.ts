import { beforeEach, describe, expect, test } from '@jest/globals';
import { tenantId, type Body, type Client } from './harness.js';
import { error, newUser, openScene } from './scene.js';

let client: Client;
let ada: Body;
let group: Body;

beforeEach(async () => {
  ({ client, ada, group } = await openScene());
});

describe('FACTS §13, §18 errors and headers', () => {
  test('the error body, its ids and its date without zone', async () => {
    const reply = await client.get('/users/nobody', { 'client-request-id': 'abc' });
    expect(reply.body.error).toEqual({
      code: 'Request_ResourceNotFound',
      message:
        "Resource 'nobody' does not exist or one of its queried reference-property objects are not present.",
      innerError: {
        date: '2026-11-06T12:00:00',
        'request-id': reply.headers['request-id'],
        'client-request-id': 'abc',
      },
    });
    expect(reply.headers['client-request-id']).toBe('abc');
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.headers['odata-version']).toBeUndefined();
  });

  test('success carries the recorded content type and odata-version, 204 neither; every answer its resource units', async () => {
    const reply = await client.get(`/users/${ada.id}`);
    expect(reply.headers['content-type']).toBe(
      'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
    );
    expect(reply.headers['odata-version']).toBe('4.0');
    for (const [one, units] of [
      [reply, '1'],
      [await client.get('/users'), '2'],
      [await client.get('/users?$select=id'), '1'],
      [await client.get('/users?$expand=manager'), '3'],
      [await client.get(`/groups/${group.id}/members`), '3'],
      [await client.get('/users/nobody'), '1'],
      [await client.patch(`/users/${ada.id}`, { city: 'X' }), '1'],
      [await client.post('/directoryObjects/getByIds', { ids: [] }), '3'],
      [await client.post(`/users/${ada.id}/checkMemberGroups`, { groupIds: [group.id] }), '4'],
    ] as const)
      expect(one.headers['x-ms-resource-unit']).toBe(units);
  });

  test('Location of a 201, and the bare one of an action', async () => {
    const made = await client.post('/users', newUser('carl'));
    expect(made.headers['location']).toBe(
      `https://graph.microsoft.com/v2/${tenantId}/directoryObjects/${made.body.id}/Microsoft.DirectoryServices.User`,
    );
    const action = await client.post(`/users/${ada.id}/getMemberGroups`, { securityEnabledOnly: false });
    expect(action.headers['location']).toBe('https://graph.microsoft.com');
  });

  test('no token is 401, a missing permission 403, a wrong method 405, an unknown path 400', async () => {
    const anonymous = await client.get('/users', { authorization: '' });
    expect([anonymous.status, anonymous.body.error.code]).toEqual([401, 'InvalidAuthenticationToken']);
    client.permissions = [];
    const denied = await client.get('/users');
    expect([denied.status, ...error(denied.body)]).toEqual([
      403,
      'Authorization_RequestDenied',
      'Insufficient privileges to complete the operation.',
    ]);
    expect((await client.put('/users', {})).status).toBe(405);
    expect((await client.get('/nothing')).status).toBe(400);
  });
});
