/** FACTS §14: what each request costs, every bucket, every header. */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTenant, tenantId, serviceApp, type Body, type Client, type Reply } from './harness.js';
import { newUser, openScene, ref } from './scene.js';

const everywhere = [
  'Application.ReadWrite.All',
  'AppRoleAssignment.ReadWrite.All',
  'DelegatedPermissionGrant.ReadWrite.All',
  'Device.Read.All',
  'ProfilePhoto.ReadWrite.All',
];

/** A tenant whose buckets run on a clock that the test moves. */
async function metered(users = 30) {
  const machine = { now: 0 };
  const client = await startTenant({
    machineNow: () => machine.now,
    population: { users, groups: 1, seed: 7 },
  });
  client.allow(...everywhere);
  return { client, machine };
}

/** Asks until it is refused. @returns how often it was answered before, and the refusal */
async function untilRefused(ask: () => Promise<Reply>): Promise<{ answered: number; refusal: Reply }> {
  for (let answered = 0; answered < 20_000; answered += 1) {
    const reply = await ask();
    if (reply.status === 429) return { answered, refusal: reply };
  }
  throw new Error('Nothing was refused.');
}

const percentage = (reply: Reply): string | undefined => reply.headers['x-ms-throttle-limit-percentage'];
const scope = `Tenant_Application/ReadWrite/${serviceApp.appId}/${tenantId}`;

