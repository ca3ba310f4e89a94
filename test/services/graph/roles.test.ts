import { describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { catalog } from '../../../services/catalog/index.js';
import { readPermissions } from '../../../services/graph/permissions.js';
import { createRoleReader } from '../../../services/graph/roles.js';
import { objectId, tenantId } from '../../../services/model/ids.js';
import type { Person } from '../../../services/model/people.js';
import { ScriptedGraph, TENANT, graphError, guid, silentLog } from './scripted-graph.js';

const hanna: Person = { tenant: tenantId(TENANT), objectId: objectId(guid(7)), name: 'Hanna Berg' };
const CHECK = `POST /users/${hanna.objectId}/checkMemberGroups`;
const approvers = guid(30);
const helpdesk = guid(31);
const groups = { approver: approvers, operator: 'Helpdesk', auditor: '' };

const scripted = () =>
  new ScriptedGraph()
    .on(`GET /groups/${approvers}`, { body: { id: approvers, displayName: 'Identity approvers' } })
    .on('GET /groups', { body: { value: [{ id: helpdesk, displayName: 'Helpdesk' }] } });

const readerOf = (graph: ScriptedGraph) =>
  createRoleReader({ client: graph.connect().client, log: silentLog }, { tenantId: TENANT, groups });

describe('bot roles', () => {
  test('[A5] come from membership in the groups of the settings', async () => {
    const graph = scripted().on(CHECK, { body: { value: [helpdesk] } });
    const roles = readerOf(graph);
    expect([...(await roles.rolesOf(hanna))]).toEqual(['operator']);
    expect(roles.groupName('approver')).toBe('Identity approvers');
    expect(graph.seen.find(({ method }) => method === 'POST')?.body).toEqual({
      groupIds: [approvers, helpdesk],
    });
  });

  test('[A2] are at most a minute old', async () => {
    const graph = scripted().on(CHECK, { body: { value: [helpdesk] } }, { body: { value: [] } });
    const roles = readerOf(graph);
    await roles.rolesOf(hanna);
    graph.time.pass(59_000);
    expect((await roles.rolesOf(hanna)).size).toBe(1);
    graph.time.pass(2_000);
    expect((await roles.rolesOf(hanna)).size).toBe(0);
  });

  test('[A2] what asks, decides or writes asks anew, and what it learns holds for looking too', async () => {
    const graph = scripted().on(CHECK, { body: { value: [approvers] } }, { body: { value: [] } });
    const roles = readerOf(graph);
    expect((await roles.rolesOf(hanna)).size).toBe(1);
    expect((await roles.rolesOf(hanna, { fresh: true })).size).toBe(0);
    expect((await roles.rolesOf(hanna)).size).toBe(0);
  });

  test.each([
    ['an outage', graphError(503, 'serviceNotAvailable', '')],
    ['a refusal', graphError(403, 'Authorization_RequestDenied', '')],
    ['a strange answer', { body: { value: 'all of them' } }],
  ])('[A2] %s lets nobody through, and is not remembered', async (_, failure) => {
    const graph = scripted().on(CHECK, ...Array(6).fill(failure), { body: { value: [helpdesk] } });
    const roles = readerOf(graph);
    const first = failure.status === 503 ? 1 : 6;
    for (let times = 0; times < first; times += 1)
      await expect(roles.rolesOf(hanna)).rejects.toMatchObject({ code: 'RIGHTS_UNKNOWN' });
    expect((await roles.rolesOf(hanna)).size).toBe(1);
  });

  test('[A5] somebody of another tenant, or no user here, has none', async () => {
    const graph = scripted();
    const roles = readerOf(graph);
    expect(await roles.rolesOf({ ...hanna, tenant: tenantId(guid(2)) })).toEqual(new Set());
    expect(await roles.rolesOf(hanna)).toEqual(new Set());
  });

  test('[A5] a name that two groups bear gives nobody the role; others keep theirs', async () => {
    const graph = new ScriptedGraph()
      .on(`GET /groups/${approvers}`, { body: { id: approvers, displayName: 'Identity approvers' } })
      .on('GET /groups', { body: { value: [{ id: helpdesk }, { id: guid(32) }] } })
      .on(CHECK, ({ body }) => ({ body: { value: (body as { groupIds: string[] }).groupIds } }));
    expect([...(await readerOf(graph).rolesOf(hanna))]).toEqual(['approver']);
  });

  test('[A1] people with a role are its live, enabled users, nested ones too', async () => {
    const user = { '@odata.type': '#microsoft.graph.user', accountEnabled: true };
    const graph = scripted().on(`GET /groups/${approvers}/transitiveMembers`, {
      body: {
        value: [
          { ...user, id: guid(8), displayName: 'Arun Patel', userPrincipalName: 'arun@contoso.example' },
          { ...user, id: guid(9), displayName: 'Left', accountEnabled: false },
          { id: guid(33), '@odata.type': '#microsoft.graph.group', displayName: 'Nested' },
        ],
      },
    });
    expect(await readerOf(graph).peopleWith(hanna.tenant, 'approver')).toEqual([
      { tenant: TENANT, objectId: guid(8), name: 'Arun Patel', upn: 'arun@contoso.example' },
    ]);
    expect(await readerOf(graph).peopleWith(hanna.tenant, 'auditor')).toEqual([]);
  });

  test('[A5] without any group nobody has a role and nothing is asked', async () => {
    const graph = new ScriptedGraph();
    const roles = createRoleReader(
      { client: graph.connect().client, log: silentLog },
      { tenantId: TENANT, groups: {} },
    );
    expect(await roles.rolesOf(hanna)).toEqual(new Set());
    expect(graph.seen).toEqual([]);
  });
});

describe('granted permissions', () => {
  const tokenWith = async (roles?: readonly string[]): Promise<string> =>
    new SignJWT(roles ? { roles } : {})
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode('x'.repeat(32)));

  test('[T2] are read from our own token, with what the missing ones disable', async () => {
    const token = await tokenWith(['User.Read.All', 'Group.Read.All', 'Directory.Read.All']);
    const report = await readPermissions({ token: async () => token }, catalog);
    expect(report.granted).toEqual(['Directory.Read.All', 'Group.Read.All', 'User.Read.All']);
    const disabled = report.disabled.map(({ name }) => name);
    expect(disabled).toContain('Restore users');
    expect(disabled).not.toContain('Back up users');
  });

  test('[T2] a token without any leaves nothing', async () => {
    const token = await tokenWith();
    const { granted, disabled } = await readPermissions({ token: async () => token }, catalog);
    expect(granted).toEqual([]);
    expect(disabled.length).toBeGreaterThan(5);
  });

  test('a token that cannot be read is an error of the sign-in', async () => {
    await expect(readPermissions({ token: async () => 'opaque' }, catalog)).rejects.toMatchObject({
      code: 'GRAPH_AUTH',
    });
  });
});
