import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ARUN, HANNA, MEI, SOFIA, TOM } from '../harness/cast.js';
import { Channel } from '../harness/channel.js';
import { buttonsOf, choiceOf, dataOf, visible, type People, type Seen } from '../harness/people.js';
import { refusals, type Refused } from '../harness/refusals.js';
import { Restoring } from '../harness/restoring.js';
import { SmallRequests } from '../harness/small-requests.js';
import { NOTHING_FOUND, openWorld, type World } from '../harness/world.js';

/** A group that every Conditional Access policy leaves out: whoever is put back into it is given that. */
const EXEMPT = 'Emergency access';
const EMERGENCY = 'emergency.one@contoso.example';
const REMEMBERED = 'Emergency access one';
const SENTENCE = `restore group "${EXEMPT}" from snapshot 1 with members`;

/** Who decides, and how often: one snapshot is enough, and what it holds is taken away before each story. */
describe('approvals', () => {
  let world: World;
  let people: People;
  let channel: Channel;
  let hanna: Restoring;
  let small: SmallRequests;
  let refused: Refused;

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: false });
    people = world.people;
    channel = await Channel.open(world);
    hanna = new Restoring(people, HANNA);
    small = new SmallRequests(world, await world.directory.researchers());
    refused = refusals(world, channel);
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  /** A request on somebody else's side. */
  const cardOf = (as: string, upn: string) => people.see(as, { in: 'personal' }, `${HANNA} asks`, upn);

  describe('a plan that grants', () => {
    let mine: Seen;
    let aruns: Seen;
    let meis: Seen;
    let number: string;

    async function askToGrant(): Promise<void> {
      await world.damage({ do: 'removeMember', group: EXEMPT, member: EMERGENCY });
      const preview = await hanna.preview(SENTENCE, { reason: 'INC-9' });
      const asked = await hanna.ask(preview, ARUN);
      ({ mine, theirs: aruns } = asked);
      meis = await people.see(MEI, { since: preview.id }, `${HANNA} asks`);
      number = /\b(\d\d)\b/.exec(/number[^\d]*\d\d\b/i.exec(visible(mine))?.[0] ?? '')?.[1] ?? '';
    }
    const isBack = async () => (await world.directory.membersOf(EXEMPT)).includes(REMEMBERED);

    test('[A1] [A9] is said to grant before anything else, and needs two approvers and the number', async () => {
      await world.damage({ do: 'removeMember', group: EXEMPT, member: EMERGENCY });
      const preview = await hanna.preview(SENTENCE, { reason: 'INC-9' });
      const text = visible(preview);
      expect(text).toMatch(/This gives: .*Conditional Access policy "Block legacy authentication"/);
      expect(text.indexOf('This gives')).toBeLessThan(text.indexOf(REMEMBERED));
      expect(text).toContain('2 of Identity approvers, not you');
      expect(buttonsOf(preview.card)).not.toContain('Restore now');
    });

    test("[A10] [N4] the number stands on the requester's card alone; the channel hears a count", async () => {
      await askToGrant();
      expect(number).toMatch(/^\d\d$/);
      expect(visible(mine)).toContain('0 of 2 approvals given');
      for (const card of [aruns, meis]) {
        expect(visible(card)).toContain("Type the number on Hanna Berg's card");
        // What the buttons carry is hexadecimal or random: any two digits may stand in it.
        const readable = JSON.stringify(card.card).replaceAll(/"[\w-]{20,}"/g, '"…"');
        expect(readable).not.toMatch(new RegExp(`[^\\d:-]${number}[^\\d:-]`));
      }
      const told = await people.see(HANNA, { in: 'channel' }, 'A request waits: 1 group');
      expect(visible(told)).not.toMatch(/Emergency|INC-9/);
    });

    test('[A2] [A5] neither the requester nor anybody else without the right approves it, whatever they send', async () => {
      const data = { ...dataOf(aruns, 'approval.approve'), number };
      for (const who of [HANNA, SOFIA, TOM])
        await refused(who, aruns, 'approval.approve', data, 'Your role does not allow this', 'approver');
      expect(visible(await people.becomes(HANNA, mine, 'waiting for approval'))).toContain(
        '0 of 2 approvals',
      );
    });

    test.each([
      ['no number', {}],
      ['another number', { number: '09' }],
      ['no number at all', { number: 'abc' }],
    ])('[A10] %s: not approved, told whom to ask', async (_name, inputs) => {
      await refused(
        ARUN,
        aruns,
        'approval.approve',
        { ...dataOf(aruns, 'approval.approve'), ...inputs },
        "That is not the number on the requester's card",
        'Ask Hanna Berg',
      );
    });

    test('[A1] one approval of two writes nothing; everybody reads who approved and what is missing', async () => {
      const before = await world.writes();
      await people.click(ARUN, aruns, 'Approve', { number });
      await people.becomes(HANNA, mine, '1 of 2 approvals given (Arun Patel)');
      meis = await people.becomes(MEI, meis, 'Arun Patel approved', '1 more needed');
      expect(buttonsOf(meis.card)).toContain('Approve');
      const own = await people.becomes(ARUN, aruns, 'You approved this', '1 more needed');
      expect(buttonsOf(own.card)).not.toContain('Approve');
      expect(await world.writes()).toBe(before);
      expect(await isBack()).toBe(false);
    });

    test('[A2] one person counts once: the first approver cannot be the second', async () => {
      const data = { ...dataOf(aruns, 'approval.approve'), number };
      await refused(ARUN, aruns, 'approval.approve', data, 'You already decided this request');
      expect(visible(await people.becomes(HANNA, mine, 'waiting for approval'))).toContain(
        '1 of 2 approvals',
      );
    });

    test('[A1] [R1] the second approver starts it: the tenant is as it was, both are named, the audit has every step', async () => {
      await people.click(MEI, meis, 'Approve', { number });
      const done = await people.becomes(HANNA, mine, 'is back as of', 'approved by Arun Patel');
      expect(visible(done)).toContain('approved by Mei Lin');
      expect(await isBack()).toBe(true);
      for (const [who, card] of [
        [ARUN, aruns],
        [MEI, meis],
      ] as const)
        expect(buttonsOf((await people.becomes(who, card, 'approved by Mei Lin')).card)).not.toContain(
          'Approve',
        );
      await people.click(HANNA, done, 'Audit');
      const audit = visible(await people.see(HANNA, { since: done.id }, 'Audit · request'));
      for (const step of ['restore asked', 'approval approved', 'write done', 'restore finished'])
        expect(audit).toContain(step);
      expect(audit.match(/approval approved/g)).toHaveLength(2);
      const told = await people.see(HANNA, { in: 'channel' }, 'approved by Arun Patel and Mei Lin');
      expect(visible(told)).not.toContain('Emergency');
    });

    test('[A2] [C4] both approvers at the same moment, each three times: each counts once, it runs once', async () => {
      await askToGrant();
      const before = await world.writes();
      await Promise.all([
        people.click(ARUN, aruns, 'Approve', { number }, 3),
        people.click(MEI, meis, 'Approve', { number }, 3),
      ]);
      const done = await people.becomes(HANNA, mine, 'is back as of');
      expect(visible(done).match(/approved by (Arun Patel|Mei Lin)/g)).toHaveLength(2);
      expect(await world.writes()).toBe(before + 1);
      expect(await isBack()).toBe(true);
    });

    test('[A4] one "no" after one "yes" is a no: nothing is written, nobody can approve it any more', async () => {
      await askToGrant();
      const before = await world.writes();
      await people.click(ARUN, aruns, 'Approve', { number });
      await people.becomes(HANNA, mine, '1 of 2 approvals given');
      const late = { ...dataOf(meis, 'approval.approve'), number };
      await people.click(MEI, meis, 'Deny', { comment: 'Not before the review' });
      await people.becomes(HANNA, mine, 'denied', 'Mei Lin', 'Not before the review');
      await people.becomes(ARUN, aruns, 'denied');
      await refused(MEI, meis, 'approval.approve', late, 'already decided this request (denied)');
      expect(await world.writes()).toBe(before);
      expect(await isBack()).toBe(false);
    });

    test('[A2] a right that was taken away since the card came does not count at the click', async () => {
      await askToGrant();
      const data = { ...dataOf(meis, 'approval.approve'), number };
      await world.damage({
        do: 'removeMember',
        group: 'Identity approvers',
        member: 'mei.lin@contoso.example',
      });
      await refused(MEI, meis, 'approval.approve', data, 'Your role does not allow this');
      await world.damage({ do: 'addMember', group: 'Identity approvers', member: 'mei.lin@contoso.example' });
      await people.click(MEI, meis, 'Approve', { number });
      await people.becomes(HANNA, mine, '1 of 2 approvals given (Mei Lin)');
    });

    test('[A4] handed on, the others who were asked stay asked, and the new one comes in', async () => {
      await people.click(HANNA, await people.becomes(HANNA, mine, '1 of 2 approvals given'), 'Withdraw');
      await people.becomes(HANNA, mine, 'withdrawn');
      await world.damage({
        do: 'addMember',
        group: 'Identity approvers',
        member: 'sofia.rossi@contoso.example',
      });
      await askToGrant();
      aruns = await people.becomes(ARUN, aruns, 'Approve');
      await people.click(ARUN, aruns, 'Hand over', { person: choiceOf(aruns, SOFIA) });
      const gone = await people.becomes(ARUN, aruns, 'waits for somebody else');
      expect(buttonsOf(gone.card)).not.toContain('Approve');
      const sofias = await people.see(SOFIA, { in: 'personal' }, `${HANNA} asks`, EXEMPT);
      await people.click(SOFIA, sofias, 'Approve', { number });
      await people.becomes(HANNA, mine, '1 of 2 approvals given (Sofia Rossi)');
      await people.click(MEI, meis, 'Approve', { number });
      await people.becomes(HANNA, mine, 'is back as of', 'approved by Sofia Rossi');
      expect(await isBack()).toBe(true);
      await world.damage({
        do: 'removeMember',
        group: 'Identity approvers',
        member: 'sofia.rossi@contoso.example',
      });
    });
  });

  describe('a plan that one approver decides', () => {
    test('[C4] [C5] both approvers at the same moment: exactly one wins, the other reads who was faster', async () => {
      const { upn, mine, theirs } = await small.waiting();
      const meis = await cardOf(MEI, upn);
      const before = await world.writes();
      // Not through the client: it would not press a button that the faster click has just taken away.
      await Promise.all([
        channel.press(ARUN, theirs, 'approval.approve', dataOf(theirs, 'approval.approve')),
        channel.press(MEI, meis, 'approval.approve', dataOf(meis, 'approval.approve')),
      ]);
      const done = await people.becomes(HANNA, mine, 'is back as of');
      const [winner] = [...visible(done).matchAll(/approved by (Arun Patel|Mei Lin)/g)].map(
        ([, name]) => name!,
      );
      expect(visible(done).match(/approved by/g)).toHaveLength(1);
      const [loser, card] = winner === ARUN ? [MEI, meis] : [ARUN, theirs];
      const told = await people.see(
        loser,
        { since: card.id },
        `${winner} already decided this request`,
        'This click did nothing.',
        'Nothing more is needed',
      );
      expect(visible(told)).toMatch(/Ref [0-9a-z]{4,}/i);
      for (const one of await people.sees(winner!, { since: (winner === ARUN ? theirs : meis).id }))
        expect(visible(one)).not.toContain('did nothing');
      expect(await world.writes()).toBe(before + 1);
      expect(await world.directory.managerOf(upn)).toBe('Priya Raman');
    });

    test('[C4] [C5] one says yes and one says no at the same moment: one of the two holds, and only that', async () => {
      const { upn, mine, theirs } = await small.waiting();
      const meis = await cardOf(MEI, upn);
      const before = await world.writes();
      await Promise.all([
        channel.press(ARUN, theirs, 'approval.approve', dataOf(theirs, 'approval.approve')),
        channel.press(MEI, meis, 'approval.deny', dataOf(meis, 'approval.deny')),
      ]);
      const end = visible(await people.see(HANNA, { id: mine.id }, 'asked by Hanna Berg'));
      const denied = end.includes('denied by Mei Lin');
      const [loser, card] = denied ? [ARUN, theirs] : [MEI, meis];
      await people.see(loser, { since: card.id }, 'already decided this request', 'This click did nothing.');
      if (denied) await people.becomes(HANNA, mine, 'Nothing was written');
      else await people.becomes(HANNA, mine, 'is back as of');
      expect(await world.writes()).toBe(before + (denied ? 0 : 1));
      expect(await world.directory.managerOf(upn)).toBe(denied ? null : 'Priya Raman');
    });

    test('[A4] handed to somebody else: only they decide from then on, and everybody reads it', async () => {
      const { upn, mine, theirs } = await small.waiting();
      const meis = await cardOf(MEI, upn);
      const data = dataOf(theirs, 'approval.approve');
      await people.click(ARUN, theirs, 'Hand over', { person: choiceOf(theirs, MEI) });
      const handed = await people.becomes(ARUN, theirs, 'waits for somebody else');
      expect(buttonsOf(handed.card)).not.toContain('Approve');
      await people.becomes(HANNA, mine, 'Asked: Mei Lin');
      await refused(
        ARUN,
        theirs,
        'approval.approve',
        data,
        'This request belongs to somebody else',
        'Only Mei Lin can do this',
      );
      await refused(
        ARUN,
        theirs,
        'approval.deny',
        { id: data['id'], comment: 'still mine' },
        'This request belongs to somebody else',
      );
      await people.click(MEI, await people.becomes(MEI, meis, upn), 'Approve');
      await people.becomes(HANNA, mine, 'is back as of', 'approved by Mei Lin');
      expect(await world.directory.managerOf(upn)).toBe('Priya Raman');
    });

    test('[A2] [A4] it cannot be handed to the requester, to somebody who may not decide, nor by one of them', async () => {
      const { mine, theirs } = await small.waiting();
      const { id } = dataOf(theirs, 'approval.approve');
      for (const [who, person, ...texts] of [
        [ARUN, HANNA, 'This person may not decide requests', 'Choose one of Identity approvers'],
        [ARUN, TOM, 'This person may not decide requests', 'Mei Lin'],
        [HANNA, MEI, 'Your role does not allow this'],
        [SOFIA, MEI, 'Your role does not allow this'],
      ] as const)
        await refused(who, theirs, 'approval.reassign', { id, person: channel.objectIdOf(person) }, ...texts);
      await people.click(HANNA, mine, 'Withdraw');
      await people.becomes(HANNA, mine, 'withdrawn');
    });

    test('[A4] withdrawn by the asker alone, once; a late approval reads why it did nothing', async () => {
      const { mine, theirs } = await small.waiting();
      const withdraw = dataOf(mine, 'request.withdraw');
      const approve = dataOf(theirs, 'approval.approve');
      await refused(
        SOFIA,
        mine,
        'request.withdraw',
        withdraw,
        'This request belongs to somebody else',
        'Only Hanna Berg',
      );
      await people.click(HANNA, mine, 'Withdraw');
      await people.becomes(HANNA, mine, 'withdrawn');
      await people.becomes(ARUN, theirs, 'Hanna Berg withdrew this');
      await refused(HANNA, mine, 'request.withdraw', withdraw, 'already decided this request (withdrawn)');
      await refused(
        ARUN,
        theirs,
        'approval.approve',
        approve,
        'Hanna Berg already decided this request (withdrawn)',
      );
    });

    test('[A10] denying takes no more than approving, and a reason goes to the asker', async () => {
      const { mine, theirs } = await small.waiting(MEI);
      const approve = dataOf(theirs, 'approval.approve');
      await people.click(MEI, theirs, 'Deny', { comment: 'Ask Priya first' });
      await people.becomes(HANNA, mine, 'Mei Lin denied this', 'Ask Priya first', 'Nothing was written');
      await refused(
        MEI,
        theirs,
        'approval.approve',
        approve,
        'Mei Lin already decided this request (denied)',
      );
    });

    test('[A10] a sixth request of one person that waits at the same time is not asked for', async () => {
      const open: Seen[] = [];
      for (let count = 0; count < 5; count += 1) open.push((await small.waiting()).mine);
      const { preview } = await small.previewed();
      await people.click(HANNA, preview, 'Ask for approval');
      const told = await people.see(HANNA, { since: preview.id }, 'requests waiting for approval already');
      expect(visible(told)).toContain('This one was not asked for.');
      for (const card of open) {
        await people.click(HANNA, await people.becomes(HANNA, card, 'Withdraw'), 'Withdraw');
        await people.becomes(HANNA, card, 'withdrawn');
      }
    });
  });

  test('[T7] nothing that Graph or Teams would refuse, no unanswered turn, no error in the log, no host but this machine', async () => {
    expect(await world.findings()).toEqual(NOTHING_FOUND);
  });
});
