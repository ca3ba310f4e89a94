import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ARUN, HANNA, SOFIA } from '../harness/cast.js';
import { buttonsOf, visible, type People, type Seen } from '../harness/people.js';
import { Restoring } from '../harness/restoring.js';
import { NOTHING_FOUND, openWorld, type World } from '../harness/world.js';

const RESEARCHERS = 'Research all';
const LABORATORY = 'Laboratory access';

/** What lets an application read groups. */
const GROUPS = ['Group.Read.All', 'Group.ReadWrite.All', 'GroupMember.Read.All', 'GroupMember.ReadWrite.All'];
const USERS = ['User.Read.All', 'User.ReadWrite.All'];
const DIRECTORY = ['Directory.Read.All', 'Directory.ReadWrite.All'];

/** What people are told without having asked for it, and what a preview tells them before anybody else hears of it. */
describe('news, progress and protected targets', () => {
  let world: World;
  let people: People;
  let hanna: Restoring;
  let researchers: string[];
  const somebody = () => researchers.shift()!;

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: true });
    ({ people } = world);
    hanna = new Restoring(people, HANNA);
    researchers = await world.directory.researchers();
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  const fault = (spec: Readonly<Record<string, unknown>>): Promise<unknown> =>
    world.stage.control('fault', spec);

  describe('[N2] a long job', () => {
    let mine: Seen;
    let theirs: Seen;
    let upn: string;
    /** Five writes, each of which Graph puts off at first. */
    async function begin(): Promise<void> {
      upn = somebody();
      await world.damage(
        { do: 'setManager', user: upn, manager: null },
        { do: 'removeMember', group: RESEARCHERS, member: upn },
        { do: 'removeMember', group: LABORATORY, member: upn },
        { do: 'patchUser', user: upn, set: { jobTitle: 'TBD' } },
      );
      const preview = await hanna.preview(`restore user ${upn} from yesterday with memberships and manager`);
      ({ mine, theirs } = await hanna.ask(preview, ARUN));
      for (const method of ['PATCH', 'POST', 'PUT'])
        await fault({ name: 'throttle', method, every: 1, times: 4, retryAfter: 2 });
      await people.click(ARUN, theirs, 'Approve');
    }
    const endOfFaults = (): Promise<unknown> => fault({ clear: 'throttle' });
    const cardsOf = async (as: string): Promise<number> =>
      (await people.sees(as, { in: 'personal' })).filter((one) => one.card && visible(one).includes(upn))
        .length;

    test('is one card on both sides, edited in place, with what is done, of how many, and a way to stop', async () => {
      await begin();
      const running = await people.becomes(HANNA, mine, 'running', ' of ');
      expect(visible(running)).toMatch(/\d of [45]\b/);
      expect(visible(running)).toContain('approved by Arun Patel');
      expect(buttonsOf(running.card)).toContain('Stop after this step');
      expect(buttonsOf((await people.becomes(ARUN, theirs, 'running')).card)).not.toContain('Approve');
      const before = await cardsOf(HANNA);
      await people.becomes(HANNA, mine, 'running', '1 of ');
      await endOfFaults();
      await people.becomes(HANNA, mine, 'is back as of');
      expect(await cardsOf(HANNA)).toBe(before);
      expect(await world.directory.managerOf(upn)).toBe('Priya Raman');
    });

    test('[R18] stopped, it ends after the running step and says what was done and what was not', async () => {
      await begin();
      const running = await people.becomes(HANNA, mine, 'running', 'Stop after this step');
      await people.click(HANNA, running, 'Stop after this step');
      await endOfFaults();
      const stopped = await people.becomes(HANNA, mine, 'cancelled');
      expect(visible(stopped)).toMatch(/checked \d\d:\d\d:\d\d/);
      const [, held, total] = /(\d+) of (\d+) lines hold/.exec(visible(stopped)) ?? [];
      expect(Number(held)).toBeLessThan(Number(total));
      expect(buttonsOf(stopped.card)).not.toContain('Stop after this step');
      expect(visible(await people.becomes(ARUN, theirs, 'cancelled'))).not.toContain('Approve');
    });
  });

  describe('[R22] protected targets, said in the preview', () => {
    test('whoever is in a restricted management unit: nothing is offered that would be refused', async () => {
      const upn = somebody();
      await world.damage({
        do: 'patchUser',
        user: upn,
        set: { jobTitle: 'TBD', isManagementRestricted: true },
      });
      const before = await world.writes();
      const preview = await hanna.preview(`restore user ${upn} from yesterday`);
      expect(visible(preview)).toContain('in a restricted management unit, only its own administrators can');
      for (const button of ['Ask for approval', 'Restore now'])
        expect(buttonsOf(preview.card)).not.toContain(button);
      expect(await world.writes()).toBe(before);
    });

    test('whoever holds a directory role: two approvers and the number, for a job title as well', async () => {
      const upn = 'arun.patel@contoso.example';
      await world.damage({ do: 'patchUser', user: upn, set: { jobTitle: 'TBD' } });
      const preview = await hanna.preview(`restore user ${upn} from yesterday`);
      expect(visible(preview)).toMatch(/Needs: 2 of Identity approvers, not you/);
      expect(buttonsOf(preview.card)).not.toContain('Restore now');
    });

    test('a role-assignable group: what being in it gives stands first', async () => {
      await world.damage({
        do: 'removeMember',
        group: 'Tier 0 operators',
        member: 'sofia.rossi@contoso.example',
      });
      const preview = await hanna.preview(
        'restore user sofia.rossi@contoso.example from yesterday with memberships',
      );
      expect(visible(preview)).toMatch(/This gives: [^\n]*Tier 0 operators/);
      expect(visible(preview)).toMatch(/Needs: 2 of Identity approvers, not you/);
    });
  });

  describe('[N1] [N4] the channel after each night', () => {
    const night = async (day: number): Promise<readonly string[]> => {
      const before = (await people.sees(SOFIA, { in: 'channel' })).length;
      await world.stage.control('advance', { to: `2026-11-${day}T02:00:00+01:00` });
      while ((await people.sees(SOFIA, { in: 'channel' })).length === before)
        await new Promise((resolve) => setTimeout(resolve, 100));
      return (await people.sees(SOFIA, { in: 'channel' })).slice(before).map(visible);
    };
    const take = async (...permissions: readonly string[]): Promise<void> => {
      for (const permission of permissions) await fault({ name: 'permissionRemoved', permission });
    };

    test('all well: one line of counts, with nothing to press but what changed', async () => {
      const posts = await night(22);
      expect(posts).toHaveLength(1);
      expect(posts[0]).toMatch(/^◉ Contoso · snapshot 16 complete in [^\n]* · \d+ changes?/);
      expect(posts[0]).toMatch(/\[What changed\]$/);
    });

    test('a part that could not be read: partial, which part, and why', async () => {
      await take(...GROUPS, ...DIRECTORY);
      const posts = await night(23);
      expect(posts).toHaveLength(1);
      expect(posts[0]).toContain('Snapshot 17 partial');
      expect(posts[0]).toContain('The groups were not read whole');
    });

    test('nothing could be read: failed, what still stands, and what to do', async () => {
      await take(...USERS);
      const posts = await night(24);
      expect(posts).toHaveLength(1);
      expect(posts[0]).toContain('Backup failed');
      expect(posts[0]).toMatch(/The last complete snapshot stands: [^\n]*snapshot 16/);
      expect(posts[0]).toContain('[Try again]');
      expect(posts[0]).toMatch(/permission|administrator/);
    });

    test('well again: one line that says so; another snapshot that day is told by the same card; and nobody was ever named', async () => {
      await fault({ clear: 'permissionRemoved' });
      const posts = await night(25);
      expect(posts).toHaveLength(1);
      expect(posts[0]).toContain('complete in');
      expect(posts[0]).toContain('well again after 1 failed run');
      const before = await people.sees(SOFIA, { in: 'channel' });
      await people.say(SOFIA, 'backup now');
      const digest = await people.see(SOFIA, { in: 'channel' }, '2 snapshots on Wed 25 Nov');
      // One card a day, edited in place: nobody is called by it.
      expect(before.map(({ id }) => id)).toContain(digest.id);
      expect(await people.sees(SOFIA, { in: 'channel' })).toHaveLength(before.length);
      for (const one of await people.sees(SOFIA, { in: 'channel' }))
        expect(visible(one)).not.toMatch(/contoso\.example|Priya|Research|Laboratory|Tier 0/);
    });
  });

  test('[T7] nothing that Graph or Teams would refuse, no unanswered turn, no error in the log but the failed backup, no host but this machine', async () => {
    const { errors, ...rest } = await world.findings();
    const { errors: _none, ...nothing } = NOTHING_FOUND;
    expect(rest).toEqual(nothing);
    expect(errors.filter((line) => !/backup failed|a job failed/.test(line))).toEqual([]);
  });
});
