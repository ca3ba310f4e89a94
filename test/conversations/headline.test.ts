import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ALICE, ARUN, HANNA, MEI } from '../harness/cast.js';
import { NOTHING_FOUND, openWorld, type World } from '../harness/world.js';
import { buttonsOf, choiceOf, visible, type Seen } from '../harness/people.js';

const SENTENCE = 'restore user alice from yesterday with memberships';

describe('the headline: Alice was deleted this morning', () => {
  let world: World;
  let card: Seen;
  let approval: Seen;

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: true });
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  test('[C1] [F1] an ambiguous name gets a picker: deleted first, with the days left', async () => {
    card = await world.people.ask(HANNA, SENTENCE, 'Which alice', '3 found');
    expect(visible(card)).toContain(
      'Alice Moreau · alice.moreau@contoso.example · Finance · deleted today 07:12, 29 days left',
    );
    expect(visible(card)).toMatch(/Alice Brandt · .* · guest · live/);
    expect(visible(card)).toMatch(/Alice Chen · .* · live, unchanged/);
    expect(buttonsOf(card.card)).toEqual(['Go on', 'Cancel']);
  });

  test('[R2] [R6] [C2] the options say the object, the exact point and what comes back by itself; the card is edited in place', async () => {
    await world.people.click(HANNA, card, 'Go on', { choice: choiceOf(card, 'Alice Moreau') });
    card = await world.people.becomes(HANNA, card, 'Restore user · Alice Moreau');
    expect(visible(card)).toContain('deleted today 07:12');
    expect(visible(card)).toContain('in the recycle bin until 21 Dec, 07:12');
    expect(visible(card)).toContain('Fri 20 Nov 2026, 02:00 (Europe/Berlin) · snapshot 14');
    expect(visible(card)).toContain('undelete, same ID, then 1 property');
    expect(visible(card)).toContain('Comes back with it: 3 memberships');
    expect(visible(card)).toContain('[x] Memberships · 2 more');
    expect(visible(card)).toContain('[ ] keep sign-in blocked');
    expect(visible(card)).toContain('restore user alice.moreau@contoso.example at 2026-11-20T02:00');
  });

  test('[F3] the restore point picker lists the distinct versions and marks the one in use', async () => {
    await world.people.click(HANNA, card, 'Change');
    card = await world.people.becomes(HANNA, card, 'Restore point · Alice Moreau');
    expect(visible(card)).toContain('Sat 21 Nov 02:00, snapshot 15: joined Project X');
    expect(visible(card)).toContain(
      '(•) Mon 16 Nov 02:00, snapshots 10 to 14: joined Payroll readers, in use',
    );
    expect(visible(card)).toContain('Thu 12 Nov 02:00, snapshots 6 to 9: Job title changed');
    await world.people.click(HANNA, card, 'Back');
    card = await world.people.becomes(HANNA, card, 'Restore user · Alice Moreau');
  });

  test('[A9] [R16] the preview says first what it gives, and before any approval what Graph cannot do', async () => {
    await world.people.click(HANNA, card, 'Preview');
    card = await world.people.becomes(HANNA, card, 'Preview · Alice Moreau → Fri 20 Nov 02:00');
    const text = visible(card);
    expect(text).toContain('This gives: a live account · access to "Payroll" through Payroll readers');
    expect(text).toMatch(/Department\s+TBD → Finance/);
    expect(text).toMatch(/\+ Finance all/);
    expect(text).toMatch(/\+ Finance leads/);
    for (const back of ['Payroll readers', 'Berlin office', 'Project X'])
      expect(text).toMatch(new RegExp(`= ${back} · comes back with the account`));
    expect(text).toContain('Sales list: mail-enabled group, Graph cannot change it → Exchange admin centre');
    expect(text).toContain('All staff: dynamic, Entra adds members by rule within minutes');
    expect(text).toContain('1 of Identity approvers, not you');
    expect(text.indexOf('This gives')).toBeLessThan(text.indexOf('Department'));
    expect(await world.writes()).toBe(0);
  });

  test('[R19] a reason is asked for before anybody else is', async () => {
    await world.people.click(HANNA, card, 'Ask for approval');
    await world.people.see(HANNA, { since: card.id }, 'A reason is needed');
    expect((await world.people.sees(ARUN)).some((one) => visible(one).includes('asks to restore'))).toBe(
      false,
    );
  });

  test('[A1] [N4] asked: each approver gets a card in the personal chat, the channel a count without names', async () => {
    await world.people.click(HANNA, card, 'Ask for approval', {
      reason: 'INC-20417, locked out before the closing',
    });
    card = await world.people.becomes(HANNA, card, 'waiting for approval');
    expect(buttonsOf(card.card)).toContain('Withdraw');
    approval = await world.people.see(ARUN, { in: 'personal' }, 'Hanna Berg asks to restore Alice Moreau');
    expect(visible(approval)).toContain('Why: INC-20417, locked out before the closing');
    expect(visible(approval)).toContain('This gives');
    expect(visible(approval)).not.toContain('Type the number');
    await world.people.see(MEI, { in: 'personal' }, 'Hanna Berg asks to restore Alice Moreau');
    const told = await world.people.see(HANNA, { in: 'channel' }, 'request waits');
    expect(visible(told)).toContain('Hanna Berg');
    expect(visible(told)).not.toMatch(/Alice|Moreau|INC-20417/);
  });

  test('[A3] all lines, once the approver asked for them, stay on their card until it is decided', async () => {
    await world.people.click(ARUN, approval, 'Show all lines');
    let shown = approval;
    // The answer to the click shows them to this client at once; the edit that follows is for good.
    for (let looks = 0; looks < 500 && shown['edited'] !== true; looks += 1)
      shown = await world.people.becomes(ARUN, approval, 'Hide lines', 'Finance leads');
    expect(shown['edited']).toBe(true);
    expect(visible(shown)).toContain('= Payroll readers');
    expect(buttonsOf(shown.card)).toContain('Approve');
  });

  test('[A2] the requester finds no way to approve her own request', async () => {
    expect(buttonsOf(card.card)).not.toContain('Approve');
    expect(
      (await world.people.sees(HANNA)).some((one) => visible(one).includes('Hanna Berg asks to restore')),
    ).toBe(false);
  });

  test('[R3] [N2] approved once: the same card runs and ends with the result; the account is back with its ID', async () => {
    await world.people.click(ARUN, approval, 'Approve');
    card = await world.people.becomes(HANNA, card, 'Alice Moreau is back as of Fri 20 Nov 02:00');
    expect(visible(card)).toMatch(/checked \d\d:\d\d:\d\d against the directory: (\d+) of \1 lines hold/);
    expect(visible(card)).toMatch(/Sales list/);
    expect(visible(card)).toContain('approved by Arun Patel');
    expect(visible(card)).toContain('asked by Hanna Berg');
    expect(visible(card)).toContain('incomplete');
    expect(buttonsOf(card.card)).toEqual(expect.arrayContaining(['Undo', 'Reset password', 'Audit']));
    const alice = await world.directory.user(ALICE);
    expect(alice).toMatchObject({ department: 'Finance', accountEnabled: true });
    expect(await world.directory.groupsOf(ALICE)).toEqual(
      expect.arrayContaining([
        'Berlin office',
        'Finance all',
        'Finance leads',
        'Payroll readers',
        'Project X',
      ]),
    );
    expect(await world.directory.groupsOf(ALICE)).not.toContain('Sales list');
  });

  test('[A4] the cards of both approvers say who decided and have no buttons left that decide', async () => {
    for (const approver of [ARUN, MEI]) {
      const decided = await world.people.see(approver, { in: 'personal' }, 'Alice Moreau', 'Arun Patel');
      expect(buttonsOf(decided.card)).not.toContain('Approve');
      expect(buttonsOf(decided.card)).not.toContain('Deny…');
    }
  });

  test('[N1] [N4] the channel hears the end as counts; nobody concerned is named in it, ever', async () => {
    await world.people.see(HANNA, { in: 'channel' }, 'request', '1 user');
    for (const one of await world.people.sees(HANNA, { in: 'channel' }))
      expect(visible(one)).not.toMatch(/Alice|Moreau|Finance leads|Project X|INC-20417/);
  });

  test('[R11] the same restore a second time has nothing to do and writes nothing', async () => {
    const before = await world.writes();
    const again = await world.people.ask(
      HANNA,
      `restore user ${ALICE} from yesterday with memberships`,
      'Restore user',
    );
    await world.people.click(HANNA, again, 'Preview', { reason: 'again' });
    const preview = await world.people.becomes(HANNA, again, 'Nothing to restore');
    expect(buttonsOf(preview.card)).not.toContain('Ask for approval');
    expect(await world.writes()).toBe(before);
  });

  test('[R18] undo is a restore of its own: it names first what it takes away, and is approved like one', async () => {
    await world.people.click(HANNA, card, 'Undo');
    const undo = await world.people.see(HANNA, { since: card.id }, 'Preview', 'undo of request');
    expect(visible(undo)).toContain('move to the recycle bin');
    expect(visible(undo)).toContain('− Finance all');
    expect(visible(undo)).toMatch(/Finance → TBD/);
    await world.people.click(HANNA, undo, 'Ask for approval');
    const asked = await world.people.see(MEI, { since: undo.id }, 'Hanna Berg asks', 'undo');
    await world.people.click(MEI, asked, 'Approve');
    await world.people.becomes(HANNA, undo, 'checked', 'approved by Mei Lin');
    expect(await world.directory.user(ALICE)).toBeNull();
  });

  test('[T7] nothing that Graph or Teams would refuse, no unanswered turn, no error in the log, no host but this machine', async () => {
    expect(await world.findings()).toEqual(NOTHING_FOUND);
  });
});
