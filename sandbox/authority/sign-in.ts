/**
 * Authorization code with PKCE, as far as a page of ours needs it: a person is picked instead of typing a
 * password, everything else (code, challenge, state, nonce, one redemption, expiry) is checked as Entra does.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { AppRegistration } from '../types.js';
import type { Directory } from './directory.js';
import { AuthorityError, ticks } from './errors.js';
import type { Person } from './tokens.js';

const CODE_LIFE_IN_MS = 10 * 60_000;
const REFRESH_LIFE_IN_MS = 90 * 86_400_000;
const SESSION_LIFE_IN_MS = 24 * 3_600_000;
const MAX_KEPT = 10_000;
/** Scopes of OpenID itself; they never stand in an access token. */
const OPENID_SCOPES = ['openid', 'profile', 'email', 'offline_access'];

/** What the page must carry from the request to the choice of a person. */
export interface SignInRequest {
  readonly app: AppRegistration;
  readonly redirectUri: string;
  readonly responseMode: 'query' | 'fragment' | 'form_post';
  readonly scope: string;
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  readonly challenge: string | undefined;
  readonly loginHint: string | undefined;
  readonly prompt: string | undefined;
  /** In seconds; a session older than this does not count. */
  readonly maxAge: number | undefined;
}

/** A person's consent to one application: what a code or a refresh token stands for. */
export interface Grant {
  readonly appId: string;
  readonly person: Person;
  readonly scope: string;
  readonly nonce: string | undefined;
  /** Seconds since 1970, machine time. */
  readonly authTime: number;
}

interface CodeGrant extends Grant {
  readonly redirectUri: string;
  readonly challenge: string | undefined;
  readonly endsAt: number;
  redeemed: boolean;
}

/** Codes, refresh tokens and browser sessions; in memory, as their life is short or a new sign-in is cheap. */
export interface SignIns {
  /** @throws AuthorityError 900144, 700016, 50011, 501051, 70011, 9002325 */
  parse(query: URLSearchParams): SignInRequest;
  issueCode(request: SignInRequest, person: Person, authTime: number): string;
  /** @throws AuthorityError 9002313 (no such code), 70000 (another application's), 54005, 70008, 500112, 501481 */
  redeemCode(app: AppRegistration, form: URLSearchParams): Grant;
  issueRefreshToken(grant: Grant): string;
  /** @throws AuthorityError 9002313, 70000, 700082 */
  redeemRefreshToken(app: AppRegistration, token: string): Grant;
  openSession(person: Person): { id: string; authTime: number };
  session(id: string | undefined): { person: Person; authTime: number } | undefined;
  closeSession(id: string | undefined): void;
}

