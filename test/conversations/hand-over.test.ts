import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARUN, ERIK, HANNA, SOFIA, TOM } from '../harness/cast.js';
import { buttonsOf, choiceOf, requestNumberOf, visible, type Seen } from '../harness/people.js';
import { NOTHING_FOUND, openWorld, type World } from '../harness/world.js';

describe('Erik Sand was deleted and purged: recreated, and the pass handed to his manager', () => {
  let world: World;
  let card: Seen;
  let tomsCard: Seen;
  let value = '';

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: true });
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  test('[R2] a point that lacks him is not replaced silently: the ones that hold him are offered', async () => {
    const lacks = await world.people.ask(
      HANNA,
      'restore user erik sand from yesterday',
      'does not hold Erik Sand',
    );
    expect(visible(lacks)).toContain('snapshot 12');
    expect(visible(lacks)).toContain('Nothing was done');
    const [nearest] = buttonsOf(lacks.card);
    expect(nearest).toBe('Wed 18 Nov, 02:00');
    await world.people.click(HANNA, lacks, nearest!);
    const options = await world.people.see(HANNA, { since: lacks.id }, 'Restore user · Erik Sand');
    expect(visible(options)).toContain('snapshot 12');
  });

  test('[P2] the preview says new ID, and which credential will be handed over', async () => {
    const options = await world.people.ask(
      HANNA,
      'restore user erik sand with memberships and manager',
      'Restore user · Erik Sand',
    );
    expect(visible(options)).toContain('snapshot 12');
    await world.people.click(HANNA, options, 'Preview', { reason: 'INC-20500, deleted by mistake' });
    card = await world.people.becomes(HANNA, options, 'Preview · Erik Sand');
    const text = visible(card);
    expect(text).toMatch(/new ID/);
    expect(text).toMatch(/pass/i);
    expect(text).toContain('+ Manager: Tom Okafor');
    expect(text).toContain('+ Memberships: Finance all');
    expect(text).toContain('+ Memberships: Berlin office');
  });

  test('[R3] [R10] approved: recreated with a new ID, his groups and manager', async () => {
    await world.people.click(HANNA, card, 'Ask for approval');
    await world.people.becomes(HANNA, card, 'waiting for approval');
    const asked = await world.people.see(ARUN, { in: 'personal' }, 'Hanna Berg asks to restore Erik Sand');
    await world.people.click(ARUN, asked, 'Approve');
    card = await world.people.becomes(HANNA, card, 'Erik Sand is back as of');
    expect(visible(card)).toMatch(/new ID/);
    expect(buttonsOf(card.card)).toContain('Hand over a pass');
    expect(await world.directory.user(ERIK)).toMatchObject({
      displayName: 'Erik Sand',
      department: 'Finance',
    });
    expect(await world.directory.groupsOf(ERIK)).toEqual(
      expect.arrayContaining(['Berlin office', 'Finance all']),
    );
    expect(await world.directory.managerOf(ERIK)).toBe(TOM);
  });

  test('[P3] the form offers the manager, never the requester, and asks how he was identified', async () => {
    await world.people.click(HANNA, card, 'Hand over a pass');
    const form = await world.people.see(HANNA, { in: 'personal' }, 'Hand over a one-time pass · Erik Sand');
    expect(visible(form)).toContain('Tom Okafor');
    expect(() => choiceOf(form, HANNA)).toThrow();
    // A colleague who takes over gets the form, too, and cannot be the recipient either.
    const number = requestNumberOf(card);
    const sofias = await world.people.ask(SOFIA, `hand over ${number}`, 'Who receives it');
    expect(visible(sofias)).toContain('It can go neither to Hanna Berg, who asked for it, nor to you.');
    expect(() => choiceOf(sofias, HANNA)).toThrow();
    const refused = async (inputs: Readonly<Record<string, string>>, told: string) => {
      const before = await world.writes();
      const since = (await world.people.sees(HANNA)).at(-1)!.id;
      await world.people.click(HANNA, form, 'Hand over', inputs);
      await world.people.see(HANNA, { since }, told);
      expect(await world.writes()).toBe(before);
    };
    const toTom = { recipient: choiceOf(form, TOM), proof: 'callBack' };
    // A sign-in name that was typed wins over the manager, who stands in the list already: never the wrong person by oversight.
    await refused({ ...toTom, recipientUpn: 'tom.okafo@contoso.example' }, 'tom.okafo@contoso.example');
    await refused({ ...toTom, recipientUpn: 'hanna.berg@contoso.example' }, 'cannot receive the credential');
    await refused({ ...toTom, recipient: '' }, 'who receives it');
    await refused({ ...toTom, proof: 'other', note: ' ' }, 'how they were identified');
    await world.people.click(HANNA, form, 'Hand over', {
      recipient: '',
      recipientUpn: 'Tom.Okafor@contoso.example',
      proof: 'callBack',
      note: 'called +49 30 5550 1002',
    });
    tomsCard = await world.people.see(TOM, { in: 'personal' }, 'Erik Sand', 'Show once');
    expect(visible(tomsCard)).toContain('Hanna Berg');
  });

  test('[P3] Tom sees the value once, in a dialog; a second opening is refused', async () => {
    const shown = await world.people.click(TOM, tomsCard, 'Show once');
    value = /"codeSnippet":"([^"]+)"/.exec(JSON.stringify(shown.dialog))?.[1] ?? '';
    expect(value.length).toBeGreaterThanOrEqual(8);
    await world.people.dialog(TOM);
    const again = await world.people.click(TOM, tomsCard, 'Show once').catch((error: Error) => error.message);
    expect(JSON.stringify(again)).not.toContain(value);
    const after = await world.people.see(TOM, { in: 'personal', id: tomsCard.id }, 'has seen');
    expect(buttonsOf(after.card)).not.toContain('Show once');
  });

  test('[P3] the asker learns that it was shown; the value stands in no message, no log line and no file', async () => {
    await world.people.see(
      HANNA,
      { in: 'personal' },
      'Hand-over · Erik Sand',
      'Tom Okafor has seen the one-time pass',
    );
    for (const who of [HANNA, ARUN, TOM, 'Mei Lin', 'Sofia Rossi'])
      expect(JSON.stringify(await world.people.sees(who))).not.toContain(value);
    expect(JSON.stringify(await world.people.sees(HANNA, { in: 'channel' }))).not.toContain(value);
    expect(world.log.join('\n')).not.toContain(value);
    // The tenant itself keeps what Graph was told, as Entra does; everything else of the data folder is searched byte by byte.
    expect(filesWith(join(world.dataDir, 'service'), value)).toEqual([]);
  });

  test('[N3] the audit tells the hand-over without the value', async () => {
    await world.people.click(HANNA, card, 'Audit');
    // The result card has a button of that name, too.
    const audit = await world.people.see(HANNA, { in: 'personal' }, 'Audit', 'Finance all: member Erik Sand');
    expect(visible(audit)).toContain('Tom Okafor');
    expect(visible(audit)).toContain('Finance all: member Erik Sand');
    expect(visible(audit)).not.toMatch(/link:|op\d|[0-9a-f]{8}-[0-9a-f]{4}/);
    expect(visible(audit)).not.toContain(value);
  });

  test('[R11] asked again for the same point, there is nothing to restore and no second Erik', async () => {
    const before = await world.writes();
    const options = await world.people.ask(
      HANNA,
      `restore user ${ERIK} from snapshot 12 with memberships and manager`,
      'Restore user · Erik Sand',
    );
    await world.people.click(HANNA, options, 'Preview', { reason: 'again' });
    await world.people.becomes(HANNA, options, 'Nothing to restore');
    expect(await world.writes()).toBe(before);
  });

  test('[T7] nothing that Graph or Teams would refuse, no unanswered turn, no error in the log, no host but this machine', async () => {
    expect(await world.findings()).toEqual(NOTHING_FOUND);
  });
});

function filesWith(folder: string, text: string): readonly string[] {
  const bytes = [
    Buffer.from(text, 'utf8'),
    Buffer.from(text, 'utf16le'),
    Buffer.from(Buffer.from(text).toString('base64')),
  ];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const content = readFileSync(file);
      return bytes.some((wanted) => content.includes(wanted));
    });
}
