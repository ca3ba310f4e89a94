import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Body, Client } from './harness.js';
import { error, openScene, ref, security } from './scene.js';

let client: Client;
let ada: Body;
let group: Body;

beforeEach(async () => {
  ({ client, ada, group } = await openScene());
});

describe('FACTS §2 group', () => {
  test('the default set is 33 properties with nulls and empty lists written out', () => {
    expect(Object.keys(group).filter((key) => !key.startsWith('@'))).toHaveLength(33);
    expect(group).toMatchObject({ creationOptions: [], visibility: null, description: null, groupTypes: [] });
    expect(group.renewedDateTime).toBe(group.createdDateTime);
  });

  test('the security identifier is made of the id', async () => {
    const id = '00e7bb05-86a1-49e2-bb6e-3dd60ab63a3a';
    await client.tenant.damage({ do: 'createGroup', properties: { id, displayName: 'recorded' } });
    expect((await client.get(`/groups/${id}`)).body.securityIdentifier).toBe(
      'S-1-12-1-15186693-1239582369-3594350267-976926218',
    );
  });

  test.each([
    ['distribution', { mailEnabled: true, securityEnabled: false }],
    ['mail-enabled security', { mailEnabled: true, securityEnabled: true }],
  ])('a %s group cannot be created, changed, deleted or given members', async (_kind, more) => {
    expect((await client.post('/groups', security('x', more))).status).toBe(400);
    const { done } = (await client.tenant.damage({
      do: 'createGroup',
      properties: { displayName: 'Mail', ...more },
    })) as {
      done: string[];
    };
    const path = `/groups/${done[0]}`;
    expect((await client.patch(path, { description: 'x' })).status).toBe(400);
    expect((await client.post(`${path}/members/$ref`, ref(ada.id))).status).toBe(400);
    expect((await client.delete(path)).status).toBe(400);
  });

  test('a member twice is 400 with the exact text; an unknown one 404', async () => {
    const path = `/groups/${group.id}/members/$ref`;
    expect((await client.post(path, ref(ada.id))).status).toBe(204);
    const again = await client.post(path, ref(ada.id));
    expect([again.status, ...error(again.body)]).toEqual([
      400,
      'Request_BadRequest',
      "One or more added object references already exist for the following modified properties: 'members'.",
    ]);
    const nobody = await client.post(path, ref('00000000-0000-4000-8000-000000000000'));
    expect([nobody.status, nobody.body.error.code]).toEqual([404, 'Request_ResourceNotFound']);
    const owners = `/groups/${group.id}/owners/$ref`;
    expect(
      (await client.post(owners, { '@odata.id': `https://graph.microsoft.com/v1.0/users/${ada.id}` })).status,
    ).toBe(204);
    expect(error((await client.post(owners, ref(ada.id))).body)[1]).toContain("'owners'");
  });

  test('20 members are bound at once, all or none; 21 and repetitions are refused', async () => {
    const users = (await client.all('/users')).map((user) => user.id as string);
    const bind = (ids: string[]) =>
      client.patch(`/groups/${group.id}`, { 'members@odata.bind': ids.map((id) => ref(id)['@odata.id']) });
    expect((await bind(users.slice(0, 21))).status).toBe(400);
    expect((await bind([users[0] as string, users[0] as string])).status).toBe(400);
    expect((await bind(users.slice(0, 20))).status).toBe(204);
    expect((await bind([users[20] as string, users[3] as string])).status).toBe(400);
    expect(await client.all(`/groups/${group.id}/members`)).toHaveLength(20);
  });

  test('at most 20 relationships in a POST', async () => {
    const ids = (await client.all('/users')).slice(0, 21).map((user) => ref(user.id)['@odata.id']);
    const more = { 'members@odata.bind': ids.slice(0, 11), 'owners@odata.bind': ids.slice(0, 10) };
    expect((await client.post('/groups', security('big', more))).status).toBe(400);
  });

  test('who is not a member is a 404 on removal', async () => {
    expect((await client.delete(`/groups/${group.id}/members/${ada.id}/$ref`)).status).toBe(404);
  });

  test('the last owner stays, of a security group too (reference page of delete owners)', async () => {
    const unified = (
      await client.post(
        '/groups',
        security('team', {
          mailEnabled: true,
          securityEnabled: false,
          groupTypes: ['Unified'],
          'owners@odata.bind': [ref(ada.id)['@odata.id']],
        }),
      )
    ).body;
    expect((await client.delete(`/groups/${unified.id}/owners/${ada.id}/$ref`)).status).toBe(400);
    await client.post(`/groups/${group.id}/owners/$ref`, ref(ada.id));
    expect((await client.delete(`/groups/${group.id}/owners/${ada.id}/$ref`)).status).toBe(400);
  });

  test('a dynamic group follows its rule and takes no members', async () => {
    const dynamic = (
      await client.post(
        '/groups',
        security('finance', {
          groupTypes: ['DynamicMembership'],
          membershipRule: '(user.department -eq "Ledger")',
          membershipRuleProcessingState: 'On',
        }),
      )
    ).body;
    expect((await client.post(`/groups/${dynamic.id}/members/$ref`, ref(ada.id))).status).toBe(403);
    await client.patch(`/users/${ada.id}`, { department: 'Ledger' });
    expect((await client.all(`/groups/${dynamic.id}/members`)).map((user) => user.id)).toEqual([ada.id]);
    await client.patch(`/groups/${dynamic.id}`, { membershipRuleProcessingState: 'Paused' });
    await client.patch(`/users/${ada.id}`, { department: 'Other' });
    expect(await client.all(`/groups/${dynamic.id}/members`)).toHaveLength(1);
    expect((await client.post('/groups', security('x', { groupTypes: ['DynamicMembership'] }))).status).toBe(
      400,
    );
  });

  test('role-assignable: only at create, and only with RoleManagement.ReadWrite.Directory, links too', async () => {
    expect((await client.post('/groups', security('tier0', { isAssignableToRole: true }))).status).toBe(403);
    const before = client.permissions;
    client.permissions = [...before, 'RoleManagement.ReadWrite.Directory'];
    const made = await client.post('/groups', security('tier0', { isAssignableToRole: true }));
    expect(made.body.visibility).toBe('Private');
    client.permissions = before;
    expect((await client.post(`/groups/${made.body.id}/members/$ref`, ref(ada.id))).status).toBe(403);
    expect((await client.patch(`/groups/${group.id}`, { isAssignableToRole: true })).status).toBe(400);
  });

  test('nesting: security in security; nothing but people in Microsoft 365', async () => {
    const inner = (await client.post('/groups', security('inner'))).body;
    const unified = (
      await client.post(
        '/groups',
        security('team', { mailEnabled: true, securityEnabled: false, groupTypes: ['Unified'] }),
      )
    ).body;
    expect((await client.post(`/groups/${group.id}/members/$ref`, ref(inner.id))).status).toBe(204);
    expect((await client.post(`/groups/${unified.id}/members/$ref`, ref(inner.id))).status).toBe(400);
    await client.post(`/groups/${inner.id}/members/$ref`, ref(ada.id));
    expect((await client.all(`/groups/${group.id}/members`)).map((item) => item['@odata.type'])).toEqual([
      '#microsoft.graph.group',
    ]);
    expect(await client.all(`/groups/${group.id}/transitiveMembers`)).toHaveLength(2);
    const check = await client.post(`/users/${ada.id}/checkMemberGroups`, {
      groupIds: [group.id, unified.id],
    });
    expect(check.body.value).toEqual([group.id]);
    const direct = await client.all(`/users/${ada.id}/memberOf`);
    expect(direct.map((item) => item.id)).toEqual([inner.id]);
  });

  test('three security groups share one mailNickname; two Microsoft 365 groups do not', async () => {
    for (const name of ['a', 'b', 'c'])
      expect((await client.post('/groups', security(name, { mailNickname: 'same' }))).status).toBe(201);
    const unified = security('team', { mailEnabled: true, securityEnabled: false, groupTypes: ['Unified'] });
    expect((await client.post('/groups', unified)).status).toBe(201);
    expect((await client.post('/groups', unified)).body.error.details[0].target).toBe('mailNickname');
  });
});
