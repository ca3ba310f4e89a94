import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock, startOfTests, startTenant, type Body, type Client } from './harness.js';

const domain = 'northwind.example';
const restorer = [
  'Directory.Read.All',
  'User.ReadWrite.All',
  'Group.ReadWrite.All',
  'GroupMember.ReadWrite.All',
  'Directory.ReadWrite.All',
];

/** One write, valid or not; users and groups are picked by number among all that ever were. */
type Step =
  | { do: 'createUser'; name: number }
  | { do: 'createGroup'; kind: number }
  | { do: 'rename'; user: number; name: number }
  | { do: 'patch'; user: number; value: string | null }
  | { do: 'deleteUser' | 'restore' | 'purge'; user: number }
  | { do: 'deleteGroup' | 'restoreGroup'; group: number }
  | { do: 'link' | 'unlink'; group: number; user: number }
  | { do: 'bind'; group: number; users: number[] }
  | { do: 'manager'; user: number; manager: number }
  | { do: 'owner'; group: number; user: number }
  | { do: 'wait'; days: number };

const small = fc.nat({ max: 40 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('createUser' as const), name: fc.nat({ max: 6 }) }),
  fc.record({ do: fc.constant('createGroup' as const), kind: fc.nat({ max: 2 }) }),
  fc.record({ do: fc.constant('rename' as const), user: small, name: fc.nat({ max: 6 }) }),
  fc.record({
    do: fc.constant('patch' as const),
    user: small,
    value: fc.option(fc.string({ maxLength: 70 })),
  }),
  fc.record({
    do: fc.constantFrom('deleteUser' as const, 'restore' as const, 'purge' as const),
    user: small,
  }),
  fc.record({ do: fc.constantFrom('deleteGroup' as const, 'restoreGroup' as const), group: small }),
  fc.record({ do: fc.constantFrom('link' as const, 'unlink' as const), group: small, user: small }),
  fc.record({ do: fc.constant('bind' as const), group: small, users: fc.array(small, { maxLength: 22 }) }),
  fc.record({ do: fc.constant('manager' as const), user: small, manager: small }),
  fc.record({ do: fc.constant('owner' as const), group: small, user: small }),
  fc.record({ do: fc.constant('wait' as const), days: fc.nat({ max: 3 }) }),
);

class Walk {
  readonly users: string[];
  readonly groups: string[];

  private constructor(
    readonly client: Client,
    users: string[],
    groups: string[],
  ) {
    this.users = users;
    this.groups = groups;
  }

  static async start(options: Parameters<typeof startTenant>[0] = {}): Promise<Walk> {
    const client = await startTenant({ population: { users: 8, groups: 6, seed: 3 }, ...options });
    client.permissions = restorer;
    await client.tenant.damage({ do: 'switch', name: 'deltaPageObjects', value: 3 });
    await client.tenant.damage({ do: 'switch', name: 'deltaPageLinks', value: 4 });
    await client.tenant.damage({ do: 'switch', name: 'deltaEmptyPageEvery', value: 3 });
    const ids = (items: Body[]): string[] => items.map((item) => item.id);
    return new Walk(client, ids(await client.all('/users')), ids(await client.all('/groups')));
  }

