import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DateTime } from 'luxon';
import { startTenant, type Body, type Client } from './harness.js';

const zone = 'Europe/Berlin';
const at = (day: string, time: string): number => DateTime.fromISO(`${day}T${time}`, { zone }).toMillis();

let client: Client;

/** Moves to a local instant of the story. */
async function go(day: string, time: string): Promise<void> {
  await client.clock.moveTo(new Date(at(day, time)));
}

async function user(name: string): Promise<Body | undefined> {
  const found = await client.all(
    `/users?$filter=displayName eq '${name}'&$select=id,displayName,department,jobTitle,userType,assignedLicenses,userPrincipalName,mail`,
  );
  return found[0];
}

async function groupsOf(name: string): Promise<string[]> {
  const found = await user(name);
  const groups = await client.all(`/users/${found.id}/memberOf/microsoft.graph.group?$select=displayName`);
  return groups.map((group) => group.displayName).sort();
}

async function members(name: string): Promise<string[]> {
  const [group] = await client.all(`/groups?$filter=displayName eq '${name}'`);
  const found = await client.all(`/groups/${group.id}/members`);
  return found.map((member) => member.displayName).sort();
}

beforeAll(async () => {
  client = await startTenant({ population: 'story', at: at('2026-11-07', '01:30') });
});
afterAll(() => client.tenant.close());

