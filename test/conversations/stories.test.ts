import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ARUN, HANNA, MEI } from '../harness/cast.js';
import { buttonsOf, tickOf, visible, type People } from '../harness/people.js';
import { Restoring } from '../harness/restoring.js';
import { NOTHING_FOUND, openWorld, type World } from '../harness/world.js';
import type { Directory } from '../harness/directory.js';

const RESEARCHERS = 'Research all';

/** Stories of other people than Alice; each takes a person of Research whom no other story touches. */
describe('restores of live objects', () => {
  let world: World;
  let people: People;
  let directory: Directory;
  let hanna: Restoring;
  let researchers: string[];
  const somebody = () => researchers.shift()!;

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: true });
    ({ people, directory } = world);
    hanna = new Restoring(people, HANNA);
    researchers = await directory.researchers();
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  test('[R3] [R7] [A1] changed properties come back with a click of the asker; a line whose tick is taken away stays as it is', async () => {
    const upn = somebody();
    const was = await directory.user(upn);
    await world.damage({
      do: 'patchUser',
      user: upn,
      set: { jobTitle: 'TBD', city: 'Nowhere' },
    });
    const preview = await hanna.preview(`restore user ${upn} from yesterday`);
    expect(visible(preview)).toMatch(/Job title TBD → /);
    expect(buttonsOf(preview.card)).toContain('Restore now');
    await people.click(HANNA, preview, 'Restore now', { [tickOf(preview, 'City')]: 'false' });
    const narrowed = await people.becomes(HANNA, preview, 'Account 1 changed');
    await people.click(HANNA, narrowed, 'Restore now');
    await people.becomes(HANNA, preview, 'is back as of');
    expect(await directory.user(upn)).toMatchObject({
      jobTitle: was?.['jobTitle'],
      city: 'Nowhere',
    });
  });

  test('[R6] the manager comes back when asked for', async () => {
    const upn = somebody();
    const was = await directory.managerOf(upn);
    await world.damage({ do: 'setManager', user: upn, manager: null });
    const preview = await hanna.preview(`restore user ${upn} from yesterday with manager`);
    const { theirs } = await hanna.ask(preview, ARUN);
    await people.click(ARUN, theirs, 'Approve');
    await people.becomes(HANNA, preview, 'is back as of');
    expect(await directory.managerOf(upn)).toBe(was);
    expect(was).toBe('Priya Raman');
  });

  test('[R1] a group comes back with its members', async () => {
    expect(await directory.membersOf('Finance leads')).toEqual([]);
    const preview = await hanna.preview('restore group "Finance leads" from yesterday with members');
    expect(visible(preview)).toContain('+ Tom Okafor');
    const { theirs } = await hanna.ask(preview, MEI);
    await people.click(MEI, theirs, 'Approve');
    await people.becomes(HANNA, preview, 'is back as of');
    expect(await directory.membersOf('Finance leads')).toContain('Tom Okafor');
  });

  test("[R8] [A10] exact mode names what it takes away and asks the approver for the number on the asker's card", async () => {
    const upn = somebody();
    await world.damage({ do: 'addMember', group: 'Works council', member: upn });
    const preview = await hanna.preview(`restore user ${upn} from yesterday with memberships exact`);
    expect(visible(preview)).toContain('− Works council');
    const { mine, theirs } = await hanna.ask(preview, ARUN);
    const number = /(?:number|Number)\D{0,40}?(\d{2})\b/.exec(visible(mine))?.[1];
    expect(number).toBeDefined();
    const wrong = number === '11' ? '12' : '11';
    await people.click(ARUN, theirs, 'Approve', { number: wrong });
    await people.see(ARUN, { since: theirs.id }, "That is not the number on the requester's card");
    expect(await directory.groupsOf(upn)).toContain('Works council');
    await people.click(ARUN, theirs, 'Approve', { number });
    await people.becomes(HANNA, preview, 'is back as of');
    expect(await directory.groupsOf(upn)).not.toContain('Works council');
  });

  test('[A3] the tenant moves between preview and approval: the approval lapses, the new plan is asked for anew', async () => {
    const upn = somebody();
    await world.damage(
      { do: 'removeMember', group: RESEARCHERS, member: upn },
      { do: 'removeMember', group: 'Laboratory access', member: upn },
    );
    const preview = await hanna.preview(`restore user ${upn} from yesterday with memberships`);
    const { theirs } = await hanna.ask(preview, ARUN);
    await world.damage({ do: 'addMember', group: 'Laboratory access', member: upn });
    const before = await world.writes();
    await people.click(ARUN, theirs, 'Approve');
    const lapsed = await people.becomes(HANNA, preview, 'lapsed', 'Since the preview', 'Laboratory access');
    expect(await world.writes()).toBe(before);
    expect(await directory.groupsOf(upn)).not.toContain(RESEARCHERS);
    await people.click(HANNA, lapsed, 'Ask again with this plan');
    await people.becomes(HANNA, preview, 'waiting for approval');
    const again = await people.see(ARUN, { in: 'personal' }, 'Hanna Berg asks', upn);
    await people.click(ARUN, again, 'Approve');
    await people.becomes(HANNA, preview, 'is back as of');
    expect(await directory.groupsOf(upn)).toEqual(expect.arrayContaining([RESEARCHERS, 'Laboratory access']));
  });

  test('[A4] denied with a comment: the asker reads who and why, nothing is written', async () => {
    const upn = somebody();
    await world.damage({ do: 'setManager', user: upn, manager: null });
    const preview = await hanna.preview(`restore user ${upn} from yesterday with manager`);
    const { theirs } = await hanna.ask(preview, MEI);
    const before = await world.writes();
    await people.click(MEI, theirs, 'Deny', { comment: 'Ask Priya first' });
    const denied = await people.becomes(HANNA, preview, 'denied', 'Mei Lin', 'Ask Priya first');
    expect(buttonsOf(denied.card)).not.toContain('Withdraw');
    const late = await people.see(ARUN, { in: 'personal' }, upn, 'denied');
    expect(buttonsOf(late.card)).not.toContain('Approve');
    expect(await world.writes()).toBe(before);
  });

  test('[A4] withdrawn by the asker: no approver can approve it any more', async () => {
    const upn = somebody();
    await world.damage({ do: 'setManager', user: upn, manager: null });
    const preview = await hanna.preview(`restore user ${upn} from yesterday with manager`);
    const { mine, theirs } = await hanna.ask(preview, ARUN);
    await people.click(HANNA, mine, 'Withdraw');
    await people.becomes(HANNA, preview, 'withdrawn');
    const gone = await people.becomes(ARUN, theirs, 'withdrawn');
    expect(buttonsOf(gone.card)).not.toContain('Approve');
    expect(await directory.managerOf(upn)).toBeNull();
  });

  test('[C4] three presses at the same moment ask once; the next ones hear that the request moved on', async () => {
    const upn = somebody();
    await world.damage({ do: 'setManager', user: upn, manager: null });
    const preview = await hanna.preview(`restore user ${upn} from yesterday with manager`);
    await people.click(HANNA, preview, 'Ask for approval', {}, 3);
    await people.becomes(HANNA, preview, 'waiting for approval');
    const asked = await people.see(ARUN, { in: 'personal' }, 'Hanna Berg asks', upn);
    const cards = (await people.sees(ARUN, { in: 'personal' })).filter(
      (one) => visible(one).includes(upn) && visible(one).includes('Hanna Berg asks'),
    );
    expect(cards).toHaveLength(1);
    const before = await world.writes();
    await people.click(ARUN, asked, 'Approve', {}, 3);
    await people.becomes(HANNA, preview, 'is back as of');
    expect(await world.writes()).toBe(before + 1);
  });

  test('[R17] a dry run is a plan without buttons that write; nothing is stored or written', async () => {
    const upn = somebody();
    await world.damage({ do: 'setManager', user: upn, manager: null });
    const before = await world.writes();
    const dry = await people.ask(HANNA, `restore user ${upn} from yesterday with manager dry run`, 'Preview');
    expect(visible(dry)).toContain('Priya Raman');
    for (const button of ['Ask for approval', 'Restore now'])
      expect(buttonsOf(dry.card)).not.toContain(button);
    expect(await world.writes()).toBe(before);
  });

  test('[R2] another version is picked from the list, and the older value comes back', async () => {
    const upn = somebody();
    await world.damage({ do: 'patchUser', user: upn, set: { jobTitle: 'First change' } });
    await people.ask(HANNA, 'backup now', 'backup');
    await people.see(HANNA, { in: 'personal' }, 'Snapshot 16 complete');
    await world.damage({ do: 'patchUser', user: upn, set: { jobTitle: 'Second change' } });
    const options = await people.ask(HANNA, `restore user ${upn}`, 'Restore point', 'snapshot 16');
    await people.click(HANNA, options, 'Change');
    const picker = await people.becomes(HANNA, options, 'Versions that differ');
    expect(visible(picker)).toContain('Job title changed');
    const older = await people.becomes(HANNA, options, 'snapshots 1 to 15');
    await people.click(HANNA, older, 'Use this point', { seq: '15' });
    const chosen = await people.becomes(HANNA, options, 'Restore user', 'snapshot 15');
    await people.click(HANNA, chosen, 'Preview', { reason: 'INC-7' });
    const preview = await people.becomes(HANNA, options, 'Preview · ', 'Second change → ');
    await people.click(HANNA, preview, 'Restore now');
    await people.becomes(HANNA, options, 'is back as of');
    expect((await directory.user(upn))?.['jobTitle']).not.toMatch(/change/);
  });

  test('[A4] a request that nobody decides expires, and says so on every card', async () => {
    const upn = somebody();
    await world.damage({ do: 'setManager', user: upn, manager: null });
    const preview = await hanna.preview(`restore user ${upn} from yesterday with manager`);
    const { theirs } = await hanna.ask(preview, ARUN);
    await world.advance('61m');
    await people.becomes(HANNA, preview, 'expired');
    const gone = await people.becomes(ARUN, theirs, 'expired');
    expect(buttonsOf(gone.card)).not.toContain('Approve');
    expect(await directory.managerOf(upn)).toBeNull();
  });

  test('[N4] the channel never named anybody of these stories', async () => {
    for (const one of await people.sees(HANNA, { in: 'channel' }))
      expect(visible(one)).not.toMatch(/contoso\.example|Priya|Works council|Research|INC-/);
  });

  test('[T7] nothing that Graph or Teams would refuse, no unanswered turn, no error in the log, no host but this machine', async () => {
    expect(await world.findings()).toEqual(NOTHING_FOUND);
  });
});