  /** @returns status of the answer; 5xx never happens */
  async run(one: Step): Promise<number> {
    const { client } = this;
    const user = (n: number): string => this.users[n % this.users.length] as string;
    const group = (n: number): string => this.groups[n % this.groups.length] as string;
    const ref = (id: string) => ({ '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}` });
    switch (one.do) {
      case 'createUser': {
        const reply = await client.post('/users', {
          accountEnabled: true,
          displayName: `New ${one.name}`,
          mailNickname: `new${one.name}`,
          userPrincipalName: `new${one.name}@${domain}`,
          passwordProfile: { password: 'Correct-Horse-1' },
        });
        if (reply.status === 201) this.users.push(reply.body.id);
        return reply.status;
      }
      case 'createGroup': {
        const unified = one.kind === 1;
        const reply = await client.post('/groups', {
          displayName: `G${this.groups.length}`,
          mailNickname: `g${one.kind}`,
          mailEnabled: unified,
          securityEnabled: !unified,
          groupTypes: unified ? ['Unified'] : one.kind === 2 ? ['DynamicMembership'] : [],
          ...(one.kind === 2
            ? { membershipRule: '(user.department -eq "X")', membershipRuleProcessingState: 'On' }
            : {}),
        });
        if (reply.status === 201) this.groups.push(reply.body.id);
        return reply.status;
      }
      case 'rename':
        return (
          await client.patch(`/users/${user(one.user)}`, { userPrincipalName: `new${one.name}@${domain}` })
        ).status;
      case 'patch':
        return (await client.patch(`/users/${user(one.user)}`, { department: one.value })).status;
      case 'deleteUser':
        return (await client.delete(`/users/${user(one.user)}`)).status;
      case 'restore':
        return (await client.post(`/directory/deletedItems/${user(one.user)}/restore`)).status;
      case 'purge':
        return (await client.delete(`/directory/deletedItems/${user(one.user)}`)).status;
      case 'deleteGroup':
        return (await client.delete(`/groups/${group(one.group)}`)).status;
      case 'restoreGroup':
        return (await client.post(`/directory/deletedItems/${group(one.group)}/restore`)).status;
      case 'link':
        return (await client.post(`/groups/${group(one.group)}/members/$ref`, ref(user(one.user)))).status;
      case 'unlink':
        return (await client.delete(`/groups/${group(one.group)}/members/${user(one.user)}/$ref`)).status;
      case 'owner':
        return (await client.post(`/groups/${group(one.group)}/owners/$ref`, ref(user(one.user)))).status;
      case 'bind':
        return (
          await client.patch(`/groups/${group(one.group)}`, {
            'members@odata.bind': one.users.map((n) => ref(user(n))['@odata.id']),
          })
        ).status;
      case 'manager':
        return (await client.put(`/users/${user(one.user)}/manager/$ref`, ref(user(one.manager)))).status;
      case 'wait':
        await client.clock.advance(one.days * 24 * 3600 * 1000);
        return 200;
    }
  }
}

interface Picture {
  readonly users: Record<string, { department: string | null; manager: string | null }>;
  readonly groups: Record<string, { name: string; members: string[]; owners: string[] }>;
}

/** The tenant as full reads tell it. */
async function fullRead(client: Client): Promise<Picture> {
  const users = await client.all('/users?$select=id,department&$expand=manager($select=id)');
  const groups = await client.all('/groups?$select=id,displayName');
  const picture: Picture = { users: {}, groups: {} };
  for (const user of users)
    picture.users[user.id] = { department: user.department, manager: user.manager?.id ?? null };
  for (const group of groups) {
    const ids = async (list: string): Promise<string[]> =>
      (await client.all(`/groups/${group.id}/${list}?$select=id`)).map((item) => item.id).sort();
    picture.groups[group.id] = {
      name: group.displayName,
      members: await ids('members'),
      owners: await ids('owners'),
    };
  }
  return picture;
}

/** A consumer of delta that merges by id, as FACTS §11 asks. Links of deleted objects are kept, and shown when both ends live. */
class Replica {
  private readonly users = new Map<string, { department: string | null }>();
  private readonly groups = new Map<string, string>();
  private readonly links = new Map<string, Set<string>>();
  private userLink = '/users/delta?$select=department,manager';
  private groupLink = '/groups/delta?$select=displayName,members,owners';

  constructor(private readonly client: Client) {}

  async pull(): Promise<void> {
    const users = await this.client.delta(this.userLink);
    const groups = await this.client.delta(this.groupLink);
    this.userLink = users.link;
    this.groupLink = groups.link;
    for (const item of users.items)
      this.take(
        item,
        () =>
          this.users.set(item.id, {
            department:
              item.department ??
              (item.department === null ? null : (this.users.get(item.id)?.department ?? null)),
          }),
        this.users,
        ['manager'],
      );
    for (const item of groups.items)
      this.take(
        item,
        () => this.groups.set(item.id, item.displayName ?? this.groups.get(item.id) ?? ''),
        this.groups,
        ['members', 'owners'],
      );
  }

  private take(item: Body, seen: () => void, map: Map<string, unknown>, links: string[]): void {
    if (item['@removed']) {
      map.delete(item.id);
      if (item['@removed'].reason === 'deleted')
        for (const [key, set] of this.links) if (key.endsWith(item.id)) set.clear();
      return;
    }
    seen();
    for (const name of links)
      for (const link of item[`${name}@delta`] ?? []) {
        const key = `${name}:${item.id}`;
        if (!this.links.has(key)) this.links.set(key, new Set());
        if (link['@removed']) this.links.get(key)?.delete(link.id);
        else this.links.get(key)?.add(link.id);
      }
  }

  picture(): Picture {
    const live = (id: string): boolean => this.users.has(id) || this.groups.has(id);
    const targets = (name: string, id: string): string[] =>
      [...(this.links.get(`${name}:${id}`) ?? [])].filter(live).sort();
    const picture: Picture = { users: {}, groups: {} };
    for (const [id, { department }] of this.users)
      picture.users[id] = { department, manager: targets('manager', id)[0] ?? null };
    for (const [id, name] of this.groups)
      picture.groups[id] = { name, members: targets('members', id), owners: targets('owners', id) };
    return picture;
  }
}

/** What must hold whatever was written. */
async function checkInvariants(client: Client): Promise<void> {
  const users = await client.all('/users?$select=id,userPrincipalName,department');
  const names = users.map((user) => user.userPrincipalName.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  const live = new Set([...users, ...(await client.all('/groups'))].map((item) => item.id));
  const binned = await client.all('/directory/deletedItems/microsoft.graph.user?$select=id');
  for (const item of binned) expect(live.has(item.id)).toBe(false);
  const picture = await fullRead(client);
  for (const group of Object.values(picture.groups))
    for (const id of [...group.members, ...group.owners]) expect(live.has(id)).toBe(true);
  for (const user of Object.values(picture.users))
    if (user.manager) expect(live.has(user.manager)).toBe(true);
  for (const user of users) expect((user.department ?? '').length).toBeLessThanOrEqual(64);
}

describe('whatever is written', () => {
  test('names stay unique, no link dangles, every answer is a 2xx or a 4xx', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const walk = await Walk.start();
        for (const one of steps) {
          const status = await walk.run(one);
          expect([200, 201, 204, 400, 403, 404]).toContain(status);
        }
        await checkInvariants(walk.client);
      }),
      { numRuns: 40, seed: 11 },
    );
  });

