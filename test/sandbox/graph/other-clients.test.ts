import { beforeAll, describe, expect, test } from '@jest/globals';
import { error, openScene, type Scene } from './scene.js';
import { tenantId } from './harness.js';

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
});
