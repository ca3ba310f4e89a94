import { beforeAll, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import { error, newUser, openScene, type Scene } from './scene.js';

const contract = loadContract(findContractDir());
if (contract === null)
  console.warn('SKIPPED: no contract data (CONTRACT_DIR); whether these count as violations is not seen.');
const withContract = contract === null ? test.skip : test;

/** What clients spell otherwise than the description has it and the service reads all the same: answered, and a violation. */
describe('names of properties in any case', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene({ contract });
  });
  const eventual = { consistencylevel: 'eventual' };

  test('$select in capitals is answered in the case of the schema (CLI for Microsoft 365: $select=Id)', async () => {
    const { ada, client } = scene;
    const { body } = await client.get(`/users/${ada.id}?$select=Id,USERPRINCIPALNAME`);
    expect(Object.keys(body).filter((name) => !name.startsWith('@'))).toEqual(['id', 'userPrincipalName']);
  });

  test.each([
    ['$filter', "$filter=startsWith(DisplayName, 'ada')"],
    ['$search', '$search="DisplayName:ada"'],
    [
      '$orderby and $filter',
      "$filter=UserPrincipalName ge 'a' and UserType eq 'Member'&$orderby=DisplayName",
    ],
    ['a list within', "$filter=ProxyAddresses/any(a:startswith(a,'smtp:')) or displayname eq 'Ada'"],
  ])('%s, as people type it for Microsoft’s PowerShell', async (_name, query) => {
    const spelt = query
      .replaceAll('DisplayName', 'displayName')
      .replaceAll('displayname', 'displayName')
      .replace('UserPrincipalName', 'userPrincipalName')
      .replace('UserType', 'userType')
      .replace('ProxyAddresses', 'proxyAddresses');
    const ids = async (asked: string) => {
      const { status, body } = await scene.client.get(`/users?$count=true&$select=id&${asked}`, eventual);
      return [status, body.value.map(({ id }: { id: string }) => id)];
    };
    const [status, found] = await ids(spelt);
    expect(status).toBe(200);
    expect(await ids(query)).toEqual([status, found]);
  });

  test('$expand=Manager with a selection of its own; what stands in quotes keeps its case', async () => {
    const { ada, bob, client } = scene;
    await client.put(`/users/${ada.id}/manager/$ref`, {
      '@odata.id': `https://graph.test/v1.0/users/${bob.id}`,
    });
    const shown = await client.get(`/users/${ada.id}?$expand=Manager($select=Id,DisplayName)&$select=id`);
    expect(Object.keys(shown.body.manager)).toEqual(expect.arrayContaining(['id', 'displayName']));
    expect((await client.patch(`/users/${ada.id}`, { employeeId: 'DisplayName' })).status).toBe(204);
    const found = await client.get(`/users?$filter=EmployeeId eq 'DisplayName'&$select=employeeId`);
    expect(found.body.value.map(({ employeeId }: { employeeId: string }) => employeeId)).toEqual([
      'DisplayName',
    ]);
  });

  test('a body: mailNickName of a new user (CLI for Microsoft 365), DisplayName of an update', async () => {
    const { client } = scene;
    const { mailNickname, ...user } = newUser('capital');
    const made = await client.post('/users', { ...user, mailNickName: mailNickname });
    expect(made.status).toBe(201);
    expect((await client.patch(`/users/${made.body.id}`, { DisplayName: 'Capital' })).status).toBe(204);
    const { body } = await client.get(`/users/${made.body.id}?$select=mailNickname,displayName`);
    expect([body.mailNickname, body.displayName]).toEqual([mailNickname, 'Capital']);
  });

  test('a name that no property has stays refused', async () => {
    const { ada, client } = scene;
    expect(error((await client.get('/users?$select=NickName')).body)).toEqual([
      'BadRequest',
      "Could not find a property named 'NickName' on type 'microsoft.graph.user'.",
    ]);
    expect((await client.patch(`/users/${ada.id}`, { NickName: 'x' })).status).toBe(400);
  });

  test('below /directoryObjects capitals find nothing (microsoft-graph-explorer-v4 issue 2111)', async () => {
    const { ada, client } = scene;
    const { status, body } = await client.get(`/directoryObjects/${ada.id}?$select=AccountEnabled`);
    expect([status, body.accountEnabled]).toEqual([200, undefined]);
    const plain = await client.get(`/directoryObjects/${ada.id}?$select=accountEnabled`);
    expect(plain.body.accountEnabled).toBe(true);
  });

  withContract('each is a violation of the description, so that our own client never leans on it', () => {
    const texts = scene.client.tenant.stats().violations.map(({ text }) => text);
    expect(texts.some((text) => text.includes("'USERPRINCIPALNAME'"))).toBe(true);
    expect(texts.some((text) => text.includes('mailNickName'))).toBe(true);
  });
});

describe('what CLI for Microsoft 365 sends besides', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
    scene.client.allow('Application.ReadWrite.All', 'GroupSettings.ReadWrite.All');
  });
  const role = {
    id: 'f15f6ccb-9bd0-4690-81ee-f75a0db799d0',
    displayName: 'R',
    description: 'r',
    value: 'r.one',
    allowedMemberTypes: ['User'],
  };

  test('app role list and app permission list: a list of an application on its own', async () => {
    const { client } = scene;
    const { id, appId } = (await client.post('/applications', { displayName: 'app', appRoles: [role] })).body;
    const shown = { ...role, isEnabled: true };
    const listed = await client.get(`/applications/${id}/appRoles`);
    expect([listed.status, listed.body.value]).toEqual([200, [expect.objectContaining(shown)]]);
    expect(listed.body['@odata.context']).toMatch(new RegExp(`#applications\\('${id}'\\)/appRoles$`));
    const principal = (await client.post('/servicePrincipals', { appId })).body.id;
    const roles = await client.get(`/servicePrincipals/${principal}/appRoles`);
    expect(roles.body.value).toEqual([expect.objectContaining(shown)]);
    expect((await client.get(`/servicePrincipals/${principal}/oauth2PermissionScopes`)).body.value).toEqual(
      [],
    );
    expect((await client.get(`/applications/${principal}/appRoles`)).status).toBe(404);
  });

  test('app role remove: a role of which nothing is said is enabled, so that it is disabled first', async () => {
    const { client } = scene;
    const { id } = (await client.post('/applications', { displayName: 'other' })).body;
    const patch = async (appRoles: object[]) =>
      (await client.patch(`/applications/${id}`, { appRoles })).status;
    expect(await patch([role])).toBe(204);
    expect((await client.get(`/applications/${id}?$select=appRoles`)).body.appRoles[0].isEnabled).toBe(true);
    expect(await patch([])).toBe(400);
    expect(await patch([{ ...role, isEnabled: false }])).toBe(204);
    expect(await patch([])).toBe(204);
  });

  test('groupsetting set: displayName and templateId are repeated, but may not change', async () => {
    const { client } = scene;
    const template = '62375ab9-6b52-47ed-826b-58e47e0e304b';
    const { id, displayName, templateId } = (
      await client.post('/groupSettings', { templateId: template, values: [] })
    ).body;
    const values = [{ name: 'AllowGuestsToAccessGroups', value: 'false' }];
    const path = `/groupSettings/${id}`;
    expect((await client.patch(path, { displayName, templateId, values })).status).toBe(204);
    const kept = (await client.get(path)).body.values;
    expect(kept).toEqual(expect.arrayContaining(values));
    expect(error((await client.patch(path, { displayName: 'x', values })).body)[1]).toBe(
      "Property 'displayName' is read-only and cannot be set.",
    );
  });
});