export function createSignIns(directory: Directory): SignIns {
  const codes = new Map<string, CodeGrant>();
  const refreshTokens = new Map<string, Grant & { endsAt: number }>();
  const sessions = new Map<string, { person: Person; authTime: number }>();
  const keep = <T>(map: Map<string, T>, value: T): string => {
    if (map.size >= MAX_KEPT) map.delete(map.keys().next().value ?? '');
    const id = randomBytes(32).toString('base64url');
    map.set(id, value);
    return id;
  };

  return {
    parse(query) {
      const need = (parameter: string): string => {
        const value = query.get(parameter);
        if (value === null || value === '') throw new AuthorityError(900144, { parameter });
        return value;
      };
      const app = directory.app(need('client_id'));
      const redirectUri = need('redirect_uri');
      checkRedirect(app, redirectUri);
      const responseType = need('response_type');
      if (responseType !== 'code') throw new AuthorityError(501051, { responseType });
      const scope = need('scope');
      scopesOf(directory, app, scope);
      const challenge = query.get('code_challenge') ?? undefined;
      if (challenge !== undefined && query.get('code_challenge_method') !== 'S256') {
        throw new AuthorityError(9002325);
      }
      const mode = query.get('response_mode');
      const age = query.get('max_age');
      return {
        app,
        redirectUri,
        responseMode: mode === 'fragment' || mode === 'form_post' ? mode : 'query',
        scope,
        state: query.get('state') ?? undefined,
        nonce: query.get('nonce') ?? undefined,
        challenge,
        loginHint: query.get('login_hint') ?? undefined,
        prompt: query.get('prompt') ?? undefined,
        maxAge: age !== null && /^\d+$/.test(age) ? Number(age) : undefined,
      };
    },
    issueCode: (request, person, authTime) =>
      keep(codes, {
        appId: request.app.appId,
        person,
        scope: request.scope,
        nonce: request.nonce,
        authTime,
        redirectUri: request.redirectUri,
        challenge: request.challenge,
        endsAt: Date.now() + CODE_LIFE_IN_MS,
        redeemed: false,
      }),
    redeemCode(app, form) {
      const code = form.get('code');
      if (code === null || code === '') throw new AuthorityError(900144, { parameter: 'code' });
      const grant = codes.get(code);
      if (grant === undefined) throw unknownGrant();
      if (grant.appId !== app.appId) throw new AuthorityError(70000);
      if (grant.redeemed) throw new AuthorityError(54005);
      if (grant.endsAt <= Date.now()) throw new AuthorityError(70008);
      const redirectUri = form.get('redirect_uri') ?? '';
      if (redirectUri !== grant.redirectUri) {
        throw new AuthorityError(500112, { redirectUri, asked: grant.redirectUri });
      }
      checkVerifier(grant.challenge, form.get('code_verifier'));
      grant.redeemed = true;
      return grant;
    },
    issueRefreshToken: (grant) => keep(refreshTokens, { ...grant, endsAt: Date.now() + REFRESH_LIFE_IN_MS }),
    redeemRefreshToken(app, token) {
      const grant = refreshTokens.get(token);
      if (grant === undefined) throw unknownGrant();
      if (grant.appId !== app.appId) throw new AuthorityError(70000);
      if (grant.endsAt <= Date.now())
        throw new AuthorityError(700082, { from: ticks(new Date(grant.endsAt - REFRESH_LIFE_IN_MS)) });
      return grant;
    },
    openSession(person) {
      const authTime = Math.floor(Date.now() / 1000);
      return { id: keep(sessions, { person, authTime }), authTime };
    },
    session(id) {
      const known = id === undefined ? undefined : sessions.get(id);
      return known !== undefined && known.authTime * 1000 + SESSION_LIFE_IN_MS > Date.now()
        ? known
        : undefined;
    },
    closeSession(id) {
      if (id !== undefined) sessions.delete(id);
    },
  };
}

/** A code or refresh token that was never given out: the service cannot read it (azure-docs 63819). */
const unknownGrant = (): AuthorityError => new AuthorityError(9002313, {}, 'invalid_grant');

/** Registered addresses exactly; loopback ones whatever their port and path, as Entra does for native clients. */
function checkRedirect(app: AppRegistration, redirectUri: string): void {
  const refused = new AuthorityError(50011, { redirectUri, clientId: app.appId });
  if (!URL.canParse(redirectUri)) throw refused;
  if (app.redirectUris?.includes(redirectUri)) return;
  const url = new URL(redirectUri);
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (!isLoopback || !['http:', 'https:'].includes(url.protocol) || url.hash !== '') throw refused;
}

/** PKCE: a code that was asked for with a challenge needs its verifier, and the other way round. */
function checkVerifier(challenge: string | undefined, verifier: string | null): void {
  if (challenge === undefined && verifier === null) return;
  const made = createHash('sha256')
    .update(verifier ?? '')
    .digest('base64url');
  if (made !== challenge) throw new AuthorityError(501481);
}

export interface ParsedScope {
  readonly audience: string;
  /** Short names for claim scp. */
  readonly names: readonly string[];
  readonly wantsIdToken: boolean;
  readonly wantsRefreshToken: boolean;
}

/**
 * Splits a delegated scope. Names without a resource belong to Microsoft Graph; with nothing but OpenID's
 * own, the access token is for Graph's User.Read, as at Entra.
 * @throws AuthorityError 500011 unknown resource, 70011 two resources in one request
 */
export function scopesOf(directory: Directory, app: AppRegistration, scope: string): ParsedScope {
  const wanted = scope.split(/\s+/).filter(Boolean);
  const audiences = new Set<string>();
  const names: string[] = [];
  for (const one of wanted.filter((name) => !OPENID_SCOPES.includes(name))) {
    const slash = one.lastIndexOf('/');
    audiences.add(directory.audienceOf(slash < 0 ? 'https://graph.microsoft.com' : one.slice(0, slash)));
    const name = one.slice(slash + 1);
    if (name !== '.default') names.push(name);
  }
  if (audiences.size > 1) throw new AuthorityError(70011, { scope });
  const audience = [...audiences][0] ?? directory.audienceOf('https://graph.microsoft.com');
  const fallback = audience === app.appId ? 'access_as_user' : 'User.Read';
  return {
    audience,
    names: names.length > 0 ? names : [fallback],
    wantsIdToken: wanted.includes('openid'),
    wantsRefreshToken: wanted.includes('offline_access'),
  };
}
