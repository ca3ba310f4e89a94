import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sayToService, type SayOptions } from '../../bot/terminal/client.js';
import { EXIT } from '../../bot/terminal/protocol.js';
import { ALICE, ARUN, HANNA } from '../harness/cast.js';
import { requestNumberOf, visible } from '../harness/people.js';
import { NOTHING_FOUND, openWorld, type World } from '../harness/world.js';

/** What one sentence at the command line printed, asked and ended with. */
interface Session {
  readonly printed: string;
  readonly errors: string;
  readonly json: readonly unknown[];
  readonly asked: readonly string[];
  readonly exitCode: number;
}

describe('the terminal: the same words, rights and approval as in chat', () => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: true });
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  /** Types a sentence; `answers` reply to the prompts in turn. */
  async function rewind(
    text: string,
    options: Partial<SayOptions> = {},
    answers: readonly string[] = [],
  ): Promise<Session> {
    const said = { printed: '', errors: '', json: [] as unknown[], asked: [] as string[] };
    const left = [...answers];
    const exitCode = await sayToService(
      world.stage.service.ready.socket,
      text,
      {
        interactive: answers.length > 0,
        json: false,
        yes: false,
        wait: true,
        width: 100,
        colour: false,
        ...options,
      },
      {
        print: (line) => void (said.printed += `${line}\n`),
        error: (line) => void (said.errors += `${line}\n`),
        json: (value) => void said.json.push(value),
        ask: async (prompt) => {
          said.asked.push(prompt);
          return left.shift() ?? null;
        },
      },
    );
    return { ...said, exitCode };
  }

  test('[C1] help lists the same commands', async () => {
    const { printed, exitCode } = await rewind('help');
    for (const word of ['restore', 'status', 'what changed', 'backup now']) expect(printed).toContain(word);
    expect(exitCode).toBe(EXIT.ok);
  });

  test('[C1] a near miss runs nothing by itself, and ends as not understood', async () => {
    const { printed, exitCode } = await rewind('statsu');
    expect(printed).toContain('status');
    expect(exitCode).toBe(EXIT.usage);
  });

  test('[A7] without a terminal nothing is asked: it says which flag was missing', async () => {
    const before = await world.writes();
    const { errors, exitCode, asked } = await rewind(`restore user ${ALICE} from yesterday with memberships`);
    expect(errors).toContain('--yes');
    expect(exitCode).toBe(EXIT.usage);
    expect(asked).toEqual([]);
    expect(await world.writes()).toBe(before);
  });

  test('[C1] --json prints data and nothing else', async () => {
    const { json, printed, exitCode } = await rewind('status', { json: true });
    expect(exitCode).toBe(EXIT.ok);
    expect(printed).toBe('');
    expect(json).toHaveLength(1);
    const failed = await rewind('restore user nobody-like-this from yesterday', { json: true });
    expect(failed.json).toMatchObject([{ error: { code: 'OBJECT_NOT_FOUND' } }]);
    expect(failed.exitCode).toBe(EXIT.usage);
  });

  test('[A7] [R3] the headline: picker and questions answered here, approved by Arun in the chat, the result here', async () => {
    const session = rewind('restore user alice from yesterday with memberships', { reason: 'INC-20417' }, [
      '1',
      'y',
    ]);
    const asked = await world.people.see(ARUN, { in: 'personal' }, 'Hanna Berg asks to restore Alice Moreau');
    await world.people.click(ARUN, asked, 'Approve');
    const { printed, exitCode, asked: questions } = await session;
    expect(questions[0]).toBe('[1-3] ');
    expect(questions[1]).toContain('Needs 1 approver');
    expect(printed).toContain('Fri 20 Nov 2026, 02:00 (Europe/Berlin)');
    expect(printed).toMatch(/TBD → Finance/);
    expect(printed).toContain('Alice Moreau is back as of Fri 20 Nov 02:00');
    expect(exitCode).toBe(EXIT.incomplete);
    expect(await world.directory.user(ALICE)).toMatchObject({ department: 'Finance' });
  });

  test('[A7] [N4] the channel hears that it was asked for at the command line, and nothing of whom it concerned', async () => {
    const told = visible(
      await world.people.see(ARUN, { in: 'channel' }, 'Restore incomplete', 'command line'),
    );
    expect(told).toContain('asked by Hanna Berg, approved by Arun Patel');
    expect(told).not.toMatch(/Alice|Moreau|INC-20417/);
  });

  test('[R11] said again there is nothing to restore', async () => {
    const { printed, exitCode } = await rewind(`restore user ${ALICE} from yesterday with memberships`, {
      yes: true,
    });
    expect(printed).toContain('Nothing to restore');
    expect(exitCode).toBe(EXIT.ok);
  });

  test('[T7] nothing that Graph or Teams would refuse, no error in the log, no host but this machine', async () => {
    expect(await world.findings()).toEqual(NOTHING_FOUND);
  });

  test('[A7] with Teams away for hours the command line works; the channel hears of it, once, when Teams is back', async () => {
    const upn = (await world.directory.signInNamesOf('Research all')).find((each) => !each.startsWith('a'))!;
    await world.damage({ do: 'patchUser', user: upn, set: { jobTitle: 'TBD' } });
    const inChannel = async () => (await world.people.sees(ARUN, { in: 'channel' })).map(visible);
    const before = await inChannel();
    await world.stage.control('teams-fault', { kind: 'connector', status: 403, times: 1_000_000 });
    const { printed, exitCode } = await rewind(`restore user ${upn} from yesterday`, {
      yes: true,
      reason: 'Teams is away',
    });
    expect(printed).toContain('is back as of');
    expect(exitCode).toBe(EXIT.ok);
    await world.advance('3h');
    expect(await inChannel()).toEqual(before);
    await world.stage.control('teams-fault', { clear: true });
    await world.advance('1m');
    await world.people.see(ARUN, { in: 'channel' }, 'Restore done', 'command line');
    await world.advance('1m');
    const told = (await inChannel()).filter((text) => text.includes('Restore done'));
    expect(told).toHaveLength(1);
    expect(told[0]).not.toContain(upn);
  });
});

