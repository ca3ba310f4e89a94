import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newestSnapshot } from '../../bot/demo/two-weeks.js';
import type { AuditEntry } from '../../services/model/audit.js';
import { SOFIA } from '../harness/cast.js';
import { visible } from '../harness/people.js';
import { carriedIn, digestsIn, toldIn } from './channel-digest.js';
import { FreshRead } from './fresh-read.js';
import { KillRig, NEVER, type KillPoint } from './kill-rig.js';
import { StoreAfter } from './store-after.js';
import { isBefore, nameOf, pointsOf, stepsOf, tell, WHOLE, type Step } from './sweep.js';

/** Points of a run that are tried without FULL_SWEEP=1. */
const SOME_POINTS = 8;
/** What chance decides (two redraws that become one) may not come in a run: it gets so many. */
const TRIES = 3;

let rig: KillRig;
let fresh: FreshRead;
let round = 0;
/** What a fresh full read found right after the snapshot of this number: the digests of its state. */
const expected = new Map<number, string>();

beforeAll(async () => {
  rig = await KillRig.open(join(tmpdir(), `rewind-backup-kill-${process.pid}.json`));
  fresh = new FreshRead(rig.world.stage.sandbox);
}, 120_000);
afterAll(() => rig?.world.close());

const newest = async (): Promise<number> => (await newestSnapshot(rig.world.stage.serviceUrl))?.seq ?? 0;

/** Changes of several kinds for the next increment to find. */
async function change(): Promise<void> {
  round += 1;
  const user = `round${round}@contoso.example`;
  await rig.world.damage(
    {
      do: 'createUser',
      properties: {
        displayName: `Round ${round}`,
        userPrincipalName: user,
        mailNickname: `round${round}`,
        accountEnabled: true,
        passwordProfile: { password: 'Nobody-knows-1' },
      },
    },
    { do: 'setManager', user, manager: 'Tom Okafor' },
    { do: 'addMember', group: 'Finance leads', member: user },
    ...(round > 1
      ? [
          { do: 'removeMember', group: 'Finance leads', member: `round${round - 1}@contoso.example` },
          { do: 'patchUser', user: `round${round - 1}@contoso.example`, set: { department: 'Moved' } },
        ]
      : []),
    ...(round > 2 ? [{ do: 'deleteUser', user: `round${round - 2}@contoso.example` }] : []),
  );
}

/** Waits for a snapshot after `before`, and until the channel's digest tells of it. @returns its number */
async function toldAfter(before: number): Promise<number> {
  if (!(await comesAfter(before, 60_000))) throw new Error(`no snapshot came after ${before}`);
  const seq = await newest();
  await rig.world.people.see(SOFIA, { in: 'channel' }, `snapshot ${seq} `);
  return seq;
}

async function comesAfter(before: number, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  while ((await newest()) <= before) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return true;
}

async function verified(): Promise<void> {
  const report = await rig.world.people.ask(SOFIA, 'verify', 'Verify', 'Audit');
  expect(visible(report)).toContain('all holds');
}

/** One increment, killed at a point (or not), up to its end. @returns its number, and whether it was killed */
async function backedUp(
  at: KillPoint = NEVER,
  steps: readonly Step[] = [],
): Promise<{ seq: number; killed: boolean }> {
  const before = await newest();
  await change();
  rig.arm(at);
  await rig.world.people.say(SOFIA, 'backup now');
  const killed = at.nth > 0 && (await rig.isKilledWithin(12_000));
  if (killed) await rig.world.stage.restartService();
  expect(await newest()).toBeGreaterThanOrEqual(before);
  // Killed before the job was stored: nothing was promised, and who got no answer says it again.
  if (killed && isBefore(steps, at, /^leases /) && !(await comesAfter(before, 8_000)))
    await rig.world.people.say(SOFIA, 'backup now');
  const seq = await toldAfter(before);
  if (at.nth === 0) await rig.untilQuiet();
  rig.disarm();
  return { seq, killed };
}

test('[B11] a backup killed at any write leaves the snapshot before, and ends in the state that a full read finds', async () => {
  // Whoever speaks for the first time is written down as a conversation; that is no step of a backup.
  await verified();
  await backedUp();
  const steps = stepsOf(rig.noted());
  const published = steps.findIndex(({ what, nth }) => what === 'snapshots update' && nth === 2);
  expect(published).toBeGreaterThan(5);

  const points = pointsOf(steps, SOME_POINTS, ({ what, nth }) => what === 'snapshots update' && nth === 2);
  const walked: string[] = [];
  const neverReached: string[] = [];
  for (const at of points) {
    const label = nameOf(at);
    for (let attempt = 1; ; attempt += 1) {
      const { seq, killed } = await backedUp(at, steps).catch((cause: unknown) => {
        throw new Error(`killed ${label}`, { cause });
      });
      // The job that was killed ran again by itself, or had done its work: one snapshot came of it, and it is what the tenant is now.
      expected.set(seq, (await fresh.header()).state!);
      await verified();
      const { code, text } = await rig.terminal(`show user round${round}@contoso.example`);
      expect([label, code, text]).toEqual([label, 0, expect.stringContaining(`Round ${round}`)]);
      expect([label, await newest()]).toEqual([label, seq]);
      tell(label, killed ? 'killed, and whole' : 'not reached');
      if (killed) walked.push(label);
      else if (attempt < TRIES) continue;
      else neverReached.push(label);
      break;
    }
  }
  process.stdout.write(
    `backup: ${walked.length} of ${points.length} points walked (${steps.length} steps)${neverReached.map((label) => `\n  never reached: ${label}`).join('')}\n`,
  );
  expect(walked.length + neverReached.length).toBe(points.length);
  // How often cards are redrawn is a matter of time; every other step comes in every run.
  expect(neverReached.filter((label) => !/ postedCards update | teams put /.test(label))).toEqual([]);
  if (WHOLE) expect(points.length).toBeGreaterThan(steps.length);
}, 7_200_000);

test('[B11] every snapshot has the state that a fresh full read found, nothing is told twice, and of the dead runs nothing is left', async () => {
  await rig.world.advance('2m');
  await backedUp();
  const channel = (await rig.world.people.sees(SOFIA, { in: 'channel' })).map(visible);
  const findings = await rig.world.findings();
  expect(findings.graphViolations).toEqual([]);
  expect(findings.cardViolations).toEqual([]);
  const after = await StoreAfter.of(rig.world);
  try {
    await after.expectWholeHistory();
    await after.expectSettledRecords();
    const headers = await after.headers();
    const digests = headers.filter(({ seq }) => expected.has(seq)).map(({ seq, state }) => [seq, state]);
    expect(digests).toEqual([...expected]);
    const audit = await after.all<AuditEntry>('audit');
    for (const { seq } of headers) {
      const told = audit.filter(({ kind, details }) => kind.startsWith('backup.') && details['seq'] === seq);
      expect([seq, told.length]).toEqual([seq, 1]);
    }
    // One card a day, edited in place: whatever died, it tells each of them, and none twice.
    const cards = digestsIn(channel);
    expect([toldIn(cards), cards.at(-1)?.newest]).toEqual([headers.length, headers.at(-1)?.seq]);
    expect([cards.length, carriedIn(channel)]).toEqual([1, []]);
    // Every sentence made one snapshot: the first one, and one a round.
    expect(headers).toHaveLength(1 + round);
  } finally {
    await after.close();
  }
}, 120_000);
