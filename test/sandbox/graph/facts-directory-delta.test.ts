import { beforeEach, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import { startTenant, type Body, type Client } from './harness.js';
import { newUser, ref, security } from './scene.js';

const path = '/directoryObjects/delta';
const people = "$filter=isof('microsoft.graph.user')";
const both = `${people} or isof('microsoft.graph.group')`;

let client: Client;
let ada: Body;

beforeEach(async () => {
  client = await startTenant({ contract: loadContract(findContractDir()) });
  client.allow('Application.ReadWrite.All');
  ada = (await client.post('/users', newUser('ada'))).body;
});

const kinds = (items: Body[]): string[] => [...new Set(items.map((item) => item['@odata.type']))].sort();
const ids = (items: Body[]): string[] => items.map(({ id }) => id).sort();

describe('FACTS §11 delta over directory objects', () => {
  test('isof chooses the types; each object tells its own', async () => {
    const { items } = await client.delta(`${path}?${both}&$select=id,displayName`);
    const listed = [...(await client.all('/users')), ...(await client.all('/groups'))];
    expect(ids(items)).toEqual(ids(listed));
    expect(kinds(items)).toEqual(['#microsoft.graph.group', '#microsoft.graph.user']);
    expect(items.find(({ id }) => id === ada.id)).toMatchObject({ displayName: 'ada' });
    expect(client.tenant.stats().violations).toEqual([]);
  });

  test('every type that has a delta can be chosen; without a filter it is refused', async () => {
    await client.post('/applications', { displayName: 'A' });
    const types = ['application', 'directoryRole', 'group', 'servicePrincipal', 'user'];
    const every = types.map((type) => `isof('microsoft.graph.${type}')`).join(' or ');
    const { items } = await client.delta(`${path}?$filter=${every}`);
    expect(kinds(items)).toEqual(types.map((type) => `#microsoft.graph.${type}`));
    const { status, body } = await client.get(path);
    expect([status, body.error.code]).toEqual([400, 'Request_UnsupportedQuery']);
  });

  test('the link at the end tells changes of each type, then nothing, from any page size', async () => {
    await client.tenant.damage({ do: 'switch', name: 'deltaPageObjects', value: 7 });
    const first = await client.delta(`${path}?${both}`);
    expect(first.pages).toBeGreaterThan(4);
    const group = (await client.post('/groups', security('new'))).body;
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    await client.patch(`/users/${ada.id}`, { jobTitle: 'Lead' });
    await client.post('/applications', { displayName: 'A' });
    const second = await client.delta(first.link);
    expect(ids(second.items)).toEqual([ada.id, group.id].sort());
    expect(second.items.find(({ id }) => id === group.id)['members@delta']).toEqual([
      { '@odata.type': '#microsoft.graph.user', id: ada.id },
    ]);
    await client.delete(`/users/${ada.id}`);
    const third = await client.delta(second.link);
    expect(third.items).toEqual([
      { '@odata.type': '#microsoft.graph.user', id: ada.id, '@removed': { reason: 'changed' } },
    ]);
    expect((await client.delta(third.link)).items).toEqual([]);
    expect(ids((await client.delta(second.link)).items)).toEqual([ada.id]);
  });

  test('$deltatoken=latest tells only what comes after', async () => {
    const { items, link } = await client.delta(`${path}?${people}&$deltatoken=latest`);
    expect(items).toEqual([]);
    const bob = (await client.post('/users', newUser('bob'))).body;
    expect(ids((await client.delta(link)).items)).toEqual([bob.id]);
  });

  test('a token of seven days ago is 410, one that is none 400', async () => {
    const { link } = await client.delta(`${path}?${people}`);
    await client.clock.advance(8 * 24 * 3600 * 1000);
    expect((await client.get(link)).status).toBe(410);
    expect((await client.get(`${path}?$deltatoken=x`)).status).toBe(400);
  });

  test.each([
    ['another filter', "$filter=displayName eq 'x'"],
    ['a type that is none of the directory', "$filter=isof('microsoft.graph.drive')"],
    ['a property that no type has', `${people}&$select=nothing`],
  ])('%s is refused', async (_what, query) => {
    expect((await client.get(`${path}?${query}`)).status).toBe(400);
  });
});

describe('FACTS §5 the logo of an application is a stream', () => {
  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);
  let app: Body;
  const logo = () => `/applications/${app.id}/logo`;
  const put = (bytes: Buffer, type = 'image/png') =>
    client.send('PUT', logo(), bytes, { 'content-type': type });
  const address = async () => (await client.get(`/applications/${app.id}`)).body.info.logoUrl;

  beforeEach(async () => {
    app = (await client.post('/applications', { displayName: 'A', info: { logoUrl: 'https://a.example/l' } }))
      .body;
  });

  test('none at first; bytes and type as they were sent; gone again', async () => {
    expect((await client.get(logo())).status).toBe(404);
    expect((await put(png)).status).toBe(204);
    const read = await client.get(logo());
    expect([read.status, read.headers['content-type'], read.body]).toEqual([200, 'image/png', png]);
    expect((await client.delete(logo())).status).toBe(204);
    expect((await client.get(logo())).status).toBe(404);
    expect(client.tenant.stats().violations).toEqual([]);
  });

  test('its address follows it, and is not set by a body', async () => {
    expect(app.info.logoUrl).toBeNull();
    await put(png);
    const given = await address();
    expect(given).toMatch(/^https:\/\//);
    const info = { logoUrl: 'https://a.example/l', supportUrl: 'https://a.example/s' };
    expect((await client.patch(`/applications/${app.id}`, { info })).status).toBe(204);
    expect((await client.get(`/applications/${app.id}`)).body.info).toMatchObject({
      logoUrl: given,
      supportUrl: info.supportUrl,
    });
    await client.delete(logo());
    expect(await address()).toBeNull();
  });

  test('it goes with the application, and comes back with it', async () => {
    await put(png);
    await client.delete(`/applications/${app.id}`);
    expect((await client.get(logo())).status).toBe(404);
    await client.post(`/directory/deletedItems/${app.id}/restore`);
    expect((await client.get(logo())).status).toBe(200);
  });

  test.each<[string, Buffer, string, number]>([
    ['another type', png, 'image/svg+xml', 400],
    ['nothing', Buffer.alloc(0), 'image/png', 413],
    ['more than 100 KB', Buffer.alloc(100 * 1024 + 1), 'image/png', 413],
  ])('%s is refused', async (_what, bytes, type, status) => {
    expect((await put(bytes, type)).status).toBe(status);
    expect(await address()).toBeNull();
  });
});
