import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ALICE, CHEN, HANNA } from '../harness/cast.js';
import { buttonsOf, visible, type People, type Seen } from '../harness/people.js';
import { NOTHING_FOUND, openWorld, type World } from '../harness/world.js';

/** What a table row of a card says, from its label on. */
const rowOf = (card: Seen, label: string): string =>
  new RegExp(`${label}[^]{0,120}`).exec(visible(card))?.[0] ?? '';

/** A card's JSON tab, as somebody would copy it. */
const jsonOf = (card: Seen): Record<string, unknown> =>
  JSON.parse(/\{[^]*\}/.exec(visible(card))?.[0] ?? '') as Record<string, unknown>;

describe('looking at what is and what was', () => {
  let world: World;
  let people: People;
  let card: Seen;

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: true });
    ({ people } = world);
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  const press = async (button: string, ...texts: readonly string[]): Promise<Seen> => {
    await people.click(HANNA, card, button);
    return (card = await people.becomes(HANNA, card, ...texts));
  };
  const tab = async (label: string, ...texts: readonly string[]): Promise<Seen> => {
    const button = buttonsOf(card.card).find((title) => title.startsWith(label));
    if (button === undefined) throw new Error(`no tab ${label}: ${buttonsOf(card.card).join(', ')}`);
    return press(button, ...texts);
  };

  test('[F2] a user now: properties with their values, and the exact time that is meant', async () => {
    card = await people.ask(HANNA, `show user ${CHEN}`, 'Alice Chen', 'live, now');
    expect(visible(card)).toContain(CHEN);
    expect(rowOf(card, 'Department')).toContain('Research');
    expect(buttonsOf(card.card)).not.toContain('Restore…');
  });

  test('[F2] a user as of a time: the values of then, with the snapshot that last changed each', async () => {
    card = await people.ask(HANNA, `show user ${ALICE} at yesterday`, 'snapshot 14', '20 Nov 2026, 02:00');
    expect(rowOf(card, 'Department')).toContain('Finance');
    expect(rowOf(card, 'Job title')).toContain('last changed Thu 12 Nov 02:00');
    expect(buttonsOf(card.card)).toContain('Restore…');
  });

  test('[F2] the same as JSON to copy: every property that the snapshot holds', async () => {
    await tab('JSON', '"userPrincipalName"');
    expect(jsonOf(card)).toMatchObject({
      displayName: 'Alice Moreau',
      userPrincipalName: ALICE,
      department: 'Finance',
    });
    await tab('Properties', 'Job title');
  });

  test('[F2] searched inside the card: by a part of the label or the value, empty ones too; then all of them again', async () => {
    const find = async (text: string, ...shows: readonly string[]) => {
      await people.click(HANNA, card, 'Find', { find: text });
      card = await people.becomes(HANNA, card, ...shows);
    };
    await find('PHONE', 'Mobile phone (empty)', '+49 30 5550 1011');
    expect(visible(card)).not.toMatch(/Job title|Department/);
    await find('controller', 'Job title Senior controller');
    await find('no such thing', 'Nothing here has “no such thing”');
    await find('', 'Department', 'page 1 of 2');
    await press('More', 'page 2 of 2');
    await press('First page', 'page 1 of 2');
  });

  test('[F3] arrows step through the versions that differ, oldest to newest; what changed is marked with a sign and a word', async () => {
    const version = (): { at: number; of: number } => {
      const [, at, of] = /version (\d+) of (\d+)/.exec(visible(card)) ?? [];
      return { at: Number(at), of: Number(of) };
    };
    const { at, of } = version();
    const backTo = async (index: number): Promise<void> => {
      while (version().at > index) await press('◀ Older', `version ${version().at - 1} of ${of}`);
    };
    await backTo(1);
    expect(visible(card)).toContain('snapshot 1');
    expect(buttonsOf(card.card)).not.toContain('◀ Older');
    expect(visible(card)).not.toContain('changed, was');

    const marked: string[] = [];
    const said: string[] = [];
    while (version().at < of) {
      await press('Newer ▶', `version ${version().at + 1} of ${of}`);
      const [, snapshot = ''] = /, snapshot (\d+)/.exec(visible(card)) ?? [];
      if (visible(card).includes('changed, was')) marked.push(snapshot);
      const [, links] = /changed in this version: (.*)/.exec(visible(card)) ?? [];
      if (links) said.push(`${snapshot} ${links}`);
    }
    // Her title on 12 November; what the script did came after the newest snapshot.
    expect(marked).toEqual(['6']);
    expect(said).toEqual(['10 + Memberships: Payroll readers', '15 + Memberships: Project X']);
    expect(buttonsOf(card.card)).not.toContain('Newer ▶');
    expect(version().of).toBeGreaterThanOrEqual(at);
  });

  test('[F5] memberships at any date: who was in it then is there, who was not is not', async () => {
    const groupsAt = async (time: string): Promise<string> => {
      card = await people.ask(HANNA, `show user ${ALICE} at ${time}`, 'version');
      return visible(await tab('Memberships', 'Berlin office'));
    };
    const early = await groupsAt('snapshot 5');
    const yesterday = await groupsAt('snapshot 14');
    const newest = await groupsAt('snapshot 15');
    expect(early).not.toContain('Payroll readers');
    expect(yesterday).toContain('Payroll readers');
    expect(yesterday).not.toContain('Project X');
    expect(newest).toContain('Project X');
  });

  test('[F5] an empty list says that it was empty at that time', async () => {
    card = await people.ask(HANNA, `show user ${ALICE} at snapshot 14`, 'version');
    await tab('Ownerships', 'none at that time');
  });

  test('[F5] a group lists its members of then, and nobody after the script emptied it', async () => {
    card = await people.ask(
      HANNA,
      'show group "Finance leads" at snapshot 14',
      'Finance leads',
      'snapshot 14',
    );
    expect(visible(await tab('Members ·', 'Tom Okafor'))).toContain('Alice Moreau');
    card = await people.ask(HANNA, 'show group "Finance leads"', 'Finance leads', 'live, now');
    await tab('Members ·', 'none at that time');
  });

  test('[F6] the log of a user says which groups she joined and left, and when', async () => {
    card = await people.ask(HANNA, `show user ${ALICE} at snapshot 15`, 'version');
    const log = visible(await tab('Log', 'Payroll readers'));
    expect(log).toMatch(/\+ Memberships?: Project X[^]*02:00/);
    expect(log).toMatch(/\+ Memberships?: Payroll readers/);
    expect(log.indexOf('Project X')).toBeLessThan(log.indexOf('Payroll readers'));
  });

  test('[F6] the log of a group says who joined and left; a join and a leave of the same person both stand', async () => {
    await world.damage({ do: 'addMember', group: 'Works council', member: CHEN });
    await people.ask(HANNA, 'backup now', 'backup');
    await people.see(HANNA, { in: 'personal' }, 'Snapshot 16');
    await world.damage({ do: 'removeMember', group: 'Works council', member: CHEN });
    await people.ask(HANNA, 'backup now', 'backup');
    await people.see(HANNA, { in: 'personal' }, 'Snapshot 17');
    card = await people.ask(HANNA, 'show group "Works council"', 'Works council', 'live, now');
    const log = visible(await tab('Log', 'Alice Chen'));
    expect(log).toMatch(/− Members?: Alice Chen[^]*\+ Members?: Alice Chen/);
  });

  test('[F4] compared with now: only what differs; all of it on request', async () => {
    card = await people.ask(HANNA, `compare user ${ALICE} yesterday now`, 'Alice Moreau', '→ now');
    expect(visible(card)).toContain('Finance → TBD');
    expect(visible(card)).not.toContain('Job title');
    expect(visible(card)).toContain('live then, deleted now');
    await press('Show all', 'Only differences');
    expect(visible(card)).toContain('= City Berlin');
  });

  test('a point that lacks the object is said with the nearest that holds it, and what nobody knows is not guessed', async () => {
    await people.ask(HANNA, 'show user erik.sand@contoso.example at snapshot 15', 'snapshot 12');
    await people.ask(HANNA, 'show user alcie.moreau@contoso.example', 'Closest', 'Alice Moreau');
  });

  test('[N3] every look at the attributes of a person stands in the audit, by whom', async () => {
    const told = visible(await people.ask('Sofia Rossi', 'audit', 'read'));
    expect(told).toContain(HANNA);
  });

  test('[T7] nothing that Graph or Teams would refuse, no unanswered turn, no error in the log, no host but this machine', async () => {
    expect(await world.findings()).toEqual(NOTHING_FOUND);
  });
});
