import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DateTime } from 'luxon';
import type { Person } from '../../../services/model/people.js';
import type { Plan, RestoreOptions } from '../../../services/model/plan.js';
import type { RestoreRequest } from '../../../services/model/restore.js';
import { givesOfPlan } from '../../../services/restore/plan.js';
import { startWorld, type World as Sandbox } from '../graph/sandbox-world.js';
import { rigOver, type Rig } from './sandbox-rig.js';
import { OPTIONS, ZONE } from './world.js';

/** STORY §3 as it is told, through the real adapter against the simulated tenant: backup of fifteen nights, then the morning's script. */
let sandbox: Sandbox;
let rig: Rig;

const person = async (name: string): Promise<Person> => {
  const [found] = await rig.service.candidates(rig.tenant, 'user', name);
  return { tenant: rig.tenant, objectId: found!.object.id, name };
};

beforeAll(async () => {
  sandbox = await startWorld(['--story']);
  rig = await rigOver(sandbox);
  const start = DateTime.fromJSDate(rig.clock.now(), { zone: ZONE });
  const today = start.startOf('day');
  const first =
    start <= today.set({ hour: 2 }) ? today.set({ hour: 2 }) : today.plus({ days: 1 }).set({ hour: 2 });
  for (let night = 0; night < 15; night += 1) {
    const at = first.plus({ days: night });
    if (rig.clock.now() < at.toJSDate()) await rig.advanceTo(at.toUTC().toISO()!);
    await rig.backup.run(rig.tenant, { trigger: 'schedule' });
  }
  await rig.advanceTo(first.plus({ days: 14 }).set({ hour: 9, minute: 50 }).toUTC().toISO()!);
}, 180_000);
afterAll(async () => {
  await sandbox?.close();
});

async function preview(
  name: string,
  seq: number,
  options: Partial<RestoreOptions> = {},
): Promise<{ request: RestoreRequest; plan: Plan }> {
  const [candidate] = await rig.service.candidates(rig.tenant, 'user', name);
  const header = await rig.history.snapshot(rig.tenant, seq);
  const requester = await person('Hanna Berg');
  const opened = await rig.service.open({
    requester,
    timeZone: ZONE,
    subjects: [candidate!.object],
    point: { seq, takenAt: header!.startedAt },
    options: { ...OPTIONS, ...options },
    reason: 'INC-20417',
  });
  return rig.service.preview(rig.tenant, opened.id, opened.rev, requester);
}

async function run({ request, plan }: { request: RestoreRequest; plan: Plan }): Promise<RestoreRequest> {
  let current = await rig.service.ask(rig.tenant, request.id, request.rev, request.requester, plan.hash);
  for (const name of ['Arun Patel', 'Mei Lin']) {
    if (current.state !== 'waiting') break;
    const { number } = current.approval!;
    current = await rig.service.approve(rig.tenant, current.id, await person(name), plan.hash, number);
  }
  await rig.jobs.drain();
  return (await rig.service.get(rig.tenant, request.id))!;
}

const names = (lines: readonly { object: { name: string } }[]): string[] =>
  lines.map(({ object }) => object.name).sort();

