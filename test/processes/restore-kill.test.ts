import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { visible } from '../harness/people.js';
import { KillRig, NEVER, type KillPoint } from './kill-rig.js';

const FULL = process.env['FULL_SWEEP'] === '1';
const GROUPS = ['Kill one', 'Kill two'];
/** One user a kill point, so that all of them share one tenant. */
const USERS = FULL ? 260 : 30;

const upn = (index: number): string => `kill${index}@contoso.example`;
const nameOf = (index: number): string => `Kill User${index}`;

let rig: KillRig;
let next = 0;

beforeAll(async () => {
  rig = await KillRig.open(join(tmpdir(), `rewind-kill-${process.pid}.json`));
  const { world } = rig;
  for (const displayName of GROUPS)
    await world.damage({
      do: 'createGroup',
      properties: {
        displayName,
        mailNickname: displayName.replace(' ', ''),
        securityEnabled: true,
        mailEnabled: false,
        groupTypes: [],
      },
    });
  for (let index = 0; index < USERS; index += 1)
    await world.damage(
      {
        do: 'createUser',
        properties: {
          displayName: nameOf(index),
          userPrincipalName: upn(index),
          mailNickname: `kill${index}`,
          accountEnabled: true,
          department: 'Finance',
          passwordProfile: { password: 'Nobody-knows-1' },
        },
      },
      ...GROUPS.map((group) => ({ do: 'addMember', group, member: upn(index) })),
    );
  await world.people.ask('Sofia Rossi', 'backup now', 'Backup of Contoso');
  await world.people.see('Sofia Rossi', {}, 'snapshot 2');
  for (let index = 0; index < USERS; index += 1)
    await world.damage(
      { do: 'patchUser', user: upn(index), set: { department: 'TBD' } },
      ...GROUPS.map((group) => ({ do: 'removeMember', group, member: upn(index) })),
      { do: 'deleteUser', user: upn(index) },
    );
}, 180_000);

afterAll(() => rig?.world.close());

/** The headline for one user, killed at `point` (or not), up to its end. */
async function restored(
  point: KillPoint,
): Promise<{ readonly user: number; readonly noted: readonly string[] }> {
  const user = next++;
  const { people, directory } = rig.world;
  const asked = await rig.terminal(`restore user ${upn(user)} from snapshot 2 with memberships`);
  expect([asked.code, asked.text]).toEqual([5, expect.stringContaining('waiting')]);
  const card = await people.see('Arun Patel', { in: 'personal' }, 'Hanna Berg asks', nameOf(user));
  rig.arm(point);
  await people.click('Arun Patel', card, 'Approve');
  if (point.nth > 0) expect(await rig.untilKilledThenAgain()).toBe('SIGKILL');
  await people.see('Arun Patel', { id: card.id }, 'is back');
  rig.disarm();
  expect(await directory.user(upn(user))).toMatchObject({ department: 'Finance', accountEnabled: true });
  expect(await directory.groupsOf(upn(user))).toEqual(GROUPS);
  return { user, noted: rig.noted() };
}

/** Nobody is there twice, and everybody's cards are. */
async function nothingTwice(user: number): Promise<void> {
  const { people } = rig.world;
  const about = (await people.sees('Arun Patel', { in: 'personal' })).filter((one) =>
    visible(one).includes(nameOf(user)),
  );
  expect(about.map((one) => visible(one).split('\n')[0])).toHaveLength(1);
  for (const group of GROUPS) {
    const members = (await rig.world.directory.membersOf(group)).filter((name) => name === nameOf(user));
    expect(members).toEqual([nameOf(user)]);
  }
  const again = await rig.terminal(`restore user ${upn(user)} from snapshot 2 with memberships`);
  expect(again.text).toContain('Nothing to restore');
}

describe('[R20] the service killed in the middle of a restore, and started again', () => {
  let steps = 0;
  let calls = 0;
  let writes = 0;

  test('a run that nobody kills, to know its writes', async () => {
    const { user, noted } = await restored(NEVER);
    await nothingTwice(user);
    steps = noted.filter((what) => what.startsWith('journal ')).length;
    calls = noted.filter((what) => /^(POST|PATCH|DELETE|PUT) /.test(what)).length;
    writes = noted.length;
    expect(steps).toBeGreaterThan(8);
    expect(calls).toBeGreaterThan(2);
  }, 60_000);

  test('at every step of the journal, and with every answer of Graph lost, it ends in the right state', async () => {
    const points: KillPoint[] = [];
    for (let nth = 1; nth <= steps; nth += 1)
      points.push({ on: 'db', match: '^journal ', nth, moment: 'before', signal: 'SIGKILL' });
    for (let nth = 1; nth <= calls; nth += 1)
      points.push({ on: 'graph', match: '', nth, moment: 'after', signal: 'SIGKILL' });
    // The order of the cards' writes varies between runs, so a late one may not come: those are left out.
    if (FULL)
      for (let nth = 1; nth <= writes - 6; nth += 1)
        points.push({ on: 'any', match: '', nth, moment: 'after', signal: 'SIGKILL' });
    for (const point of points) {
      const { user } = await restored(point).catch((cause: unknown) => {
        throw new Error(`killed ${JSON.stringify(point)}`, { cause });
      });
      await nothingTwice(user);
    }
  }, 900_000);

  test('the audit and the history verify, and Graph saw no wrong request', async () => {
    const { people } = rig.world;
    const report = await people.ask('Sofia Rossi', 'verify', 'Audit');
    expect(visible(report)).toContain('all holds');
    const findings = await rig.world.findings();
    expect(findings.graphViolations).toEqual([]);
    expect(findings.cardViolations).toEqual([]);
  });
});