describe('FACTS §14 what a request costs (x-ms-resource-unit)', () => {
  let client: Client;
  let keys: Record<string, string>;

  beforeAll(async () => {
    const scene = await openScene();
    client = scene.client;
    client.allow(...everywhere);
    const app = (await client.post('/applications', { displayName: 'App' })).body;
    const principal = (await client.post('/servicePrincipals', { appId: app.appId })).body;
    const grant = await client.post('/oauth2PermissionGrants', {
      clientId: principal.id,
      consentType: 'AllPrincipals',
      resourceId: principal.id,
      scope: 'read',
    });
    const { ada, bob, group } = scene;
    await client.put(`/users/${ada.id}/manager/$ref`, ref(bob.id));
    keys = { user: ada.id, group: group.id, app: app.id, principal: principal.id, grant: grant.body.id };
    const [domain] = await client.all('/domains');
    keys['domain'] = domain.id;
  });

  const filled = (path: string): string =>
    path.replace(/\{(\w+)\}/g, (_all, name: string) => keys[name] ?? name);

  test.each<[path: string, units: number]>([
    ['/users', 2],
    ["/users?$filter=displayName eq 'nobody'", 2],
    ['/users/{user}', 1],
    ['/applications', 2],
    ["/applications?$filter=displayName eq 'nobody'", 2],
    ['/applications/{app}', 1],
    ['/applications/{app}/extensionProperties', 2],
    ['/domains/{domain}/domainNameReferences', 4],
    ['/groups/{group}/members', 3],
    ['/groups/{group}/transitiveMembers', 5],
    ['/users/{user}/licenseDetails', 2],
    ['/users/{user}/memberOf', 2],
    ['/users/{user}/ownedObjects', 2],
    ['/users/{user}/transitiveMemberOf', 2],
    ['/oauth2PermissionGrants', 2],
    ['/oauth2PermissionGrants/{grant}', 2],
    ['/servicePrincipals/{principal}/appRoleAssignments', 2],
    ['/subscribedSkus', 3],
    // Everything else.
    ['/groups', 1],
    ['/groups/{group}', 1],
    ['/groups/{group}/owners', 1],
    ['/groups/{group}/memberOf', 1],
    ['/servicePrincipals', 1],
    ['/servicePrincipals/{principal}', 1],
    ['/servicePrincipals/{principal}/memberOf', 1],
    ['/servicePrincipals/{principal}/appRoleAssignedTo', 1],
    ['/users/{user}/manager', 1],
    ['/users/{user}/appRoleAssignments', 1],
    ['/users/delta', 1],
    ['/groups/delta', 1],
    ['/directoryRoles', 1],
    ['/directory/administrativeUnits', 1],
    ['/organization', 1],
    ['/domains', 1],
    ['/devices', 1],
    ['/roleManagement/directory/roleAssignments', 1],
    ['/directory/deletedItems/microsoft.graph.user', 1],
    // Modifiers.
    ['/users?$select=id', 1],
    ['/users?$expand=manager', 3],
    ['/users?$top=19', 1],
    ['/users?$top=20', 2],
    ['/users?$top=5&$select=id', 1],
    ['/users?$top=999&$select=id&$expand=manager($select=id)', 2],
    ['/users/{user}?$select=id', 1],
    ['/users/{user}?$expand=manager', 2],
    ['/groups/{group}/members?$select=id', 2],
    ['/groups/{group}/members?$select=id&$top=5', 1],
    ['/groups/{group}/transitiveMembers?$top=5', 4],
    ['/groups?$top=5&$select=id', 1],
    // An answer that found nothing costs the same.
    ['/users/nobody', 1],
    ['/groups/00000000-0000-4000-8000-000000000000/members', 3],
  ])('GET %s: %i', async (path, units) => {
    expect((await client.get(filled(path))).headers['x-ms-resource-unit']).toBe(String(units));
  });

  test.each<[method: string, path: string, body: object, units: number, writes: number]>([
    ['POST', '/directoryObjects/getByIds', { ids: [] }, 3, 0],
    ['POST', '/directoryObjects/{user}/checkMemberGroups', { groupIds: [] }, 4, 0],
    ['POST', '/users/{user}/checkMemberGroups', { groupIds: [] }, 4, 0],
    ['POST', '/users/{user}/checkMemberObjects', { ids: [] }, 4, 0],
    ['POST', '/users/{user}/getMemberGroups', { securityEnabledOnly: false }, 2, 0],
    ['POST', '/groups/{group}/getMemberGroups', { securityEnabledOnly: false }, 2, 0],
    ['POST', '/users/{user}/getMemberObjects', { securityEnabledOnly: false }, 2, 0],
    ['POST', '/users', newUser('carl'), 1, 1],
    ['PATCH', '/users/{user}', { city: 'X' }, 1, 1],
    ['PATCH', '/users/{user}?$select=id', { city: 'Y' }, 1, 1],
    ['PUT', '/users/{user}/manager/$ref', ref('00000000-0000-4000-8000-000000000000'), 1, 1],
    ['DELETE', '/users/{user}/manager/$ref', {}, 1, 1],
    ['POST', '/groups/{group}/members/$ref', ref('00000000-0000-4000-8000-000000000000'), 1, 1],
    ['POST', '/users/{user}/revokeSignInSessions', {}, 1, 1],
  ])('%s %s', async (method, path, body, units, writes) => {
    const before = client.tenant.stats();
    const reply = await client.send(method, filled(path), body);
    expect(reply.headers['x-ms-resource-unit']).toBe(String(units));
    const after = client.tenant.stats();
    expect([after.resourceUnits - before.resourceUnits, after.writes - before.writes]).toEqual([
      units,
      writes,
    ]);
  });

  test('each item of a $batch costs what it costs alone', async () => {
    const requests = [
      { id: '1', method: 'GET', url: '/users' },
      { id: '2', method: 'GET', url: filled('/groups/{group}/transitiveMembers') },
      { id: '3', method: 'GET', url: '/users/nobody' },
    ];
    const before = client.tenant.stats().resourceUnits;
    const { body } = await client.post('/$batch', { requests });
    const units = Object.fromEntries(
      body.responses.map((item: Body) => [item.id, item.headers['x-ms-resource-unit']]),
    );
    expect(units).toEqual({ 1: '2', 2: '5', 3: '1' });
    expect(client.tenant.stats().resourceUnits - before).toBe(8);
  });
});

