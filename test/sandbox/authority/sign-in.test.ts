import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { createHash } from 'node:crypto';
import { createDirectory } from '../../../sandbox/authority/directory.js';
import { createSignIns } from '../../../sandbox/authority/sign-in.js';
import { ARUN, HANNA, startAuthority } from './rig.js';
import type { Answer, AuthorityRig } from './rig.js';

let rig: AuthorityRig;
beforeAll(async () => {
  rig = await startAuthority();
});
afterAll(() => rig.close());

const VERIFIER = 'a-verifier-of-at-least-forty-three-characters-0123';
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
const REDIRECT = 'http://localhost:3978/auth/back';

function authorizePath(more: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: rig.app.appId,
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'openid profile offline_access User.Read',
    state: 'st&te',
    nonce: 'n-1',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...more,
  });
  return `/${rig.tenantId}/oauth2/v2.0/authorize?${query}`;
}

const pick = (person: string, more: Record<string, string> = {}): Promise<Answer> =>
  rig.post(authorizePath(more), { person });
const landing = (answer: Answer): URL => new URL(answer.headers.location ?? 'about:blank');
const codeOf = (answer: Answer): string => landing(answer).searchParams.get('code') ?? '';
const redeem = (code: string, more: Record<string, string> = {}): Promise<Answer> =>
  rig.token({
    grant_type: 'authorization_code',
    client_id: rig.app.appId,
    client_secret: rig.app.secret,
    code,
    redirect_uri: REDIRECT,
    code_verifier: VERIFIER,
    ...more,
  });

