import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SnapshotHeader } from '../../services/model/history.js';
import type { JournalEntry, RestoreRequest } from '../../services/model/restore.js';
import { JOURNAL, REQUESTS } from '../../services/restore/records.js';
import { verifyTenant } from '../../services/snapshots/verify.js';
import { newGroup, newUser } from '../harness/newcomers.js';
import { visible } from '../harness/people.js';
import { NEVER, type KillPoint } from './kill-rig.js';
import { TakeOverRig, until } from './take-over-rig.js';

const FULL = process.env['FULL_SWEEP'] === '1';
const HISTORY = '^(versions|links|snapshots|history_heads) ';
const GROUPS = ['Pause one', 'Pause two'];
/** One user a point of the restore, so that all of them share one tenant. */
const USERS = 30;

const upn = (index: number): string => `pause${index}@contoso.example`;
const nameOf = (index: number): string => `Pause User${index}`;

let rig: TakeOverRig;
let round = 0;

beforeAll(async () => {
  rig = await TakeOverRig.open();
}, 120_000);
afterAll(() => rig?.close(), 60_000);

async function newest(): Promise<SnapshotHeader> {
  const header = await rig.history.newestSnapshot(rig.tenant);
  if (!header) throw new Error('there is no snapshot');
  return header;
}

async function backUp(): Promise<SnapshotHeader> {
  const { seq } = await newest();
  await rig.a.world.people.say('Sofia Rossi', 'backup now');
  await until('the backup is done', async () => (await newest()).seq > seq);
  return newest();
}

async function verified(): Promise<void> {
  const report = await verifyTenant({ history: rig.history, clock: rig.clock }, rig.tenant);
  expect(report.broken).toEqual([]);
}

/** Everything of the history that anybody may have read: the facts, and every published header. */
async function published(): Promise<unknown> {
  const { db } = rig.store;
  const all = (name: string, filter = {}) =>
    db
      .collection(name)
      .find(filter, { sort: { _id: 1 } })
      .toArray();
  return {
    versions: await all('versions'),
    links: await all('links'),
    snapshots: await all('snapshots', { published: true }),
  };
}

/** Since the line `from` of A's log. */
const logged = (from: number, ...texts: readonly string[]): boolean =>
  rig.a.world.log.slice(from).some((line) => texts.every((text) => line.includes(text)));

describe('[B11] an instance that stood still in a backup while another took over', () => {
  /** Changes of several kinds for the next increment to find. */
  async function change(): Promise<void> {
    round += 1;
    const user = `round${round}@contoso.example`;
    await rig.a.world.damage(
      newUser(`Round ${round}`, user),
      { do: 'addMember', group: 'Finance leads', member: user },
      ...(round > 1 ? [{ do: 'deleteUser', user: `round${round - 1}@contoso.example` }] : []),
    );
  }

  test('changes nothing that was published since, at whatever write it wakes up', async () => {
    await change();
    rig.arm({ ...NEVER, on: 'db', match: HISTORY });
    await backUp();
    rig.a.disarm();
    const writes = rig.a.noted().length;
    expect(writes).toBeGreaterThan(3);

    const some = [1, 2, Math.ceil(writes / 2), writes - 1, writes];
    const points = FULL ? Array.from({ length: writes }, (_, index) => index + 1) : some;
    for (const nth of new Set(points)) {
      const before = await newest();
      await change();
      const from = rig.a.world.log.length;
      rig.arm({ on: 'db', match: HISTORY, nth, moment: 'before', signal: 'SIGSTOP' });
      await rig.a.world.people.say('Sofia Rossi', 'backup now');
      await rig.untilStopped();

      let taken: unknown;
      await rig.takeOver(async () => {
        await until('B has taken the backup', async () => (await newest()).seq > before.seq);
        await verified();
        taken = await published();
        rig.wakeA();
        await until('A has given up', () => logged(from, 'LEASE_LOST', 'backup did not finish'));
      });
      expect([nth, await published()]).toEqual([nth, taken]);
      expect(logged(from, 'backup done')).toBe(false);
      await verified();

      await rig.a.world.advance('3m');
      const byB = await newest();
      await change();
      const byA = await backUp();
      expect(byA).toMatchObject({ status: 'complete', previous: byB.seq });
      expect(byA.seq).toBeGreaterThan(byB.seq);
      await verified();
    }
  }, 600_000);
});

