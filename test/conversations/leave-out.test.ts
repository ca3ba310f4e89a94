import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sayToService } from '../../bot/terminal/client.js';
import { ALICE, ARUN, HANNA, MEI } from '../harness/cast.js';
import { NOTHING_FOUND, openWorld, type World } from '../harness/world.js';
import { buttonsOf, noticeOf, tickOf, visible, type Seen } from '../harness/people.js';

const BACK_WITH_HER = ['Berlin office', 'Payroll readers', 'Project X'];

/** The sentence in a card's footer. */
const sayOf = (card: Seen): string => /say:\s+(.+)$/m.exec(visible(card))?.[1]?.trim() ?? '';
/** What the two digits on the requester's card are. */
const numberOf = (card: Seen): string => /(?:number|Number)\D{0,40}?(\d{2})\b/.exec(visible(card))?.[1] ?? '';

describe('leaving some out of what Entra brings back with an account', () => {
  let world: World;
  let card: Seen;
  let removals: Seen;

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: true });
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  test('[R6] the options card lists what comes back, each line with a tick box, and keeps what was set on the card before', async () => {
    card = await world.people.ask(
      HANNA,
      `restore user ${ALICE} from yesterday with memberships`,
      'Leave some out…',
    );
    await world.people.click(HANNA, card, 'Leave some out…', {
      'aspect:manager': 'true',
      reason: 'INC-20417, project ended',
    });
    card = await world.people.becomes(HANNA, card, 'Comes back by itself · Alice Moreau');
    for (const name of BACK_WITH_HER) expect(visible(card)).toContain(`[x] = ${name}`);
    expect(visible(card)).toContain('gives access to "Payroll" through Payroll readers');
    expect(visible(card)).toContain('goes again by a second preview with an approval of its own');
  });

  test('[R8] [C2] what is unticked is said on the options card, and its sentence reproduces the choice', async () => {
    await world.people.click(HANNA, card, 'Done', { [tickOf(card, 'Project X')]: 'false' });
    card = await world.people.becomes(HANNA, card, 'Restore user · Alice Moreau');
    expect(visible(card)).toContain('Comes back with it: 3 memberships');
    expect(visible(card)).toContain('Left out: Project X: a second preview with its removal once it is back');
    expect(visible(card)).toContain('[x] Manager');
    expect(visible(card)).toContain('INC-20417, project ended');
    expect(sayOf(card)).toBe(
      `restore user ${ALICE} at 2026-11-20T02:00+01:00 with memberships, manager without "Project X" because "INC-20417, project ended"`,
    );
    expect(await world.writes()).toBe(0);
  });

  test('[R8] the preview lists the line as one that goes again; its box takes it in again, and back through Change it stays left out', async () => {
    await world.people.click(HANNA, card, 'Preview');
    card = await world.people.becomes(HANNA, card, 'Preview · Alice Moreau');
    expect(visible(card)).toContain(
      '[ ] − Memberships: Project X · comes back with the account, then a second preview takes it away',
    );
    expect(visible(card)).toContain('[x] = Memberships: Berlin office · comes back with the account');
    expect(visible(card)).toContain('3 come back with the account · 1 of them to go again');
    await world.people.click(HANNA, card, 'Change');
    card = await world.people.becomes(HANNA, card, 'Restore user · Alice Moreau', 'Left out: Project X');
    await world.people.click(HANNA, card, 'Preview');
    card = await world.people.becomes(HANNA, card, 'Preview · Alice Moreau');
    const asked = await world.people.click(HANNA, card, 'Ask for approval', {
      [tickOf(card, 'Project X')]: 'true',
    });
    card = await world.people.becomes(HANNA, card, '[x] = Memberships: Project X');
    expect(noticeOf(asked)).toBe('');
    expect(sayOf(card)).not.toContain('without');
    await world.people.click(HANNA, card, 'Ask for approval', { [tickOf(card, 'Project X')]: 'false' });
    card = await world.people.becomes(HANNA, card, '− Memberships: Project X');
  });

  test('[A3] the approver sees that something goes again; the account comes back with all that Entra brings', async () => {
    await world.people.click(HANNA, card, 'Ask for approval');
    card = await world.people.becomes(HANNA, card, 'waiting for approval');
    const approval = await world.people.see(
      ARUN,
      { in: 'personal' },
      'Hanna Berg asks to restore Alice Moreau',
    );
    expect(visible(approval)).toContain('1 of these to go again, by a second preview');
    await world.people.click(ARUN, approval, 'Approve');
    card = await world.people.becomes(HANNA, card, 'Alice Moreau is back as of Fri 20 Nov 02:00');
    expect(await world.directory.groupsOf(ALICE)).toEqual(expect.arrayContaining([...BACK_WITH_HER]));
  });

  test('[R8] the result offers a second preview that names the removal; nothing is taken away before its own approval', async () => {
    expect(visible(card)).toMatch(
      /Project X came back and is not to stay: request \d+ takes it away, with a preview and an approval of its own/,
    );
    const before = await world.writes();
    await world.people.click(HANNA, card, 'Preview the removals');
    removals = await world.people.see(
      HANNA,
      { since: card.id },
      'removals after the restore of Alice Moreau',
    );
    expect(visible(removals)).toMatch(/1 to take away/);
    expect(visible(removals)).toContain('− Project X');
    for (const stays of ['Berlin office', 'Payroll readers', 'Finance'])
      expect(visible(removals)).not.toContain(`− ${stays}`);
    expect(sayOf(removals)).toMatch(/^request \d+$/);
    await world.people.ask(
      HANNA,
      sayOf(removals),
      'removals after the restore of Alice Moreau',
      '− Project X',
    );
    expect(await world.writes()).toBe(before);
    expect(await world.directory.groupsOf(ALICE)).toContain('Project X');
  });

  test('[R8] [A1] [A10] its removals are of the class bulk: the approver types the number; then Project X is gone, and only that', async () => {
    await world.people.click(HANNA, removals, 'Ask for approval');
    removals = await world.people.becomes(HANNA, removals, 'waiting for approval');
    const approval = await world.people.see(
      MEI,
      { in: 'personal' },
      'Hanna Berg asks to take away what came back with Alice Moreau and is not to stay',
    );
    expect(visible(approval)).toContain('Type the number');
    await world.people.click(MEI, approval, 'Approve', { number: numberOf(removals) });
    removals = await world.people.becomes(
      HANNA,
      removals,
      'What was not to stay with Alice Moreau is taken away',
    );
    const groups = await world.directory.groupsOf(ALICE);
    expect(groups).not.toContain('Project X');
    expect(groups).toEqual(
      expect.arrayContaining(['Berlin office', 'Finance all', 'Finance leads', 'Payroll readers']),
    );
    const first = await world.people.becomes(HANNA, card, 'Project X came back and is not to stay: request');
    expect(buttonsOf(first.card)).not.toContain('Preview the removals');
  });

  test('[R18] undo of the removals puts Alice back into Project X', async () => {
    await world.people.click(HANNA, removals, 'Undo');
    const undo = await world.people.see(HANNA, { since: removals.id }, 'Preview · undo of request');
    expect(visible(undo)).toContain('+ Project X');
    await world.people.click(HANNA, undo, 'Ask for approval');
    const asked = await world.people.see(ARUN, { since: undo.id, in: 'personal' }, 'Hanna Berg asks', 'undo');
    await world.people.click(ARUN, asked, 'Approve');
    await world.people.becomes(HANNA, undo, 'is undone');
    expect(await world.directory.groupsOf(ALICE)).toContain('Project X');
  });

  test('[T7] nothing that Graph or Teams would refuse, no unanswered turn, no error in the log', async () => {
    expect(await world.findings()).toEqual(NOTHING_FOUND);
  });
});

