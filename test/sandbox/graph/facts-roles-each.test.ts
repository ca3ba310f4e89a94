import { beforeEach, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import type { Body, Client } from './harness.js';
import { eligibilityInstanceId, roleAssignmentId } from '../../../sandbox/graph/rules/ids-of-bytes.js';
import { openScene, ref, security } from './scene.js';

/** FACTS §4, sentence by sentence: what facts-pim, facts-restricted-units and the tables leave out. */
const contract = loadContract(findContractDir());
const roles = '/roleManagement/directory';
const readers = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b';

let client: Client;
let ada: Body;

beforeEach(async () => {
  ({ client, ada } = await openScene({ contract, ada: { usageLocation: 'DE' } }));
  client.allow(
    'AdministrativeUnit.ReadWrite.All',
    'Application.ReadWrite.All',
    'RoleManagement.ReadWrite.Directory',
  );
});

/** Ids that Microsoft's pages show beside what they stand for (roleAssignmentScheduleInstances, roleEligibilityScheduleInstances). */
describe('FACTS §4 the id of a role assignment', () => {
  const whole = { directoryScopeId: '/' };
  const unit = { directoryScopeId: '/administrativeUnits/dc626e71-4837-40eb-be4a-bc29d88a1178' };

  test.each([
    [
      '88d8e3e3-8f55-4a1e-953a-9b9898b8876b',
      '939a0aff-aee7-4748-986e-35fd46116d46',
      '4-PYiFWPHkqVOpuYmLiHa_8KmpPnrkhHmG41_UYRbUY-1',
    ],
    [
      'fe930be7-5e62-47db-91af-98c3a49a38b1',
      '03ee6546-f113-4ec5-ba9d-e57381b0c928',
      '5wuT_mJe20eRr5jDpJo4sUZl7gMT8cVOup3lc4GwySg-1',
    ],
  ])('is made of role %s and principal %s', (roleDefinitionId, principalId, id) => {
    expect(roleAssignmentId({ roleDefinitionId, principalId, ...whole })).toBe(id);
  });

  test('names the unit that it is for, and says where it is an eligibility', () => {
    const roleDefinitionId = 'fdd7a751-b60b-444a-984c-02652fe8fa1c';
    const [one, other] = ['fc9a2c2b-1ddc-486d-a211-5fe8ca77fa1f', '398164b1-5196-49dd-ada2-364b49f99b27'];
    expect(eligibilityInstanceId({ roleDefinitionId, principalId: one, ...unit })).toBe(
      'UafX_Qu2SkSYTAJlL-j6HCssmvzcHW1IohFf6Mp3-h9xbmLcN0jrQL5KvCnYihF4-2-e',
    );
    expect(eligibilityInstanceId({ roleDefinitionId, principalId: other, ...whole })).toBe(
      'UafX_Qu2SkSYTAJlL-j6HLFkgTmWUd1JraI2S0n5myc-1-e',
    );
  });

  test('differs by scope, by object and by application', () => {
    const ends = { roleDefinitionId: readers, principalId: '03ee6546-f113-4ec5-ba9d-e57381b0c928' };
    const object = { directoryScopeId: '/dc626e71-4837-40eb-be4a-bc29d88a1178' };
    const scopes = [whole, unit, object, { appScopeId: '/a' }, { appScopeId: '/b' }];
    expect(new Set(scopes.map((scope) => roleAssignmentId({ ...ends, ...scope }))).size).toBe(5);
  });

  test('is the same for all that is seeded, assigned over Graph, by the older face and by PIM', async () => {
    const body = { principalId: ada.id, roleDefinitionId: readers, directoryScopeId: '/' };
    const id = roleAssignmentId(body);
    const made = await client.make(`${roles}/roleAssignments`, body);
    expect(made.id).toBe(id);
    expect((await client.get(`${roles}/roleAssignments/${id}`)).body.principalId).toBe(ada.id);
    expect((await client.delete(`${roles}/roleAssignments/${id}`)).status).toBe(204);
    expect((await client.get(`${roles}/roleAssignments/${id}`)).status).toBe(404);
    await client.make('/directoryRoles', { roleTemplateId: readers });
    await client.post(`/directoryRoles(roleTemplateId='${readers}')/members/$ref`, ref(ada.id));
    const { value } = (await client.get(`${roles}/roleAssignments?$filter=principalId eq '${ada.id}'`)).body;
    expect(value.map((one: Body) => one.id)).toEqual([id]);
    client.tenant.damage({ do: 'assignRole', principal: ada.id, role: 'Directory Readers' });
    const all = await client.all(`${roles}/roleAssignments`);
    expect(all.map((one) => one.id).sort()).toEqual(all.map((one) => roleAssignmentId(one)).sort());
    expect(all.filter((one) => one.principalId === ada.id)).toHaveLength(1);
  });
});

const spoken = () => client.tenant.stats().violations.filter(({ direction }) => direction === 'answer');

describe('FACTS §4 roles', () => {
  const assign = (more: object = {}) =>
    client.post(`${roles}/roleAssignments`, {
      principalId: ada.id,
      roleDefinitionId: readers,
      directoryScopeId: '/',
      ...more,
    });

  test('directoryRoles lists activated ones only; templates are all built-in roles', async () => {
    const active = (await client.all('/directoryRoles')).map(({ roleTemplateId }) => roleTemplateId);
    const templates = (await client.all('/directoryRoleTemplates')).map(({ id }) => id);
    const builtIn = (await client.all(`${roles}/roleDefinitions`)).filter(({ isBuiltIn }) => isBuiltIn);
    expect(templates.sort()).toEqual(builtIn.map(({ id }) => id).sort());
    expect(active.length).toBeLessThan(templates.length);
    expect(builtIn.every(({ id, templateId }) => id === templateId)).toBe(true);
  });

  test('an assignment is made once at each scope, read with its principal, not changed, and deleted', async () => {
    const unit = await client.make('/directory/administrativeUnits', { displayName: 'U' });
    const app = await client.make('/applications', { displayName: 'A' });
    for (const scope of ['/', `/administrativeUnits/${unit.id}`, `/${app.id}`]) {
      expect([scope, (await assign({ directoryScopeId: scope })).status]).toEqual([scope, 201]);
      expect([scope, (await assign({ directoryScopeId: scope })).body.error?.message]).toEqual([
        scope,
        'A conflicting object with one or more of the specified property values is present in the directory.',
      ]);
    }
    const [held] = await client.all(
      `${roles}/roleAssignments?$filter=principalId eq '${ada.id}'&$expand=principal`,
    );
    expect(held.principal).toMatchObject({ '@odata.type': '#microsoft.graph.user', id: ada.id });
    const path = `${roles}/roleAssignments/${held.id}`;
    expect((await client.patch(path, { directoryScopeId: '/' })).status).toBe(405);
    expect((await client.delete(path)).status).toBe(204);
    expect((await client.delete(path)).status).toBe(404);
    expect(spoken()).toEqual([]);
  });

  test('principals are users, service principals and role-assignable groups', async () => {
    const plain = await client.make('/groups', security('plain'));
    const assignable = await client.make('/groups', security('admins', { isAssignableToRole: true }));
    const app = await client.make('/applications', { displayName: 'A' });
    const principal = await client.make('/servicePrincipals', { appId: app.appId });
    for (const [id, status] of [
      [assignable.id, 201],
      [principal.id, 201],
      [plain.id, 400],
      [app.id, 400],
    ])
      expect([id, (await assign({ principalId: id })).status]).toEqual([id, status]);
  });

  test('a custom definition takes its three properties and a template id; assigned, it is not deleted', async () => {
    const body = {
      displayName: 'Custom',
      isEnabled: true,
      templateId: '0f000000-0000-4000-8000-000000000001',
      rolePermissions: [{ allowedResourceActions: ['microsoft.directory/users/standard/read'] }],
    };
    for (const name of ['displayName', 'isEnabled', 'rolePermissions'])
      expect((await client.post(`${roles}/roleDefinitions`, { ...body, [name]: undefined })).status).toBe(
        400,
      );
    const made = await client.make(`${roles}/roleDefinitions`, body);
    expect([made.isBuiltIn, made.templateId]).toEqual([false, body.templateId]);
    const held = (await assign({ roleDefinitionId: made.id })).body;
    const path = `${roles}/roleDefinitions/${made.id}`;
    expect((await client.delete(path)).status).toBe(400);
    await client.delete(`${roles}/roleAssignments/${held.id}`);
    expect((await client.delete(path)).status).toBe(204);
    expect((await client.delete(`${roles}/roleDefinitions/${readers}`)).status).toBe(400);
  });

  test('instances tell the members of a group, marked as such; the schedule is the group’s', async () => {
    const group = await client.make('/groups', security('admins', { isAssignableToRole: true }));
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    await client.make(`${roles}/roleAssignmentScheduleRequests`, {
      action: 'adminAssign',
      principalId: group.id,
      roleDefinitionId: readers,
      directoryScopeId: '/',
      justification: 'why',
      scheduleInfo: { expiration: { type: 'noExpiration' } },
    });
    const all = await client.all(`${roles}/roleAssignmentScheduleInstances`);
    expect(all.map(({ principalId, memberType }) => [principalId, memberType])).toEqual([
      [group.id, 'Direct'],
      [ada.id, 'Group'],
    ]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(2);
    expect(await client.all(`${roles}/roleAssignmentSchedules`)).toHaveLength(1);
    expect((await client.get(`${roles}/roleAssignmentScheduleInstances/${all[1].id}`)).body.memberType).toBe(
      'Group',
    );
    expect(spoken()).toEqual([]);
  });
});
