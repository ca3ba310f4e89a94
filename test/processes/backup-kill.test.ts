import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newestSnapshot } from '../../bot/demo/two-weeks.js';
import { visible } from '../harness/people.js';
import { KillRig, NEVER, type KillPoint } from './kill-rig.js';

const FULL = process.env['FULL_SWEEP'] === '1';
/** How many points of a run are tried without FULL_SWEEP=1. */
const COARSE_POINTS = 6;
const HISTORY = '^(versions|links|snapshots|history_heads) ';

let rig: KillRig;
let round = 0;

beforeAll(async () => {
  rig = await KillRig.open(join(tmpdir(), `rewind-backup-kill-${process.pid}.json`));
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
    { do: 'addMember', group: 'Finance leads', member: user },
    ...(round > 1 ? [{ do: 'deleteUser', user: `round${round - 1}@contoso.example` }] : []),
  );
}

async function backUpTo(atLeast: number): Promise<number> {
  const { people } = rig.world;
  await people.say('Sofia Rossi', 'backup now');
  for (;;) {
    const seq = await newest();
    if (seq >= atLeast) return seq;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function verified(): Promise<void> {
  const report = await rig.world.people.ask('Sofia Rossi', 'verify', 'Verify', 'Audit');
  expect(visible(report)).toContain('all holds');
}

test('[B11] a backup killed at its writes leaves the snapshot before, and the next run is clean', async () => {
  await change();
  rig.arm({ ...NEVER, on: 'db', match: HISTORY });
  await backUpTo((await newest()) + 1);
  rig.disarm();
  const writes = rig.noted().length;
  expect(writes).toBeGreaterThan(3);

  const step = FULL ? 1 : Math.max(1, Math.floor(writes / COARSE_POINTS));
  for (let nth = 1; nth <= writes; nth += step) {
    const point: KillPoint = { on: 'db', match: HISTORY, nth, moment: 'before', signal: 'SIGKILL' };
    const before = await newest();
    await change();
    rig.arm(point);
    await rig.world.people.say('Sofia Rossi', 'backup now');
    expect([point, await rig.untilKilledThenAgain()]).toEqual([point, 'SIGKILL']);
    rig.disarm();
    const readable = await newest();
    expect(readable).toBeGreaterThanOrEqual(before);
    // The job that was killed runs again by itself, and a number is never used twice.
    expect(await backUpTo(before + 1)).toBeGreaterThan(before);
    await verified();
    const { code, text } = await rig.terminal(`show user round${round}@contoso.example`);
    expect([code, text]).toEqual([0, expect.stringContaining(`Round ${round}`)]);
  }
}, 600_000);