describe('the same in words', () => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: true });
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  test('[R6] [C2] `without "NAME"` fills the options card in chat, and means no other line', async () => {
    const card = await world.people.ask(
      HANNA,
      `restore user ${ALICE} from yesterday with memberships without "project x"`,
      'Restore user',
    );
    expect(visible(card)).toContain('Left out: Project X');
    expect(sayOf(card)).toContain('with memberships without "Project X"');
    await world.people.click(HANNA, card, 'Cancel');
  });

  test('[C1] a name that no line has, or that several have, is said with the names that there are; nothing is guessed', async () => {
    const none = await world.people.ask(
      HANNA,
      `restore user ${ALICE} from yesterday without "Sales Team Paris"`,
      'No line of this restore is called "Sales Team Paris"',
    );
    expect(visible(none)).toContain('Project X');
    const several = await world.people.ask(
      HANNA,
      `restore user ${ALICE} from yesterday with memberships without "finance"`,
      'means 2 lines of this restore',
    );
    expect(visible(several)).toMatch(/Say which one: "Finance (all|leads)", "Finance (leads|all)"/);
  });

  test('[R6] [R8] [A7] in the terminal: the account comes back, the removal is previewed and asked for on its own', async () => {
    const asked: string[] = [];
    let printed = '';
    const answers = ['y', 'y', 'y'];
    const done = sayToService(
      world.stage.service.ready.socket,
      `restore user ${ALICE} from yesterday with memberships without "Project X" because "INC-7"`,
      { interactive: true, json: false, yes: false, wait: true, width: 100, colour: false },
      {
        print: (line) => void (printed += `${line}\n`),
        error: (line) => void (printed += `${line}\n`),
        json: () => undefined,
        ask: async (prompt) => {
          asked.push(prompt);
          return answers.shift() ?? null;
        },
      },
    );
    const first = await world.people.see(ARUN, { in: 'personal' }, 'asks to restore Alice Moreau', 'INC-7');
    expect(printed).toContain(
      '− Project X · comes back with the account, then a second preview takes it away',
    );
    await world.people.click(ARUN, first, 'Approve');
    const second = await world.people.see(
      ARUN,
      { in: 'personal' },
      'asks to take away what came back with Alice Moreau',
    );
    expect(await world.directory.groupsOf(ALICE)).toContain('Project X');
    const number = /(?:number)\D{0,40}?(\d{2})\b/i.exec(printed.slice(printed.lastIndexOf('waiting')))?.[1];
    await world.people.click(ARUN, second, 'Approve', { number });
    await done;
    expect(asked).toEqual([
      'Needs 1 approver. Ask now? [y/N] ',
      'Preview the removals now? [y/N] ',
      'Needs 1 approver. Ask now? [y/N] ',
    ]);
    expect(printed).toContain('What was not to stay with Alice Moreau is taken away');
    expect(await world.directory.groupsOf(ALICE)).not.toContain('Project X');
    expect(await world.directory.groupsOf(ALICE)).toContain('Berlin office');
  });

  test('[T7] nothing that Graph or Teams would refuse, no unanswered turn, no error in the log', async () => {
    expect(await world.findings()).toEqual(NOTHING_FOUND);
  });
});
