import { expect } from '@jest/globals';
import { BOT_APP } from './fake-bot.js';
import type { HeardActivity } from './fake-bot.js';
import type { Json } from './messages.js';
import type { World } from './world.js';

/** An OAuth card as an attachment. */
export const oauthAttached = (content: Json): Json => ({
  contentType: 'application/vnd.microsoft.card.oauth',
  content,
});

/**
 * An OAuth card as the SDK makes it: the token service is asked for a link, and for the resource whose token Teams may exchange.
 * @param activity  what whoever is to sign in sent
 */
export async function oauthCard(world: World, activity: HeardActivity, change: Json = {}): Promise<Json> {
  const state = {
    connectionName: 'entra',
    msAppId: BOT_APP,
    conversation: { user: { id: activity.from.id }, bot: {}, conversation: activity.conversation },
  };
  const encoded = encodeURIComponent(Buffer.from(JSON.stringify(state)).toString('base64'));
  const url = `${world.base}/api/botsignin/GetSignInResource?state=${encoded}`;
  const { status, body } = await world.bot.call(url, 'GET');
  expect(status).toBe(200);
  return {
    text: 'Sign in to continue',
    connectionName: 'entra',
    tokenExchangeResource: body.tokenExchangeResource,
    buttons: [{ type: 'signin', title: 'Sign in', value: body.signInLink }],
    ...change,
  };
}