describe('the story over the simulated tenant', () => {
  test('[C1] alice is three people, the deleted one first', async () => {
    const found = await rig.service.candidates(rig.tenant, 'user', 'alice');
    expect(found.map(({ object, state }) => [object.name, state])).toEqual([
      ['Alice Moreau', 'softDeleted'],
      ['Alice Brandt', 'live'],
      ['Alice Chen', 'live'],
    ]);
  });

  test('the picker shows her distinct versions (STORY §3.2)', async () => {
    const [alice] = await rig.service.candidates(rig.tenant, 'user', 'alice moreau');
    const points = await rig.service.distinctPoints(rig.tenant, alice!.object);
    expect(points.slice(0, 2).map(({ point, until, what }) => [point.seq, until.seq, what])).toEqual([
      [15, 15, ['joined Project X']],
      [10, 14, ['joined Payroll readers']],
    ]);
  });

  test('[R6] [A9] the options and the preview are the ones of the story', async () => {
    const { request, plan } = await preview('Alice Moreau', 14);
    expect(plan.operations.map((op) => op.do)).toEqual(['undelete', 'update', 'link', 'link']);
    expect(plan.operations[1]).toMatchObject({
      changes: [{ property: 'department', before: 'TBD', after: 'Finance' }],
    });
    expect(names(plan.expected)).toEqual(['Berlin office', 'Payroll readers', 'Project X']);
    expect(names(plan.skips)).toEqual(['All staff', 'Sales list']);
    expect(givesOfPlan(plan)).toEqual(['a live account', 'access to "Payroll" through Payroll readers']);
    expect(plan).toMatchObject({ class: 'ordinary', needs: { approvers: 1 }, applyable: true });
    expect(await rig.service.outlook(rig.tenant, request.id)).toMatchObject({
      account: { how: 'undelete', properties: 1 },
      since: { deleted: true, linksGained: 1, linksLost: 3, propertiesChanged: 1 },
    });
  });

  test('[R16] [R18] Alice comes back, 7 of 7 lines hold, and the undo takes it back', async () => {
    const done = await run(await preview('Alice Moreau', 14));
    expect(done.result).toMatchObject({ linesHeld: 7, linesTotal: 7, differences: [] });
    expect(done.state).toBe('incomplete');
    const again = await preview('Alice Moreau', 14);
    expect(again.plan.operations).toEqual([]);
    const undone = await run(await rig.service.undo(rig.tenant, done.id, done.requester));
    expect(undone).toMatchObject({ state: 'done', result: { differences: [] } });
    const [alice] = await rig.service.candidates(rig.tenant, 'user', 'alice moreau');
    expect(alice!.state).toBe('softDeleted');
  }, 60_000);

  test('[R3] [R10] [P2] Erik is recreated, re-pointed, and his credential handed to his manager', async () => {
    const shown = await preview('Erik Sand', 12, { aspects: ['memberships', 'manager'] });
    expect(shown.plan.subjects).toMatchObject([{ before: 'gone', manager: { name: 'Tom Okafor' } }]);
    const done = await run(shown);
    expect(done.result).toMatchObject({ differences: [] });
    const [recreated] = done.result!.recreated;
    expect(recreated!.newId).not.toBe(recreated!.formerId);
    expect([...recreated!.repointed].sort()).toEqual(
      expect.arrayContaining(['Berlin office', 'Finance all']),
    );
    const offer = (await rig.handoff.ofRequest(rig.tenant, done.id))!;
    const tom = await person('Tom Okafor');
    await rig.handoff.assign(rig.tenant, offer.id, done.requester, tom, 'managerVouches');
    const { value } = await rig.handoff.reveal(rig.tenant, offer.id, tom);
    expect(value.length).toBeGreaterThanOrEqual(8);
    const again = await preview('Erik Sand', 12, { aspects: ['memberships', 'manager'] });
    expect(again.plan.operations).toEqual([]);
  }, 60_000);

  test('[P4] sessions of a live user are ended by a request of its own', async () => {
    const [chen] = await rig.service.candidates(rig.tenant, 'user', 'Alice Chen');
    const requester = await person('Hanna Berg');
    const opened = await rig.service.openCredential({
      requester,
      timeZone: ZONE,
      subject: chen!.object,
      action: 'revokeSessions',
      reason: 'x',
    });
    expect((await run(opened)).state).toBe('done');
  });

  test('the contract was kept by every request that this made', async () => {
    const contract = process.env['CONTRACT_DIR'] ?? '../shared';
    if (!existsSync(contract)) return console.warn(`SKIPPED: no contract data in ${contract} (CONTRACT_DIR)`);
    expect(await sandbox.control('GET', '/_sandbox/stats')).toMatchObject({ violations: [] });
  });
});
