import { describe, expect, test } from '@jest/globals';
import { objectId } from '../../../services/model/ids.js';
import { ScriptedGraph, graphError, guid } from './scripted-graph.js';

const [ada, tom, erik] = [7, 8, 9].map((number) => objectId(guid(number))) as [never, never, never];
const payroll = objectId(guid(20));

describe('what a plan gives', () => {
  const admins = objectId(guid(50));
  const scripted = () =>
    new ScriptedGraph()
      .on('GET /roleManagement/directory/roleAssignments', {
        body: {
          value: [
            { id: 'a1', principalId: tom, roleDefinitionId: 'r1', directoryScopeId: '/' },
            { id: 'a2', principalId: admins, roleDefinitionId: 'r2', directoryScopeId: '/' },
          ],
        },
      })
      .on('GET /roleManagement/directory/roleDefinitions', {
        body: {
          value: [
            { id: 'r1', displayName: 'User Administrator' },
            { id: 'r2', displayName: 'Helpdesk Administrator' },
          ],
        },
      })
      .on('GET /roleManagement/directory/roleEligibilitySchedules', {
        body: { value: [{ id: 'e1', principalId: erik, roleDefinitionId: 'r1' }] },
      })
      .on('GET /groups', { body: { value: [{ id: admins }] } })
      .on(`POST /users/${ada}/checkMemberGroups`, { body: { value: [admins] } })
      .on(`POST /users/${tom}/checkMemberGroups`, { body: { value: [] } })
      .on('GET /identity/conditionalAccess/policies', {
        body: {
          value: [
            {
              displayName: 'MFA for payroll',
              state: 'enabled',
              conditions: { users: { includeGroups: [payroll] } },
            },
            {
              displayName: 'Old one',
              state: 'disabled',
              conditions: { users: { includeGroups: [payroll] } },
            },
            {
              displayName: 'Break glass',
              state: 'enabled',
              conditions: { users: { excludeGroups: [guid(60)] } },
            },
          ],
        },
      })
      .on(`POST /groups/${payroll}/checkMemberGroups`, { body: { value: [guid(60)] } })
      .on(`GET /groups/${payroll}/appRoleAssignments`, {
        body: { value: [{ id: 'x', resourceDisplayName: 'Payroll' }] },
      });

  test('[A9] tells roles held directly and through a group, policies also through nesting, and applications', async () => {
    const facts = await scripted()
      .connect()
      .reader.readRisk({ users: [ada, tom], groups: [payroll] });
    expect(Object.fromEntries(facts.rolesByPrincipal ?? [])).toEqual({
      [tom]: ['User Administrator'],
      [ada]: ['Helpdesk Administrator'],
    });
    expect(Object.fromEntries(facts.policiesByGroup ?? [])).toEqual({
      [payroll]: ['Break glass', 'MFA for payroll'],
    });
    expect(Object.fromEntries(facts.applicationsByGroup ?? [])).toEqual({ [payroll]: ['Payroll'] });
  });

  test('[R21] previews within seconds share one reading of Conditional Access', async () => {
    const graph = scripted();
    const { reader } = graph.connect();
    for (let times = 0; times < 3; times += 1) await reader.readRisk({ users: [], groups: [payroll] });
    const asked = () => graph.paths().filter((path) => path.includes('conditionalAccess')).length;
    expect(asked()).toBe(1);
    graph.time.pass(6_000);
    await reader.readRisk({ users: [], groups: [payroll] });
    expect(asked()).toBe(2);
  });

  test('[A1] whoever may activate a role counts as holding it; without the licence nobody may', async () => {
    const facts = await scripted()
      .connect()
      .reader.readRisk({ users: [erik], groups: [] });
    expect(facts.rolesByPrincipal?.get(erik)).toEqual(['User Administrator']);
    const without = new ScriptedGraph()
      .on('GET /roleManagement/directory/roleAssignments', { body: { value: [] } })
      .on('GET /roleManagement/directory/roleDefinitions', { body: { value: [] } })
      .on(
        'GET /roleManagement/directory/roleEligibilitySchedules',
        graphError(400, 'AadPremiumLicenseRequired', 'The tenant needs Microsoft Entra ID P2.'),
      );
    expect((await without.connect().reader.readRisk({ users: [erik], groups: [] })).rolesByPrincipal).toEqual(
      new Map(),
    );
  });

  test('[A1] what may not be read is null, so that the plan can say so', async () => {
    const denied = graphError(403, 'Authorization_RequestDenied', 'no');
    const graph = new ScriptedGraph()
      .on('GET /roleManagement/directory/roleAssignments', denied)
      .on('GET /roleManagement/directory/roleDefinitions', denied)
      .on('GET /roleManagement/directory/roleEligibilitySchedules', denied)
      .on('GET /identity/conditionalAccess/policies', denied)
      .on(`GET /groups/${payroll}/appRoleAssignments`, denied);
    expect(await graph.connect().reader.readRisk({ users: [ada], groups: [payroll] })).toEqual({
      rolesByPrincipal: null,
      policiesByGroup: null,
      applicationsByGroup: null,
    });
  });

  test('[A1] an outage is not "no risk"', async () => {
    const graph = new ScriptedGraph()
      .on('GET /roleManagement/directory/roleAssignments', graphError(503, '', ''))
      .on('GET /roleManagement/directory/roleEligibilitySchedules', { body: { value: [] } })
      .on('GET /roleManagement/directory/roleDefinitions', { body: { value: [] } });
    await expect(graph.connect().reader.readRisk({ users: [ada], groups: [] })).rejects.toMatchObject({
      code: 'GRAPH_UNREACHABLE',
    });
  });
});
