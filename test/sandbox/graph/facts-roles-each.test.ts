import { beforeEach, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import type { Body, Client } from './harness.js';
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
