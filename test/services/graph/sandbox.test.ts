import { existsSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { catalog } from '../../../services/catalog/index.js';
import type {
  DeltaChange,
  DeltaPage,
  ObservedLink,
  ObservedObject,
  RiskFacts,
  WriteOutcome,
} from '../../../services/model/directory.js';
import type { JsonValue } from '../../../services/model/json.js';
import type { Person } from '../../../services/model/people.js';
import { startWorld, type World } from './sandbox-world.js';

/** The adapter against the simulated tenant over https, with tokens from msal-node: two independent readings of Graph. */
const contractDir = process.env['CONTRACT_DIR'] ?? '../shared';
const withContract = existsSync(contractDir) ? test : test.skip;
if (!existsSync(contractDir)) console.warn(`SKIPPED: no contract data in ${contractDir} (CONTRACT_DIR)`);

let world: World;
beforeAll(async () => {
  world = await startWorld(['--story']);
}, 120_000);
afterAll(async () => {
  await world?.close();
});

const tag = () => ({ clientRequestId: randomUUID() });
const read = <T>(method: string, ...args: readonly unknown[]): Promise<T> =>
  world.call('reader', method, ...args);
const write = (
  method: string,
  ...args: readonly unknown[]
): Promise<WriteOutcome & { created?: ObservedObject }> => world.call('writer', method, ...args, tag());
const objects = async (type: string): Promise<readonly ObservedObject[]> =>
  (await read<{ objects: ObservedObject[] }[]>('listObjects', type)).flatMap((page) => page.objects);
const named = async (type: string, name: string): Promise<ObservedObject> => {
  const found = (await objects(type)).find((object) => object.properties['displayName'] === name);
  if (!found) throw new Error(`no ${type} "${name}" in the demo tenant`);
  return found;
};
const changesSince = async (type: string, token: string): Promise<readonly DeltaChange[]> =>
  (await read<DeltaPage[]>('delta', type, token)).flatMap(({ changes }) => changes);

const newUser = (name: string, more: Record<string, JsonValue> = {}) => ({
  accountEnabled: true,
  displayName: name,
  mailNickname: name.replace(/\W/g, ''),
  userPrincipalName: `${name.replace(/\s/g, '.')}@contoso.example`,
  ...more,
});
const makeUser = async (name: string, more: Record<string, JsonValue> = {}): Promise<ObservedObject> => {
  const made = await write('create', 'user', newUser(name, more), { password: `S3same!${randomUUID()}` });
  expect(made.outcome).toBe('done');
  return made.created as ObservedObject;
};
const makeGroup = async (name: string): Promise<ObservedObject> => {
  const body = catalog.type('group').createBody({
    displayName: name,
    mailNickname: name,
    mailEnabled: false,
    securityEnabled: true,
    groupTypes: [],
  });
  const made = await write('create', 'group', body, {});
  expect(made.outcome).toBe('done');
  return made.created as ObservedObject;
};

describe('reading the demo tenant', () => {
  test('[T2] our token says what was granted', async () => {
    const { granted, disabled } = await world.call<{ granted: string[]; disabled: { name: string }[] }>(
      'directory',
      'permissions',
    );
    expect(granted).toContain('User.Read.All');
    expect(disabled.map(({ name }) => name)).toEqual([]);
  });

  test.each(catalog.types.map(({ name }) => name))(
    '[B1] [B2] a list names every property of every %s',
    async (type) => {
      const all = await objects(type);
      expect(all).toHaveLength(await read<number>('countObjects', type));
      const { select } = catalog.type(type).graph;
      for (const object of all) expect(Object.keys(object.properties).sort()).toEqual([...select].sort());
    },
  );

  test.each(catalog.types.map(({ name }) => name))(
    'a %s reads the same in a list, by id and in a batch',
    async (type) => {
      const [first] = await objects(type);
      expect(await read('getObject', type, first?.id)).toEqual(first);
      expect(await read('getObjects', type, [first?.id])).toEqual({ [first?.id as string]: first });
    },
  );

  test('members by batch are those by page, and those that users say they are in', async () => {
    const office = await named('group', 'Berlin office');
    const alice = await named('user', 'Alice Moreau');
    const byPage = (await read<ObservedLink[][]>('listLinks', 'member', office.id)).flat();
    const [byBatch] = await read<{ links: ObservedLink[] }[]>('listLinksOf', 'member', [office.id]);
    expect(byBatch?.links).toEqual(byPage);
    expect(byPage.map(({ target }) => target)).toContain(alice.id);
    const groups = await read<ObservedLink[]>('listLinksTo', 'member', alice.id);
    expect(groups.map(({ source }) => source)).toContain(office.id);
  });

  test('the manager rides along with the list', async () => {
    const pages = await read<{ links: ObservedLink[] }[]>('listObjects', 'user');
    const links = pages.flatMap((page) => page.links);
    const [alice, tom] = [await named('user', 'Alice Moreau'), await named('user', 'Tom Okafor')];
    expect(links).toContainEqual(
      expect.objectContaining({ kind: 'manager', source: alice.id, target: tom.id }),
    );
    const [alone] = await read<ObservedLink[][]>('listLinks', 'manager', alice.id);
    expect(alone?.map(({ target }) => target)).toEqual([tom.id]);
  });

  test('[F1] "alice" finds the three of them, live', async () => {
    const found = await read<ObservedObject[]>('search', 'user', 'alice', 10);
    expect(found.map(({ properties }) => properties['displayName']).sort()).toEqual([
      'Alice Brandt',
      'Alice Chen',
      'Alice Moreau',
    ]);
  });

  test('[A9] Payroll readers gives the application Payroll', async () => {
    const payroll = await named('group', 'Payroll readers');
    const alice = await named('user', 'Alice Moreau');
    const facts = await read<RiskFacts>('readRisk', { users: [alice.id], groups: [payroll.id] });
    expect(facts.applicationsByGroup).toEqual({ [payroll.id]: ['Payroll'] });
    expect(facts.rolesByPrincipal).toEqual({});
    expect(facts.policiesByGroup).not.toBeNull();
  });

  test('[P2] tells whether a pass may be had', async () => {
    const alice = await named('user', 'Alice Moreau');
    expect(await read('passPolicy', alice.id)).toMatchObject({ lifetimeInMinutes: expect.any(Number) });
  });

  test('[A5] knows the approvers by their group', async () => {
    const people = await world.call<Person[]>('roles', 'peopleWith', world.ready.tenantId, 'approver');
    expect(people.map(({ name }) => name).sort()).toEqual(['Arun Patel', 'Mei Lin']);
    const [arun] = people;
    expect(await world.call('roles', 'rolesOf', arun)).toEqual(['approver']);
  });
});

describe('delta', () => {
  test('[B10] what delta tells of a new user, over an empty body, is what a full read tells', async () => {
    const token = await read<string>('latestDeltaToken', 'user');
    const made = await makeUser('Delta One', { department: 'Finance', otherMails: ['d@home.example'] });
    const seen = (await changesSince('user', token)).find(
      (change) => change.change === 'seen' && change.object.id === made.id,
    );
    if (seen?.change !== 'seen') throw new Error('the new user is not in the delta');
    const full = await read<ObservedObject>('getObject', 'user', made.id);
    expect({ ...catalog.emptyBody('user'), ...seen.object.properties }).toEqual(full.properties);
  });

  test('tells changes, links, deletion, return and purge', async () => {
    const user = await makeUser('Delta Two');
    const group = await makeGroup('delta-two');
    let users = await read<string>('latestDeltaToken', 'user');
    let groups = await read<string>('latestDeltaToken', 'group');
    const next = async (): Promise<readonly DeltaChange[]> => {
      const pages = [
        ...(await read<DeltaPage[]>('delta', 'user', users)),
        ...(await read<DeltaPage[]>('delta', 'group', groups)),
      ];
      const tokens = pages.flatMap(({ nextToken }) => (nextToken ? [nextToken] : []));
      [users = users, groups = groups] = tokens;
      return pages.flatMap(({ changes }) => changes);
    };
    await write('link', 'member', group.id, [user.id]);
    expect(await next()).toContainEqual({
      change: 'linked',
      link: { kind: 'member', source: group.id, target: user.id, targetType: 'user' },
    });
    await write('unlink', 'member', group.id, user.id);
    expect(await next()).toContainEqual(expect.objectContaining({ change: 'unlinked' }));
    await write('update', 'user', user.id, { department: 'TBD' });
    expect(await next()).toContainEqual(
      expect.objectContaining({
        change: 'seen',
        object: expect.objectContaining({ properties: expect.objectContaining({ department: 'TBD' }) }),
      }),
    );
    await write('remove', 'user', user.id);
    expect(await next()).toContainEqual({ change: 'softDeleted', type: 'user', id: user.id });
    await write('undelete', 'user', user.id, {});
    expect(await next()).toContainEqual(
      expect.objectContaining({ change: 'seen', object: expect.objectContaining({ id: user.id }) }),
    );
    expect((await next()).filter((change) => change.change !== 'seen')).toEqual([]);
  });

  test('[B10] a token that is over a week old is expired, said so', async () => {
    const token = await read<string>('latestDeltaToken', 'user');
    await world.control('POST', '/_sandbox/advance', { by: '8d' });
    await expect(read('delta', 'user', token)).rejects.toMatchObject({ code: 'DELTA_EXPIRED' });
  }, 60_000);
});

describe('writing', () => {
  test.each(["Liam O'Hara", 'Ext#Guest', 'Zoë $pecial'])(
    '[R11] %s is found again by the UPN at once',
    async (name) => {
      const made = await makeUser(name, {
        userPrincipalName: `${name.replace(/[ ë]/g, '')}@contoso.example`,
      });
      const full = await read<ObservedObject>('getObject', 'user', made.id);
      const found = await read<ObservedObject[]>(
        'findByKey',
        'user',
        'userPrincipalName',
        full.properties['userPrincipalName'],
      );
      expect(found.map(({ id }) => id)).toEqual([made.id]);
    },
  );

  test('[R14] a UPN that is taken is named', async () => {
    await makeUser('Taken One');
    const again = await write('create', 'user', newUser('Taken One'), { password: `S3same!${randomUUID()}` });
    expect(again).toMatchObject({ outcome: 'refused', conflictOn: 'userPrincipalName' });
  });

  test('[R3] deletes, reads from the bin with the UPN that was, undeletes with the same id', async () => {
    const user = await makeUser('Bin One', { department: 'Finance' });
    expect(await write('remove', 'user', user.id)).toMatchObject({ outcome: 'done' });
    expect(await read('getObject', 'user', user.id)).toBeNull();
    const binned = await read<ObservedObject>('getDeleted', 'user', user.id);
    expect(binned).toMatchObject({
      state: 'softDeleted',
      deletedAt: expect.any(String),
      properties: { userPrincipalName: 'Bin.One@contoso.example', department: 'Finance' },
    });
    const listed = (await read<{ objects: ObservedObject[] }[]>('listDeleted', 'user')).flatMap(
      (page) => page.objects,
    );
    expect(listed).toContainEqual(binned);
    expect(await write('undelete', 'user', user.id, {})).toMatchObject({ outcome: 'done' });
    expect(await write('undelete', 'user', user.id, {})).toMatchObject({ outcome: 'already' });
    expect(await read('getObject', 'user', user.id)).toMatchObject({ id: user.id, state: 'live' });
  });

  test('[R14] undeletes under another UPN when its own is taken', async () => {
    const user = await makeUser('Bin Two');
    await write('remove', 'user', user.id);
    await makeUser('Bin Two');
    expect(await write('undelete', 'user', user.id, {})).toMatchObject({
      outcome: 'refused',
      conflictOn: 'userPrincipalName',
    });
    const newUserPrincipalName = 'bin.two.again@contoso.example';
    expect(await write('undelete', 'user', user.id, { newUserPrincipalName })).toMatchObject({
      outcome: 'done',
    });
    expect(await read('getObject', 'user', user.id)).toMatchObject({
      properties: { userPrincipalName: newUserPrincipalName },
    });
  });

  test('[R12] a recreated user has what the version had, and clearing clears', async () => {
    const type = catalog.type('user');
    const alice = await read<ObservedObject>('getObject', 'user', (await named('user', 'Alice Moreau')).id);
    const body = {
      ...type.createBody(alice.properties),
      userPrincipalName: 'alice.copy@contoso.example',
      mailNickname: 'alicecopy',
    };
    const { mail: _mail, ...withoutMail } = body as Record<string, JsonValue>;
    const made = await write('create', 'user', withoutMail, { password: `S3same!${randomUUID()}` });
    expect(made.outcome).toBe('done');
    const copy = await read<ObservedObject>('getObject', 'user', made.created?.id);
    for (const property of [
      'displayName',
      'department',
      'officeLocation',
      'usageLocation',
      'onPremisesExtensionAttributes',
    ])
      expect([property, copy.properties[property]]).toEqual([property, alice.properties[property]]);
    await write('update', 'user', copy.id, { department: null, businessPhones: [], otherMails: [] });
    expect(await read('getObject', 'user', copy.id)).toMatchObject({
      properties: { department: null, businessPhones: [], otherMails: [] },
    });
  });

  test('[R21] [R11] binds 25 members; a second time nothing changes; removal is by reference', async () => {
    const group = await makeGroup('bind-25');
    const users = (await objects('user')).slice(0, 25).map(({ id }) => id);
    const outcomes = (await write('link', 'member', group.id, users)) as unknown as WriteOutcome[];
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['done']));
    const again = (await write('link', 'member', group.id, users)) as unknown as WriteOutcome[];
    expect(new Set(again.map(({ outcome }) => outcome))).toEqual(new Set(['already']));
    expect((await read<ObservedLink[][]>('listLinks', 'member', group.id)).flat()).toHaveLength(25);
    expect(await write('unlink', 'member', group.id, users[0])).toMatchObject({ outcome: 'done' });
    expect(await write('unlink', 'member', group.id, users[0])).toMatchObject({ outcome: 'already' });
    expect(await read('getObject', 'user', users[0])).toMatchObject({ state: 'live' });
  });

  test('owners and managers', async () => {
    const group = await makeGroup('owned');
    const [boss, worker] = [await makeUser('Boss One'), await makeUser('Worker One')];
    expect(await write('link', 'owner', group.id, [boss.id])).toMatchObject([{ outcome: 'done' }]);
    expect(await write('link', 'owner', group.id, [boss.id])).toMatchObject([{ outcome: 'already' }]);
    expect(await read<ObservedLink[]>('listLinksTo', 'owner', boss.id)).toMatchObject([{ source: group.id }]);
    expect(await write('link', 'manager', worker.id, [boss.id])).toMatchObject([{ outcome: 'done' }]);
    expect(await read<ObservedLink[]>('listLinksTo', 'manager', boss.id)).toMatchObject([
      { source: worker.id },
    ]);
    expect(await write('unlink', 'manager', worker.id, boss.id)).toMatchObject({ outcome: 'done' });
    expect(await write('unlink', 'manager', worker.id, boss.id)).toMatchObject({ outcome: 'already' });
  });

  test.each(['Sales list', 'All staff'])(
    '[R16] members of "%s" are refused by Graph, as the catalogue foretold',
    async (name) => {
      const group = await named('group', name);
      expect(catalog.link('member').obstacle(group.properties, null)).not.toBeNull();
      const user = await makeUser(`Refused ${name.replace(' ', '')}`);
      expect(await write('link', 'member', group.id, [user.id])).toMatchObject([{ outcome: 'refused' }]);
    },
  );

  test('[P2] [P4] password, sessions, and a pass that is shown once', async () => {
    const user = await makeUser('Pass One');
    expect(await write('setPassword', user.id, `S3same!${randomUUID()}`)).toMatchObject({ outcome: 'done' });
    expect(await write('revokeSessions', user.id)).toMatchObject({ outcome: 'done' });
    const first = await write('createPass', user.id, { lifetimeInMinutes: 60, once: true });
    expect(first).toMatchObject({ outcome: 'done', pass: expect.any(String) });
    const second = await write('createPass', user.id, { lifetimeInMinutes: 60, once: true });
    expect(second).toMatchObject({ outcome: 'done', pass: expect.any(String) });
  });
});

describe('afterwards', () => {
  withContract('[R21] nothing we sent broke the published description', async () => {
    const stats = (await world.control('GET', '/_sandbox/stats')) as { violations: unknown[] };
    expect(stats.violations).toEqual([]);
  });
});