describe('signing in on a page', () => {
  test('the page offers the people, says what is asked, and that it is a simulation', async () => {
    const page = await rig.get(authorizePath());
    expect(page.status).toBe(200);
    for (const text of ['Hanna Berg', 'Arun Patel', 'Entra Rewind', 'User.Read', 'simulation']) {
      expect(page.text).toContain(text);
    }
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('[A6] the picked person comes back as signed tokens, with the time of the sign-in', async () => {
    const picked = await pick(HANNA.objectId);
    expect(landing(picked).href.startsWith(REDIRECT)).toBe(true);
    expect(landing(picked).searchParams.get('state')).toBe('st&te');
    const { json } = await redeem(codeOf(picked));
    const identity = decodeJwt(String(json['id_token']));
    expect(identity).toMatchObject({
      aud: rig.app.appId,
      oid: HANNA.objectId,
      preferred_username: HANNA.userPrincipalName,
      nonce: 'n-1',
      tid: rig.tenantId,
    });
    expect(Date.now() / 1000 - Number(identity['auth_time'])).toBeLessThan(60);
    expect(await rig.authority.verifyAccessToken(`Bearer ${String(json['access_token'])}`)).toMatchObject({
      userId: HANNA.objectId,
      permissions: ['User.Read'],
    });
  });

  test('a refresh token gives new tokens, for its own application only', async () => {
    const { json } = await redeem(codeOf(await pick(HANNA.objectId)));
    const refresh = { grant_type: 'refresh_token', refresh_token: String(json['refresh_token']) };
    const mine = await rig.token({
      ...refresh,
      client_id: rig.app.appId,
      client_secret: rig.app.secret,
    });
    expect(decodeJwt(String(mine.json['access_token']))['oid']).toBe(HANNA.objectId);
    const theirs = await rig.token({
      ...refresh,
      client_id: rig.bot.appId,
      client_secret: rig.bot.secret,
    });
    expect(theirs.json['error']).toBe('invalid_grant');
  });

  test('a refresh gives a new refresh token each time; the one before stays good, and an invented one is refused', async () => {
    const { json } = await redeem(codeOf(await pick(HANNA.objectId)));
    const ask = (token: unknown) =>
      rig.token({
        grant_type: 'refresh_token',
        refresh_token: String(token),
        client_id: rig.app.appId,
        client_secret: rig.app.secret,
      });
    const next = (await ask(json['refresh_token'])).json['refresh_token'];
    expect(next).not.toBe(json['refresh_token']);
    expect((await ask(next)).status).toBe(200);
    expect((await ask(json['refresh_token'])).status).toBe(200);
    expect((await ask('invented')).json).toMatchObject({ error: 'invalid_grant', error_codes: [9002313] });
    expect((await ask('')).json['error_codes']).toEqual([900144]);
  });

  test('a code ends after ten minutes, a refresh token after ninety days', () => {
    const signIns = createSignIns(
      createDirectory({
        tenantId: rig.tenantId,
        domains: [],
        apps: () => [rig.app],
        people: () => [HANNA],
        graphUrl: () => 'https://localhost:1',
      }),
    );
    const query = new URLSearchParams({
      client_id: rig.app.appId,
      redirect_uri: REDIRECT,
      response_type: 'code',
      scope: 'openid offline_access',
    });
    const asked = signIns.parse(query);
    const [early, late] = [0, 1].map(() => signIns.issueCode(asked, HANNA, 0));
    const form = (code = '') => new URLSearchParams({ code, redirect_uri: REDIRECT });
    const started = Date.now();
    const at = jest.spyOn(Date, 'now');
    try {
      at.mockReturnValue(started + 9 * 60_000);
      const grant = signIns.redeemCode(rig.app, form(early));
      const token = signIns.issueRefreshToken(grant);
      at.mockReturnValue(started + 11 * 60_000);
      expect(() => signIns.redeemCode(rig.app, form(late))).toThrow(expect.objectContaining({ code: 70008 }));
      at.mockReturnValue(started + 89 * 86_400_000);
      expect(signIns.redeemRefreshToken(rig.app, token)).toMatchObject({ person: HANNA });
      at.mockReturnValue(started + 91 * 86_400_000);
      expect(() => signIns.redeemRefreshToken(rig.app, token)).toThrow(
        expect.objectContaining({ code: 700082, suberror: 'bad_token' }),
      );
    } finally {
      at.mockRestore();
    }
  });

  test('a code works once, with its verifier, its address and its application', async () => {
    const used = codeOf(await pick(HANNA.objectId));
    expect((await redeem(used)).status).toBe(200);
    expect((await redeem(used)).json['error_codes']).toEqual([54005]);
    const code = codeOf(await pick(HANNA.objectId));
    expect((await redeem(code, { code_verifier: 'another' })).json['error_codes']).toEqual([501481]);
    expect((await redeem(code, { redirect_uri: `${REDIRECT}/x` })).json['error_codes']).toEqual([500112]);
    const stolen = { client_id: rig.bot.appId, client_secret: rig.bot.secret };
    expect((await redeem(code, stolen)).json['error_codes']).toEqual([70000]);
    expect((await redeem('invented')).json['error_codes']).toEqual([9002313]);
    expect((await redeem(code)).status).toBe(200);
  });

  test('a client without secret needs PKCE', async () => {
    const plain = codeOf(
      await rig.post(authorizePath().replace(/&code_challenge[^&]*/g, ''), { person: HANNA.objectId }),
    );
    const answer = await rig.token({
      grant_type: 'authorization_code',
      client_id: rig.app.appId,
      code: plain,
      redirect_uri: REDIRECT,
    });
    expect(answer.status).toBe(401);
  });

  test('who cancels is told so to the application', async () => {
    const back = landing(await pick(''));
    expect(back.searchParams.get('error')).toBe('access_denied');
    expect(back.searchParams.get('state')).toBe('st&te');
  });

  test('a request with a foreign return address is answered on the page, never redirected', async () => {
    for (const redirect_uri of ['https://evil.example/back', 'javascript:alert(1)', 'x']) {
      const answer = await rig.get(authorizePath({ redirect_uri }));
      expect(answer.status).toBe(400);
      expect(answer.headers.location).toBeUndefined();
      expect(answer.text).toContain('AADSTS50011');
    }
  });

  test('[A6] a session signs in silently, but not when it is too old or the prompt asks for a person', async () => {
    const picked = await pick(ARUN.objectId);
    const cookie = String(picked.headers['set-cookie']?.[0]).split(';')[0] ?? '';
    const silent = await rig.get(authorizePath({ prompt: 'none' }), { cookie });
    expect(decodeJwt(String((await redeem(codeOf(silent))).json['id_token']))['oid']).toBe(ARUN.objectId);
    const noSession = await rig.get(authorizePath({ prompt: 'none' }));
    expect(landing(noSession).searchParams.get('error')).toBe('login_required');
    expect((await rig.get(authorizePath({ prompt: 'login' }), { cookie })).status).toBe(200);
    expect((await rig.get(authorizePath({ max_age: '0' }), { cookie })).status).toBe(200);
    const other = await rig.get(authorizePath({ prompt: 'none', login_hint: HANNA.userPrincipalName }), {
      cookie,
    });
    expect(landing(other).searchParams.get('error')).toBe('login_required');
    await rig.get(`/${rig.tenantId}/oauth2/v2.0/logout`, { cookie });
    const after = await rig.get(authorizePath({ prompt: 'none' }), { cookie });
    expect(landing(after).searchParams.get('error')).toBe('login_required');
  });

  test('fragment and form_post carry the answer as asked', async () => {
    const fragment = landing(await pick(HANNA.objectId, { response_mode: 'fragment' }));
    expect(new URLSearchParams(fragment.hash.slice(1)).get('code')).not.toBeNull();
    const posted = await pick(HANNA.objectId, { response_mode: 'form_post' });
    expect(posted.text).toContain(`action="${REDIRECT}"`);
    expect(posted.text).toContain('name="code"');
  });
});