  test('a replica fed by delta arrives at the full read, wherever its tokens were taken', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(step, fc.boolean()), { minLength: 5, maxLength: 30 }),
        async (steps) => {
          const walk = await Walk.start();
          const replica = new Replica(walk.client);
          await replica.pull();
          for (const [one, pull] of steps) {
            await walk.run(one);
            if (pull) await replica.pull();
          }
          await replica.pull();
          expect(replica.picture()).toEqual(await fullRead(walk.client));
        },
      ),
      { numRuns: 60, seed: 5 },
    );
  });

  test('a restart from the folder gives the same tenant, and its delta tokens go on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 20 }), fc.boolean(), async (steps, torn) => {
        const dataDir = mkdtempSync(join(tmpdir(), 'graph-'));
        try {
          const clock = new FakeClock(startOfTests);
          const walk = await Walk.start({ dataDir, clock });
          const link = (await walk.client.get('/users/delta?$deltatoken=latest&$select=department')).body[
            '@odata.deltaLink'
          ];
          for (const one of steps) await walk.run(one);
          const before = await fullRead(walk.client);
          const changes = await walk.client.delta(link);
          await walk.client.tenant.close();
          if (torn) appendFileSync(join(dataDir, 'journal.ndjson'), '{"at":1,"ops":[{"op":"purge"');
          const again = await startTenant({ dataDir, clock, population: { users: 1, groups: 1, seed: 9 } });
          again.permissions = restorer;
          expect(await fullRead(again)).toEqual(before);
          expect((await again.delta(link)).items).toEqual(changes.items);
          await again.tenant.close();
        } finally {
          rmSync(dataDir, { recursive: true, force: true });
        }
      }),
      { numRuns: 15, seed: 2 },
    );
  });
});

test('a seeded tenant is the same in every run and has the shape asked for', async () => {
  const read = async (): Promise<string> => {
    const client = await startTenant({ population: { users: 300, groups: 40, seed: 7 } });
    return JSON.stringify([await client.all('/users'), await client.all('/groups')]);
  };
  expect(await read()).toBe(await read());
  const client = await startTenant({ population: { users: 300, groups: 40, seed: 7 } });
  expect(await client.all('/users')).toHaveLength(300);
  const { items } = await client.delta('/groups/delta?$select=displayName,members');
  const links = items.flatMap((item) => item['members@delta'] ?? []).length;
  expect(links).toBeGreaterThan(2000);
});

test('what no directory would have as an id is refused before it is stored', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'graph-'));
  try {
    const client = await startTenant({ dataDir });
    client.permissions = restorer;
    const before = await fullRead(client);
    const seeded = { '@odata.type': '#microsoft.graph.group', id: 'a"b', displayName: 'Odd' };
    expect(() => client.tenant.damage({ do: 'seed', object: seeded })).toThrow(/must be a GUID/);
    const properties = { id: 'a"b', displayName: 'Odd', userPrincipalName: `odd@${domain}` };
    expect(() => client.tenant.damage({ do: 'createUser', properties })).toThrow(/must be a GUID/);
    await client.tenant.close();
    const again = await startTenant({ dataDir });
    again.permissions = restorer;
    expect(await fullRead(again)).toEqual(before);
    await again.tenant.close();
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test('a tenant kept by another version is not played on this one: it says what to do, and the folder stays as it was', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'graph-'));
  try {
    await (await startTenant({ dataDir })).tenant.close();
    const file = join(dataDir, 'journal.ndjson');
    const older = readFileSync(file, 'utf8').replace(/"format":\d+/, '"format":1');
    writeFileSync(file, older);
    await expect(startTenant({ dataDir })).rejects.toThrow(/another version of the sandbox.*--fresh/);
    expect(readFileSync(file, 'utf8')).toBe(older);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
