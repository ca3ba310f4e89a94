import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ARUN, CHEN, HANNA, MEI, SOFIA, TOM } from '../harness/cast.js';
import { Channel } from '../harness/channel.js';
import { buttonsOf, choiceOf, dataOf, noticeOf, visible, type People, type Seen } from '../harness/people.js';
import { refusals, type Refused } from '../harness/refusals.js';
import { Restoring } from '../harness/restoring.js';
import { SmallRequests } from '../harness/small-requests.js';
import { NOTHING_FOUND, openWorld, type World } from '../harness/world.js';

/** A card is client input, and it grows old: what a click on one does that is used, expired, pressed twice or made up. */
describe('cards that are old, used, pressed twice or forged', () => {
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
    small = new SmallRequests(world, await world.directory.accountants());
    refused = refusals(world, channel);
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  const openRequests = async () => {
    const list = await people.ask(HANNA, 'requests', 'Open requests');
    return Number(/Open requests (\d+) request/.exec(visible(list).replaceAll('\n', ' '))?.[1]);
  };

  describe('used', () => {
    test('[C4] [C5] every button of a request that is done says that it is, to whoever presses it', async () => {
      const { upn, preview } = await small.previewed();
      const ask = dataOf(preview, 'restore.ask');
      const { mine, theirs } = await hanna.ask(preview, ARUN);
      const withdraw = dataOf(mine, 'request.withdraw');
      const approve = dataOf(theirs, 'approval.approve');
      await people.click(ARUN, theirs, 'Approve');
      await people.becomes(HANNA, mine, 'is back as of');
      expect(await world.directory.managerOf(upn)).toBe(TOM);
      await refused(HANNA, mine, 'restore.ask', ask, 'This card is from before', 'This click did nothing.');
      await refused(HANNA, mine, 'restore.preview', { id: ask['id'], rev: ask['rev'] }, 'from before');
      await refused(HANNA, mine, 'request.withdraw', withdraw, 'already decided this request (done)');
      await refused(ARUN, theirs, 'request.stop', { id: ask['id'] }, 'This card is from before');
      for (const verb of ['approval.approve', 'approval.deny'])
        await refused(
          MEI,
          theirs,
          verb,
          verb === 'approval.approve' ? approve : { id: approve['id'] },
          'Arun Patel already decided this request (done)',
          'Nothing more is needed from you.',
        );
    });

    test('[C4] [R18] an undo is asked for once, however often and fast the button is pressed; a used one says so', async () => {
      const { upn, mine, theirs } = await small.waiting();
      await people.click(ARUN, theirs, 'Approve');
      const done = await people.becomes(HANNA, mine, 'is back as of');
      const before = await openRequests();
      await people.click(HANNA, done, 'Undo', {}, 3);
      const undo = await people.see(HANNA, { since: mine.id }, 'Preview · undo of request');
      expect(await openRequests()).toBe(before + 1);
      await people.click(HANNA, undo, 'Ask for approval');
      const asked = await people.see(MEI, { since: undo.id }, 'Hanna Berg asks to undo');
      await people.click(MEI, asked, 'Approve');
      await people.becomes(HANNA, undo, 'checked', 'approved by Mei Lin');
      expect(await world.directory.managerOf(upn)).toBeNull();
      await refused(
        HANNA,
        done,
        'request.undo',
        dataOf(done, 'request.undo'),
        'There is nothing of this request to undo (it was undone already)',
      );
    });

    test('[C4] a picker pressed three times at once opens one request, and its second press finds the card changed', async () => {
      const before = await openRequests();
      const which = await people.ask(HANNA, 'restore user alice with manager', 'Which alice');
      await people.click(HANNA, which, 'Go on', { choice: choiceOf(which, 'Alice Chen') }, 3);
      const options = await people.becomes(HANNA, which, 'Restore user · Alice Chen');
      expect(buttonsOf(options.card)).not.toContain('Go on');
      expect(await openRequests()).toBe(before + 1);
      await people.click(HANNA, options, 'Cancel');
      const gone = await people.becomes(HANNA, which, 'cancelled');
      expect(buttonsOf(gone.card)).toEqual([]);
      await refused(
        HANNA,
        gone,
        'restore.cancel',
        dataOf(options, 'restore.cancel'),
        'already decided this request (cancelled)',
      );
    });
  });

  describe('expired', () => {
    test('[A4] [C4] [C5] a request that nobody decided in time: every late click reads when it ended', async () => {
      const { upn, mine, theirs } = await small.waiting();
      const approve = dataOf(theirs, 'approval.approve');
      const withdraw = dataOf(mine, 'request.withdraw');
      await world.advance('61m');
      await people.becomes(HANNA, mine, 'expired', 'Nobody decided in time', 'Nothing was written');
      await people.becomes(ARUN, theirs, 'expired');
      const told = await refused(
        ARUN,
        theirs,
        'approval.approve',
        approve,
        'This request expired',
        'Nothing was written.',
        'Ask again',
      );
      expect(visible(told)).toMatch(/This request expired \d\d:\d\d\./);
      await refused(MEI, theirs, 'approval.deny', { id: approve['id'] }, 'This request expired');
      await refused(
        ARUN,
        theirs,
        'approval.reassign',
        { id: approve['id'], person: channel.objectIdOf(MEI) },
        'This request expired',
      );
      await refused(HANNA, mine, 'request.withdraw', withdraw, '(expired)');
      expect(await world.directory.managerOf(upn)).toBeNull();
    });
  });

  describe('older than the process that drew them', () => {
    test('[C4] picker, options, preview and approval go on after the service was started anew', async () => {
      const restarted = async () => {
        await world.stage.service.stop();
        await world.stage.restartService();
      };
      await world.damage({ do: 'setManager', user: CHEN, manager: null });
      const which = await people.ask(HANNA, 'restore user alice from snapshot 1 with manager', 'Which alice');
      await restarted();
      await people.click(HANNA, which, 'Go on', { choice: choiceOf(which, 'Alice Chen') });
      const options = await people.becomes(HANNA, which, 'Restore user · Alice Chen');
      await restarted();
      await people.click(HANNA, options, 'Preview', { reason: 'INC-5' });
      const preview = await people.becomes(HANNA, which, 'Preview · Alice Chen');
      await restarted();
      const { mine, theirs } = await hanna.ask(preview, ARUN);
      await restarted();
      await people.click(ARUN, theirs, 'Approve');
      await people.becomes(HANNA, mine, 'is back as of');
      expect(await world.directory.managerOf(CHEN)).toBe('Priya Raman');
    }, 90_000);
  });

  describe('slow', () => {
    test('[C4] a click that takes longer than 2 s is answered at once; what it finds comes when it is there', async () => {
      const { mine, theirs } = await small.waiting();
      await people.click(ARUN, theirs, 'Approve');
      const done = await people.becomes(HANNA, mine, 'is back as of');
      await world.stage.control('fault', { name: 'throttle', method: 'GET', times: 1, retryAfter: 3 });
      const pressed = await people.click(HANNA, done, 'Undo');
      expect(noticeOf(pressed)).toContain('Working on it');
      await people.see(HANNA, { since: done.id }, 'Preview · undo of request');
    });
  });

  describe('forged', () => {
    let first: { upn: string; mine: Seen; theirs: Seen };
    let second: { upn: string; mine: Seen; theirs: Seen };
    beforeAll(async () => {
      first = await small.waiting();
      second = await small.waiting();
    });

    test("[A3] another request's id beside this one's plan approves neither", async () => {
      const one = dataOf(first.theirs, 'approval.approve');
      const other = dataOf(second.theirs, 'approval.approve');
      for (const [id, hash] of [
        [one['id'], other['hash']],
        [other['id'], one['hash']],
      ])
        await refused(
          ARUN,
          first.theirs,
          'approval.approve',
          { ...one, id, hash },
          'there is a newer preview',
        );
      for (const { mine } of [first, second])
        expect(visible(await people.becomes(HANNA, mine, 'waiting for approval'))).toContain(
          '0 of 1 approval',
        );
    });

    test("[A5] somebody else's request is neither changed nor shown as one's own to change", async () => {
      const { preview } = await small.previewed();
      const ask = dataOf(preview, 'restore.ask');
      const ref = { id: ask['id'], rev: ask['rev'] };
      for (const [verb, data] of [
        ['restore.ask', { ...ask, reason: 'mine now' }],
        ['restore.preview', { ...ref, 'aspect:memberships': 'true' }],
        ['restore.points', ref],
        ['restore.usePoint', { ...ref, seq: '1' }],
        ['restore.options', ref],
        ['restore.json', ref],
        ['restore.cancel', ref],
      ] as const)
        await refused(SOFIA, preview, verb, data, 'This request belongs to somebody else', 'Only Hanna Berg');
      expect(buttonsOf((await people.becomes(HANNA, preview, 'Preview · ')).card)).toContain(
        'Ask for approval',
      );
      await people.click(HANNA, preview, 'Cancel');
    });

    test('[A5] [T1] the tenant of the click is that of the token’s channel, never one that the card names', async () => {
      const data = dataOf(first.theirs, 'approval.approve');
      const foreign = randomUUID();
      const click = channel.cardAction(ARUN, first.theirs, 'approval.approve', data);
      const before = await world.writes();
      const answer = await channel.post({
        ...click,
        conversation: { ...(click['conversation'] as object), tenantId: foreign },
        channelData: { tenant: { id: foreign } },
      });
      expect(answer.status).toBe(403);
      expect(await world.writes()).toBe(before);
      expect(visible(await people.becomes(HANNA, first.mine, 'waiting'))).toContain('0 of 1 approval');
    });

    test('[A5] fields that nobody asked for change nothing: who, what and how many come from elsewhere', async () => {
      const data = dataOf(first.theirs, 'approval.approve');
      const more = {
        tenant: randomUUID(),
        person: { objectId: channel.objectIdOf(ARUN), name: ARUN },
        requester: channel.objectIdOf(TOM),
        state: 'running',
        approvers: 0,
        needs: { approvers: 0 },
        __proto__: { role: 'approver' },
        constructor: { prototype: {} },
      };
      await refused(
        TOM,
        first.theirs,
        'approval.approve',
        { ...data, ...more },
        'Your role does not allow this',
      );
      await refused(
        HANNA,
        first.mine,
        'approval.approve',
        { ...data, ...more },
        'Your role does not allow this',
      );
      await channel.press(ARUN, first.theirs, 'approval.approve', { ...data, ...more });
      const done = await people.becomes(HANNA, first.mine, 'is back as of', 'approved by Arun Patel');
      expect(visible(done)).toContain('asked by Hanna Berg');
    });

    test.each([
      ['a verb that there is not', 'tenant.wipe', {}],
      ['a verb of an object’s inheritance', 'constructor', {}],
      ['an operator object for an id', 'approval.approve', { id: { $ne: null }, hash: '0'.repeat(64) }],
      ['a list for an id', 'approval.approve', { id: ['a', 'b'], hash: '0'.repeat(64) }],
      ['a path for an id', 'request.open', { id: '../../secrets' }],
      ['a number for a hash', 'approval.approve', { id: 'abc', hash: 12 }],
      ['a revision below 1', 'restore.cancel', { id: 'abc', rev: -1 }],
      ['a page beyond all pages', 'approval.lines', { id: 'abc', page: 1e9 }],
      ['a tick that is neither', 'restore.preview', { id: 'abc', 'line:x': 'maybe' }],
      ['a sentence of 3,000 characters', 'command.run', { text: 'x'.repeat(3_000) }],
      ['a name for an object id', 'choose', { text: 'show user {choice}', choice: 'alice' }],
    ])('[C5] %s: told that the card cannot be read, nothing done', async (_name, verb, data) => {
      await refused(
        ARUN,
        second.theirs,
        verb,
        data,
        'This card carries something I cannot read',
        'Type the command again',
      );
    });

    test.each([
      ['no data', null],
      ['a list of data', []],
      ['data as text', 'id=1'],
    ])('[C5] %s: the answer of the click itself says so', async (_name, data) => {
      const answer = await channel.press(ARUN, second.theirs, 'approval.approve', data);
      expect([answer.status, answer.body]).toEqual([
        200,
        expect.stringContaining('This card carries something I cannot read'),
      ]);
      expect(JSON.parse(answer.body)).toMatchObject({ statusCode: 400, value: { code: 'CARD_INVALID' } });
    });

    test('[C5] an id that there is not: told to begin anew', async () => {
      await refused(
        HANNA,
        second.mine,
        'request.withdraw',
        { id: 'nothing-like-it' },
        'I do not know this request',
      );
      await refused(
        HANNA,
        second.mine,
        'handoff.offer',
        { id: 'nothing-like-it' },
        'I do not know this request',
      );
    });

    test('[A5] a sentence put on a button is checked as if it had been typed', async () => {
      await refused(
        TOM,
        first.theirs,
        'command.run',
        { text: 'backup now' },
        'Your role does not allow this',
      );
      await refused(
        TOM,
        first.theirs,
        'choose',
        { text: 'restore user {choice}', choice: randomUUID() },
        'Your role does not allow this',
      );
    });
  });

  test('[T7] nothing that Graph or Teams would refuse, no unanswered turn, no error in the log, no host but this machine', async () => {
    expect(await world.findings()).toEqual(NOTHING_FOUND);
  });
});
