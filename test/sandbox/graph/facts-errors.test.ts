import { beforeEach, describe, expect, test } from '@jest/globals';
import { tenantId, type Body, type Client, type Reply } from './harness.js';
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

  const text = (bytes: string, type = 'application/json') =>
    client.send('POST', '/users', Buffer.from(bytes), { 'content-type': type });

  test.each<[string, () => Promise<Reply>, number, string, RegExp?]>([
    ['broken JSON', () => text('{'), 400, 'BadRequest', /^Unable to read JSON request payload/],
    ['a body that is no object', () => text('7'), 400, 'BadRequest'],
    ['another content type', () => text('<x/>', 'text/xml'), 415, 'UnsupportedMediaType'],
    [
      'an invalid value',
      () => client.patch(`/users/${ada.id}`, { department: 'x'.repeat(65) }),
      400,
      'Request_BadRequest',
      /^Invalid value specified for property 'department' of resource 'User'\.$/,
    ],
    [
      'a read-only property',
      () => client.patch(`/users/${ada.id}`, { createdDateTime: '2026-01-01T00:00:00Z' }),
      400,
      'Request_BadRequest',
      /^Property 'createdDateTime' is read-only and cannot be set\.$/,
    ],
    [
      'an unsupported query',
      () => client.get("/users?$filter=displayName ne 'x'"),
      400,
      'Request_UnsupportedQuery',
    ],
    ['$skip', () => client.get('/users?$skip=1'), 400, 'Request_UnsupportedQuery'],
    ['an unknown path', () => client.get('/nothing'), 400, 'BadRequest', /segment 'nothing'/],
    ['another version', () => client.get('https://graph.test/v2.0/users'), 400, 'BadRequest'],
    [
      'a method that is not there',
      () => client.put('/users', {}),
      405,
      'Request_BadRequest',
      /^Specified HTTP method is not allowed for the request target\.$/,
    ],
    [
      'nothing of that name',
      () => client.get('/users/x'),
      404,
      'Request_ResourceNotFound',
      /^Resource 'x' does not exist or one of its queried reference-property objects are not present\.$/,
    ],
  ])('%s', async (...[, act, status, code, message]) => {
    const reply = await act();
    expect([reply.status, reply.body.error.code]).toEqual([status, code]);
    if (message) expect(reply.body.error.message).toMatch(message);
    expect(Object.keys(reply.body.error.innerError).sort()).toEqual([
      'client-request-id',
      'date',
      'request-id',
    ]);
  });

  test('a taken name says so in details, with its target', async () => {
    const { body } = await client.post('/users', newUser('ada'));
    expect(body.error).toMatchObject({
      code: 'Request_BadRequest',
      message: 'Another object with the same value for property userPrincipalName already exists.',
      details: [
        {
          code: 'ObjectConflict',
          message: 'Another object with the same value for property userPrincipalName already exists.',
          target: 'userPrincipalName',
        },
      ],
    });
  });

  test('every answer has its own request-id; without a client-request-id that is echoed', async () => {
    const [one, two] = [await client.get('/users?$top=1'), await client.get('/users/nobody')];
    expect(one.headers['request-id']).not.toBe(two.headers['request-id']);
    for (const { headers } of [one, two]) expect(headers['client-request-id']).toBe(headers['request-id']);
    const patched = await client.send(
      'PATCH',
      `/users/${ada.id}`,
      { city: 'X' },
      { 'client-request-id': 'mine' },
    );
    expect(patched.headers['client-request-id']).toBe('mine');
  });

  test('no token, a token that is none, and one that has expired are 401, each in its words', async () => {
    const challenge =
      'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"';
    for (const [headers, message] of [
      [{ authorization: '' }, 'Access token is empty.'],
      [{ authorization: 'Basic x' }, 'Access token is empty.'],
    ] as const) {
      const reply = await client.get('/users', headers);
      expect([reply.status, ...error(reply.body)]).toEqual([401, 'InvalidAuthenticationToken', message]);
      expect(reply.headers['www-authenticate']).toBe(challenge);
    }
    client.tenant.fault({ name: 'tokenExpired' });
    const expired = await client.get('/users');
    expect(expired.headers['www-authenticate']).toBe(challenge);
    expect((await client.get('/users')).headers).not.toHaveProperty('www-authenticate');
    expect(error(expired.body)).toEqual([
      'InvalidAuthenticationToken',
      'Lifetime validation failed, the token is expired.',
    ]);
  });

  test('FACTS §15 a change’s author stands in the audit for thirty days', async () => {
    await client.patch(`/users/${ada.id}`, { department: 'X' });
    const from = client.clock.now().toISOString();
    const asked = `/auditLogs/directoryAudits?$filter=activityDateTime ge ${from} and targetResources/any(t:t/id eq '${ada.id}')`;
    const found = async () => (await client.get(asked)).body.value;
    const [entry] = await found();
    expect(entry).toMatchObject({
      activityDisplayName: 'Update user',
      initiatedBy: { app: { displayName: 'Entra Rewind' } },
      targetResources: [{ id: ada.id, type: 'User' }],
    });
    await client.clock.advance(29 * 24 * 3600 * 1000);
    expect(await found()).not.toEqual([]);
    await client.clock.advance(2 * 24 * 3600 * 1000);
    expect(await found()).toEqual([]);
  });
});
