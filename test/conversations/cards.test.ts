import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ARUN, HANNA, MEI, SOFIA, TOM } from '../harness/cast.js';
import { Channel } from '../harness/channel.js';
import { buttonsOf, choiceOf, dataOf, noticeOf, visible, type People, type Seen } from '../harness/people.js';
import { Restoring } from '../harness/restoring.js';
import { NOTHING_FOUND, openWorld, type World } from '../harness/world.js';

/** A card is client input, and it grows old: what a click on one does that is used, expired, pressed twice or made up. */
describe('cards that are old, used, pressed twice or forged', () => {
  let world: World;
  let people: People;
  let channel: Channel;
  let hanna: Restoring;
  /** People of Finance, whose manager is Tom. */
  let accountants: string[];

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: false });
    people = world.people;
    channel = await Channel.open(world);
    hanna = new Restoring(people, HANNA);
    accountants = await world.directory.accountants();
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  const invoke = (as: string, card: Pick<Seen, 'id'>, verb: string, data: unknown) =>
    channel.post(channel.cardAction(as, card, verb, data));
  const newest = async (as: string) => (await people.sees(as)).at(-1)!;

  /** Sends the click past the client and reads what the person is told (SPEC C5). @throws when the tenant was written to */
  async function refused(
    as: string,
    card: Pick<Seen, 'id'>,
    verb: string,
    data: unknown,
    ...texts: readonly string[]
  ): Promise<Seen> {
    const before = await world.writes();
    const since = (await newest(as)).id;
    const answer = await invoke(as, card, verb, data);
    expect(answer.status).toBe(200);
    const told = await people.see(as, { since }, ...texts);
    expect(visible(told)).toMatch(/did nothing|Nothing was|not approved/);
    expect(visible(told)).toMatch(/Ref [\w-]{4,}/);
    expect(visible(told)).not.toMatch(/undefined|\[object|\d{4}-\d\d-\d\dT|Zod|Error:/);
    expect(await world.writes()).toBe(before);
    return told;
  }

  async function withoutManager(): Promise<string> {
    const upn = accountants.shift()!;
    await world.damage({ do: 'setManager', user: upn, manager: null });
    return upn;
  }
  async function previewed(): Promise<{ upn: string; preview: Seen }> {
    const upn = await withoutManager();
    return { upn, preview: await hanna.preview(`restore user ${upn} from snapshot 1 with manager`) };
  }
  async function waiting(): Promise<{ upn: string; mine: Seen; theirs: Seen }> {
    const { upn, preview } = await previewed();
    return { upn, ...(await hanna.ask(preview, ARUN)) };
  }
  const openRequests = async () => {
    const list = await people.ask(HANNA, 'requests', 'Open requests');
    return Number(/Open requests (\d+) request/.exec(visible(list).replaceAll('\n', ' '))?.[1]);
  };

  describe('used', () => {
    test('[C4] [C5] every button of a request that is done says that it is, to whoever presses it', async () => {
      const { upn, preview } = await previewed();
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
      const { upn, mine, theirs } = await waiting();
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
      const { upn, mine, theirs } = await waiting();
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
      const upn = 'alice.chen@contoso.example';
      await world.damage({ do: 'setManager', user: upn, manager: null });
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
      expect(await world.directory.managerOf(upn)).toBe('Priya Raman');
    }, 90_000);
  });

  describe('slow', () => {
    test('[C4] a click that takes longer than 2 s is answered at once; what it finds comes when it is there', async () => {
      const { mine, theirs } = await waiting();
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
      first = await waiting();
      second = await waiting();
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
      const { preview } = await previewed();
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
      await invoke(ARUN, first.theirs, 'approval.approve', { ...data, ...more });
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
      const answer = await invoke(ARUN, second.theirs, 'approval.approve', data);
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

  describe('a hand-over', () => {
    let form: Seen;
    let toms: Seen;
    let user: string;

    /** An account of Finance is purged and recreated: its pass waits to be handed over. */
    async function recreated(): Promise<{ upn: string; form: Seen }> {
      const upn = accountants.shift()!;
      await world.damage({ do: 'purge', object: (await world.directory.user(upn))!.id });
      const preview = await hanna.preview(`restore user ${upn} from snapshot 1 with manager`);
      const { mine, theirs } = await hanna.ask(preview, ARUN);
      await people.click(ARUN, theirs, 'Approve');
      const done = await people.becomes(HANNA, mine, 'is back as of', 'Hand over a pass');
      await people.click(HANNA, done, 'Hand over a pass');
      return { upn, form: await people.see(HANNA, { since: mine.id }, 'Hand over a one-time pass', upn) };
    }
    const id = () => String(dataOf(form, 'handoff.assign')['id']);
    const naming = (recipient: string) => ({ id: id(), recipient, proof: 'callBack' });

    beforeAll(async () => {
      const made = await recreated();
      form = made.form;
      user = (await world.directory.user(made.upn))!.id;
    }, 60_000);

    test('[P3] it cannot go to who asked, to who names, to the account itself or to nobody', async () => {
      for (const [as, recipient, ...texts] of [
        [HANNA, channel.objectIdOf(HANNA), 'Who asked for the restore cannot receive the credential.'],
        [SOFIA, channel.objectIdOf(SOFIA), 'Who names the recipient cannot be the recipient.'],
        [SOFIA, channel.objectIdOf(HANNA), 'Who asked for the restore cannot receive the credential.'],
        [HANNA, user, 'cannot sign in yet to open it'],
        [HANNA, randomUUID(), 'This person has no live account in the tenant.', 'Choose somebody else.'],
      ] as const)
        await refused(as, form, 'handoff.assign', naming(recipient), ...texts);
      expect(buttonsOf((await people.becomes(HANNA, form, 'Hand over a one-time pass')).card)).toContain(
        'Hand over',
      );
    });

    test('[P3] how the person was identified is asked: without it, or with something else, nothing is made', async () => {
      const { proof: _left, ...without } = naming(channel.objectIdOf(TOM));
      for (const data of [without, { ...without, proof: 'trust me' }, { ...without, proof: true }])
        await refused(HANNA, form, 'handoff.assign', data, 'This card carries something I cannot read');
    });

    test('[P3] [A5] somebody who may not ask cannot name anybody; somebody who did not ask is not shown the form', async () => {
      await refused(
        TOM,
        form,
        'handoff.assign',
        naming(channel.objectIdOf(MEI)),
        'Your role does not allow this',
      );
      await refused(SOFIA, form, 'handoff.offer', { id: id() }, 'This request belongs to somebody else');
    });

    test('[P3] [C4] named three times at once, one pass is made; another name afterwards is too late', async () => {
      const before = await world.writes();
      await people.click(HANNA, form, 'Hand over', { recipient: choiceOf(form, TOM), proof: 'callBack' }, 3);
      toms = await people.see(TOM, { in: 'personal' }, 'Show once');
      expect(await world.writes()).toBe(before + 1);
      await refused(HANNA, form, 'handoff.assign', naming(channel.objectIdOf(MEI)), 'Tom Okafor is named');
    });

    const fetchOf = (as: string, of: string = id()) =>
      channel.activity(as, {
        type: 'invoke',
        name: 'task/fetch',
        replyToId: toms.id,
        value: { data: { verb: 'handoff.show', id: of, msteams: { type: 'task/fetch' } } },
      });

    test('[P3] nobody but the recipient opens the dialog, whatever they send; the audit has every try', async () => {
      for (const stranger of [HANNA, ARUN, MEI, SOFIA]) {
        const { status, body } = await channel.post(fetchOf(stranger));
        expect(status).toBe(200);
        expect(body).toContain('This one-time value is for somebody else.');
        expect(body).not.toContain('codeSnippet');
      }
      const audit = visible(await people.ask(SOFIA, 'audit', 'Audit'));
      expect(audit.match(/handoff refused/g)).toHaveLength(4);
    });

    test('[P3] outside a dialog not even the recipient sees it: not by a card’s click, a message’s value or a sentence', async () => {
      const { body } = await invoke(TOM, toms, 'handoff.show', { id: id() });
      expect(body).not.toContain('codeSnippet');
      await channel.post(
        channel.activity(TOM, {
          type: 'message',
          value: { verb: 'handoff.show', id: id() },
          replyToId: toms.id,
        }),
      );
      const request = /request (\d+)/.exec(visible(toms))![1]!;
      await people.ask(TOM, `show the pass of request ${request}`, 'waits for you');
      expect(JSON.stringify(await people.sees(TOM))).not.toContain('codeSnippet');
      expect(buttonsOf((await people.becomes(TOM, toms, 'waits for you')).card)).toContain('Show once');
    });

    test('[P3] [C4] opened five times at the same moment: one dialog has the value, the others say that it is gone', async () => {
      const answers = await Promise.all(Array.from({ length: 5 }, () => channel.post(fetchOf(TOM))));
      const shown = answers.filter(({ body }) => body.includes('codeSnippet'));
      expect(shown).toHaveLength(1);
      const value = /"codeSnippet":"([^"]+)"/.exec(shown[0]!.body)![1]!;
      for (const answer of answers.filter((one) => one !== shown[0])) {
        expect(answer.body).toContain('This one-time value is gone');
        expect(answer.body).not.toContain(value);
      }
      expect((await channel.post(fetchOf(TOM))).body).toContain('it was shown already');
      expect(world.log.join('\n')).not.toContain(value);
      // The card that Tom asked for in the test before stops being live, too.
      for (const card of (await people.sees(TOM)).filter((one) => visible(one).includes('one-time pass')))
        expect(buttonsOf((await people.becomes(TOM, card, 'has seen')).card)).not.toContain('Show once');
      await refused(
        HANNA,
        form,
        'handoff.assign',
        naming(channel.objectIdOf(MEI)),
        'This one-time value is gone',
      );
    });

    test('[P3] [C4] not opened in 30 minutes: destroyed, the card says so, and a late press shows nothing', async () => {
      const made = await recreated();
      const handoff = String(dataOf(made.form, 'handoff.assign')['id']);
      await people.click(HANNA, made.form, 'Hand over', {
        recipient: choiceOf(made.form, TOM),
        proof: 'inPerson',
      });
      const card = await people.see(TOM, { since: toms.id }, 'Show once');
      await world.advance('31m');
      const gone = await people.becomes(TOM, card, 'expired', 'it is destroyed');
      expect(buttonsOf(gone.card)).not.toContain('Show once');
      const { body } = await channel.post(fetchOf(TOM, handoff));
      expect(body).toContain('This one-time value is gone (its time is over)');
      expect(body).not.toContain('codeSnippet');
      await people.see(
        HANNA,
        { in: 'personal' },
        'Nobody opened the one-time pass in time',
        'Reset password',
      );
    }, 60_000);
  });

  test('[T7] nothing that Graph or Teams would refuse, no unanswered turn, no error in the log, no host but this machine', async () => {
    expect(await world.findings()).toEqual(NOTHING_FOUND);
  });
});
