import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../bot/demo/processes.js';
import type { ServiceReady } from '../../bot/demo/stage.js';
import type { SnapshotHeader } from '../../services/model/history.js';
import type { JournalEntry, RestoreRequest } from '../../services/model/restore.js';
import { JOURNAL, REQUESTS } from '../../services/restore/records.js';
import { verifyTenant } from '../../services/snapshots/verify.js';
import { codeToRun, ROOT } from '../harness/code.js';
import { newGroup, newUser } from '../harness/newcomers.js';
import { visible } from '../harness/people.js';
import { carriedIn, digestsIn, toldIn } from './channel-digest.js';
import { FreshRead } from './fresh-read.js';
import { NEVER, type KillPoint } from './kill-rig.js';
import { FULL, killAt, nameOf, stepsOf, type Step } from './sweep.js';
import { TakeOverRig, until } from './take-over-rig.js';

/** Longer than every lease and lock. */
const LATER_IN_MS = 180_000;
/** Either instance may take a job; the one that is to die gets so many chances. */
const TRIES = 5;
const GROUP = 'Shared one';
const USERS = FULL ? 60 : 24;
const HISTORY = /^(versions|links|snapshots|history_heads) /;

const nameOfUser = (index: number): string => `Shared ${String(index).padStart(2, '0')}`;
const upn = (index: number): string => `shared${String(index).padStart(2, '0')}@contoso.example`;

let rig: TakeOverRig;
let fresh: FreshRead;
let folder: string;
let round = 0;

