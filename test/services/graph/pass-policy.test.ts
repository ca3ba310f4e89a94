import { describe, expect, test } from '@jest/globals';
import { objectId } from '../../../services/model/ids.js';
import { ScriptedGraph, graphError, guid } from './scripted-graph.js';

const [ada, erik] = [7, 9].map((number) => objectId(guid(number))) as [never, never];
const payroll = objectId(guid(20));

describe('Temporary Access Pass policy', () => {
  const PATH =
    'GET /policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass';
  const policy = (more: object) => ({
    body: { id: 'TemporaryAccessPass', state: 'enabled', defaultLifetimeInMinutes: 60, ...more },
  });
  test.each([
    ['everybody', policy({ includeTargets: [{ id: 'all_users', targetType: 'group' }] }), true],
    ['a group of the user', policy({ includeTargets: [{ id: payroll, targetType: 'group' }] }), true],
    ['another group', policy({ includeTargets: [{ id: guid(61), targetType: 'group' }] }), false],
    [
      'everybody but a group of the user',
      policy({ includeTargets: [{ id: 'all_users' }], excludeTargets: [{ id: payroll }] }),
      false,
    ],
    ['nobody', policy({ state: 'disabled', includeTargets: [{ id: 'all_users' }] }), false],
  ])('[P2] for %s', async (_, answer, allowed) => {
    const graph = new ScriptedGraph()
      .on(PATH, answer)
      .on(`POST /users/${ada}/checkMemberGroups`, { body: { value: [payroll] } });
    expect(await graph.connect().reader.passPolicy(ada)).toEqual({ allowed, lifetimeInMinutes: 60 });
  });

  test('[P2] a user that does not exist yet is only in "all users"', async () => {
    const some = new ScriptedGraph().on(PATH, policy({ includeTargets: [{ id: payroll }] }));
    expect(await some.connect().reader.passPolicy(erik)).toMatchObject({ allowed: false });
  });

  test('[P2] a policy that may not be read is unknown', async () => {
    const graph = new ScriptedGraph().on(PATH, graphError(403, 'Authorization_RequestDenied', ''));
    expect(await graph.connect().reader.passPolicy(ada)).toBeNull();
  });
});