// The tests run in order: the clock only moves forward.
describe('the story of STORY §3', () => {
  test('Contoso has 120 users and 30 groups before snapshot 1', async () => {
    expect(await client.all('/users')).toHaveLength(120);
    expect(await client.all('/groups')).toHaveLength(30);
    const { body } = await client.get('/organization');
    expect(body.value[0].displayName).toBe('Contoso');
    expect(body.value[0].verifiedDomains[0].name).toBe('contoso.example');
  });

  test('the people of the first table are who they are', async () => {
    expect(await members('Helpdesk')).toEqual(['Hanna Berg']);
    expect(await members('Identity approvers')).toEqual(['Arun Patel', 'Mei Lin']);
    expect(await members('Rewind administrators')).toEqual(['Sofia Rossi']);
    const alice = await user('Alice Moreau');
    expect(alice.department).toBe('Finance');
    expect(alice.assignedLicenses).toHaveLength(2);
    expect(await user('Alice Chen')).toMatchObject({ department: 'Research' });
    expect(await user('Alice Brandt')).toMatchObject({
      userType: 'Guest',
      mail: 'a.brandt@fabrikam.example',
    });
    for (const name of ['Alice Moreau', 'Erik Sand']) {
      const { body } = await client.get(`/users/${(await user(name)).id}/manager`);
      expect(body.displayName).toBe('Tom Okafor');
    }
    const alices = await client.all("/users?$filter=startswith(displayName,'Alice')");
    expect(alices.map((one) => one.displayName).sort()).toEqual([
      'Alice Brandt',
      'Alice Chen',
      'Alice Moreau',
    ]);
  });

  test('snapshot 1, Sat 7 Nov 02:00: Alice is in no Payroll readers and no Project X yet', async () => {
    await go('2026-11-07', '02:00');
    expect(await groupsOf('Alice Moreau')).toEqual([
      'All staff',
      'Berlin office',
      'Finance all',
      'Finance leads',
      'Sales list',
    ]);
    expect(await groupsOf('Erik Sand')).toEqual(['All staff', 'Berlin office', 'Finance all']);
  });

  test('Payroll is given through Payroll readers', async () => {
    const [group] = await client.all("/groups?$filter=displayName eq 'Payroll readers'");
    const assigned = await client.all(`/groups/${group.id}/appRoleAssignments`);
    expect(assigned.map((one) => one.resourceDisplayName)).toEqual(['Payroll']);
  });

  test('snapshot 9, Sun 15 Nov 02:00: still not in Payroll readers; snapshot 10: joined', async () => {
    await go('2026-11-15', '02:00');
    expect(await groupsOf('Alice Moreau')).not.toContain('Payroll readers');
    await go('2026-11-16', '02:00');
    expect(await groupsOf('Alice Moreau')).toContain('Payroll readers');
  });

  test('Erik Sand stands in snapshot 12 and nowhere after Wed 18 Nov', async () => {
    await go('2026-11-18', '02:00');
    const erik = await user('Erik Sand');
    expect(erik).toBeDefined();
    await go('2026-11-19', '02:00');
    expect((await client.get(`/users/${erik.id}`)).status).toBe(404);
    expect((await client.get(`/directory/deletedItems/${erik.id}`)).status).toBe(404);
    expect(await client.all('/directory/deletedItems/microsoft.graph.user')).toEqual([]);
  });

  test('snapshot 14, Fri 20 Nov 02:00: the column of the table', async () => {
    await go('2026-11-20', '02:00');
    expect(await groupsOf('Alice Moreau')).toEqual([
      'All staff',
      'Berlin office',
      'Finance all',
      'Finance leads',
      'Payroll readers',
      'Sales list',
    ]);
    expect(await client.all('/users')).toHaveLength(120);
  });

  test('between snapshots 14 and 15 there are 14 changes, Project X among them', async () => {
    const usersLink = (
      await client.get(
        '/users/delta?$deltatoken=latest&$select=mobilePhone,faxNumber,businessPhones,streetAddress,jobTitle,department',
      )
    ).body['@odata.deltaLink'];
    const groupsLink = (await client.get('/groups/delta?$deltatoken=latest&$select=displayName,members'))
      .body['@odata.deltaLink'];
    await go('2026-11-20', '16:03');
    expect(await groupsOf('Alice Moreau')).not.toContain('Project X');
    await go('2026-11-20', '16:04');
    expect(await groupsOf('Alice Moreau')).toContain('Project X');
    await go('2026-11-21', '02:00');
    const users = await client.delta(usersLink);
    const groups = await client.delta(groupsLink);
    const links = groups.items.flatMap((group) => group['members@delta'] ?? []);
    expect(users.items.length + links.length).toBe(14);
  });

  test('this morning: 38 departments at 07:11, three groups emptied, Alice deleted at 07:12, quiet after 07:13', async () => {
    const alice = await user('Alice Moreau');
    const link = (await client.get('/users/delta?$deltatoken=latest&$select=department')).body[
      '@odata.deltaLink'
    ];
    await go('2026-11-21', '07:10');
    expect((await client.delta(link)).items).toEqual([]);
    await go('2026-11-21', '07:12');
    expect(await client.all("/users?$filter=department eq 'TBD'")).toHaveLength(38);
    expect((await user('Alice Moreau')).department).toBe('TBD');
    await go('2026-11-21', '07:13');
    expect(await user('Alice Moreau')).toBeUndefined();
    for (const name of ['Finance all', 'Finance leads', 'Sales list'])
      expect(await members(name)).toEqual([]);
    const { body } = await client.get(`/directory/deletedItems/${alice.id}`);
    expect(body.deletedDateTime).toBe(
      `${DateTime.fromISO('2026-11-21T07:12:09', { zone }).toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss")}Z`,
    );
    await go('2026-11-21', '07:14');
    const after = (await client.get('/users/delta?$deltatoken=latest')).body['@odata.deltaLink'];
    await go('2026-11-21', '09:50');
    expect((await client.delta(after)).items).toEqual([]);
  });

  test('the directory audit names HR sync as the actor of all of it', async () => {
    const since = DateTime.fromISO('2026-11-21T07:00', { zone }).toUTC().toISO();
    const entries = await client.all(
      `/auditLogs/directoryAudits?$filter=activityDateTime ge ${since}&$top=500`,
    );
    expect(new Set(entries.map((entry) => entry.initiatedBy.app?.displayName))).toEqual(new Set(['HR sync']));
    const deleted = entries.find((entry) => entry.activityDisplayName === 'Delete user');
    expect(deleted.targetResources[0].displayName).toBe('Alice Moreau');
    expect(deleted.activityDateTime).toBe('2026-11-21T06:12:09.000Z');
  });

  test('undeleting Alice brings back the latent memberships, not the emptied ones', async () => {
    const [alice] = await client.all('/directory/deletedItems/microsoft.graph.user');
    expect((await client.post(`/directory/deletedItems/${alice.id}/restore`)).status).toBe(200);
    expect(await groupsOf('Alice Moreau')).toEqual([
      'All staff',
      'Berlin office',
      'Payroll readers',
      'Project X',
    ]);
    expect((await user('Alice Moreau')).department).toBe('TBD');
    expect((await user('Alice Moreau')).assignedLicenses).toHaveLength(2);
  });

  test('the overview tells the page the same', () => {
    const { spotlight, users } = client.tenant.overview();
    expect(users.live).toBe(120);
    expect(spotlight.find((spot) => spot.name === 'Finance all')?.facts).toEqual(['0 members']);
    expect(spotlight.find((spot) => spot.name === 'Erik Sand')?.state).toBe('gone');
  });
});

test.each(['2026-03-30', '2026-11-08', '2027-01-03'])(
  'every event falls on its local wall time when today is %s (summer time changes in between)',
  async (today) => {
    const day = DateTime.fromISO(today, { zone });
    const other = await startTenant({
      population: 'story',
      at: day.minus({ days: 14 }).set({ hour: 1, minute: 30 }).toMillis(),
      today: day.set({ hour: 12 }).toJSDate(),
    });
    await other.clock.moveTo(day.set({ hour: 7, minute: 10 }).toJSDate());
    expect(await other.all("/users?$filter=department eq 'TBD'")).toHaveLength(0);
    await other.clock.moveTo(day.set({ hour: 7, minute: 14 }).toJSDate());
    expect(await other.all('/directory/deletedItems/microsoft.graph.user')).toHaveLength(1);
  },
);

test('the story is the same in every run: ids, names, memberships', async () => {
  const read = async (): Promise<string> => {
    const one = await startTenant({ population: 'story', at: at('2026-11-21', '09:50') });
    return JSON.stringify([await one.all('/users'), await one.all('/groups')]);
  };
  expect(await read()).toBe(await read());
});
