import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ARUN, HANNA, MEI } from '../harness/cast.js';
import { visible, type People } from '../harness/people.js';
import { SmallRequests } from '../harness/small-requests.js';
import { openWorld, type World } from '../harness/world.js';

/** People whom Teams does not let the bot write to, or not where it wrote before: the others must not suffer from it. */
describe('who is not reached', () => {
  let world: World;
  let people: People;
  let small: SmallRequests;

  beforeAll(async () => {
    world = await openWorld({ twoWeeks: false });
    people = world.people;
    small = new SmallRequests(world, await world.directory.researchers());
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  const control = (path: string, body: Readonly<Record<string, unknown>>) => world.stage.control(path, body);

  test.each([ARUN, MEI])(
    '[A1] [N4] %s blocks the bot: the other approver and the channel hear of it',
    async (who) => {
      const other = who === ARUN ? MEI : ARUN;
      await control('block', { as: who });
      const before = (await people.sees(HANNA, { in: 'channel' })).at(-1);
      const { upn, theirs } = await small.waiting(other);
      expect(visible(theirs)).toContain(upn);
      const where = { in: 'channel', ...(before ? { since: before.id } : {}) };
      expect(visible(await people.see(HANNA, where, 'A request waits'))).not.toContain(upn);
      await control('block', { as: who, blocked: false });
    },
  );

  test('[A1] an approver who deleted the chat gets the card in a new one, and sees there how it ends', async () => {
    await control('forget-chat', { as: ARUN });
    const { upn, theirs } = await small.waiting();
    const meis = await people.see(MEI, { in: 'personal' }, `${HANNA} asks`, upn);
    await people.click(MEI, meis, 'Deny', { comment: 'Not today' });
    expect(visible(await people.becomes(ARUN, theirs, 'denied'))).toContain(upn);
  });
});
