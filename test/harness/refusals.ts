import { expect } from '@jest/globals';
import type { Channel } from './channel.js';
import { visible, type Seen } from './people.js';
import type { World } from './world.js';

/** Sends a click past every check of the client, and waits for an answer that shows all of `texts`. */
export type Refused = (
  as: string,
  card: Pick<Seen, 'id'>,
  verb: string,
  data: unknown,
  ...texts: readonly string[]
) => Promise<Seen>;

/**
 * Clicks that must do nothing: the person is told what was not done and by which reference to ask, in words (SPEC C5).
 * @returns fails the test when the tenant was written to
 */
export function refusals(world: World, channel: Channel): Refused {
  return async (as, card, verb, data, ...texts) => {
    const before = await world.writes();
    const since = (await world.people.sees(as)).at(-1)!.id;
    const answer = await channel.press(as, card, verb, data);
    expect(answer.status).toBe(200);
    const told = await world.people.see(as, { since }, ...texts);
    expect(visible(told)).toMatch(/did nothing|Nothing was (done|shown|written)|not approved/);
    expect(visible(told)).toMatch(/Ref [\w-]{4,}/);
    expect(visible(told)).not.toMatch(/undefined|\[object|\d{4}-\d\d-\d\dT|Zod|Error:/);
    expect(await world.writes()).toBe(before);
    return told;
  };
}