describe('FACTS §14 buckets of identity and access', () => {
  test.each([
    ['S', 30, 3_500],
    ['M', 60, 5_000],
    ['L', 520, 8_000],
  ])('size %s: a tenant of %i users holds %i units in 10 s', async (_size, users, units) => {
    const { client } = await metered(users);
    const { answered, refusal } = await untilRefused(() =>
      client.get('/groups/00000000-0000-4000-8000-000000000000/transitiveMembers'),
    );
    expect(answered).toBe(units / 5);
    expect([refusal.body.error.code, refusal.headers['x-ms-throttle-information']]).toEqual([
      'TooManyRequests',
      'ResourceUnitLimitExceeded',
    ]);
    expect(refusal.headers['x-ms-throttle-scope']).toBe(scope);
    expect(client.tenant.stats().throttled).toBe(1);
  });

  test('who waits out Retry-After is served; a quarter of the window gives back a quarter', async () => {
    const { client, machine } = await metered();
    const { refusal } = await untilRefused(() =>
      client.get('/groups/00000000-0000-4000-8000-000000000000/transitiveMembers'),
    );
    expect(refusal.headers['retry-after']).toBe('1');
    machine.now += 1000;
    expect((await client.get('/users')).status).toBe(200);
    machine.now += 1500;
    const { answered } = await untilRefused(() =>
      client.get('/groups/00000000-0000-4000-8000-000000000000/transitiveMembers'),
    );
    expect(answered).toBe(Math.floor((3_500 / 4 - 2) / 5));
  });

  test('retrying early is counted, waiting is not', async () => {
    const { client, machine } = await metered();
    const ask = () => client.get('/groups/00000000-0000-4000-8000-000000000000/transitiveMembers');
    await untilRefused(ask);
    machine.now += 10_000;
    await untilRefused(ask);
    // Refused twice, the first of them waited out: nothing is owed. Now 700 come too early, at 5 units each.
    let last = await ask();
    for (let i = 1; i < 700; i += 1) last = await ask();
    expect(percentage(last)).toBe('1.8');
    expect(last.headers['retry-after']).toBe('9');
    machine.now += 8_000;
    expect((await ask()).status).toBe(429);
    machine.now += 1_100;
    expect((await ask()).status).toBe(404);
  });

  test('above 80 percent every answer tells how full it is; below none does', async () => {
    const { client } = await metered();
    const told: (string | undefined)[] = [];
    const { refusal } = await untilRefused(async () => {
      const reply = await client.get('/groups/00000000-0000-4000-8000-000000000000/transitiveMembers');
      if (reply.status !== 429) told.push(percentage(reply));
      return reply;
    });
    expect(told.filter((text) => text === undefined)).toHaveLength(560);
    expect([...new Set(told.slice(560))]).toEqual(['0.8', '0.9', '1.0']);
    expect(percentage(refusal)).toBe('1.0');
  });

  test('3,000 writes in two and a half minutes for an application; reads go on', async () => {
    const { client, machine } = await metered();
    let asked = 0;
    const { answered, refusal } = await untilRefused(() => {
      // As slow as it takes for the units not to be what runs out.
      if ((asked += 1) % 3_000 === 0) machine.now += 1;
      return client.patch('/users/nobody', { city: 'X' });
    });
    expect(answered).toBe(3_000);
    expect(refusal.headers['x-ms-throttle-information']).toBe('WriteLimitExceeded');
    expect(refusal.headers['x-ms-throttle-scope']).toBe(scope);
    expect(refusal.headers['retry-after']).toBe('1');
    expect((await client.get('/groups')).status).toBe(200);
    client.appId = 'another';
    expect((await client.patch('/users/nobody', { city: 'X' })).status).toBe(404);
  });

  test('18,000 writes in five minutes for the tenant, whoever writes', async () => {
    const { client, machine } = await metered();
    const write = () => client.patch('/users/nobody', { city: 'X' });
    for (let app = 0; app < 6; app += 1) {
      client.appId = `app-${app}`;
      for (let i = 0; i < 3_000; i += 1) expect((await write()).status).toBe(404);
    }
    client.appId = 'app-6';
    const refusal = await write();
    expect([refusal.status, refusal.headers['x-ms-throttle-information']]).toEqual([
      429,
      'WriteLimitExceeded',
    ]);
    expect(refusal.headers['x-ms-throttle-scope']).toBe(`Tenant/ReadWrite/app-6/${tenantId}`);
    machine.now += 1000;
    expect((await write()).status).toBe(404);
  });

  test('the sandbox clock fills no bucket: throttling is in machine time', async () => {
    const { client } = await metered();
    await untilRefused(() => client.get('/groups/00000000-0000-4000-8000-000000000000/transitiveMembers'));
    await client.clock.advance(3_600_000);
    expect((await client.get('/users')).status).toBe(429);
  });

  test('items of a $batch are charged one by one: some are served, some refused with their own Retry-After', async () => {
    const { client } = await metered();
    for (let i = 0; i < 698; i += 1)
      await client.get('/groups/00000000-0000-4000-8000-000000000000/transitiveMembers');
    const requests = Array.from({ length: 4 }, (_, i) => ({
      id: String(i),
      method: 'GET',
      url: '/groups/00000000-0000-4000-8000-000000000000/transitiveMembers',
    }));
    const { status, body } = await client.post('/$batch', { requests });
    expect(status).toBe(200);
    const statuses = body.responses.map((item: Body) => item.status).sort();
    expect(statuses).toEqual([404, 404, 429, 429]);
    for (const item of body.responses)
      expect(item.headers['Retry-After']).toBe(item.status === 429 ? '1' : undefined);
  });

  test.each(['low', 'normal', 'high'])('x-ms-throttle-priority: %s is taken', async (priority) => {
    const { client } = await metered();
    expect((await client.get('/users', { 'x-ms-throttle-priority': priority })).status).toBe(200);
  });

  test('429 comes below the limits, too (the fault throttle), and needs no header of a bucket', async () => {
    const { client } = await metered();
    client.tenant.fault({ name: 'throttle', retryAfter: 2 });
    const reply = await client.get('/users');
    expect([reply.status, reply.headers['retry-after'], percentage(reply)]).toEqual([429, '2', undefined]);
  });

  test('with the switch off nothing is counted', async () => {
    const { client } = await metered();
    await client.tenant.damage({ do: 'switch', name: 'throttling', value: false });
    for (let i = 0; i < 1_000; i += 1)
      expect(
        (await client.get('/groups/00000000-0000-4000-8000-000000000000/transitiveMembers')).status,
      ).toBe(404);
  });
});

