import { afterEach, describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Bench, pageIn, processesOf, untilNoneOf, type Started } from './started.js';
import { controlOf } from './sandbox-control.js';
import { ALICE } from '../harness/cast.js';

const bench = new Bench();
afterEach(() => bench.clear());

/** A sentence from another shell, at the demo of that folder. */
function rewind(data: string, ...args: readonly string[]): Started {
  return bench.node(['bot/rewind.mjs', ...args, '--data', data]);
}

const counts = z.object({ users: z.object({ live: z.number() }), tenant: z.unknown().optional() });

describe('npm start without a terminal', () => {
  test('tells its steps, serves, ends cleanly; a second start goes on with what was restored, --fresh begins anew', async () => {
    const data = join(bench.folder(), 'new');
    const first = bench.start(['--data', data]);
    await first.says('The demo page: ');
    expect(first.output).not.toContain('Going on');
    expect(first.output).toMatch(/Tenant Contoso: 120 users, 30 groups/);
    expect(first.output).toMatch(/snapshot 15 · .*, 02:00 · 120 users, 30 groups/);
    for (const line of first.output.trim().split('\n')) expect(line).toMatch(/^· |^Port \d+ is busy/);
    const page = await fetch(pageIn(first.output));
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<html')]);

    const restoring = rewind(
      data,
      `restore user ${ALICE} from yesterday with memberships`,
      '--yes',
      '--reason',
      'INC-1',
    );
    await restoring.says('waiting for approval');
    const teams = controlOf(data);
    await teams.until('arun', 'asks to restore');
    await teams.post('click', { as: 'arun', match: 'asks to restore', action: 'Approve' });
    expect([await restoring.code, restoring.output]).toEqual([
      3,
      expect.stringContaining('Alice Moreau is back'),
    ]);
    const before = counts.parse(await teams.get('overview'));

    expect(await first.end('SIGTERM')).toBe(0);
    expect(first.output).toContain('A second start goes on with the same data');
    expect(processesOf(data)).toEqual([]);

    const second = bench.start(['--data', data]);
    await second.says('The demo page: ');
    expect(second.output).toContain('Going on with the demo of last time');
    expect(second.count(/snapshot \d+ ·/g)).toBe(0);
    expect(pageIn(second.output)).toBe(pageIn(first.output));
    expect(counts.parse(await controlOf(data).get('overview'))).toEqual(before);
    const again = rewind(data, `restore user ${ALICE} from yesterday with memberships`, '--yes');
    expect([await again.code, again.output]).toEqual([0, expect.stringContaining('Nothing to restore')]);
    expect(await second.end('SIGINT')).toBe(0);

    const fresh = bench.start(['--data', data, '--fresh']);
    await fresh.says('snapshot 2 · ');
    expect(await fresh.end()).toBe(0);
    expect(processesOf(data)).toEqual([]);
  }, 150_000);

  test('a busy port is answered with the next free one, and said; --play beside a running demo disturbs nobody', async () => {
    const held = await bench.holdPort();
    const data = bench.folder();
    const temporary = bench.folder();
    const demo = bench.start(['--data', data], { PORT: String(held.port) });
    await demo.says('The demo page: ');
    expect(demo.output).toContain(`Port ${held.port} is busy; the service listens on http://127.0.0.1:`);
    const before = await quiet(data);

    const played = bench.start(['--play'], { TMPDIR: temporary });
    expect([await played.code, played.output]).toEqual([0, expect.stringContaining('The story holds')]);
    expect(played.output).not.toContain('busy');
    expect(readdirSync(temporary).filter((name) => name.startsWith('rewind-'))).toEqual([]);
    expect(processesOf(temporary)).toEqual([]);

    expect(await everything(data)).toEqual(before);
    const status = rewind(data, 'status');
    expect(await status.code).toBe(0);
    expect(await demo.end()).toBe(0);
  }, 150_000);

  test('the launcher killed: its children end by themselves, in the set-up and later, and the next start works', async () => {
    const data = bench.folder();
    const first = bench.start(['--data', data]);
    await first.says('snapshot 3 · ');
    expect(processesOf(data).length).toBeGreaterThanOrEqual(3);
    await first.end('SIGKILL');
    await untilNoneOf(data);

    const second = bench.start(['--data', data]);
    await second.says('The demo page: ');
    expect(second.output).toContain('The set-up of last time was not finished; it begins anew.');
    expect(second.count(/snapshot \d+ ·/g)).toBe(15);
    await second.end('SIGKILL');

    // At once: the next one waits for those that are still ending.
    const third = bench.start(['--data', data]);
    await third.says('The demo page: ');
    expect(third.output).toContain('Going on with the demo of last time');
    expect(await third.end()).toBe(0);
    expect(processesOf(data)).toEqual([]);
  }, 150_000);

  test('Ctrl-C at --play ends it as a shell expects, and leaves nothing behind', async () => {
    const temporary = bench.folder();
    const played = bench.start(['--play'], { TMPDIR: temporary });
    await played.says('snapshot 1 · ');
    expect(await played.end()).toBe(130);
    expect(readdirSync(temporary)).toEqual([]);
    expect(processesOf(temporary)).toEqual([]);
  }, 60_000);
});

