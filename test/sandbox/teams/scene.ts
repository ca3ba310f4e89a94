import { startWorld } from './world.js';
import type { World } from './world.js';
import type { HeardActivity } from './fake-bot.js';
import type { Json } from './messages.js';

/** A Teams with the app in the team's channel, and a first message of Hanna's in her personal chat. */
export interface Scene extends World {
  /** That message. */
  readonly hanna: HeardActivity;
  /** The bot posts where `to` was said, else to Hanna. */
  send(body: Json, to?: HeardActivity): ReturnType<World['bot']['send']>;
  /** The bot changes its message there. */
  put(id: unknown, body: Json, to?: HeardActivity): ReturnType<World['bot']['edit']>;
}

/** A Teams with the app in the team's channel, where nobody has said anything. */
export async function openTeam(): Promise<World> {
  const world = await startWorld();
  await world.control('install', { as: 'Sofia', in: 'channel' });
  return world;
}

export async function openScene(): Promise<Scene> {
  const world = await openTeam();
  const hanna = await world.say('Hanna');
  return {
    ...world,
    hanna,
    send: (body, to = hanna) => world.bot.send(to, body),
    put: (id, body, to = hanna) => world.bot.edit(to, id, body),
  };
}
