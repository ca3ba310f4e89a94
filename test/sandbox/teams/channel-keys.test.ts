/** The keys that the channel signs with (teams/FACTS §12): published, rotated, one token for each service URL. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { BOT_APP } from './fake-bot.js';
import { openTeam } from './scene.js';
import type { World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await openTeam();
});
afterEach(() => world.close());

describe('TEAMS §12 the channel’s keys', () => {
  const keys = async (): Promise<JSONWebKeySet> =>
    (await (await fetch(`${world.base}/openid/keys`)).json()) as JSONWebKeySet;
  const kids = async (): Promise<unknown[]> => (await keys()).keys.map(({ kid }) => kid);
  const signedWith = async (): Promise<string | undefined> => {
    await world.say('Hanna');
    return world.bot.tokens.map((token) => decodeProtectedHeader(token).kid).at(-1);
  };

  test('are named by the metadata, for RS256, each endorsed for msteams', async () => {
    expect((await world.get('/openid')).body).toEqual({
      issuer: 'https://api.botframework.com',
      jwks_uri: `${world.base}/openid/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
    });
    expect((await keys()).keys).toMatchObject([{ kty: 'RSA', use: 'sig', endorsements: ['msteams'] }]);
    await world.say('Hanna');
    const token = world.bot.tokens.at(-1) ?? '';
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(await keys()), {
      issuer: 'https://api.botframework.com',
      audience: BOT_APP,
      algorithms: ['RS256'],
    });
    expect(protectedHeader.typ).toBe('JWT');
    expect(payload.serviceurl).toBe(world.last('message').serviceUrl);
  });

  test('are rotated: published first, then signing, then the old one goes; nothing is signed by a key that is not published', async () => {
    const first = await signedWith();
    await world.control('rotate-keys', { publishOnly: true });
    expect(await kids()).toHaveLength(2);
    expect(await signedWith()).toBe(first);
    await world.control('rotate-keys', {});
    expect(await kids()).toHaveLength(2);
    const second = await signedWith();
    expect(second).not.toBe(first);
    expect(await kids()).toEqual([first, second]);
    await world.control('rotate-keys', { publishOnly: true, retire: true });
    expect((await kids())[0]).toBe(second);
    expect(await kids()).not.toContain(first);
  });

  test('each service URL has a token of its own', async () => {
    await world.say('Hanna');
    await world.say('Hanna', 'channel');
    const pairs = world.bot.heard.map(({ serviceUrl }, index) => [
      serviceUrl,
      world.bot.claims[index]?.serviceurl,
    ]);
    expect(new Set(pairs.map(([url]) => url)).size).toBe(2);
    for (const [url, claim] of pairs) expect(claim).toBe(url);
  });
});
