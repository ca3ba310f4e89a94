import { describe, expect, test } from '@jest/globals';
import { objectsUsed } from '../../../sandbox/graph/rules/quota.js';
import { PopulationBuilder } from '../../../sandbox/graph/population/builder.js';
import { TenantState } from '../../../sandbox/graph/state/tenant-state.js';
import type { Body, Client } from './harness.js';
import { disabledPolicy, newUser, openScene, ref, security, verdict } from './scene.js';

/** FACTS §13 Directory_QuotaExceeded, with the numbers that stand there. */
const exceeded = [403, 'Directory_QuotaExceeded'];

const seed = (client: Client, steps: object[]) => client.tenant.damage({ steps });
const guid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

describe('FACTS §10, §13 the object quota of the tenant', () => {
  test('every kind of directory object is refused beyond it; the bin counts fully, what was purged a quarter', async () => {
    const { client, ada, bob } = await openScene();
    client.allow('Application.ReadWrite.All', 'AdministrativeUnit.ReadWrite.All');
    const app = (await client.post('/applications', { displayName: 'A' })).body;
    const count = async (): Promise<number> => {
      const paths = ['users', 'groups', 'applications', 'servicePrincipals', 'directoryRoles'];
      const found = await Promise.all(paths.map((path) => client.all(`/${path}?$select=id`)));
      return found.reduce((total, list) => total + list.length, 0);
    };
    await client.tenant.damage({ do: 'switch', name: 'objectQuota', value: await count() });
    for (const [path, body] of [
      ['/users', newUser('carl')],
      ['/groups', security('more')],
      ['/applications', { displayName: 'B' }],
      ['/servicePrincipals', { appId: app.appId }],
      ['/directory/administrativeUnits', { displayName: 'U' }],
    ] as const)
      expect([path, verdict(await client.post(path, body))]).toEqual([path, exceeded]);
    await client.delete(`/users/${ada.id}`);
    expect(verdict(await client.post('/users', newUser('carl')))).toEqual(exceeded);
    await client.delete(`/directory/deletedItems/${ada.id}`);
    expect(verdict(await client.post('/users', newUser('carl')))).toEqual(exceeded);
    await client.delete(`/users/${bob.id}`);
    await client.delete(`/directory/deletedItems/${bob.id}`);
    expect(verdict(await client.post('/users', newUser('carl')))).toEqual([201]);
  });

  test('the 250 objects of a creator are for people without an admin role: an application makes more', async () => {
    const { client } = await openScene();
    await client.tenant.damage({ do: 'switch', name: 'throttling', value: false });
    const statuses = new Set<number>();
    for (let i = 0; i < 251; i += 1) statuses.add((await client.post('/groups', security(`g${i}`))).status);
    expect([...statuses]).toEqual([201]);
  });

  test('a purged object weighs a quarter for thirty days, then nothing', () => {
    const state = new TenantState();
    state.load(new PopulationBuilder());
    const day = 24 * 3600 * 1000;
    state.apply({
      at: 0,
      ops: [{ op: 'create', kind: 'user', id: guid(1), props: { userPrincipalName: 'u@x' } }],
    });
    state.apply({ at: day, ops: [{ op: 'purge', id: guid(1) }] });
    expect(objectsUsed(state, 2 * day)).toBe(0.25);
    expect(objectsUsed(state, 32 * day)).toBe(0);
  });
});