describe('[R20] an instance that stood still in a restore while another took over', () => {
  let next = 0;
  let calls = 0;
  let steps = 0;
  let audits = 0;
  let requests = 0;
  let point = 0;

  beforeAll(async () => {
    const { world } = rig.a;
    for (const displayName of GROUPS) await world.damage(newGroup(displayName));
    for (let index = 0; index < USERS; index += 1)
      await world.damage(
        newUser(nameOf(index), upn(index)),
        ...GROUPS.map((group) => ({ do: 'addMember', group, member: upn(index) })),
      );
    point = (await backUp()).seq;
    for (let index = 0; index < USERS; index += 1)
      await world.damage(
        { do: 'patchUser', user: upn(index), set: { department: 'TBD' } },
        ...GROUPS.map((group) => ({ do: 'removeMember', group, member: upn(index) })),
        { do: 'deleteUser', user: upn(index) },
      );
  }, 180_000);

  /** The newest request about this user, as it is stored. */
  async function requestOf(user: number): Promise<RestoreRequest> {
    const all = await rig.records.collection<RestoreRequest>(REQUESTS).find(rig.tenant, {});
    const found = all.filter(({ subjects }) => JSON.stringify(subjects).includes(nameOf(user)));
    expect(found).toHaveLength(1);
    return found[0]!;
  }

  /** What the audit tells of a request, in order: kinds, and for writes which. */
  async function told(request: RestoreRequest): Promise<string[]> {
    const entries = await rig.audit.list(rig.tenant, { requestId: request.id, limit: 500 });
    return entries
      .map(({ kind, details }) => [kind, details['operation'], details['outcome']].filter(Boolean).join(' '))
      .reverse();
  }

  /** The headline for one user; A stands still at `at` (or not), B ends the run, A wakes up. @returns the writes that Graph got */
  async function restored(at: KillPoint): Promise<{ readonly user: number; readonly writes: number }> {
    const user = next++;
    const { people, directory, log } = rig.a.world;
    const from = log.length;
    const asked = await rig.a.terminal(`restore user ${upn(user)} from snapshot ${point} with memberships`);
    expect([asked.code, asked.text]).toEqual([5, expect.stringContaining('waiting')]);
    const card = await people.see('Arun Patel', { in: 'personal' }, 'Hanna Berg asks', nameOf(user));
    const before = await rig.a.world.writes();
    rig.arm(at);
    await people.click('Arun Patel', card, 'Approve');
    if (at.nth > 0) {
      await rig.untilStopped();
      await rig.takeOver(async () => {
        await until('B has ended the run', async () => (await requestOf(user)).state === 'done');
        await people.see('Arun Patel', { id: card.id }, 'is back');
        rig.wakeA();
        // Its job is over when the queue has let go of it.
        await until('A is through', async () => {
          const job = await rig.store.db.collection('jobs').findOne({ name: 'restore.run' });
          return job === null && rig.a.stateOfService().startsWith('S');
        });
        await rig.a.terminal('status');
      });
      await rig.a.world.advance('3m');
    }
    await people.see('Arun Patel', { id: card.id }, 'is back');
    rig.a.disarm();
    expect(await directory.user(upn(user))).toMatchObject({ department: 'Finance', accountEnabled: true });
    expect(await directory.groupsOf(upn(user))).toEqual(GROUPS);
    expect(log.slice(from).filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
    return { user, writes: (await rig.a.world.writes()) - before };
  }

  /** Everything that was to be done is told and settled, the end once; everybody has one card. */
  async function settledOnce(user: number): Promise<void> {
    const request = await requestOf(user);
    const journal = await rig.records
      .collection<JournalEntry>(JOURNAL)
      .find(rig.tenant, { where: { requestId: request.id } });
    expect(journal.map(({ state, outcome }) => [state, outcome?.outcome])).toEqual(
      journal.map(() => ['settled', expect.stringMatching(/^(done|already)$/)]),
    );
    const lines = await told(request);
    expect(lines.filter((line) => /^restore.(started|finished)/.test(line))).toHaveLength(2);
    for (const { operationId } of journal)
      expect(lines.filter((line) => line.includes(operationId)).length).toBeGreaterThanOrEqual(1);
    expect(request.result?.auditTo).toBeGreaterThan(0);
    const { people, directory } = rig.a.world;
    for (const approver of ['Arun Patel', 'Mei Lin']) {
      const about = (await people.sees(approver, { in: 'personal' })).filter((one) =>
        visible(one).includes(nameOf(user)),
      );
      expect([approver, about.length]).toEqual([approver, 1]);
    }
    for (const group of GROUPS)
      expect((await directory.membersOf(group)).filter((name) => name === nameOf(user))).toHaveLength(1);
    expect(await rig.audit.verify(rig.tenant)).toMatchObject({ firstBroken: null });
  }

  test('a run that nobody stops, to know its writes', async () => {
    const { user, writes } = await restored(NEVER);
    const noted = rig.a.noted();
    await settledOnce(user);
    calls = noted.filter((what) => /^(POST|PATCH|DELETE|PUT) /.test(what)).length;
    const inDb = (name: string) => noted.filter((what) => what.startsWith(`${name} `)).length;
    [steps, audits, requests] = [inDb('journal'), inDb('audit'), inDb('requests')];
    expect(writes).toBe(calls);
    expect(steps).toBeGreaterThan(8);
  }, 60_000);

  test('applies nothing twice and ends nothing twice', async () => {
    const at = (on: 'db' | 'graph', match: string, nth: number, moment: 'before' | 'after'): KillPoint => ({
      on,
      match,
      nth,
      moment,
      signal: 'SIGSTOP',
    });
    const points: KillPoint[] = [];
    for (let nth = 1; nth <= calls; nth += 1) points.push(at('graph', '', nth, 'after'));
    // The one request that was on its way cannot be held back: Graph refuses it, or it says what holds already.
    for (let nth = 1; nth <= calls; nth += FULL ? 1 : 2) points.push(at('graph', '', nth, 'before'));
    for (let nth = 1; nth <= steps; nth += FULL ? 1 : 4) points.push(at('db', '^journal ', nth, 'before'));
    // Where the run is told to have begun, and to have ended.
    for (const nth of [2, audits]) points.push(at('db', '^audit ', nth, 'before'));
    for (const nth of [2, requests]) points.push(at('db', '^requests ', nth, 'before'));
    for (const each of points) {
      const label = JSON.stringify(each);
      const { user, writes } = await restored(each).catch((cause: unknown) => {
        throw new Error(`stopped ${label}`, { cause });
      });
      const onItsWay = each.on === 'graph' && each.moment === 'before' ? 1 : 0;
      expect([label, writes]).toEqual([label, calls + onItsWay]);
      await settledOnce(user);
    }
  }, 600_000);

  test('Graph saw no wrong request, and Teams no wrong card', async () => {
    const findings = await rig.a.world.findings();
    expect(findings.graphViolations).toEqual([]);
    expect(findings.cardViolations).toEqual([]);
  });
});
