/**
 * What people recorded from the real service of roles and PIM, asked of the sandbox: one case for each exchange, with the
 * repository and thread (or the file) where it stands. FACTS and the recordings go before these where they say otherwise.
 */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Body, Client } from './harness.js';
import { nobody } from './public-answers.js';
import { error, openScene } from './scene.js';

let client: Client;
let ada: Body;

const readers = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b';
const roles = '/roleManagement/directory';

beforeEach(async () => {
  ({ client, ada } = await openScene());
  client.permissions = [...client.permissions, 'RoleManagement.ReadWrite.Directory'];
});

describe('roles and PIM', () => {
  const assignment = () => ({ principalId: ada.id, roleDefinitionId: readers, directoryScopeId: '/' });

  test('a second assignment (dod-ccpo/atat pull request 1554, the whole body)', async () => {
    await client.post(`${roles}/roleAssignments`, assignment());
    const refused = await client.post(`${roles}/roleAssignments`, assignment());
    expect([refused.status, ...error(refused.body)]).toEqual([
      400,
      'Request_BadRequest',
      'A conflicting object with one or more of the specified property values is present in the directory.',
    ]);
  });

  test('a role that is activated already is a 400 (manicminer/hamilton pull request 31)', async () => {
    const activate = () => client.post('/directoryRoles', { roleTemplateId: readers });
    expect([(await activate()).status, (await activate()).status]).toEqual([201, 400]);
  });

  test('a role that everybody has, or every guest, is not activated (microsoft-graph-docs-contrib 2119 and 3897)', async () => {
    const guests = '10dae51f-b6af-4016-8d66-8c2a99b929b3';
    const refused = await client.post('/directoryRoles', { roleTemplateId: guests });
    expect([refused.status, ...error(refused.body)]).toEqual([
      400,
      'Request_BadRequest',
      'Instantiating an implicit user role in not supported.',
    ]);
  });

  test('a new role has one id and templateId (microsoft-graph-docs 16586)', async () => {
    const { body } = await client.post(`${roles}/roleDefinitions`, {
      displayName: 'test 2',
      isEnabled: true,
      rolePermissions: [{ allowedResourceActions: ['microsoft.directory/applications/basic/update'] }],
    });
    expect(body).toMatchObject({
      templateId: body.id,
      isBuiltIn: false,
      resourceScopes: ['/'],
      version: null,
    });
  });

  const request = (more: object = {}) => ({
    ...assignment(),
    action: 'adminAssign',
    justification: 'x',
    scheduleInfo: { expiration: { type: 'noExpiration' } },
    ...more,
  });
  const refusal = async (more: object): Promise<unknown[]> => {
    const { status, body } = await client.post(`${roles}/roleEligibilityScheduleRequests`, request(more));
    return [status, ...error(body)];
  };

  test('what exists, what does not, an unknown role (azuread 1306 and 1356, Microsoft365DSC 5532)', async () => {
    expect(await refusal({ action: 'adminRemove' })).toEqual([
      400,
      'RoleAssignmentDoesNotExist',
      'The Role assignment does not exist.',
    ]);
    await client.post(`${roles}/roleEligibilityScheduleRequests`, request());
    expect(await refusal({})).toEqual([400, 'RoleAssignmentExists', 'The Role assignment already exists.']);
    expect((await refusal({ roleDefinitionId: nobody })).slice(0, 2)).toEqual([400, 'RoleNotFound']);
  });

  test('a rule of the role, as a list inside the sentence (PIM’s answers quoted in public code since 2021)', async () => {
    const { status, body } = await client.post(`${roles}/roleAssignmentScheduleRequests`, {
      ...request(),
      justification: '',
    });
    expect([status, ...error(body)]).toEqual([
      400,
      'RoleAssignmentRequestPolicyValidationFailed',
      'The following policy rules failed: ["JustificationRule"]',
    ]);
  });
});
