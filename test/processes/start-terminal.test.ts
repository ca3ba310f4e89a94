import { afterAll, describe, expect, test } from '@jest/globals';
import { stripVTControlCharacters } from 'node:util';
import { controlOf } from './sandbox-control.js';
import { Bench, hasTerminal, processesOf } from './started.js';

const COLUMNS = 72;
const CTRL_C = '\u0003';
const PROMPT = 'rewind> ';

if (!hasTerminal())
  console.warn('SKIPPED: npm start in a real terminal; there is no "script" of util-linux here.');

(hasTerminal() ? describe : describe.skip)('npm start in a real terminal', () => {
  const bench = new Bench();
  afterAll(() => bench.clear());

  test('tells its steps, takes sentences, asks, follows width and colours, ends at Ctrl-C', async () => {
    const data = bench.folder();
    const demo = bench.inTerminal(`exec node bot/start.mjs --data ${data}`, { columns: COLUMNS });

    await demo.says(PROMPT);
    const steps = stripVTControlCharacters(demo.output);
    expect(steps).toMatch(/Building…[\s\S]*Starting the simulated tenant[\s\S]*Tenant Contoso: 1\d\d users/);
    expect(steps.match(/snapshot \d+ · \w+ \d+ \w+, 02:00 · 1\d\d users, 30 groups/g)).toHaveLength(15);
    expect(steps).toMatch(/The demo page: http:\/\/localhost:\d+/);

    // Directory text that would take over the terminal: it turns red, moves the cursor, sets the window's title, rings.
    await controlOf(data).post('damage', {
      do: 'patchUser',
      user: 'Alice Chen',
      set: { department: 'Sales\u001b[31m\u001b[2J\u001b]0;taken\u0007\u009b5A' },
      actor: 'somebody',
    });

    let from = demo.type('show user alice.chen@contoso.example\r');
    await demo.says(PROMPT, from);
    const card = demo.output.slice(from);
    expect(stripVTControlCharacters(card)).toMatch(/Alice Chen[\s\S]*Sales/);
    expect(card).toContain('\u001b[1m');
    // eslint-disable-next-line no-control-regex -- exactly these must not be there
    expect(card).not.toMatch(/\u001b\]|\u001b\[2J|\u0007|\u009b/);
    const tooWide = stripVTControlCharacters(card)
      .split(/\r?\n/)
      .filter((line) => line.length > COLUMNS);
    expect(tooWide).toEqual([]);

    // A question; Ctrl-C leaves it, and only it.
    from = demo.type('restore user alice from yesterday with memberships\r');
    await demo.says('[1-3] ', from);
    from = demo.type(CTRL_C);
    await demo.says(PROMPT, from);

    from = demo.type('restore user alice from yesterday with memberships\r');
    await demo.says('[1-3] ', from);
    from = demo.type('1\r');
    await demo.says('Ask now? [y/N]', from);
    expect(stripVTControlCharacters(demo.output.slice(from))).toMatch(/TBD → Finance/);
    from = demo.type('n\r');
    await demo.says(PROMPT, from);

    demo.type(CTRL_C);
    expect([await demo.code, demo.output]).toEqual([0, expect.stringContaining('Ending. A second start')]);
    expect(processesOf(data)).toEqual([]);
  }, 150_000);

  test('npm start itself: NO_COLOR is kept to; Ctrl-C in the set-up ends all of it; the next start says what it does', async () => {
    const data = bench.folder();
    const first = bench.inTerminal(`npm start -- --data ${data}`, { columns: COLUMNS });
    await first.says('snapshot 2 · ');
    first.type(CTRL_C);
    await first.code;
    expect(first.output).toContain('the next start begins it anew');
    expect(first.output).not.toContain('The demo page');
    expect(processesOf(data)).toEqual([]);

    const second = bench.inTerminal(`exec node bot/start.mjs --data ${data}`, {
      columns: COLUMNS,
      env: { NO_COLOR: '1' },
    });
    await second.says(PROMPT);
    expect(second.output).toContain('The set-up of last time was not finished; it begins anew.');
    expect(stripVTControlCharacters(second.output).match(/snapshot \d+ · /g)).toHaveLength(15);
    const from = second.type('status\r');
    await second.says(PROMPT, from);
    // eslint-disable-next-line no-control-regex -- colours are what is looked for
    expect(second.output.slice(from)).not.toMatch(/\u001b\[\d+m/);
    second.type('exit\r');
    expect(await second.code).toBe(0);
    expect(processesOf(data)).toEqual([]);
  }, 150_000);
});
