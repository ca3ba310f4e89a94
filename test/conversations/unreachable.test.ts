import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ARUN, HANNA, MEI } from '../harness/cast.js';
import { visible, type People } from '../harness/people.js';
import { Restoring } from '../harness/restoring.js';
import { openWorld, type World } from '../harness/world.js';

/** People whom Teams does not let the bot write to, or not where it wrote before: the others must not suffer from it. */
describe('who is not reached', () => {
  let world: World;
  let people: People;
  let hanna: Restoring;
  let researchers: string[];

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: false });
    people = world.people;
    hanna = new Restoring(people, HANNA);
    researchers = (await world.directory.signInNamesOf('Research all')).filter(
      (upn) => !upn.startsWith('priya.') && !upn.startsWith('alice.'),
    );
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  const control = (path: string, body: Readonly<Record<string, unknown>>) => world.stage.control(path, body);
  async function preview() {
    const upn = researchers.shift()!;
    await world.damage({ do: 'setManager', user: upn, manager: null });
    return { upn, preview: await hanna.preview(`restore user ${upn} from snapshot 1 with manager`) };
  }

  test.each([ARUN, MEI])(
    '[A1] [N4] %s blocks the bot: the other approver and the channel hear of it',
    async (who) => {
      const other = who === ARUN ? MEI : ARUN;
      await control('block', { as: who });
      const asked = await preview();
      const before = (await people.sees(HANNA, { in: 'channel' })).at(-1);
      const { theirs } = await hanna.ask(asked.preview, other);
      expect(visible(theirs)).toContain(asked.upn);
      const where = { in: 'channel', ...(before ? { since: before.id } : {}) };
      expect(visible(await people.see(HANNA, where, 'A request waits'))).not.toContain(asked.upn);
      await control('block', { as: who, blocked: false });
    },
  );

  test('[A1] an approver who deleted the chat gets the card in a new one, and sees there how it ends', async () => {
    await control('forget-chat', { as: ARUN });
    const asked = await preview();
    const { theirs } = await hanna.ask(asked.preview, ARUN);
    const meis = await people.see(MEI, { in: 'personal' }, `${HANNA} asks`, asked.upn);
    await people.click(MEI, meis, 'Deny', { comment: 'Not today' });
    expect(visible(await people.becomes(ARUN, theirs, 'denied'))).toContain(asked.upn);
  });
});