beforeAll(async () => {
  rig = await TakeOverRig.open();
  fresh = new FreshRead(rig.a.world.stage.sandbox);
  folder = mkdtempSync(join(tmpdir(), 'rw-b-'));
}, 120_000);
afterAll(async () => {
  await rig?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** `work` with a second service beside the first, on the same database. `later`: for it, so long has passed that what is held is over. */
async function withB(work: (later: () => void) => Promise<void>): Promise<void> {
  const source = codeToRun() === 'source';
  const log: string[] = [];
  const b = await startChild<ServiceReady>(join(ROOT, source ? 'bot/main.ts' : 'dist/bot/main.js'), [], {
    env: {
      ...rig.a.world.stage.env,
      PORT: '0',
      DATA_DIR: join(folder, 'b'),
      REWIND_TEST_KILL: '',
      REWIND_TEST_LATER_MS: String(LATER_IN_MS),
    },
    nodeArgs: source ? ['--import', 'tsx'] : [],
    onLog: (line) => log.push(line),
  });
  try {
    await work(() => void b.process.kill('SIGUSR2'));
  } catch (cause) {
    throw new Error(`B's log ends with\n${log.slice(-15).join('\n')}`, { cause });
  } finally {
    await b.stop();
  }
  expect(log.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
}

/**
 * `begin` with A armed and B beside it. A dies at `at`, B takes over when A's time is over, A comes back.
 * @returns false when B had taken the job, so that nobody died
 */
async function sharedUntil(
  at: KillPoint,
  begin: () => Promise<unknown>,
  ended: () => Promise<void>,
): Promise<boolean> {
  let killed = false;
  await withB(async (later) => {
    rig.arm(at);
    await begin();
    killed = await rig.a.isKilledWithin(6_000);
    rig.a.disarm();
    if (killed) later();
    await ended();
    if (killed) await rig.a.world.stage.restartService();
  });
  await rig.a.world.advance(`${LATER_IN_MS / 60_000}m`);
  return killed;
}

async function newest(): Promise<SnapshotHeader> {
  return (await rig.history.newestSnapshot(rig.tenant))!;
}

const published = async (): Promise<number> => (await rig.history.snapshots(rig.tenant)).length;

async function change(): Promise<void> {
  round += 1;
  const user = `round${round}@contoso.example`;
  await rig.a.world.damage(
    newUser(`Round ${round}`, user),
    { do: 'addMember', group: 'Finance leads', member: user },
    ...(round > 1 ? [{ do: 'deleteUser', user: `round${round - 1}@contoso.example` }] : []),
  );
}

const sayBackup = (): Promise<unknown> => rig.a.world.people.say('Sofia Rossi', 'backup now');
const takenAfter = (seq: number) => (): Promise<void> =>
  until('the backup is done and told', async () => {
    if ((await newest()).seq <= seq) return false;
    return (await rig.store.db.collection('jobs').findOne({ 'data.key': 'backup/now' })) === null;
  });

async function texts(person: string, place: string): Promise<readonly string[]> {
  return (await rig.a.world.people.sees(person, { in: place })).map(visible);
}

/** Dies at each point once, however often the other instance is faster. */
async function atEach(
  points: readonly KillPoint[],
  once: (at: KillPoint) => Promise<boolean>,
): Promise<void> {
  const survived: string[] = [];
  for (const at of points) {
    let killed = false;
    for (let attempt = 1; !killed && attempt <= TRIES; attempt += 1)
      killed = await once(at).catch((cause: unknown) => {
        throw new Error(`killed ${nameOf(at)}`, { cause });
      });
    if (!killed) survived.push(nameOf(at));
  }
  expect(survived).toEqual([]);
  process.stdout.write(`two instances: ${points.length} of ${points.length} points walked\n`);
}

describe('[B12] two instances on one database, and one is killed in the middle of a backup', () => {
  test('the other finishes: one snapshot for one sentence, as a fresh full read finds the tenant, told once', async () => {
    await change();
    const first = await newest();
    rig.arm(NEVER);
    await sayBackup();
    await takenAfter(first.seq)();
    await rig.a.untilQuiet();
    const steps = stepsOf(rig.a.noted());
    rig.a.disarm();
    const facts = steps.filter(({ what }) => HISTORY.test(what));
    const publish = facts.findLast(({ what }) => what === 'snapshots update')!;
    const middle = facts[Math.floor(facts.length / 2)]!;
    const points = FULL
      ? facts.map((step) => killAt(step, 'before'))
      : [killAt(facts[0]!, 'after'), killAt(middle, 'before')];
    await atEach([...points, killAt(publish, 'before'), killAt(publish, 'after')], async (at) => {
      const [{ seq }, count] = [await newest(), await published()];
      await change();
      const killed = await sharedUntil(at, sayBackup, takenAfter(seq));
      expect([nameOf(at), await published()]).toEqual([nameOf(at), count + 1]);
      expect((await newest()).state).toBe((await fresh.header()).state);
      expect((await verifyTenant({ history: rig.history, clock: rig.clock }, rig.tenant)).broken).toEqual([]);
      return killed;
    });
    const [channel, audit] = [
      await texts('Sofia Rossi', 'channel'),
      await rig.audit.list(rig.tenant, { limit: 500 }),
    ];
    for (const { seq } of await rig.history.snapshots(rig.tenant)) {
      const told = audit.filter(({ kind, details }) => kind.startsWith('backup.') && details['seq'] === seq);
      expect([seq, told.length]).toEqual([seq, 1]);
    }
    // One card a day, edited by whichever instance: it tells each of them, and none twice.
    const [digests, count] = [digestsIn(channel), await published()];
    expect([toldIn(digests), digests.at(-1)?.newest]).toEqual([count, (await newest()).seq]);
    expect([digests.length, carriedIn(channel)]).toEqual([1, []]);
  }, 1_200_000);
});

describe('[R20] two instances on one database, and one is killed in the middle of a restore', () => {
  let point = 0;
  let next = 0;

  beforeAll(async () => {
    const { world } = rig.a;
    await world.damage(newGroup(GROUP));
    for (let index = 0; index < USERS; index += 1)
      await world.damage(newUser(nameOfUser(index), upn(index)), {
        do: 'addMember',
        group: GROUP,
        member: upn(index),
      });
    const { seq } = await newest();
    await sayBackup();
    await takenAfter(seq)();
    point = (await newest()).seq;
    for (let index = 0; index < USERS; index += 1)
      await world.damage(
        { do: 'patchUser', user: upn(index), set: { department: 'TBD' } },
        { do: 'removeMember', group: GROUP, member: upn(index) },
        { do: 'deleteUser', user: upn(index) },
      );
  }, 120_000);

  async function requestOf(user: number): Promise<RestoreRequest> {
    const all = await rig.records.collection<RestoreRequest>(REQUESTS).find(rig.tenant, {});
    return all.find(({ subjects }) => subjects[0]?.name === nameOfUser(user))!;
  }

  /** The headline for one user. @returns whether somebody died, and the steps of A */
  async function restored(
    at: KillPoint,
  ): Promise<{ readonly killed: boolean; readonly steps: readonly Step[] }> {
    const user = next++;
    const { people, directory } = rig.a.world;
    const asked = await rig.a.terminal(`restore user ${upn(user)} from snapshot ${point} with memberships`);
    expect([asked.code, asked.text]).toEqual([5, expect.stringContaining('waiting')]);
    const card = await people.see('Arun Patel', { in: 'personal' }, 'Hanna Berg asks', nameOfUser(user));
    await people.see('Mei Lin', { in: 'personal' }, 'Hanna Berg asks', nameOfUser(user));
    const begin = (): Promise<unknown> => people.click('Arun Patel', card, 'Approve').catch(() => undefined);
    const ended = async (): Promise<void> => {
      await until('the run has ended', async () => (await requestOf(user)).state === 'done');
      await until('its job is over', async () => {
        const job = await rig.store.db.collection('jobs').findOne({ name: 'restore.run' });
        return job === null;
      });
    };
    let killed = false;
    if (at.nth > 0) killed = await sharedUntil(at, begin, ended);
    else {
      rig.arm(at);
      await begin();
      await ended();
      await rig.a.untilQuiet();
    }
    const steps = stepsOf(rig.a.noted());
    rig.a.disarm();
    await people.see('Arun Patel', { id: card.id }, 'is back');
    await settledOnce(user);
    expect(await directory.user(upn(user))).toMatchObject({ department: 'Finance', accountEnabled: true });
    expect((await directory.membersOf(GROUP)).filter((name) => name === nameOfUser(user))).toHaveLength(1);
    return { killed, steps };
  }

  async function settledOnce(user: number): Promise<void> {
    const request = await requestOf(user);
    const journal = await rig.records
      .collection<JournalEntry>(JOURNAL)
      .find(rig.tenant, { where: { requestId: request.id } });
    expect(journal.map(({ state }) => state)).toEqual(journal.map(() => 'settled'));
    const entries = await rig.audit.list(rig.tenant, { requestId: request.id, limit: 500 });
    const count = (kind: string): number => entries.filter((entry) => entry.kind === kind).length;
    expect([count('approval.approved'), count('restore.started'), count('restore.finished')]).toEqual([
      1, 1, 1,
    ]);
    for (const approver of ['Arun Patel', 'Mei Lin']) {
      const about = (await texts(approver, 'personal')).filter((text) => text.includes(nameOfUser(user)));
      expect([approver, about.length]).toEqual([approver, 1]);
    }
    const posted = (await texts('Mei Lin', 'channel')).filter((text) =>
      new RegExp(`request ${request.number}\\b`).test(text),
    );
    expect(posted.map((text) => text.split(':')[0])).toEqual([
      expect.stringContaining('A request waits'),
      expect.stringContaining('Restore done'),
    ]);
    expect(await rig.audit.verify(rig.tenant)).toMatchObject({ firstBroken: null });
  }

  test('the other finishes: nothing is written, told or posted twice', async () => {
    const { steps } = await restored(NEVER);
    const journal = steps.filter(({ what }) => what.startsWith('journal '));
    const calls = steps.filter(({ what }) => /^(POST|PATCH|DELETE|PUT) /.test(what));
    const some = FULL ? journal : [journal[0]!, journal[Math.floor(journal.length / 2)]!, journal.at(-1)!];
    await atEach(
      [...some.map((step) => killAt(step, 'before')), ...calls.map((step) => killAt(step, 'after'))],
      async (at) => (await restored(at)).killed,
    );
  }, 1_200_000);

  test('Graph saw no wrong request, and Teams no wrong card', async () => {
    const findings = await rig.a.world.findings();
    expect(findings.graphViolations).toEqual([]);
    expect(findings.cardViolations).toEqual([]);
  });
});
