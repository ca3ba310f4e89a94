import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ARUN, HANNA, MEI, SOFIA, TOM } from '../harness/cast.js';
import { Channel } from '../harness/channel.js';
import {
  buttonsOf,
  choiceOf,
  dataOf,
  requestNumberOf,
  visible,
  type People,
  type Seen,
} from '../harness/people.js';
import { refusals, type Refused } from '../harness/refusals.js';
import { Restoring } from '../harness/restoring.js';
import { NOTHING_FOUND, openWorld, type World } from '../harness/world.js';

/** What clicks on the cards of a hand-over do that come from somebody else, too late, at the same moment or past the client. */
describe('the cards of a hand-over', () => {
  let world: World;
  let people: People;
  let channel: Channel;
  let hanna: Restoring;
  let refused: Refused;
  /** People of Finance, whose manager is Tom. */
  let accountants: string[];
  /** Hanna's, in which she names who receives the pass. */
  let form: Seen;
  let toms: Seen;
  /** The account that the pass is for. */
  let user: string;

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: false });
    people = world.people;
    channel = await Channel.open(world);
    hanna = new Restoring(people, HANNA);
    refused = refusals(world, channel);
    accountants = await world.directory.accountants();
    const made = await recreated();
    form = made.form;
    user = (await world.directory.user(made.upn))!.id;
  }, 180_000);
  afterAll(async () => {
    await world?.close();
  });

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
    const { body } = await channel.press(TOM, toms, 'handoff.show', { id: id() });
    expect(body).not.toContain('codeSnippet');
    await channel.post(
      channel.activity(TOM, {
        type: 'message',
        value: { verb: 'handoff.show', id: id() },
        replyToId: toms.id,
      }),
    );
    const request = requestNumberOf(toms);
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
    await people.see(HANNA, { in: 'personal' }, 'Nobody opened the one-time pass in time', 'Reset password');
  }, 60_000);

  test('[T7] nothing that Graph or Teams would refuse, no unanswered turn, no error in the log, no host but this machine', async () => {
    expect(await world.findings()).toEqual(NOTHING_FOUND);
  });
});