describe('an operating-system account that the settings do not name', () => {
  test('[A7] is refused; nothing is shown', async () => {
    const world = await openWorld({
      twoWeeks: false,
      env: { TERMINAL_OPERATORS: 'somebody-else=hanna.berg@contoso.example' },
    });
    try {
      const errors: string[] = [];
      const exitCode = await sayToService(
        world.stage.service.ready.socket,
        'status',
        { interactive: false, json: false, yes: false, wait: true, width: 100, colour: false },
        {
          print: (line) => void errors.push(`printed ${line}`),
          error: (line) => void errors.push(line),
          json: () => undefined,
          ask: async () => null,
        },
      );
      expect(exitCode).toBe(EXIT.notAllowed);
      expect(errors.join('\n')).not.toMatch(/printed|Contoso|snapshot/);
    } finally {
      await world.close();
    }
  }, 90_000);
});

describe('a one-time credential at the command line of its recipient', () => {
  let world: World;
  let number: string;

  beforeAll(async () => {
    world = await openWorld({
      twoWeeks: false,
      env: { TERMINAL_OPERATORS: '*=tom.okafor@contoso.example' },
    });
    const { people } = world;
    const [upn] = await world.directory.accountants();
    const asks = await people.ask(HANNA, `reset password for ${upn} because "INC-7"`, 'Ask for approval');
    await people.click(HANNA, asks, 'Ask for approval');
    number = requestNumberOf(await people.becomes(HANNA, asks, 'waiting for approval'));
    await people.click(ARUN, await people.see(ARUN, { in: 'personal' }, 'asks to reset'), 'Approve');
    const done = await people.becomes(HANNA, asks, 'Hand over');
    await people.click(HANNA, done, 'Hand over the password');
    const form = await people.see(HANNA, { since: done.id }, 'Who receives it');
    await people.click(HANNA, form, 'Hand over', {
      recipientUpn: 'tom.okafor@contoso.example',
      proof: 'inPerson',
    });
    await people.see('Tom Okafor', { in: 'personal' }, 'Show once');
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  const reveal = async (json: boolean) => {
    const said = { printed: '', errors: '', json: [] as unknown[] };
    await sayToService(
      world.stage.service.ready.socket,
      `reveal ${number}`,
      { interactive: false, json, yes: false, wait: true, width: 100, colour: false },
      {
        print: (line) => void (said.printed += `${line}\n`),
        error: (line) => void (said.errors += `${line}\n`),
        json: (value) => void said.json.push(value),
        ask: async () => null,
      },
    );
    return { ...said, printed: said.printed.replace(/[\u2060\u200b]/g, '') };
  };

  test('[P3] a program that reads data gets the state of the hand-over and never the value, which stays unopened', async () => {
    const { json, printed } = await reveal(true);
    expect(printed).toBe('');
    expect(JSON.stringify(json)).toContain('waits for you');
    expect(JSON.stringify(json)).not.toMatch(/oneTime|"code"/);
  });

  test('[P3] [A7] read at the terminal it is shown once, then gone', async () => {
    expect((await reveal(false)).printed).toContain('then clear this screen');
    const again = await reveal(false);
    expect(`${again.printed}${again.errors}`).not.toContain('clear this screen');
    expect(`${again.printed}${again.errors}`).toMatch(/shown already|has seen/);
    await world.people.see(HANNA, { in: 'personal' }, 'Tom Okafor has seen');
  });

  test('[T7] nothing that Graph or Teams would refuse, no unanswered turn, no error in the log, no host but this machine', async () => {
    expect(await world.findings()).toEqual(NOTHING_FOUND);
  });
});
