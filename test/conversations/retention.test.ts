import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ALICE, ARUN, HANNA, SOFIA } from '../harness/cast.js';
import { visible, type People } from '../harness/people.js';
import { Restoring } from '../harness/restoring.js';
import { NOTHING_FOUND, openWorld, type World } from '../harness/world.js';

/** Fifteen nights are behind the story, so the first snapshot is gone by its morning, and each night lets one more go. */
const RETENTION = 'all 14 days';
const BECAUSE = 'case 2026-117';

describe('[B13] retention, as people meet it in chat', () => {
  let world: World;
  let people: People;

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: true, env: { RETENTION } });
    people = world.people;
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  const ask = async (as: string, sentence: string, ...texts: readonly string[]): Promise<string> =>
    visible(await people.ask(as, sentence, ...texts));
  /** Backups are at two, retention is at half past four. */
  const goTo = (day: number, time: '03:00' | '05:00'): Promise<unknown> =>
    world.stage.control('advance', { to: `2026-11-${day}T${time}:00+01:00` });
  const snapshotIsTaken = (number: number): Promise<unknown> =>
    people.see(SOFIA, { in: 'channel' }, `snapshot ${number}`);
  /** Waits until the nightly run has been. */
  async function isGivenUp(number: number): Promise<void> {
    while ((await ask(SOFIA, 'prune dry run', 'dry run')).includes(`− Snapshot ${number} `));
  }

  test('what the nightly run gave up is no restore point any more; the nearest are named', async () => {
    const refused = await ask(HANNA, `restore user ${ALICE} from snapshot 1`, 'no longer kept whole');
    expect(refused).toContain('snapshot 2');
  });

  test('the helpdesk may neither hold, nor release, nor prune', async () => {
    for (const sentence of [
      `hold snapshot 4 because "${BECAUSE}"`,
      'release snapshot 4',
      'prune dry run',
      'prune',
    ])
      expect(await ask(HANNA, sentence, 'Your role does not allow this')).toContain('administrator');
    expect(await ask(SOFIA, 'prune dry run', 'dry run', 'No snapshot has to go.')).not.toContain('Held');
  });

  test('an administrator holds a snapshot, with a reason; one that is gone cannot be held', async () => {
    expect(await ask(SOFIA, 'hold snapshot 4', 'a reason')).toContain('hold snapshot 4 because');
    await ask(SOFIA, `hold snapshot 4 because "${BECAUSE}"`, 'Snapshot 4', 'held', BECAUSE);
    await ask(SOFIA, `hold snapshot 1 because "${BECAUSE}"`, 'no longer kept whole', 'snapshot 2');
  });

  test('a dry run says what would go and what is held, and changes nothing', async () => {
    await goTo(22, '05:00');
    await snapshotIsTaken(16);
    await isGivenUp(2);
    await goTo(23, '03:00');
    await snapshotIsTaken(17);
    for (const _twice of [1, 2]) {
      const told = await ask(SOFIA, 'prune dry run', 'dry run', 'Nothing was changed.');
      expect(told).toContain('1 snapshot would no longer be restore points; 14 would stay.');
      expect(told).toMatch(/Would go[^]*Snapshot 3 · [^]*Held[^]*Snapshot 4 · [^]*case 2026-117/);
    }
  });

  test('a point that somebody is restoring from stays until that is over', async () => {
    const card = await people.ask(HANNA, `restore user ${ALICE} from snapshot 3`, 'snapshot 3', 'Preview');
    await ask(SOFIA, 'prune', 'done', 'No snapshot had to go.');
    await people.click(HANNA, card, 'Cancel');
    await people.becomes(HANNA, card, 'cancelled');
  });

  test('pruned, a snapshot is no longer offered; everything that is kept is whole', async () => {
    await ask(SOFIA, 'prune', 'done', '1 snapshot is no longer offered: 3.');
    const refused = await ask(HANNA, `restore user ${ALICE} from snapshot 3`, 'no longer kept whole');
    expect(refused).toContain('The nearest restore points: Tue 10 Nov 02:00 (snapshot 4).');
    await goTo(24, '05:00');
    await snapshotIsTaken(18);
    await ask(SOFIA, 'prune', 'done', 'No snapshot had to go.');
    await ask(SOFIA, 'verify', 'all holds', '18 headers');
  });

  test('what is held outlives its time, is offered, and restores as any other point', async () => {
    const restoring = new Restoring(people, HANNA);
    const options = await people.ask(HANNA, `restore user ${ALICE} from 10 November`, 'Preview');
    expect(visible(options)).toContain('snapshot 4');
    await people.click(HANNA, options, 'Change');
    const offered = visible(await people.becomes(HANNA, options, 'Restore point · Alice Moreau'));
    expect(offered).toMatch(/snapshots? 4\b/);
    expect(offered).not.toMatch(/snapshots? [123]\b/);
    await people.click(HANNA, options, 'Back');
    await people.click(HANNA, await people.becomes(HANNA, options, 'Preview'), 'Cancel');
    await people.becomes(HANNA, options, 'cancelled');

    const preview = await restoring.preview(`restore user ${ALICE} from snapshot 4 with memberships`);
    const { mine, theirs } = await restoring.ask(preview, ARUN);
    await people.click(ARUN, theirs, 'Approve');
    await people.becomes(HANNA, mine, 'Alice Moreau is back', 'lines hold');
    expect(await world.directory.user(ALICE)).toMatchObject({ accountEnabled: true });
  });

  test('a day that has lost its snapshot, and all before it, is refused with the nearest kept', async () => {
    const refused = await ask(HANNA, `restore user ${ALICE} from 9 November`, 'Nothing was done');
    expect(refused).toContain('10 Nov');
  });

  test('released, by an administrator again, it goes with the next run', async () => {
    await ask(HANNA, 'release snapshot 4', 'Your role does not allow this');
    await ask(SOFIA, 'release snapshot 4', 'Snapshot 4', 'released');
    await ask(SOFIA, 'release snapshot 4', 'Snapshot 4 is not held.');
    await ask(SOFIA, 'prune', 'no longer offered: 4.');
    await ask(HANNA, `restore user ${ALICE} from snapshot 4`, 'no longer kept whole', 'snapshot 5');
    await ask(SOFIA, 'verify', 'all holds');
  });

  test('the audit tells who held, released and pruned; nothing else went wrong', async () => {
    const told = await ask(SOFIA, 'audit', 'retention');
    expect(told).toContain(SOFIA);
    expect(await world.findings()).toEqual(NOTHING_FOUND);
  });
});
