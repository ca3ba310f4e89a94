/** FACTS §9: photos of users and groups. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Body, Client, Reply } from './harness.js';
import { openScene, security } from './scene.js';

let client: Client;
let ada: Body;
let group: Body;

beforeEach(async () => {
  ({ client, ada, group } = await openScene());
  client.allow('ProfilePhoto.ReadWrite.All');
});

const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
const photo = () => `/users/${ada.id}/photo`;
const write = (method: 'PUT' | 'PATCH', bytes: Buffer, type = 'image/jpeg'): Promise<Reply> =>
  client.send(method, `${photo()}/$value`, bytes, { 'content-type': type });

describe('FACTS §9 photos', () => {
  test('metadata: id by size, width, height, media type and an ETag', async () => {
    await write('PUT', jpeg);
    const { '@odata.context': _context, ...shown } = (await client.get(photo())).body;
    expect(shown).toEqual({
      '@odata.mediaContentType': 'image/jpeg',
      '@odata.mediaEtag': expect.stringMatching(/^W\/"[0-9A-F]+"$/),
      id: '648x648',
      width: 648,
      height: 648,
    });
  });

  test.each([48, 64, 96, 120, 240, 360, 432, 504, 648])(
    'size %i is there, as metadata and bytes',
    async (size) => {
      await write('PUT', jpeg);
      const one = `/users/${ada.id}/photos/${size}x${size}`;
      expect((await client.get(one)).body).toMatchObject({
        id: `${size}x${size}`,
        width: size,
        height: size,
      });
      const bytes = await client.get(`${one}/$value`);
      expect([bytes.status, bytes.headers['content-type'], bytes.body]).toEqual([200, 'image/jpeg', jpeg]);
    },
  );

  test('the list names the nine sizes, and no other is found', async () => {
    expect((await client.get(`/users/${ada.id}/photos`)).body.value).toEqual([]);
    await write('PUT', jpeg);
    expect((await client.get(`/users/${ada.id}/photos`)).body.value).toHaveLength(9);
    expect((await client.get(`/users/${ada.id}/photos/50x50/$value`)).status).toBe(404);
  });

  test('without one each address is a 404 ImageNotFound', async () => {
    for (const path of [photo(), `${photo()}/$value`, `/users/${ada.id}/photos/48x48`]) {
      const { status, body } = await client.get(path);
      expect([path, status, body.error.code]).toEqual([path, 404, 'ImageNotFound']);
    }
    expect((await client.delete(`${photo()}/$value`)).status).toBe(404);
  });

  test.each(['PUT', 'PATCH'] as const)(
    '%s writes it: 200, and the ETag moves with the bytes',
    async (method) => {
      expect((await write(method, jpeg)).status).toBe(200);
      const etag = async () => (await client.get(photo())).body['@odata.mediaEtag'];
      const first = await etag();
      expect((await write(method, jpeg)).status).toBe(200);
      expect(await etag()).toBe(first);
      await write(method, Buffer.concat([jpeg, jpeg]));
      expect(await etag()).not.toBe(first);
      expect((await client.delete(`${photo()}/$value`)).status).toBe(204);
      expect((await client.get(photo())).status).toBe(404);
    },
  );

  test('4 MB are taken, one byte more is not, nor nothing, nor another type', async () => {
    const most = Buffer.alloc(4 * 1024 * 1024, 1);
    expect((await write('PUT', most)).status).toBe(200);
    expect((await write('PUT', Buffer.concat([most, jpeg]))).status).toBe(413);
    expect((await write('PUT', Buffer.alloc(0))).status).toBeGreaterThanOrEqual(400);
    expect((await write('PUT', jpeg, 'text/plain')).status).toBe(400);
  });

  test('a $batch carries it in base64 both ways, with its content type', async () => {
    const url = `/users/${ada.id}/photo/$value`;
    const headers = { 'Content-Type': 'image/jpeg' };
    const one = async (item: object) =>
      (await client.post('/$batch', { requests: [{ id: '1', url, ...item }] })).body.responses[0];
    const put = await one({ method: 'PUT', headers, body: jpeg.toString('base64') });
    expect(put.status).toBe(200);
    expect((await client.get(`${photo()}/$value`)).body).toEqual(jpeg);
    const got = await one({ method: 'GET' });
    expect([got.headers['Content-Type'], Buffer.from(got.body, 'base64')]).toEqual(['image/jpeg', jpeg]);
  });

  test('delta does not tell it', async () => {
    const link = (await client.get('/users/delta?$deltatoken=latest')).body['@odata.deltaLink'];
    await write('PUT', jpeg);
    expect((await client.delta(link)).items).toEqual([]);
  });

  test('only Microsoft 365 groups have one', async () => {
    const team = (
      await client.post('/groups', security('team', { mailEnabled: true, groupTypes: ['Unified'] }))
    ).body;
    const put = (id: string) =>
      client.send('PUT', `/groups/${id}/photo/$value`, jpeg, { 'content-type': 'image/jpeg' });
    expect((await put(team.id)).status).toBe(200);
    expect((await client.get(`/groups/${team.id}/photo/$value`)).body).toEqual(jpeg);
    expect((await put(group.id)).status).toBe(400);
  });

  test.each([
    ['reading', () => client.get(photo()), ['ProfilePhoto.Read.All', 'User.Read.All'], 404],
    ['writing', () => write('PUT', jpeg), ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite.All'], 200],
  ])('%s: least ProfilePhoto, or User', async (_what, act, permissions, status) => {
    client.permissions = ['Group.Read.All'];
    expect((await act()).status).toBe(403);
    for (const permission of permissions) {
      client.permissions = [permission];
      expect((await act()).status).toBe(status);
    }
  });
});
