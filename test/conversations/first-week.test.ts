import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ALICE, ARUN, CHEN, HANNA, MEI, SOFIA } from '../harness/cast.js';
import { buttonsOf, requestNumberOf, visible, type People } from '../harness/people.js';
import { Restoring } from '../harness/restoring.js';
import { SmallRequests } from '../harness/small-requests.js';
import { NOTHING_FOUND, openWorld, type World } from '../harness/world.js';

/** What somebody who is new asks in the first week, and what a careless answer would get wrong. */
describe('the first week', () => {
  let world: World;
  let people: People;
  let hanna: Restoring;
  let accountants: string[];

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: false });
    people = world.people;
    hanna = new Restoring(people, HANNA);
    accountants = await world.directory.accountants();
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  describe('looking', () => {
    test.each([
      ['Finance all', 'Kind Microsoft 365 group'],
      ['Berlin office', 'Kind security group'],
      ['Sales list', 'Kind mail-enabled security group'],
      ['All staff', 'Kind dynamic group'],
    ])('[F2] the kind of %s is called what administrators call it', async (name, kind) => {
      const shown = visible(await people.ask(HANNA, `show group "${name}"`, name, 'Kind'));
      expect(shown).toContain(kind);
      expect(shown).not.toMatch(/Unified|DynamicMembership/);
    });

    test('[F4] where nothing differs nothing is offered to be restored', async () => {
      const same = await people.ask(HANNA, `compare user ${CHEN} snapshot 1 now`, 'no difference');
      expect(buttonsOf(same.card)).toEqual(['Show all']);
      await world.damage({ do: 'patchUser', user: CHEN, set: { jobTitle: 'TBD' } });
      const other = await people.ask(HANNA, `compare user ${CHEN} snapshot 1 now`, '1 difference');
      await people.click(HANNA, other, 'Restore to snapshot 1…');
      await people.see(HANNA, { since: other.id }, 'Restore user · Alice Chen', 'snapshot 1');
    });

    test('[F7] what was lost stands before what merely differs, in the same words for live and kept', async () => {
      await world.damage(
        { do: 'patchUser', user: accountants.at(-1)!, set: { department: 'TBD' } },
        { do: 'setMembers', group: 'Finance leads', members: [] },
      );
      const order = /[^]*− Finance leads: \d+ members? removed[^]*Department changed/;
      expect(visible(await people.ask(HANNA, 'what changed since snapshot 1', 'Finance leads'))).toMatch(
        order,
      );
      await people.ask(HANNA, 'backup now', 'backup');
      await people.see(HANNA, { in: 'personal' }, 'Snapshot 2', 'complete');
      expect(visible(await people.ask(HANNA, 'what changed since snapshot 1', 'Finance leads'))).toMatch(
        order,
      );
    });

    test('[F4] [R6] the relationships of a deleted account cannot be compared with now, and that is said', async () => {
      await world.damage({ do: 'deleteUser', user: ALICE });
      const compared = visible(
        await people.ask(HANNA, `compare user ${ALICE} snapshot 1 now`, 'live then, deleted now'),
      );
      expect(compared).toContain('Entra does not show the relationships of a deleted object');
    });
  });

  describe('asking and deciding', () => {
    test('[R16] a plan of which nothing can be done here is not called done', async () => {
      await world.damage({ do: 'setMembers', group: 'Sales list', members: [] });
      const preview = await hanna.preview('restore group "Sales list" from snapshot 1 with members');
      expect(visible(preview)).toMatch(
        /Nothing to restore here: \d+ lines are left for a person, each with its reason/,
      );
      expect(visible(preview)).not.toContain('already is as');
      expect(visible(preview)).toMatch(/Skipped \d+ lines/);
      expect(buttonsOf(preview.card)).not.toContain('Ask for approval');
      await people.click(HANNA, preview, 'Cancel');
    });

    test('[R17] a dry run shows its lines to read: nothing to tick, since nothing is kept', async () => {
      await world.damage({ do: 'setMembers', group: 'Finance all', members: [] });
      const dry = await people.ask(
        HANNA,
        'restore group "Finance all" from snapshot 1 with members dry run',
        'dry run',
      );
      expect(JSON.stringify(dry.card)).not.toContain('Input.');
      expect(visible(dry)).not.toMatch(/and \d+ more/);
    });

    test('[A5] who may not take a backup is not offered one', async () => {
      expect(buttonsOf((await people.ask(ARUN, 'status', 'Last snapshot')).card)).not.toContain('Backup now');
      expect(buttonsOf((await people.ask(HANNA, 'status', 'Last snapshot')).card)).toContain('Backup now');
    });

    test('[C1] help names every role that may', async () => {
      await people.ask(SOFIA, 'help hold snapshot', 'needs the role administrator or auditor');
      await people.ask(HANNA, 'help restore', 'needs the role operator or administrator');
      await people.ask(ARUN, 'help approve', 'needs the role approver');
    });

    test('[C5] what was typed is not called a click', async () => {
      const { upn, mine } = await new SmallRequests(world, accountants).waiting();
      const number = requestNumberOf(mine);
      await people.ask(ARUN, `reassign ${number} to mei.lin@contoso.example`, 'waits for somebody else');
      const told = visible(await people.ask(ARUN, `approve ${number}`, 'belongs to somebody else'));
      expect(told).toContain('Nothing was done.');
      expect(told).not.toContain('click');
      await people.ask(MEI, `approve ${number}`, upn);
      await people.becomes(HANNA, mine, 'is back as of');
    });

    test('[A3] when much moved, the lapsed card turns its pages, also for whoever had approved', async () => {
      const chosen = accountants.slice(0, 7);
      await world.damage(...chosen.map((user) => ({ do: 'setManager', user, manager: null })));
      const { mine, theirs } = await hanna.ask(
        await hanna.preview(`restore users ${chosen.join(', ')} from snapshot 1 with manager`),
        ARUN,
      );
      await world.damage(
        ...chosen.map((user) => ({ do: 'setManager', user, manager: 'priya.raman@contoso.example' })),
      );
      await people.click(ARUN, theirs, 'Approve');
      let lapsed = await people.becomes(HANNA, mine, 'lapsed', 'Since the preview', 'and 2 more');
      await people.click(HANNA, lapsed, 'More lines (2 of 2)');
      lapsed = await people.becomes(HANNA, mine, 'lines 6 to 7 of 7');
      await people.click(HANNA, lapsed, 'Lines before');
      lapsed = await people.becomes(HANNA, mine, 'and 2 more');
      const seen = await people.becomes(ARUN, theirs, 'and 2 more');
      await people.click(ARUN, seen, 'More lines (2 of 2)');
      await people.becomes(ARUN, theirs, 'lines 6 to 7 of 7');
      expect(visible(lapsed)).toMatch(/, manager Tom Okafor: to add → to add, instead of Priya Raman\./);
      expect(buttonsOf(lapsed.card)).toContain('Ask again with this plan');
    });
  });

  test('[T7] nothing that Graph or Teams would refuse, no unanswered turn, no error in the log, no host but this machine', async () => {
    expect(await world.findings()).toEqual(NOTHING_FOUND);
  });
});