describe('npm start, when a step fails, ends with 1 and says what, what not, and what next', () => {
  test('--fresh in a folder of somebody else takes nothing away', async () => {
    const data = bench.folder();
    writeFileSync(join(data, 'thesis.txt'), 'years of work');
    const refused = bench.start(['--data', data, '--fresh']);
    expect([await refused.code, refused.output]).toEqual([1, expect.stringContaining('START_FAILED')]);
    expect(refused.output).toMatch(
      /holds something else \(thesis\.txt\)[\s\S]*Nothing was served[\s\S]*--data DIR/,
    );
    expect(existsSync(join(data, 'thesis.txt'))).toBe(true);
  });

  test('a folder that another demo holds is refused at once, also with --fresh; that demo goes on', async () => {
    const data = bench.folder();
    const holder = bench.start(['--data', data]);
    await holder.says('snapshot 1 · ');
    for (const more of [[], ['--fresh']]) {
      const refused = bench.start(['--data', data, ...more]);
      expect([await refused.code, refused.output]).toEqual([
        1,
        expect.stringMatching(/is in use by process \d+/),
      ]);
      expect(refused.output).toMatch(/START_FAILED · [\s\S]*Nothing was served[\s\S]*--data DIR/);
    }
    await holder.says('snapshot 3 · ');
    expect(await holder.end()).toBe(0);
  }, 90_000);

  test('the simulated tenant does not come up; then neither does the service', async () => {
    const data = bench.folder();
    writeFileSync(join(data, 'demo.json'), JSON.stringify({ servicePort: 0, ready: true }));
    // Where its folder should be there is a file.
    writeFileSync(join(data, 'sandbox'), '');
    const broken = bench.start(['--data', data]);
    expect([await broken.code, broken.output]).toEqual([
      1,
      expect.stringMatching(
        /START_FAILED · Could not start the simulated tenant and Teams: it ended \(code 1\)/,
      ),
    ]);
    expect(broken.output).toContain('Nothing was served');
    expect(processesOf(data)).toEqual([]);
  }, 60_000);

  test('a process of it dies: the other one is ended, too', async () => {
    const data = bench.folder();
    const demo = bench.start(['--data', data]);
    await demo.says('snapshot 1 · ');
    const children = processesOf(data).filter((pid) => pid !== demo.child.pid);
    expect(children).toHaveLength(2);
    process.kill(children[1]!, 'SIGKILL');
    expect([await demo.code, demo.output]).toEqual([
      1,
      expect.stringMatching(
        /PART_ENDED · The \S.* ended unexpectedly\.\nNothing that was kept is lost\. Start again/,
      ),
    ]);
    expect(processesOf(data)).toEqual([]);
  }, 60_000);

  test('a step of the story that fails ends --play with 1', async () => {
    const temporary = bench.folder();
    const played = bench.start(['--play'], { TMPDIR: temporary });
    await played.says('▸ Hanna Berg (helpdesk) types');
    const [world] = readdirSync(temporary);
    // A real cause: the approver leaves the company while Hanna asks.
    await controlOf(join(temporary, world!)).post('damage', {
      do: 'deleteUser',
      user: 'Arun Patel',
      actor: 'HR',
    });
    expect([await played.code, played.output]).toEqual([
      1,
      expect.stringMatching(/START_FAILED · .*Arun Patel waited in vain.*\nNothing was served/),
    ]);
    expect(readdirSync(temporary)).toEqual([]);
    expect(processesOf(temporary)).toEqual([]);
  }, 120_000);

  test('a build that cannot be written', async () => {
    const clone = bench.clone();
    writeFileSync(join(clone, 'dist'), 'not a folder');
    const broken = bench.node(['bot/start.mjs'], { cwd: clone });
    expect([await broken.code, broken.output]).toEqual([1, expect.stringContaining('The build stopped: ')]);
    expect(broken.output).toMatch(
      /START_FAILED · [\s\S]*Nothing was started[\s\S]*run the same command again/,
    );
    expect(broken.output).not.toMatch(/^\s+at /m);
  }, 60_000);

  test('an unknown flag is refused with the list', async () => {
    const refused = bench.start(['--plya']);
    expect([await refused.code, refused.output]).toEqual([2, expect.stringContaining('npm start -- --play')]);
  });
});

/** Everything, once the demo has told its channel of its last snapshot: the same at two looks in a row. */
async function quiet(data: string): Promise<unknown> {
  for (let before = JSON.stringify(await everything(data)); ;) {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const now = await everything(data);
    if (JSON.stringify(now) === before) return now;
    before = JSON.stringify(now);
  }
}

/** All that anybody can see of a demo. */
const everything = async (data: string): Promise<unknown> => ({
  tenant: counts.parse(await controlOf(data).get('overview')),
  hanna: await controlOf(data).get('transcript?as=hanna'),
  arun: await controlOf(data).get('transcript?as=arun'),
});