describe('FACTS §13 the other quotas', () => {
  test('240 Conditional Access policies', async () => {
    const { client } = await openScene();
    client.allow('Policy.ReadWrite.ConditionalAccess');
    await client.tenant.damage({ do: 'switch', name: 'conditionalAccessBurst', value: 1000 });
    await seed(
      client,
      Array.from({ length: 239 }, (_, i) => ({
        do: 'seed',
        object: { '@odata.type': '#microsoft.graph.conditionalAccessPolicy', id: guid(i), ...disabledPolicy },
      })),
    );
    const post = () => client.post('/identity/conditionalAccess/policies', disabledPolicy);
    expect(verdict(await post())).toEqual([201]);
    expect(verdict(await post())).toEqual(exceeded);
  });

  test('100 owners of a group', async () => {
    const { client, ada, bob, group } = await openScene();
    await seed(
      client,
      Array.from({ length: 99 }, (_, i) => [
        { do: 'createUser', properties: { id: guid(i), userPrincipalName: `o${i}@northwind.example` } },
        { do: 'addOwner', group: group.id, owner: guid(i) },
      ]).flat(),
    );
    const add = (one: Body) => client.post(`/groups/${group.id}/owners/$ref`, ref(one.id));
    expect(verdict(await add(ada))).toEqual([204]);
    expect(verdict(await add(bob))).toEqual(exceeded);
  });

  test('30 administrative units of one object', async () => {
    const { client, ada } = await openScene();
    client.allow('AdministrativeUnit.ReadWrite.All');
    const statuses: [number, string?][] = [];
    for (let i = 0; i < 31; i += 1) {
      const { body } = await client.post('/directory/administrativeUnits', { displayName: `U${i}` });
      statuses.push(
        verdict(await client.post(`/directory/administrativeUnits/${body.id}/members/$ref`, ref(ada.id))),
      );
    }
    expect(statuses.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => [204]));
    expect(statuses[30]).toEqual(exceeded);
  });

  test('500 role-assignable groups (FACTS §2)', async () => {
    const { client } = await openScene();
    client.allow('RoleManagement.ReadWrite.Directory');
    await seed(
      client,
      Array.from({ length: 499 }, (_, i) => ({
        do: 'createGroup',
        properties: { displayName: `R${i}`, isAssignableToRole: true },
      })),
    );
    const post = () => client.post('/groups', security('roles', { isAssignableToRole: true }));
    expect(verdict(await post())).toEqual([201]);
    expect(verdict(await post())).toEqual(exceeded);
    expect(verdict(await client.post('/groups', security('plain')))).toEqual([201]);
  });

  test('15,000 dynamic groups and dynamic units together', async () => {
    const { client, group } = await openScene();
    client.allow('AdministrativeUnit.ReadWrite.All');
    const rule = {
      membershipRule: '(user.department -eq "Nowhere")',
      membershipRuleProcessingState: 'Paused',
    };
    const dynamic = { groupTypes: ['DynamicMembership'], ...rule };
    const unit = { membershipType: 'Dynamic', ...rule };
    const groups = await client.all('/groups?$select=id,groupTypes');
    const there = groups.filter(({ groupTypes }) => groupTypes.includes('DynamicMembership')).length;
    const steps = Array.from({ length: 14_998 - there }, (_, i) => ({
      do: 'createGroup',
      properties: { id: guid(i), displayName: `D${i}`, ...dynamic },
    }));
    // A script takes ten thousand steps.
    for (const part of [steps.slice(0, 10_000), steps.slice(10_000)]) await seed(client, part);
    const post = () => client.post('/groups', security('dynamic', dynamic));
    const units = '/directory/administrativeUnits';
    expect(verdict(await client.post(units, { displayName: 'U', ...unit }))).toEqual([201]);
    expect(verdict(await post())).toEqual([201]);
    expect(verdict(await post())).toEqual(exceeded);
    expect(verdict(await client.post(units, { displayName: 'V', ...unit }))).toEqual(exceeded);
    expect(verdict(await client.patch(`/groups/${group.id}`, dynamic))).toEqual(exceeded);
    expect(verdict(await client.post('/groups', security('assigned')))).toEqual([201]);
    await client.delete(`/groups/${guid(0)}`);
    expect(verdict(await post())).toEqual(exceeded);
    await client.delete(`/directory/deletedItems/${guid(0)}`);
    expect(verdict(await post())).toEqual([201]);
  });

  test('1,500 app role assignments and 150 custom-role assignments of one principal', async () => {
    const { client, ada } = await openScene();
    client.allow(
      'AppRoleAssignment.ReadWrite.All',
      'RoleManagement.ReadWrite.Directory',
      'Application.ReadWrite.All',
      'AdministrativeUnit.ReadWrite.All',
    );
    const [graph] = await client.all("/servicePrincipals?$filter=displayName eq 'Microsoft Graph'");
    await seed(
      client,
      Array.from({ length: 1499 }, (_, i) => ({
        do: 'seed',
        object: {
          '@odata.type': '#microsoft.graph.appRoleAssignment',
          id: `a${i}`,
          principalId: ada.id,
          resourceId: graph.id,
          appRoleId: guid(i + 1),
        },
      })),
    );
    const assign = async (displayName: string) => {
      const app = (await client.post('/applications', { displayName })).body;
      const resource = (await client.post('/servicePrincipals', { appId: app.appId })).body;
      return client.post(`/users/${ada.id}/appRoleAssignments`, {
        principalId: ada.id,
        resourceId: resource.id,
        appRoleId: guid(0).replaceAll(/[48]/g, '0'),
      });
    };
    expect(verdict(await assign('one'))).toEqual([201]);
    expect(verdict(await assign('two'))).toEqual(exceeded);

    const definition = (
      await client.post('/roleManagement/directory/roleDefinitions', {
        displayName: 'Custom',
        isEnabled: true,
        rolePermissions: [{ allowedResourceActions: ['microsoft.directory/users/standard/read'] }],
      })
    ).body;
    await seed(
      client,
      Array.from({ length: 149 }, (_, i) => ({
        do: 'seed',
        object: {
          '@odata.type': '#microsoft.graph.unifiedRoleAssignment',
          id: `r${i}`,
          principalId: ada.id,
          roleDefinitionId: definition.id,
          directoryScopeId: `/${guid(i)}`,
        },
      })),
    );
    const give = async (name: string, roleDefinitionId: string) => {
      const { body } = await client.post('/directory/administrativeUnits', { displayName: name });
      return client.post('/roleManagement/directory/roleAssignments', {
        principalId: ada.id,
        roleDefinitionId,
        directoryScopeId: `/administrativeUnits/${body.id}`,
      });
    };
    expect(verdict(await give('a', definition.id))).toEqual([201]);
    expect(verdict(await give('b', definition.id))).toEqual(exceeded);
    expect(verdict(await give('c', 'fe930be7-5e62-47db-91af-98c3a49a38b1'))).toEqual([201]);
  });
});
