import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ARUN, HANNA, MEI, SOFIA, TOM } from '../harness/cast.js';
import { buttonsOf, requestNumberOf, visible, type People } from '../harness/people.js';
import { SmallRequests } from '../harness/small-requests.js';
import { NOTHING_FOUND, openWorld, type World } from '../harness/world.js';

/** What somebody stumbles over who comes to the desk at seven in the morning. */
describe('at the desk', () => {
  let world: World;
  let people: People;
  let accountants: string[];
  let small: SmallRequests;

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: false });
    people = world.people;
    accountants = await world.directory.accountants();
    small = new SmallRequests(world, accountants);
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  const inChannel = async (...texts: readonly string[]): Promise<string> =>
    visible(await people.see(HANNA, { in: 'channel' }, ...texts));

  describe('the first words', () => {
    test('[A5] whoever may do nothing reads that, and nothing of the tenant', async () => {
      const hello = await people.ask(TOM, 'hello', 'Hello Tom');
      expect(visible(hello)).toContain('You have no role here yet');
      expect(visible(hello)).toContain('Helpdesk');
      expect(visible(hello)).not.toMatch(/snapshot \d|\d snapshot|restore user/);
      expect(buttonsOf(hello.card)).toEqual([]);
    });

    test('[A5] nobody is offered what they may not do', async () => {
      expect(buttonsOf((await people.ask(ARUN, 'hello', 'Hello Arun')).card)).toEqual([
        'requests',
        'what changed since yesterday',
        'status',
      ]);
      const [first] = buttonsOf((await people.ask(HANNA, 'hello', 'Hello Hanna')).card);
      expect(first).toMatch(/restore/);
    });
  });

  describe('sentences that nearly fit', () => {
    test('[C1] a time right after the name: the sentence that is meant is offered, nothing is guessed', async () => {
      const upn = accountants[0]!;
      const told = await people.ask(HANNA, `restore user ${upn} snapshot 1`, 'Did you mean');
      expect(visible(told)).toContain(`restore user ${upn}`);
      await people.click(HANNA, told, buttonsOf(told.card)[0]!);
      await people.see(HANNA, { since: told.id }, 'Restore user', 'snapshot 1');
    });

    test('[C5] typed for a request that is not there yet, or has nothing of the kind: said of the request, not of a card', async () => {
      const { mine } = await small.waiting();
      const number = requestNumberOf(mine);
      for (const [sentence, text] of [
        [`stop ${number}`, `does not fit request ${number} as it stands (waiting for approval)`],
        [`hand over ${number}`, `Request ${number} has nothing to hand over`],
        ['request 999', 'Type "requests"'],
      ] as const)
        expect(visible(await people.ask(HANNA, sentence, text))).not.toMatch(/card|click/);
      await people.ask(HANNA, `withdraw ${number}`, 'withdrawn');
    });
  });

  describe('requests that nobody looks at', () => {
    test('[A4] a quarter of an hour before it expires each approver who has not decided is told anew; nobody else', async () => {
      const { mine } = await small.waiting();
      const text = `Request ${requestNumberOf(mine)} of Hanna Berg expires at`;
      await world.advance('46m');
      for (const approver of [ARUN, MEI]) {
        const reminder = await people.see(approver, { in: 'personal' }, text);
        await people.click(approver, reminder, `Open request ${requestNumberOf(mine)}`);
        await people.see(approver, { since: reminder.id }, 'Hanna Berg asks', 'Approve');
      }
      for (const nobody of [HANNA, SOFIA])
        expect((await people.sees(nobody)).some((one) => visible(one).includes(text))).toBe(false);
      await world.advance('15m');
      await people.becomes(HANNA, mine, 'expired');
      await inChannel('A request expired without a decision', `request ${requestNumberOf(mine)}`);
      for (const approver of [ARUN, MEI])
        expect((await people.sees(approver)).filter((one) => visible(one).includes(text))).toHaveLength(1);
    });

    test('[A4] the approval card stands still while somebody writes on it: time alone does not edit it', async () => {
      const older = await small.waiting();
      await world.advance('20m');
      const { mine, theirs: posted } = await small.waiting();
      await inChannel('A request waits', `request ${requestNumberOf(mine)}`);
      // Drawn before the audit had its entry, it is edited once at the beginning: its buttons name the request's revision.
      const theirs = await people.becomes(ARUN, posted, 'Approve');
      await world.advance('20m');
      await world.advance('21m');
      await people.becomes(HANNA, older.mine, 'expired');
      expect(await people.becomes(ARUN, theirs, 'Approve')).toMatchObject({
        edited: theirs.edited,
        card: theirs.card,
      });
      await people.click(ARUN, theirs, 'Deny', { comment: 'not today' });
      await people.becomes(HANNA, mine, 'denied', 'not today');
      await inChannel('A request was denied', 'denied by Arun Patel', `request ${requestNumberOf(mine)}`);
    });

    test('[N1] the channel hears nothing of a preview that was put aside', async () => {
      const { preview } = await small.previewed();
      await people.click(HANNA, preview, 'Cancel');
      const cancelled = await people.becomes(HANNA, preview, 'cancelled');
      const { mine } = await small.waiting();
      await inChannel('A request waits', `request ${requestNumberOf(mine)}`);
      for (const one of await people.sees(HANNA, { in: 'channel' }))
        expect(visible(one)).not.toMatch(new RegExp(`cancelled|request ${requestNumberOf(cancelled)}\\b`));
      await people.ask(HANNA, `withdraw ${requestNumberOf(mine)}`, 'withdrawn');
    });
  });

  test('[N3] the audit of the tenant turns its pages', async () => {
    const audit = await people.ask(SOFIA, 'audit', 'chain holds', 'page 1 of');
    await people.click(SOFIA, audit, 'Older');
    const older = await people.becomes(SOFIA, audit, 'page 2 of');
    expect(buttonsOf(older.card)).toContain('Newer');
  });

  test('[C4] a click is answered although Teams puts off what is posted beside its answer, and that comes later', async () => {
    const hello = await people.ask(ARUN, 'hello', 'Hello Arun');
    await world.stage.control('teams-fault', {
      kind: 'connector',
      status: 429,
      retryAfterInSeconds: 5,
      times: 3,
    });
    const pressed = await people.click(ARUN, hello, 'requests');
    expect(pressed.invoke?.status).toBe(200);
    expect(await people.sees(ARUN, { since: hello.id })).toEqual([]);
    await people.see(ARUN, { since: hello.id }, 'requests');
  });

  test('[N4] in a group the pointer says no more than is true', async () => {
    const said = await people.say(HANNA, 'gibberish', 'group');
    const pointer = await people.see(HANNA, { in: 'group', since: said }, 'personal chat');
    expect(visible(pointer)).toContain('The answer is in our personal chat');
    await people.see(HANNA, { in: 'personal' }, 'I did not understand that');
  });

  test('[T7] nothing that Graph or Teams would refuse, no unanswered turn, no error in the log, no host but this machine', async () => {
    expect(await world.findings()).toEqual(NOTHING_FOUND);
  });
});
