import { expect, test } from '@jest/globals';
import { rmSync } from 'node:fs';
import { SmallRequests } from '../harness/small-requests.js';
import { openWorld } from '../harness/world.js';

test('[N4] a service that is told to stop while requests lapse first says so on their cards', async () => {
  const world = await openWorld({ twoWeeks: false });
  try {
    const small = new SmallRequests(world, await world.directory.researchers());
    for (let i = 0; i < 3; i += 1) await small.waiting();
    // Nobody waits for what the jump of the clock sets going.
    await world.advance('8d');
    await world.stage.stop();
    expect(world.log.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
    expect(world.log.filter((line) => line.includes('did not end cleanly'))).toEqual([]);
  } finally {
    await world.stage.stop();
    rmSync(world.dataDir, { recursive: true, force: true });
  }
}, 120_000);