describe('FACTS §14 limits of other services', () => {
  let client: Client;
  let machine: { now: number };

  beforeEach(async () => {
    ({ client, machine } = await metered());
  });

  test.each(['policies', 'namedLocations'])(
    'Conditional Access, %s: one a second for the tenant, all applications together, without Retry-After',
    async (collection) => {
      await client.tenant.damage({ do: 'switch', name: 'conditionalAccessBurst', value: 1 });
      const ask = () => client.get(`/identity/conditionalAccess/${collection}`);
      expect((await ask()).status).toBe(200);
      client.appId = 'another';
      const refusal = await ask();
      expect([refusal.status, refusal.headers['retry-after']]).toEqual([429, undefined]);
      machine.now += 999;
      expect((await ask()).status).toBe(429);
      machine.now += 1;
      expect((await ask()).status).toBe(200);
      expect((await client.get('/users')).status).toBe(200);
    },
  );

  test.each([
    '/auditLogs/directoryAudits',
    '/auditLogs/signIns',
    '/reports/authenticationMethods/userRegistrationDetails',
  ])('reports, %s: five in ten seconds for each application', async (path) => {
    const { answered, refusal } = await untilRefused(() => client.get(path));
    expect(answered).toBe(5);
    expect(refusal.headers['retry-after']).toBe('2');
    expect((await client.get('/auditLogs/directoryAudits')).status).toBe(429);
    client.appId = 'another';
    expect((await client.get(path)).status).toBe(200);
  });

  test('Secure Score: 150 a minute, 10,000 in ten minutes', async () => {
    const ask = () => client.get('/security/secureScores/none');
    expect((await untilRefused(ask)).answered).toBe(150);
    machine.now += 60_000;
    expect((await untilRefused(ask)).answered).toBe(150);
    expect((await client.get('/users')).status).toBe(200);
  });

  test('photos: 10,000 in ten minutes for each mailbox; they take nothing from the directory’s units', async () => {
    const [ada, bob] = ['ada', 'bob'];
    const ask = (name: string) => client.get(`/users/${name}/photo`);
    expect((await untilRefused(() => ask(ada))).answered).toBe(10_000);
    expect((await ask(bob)).status).toBe(404);
    expect((await ask('ADA')).status).toBe(429);
    expect((await client.get('/users')).status).toBe(200);
  });
});
